//! Answers into text: tables for people, JSON, NDJSON and CSV for programs.
//!
//! Every answer is turned into [`Table`]s of plain cells first, so that each format is written in one
//! place and shows the same values.

mod attempts;
mod csv;
mod flat;
mod json;
mod printable;
#[cfg(feature = "rollback")]
mod rollback;
mod summary;
mod table;
#[cfg(feature = "cli")]
mod text;
mod troubleshoot;

pub use self::attempts::attempts_overview;
pub use self::csv::CsvWriter;
pub use self::flat::{
    attempt_cells, attempt_columns, event_cells, event_columns, user_cells, user_columns,
};
pub use self::json::{write_json, write_ndjson_row};
pub use self::printable::printable;
#[cfg(feature = "graph")]
pub use self::rollback::applied_table;
#[cfg(feature = "rollback")]
pub use self::rollback::{affected_table, plan_table, verification_table};
pub use self::summary::{Grouping, summary_tables};
pub use self::table::{Cell, Column, Table};
#[cfg(feature = "cli")]
pub use self::text::TextTable;
pub use self::troubleshoot::{Markup, write_guide, write_troubleshooting};
