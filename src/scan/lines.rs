//! One record a line. A raw line break cannot stand inside a JSON string, so every one is a border.

use super::split::Split;

/// Splits after line breaks.
#[derive(Debug, Clone, Default)]
pub(crate) struct LineSplitter {
    /// How much of the pending bytes is known to hold no border.
    seen: usize,
}

impl LineSplitter {
    /// See [`Splitter::split`](super::Splitter::split).
    pub(super) fn split(&mut self, bytes: &[u8], at_end: bool, stop: usize) -> Split {
        if let Some(used) = line_start_from(bytes, stop.max(self.seen + 1)) {
            self.seen = 0;
            return Split { used, stopped: true, ..Split::default() };
        }
        // What stands before the stop; behind it there is no border, as was just seen.
        let last_break = memchr::memrchr(b'\n', bytes.get(self.seen..).unwrap_or_default());
        let used = match last_break {
            _ if at_end => bytes.len(),
            Some(place) => self.seen + place + 1,
            None => 0,
        };
        self.seen = if used == 0 { bytes.len() } else { 0 };
        Split { used, ..Split::default() }
    }

    pub(super) fn give_up(&mut self) {
        self.seen = 0;
    }
}

/// Where the first line begins at or after `from`, which is more than 0, if its beginning is there.
fn line_start_from(bytes: &[u8], from: usize) -> Option<usize> {
    let place = memchr::memchr(b'\n', bytes.get(from - 1..)?)?;
    Some(from + place)
}

/// Where a line may begin: behind a line break.
pub(super) fn guess(bytes: &[u8]) -> Option<usize> {
    memchr::memchr(b'\n', bytes).map(|place| place + 1)
}
