//! What happened when users registered security info: Microsoft Entra ID audit logs, from any export.
//!
//! Entra ID writes an audit event each time a user registers, reviews, changes or deletes a method for
//! multifactor authentication and self-service password reset, or breaks off in the attempt. This crate
//! reads those events from whatever export holds them, says what each one means, and accounts for every
//! record it met on the way.
//!
//! ```
//! use regaudit::{Outcome, Reader, Summary, catalogue::Family, classify};
//!
//! let mut events = Reader::new().family(Family::Registration).paths(["fixtures/exports"]);
//! let mut summary = Summary::new();
//! for event in events.by_ref() {
//!     let event = event?;
//!     if classify(&event).is_some_and(|found| found.outcome == Outcome::Failure) {
//!         println!("{} {} {:?}", event.time, event.activity, event.reason);
//!     }
//!     summary.add(&event);
//! }
//! assert_eq!(summary.answer().outcomes.cancelled, 5);
//! assert!(events.report().tally().balances());
//! # Ok::<(), regaudit::Error>(())
//! ```
//!
//! # The nouns
//!
//! - An *export* is a file or stream as Microsoft wrote it. Its [`Shape`] is found by content.
//! - A *record* is one entry of it, of any service. An [`Event`](model::Event) is a record about
//!   security info, typed.
//! - A [`Classification`] is what an event means: its [`Outcome`], its [methods](model::Method), and the
//!   [rule](catalogue::Rule) of the [`catalogue`] that decided.
//! - A [`Tally`] is the account of records: read = yielded + filtered out + rejected + duplicate, always.
//! - A [`Reader`] says how exports are read, a [`Filter`] which events are wanted, and a [`Masker`] takes
//!   personal data out of them.
//!
//! # The map
//!
//! | module | holds |
//! |---|---|
//! | [`model`] | the words of the log as values |
//! | [`catalogue`] | what each record means, as one table of rules |
//! | [`read`](mod@read) | exports into events, with an account of every record |
//! | [`attempt`] | what users went through in one sitting, and what they hold after it |
//! | [`troubleshoot`](mod@troubleshoot) | why a user does not see a method, step by step, with evidence |
//! | [`summary`] | who succeeded, failed and cancelled, with which method, and why |
//! | [`state`] | how a tenant and its users stand now: policies, roles, methods held |
//! | [`query`](mod@query) | events, attempts and users as documented tables, and questions to them |
//! | [`report`] | answers as tables, JSON, NDJSON and CSV |
//!
//! # Frames and SQL
//!
//! With the feature `polars`, the same events are tables: lazy frames and SQL, in which conditions and
//! columns reach the reader, so that a narrow question costs what a narrow scan costs.
//!
#![cfg_attr(feature = "polars", doc = "```")]
#![cfg_attr(not(feature = "polars"), doc = "```ignore")]
//! use polars::prelude::*;
//! use regaudit::query::{Frame, Table};
//! use regaudit::{Exports, Reader};
//!
//! let frame = Frame::scan(Exports::new(Reader::new(), ["fixtures/exports"]))?;
//! let methods = frame.table(Table::Methods)?.filter(col("family").eq(lit("registration")));
//! let by_method = methods.group_by([col("method"), col("outcome")]).agg([len().alias("events")]);
//! let answer = frame.collect(by_method.sort(["events"], Default::default()))?;
//! let same = "SELECT method, outcome, count(*) AS events FROM methods \
//!     WHERE family = 'registration' GROUP BY method, outcome";
//! assert_eq!(frame.collect(frame.sql(same)?)?.height(), answer.height());
//! # Ok::<(), regaudit::Error>(())
//! ```
//!
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | `cli` | the `regaudit` program, and tables for terminals |
//! | `hash` | SHA-256 of each input, for the chain of custody |
//! | `rollback` | who to roll back when combined registration is turned off: plans, their forms and verification (in `cli`) |
//! | `graph` | plans carried out through Microsoft Graph: HTTPS, needs a C compiler |
//! | `polars` | frames, SQL and Parquet; `regaudit query` and `convert` (some minutes of build) |
//!
//! # What it does not do
//!
//! It reads no other log: not sign-ins, not the Unified Audit Log of Microsoft 365, not events that a
//! SIEM has re-shaped; those are named in the error. It asks no service for anything and sends nothing
//! anywhere, but for what the feature `graph` is there for, when told to. A summary counts events, not attempts: a user who tries twice is two events. [`Attempts`]
//! counts sittings.
//!
//! # The catalogue
//!
//! An outcome *as logged* follows the result: success, failure (a timeout is one), else unknown.
//!
#![doc = include_str!("catalogue/table.md")]

pub mod attempt;
pub mod catalogue;
mod error;
#[cfg(feature = "polars")]
mod exports;
mod filter;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod internals;
mod mask;
pub mod model;
mod origin;
mod pattern;
pub mod query;
pub mod read;
pub mod report;
#[cfg(feature = "rollback")]
pub mod rollback;
mod scan;
pub mod state;
mod summarize;
pub mod summary;
pub mod troubleshoot;
mod user_events;

pub use self::attempt::{
    Attempt, AttemptOutcome, AttemptWindow, Attempts, Certainty, Mode, UserHistory,
};
pub use self::catalogue::{Classification, classify};
pub use self::error::{Error, ErrorKind, Result};
#[cfg(feature = "polars")]
pub use self::exports::Exports;
pub use self::filter::Filter;
pub use self::mask::Masker;
pub use self::model::Outcome;
pub use self::origin::Origin;
pub use self::read::{Events, Reader, Shape, Tally, read, read_from, read_slice};
pub use self::summary::Summary;
pub use self::user_events::UserEvents;

/// Compiles and runs what the README shows.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
