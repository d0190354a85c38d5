//! A record as evidence: what it says in general, where nothing more exact is taken from it.

use super::answer::Evidence;
use super::case::Known;
use super::settings::changes_of;
use crate::catalogue::{Classification, rule};

/// What the record says: its meaning, and whether it was done.
pub(super) fn says(found: &Classification) -> String {
    let meaning = rule(found.rule).map_or(found.rule, |rule| rule.meaning);
    format!("{meaning}: {}.", found.outcome)
}

pub(super) fn evidence_of((event, found): &Known<'_>) -> Evidence {
    Evidence::event(event, found, says(found)).with_changes(changes_of(event))
}
