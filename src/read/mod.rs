//! Any export into events, with an account of every record.
//!
//! A [`Reader`] takes inputs through these steps, one file each:
//! `source` finds and opens them, `decompress` and `encoding` turn them into UTF-8, `detect` tells the
//! [`Shape`] from the content, `scan` finds the borders of records, `decode` skips or
//! decodes each with the `envelope` of its shape, and `events` puts the blocks back in order, drops
//! duplicates and keeps the [`Tally`].

mod board;
mod coverage;
mod date_order;
mod decode;
mod decompress;
mod dedup;
mod deferred;
mod detect;
mod digest;
mod encoding;
mod envelope;
mod events;
mod findings;
mod head;
mod named;
mod open;
mod parts;
mod product;
mod raw;
mod reader;
mod reading;
mod recognise;
mod report;
mod shape;
mod source;
mod steps;
mod tally;
mod walk;

pub(crate) use self::coverage::LONGEST_SILENCE;
pub use self::coverage::{Coverage, Gap, Stretch};
pub(crate) use self::dedup::{Dedup, Fingerprints, Traits};
pub(crate) use self::deferred::Deferred;
pub use self::events::Events;
pub use self::findings::Findings;
pub(crate) use self::product::Needed;
pub use self::reader::{Reader, read, read_from, read_slice};
pub(crate) use self::recognise::Sketched;
pub use self::report::{Compression, Encoding, FileReport, Report};
pub use self::shape::Shape;
pub use self::tally::Tally;
