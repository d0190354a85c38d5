//! The brackets of JSON that stand outside strings, found for a stretch of bytes at a time.
//!
//! Whether a value ends in a block is hard to foretell, and a processor that guessed wrong throws away
//! what it has begun. So all blocks of a stretch are read, which asks nothing that could be guessed
//! wrong, before the first is asked about.

use fearless_simd::{prelude::*, u8x64};

use super::vector::{WIDTH, parity};

/// How many blocks a stretch has at most. What is found in them stays close at hand.
pub(super) const LONGEST: usize = 32;

/// What a stretch of bytes leaves to the next.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Carry {
    /// All bits are set if a string goes on.
    in_string: u64,
    /// One if the next byte follows a backslash in a string, else zero.
    escaped: u64,
}

impl Carry {
    pub(super) fn new(in_string: bool, escaped: bool) -> Self {
        Self { in_string: if in_string { u64::MAX } else { 0 }, escaped: u64::from(escaped) }
    }

    pub(super) fn in_string(self) -> bool {
        self.in_string != 0
    }

    pub(super) fn escaped(self) -> bool {
        self.escaped != 0
    }
}

/// The brackets of a block, a bit for each byte.
#[derive(Debug, Clone, Copy, Default)]
struct Brackets {
    opening: u64,
    closing: u64,
}

/// A stretch of blocks.
#[derive(Debug)]
pub(super) struct Stretch {
    brackets: [Brackets; LONGEST],
    /// How many blocks were read.
    blocks: usize,
    /// What it leaves to the next.
    pub(super) after: Carry,
    /// How many line breaks are in it, also within strings.
    pub(super) lines: u64,
    /// Whether there is a backslash outside strings, where it means nothing and hides nothing. What is
    /// said of brackets is wrong then.
    pub(super) is_odd: bool,
    /// Whether backslashes were met that follow others.
    has_runs: bool,
}

impl Stretch {
    pub(super) fn new() -> Self {
        let brackets = [Brackets::default(); LONGEST];
        Self {
            brackets,
            blocks: 0,
            after: Carry::default(),
            lines: 0,
            is_odd: false,
            has_runs: false,
        }
    }

    /// How many bytes it has.
    pub(super) fn len(&self) -> usize {
        self.blocks * WIDTH
    }

    /// Reads blocks, at most so many as a stretch may have, given what the stretch before them left.
    #[inline(always)]
    pub(super) fn read<S: Simd>(&mut self, simd: S, blocks: &[[u8; WIDTH]], before: Carry) {
        if !self.has_runs {
            self.read_with(simd, blocks, before, lone_escapes);
            // Where there is one run of backslashes there are others.
            self.has_runs = self.is_odd;
        }
        if self.has_runs {
            self.read_with(simd, blocks, before, escapes);
        }
    }

    /// The same, given how to tell what backslashes do.
    #[inline(always)]
    fn read_with<S: Simd>(
        &mut self,
        simd: S,
        blocks: &[[u8; WIDTH]],
        before: Carry,
        escapes: impl Fn(u64, u64) -> Escapes,
    ) {
        // In ASCII, `[` and `{` differ in one bit, as do `]` and `}`.
        const CASE: u8 = b'{' ^ b'[';
        let splat = |byte| u8x64::splat(simd, byte);
        let (quote, backslash, case) = (splat(b'"'), splat(b'\\'), splat(CASE));
        let (opening, closing, line_break) = (splat(b'{'), splat(b'}'), splat(b'\n'));
        let Carry { mut in_string, mut escaped } = before;
        let (mut lines, mut odd) = (0, 0);
        self.blocks = blocks.len();
        for (block, brackets) in blocks.iter().zip(&mut self.brackets) {
            let block = u8x64::from_slice(simd, block);
            let backslashes = block.simd_eq(backslash).to_bitmask();
            let found = escapes(backslashes, escaped);
            escaped = found.next;
            let quotes = block.simd_eq(quote).to_bitmask() & !found.escaped;
            let inside = parity(simd, quotes) ^ in_string;
            in_string = (inside.cast_signed() >> (WIDTH - 1)).cast_unsigned();
            odd |= (backslashes & !inside) | found.unsure;
            let folded = block | case;
            *brackets = Brackets {
                opening: folded.simd_eq(opening).to_bitmask() & !inside,
                closing: folded.simd_eq(closing).to_bitmask() & !inside,
            };
            lines += u64::from(block.simd_eq(line_break).to_bitmask().count_ones());
        }
        self.lines = lines;
        self.is_odd = odd != 0;
        self.after = Carry { in_string, escaped };
    }

    /// Where, counted from its beginning, a value ends that is so deep where `block` begins; if it does
    /// not, the depth is that at the end.
    #[inline(always)]
    pub(super) fn find_end(&self, block: usize, depth: &mut u32) -> Option<usize> {
        for (block, brackets) in (block..).zip(&self.brackets[block..self.blocks]) {
            let closed = brackets.closing.count_ones();
            if closed >= *depth
                && let Some(place) = brackets.find_end(*depth)
            {
                return Some(block * WIDTH + place);
            }
            *depth = *depth + brackets.opening.count_ones() - closed;
        }
        None
    }

    /// Forgets the brackets in the block of this place, up to and with it. Returns which block it is.
    pub(super) fn forget(&mut self, place: usize) -> usize {
        let behind = (u64::MAX << (place % WIDTH)) << 1;
        let block = place / WIDTH;
        self.brackets[block].opening &= behind;
        self.brackets[block].closing &= behind;
        block
    }
}

impl Brackets {
    /// The bracket that closes a value which is so deep where the block begins, if it is among these.
    #[inline(always)]
    fn find_end(self, depth: u32) -> Option<usize> {
        let mut left = self.closing;
        let mut closed = 0;
        while left != 0 {
            let place = left.trailing_zeros();
            left &= left - 1;
            closed += 1;
            let opened = (self.opening & ((1 << place) - 1)).count_ones();
            if depth + opened == closed {
                return Some(place as usize);
            }
        }
        None
    }
}

/// What backslashes do to the bytes behind them.
struct Escapes {
    /// The bytes that follow a backslash which is not itself escaped.
    escaped: u64,
    /// One if the byte after the last one does, else zero.
    next: u64,
    /// The backslashes that this may be wrong about.
    unsure: u64,
}

/// The escapes, given whether the first byte is escaped. Runs of backslashes escape each other in pairs
/// (as in *Parsing Gigabytes of JSON per Second*, Langdale and Lemire, without a branch a run).
#[inline(always)]
fn escapes(backslashes: u64, first: u64) -> Escapes {
    const ODD: u64 = 0xAAAA_AAAA_AAAA_AAAA;
    let starts = backslashes & !first;
    let series = ((starts << 1) | ODD).wrapping_sub(starts) ^ ODD;
    let escaped = series ^ (backslashes | first);
    Escapes { escaped, next: (series & backslashes) >> (WIDTH - 1), unsure: 0 }
}

/// The same where no backslash follows another: in a third of the steps.
#[inline(always)]
fn lone_escapes(backslashes: u64, first: u64) -> Escapes {
    let escaped = (backslashes << 1) | first;
    Escapes { escaped, next: backslashes >> (WIDTH - 1), unsure: escaped & backslashes }
}

#[cfg(test)]
mod tests {
    use fearless_simd::{Level, dispatch};
    use proptest::prelude::*;

    use super::super::vector::levels;
    use super::*;

    /// What is said of a stretch: the brackets, the carry, the line breaks.
    type Said = (Vec<(u64, u64)>, (bool, bool), u64);

    /// `None` if it is odd.
    fn plainly(blocks: &[[u8; WIDTH]], before: Carry) -> Option<Said> {
        let (mut in_string, mut escaped) = (before.in_string(), before.escaped());
        let mut brackets = vec![(0, 0); blocks.len()];
        let mut lines = 0;
        for (place, byte) in blocks.as_flattened().iter().enumerate() {
            let (opening, closing) = &mut brackets[place / WIDTH];
            lines += u64::from(*byte == b'\n');
            match byte {
                _ if escaped => escaped = false,
                b'\\' if in_string => escaped = true,
                b'\\' => return None,
                b'"' => in_string = !in_string,
                b'{' | b'[' if !in_string => *opening |= 1 << (place % WIDTH),
                b'}' | b']' if !in_string => *closing |= 1 << (place % WIDTH),
                _ => {}
            }
        }
        Some((brackets, (in_string, escaped), lines))
    }

    fn in_blocks(level: Level, blocks: &[[u8; WIDTH]], before: Carry) -> Option<Said> {
        let mut stretch = Stretch::new();
        dispatch!(level, simd => stretch.read(simd, blocks, before));
        let brackets = stretch.brackets[..blocks.len()].iter();
        let brackets = brackets.map(|brackets| (brackets.opening, brackets.closing)).collect();
        let Stretch { after, lines, is_odd, .. } = stretch;
        (!is_odd).then_some((brackets, (after.in_string(), after.escaped()), lines))
    }

    /// Blocks full of what matters; few backslashes stand outside strings.
    fn any_blocks() -> impl Strategy<Value = Vec<[u8; WIDTH]>> {
        let fragment = prop::sample::select(vec![
            "{",
            "}",
            "[",
            "]",
            "\"a",
            "b\"",
            "\"\\\"\"",
            "\"\\\\\"",
            "\n",
            "filling",
            "\"}\\n{\"",
            "\\",
        ]);
        let text = prop::collection::vec(fragment, 20..600);
        text.prop_map(|parts| parts.concat().as_bytes().as_chunks().0.to_vec())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn blocks_say_what_bytes_say(
            blocks in any_blocks(),
            from in 0..64_usize,
            in_string: bool,
            escaped: bool,
        ) {
            // Texts without a stray backslash are rare among long ones.
            for length in [1, 2, LONGEST] {
                let blocks = &blocks[from.min(blocks.len())..];
                let blocks = &blocks[..length.min(blocks.len())];
                let before = Carry::new(in_string, in_string && escaped);
                let expected = plainly(blocks, before);
                for level in levels() {
                    prop_assert_eq!(&in_blocks(level, blocks, before), &expected);
                }
            }
        }
    }
}
