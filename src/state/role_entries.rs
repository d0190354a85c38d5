//! Who holds which role, from lists of assignments and of roles.

use super::document::{self, EXPANDED, Page};
use super::entity::Entity;
use super::facts::Fact;
use super::kind::{Kind, USERS, mentions};
use super::owner::Owner;
use super::roles::administrator_role;
use super::user::Role;
use super::users::{UserExports, is_whole};
use crate::error::{Error, ErrorKind, Result};

/// What an answer without entries may be about.
const LISTS: [&str; 6] = [
    "roleAssignment",
    "roleEligibility",
    "directoryRoles",
    "roleDefinitions",
    "#users",
    "userRegistrationDetails",
];

impl UserExports {
    /// Adds a role that is assigned (`unifiedRoleAssignment`), or could be activated
    /// (`unifiedRoleEligibilityScheduleInstance`).
    pub(super) fn add_assignment(&mut self, entity: &Entity<'_>, page: &Page) -> Result<()> {
        if entity.has("scheduleInfo") || mentions(&page.context, "entitlementManagement") {
            return Err(Error::new(
                ErrorKind::UnsupportedFormat,
                "schedules of roles, or roles of entitlement management",
            )
            .expected("roles of the directory that are held now")
            .help("ask for roleAssignments, or for roleEligibilityScheduleInstances")
            .at(entity.origin.clone()));
        }
        let definition = entity.entity("roleDefinition")?;
        let named = definition.map(|definition| named_role(&definition)).transpose()?.flatten();
        let role = Role {
            name: named.map(|(_, name)| name.to_owned()),
            template_id: Some(match named {
                Some((id, _)) => id.to_owned(),
                None => entity.needed_text("roleDefinitionId")?.to_owned(),
            }),
            is_eligible_only: is_eligibility(entity, &page.context),
            scope: entity.owned_text("directoryScopeId")?,
            through_group: None,
        };
        let holder = entity.needed_text("principalId")?;
        if let Some(principal) = entity.entity("principal")? {
            return self.add_holder(&principal, holder, role);
        }
        self.facts.state(&Owner::of_id(holder), Fact::Role(role), entity.origin, None);
        Ok(())
    }

    /// Adds the name of a role, for assignments that give its id alone.
    pub(super) fn add_role_name(&mut self, entity: &Entity<'_>) -> Result<()> {
        if let Some((id, name)) = named_role(entity)? {
            self.facts.name_role(id, name);
        }
        Ok(())
    }

    /// Adds a role (`directoryRole`), with its members if they are given.
    pub(super) fn add_directory_role(&mut self, entity: &Entity<'_>) -> Result<()> {
        self.add_role_name(entity)?;
        let members = entity.entities("members")?.unwrap_or_default();
        for member in &members {
            let holder = member.needed_text("id")?;
            self.add_holder(member, holder, directory_role(entity)?)?;
        }
        if members.len() >= EXPANDED {
            self.warn_of_cut(entity, "members");
        }
        Ok(())
    }

    /// Adds a role of a user, a group or an application, which is given.
    fn add_holder(&mut self, holder: &Entity<'_>, id: &str, role: Role) -> Result<()> {
        let mut owner = Owner::of_id(id);
        match holder.odata_type() {
            Some("group") | None if holder.text("userPrincipalName")?.is_none() => {}
            Some("user") | None => {
                owner.name = Owner::of_user(holder)?.and_then(|owner| owner.name);
                self.facts.state(&owner, Fact::Exists, holder.origin, None);
            }
            Some(_) => self.facts.note_no_group(id),
        }
        self.facts.state(&owner, Fact::Role(role), holder.origin, None);
        Ok(())
    }

    /// Notes a list of who holds which role that is complete, so that who is not in it holds none.
    pub(super) fn note_role_list(
        &mut self,
        page: &Page,
        entities: &[Entity<'_>],
        kinds: &[Option<Kind>],
    ) {
        let is_active = |entity: &Entity<'_>| !is_eligibility(entity, &page.context);
        let has_members = |entity: &Entity<'_>| is_whole(entity, "members");
        let are_all = |wanted| kinds.iter().all(|kind| *kind == Some(wanted));
        let is_role_list = are_all(Kind::RoleAssignment) && entities.iter().all(is_active)
            || are_all(Kind::DirectoryRole) && entities.iter().all(has_members);
        // Every tenant has one of those; a list without them was asked for with a filter.
        let is_unfiltered = entities.iter().any(is_of_global_administrators);
        if is_role_list && is_unfiltered && page.is_list && !page.has_more {
            self.facts.add_role_list(page.origin.clone());
        }
    }
}

/// Refuses an answer without entries that does not say what it is about.
pub(super) fn check_empty(page: &Page) -> Result<()> {
    let is_known = LISTS.iter().any(|name| mentions(&page.context, name));
    if page.entries.is_empty() && !is_known {
        return Err(document::empty_list(page, USERS));
    }
    Ok(())
}

/// Whether an assignment, or a role, is that of Global Administrators.
fn is_of_global_administrators(entity: &Entity<'_>) -> bool {
    let definition = entity.entity("roleDefinition").ok().flatten();
    let named = named_role(definition.as_ref().unwrap_or(entity)).ok().flatten();
    let assigned = entity.text_if_any("roleDefinitionId");
    let texts = named.into_iter().flat_map(|(id, name)| [id, name]).chain(assigned);
    texts.filter_map(administrator_role).any(|role| role.name == "Global Administrator")
}

/// Whether a role is one that could be activated.
fn is_eligibility(entity: &Entity<'_>, context: &str) -> bool {
    let is_named = |text: &str| mentions(text, "roleEligibility");
    is_named(context)
        || entity.odata_type().is_some_and(is_named)
        || entity.has("roleEligibilityScheduleId")
        || entity.has("memberType") && !entity.has("assignmentType")
}

/// The template id and the name of a role.
fn named_role<'a>(entity: &Entity<'a>) -> Result<Option<(&'a str, &'a str)>> {
    let template = entity.text("roleTemplateId")?.or(entity.text("templateId")?);
    Ok(template.or(entity.text("id")?).zip(entity.text("displayName")?))
}

/// A role as `directoryRole` writes it.
pub(super) fn directory_role(entity: &Entity<'_>) -> Result<Role> {
    Ok(Role {
        name: entity.owned_text("displayName")?,
        template_id: entity.owned_text("roleTemplateId")?,
        ..Role::default()
    })
}
