//! Events, attempts and users as tables: one documented schema, and questions asked of it.
//!
//! [`schema`] says which tables there are and what each column holds; CSV, NDJSON, Parquet, frames and
//! SQL all follow it. A [`Query`] is a question as plain data.
//!
//! With the feature `polars`, a `Frame` holds the tables as lazy frames, and answers a [`Query`] or SQL.

#[cfg(feature = "polars")]
mod frame;
mod question;
mod rows;
pub mod schema;
mod value;

#[cfg(feature = "polars")]
pub use self::frame::{
    AnswerColumn, Each, EventSource, Frame, ParquetFile, PartitionedParquet, Sighting,
    TableBuilder, condition_expression, is_parquet, rows_of, rule_expression,
};
pub use self::question::{Bucket, Group, Measure, Order, Predicate, Query, Scalar};
pub use self::rows::RowReader;
pub use self::schema::{Column, Kind, Table};
pub use self::value::Value;
