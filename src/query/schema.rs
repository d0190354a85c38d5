//! The tables, their columns, and what each column means: the one vocabulary of CSV, NDJSON, Parquet,
//! frames and SQL.
//!
//! A column is defined once, with its [`Kind`], its meaning, and the function that reads it from a row.
//! Names are flat and lower_snake, times are UTC, units stand in the name, and what an export does not
//! say is null.

mod attempts;
mod changes;
mod events;
mod facts;
mod methods;
mod users;

use std::fmt::{self, Write as _};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use self::attempts::{ATTEMPTS, OfAttempt};
pub use self::changes::CHANGES;
pub use self::events::EVENTS;
pub use self::facts::{FACTS, Judged, OfFacts};
pub use self::methods::METHODS;
pub use self::users::{OfUser, USERS};
use super::value::Value;
use crate::catalogue::Classification;
use crate::error::{Error, ErrorKind};
use crate::model::Event;

/// What kind of values a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// Free text. polars: `String`.
    Text,
    /// One of few texts, not known in advance. polars: `Categorical`; Parquet: plain text.
    Category,
    /// One of these texts, which stand in the order of their bytes. polars: `Enum`, which sorts like it;
    /// Parquet: plain text.
    Choice(&'static [&'static str]),
    /// A point in time, UTC. polars: `Datetime` of microseconds; the log's seventh digit is cut there.
    Time,
    /// A number of seconds, with a fraction. polars: `Float64`.
    Seconds,
    /// A number of things, or a position. polars: `Int64`, of which differences can be taken.
    Number,
    /// Yes or no. polars: `Boolean`.
    Bool,
    /// Several of few texts. polars: `List` of `Categorical`; Parquet: plain texts; CSV: joined by
    /// `;`.
    Categories,
    /// Several free texts. polars: `List` of `String`; CSV: joined by `;`.
    Texts,
}

impl Kind {
    /// The kind in words, as `--schema` prints it.
    pub fn describe(self) -> String {
        match self {
            Self::Text => "text".to_owned(),
            Self::Category => "category".to_owned(),
            Self::Choice(choices) => format!("one of {}", choices.join(", ")),
            Self::Time => "time (UTC)".to_owned(),
            Self::Seconds => "seconds".to_owned(),
            Self::Number => "number".to_owned(),
            Self::Bool => "true or false".to_owned(),
            Self::Categories => "list of categories".to_owned(),
            Self::Texts => "list of texts".to_owned(),
        }
    }

    /// Whether people expect the values flush right.
    pub const fn is_number(self) -> bool {
        matches!(self, Self::Seconds | Self::Number)
    }
}

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Column {
    /// The name.
    pub name: &'static str,
    /// What kind of values it holds.
    pub kind: Kind,
    /// What they mean, and where they come from.
    pub meaning: &'static str,
}

/// A column, and how it is read from a row.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Definition<Read> {
    /// The column.
    pub column: Column,
    /// Reads its value.
    pub read: Read,
}

impl<Read> Definition<Read> {
    const fn new(name: &'static str, kind: Kind, meaning: &'static str, read: Read) -> Self {
        Self { column: Column { name, kind, meaning }, read }
    }
}

/// A row that comes from an event: the event, what it means, and which of its rows.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Seen<'row> {
    /// The event.
    pub event: &'row Event,
    /// What it means.
    pub classification: &'row Classification,
    /// Which row of this event in the table, from 0: its first method, its second change.
    pub place: usize,
}

impl<'row> Seen<'row> {
    /// The first row of an event.
    pub fn new(event: &'row Event, classification: &'row Classification) -> Self {
        Self { event, classification, place: 0 }
    }
}

/// Reads a column from an event.
pub type OfEvent = fn(Seen<'_>) -> Value<'_>;

/// The tables that questions can be asked of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Table {
    /// One row for each event.
    Events,
    /// One row for each event and method.
    Methods,
    /// One row for each event and modified property.
    Changes,
    /// One row for each event, with what the rules of the catalogue ask about.
    Facts,
    /// One row for each attempt.
    Attempts,
    /// One row for each user.
    Users,
}

impl Table {
    /// Every table.
    pub const ALL: [Self; 6] =
        [Self::Events, Self::Methods, Self::Changes, Self::Facts, Self::Attempts, Self::Users];

    /// The name in SQL.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Methods => "methods",
            Self::Changes => "changes",
            Self::Facts => "facts",
            Self::Attempts => "attempts",
            Self::Users => "users",
        }
    }

    /// What a row is.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Events => "one row for each event",
            Self::Methods => "one row for each event and method it is about",
            Self::Changes => "one row for each event and modified property",
            Self::Facts => "one row for each event, with what the rules of the catalogue ask about",
            Self::Attempts => "one row for each sitting of a user, and what came of it",
            Self::Users => "one row for each user, and what they hold",
        }
    }

    /// The column by which rows belong to a date.
    pub const fn time_column(self) -> Option<&'static str> {
        match self {
            Self::Events | Self::Methods | Self::Changes => Some("time"),
            Self::Attempts => Some("first"),
            Self::Facts | Self::Users => None,
        }
    }

    /// The columns, in order.
    pub fn columns(self) -> Vec<Column> {
        match self {
            Self::Events => columns(&EVENTS),
            Self::Methods => columns(&METHODS),
            Self::Changes => columns(&CHANGES),
            Self::Facts => columns(&FACTS),
            Self::Attempts => columns(&ATTEMPTS),
            Self::Users => columns(&USERS),
        }
    }
}

fn columns<Read>(definitions: &[Definition<Read>]) -> Vec<Column> {
    definitions.iter().map(|definition| definition.column).collect()
}

impl fmt::Display for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl FromStr for Table {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|table| table.as_str() == text).ok_or_else(|| {
            Error::new(ErrorKind::UnsupportedFormat, format!("the table `{text}`"))
                .expected(format!("one of {}", Self::ALL.map(Self::as_str).join(", ")))
        })
    }
}

/// Every table and column with its kind and meaning, as a Markdown document.
///
/// ```
/// let document = regaudit::query::schema::markdown();
/// assert!(document.contains("| `time` | time (UTC) |"));
/// ```
pub fn markdown() -> String {
    let mut text = String::new();
    for table in Table::ALL {
        let _ = write!(
            text,
            "## `{table}`: {}\n\n| column | kind | meaning |\n|---|---|---|\n",
            table.meaning()
        );
        for Column { name, kind, meaning } in table.columns() {
            let _ = writeln!(text, "| `{name}` | {} | {meaning} |", kind.describe());
        }
        text.push('\n');
    }
    text
}
