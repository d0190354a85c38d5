//! What a log covers.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::model::{serialize_optional_timestamp, serialize_timestamp};
use crate::read::Report;

/// How long nothing may be between two inputs before something may be missing there: a tenant that is
/// small writes nothing for hours.
const LONGEST_SILENCE: TimeDelta = TimeDelta::days(1);

/// Which stretch of time and which services a log holds, as far as is known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Coverage {
    /// The time of the first record.
    #[serde(serialize_with = "serialize_optional_timestamp")]
    pub first: Option<DateTime<Utc>>,
    /// The time of the last record.
    #[serde(serialize_with = "serialize_optional_timestamp")]
    pub last: Option<DateTime<Utc>>,
    /// Stretches between them that no input covers, by time.
    pub gaps: Vec<Gap>,
    /// The services that wrote records, sorted.
    pub services: Vec<String>,
}

/// A stretch of more than a day that stands between two inputs, and in none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Gap {
    /// The last record before it.
    #[serde(serialize_with = "serialize_timestamp")]
    pub from: DateTime<Utc>,
    /// The first record behind it.
    #[serde(serialize_with = "serialize_timestamp")]
    pub to: DateTime<Utc>,
}

impl Coverage {
    /// What reading found in the records that it looked into. An input is taken to be whole: from its first
    /// record to its last one, nothing is missing.
    pub fn of(report: &Report) -> Self {
        let findings = report.findings();
        let services = findings.services.keys().filter(|service| !service.is_empty());
        let spans = report.files.iter().map(|file| (file.findings.first, file.findings.last));
        Self {
            first: findings.first,
            last: findings.last,
            gaps: gaps_between(spans.filter_map(|(first, last)| Some((first?, last?))).collect()),
            services: services.cloned().collect(),
        }
    }

    /// Whether the log holds everything from one time to another.
    pub(super) fn holds(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> bool {
        self.first.is_some_and(|first| first <= from)
            && self.last.is_some_and(|last| last >= to)
            && self.gaps.iter().all(|gap| gap.to <= from || gap.from >= to)
    }

    /// The end of what is known from a time on, without a gap.
    pub(super) fn end_behind(&self, time: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let gaps = self.gaps.iter().map(|gap| gap.from);
        gaps.filter(|from| *from >= time).chain(self.last).min()
    }
}

/// What no span covers between the first and the last.
fn gaps_between(mut spans: Vec<(DateTime<Utc>, DateTime<Utc>)>) -> Vec<Gap> {
    spans.sort_unstable();
    let mut gaps = Vec::new();
    let mut covered_to: Option<DateTime<Utc>> = None;
    for (first, last) in spans {
        if let Some(from) = covered_to.filter(|from| first - *from > LONGEST_SILENCE) {
            gaps.push(Gap { from, to: first });
        }
        covered_to = covered_to.max(Some(last));
    }
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(number)
    }

    #[test]
    fn gaps_are_where_no_input_is() {
        let within = (day(1), day(2));
        let gaps =
            gaps_between(vec![(day(14), day(15)), (day(0), day(10)), within, (day(11), day(12))]);
        assert_eq!(gaps, [Gap { from: day(12), to: day(14) }]);
    }

    #[test]
    fn what_touches_a_gap_is_not_held() {
        let coverage = Coverage {
            first: Some(day(0)),
            last: Some(day(20)),
            gaps: vec![Gap { from: day(12), to: day(14) }],
            services: Vec::new(),
        };
        assert!(coverage.holds(day(3), day(12)) && coverage.holds(day(14), day(20)));
        assert!(!coverage.holds(day(11), day(13)) && !coverage.holds(day(13), day(13)));
        assert!(!coverage.holds(day(15), day(21)));
        assert_eq!(coverage.end_behind(day(3)), Some(day(12)));
        assert_eq!(coverage.end_behind(day(14)), Some(day(20)));
    }
}
