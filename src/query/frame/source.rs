//! Where the events of a frame come from.

use std::ops::ControlFlow;

use crate::attempt::DirectoryMethods;
use crate::catalogue::{Classification, classify};
use crate::error::Result;
use crate::filter::Filter;
use crate::model::Event;

/// An event as a source hands it out.
#[derive(Debug)]
#[non_exhaustive]
pub struct Sighting<'source> {
    /// The event; personal data may have been taken out of it.
    pub event: &'source Event,
    /// What it means.
    pub classification: &'source Classification,
    /// What the directory stated in it, taken before personal data was.
    pub stated: Option<DirectoryMethods>,
}

impl<'source> Sighting<'source> {
    /// An event as it is.
    pub fn new(event: &'source Event, classification: &'source Classification) -> Self {
        Self { event, classification, stated: DirectoryMethods::of(event) }
    }

    /// An event out of which personal data was taken, with what the directory had stated in it.
    pub fn masked(
        event: &'source Event,
        classification: &'source Classification,
        stated: Option<DirectoryMethods>,
    ) -> Self {
        Self { event, classification, stated }
    }
}

/// Is handed one event after another, and says whether to go on.
pub type Each<'each> = dyn FnMut(Sighting<'_>) -> ControlFlow<()> + 'each;

/// A source of events that can be read as often as it is asked.
///
/// Exports are one ([`Exports`](crate::Exports)), and so is a list of events.
pub trait EventSource: Send + Sync {
    /// Hands every event that the filter accepts to `each`, in order, until it breaks.
    ///
    /// What a source reports beside its events, such as records that could not be read, it keeps; an
    /// error ends the question.
    fn for_each(&self, filter: &Filter, each: &mut Each<'_>) -> Result<()>;
}

impl EventSource for Vec<Event> {
    fn for_each(&self, filter: &Filter, each: &mut Each<'_>) -> Result<()> {
        for event in self {
            let Some(classification) = classify(event) else { continue };
            if filter.accepts(event, &classification)
                && each(Sighting::new(event, &classification)).is_break()
            {
                break;
            }
        }
        Ok(())
    }
}

impl<S: EventSource + ?Sized> EventSource for std::sync::Arc<S> {
    fn for_each(&self, filter: &Filter, each: &mut Each<'_>) -> Result<()> {
        (**self).for_each(filter, each)
    }
}
