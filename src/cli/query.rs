//! `regaudit query`: a question in SQL.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use regaudit::query::{AnswerColumn, Frame, ParquetFile, is_parquet, rows_of, schema};
use regaudit::report::{Cell, Column};
use regaudit::{Attempts, Error, Exports};

use super::Ending;
use super::args::{AnswerFormat, Format, QueryArguments};
use super::failure::{complain, usage};
use super::output::Output;
use super::rows::Rows;
use super::session::Session;

pub(super) fn run(arguments: &QueryArguments) -> io::Result<Ending> {
    if arguments.schema {
        io::stdout().lock().write_all(schema::markdown().as_bytes())?;
        return Ok(Ending::Done);
    }
    // What polars panics over becomes an error with advice. No panic is passed over in silence.
    std::panic::set_hook(Box::new(|panic| {
        complain(&format!("a fault inside: {}", panic.payload_as_str().unwrap_or("unknown")));
    }));
    let output = Output::open(&arguments.output.destination)?;
    let session = Session::new(arguments.output.mask, arguments.input.on_error);
    let session = Arc::new(Mutex::new(session));
    match answer(arguments, &session, output) {
        Ok(rows) => Ok(lock(&session).ending(rows > 0)),
        Err(Failure::Question(error)) => {
            complain(&format!("error: {}", lock(&session).shown(error)));
            Ok(Ending::Failed)
        }
        Err(Failure::Output(error)) => Err(error),
    }
}

/// Why there is no answer.
enum Failure {
    Question(Error),
    Output(io::Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Question(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// Writes the answer, and returns how many rows it has.
fn answer(
    arguments: &QueryArguments,
    session: &Arc<Mutex<Session>>,
    output: Output,
) -> Result<usize, Failure> {
    let (stored, exports): (Vec<PathBuf>, Vec<PathBuf>) =
        arguments.input.paths.iter().cloned().partition(|path| is_parquet(path));
    let exports = (!exports.is_empty()).then(|| Arc::new(source(arguments, session, &exports)));
    let frame = match (&exports, stored.is_empty()) {
        (None, _) if arguments.output.mask => {
            return Err(usage("--mask with Parquet files: mask when they are written").into());
        }
        (None, _) => {
            if let Some(option) = arguments.option_for_exports() {
                let found = format!("{option} with Parquet files: it holds when they are written");
                return Err(usage(found).into());
            }
            Frame::parquet(&stored)?
        }
        (Some(exports), true) => {
            Frame::scan_with_gap(Arc::clone(exports), arguments.gap.unwrap_or(Attempts::GAP))?
        }
        (Some(_), false) => {
            return Err(usage("both exports and Parquet files: ask for one kind").into());
        }
    };
    let question = frame.sql(arguments.sql.as_deref().unwrap_or_default())?;
    let answer = frame.collect(question)?;
    let rows = answer.height();
    if let Some(exports) = exports {
        exports.reports().iter().take(1).for_each(|report| lock(session).warn(report));
    }
    let format = match arguments.format {
        AnswerFormat::Parquet => {
            let mut file = ParquetFile::of_answer(output, &answer)?;
            file.write(&answer)?;
            file.finish()?.finish()?;
            return Ok(rows);
        }
        AnswerFormat::Table => Format::Table,
        AnswerFormat::Json => Format::Json,
        AnswerFormat::Ndjson => Format::Ndjson,
        AnswerFormat::Csv => Format::Csv,
    };
    let columns = AnswerColumn::columns(&answer).into_iter().map(Column::from);
    let mut written = Rows::new(format, output, columns.collect(), |_| true)?;
    for row in rows_of(&answer) {
        written.write(row?.into_iter().map(Cell::from).collect())?;
    }
    written.finish()?;
    Ok(rows)
}

/// The exports, which tell the session of their faults.
fn source(arguments: &QueryArguments, session: &Arc<Mutex<Session>>, paths: &[PathBuf]) -> Exports {
    let told = Arc::clone(session);
    let exports = Exports::new(arguments.input.reader(), paths);
    let exports = exports.on_fault(move |fault| lock(&told).meet(fault));
    if arguments.output.mask { exports.masked() } else { exports }
}

fn lock(session: &Mutex<Session>) -> MutexGuard<'_, Session> {
    session.lock().unwrap_or_else(PoisonError::into_inner)
}
