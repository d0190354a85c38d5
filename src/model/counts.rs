//! How many events came to what.

use serde::{Deserialize, Serialize};

use super::Outcome;

/// How many events came to what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Counts {
    /// Done.
    pub success: u64,
    /// Tried, and did not work.
    pub failure: u64,
    /// Broken off by the user.
    pub cancelled: u64,
    /// Begun.
    pub started: u64,
    /// With a result that is not known.
    pub unknown: u64,
}

impl Counts {
    /// Counts one event.
    pub(crate) fn add(&mut self, outcome: Outcome) {
        *self.of_mut(outcome) += 1;
    }

    /// The number of this outcome.
    pub(crate) fn of_mut(&mut self, outcome: Outcome) -> &mut u64 {
        match outcome {
            Outcome::Success => &mut self.success,
            Outcome::Failure => &mut self.failure,
            Outcome::Cancelled => &mut self.cancelled,
            Outcome::Started => &mut self.started,
            Outcome::Unknown => &mut self.unknown,
        }
    }

    /// How many came to this outcome.
    pub fn of(mut self, outcome: Outcome) -> u64 {
        *self.of_mut(outcome)
    }

    /// How many in all.
    pub fn total(self) -> u64 {
        self.success + self.failure + self.cancelled + self.started + self.unknown
    }

    /// Adds the counts of other events.
    pub(crate) fn merge(&mut self, other: Self) {
        for outcome in Outcome::ALL {
            *self.of_mut(outcome) += other.of(outcome);
        }
    }
}
