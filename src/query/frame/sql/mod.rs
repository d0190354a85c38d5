//! Questions in SQL.

mod question;
mod times;

use polars::prelude::*;
use polars::sql::SQLContext;

use self::question::Question;
use super::columns::{schema, with_texts};
use super::error::{first_line, from_polars, unknown};
use super::{Form, Frame};
use crate::error::{Error, ErrorKind, Result};
use crate::query::schema::Table;

pub(super) fn plan(frame: &Frame, sql: &str) -> Result<LazyFrame> {
    let question = Question::parse(sql)?;
    // The letters of a category are out of polars' reach. Where that shows in a dry run, or before, the
    // question is asked of texts, which takes longer.
    if frame.form == Form::Categories
        && !question.asks_for_letters()
        && let Ok(planned) = plan_over(frame.tables.iter().cloned(), &question)
        && dry_run(frame, &question).is_ok()
    {
        return Ok(planned);
    }
    let texts = frame.tables.iter().map(|(table, lazy)| match frame.form {
        Form::Categories => (*table, with_texts(*table, lazy.clone())),
        Form::Texts => (*table, lazy.clone()),
    });
    plan_over(texts, &question).map_err(|error| explained(frame, &question, error))
}

/// Asks the same of tables of one row without values: without a row, polars does not look closely.
fn dry_run(frame: &Frame, question: &Question) -> PolarsResult<DataFrame> {
    let tables =
        frame.tables().map(|table| (table, DataFrame::full_null(&schema(table), 1).lazy()));
    plan_over(tables, question)?.collect()
}

fn plan_over(
    tables: impl Iterator<Item = (Table, LazyFrame)>,
    question: &Question,
) -> PolarsResult<LazyFrame> {
    let mut context = SQLContext::new();
    for (table, lazy) in tables {
        context.register(table.as_str(), lazy);
    }
    let mut planned = context.execute(question.text())?;
    // The plan is resolved here, so that a mistake is told now and with the question at hand.
    planned.collect_schema()?;
    Ok(planned)
}

/// What is wrong with a question, and what was most likely meant.
fn explained(frame: &Frame, question: &Question, error: PolarsError) -> Error {
    let text = first_line(&error);
    let is_missing = |name: &&str| text.contains(&format!("relation '{name}'"));
    if let Some(name) = question.relations().find(is_missing) {
        let tables: Vec<&str> = frame.tables().map(Table::as_str).collect();
        return unknown("table", name, &tables).because(error);
    }
    if let Some(name) = missing_column(&error, &text) {
        let asked = frame.tables().filter(|table| question.names(table.as_str()));
        let mut columns: Vec<&str> =
            asked.flat_map(Table::columns).map(|column| column.name).collect();
        columns.sort_unstable();
        columns.dedup();
        return unknown("column", &name, &columns).because(error);
    }
    if text.contains("date/datetime/time") {
        return Error::new(ErrorKind::Query, "a time compared with a text")
            .expected("a time in quotes, as in time >= '2026-03-09T08:00:00Z'")
            .because(error);
    }
    if text.contains("not supported") || text.contains("unsupported") {
        let unspoken =
            Error::new(ErrorKind::Query, format!("SQL that polars does not speak ({text})"));
        let unspoken = if text.contains("'date_trunc'") {
            unspoken.help("strftime(time, '%G-W%V') gives the week, '%Y-%m' the month")
        } else {
            unspoken
        };
        return unspoken.because(error);
    }
    from_polars(error)
}

/// The column that polars says it does not find.
fn missing_column(error: &PolarsError, text: &str) -> Option<String> {
    let is_missing =
        matches!(error, PolarsError::ColumnNotFound(_) | PolarsError::SchemaFieldNotFound(_));
    let after = |lead: &str| text.split_once(lead).map(|(_, rest)| rest);
    let named = after("unable to find column ").or_else(|| after("no column named "));
    let named = named.or_else(|| after("not found: ")).or(is_missing.then_some(text))?;
    let name = named.trim_start_matches(['"', '\'', '`']);
    let end = name.find(['"', '\'', '`', ' ', ';']).unwrap_or(name.len());
    Some(name[..end].to_owned())
}
