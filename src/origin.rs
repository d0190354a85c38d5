//! Where in which input a record stands.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The place of a record, an event or a fault: input, record, line and byte.
///
/// Errors and events carry the same one, so that whatever is reported can be looked up in the file.
/// Positions count the *decoded* text: what is left after decompression and conversion to UTF-8,
/// with a UTF-8 byte-order mark counted as its three bytes.
///
/// ```
/// let origin = regaudit::Origin::new("export.json").at(3, 7, 512);
/// assert_eq!(origin.to_string(), "export.json: record 3, line 7, byte 512");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Origin {
    /// The path as it was given or found, `-` for standard input, or the name given to a slice or a
    /// reader.
    pub source: Arc<str>,
    /// The record's ordinal in its input, from 1. `None` where the fault belongs to no record.
    pub record: Option<u64>,
    /// The line on which the record begins, from 1.
    pub line: Option<u64>,
    /// The offset of the record's first byte, from 0.
    pub byte: Option<u64>,
}

impl Origin {
    /// The input as a whole.
    pub fn new(source: impl Into<Arc<str>>) -> Self {
        Self { source: source.into(), record: None, line: None, byte: None }
    }

    /// A record of the input: its ordinal and line from 1, its first byte from 0.
    #[must_use]
    pub fn at(mut self, record: u64, line: u64, byte: u64) -> Self {
        self.record = Some(record);
        self.line = Some(line);
        self.byte = Some(byte);
        self
    }

    /// An entry of an input that is read as a whole: its ordinal from 1, and its line from 1 where that
    /// is known.
    #[must_use]
    pub(crate) fn entry(mut self, record: u64, line: Option<u64>) -> Self {
        self.record = Some(record);
        self.line = line;
        self
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.source)?;
        let places = [("record", self.record), ("line", self.line), ("byte", self.byte)];
        let mut separator = ": ";
        for (name, place) in places {
            if let Some(place) = place {
                write!(formatter, "{separator}{name} {place}")?;
                separator = ", ";
            }
        }
        Ok(())
    }
}
