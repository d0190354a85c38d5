//! The limit for gzip: zlib-rs inflates on one thread, and what comes out is thrown away.
//!
//! A stream of gzip cannot be entered half-way, so no number of threads does better.

use std::fs::File;
use std::io::{BufReader, Read as _};

use flate2::bufread::MultiGzDecoder;
use regaudit_rivals::{Failure, Job};

const BUFFER: usize = 256 << 10;

fn main() -> Result<(), Failure> {
    let job = Job::from_arguments()?;
    let file = BufReader::with_capacity(BUFFER, File::open(&job.path)?);
    let mut inflated = MultiGzDecoder::new(file);
    let mut buffer = vec![0; BUFFER];
    let mut bytes = 0;
    loop {
        let read = inflated.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        bytes += read;
    }
    println!("{bytes}");
    Ok(())
}
