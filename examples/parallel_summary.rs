//! Summarises each export on a thread of its own and merges the summaries.
//!
//! Merging is right where no event is in two exports; where exports overlap, give them all to one
//! `Reader`, which counts each event once.
//!
//! `cargo run --example parallel_summary -- january.json february.json`

#![allow(clippy::print_stdout, reason = "a program, whose output is its purpose")]

use std::error::Error;
use std::{env, io, thread};

use regaudit::report::write_json;
use regaudit::{Reader, Summary};

fn main() -> Result<(), Box<dyn Error>> {
    let threads: Vec<_> = env::args_os()
        .skip(1)
        .map(|path| {
            thread::spawn(move || {
                let mut summary = Summary::new();
                for event in Reader::new().threads(1).paths([path]) {
                    summary.add(&event?);
                }
                Ok::<_, regaudit::Error>(summary)
            })
        })
        .collect();
    let mut whole = Summary::new();
    for thread in threads {
        whole.merge(thread.join().map_err(|_| "a thread panicked")??);
    }
    write_json(&whole.answer(), io::stdout().lock())?;
    Ok(())
}
