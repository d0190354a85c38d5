//! A table as a folder of Parquet files, one folder for each date.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use polars::prelude::*;

use super::error::{from_polars, io};
use super::parquet::ParquetFile;
use super::rows::stack;
use crate::error::Result;
use crate::query::schema::Table;

/// How many rows of one date become a row group.
const ROW_GROUP: usize = 128 * 1024;

/// How many bytes of rows are kept back, until those of the date with most of them are written.
/// polars underestimates them, so the bound is low.
const KEPT_BACK: usize = 48 * 1024 * 1024;

/// How many files are open at a time.
const OPEN: usize = 128;

/// A table in Parquet files by date (UTC), in the layout that Hive made common:
/// `date=2026-03-09/part-0.parquet`. The date is in the names of folders alone; tools that know the
/// layout make a column of it.
///
/// Memory is bounded whatever the order of rows: those of a date are kept back until they make a row
/// group, or until too much is kept back.
pub struct PartitionedParquet {
    folder: PathBuf,
    table: Table,
    by: &'static str,
    dates: BTreeMap<Option<NaiveDate>, Partition>,
    kept_back: usize,
    /// The dates whose files are open, the one opened first at the beginning.
    open: Vec<Option<NaiveDate>>,
}

#[derive(Default)]
struct Partition {
    batches: Vec<DataFrame>,
    rows: usize,
    bytes: usize,
    file: Option<ParquetFile<File>>,
    files: usize,
}

impl PartitionedParquet {
    /// Writes into this folder, which must be there. `None` for a table without a time to go by.
    pub fn new(folder: impl Into<PathBuf>, table: Table) -> Option<Self> {
        Some(Self {
            folder: folder.into(),
            table,
            by: table.time_column()?,
            dates: BTreeMap::new(),
            kept_back: 0,
            open: Vec::new(),
        })
    }

    /// Takes a batch.
    pub fn write(&mut self, batch: &DataFrame) -> Result<()> {
        for (date, rows) in by_date(batch, self.by).map_err(from_polars)? {
            let bytes = rows.estimated_size();
            self.kept_back += bytes;
            let partition = self.dates.entry(date).or_default();
            partition.bytes += bytes;
            partition.rows += rows.height();
            partition.batches.push(rows);
            if partition.rows >= ROW_GROUP {
                self.flush(date)?;
            }
        }
        while self.kept_back > KEPT_BACK {
            let largest = self.dates.iter().max_by_key(|(_, partition)| partition.bytes);
            let Some(date) = largest.map(|(date, _)| *date) else { break };
            self.flush(date)?;
        }
        Ok(())
    }

    /// Writes what was kept back, and the ends of all files. A table without rows is one file without
    /// rows, so that it is there.
    pub fn finish(mut self) -> Result<()> {
        if self.dates.is_empty() {
            self.dates.insert(None, Partition::default());
            self.open_file(None)?;
        }
        let dates: Vec<Option<NaiveDate>> = self.dates.keys().copied().collect();
        for date in dates {
            self.flush(date)?;
            self.close(date)?;
        }
        Ok(())
    }

    fn flush(&mut self, date: Option<NaiveDate>) -> Result<()> {
        let Some(partition) = self.dates.get_mut(&date) else { return Ok(()) };
        let batches = std::mem::take(&mut partition.batches);
        self.kept_back -= std::mem::take(&mut partition.bytes);
        partition.rows = 0;
        if batches.is_empty() {
            return Ok(());
        }
        let rows = stack(batches).map_err(from_polars)?;
        if partition.file.is_none() {
            self.open_file(date)?;
        }
        if let Some(file) = self.dates.get_mut(&date).and_then(|partition| partition.file.as_mut())
        {
            file.write(&rows)?;
        }
        if self.open.len() > OPEN {
            self.close(self.open[0])?;
        }
        Ok(())
    }

    /// Begins a file of a date.
    fn open_file(&mut self, date: Option<NaiveDate>) -> Result<()> {
        let Some(partition) = self.dates.get_mut(&date) else { return Ok(()) };
        let folder = self.folder.join(folder_name(date));
        fs::create_dir_all(&folder).map_err(|error| io(&folder, error))?;
        let path = folder.join(format!("part-{}.parquet", partition.files));
        let file = File::create_new(&path).map_err(|error| io(&path, error))?;
        partition.files += 1;
        partition.file = Some(ParquetFile::new(file, self.table)?);
        self.open.push(date);
        Ok(())
    }

    fn close(&mut self, date: Option<NaiveDate>) -> Result<()> {
        self.open.retain(|open| *open != date);
        match self.dates.get_mut(&date).and_then(|partition| partition.file.take()) {
            Some(file) => file.finish().map(drop),
            None => Ok(()),
        }
    }
}

/// The name of a date's folder. Without a time it is the one that Hive gives to null.
fn folder_name(date: Option<NaiveDate>) -> String {
    date.map_or_else(|| "date=__HIVE_DEFAULT_PARTITION__".to_owned(), |date| format!("date={date}"))
}

/// The rows of each date.
fn by_date(batch: &DataFrame, column: &str) -> PolarsResult<Vec<(Option<NaiveDate>, DataFrame)>> {
    let days = batch.column(column)?.cast(&DataType::Date)?.cast(&DataType::Int32)?;
    let days = days.i32()?;
    let found: BTreeSet<Option<i32>> = days.iter().collect();
    if let (1, Some(day)) = (found.len(), found.first()) {
        return Ok(vec![(date(*day), batch.clone())]);
    }
    let rows = found.into_iter().map(|day| {
        let is_of_day: BooleanChunked = days.iter().map(|other| Some(other == day)).collect();
        Ok((date(day), batch.filter(&is_of_day)?))
    });
    rows.collect()
}

fn date(day: Option<i32>) -> Option<NaiveDate> {
    NaiveDate::from_epoch_days(day?)
}

/// Every Parquet file in a folder and below it, and every other, by path. As everywhere, names that begin
/// with a dot are passed over, and so are marks, which begin with `_`.
pub(super) fn files_below(folder: &Path) -> Result<(Vec<PathBuf>, Vec<PathBuf>)> {
    let (mut files, mut others) = (Vec::new(), Vec::new());
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|error| io(&folder, error))? {
            let entry = entry.map_err(|error| io(&folder, error))?;
            let path = entry.path();
            if entry.file_name().to_string_lossy().starts_with(['.', '_']) {
                continue;
            }
            // Links to folders may lead in circles.
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "parquet") {
                files.push(path);
            } else {
                others.push(path);
            }
        }
    }
    files.sort();
    Ok((files, others))
}
