//! JSON, whole or one object a line.

use std::io::{self, Write};

use serde::Serialize;
use serde::ser::SerializeMap as _;

use super::table::{Cell, Column};

/// Writes an answer as indented JSON with a line break behind it.
pub fn write_json(answer: &impl Serialize, mut output: impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut output, answer)?;
    output.write_all(b"\n")
}

/// Writes a row as one line of JSON, each cell under the name of its column.
pub fn write_ndjson_row(
    columns: &[Column],
    cells: &[Cell],
    mut output: impl Write,
) -> io::Result<()> {
    serde_json::to_writer(&mut output, &Row { columns, cells })?;
    output.write_all(b"\n")
}

struct Row<'a> {
    columns: &'a [Column],
    cells: &'a [Cell],
}

impl Serialize for Row<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(self.columns.len()))?;
        for (column, cell) in self.columns.iter().zip(self.cells) {
            object.serialize_entry(column.name.as_ref(), cell)?;
        }
        object.end()
    }
}
