//! Second records of a change, paired with the first.

use std::collections::{BTreeMap, BTreeSet};

use super::Attempts;
use super::ledger::{Kind, Record};
use super::part::{Book, Effect, Part};
use super::similar::can_be_same;

/// Records by their places, paired.
pub(super) struct Paired {
    /// For each record, the first record whose second it is.
    pub(super) first_of: Vec<Option<usize>>,
    seconds: BTreeMap<usize, Vec<usize>>,
}

impl Paired {
    /// The second records of a first one, in the order of time.
    pub(super) fn seconds_of(&self, first: usize) -> &[usize] {
        self.seconds.get(&first).map_or(&[], Vec::as_slice)
    }
}

/// Pairs each second record of a user with the nearest first one that it can belong to; the nearest
/// pairs are found first, of pairs equally near the earlier ones.
pub(super) fn pair(records: &[Record<'_>]) -> Paired {
    let mut candidates = Vec::new();
    for (second, record) in records.iter().enumerate() {
        let Part::Second(book, _) = record.kind.part else { continue };
        for first in within_reach(records, second) {
            if can_belong(record.kind, records[first].kind) {
                let distance = (records[first].time - record.time).abs();
                candidates.push((distance, second, first, book));
            }
        }
    }
    candidates.sort_unstable();
    let mut first_of = vec![None; records.len()];
    let mut taken: BTreeSet<(usize, Book)> = BTreeSet::new();
    for (_, second, first, book) in candidates {
        if first_of[second].is_none() && taken.insert((first, book)) {
            first_of[second] = Some(first);
        }
    }
    let mut seconds: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (second, first) in first_of.iter().enumerate() {
        if let Some(first) = first {
            seconds.entry(*first).or_default().push(second);
        }
    }
    Paired { first_of, seconds }
}

/// How many records before, and how many after, are looked at. Real users change a few methods within
/// minutes; the bound keeps the work in check where something changes thousands.
const NEAREST: usize = 100;

/// The records near enough in time.
fn within_reach(records: &[Record<'_>], place: usize) -> impl Iterator<Item = usize> {
    let time = records[place].time;
    let is_near = move |other: &usize| (records[*other].time - time).abs() <= Attempts::TWIN_REACH;
    let before = (0..place).rev().take(NEAREST).take_while(is_near);
    let after = (place + 1..records.len()).take(NEAREST).take_while(is_near);
    before.chain(after)
}

fn can_belong(second: &Kind, first: &Kind) -> bool {
    let (Part::Second(_, second_effect), Part::Change(first_effect)) = (second.part, first.part)
    else {
        return false;
    };
    let same_deed = match second_effect {
        Effect::AsStated => true,
        Effect::Delete => {
            matches!(first_effect, Effect::Delete | Effect::RequireRegistration)
        }
        _ => matches!(first_effect, Effect::Register | Effect::Update),
    };
    let names_no_method = second.methods.is_empty() || first.methods.is_empty();
    let same_method = || {
        let mut methods = second.methods.iter();
        methods.any(|method| first.methods.iter().any(|other| can_be_same(method, other)))
    };
    second.outcome == first.outcome && same_deed && (names_no_method || same_method())
}
