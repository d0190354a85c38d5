//! What a log covers.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::findings::Findings;
use super::report::Report;
use crate::model::{serialize_optional_timestamp, serialize_timestamp};

/// How long nothing may be between two inputs before something may be missing there: a tenant that is
/// small writes nothing for hours.
pub(crate) const LONGEST_SILENCE: TimeDelta = TimeDelta::days(1);

/// How long nothing must be between two inputs before a time that lies in it is not covered: files of hours do
/// not touch.
const SHORTEST_LACK: TimeDelta = TimeDelta::hours(1);

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
    /// What each input covers, by time. Where none is named, the log is one.
    #[serde(skip)]
    pub inputs: Vec<Stretch>,
}

/// What one input covers. It is taken to be whole: from its first record to its last one, nothing is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// The time of its first record, UTC.
    pub first: DateTime<Utc>,
    /// The time of its last record, UTC.
    pub last: DateTime<Utc>,
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
    /// What reading found in the records that it looked into.
    pub fn of(report: &Report) -> Self {
        let findings = report.findings();
        let stretches = report.files.iter().filter_map(|file| {
            let (first, last) = (file.findings.first?, file.findings.last?);
            Some(Stretch { first, last, services: services_of(&file.findings) })
        });
        let mut inputs: Vec<Stretch> = stretches.collect();
        inputs.sort_by_key(|input| (input.first, input.last));
        let is_long = |gap: &Gap| gap.to - gap.from > LONGEST_SILENCE;
        Self {
            first: findings.first,
            last: findings.last,
            gaps: silences(&inputs).into_iter().filter(is_long).collect(),
            services: services_of(&findings),
            inputs,
        }
    }

    /// Whether inputs that are wanted hold everything from one time to another.
    pub(crate) fn holds(
        &self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
        is_wanted: impl Fn(&Stretch) -> bool,
    ) -> bool {
        let (Some(first), Some(last)) = (self.first, self.last) else { return false };
        let whole = Stretch { first, last, services: self.services.clone() };
        let inputs = if self.inputs.is_empty() { vec![whole] } else { self.inputs.clone() };
        let wanted: Vec<Stretch> = inputs.into_iter().filter(|input| is_wanted(input)).collect();
        let breaks = |gap: &Gap| {
            let length = gap.to - gap.from;
            let is_all = gap.from <= from && gap.to >= to && length > SHORTEST_LACK;
            let is_within = gap.from < to && gap.to > from && length > LONGEST_SILENCE;
            is_all || is_within
        };
        wanted.first().is_some_and(|input| input.first <= from)
            && wanted.iter().any(|input| input.last >= to)
            && !silences(&wanted).iter().any(breaks)
    }

    /// The end of what is known from a time on, without a gap.
    pub(crate) fn end_behind(&self, time: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let gaps = self.gaps.iter().map(|gap| gap.from);
        gaps.filter(|from| *from >= time).chain(self.last).min()
    }
}

fn services_of(findings: &Findings) -> Vec<String> {
    findings.services.keys().filter(|service| !service.is_empty()).cloned().collect()
}

/// What stands in no input between the first and the last; they are in the order of time.
fn silences(inputs: &[Stretch]) -> Vec<Gap> {
    let mut silences = Vec::new();
    let mut covered_to: Option<DateTime<Utc>> = None;
    for input in inputs {
        if let Some(from) = covered_to.filter(|from| *from < input.first) {
            silences.push(Gap { from, to: input.first });
        }
        covered_to = covered_to.max(Some(input.last));
    }
    silences
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hour(number: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::hours(number)
    }

    /// What inputs cover that hold so many hours each, of one service.
    fn covered(inputs: &[(i64, i64, &str)]) -> Coverage {
        let stretch = |(first, last, service): &(i64, i64, &str)| Stretch {
            first: hour(*first),
            last: hour(*last),
            services: vec![(*service).to_owned()],
        };
        let inputs: Vec<Stretch> = inputs.iter().map(stretch).collect();
        Coverage {
            first: inputs.iter().map(|input| input.first).min(),
            last: inputs.iter().map(|input| input.last).max(),
            inputs,
            ..Coverage::default()
        }
    }

    fn holds(coverage: &Coverage, from: i64, to: i64) -> bool {
        coverage.holds(hour(from), hour(to), |_| true)
    }

    #[test]
    fn silences_are_where_no_input_is() {
        let inputs = covered(&[(0, 10, "a"), (1, 2, "a"), (11, 12, "a"), (14, 15, "a")]).inputs;
        let gap = |from, to| Gap { from: hour(from), to: hour(to) };
        assert_eq!(silences(&inputs), [gap(10, 11), gap(12, 14)]);
    }

    #[test]
    fn short_silences_are_no_gaps_unless_they_are_all_there_is() {
        let coverage = covered(&[(0, 10, "a"), (14, 20, "a"), (50, 60, "a")]);
        assert!(holds(&coverage, 1, 9) && holds(&coverage, 1, 18) && holds(&coverage, 52, 60));
        assert!(holds(&covered(&[(0, 10, "a"), (11, 20, "a")]), 10, 11), "an hour");
        assert!(!holds(&coverage, 11, 13), "nothing is known of these hours");
        assert!(!holds(&coverage, 18, 52), "more than a day");
        assert!(!holds(&coverage, 52, 61));
    }

    #[test]
    fn only_inputs_that_are_wanted_count() {
        let coverage = covered(&[(0, 10, "a"), (5, 20, "b")]);
        let of = |service: &str, to| {
            coverage.holds(hour(6), hour(to), |input| input.services.contains(&service.to_owned()))
        };
        assert!(of("a", 10) && of("b", 20) && !of("a", 11) && !of("c", 7));
    }

    #[test]
    fn a_log_that_names_no_inputs_is_one() {
        let coverage = Coverage { inputs: Vec::new(), ..covered(&[(0, 10, "a")]) };
        assert!(holds(&coverage, 0, 10) && !holds(&coverage, 0, 11));
    }
}
