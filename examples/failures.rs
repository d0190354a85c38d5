//! Lists every failure and cancellation in the exports named on the command line, with its place.
//!
//! `cargo run --example failures -- fixtures/exports`

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program, whose output is its purpose"
)]

use std::env;

use regaudit::catalogue::{Family, rule};
use regaudit::{Filter, Outcome, Reader, classify};

fn main() {
    let mut filter = Filter::default();
    filter.families = vec![Family::Registration];
    filter.outcomes = vec![Outcome::Failure, Outcome::Cancelled];
    let mut events = Reader::new().filter(filter).paths(env::args_os().skip(1));
    for event in events.by_ref() {
        match event {
            Ok(event) => {
                let Some(found) = classify(&event) else { continue };
                let user = event.target_user().and_then(|user| user.user_principal_name.as_deref());
                let meaning = rule(found.rule).map_or("", |rule| rule.meaning);
                println!("{} {} {}: {meaning}", event.time, found.outcome, user.unwrap_or("-"));
                println!("    {}", event.origin);
            }
            Err(error) => eprintln!("{error}"),
        }
    }
    let tally = events.report().tally();
    println!("{} records read, {} of them failures or cancellations", tally.read, tally.yielded);
}
