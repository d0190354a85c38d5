//! The end of a JSON value, found by its brackets and quotes alone.

use fearless_simd::{dispatch, prelude::*};

use super::brackets::{Carry, LONGEST, Stretch};
use super::vector::{WIDTH, level};

/// How a value stands that is being passed over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Passage {
    depth: u32,
    in_string: bool,
    /// The next byte follows a backslash in a string.
    escaped: bool,
    /// How many line breaks were passed.
    pub(super) lines: u64,
}

impl Passage {
    /// Where the value ends, looking from `place` on; where it does not, `place` is how far it was
    /// looked.
    ///
    /// Told where a nested value ends, `next` may say where another one begins, to be passed over as
    /// well: then no quote, backslash or bracket stands between the two. It is not told of every end.
    pub(super) fn find_end(
        &mut self,
        bytes: &[u8],
        place: &mut usize,
        next: impl FnMut(usize) -> Option<usize>,
    ) -> Option<usize> {
        // What is not nested is short: a key, a number, a word.
        while self.depth == 0 && *place < bytes.len() {
            if let Some(end) = self.step(bytes[*place], place) {
                return Some(end);
            }
        }
        dispatch!(level(), simd => self.find_end_in_blocks(simd, bytes, place, next))
            .or_else(|| self.find_end_plainly(bytes, place))
    }

    /// The same, one byte after the other.
    pub(super) fn find_end_plainly(&mut self, bytes: &[u8], place: &mut usize) -> Option<usize> {
        while let Some(&byte) = bytes.get(*place) {
            if let Some(end) = self.step(byte, place) {
                return Some(end);
            }
        }
        None
    }

    /// Looks at the byte at `place`, which moves on; returns the end if that is reached.
    fn step(&mut self, byte: u8, place: &mut usize) -> Option<usize> {
        let here = *place;
        *place += 1;
        if self.in_string {
            self.lines += u64::from(byte == b'\n');
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => {
                    self.in_string = false;
                    return (self.depth == 0).then_some(*place);
                }
                _ => {}
            }
            return None;
        }
        match byte {
            b'"' => self.in_string = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' if self.depth > 1 => self.depth -= 1,
            b'}' | b']' if self.depth == 1 => return Some(*place),
            // A number or a word ends where something else begins.
            b',' | b'}' | b']' | b'\n' if self.depth == 0 => {
                *place = here;
                return Some(here);
            }
            b'\n' => self.lines += 1,
            _ => {}
        }
        None
    }

    /// The same for values that are nested, as long as there are whole blocks.
    #[inline(always)]
    fn find_end_in_blocks<S: Simd>(
        &mut self,
        simd: S,
        bytes: &[u8],
        place: &mut usize,
        mut next: impl FnMut(usize) -> Option<usize>,
    ) -> Option<usize> {
        let mut stretch = Stretch::new();
        // What is short is not worth a long stretch.
        let mut longest = 1;
        loop {
            if longest == LONGEST
                && let Some(end) = self.align(bytes, place)
            {
                return Some(end);
            }
            let (blocks, _) = bytes[*place..].as_chunks::<WIDTH>();
            let blocks = &blocks[..blocks.len().min(longest)];
            if blocks.is_empty() {
                return None;
            }
            longest = LONGEST.min(2 * longest);
            stretch.read(simd, blocks, Carry::new(self.in_string, self.escaped));
            let end = if stretch.is_odd {
                self.find_end_plainly(&bytes[..*place + stretch.len()], place)
            } else {
                self.pass(&mut stretch, bytes, place, &mut next)
            };
            if end.is_some() {
                return end;
            }
        }
    }

    /// Goes on to where the cache has a border: a block across it would be read in two steps.
    fn align(&mut self, bytes: &[u8], place: &mut usize) -> Option<usize> {
        let ahead = bytes[*place..].as_ptr().align_offset(WIDTH);
        let border = place.saturating_add(ahead).min(bytes.len());
        self.find_end_plainly(&bytes[..border], place)
    }

    /// The same in a stretch that begins at `place`.
    #[inline(always)]
    fn pass(
        &mut self,
        stretch: &mut Stretch,
        bytes: &[u8],
        place: &mut usize,
        mut next: impl FnMut(usize) -> Option<usize>,
    ) -> Option<usize> {
        let start = *place;
        let behind = start + stretch.len();
        let Self { mut depth, lines, .. } = *self;
        let mut block = 0;
        while let Some(last) = stretch.find_end(block, &mut depth) {
            let end = start + last + 1;
            let Some(begin) = next(end) else {
                *self = Self { lines: lines + line_breaks(&bytes[start..end]), ..Self::default() };
                *place = end;
                return Some(end);
            };
            depth = 1;
            if begin >= behind {
                let lines = lines + stretch.lines + line_breaks(&bytes[behind..begin]);
                *self = Self { depth, lines, ..Self::default() };
                *place = begin + 1;
                return None;
            }
            block = stretch.forget(begin - start);
        }
        *self = Self {
            depth,
            in_string: stretch.after.in_string(),
            escaped: stretch.after.escaped(),
            lines: lines + stretch.lines,
        };
        *place = behind;
        None
    }
}

/// How many line breaks there are.
fn line_breaks(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::vector::levels;
    use super::*;

    /// The end and what is left, byte by byte.
    fn plainly(mut passage: Passage, bytes: &[u8]) -> (Option<usize>, usize, Passage) {
        let mut place = 0;
        let end = passage.find_end_plainly(bytes, &mut place);
        (end, place, left_of(passage, end))
    }

    /// How it stands; at the end, only the lines count.
    fn left_of(passage: Passage, end: Option<usize>) -> Passage {
        let ended = Passage { lines: passage.lines, ..Passage::default() };
        if end.is_some() { ended } else { passage }
    }

    fn in_blocks(mut passage: Passage, bytes: &[u8]) -> (Option<usize>, usize, Passage) {
        let mut place = 0;
        let end = passage.find_end(bytes, &mut place, |_| None);
        (end, place, left_of(passage, end))
    }

    fn fragments() -> impl Strategy<Value = String> {
        let fragment = prop::sample::select(vec![
            "{",
            "}",
            "[",
            "]",
            "\"",
            "\\",
            "\\\"",
            "\\\\",
            "\"key\":\"value\",",
            ":",
            ",",
            "null",
            "\n",
            " ",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "{\"a\":[1,{}]}",
            "\"}\"",
            "é",
        ]);
        prop::collection::vec(fragment, 0..60).prop_map(|parts| parts.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]

        #[test]
        fn blocks_find_what_bytes_find(
            text in fragments(),
            depth in 0_u32..4,
            in_string: bool,
            escaped: bool,
            cut in 0_usize..200,
        ) {
            let passage = Passage { depth, in_string, escaped: escaped && in_string, lines: 0 };
            let expected = plainly(passage, text.as_bytes());
            prop_assert_eq!(in_blocks(passage, text.as_bytes()), expected);
            // What is not nested is not read in blocks.
            for level in levels().into_iter().filter(|_| depth > 0) {
                let (mut found, mut place) = (passage, 0);
                let bytes = text.as_bytes();
                let end = dispatch!(level, simd => {
                    found.find_end_in_blocks(simd, bytes, &mut place, |_| None)
                });
                let end = end.or_else(|| found.find_end_plainly(bytes, &mut place));
                prop_assert_eq!((end, place, left_of(found, end)), expected);
            }

            // Shown in two pieces, it ends at the same place.
            let (first, second) = text.as_bytes().split_at(cut.min(text.len()));
            let (end, _, passage) = in_blocks(passage, first);
            let (end, lines) = if end.is_some() {
                (end, passage.lines)
            } else {
                let (end, _, passage) = in_blocks(passage, second);
                (end.map(|end| first.len() + end), passage.lines)
            };
            prop_assert_eq!((end, lines), (expected.0, expected.2.lines));
        }
    }
}
