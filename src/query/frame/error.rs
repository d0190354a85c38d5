//! Errors of polars as ours, and the other way round.

use std::panic::{AssertUnwindSafe, catch_unwind};

use polars::prelude::PolarsError;

use super::Frame;
use crate::error::{Error, ErrorKind, Result};

/// Our error, for a plan to carry.
pub(super) fn into_polars(error: Error) -> PolarsError {
    PolarsError::from(std::io::Error::other(error))
}

/// The error that a plan carried, or one that says what polars says.
pub(super) fn from_polars(error: PolarsError) -> Error {
    let carried = match &error {
        PolarsError::IO { error, .. } => {
            error.get_ref().and_then(|inner| inner.downcast_ref::<Error>())
        }
        _ => None,
    };
    carried.cloned().unwrap_or_else(|| {
        let (kind, found) = match &error {
            PolarsError::IO { .. } => (ErrorKind::Io, "a failure of the operating system"),
            _ => (ErrorKind::Query, "a question that cannot be answered"),
        };
        Error::new(kind, format!("{found} ({})", first_line(&error))).because(error)
    })
}

/// Does what is left to polars. Where that panics, which it does on some questions, it is an error.
pub(super) fn guarded<T>(ask: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(ask)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("unknown");
        Err(Error::new(ErrorKind::Query, format!("a question over which polars stumbles ({text})"))
            .help("ask it in other words"))
    })
}

/// What polars says, without the plan that it prints below.
pub(super) fn first_line(error: &PolarsError) -> String {
    let text = error.to_string();
    text.lines().next().unwrap_or_default().to_owned()
}

pub(super) fn no_such_table(name: &str, frame: &Frame) -> Error {
    let tables: Vec<&str> = frame.tables().map(super::Table::as_str).collect();
    unknown("table", name, &tables)
}

/// How many names are listed, where none is near.
const LISTED: usize = 50;

/// A name that is none of those there are, with the near ones.
pub(super) fn unknown(what: &str, name: &str, names: &[&str]) -> Error {
    let error = Error::new(ErrorKind::Query, format!("the {what} `{name}`, which there is not"));
    match near(name, names).as_slice() {
        [] if names.len() > LISTED => error,
        [] => error.expected(format!("one of {}", names.join(", "))),
        near => error.help(format!("did you mean {}?", near.join(" or "))),
    }
}

/// The names that someone may have meant, the nearest first.
fn near(name: &str, names: &[&str]) -> Vec<String> {
    let name = name.to_lowercase();
    let mut found: Vec<(f64, &str)> = names
        .iter()
        .map(|other| (strsim::jaro_winkler(&name, &other.to_lowercase()), *other))
        .filter(|(likeness, other)| *likeness > 0.8 || other.contains(&name))
        .collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    found.into_iter().take(3).map(|(_, other)| format!("`{other}`")).collect()
}

/// A failure of the operating system at a path.
pub(super) fn io(path: &std::path::Path, error: std::io::Error) -> Error {
    Error::io(error).at(crate::origin::Origin::new(path.display().to_string()))
}
