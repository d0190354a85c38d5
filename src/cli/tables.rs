//! One table as NDJSON or CSV.

use std::io::{self, Write};

use regaudit::report::{CsvWriter, Table, write_ndjson_row};

pub(super) fn write_ndjson(table: &Table, output: &mut impl Write) -> io::Result<()> {
    table.rows.iter().try_for_each(|row| write_ndjson_row(&table.columns, row, &mut *output))
}

/// Writes the table and gives the output back.
pub(super) fn write_csv<W: Write>(table: &Table, output: W) -> io::Result<W> {
    let mut writer = CsvWriter::new(output, &table.columns)?;
    table.rows.iter().try_for_each(|row| writer.write(row))?;
    writer.finish()
}
