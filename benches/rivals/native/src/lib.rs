//! What the native rivals share: the job, the files in parts, and the threads that work on them.

pub mod parts;
pub mod record;
pub mod tally;

use std::error::Error;
use std::path::PathBuf;

/// Any error, with the message that a person at the terminal needs.
pub type Failure = Box<dyn Error + Send + Sync>;

/// What the driver asks of a program: `PROGRAM FORMAT PATH THREADS`.
#[derive(Debug)]
pub struct Job {
    /// `lines`, `array` or `csv`.
    pub format: String,
    /// A file, or a folder of them.
    pub path: PathBuf,
    /// How many threads may work.
    pub threads: usize,
}

impl Job {
    /// Reads the arguments of the program.
    ///
    /// # Errors
    ///
    /// When one is missing or the number is none.
    pub fn from_arguments() -> Result<Self, Failure> {
        let mut arguments = std::env::args().skip(1);
        let mut next = |name: &str| arguments.next().ok_or(format!("{name} is missing"));
        Ok(Self {
            format: next("FORMAT")?,
            path: next("PATH")?.into(),
            threads: next("THREADS")?.parse()?,
        })
    }
}
