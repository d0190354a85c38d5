//! Of changes that may be put off, those that are needed.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use crate::error::Error;
use crate::model::Event;
use crate::read::{
    Dedup, Deferred, Events, FileReport, Fingerprints, Needed, Report, Tally, Traits,
};

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
    /// How many are not needed, by the input they stand in.
    dropped: BTreeMap<Arc<str>, u64>,
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
    let mut account = Account { report: read.report().clone() };
    let (kept, dropped) = recent.finish();
    for (source, records) in dropped {
        account.filter_out(&source, records);
    }
    let mut is_duplicate = known_by(&events, account.report.files.len());
    for deferred in kept {
        let source = &deferred.origin.source;
        match deferred.decode() {
            Ok(Some(event)) if is_duplicate(&event) => account.drop_duplicate(source),
            Ok(Some(event)) => events.push(event),
            Ok(None) => account.filter_out(source, 1),
            Err(fault) => {
                account.reject(source, &fault);
                if broken_off.is_continue() {
                    broken_off = on_fault(fault);
                }
            }
        }
    }
    (events, account.report, broken_off)
}

/// Tells whether an event was met before, given those that were decoded at once: they were told apart from one
/// another, and not from what was put off.
fn known_by(events: &[Event], inputs: usize) -> impl FnMut(&Event) -> bool + use<> {
    let (fingerprints, mut dedup) = (Fingerprints::new(inputs), Dedup::default());
    for event in events {
        dedup.is_duplicate(&fingerprints.take(&Traits::of(event)));
    }
    dedup.next_file();
    move |event| dedup.is_duplicate(&fingerprints.take(&Traits::of(event)))
}

/// What became of records, once it is known what became of those that were put off.
struct Account {
    report: Report,
}

impl Account {
    fn filter_out(&mut self, source: &str, records: u64) {
        self.correct(source, records, |tally, records| {
            tally.filtered_out += records;
            tally.by_filter += records;
        });
    }

    fn reject(&mut self, source: &str, fault: &Error) {
        self.correct(source, 1, |tally, records| tally.rejected += records);
        let file = self.report.files.iter_mut().find(|file| file.source == source);
        if let Some(file) = file.filter(|file| file.rejections.len() < FileReport::REJECTIONS) {
            file.rejections.push(fault.clone());
        }
    }

    fn drop_duplicate(&mut self, source: &str) {
        self.correct(source, 1, |tally, records| tally.duplicate += records);
    }

    /// Takes records for something else than yielded. Several inputs may go by one name.
    fn correct(&mut self, source: &str, mut records: u64, count: impl Fn(&mut Tally, u64)) {
        for file in self.report.files.iter_mut().filter(|file| file.source == source) {
            let of_file = records.min(file.tally.yielded);
            file.tally.yielded -= of_file;
            count(&mut file.tally, of_file);
            records -= of_file;
        }
    }
}

impl Recent {
    fn new(span: Span) -> Self {
        Self {
            span,
            newest: span.at,
            within: Vec::new(),
            patience: PATIENCE,
            last: BTreeMap::new(),
            dropped: BTreeMap::new(),
        }
    }

    fn add(&mut self, deferred: Deferred) {
        if self.span.at.is_some_and(|at| deferred.time > at) {
            return self.drop(&deferred);
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
            match self.last.get_mut(&deferred.target) {
                None => {
                    self.last.insert(deferred.target.clone(), deferred);
                }
                Some(last) if last.is_before(&deferred) => {
                    let replaced = std::mem::replace(last, deferred);
                    self.drop(&replaced);
                }
                Some(_) => self.drop(&deferred),
            }
        }
    }

    fn drop(&mut self, deferred: &Deferred) {
        let source = &deferred.origin.source;
        match self.dropped.get_mut(source) {
            Some(dropped) => *dropped += 1,
            None => {
                self.dropped.insert(Arc::clone(source), 1);
            }
        }
    }

    /// Those that are needed, and how many are not, by the input they stand in.
    fn finish(mut self) -> (impl Iterator<Item = Deferred>, BTreeMap<Arc<str>, u64>) {
        self.sort_out();
        (self.within.into_iter().chain(self.last.into_values()), self.dropped)
    }
}
