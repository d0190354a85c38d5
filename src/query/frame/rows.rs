//! Events into frames, a batch at a time.

use std::ops::ControlFlow;

use chrono::TimeDelta;
use polars::prelude::*;

use super::columns::ColumnBuilders;
use super::error::{from_polars, into_polars};
use super::source::{EventSource, Sighting};
use crate::attempt::{Attempt, Attempts, UserHistory};
use crate::catalogue::Classification;
use crate::error::Result;
use crate::filter::Filter;
use crate::model::Event;
use crate::query::rows::RowReader;
use crate::query::schema::Table;
use crate::query::value::Value;

/// How many rows are built before they are handed on.
pub(super) const BATCH: usize = 128 * 1024;

/// Builds frames of a table from events that come one by one.
///
/// ```
/// use regaudit::classify;
/// use regaudit::query::{Table, TableBuilder};
///
/// let mut builder = TableBuilder::new(Table::Methods);
/// for event in regaudit::read(["fixtures/exports"]).filter_map(Result::ok) {
///     builder.push(&event, &classify(&event).unwrap())?;
///     if builder.height() >= 100_000 {
///         let batch = builder.take()?; // written somewhere, so that memory stays bounded
///         # drop(batch);
///     }
/// }
/// assert!(builder.take()?.height() > 0);
/// # Ok::<(), regaudit::Error>(())
/// ```
pub struct TableBuilder {
    reader: RowReader,
    builders: ColumnBuilders,
}

impl TableBuilder {
    /// Every column of the table.
    pub fn new(table: Table) -> Self {
        Self::of(RowReader::whole(table))
    }

    pub(super) fn of(reader: RowReader) -> Self {
        let builders = ColumnBuilders::new(reader.columns().iter().copied());
        Self { reader, builders }
    }

    /// Adds the rows of an event, which has none in `attempts` and `users`.
    pub fn push(&mut self, event: &Event, classification: &Classification) -> Result<()> {
        let mut pushed = Ok(());
        self.reader.read(event, classification, |row| {
            if pushed.is_ok() {
                pushed = self.builders.push(row);
            }
        });
        pushed.map_err(from_polars)
    }

    /// Adds an attempt, which is a row of `attempts` alone.
    pub fn push_attempt(&mut self, attempt: &Attempt) -> Result<()> {
        self.push_row(self.reader.attempt(attempt))
    }

    /// Adds a user, who is a row of `users` alone.
    pub fn push_user(&mut self, user: &UserHistory) -> Result<()> {
        self.push_row(self.reader.user(user))
    }

    fn push_row(&mut self, row: Option<Vec<Value<'_>>>) -> Result<()> {
        row.map_or(Ok(()), |row| self.builders.push(row)).map_err(from_polars)
    }

    /// How many rows have been added since the last were taken.
    pub fn height(&self) -> usize {
        self.builders.height()
    }

    /// Takes the rows out as a frame.
    pub fn take(&mut self) -> Result<DataFrame> {
        self.builders.take().map_err(from_polars)
    }
}

/// Hands the rows of a table of events on in batches; the last may be empty.
pub(super) fn for_each_batch(
    source: &dyn EventSource,
    reader: RowReader,
    filter: &Filter,
    each: &mut dyn FnMut(DataFrame) -> PolarsResult<ControlFlow<()>>,
) -> PolarsResult<()> {
    let mut builder = TableBuilder::of(reader);
    let mut next = Ok(ControlFlow::Continue(()));
    let mut push = |sighting: &Sighting<'_>| {
        builder.push(sighting.event, sighting.classification).map_err(into_polars)?;
        if builder.height() < BATCH {
            return Ok(ControlFlow::Continue(()));
        }
        each(builder.take().map_err(into_polars)?)
    };
    let read = source.for_each(filter, &mut |sighting| {
        next = push(&sighting);
        if matches!(next, Ok(ControlFlow::Continue(()))) {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    });
    read.map_err(into_polars)?;
    if next?.is_continue() {
        let _ = each(builder.take().map_err(into_polars)?)?;
    }
    Ok(())
}

/// Hands the rows of `attempts` or `users` on in batches. They follow from all events of a user, so none
/// can be passed over before.
pub(super) fn for_each_batch_of_users(
    source: &dyn EventSource,
    reader: RowReader,
    gap: TimeDelta,
    each: &mut dyn FnMut(DataFrame) -> PolarsResult<ControlFlow<()>>,
) -> PolarsResult<()> {
    let mut attempts = Attempts::new().gap(gap);
    let filter = Filter { families: Attempts::FAMILIES.to_vec(), ..Filter::default() };
    let read = source.for_each(&filter, &mut |sighting| {
        attempts.add_stated(sighting.event, sighting.classification, sighting.stated);
        ControlFlow::Continue(())
    });
    read.map_err(into_polars)?;
    let mut builder = TableBuilder::of(reader);
    for (attempts, user) in attempts.into_users() {
        attempts
            .iter()
            .try_for_each(|attempt| builder.push_attempt(attempt))
            .map_err(into_polars)?;
        builder.push_user(&user).map_err(into_polars)?;
        if builder.height() >= BATCH && each(builder.take().map_err(into_polars)?)?.is_break() {
            return Ok(());
        }
    }
    each(builder.take().map_err(into_polars)?).map(drop)
}

/// One frame of several with the same columns.
pub(super) fn stack(batches: Vec<DataFrame>) -> PolarsResult<DataFrame> {
    let mut batches = batches.into_iter();
    let mut whole = batches.next().unwrap_or_default();
    for batch in batches {
        whole.vstack_mut_owned(batch)?;
    }
    Ok(whole)
}
