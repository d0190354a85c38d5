//! The files that a rollback is made of.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use regaudit::rollback::{IdList, Plan};

use crate::cli::failure::{as_io, naming};

/// The bytes of a file, and its name.
pub(super) fn read(path: &Path) -> io::Result<(String, Vec<u8>)> {
    let bytes = fs::read(path).map_err(|error| naming(path, &error))?;
    Ok((path.display().to_string(), bytes))
}

/// A list of users.
pub(super) fn read_ids(path: &Path) -> io::Result<(IdList, String, Vec<u8>)> {
    let (name, bytes) = read(path)?;
    let list = IdList::read(&name, &bytes).map_err(as_io)?;
    Ok((list, name, bytes))
}

/// A plan that nobody has changed.
pub(super) fn read_plan(path: &Path) -> io::Result<Plan> {
    let (name, bytes) = read(path)?;
    Plan::read(&name, &bytes).map_err(as_io)
}

/// The files that are meant: of a folder, those directly in it, by name.
pub(super) fn expand(paths: &[PathBuf]) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let failed = |error: io::Error| naming(path, &error);
        let entries = fs::read_dir(path).map_err(failed)?;
        let entries = entries.map(|entry| entry.map(|entry| entry.path()));
        let mut found: Vec<PathBuf> = entries.collect::<io::Result<_>>().map_err(failed)?;
        found.retain(|path| path.is_file());
        found.sort();
        files.extend(found);
    }
    Ok(files)
}
