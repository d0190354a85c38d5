//! Rows of CSV: a line break is a border unless it stands between quotes.

use std::ops::Range;

use fearless_simd::{dispatch, prelude::*, u8x64};

use super::split::{FaultKind, LineCount, Span, Split};
use super::vector::{Pace, WIDTH, level, parity};

/// Splits after line breaks outside quotes, and leaves the header out.
#[derive(Debug, Clone, Default)]
pub(crate) struct CsvSplitter {
    header_seen: bool,
    /// Where in the pending bytes to go on, and whether between quotes.
    place: usize,
    quoted: bool,
    /// The line breaks found last; kept for their memory.
    breaks: Vec<usize>,
    lines: LineCount,
    pace: Pace,
}

impl CsvSplitter {
    pub(crate) fn new(pace: Pace) -> Self {
        Self { pace, ..Self::default() }
    }

    /// See [`Splitter::split`](super::Splitter::split).
    pub(super) fn split(&mut self, bytes: &[u8], at_end: bool, stop: usize) -> Split {
        let mut breaks = std::mem::take(&mut self.breaks);
        breaks.clear();
        let lines = match self.pace {
            Pace::Fast => dispatch!(level(), simd => {
                find_breaks(simd, bytes, self.place, &mut self.quoted, &mut breaks)
            }),
            Pace::Plain => find_breaks_plainly(bytes, self.place, &mut self.quoted, &mut breaks),
        };
        self.lines.add(lines);
        let spans = Vec::with_capacity(breaks.len() + usize::from(at_end));
        let mut split = Split { spans, ..Split::default() };
        for &place in &breaks {
            self.end_row(bytes, split.used..place, None, &mut split.spans);
            split.used = place + 1;
            if split.used >= stop {
                split.stopped = true;
                self.quoted = false;
                self.place = 0;
                break;
            }
        }
        self.breaks = breaks;
        if !split.stopped {
            self.place = bytes.len() - split.used;
            if at_end && split.used < bytes.len() {
                let fault = self.quoted.then_some(FaultKind::CutRecord);
                self.end_row(bytes, split.used..bytes.len(), fault, &mut split.spans);
                split.used = bytes.len();
            }
        }
        split.lines = Some(self.lines.settle(&bytes[split.used..]));
        if split.stopped {
            // What is behind will be looked at anew.
            self.lines = LineCount::default();
        }
        split
    }

    pub(super) fn give_up(&mut self) {
        self.lines = LineCount::default();
        self.quoted = false;
        self.place = 0;
    }

    pub(super) fn is_at_border_of(&self, other: &Self) -> bool {
        self.header_seen == other.header_seen
    }

    pub(super) fn is_between(&self) -> bool {
        self.place == 0 && !self.quoted
    }

    fn end_row(
        &mut self,
        bytes: &[u8],
        range: Range<usize>,
        fault: Option<FaultKind>,
        spans: &mut Vec<Span>,
    ) {
        if bytes[range.clone()].iter().all(u8::is_ascii_whitespace) {
            return;
        }
        if !self.header_seen {
            self.header_seen = true;
            return;
        }
        spans.push(Span { range, fault });
    }
}

/// The line breaks outside quotes, from `start` on. Returns how many there are in all.
#[inline(always)]
fn find_breaks<S: Simd>(
    simd: S,
    bytes: &[u8],
    start: usize,
    quoted: &mut bool,
    breaks: &mut Vec<usize>,
) -> u64 {
    // Blocks are lines of the cache: to read across two takes twice the time.
    let before_line = (bytes.as_ptr().addr() + start).wrapping_neg() % WIDTH;
    let mut place = bytes.len().min(start + before_line);
    let mut lines = find_breaks_plainly(&bytes[..place], start, quoted, breaks);
    let (blocks, _) = bytes[place..].as_chunks::<WIDTH>();
    for stretch in blocks.chunks(WIDTH) {
        lines += find_breaks_in(simd, stretch, place, quoted, breaks);
        place += stretch.len() * WIDTH;
    }
    lines + find_breaks_plainly(bytes, place, quoted, breaks)
}

/// The same in as many blocks as a word has bits, of which the first begins at `start`.
///
/// Few blocks hold a line break. So they are looked at twice: first all, without a branch that would be
/// guessed wrong at each of these few, for whether they have one, and an odd number of quotes.
#[inline(always)]
fn find_breaks_in<S: Simd>(
    simd: S,
    blocks: &[[u8; WIDTH]],
    start: usize,
    quoted: &mut bool,
    breaks: &mut Vec<usize>,
) -> u64 {
    let mut lines = 0;
    let (quote, line_break) = (u8x64::splat(simd, b'"'), u8x64::splat(simd, b'\n'));
    let (mut odd, mut broken) = (0, 0);
    // From the last, so that the first comes to be the lowest bit.
    for block in blocks.iter().rev() {
        let block = u8x64::from_slice(simd, block);
        let quotes = block.simd_eq(quote).to_bitmask();
        let found = block.simd_eq(line_break).to_bitmask();
        odd = odd << 1 | u64::from(quotes.count_ones() % 2);
        broken = broken << 1 | u64::from(found != 0);
    }
    // Of each block: whether it begins between quotes.
    let begins_quoted = parity(simd, odd) << 1 ^ all_if(*quoted);
    *quoted ^= odd.count_ones() % 2 == 1;
    while broken != 0 {
        let number = broken.trailing_zeros() as usize;
        broken &= broken - 1;
        let block = u8x64::from_slice(simd, &blocks[number]);
        let quotes = block.simd_eq(quote).to_bitmask();
        let mut found = block.simd_eq(line_break).to_bitmask();
        lines += u64::from(found.count_ones());
        found &= !(parity(simd, quotes) ^ all_if(begins_quoted >> number & 1 == 1));
        while found != 0 {
            breaks.push(start + number * WIDTH + found.trailing_zeros() as usize);
            found &= found - 1;
        }
    }
    lines
}

/// The line breaks outside quotes, one byte after the other.
fn find_breaks_plainly(
    bytes: &[u8],
    start: usize,
    quoted: &mut bool,
    breaks: &mut Vec<usize>,
) -> u64 {
    let mut lines = 0;
    for (place, byte) in bytes.iter().enumerate().skip(start) {
        match byte {
            b'"' => *quoted = !*quoted,
            b'\n' => {
                lines += 1;
                if !*quoted {
                    breaks.push(place);
                }
            }
            _ => {}
        }
    }
    lines
}

/// Every bit, or none.
fn all_if(condition: bool) -> u64 {
    if condition { u64::MAX } else { 0 }
}

/// How many bytes of a row are looked at to tell its beginning from text.
const BEGINNING: usize = 6;

/// The beginning of a row, with every digit as `0` and every letter as `a`.
pub(super) fn classes(row: &[u8]) -> impl Iterator<Item = u8> {
    row.iter().take(BEGINNING).map(|byte| match byte {
        b'0'..=b'9' => b'0',
        b'a'..=b'z' | b'A'..=b'Z' => b'a',
        _ => *byte,
    })
}

/// Where a row may begin: behind a line break, with bytes of the same classes as another row.
pub(super) fn guess(bytes: &[u8], beginning: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b'\n', bytes)
        .map(|place| place + 1)
        .find(|start| classes(&bytes[*start..]).eq(beginning.iter().copied()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::vector::levels;
    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn blocks_find_what_bytes_find(
            parts in prop::collection::vec(prop::sample::select(vec![
                "\"", "\"\"", "\n", "\r\n", ",", "cell", "\"a\nb\"", "a cell that is longer than others are",
            ]), 0..80),
            times in 1_usize..16,
            start in 0_usize..70,
            quoted: bool,
        ) {
            // At times longer than a stretch.
            let text = parts.concat().repeat(times);
            let (mut plain, mut plain_quoted) = (Vec::new(), quoted);
            let plain_lines =
                find_breaks_plainly(text.as_bytes(), start, &mut plain_quoted, &mut plain);
            let expected = (plain_lines, plain, plain_quoted);
            for level in levels() {
                let (mut found, mut found_quoted) = (Vec::new(), quoted);
                let lines = dispatch!(level, simd => {
                    find_breaks(simd, text.as_bytes(), start, &mut found_quoted, &mut found)
                });
                prop_assert_eq!(&(lines, found, found_quoted), &expected);
            }
        }
    }
}
