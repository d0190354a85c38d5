//! What went wrong, told to whoever typed the command.

use std::io::{self, Write as _};
use std::path::Path;

use regaudit::Error;
use regaudit::report::printable;

/// Arguments that do not go together.
#[cfg(feature = "polars")]
pub(super) fn usage(found: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, found.into())
}

/// Something that would be overwritten.
pub(super) fn exists(path: &Path) -> io::Error {
    let message = format!("{} exists; use --force to replace it", path.display());
    io::Error::new(io::ErrorKind::AlreadyExists, message)
}

/// A failure of the operating system at a path; a temporary name, at which it may have been met, says
/// nothing to anybody.
pub(super) fn naming(path: &Path, error: &io::Error) -> io::Error {
    let text = error.to_string();
    let cause = text.split(" at path ").next().unwrap_or_default();
    io::Error::new(error.kind(), format!("{}: {cause}", path.display()))
}

/// An error of the library, where writing goes on with those of the operating system.
pub(super) fn as_io(error: Error) -> io::Error {
    io::Error::other(error)
}

/// Says something on standard error. Where nobody listens, nothing is lost.
pub(super) fn complain(text: &str) {
    let _ = writeln!(io::stderr(), "regaudit: {}", printable(text));
}
