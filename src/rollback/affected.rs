//! Who registered a phone or an app through combined registration, and still holds it as far as the log tells.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::covered::CoveredLog;
use super::reason::Reason;
use crate::attempt::{
    Attempt, AttemptOutcome, MethodChange, UserHistory, add, can_be_held, remove,
};
use crate::model::{
    ActorKind, Method, MethodFamily, format_timestamp, serialize_optional_timestamp,
};
use crate::origin::Origin;

/// The rule of what users register through combined registration.
const REGISTERED: &str = "registration.registered";
/// The rule of whoever registered all that was asked for, of which the log does not say what it was.
const COMPLETED: &str = "registration.completed";

/// A stretch of time, UTC.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Span {
    /// From this time on; from the beginning of the log where there is none.
    #[serde(serialize_with = "serialize_optional_timestamp")]
    pub since: Option<DateTime<Utc>>,
    /// Before this time; to the end of the log where there is none.
    #[serde(serialize_with = "serialize_optional_timestamp")]
    pub until: Option<DateTime<Utc>>,
}

impl Span {
    fn holds(self, time: DateTime<Utc>) -> bool {
        self.since.is_none_or(|since| time >= since) && self.until.is_none_or(|until| time < until)
    }
}

/// Who is affected when combined registration is turned off.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Affected {
    /// The time in which users registered. What they deleted since counts to the end of the log.
    pub span: Span,
    /// What the log covers.
    pub log: CoveredLog,
    /// Who registered phones or apps, and holds at least one of them, by name.
    pub users: Vec<AffectedUser>,
    /// Who has deleted all of them since, and of whom the log does not say what they registered.
    pub others: Vec<AffectedUser>,
}

/// A user who registered something through combined registration.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AffectedUser {
    /// The object id. Some exports do not give it.
    pub user_id: Option<String>,
    /// The user principal name.
    pub user_principal_name: Option<String>,
    /// The methods that were registered in the span, and are held still, each once.
    pub methods: Vec<Method>,
    /// Why: `holds`, `deleted_since`, `method_unknown`.
    pub reasons: Vec<Reason>,
    /// The registrations, with where their records stand.
    pub registered: Vec<MethodChange>,
    /// What the user lost after the first of them.
    pub deleted: Vec<MethodChange>,
}

impl Affected {
    /// Who is affected, by what the log tells of each user. [`log`](Self::log) is left for whoever did the reading.
    ///
    /// Counted is what a user registered with *User registered security info*, if it is a phone, an authenticator app or
    /// its codes; not what administrators registered, nor what other services logged. A method counts no more once the
    /// log shows that the user, or somebody for them, deleted the last one of it, or demanded that they register again,
    /// or once the directory does not list it.
    ///
    /// ```
    /// use regaudit::rollback::{Affected, Span};
    /// use regaudit::Attempts;
    /// let mut attempts = Attempts::new();
    /// for event in regaudit::read(["fixtures/exports/graph-v1-page-1.json"]) {
    ///     attempts.add(&event?);
    /// }
    /// let affected = Affected::of(attempts.into_users(), Span::default());
    /// assert!(affected.users.iter().all(|user| !user.registered.is_empty()));
    /// # Ok::<(), regaudit::Error>(())
    /// ```
    pub fn of(users: impl IntoIterator<Item = (Vec<Attempt>, UserHistory)>, span: Span) -> Self {
        let mut affected = Self { span, ..Self::default() };
        for (attempts, history) in users {
            let found = Found::in_history(&history, span);
            let unclear = unclear(&history, &attempts, span);
            if found.live.is_empty() && found.registered.is_empty() && unclear.is_none() {
                continue;
            }
            let is_holder = !found.live.is_empty();
            let mut reasons = Vec::new();
            if is_holder {
                reasons.push(holds(&found));
            } else if !found.registered.is_empty() {
                reasons.push(Reason::new("deleted_since", DELETED_SINCE));
            }
            reasons.extend(unclear);
            let user = AffectedUser {
                user_id: history.user_id.clone(),
                user_principal_name: history.user_principal_name.clone(),
                methods: found.methods(),
                reasons,
                registered: found.registered,
                deleted: found.deleted,
            };
            if is_holder { &mut affected.users } else { &mut affected.others }.push(user);
        }
        affected
    }
}

const DELETED_SINCE: &str = "All that is known to be registered through combined registration was deleted since, or is \
                             not listed by the directory any more.";

/// What the history of a user comes to.
#[derive(Default)]
struct Found {
    registered: Vec<MethodChange>,
    /// The registrations of what is held still.
    live: Vec<MethodChange>,
    deleted: Vec<MethodChange>,
}

impl Found {
    fn in_history(history: &UserHistory, span: Span) -> Self {
        let mut found = Self::default();
        let mut held: BTreeMap<Method, u32> = BTreeMap::new();
        for (is_deletion, change) in changes(history) {
            if is_deletion {
                remove(&mut held, &change.method);
                found.delete(&held, change);
                continue;
            }
            add(&mut held, &change.method);
            if is_counted(change) && span.holds(change.time) {
                found.registered.push(change.clone());
                found.live.push(change.clone());
            }
        }
        // What the directory lists in the end knows better, unless it is not known which of two changes came first.
        let is_held = |live: &MethodChange| {
            let mut ends = history.methods_deleted.iter().filter(|end| end.time == live.time);
            let mut held = history.numbers_held.keys();
            held.any(|held| can_be_held(held, &live.method))
                || ends.any(|end| can_be_held(&live.method, &end.method))
        };
        found.live.retain(is_held);
        found
    }

    /// Takes out what is held no more. The code that came with an app goes with it.
    fn delete(&mut self, held: &BTreeMap<Method, u32>, change: &MethodChange) {
        if !self.registered.is_empty() && is_phone_or_app(&change.method) {
            self.deleted.push(change.clone());
        }
        let is_gone =
            |live: &MethodChange| !held.keys().any(|held| can_be_held(held, &live.method));
        let is_app = |live: &MethodChange| live.method.family() == MethodFamily::MobileApp;
        let gone: Vec<Origin> = self
            .live
            .iter()
            .filter(|live| is_gone(live) && is_app(live))
            .map(|live| live.origin.clone())
            .collect();
        let came_with_it = |live: &MethodChange| is_app(live) && gone.contains(&live.origin);
        self.live.retain(|live| !(is_gone(live) || came_with_it(live)));
    }

    /// What is held still, each once.
    fn methods(&self) -> Vec<Method> {
        let mut methods: Vec<Method> = self.live.iter().map(|live| live.method.clone()).collect();
        methods.sort_by(|a, b| a.as_str().cmp(b.as_str()));
        methods.dedup();
        methods
    }
}

/// What a user gained and lost, by time; of one time what was lost first.
fn changes(history: &UserHistory) -> Vec<(bool, &MethodChange)> {
    let deleted = history.methods_deleted.iter().map(|change| (true, change));
    let registered = history.methods_registered.iter().map(|change| (false, change));
    let mut changes: Vec<_> = deleted.chain(registered).collect();
    changes.sort_by_key(|(is_deletion, change)| (change.time, !is_deletion));
    changes
}

fn is_counted(change: &MethodChange) -> bool {
    let is_own = matches!(change.actor, ActorKind::User | ActorKind::Unknown);
    change.rule == REGISTERED && is_own && is_phone_or_app(&change.method)
}

fn is_phone_or_app(method: &Method) -> bool {
    matches!(method.family(), MethodFamily::Phone | MethodFamily::MobileApp)
}

fn holds(found: &Found) -> Reason {
    let methods = found.methods();
    let names: Vec<&str> = methods.iter().map(Method::as_str).collect();
    let last = found.registered.iter().map(|change| change.time).max().map(format_timestamp);
    let text = format!(
        "Registered through combined registration, the last at {} (UTC), and not deleted since: {}.",
        last.unwrap_or_default(),
        names.join(", ")
    );
    Reason::new("holds", text)
}

/// That something was registered, and the log does not say what, or calls it something that has no name here.
fn unclear(history: &UserHistory, attempts: &[Attempt], span: Span) -> Option<Reason> {
    let is_unknown = |change: &&MethodChange| {
        let is_other = matches!(change.method, Method::Other(_));
        is_other && change.rule == REGISTERED && span.holds(change.time)
    };
    let unnamed = history.methods_registered.iter().find(is_unknown);
    let unnamed = unnamed.map(|change| (change.time, change.origin.to_string()));
    let untold = || {
        let attempt = attempts.iter().find(|attempt| is_untold(attempt, span))?;
        let origins: Vec<String> = attempt.origins.iter().map(ToString::to_string).collect();
        Some((attempt.last, origins.join("; ")))
    };
    let (time, origins) = unnamed.or_else(untold)?;
    let text = format!(
        "Registered something at {} (UTC), and the log does not say which method: {origins}.",
        format_timestamp(time)
    );
    Some(Reason::new("method_unknown", text))
}

/// Whether something was registered in an attempt of which the log names no method.
fn is_untold(attempt: &Attempt, span: Span) -> bool {
    let is_through =
        matches!(attempt.outcome, AttemptOutcome::Completed | AttemptOutcome::SingleChange);
    let is_registration = attempt.rule == REGISTERED || attempt.rule == COMPLETED;
    is_through && is_registration && span.holds(attempt.last) && attempt.methods_obtained.is_empty()
}
