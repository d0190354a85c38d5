//! How far users got, week by week and method by method: attempts started, completed, cancelled,
//! failed and abandoned.
//!
//! `cargo run --example weekly_funnel --features polars -- Europe/Berlin fixtures/exports`

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program, whose output is its purpose"
)]

use std::collections::BTreeMap;
use std::env;
use std::sync::Arc;

use regaudit::query::{Bucket, Frame, Group, Measure, Query, Table, Value, rows_of};
use regaudit::{Error, Exports, Reader};

/// How far an attempt got.
const STEPS: [&str; 5] = ["started", "completed", "cancelled", "failed", "abandoned"];

fn main() -> Result<(), Error> {
    let mut arguments = env::args().skip(1);
    let time_zone = arguments.next().unwrap_or_else(|| "UTC".to_owned());
    let exports = Arc::new(Exports::new(Reader::new(), arguments));
    let frame = Frame::scan(Arc::clone(&exports))?;

    // An attempt at two methods stands in the rows of both, and one that names none in a row of its own.
    let week = Group::Time { column: "first".to_owned(), every: Bucket::Week, time_zone };
    let query = Query::new(Table::Attempts)
        .group_by(week)
        .group_by("methods_tried")
        .group_by("outcome")
        .measure(Measure::Count);
    let answer = frame.collect(frame.query(&query)?)?;

    let mut funnel: BTreeMap<(String, String), [u64; STEPS.len()]> = BTreeMap::new();
    for row in rows_of(&answer) {
        if let [week, method, outcome, Value::Number(attempts)] = &row?[..] {
            let steps = funnel.entry((show(week), show(method))).or_default();
            let outcome = show(outcome);
            // A single change is begun and completed in one step.
            let outcome = if outcome == "single_change" { "completed" } else { outcome.as_str() };
            for (count, step) in steps.iter_mut().zip(STEPS) {
                if step == "started" || step == outcome {
                    *count += attempts;
                }
            }
        }
    }
    println!("week        method                     {}", STEPS.join("  "));
    for ((week, method), steps) in funnel {
        let counts =
            steps.iter().zip(STEPS).map(|(count, step)| format!("{count:>0$}", step.len()));
        println!("{week}  {method:<25}  {}", counts.collect::<Vec<_>>().join("  "));
    }
    for fault in exports.reports().iter().flat_map(regaudit::read::Report::input_errors) {
        eprintln!("{fault}");
    }
    Ok(())
}

fn show(value: &Value<'_>) -> String {
    match value {
        // The first moment of a week, in the time of the zone.
        Value::Text(text) if text.get(10..11) == Some("T") => text.chars().take(10).collect(),
        Value::Text(text) => text.to_string(),
        Value::Time(time) => time.format("%Y-%m-%d").to_string(),
        _ => "(none named)".to_owned(),
    }
}
