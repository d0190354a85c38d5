//! What an event is made into while it is read: itself, or only what is counted of it.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::decode::{Decoder, Item};
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
