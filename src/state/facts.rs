//! What exports state, and how it is found again for one user.
//!
//! An export may name a user by object id, by user principal name, or by both; those that give both tie
//! the names of the others together. An id belongs to one user for good. A name does not: once freed it
//! can go to somebody else, so a name with two ids leads to nobody.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::owner::{Owner, is_id, lower};
use super::roles::administrator_role;
use super::user::{GroupList, GroupRole, MethodHeld, Role, Stated, UserState};
use crate::model::Method;
use crate::origin::Origin;

/// Something that an export states of its owner.
#[derive(Debug, Clone)]
pub(super) enum Fact {
    /// There is such a user.
    Exists,
    Role(Role),
    Group(String),
    /// The groups that were stated are all there are.
    GroupList {
        is_transitive: bool,
    },
    Flag(Flag, bool),
    Methods(Vec<MethodHeld>),
    /// A list of methods goes on in a page that is not there.
    MethodsCutOff,
    StrongAuthenticationMethods(Vec<MethodHeld>),
    PerUserMfa(String),
    RelyingParties(Vec<String>),
    DefaultMethod(Method),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flag {
    Admin,
    SsprEnabled,
    SsprRegistered,
    SsprCapable,
    MfaRegistered,
    MfaCapable,
}

#[derive(Debug, Clone)]
struct Statement {
    owner: Owner,
    origin: Origin,
    as_of: Option<DateTime<Utc>>,
    fact: Fact,
}

/// Every fact of every export, by whom it is about.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    statements: Vec<Statement>,
    /// The places of the statements of an id.
    by_id: BTreeMap<String, Vec<usize>>,
    /// The places of the statements of a name, which give no id.
    by_name: BTreeMap<String, Vec<usize>>,
    /// The places of the statements of roles.
    roles: Vec<usize>,
    ids_of_names: BTreeMap<String, BTreeSet<String>>,
    names_of_ids: BTreeMap<String, BTreeSet<String>>,
    /// The names of roles, by template id.
    role_names: BTreeMap<String, String>,
    /// Ids of what is no group, so that nobody holds a role through it.
    no_groups: BTreeSet<String>,
    role_lists: Vec<Origin>,
}

impl Facts {
    pub(super) fn state(
        &mut self,
        owner: &Owner,
        fact: Fact,
        origin: &Origin,
        as_of: Option<DateTime<Utc>>,
    ) {
        self.tie(owner);
        if matches!(fact, Fact::Exists) {
            self.no_groups.extend(owner.id.clone());
        }
        let place = self.statements.len();
        match (&owner.id, &owner.name) {
            (Some(id), _) => self.by_id.entry(id.clone()).or_default().push(place),
            (None, Some(name)) => self.by_name.entry(name.clone()).or_default().push(place),
            (None, None) => return,
        }
        if matches!(fact, Fact::Role(_)) {
            self.roles.push(place);
        }
        let (owner, origin) = (owner.clone(), origin.clone());
        self.statements.push(Statement { owner, origin, as_of, fact });
    }

    /// Notes that an id and a name go together.
    fn tie(&mut self, owner: &Owner) {
        if let (Some(id), Some(name)) = (&owner.id, &owner.name) {
            self.ids_of_names.entry(name.clone()).or_default().insert(id.clone());
            self.names_of_ids.entry(id.clone()).or_default().insert(name.clone());
        }
    }

    pub(super) fn name_role(&mut self, template_id: &str, name: &str) {
        self.role_names.insert(lower(template_id), name.to_owned());
    }

    /// Notes that an id is that of a user or an application.
    pub(super) fn note_no_group(&mut self, id: &str) {
        self.no_groups.insert(lower(id));
    }

    pub(super) fn add_role_list(&mut self, origin: Origin) {
        self.role_lists.push(origin);
    }

    /// Adds what another file holds.
    pub(super) fn append(&mut self, other: Self) {
        for statement in other.statements {
            self.state(&statement.owner, statement.fact, &statement.origin, statement.as_of);
        }
        self.role_names.extend(other.role_names);
        self.no_groups.extend(other.no_groups);
        self.role_lists.extend(other.role_lists);
    }

    /// What is stated of the user with these ids and names.
    pub(super) fn of(&self, names: &[&str]) -> UserState {
        let who = self.resolve(names);
        let mut state = UserState {
            rivals: who.rivals.iter().cloned().collect(),
            ids: who.ids.iter().cloned().collect(),
            names: who.names.iter().cloned().collect(),
            role_lists: self.role_lists.clone(),
            ..UserState::default()
        };
        for place in self.places(&who) {
            self.add(&mut state, &self.statements[place]);
        }
        self.add_roles_of_groups(&mut state, &who);
        state
    }

    fn resolve(&self, names: &[&str]) -> Who {
        let (ids, names): (BTreeSet<_>, BTreeSet<_>) = {
            let (ids, names): (Vec<_>, Vec<_>) = names.iter().partition(|name| is_id(name));
            (ids.into_iter().map(lower_ref).collect(), names.into_iter().map(lower_ref).collect())
        };
        let mut who = Who { ids, names, rivals: BTreeSet::new() };
        if who.ids.is_empty() {
            let found: BTreeSet<_> = who
                .names
                .iter()
                .filter_map(|name| self.ids_of_names.get(name))
                .flatten()
                .cloned()
                .collect();
            if found.len() == 1 {
                who.ids = found;
            }
        }
        let tied = who.ids.iter().filter_map(|id| self.names_of_ids.get(id)).flatten();
        let tied: Vec<_> = tied.cloned().collect();
        who.names.extend(tied);
        for name in &who.names {
            let ids = self.ids_of_names.get(name).into_iter().flatten();
            who.rivals.extend(ids.filter(|id| !who.ids.contains(*id)).cloned());
        }
        who
    }

    /// The places of the statements about somebody, in order.
    fn places(&self, who: &Who) -> BTreeSet<usize> {
        let is_own = |name: &&String| {
            let ids = self.ids_of_names.get(*name);
            ids.is_none_or(|ids| ids.iter().all(|id| who.ids.contains(id)))
        };
        let by_id = who.ids.iter().filter_map(|id| self.by_id.get(id));
        let by_name = who.names.iter().filter(is_own).filter_map(|name| self.by_name.get(name));
        by_id.chain(by_name).flatten().copied().collect()
    }

    fn add(&self, state: &mut UserState, statement: &Statement) {
        let Statement { owner, origin, as_of, fact } = statement;
        let flag = |value| Stated::new(value, origin.clone(), *as_of);
        match fact {
            Fact::Exists => {
                state.entries.push(origin.clone());
                if owner.id.is_none() {
                    state.entries_by_name.push(origin.clone());
                }
            }
            Fact::Role(role) => {
                state.roles.push(Stated::new(self.named(role), origin.clone(), *as_of));
            }
            Fact::Group(id) => {
                state.groups.push(Stated::new(id.clone(), origin.clone(), *as_of));
            }
            Fact::GroupList { is_transitive } => {
                let is_transitive = *is_transitive;
                state.group_lists.push(GroupList { origin: origin.clone(), is_transitive });
            }
            Fact::Flag(Flag::Admin, value) => state.is_admin.push(flag(*value)),
            Fact::Flag(Flag::SsprEnabled, value) => state.sspr_enabled.push(flag(*value)),
            Fact::Flag(Flag::SsprRegistered, value) => state.sspr_registered.push(flag(*value)),
            Fact::Flag(Flag::SsprCapable, value) => state.sspr_capable.push(flag(*value)),
            Fact::Flag(Flag::MfaRegistered, value) => state.mfa_registered.push(flag(*value)),
            Fact::Flag(Flag::MfaCapable, value) => state.mfa_capable.push(flag(*value)),
            Fact::Methods(methods) => {
                state.methods.push(Stated::new(methods.clone(), origin.clone(), *as_of));
            }
            Fact::MethodsCutOff => state.methods_cut_off.push(origin.clone()),
            Fact::StrongAuthenticationMethods(methods) => {
                let stated = Stated::new(methods.clone(), origin.clone(), *as_of);
                state.strong_authentication_methods.push(stated);
            }
            Fact::RelyingParties(names) => {
                state.relying_parties.push(Stated::new(names.clone(), origin.clone(), *as_of));
            }
            Fact::PerUserMfa(text) => {
                state.per_user_mfa.push(Stated::new(text.clone(), origin.clone(), *as_of));
            }
            Fact::DefaultMethod(method) => {
                state.default_method.push(Stated::new(method.clone(), origin.clone(), *as_of));
            }
        }
    }

    /// Roles that groups hold. A group with a role can hold no other group (*Use Microsoft Entra groups
    /// to manage role assignments*), so a list of direct memberships is enough to rule a group out.
    fn add_roles_of_groups(&self, state: &mut UserState, who: &Who) {
        for statement in self.roles.iter().map(|place| &self.statements[*place]) {
            let Statement { owner, origin, as_of, fact: Fact::Role(role) } = statement else {
                continue;
            };
            let Some(id) = &owner.id else { continue };
            if who.ids.contains(id) || self.no_groups.contains(id) {
                continue;
            }
            let role = self.named(role);
            if state.groups.iter().any(|group| group.value.eq_ignore_ascii_case(id)) {
                let role = Role { through_group: Some(id.clone()), ..role };
                state.roles.push(Stated::new(role, origin.clone(), *as_of));
            } else if state.group_lists.is_empty() {
                let role = GroupRole { group: id.clone(), role };
                state.roles_in_doubt.push(Stated::new(role, origin.clone(), *as_of));
            }
        }
    }

    /// A role with its name, where that is known.
    fn named(&self, role: &Role) -> Role {
        let name_of = |id: &String| {
            let listed = self.role_names.get(&lower(id)).cloned();
            listed.or_else(|| administrator_role(id).map(|role| role.name.to_owned()))
        };
        let name = role.name.clone().or_else(|| role.template_id.as_ref().and_then(name_of));
        Role { name, ..role.clone() }
    }
}

/// Who is asked for.
struct Who {
    ids: BTreeSet<String>,
    names: BTreeSet<String>,
    /// Ids of others with one of the names.
    rivals: BTreeSet<String>,
}

fn lower_ref(name: &&str) -> String {
    lower(name)
}
