//! Events recognised by kinds of records met before. (placeholder to be replaced)
use std::sync::Arc;
use super::product::Product;
use crate::catalogue::{Classification, Sketch, Sketchbook};
use crate::model::Event;

/// An event as a sketch, or whole where it is of no known kind.
pub(crate) enum Sketched {
    Sketch(Sketch),
    Whole(Box<(Event, Classification)>),
}

impl Product for Sketched {
    type Shared = Sketchbook;
    type Memory = ();

    fn memory(_shared: &Arc<Sketchbook>) {}

    fn of_event(event: Event, classification: Classification) -> Self {
        Self::Whole(Box::new((event, classification)))
    }
}
