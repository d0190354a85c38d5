//! CSV that a spreadsheet can open without harm.

use std::borrow::Cow;
use std::io::{self, Write};

use super::table::{Cell, Column};

/// Writes rows of CSV under a header.
///
/// A text that a spreadsheet would take for a formula, because it begins with `=`, `+`, `-`, `@`, a tab
/// or a carriage return, gets an apostrophe before it (OWASP, *CSV Injection*): logs hold text that
/// anyone may have chosen.
///
/// ```
/// use regaudit::report::{Cell, Column, CsvWriter};
/// let mut writer = CsvWriter::new(Vec::new(), &[Column::text("name")])?;
/// writer.write(&[Cell::Text("=1+1".to_owned())])?;
/// assert_eq!(writer.finish()?, b"name\n'=1+1\n");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct CsvWriter<W: Write> {
    rows: csv::Writer<W>,
}

impl<W: Write> CsvWriter<W> {
    /// Writes the header.
    pub fn new(output: W, columns: &[Column]) -> io::Result<Self> {
        let mut rows = csv::Writer::from_writer(output);
        let names = columns.iter().map(|column| harmless(&column.name));
        rows.write_record(names.map(|name| name.as_bytes().to_vec())).map_err(as_io)?;
        Ok(Self { rows })
    }

    /// Writes a row.
    pub fn write(&mut self, cells: &[Cell]) -> io::Result<()> {
        for cell in cells {
            let text = cell.to_plain();
            let text = match cell {
                Cell::Text(_) | Cell::List(_) => harmless(&text),
                _ => Cow::Borrowed(text.as_str()),
            };
            self.rows.write_field(text.as_bytes()).map_err(as_io)?;
        }
        self.rows.write_record(None::<&[u8]>).map_err(as_io)
    }

    /// Writes what is left and returns the output.
    pub fn finish(self) -> io::Result<W> {
        self.rows
            .into_inner()
            .map_err(|error| io::Error::new(error.error().kind(), error.error().to_string()))
    }
}

/// The failure of the output, as the output gave it.
fn as_io(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

fn harmless(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}
