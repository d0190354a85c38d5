//! What an event is made into while it is read: itself, or only what is counted of it.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::decode::{Decoder, Item};
use super::deferred::Deferred;
use super::findings::Mentions;
use crate::catalogue::Classification;
use crate::model::Event;
use crate::origin::Origin;
use crate::scan::Buffers;

/// What a thread keeps from one piece of work to the next.
pub(super) struct Worker<P: Product> {
    pub(super) memory: P::Memory,
    pub(super) buffers: Arc<Buffers>,
}

impl<P: Product> Worker<P> {
    pub(super) fn new(shared: &Arc<P::Shared>) -> Self {
        Self { memory: P::memory(shared), buffers: Arc::default() }
    }
}

/// What an event is made into.
pub(super) trait Product: Sized + Send + 'static {
    /// What the threads of one reading share.
    type Shared: Default + Send + Sync;
    /// What a thread keeps from block to block.
    type Memory: Send;

    /// The memory of a thread that has just begun.
    fn memory(shared: &Arc<Self::Shared>) -> Self::Memory;

    /// A block of this decoder begins.
    fn begin(_memory: &mut Self::Memory, _decoder: &Decoder) {}

    /// An event that was decoded in full.
    fn of_event(event: Event, classification: Classification) -> Self;

    /// Remembers a record that was decoded in full, so that others of its kind need not be.
    fn learn(
        _memory: &mut Self::Memory,
        _decoder: &Decoder,
        _record: &[u8],
        _event: &Event,
        _classification: &Classification,
    ) {
    }

    /// Makes an event of a record without decoding it in full, if that is sure to be the same.
    fn recognise(
        _memory: &mut Self::Memory,
        _decoder: &Decoder,
        _record: &[u8],
    ) -> Option<Recognised<Self>> {
        None
    }

    /// Whether records that concern everybody are put off.
    const DEFERS: bool = false;

    /// Takes a record that is put off; `None` where none are.
    fn of_deferred(_deferred: Deferred) -> Option<Self> {
        None
    }

    /// The place of its record, if it has one.
    fn origin_mut(&mut self) -> Option<&mut Origin> {
        None
    }
}

/// An event that was recognised.
pub(super) struct Recognised<P> {
    pub(super) time: DateTime<Utc>,
    pub(super) mentions: Arc<Mentions>,
    /// `None` where the caller's filter does not want it.
    pub(super) item: Option<Item<P>>,
}

impl Product for Box<Event> {
    type Shared = ();
    type Memory = ();

    fn memory(_shared: &Arc<()>) {}

    fn of_event(event: Event, _classification: Classification) -> Self {
        Self::new(event)
    }

    fn origin_mut(&mut self) -> Option<&mut Origin> {
        Some(&mut self.origin)
    }
}

/// An event, or a record that is decoded only if it is needed.
#[derive(Debug)]
pub(crate) enum Needed {
    /// Decoded.
    Event(Box<Event>),
    /// Put off.
    Deferred(Box<Deferred>),
}

impl Product for Needed {
    type Shared = ();
    type Memory = ();

    const DEFERS: bool = true;

    fn memory(_shared: &Arc<()>) {}

    fn of_event(event: Event, _classification: Classification) -> Self {
        Self::Event(Box::new(event))
    }

    fn of_deferred(deferred: Deferred) -> Option<Self> {
        Some(Self::Deferred(Box::new(deferred)))
    }

    fn origin_mut(&mut self) -> Option<&mut Origin> {
        Some(match self {
            Self::Event(event) => &mut event.origin,
            Self::Deferred(deferred) => &mut deferred.origin,
        })
    }
}
