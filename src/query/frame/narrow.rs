//! What of a condition the reader can use: never less than the condition lets through.

use chrono::{DateTime, Utc};
use polars::lazy::dsl::BooleanFunction;
use polars::prelude::*;

use crate::catalogue::Family;
use crate::filter::Filter;
use crate::model::{Activity, Method, Outcome};
use crate::query::schema::Table;

/// A filter that accepts every event with a row of the table for which the predicate holds, and as few
/// others as can be told.
pub(super) fn narrow(table: Table, predicate: &Expr) -> Filter {
    let narrow = |predicate: &Expr| narrow(table, predicate);
    match predicate {
        Expr::Alias(inner, _) => narrow(inner),
        Expr::BinaryExpr { left, op: Operator::And | Operator::LogicalAnd, right } => {
            narrow(left).narrowed_by(&narrow(right))
        }
        Expr::BinaryExpr { left, op: Operator::Or | Operator::LogicalOr, right } => {
            either(narrow(left), narrow(right))
        }
        Expr::BinaryExpr { left, op, right } => match (column(left), column(right)) {
            (Some(name), None) => compared(table, name, *op, right),
            (None, Some(name)) => compared(table, name, mirrored(*op), left),
            _ => Filter::default(),
        },
        Expr::Function { input, function: FunctionExpr::Boolean(BooleanFunction::IsIn { .. }) } => {
            match input.as_slice() {
                [subject, values] => column(subject)
                    .and_then(|name| one_of(table, name, &texts(values)?))
                    .unwrap_or_default(),
                _ => Filter::default(),
            }
        }
        _ => Filter::default(),
    }
}

/// The column that an expression is, or whose text it is. Any other cast may make one of what differs: all
/// times of a day are one date.
fn column(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Column(name) => Some(name),
        Expr::Alias(expr, _) => column(expr),
        Expr::Cast { expr, dtype, .. } if dtype.as_literal() == Some(&DataType::String) => {
            column(expr).filter(|name| *name != "time")
        }
        _ => None,
    }
}

fn mirrored(operator: Operator) -> Operator {
    match operator {
        Operator::Lt => Operator::Gt,
        Operator::LtEq => Operator::GtEq,
        Operator::Gt => Operator::Lt,
        Operator::GtEq => Operator::LtEq,
        other => other,
    }
}

fn compared(table: Table, name: &str, operator: Operator, value: &Expr) -> Filter {
    let found = match operator {
        Operator::Eq if name != "time" => {
            texts(value).and_then(|texts| one_of(table, name, &texts))
        }
        Operator::Eq | Operator::Lt | Operator::LtEq | Operator::Gt | Operator::GtEq
            if name == "time" =>
        {
            time(value).map(|time| around(operator, time))
        }
        _ => None,
    };
    found.unwrap_or_default()
}

/// The events of a stretch of time. The column is cut to microseconds, so a microsecond more at its end
/// belongs to it.
fn around(operator: Operator, time: DateTime<Utc>) -> Filter {
    let mut filter = Filter::default();
    let end = time.checked_add_signed(chrono::TimeDelta::microseconds(1));
    if matches!(operator, Operator::Gt | Operator::GtEq | Operator::Eq) {
        filter.since = Some(time);
    }
    if matches!(operator, Operator::Lt | Operator::LtEq | Operator::Eq) {
        filter.until = end;
    }
    filter
}

/// The events whose column is one of the texts; `None` where that says nothing to the reader.
fn one_of(table: Table, name: &str, texts: &[String]) -> Option<Filter> {
    let mut filter = Filter::default();
    match name {
        "family" => {
            let named =
                |text: &String| Family::ALL.into_iter().find(|found| found.as_str() == text);
            filter.families = texts.iter().filter_map(named).collect();
        }
        "outcome" => {
            let named =
                |text: &String| Outcome::ALL.into_iter().find(|found| found.as_str() == text);
            filter.outcomes = texts.iter().filter_map(named).collect();
        }
        // Facts hold it without a full stop.
        "activity" if table != Table::Facts => {
            filter.activities = texts.iter().map(|text| Activity::from_text(text)).collect();
        }
        "method" => filter.methods = texts.iter().map(|text| Method::from_text(text)).collect(),
        // What was changed need not be the user whom the event is about.
        "target_upn" if table != Table::Changes => filter.users = texts.to_vec(),
        _ => return None,
    }
    Some(filter)
}

/// What either of two filters accepts, and whatever lies between.
fn either(a: Filter, b: Filter) -> Filter {
    Filter {
        since: a.since.zip(b.since).map(|(a, b)| a.min(b)),
        until: a.until.zip(b.until).map(|(a, b)| a.max(b)),
        families: all(a.families, b.families),
        activities: all(a.activities, b.activities),
        outcomes: all(a.outcomes, b.outcomes),
        methods: all(a.methods, b.methods),
        users: all(a.users, b.users),
        everybody: [a.everybody, b.everybody].concat(),
    }
}

fn all<T>(mut a: Vec<T>, mut b: Vec<T>) -> Vec<T> {
    if a.is_empty() || b.is_empty() {
        return Vec::new();
    }
    a.append(&mut b);
    a
}

/// Each value of a list, and nothing else.
const EACH: ExplodeOptions = ExplodeOptions { empty_as_null: false, keep_nulls: false };

/// What an expression without columns comes to.
fn constant(expression: &Expr, dtype: &DataType) -> Option<Series> {
    let has_columns = expression.into_iter().any(|part| matches!(part, Expr::Column(_)));
    if has_columns {
        return None;
    }
    let value = DataFrame::empty().lazy().select([expression.clone().alias("value")]);
    let value = value.collect().ok()?.column("value").ok()?.as_materialized_series().clone();
    match value.dtype() {
        DataType::List(_) => value.explode(EACH).ok()?.cast(dtype).ok(),
        _ => value.cast(dtype).ok(),
    }
}

fn texts(expression: &Expr) -> Option<Vec<String>> {
    let series = constant(expression, &DataType::String)?;
    let texts = series.str().ok()?.iter().flatten().map(str::to_owned);
    Some(texts.collect())
}

fn time(expression: &Expr) -> Option<DateTime<Utc>> {
    let dtype = DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC));
    let series = constant(expression, &dtype)?.cast(&DataType::Int64).ok()?;
    DateTime::from_timestamp_micros(series.i64().ok()?.get(0)?)
}
