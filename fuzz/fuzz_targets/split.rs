//! Any bytes are split alike by the fast and the plain way, and alike whole and in pieces.
//!
//! The first byte of the input chooses the format, the second the length of pieces; what follows is
//! split.

#![no_main]

use libfuzzer_sys::fuzz_target;
use regaudit::internals::{Format, Pace, split};

fuzz_target!(|data: &[u8]| {
    let [format, piece, bytes @ ..] = data else { return };
    let format = Format::ALL[usize::from(*format) % Format::ALL.len()];
    let expected = split(bytes, format, bytes.len() + 1, Pace::Plain);
    for piece in [bytes.len() + 1, usize::from(*piece) + 1] {
        for pace in Pace::BOTH {
            let found = split(bytes, format, piece, pace);
            assert_eq!(found, expected, "{format:?}, {pace:?}, in pieces of {piece}");
        }
    }
    // Records come in order, and none stands in another.
    for pair in expected.windows(2) {
        assert!(pair[0].range.end <= pair[1].range.start, "{format:?}: {pair:?}");
    }
});
