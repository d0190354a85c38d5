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
/// that it may mean. A demand to register again confirms all. What the directory lists after a change ("Update user")
/// confirms where no service wrote a record of its own within [`Attempts::TWIN_REACH`].
#[derive(Debug, Clone)]
pub struct Verifier<'a> {
    plan: &'a Plan,
    /// The places of users, by their names in lower case.
    users: BTreeMap<String, usize>,
    seen: Vec<Seen>,
}

#[derive(Debug, Clone, Default)]
struct Seen {
    deleted: Vec<LoggedChange>,
    listed_without: Vec<LoggedChange>,
    failed: Vec<LoggedChange>,
    registered: Vec<LoggedChange>,
}

impl<'a> Verifier<'a> {
    /// A verification of this plan.
    pub fn new(plan: &'a Plan) -> Self {
        let mut users = BTreeMap::new();
        for (place, user) in plan.users_to_roll_back().enumerate() {
            for name in [&user.id, &user.upn].into_iter().flatten() {
                users.insert(name.to_lowercase(), place);
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
        let mut change = logged(event, classification);
        let seen = &mut self.seen[user];
        match (meaning, classification.outcome) {
            (Meaning::Deleted, Outcome::Success) => seen.deleted.push(change),
            (Meaning::Deleted, Outcome::Failure) => seen.failed.push(change),
            (Meaning::Registered, Outcome::Success) => seen.registered.push(change),
            (Meaning::Listed, Outcome::Success) => {
                // Gained methods are among those listed after it, lost ones are not.
                let stated = DirectoryMethods::of(event);
                let listed = stated.map(|stated| stated.held).unwrap_or_default();
                change.methods.retain(|method| !listed.contains(method));
                if !change.methods.is_empty() {
                    seen.listed_without.push(change);
                }
            }
            _ => {}
        }
    }

    /// An id wins: a name that goes with another id is somebody else's.
    fn user_of(&self, event: &Event) -> Option<usize> {
        let names = event.user()?;
        match (names.id, names.user_principal_name) {
            (Some(id), name) => self.users.get(&id.to_lowercase()).copied().or_else(|| {
                let place = *self.users.get(&name?.to_lowercase())?;
                let has_no_id = self.plan.users_to_roll_back().nth(place)?.id.is_none();
                has_no_id.then_some(place)
            }),
            (None, name) => self.users.get(&name?.to_lowercase()).copied(),
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
            | "credential.phone_sign_in_deleted"
            | "credential.platform_credential_deleted" => Self::Deleted,
            "twin.methods_changed" => Self::Listed,
            _ => return None,
        })
    }
}

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

fn verify(plan: &Plan, user: &PlannedUser, seen: Seen) -> VerifiedUser {
    let Seen { mut deleted, mut listed_without, failed, mut registered } = seen;
    deleted.sort_by_key(|change| change.time);
    listed_without.sort_by_key(|change| change.time);
    registered.sort_by_key(|change| change.time);
    listed_without.retain(|listed| !deleted.iter().any(|change| is_twin(change, listed)));
    let mut confirmed: Vec<Option<LoggedChange>> = vec![None; user.deletions.len()];
    let mut others = Vec::new();
    // Records that say which method it was choose before those that may mean several.
    let (exact, vague): (Vec<_>, Vec<_>) = deleted.into_iter().partition(is_exact);
    for change in exact.into_iter().chain(vague).chain(listed_without) {
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
    VerifiedUser {
        id: user.id.clone(),
        upn: user.upn.clone(),
        is_confirmed: deletions.iter().all(|deletion| deletion.confirmed.is_some()),
        deletions,
        registered_since: registered,
        other_deletions: others,
        failed_deletions: failed,
    }
}

fn is_twin(change: &LoggedChange, listed: &LoggedChange) -> bool {
    let reach: TimeDelta = Attempts::TWIN_REACH;
    (change.time - listed.time).abs() <= reach
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
    let names = |place: &&usize| {
        let resource = deletions[**place].resource;
        change.methods.iter().any(|method| Resource::of(method) == Some(resource))
    };
    let can_mean = |place: &&usize| {
        let known = &deletions[**place].methods;
        change.methods.iter().any(|method| known.iter().any(|known| can_be_same(method, known)))
    };
    let place = open.iter().find(names).or_else(|| open.iter().find(can_mean)).copied();
    // One that stands for every method of its sort takes all records about them.
    let takes_more = |place: &usize| {
        deletions[*place].id.is_none() && names(&place) && confirmed[*place].is_some()
    };
    match place {
        Some(place) => {
            confirmed[place] = Some(change.clone());
            true
        }
        None => (0..deletions.len()).any(|place| takes_more(&place)),
    }
}
