//! A question as plain data into a plan.

use std::str::FromStr as _;

use polars::prelude::*;

use super::columns::with_categories;
use super::error::{from_polars, unknown};
use super::{Frame, columns};
use crate::error::{Error, ErrorKind, Result};
use crate::model::parse_timestamp;
use crate::query::question::{Bucket, Group, Measure, Predicate, Query, Scalar};
use crate::query::schema::{Column as Definition, Kind, Table};

pub(super) fn plan(frame: &Frame, query: &Query) -> Result<LazyFrame> {
    let asked = Asked { table: query.table, columns: query.table.columns() };
    let mut rows = frame.held(query.table)?;
    if let Some(predicate) = &query.filter {
        rows = rows.filter(asked.predicate(predicate)?);
    }
    let groups: Vec<Expr> =
        query.group_by.iter().map(|group| asked.group(group)).collect::<Result<_>>()?;
    let measures: Vec<Expr> =
        query.measures.iter().map(|measure| asked.measure(measure)).collect::<Result<_>>()?;
    for group in &query.group_by {
        if let Group::Column(name) = group
            && matches!(asked.column(name)?.kind, Kind::Categories | Kind::Texts)
        {
            let options = ExplodeOptions { empty_as_null: true, keep_nulls: true };
            rows = rows.explode(by_name([name.as_str()], true, false), options);
        }
    }
    let answer = match (groups.is_empty(), measures.is_empty()) {
        (true, true) => rows,
        (true, false) => rows.select(measures),
        (false, _) => rows.group_by(groups).agg(measures),
    };
    let answer = ordered(answer, query, &asked)?;
    asked.with_dtypes_of_the_schema(answer, query)
}

/// The answer in the order asked for, then in that of the groups, cut to the limit.
fn ordered(answer: LazyFrame, query: &Query, asked: &Asked) -> Result<LazyFrame> {
    let named: Vec<String> = if query.is_for_rows() {
        asked.columns.iter().map(|column| column.name.to_owned()).collect()
    } else {
        let groups = query.group_by.iter().map(|group| group.name().to_owned());
        groups.chain(query.measures.iter().map(Measure::name)).collect()
    };
    let names: Vec<&str> = named.iter().map(String::as_str).collect();
    if let Some(repeated) =
        names.iter().enumerate().find(|(place, name)| names[..*place].contains(name))
    {
        let found = format!("the column `{}` twice in one answer", repeated.1);
        return Err(Error::new(ErrorKind::Query, found).help("ask for it once"));
    }
    let mut by: Vec<Expr> = Vec::new();
    let mut descending = Vec::new();
    for order in &query.order {
        if !names.contains(&order.column.as_str()) {
            return Err(unknown("column of the answer", &order.column, &names));
        }
        by.push(col(order.column.as_str()));
        descending.push(order.descending);
    }
    for group in &query.group_by {
        by.push(col(group.name()));
        descending.push(false);
    }
    let sorted = if by.is_empty() {
        answer
    } else {
        let options = SortMultipleOptions::new()
            .with_order_descending_multi(descending)
            .with_nulls_last(true)
            .with_maintain_order(true);
        answer.sort_by_exprs(by, options)
    };
    Ok(match query.limit {
        Some(rows) => sorted.limit(rows),
        None => sorted,
    })
}

/// The table that is asked.
struct Asked {
    table: Table,
    columns: Vec<Definition>,
}

impl Asked {
    fn column(&self, name: &str) -> Result<Definition> {
        let found = self.columns.iter().find(|column| column.name == name).copied();
        found.ok_or_else(|| {
            let names: Vec<&str> = self.columns.iter().map(|column| column.name).collect();
            unknown(&format!("column of `{}`", self.table), name, &names)
        })
    }

    /// The answer with categories as such, in whichever form the table holds them.
    fn with_dtypes_of_the_schema(&self, answer: LazyFrame, query: &Query) -> Result<LazyFrame> {
        if query.is_for_rows() {
            return Ok(with_categories(self.table, answer));
        }
        let mut casts = Vec::new();
        for group in &query.group_by {
            if let Group::Column(name) = group {
                let kind = match self.column(name)?.kind {
                    Kind::Categories => Kind::Category,
                    Kind::Texts => Kind::Text,
                    kind => kind,
                };
                casts.push(col(name.as_str()).cast(columns::dtype(kind)));
            }
        }
        Ok(answer.with_columns(casts))
    }

    fn predicate(&self, predicate: &Predicate) -> Result<Expr> {
        Ok(match predicate {
            Predicate::Is { column, value } => self.is(column, value)?,
            Predicate::OneOf { column, values } => {
                let each = values.iter().map(|value| self.is(column, value));
                join(each, Expr::or, false)?
            }
            Predicate::Contains { column, text } => {
                let definition = self.column(column)?;
                if !matches!(definition.kind, Kind::Text | Kind::Category | Kind::Choice(_)) {
                    return Err(unfit(definition, "a text to look into"));
                }
                col(definition.name)
                    .cast(DataType::String)
                    .str()
                    .contains_literal(lit(text.clone()))
            }
            Predicate::AtLeast { column, value } => {
                self.subject(column)?.gt_eq(self.value(column, value)?)
            }
            Predicate::Below { column, value } => {
                self.subject(column)?.lt(self.value(column, value)?)
            }
            Predicate::IsNull { column } => col(self.column(column)?.name).is_null(),
            Predicate::All(all) => {
                join(all.iter().map(|each| self.predicate(each)), Expr::and, true)?
            }
            Predicate::Any(any) => {
                join(any.iter().map(|each| self.predicate(each)), Expr::or, false)?
            }
            Predicate::Not(inner) => self.predicate(inner)?.fill_null(lit(false)).not(),
        })
    }

    fn is(&self, column: &str, value: &Scalar) -> Result<Expr> {
        let definition = self.column(column)?;
        let value = self.value(column, value)?;
        Ok(match definition.kind {
            Kind::Categories | Kind::Texts => col(definition.name).list().contains(value, false),
            _ => col(definition.name).eq(value),
        })
    }

    /// A column that knows more and less. Texts are compared by their bytes.
    fn subject(&self, column: &str) -> Result<Expr> {
        let definition = self.column(column)?;
        match definition.kind {
            Kind::Time | Kind::Seconds | Kind::Number => Ok(col(definition.name)),
            Kind::Text | Kind::Category | Kind::Choice(_) => {
                Ok(col(definition.name).cast(DataType::String))
            }
            Kind::Bool | Kind::Categories | Kind::Texts => Err(unfit(definition, "more and less")),
        }
    }

    /// The value as the column holds it.
    fn value(&self, column: &str, value: &Scalar) -> Result<Expr> {
        let definition = self.column(column)?;
        Ok(match (definition.kind, value) {
            (Kind::Time, Scalar::Text(text)) => {
                let time = parse_timestamp(text).ok_or_else(|| {
                    Error::new(ErrorKind::Query, format!("`{text}` for the column `{column}`"))
                        .expected("a time such as 2026-03-09T08:00:00Z")
                })?;
                lit(time.timestamp_micros()).cast(columns::dtype(Kind::Time))
            }
            (Kind::Text | Kind::Category | Kind::Categories | Kind::Texts, Scalar::Text(text)) => {
                lit(text.clone())
            }
            (Kind::Choice(choices), Scalar::Text(text)) => {
                if !choices.contains(&text.as_str()) {
                    return Err(unknown(&format!("value of `{column}`"), text, choices));
                }
                lit(text.clone())
            }
            (Kind::Bool, Scalar::Bool(value)) => lit(*value),
            (Kind::Number | Kind::Seconds, Scalar::Number(number)) => lit(*number),
            (Kind::Number | Kind::Seconds, Scalar::Real(number)) => lit(*number),
            (_, value) => return Err(unfit(definition, &format!("{value:?}"))),
        })
    }

    fn group(&self, group: &Group) -> Result<Expr> {
        match group {
            Group::Column(name) => Ok(col(self.column(name)?.name)),
            Group::Time { column, every, time_zone } => {
                let definition = self.column(column)?;
                if definition.kind != Kind::Time {
                    return Err(unfit(definition, "stretches of time"));
                }
                if chrono_tz::Tz::from_str(time_zone).is_err() {
                    let names: Vec<&str> =
                        chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()).collect();
                    return Err(unknown("time zone", time_zone, &names));
                }
                let zone = TimeZone::opt_try_new(Some(time_zone.as_str())).map_err(from_polars)?;
                let local =
                    col(definition.name).dt().convert_time_zone(zone.unwrap_or(TimeZone::UTC));
                Ok(local.dt().truncate(lit(length(*every))).alias(every.as_str()))
            }
        }
    }

    fn measure(&self, measure: &Measure) -> Result<Expr> {
        let number = |column: &str| {
            let definition = self.column(column)?;
            let is_number = matches!(definition.kind, Kind::Number | Kind::Seconds);
            if is_number { Ok(col(definition.name)) } else { Err(unfit(definition, "numbers")) }
        };
        let told = match measure {
            Measure::Count => len().cast(DataType::Int64),
            Measure::Users => distinct(col(self.column("user_key")?.name)),
            Measure::Distinct(column) => distinct(col(self.column(column)?.name)),
            Measure::SuccessRate => {
                self.rate(&["success", "completed", "single_change", "reviewed"])?
            }
            Measure::FailureRate => self.rate(&["failure", "failed"])?,
            Measure::CancellationRate => self.rate(&["cancelled"])?,
            Measure::AbandonmentRate => self.rate(&["abandoned"])?,
            Measure::Median(column) => number(column)?.median(),
            Measure::Percentile { column, percent } => {
                if !(0.0..=100.0).contains(percent) {
                    let found = format!("the percentile {percent}");
                    return Err(Error::new(ErrorKind::Query, found).expected("one from 0 to 100"));
                }
                number(column)?.quantile(lit(percent / 100.0), QuantileMethod::Linear)
            }
            Measure::Minimum(column) => self.subject(column)?.min(),
            Measure::Maximum(column) => self.subject(column)?.max(),
        };
        Ok(told.alias(measure.name()))
    }

    /// The share of rows with one of these outcomes among those that have come to an end.
    fn rate(&self, outcomes: &[&str]) -> Result<Expr> {
        let definition = self.column("outcome")?;
        let Kind::Choice(known) = definition.kind else {
            return Err(unfit(definition, "outcomes"));
        };
        let outcomes: Vec<&str> =
            outcomes.iter().copied().filter(|name| known.contains(name)).collect();
        if outcomes.is_empty() {
            let found = format!("a rate that the table `{}` does not know", self.table);
            return Err(Error::new(ErrorKind::Query, found).help("ask the table `attempts`"));
        }
        let is_one = outcomes.into_iter().map(|name| Ok(col("outcome").eq(lit(name.to_owned()))));
        let mut is_hit = join(is_one, Expr::or, false)?;
        let mut ended = len();
        if known.contains(&"started") {
            let has_ended = col("outcome").neq(lit("started"));
            let has_ended = match self.column("maintenance") {
                Ok(maintenance) => has_ended.and(col(maintenance.name).not()),
                Err(_) => has_ended,
            };
            ended = has_ended.clone().sum();
            is_hit = is_hit.and(has_ended);
        }
        let rate = is_hit.sum().cast(DataType::Float64) / ended.clone().cast(DataType::Float64);
        Ok(when(ended.gt(lit(0))).then(rate).otherwise(lit(NULL)))
    }
}

fn distinct(column: Expr) -> Expr {
    column.drop_nulls().n_unique().cast(DataType::Int64)
}

fn length(bucket: Bucket) -> &'static str {
    match bucket {
        Bucket::Hour => "1h",
        Bucket::Day => "1d",
        Bucket::Week => "1w",
        Bucket::Month => "1mo",
        Bucket::Quarter => "1q",
        Bucket::Year => "1y",
    }
}

fn join(
    parts: impl Iterator<Item = Result<Expr>>,
    with: fn(Expr, Expr) -> Expr,
    empty: bool,
) -> Result<Expr> {
    let parts: Vec<Expr> = parts.collect::<Result<_>>()?;
    Ok(parts.into_iter().reduce(with).unwrap_or_else(|| lit(empty)))
}

fn unfit(definition: Definition, asked: &str) -> Error {
    let found = format!("the column `{}` asked for {asked}", definition.name);
    Error::new(ErrorKind::Query, found)
        .expected(format!("what suits {}", definition.kind.describe()))
}
