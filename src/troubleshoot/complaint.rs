//! What is asked, and what it is asked of.

use chrono::{DateTime, Utc};

use super::guide::Symptom;
use crate::model::{Event, Method};
use crate::read::Coverage;
use crate::state::{PolicyState, UserExports};

/// A complaint: who misses what, where, and since when.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Complaint {
    /// The user: user principal name (ASCII case aside), object id, or the home address of a guest.
    pub user: String,
    /// What the user reports; every symptom is looked into where it is not known.
    pub symptom: Option<&'static Symptom>,
    /// The method the user misses.
    pub method: Option<Method>,
    /// When the user met it, UTC; the end of the log where that is not known. What happened later is left
    /// out.
    pub at: Option<DateTime<Utc>>,
}

impl Complaint {
    /// A complaint of somebody, of which no more is known.
    pub fn of(user: impl Into<String>) -> Self {
        Self { user: user.into(), ..Self::default() }
    }
}

/// What a complaint is looked into with: the log, and exports of how things stand, as far as there are any.
#[derive(Debug, Clone)]
pub struct Given<'a> {
    /// The events of the log, in any order. Those of other users change nothing, but those about policy
    /// must be among them: see [`Reader::complaint_events`](crate::Reader::complaint_events).
    pub events: &'a [Event],
    /// What the log covers beyond these events.
    pub coverage: Coverage,
    /// Exports of policies.
    pub policies: &'a PolicyState,
    /// Exports of users.
    pub users: &'a UserExports,
}
