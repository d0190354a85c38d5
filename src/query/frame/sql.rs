//! Questions in SQL.

use polars::prelude::*;
use polars::sql::SQLContext;

use super::Frame;
use super::error::{first_line, from_polars, unknown};
use crate::error::{Error, ErrorKind, Result};
use crate::query::schema::Table;

pub(super) fn plan(frame: &Frame, query: &str) -> Result<LazyFrame> {
    let mut context = SQLContext::new();
    for (table, lazy) in &frame.tables {
        context.register(table.as_str(), lazy.clone());
    }
    let mut planned = context.execute(query).map_err(|error| explained(frame, query, error))?;
    // The plan is resolved here, so that a mistake is told now and with the question at hand.
    planned.collect_schema().map_err(|error| explained(frame, query, error))?;
    Ok(planned)
}

/// What is wrong with a question, and what was most likely meant.
fn explained(frame: &Frame, query: &str, error: PolarsError) -> Error {
    let text = first_line(&error);
    let tables: Vec<&str> = frame.tables().map(Table::as_str).collect();
    match &error {
        PolarsError::ColumnNotFound(_) | PolarsError::SchemaFieldNotFound(_) => {}
        _ if text.contains("relation") || text.contains("table") => {
            if let Some(name) =
                quoted(&text).into_iter().find(|name| !tables.contains(&name.as_str()))
            {
                return unknown("table", &name, &tables).because(error);
            }
        }
        PolarsError::SQLSyntax(_) => {
            return Error::new(ErrorKind::Query, format!("SQL that cannot be read ({text})"))
                .because(error);
        }
        _ => {}
    }
    let asked = polars::sql::extract_table_identifiers(query, false, true).unwrap_or_default();
    let asked = frame.tables().filter(|table| asked.iter().any(|name| name == table.as_str()));
    let mut columns: Vec<&str> = asked.flat_map(Table::columns).map(|column| column.name).collect();
    columns.sort_unstable();
    columns.dedup();
    let names_column =
        matches!(error, PolarsError::ColumnNotFound(_) | PolarsError::SchemaFieldNotFound(_))
            || text.contains("column");
    let unknown_column = quoted(&text).into_iter().find(|name| !columns.contains(&name.as_str()));
    match unknown_column {
        Some(name) if names_column => unknown("column", &name, &columns).because(error),
        _ => from_polars(error),
    }
}

/// What stands in quotes in what polars says.
fn quoted(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(['"', '\'', '`']) {
        let mark = rest[start..].chars().next().unwrap_or('"');
        let inner = &rest[start + 1..];
        let Some(end) = inner.find(mark) else { break };
        found.push(inner[..end].to_owned());
        rest = &inner[end + 1..];
    }
    if found.is_empty() {
        // `not found: name`
        found.extend(text.rsplit_once(": ").map(|(_, name)| name.trim().to_owned()));
    }
    found
}
