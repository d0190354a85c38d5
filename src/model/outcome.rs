//! Our reading of what an event came to.

use serde::{Deserialize, Serialize};

/// What came of it, which is not always what the log's result says: a cancel is logged as a failure
/// and is not one.
///
/// The reading of each case is a rule of the [catalogue](crate::catalogue); the rule that decided is
/// part of every [`Classification`](crate::Classification).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// It was done.
    Success,
    /// It was tried and did not work; a timeout counts as one.
    Failure,
    /// The user broke off.
    Cancelled,
    /// It was begun; how it ended is another event, or none.
    Started,
    /// The log gives a result that is not known.
    Unknown,
}

impl Outcome {
    /// Every outcome, in the order in which reports list them.
    pub const ALL: [Self; 5] =
        [Self::Success, Self::Failure, Self::Cancelled, Self::Started, Self::Unknown];

    /// The value of the flat column `outcome`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Cancelled => "cancelled",
            Self::Started => "started",
            Self::Unknown => "unknown",
        }
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(self.as_str())
    }
}
