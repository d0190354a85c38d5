//! The events of exports, one after the other.

use std::fmt;
use std::sync::Arc;

use super::product::Needed;
use super::reading::Reading;
use super::recognise::Sketched;
use super::report::Report;
use super::steps::{Inputs, Steps};
use crate::catalogue::Sketchbook;
use crate::error::{Error, Result};
use crate::model::Event;

/// The events of one or more inputs: an iterator over each event or fault, in the order of the
/// inputs and of the records in them.
///
/// A fault does not end it: after a record or an input that could not be read comes the next.
/// [`report`](Self::report) has the [`Tally`](super::Tally) of what was read so far, and is whole once
/// the iterator has ended. Nothing is opened before the first event is asked for.
pub struct Events<'a> {
    /// What is to be read, until it is known as what.
    inputs: Option<Inputs<'a>>,
    errors: Vec<Error>,
    dedup: bool,
    reading: Option<Box<Reading<'a, Box<Event>>>>,
    /// The report of a reading that has not begun.
    nothing_read: Report,
}

impl<'a> Events<'a> {
    pub(super) fn new(inputs: Inputs<'a>, dedup: bool, errors: Vec<Error>) -> Self {
        let nothing_read = Report { errors: errors.clone(), ..Report::default() };
        Self { inputs: Some(inputs), errors, dedup, reading: None, nothing_read }
    }

    /// What reading came to so far.
    pub fn report(&self) -> &Report {
        self.reading.as_ref().map_or(&self.nothing_read, |reading| reading.report())
    }

    /// Reads what is left and returns what reading came to.
    pub fn into_report(mut self) -> Report {
        self.by_ref().for_each(drop);
        self.report().clone()
    }

    /// The same reading with records put off that may not be needed, if it has not begun.
    pub(crate) fn take_needed(&mut self) -> Option<NeededEvents<'a>> {
        let inputs = self.inputs.take()?;
        let errors = std::mem::take(&mut self.errors);
        Some(NeededEvents(Reading::new(Steps::start(inputs), self.dedup, errors)))
    }

    /// The same reading with sketches in place of events, if it has not begun.
    pub(crate) fn take_sketches(&mut self) -> Option<Sketches<'a>> {
        let inputs = self.inputs.take()?;
        let errors = std::mem::take(&mut self.errors);
        Some(Sketches(Reading::new(Steps::start(inputs), self.dedup, errors)))
    }
}

/// Events, and records that are decoded only if they are needed, in order.
pub(crate) struct NeededEvents<'a>(Reading<'a, Needed>);

impl NeededEvents<'_> {
    /// What reading came to so far.
    pub(crate) fn report(&self) -> &Report {
        self.0.report()
    }
}

impl Iterator for NeededEvents<'_> {
    type Item = Result<Needed>;

    fn next(&mut self) -> Option<Result<Needed>> {
        self.0.next()
    }
}

/// The sketches of events, in the order of the events.
pub(crate) struct Sketches<'a>(Reading<'a, Sketched>);

impl Sketches<'_> {
    /// What reading came to so far.
    pub(crate) fn report(&self) -> &Report {
        self.0.report()
    }

    /// What the numbers in sketches stand for.
    pub(crate) fn book(&self) -> Arc<Sketchbook> {
        Arc::clone(self.0.shared())
    }
}

impl Iterator for Sketches<'_> {
    type Item = Result<Sketched>;

    fn next(&mut self) -> Option<Result<Sketched>> {
        self.0.next()
    }
}

impl Iterator for Events<'_> {
    type Item = Result<Event>;

    fn next(&mut self) -> Option<Result<Event>> {
        if let Some(inputs) = self.inputs.take() {
            let errors = std::mem::take(&mut self.errors);
            self.reading = Some(Box::new(Reading::new(Steps::start(inputs), self.dedup, errors)));
        }
        self.reading.as_mut()?.next().map(|event| event.map(|event| *event))
    }
}

impl fmt::Debug for Events<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Events").field("report", self.report()).finish_non_exhaustive()
    }
}
