//! `regaudit events`: the events, one a row.

use std::io::{self, Write as _};

use regaudit::Classification;
use regaudit::catalogue::Family;
use regaudit::model::Event;
use regaudit::report::{
    COLUMNS, Cell, Column, CsvWriter, Table, TextTable, flat_event, write_ndjson_row,
};

use super::Ending;
use super::args::{EventsArguments, Format};
use super::output::Output;
use super::session::Session;

/// The columns of a table for people, and how many rows are laid out together.
const SHOWN: [&str; 7] =
    ["time", "activity", "outcome", "methods", "reason", "actor_kind", "target_upn"];
const PAGE: usize = 500;

pub(super) fn run(arguments: &EventsArguments) -> io::Result<Ending> {
    let filter = arguments.filter.filter(&[Family::Registration]);
    let hides_unknown = !filter.families.is_empty() && !filter.families.contains(&Family::Other);
    let reader = arguments.input.reader().filter(filter);
    let mut session = Session::new(arguments.output.mask, arguments.input.on_error);
    let mut rows = Rows::new(arguments.format, Output::open(&arguments.output.destination)?)?;
    let read = session.read(reader.paths(&arguments.input.paths), |event, classification| {
        rows.write(event, classification)
    })?;
    let Some(report) = read else {
        return Ok(Ending::Failed);
    };
    rows.finish()?;
    if hides_unknown {
        session.tell_unknown(&report);
    }
    Ok(session.ending(report.tally().yielded > 0))
}

/// Rows in the making.
enum Rows {
    Table { output: Output, page: Table, style: TextTable },
    Json { output: Output, is_first: bool },
    Ndjson(Output),
    Csv(Box<CsvWriter<Output>>),
}

impl Rows {
    fn new(format: Format, mut output: Output) -> io::Result<Self> {
        Ok(match format {
            Format::Table => {
                let style = output.text_table();
                Self::Table { output, page: empty_page(), style }
            }
            Format::Json => {
                output.write_all(b"[")?;
                Self::Json { output, is_first: true }
            }
            Format::Ndjson => Self::Ndjson(output),
            Format::Csv => Self::Csv(Box::new(CsvWriter::new(output, &COLUMNS)?)),
        })
    }

    fn write(&mut self, event: &Event, classification: &Classification) -> io::Result<()> {
        let cells = flat_event(event, classification);
        match self {
            Self::Table { output, page, style } => {
                let shown =
                    COLUMNS.iter().zip(cells).filter(|(column, _)| SHOWN.contains(&column.name));
                page.rows.push(shown.map(|(_, cell)| cell).collect::<Vec<Cell>>());
                if page.rows.len() == PAGE {
                    style.write(page, &mut *output)?;
                    page.rows.clear();
                }
                Ok(())
            }
            Self::Json { output, is_first } => {
                output.write_all(if *is_first { b"\n" } else { b"," })?;
                *is_first = false;
                write_ndjson_row(&COLUMNS, &cells, output)
            }
            Self::Ndjson(output) => write_ndjson_row(&COLUMNS, &cells, output),
            Self::Csv(writer) => writer.write(&cells),
        }
    }

    fn finish(self) -> io::Result<()> {
        match self {
            Self::Table { mut output, page, style } => {
                if !page.rows.is_empty() {
                    style.write(&page, &mut output)?;
                }
                output.finish()
            }
            Self::Json { mut output, .. } => {
                output.write_all(b"]\n")?;
                output.finish()
            }
            Self::Ndjson(output) => output.finish(),
            Self::Csv(writer) => writer.finish()?.finish(),
        }
    }
}

fn empty_page() -> Table {
    let columns = COLUMNS.iter().filter(|column| SHOWN.contains(&column.name)).copied();
    Table::new("", columns.collect::<Vec<Column>>())
}
