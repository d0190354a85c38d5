//! What the log covers that an answer was taken from.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::model::serialize_optional_timestamp;
use crate::read::{Coverage, Report};

/// The log that an answer was taken from: its span, what is missing in it, and its files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CoveredLog {
    /// The stretch of time and the services, with gaps.
    #[serde(flatten)]
    pub coverage: Coverage,
    /// Every file that was read, in order.
    pub files: Vec<CoveredFile>,
}

/// A file of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CoveredFile {
    /// The path as it was given or found.
    pub source: String,
    /// How many records it holds, of any service.
    pub records: u64,
    /// How many of them could not be read.
    pub rejected: u64,
    /// The time of the first record that was looked into.
    #[serde(serialize_with = "serialize_optional_timestamp")]
    pub first: Option<DateTime<Utc>>,
    /// The time of the last record that was looked into.
    #[serde(serialize_with = "serialize_optional_timestamp")]
    pub last: Option<DateTime<Utc>>,
    /// Why it could not be read, or not to its end.
    pub error: Option<String>,
}

impl CoveredLog {
    /// What reading came to. A reader that [samples](crate::Reader::sample) tells the span of all records, and not of
    /// the events alone.
    pub fn of(report: &Report) -> Self {
        let files = report.files.iter().map(|file| CoveredFile {
            source: file.source.clone(),
            records: file.tally.read,
            rejected: file.tally.rejected,
            first: file.findings.first,
            last: file.findings.last,
            error: file.error.as_ref().map(ToString::to_string),
        });
        Self { coverage: Coverage::of(report), files: files.collect() }
    }
}
