//! The end of a JSON value, found by its brackets and quotes alone.

use fearless_simd::{dispatch, prelude::*, u8x64};

use super::vector::{Pace, WIDTH, level, parity};

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
    pub(super) fn find_end(
        &mut self,
        bytes: &[u8],
        place: &mut usize,
        pace: Pace,
    ) -> Option<usize> {
        if pace == Pace::Plain {
            return self.find_end_plainly(bytes, place);
        }
        // What is not nested is short: a key, a number, a word.
        while self.depth == 0 && *place < bytes.len() {
            if let Some(end) = self.step(bytes[*place], place) {
                return Some(end);
            }
        }
        dispatch!(level(), simd => self.find_end_in_blocks(simd, bytes, place))
            .or_else(|| self.find_end_plainly(bytes, place))
    }

    /// The same, one byte after the other.
    fn find_end_plainly(&mut self, bytes: &[u8], place: &mut usize) -> Option<usize> {
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

    /// The same for a value that is nested, as long as there are whole blocks.
    #[inline(always)]
    fn find_end_in_blocks<S: Simd>(
        &mut self,
        simd: S,
        bytes: &[u8],
        place: &mut usize,
    ) -> Option<usize> {
        // In ASCII, `[` and `{` differ in one bit, as do `]` and `}`.
        const CASE: u8 = b'{' ^ b'[';
        let splat = |byte| u8x64::splat(simd, byte);
        let (quote, backslash, case) = (splat(b'"'), splat(b'\\'), splat(CASE));
        let (opening, closing, line_break) = (splat(b'{'), splat(b'}'), splat(b'\n'));
        while let Some(block) = bytes.get(*place..*place + WIDTH) {
            let block = u8x64::from_slice(simd, block);
            let backslashes = block.simd_eq(backslash).to_bitmask();
            let (escaped, next_escaped) = escapes(backslashes, self.escaped);
            let quotes = block.simd_eq(quote).to_bitmask() & !escaped;
            let inside = parity(simd, quotes) ^ if self.in_string { u64::MAX } else { 0 };
            if backslashes & !inside != 0 {
                // Outside strings a backslash means nothing, and hides nothing.
                let end = *place + WIDTH;
                if let Some(end) = self.find_end_plainly(&bytes[..end], place) {
                    return Some(end);
                }
                continue;
            }
            let folded = block | case;
            let opened = folded.simd_eq(opening).to_bitmask() & !inside;
            let closed = folded.simd_eq(closing).to_bitmask() & !inside;
            let lines = block.simd_eq(line_break).to_bitmask();
            if closed.count_ones() >= self.depth
                && let Some(last) = last_bracket(opened, closed, self.depth)
            {
                *place += last + 1;
                let passed = lines & ((1 << last) - 1);
                *self =
                    Self { lines: self.lines + u64::from(passed.count_ones()), ..Self::default() };
                return Some(*place);
            }
            self.lines += u64::from(lines.count_ones());
            self.depth = self.depth + opened.count_ones() - closed.count_ones();
            self.in_string = inside >> (WIDTH - 1) == 1;
            self.escaped = next_escaped;
            *place += WIDTH;
        }
        None
    }
}

/// Which bytes follow a backslash that is not itself escaped, and whether the byte after the last one
/// does. Runs of backslashes escape each other in pairs (as in *Parsing Gigabytes of JSON per Second*,
/// Langdale and Lemire, without a branch a run).
#[inline(always)]
fn escapes(backslashes: u64, first_is_escaped: bool) -> (u64, bool) {
    const ODD: u64 = 0xAAAA_AAAA_AAAA_AAAA;
    let first = u64::from(first_is_escaped);
    if backslashes == 0 {
        return (first, false);
    }
    let starts = backslashes & !first;
    let series = ((starts << 1) | ODD).wrapping_sub(starts) ^ ODD;
    let escaped = series ^ (backslashes | first);
    (escaped, (series & backslashes) >> (WIDTH - 1) == 1)
}

/// The bracket that closes the value, if it is among these.
#[inline(always)]
fn last_bracket(opened: u64, mut closed: u64, depth: u32) -> Option<usize> {
    let mut closed_before = 0;
    while closed != 0 {
        let place = closed.trailing_zeros();
        closed &= closed - 1;
        closed_before += 1;
        let opened_before = (opened & ((1 << place) - 1)).count_ones();
        if depth + opened_before == closed_before {
            return Some(place as usize);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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
        let end = passage.find_end(bytes, &mut place, Pace::Fast);
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
