//! A complaint of one user, beside the summary of everybody's events.
//!
//! `cargo bench --bench complaint` writes 1 GB of diagnostic JSON lines (or as many megabytes as its
//! argument says) with 5 % registration events, into one file and, the same, into one for each hour of a day
//! as Azure storage does. Of either it looks into a complaint of one user, and sums up the registration
//! events, by turns, on one and on all threads. It checks both answers against events decoded in full, prints
//! the shortest of nine runs, and fails where the complaint takes more than 1.3 times as long as the
//! summary. `cargo test --benches` does the same once with 4 MB, for the answers alone.

#![allow(missing_docs, clippy::print_stdout, reason = "a program, whose output is its purpose")]

#[path = "../examples/generate/export.rs"]
mod export;

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};
use std::{env, thread};

use regaudit::catalogue::Family;
use regaudit::model::Event;
use regaudit::state::{PolicyState, UserExports};
use regaudit::troubleshoot::{Answer, Complaint, Coverage, Given, Wait, troubleshoot};
use regaudit::{Reader, Summary, classify};

use self::export::{Limit, Options, Shape};

/// How much longer a complaint may take than the summary.
const MOST: f64 = 1.3;

/// What events decoded in full say.
struct Expected {
    user: String,
    answer: Answer,
    summary: Summary,
}

fn main() -> Result<(), Box<dyn Error>> {
    let is_benchmark = env::args().any(|argument| argument == "--bench");
    let asked = env::args().skip(1).find_map(|argument| argument.parse().ok());
    let (megabytes, runs) = if is_benchmark { (asked.unwrap_or(1000), 9) } else { (4, 1) };

    let folder = tempfile::tempdir()?;
    let path = folder.path().join("PT1H.json");
    generate(&path, megabytes)?;
    let hours = folder.path().join("hours");
    divide(&path, &hours)?;
    compare("one file", &path, is_benchmark, runs)?;
    compare("24 files", &hours, is_benchmark, runs)
}

/// Times both by turns, and checks their answers.
fn compare(name: &str, path: &Path, is_benchmark: bool, runs: u32) -> Result<(), Box<dyn Error>> {
    let expected = decode_in_full(path)?;
    println!("{name}: {} events of the user", expected.answer.user.events);
    let threads = thread::available_parallelism()?.get();
    for threads in if threads > 1 { vec![1, threads] } else { vec![1] } {
        let (mut of_user, mut of_summary) = (Duration::MAX, Duration::MAX);
        for _ in 0..runs {
            let (time, found) = timed(|| look_into(path, threads, &expected.user));
            of_user = of_user.min(time);
            assert!(found.symptoms == expected.answer.symptoms, "the answers differ");
            let (time, found) = timed(|| sum_up(path, threads));
            of_summary = of_summary.min(time);
            assert!(found? == expected.summary, "the summaries differ");
        }
        let ratio = of_user.as_secs_f64() / of_summary.as_secs_f64();
        println!(
            "{name}, {threads} thread(s): complaint {of_user:.2?}, summary {of_summary:.2?}: {ratio:.2} times as long"
        );
        assert!(!is_benchmark || ratio <= MOST, "more than {MOST} times as long");
    }
    Ok(())
}

fn generate(path: &Path, megabytes: u64) -> io::Result<()> {
    let mut options = Options::new(Shape::Diagnostic, 0);
    options.limit = Limit::Bytes(megabytes * 1_000_000);
    options.seed = 7;
    let mut file = BufWriter::new(File::create(path)?);
    export::write(&options, &mut file)?;
    file.flush()
}

/// Writes the lines of a file into 24, one behind the other.
fn divide(path: &Path, folder: &Path) -> io::Result<()> {
    fs::create_dir(folder)?;
    let share = fs::metadata(path)?.len().div_ceil(24);
    let mut lines = BufReader::new(File::open(path)?);
    for hour in 0..24 {
        let mut file = BufWriter::new(File::create(folder.join(format!("{hour:02}.json")))?);
        io::copy(&mut lines.by_ref().take(share), &mut file)?;
        let mut rest = Vec::new();
        lines.read_until(b'\n', &mut rest)?;
        file.write_all(&rest)?;
        file.flush()?;
    }
    Ok(())
}

fn timed<T>(job: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let done = job();
    (start.elapsed(), done)
}

/// What `regaudit troubleshoot` does.
fn look_into(path: &Path, threads: usize, user: &str) -> Answer {
    let reader = Reader::new().threads(threads);
    let reach = Wait::ADVICE.most;
    let read = reader.complaint_events(user, None, reach, [path], |_| ControlFlow::Break(()));
    assert!(read.is_complete, "not complete");
    answer(user, &read.events, Coverage::of(&read.report))
}

fn answer(user: &str, events: &[Event], coverage: Coverage) -> Answer {
    let (policies, users) = (PolicyState::new(), UserExports::new());
    let given = Given { events, coverage, policies: &policies, users: &users };
    troubleshoot(&Complaint::of(user), &given)
}

fn sum_up(path: &Path, threads: usize) -> Result<Summary, regaudit::Error> {
    let mut fault = None;
    let events = Reader::new().family(Family::Registration).threads(threads).paths([path]);
    let (summary, _) = events.summarize(|found| {
        fault = Some(found);
        ControlFlow::Break(())
    });
    fault.map_or(Ok(summary), Err)
}

/// Decodes every event, and asks for the first user who registers something.
fn decode_in_full(path: &Path) -> Result<Expected, Box<dyn Error>> {
    let first = Reader::new().family(Family::Registration).paths([path]).next();
    let first = first.ok_or("nobody registers anything")??;
    let asked = first.user().and_then(|user| user.id.zip(user.user_principal_name));
    let (id, user) = asked.ok_or("a user without a name")?;
    let (mut events, mut summary) = (Vec::new(), Summary::new());
    let mut read = Reader::new().verify(true).paths([path]);
    for event in read.by_ref() {
        let event = event?;
        let family = classify(&event).map(|found| found.family);
        if family == Some(Family::Registration) {
            summary.add(&event);
        }
        let is_theirs = event.user().is_some_and(|user| user.id == Some(id));
        if is_theirs || family == Some(Family::Policy) {
            events.push(event);
        }
    }
    let answer = answer(user, &events, Coverage::of(read.report()));
    Ok(Expected { user: user.to_owned(), answer, summary })
}
