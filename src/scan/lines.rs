//! One record a line. A raw line break cannot stand inside a JSON string, so every one is a border.

use super::block::{Split, Splitter};

/// Splits after line breaks.
#[derive(Debug, Default)]
pub(crate) struct LineSplitter {
    /// How much of the pending bytes is known to hold no line break.
    seen: usize,
}

impl Splitter for LineSplitter {
    fn split(&mut self, bytes: &[u8], at_end: bool) -> Split {
        let last_break = memchr::memrchr(b'\n', &bytes[self.seen..]);
        let used = match last_break {
            _ if at_end => bytes.len(),
            Some(place) => self.seen + place + 1,
            None => 0,
        };
        self.seen = if used == 0 { bytes.len() } else { 0 };
        Split { used, ..Split::default() }
    }

    fn is_lines(&self) -> bool {
        true
    }

    fn give_up(&mut self) -> bool {
        self.seen = 0;
        true
    }
}
