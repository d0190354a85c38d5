//! Any file says the same read fast and read plainly: events, errors, report and summary.
//!
//! The input is the file. Every fixture is a seed.

#![no_main]

mod both;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| both::compare(data));
