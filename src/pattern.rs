//! Paths by pattern, for where no shell has put in what it stands for.

use std::path::{Path, PathBuf};

use glob::MatchOptions;

use crate::error::{Error, ErrorKind, Result};
use crate::origin::Origin;

/// The pattern that a path is, if nothing is there under that name.
pub(crate) fn pattern(path: &Path) -> Option<&str> {
    let text = path.to_str().filter(|text| text.contains(['*', '?', '[']))?;
    path.symlink_metadata().is_err().then_some(text)
}

/// What a pattern matches, in the order of bytes, which is the same on every machine, and the folders
/// that could not be looked into.
pub(crate) fn matches(pattern: &str) -> Result<(Vec<PathBuf>, Vec<Error>)> {
    // As for a shell, and as in a folder, names that begin with a dot have to be asked for.
    let options = MatchOptions { require_literal_leading_dot: true, ..MatchOptions::new() };
    let paths = glob::glob_with(pattern, options).map_err(|error| {
        Error::new(ErrorKind::Empty, format!("a pattern that cannot be read: {error}"))
    })?;
    let (mut found, mut errors) = (Vec::new(), Vec::new());
    for path in paths {
        match path {
            Ok(path) => found.push(path),
            Err(error) => {
                let place = Origin::new(error.path().display().to_string());
                errors.push(Error::io(error.into()).at(place));
            }
        }
    }
    if found.is_empty() {
        return Err(Error::new(ErrorKind::Empty, "a pattern that matches nothing"));
    }
    found.sort_by(|a, b| a.as_os_str().as_encoded_bytes().cmp(b.as_os_str().as_encoded_bytes()));
    Ok((found, errors))
}
