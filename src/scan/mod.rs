//! Bytes into records: where each begins and ends, and which may be skipped.
//!
//! Nothing here knows what a record means. A [`Blocks`] reads an input in large pieces, lets a
//! [`Splitter`] find the borders of records, and hands out [`Block`]s that hold whole records only,
//! so that blocks can be decoded in any order and on any thread.

mod block;
mod csv;
mod json;
mod lines;
mod prefilter;

pub(crate) use self::block::{
    Block, Blocks, Buffers, Cause, FaultKind, Gap, Piece, Span, Split, Splitter,
};
pub(crate) use self::csv::CsvSplitter;
pub(crate) use self::json::JsonSplitter;
pub(crate) use self::lines::LineSplitter;
pub(crate) use self::prefilter::Prefilter;
