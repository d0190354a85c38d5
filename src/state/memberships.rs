//! The groups and roles that a user is in.

use super::document::Page;
use super::entity::Entity;
use super::facts::Fact;
use super::kind::{Kind, mentions, not_wanted};
use super::owner::Owner;
use super::role_entries::directory_role;
use super::users::{UserExports, nobody};
use crate::error::Result;

impl UserExports {
    /// Adds the groups and roles of the user whose the answer is.
    pub(super) fn add_memberships(
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

    pub(super) fn add_membership(&mut self, owner: &Owner, entity: &Entity<'_>) -> Result<()> {
        let fact = match Kind::of(entity, "") {
            Some(Kind::DirectoryRole) => Fact::Role(directory_role(entity)?),
            Some(Kind::AdministrativeUnit) => return Ok(()),
            Some(Kind::Group) | None => Fact::Group(entity.needed_text("id")?.to_owned()),
            other => return Err(not_wanted(entity, other, "groups and roles of a user")),
        };
        self.facts.state(owner, fact, entity.origin, None);
        Ok(())
    }
}

/// Whether the entries are the groups and roles of one user. `/directoryRoles` holds roles, too, but
/// does not write their type.
pub(super) fn is_membership(entities: &[Entity<'_>], kinds: &[Option<Kind>], page: &Page) -> bool {
    let is_one = |(entity, kind): (&Entity<'_>, &Option<Kind>)| match kind {
        Some(Kind::Group | Kind::AdministrativeUnit) => true,
        Some(Kind::DirectoryRole) => {
            entity.odata_type().is_some() && !mentions(&page.context, "#directoryRoles")
        }
        _ => false,
    };
    mentions(section(&page.context), "memberOf") || entities.iter().zip(kinds).any(is_one)
}

/// What of a user an answer holds: `authentication/methods`, `memberOf`, .. Empty where the context does
/// not say.
pub(super) fn section(context: &str) -> &str {
    context
        .split_once("users('")
        .and_then(|(_, rest)| rest.split_once("')/"))
        .map_or("", |(_, rest)| rest)
}
