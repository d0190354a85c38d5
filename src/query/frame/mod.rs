//! Frames of polars: the tables as [`LazyFrame`]s, and questions asked of them.

mod columns;
mod condition;
mod error;
mod narrow;
mod parquet;
mod partition;
mod plan;
mod rows;
mod scan;
mod source;
mod sql;
mod stored;
mod values;

use std::path::{Path, PathBuf};

use chrono::TimeDelta;
use polars::lazy::dsl::Engine;
use polars::prelude::*;

use self::columns::with_categories;
pub use self::condition::{condition_expression, rule_expression};
use self::error::from_polars;
pub use self::parquet::ParquetFile;
pub use self::partition::PartitionedParquet;
pub use self::rows::TableBuilder;
use self::rows::{BATCH, stack};
use self::scan::TableScan;
pub use self::source::{Each, EventSource, Sighting};
pub use self::stored::is_parquet;
pub use self::values::{AnswerColumn, rows_of};
use super::question::Query;
use super::schema::Table;
use crate::attempt::Attempts;
use crate::catalogue::classify;
use crate::error::Result;
use crate::model::Event;

/// The tables of some events as lazy frames, and questions asked of them.
///
/// ```
/// use regaudit::query::Frame;
/// use regaudit::{Exports, Reader};
///
/// let exports = Exports::new(Reader::new(), ["fixtures/exports"]);
/// let frame = Frame::scan(exports)?;
/// let answer = frame.sql("SELECT outcome, count(*) AS events FROM events GROUP BY outcome")?;
/// assert_eq!(frame.collect(answer)?.height(), 4);
/// # Ok::<(), regaudit::Error>(())
/// ```
#[derive(Clone)]
pub struct Frame {
    tables: Vec<(Table, LazyFrame)>,
    /// In which form they hold categories.
    form: Form,
    engine: Engine,
}

/// In which form a table holds categories.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// As categories of polars: small, quickly told apart, and without letters.
    Categories,
    /// As plain texts, which is how Parquet has them.
    Texts,
}

impl Frame {
    /// The tables of events that are there already, in memory. An event that the catalogue has no rule
    /// for is no event, and is left out.
    pub fn from_events(events: impl IntoIterator<Item = Event>) -> Result<Self> {
        let mut tables = Table::ALL.map(|table| (table, TableBuilder::new(table), Vec::new()));
        let mut attempts = Attempts::new();
        for event in events {
            let Some(classification) = classify(&event) else { continue };
            attempts.add_classified(&event, &classification);
            for (_, builder, batches) in &mut tables {
                builder.push(&event, &classification)?;
                if builder.height() >= BATCH {
                    batches.push(builder.take()?);
                }
            }
        }
        let (attempts, users) = attempts.finish();
        for (_, builder, _) in &mut tables {
            attempts.iter().try_for_each(|attempt| builder.push_attempt(attempt))?;
            users.iter().try_for_each(|user| builder.push_user(user))?;
        }
        let lazy = tables.into_iter().map(|(table, mut builder, mut batches)| {
            batches.push(builder.take()?);
            Ok((table, stack(batches).map_err(from_polars)?.lazy()))
        });
        let tables = lazy.collect::<Result<_>>()?;
        Ok(Self { tables, form: Form::Categories, engine: Engine::InMemory })
    }

    /// The tables of a source, which is read when a question is asked, each time anew.
    ///
    /// A question reads no more than it needs: of its conditions, those on time, family, activity,
    /// outcome, method and user reach the reader, and only the columns it names are built. What it
    /// needs is held in memory in whole; what it passes over never is.
    pub fn scan(source: impl EventSource + 'static) -> Result<Self> {
        Self::scan_with_gap(source, Attempts::GAP)
    }

    /// The same, with this as the longest time between two steps of one attempt.
    pub fn scan_with_gap(source: impl EventSource + 'static, gap: TimeDelta) -> Result<Self> {
        let source: Arc<dyn EventSource> = Arc::new(source);
        let scan = |table| TableScan::lazy(table, &source, gap).map(|lazy| (table, lazy));
        let tables: PolarsResult<Vec<_>> = Table::ALL.into_iter().map(scan).collect();
        // The streaming engine knows no scans but its own.
        let tables = tables.map_err(from_polars)?;
        Ok(Self { tables, form: Form::Categories, engine: Engine::InMemory })
    }

    /// The tables that were written as Parquet, in these files, and in folders with all below them. They
    /// are read in parts when a question is asked, in bounded memory.
    pub fn parquet<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> Result<Self> {
        let paths: Vec<PathBuf> = paths.into_iter().map(|path| path.as_ref().to_owned()).collect();
        let tables = stored::tables(&paths)?;
        Ok(Self { tables, form: Form::Texts, engine: Engine::Streaming })
    }

    /// The tables there are.
    pub fn tables(&self) -> impl Iterator<Item = Table> {
        self.tables.iter().map(|(table, _)| *table)
    }

    /// A table, with the dtypes of its [schema](super::schema).
    pub fn table(&self, table: Table) -> Result<LazyFrame> {
        let held = self.held(table)?;
        Ok(match self.form {
            Form::Categories => held,
            Form::Texts => with_categories(table, held),
        })
    }

    /// A table in the form in which it is held.
    fn held(&self, table: Table) -> Result<LazyFrame> {
        let found = self.tables.iter().find(|(found, _)| *found == table);
        found
            .map(|(_, lazy)| lazy.clone())
            .ok_or_else(|| error::no_such_table(table.as_str(), self))
    }

    /// A question in SQL, as polars speaks it, to every table by its name. Categories come as such, or as
    /// plain texts where it looks into their letters or where Parquet is asked, which has them so.
    ///
    /// It is planned at once, so that a mistake in it is an error here, and read when it is
    /// [collected](Self::collect).
    ///
    /// ```
    /// # let frame = regaudit::query::Frame::from_events([])?;
    /// let error = frame.sql("SELECT outcom FROM events").err().unwrap();
    /// assert!(error.to_string().contains("did you mean `outcome`"), "{error}");
    /// # Ok::<(), regaudit::Error>(())
    /// ```
    pub fn sql(&self, query: &str) -> Result<LazyFrame> {
        error::guarded(|| sql::plan(self, query))
    }

    /// A question as plain data.
    pub fn query(&self, query: &Query) -> Result<LazyFrame> {
        error::guarded(|| plan::plan(self, query))
    }

    /// The answer to a question.
    pub fn collect(&self, question: LazyFrame) -> Result<DataFrame> {
        error::guarded(|| {
            let answer = question.collect_with_engine(self.engine).map_err(from_polars)?;
            Ok(answer.unwrap_single())
        })
    }
}
