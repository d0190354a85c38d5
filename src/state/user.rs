//! What exports state of one user.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::roles::follows_administrator_policy;
use crate::model::{Method, serialize_optional_timestamp};
use crate::origin::Origin;

/// What an export states, where, and as of when.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Stated<T> {
    /// What is stated.
    pub value: T,
    /// Where.
    pub origin: Origin,
    /// The time as of which it holds, in UTC; `None` where the export does not say.
    #[serde(serialize_with = "serialize_optional_timestamp")]
    pub as_of: Option<DateTime<Utc>>,
}

impl<T> Stated<T> {
    pub(super) fn new(value: T, origin: Origin, as_of: Option<DateTime<Utc>>) -> Self {
        Self { value, origin, as_of }
    }
}

/// A role of the directory that a user holds, or could activate.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Role {
    /// Its name. `None` where exports give its id alone and no list of roles names it.
    pub name: Option<String>,
    /// The id that a built-in role has in every tenant; of a custom role, the one it has in this.
    pub template_id: Option<String>,
    /// Whether the user could activate it, and does not hold it as far as this statement goes.
    pub is_eligible_only: bool,
    /// The part of the directory that it is for, such as `/administrativeUnits/{id}`; `/` is all of it.
    /// `None` where the export does not say.
    pub scope: Option<String>,
    /// The group through which the user holds it, by its object id.
    pub through_group: Option<String>,
}

impl Role {
    /// Whether the administrator policy of self-service password reset applies to whoever holds the
    /// role, by its name or its template id. Whether it applies to roles for a part of the directory is
    /// not documented.
    pub fn follows_administrator_policy(&self) -> bool {
        let names = [self.name.as_deref(), self.template_id.as_deref()];
        names.into_iter().flatten().any(follows_administrator_policy)
    }
}

/// A role that a group holds, and so does a user if they are in the group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct GroupRole {
    /// The object id of the group. Where assignments were exported without `$expand=principal`, it may
    /// belong to another user or to an application.
    pub group: String,
    /// The role.
    pub role: Role,
}

/// A complete list of the groups of a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct GroupList {
    /// Where it stands.
    pub origin: Origin,
    /// Whether it holds groups that the user is in by way of other groups, too.
    pub is_transitive: bool,
}

/// A method that a user has registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct MethodHeld {
    /// Which.
    pub method: Method,
    /// How many of it; `None` where the export names methods without counting them.
    pub number: Option<u32>,
    /// The ids by which Graph deletes them, one each; empty where the export names methods alone.
    pub ids: Vec<String>,
}

/// What exports state of one user. Several exports may state different things, as of different times;
/// they stand in the order in which they were added.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct UserState {
    /// Every entry that is about the user. Without one, nothing here says that there is such a user.
    pub entries: Vec<Origin>,
    /// Those of the entries that give a user principal name and no object id.
    pub entries_by_name: Vec<Origin>,
    /// The object ids that the user was asked for by, or that exports tie to the name; ASCII letters in lower
    /// case, sorted.
    pub ids: Vec<String>,
    /// The user principal names, likewise.
    pub names: Vec<String>,
    /// Object ids of others who have one of the user's names in some export. What is stated under that
    /// name alone could be theirs, and is left out.
    pub rivals: Vec<String>,
    /// The roles the user holds, directly or through a group they are known to be in.
    pub roles: Vec<Stated<Role>>,
    /// Roles of groups of which it is not known whether the user is in them.
    pub roles_in_doubt: Vec<Stated<GroupRole>>,
    /// Complete lists of who holds which role (`directoryRoles` with members, `roleAssignments`). With one
    /// of them, no role here and none in doubt, the user holds no active role. A list without Global
    /// Administrators, of which every tenant has some, was asked for with a filter, and is none of these;
    /// other filters cannot be told.
    pub role_lists: Vec<Origin>,
    /// `isAdmin` of the registration details: whether the user has an administrator's role.
    pub is_admin: Vec<Stated<bool>>,
    /// Object ids of groups the user is in.
    pub groups: Vec<Stated<String>>,
    /// Complete lists of the user's groups.
    pub group_lists: Vec<GroupList>,
    /// The methods the user has registered, without the password; each statement is complete as far as
    /// the export can tell.
    pub methods: Vec<Stated<Vec<MethodHeld>>>,
    /// Lists of methods that go on in a page that was not read with them; another file may hold it, and pass for all.
    pub methods_cut_off: Vec<Origin>,
    /// The methods in `StrongAuthenticationMethods`, as the retired module MSOnline exported users: phones,
    /// apps and codes, and no others.
    pub strong_authentication_methods: Vec<Stated<Vec<MethodHeld>>>,
    /// Whether policy lets the user reset their password.
    pub sspr_enabled: Vec<Stated<bool>>,
    /// Whether the user has registered as many methods as password reset needs.
    pub sspr_registered: Vec<Stated<bool>>,
    /// Both.
    pub sspr_capable: Vec<Stated<bool>>,
    /// Whether the user has registered a method for multifactor authentication.
    pub mfa_registered: Vec<Stated<bool>>,
    /// Whether such a method is also allowed by policy.
    pub mfa_capable: Vec<Stated<bool>>,
    /// Per-user multifactor authentication: `disabled`, `enabled` or `enforced`.
    pub per_user_mfa: Vec<Stated<String>>,
    /// The relying parties in `StrongAuthenticationRequirements`, as MSOnline exported users; `*` stands for
    /// per-user multifactor authentication.
    pub relying_parties: Vec<Stated<Vec<String>>>,
    /// The default method for multifactor authentication, as the user chose it.
    pub default_method: Vec<Stated<Method>>,
}

impl UserState {
    /// Whether no export says anything about the user.
    pub fn is_unknown(&self) -> bool {
        self.entries.is_empty()
    }
}
