//! Rows of CSV: a line break is a border unless it stands between quotes.

use super::block::{FaultKind, Span, Split, Splitter};

/// Splits after line breaks outside quotes, and leaves the header out.
#[derive(Debug, Default)]
pub(crate) struct CsvSplitter {
    header_seen: bool,
    /// Where in the pending bytes to go on, and whether between quotes.
    place: usize,
    quoted: bool,
}

impl Splitter for CsvSplitter {
    fn split(&mut self, bytes: &[u8], at_end: bool) -> Split {
        let mut split = Split::default();
        let from = self.place;
        for place in memchr::memchr2_iter(b'"', b'\n', &bytes[from..]) {
            let place = from + place;
            if bytes[place] == b'"' {
                self.quoted = !self.quoted;
            } else if !self.quoted {
                self.end_row(bytes, split.used..place, None, &mut split.spans);
                split.used = place + 1;
            }
        }
        self.place = bytes.len() - split.used;
        if at_end && split.used < bytes.len() {
            let fault = self.quoted.then_some(FaultKind::CutRecord);
            self.end_row(bytes, split.used..bytes.len(), fault, &mut split.spans);
            split.used = bytes.len();
        }
        split
    }

    fn give_up(&mut self) -> bool {
        self.quoted = false;
        self.place = 0;
        true
    }
}

impl CsvSplitter {
    fn end_row(
        &mut self,
        bytes: &[u8],
        range: std::ops::Range<usize>,
        fault: Option<FaultKind>,
        spans: &mut Vec<Span>,
    ) {
        if bytes[range.clone()].trim_ascii().is_empty() {
            return;
        }
        if !self.header_seen {
            self.header_seen = true;
            return;
        }
        spans.push(Span { range, fault });
    }
}
