//! `regaudit convert`: the tables as files.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use regaudit::attempt::DirectoryMethods;
use regaudit::model::Event;
use regaudit::query::{ParquetFile, PartitionedParquet, RowReader, Table, TableBuilder, Value};
use regaudit::report::{Cell, Column};
use regaudit::{Attempt, Attempts, Classification, Filter, UserHistory};

use super::Ending;
use super::args::{ConvertArguments, DestinationArguments, FileFormat, Format};
use super::failure::{as_io, complain, usage};
use super::folder::Folder;
use super::output::Output;
use super::rows::Rows;
use super::session::Session;

/// How many rows are written together.
const BATCH: usize = 128 * 1024;

/// How many rows are handed on together where they are collected by date before they are written.
const BATCH_OF_DATES: usize = 16 * 1024;

pub(super) fn run(arguments: &ConvertArguments) -> io::Result<Ending> {
    if is_file(arguments) {
        return into_file(arguments);
    }
    let folder = Folder::create(&arguments.output, arguments.force, &arguments.input.paths)?;
    let tables = tables(arguments, &Table::ALL)?;
    let targets = tables.iter().map(|table| in_folder(arguments, *table, folder.path()));
    let (ending, is_whole) = write(arguments, targets.collect::<io::Result<_>>()?)?;
    if is_whole {
        folder.finish()?;
    }
    Ok(ending)
}

/// Whether one file is asked for: a name with an ending, or a pipe or device, such as `/dev/stdout`.
fn is_file(arguments: &ConvertArguments) -> bool {
    let path = &arguments.output;
    let is_one = match fs::metadata(path) {
        Ok(there) if there.is_dir() => false,
        Ok(there) if !there.is_file() => true,
        _ => path.extension().is_some(),
    };
    is_one && arguments.partition_by.is_none()
}

/// The tables asked for. Attempts and users follow from all events of a user, so they are not among
/// those of chosen events.
fn tables(arguments: &ConvertArguments, by_default: &[Table]) -> io::Result<Vec<Table>> {
    let chooses = arguments.filter.filter(&[]) != Filter::default();
    let of_users = |table: &Table| matches!(table, Table::Attempts | Table::Users);
    if arguments.table.is_empty() {
        return Ok(by_default
            .iter()
            .copied()
            .filter(|table| !(chooses && of_users(table)))
            .collect());
    }
    if let Some(table) = arguments.table.iter().find(|table| chooses && of_users(table)) {
        return Err(usage(format!(
            "the table `{table}` follows from all events of a user: leave out what chooses events"
        )));
    }
    let mut tables = arguments.table.clone();
    tables.sort();
    tables.dedup();
    Ok(tables)
}

/// One table into one file.
fn into_file(arguments: &ConvertArguments) -> io::Result<Ending> {
    let [table] = tables(arguments, &[Table::Events])?[..] else {
        return Err(usage("several tables need a folder: give -o a name without an ending"));
    };
    let destination =
        DestinationArguments { output: Some(arguments.output.clone()), force: arguments.force };
    let output = Output::open(&destination)?;
    let ending = arguments.output.extension().and_then(|ending| ending.to_str());
    let ending = ending.map(str::to_ascii_lowercase);
    let format = match (arguments.format, ending.as_deref()) {
        (Some(format), _) => format,
        (None, Some("parquet")) => FileFormat::Parquet,
        (None, Some("csv")) => FileFormat::Csv,
        (None, Some("ndjson" | "jsonl")) => FileFormat::Ndjson,
        (None, Some("json")) => FileFormat::Json,
        (None, _) => {
            return Err(usage(
                "--format is needed: the name of the file ends in none of .parquet, .csv, .ndjson, .jsonl, .json",
            ));
        }
    };
    Ok(write(arguments, vec![one_file(table, format, output)?])?.0)
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
            let sink = Sink::Partitioned { builder: TableBuilder::new(table), parts };
            return Ok(Target::new(table, sink));
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
    one_file(table, format, output)
}

fn one_file(table: Table, format: FileFormat, output: Output) -> io::Result<Target> {
    let format = match format {
        FileFormat::Csv => Format::Csv,
        FileFormat::Json => Format::Json,
        FileFormat::Ndjson => Format::Ndjson,
        FileFormat::Parquet => {
            let file = Box::new(ParquetFile::new(output, table).map_err(as_io)?);
            let sink = Sink::Parquet { builder: TableBuilder::new(table), file };
            return Ok(Target::new(table, sink));
        }
    };
    let columns = table.columns().into_iter().map(Column::from).collect();
    let sink = Sink::Text(Rows::new(format, output, columns, |_| true)?);
    Ok(Target::new(table, sink))
}

/// Writes every event to every target, and then what follows from all of them. Whether all of it was
/// read; else what was written is not kept.
fn write(arguments: &ConvertArguments, mut targets: Vec<Target>) -> io::Result<(Ending, bool)> {
    let reader = arguments.input.reader().filter(arguments.filter.filter(&[]));
    let mut session = Session::new(arguments.mask, arguments.input.on_error);
    let of_users = |target: &Target| matches!(target.table, Table::Attempts | Table::Users);
    let mut attempts = targets.iter().any(of_users).then(|| Attempts::new().gap(arguments.gap));
    let read = session.read_whole(
        reader.paths(&arguments.input.paths),
        DirectoryMethods::of,
        |event, classification, stated| {
            if let Some(attempts) = &mut attempts {
                attempts.add_stated(event, classification, stated);
            }
            targets.iter_mut().try_for_each(|target| target.push(event, classification))
        },
    )?;
    let Some(report) = read else {
        return Ok((Ending::Failed, false));
    };
    // What is complete lets go of its memory before more is made.
    let (mut targets, complete): (Vec<Target>, Vec<Target>) =
        targets.into_iter().partition(of_users);
    complete.into_iter().try_for_each(Target::finish)?;
    for (attempts, user) in attempts.into_iter().flat_map(Attempts::into_users) {
        for target in &mut targets {
            attempts.iter().try_for_each(|attempt| target.push_attempt(attempt))?;
            target.push_user(&user)?;
        }
    }
    let ending = session.ending(report.tally().yielded > 0);
    if ending == Ending::Failed && report.tally().read == 0 {
        complain("error: nothing was written, as no input could be read");
        return Ok((ending, false));
    }
    targets.into_iter().try_for_each(Target::finish)?;
    Ok((ending, true))
}

/// Where the rows of one table go.
struct Target {
    table: Table,
    rows: RowReader,
    sink: Sink,
}

enum Sink {
    Parquet { builder: TableBuilder, file: Box<ParquetFile<Output>> },
    Partitioned { builder: TableBuilder, parts: PartitionedParquet },
    Text(Rows),
}

impl Target {
    fn new(table: Table, sink: Sink) -> Self {
        Self { table, rows: RowReader::whole(table), sink }
    }

    fn push(&mut self, event: &Event, classification: &Classification) -> io::Result<()> {
        match &mut self.sink {
            Sink::Text(rows) => {
                let mut written = Ok(());
                self.rows.read(event, classification, |row| {
                    if written.is_ok() {
                        written = rows.write(row.into_iter().map(Cell::from).collect());
                    }
                });
                written
            }
            Sink::Parquet { builder, .. } | Sink::Partitioned { builder, .. } => {
                builder.push(event, classification).map_err(as_io)?;
                self.flush_if_full()
            }
        }
    }

    fn push_attempt(&mut self, attempt: &Attempt) -> io::Result<()> {
        match &mut self.sink {
            Sink::Text(rows) => write_row(rows, self.rows.attempt(attempt)),
            Sink::Parquet { builder, .. } | Sink::Partitioned { builder, .. } => {
                builder.push_attempt(attempt).map_err(as_io)?;
                self.flush_if_full()
            }
        }
    }

    fn push_user(&mut self, user: &UserHistory) -> io::Result<()> {
        match &mut self.sink {
            Sink::Text(rows) => write_row(rows, self.rows.user(user)),
            Sink::Parquet { builder, .. } | Sink::Partitioned { builder, .. } => {
                builder.push_user(user).map_err(as_io)?;
                self.flush_if_full()
            }
        }
    }

    fn flush_if_full(&mut self) -> io::Result<()> {
        let is_full = match &self.sink {
            Sink::Parquet { builder, .. } => builder.height() >= BATCH,
            Sink::Partitioned { builder, .. } => builder.height() >= BATCH_OF_DATES,
            Sink::Text(_) => false,
        };
        if is_full { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        let written = match &mut self.sink {
            Sink::Parquet { builder, file } => builder.take().and_then(|batch| file.write(&batch)),
            Sink::Partitioned { builder, parts } => {
                builder.take().and_then(|batch| parts.write(&batch))
            }
            Sink::Text(_) => Ok(()),
        };
        written.map_err(as_io)
    }

    fn finish(mut self) -> io::Result<()> {
        self.flush()?;
        match self.sink {
            Sink::Parquet { file, .. } => file.finish().map_err(as_io)?.finish(),
            Sink::Partitioned { parts, .. } => parts.finish().map_err(as_io),
            Sink::Text(rows) => rows.finish(),
        }
    }
}

fn write_row(rows: &mut Rows, row: Option<Vec<Value<'_>>>) -> io::Result<()> {
    row.map_or(Ok(()), |row| rows.write(row.into_iter().map(Cell::from).collect()))
}
