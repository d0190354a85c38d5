//! Where the events of a frame come from.

use std::ops::ControlFlow;

use crate::catalogue::{Classification, classify};
use crate::error::Result;
use crate::filter::Filter;
use crate::model::Event;

/// Is handed each event with what it means, and says whether to go on.
pub type Each<'each> = dyn FnMut(&Event, &Classification) -> ControlFlow<()> + 'each;

/// A source of events that can be read as often as it is asked.
///
/// Exports are one ([`Exports`](crate::Exports)), and so is any slice of events that was shared.
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
            if filter.accepts(event, &classification) && each(event, &classification).is_break() {
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
