//! `regaudit attempts`: who got through, who did not, one sitting a row.

use std::io::{self, Write as _};

use regaudit::attempt::{AttemptCounts, DirectoryMethods};
use regaudit::read::Report;
use regaudit::report::{Table, attempt_cells, attempt_columns, attempts_overview, write_json};
use regaudit::{Attempt, Attempts, Filter, Tally};
use serde::Serialize;

use super::Ending;
use super::args::{AttemptsArguments, Format};
use super::failure::complain;
use super::output::Output;
use super::rows::Rows;
use super::session::Session;
use super::wanted::Asked;

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
    let Some(read) = read(arguments, &mut session)? else { return Ok(Ending::Failed) };
    let Read { mut attempts, events_without_user, report } = read;
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

/// What reading came to.
struct Read {
    /// Those of the users who are asked for.
    attempts: Vec<Attempt>,
    events_without_user: u64,
    report: Report,
}

/// Reads everything; `None` where reading was stopped by a fault. Nothing but families is chosen by: a sitting
/// of which some events are missing comes to something else, and who is meant shows only when all were read.
fn read(arguments: &AttemptsArguments, session: &mut Session) -> io::Result<Option<Read>> {
    let mut filter = Filter::default();
    filter.families = Attempts::FAMILIES.to_vec();
    let reader = arguments.input.reader().filter(filter);
    let mut fold = Attempts::new().gap(arguments.gap);
    let asked = Asked::new(&arguments.user);
    let mut wanted = asked.wanted();
    let report = session.read_whole(
        reader.paths(&arguments.input.paths),
        |event| (DirectoryMethods::of(event), asked.is_named(event)),
        |event, classification, (stated, is_named)| {
            if is_named {
                wanted.remember(event);
            }
            fold.add_stated(event, classification, stated);
            Ok(())
        },
    )?;
    let Some(report) = report else { return Ok(None) };
    let events_without_user = fold.events_without_user();
    let (mut attempts, mut users) = fold.finish();
    users.retain(|user| wanted.accepts_user(user));
    wanted.remember_all(&users);
    attempts.retain(|attempt| wanted.accepts_attempt(attempt));
    Ok(Some(Read { attempts, events_without_user, report }))
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
