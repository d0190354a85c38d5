//! `regaudit user`: one user's events, attempts, and the methods they hold.

use std::io::{self, Write as _};

use regaudit::attempt::DirectoryMethods;
use regaudit::catalogue::Family;
use regaudit::report::{
    Cell, Column, Table, attempt_cells, attempt_columns, event_cells, event_columns, user_cells,
    user_columns, write_json, write_ndjson_row,
};
use regaudit::{Attempt, Attempts, Filter, UserHistory, classify};
use serde::Serialize;
use serde_json::value::RawValue;

use super::Ending;
use super::args::{Format, UserArguments};
use super::failure::complain;
use super::output::Output;
use super::rows::Rows;
use super::session::Session;

/// What tells of a user; changes of policy are about everybody.
const FAMILIES: [Family; 6] = [
    Family::Registration,
    Family::Credential,
    Family::Twin,
    Family::Password,
    Family::Role,
    Family::Other,
];

/// The columns of the timeline for people.
const SHOWN: [&str; 6] = ["time", "activity", "outcome", "methods", "reason", "actor_kind"];

/// What `--format json` writes.
#[derive(Serialize)]
struct Document<'a> {
    users: &'a [UserHistory],
    attempts: &'a [Attempt],
    events: Vec<Box<RawValue>>,
}

pub(super) fn run(arguments: &UserArguments) -> io::Result<Ending> {
    let mut output = Output::open(&arguments.output.destination)?;
    let mut session = Session::new(arguments.output.mask, arguments.input.on_error);
    let mut filter = Filter::default();
    filter.families = FAMILIES.to_vec();
    let reader = arguments.input.reader().filter(filter);
    let read = session.read_user(|on_fault| {
        reader.user_events(&arguments.user, &[], &arguments.input.paths, on_fault)
    });
    let Some(read) = read else { return Ok(Ending::Failed) };
    let mut fold = Attempts::new().gap(arguments.gap);
    let mut events = Vec::new();
    for mut event in read.events {
        let Some(mut classification) = classify(&event) else { continue };
        // Masking takes it away.
        let stated = DirectoryMethods::of(&event);
        session.mask(&mut event, &mut classification);
        fold.add_stated(&event, &classification, stated);
        events.push(event_cells(&event, &classification));
    }
    let (attempts, users) = fold.finish();
    if events.is_empty() {
        let name = session.shown_text(&arguments.user);
        complain(&format!(
            "nothing about `{name}`: no event names such a user; give the user principal name or the object id"
        ));
    }
    let matched = !events.is_empty();
    match arguments.format {
        Format::Table => write_text(&users, &attempts, events, output)?,
        Format::Json => {
            let events = events.iter().map(|cells| as_object(cells)).collect::<io::Result<_>>()?;
            write_json(&Document { users: &users, attempts: &attempts, events }, &mut output)?;
            output.finish()?;
        }
        Format::Ndjson | Format::Csv => {
            let mut rows = Rows::new(arguments.format, output, event_columns(), |_| true)?;
            events.into_iter().try_for_each(|cells| rows.write(cells))?;
            rows.finish()?;
        }
    }
    Ok(session.ending(matched))
}

fn as_object(cells: &[Cell]) -> io::Result<Box<RawValue>> {
    let mut bytes = Vec::new();
    write_ndjson_row(&event_columns(), cells, &mut bytes)?;
    let text = String::from_utf8(bytes).map_err(io::Error::other)?;
    Ok(RawValue::from_string(text)?)
}

fn write_text(
    users: &[UserHistory],
    attempts: &[Attempt],
    events: Vec<Vec<Cell>>,
    mut output: Output,
) -> io::Result<()> {
    let style = output.text_table();
    for user in users {
        let mut table = Table::new("", vec![Column::text("user"), Column::text("value")]);
        let named = user_columns().into_iter().zip(user_cells(user));
        let told = named.filter(|(_, cell)| !matches!(cell, Cell::Null | Cell::Number(0)));
        table.rows.extend(
            told.map(|(column, cell)| vec![Cell::Text(column.name.replace('_', " ")), cell]),
        );
        style.write(&table, &mut output)?;
        writeln!(output)?;
    }
    let of_attempts = attempts.iter().map(attempt_cells);
    let attempts = shown("Attempts", attempt_columns(), of_attempts, &super::attempts::SHOWN[1..]);
    let events = shown("Events", event_columns(), events.into_iter(), &SHOWN);
    for table in [attempts, events].iter().filter(|table| !table.rows.is_empty()) {
        style.write(table, &mut output)?;
        writeln!(output)?;
    }
    output.finish()
}

/// The table of the columns that are for people.
fn shown(
    title: &str,
    columns: Vec<Column>,
    rows: impl Iterator<Item = Vec<Cell>>,
    names: &[&str],
) -> Table {
    let is_shown: Vec<bool> =
        columns.iter().map(|column| names.contains(&column.name.as_ref())).collect();
    let pick = |cells: Vec<Cell>| {
        cells.into_iter().zip(&is_shown).filter_map(|(cell, shown)| shown.then_some(cell)).collect()
    };
    let columns =
        columns.into_iter().zip(&is_shown).filter_map(|(column, shown)| shown.then_some(column));
    let mut table = Table::new(title, columns.collect());
    table.rows = rows.map(pick).collect();
    table
}
