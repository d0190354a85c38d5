//! Where several files go together.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use regaudit::query::Table;
use tempfile::TempDir;

use super::failure::{exists, naming, usage};
use super::unfinished::Unfinished;

/// The endings of the files that are written.
const ENDINGS: [&str; 4] = ["parquet", "csv", "ndjson", "json"];

/// What says that a folder was written by this command. Names that begin so are passed over by tools
/// that read Parquet in the Hive layout.
const MARK: &str = "_regaudit";

/// A folder that appears under its name only when all in it is whole.
pub(super) struct Folder {
    unfinished: Unfinished,
    temporary: TempDir,
    path: PathBuf,
    force: bool,
}

impl Folder {
    /// Begins a folder. One that is there already is replaced only if asked for, and only if nothing is
    /// in it that this program did not write.
    pub(super) fn create(path: &Path, force: bool, inputs: &[PathBuf]) -> io::Result<Self> {
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let is_inside = |input: &&PathBuf| {
            input
                .canonicalize()
                .is_ok_and(|input| path.starts_with(&input) || input.starts_with(&path))
        };
        if let Some(input) = inputs.iter().find(is_inside).filter(|_| path.exists()) {
            let input = input.display();
            return Err(usage(format!("{input} is read and written; choose another folder")));
        }
        if path.exists() {
            check_replaceable(&path, force)?;
        }
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let parent = parent.unwrap_or(Path::new("."));
        let temporary = tempfile::Builder::new().prefix(".regaudit-").tempdir_in(parent);
        let temporary = temporary.map_err(|error| naming(parent, &error))?;
        let unfinished = Unfinished::new(temporary.path());
        fs::write(temporary.path().join(MARK), concat!(env!("CARGO_PKG_VERSION"), "\n"))?;
        Ok(Self { unfinished, temporary, path, force })
    }

    /// Where to write.
    pub(super) fn path(&self) -> &Path {
        self.temporary.path()
    }

    /// Puts the folder where it belongs. What was there is moved aside first, and comes back if that
    /// fails.
    pub(super) fn finish(self) -> io::Result<()> {
        let Self { unfinished, temporary, path, force } = self;
        let whole = temporary.path();
        sync(whole)?;
        let old = whole.with_extension("old");
        unfinished.finish(|| {
            let is_there = path.exists();
            if is_there {
                check_replaceable(&path, force)?;
                fs::rename(&path, &old).map_err(|error| naming(&path, &error))?;
            }
            if let Err(error) = fs::rename(whole, &path) {
                if is_there {
                    fs::rename(&old, &path)?;
                }
                return Err(naming(&path, &error));
            }
            Ok(())
        })?;
        let _ = temporary.keep();
        if old.exists() { fs::remove_dir_all(&old) } else { Ok(()) }
    }
}

fn check_replaceable(path: &Path, force: bool) -> io::Result<()> {
    if !force {
        return Err(exists(path));
    }
    match foreign(path)? {
        Some(foreign) => {
            let message = format!(
                "{} was not written by this command; choose another folder, or remove it yourself",
                foreign.display()
            );
            Err(io::Error::new(io::ErrorKind::AlreadyExists, message))
        }
        None => Ok(()),
    }
}

/// Something in a folder that is neither a table's file nor a table's folder of dates.
fn foreign(path: &Path) -> io::Result<Option<PathBuf>> {
    let is_empty = || fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none());
    if !path.is_dir() || !(path.join(MARK).is_file() || is_empty()) {
        return Ok(Some(path.to_owned()));
    }
    for entry in fs::read_dir(path)? {
        let entry = entry?.path();
        if entry.file_name().is_some_and(|name| name == MARK) {
            continue;
        }
        let is_ours = match (entry.is_dir(), stem(&entry)) {
            (true, Some(name)) => is_table(name) && foreign_in_table(&entry)?.is_none(),
            (false, Some(name)) => is_table(name) && has_ending(&entry),
            (_, None) => false,
        };
        if !is_ours {
            return Ok(Some(entry));
        }
    }
    Ok(None)
}

fn foreign_in_table(folder: &Path) -> io::Result<Option<PathBuf>> {
    for entry in fs::read_dir(folder)? {
        let date = entry?.path();
        if !date.is_dir() || !stem(&date).is_some_and(|name| name.starts_with("date=")) {
            return Ok(Some(date));
        }
        for entry in fs::read_dir(&date)? {
            let file = entry?.path();
            if file.is_dir() || !stem(&file).is_some_and(|name| name.starts_with("part-")) {
                return Ok(Some(file));
            }
        }
    }
    Ok(None)
}

fn stem(path: &Path) -> Option<&str> {
    path.file_stem()?.to_str()
}

fn is_table(name: &str) -> bool {
    Table::ALL.iter().any(|table| table.as_str() == name)
}

fn has_ending(path: &Path) -> bool {
    path.extension()
        .and_then(|ending| ending.to_str())
        .is_some_and(|ending| ENDINGS.contains(&ending))
}

/// Sees to it that what was written is on disk before it gets its name.
fn sync(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { sync(&path)? } else { fs::File::open(&path)?.sync_all()? }
    }
    Ok(())
}
