//! A few bytes at fixed distances from one another, looked for in 64 places at once.

use fearless_simd::{Level, Simd, dispatch, prelude::*, u8x64};

use super::vector::WIDTH;

/// How many bytes of a mark are compared.
pub(super) const MARK: usize = 4;

/// How far behind its first byte the last one of a mark stands at most.
const REACH: usize = 15;

/// The bit that parts the cases of a letter.
const CASE: u8 = 0x20;

/// Bytes to be found together. It only proposes: of two bytes that differ in the bit for the case of a
/// letter, each is taken for the other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    bytes: [u8; MARK],
    /// How far behind the first of the places each byte stands.
    places: [usize; MARK],
}

impl Mark {
    /// A mark of bytes that stand side by side: at least one, and the first of more.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        let last = bytes.len().min(MARK).checked_sub(1)?;
        let places = std::array::from_fn(|place| place.min(last));
        Some(Self::apart(places.map(|place| bytes[place]), places))
    }

    /// A mark of bytes that stand so far behind the first.
    pub(super) const fn apart(bytes: [u8; MARK], places: [usize; MARK]) -> Self {
        let [one, two, three, four] = bytes;
        Self { bytes: [one | CASE, two | CASE, three | CASE, four | CASE], places }
    }

    /// Where the mark may begin in the text, in order.
    pub(super) fn find<'a>(
        &'a self,
        text: &'a [u8],
        level: Level,
    ) -> impl Iterator<Item = usize> + use<'a> {
        let mut block = 0;
        let mut marked = 0_u64;
        std::iter::from_fn(move || {
            if marked == 0 {
                let from = block;
                (block, marked) = dispatch!(level, simd => self.next_marked(simd, text, from))?;
                block += WIDTH;
            }
            let place = block - WIDTH + marked.trailing_zeros() as usize;
            marked &= marked - 1;
            Some(place)
        })
    }

    /// The first block, from the place on, in which the mark stands, and where: one bit a place.
    #[inline(always)]
    fn next_marked<S: Simd>(&self, simd: S, text: &[u8], from: usize) -> Option<(usize, u64)> {
        let mut block = from;
        while let Some(bytes) = text.get(block..block + WIDTH + REACH) {
            let marked = self.marked_in(simd, bytes);
            if marked != 0 {
                return Some((block, marked));
            }
            block += WIDTH;
        }
        // The rest has too little behind it.
        while let Some(rest) = text.get(block..).filter(|rest| !rest.is_empty()) {
            let rest = &rest[..rest.len().min(WIDTH + REACH)];
            let mut bytes = [0; WIDTH + REACH];
            bytes[..rest.len()].copy_from_slice(rest);
            let marked = self.marked_in(simd, &bytes);
            if marked != 0 {
                return Some((block, marked));
            }
            block += WIDTH;
        }
        None
    }

    #[inline(always)]
    fn marked_in<S: Simd>(&self, simd: S, bytes: &[u8]) -> u64 {
        let mut marked = u64::MAX;
        for (byte, place) in self.bytes.into_iter().zip(self.places) {
            let bytes = u8x64::from_slice(simd, &bytes[place..place + WIDTH]) | CASE;
            marked &= bytes.simd_eq(byte).to_bitmask();
        }
        marked
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::vector::levels;
    use super::*;

    /// Every place where the bytes stand, case aside, is found; and one more in which zeros behind the
    /// end would be blanks can be none of these.
    fn check(mark: Mark, text: &[u8]) {
        let stands = |start: usize| {
            let pairs = mark.bytes.into_iter().zip(mark.places);
            pairs.into_iter().all(|(byte, place)| {
                text.get(start + place).copied().unwrap_or_default() | CASE == byte
            })
        };
        let expected: Vec<usize> = (0..text.len()).filter(|start| stands(*start)).collect();
        for level in levels() {
            let found: Vec<usize> =
                mark.find(text, level).filter(|found| *found < text.len()).collect();
            assert_eq!(found, expected, "{level:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..Default::default() })]

        #[test]
        fn marks_stand_anywhere(
            bytes in "[ab]{1,5}",
            text in "[abAB]{0,200}",
            at in prop_oneof![Just([0, 5, 10, 15]), Just([0, 1, 1, 3])],
        ) {
            check(Mark::of(bytes.as_bytes()).unwrap(), text.as_bytes());
            check(Mark::apart(*b"abaB", at), text.as_bytes());
        }
    }

    #[test]
    fn nothing_has_no_mark() {
        assert!(Mark::of(b"").is_none());
    }
}
