//! Where several files go together.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use regaudit::query::Table;
use tempfile::TempDir;

/// The endings of the files that are written.
const ENDINGS: [&str; 4] = ["parquet", "csv", "ndjson", "json"];

/// A folder that appears under its name only when all in it is whole.
pub(super) struct Folder {
    temporary: TempDir,
    path: PathBuf,
    force: bool,
}

impl Folder {
    /// Begins a folder. One that is there already is replaced only if asked for, and only if nothing is
    /// in it that this program did not write.
    pub(super) fn create(path: &Path, force: bool) -> io::Result<Self> {
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        if path.exists() {
            check_replaceable(&path, force)?;
        }
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let parent = parent.unwrap_or(Path::new("."));
        let temporary = tempfile::Builder::new().prefix(".regaudit-").tempdir_in(parent);
        let temporary = temporary.map_err(|error| naming(parent, &error))?;
        Ok(Self { temporary, path, force })
    }

    /// Where to write.
    pub(super) fn path(&self) -> &Path {
        self.temporary.path()
    }

    /// Puts the folder where it belongs. What was there is moved aside first, and comes back if that
    /// fails.
    pub(super) fn finish(self) -> io::Result<()> {
        sync(self.temporary.path())?;
        let whole = self.temporary.keep();
        set_mode(&whole)?;
        if !self.path.exists() {
            return fs::rename(&whole, &self.path).map_err(|error| naming(&self.path, &error));
        }
        check_replaceable(&self.path, self.force)?;
        let old = whole.with_extension("old");
        fs::rename(&self.path, &old).map_err(|error| naming(&self.path, &error))?;
        if let Err(error) = fs::rename(&whole, &self.path) {
            fs::rename(&old, &self.path)?;
            fs::remove_dir_all(&whole)?;
            return Err(naming(&self.path, &error));
        }
        fs::remove_dir_all(&old)
    }
}

fn check_replaceable(path: &Path, force: bool) -> io::Result<()> {
    if !force {
        let message = format!("{} exists; use --force to replace it", path.display());
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
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
    if !path.is_dir() {
        return Ok(Some(path.to_owned()));
    }
    for entry in fs::read_dir(path)? {
        let entry = entry?.path();
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

/// A folder with the permissions that any other has: a temporary one is its owner's alone.
fn set_mode(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // A folder made inside has what the umask grants.
        let probe = folder.join(".mode");
        fs::create_dir(&probe)?;
        let mode = fs::metadata(&probe)?.permissions().mode();
        fs::remove_dir(&probe)?;
        fs::set_permissions(folder, fs::Permissions::from_mode(mode))?;
    }
    Ok(())
}

fn naming(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
