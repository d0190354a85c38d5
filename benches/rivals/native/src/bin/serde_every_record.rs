//! `serde_json` on every record, borrowing what it can: what anyone would write first in Rust.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Seek as _, SeekFrom};
use std::path::Path;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use flate2::bufread::MultiGzDecoder;
use regaudit_rivals::parts::{Part, in_parallel, parts_of};
use regaudit_rivals::record::{Line, Record};
use regaudit_rivals::tally::Tally;
use regaudit_rivals::{Failure, Job};
use serde::de::{Deserializer as _, SeqAccess, Visitor};

const BUFFER: usize = 256 << 10;

/// How much is inflated before it is handed to another thread.
const BLOCK: usize = 1 << 20;

fn main() -> Result<(), Failure> {
    let job = Job::from_arguments()?;
    let tally = if job.format == "array" {
        count_array(&job.path)?
    } else if job.path.extension().is_some_and(|extension| extension == "gz") {
        count_gzip(&job.path, job.threads)?
    } else {
        let tallies = in_parallel(&parts_of(&job.path)?, job.threads, count_part)?;
        tallies.into_iter().fold(Tally::default(), Tally::merge)
    };
    tally.print()?;
    Ok(())
}

/// Counts the lines that begin in a part of a file.
fn count_part(part: &Part, tally: &mut Tally) -> Result<(), Failure> {
    let mut file = File::open(&part.path)?;
    // From the byte before, because the part may begin where a line does.
    let mut place = part.start.saturating_sub(1);
    file.seek(SeekFrom::Start(place))?;
    // A buffer no larger than the part: of small files there are thousands.
    let capacity = BUFFER.min(usize::try_from(part.end - part.start)? + 1);
    let mut lines = BufReader::with_capacity(capacity, file);
    let mut line = Vec::new();
    if part.start > 0 {
        place += lines.by_ref().read_until(b'\n', &mut line)? as u64;
    }
    while place < part.end {
        line.clear();
        let read = lines.read_until(b'\n', &mut line)?;
        if read == 0 {
            break;
        }
        place += read as u64;
        count_line(&line, tally)?;
    }
    Ok(())
}

fn count_line(line: &[u8], tally: &mut Tally) -> Result<(), serde_json::Error> {
    serde_json::from_slice::<Line<'_>>(line)?.properties.count(tally);
    Ok(())
}

/// Inflates on this thread and has the lines counted on the others.
fn count_gzip(path: &Path, threads: usize) -> Result<Tally, Failure> {
    let counters = threads.saturating_sub(1).max(1);
    let (sender, receiver) = mpsc::sync_channel::<Vec<u8>>(counters);
    let receiver = Arc::new(Mutex::new(receiver));
    thread::scope(|scope| {
        let start = |_| {
            let blocks = Arc::clone(&receiver);
            scope.spawn(move || count_blocks(&blocks))
        };
        let workers: Vec<_> = (0..counters).map(start).collect();
        // Once every worker has failed, nobody receives, and sending ends with an error.
        drop(receiver);
        let mut lines = BufReader::with_capacity(
            BUFFER,
            MultiGzDecoder::new(BufReader::with_capacity(BUFFER, File::open(path)?)),
        );
        while let Some(block) = whole_lines(&mut lines)? {
            sender.send(block)?;
        }
        drop(sender);
        workers.into_iter().try_fold(Tally::default(), |sum, worker| {
            let tally = worker.join().map_err(|_| "a thread panicked")??;
            Ok(sum.merge(tally))
        })
    })
}

fn count_blocks(blocks: &Mutex<mpsc::Receiver<Vec<u8>>>) -> Result<Tally, Failure> {
    let mut tally = Tally::default();
    loop {
        let block = blocks.lock().map_err(|_| "a thread panicked")?.recv();
        let Ok(block) = block else { return Ok(tally) };
        for line in block.split_inclusive(|&byte| byte == b'\n') {
            count_line(line, &mut tally)?;
        }
    }
}

/// About a block of lines, the last one whole; nothing at the end.
fn whole_lines(lines: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut block = Vec::with_capacity(BLOCK + BLOCK / 8);
    lines.by_ref().take(BLOCK as u64).read_to_end(&mut block)?;
    if block.is_empty() {
        return Ok(None);
    }
    lines.read_until(b'\n', &mut block)?;
    Ok(Some(block))
}

/// Counts the records of an array while it is parsed, so that no more than one of them is kept.
fn count_array(path: &Path) -> Result<Tally, Failure> {
    struct Records;

    impl<'de> Visitor<'de> for Records {
        type Value = Tally;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("an array of audit records")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut records: A) -> Result<Tally, A::Error> {
            let mut tally = Tally::default();
            while let Some(record) = records.next_element::<Record<'_>>()? {
                record.count(&mut tally);
            }
            Ok(tally)
        }
    }

    let text = fs::read(path)?;
    let mut deserializer = serde_json::Deserializer::from_slice(&text);
    Ok(deserializer.deserialize_seq(Records)?)
}
