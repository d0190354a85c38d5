//! What attempts and users come to, as plain data. Times are UTC.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::catalogue::strong_authentication_held;
use crate::model::{ActorKind, Counts, Event, Method};
use crate::origin::Origin;

/// What came of an attempt. Inferred; the [module](crate::attempt) has the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AttemptOutcome {
    /// The user got through.
    Completed,
    /// The user broke off.
    Cancelled,
    /// The last thing tried did not work.
    Failed,
    /// Something was begun, and the log has no end of it.
    Abandoned,
    /// One change, made without a beginning that was logged.
    SingleChange,
    /// The user confirmed the registered methods, and did nothing else.
    Reviewed,
    /// The log gives no result that is known.
    Unknown,
}

impl AttemptOutcome {
    /// Every outcome, in the order in which reports list them.
    pub const ALL: [Self; 7] = [
        Self::Completed,
        Self::Cancelled,
        Self::Failed,
        Self::Abandoned,
        Self::SingleChange,
        Self::Reviewed,
        Self::Unknown,
    ];

    /// The value of the flat column `outcome`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
            Self::Abandoned => "abandoned",
            Self::SingleChange => "single_change",
            Self::Reviewed => "reviewed",
            Self::Unknown => "unknown",
        }
    }
}

/// How the user came to the registration. Inferred from activities that belong to one mode alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Mode {
    /// Sign-in asked for it.
    Interrupt,
    /// The user went to the page of their security info.
    Manage,
    /// No event shows it.
    Unknown,
}

impl Mode {
    /// Every mode.
    pub const ALL: [Self; 3] = [Self::Interrupt, Self::Manage, Self::Unknown];

    /// The value of the flat column `mode`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Interrupt => "interrupt",
            Self::Manage => "manage",
            Self::Unknown => "unknown",
        }
    }
}

/// One user's sitting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Attempt {
    /// The user's object id.
    pub user_id: Option<String>,
    /// The user principal name; of several spellings the least.
    pub user_principal_name: Option<String>,
    /// The display name; of several the least.
    pub display_name: Option<String>,
    /// What came of it.
    pub outcome: AttemptOutcome,
    /// How the user came to it.
    pub mode: Mode,
    /// The time of the first step.
    #[serde(serialize_with = "crate::model::serialize_timestamp")]
    pub first: DateTime<Utc>,
    /// The time of the last step.
    #[serde(serialize_with = "crate::model::serialize_timestamp")]
    pub last: DateTime<Utc>,
    /// From the first to the last step, in seconds; 0 for a single step.
    pub duration_seconds: f64,
    /// How often the user began or tried something, at least 1: starts, and successes and failures that
    /// no start went before.
    pub tries: u64,
    /// How many steps there are, without twins.
    pub events: u64,
    /// How many second records of these steps there are.
    pub twins: u64,
    /// The methods that steps speak of, each once, sorted by name; without those of deletions and of
    /// changes of the default.
    pub methods_tried: Vec<Method>,
    /// The methods that were registered or updated, each once, sorted by name.
    pub methods_obtained: Vec<Method>,
    /// The reason of the step that decided.
    pub reason: Option<String>,
    /// The rule of the step that decided.
    pub rule: String,
    /// The correlation ids of the steps in lower case, each once, sorted.
    pub correlation_ids: Vec<String>,
    /// Where the steps and their second records stand, in the order of time.
    pub origins: Vec<Origin>,
}

/// How many attempts came to what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AttemptCounts {
    /// The user got through.
    pub completed: u64,
    /// Broken off.
    pub cancelled: u64,
    /// Did not work.
    pub failed: u64,
    /// Begun and not ended.
    pub abandoned: u64,
    /// A single change.
    pub single_change: u64,
    /// A review and nothing else.
    pub reviewed: u64,
    /// No result that is known.
    pub unknown: u64,
}

impl AttemptCounts {
    /// Counts attempts.
    pub fn of_attempts<'a>(attempts: impl IntoIterator<Item = &'a Attempt>) -> Self {
        let mut counts = Self::default();
        for attempt in attempts {
            *counts.of_mut(attempt.outcome) += 1;
        }
        counts
    }

    fn of_mut(&mut self, outcome: AttemptOutcome) -> &mut u64 {
        match outcome {
            AttemptOutcome::Completed => &mut self.completed,
            AttemptOutcome::Cancelled => &mut self.cancelled,
            AttemptOutcome::Failed => &mut self.failed,
            AttemptOutcome::Abandoned => &mut self.abandoned,
            AttemptOutcome::SingleChange => &mut self.single_change,
            AttemptOutcome::Reviewed => &mut self.reviewed,
            AttemptOutcome::Unknown => &mut self.unknown,
        }
    }

    /// How many came to this outcome.
    pub fn of(mut self, outcome: AttemptOutcome) -> u64 {
        *self.of_mut(outcome)
    }

    /// How many in all.
    pub fn total(self) -> u64 {
        AttemptOutcome::ALL.into_iter().map(|outcome| self.of(outcome)).sum()
    }
}

/// A method that a user gained or lost, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MethodChange {
    /// When.
    #[serde(serialize_with = "crate::model::serialize_timestamp")]
    pub time: DateTime<Utc>,
    /// Which.
    pub method: Method,
    /// Who did it.
    pub actor: ActorKind,
    /// The rule that says what its record means.
    pub rule: String,
    /// Where the record stands.
    pub origin: Origin,
}

/// How sure it is that a user holds the methods listed, and no others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Certainty {
    /// The directory's own record lists them after the last change of such methods. It lists phones,
    /// Authenticator apps and codes; the others are replayed.
    Directory,
    /// Replayed from the events: what was registered before the first of them is not known.
    Replayed,
    /// No event tells of any.
    Unknown,
}

impl Certainty {
    /// The value of the flat column `certainty`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Directory => "directory",
            Self::Replayed => "replayed",
            Self::Unknown => "unknown",
        }
    }
}

/// What the log tells of one user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UserHistory {
    /// The object id.
    pub user_id: Option<String>,
    /// The user principal name; of several spellings the least.
    pub user_principal_name: Option<String>,
    /// Other user principal names that go with the same object id: the user was renamed. Sorted.
    pub other_names: Vec<String>,
    /// The display name; of several the least.
    pub display_name: Option<String>,
    /// How many attempts came to what.
    pub attempts: AttemptCounts,
    /// How many events came to what, whoever acted; second records are not counted again.
    pub outcomes: Counts,
    /// The methods registered, in the order of time.
    pub methods_registered: Vec<MethodChange>,
    /// The methods deleted, in the order of time; one that was not seen registered was held before.
    pub methods_deleted: Vec<MethodChange>,
    /// The methods held after the last event, each once, sorted by name. A Temporary Access Pass is
    /// among them until it is deleted, though it ends by itself.
    pub methods_held: Vec<Method>,
    /// How many of each, as far as the events tell: of phones, email and questions there is one each.
    pub numbers_held: BTreeMap<Method, u32>,
    /// How sure that is.
    pub certainty: Certainty,
    /// The default method, where the log shows it.
    pub default_method: Option<Method>,
    /// The time of the first event, second records included.
    #[serde(serialize_with = "crate::model::serialize_timestamp")]
    pub first: DateTime<Utc>,
    /// The time of the last event, second records included.
    #[serde(serialize_with = "crate::model::serialize_timestamp")]
    pub last: DateTime<Utc>,
}

/// The methods of a user as the directory lists them after a change (`StrongAuthenticationMethod`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DirectoryMethods {
    /// Each once, sorted by name.
    pub held: Vec<Method>,
    /// The default among them.
    pub default: Option<Method>,
}

impl DirectoryMethods {
    /// What the event states; `None` where it states nothing.
    pub fn of(event: &Event) -> Option<Self> {
        let (held, default) = strong_authentication_held(event)?;
        // A name that is not known may hold anything.
        let is_named = |method: &Method| !matches!(method, Method::Other(_));
        let held = by_name(held.into_iter().filter(is_named));
        Some(Self { held, default: default.filter(is_named) })
    }
}

/// Each method once, sorted by name.
pub(super) fn by_name(methods: impl IntoIterator<Item = Method>) -> Vec<Method> {
    let mut methods: Vec<Method> = methods.into_iter().collect();
    methods.sort_by(|a, b| a.as_str().cmp(b.as_str()));
    methods.dedup();
    methods
}
