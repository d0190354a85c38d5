//! Runs a program and writes down what it took: `stopwatch REPORT PROGRAM ARGUMENT..`.
//!
//! The kernel starts the peak memory of a process at that of the process that launched it. A driver in
//! Python would hide what programs of a few megabytes need; this one is smaller than any of them.

use std::process::{Command, ExitCode};
use std::{env, fs};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::{TimeVal, TimeValLike as _};
use nix::time::{ClockId, clock_gettime};
use regaudit_rivals::Failure;
use serde_json::json;

/// What the shell says of a program that a signal ended.
const ENDED_BY_SIGNAL: u8 = 128;

fn main() -> Result<ExitCode, Failure> {
    let mut arguments = env::args_os().skip(1);
    let report = arguments.next().ok_or("REPORT is missing")?;
    let program = arguments.next().ok_or("PROGRAM is missing")?;

    let started = now()?;
    let status = Command::new(program).args(arguments).status()?;
    let ended = now()?;

    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let measured = json!({
        "started": started,
        "ended": ended,
        "processor_seconds": seconds(usage.user_time()) + seconds(usage.system_time()),
        "peak_kibibytes": usage.max_rss(),
    });
    fs::write(report, measured.to_string())?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(ExitCode::from(code.unwrap_or(ENDED_BY_SIGNAL)))
}

/// Seconds of the clock that Python's `time.monotonic` reads, so that both can be compared.
fn now() -> nix::Result<f64> {
    let time = clock_gettime(ClockId::CLOCK_MONOTONIC)?;
    Ok(std::time::Duration::from(time).as_secs_f64())
}

fn seconds(time: TimeVal) -> f64 {
    std::time::Duration::from_micros(time.num_microseconds().unsigned_abs()).as_secs_f64()
}
