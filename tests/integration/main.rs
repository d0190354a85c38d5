//! Everything that is tested from outside: one program, one module for each question.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    unreachable_pub,
    reason = "a test may stop at the first surprise, and nobody calls it"
)]

mod attempts;
#[cfg(feature = "cli")]
mod cli;
#[cfg(feature = "cli")]
mod cli_attempts;
#[cfg(all(feature = "cli", feature = "polars"))]
mod cli_query;
#[cfg(feature = "cli")]
mod cli_rollback;
#[cfg(feature = "cli")]
mod cli_troubleshoot;
mod corpus;
#[cfg(feature = "cli")]
mod documents;
#[path = "../../examples/generate/export.rs"]
mod export;
#[cfg(feature = "graph")]
mod fake_graph;
mod faults;
mod generations;
mod generator;
mod hardening;
mod histories;
mod imports;
#[cfg(feature = "cli")]
mod masking;
mod oracle;
#[cfg(feature = "polars")]
mod plain;
mod properties;
#[cfg(feature = "polars")]
mod query;
mod recognition;
mod reserved;
#[cfg(feature = "rollback")]
mod rollback;
#[cfg(feature = "graph")]
mod rollback_apply;
mod rules;
mod shapes;
mod summary;
mod support;
mod threads;
mod troubleshooting;
mod user_events;
