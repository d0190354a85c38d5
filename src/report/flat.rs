//! Rows of the documented tables as cells.

use super::table::{Cell, Column};
use crate::attempt::{Attempt, UserHistory};
use crate::catalogue::Classification;
use crate::model::Event;
use crate::query::Value;
use crate::query::schema::{self, ATTEMPTS, Definition, EVENTS, Seen, USERS};

/// The columns of the table [`events`](EVENTS).
pub fn event_columns() -> Vec<Column> {
    columns(&EVENTS)
}

/// The cells of an event, in the order of [`event_columns`].
pub fn event_cells(event: &Event, classification: &Classification) -> Vec<Cell> {
    let seen = Seen::new(event, classification);
    EVENTS.iter().map(|definition| Cell::from((definition.read)(seen))).collect()
}

/// The columns of the table [`attempts`](ATTEMPTS).
pub fn attempt_columns() -> Vec<Column> {
    columns(&ATTEMPTS)
}

/// The cells of an attempt, in the order of [`attempt_columns`].
pub fn attempt_cells(attempt: &Attempt) -> Vec<Cell> {
    ATTEMPTS.iter().map(|definition| Cell::from((definition.read)(attempt))).collect()
}

/// The columns of the table [`users`](USERS).
pub fn user_columns() -> Vec<Column> {
    columns(&USERS)
}

/// The cells of a user, in the order of [`user_columns`].
pub fn user_cells(user: &UserHistory) -> Vec<Cell> {
    USERS.iter().map(|definition| Cell::from((definition.read)(user))).collect()
}

fn columns<Read>(definitions: &[Definition<Read>]) -> Vec<Column> {
    definitions.iter().map(|definition| Column::from(definition.column)).collect()
}

impl From<schema::Column> for Column {
    fn from(column: schema::Column) -> Self {
        Self { name: column.name.into(), is_number: column.kind.is_number() }
    }
}

#[cfg(feature = "polars")]
impl From<crate::query::AnswerColumn> for Column {
    fn from(column: crate::query::AnswerColumn) -> Self {
        Self { name: column.name.into(), is_number: column.is_number }
    }
}

impl From<Value<'_>> for Cell {
    fn from(value: Value<'_>) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(value),
            Value::Number(number) => Self::Number(number),
            Value::Integer(number) => Self::Integer(number),
            Value::Real(number) => Self::Real(number),
            Value::Time(time) => Self::time(Some(time)),
            Value::Text(text) => Self::Text(text.into_owned()),
            Value::Texts(texts) => Self::List(texts.into_iter().map(Into::into).collect()),
        }
    }
}
