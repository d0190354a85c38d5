//! Tables for people.

use std::io::{self, Write};

use comfy_table::{Cell as TextCell, CellAlignment, ContentArrangement, presets};

use super::printable::printable;
use super::table::{Cell, Table};

/// Draws a table with its title above it.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct TextTable {
    /// How wide it may be, in columns of the terminal; as wide as it needs where that is not known.
    pub width: Option<u16>,
}

impl TextTable {
    /// A table of at most this width.
    pub fn new(width: Option<u16>) -> Self {
        Self { width }
    }

    /// Writes the table.
    pub fn write(&self, table: &Table, mut output: impl Write) -> io::Result<()> {
        let mut drawn = comfy_table::Table::new();
        drawn.load_style(presets::NOTHING);
        if let Some(width) = self.width {
            drawn.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
        }
        drawn.set_header(
            table
                .columns
                .iter()
                .map(|column| align(column.name.replace('_', " "), column.is_number)),
        );
        for row in &table.rows {
            let cells = row.iter().zip(&table.columns);
            drawn.add_row(cells.map(|(cell, column)| align(to_text(cell), column.is_number)));
        }
        for column in drawn.column_iter_mut() {
            column.set_padding((0, 2));
        }
        if !table.title.is_empty() {
            writeln!(output, "{}", table.title)?;
        }
        for line in drawn.lines() {
            writeln!(output, "  {}", line.trim_end())?;
        }
        Ok(())
    }
}

fn align(text: String, is_number: bool) -> TextCell {
    let alignment = if is_number { CellAlignment::Right } else { CellAlignment::Left };
    TextCell::new(text).set_alignment(alignment)
}

fn to_text(cell: &Cell) -> String {
    match cell {
        Cell::Null => "-".to_owned(),
        Cell::List(texts) if texts.is_empty() => "-".to_owned(),
        Cell::Share(share) => format!("{:.1} %", share * 100.0),
        Cell::List(texts) => printable(&texts.join(", ")),
        other => printable(&other.to_plain()),
    }
}
