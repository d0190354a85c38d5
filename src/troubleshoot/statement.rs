//! What sources say of one thing, and which of them holds.

use chrono::{DateTime, TimeDelta, Utc};

use super::answer::Evidence;

/// What one source says.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Statement<T> {
    pub(super) value: T,
    /// As of when; `None` where that is not known.
    pub(super) time: Option<DateTime<Utc>>,
    pub(super) evidence: Vec<Evidence>,
}

/// What several sources come to.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Told<T> {
    /// None says anything.
    Nothing,
    /// The newest holds.
    Holds {
        statement: Statement<T>,
        /// What others say that are older.
        outdated: Vec<Evidence>,
    },
    /// They differ, and which of them is newest is not known.
    Contradiction(Vec<Evidence>),
}

impl<T> Statement<T> {
    pub(super) fn new(
        value: T,
        time: Option<DateTime<Utc>>,
        evidence: impl IntoIterator<Item = Evidence>,
    ) -> Self {
        Self { value, time, evidence: evidence.into_iter().collect() }
    }
}

/// How far the report of registrations lags behind (Microsoft, *Authentication methods activity*; rarely longer).
const LAG: TimeDelta = TimeDelta::hours(36);

/// The time as of which the report of registrations holds for sure.
pub(super) fn surely_as_of(reported: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
    reported.map(|time| time - LAG)
}

/// The newest statement, with the evidence of all that say the same. One without a time may be newer than any
/// other, and of two of the same time neither is.
pub(super) fn newest<T>(
    statements: impl IntoIterator<Item = Statement<T>>,
    is_same: impl Fn(&T, &T) -> bool,
) -> Told<T> {
    let mut all: Vec<Statement<T>> = statements.into_iter().collect();
    all.sort_by_key(|statement| statement.time);
    let Some(mut newest) = all.pop() else { return Told::Nothing };
    let (agreeing, others): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|other| is_same(&other.value, &newest.value));
    newest.evidence.extend(evidence_of(agreeing));
    if others.iter().any(|other| other.time.is_none() || other.time == newest.time) {
        newest.evidence.extend(evidence_of(others));
        return Told::Contradiction(newest.evidence);
    }
    Told::Holds { statement: newest, outdated: evidence_of(others).collect() }
}

fn evidence_of<T>(statements: Vec<Statement<T>>) -> impl Iterator<Item = Evidence> {
    statements.into_iter().flat_map(|statement| statement.evidence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::origin::Origin;

    fn said(value: bool, day: Option<i64>, source: &str) -> Statement<bool> {
        let time = day.map(|day| DateTime::UNIX_EPOCH + TimeDelta::days(day));
        Statement::new(value, time, [Evidence::state(&Origin::new(source), time, "so")])
    }

    /// What holds, or `None`, and the sources of the evidence; behind `|` those that are out of date.
    fn told(statements: &[Statement<bool>]) -> (Option<bool>, String) {
        let names = |evidence: &[Evidence]| {
            evidence.iter().map(|one| &*one.origin.source).collect::<Vec<_>>().join(" ")
        };
        match newest(statements.to_vec(), |one, other| one == other) {
            Told::Nothing => (None, String::new()),
            Told::Contradiction(evidence) => (None, names(&evidence)),
            Told::Holds { statement, outdated } => (
                Some(statement.value),
                format!("{}|{}", names(&statement.evidence), names(&outdated)),
            ),
        }
    }

    #[test]
    fn the_newest_holds_if_it_is_known_which_that_is() {
        let (old, new) = (said(false, Some(1), "old"), said(true, Some(2), "new"));
        let (undated, alike) = (said(false, None, "undated"), said(true, None, "alike"));
        let also_new = said(false, Some(2), "also new");
        assert_eq!(told(&[]), (None, String::new()));
        assert_eq!(told(std::slice::from_ref(&undated)), (Some(false), "undated|".to_owned()));
        assert_eq!(told(&[new.clone(), old.clone()]), (Some(true), "new|old".to_owned()));
        assert_eq!(told(&[new.clone(), alike]), (Some(true), "new alike|".to_owned()));
        assert_eq!(
            told(&[old, undated.clone(), new.clone()]),
            (None, "new undated old".to_owned())
        );
        assert_eq!(told(&[new, also_new]), (None, "also new new".to_owned()));
    }
}
