//! Questions in SQL.

use polars::prelude::*;
use polars::sql::{SQLContext, extract_table_identifiers};

use super::Frame;
use super::columns::schema;
use super::error::{first_line, from_polars, unknown};
use crate::error::{Error, ErrorKind, Result};
use crate::model::parse_timestamp;
use crate::query::schema::{Kind, Table};

/// The words with which a question begins. Anything else would change something, and there is nothing to
/// change.
const QUESTIONS: [&str; 7] = ["SELECT", "WITH", "FROM", "SHOW", "EXPLAIN", "DESCRIBE", "VALUES"];

pub(super) fn plan(frame: &Frame, query: &str) -> Result<LazyFrame> {
    check_question(query)?;
    let plain = with_plain_times(query);
    let (mut first_error, mut unproven) = (None, None);
    for (query, form) in forms(query, &plain) {
        match try_plan(frame, query, form) {
            // What does not suit a column may show only when it is run.
            Ok(planned) if dry_run(frame, query, form).is_ok() => return Ok(planned),
            Ok(planned) => unproven = unproven.or(Some(planned)),
            Err(error) => first_error = first_error.or(Some(error)),
        }
    }
    match (unproven, first_error) {
        (Some(planned), _) => Ok(planned),
        (None, Some(error)) => Err(explained(frame, query, error)),
        (None, None) => Err(Error::new(ErrorKind::Query, "no question")),
    }
}

/// The forms in which a question is tried, the fastest first. Times as this program writes them, with a
/// `Z`, are texts to polars, and the letters of a category are out of its reach.
fn forms<'query>(
    query: &'query str,
    plain: &'query str,
) -> impl Iterator<Item = (&'query str, Form)> {
    let forms = [Form::Categories, Form::Texts];
    let skipped = usize::from(asks_for_letters(query));
    [query, plain]
        .into_iter()
        .flat_map(move |query| forms.into_iter().skip(skipped).map(move |form| (query, form)))
}

/// The words that may stand before a parenthesis in a question that takes categories for what they are.
/// With any other, they are made texts first: slower, and nothing else.
const LETTERLESS: [&str; 28] = [
    "all",
    "and",
    "as",
    "avg",
    "by",
    "cast",
    "count",
    "date_part",
    "distinct",
    "exists",
    "extract",
    "filter",
    "from",
    "in",
    "join",
    "median",
    "not",
    "on",
    "or",
    "over",
    "quantile_cont",
    "row_number",
    "select",
    "strftime",
    "sum",
    "union",
    "using",
    "where",
];

/// Whether a question may ask for the letters of a category.
fn asks_for_letters(query: &str) -> bool {
    let code = code(query);
    let mut words = code.split(|character| !is_part(character));
    words.any(|word| word.ends_with("like") || word == "regexp" || word == "similar")
        || code.contains(['~', '|'])
        || calls(query).iter().any(|word| !LETTERLESS.contains(&word.as_str()))
}

/// In which form categories are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// As they are, which is fast.
    Categories,
    /// As texts, which know more.
    Texts,
}

fn try_plan(frame: &Frame, query: &str, form: Form) -> PolarsResult<LazyFrame> {
    plan_over(frame.tables.iter().map(|(table, lazy)| (*table, lazy.clone())), query, form)
}

/// Asks the same of tables of one row without values: without a row, polars does not look closely.
fn dry_run(frame: &Frame, query: &str, form: Form) -> PolarsResult<DataFrame> {
    let tables =
        frame.tables().map(|table| (table, DataFrame::full_null(&schema(table), 1).lazy()));
    plan_over(tables, query, form)?.collect()
}

fn plan_over(
    tables: impl Iterator<Item = (Table, LazyFrame)>,
    query: &str,
    form: Form,
) -> PolarsResult<LazyFrame> {
    let mut context = SQLContext::new();
    for (table, lazy) in tables {
        let lazy = if form == Form::Texts { as_texts(table, lazy) } else { lazy };
        context.register(table.as_str(), lazy);
    }
    let mut planned = context.execute(query)?;
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
    if let Some(call) = calls(query).iter().find(|call| call.starts_with("read_")) {
        return Err(Error::new(
            ErrorKind::Query,
            format!("`{call}`, which reads a file past this program"),
        )
        .help("name the file beside the question"));
    }
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

/// The words that stand before a parenthesis in a question, in lower case.
fn calls(query: &str) -> Vec<String> {
    let code = code(query);
    let before = code.split('(').rev().skip(1);
    let words = before.map(|before| {
        let before = before.trim_end();
        let start = before.rfind(|character| !is_part(character)).map_or(0, |place| place + 1);
        before[start..].to_owned()
    });
    words.filter(|word| !word.is_empty()).collect()
}

/// A question without what stands in quotes, in lower case.
fn code(query: &str) -> String {
    query.split('\'').step_by(2).collect::<Vec<_>>().join("''").to_ascii_lowercase()
}

fn is_part(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
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
            .expected(
                "a time in quotes behind the comparison, as in time >= '2026-03-09T08:00:00Z'",
            )
            .because(error);
    }
    if text.contains("not supported") || text.contains("unsupported") {
        return Error::new(ErrorKind::Query, format!("SQL that polars does not speak ({text})"))
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
