//! `regaudit convert`: the tables as files.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use regaudit::model::Event;
use regaudit::query::{ParquetFile, PartitionedParquet, RowReader, Table, TableBuilder};
use regaudit::report::{Cell, Column};
use regaudit::{Classification, Error};

use super::Ending;
use super::args::{ConvertArguments, DestinationArguments, FileFormat, Format};
use super::folder::Folder;
use super::output::Output;
use super::rows::Rows;
use super::session::Session;

/// How many rows are written together.
const BATCH: usize = 128 * 1024;

pub(super) fn run(arguments: &ConvertArguments) -> io::Result<Ending> {
    if arguments.output.extension().is_some() && arguments.partition_by.is_none() {
        return into_file(arguments);
    }
    let folder = Folder::create(&arguments.output, arguments.force)?;
    let tables = if arguments.table.is_empty() { &Table::ALL } else { arguments.table.as_slice() };
    let targets = tables.iter().map(|table| in_folder(arguments, *table, folder.path()));
    let (ending, is_whole) = write(arguments, targets.collect::<io::Result<_>>()?)?;
    if is_whole {
        folder.finish()?;
    }
    Ok(ending)
}

/// One table into one file.
fn into_file(arguments: &ConvertArguments) -> io::Result<Ending> {
    let table = match arguments.table.as_slice() {
        [] => Table::Events,
        [table] => *table,
        _ => return Err(usage("several tables need a folder: give -o a name without an ending")),
    };
    let destination =
        DestinationArguments { output: Some(arguments.output.clone()), force: arguments.force };
    let output = Output::open(&destination)?;
    let ending = arguments.output.extension().and_then(|ending| ending.to_str());
    let format = match (arguments.format, ending) {
        (Some(format), _) => format,
        (None, Some("parquet")) => FileFormat::Parquet,
        (None, Some("csv")) => FileFormat::Csv,
        (None, Some("ndjson" | "jsonl")) => FileFormat::Ndjson,
        (None, Some("json")) => FileFormat::Json,
        (None, _) => return Err(usage("--format is needed: the name of the file does not tell")),
    };
    let target = match format {
        FileFormat::Parquet => {
            let builder = TableBuilder::new(table);
            let file = ParquetFile::new(output, table).map_err(io::Error::other)?;
            Target::Parquet { builder, file: Box::new(file) }
        }
        format => text(table, format, output)?,
    };
    Ok(write(arguments, vec![target])?.0)
}

/// A table in a folder of tables.
fn in_folder(arguments: &ConvertArguments, table: Table, folder: &Path) -> io::Result<Target> {
    let format = arguments.format.unwrap_or(FileFormat::Parquet);
    if arguments.partition_by.is_some() {
        if format != FileFormat::Parquet {
            return Err(usage("--partition-by needs --format parquet"));
        }
        let inside = folder.join(table.as_str());
        if let Some(parts) = PartitionedParquet::new(&inside, table) {
            fs::create_dir(&inside)?;
            return Ok(Target::Partitioned { builder: TableBuilder::new(table), parts });
        }
    }
    let ending = match format {
        FileFormat::Parquet => "parquet",
        FileFormat::Csv => "csv",
        FileFormat::Ndjson => "ndjson",
        FileFormat::Json => "json",
    };
    let output = Output::Special(io::BufWriter::new(File::create_new(
        folder.join(table.as_str()).with_extension(ending),
    )?));
    match format {
        FileFormat::Parquet => {
            let builder = TableBuilder::new(table);
            let file = ParquetFile::new(output, table).map_err(io::Error::other)?;
            Ok(Target::Parquet { builder, file: Box::new(file) })
        }
        format => text(table, format, output),
    }
}

fn text(table: Table, format: FileFormat, output: Output) -> io::Result<Target> {
    let reader = RowReader::whole(table);
    let columns = reader.columns().iter().copied().map(Column::from).collect();
    let format = match format {
        FileFormat::Csv => Format::Csv,
        FileFormat::Json => Format::Json,
        FileFormat::Ndjson | FileFormat::Parquet => Format::Ndjson,
    };
    Ok(Target::Text { reader, rows: Rows::new(format, output, columns, |_| true)? })
}

/// Writes every event to every target. Whether all of it was read; else what was written is not kept.
fn write(arguments: &ConvertArguments, mut targets: Vec<Target>) -> io::Result<(Ending, bool)> {
    let reader = arguments.input.reader().filter(arguments.filter.filter(&[]));
    let mut session = Session::new(arguments.mask, arguments.input.on_error);
    let read = session.read(reader.paths(&arguments.input.paths), |event, classification| {
        targets.iter_mut().try_for_each(|target| target.push(event, classification))
    })?;
    let Some(report) = read else {
        return Ok((Ending::Failed, false));
    };
    targets.into_iter().try_for_each(Target::finish)?;
    Ok((session.ending(report.tally().yielded > 0), true))
}

/// Where the rows of one table go.
enum Target {
    Parquet { builder: TableBuilder, file: Box<ParquetFile<Output>> },
    Partitioned { builder: TableBuilder, parts: PartitionedParquet },
    Text { reader: RowReader, rows: Rows },
}

impl Target {
    fn push(&mut self, event: &Event, classification: &Classification) -> io::Result<()> {
        match self {
            Self::Text { reader, rows } => {
                let mut written = Ok(());
                reader.read(event, classification, |row| {
                    if written.is_ok() {
                        written = rows.write(row.into_iter().map(Cell::from).collect());
                    }
                });
                written
            }
            Self::Parquet { builder, .. } | Self::Partitioned { builder, .. } => {
                builder.push(event, classification).map_err(as_io)?;
                if builder.height() >= BATCH { self.flush() } else { Ok(()) }
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        let written = match self {
            Self::Parquet { builder, file } => {
                builder.take().and_then(|mut batch| file.write(&mut batch))
            }
            Self::Partitioned { builder, parts } => {
                builder.take().and_then(|batch| parts.write(&batch))
            }
            Self::Text { .. } => Ok(()),
        };
        written.map_err(as_io)
    }

    fn finish(mut self) -> io::Result<()> {
        self.flush()?;
        match self {
            Self::Parquet { file, .. } => file.finish().map_err(as_io)?.finish(),
            Self::Partitioned { parts, .. } => parts.finish().map_err(as_io),
            Self::Text { rows, .. } => rows.finish(),
        }
    }
}

fn usage(found: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, found.to_owned())
}

fn as_io(error: Error) -> io::Error {
    io::Error::other(error)
}
