//! Questions as plain data: what is counted, by what, of which rows.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::schema::Table;
use crate::model::format_timestamp;

/// A question to one table: which rows, in which groups, what is told of each, in which order.
///
/// It is plain data: it can be built, compared, stored as JSON, and asked of any
/// [`Frame`](super::Frame). An answer has the groups as its first columns and the measures after them.
/// Rows come in the order asked for, and where that leaves it open, in the order of the groups.
///
/// ```
/// use regaudit::query::{Group, Measure, Predicate, Query, Table};
///
/// let query = Query::new(Table::Methods)
///     .filter(Predicate::is("family", "registration"))
///     .group_by("method")
///     .measure(Measure::Count)
///     .measure(Measure::SuccessRate)
///     .descending("count")
///     .limit(10);
/// let stored = serde_json::to_string(&query)?;
/// assert_eq!(serde_json::from_str::<Query>(&stored)?, query);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Query {
    /// The table that is asked.
    pub table: Table,
    /// Which rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Predicate>,
    /// What the rows are grouped by; all of them are one group where it is empty.
    #[serde(default)]
    pub group_by: Vec<Group>,
    /// What is told of each group. Where it is empty, the groups themselves are the answer; where
    /// `group_by` is empty too, the rows are.
    #[serde(default)]
    pub measures: Vec<Measure>,
    /// The order of the answer, the first column first.
    #[serde(default)]
    pub order: Vec<Order>,
    /// How many rows of the answer at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

impl Query {
    /// Every row of a table.
    pub fn new(table: Table) -> Self {
        Self {
            table,
            filter: None,
            group_by: Vec::new(),
            measures: Vec::new(),
            order: Vec::new(),
            limit: None,
        }
    }

    /// Whether rows are the answer, not groups or measures.
    #[cfg(feature = "polars")]
    pub(super) fn is_for_rows(&self) -> bool {
        self.group_by.is_empty() && self.measures.is_empty()
    }

    /// Only rows for which this holds; with what was asked before, both.
    #[must_use]
    pub fn filter(mut self, predicate: Predicate) -> Self {
        self.filter = Some(match self.filter {
            Some(before) => Predicate::All(vec![before, predicate]),
            None => predicate,
        });
        self
    }

    /// In groups, too, by this column or bucket of time.
    #[must_use]
    pub fn group_by(mut self, group: impl Into<Group>) -> Self {
        self.group_by.push(group.into());
        self
    }

    /// Tells this, too, of each group.
    #[must_use]
    pub fn measure(mut self, measure: Measure) -> Self {
        self.measures.push(measure);
        self
    }

    /// In the ascending order of a column of the answer.
    #[must_use]
    pub fn ascending(mut self, column: impl Into<String>) -> Self {
        self.order.push(Order { column: column.into(), descending: false });
        self
    }

    /// In the descending order of a column of the answer.
    #[must_use]
    pub fn descending(mut self, column: impl Into<String>) -> Self {
        self.order.push(Order { column: column.into(), descending: true });
        self
    }

    /// At most so many rows.
    #[must_use]
    pub fn limit(mut self, rows: u32) -> Self {
        self.limit = Some(rows);
        self
    }
}

/// A condition on the columns of a row. A comparison with nothing does not hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Predicate {
    /// The column is the value; a list holds it.
    Is {
        /// The column.
        column: String,
        /// The value; of a column of times, in RFC 3339.
        value: Scalar,
    },
    /// The column is one of the values; a list holds one of them.
    OneOf {
        /// The column.
        column: String,
        /// The values.
        values: Vec<Scalar>,
    },
    /// The text of the column holds this text, letter by letter.
    Contains {
        /// The column.
        column: String,
        /// The text.
        text: String,
    },
    /// The column is the value or more; at the time or later.
    AtLeast {
        /// The column.
        column: String,
        /// The value.
        value: Scalar,
    },
    /// The column is less than the value; before the time.
    Below {
        /// The column.
        column: String,
        /// The value.
        value: Scalar,
    },
    /// The column is null: the export does not say.
    IsNull {
        /// The column.
        column: String,
    },
    /// Every one holds.
    All(Vec<Predicate>),
    /// At least one holds.
    Any(Vec<Predicate>),
    /// It does not hold, or there is nothing to compare.
    Not(Box<Predicate>),
}

impl Predicate {
    /// The column is the value.
    pub fn is(column: impl Into<String>, value: impl Into<Scalar>) -> Self {
        Self::Is { column: column.into(), value: value.into() }
    }

    /// The column is one of the values.
    pub fn one_of<T: Into<Scalar>>(
        column: impl Into<String>,
        values: impl IntoIterator<Item = T>,
    ) -> Self {
        Self::OneOf { column: column.into(), values: values.into_iter().map(Into::into).collect() }
    }

    /// The column is the value or more.
    pub fn at_least(column: impl Into<String>, value: impl Into<Scalar>) -> Self {
        Self::AtLeast { column: column.into(), value: value.into() }
    }

    /// The column is less than the value.
    pub fn below(column: impl Into<String>, value: impl Into<Scalar>) -> Self {
        Self::Below { column: column.into(), value: value.into() }
    }

    /// It does not hold.
    #[must_use]
    pub fn negated(self) -> Self {
        Self::Not(Box::new(self))
    }
}

/// A value to compare with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Scalar {
    /// Yes or no.
    Bool(bool),
    /// A number.
    Number(u64),
    /// A number that need not be whole.
    Real(f64),
    /// A text, or a time in RFC 3339.
    Text(String),
}

impl From<bool> for Scalar {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<u64> for Scalar {
    fn from(value: u64) -> Self {
        Self::Number(value)
    }
}

impl From<u32> for Scalar {
    fn from(value: u32) -> Self {
        Self::Number(value.into())
    }
}

impl From<DateTime<Utc>> for Scalar {
    fn from(time: DateTime<Utc>) -> Self {
        Self::Text(format_timestamp(time))
    }
}

impl From<f64> for Scalar {
    fn from(value: f64) -> Self {
        Self::Real(value)
    }
}

impl From<&str> for Scalar {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Scalar {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

/// What rows are grouped by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Group {
    /// By the values of a column. By a column of lists, a row stands in the group of each value in it,
    /// and in that of null if there is none.
    Column(String),
    /// By stretches of time, as a clock and a calendar in a time zone show them. The column of the
    /// answer has the name of the [`Bucket`] and holds the beginning of each stretch.
    Time {
        /// The column.
        column: String,
        /// How long a stretch is.
        every: Bucket,
        /// The time zone by its IANA name, such as `Europe/Berlin` or `UTC`.
        time_zone: String,
    },
}

impl Group {
    /// Stretches of the column `time` in a time zone.
    pub fn time(every: Bucket, time_zone: impl Into<String>) -> Self {
        Self::Time { column: "time".to_owned(), every, time_zone: time_zone.into() }
    }

    /// The name of its column in the answer.
    pub fn name(&self) -> &str {
        match self {
            Self::Column(name) => name,
            Self::Time { every, .. } => every.as_str(),
        }
    }
}

impl From<&str> for Group {
    fn from(column: &str) -> Self {
        Self::Column(column.to_owned())
    }
}

/// A stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Bucket {
    /// From full hour to full hour.
    Hour,
    /// From midnight to midnight; 23 or 25 hours where clocks are set.
    Day,
    /// From Monday to Monday (ISO 8601).
    Week,
    /// A month of the calendar.
    Month,
    /// Three months, from January, April, July and October.
    Quarter,
    /// A year of the calendar.
    Year,
}

impl Bucket {
    /// Its name, and that of its column in an answer.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }
}

/// What is told of a group of rows.
///
/// Rates are shares, 0 to 1, of the rows that have come to an end: without maintenance and without
/// beginnings. They are null where there is none. In tables of events they count events, in `attempts`
/// attempts, of which a single change and a review are successes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Measure {
    /// How many rows. Column `count`.
    Count,
    /// How many users, by `user_key`; rows without a user are not counted. Column `users`.
    Users,
    /// How many different values a column has, null aside. Column `distinct_` and its name.
    Distinct(String),
    /// The share of successes. Column `success_rate`.
    SuccessRate,
    /// The share of failures. Column `failure_rate`.
    FailureRate,
    /// The share of cancellations. Column `cancellation_rate`.
    CancellationRate,
    /// The share of what was begun and never ended, which only `attempts` knows. Column
    /// `abandonment_rate`.
    AbandonmentRate,
    /// The median of a column of numbers, the mean of both where two stand in the middle. Column
    /// `median_` and its name.
    Median(String),
    /// A percentile of a column of numbers, 0 to 100, interpolated between neighbours. Column `p95_`,
    /// or whatever the number is, and its name.
    Percentile {
        /// The column.
        column: String,
        /// The percentile, 0 to 100.
        percent: f64,
    },
    /// The least value of a column. Column `minimum_` and its name.
    Minimum(String),
    /// The greatest value of a column. Column `maximum_` and its name.
    Maximum(String),
}

impl Measure {
    /// The name of its column in the answer.
    pub fn name(&self) -> String {
        match self {
            Self::Count => "count".to_owned(),
            Self::Users => "users".to_owned(),
            Self::Distinct(column) => format!("distinct_{column}"),
            Self::SuccessRate => "success_rate".to_owned(),
            Self::FailureRate => "failure_rate".to_owned(),
            Self::CancellationRate => "cancellation_rate".to_owned(),
            Self::AbandonmentRate => "abandonment_rate".to_owned(),
            Self::Median(column) => format!("median_{column}"),
            Self::Percentile { column, percent } => format!("p{percent}_{column}"),
            Self::Minimum(column) => format!("minimum_{column}"),
            Self::Maximum(column) => format!("maximum_{column}"),
        }
    }
}

/// A column to sort by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Order {
    /// The column of the answer.
    pub column: String,
    /// From the greatest to the least; null comes last either way.
    #[serde(default)]
    pub descending: bool,
}
