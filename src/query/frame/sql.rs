//! Questions in SQL.

use polars::prelude::*;
use polars::sql::{SQLContext, extract_table_identifiers};

use super::Frame;
use super::error::{first_line, from_polars, unknown};
use crate::error::{Error, ErrorKind, Result};
use crate::model::parse_timestamp;
use crate::query::schema::Table;

/// The words with which a question begins. Anything else would change something, and there is nothing to
/// change.
const QUESTIONS: [&str; 7] = ["SELECT", "WITH", "FROM", "SHOW", "EXPLAIN", "DESCRIBE", "VALUES"];

pub(super) fn plan(frame: &Frame, query: &str) -> Result<LazyFrame> {
    check_question(query)?;
    let planned = match try_plan(frame, query) {
        // Times as this program writes them, with a `Z`, are texts to polars.
        Err(error) if error.to_string().contains("date/datetime/time") => {
            try_plan(frame, &with_plain_times(query)).map_err(|_| error)
        }
        planned => planned,
    };
    planned.map_err(|error| explained(frame, query, error))
}

fn try_plan(frame: &Frame, query: &str) -> PolarsResult<LazyFrame> {
    let mut context = SQLContext::new();
    for (table, lazy) in &frame.tables {
        context.register(table.as_str(), lazy.clone());
    }
    let mut planned = context.execute(query)?;
    // The plan is resolved here, so that a mistake is told now and with the question at hand.
    planned.collect_schema()?;
    Ok(planned)
}

/// The question with times in RFC 3339 in the form that polars compares with times, in UTC.
fn with_plain_times(query: &str) -> String {
    let plain = |(number, part): (usize, &str)| match parse_timestamp(part) {
        // Every second part stands in quotes.
        Some(time) if number % 2 == 1 => time.format("%Y-%m-%d %H:%M:%S%.6f").to_string(),
        _ => part.to_owned(),
    };
    query.split('\'').enumerate().map(plain).collect::<Vec<_>>().join("'")
}

fn check_question(query: &str) -> Result<()> {
    let start =
        query.trim_start_matches(|character: char| character.is_whitespace() || character == '(');
    let word: String = start.chars().take_while(char::is_ascii_alphabetic).collect();
    let word = word.to_ascii_uppercase();
    let found = match word.as_str() {
        _ if start.is_empty() => "no question".to_owned(),
        // Comments and slips of the pen are the parser's to judge.
        "" => return Ok(()),
        known if QUESTIONS.contains(&known) => return Ok(()),
        "CREATE" | "DROP" | "DELETE" | "INSERT" | "UPDATE" | "TRUNCATE" | "ALTER" => {
            format!("SQL that begins with `{word}`, which would change something")
        }
        _ => return Ok(()),
    };
    Err(Error::new(ErrorKind::Query, found)
        .expected("a question, such as SELECT count(*) FROM events"))
}

/// What is wrong with a question, and what was most likely meant.
fn explained(frame: &Frame, query: &str, error: PolarsError) -> Error {
    let text = first_line(&error);
    let tables: Vec<&str> = frame.tables().map(Table::as_str).collect();
    let asked = extract_table_identifiers(query, false, true).unwrap_or_default();
    if let Some(name) = asked.iter().find(|name| text.contains(&format!("relation '{name}'"))) {
        return unknown("table", name, &tables).because(error);
    }
    if let Some(name) = missing_column(&error, &text) {
        let asked = frame.tables().filter(|table| asked.iter().any(|name| name == table.as_str()));
        let mut columns: Vec<&str> =
            asked.flat_map(Table::columns).map(|column| column.name).collect();
        columns.sort_unstable();
        columns.dedup();
        return unknown("column", &name, &columns).because(error);
    }
    if text.contains("date/datetime/time") {
        return Error::new(ErrorKind::Query, "a time compared with a text")
            .expected("a time in quotes, such as '2026-03-09' or '2026-03-09T08:00:00Z'")
            .because(error);
    }
    if text.contains("sql parser error") || matches!(error, PolarsError::SQLSyntax(_)) {
        let text = text.trim_start_matches("sql parser error: ");
        return Error::new(ErrorKind::Query, format!("SQL that cannot be read ({text})"))
            .because(error);
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
