//! Sixty-four bytes at a time: what the vector code of this module has in common.
//!
//! The instructions are chosen at run time by [`fearless_simd`], which keeps what is unsafe about them
//! to itself. Every function that uses them has a scalar twin in its tests.

use std::sync::LazyLock;

use fearless_simd::Level;

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
pub(super) fn parity(mut bits: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}
