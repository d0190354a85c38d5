//! Any record is a candidate to the fast prefilter if it is one to the plain one, alone and among
//! others.
//!
//! The first byte of the input chooses the needles. Each line of what follows is a record, as no
//! needle stands across a border of records.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use regaudit::catalogue::{Family, needles};
use regaudit::internals::{Pace, Prefilter};

/// The fast one and the plain one, for the usual family and for all.
static PREFILTERS: LazyLock<Vec<[Prefilter; 2]>> = LazyLock::new(|| {
    let usual = [Family::Registration];
    [usual.as_slice(), &Family::ALL]
        .into_iter()
        .map(needles)
        .map(|needles| Pace::BOTH.map(|pace| Prefilter::new(&needles, pace)))
        .collect()
});

fuzz_target!(|data: &[u8]| {
    let Some((choice, bytes)) = data.split_first() else { return };
    let [fast, plain] = &PREFILTERS[usize::from(*choice) % PREFILTERS.len()];
    let mut candidates = Vec::new();
    let mut start = 0;
    for record in bytes.split_inclusive(|byte| *byte == b'\n') {
        let end = start + record.len();
        let is_candidate = plain.find(record, 0).is_some();
        assert_eq!(fast.find(record, 0).is_some(), is_candidate, "alone: {start}..{end}");
        for (prefilter, name) in [(fast, "fast"), (plain, "plain")] {
            let found = prefilter.find(bytes, start);
            assert!(found.is_none_or(|place| place >= start), "{name}: before {start}");
            let is_in_it = found.is_some_and(|place| place < end);
            assert_eq!(is_in_it, is_candidate, "{name}, among others: {start}..{end}");
        }
        if is_candidate {
            candidates.push(start);
        }
        start = end;
    }
    for prefilter in [fast, plain] {
        assert!(prefilter.lines(bytes).eq(candidates.iter().copied()), "one after the other");
    }
});
