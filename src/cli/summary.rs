//! `regaudit summary`: the main job.

use std::collections::BTreeMap;
use std::io::{self, Write};

use regaudit::Summary;
use regaudit::catalogue::Family;
use regaudit::read::Report;
use regaudit::report::{Cell, Grouping, Table, summary_tables, write_json};
use regaudit::summary::{Answer, UserRow};
use serde::Serialize;

use super::Ending;
use super::args::{Format, SummaryArguments};
use super::output::Output;
use super::session::Session;
use super::tables;

/// What is summarised unless something else is asked for. Events that no rule has a name for are
/// counted apart from the others, and are most likely registrations of a new kind.
const FAMILIES: [Family; 2] = [Family::Registration, Family::Other];

/// What `--format json` writes.
#[derive(Serialize)]
struct Document<'a> {
    summary: &'a Answer,
    #[serde(skip_serializing_if = "Option::is_none")]
    users: Option<Vec<UserRow>>,
    tally: regaudit::Tally,
    /// Methods with no name in the model, before duplicates are dropped.
    unknown_methods: BTreeMap<String, u64>,
}

pub(super) fn run(arguments: &SummaryArguments) -> io::Result<Ending> {
    let reader = arguments.input.reader().filter(arguments.filter.filter(&FAMILIES));
    let mut output = Output::open(&arguments.output.destination)?;
    let mut session = Session::new(arguments.output.mask, arguments.input.on_error);
    let Some((summary, report)) = session.summarize(reader.paths(&arguments.input.paths))? else {
        return Ok(Ending::Failed);
    };
    let by = arguments.by;
    match arguments.format {
        Format::Table => write_text(&summary, by, &report, &mut output)?,
        Format::Json => write_document(&summary, by, &report, &session, &mut output)?,
        Format::Ndjson => tables::write_ndjson(&one_table(&summary, by), &mut output)?,
        Format::Csv => output = tables::write_csv(&one_table(&summary, by), output)?,
    }
    output.finish()?;
    Ok(session.ending(report.tally().yielded > 0))
}

fn one_table(summary: &Summary, by: Option<Grouping>) -> Table {
    let mut tables = summary_tables(summary, Some(by.unwrap_or(Grouping::Activity)));
    tables.swap_remove(0)
}

fn write_document(
    summary: &Summary,
    by: Option<Grouping>,
    report: &Report,
    session: &Session,
    output: &mut impl Write,
) -> io::Result<()> {
    let document = Document {
        summary: &summary.answer(),
        users: (by == Some(Grouping::User)).then(|| summary.users()),
        tally: report.tally(),
        unknown_methods: session.shown_free_texts(report.findings().unknown_methods),
    };
    write_json(&document, output)
}

fn write_text(
    summary: &Summary,
    by: Option<Grouping>,
    report: &Report,
    output: &mut Output,
) -> io::Result<()> {
    let answer = summary.answer();
    let (events, users) = (number(answer.events, "event"), number(answer.users, "user"));
    write!(output, "{events} of {users}")?;
    if let (Some(first), Some(last)) = (answer.first, answer.last) {
        write!(output, ", {} to {} (UTC)", first.format("%Y-%m-%d"), last.format("%Y-%m-%d"))?;
    }
    writeln!(output, "\n")?;
    let style = output.text_table();
    for table in summary_tables(summary, by) {
        style.write(&without_zeros(table), &mut *output)?;
        writeln!(output)?;
    }
    let tally = report.tally();
    writeln!(
        output,
        "{} read from {} = {} yielded + {} filtered out + {} rejected + {} duplicate",
        number(tally.read, "record"),
        number(report.files.len() as u64, "file"),
        tally.yielded,
        tally.filtered_out,
        tally.rejected,
        tally.duplicate
    )
}

fn number(count: u64, of: &str) -> String {
    format!("{count} {of}{}", if count == 1 { "" } else { "s" })
}

/// Drops the columns in which every number is 0: most logs know nothing started or unknown.
fn without_zeros(mut table: Table) -> Table {
    let is_zero =
        |place: usize| table.rows.iter().all(|row| row.get(place) == Some(&Cell::Number(0)));
    let kept: Vec<bool> = (0..table.columns.len()).map(|place| !is_zero(place)).collect();
    keep(&mut table.columns, &kept);
    table.rows.iter_mut().for_each(|row| keep(row, &kept));
    table
}

fn keep<T>(list: &mut Vec<T>, kept: &[bool]) {
    let mut flags = kept.iter();
    list.retain(|_| flags.next().copied().unwrap_or(true));
}
