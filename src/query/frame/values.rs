//! A frame as rows of values, for whoever writes them.

use chrono::DateTime;
use polars::prelude::*;

use super::error::{from_polars, guarded};
use crate::error::Result;
use crate::query::value::Value;

/// A column of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AnswerColumn {
    /// The name of a column.
    pub name: String,
    /// Whether it holds numbers.
    pub is_number: bool,
}

impl AnswerColumn {
    /// The columns of a frame, in order.
    pub fn columns(frame: &DataFrame) -> Vec<Self> {
        let columns = frame.columns().iter();
        columns
            .map(|column| Self {
                name: column.name().to_string(),
                is_number: column.dtype().is_primitive_numeric(),
            })
            .collect()
    }
}

/// The rows of a frame, one after the other, as values. Times in another zone than UTC are texts in
/// that zone's own time, with its offset.
pub fn rows_of(frame: &DataFrame) -> impl Iterator<Item = Result<Vec<Value<'_>>>> {
    (0..frame.height()).map(|row| {
        guarded(|| {
            let cells = frame.columns().iter().map(|column| value(column.get(row)?));
            cells.collect::<PolarsResult<Vec<Value<'_>>>>().map_err(from_polars)
        })
    })
}

fn value(value: AnyValue<'_>) -> PolarsResult<Value<'_>> {
    Ok(match value {
        AnyValue::Null => Value::Null,
        AnyValue::Boolean(value) => Value::Bool(value),
        AnyValue::String(text) => Value::from(text),
        AnyValue::Datetime(count, unit, zone) => time(count, unit, zone.map(|zone| zone.as_str())),
        AnyValue::DatetimeOwned(count, unit, zone) => {
            time(count, unit, zone.as_ref().map(|zone| zone.as_str()))
        }
        AnyValue::List(series) => {
            let texts = series.cast(&DataType::String)?;
            // Nothing is a member, too.
            let texts = texts.str()?.iter().map(|text| text.unwrap_or("null").to_owned());
            Value::Texts(texts.map(Into::into).collect())
        }
        number if number.is_integer() => match number.extract::<u64>() {
            Some(number) => Value::Number(number),
            None => number.extract::<i64>().map_or(Value::Null, Value::Integer),
        },
        number if number.is_float() => number.extract::<f64>().map_or(Value::Null, Value::Real),
        other => match other.get_str() {
            Some(text) => Value::from(text.to_owned()),
            None => Value::from(other.to_string()),
        },
    })
}

fn time<'row>(count: i64, unit: TimeUnit, zone: Option<&str>) -> Value<'row> {
    let time = match unit {
        TimeUnit::Nanoseconds => Some(DateTime::from_timestamp_nanos(count)),
        TimeUnit::Microseconds => DateTime::from_timestamp_micros(count),
        TimeUnit::Milliseconds => DateTime::from_timestamp_millis(count),
    };
    let Some(time) = time else { return Value::Null };
    match zone.and_then(|zone| zone.parse::<chrono_tz::Tz>().ok()) {
        Some(zone) if zone != chrono_tz::UTC => Value::from(time.with_timezone(&zone).to_rfc3339()),
        _ => Value::Time(time),
    }
}
