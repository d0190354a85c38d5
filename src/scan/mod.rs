//! Bytes into records: where each begins and ends, and which may be skipped.
//!
//! Nothing here knows what a record means. A [`Blocks`] reads an input, or a part of one, in pieces
//! that stay in the cache, lets a [`Splitter`] find the borders of records, and hands out [`Block`]s that
//! hold whole records only, so that blocks can be decoded in any order and on any thread. A [`Guess`]
//! lets a part of an input be read before what stands in front of it.

mod block;
mod brackets;
mod buffer;
mod csv;
mod json;
mod lines;
mod mark;
mod names;
mod prefilter;
mod sieve;
mod split;
mod template;
mod value;
mod vector;

pub(crate) use self::block::{Block, Blocks, Cause, Gap, Piece};
pub(crate) use self::buffer::{Buffer, Buffers};
pub(crate) use self::csv::CsvSplitter;
pub(crate) use self::json::JsonSplitter;
pub(crate) use self::lines::LineSplitter;
pub(crate) use self::names::Names;
pub(crate) use self::prefilter::Prefilter;
pub(crate) use self::sieve::Sieve;
pub(crate) use self::split::{FaultKind, Guess, Span, Split, Splitter};
pub(crate) use self::template::{Quoting, Slot, Slots, Templates};
pub(crate) use self::vector::Pace;
