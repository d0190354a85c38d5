//! Rows of cells, before anyone has decided how to write them.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::model::format_timestamp;

/// A cell.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Cell {
    /// Nothing.
    Null,
    /// A text.
    Text(String),
    /// A number of things.
    Number(u64),
    /// A number that may be negative.
    Integer(i64),
    /// A number that need not be whole.
    Real(f64),
    /// A share, 0 to 1.
    Share(f64),
    /// Yes or no.
    Bool(bool),
    /// Several texts.
    List(Vec<String>),
}

impl Cell {
    /// A text, or nothing.
    pub fn text(text: Option<impl Into<String>>) -> Self {
        text.map_or(Self::Null, |text| Self::Text(text.into()))
    }

    /// A time as [`format_timestamp`] writes it, or nothing.
    pub fn time(time: Option<DateTime<Utc>>) -> Self {
        Self::text(time.map(format_timestamp))
    }

    /// A number, or nothing.
    pub fn number(number: Option<u64>) -> Self {
        number.map_or(Self::Null, Self::Number)
    }

    /// A share, or nothing.
    pub fn share(share: Option<f64>) -> Self {
        share.map_or(Self::Null, Self::Share)
    }

    /// The cell as CSV writes it: nothing is empty, lists are joined by `;`.
    pub fn to_plain(&self) -> String {
        match self {
            Self::Null => String::new(),
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Integer(number) => number.to_string(),
            Self::Real(number) => number.to_string(),
            Self::Share(share) => format!("{share:.4}"),
            Self::Bool(value) => value.to_string(),
            Self::List(texts) => texts.join(";"),
        }
    }
}

/// A column: its name, and whether its cells are numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    /// The name, lower_snake.
    pub name: Cow<'static, str>,
    /// Whether people expect it flush right.
    pub is_number: bool,
}

impl Column {
    /// A column of texts.
    pub const fn text(name: &'static str) -> Self {
        Self { name: Cow::Borrowed(name), is_number: false }
    }

    /// A column of numbers.
    pub const fn number(name: &'static str) -> Self {
        Self { name: Cow::Borrowed(name), is_number: true }
    }
}

/// A table.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Table {
    /// What it shows.
    pub title: String,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows; each as long as there are columns.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table without rows.
    pub fn new(title: impl Into<String>, columns: Vec<Column>) -> Self {
        Self { title: title.into(), columns, rows: Vec::new() }
    }
}
