//! What finds the borders of records.

use std::ops::Range;
use std::sync::Arc;

use super::csv::CsvSplitter;
use super::json::JsonSplitter;
use super::lines::{self, LineSplitter};

/// A record inside a block, or a stretch of a block that cannot be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) range: Range<usize>,
    pub(crate) fault: Option<FaultKind>,
}

/// Why bytes are no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FaultKind {
    /// Bytes between records that belong to none.
    Stray,
    /// The input ends inside a record.
    CutRecord,
    /// The input ends inside the list of records.
    CutList,
}

/// What a splitter found in the bytes it was shown.
#[derive(Debug, Default)]
pub(crate) struct Split {
    /// The records and faults that are complete.
    pub(crate) spans: Vec<Span>,
    /// How many bytes are dealt with; the rest will be shown again with more behind it.
    pub(crate) used: usize,
    /// How many line breaks are in them, where that was counted on the way.
    pub(crate) lines: Option<u64>,
    /// Whether the next record begins where no more of them are asked for.
    pub(crate) stopped: bool,
    /// The columns that hold for these and the following records.
    pub(crate) columns: Option<Arc<[u8]>>,
}

/// Counts the line breaks that a splitter comes upon, in the bytes that are not dealt with yet.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct LineCount(u64);

impl LineCount {
    pub(super) fn add(&mut self, lines: u64) {
        self.0 += lines;
    }

    /// How many of them are in the bytes now dealt with, given those looked at that are not.
    pub(super) fn settle(&mut self, rest: &[u8]) -> u64 {
        let rest = memchr::memchr_iter(b'\n', rest).count() as u64;
        let settled = self.0 - rest;
        self.0 = rest;
        settled
    }
}

/// Finds the borders of records in an input that is shown piece by piece.
#[derive(Debug, Clone)]
pub(crate) enum Splitter {
    Lines(LineSplitter),
    Json(JsonSplitter),
    Csv(CsvSplitter),
}

impl Splitter {
    /// Looks at `bytes`, which begin where the last split left off. With `at_end`, nothing follows,
    /// and everything must be used. A record that begins at `stop` or behind it is left alone.
    pub(crate) fn split(&mut self, bytes: &[u8], at_end: bool, stop: usize) -> Split {
        match self {
            Self::Lines(splitter) => splitter.split(bytes, at_end, stop),
            Self::Json(splitter) => splitter.split(bytes, at_end, stop),
            Self::Csv(splitter) => splitter.split(bytes, at_end, stop),
        }
    }

    /// Whether each line is a record, so that no spans are listed.
    pub(crate) fn is_lines(&self) -> bool {
        matches!(self, Self::Lines(_))
    }

    /// Whether the list said that it goes on in another document.
    pub(crate) fn names_next_page(&self) -> bool {
        matches!(self, Self::Json(splitter) if splitter.names_next_page())
    }

    /// Gives up the record that is being read; returns whether the input can be read on after the
    /// next line break.
    pub(crate) fn give_up(&mut self) -> bool {
        match self {
            Self::Lines(splitter) => splitter.give_up(),
            Self::Csv(splitter) => splitter.give_up(),
            Self::Json(splitter) => {
                splitter.give_up();
                return false;
            }
        }
        true
    }

    /// Whether it stands between two records, and has seen nothing of what follows.
    pub(crate) fn is_between(&self) -> bool {
        match self {
            Self::Lines(_) => true,
            Self::Json(splitter) => splitter.is_between(),
            Self::Csv(splitter) => splitter.is_between(),
        }
    }

    /// Whether both stand between two records, and at the same border: what follows means the same
    /// to them.
    pub(crate) fn is_at_border_of(&self, other: &Self) -> bool {
        self.is_between()
            && other.is_between()
            && match (self, other) {
                (Self::Lines(_), Self::Lines(_)) => true,
                (Self::Json(this), Self::Json(other)) => this.is_at_border_of(other),
                (Self::Csv(this), Self::Csv(other)) => this.is_at_border_of(other),
                _ => false,
            }
    }
}

/// How a reader that begins in the midst of an input finds a record to begin with.
///
/// It can only guess, by what the first records look like; whoever guesses has to be checked by
/// whoever comes from the beginning. All that depends on the quality of guesses is speed.
#[derive(Debug, Clone)]
pub(crate) struct Guess {
    /// A splitter that stands between two records.
    pub(crate) splitter: Splitter,
    landmark: Landmark,
}

/// What shows where a record begins.
#[derive(Debug, Clone)]
enum Landmark {
    /// A line break.
    Line,
    /// A line break before bytes of such classes.
    Row(Vec<u8>),
    /// An object with these two keys, in their quotes, before all others.
    Keys([Vec<u8>; 2]),
}

impl Guess {
    /// Learns from the beginning of an input; `None` where there is not enough of it, or where records
    /// depend on what was said before them.
    pub(crate) fn learn(fresh: &Splitter, head: &[u8]) -> Option<Self> {
        let mut splitter = fresh.clone();
        if splitter.is_lines() {
            return Some(Self { splitter, landmark: Landmark::Line });
        }
        let first = fresh.clone().split(head, false, usize::MAX).spans.into_iter().next()?;
        if first.fault.is_some() {
            return None;
        }
        let split = splitter.split(head, false, first.range.end);
        if !split.stopped || split.columns.is_some() {
            return None;
        }
        let record = &head[first.range];
        let landmark = match &splitter {
            Splitter::Json(_) => Landmark::Keys(super::json::first_keys(record)?),
            Splitter::Lines(_) | Splitter::Csv(_) => {
                Landmark::Row(super::csv::classes(record).collect())
            }
        };
        Some(Self { splitter, landmark })
    }

    /// Where in `bytes` a record seems to begin, but not at the very beginning.
    pub(crate) fn find(&self, bytes: &[u8]) -> Option<usize> {
        match &self.landmark {
            Landmark::Line => lines::guess(bytes),
            Landmark::Row(classes) => super::csv::guess(bytes, classes),
            Landmark::Keys(keys) => super::json::guess(bytes, keys),
        }
    }
}
