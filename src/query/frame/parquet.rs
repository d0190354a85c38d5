//! Frames into Parquet, and back.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use polars::io::parquet::write::BatchedWriter;
use polars::prelude::*;

use super::columns::{schema, stored, stored_schema};
use super::error::{from_polars, io as io_at};
use crate::error::{Error, ErrorKind, Result};
use crate::origin::Origin;
use crate::query::schema::Table;

/// The key under which a file says which table it holds.
const TABLE: &str = "regaudit.table";
/// The key under which it says which version of this crate wrote it.
const VERSION: &str = "regaudit.version";

/// A Parquet file of one table, written batch by batch in bounded memory.
///
/// Each batch is a row group, compressed with Zstandard, with statistics by which readers skip it.
/// Categories are plain texts there, which every reader knows. The file says which table it holds, so that
/// [`Frame::parquet`](super::Frame::parquet) knows it again.
pub struct ParquetFile<W: Write> {
    writer: BatchedWriter<Shared<W>>,
    output: Shared<W>,
}

/// An output that can be taken back from the writer, which keeps what it is given, with what the
/// operating system said when it took no more, which the writer does not tell.
struct Shared<W>(Arc<Mutex<Watched<W>>>);

struct Watched<W> {
    output: W,
    failure: Option<io::Error>,
}

impl<W> Shared<W> {
    fn new(output: W) -> Self {
        Self(Arc::new(Mutex::new(Watched { output, failure: None })))
    }

    fn lock(&self) -> MutexGuard<'_, Watched<W>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why polars could not write.
    fn failure(&self, error: PolarsError) -> Error {
        self.lock().failure.take().map_or_else(|| from_polars(error), Error::io)
    }
}

impl<W: Write> Watched<W> {
    fn watch<T>(&mut self, act: impl FnOnce(&mut W) -> io::Result<T>) -> io::Result<T> {
        act(&mut self.output).map_err(|error| {
            let kind = error.kind();
            self.failure = Some(error);
            kind.into()
        })
    }
}

impl<W: Write> Write for Shared<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.lock().watch(|output| output.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.lock().watch(Write::flush)
    }
}

impl<W: Write> ParquetFile<W> {
    /// A file of this table.
    pub fn new(output: W, table: Table) -> Result<Self> {
        let metadata = [(TABLE, table.as_str()), (VERSION, env!("CARGO_PKG_VERSION"))];
        let metadata = metadata.map(|(key, value)| (key.to_owned(), value.to_owned()));
        Self::with_metadata(output, &schema(table), metadata.into())
    }

    /// A file of the answer to a question, which has the columns of this frame.
    pub fn of_answer(output: W, answer: &DataFrame) -> Result<Self> {
        Self::with_metadata(output, answer.schema(), Vec::new())
    }

    fn with_metadata(output: W, schema: &Schema, metadata: Vec<(String, String)>) -> Result<Self> {
        let output = Shared::new(output);
        let writer = ParquetWriter::new(Shared(Arc::clone(&output.0)))
            .with_key_value_metadata(Some(KeyValueMetadata::from_static(metadata)))
            .batched(&stored_schema(schema))
            .map_err(|error| output.failure(error))?;
        Ok(Self { writer, output })
    }

    /// Writes a batch; an empty one is nothing.
    pub fn write(&mut self, batch: &DataFrame) -> Result<()> {
        if batch.height() > 0 {
            let mut batch = as_stored(batch).map_err(from_polars)?;
            let written = self.writer.write_batch(batch.rechunk_mut_par());
            written.map_err(|error| self.output.failure(error))?;
        }
        Ok(())
    }

    /// Writes what belongs to the end, without which the file is none, and returns the output.
    pub fn finish(self) -> Result<W> {
        self.writer.finish().map_err(|error| self.output.failure(error))?;
        drop(self.writer);
        let lost = || Error::new(ErrorKind::Io, "an output that something else still holds");
        let watched = Arc::into_inner(self.output.0).ok_or_else(lost)?;
        Ok(watched.into_inner().unwrap_or_else(PoisonError::into_inner).output)
    }
}

/// The frame with the dtypes that Parquet has.
fn as_stored(frame: &DataFrame) -> PolarsResult<DataFrame> {
    let columns = frame.columns().iter().map(|column| column.cast(&stored(column.dtype())));
    DataFrame::new(frame.height(), columns.collect::<PolarsResult<_>>()?)
}

/// The table that a Parquet file holds; `None` where this crate did not write it.
pub(super) fn table_of(path: &Path) -> Result<Option<Table>> {
    Ok(contents_of(path)?.map(|(table, _)| table))
}

/// The table that a Parquet file holds, and the columns it has there.
pub(super) fn contents_of(path: &Path) -> Result<Option<(Table, Schema)>> {
    let mut file = ParquetReader::new(File::open(path).map_err(|error| io_at(path, error))?);
    let mut table_and_columns = || {
        let metadata = file.get_metadata()?;
        let pairs = metadata.key_value_metadata().as_deref().unwrap_or_default();
        let named = pairs.iter().find(|pair| pair.key == TABLE);
        let table = named.and_then(|pair| pair.value.as_deref()?.parse().ok());
        let columns = Schema::from_arrow_schema(file.schema()?.as_ref());
        Ok(table.map(|table| (table, columns)))
    };
    table_and_columns().map_err(|error: PolarsError| {
        Error::new(ErrorKind::UnsupportedFormat, "a Parquet file that cannot be read")
            .help("write it again with `regaudit convert`")
            .at(Origin::new(path.display().to_string()))
            .because(error)
    })
}
