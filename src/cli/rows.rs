//! Rows as they come, in the format asked for.

use std::io::{self, Write as _};

use regaudit::report::{Cell, Column, CsvWriter, Table, TextTable, write_ndjson_row};

use super::args::Format;
use super::output::Output;

/// How many rows of a table for people are laid out together.
const PAGE: usize = 500;

/// Rows in the making.
pub(super) struct Rows {
    columns: Vec<Column>,
    writer: Writer,
}

enum Writer {
    Table { output: Output, page: Table, shown: Vec<bool>, style: TextTable },
    Json { output: Output, is_first: bool },
    Ndjson(Output),
    Csv(Box<CsvWriter<Output>>),
}

impl Rows {
    /// Rows of these columns; a table for people shows only those that `is_shown` wants.
    pub(super) fn new(
        format: Format,
        mut output: Output,
        columns: Vec<Column>,
        is_shown: impl Fn(&str) -> bool,
    ) -> io::Result<Self> {
        let writer = match format {
            Format::Table => {
                let style = output.text_table();
                let shown: Vec<bool> =
                    columns.iter().map(|column| is_shown(&column.name)).collect();
                let page = Table::new("", pick(&shown, columns.iter().cloned()));
                Writer::Table { output, page, shown, style }
            }
            Format::Json => {
                output.write_all(b"[")?;
                Writer::Json { output, is_first: true }
            }
            Format::Ndjson => Writer::Ndjson(output),
            Format::Csv => Writer::Csv(Box::new(CsvWriter::new(output, &columns)?)),
        };
        Ok(Self { columns, writer })
    }

    pub(super) fn write(&mut self, cells: Vec<Cell>) -> io::Result<()> {
        match &mut self.writer {
            Writer::Table { output, page, shown, style } => {
                page.rows.push(pick(shown, cells));
                if page.rows.len() == PAGE {
                    style.write(page, &mut *output)?;
                    page.rows.clear();
                }
                Ok(())
            }
            Writer::Json { output, is_first } => {
                output.write_all(if *is_first { b"\n" } else { b"," })?;
                *is_first = false;
                write_ndjson_row(&self.columns, &cells, output)
            }
            Writer::Ndjson(output) => write_ndjson_row(&self.columns, &cells, output),
            Writer::Csv(writer) => writer.write(&cells),
        }
    }

    pub(super) fn finish(self) -> io::Result<()> {
        match self.writer {
            Writer::Table { mut output, page, style, .. } => {
                if !page.rows.is_empty() {
                    style.write(&page, &mut output)?;
                }
                output.finish()
            }
            Writer::Json { mut output, .. } => {
                output.write_all(b"]\n")?;
                output.finish()
            }
            Writer::Ndjson(output) => output.finish(),
            Writer::Csv(writer) => writer.finish()?.finish(),
        }
    }
}

fn pick<T>(shown: &[bool], values: impl IntoIterator<Item = T>) -> Vec<T> {
    let chosen = shown.iter().zip(values).filter(|(is_shown, _)| **is_shown);
    chosen.map(|(_, value)| value).collect()
}
