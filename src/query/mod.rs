//! Events, attempts and users as tables: one documented schema, and questions asked of it.
//!
//! [`schema`] says which tables there are and what each column holds; CSV, NDJSON, Parquet, frames and
//! SQL all follow it.

pub mod schema;
mod value;

pub use self::schema::{Column, Kind, Table};
pub use self::value::Value;
