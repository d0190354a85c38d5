//! A value of a row, before anyone has decided where to put it.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

/// What a column holds in one row.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Value<'row> {
    /// Nothing: the export does not say.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A number of things, or a position.
    Number(u64),
    /// A number that may be negative.
    Integer(i64),
    /// A number that need not be whole.
    Real(f64),
    /// A point in time, UTC.
    Time(DateTime<Utc>),
    /// A text.
    Text(Cow<'row, str>),
    /// Several texts.
    Texts(Vec<Cow<'row, str>>),
}

impl<'row> Value<'row> {
    /// A text, or nothing.
    pub fn text(text: Option<&'row str>) -> Self {
        text.map_or(Self::Null, Self::from)
    }

    /// A number, or nothing.
    pub fn number(number: Option<u64>) -> Self {
        number.map_or(Self::Null, Self::Number)
    }

    /// A time, or nothing.
    pub fn time(time: Option<DateTime<Utc>>) -> Self {
        time.map_or(Self::Null, Self::Time)
    }

    /// Several texts.
    pub fn texts(texts: impl IntoIterator<Item = &'row str>) -> Self {
        Self::Texts(texts.into_iter().map(Cow::Borrowed).collect())
    }
}

impl<'row> From<&'row str> for Value<'row> {
    fn from(text: &'row str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}
