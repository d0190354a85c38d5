//! Sixty-four bytes at a time: what the vector code of this module has in common.
//!
//! The instructions are chosen at run time by [`fearless_simd`], which keeps what is unsafe about them
//! to itself. Every function that uses them has a scalar twin in its tests.

use std::sync::LazyLock;

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::{
    _mm_clmulepi64_si128, _mm_cvtsi64_si128, _mm_cvtsi128_si64, _mm_set1_epi8,
};

use fearless_simd::{Level, Simd};

/// Whether bytes are looked at many at a time, or one after the other. Both find the same; the slow
/// way is there to check the fast one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Pace {
    /// As fast as can be.
    #[default]
    Fast,
    /// One byte after the other.
    Plain,
}

/// How many bytes are looked at together: as many as a word has bits.
pub(super) const WIDTH: usize = 64;

/// The best instructions of this machine.
pub(super) fn level() -> Level {
    static LEVEL: LazyLock<Level> = LazyLock::new(Level::new);
    *LEVEL
}

/// For each bit, whether the number of bits set up to and with it is odd.
///
/// Of a mask of quotes: whether a byte stands between quotes, an opening one included.
#[inline(always)]
pub(super) fn parity<S: Simd>(simd: S, bits: u64) -> u64 {
    match simd.level() {
        #[cfg(target_arch = "x86_64")]
        Level::Avx512(avx512) => parity_by_product(avx512, bits),
        _ => parity_by_shifts(bits),
    }
}

/// The same on any machine.
#[inline(always)]
fn parity_by_shifts(mut bits: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}

#[cfg(target_arch = "x86_64")]
fearless_simd::kernel!(
    /// The same in a few steps: the product without carries of the bits and ones.
    #[inline]
    fn parity_by_product(avx512: Avx512, bits: u64) -> u64 {
        let bits = _mm_cvtsi64_si128(bits.cast_signed());
        let product = _mm_clmulepi64_si128::<0>(bits, _mm_set1_epi8(-1));
        _mm_cvtsi128_si64(product).cast_unsigned()
    }
);

/// The instructions with which tests read: the best of this machine, and less of them.
#[cfg(test)]
pub(super) fn levels() -> Vec<Level> {
    let best = Level::new();
    let mut levels = vec![best, Level::baseline(), Level::fallback()];
    #[cfg(target_arch = "x86_64")]
    {
        levels.extend(best.as_sse4_2().map(Level::Sse4_2));
        levels.extend(best.as_avx2().map(Level::Avx2));
    }
    levels
}

#[cfg(test)]
mod tests {
    use fearless_simd::dispatch;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn parity_counts_bits(bits: u64) {
            let counted = (0..u64::BITS)
                .filter(|place| (bits << (63 - place)).count_ones() % 2 == 1)
                .fold(0, |parity, place| parity | 1 << place);
            for level in levels() {
                prop_assert_eq!(dispatch!(level, simd => parity(simd, bits)), counted);
            }
            prop_assert_eq!(parity_by_shifts(bits), counted);
        }
    }
}
