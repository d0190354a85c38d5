//! Questions in SQL.

mod question;
mod times;

use polars::prelude::*;
use polars::sql::SQLContext;

use self::question::Question;
use super::Frame;
use super::columns::schema;
use super::error::{first_line, from_polars, unknown};
use crate::error::{Error, ErrorKind, Result};
use crate::query::schema::{Kind, Table};

pub(super) fn plan(frame: &Frame, sql: &str) -> Result<LazyFrame> {
    let question = Question::parse(sql)?;
    let mut unproven = None;
    let mut first_error = None;
    for form in forms(&question) {
        match try_plan(frame, &question, form) {
            // What does not suit a column may show only when it is run.
            Ok(planned) if dry_run(frame, &question, form).is_ok() => return Ok(planned),
            Ok(planned) => unproven = unproven.or(Some(planned)),
            Err(error) => first_error = first_error.or(Some(error)),
        }
    }
    match (unproven, first_error) {
        (Some(planned), _) => Ok(planned),
        (None, Some(error)) => Err(explained(frame, &question, error)),
        (None, None) => Err(Error::new(ErrorKind::Query, "no question")),
    }
}

/// The forms in which a question is tried, the fastest first: the letters of a category are out of
/// polars' reach.
fn forms(question: &Question) -> impl Iterator<Item = Form> + use<> {
    let skipped = usize::from(question.asks_for_letters());
    [Form::Categories, Form::Texts].into_iter().skip(skipped)
}

/// In which form categories are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// As they are, which is fast.
    Categories,
    /// As texts, which know more.
    Texts,
}

fn try_plan(frame: &Frame, question: &Question, form: Form) -> PolarsResult<LazyFrame> {
    plan_over(frame.tables.iter().map(|(table, lazy)| (*table, lazy.clone())), question, form)
}

/// Asks the same of tables of one row without values: without a row, polars does not look closely.
fn dry_run(frame: &Frame, question: &Question, form: Form) -> PolarsResult<DataFrame> {
    let tables =
        frame.tables().map(|table| (table, DataFrame::full_null(&schema(table), 1).lazy()));
    plan_over(tables, question, form)?.collect()
}

fn plan_over(
    tables: impl Iterator<Item = (Table, LazyFrame)>,
    question: &Question,
    form: Form,
) -> PolarsResult<LazyFrame> {
    let mut context = SQLContext::new();
    for (table, lazy) in tables {
        let lazy = if form == Form::Texts { as_texts(table, lazy) } else { lazy };
        context.register(table.as_str(), lazy);
    }
    let mut planned = context.execute(question.text())?;
    // The plan is resolved here, so that a mistake is told now and with the question at hand.
    planned.collect_schema()?;
    Ok(planned)
}

fn as_texts(table: Table, lazy: LazyFrame) -> LazyFrame {
    let columns = table.columns().into_iter();
    let casts = columns.filter_map(|column| match column.kind {
        Kind::Category | Kind::Choice(_) => Some(col(column.name).cast(DataType::String)),
        _ => None,
    });
    lazy.with_columns(casts.collect::<Vec<_>>())
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
