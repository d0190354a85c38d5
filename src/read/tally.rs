//! The account of records.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

/// What became of every record that was read: `read = yielded + filtered_out + rejected + duplicate`.
///
/// A record is what stands between two borders: a line, an array element, a CSV row. A stretch of an
/// input that could not be read is one rejected record, however many it may have held.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Tally {
    /// Every record met.
    pub read: u64,
    /// Handed out as events.
    pub yielded: u64,
    /// Not wanted: the sum of the three fields that say why.
    pub filtered_out: u64,
    /// Could not be understood, and were handed out as errors.
    pub rejected: u64,
    /// Had been met before, in this or another input.
    pub duplicate: u64,
    /// Filtered out because nothing in them speaks of security info; most were never parsed.
    pub not_relevant: u64,
    /// Filtered out by the caller's [`Filter`](crate::Filter).
    pub by_filter: u64,
    /// Filtered out because they are records of other logs.
    pub other_log: u64,
}

impl Tally {
    /// Whether every record is accounted for.
    ///
    /// ```
    /// let mut events = regaudit::read_slice("empty page", br#"{"value": []}"#);
    /// assert!(events.next().is_none());
    /// assert!(events.report().tally().balances());
    /// ```
    pub const fn balances(&self) -> bool {
        self.read == self.yielded + self.filtered_out + self.rejected + self.duplicate
            && self.filtered_out == self.not_relevant + self.by_filter + self.other_log
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.read += other.read;
        self.yielded += other.yielded;
        self.filtered_out += other.filtered_out;
        self.rejected += other.rejected;
        self.duplicate += other.duplicate;
        self.not_relevant += other.not_relevant;
        self.by_filter += other.by_filter;
        self.other_log += other.other_log;
    }
}
