//! The main job: who succeeded, failed and cancelled, with which method, and why.
//!
//! A [`Summary`] is a fold over events. It keeps counts and one entry for each user, so its memory
//! depends on the number of users alone, and two of them can be merged. What it comes to is an
//! [`Answer`]: plain data, which a [report](crate::report) draws.

mod sketches;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::catalogue::{Classification, Family, classify};
pub use crate::model::Counts;
use crate::model::{ActorKind, Event, Identity, KnownNames, Method, Outcome};

pub(crate) use self::sketches::SketchSummary;

/// A mergeable fold over events.
///
/// Events of maintenance, which the service writes for itself, and events that no rule has a name
/// for are counted apart from all others.
///
/// ```
/// use regaudit::{Summary, read_slice};
/// let export = br#"{"activityDateTime": "2026-03-09T08:00:00Z", "loggedByService": "Authentication Methods",
///     "activityDisplayName": "User registered security info", "result": "success",
///     "resultReason": "User registered Mobile Phone SMS"}"#;
/// let mut summary = Summary::new();
/// for event in read_slice("one.json", export) {
///     summary.add(&event?);
/// }
/// let answer = summary.answer();
/// assert_eq!(answer.outcomes.success, 1);
/// assert_eq!(answer.methods[0].name, "phone_mobile_sms");
/// # Ok::<(), regaudit::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Summary {
    span: Span,
    outcomes: Counts,
    families: BTreeMap<Family, u64>,
    activities: BTreeMap<String, Counts>,
    methods: BTreeMap<String, Counts>,
    actors: BTreeMap<ActorKind, Counts>,
    days: BTreeMap<NaiveDate, Counts>,
    reasons: BTreeMap<ReasonKey, u64>,
    maintenance: BTreeMap<&'static str, u64>,
    unknown: BTreeMap<String, Counts>,
    users: BTreeMap<String, UserCounts>,
    without_user: u64,
}

/// The first and the last time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Span(Option<(DateTime<Utc>, DateTime<Utc>)>);

impl Span {
    fn add(&mut self, other: Self) {
        self.0 = match (self.0, other.0) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
    }

    fn at(time: DateTime<Utc>) -> Self {
        Self(Some((time, time)))
    }

    fn first(self) -> Option<DateTime<Utc>> {
        self.0.map(|span| span.0)
    }

    fn last(self) -> Option<DateTime<Utc>> {
        self.0.map(|span| span.1)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct ReasonKey {
    rule: &'static str,
    outcome: Outcome,
    methods: Vec<Method>,
    reason: String,
}

/// What is kept of one user.
#[derive(Debug, Clone, Default, PartialEq)]
struct UserCounts {
    identity: Identity,
    span: Span,
    outcomes: Counts,
    succeeded: BTreeSet<Method>,
}

/// How many different texts of one sort are counted by themselves. Real logs hold a few dozen; the
/// bound keeps memory in check where free text gets in.
const TEXTS: usize = 10_000;

/// How many methods are listed for one user, unless they have names.
const METHODS: usize = 100;

/// Where texts beyond the bound are counted.
const FURTHER: &str = "(further)";

impl Summary {
    /// A summary of nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts an event. One that the catalogue has no rule for is no event, and is not counted.
    pub fn add(&mut self, event: &Event) {
        if let Some(classification) = classify(event) {
            self.add_classified(event, &classification);
        }
    }

    /// Counts an event whose classification is known.
    pub fn add_classified(&mut self, event: &Event, classification: &Classification) {
        let outcome = classification.outcome;
        self.span.add(Span::at(event.time));
        *self.families.entry(classification.family).or_default() += 1;
        if classification.maintenance {
            *self.maintenance.entry(classification.rule).or_default() += 1;
            return;
        }
        if classification.is_unknown() {
            bounded(&mut self.unknown, event.activity.as_str()).add(outcome);
            return;
        }
        self.outcomes.add(outcome);
        bounded(&mut self.activities, event.activity.as_str()).add(outcome);
        for method in &classification.methods {
            bounded(&mut self.methods, method.as_str()).add(outcome);
        }
        self.actors.entry(event.actor_kind()).or_default().add(outcome);
        self.days.entry(event.time.date_naive()).or_default().add(outcome);
        self.add_reason(event, classification);
        self.add_user(event, classification);
    }

    fn add_reason(&mut self, event: &Event, classification: &Classification) {
        let reason = event.reason.as_ref().map(crate::model::Reason::without_numbers);
        let key = ReasonKey {
            rule: classification.rule,
            outcome: classification.outcome,
            methods: classification.methods.clone(),
            reason: reason.unwrap_or_default(),
        };
        self.count_reason(key, 1);
    }

    fn count_reason(&mut self, mut key: ReasonKey, events: u64) {
        if self.reasons.len() >= TEXTS && !self.reasons.contains_key(&key) {
            FURTHER.clone_into(&mut key.reason);
            key.methods.retain(|method| !matches!(method, Method::Other(_)));
        }
        *self.reasons.entry(key).or_default() += events;
    }

    fn add_user(&mut self, event: &Event, classification: &Classification) {
        let identity = Identity::of(event);
        let Some(key) = identity.key() else {
            self.without_user += 1;
            return;
        };
        let user = self.users.entry(key).or_default();
        user.identity.fill_in(&identity);
        user.span.add(Span::at(event.time));
        user.outcomes.add(classification.outcome);
        if classification.outcome == Outcome::Success {
            user.add_succeeded(classification.methods.iter().cloned());
        }
    }

    /// Adds a summary of other events. Where no event is in both, the result is the summary of all
    /// of them, as long as there are no more than 10,000 different texts of one sort: beyond that the
    /// counts still add up, but which texts stand under `(further)` may differ.
    pub fn merge(&mut self, other: Self) {
        self.span.add(other.span);
        self.outcomes.merge(other.outcomes);
        merge_numbers(&mut self.families, other.families);
        merge_bounded(&mut self.activities, other.activities);
        merge_bounded(&mut self.methods, other.methods);
        merge_counts(&mut self.actors, other.actors);
        merge_counts(&mut self.days, other.days);
        for (key, events) in other.reasons {
            self.count_reason(key, events);
        }
        merge_numbers(&mut self.maintenance, other.maintenance);
        merge_bounded(&mut self.unknown, other.unknown);
        for (key, user) in other.users {
            self.users.entry(key).or_default().merge(user);
        }
        self.without_user += other.without_user;
    }

    /// What it comes to, without the table of users.
    pub fn answer(&self) -> Answer {
        let users = self.reconciled_users();
        let mut users_by_outcome = Counts::default();
        for outcome in Outcome::ALL {
            let with = users.values().filter(|user| user.outcomes.of(outcome) > 0).count();
            *users_by_outcome.of_mut(outcome) = with as u64;
        }
        Answer {
            events: self.families.values().sum(),
            first: self.span.first(),
            last: self.span.last(),
            outcomes: self.outcomes,
            users: users.len() as u64,
            users_by_outcome,
            events_without_user: self.without_user,
            families: self.families.clone(),
            activities: by_activity(&self.activities),
            methods: rows(&self.methods, std::clone::Clone::clone),
            actors: rows(&self.actors, |kind| kind.as_str().to_owned()),
            days: rows(&self.days, ToString::to_string),
            reasons: self.reason_rows(),
            maintenance: self
                .maintenance
                .iter()
                .map(|(rule, events)| ((*rule).to_owned(), *events))
                .collect(),
            unknown: rows(&self.unknown, std::clone::Clone::clone),
        }
    }

    /// Every user, with what their events came to, by name.
    pub fn users(&self) -> Vec<UserRow> {
        let mut rows: Vec<UserRow> =
            self.reconciled_users().into_values().map(UserCounts::into_row).collect();
        let name = |row: &UserRow| row.user_principal_name.as_ref().map(|name| name.to_lowercase());
        rows.sort_by(|a, b| (name(a), &a.id).cmp(&(name(b), &b.id)));
        rows
    }

    /// The users, those known by name alone taken together with the one whose id goes with that name.
    fn reconciled_users(&self) -> BTreeMap<String, UserCounts> {
        let known = KnownNames::of(self.users.iter().map(|(key, user)| (key, &user.identity)));
        let mut users: BTreeMap<String, UserCounts> = BTreeMap::new();
        for (key, user) in &self.users {
            let key = known.key_of(key, &user.identity);
            users.entry(key.to_owned()).or_default().merge(user.clone());
        }
        users
    }

    fn reason_rows(&self) -> Vec<ReasonRow> {
        let mut rows: Vec<ReasonRow> = self
            .reasons
            .iter()
            .map(|(key, events)| ReasonRow {
                reason: key.reason.clone(),
                rule: key.rule.to_owned(),
                outcome: key.outcome,
                methods: key.methods.iter().map(|method| method.as_str().to_owned()).collect(),
                events: *events,
            })
            .collect();
        // A stable sort: rows alike in number stay in the order of rules and texts.
        rows.sort_by_key(|row| std::cmp::Reverse(row.events));
        rows
    }
}

impl UserCounts {
    fn merge(&mut self, other: Self) {
        self.identity.fill_in(&other.identity);
        self.span.add(other.span);
        self.outcomes.merge(other.outcomes);
        self.add_succeeded(other.succeeded);
    }

    /// Methods without a name are kept up to a bound: their texts may be anything.
    fn add_succeeded(&mut self, methods: impl IntoIterator<Item = Method>) {
        for method in methods {
            if self.succeeded.len() < METHODS || !matches!(method, Method::Other(_)) {
                self.succeeded.insert(method);
            }
        }
    }

    fn into_row(self) -> UserRow {
        UserRow {
            id: self.identity.id,
            user_principal_name: self.identity.user_principal_name,
            display_name: self.identity.display_name,
            first: self.span.first(),
            last: self.span.last(),
            outcomes: self.outcomes,
            succeeded: self.succeeded.iter().map(|method| method.as_str().to_owned()).collect(),
        }
    }
}

fn bounded<'map>(map: &'map mut BTreeMap<String, Counts>, text: &str) -> &'map mut Counts {
    let text = if map.len() < TEXTS || map.contains_key(text) { text } else { FURTHER };
    map.entry(text.to_owned()).or_default()
}

fn merge_bounded(counts: &mut BTreeMap<String, Counts>, other: BTreeMap<String, Counts>) {
    for (text, found) in other {
        bounded(counts, &text).merge(found);
    }
}

fn merge_counts<K: Ord>(counts: &mut BTreeMap<K, Counts>, other: BTreeMap<K, Counts>) {
    for (key, found) in other {
        counts.entry(key).or_default().merge(found);
    }
}

fn merge_numbers<K: Ord>(numbers: &mut BTreeMap<K, u64>, other: BTreeMap<K, u64>) {
    for (key, number) in other {
        *numbers.entry(key).or_default() += number;
    }
}

/// What a [`Summary`] comes to. Times are UTC, and all numbers count events, not attempts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Answer {
    /// Every event, also those of maintenance and those no rule has a name for.
    pub events: u64,
    /// The time of the first event.
    #[serde(serialize_with = "crate::model::serialize_optional_timestamp")]
    pub first: Option<DateTime<Utc>>,
    /// The time of the last event.
    #[serde(serialize_with = "crate::model::serialize_optional_timestamp")]
    pub last: Option<DateTime<Utc>>,
    /// Events by outcome, without maintenance and unknown ones, as everywhere below.
    pub outcomes: Counts,
    /// Distinct users.
    pub users: u64,
    /// Distinct users with at least one event of the outcome; one user may be in several.
    pub users_by_outcome: Counts,
    /// Events that name no user.
    pub events_without_user: u64,
    /// Every event, by family.
    pub families: BTreeMap<Family, u64>,
    /// By activity, with rates.
    pub activities: Vec<ActivityRow>,
    /// By method; an event about two methods counts for each.
    pub methods: Vec<Row>,
    /// By kind of actor.
    pub actors: Vec<Row>,
    /// By day.
    pub days: Vec<Row>,
    /// By rule, method and reason, most frequent first.
    pub reasons: Vec<ReasonRow>,
    /// Events the service wrote for itself, by rule.
    pub maintenance: BTreeMap<String, u64>,
    /// Events that speak of security info and that no rule has a name for, by activity.
    pub unknown: Vec<Row>,
}

/// Events of one name, by outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Row {
    /// What they have in common.
    pub name: String,
    /// What they came to.
    #[serde(flatten)]
    pub counts: Counts,
}

/// Events of one activity, with rates.
///
/// Rates are shares of the events that ended: `denominator` is success, failure, cancelled and unknown.
/// An activity that tells of a beginning has none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ActivityRow {
    /// The activity by its usual English name.
    pub activity: String,
    /// What the events came to.
    #[serde(flatten)]
    pub counts: Counts,
    /// How many events the rates are shares of.
    pub denominator: Option<u64>,
    /// The share that succeeded, 0 to 1.
    pub success_rate: Option<f64>,
    /// The share that failed, 0 to 1.
    pub failure_rate: Option<f64>,
    /// The share that was cancelled, 0 to 1.
    pub cancellation_rate: Option<f64>,
}

/// Events of one rule, outcome, method and reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReasonRow {
    /// The reason without numbers; empty where the log gives none.
    pub reason: String,
    /// The rule that decided.
    pub rule: String,
    /// What they came to.
    pub outcome: Outcome,
    /// The methods.
    pub methods: Vec<String>,
    /// How many.
    pub events: u64,
}

/// What the events of one user came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UserRow {
    /// The user principal name, in one of the casings met.
    pub user_principal_name: Option<String>,
    /// The display name.
    pub display_name: Option<String>,
    /// The object id.
    pub id: Option<String>,
    /// What the events came to.
    #[serde(flatten)]
    pub outcomes: Counts,
    /// The methods of events that succeeded.
    pub succeeded: Vec<String>,
    /// The time of the first event.
    #[serde(serialize_with = "crate::model::serialize_optional_timestamp")]
    pub first: Option<DateTime<Utc>>,
    /// The time of the last event.
    #[serde(serialize_with = "crate::model::serialize_optional_timestamp")]
    pub last: Option<DateTime<Utc>>,
}

fn rows<K>(counts: &BTreeMap<K, Counts>, name: impl Fn(&K) -> String) -> Vec<Row> {
    let rows = counts.iter().map(|(key, counts)| Row { name: name(key), counts: *counts });
    rows.collect()
}

fn by_activity(activities: &BTreeMap<String, Counts>) -> Vec<ActivityRow> {
    let rows = activities.iter().map(|(activity, &counts)| {
        let ended = counts.total();
        // "User started ..": a beginning has no rate, whatever came of it.
        let begins = activity.split(' ').nth(1) == Some("started") || counts.started > 0;
        let denominator = (!begins).then_some(ended);
        // Counts of events are far below the 2^53 that a double holds exactly.
        #[allow(clippy::cast_precision_loss)]
        let rate = |part: u64| denominator.map(|whole| part as f64 / whole as f64);
        ActivityRow {
            activity: activity.clone(),
            counts,
            denominator,
            success_rate: rate(counts.success),
            failure_rate: rate(counts.failure),
            cancellation_rate: rate(counts.cancelled),
        }
    });
    rows.collect()
}
