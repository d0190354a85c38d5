//! From a list of users and exports of state to a plan.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::deletion::deletions;
use super::eligibility::eligibility;
use super::ids::{AskedUser, IdList};
use super::plan::{MatchedBy, Plan, PlanSource, PlannedUser, RegisteredResource};
use super::reason::Reason;
use super::resource::Resource;
use super::standing::Standing;
use crate::state::{UserExports, UserState, is_object_id};

/// Makes plans.
///
/// ```
/// use regaudit::model::parse_timestamp;
/// use regaudit::rollback::{IdList, Planner};
/// use regaudit::state::UserExports;
/// let ids = IdList::read("ids.txt", b"ada@example.com\nben@example.com\n")?;
/// let mut state = UserExports::new();
/// state.add_slice("users.csv", b"UserPrincipalName,StrongAuthenticationMethods,StrongAuthenticationRequirements\n\
///     ada@example.com,OneWaySMS;TwoWayVoiceMobile,\n")?;
/// let plan = Planner::new(&state, parse_timestamp("2026-05-12T09:00:00Z").unwrap()).plan(&ids);
/// let [ada, ben] = plan.users.as_slice() else { unreachable!() };
/// assert_eq!((ada.eligible, ada.deletions.len()), (Some(true), 1));
/// assert_eq!((ben.eligible, ben.deletions.len()), (None, 0));
/// # Ok::<(), regaudit::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Planner<'a> {
    state: &'a UserExports,
    created: DateTime<Utc>,
    valid_for: TimeDelta,
    covers: Vec<Resource>,
    limit: Option<usize>,
    protected: Names,
    named: Names,
    sources: Vec<PlanSource>,
}

/// Users by object id and user principal name, ASCII case aside.
#[derive(Debug, Clone, Default)]
struct Names(BTreeSet<String>);

impl Names {
    fn add(&mut self, name: &str) {
        self.0.insert(name.trim().to_ascii_lowercase());
    }

    fn hold(&self, state: &UserState, asked: &AskedUser) -> bool {
        let asked = asked.names().into_iter().map(str::to_ascii_lowercase);
        asked
            .chain(state.ids.iter().cloned())
            .chain(state.names.iter().cloned())
            .any(|name| self.0.contains(&name))
    }

    /// Whether some are of a kind that is not known of the user: an id, or a user principal name.
    fn may_hold(&self, user: &PlannedUser) -> bool {
        let has = |wanted: bool| self.0.iter().any(|name| is_object_id(name) == wanted);
        user.id.is_none() && has(true) || user.upn.is_none() && has(false)
    }
}

/// Users who are planned already.
#[derive(Default)]
struct Known {
    ids: BTreeSet<String>,
    /// Names of all of them.
    names: BTreeSet<String>,
    /// Names of those whose id is not known.
    names_alone: BTreeSet<String>,
}

impl Known {
    /// Adds a user, unless it is one of those. A name alone is that of whoever bears it; an id is another user than an id.
    fn add(&mut self, id: Option<&str>, name: Option<&str>) -> bool {
        let (id, name) = (id.map(str::to_ascii_lowercase), name.map(str::to_ascii_lowercase));
        let is_known = match (&id, &name) {
            (Some(id), name) => {
                self.ids.contains(id)
                    || name.as_ref().is_some_and(|name| self.names_alone.contains(name))
            }
            (None, Some(name)) => self.names.contains(name),
            (None, None) => true,
        };
        if is_known {
            return false;
        }
        if id.is_none() {
            self.names_alone.extend(name.clone());
        }
        self.ids.extend(id);
        self.names.extend(name);
        true
    }
}

impl<'a> Planner<'a> {
    /// How long a plan is valid unless something else is asked for: 7 days.
    pub const VALID_FOR: TimeDelta = TimeDelta::days(7);

    /// A planner that goes by these exports, for plans made at this time (UTC).
    pub fn new(state: &'a UserExports, created: DateTime<Utc>) -> Self {
        Self {
            state,
            created,
            valid_for: Self::VALID_FOR,
            covers: Resource::COVERED.to_vec(),
            limit: None,
            protected: Names::default(),
            named: Names::default(),
            sources: Vec::new(),
        }
    }

    /// How long plans are valid.
    #[must_use]
    pub fn valid_for(mut self, valid_for: TimeDelta) -> Self {
        self.valid_for = valid_for;
        self
    }

    /// The sorts of method that are deleted, instead of [`Resource::COVERED`].
    #[must_use]
    pub fn covers(mut self, covers: impl IntoIterator<Item = Resource>) -> Self {
        self.covers = covers.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
        self
    }

    /// The most users that are rolled back. The source document recommends to begin with one or two.
    #[must_use]
    pub fn limit(mut self, limit: usize) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Excludes a user, by object id or user principal name.
    #[must_use]
    pub fn protect(mut self, name: &str) -> Self {
        self.protected.add(name);
        self
    }

    /// Names a user, who is not excluded as an administrator, or as protected.
    #[must_use]
    pub fn include(mut self, name: &str) -> Self {
        self.named.add(name);
        self
    }

    /// Notes a file that plans are made of.
    #[must_use]
    pub fn source(mut self, source: PlanSource) -> Self {
        self.sources.push(source);
        self
    }

    /// The plan for these users.
    pub fn plan(&self, ids: &IdList) -> Plan {
        let mut users: Vec<PlannedUser> = Vec::with_capacity(ids.users.len());
        let mut known = Known::default();
        let mut rolled_back = 0;
        let mut duplicates = ids.duplicates;
        for asked in &with_ids(&ids.users) {
            let user = self.user(asked, &mut rolled_back, &mut known);
            match user {
                Some(user) => users.push(user),
                None => duplicates += 1,
            }
        }
        let expires = self.created.checked_add_signed(self.valid_for);
        let times = [self.created, expires.unwrap_or(DateTime::<Utc>::MAX_UTC)];
        Plan::seal(times, self.covers.clone(), self.sources.clone(), users, duplicates)
    }

    /// A user; `None` for one who was planned before, under another name.
    fn user(
        &self,
        asked: &AskedUser,
        rolled_back: &mut usize,
        known: &mut Known,
    ) -> Option<PlannedUser> {
        let state = self.state.of(&asked.names());
        let is_ambiguous = asked.id.is_none() && !state.rivals.is_empty();
        let id = asked.id.clone().or_else(|| state.ids.first().cloned());
        let upn = asked.user_principal_name.clone().or_else(|| state.names.first().cloned());
        if !is_ambiguous && !known.add(id.as_deref(), upn.as_deref()) {
            return None;
        }
        let state_or_none = if is_ambiguous { UserState::default() } else { state.clone() };
        let standing = Standing::of(&state_or_none);
        let found = eligibility(&standing);
        let mut user = PlannedUser {
            id,
            upn,
            matched_by: matched_by(&state_or_none),
            eligible: found.eligible,
            reasons: found.reasons,
            excluded: Vec::new(),
            administrator: standing.is_administrator,
            named: self.named.hold(&state, asked),
            registered: registered(&standing),
            state_as_of: standing.as_of,
            deletions: Vec::new(),
        };
        user.reasons = reasons(&user, &state, is_ambiguous);
        if user.eligible != Some(true) {
            return Some(user);
        }
        let deletions = deletions(&standing, &self.covers);
        if deletions.is_empty() {
            user.reasons.push(Reason::new(
                "nothing_covered",
                "None of the methods registered is of a sort that this plan deletes.",
            ));
        }
        user.excluded = self.excluded(&user, &state, asked, &standing);
        if user.excluded.is_empty() && !deletions.is_empty() {
            if self.limit.is_some_and(|limit| *rolled_back >= limit) {
                user.excluded.push(limit_reached(self.limit.unwrap_or_default()));
            } else {
                *rolled_back += 1;
                user.deletions = deletions;
            }
        }
        Some(user)
    }

    fn excluded(
        &self,
        user: &PlannedUser,
        state: &UserState,
        asked: &AskedUser,
        standing: &Standing,
    ) -> Vec<Reason> {
        if user.named {
            return Vec::new();
        }
        let mut excluded = Vec::new();
        if user.administrator == Some(true) {
            excluded.push(administrator(&standing.roles));
        }
        if self.protected.hold(state, asked) {
            excluded.push(Reason::new("protected", "The user is on the list of those protected."));
        } else if self.protected.may_hold(user) {
            excluded.push(Reason::new(
                "perhaps_protected",
                "The user may be one of those protected: give a state that ties ids to user principal names, such as \
                 registration details.",
            ));
        }
        excluded
    }
}

/// The users with their ids, where the list has the id of a name in another entry, and one alone.
fn with_ids(users: &[AskedUser]) -> Vec<AskedUser> {
    let mut ids: BTreeMap<String, BTreeSet<&String>> = BTreeMap::new();
    for user in users {
        if let (Some(id), Some(name)) = (&user.id, &user.user_principal_name) {
            ids.entry(name.to_ascii_lowercase()).or_default().insert(id);
        }
    }
    let with_id = |user: &AskedUser| {
        let name = user.user_principal_name.as_ref().filter(|_| user.id.is_none());
        let ids = name.and_then(|name| ids.get(&name.to_ascii_lowercase()));
        let id = ids.filter(|ids| ids.len() == 1).and_then(|ids| ids.first());
        AskedUser { id: user.id.clone().or_else(|| id.map(|id| (*id).clone())), ..user.clone() }
    };
    users.iter().map(with_id).collect()
}

/// The reason that a user is an administrator.
pub(super) fn administrator(roles: &[String]) -> Reason {
    let roles = match roles {
        [] => "an administrator's role".to_owned(),
        roles => roles.join(", "),
    };
    let text =
        format!("The user holds {roles}, or could activate it; name the user to include them.");
    Reason::new("administrator", text)
}

fn limit_reached(limit: usize) -> Reason {
    Reason::new("limit", format!("The plan is limited to {limit} users, who come before."))
}

fn matched_by(state: &UserState) -> MatchedBy {
    match (state.entries.len(), state.entries_by_name.len()) {
        (0, _) => MatchedBy::None,
        (_, 0) => MatchedBy::ObjectId,
        _ => MatchedBy::Upn,
    }
}

/// Why the user is what they are, with what is to be said of how they were found.
fn reasons(user: &PlannedUser, state: &UserState, is_ambiguous: bool) -> Vec<Reason> {
    if is_ambiguous {
        let text =
            "Exports give this user principal name to several object ids: list the object id.";
        return vec![Reason::new("ambiguous_name", text)];
    }
    if user.matched_by == MatchedBy::None {
        let mut reasons = vec![Reason::new("no_state", "No export of state is about the user.")];
        if !state.rivals.is_empty() {
            reasons.push(Reason::new(
                "ambiguous_name",
                "An export has the user principal name alone, which belongs to several object ids.",
            ));
        }
        return reasons;
    }
    let mut reasons = user.reasons.clone();
    if user.matched_by == MatchedBy::Upn {
        let origins: Vec<String> = state.entries_by_name.iter().map(ToString::to_string).collect();
        let text =
            format!("Matched by user principal name, as there is no id: {}.", origins.join("; "));
        reasons.push(Reason::new("matched_by_upn", text));
    }
    reasons
}

fn registered(standing: &Standing) -> Option<Vec<RegisteredResource>> {
    let methods = standing.methods.as_ref()?;
    let mut found: Vec<RegisteredResource> = Vec::new();
    for method in methods {
        let Some(resource) = Resource::of(&method.method) else { continue };
        found.push(RegisteredResource { resource, id: method.id.clone() });
    }
    found.sort();
    found.dedup();
    Some(found)
}
