//! What a later export of the log confirms of a plan.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::covered::CoveredLog;
use super::deletion::Deletion;
use super::plan::{Plan, PlannedUser};
use super::resource::Resource;
use crate::attempt::{Attempts, DirectoryMethods, can_be_same};
use crate::catalogue::Classification;
use crate::model::{ActorKind, Event, Method, Outcome, serialize_timestamp};
use crate::origin::Origin;

/// What the log says of a plan.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Verification {
    /// The digest of the plan.
    pub plan: String,
    /// When the plan was made; earlier records are not looked at. UTC.
    #[serde(serialize_with = "serialize_timestamp")]
    pub since: DateTime<Utc>,
    /// What the log covers.
    pub log: CoveredLog,
    /// How many there are of which kind.
    pub counts: VerificationCounts,
    /// The users whom the plan rolls back, in its order.
    pub users: Vec<VerifiedUser>,
}

/// How many deletions and users a log confirms.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct VerificationCounts {
    /// Users whom the plan rolls back.
    pub users: u64,
    /// Users of whom all deletions are confirmed.
    pub confirmed_users: u64,
    /// Deletions of the plan.
    pub deletions: u64,
    /// Deletions that are confirmed.
    pub confirmed: u64,
    /// Deletions that are not.
    pub open: u64,
    /// Users who registered a method that the plan covers since.
    pub registered_again: u64,
}

/// What the log says of a user.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct VerifiedUser {
    /// The object id.
    pub id: Option<String>,
    /// The user principal name.
    pub upn: Option<String>,
    /// Whether every deletion is confirmed.
    pub is_confirmed: bool,
    /// Each deletion of the plan.
    pub deletions: Vec<VerifiedDeletion>,
    /// What was registered since the plan was made, of the sorts that it covers.
    pub registered_since: Vec<LoggedChange>,
    /// Deletions in the log that are none of the plan, or more than it has.
    pub other_deletions: Vec<LoggedChange>,
    /// Deletions that were tried and failed.
    pub failed_deletions: Vec<LoggedChange>,
}

/// A deletion of the plan, and the record that confirms it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct VerifiedDeletion {
    /// The sort of method.
    pub resource: Resource,
    /// The id, where the plan has it. The log does not tell ids.
    pub id: Option<String>,
    /// The record; `None` where there is none: the deletion is open.
    pub confirmed: Option<LoggedChange>,
}

/// A change in the log.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LoggedChange {
    /// When, UTC.
    #[serde(serialize_with = "serialize_timestamp")]
    pub time: DateTime<Utc>,
    /// The activity.
    pub activity: String,
    /// The methods it speaks of.
    pub methods: Vec<Method>,
    /// What kind of actor did it.
    pub actor: ActorKind,
    /// Who: user principal name, application, or id.
    pub by: Option<String>,
    /// The rule that says what the record means.
    pub rule: &'static str,
    /// Where the record stands.
    pub origin: Origin,
}

/// A fold over events, in any order, that confirms the deletions of a plan.
///
/// A record of a deletion confirms one deletion of the user that it can be about: the sort it names first, else one
/// that it may mean; of deletions without ids, which stand for a sort each, all that it names. A demand to register
/// again confirms all. What the directory lists after a change ("Update user")
/// confirms where no service wrote a record of its own within [`Attempts::TWIN_REACH`]. What was registered since the plan
/// was made, and deleted again, confirms nothing.
#[derive(Debug, Clone)]
pub struct Verifier<'a> {
    plan: &'a Plan,
    /// The places of users, by their names in lower case; none where several have one name.
    users: BTreeMap<String, Option<usize>>,
    seen: Vec<Seen>,
}

#[derive(Debug, Clone, Default)]
struct Seen {
    /// What changed, by records of services.
    changes: Vec<(Change, LoggedChange)>,
    /// What changed, by lists of the directory.
    listed: Vec<(Change, LoggedChange)>,
    failed: Vec<LoggedChange>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    Deleted,
    Registered,
}

impl<'a> Verifier<'a> {
    /// A verification of this plan.
    pub fn new(plan: &'a Plan) -> Self {
        let mut users = BTreeMap::new();
        for (place, user) in plan.users_to_roll_back().enumerate() {
            for name in [&user.id, &user.upn].into_iter().flatten() {
                let known = users.entry(name.to_lowercase()).or_insert(Some(place));
                *known = known.filter(|known| *known == place);
            }
        }
        let seen = vec![Seen::default(); plan.users_to_roll_back().count()];
        Self { plan, users, seen }
    }

    /// The names to filter events by, so that a large log is read quickly.
    pub fn names(&self) -> Vec<String> {
        self.users.keys().cloned().collect()
    }

    /// Adds an event with what it means. One that tells nothing of the plan changes nothing.
    pub fn add(&mut self, event: &Event, classification: &Classification) {
        let Some(user) = self.user_of(event) else { return };
        if event.time < self.plan.created {
            return;
        }
        let Some(meaning) = Meaning::of(classification.rule) else { return };
        let change = logged(event, classification);
        let seen = &mut self.seen[user];
        match (meaning, classification.outcome) {
            (Meaning::Deleted, Outcome::Success) => seen.changes.push((Change::Deleted, change)),
            (Meaning::Deleted, Outcome::Failure) => seen.failed.push(change),
            (Meaning::Registered, Outcome::Success) => {
                seen.changes.push((Change::Registered, change));
            }
            (Meaning::Listed, Outcome::Success) => seen.listed.extend(listed(event, &change)),
            _ => {}
        }
    }

    /// An id wins: a name that goes with another id is somebody else's.
    fn user_of(&self, event: &Event) -> Option<usize> {
        let names = event.user()?;
        match (names.id, names.user_principal_name) {
            (Some(id), name) => {
                if let Some(place) = self.users.get(&id.to_lowercase()) {
                    return *place;
                }
                let place = (*self.users.get(&name?.to_lowercase())?)?;
                let has_no_id = self.plan.users_to_roll_back().nth(place)?.id.is_none();
                has_no_id.then_some(place)
            }
            (None, name) => *self.users.get(&name?.to_lowercase())?,
        }
    }

    /// What all events come to.
    pub fn finish(self, log: CoveredLog) -> Verification {
        let users: Vec<VerifiedUser> = self
            .plan
            .users_to_roll_back()
            .zip(self.seen)
            .map(|(user, seen)| verify(self.plan, user, seen))
            .collect();
        let confirmed = |user: &VerifiedUser| {
            user.deletions.iter().filter(|deletion| deletion.confirmed.is_some()).count() as u64
        };
        let deletions = users.iter().map(|user| user.deletions.len() as u64).sum();
        let confirmed_deletions = users.iter().map(confirmed).sum();
        let counts = VerificationCounts {
            users: users.len() as u64,
            confirmed_users: users.iter().filter(|user| user.is_confirmed).count() as u64,
            deletions,
            confirmed: confirmed_deletions,
            open: deletions - confirmed_deletions,
            registered_again: users.iter().filter(|user| !user.registered_since.is_empty()).count()
                as u64,
        };
        Verification {
            plan: self.plan.digest.clone(),
            since: self.plan.created,
            log,
            counts,
            users,
        }
    }
}

/// What a rule's records say of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    Registered,
    Deleted,
    /// The directory lists what is left.
    Listed,
}

impl Meaning {
    fn of(rule: &str) -> Option<Self> {
        Some(match rule {
            "registration.registered" | "registration.admin_registered" => Self::Registered,
            "registration.deleted"
            | "registration.delete_failed"
            | "registration.admin_deleted"
            | "registration.admin_delete_failed"
            | REQUIRED_REGISTRATION
            | "credential.passkey_deleted"
            | "credential.windows_hello_deleted"
            | PHONE_SIGN_IN_DELETED
            | "credential.platform_credential_deleted" => Self::Deleted,
            "twin.methods_changed" => Self::Listed,
            _ => return None,
        })
    }
}

/// The rule of phone sign-in that was removed from an app.
const PHONE_SIGN_IN_DELETED: &str = "credential.phone_sign_in_deleted";

/// The rule of the demand that a user register again, which deletes phones and apps.
const REQUIRED_REGISTRATION: &str = "registration.admin_required_registration";

fn logged(event: &Event, classification: &Classification) -> LoggedChange {
    let user = event.actor.user.as_ref().and_then(|user| user.user_principal_name.as_deref());
    let by = user.or(event.actor.application_name()).or(event.actor.id());
    LoggedChange {
        time: event.time,
        activity: event.activity.as_str().to_owned(),
        methods: classification.methods.clone(),
        actor: event.actor_kind(),
        by: by.map(str::to_owned),
        rule: classification.rule,
        origin: event.origin.clone(),
    }
}

/// What the directory lists as gained and lost by a change, one method each. Of a phone, calls and texts are one.
fn listed(event: &Event, change: &LoggedChange) -> Vec<(Change, LoggedChange)> {
    // Gained methods are among those listed after it, lost ones are not.
    let held = DirectoryMethods::of(event).map(|stated| stated.held).unwrap_or_default();
    let mut found: Vec<(Change, LoggedChange)> = Vec::new();
    for method in &change.methods {
        let what = if held.contains(method) { Change::Registered } else { Change::Deleted };
        let is_same = |(known, other): &(Change, LoggedChange)| {
            *known == what && Resource::of(&other.methods[0]) == Resource::of(method)
        };
        if !found.iter().any(is_same) {
            found.push((what, LoggedChange { methods: vec![method.clone()], ..change.clone() }));
        }
    }
    found
}

fn verify(plan: &Plan, user: &PlannedUser, seen: Seen) -> VerifiedUser {
    let mut changes = seen.changes;
    let is_new = |listed: &(Change, LoggedChange)| {
        !changes.iter().any(|(what, change)| *what == listed.0 && is_twin(change, &listed.1))
    };
    let listed: Vec<_> = seen.listed.into_iter().filter(is_new).collect();
    changes.extend(listed);
    // Of one time, what was deleted comes first.
    changes.sort_by_key(|(what, change)| (change.time, *what));
    let (mut registered, mut deleted, mut others) = (Vec::new(), Vec::new(), Vec::new());
    let mut in_hand: Vec<Vec<Method>> = Vec::new();
    for (what, change) in changes {
        if what == Change::Registered {
            in_hand.push(change.methods.clone());
            registered.push(change);
        } else if takes_back(&change, &mut in_hand) {
            others.push(change);
        } else {
            deleted.push(change);
        }
    }
    let mut confirmed: Vec<Option<LoggedChange>> = vec![None; user.deletions.len()];
    // Records that say which method it was choose before those that may mean several.
    let (exact, vague): (Vec<_>, Vec<_>) = deleted.into_iter().partition(is_exact);
    for change in exact.into_iter().chain(vague) {
        if !confirm(&user.deletions, &mut confirmed, &change) {
            others.push(change);
        }
    }
    let deletions: Vec<VerifiedDeletion> = user
        .deletions
        .iter()
        .zip(confirmed)
        .map(|(deletion, confirmed)| VerifiedDeletion {
            resource: deletion.resource,
            id: deletion.id.clone(),
            confirmed,
        })
        .collect();
    let is_covered = |method: &Method| {
        Resource::of(method).is_some_and(|resource| plan.covers.contains(&resource))
    };
    registered.retain(|change| change.methods.is_empty() || change.methods.iter().any(is_covered));
    others.sort_by_key(|change| change.time);
    VerifiedUser {
        id: user.id.clone(),
        upn: user.upn.clone(),
        is_confirmed: deletions.iter().all(|deletion| deletion.confirmed.is_some()),
        deletions,
        registered_since: registered,
        other_deletions: others,
        failed_deletions: seen.failed,
    }
}

/// Whether a deletion is of something that was registered since the plan was made. What was, is out of hand then: what one
/// record registered, by one record.
fn takes_back(change: &LoggedChange, in_hand: &mut Vec<Vec<Method>>) -> bool {
    if change.rule == REQUIRED_REGISTRATION {
        let is_reset = |method: &Method| {
            Resource::of(method).is_some_and(|resource| Resource::COVERED.contains(&resource))
        };
        in_hand.retain(|methods| !methods.iter().all(is_reset));
        return false;
    }
    let is_it = |method: &Method| match change.rule {
        PHONE_SIGN_IN_DELETED => *method == Method::AuthenticatorPasswordless,
        _ => change.methods.iter().any(|deleted| can_be_same(method, deleted)),
    };
    let place = in_hand.iter().position(|methods| methods.iter().any(is_it));
    place.map(|place| in_hand.remove(place)).is_some()
}

/// Whether a list of the directory shows what a service wrote a record of.
fn is_twin(change: &LoggedChange, listed: &LoggedChange) -> bool {
    let reach: TimeDelta = Attempts::TWIN_REACH;
    let is_about = |method: &Method| {
        listed.methods.iter().any(|listed| {
            can_be_same(method, listed) || Resource::of(method) == Resource::of(listed)
        })
    };
    (change.time - listed.time).abs() <= reach
        && (change.methods.is_empty() || change.methods.iter().any(is_about))
}

/// Whether a record says which method was deleted.
fn is_exact(change: &LoggedChange) -> bool {
    let is_vague = |method: &Method| {
        matches!(
            method,
            Method::PhoneUnspecified | Method::AuthenticatorUnspecified | Method::OathUnspecified
        )
    };
    !change.methods.is_empty() && !change.methods.iter().any(is_vague)
}

/// Takes a record for the confirmation of a deletion; whether there is one left that it can be about.
fn confirm(
    deletions: &[Deletion],
    confirmed: &mut [Option<LoggedChange>],
    change: &LoggedChange,
) -> bool {
    let is_open = |place: &usize| confirmed[*place].is_none();
    let open: Vec<usize> = (0..deletions.len()).filter(is_open).collect();
    if change.rule == REQUIRED_REGISTRATION {
        let is_reset = |place: &&usize| Resource::COVERED.contains(&deletions[**place].resource);
        let reset: Vec<usize> = open.iter().filter(is_reset).copied().collect();
        for place in &reset {
            confirmed[*place] = Some(change.clone());
        }
        return !reset.is_empty();
    }
    // Phone sign-in may be removed from an app that stays.
    if change.rule == PHONE_SIGN_IN_DELETED {
        return false;
    }
    let names = |place: &&usize| {
        let resource = deletions[**place].resource;
        change.methods.iter().any(|method| Resource::of(method) == Some(resource))
    };
    let can_mean = |place: &&usize| {
        let known = &deletions[**place].methods;
        change.methods.iter().any(|method| known.iter().any(|known| can_be_same(method, known)))
    };
    // One without an id stands for a sort, and a record may name several: an app and its codes.
    let is_sort = |place: &usize| deletions[*place].id.is_none() && names(&place);
    let sorts: Vec<usize> = (0..deletions.len()).filter(is_sort).collect();
    if !sorts.is_empty() {
        for place in sorts.into_iter().filter(|place| open.contains(place)) {
            confirmed[place] = Some(change.clone());
        }
        return true;
    }
    let place = open.iter().find(names).or_else(|| open.iter().find(can_mean)).copied();
    if let Some(place) = place {
        confirmed[place] = Some(change.clone());
    }
    place.is_some()
}
