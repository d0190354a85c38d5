//! Attempts: what a user went through in one sitting, and what they hold after it.
//!
//! An event tells of one step. Whether somebody got through is told by the steps of one sitting taken
//! together, and the log does not say where a sitting begins and ends: nearly everything here is
//! *inferred*, by these rules.
//!
//! **Which events.** A user's own steps: family `registration`, done by the user, or by nobody whom the
//! log names. What the service writes for itself is left out; what administrators and applications do
//! changes what is [held](UserHistory), and is no attempt.
//!
//! **Second records.** One change is often logged twice: by combined registration, and by the directory
//! ("Update user"), by Device Registration Service (a passkey), by the multifactor authentication service
//! or by self-service password reset. A second record is paired with the nearest first record of the same
//! user, within [`Attempts::TWIN_REACH`], if both succeeded or both did not, and if their methods can be
//! the same, among the hundred records before it and after it. Each first record takes one of each sort. A paired one adds its origin and counts as a twin;
//! one without a partner is a step of its own, if the user or nobody known did it.
//!
//! **A sitting** is made of steps of one user that are joined: neighbours in time no further apart than
//! the gap (15 minutes unless [`Attempts::gap`] says otherwise), and neighbours with the same correlation
//! id no further apart than [`Attempts::CORRELATION_REACH`].
//!
//! **The outcome** is that of the first row that fits. Steps at the same time stand in the order start,
//! failure, success, cancel, completion, because a log may write whole seconds only. A review decides only
//! where there is nothing else.
//!
//! | steps of the sitting | outcome |
//! |---|---|
//! | everything required was registered, and nothing was cancelled after it | completed |
//! | one success, and no start, failure, cancel or unknown result | single change |
//! | the last step that is no review is a success | completed |
//! | .. a failure | failed |
//! | .. a cancel | cancelled |
//! | .. a start, or a request for the options of a passkey | abandoned |
//! | reviews only, the last of them succeeded | reviewed |
//! | reviews only, the last of them failed | failed |
//! | nothing but results that are not known | unknown |
//!
//! Steps with an unknown result decide only in the last row. The end of a log may cut a sitting short: one
//! that is abandoned less than the gap before the end of the log may have gone on.
//!
//! **The mode** is interrupt where a step shows it (all required, reviewed), manage where one does
//! (deleted, updated, default changed); where a sitting shows both, the one it began with.

mod answer;
mod held;
mod history;
mod ledger;
mod part;
mod pieces;
mod similar;
mod sittings;
mod twins;
mod verdict;
mod window;

use chrono::TimeDelta;

use crate::catalogue::{Classification, Family, classify};
use crate::model::Event;

pub use self::answer::{
    Attempt, AttemptCounts, AttemptOutcome, Certainty, DirectoryMethods, MethodChange, Mode,
    UserHistory,
};
pub(crate) use self::held::{add, remove};
use self::ledger::Ledger;
#[cfg(feature = "rollback")]
pub(crate) use self::similar::{can_be_held, can_be_same};
pub use self::window::AttemptWindow;

/// A fold over events, in any order, into attempts and histories of users.
///
/// What comes out depends on the events alone, not on their order. It keeps 76 bytes of each event,
/// and each user, source and kind of event once, so ten million events take some 760 MB. Where that is
/// too much, and the events come roughly in the order of time, [`AttemptWindow`] keeps less.
///
/// ```
/// use regaudit::{AttemptOutcome, Attempts, read_slice};
/// let export = br#"[
///   {"activityDateTime": "2026-03-09T08:00:00Z", "loggedByService": "Authentication Methods", "result": "success",
///    "activityDisplayName": "User started security info registration",
///    "resultReason": "User started the registration for Passkey",
///    "targetResources": [{"type": "User", "userPrincipalName": "ada@example.com"}]},
///   {"activityDateTime": "2026-03-09T08:02:30Z", "loggedByService": "Authentication Methods", "result": "success",
///    "activityDisplayName": "User registered security info", "resultReason": "User registered Fido",
///    "targetResources": [{"type": "User", "userPrincipalName": "ada@example.com"}]}
/// ]"#;
/// let mut attempts = Attempts::new();
/// for event in read_slice("export.json", export) {
///     attempts.add(&event?);
/// }
/// let (attempts, users) = attempts.finish();
/// assert_eq!(attempts[0].outcome, AttemptOutcome::Completed);
/// assert_eq!((attempts[0].tries, attempts[0].duration_seconds), (1, 150.0));
/// assert_eq!(users[0].methods_held[0].as_str(), "passkey_fido2");
/// # Ok::<(), regaudit::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Attempts {
    ledger: Ledger,
    gap: TimeDelta,
}

impl Default for Attempts {
    fn default() -> Self {
        Self::new()
    }
}

impl Attempts {
    /// The gap between two sittings, unless another is asked for: 15 minutes.
    pub const GAP: TimeDelta = TimeDelta::minutes(15);
    /// How far apart neighbours with one correlation id may be and still be of one sitting: 24 hours.
    pub const CORRELATION_REACH: TimeDelta = TimeDelta::hours(24);
    /// How far a second record of a change may be from the first: 5 minutes.
    pub const TWIN_REACH: TimeDelta = TimeDelta::minutes(5);

    /// The families of events that attempts and histories are made of.
    pub const FAMILIES: [Family; 3] = [Family::Registration, Family::Credential, Family::Twin];

    /// Attempts of nobody.
    pub fn new() -> Self {
        Self { ledger: Ledger::default(), gap: Self::GAP }
    }

    /// The longest time between two steps of one sitting; a negative one counts as none.
    #[must_use]
    pub fn gap(mut self, gap: TimeDelta) -> Self {
        self.gap = gap.max(TimeDelta::zero());
        self
    }

    /// Adds an event. One that says nothing of attempts or methods changes nothing.
    pub fn add(&mut self, event: &Event) {
        if let Some(classification) = classify(event) {
            self.add_classified(event, &classification);
        }
    }

    /// Adds an event whose classification is known.
    pub fn add_classified(&mut self, event: &Event, classification: &Classification) {
        self.add_stated(event, classification, DirectoryMethods::of(event));
    }

    /// Adds an event that no longer holds what the directory stated, because it was
    /// [masked](crate::Masker).
    pub fn add_stated(
        &mut self,
        event: &Event,
        classification: &Classification,
        stated: Option<DirectoryMethods>,
    ) {
        if let Some(note) = self.ledger.note(event, classification, stated) {
            self.ledger.notes.push(note);
        }
    }

    /// How many events would count but name no user. They are in no attempt.
    pub fn events_without_user(&self) -> u64 {
        self.ledger.without_user
    }

    /// Every attempt, by its first step, and every user, by name.
    pub fn finish(self) -> (Vec<Attempt>, Vec<UserHistory>) {
        let mut attempts = Vec::new();
        let mut users = Vec::new();
        for (of_user, history) in self.into_users() {
            attempts.extend(of_user);
            users.push(history);
        }
        sort_by_time(&mut attempts);
        (attempts, users)
    }

    /// The attempts and the history of one user after another, by name: what takes much room is made
    /// for one user at a time.
    pub fn into_users(mut self) -> impl Iterator<Item = (Vec<Attempt>, UserHistory)> {
        let (users, numbers) = self.ledger.reconcile();
        self.ledger.drop_names();
        let by_user = self.ledger.notes.grouped(users.len(), |note| numbers[note.user as usize]);
        users.into_iter().enumerate().filter_map(move |(number, identity)| {
            let notes = self.ledger.notes.at(by_user.places(number));
            if notes.is_empty() {
                return None;
            }
            let records = self.ledger.records(&notes);
            let paired = twins::pair(&records);
            let attempts = sittings::attempts(&records, &paired, self.gap, &identity);
            let history = history::of_user(&records, &paired, &attempts, identity);
            Some((attempts, history))
        })
    }
}

/// The order in which attempts are told.
fn sort_by_time(attempts: &mut [Attempt]) {
    attempts.sort_by(|a, b| {
        let user = |attempt: &Attempt| {
            let name = attempt.user_principal_name.as_ref().map(|name| name.to_lowercase());
            (name, attempt.user_id.clone())
        };
        a.first.cmp(&b.first).then_with(|| user(a).cmp(&user(b)))
    });
}
