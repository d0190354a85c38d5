//! `regaudit attempts`: who got through, who did not, one sitting a row.

use std::io::{self, Write as _};

use regaudit::attempt::AttemptCounts;
use regaudit::report::{Table, attempt_cells, attempt_columns, attempts_overview, write_json};
use regaudit::{Attempt, Attempts, Tally};
use serde::Serialize;

use super::Ending;
use super::args::{AttemptsArguments, Format};
use super::failure::complain;
use super::histories::{Histories, Reading};
use super::output::Output;
use super::rows::Rows;
use super::session::Session;

/// The columns of a table for people.
pub(super) const SHOWN: [&str; 8] = [
    "user_upn",
    "first",
    "outcome",
    "mode",
    "duration_seconds",
    "tries",
    "methods_tried",
    "methods_obtained",
];

/// What `--format json` writes.
#[derive(Serialize)]
struct Document {
    outcomes: AttemptCounts,
    attempts: Vec<Attempt>,
    /// Events that count but name no user; they are in no attempt.
    events_without_user: u64,
    tally: Tally,
}

pub(super) fn run(arguments: &AttemptsArguments) -> io::Result<Ending> {
    let mut output = Output::open(&arguments.output.destination)?;
    let mut session = Session::new(arguments.output.mask, arguments.input.on_error);
    let reading = Reading {
        input: &arguments.input,
        gap: arguments.gap,
        users: &arguments.user,
        // Events are not chosen: a sitting of which some are missing comes to something else.
        families: &Attempts::FAMILIES,
    };
    let Some(histories) = reading.read(&mut session, |_, _, _| ())? else {
        return Ok(Ending::Failed);
    };
    let Histories { mut attempts, events_without_user, report, .. } = histories;
    attempts.retain(|attempt| arguments.accepts(attempt));
    let matched = !attempts.is_empty();
    match arguments.format {
        Format::Table => {
            write_overview(&attempts, &mut output)?;
            write_table(&attempts, output)?;
        }
        Format::Json => {
            let outcomes = AttemptCounts::of_attempts(&attempts);
            let tally = report.tally();
            let document = Document { outcomes, attempts, events_without_user, tally };
            write_json(&document, &mut output)?;
            output.finish()?;
        }
        Format::Ndjson | Format::Csv => {
            let mut rows = Rows::new(arguments.format, output, attempt_columns(), |_| true)?;
            attempts.iter().try_for_each(|attempt| rows.write(attempt_cells(attempt)))?;
            rows.finish()?;
        }
    }
    if events_without_user > 0 {
        complain(&format!(
            "warning: {events_without_user} events name no user and are in no attempt"
        ));
    }
    Ok(session.ending(matched))
}

fn write_overview(attempts: &[Attempt], output: &mut Output) -> io::Result<()> {
    let number = attempts.len();
    write!(output, "{number} attempt{}", if number == 1 { "" } else { "s" })?;
    let last = attempts.iter().map(|attempt| attempt.last).max();
    if let (Some(first), Some(last)) = (attempts.first(), last) {
        let (first, last) = (first.first.format("%Y-%m-%d"), last.format("%Y-%m-%d"));
        write!(output, ", {first} to {last} (UTC)")?;
    }
    writeln!(output, "\n")?;
    let overview: Table = attempts_overview(attempts);
    if !overview.rows.is_empty() {
        let style = output.text_table();
        style.write(&overview, &mut *output)?;
        writeln!(output)?;
    }
    Ok(())
}

fn write_table(attempts: &[Attempt], output: Output) -> io::Result<()> {
    let is_shown = |name: &str| SHOWN.contains(&name);
    let mut rows = Rows::new(Format::Table, output, attempt_columns(), is_shown)?;
    attempts.iter().try_for_each(|attempt| rows.write(attempt_cells(attempt)))?;
    rows.finish()
}
