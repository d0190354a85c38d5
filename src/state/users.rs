//! Exports of users, collected from several files.

use std::path::Path;

use super::document::{self, EXPANDED, Page};
use super::entity::Entity;
use super::facts::{Fact, Facts, Flag};
use super::held::{counted, default_method, named};
use super::kind::{Kind, USERS, mentions, not_wanted};
use super::memberships::{is_membership, section};
use super::owner::Owner;
use super::role_entries::check_empty;
use super::rows;
use super::strong_authentication;
use super::user::UserState;
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
    pub(super) facts: Facts,
    warnings: Vec<Warning>,
    /// How many were added.
    exports: usize,
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
        self.exports += 1;
        self.facts.append(found.facts);
        self.warnings.extend(found.warnings);
        Ok(())
    }

    /// Whether no export was added.
    pub fn is_empty(&self) -> bool {
        self.exports == 0
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
        check_empty(page)?;
        for (entity, kind) in entities.iter().zip(&kinds) {
            self.add(entity, *kind, page)?;
        }
        self.note_role_list(page, &entities, &kinds);
        Ok(())
    }

    fn add(&mut self, entity: &Entity<'_>, kind: Option<Kind>, page: &Page) -> Result<()> {
        match kind {
            Some(Kind::User) if mentions(&page.context, "#directoryObjects") => {
                Err(members_of_unknown(entity))
            }
            Some(Kind::User | Kind::UserDetails) => self.add_user(entity, page),
            Some(Kind::RoleAssignment) => self.add_assignment(entity, page),
            Some(Kind::DirectoryRole) => self.add_directory_role(entity),
            Some(Kind::RoleDefinition) => self.add_role_name(entity),
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
        if let Some(authentication) = entity.entity("authentication")? {
            self.add_authentication(&owner, &authentication)?;
        }
        strong_authentication::state(&mut self.facts, &owner, entity)?;
        self.add_details(&owner, entity)
    }

    /// Adds what hangs below a user, each under the last part of its request.
    fn add_authentication(&mut self, owner: &Owner, entity: &Entity<'_>) -> Result<()> {
        if let Some(methods) = entity.entities("methods")? {
            if goes_on(entity, "methods") {
                self.warnings.push(Warning::new(entity.origin.clone(), WarningKind::MorePages));
                self.facts.state(owner, Fact::MethodsCutOff, entity.origin, None);
            } else {
                self.facts.state(owner, Fact::Methods(counted(&methods)?), entity.origin, None);
            }
        }
        for part in ["requirements", "signInPreferences"] {
            if let Some(part) = entity.entity(part)? {
                self.add_details(owner, &part)?;
            }
        }
        Ok(())
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
        let fact =
            if page.has_more { Fact::MethodsCutOff } else { Fact::Methods(counted(entities)?) };
        self.facts.state(&owner, fact, &page.origin, None);
        Ok(())
    }

    pub(super) fn warn_of_cut(&mut self, entity: &Entity<'_>, list: &str) {
        let kind = WarningKind::CutByExpand { list: list.to_owned() };
        self.warnings.push(Warning::new(entity.origin.clone(), kind));
    }
}

/// The properties of the registration details that are true or false.
const FLAGS: [(&str, Flag); 6] = [
    ("isAdmin", Flag::Admin),
    ("isSsprEnabled", Flag::SsprEnabled),
    ("isSsprRegistered", Flag::SsprRegistered),
    ("isSsprCapable", Flag::SsprCapable),
    ("isMfaRegistered", Flag::MfaRegistered),
    ("isMfaCapable", Flag::MfaCapable),
];

/// Whether a list that came with an entry is all there is. Cmdlets may write an empty list for one that
/// was not asked for, which their Pascal case gives away.
pub(super) fn is_whole(entity: &Entity<'_>, list: &str) -> bool {
    let Ok(Some(entries)) = entity.entities(list) else { return false };
    let has_more = goes_on(entity, list);
    let is_asked_for = !entries.is_empty() || entity.has_exactly(list);
    entries.len() < EXPANDED && !has_more && is_asked_for
}

/// Whether a list that came with an entry has another page.
fn goes_on(entity: &Entity<'_>, list: &str) -> bool {
    entity.has(&format!("{list}@odata.nextLink"))
}

/// The error that users are members of something, and it is not said of what.
fn members_of_unknown(entity: &Entity<'_>) -> Error {
    Error::new(ErrorKind::MissingField, "members of a group or role that the answer does not name")
        .expected(USERS)
        .help("ask for /directoryRoles?$expand=members, or /users?$expand=transitiveMemberOf")
        .at(entity.origin.clone())
}

/// The error that an answer is about nobody.
pub(super) fn nobody(origin: Origin) -> Error {
    Error::new(ErrorKind::MissingField, "an answer that does not say whose it is")
        .expected("a user in its @odata.context, or an entry with id or userPrincipalName")
        .help(
            "keep the @odata.context, or add the user as userId; for groups ask for /users/{id}?$expand=transitiveMemberOf instead, \
             whose answer names the user",
        )
        .at(origin)
}
