//! Tables that were written as Parquet, as lazy frames.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use polars::prelude::*;

use super::columns::{schema, stored_schema};
use super::error::from_polars;
use super::parquet::{contents_of, table_of};
use super::partition::files_below;
use crate::error::{Error, ErrorKind, Result};
use crate::origin::Origin;
use crate::pattern;
use crate::query::schema::Table;

/// Whether a path is a Parquet file, a folder with tables in it that this crate wrote as Parquet, or a
/// pattern that matches such.
pub fn is_parquet(path: &Path) -> bool {
    if let Some(pattern) = pattern::pattern(path) {
        let matches = pattern::matches(pattern);
        return matches.is_ok_and(|(found, _)| found.iter().any(|path| is_parquet(path)));
    }
    if path.is_dir() {
        let is_table = |file: &PathBuf| matches!(table_of(file), Ok(Some(_)));
        return files_below(path).is_ok_and(|(files, _)| files.iter().any(is_table));
    }
    // A pipe gives what is read from it once.
    if !path.is_file() {
        return false;
    }
    let mut mark = [0; 4];
    File::open(path).and_then(|mut file| file.read_exact(&mut mark)).is_ok() && &mark == b"PAR1"
}

/// The tables of files and folders, each of all files that hold it.
pub(super) fn tables(paths: &[PathBuf]) -> Result<Vec<(Table, LazyFrame)>> {
    let mut files: BTreeMap<Table, Vec<PathBuf>> = BTreeMap::new();
    // A file that is reached twice is read once.
    let mut reached = BTreeSet::new();
    for path in &expanded(paths)? {
        let found = if path.is_dir() { tables_below(path)? } else { vec![path.clone()] };
        if found.is_empty() {
            return Err(Error::new(ErrorKind::Empty, "a folder without Parquet files")
                .help("write one with `regaudit convert`")
                .at(Origin::new(path.display().to_string())));
        }
        for file in found {
            if !reached.insert(file.canonicalize().unwrap_or_else(|_| file.clone())) {
                continue;
            }
            let (table, columns) = contents_of(&file)?.ok_or_else(|| not_ours(&file))?;
            if columns != stored_schema(&schema(table)) {
                return Err(of_another_version(&file, table));
            }
            files.entry(table).or_default().push(file);
        }
    }
    let tables = files.into_iter().map(|(table, files)| Ok((table, scan(&files)?)));
    tables.collect::<PolarsResult<_>>().map_err(from_polars)
}

/// The paths, and what their patterns match.
fn expanded(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in paths {
        match pattern::pattern(path) {
            Some(pattern) => {
                let place = |error: Error| error.at(Origin::new(pattern));
                let (matches, errors) = pattern::matches(pattern).map_err(place)?;
                errors.into_iter().next().map_or(Ok(()), Err)?;
                found.extend(matches);
            }
            None => found.push(path.clone()),
        }
    }
    Ok(found)
}

/// The Parquet files of a folder, if it holds nothing else that might have been meant.
fn tables_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let (tables, others) = files_below(folder)?;
    match others.first() {
        Some(other) if !tables.is_empty() => {
            let found =
                format!("a folder with Parquet tables and other files ({})", other.display());
            Err(Error::new(ErrorKind::Query, found)
                .expected("exports or Parquet files")
                .help("name those to ask")
                .at(Origin::new(folder.display().to_string())))
        }
        _ => Ok(tables),
    }
}

fn scan(files: &[PathBuf]) -> PolarsResult<LazyFrame> {
    let paths = files.iter().map(|file| PlRefPath::try_from_path(file));
    let paths = paths.collect::<PolarsResult<Vec<PlRefPath>>>()?;
    let arguments = ScanArgsParquet {
        glob: false,
        // The dates in the names of folders are in the column of times, too.
        hive_options: HiveOptions::new_disabled(),
        ..ScanArgsParquet::default()
    };
    LazyFrame::scan_parquet_files(paths.into_iter().collect(), arguments)
}

fn of_another_version(path: &Path, table: Table) -> Error {
    let found = format!("a table `{table}` with other columns than this version knows");
    Error::new(ErrorKind::UnsupportedFormat, found)
        .expected("those of `regaudit query --schema`")
        .help("write it again with `regaudit convert`")
        .at(Origin::new(path.display().to_string()))
}

fn not_ours(path: &Path) -> Error {
    Error::new(ErrorKind::UnsupportedFormat, "Parquet that this program did not write")
        .expected("a table that `regaudit convert` wrote")
        .at(Origin::new(path.display().to_string()))
}
