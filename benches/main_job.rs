//! The main job on a generated export, beside serde on every line.
//!
//! `cargo bench --bench main_job` writes 1 GB of diagnostic JSON lines (or as many megabytes as its
//! argument says) with 5 % registration events, runs both on one and on all threads, checks that the
//! answers agree, and prints the medians of five runs as ratios to serde. `cargo test --benches` does the
//! same once with 4 MB, for the answers alone.

#![allow(missing_docs, clippy::print_stdout, reason = "a program, whose output is its purpose")]
#![allow(clippy::cast_precision_loss, reason = "sizes and times are shown with two digits")]

#[path = "../examples/generate/export.rs"]
mod export;

use std::collections::{BTreeMap, HashSet};
use std::error::Error;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use regaudit::catalogue::Family;
use regaudit::{Outcome, Reader, Summary};
use serde::Deserialize;

use self::export::{Limit, Options, Shape};

/// What both must find: events by activity and outcome, and the users.
#[derive(Debug, Default, PartialEq)]
struct Answer {
    events: BTreeMap<(String, Outcome), u64>,
    users: u64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let is_benchmark = env::args().any(|argument| argument == "--bench");
    let asked = env::args().skip(1).find_map(|argument| argument.parse().ok());
    let (megabytes, runs) = if is_benchmark { (asked.unwrap_or(1000), 5) } else { (4, 1) };

    let folder = tempfile::tempdir()?;
    let path = folder.path().join("PT1H.json");
    let expected = generate(&path, megabytes)?;
    let threads = thread::available_parallelism()?.get();

    println!("{megabytes} MB, {} events of {} records expected", expected.events, expected.records);
    for threads in if threads > 1 { vec![1, threads] } else { vec![1] } {
        let (ours, our_time) = measure(runs, || with_regaudit(&path, threads))?;
        let memory = peak_memory();
        let (theirs, their_time) = measure(runs, || with_serde(&path, threads))?;
        assert_eq!(ours, theirs, "the answers differ");
        let counted: u64 = ours.events.values().sum();
        assert_eq!(counted, expected.events - expected.maintenance, "not what was generated");
        println!(
            "{threads} thread(s): regaudit {our_time:.2?}, serde on every line {their_time:.2?}, {:.2} times as fast{memory}",
            their_time.as_secs_f64() / our_time.as_secs_f64(),
        );
    }
    Ok(())
}

fn generate(path: &Path, megabytes: u64) -> io::Result<export::Expected> {
    let mut options = Options::new(Shape::Diagnostic, 0);
    options.limit = Limit::Bytes(megabytes * 1_000_000);
    options.seed = 7;
    let mut file = BufWriter::new(File::create(path)?);
    let expected = export::write(&options, &mut file)?;
    file.flush()?;
    Ok(expected)
}

/// The answer, and the median time of the runs.
fn measure<T: PartialEq + std::fmt::Debug>(
    runs: usize,
    mut job: impl FnMut() -> Result<T, Box<dyn Error>>,
) -> Result<(T, Duration), Box<dyn Error>> {
    let mut times = Vec::new();
    let mut answer = None;
    for _ in 0..runs {
        let start = Instant::now();
        let found = job()?;
        times.push(start.elapsed());
        if let Some(before) = answer.replace(found) {
            assert_eq!(Some(before), answer, "two runs differ");
        }
    }
    times.sort();
    Ok((answer.ok_or("no run")?, times[times.len() / 2]))
}

/// The most memory the process has used so far, where the system tells.
fn peak_memory() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map(|kilobytes| format!("; peak memory before serde ran {}", kilobytes.trim()))
        .unwrap_or_default()
}

fn with_regaudit(path: &Path, threads: usize) -> Result<Answer, Box<dyn Error>> {
    let mut summary = Summary::new();
    for event in Reader::new().family(Family::Registration).threads(threads).paths([path]) {
        summary.add(&event?);
    }
    let found = summary.answer();
    let mut answer = Answer { events: BTreeMap::new(), users: found.users };
    for row in found.activities {
        for outcome in Outcome::ALL {
            let events = row.counts.of(outcome);
            if events > 0 {
                answer.events.insert((row.activity.clone(), outcome), events);
            }
        }
    }
    Ok(answer)
}

/// The fields that the answer needs.
#[derive(Deserialize)]
struct Record<'a> {
    #[serde(borrow)]
    properties: Properties<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Properties<'a> {
    logged_by_service: &'a str,
    activity_display_name: &'a str,
    operation_type: &'a str,
    result: &'a str,
    result_reason: Option<&'a str>,
    #[serde(borrow)]
    target_resources: Vec<Target<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Target<'a> {
    id: Option<&'a str>,
    modified_properties: Option<serde::de::IgnoredAny>,
}

#[derive(Default)]
struct Counted {
    events: BTreeMap<(String, Outcome), u64>,
    users: HashSet<String>,
}

impl Counted {
    fn add(&mut self, line: &[u8]) -> Result<(), serde_json::Error> {
        let record = serde_json::from_slice::<Record<'_>>(line)?.properties;
        if record.logged_by_service != "Authentication Methods" {
            return Ok(());
        }
        let reason = record.result_reason.unwrap_or_default();
        let activity = record.activity_display_name;
        let target = record.target_resources.first();
        let is_maintenance = record.operation_type == "ServiceApi"
            && reason.eq_ignore_ascii_case(activity)
            && target.is_some_and(|target| target.modified_properties.is_none());
        if is_maintenance {
            return Ok(());
        }
        let is_cancelled = activity.starts_with("User cancel")
            || reason.contains("canceled")
            || reason.contains("cancelled");
        let outcome = match record.result {
            "success" if activity.starts_with("User started") => Outcome::Started,
            "success" => Outcome::Success,
            _ if is_cancelled => Outcome::Cancelled,
            _ => Outcome::Failure,
        };
        *self.events.entry((activity.to_owned(), outcome)).or_default() += 1;
        if let Some(id) = target.and_then(|target| target.id)
            && !self.users.contains(id)
        {
            self.users.insert(id.to_owned());
        }
        Ok(())
    }

    fn merge(mut self, other: Self) -> Self {
        for (key, events) in other.events {
            *self.events.entry(key).or_default() += events;
        }
        self.users.extend(other.users);
        self
    }
}

/// What anyone would write first: serde on every line, the file in as many parts as there are threads.
fn with_serde(path: &Path, threads: usize) -> Result<Answer, Box<dyn Error>> {
    let length = fs::metadata(path)?.len();
    let parts = threads as u64;
    let counted = thread::scope(|scope| {
        let border = |part: u64| length * part / parts;
        let jobs: Vec<_> = (0..parts)
            .map(|part| {
                scope.spawn(move || {
                    count_part(path, border(part), border(part + 1)).map_err(|e| e.to_string())
                })
            })
            .collect();
        jobs.into_iter().try_fold(Counted::default(), |sum, job| {
            let part = job.join().map_err(|_| "a thread panicked".to_owned())??;
            Ok::<_, String>(sum.merge(part))
        })
    })?;
    Ok(Answer { users: counted.users.len() as u64, events: counted.events })
}

/// Counts the lines that begin in a part of the file.
fn count_part(path: &Path, start: u64, end: u64) -> Result<Counted, Box<dyn Error>> {
    let mut file = File::open(path)?;
    let mut place = start.saturating_sub(1);
    file.seek(SeekFrom::Start(place))?;
    let mut lines = BufReader::with_capacity(256 * 1024, file);
    let mut line = Vec::new();
    if start > 0 {
        // The rest of the line that began in the part before.
        place += lines.by_ref().read_until(b'\n', &mut line)? as u64;
    }
    let mut counted = Counted::default();
    while place < end {
        line.clear();
        let read = lines.read_until(b'\n', &mut line)?;
        if read == 0 {
            break;
        }
        place += read as u64;
        counted.add(&line)?;
    }
    Ok(counted)
}
