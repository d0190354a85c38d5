//! Exports of users, collected from several files.

use std::path::Path;

use super::document::{self, EXPANDED, Page};
use super::entity::Entity;
use super::facts::{Fact, Facts, Flag};
use super::held::{counted, default_method, named};
use super::kind::{Kind, USERS, mentions, not_wanted};
use super::owner::Owner;
use super::rows;
use super::user::{Role, UserState};
use super::warning::{Warning, WarningKind};
use crate::error::{Error, ErrorKind, Result};
use crate::origin::Origin;

/// What exports state of users: roles, groups, registration details and methods held.
///
/// ```
/// use regaudit::state::UserExports;
/// let mut users = UserExports::new();
/// users.add_slice("roles.csv", b"userPrincipalName,role\nada@example.com,Global Administrator\n")?;
/// let ada = users.of(&["Ada@example.com"]);
/// assert!(ada.roles[0].value.follows_administrator_policy());
/// assert_eq!(ada.roles[0].origin.to_string(), "roles.csv: record 1, line 2");
/// # Ok::<(), regaudit::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct UserExports {
    facts: Facts,
    warnings: Vec<Warning>,
}

impl UserExports {
    /// No exports.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds what a file holds; all of it, or nothing if it cannot be read or holds something else.
    pub fn add_path(&mut self, path: impl AsRef<Path>) -> Result<()> {
        let (name, bytes) = document::read_file(path.as_ref())?;
        self.add_slice(&name, &bytes)
    }

    /// Adds what bytes hold, under a name by which they are reported; all of it, or nothing if they
    /// cannot be read or hold something else.
    pub fn add_slice(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        let origin = Origin::new(name);
        let text = document::text_of(bytes, &origin)?;
        let mut found = Self::new();
        if document::is_json(&text) {
            for page in &document::pages(&text, &origin, &mut found.warnings)? {
                found.add_page(page)?;
            }
        } else {
            rows::read(&text, &origin, &mut found.facts)?;
        }
        self.facts.append(found.facts);
        self.warnings.extend(found.warnings);
        Ok(())
    }

    /// What the exports leave open.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// What is stated of a user, who is given by object ids and user principal names, ASCII case aside.
    ///
    /// Exports that give both tie ids and names together. An id wins: an entry with the same name and
    /// another id is about somebody else.
    pub fn of(&self, names: &[&str]) -> UserState {
        self.facts.of(names)
    }

    fn add_page(&mut self, page: &Page) -> Result<()> {
        let entities = page.entries.iter().map(|(value, origin)| Entity::of(value, origin));
        let entities = entities.collect::<Result<Vec<_>>>()?;
        let kinds: Vec<_> = entities.iter().map(|entity| Kind::of(entity, &page.context)).collect();
        let section = section(&page.context);
        if section.starts_with("authentication/") && section.contains("ethods")
            || kinds.contains(&Some(Kind::Method))
        {
            return self.add_methods(page, &entities, section);
        }
        if is_membership(&entities, &kinds, page) {
            return self.add_memberships(page, &entities, section);
        }
        for (entity, kind) in entities.iter().zip(&kinds) {
            self.add(entity, *kind, page)?;
        }
        self.note_lists(page, &entities, &kinds)
    }

    /// Notes what is complete.
    fn note_lists(
        &mut self,
        page: &Page,
        entities: &[Entity<'_>],
        kinds: &[Option<Kind>],
    ) -> Result<()> {
        let is_list = page.is_list && !page.has_more;
        let are_all = |wanted| kinds.iter().all(|kind| *kind == Some(wanted));
        if entities.is_empty() {
            let names = [
                "roleAssignment",
                "roleEligibility",
                "directoryRoles",
                "roleDefinitions",
                "#users",
                "userRegistrationDetails",
            ];
            if !names.iter().any(|name| mentions(&page.context, name)) {
                return Err(document::empty_list(page, USERS));
            }
            if is_list
                && (mentions(&page.context, "roleAssignment")
                    || mentions(&page.context, "directoryRoles(members"))
            {
                self.facts.add_role_list(page.origin.clone());
            }
            return Ok(());
        }
        let is_active = |entity: &Entity<'_>| !is_eligibility(entity, &page.context);
        let are_members_whole = |entity: &Entity<'_>| is_whole(entity, "members");
        let is_complete = is_list
            && (are_all(Kind::RoleAssignment) && entities.iter().all(is_active)
                || are_all(Kind::DirectoryRole) && entities.iter().all(are_members_whole));
        if is_complete {
            self.facts.add_role_list(page.origin.clone());
        }
        Ok(())
    }

    fn add(&mut self, entity: &Entity<'_>, kind: Option<Kind>, page: &Page) -> Result<()> {
        match kind {
            Some(Kind::User | Kind::UserDetails) => self.add_user(entity, page),
            Some(Kind::RoleAssignment) => self.add_assignment(entity, page),
            Some(Kind::DirectoryRole) => self.add_directory_role(entity),
            Some(Kind::RoleDefinition) => {
                if let Some((id, name)) = named_role(entity)? {
                    self.facts.name_role(id, name);
                }
                Ok(())
            }
            other => Err(not_wanted(entity, other, USERS)),
        }
    }

    fn add_user(&mut self, entity: &Entity<'_>, page: &Page) -> Result<()> {
        let owner = match Owner::of_user(entity)? {
            Some(owner) => owner,
            None => {
                Owner::of_context(&page.context).ok_or_else(|| nobody(entity.origin.clone()))?
            }
        };
        self.facts.state(&owner, Fact::Exists, entity.origin, None);
        for (list, is_transitive) in [("memberOf", false), ("transitiveMemberOf", true)] {
            let Some(members) = entity.entities(list)? else { continue };
            for member in &members {
                self.add_membership(&owner, member)?;
            }
            if is_whole(entity, list) {
                self.facts.state(&owner, Fact::GroupList { is_transitive }, entity.origin, None);
            } else if members.len() >= EXPANDED {
                self.warn_of_cut(entity, list);
            }
        }
        self.add_details(&owner, entity)
    }

    fn add_details(&mut self, owner: &Owner, entity: &Entity<'_>) -> Result<()> {
        let as_of = entity.time("lastUpdatedDateTime")?;
        for (key, flag) in FLAGS {
            if let Some(value) = entity.flag(key)? {
                self.facts.state(owner, Fact::Flag(flag, value), entity.origin, as_of);
            }
        }
        if let Some(names) = entity.texts("methodsRegistered")? {
            self.facts.state(owner, Fact::Methods(named(&names)), entity.origin, as_of);
        }
        if let Some(state) = entity.text("perUserMfaState")? {
            let fact = Fact::PerUserMfa(state.to_ascii_lowercase());
            self.facts.state(owner, fact, entity.origin, as_of);
        }
        for key in ["userPreferredMethodForSecondaryAuthentication", "defaultMfaMethod"] {
            if let Some(method) = entity.text(key)?.and_then(default_method) {
                self.facts.state(owner, Fact::DefaultMethod(method), entity.origin, as_of);
            }
        }
        Ok(())
    }

    fn add_assignment(&mut self, entity: &Entity<'_>, page: &Page) -> Result<()> {
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

    fn add_directory_role(&mut self, entity: &Entity<'_>) -> Result<()> {
        let named = named_role(entity)?;
        if let Some((id, name)) = named {
            self.facts.name_role(id, name);
        }
        for member in entity.entities("members")?.unwrap_or_default() {
            let holder = member.needed_text("id")?;
            self.add_holder(&member, holder, directory_role(entity)?)?;
        }
        if entity.entities("members")?.is_some_and(|members| members.len() >= EXPANDED) {
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

    /// Adds the groups and roles of the user whose the answer is.
    fn add_memberships(
        &mut self,
        page: &Page,
        entities: &[Entity<'_>],
        section: &str,
    ) -> Result<()> {
        let owner = Owner::of_context(&page.context).ok_or_else(|| nobody(page.origin.clone()))?;
        self.facts.state(&owner, Fact::Exists, &page.origin, None);
        for entity in entities {
            self.add_membership(&owner, entity)?;
        }
        let list = section.split('(').next().unwrap_or_default().to_ascii_lowercase();
        let is_all_groups = list.ends_with("memberof") || list.ends_with("/microsoft.graph.group");
        if page.is_list && !page.has_more && is_all_groups {
            let is_transitive = list.starts_with("transitive");
            self.facts.state(&owner, Fact::GroupList { is_transitive }, &page.origin, None);
        }
        Ok(())
    }

    fn add_membership(&mut self, owner: &Owner, entity: &Entity<'_>) -> Result<()> {
        let fact = match Kind::of(entity, "") {
            Some(Kind::DirectoryRole) => Fact::Role(directory_role(entity)?),
            Some(Kind::AdministrativeUnit) => return Ok(()),
            Some(Kind::Group) | None => Fact::Group(entity.needed_text("id")?.to_owned()),
            other => return Err(not_wanted(entity, other, "groups and roles of a user")),
        };
        self.facts.state(owner, fact, entity.origin, None);
        Ok(())
    }

    /// Adds the methods of the user whose the answer is.
    fn add_methods(&mut self, page: &Page, entities: &[Entity<'_>], section: &str) -> Result<()> {
        let owner = Owner::of_context(&page.context).ok_or_else(|| nobody(page.origin.clone()))?;
        if !section.eq_ignore_ascii_case("authentication/methods") || !page.is_list {
            return Err(Error::new(ErrorKind::UnsupportedFormat, "some methods of a user")
                .expected("all of them")
                .help("ask for /users/{id}/authentication/methods")
                .at(page.origin.clone()));
        }
        self.facts.state(&owner, Fact::Exists, &page.origin, None);
        // A part of the list would pass for all of it; the missing page was warned of.
        if !page.has_more {
            let methods = counted(entities)?;
            self.facts.state(&owner, Fact::Methods(methods), &page.origin, None);
        }
        Ok(())
    }

    fn warn_of_cut(&mut self, entity: &Entity<'_>, list: &str) {
        let kind = WarningKind::CutByExpand { list: list.to_owned() };
        self.warnings.push(Warning::new(entity.origin.clone(), kind));
    }
}

/// The properties of the registration details that are true or false.
pub(super) const FLAGS: [(&str, Flag); 6] = [
    ("isAdmin", Flag::Admin),
    ("isSsprEnabled", Flag::SsprEnabled),
    ("isSsprRegistered", Flag::SsprRegistered),
    ("isSsprCapable", Flag::SsprCapable),
    ("isMfaRegistered", Flag::MfaRegistered),
    ("isMfaCapable", Flag::MfaCapable),
];

/// What of a user an answer holds: `authentication/methods`, `memberOf`, .. Empty where the context does
/// not say.
fn section(context: &str) -> &str {
    context
        .split_once("users('")
        .and_then(|(_, rest)| rest.split_once("')/"))
        .map_or("", |(_, rest)| rest)
}

/// Whether the entries are the groups and roles of one user. `/directoryRoles` holds roles, too, but
/// does not write their type.
fn is_membership(entities: &[Entity<'_>], kinds: &[Option<Kind>], page: &Page) -> bool {
    let is_one = |(entity, kind): (&Entity<'_>, &Option<Kind>)| match kind {
        Some(Kind::Group | Kind::AdministrativeUnit) => true,
        Some(Kind::DirectoryRole) => {
            entity.odata_type().is_some() && !mentions(&page.context, "#directoryRoles")
        }
        _ => false,
    };
    mentions(section(&page.context), "memberOf") || entities.iter().zip(kinds).any(is_one)
}

/// Whether a list that came with an entry is all there is. Cmdlets may write an empty list for one that
/// was not asked for, which their Pascal case gives away.
fn is_whole(entity: &Entity<'_>, list: &str) -> bool {
    let Ok(Some(entries)) = entity.entities(list) else { return false };
    let has_more = entity.has(&format!("{list}@odata.nextLink"));
    let is_asked_for = !entries.is_empty() || entity.has_exactly(list);
    entries.len() < EXPANDED && !has_more && is_asked_for
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

fn directory_role(entity: &Entity<'_>) -> Result<Role> {
    Ok(Role {
        name: entity.owned_text("displayName")?,
        template_id: entity.owned_text("roleTemplateId")?,
        ..Role::default()
    })
}

fn nobody(origin: Origin) -> Error {
    Error::new(ErrorKind::MissingField, "an answer that does not say whose it is")
        .expected("a user in its @odata.context, or an entry with id or userPrincipalName")
        .help(
            "keep the @odata.context; for groups ask for /users/{id}?$expand=transitiveMemberOf instead, \
             whose answer names the user",
        )
        .at(origin)
}
