//! Of changes that may be put off, those that are needed.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use chrono::{DateTime, TimeDelta, Utc};

use crate::error::Error;
use crate::model::Event;
use crate::read::{Deferred, Events, Needed, Report};

/// The time of a complaint, and how long before it changes matter.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    /// `None` is the end of the log.
    pub(super) at: Option<DateTime<Utc>>,
    pub(super) reach: TimeDelta,
}

/// Changes that were put off, as long as they may be needed.
struct Recent {
    span: Span,
    newest: Option<DateTime<Utc>>,
    /// The changes within reach of the newest.
    within: Vec<Deferred>,
    /// How many of them there may be before those out of reach are looked for.
    patience: usize,
    /// Of those out of reach, the last one of each target.
    last: BTreeMap<Box<[u8]>, Deferred>,
    dropped: u64,
}

/// The least number of changes for which it is worthwhile to look.
const PATIENCE: usize = 64;

/// Reads everything, and decodes what was put off and is needed.
pub(super) fn read_needed(
    mut events: Events<'_>,
    span: Span,
    on_fault: &mut dyn FnMut(Error) -> ControlFlow<()>,
) -> (Vec<Event>, Report, ControlFlow<()>) {
    let Some(mut read) = events.take_needed() else {
        return (Vec::new(), events.report().clone(), ControlFlow::Continue(()));
    };
    let mut events = Vec::new();
    let mut recent = Recent::new(span);
    let mut broken_off = read.by_ref().try_for_each(|needed| {
        match needed {
            Ok(Needed::Event(event)) => events.push(*event),
            Ok(Needed::Deferred(deferred)) => recent.add(*deferred),
            Err(fault) => return on_fault(fault),
        }
        ControlFlow::Continue(())
    });
    let mut report = read.report().clone();
    let (kept, mut dropped) = recent.finish();
    let mut rejected = 0;
    let mut ids = BTreeSet::new();
    for deferred in kept {
        match deferred.decode() {
            Ok(Some(event)) if event.id.as_ref().is_none_or(|id| ids.insert(id.clone())) => {
                events.push(event);
            }
            Ok(_) => dropped += 1,
            Err(fault) => {
                rejected += 1;
                if broken_off.is_continue() {
                    broken_off = on_fault(fault);
                }
            }
        }
    }
    // Nothing is put off but in a single input.
    if let Some(file) = report.files.first_mut() {
        file.tally.yielded -= dropped + rejected;
        file.tally.filtered_out += dropped;
        file.tally.by_filter += dropped;
        file.tally.rejected += rejected;
    }
    (events, report, broken_off)
}

impl Recent {
    fn new(span: Span) -> Self {
        Self {
            span,
            newest: span.at,
            within: Vec::new(),
            patience: PATIENCE,
            last: BTreeMap::new(),
            dropped: 0,
        }
    }

    fn add(&mut self, deferred: Deferred) {
        if self.span.at.is_some_and(|at| deferred.time > at) {
            self.dropped += 1;
            return;
        }
        self.newest = self.newest.max(Some(deferred.time));
        self.within.push(deferred);
        if self.within.len() >= self.patience {
            self.sort_out();
            self.patience = PATIENCE.max(2 * self.within.len());
        }
    }

    /// Keeps the last of each target, of those that are out of reach.
    fn sort_out(&mut self) {
        let Some(newest) = self.newest else { return };
        for deferred in std::mem::take(&mut self.within) {
            if newest - deferred.time <= self.span.reach {
                self.within.push(deferred);
                continue;
            }
            let is_later =
                self.last.get(&deferred.target).is_none_or(|last| last.time <= deferred.time);
            let is_replaced = self.last.contains_key(&deferred.target);
            self.dropped += u64::from(is_replaced || !is_later);
            if is_later {
                self.last.insert(deferred.target.clone(), deferred);
            }
        }
    }

    /// Those that are needed, and how many are not.
    fn finish(mut self) -> (impl Iterator<Item = Deferred>, u64) {
        self.sort_out();
        (self.within.into_iter().chain(self.last.into_values()), self.dropped)
    }
}
