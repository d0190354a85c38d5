//! Files in parts, and threads that take one part after the other.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::Failure;

/// Small enough that no thread waits long for the last one, large enough to be worth opening a file.
const PART: u64 = 8 << 20;

/// A range of bytes of a file.
#[derive(Debug, Clone)]
pub struct Part {
    pub path: PathBuf,
    pub start: u64,
    pub end: u64,
}

/// The parts of a file, or of every file below a folder.
///
/// # Errors
///
/// When a folder cannot be listed.
pub fn parts_of(path: &Path) -> io::Result<Vec<Part>> {
    let mut parts = Vec::new();
    add_parts(path, &mut parts)?;
    Ok(parts)
}

fn add_parts(path: &Path, parts: &mut Vec<Part>) -> io::Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            add_parts(&entry?.path(), parts)?;
        }
        return Ok(());
    }
    let length = fs::metadata(path)?.len();
    let mut start = 0;
    while start < length {
        let end = length.min(start + PART);
        parts.push(Part { path: path.to_owned(), start, end });
        start = end;
    }
    Ok(())
}

/// Works on every part with so many threads, and hands back what each thread came to.
///
/// # Errors
///
/// The first of `work`, or when a thread panicked.
pub fn in_parallel<T: Default + Send>(
    parts: &[Part],
    threads: usize,
    work: impl Fn(&Part, &mut T) -> Result<(), Failure> + Sync,
) -> Result<Vec<T>, Failure> {
    let next = AtomicUsize::new(0);
    let run = || {
        let mut found = T::default();
        while let Some(part) = parts.get(next.fetch_add(1, Ordering::Relaxed)) {
            work(part, &mut found)?;
        }
        Ok::<_, Failure>(found)
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        workers.into_iter().map(|worker| worker.join().map_err(|_| "a thread panicked")?).collect()
    })
}
