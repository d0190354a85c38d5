//! A deterministic generator of synthetic Microsoft Entra audit-log exports.
//!
//! Measuring a reader needs exports of any size, in every shape, whose answer is known beforehand.
//! Real ones can neither be published nor counted by hand, so this module invents them: verbatim in
//! form (keys, their order, nesting, time formats, null habits), reserved in content (`example.com`,
//! documentation addresses, 555 numbers), and the same bytes for the same options for ever.
//!
//! The order of things: [`write`] asks a [`Source`] for one [`Record`] after the other, lets the
//! [`Shape`] render it, and counts what a reader has to find. It needs nothing but the standard
//! library, so tests and benches can take it in too:
//!
//! ```ignore
//! #[path = "../examples/generate/export.rs"]
//! mod export;
//! ```
#![allow(dead_code, reason = "each program that takes this module in uses its own part of it")]
#![allow(unreachable_pub, reason = "public for the programs that take this module in")]

// Explicit paths: they hold wherever this file is taken in from.
#[path = "export/audit.rs"]
mod audit;
#[path = "export/event.rs"]
mod event;
#[path = "export/json.rs"]
mod json;
#[path = "export/noise.rs"]
mod noise;
#[path = "export/portal_csv.rs"]
mod portal_csv;
#[path = "export/random.rs"]
mod random;
#[path = "export/record.rs"]
mod record;
#[path = "export/shape.rs"]
mod shape;
#[path = "export/source.rs"]
mod source;
#[path = "export/table.rs"]
mod table;
#[path = "export/trap.rs"]
mod trap;

use std::collections::{BTreeMap, HashSet};
use std::io::{self, Write};

use random::Random;
use record::{Outcome, Record};
pub use shape::Shape;
use source::Source;

/// Output is handed on in pieces of about this size, which stay in the second-level cache.
const CHUNK: usize = 256 * 1024;

/// No record is shorter than this in any shape; it bounds how far a clock driven by bytes may run.
const SHORTEST_RECORD: u64 = 500;

/// What to generate. Equal options give equal bytes.
#[derive(Clone, Debug)]
pub struct Options {
    /// The form of the export.
    pub shape: Shape,
    /// Where to stop.
    pub limit: Limit,
    /// How many records in a hundred are registration events, from 0 to 100.
    pub share: f64,
    /// Chooses one export among many alike.
    pub seed: u64,
    /// How many people the tenant has, from one to a thousand million.
    pub users: u64,
    /// Whether to plant content that is hard to scan; see [`trap::set`].
    pub traps: bool,
}

impl Options {
    /// An export of `records` records in `shape`: five in a hundred are events, of 2000 users.
    pub fn new(shape: Shape, records: u64) -> Self {
        Self {
            shape,
            limit: Limit::Records(records),
            share: 5.0,
            seed: 1,
            users: 2000,
            traps: false,
        }
    }
}

/// Where an export stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// After this many records, which are then the same in every shape.
    Records(u64),
    /// After the record that reaches this many bytes.
    Bytes(u64),
}

/// What a reader of the export has to find.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// Records of every kind.
    pub records: u64,
    /// Registration events of the Authentication Methods service, maintenance included.
    pub events: u64,
    /// Events by activity, as the log names it.
    pub by_activity: BTreeMap<&'static str, u64>,
    /// Events by outcome: `cancelled`, `failure`, `started`, `success`; all four are always there.
    pub by_outcome: BTreeMap<&'static str, u64>,
    /// How many different people the events are about.
    pub users: u64,
    /// Events that the service wrote for itself. The portal's exports leave out the operation type,
    /// without which nobody can tell these from a person's registration.
    pub maintenance: u64,
    /// "Update user" records of the directory that carry authenticator details. They accompany
    /// registrations and are no events themselves.
    pub twins: u64,
}

impl Expected {
    fn nothing() -> Self {
        Self {
            by_outcome: Outcome::ALL.map(|outcome| (outcome.name(), 0)).into(),
            ..Self::default()
        }
    }

    fn count(&mut self, record: &Record, users: &mut HashSet<u64>) {
        self.records += 1;
        self.twins += u64::from(record.is_twin());
        if let Some(event) = &record.event {
            self.events += 1;
            *self.by_activity.entry(record.activity).or_default() += 1;
            *self.by_outcome.entry(event.outcome.name()).or_default() += 1;
            self.maintenance += u64::from(event.maintenance);
            self.users += u64::from(users.insert(event.user));
        }
    }
}

/// Writes one export and returns what a reader of it has to find.
///
/// # Errors
///
/// Only those of `out`. Nothing is flushed: that is for whoever owns `out`.
pub fn write(options: &Options, out: &mut impl Write) -> io::Result<Expected> {
    let frame = options.shape.frame();
    let mut source = Source::new(options);
    let mut clock = Clock::new(options.limit);
    let mut expected = Expected::nothing();
    let mut users = HashSet::new();

    let mut text = frame.opening.clone();
    let mut handed_on = 0;
    loop {
        let bytes = handed_on + text.len() as u64;
        let Some(time) = clock.tick(expected.records, bytes, &mut source.random) else {
            break;
        };
        let record = source.record(time);
        frame.before(expected.records, &mut text);
        options.shape.render(&record, &mut text);
        text.push_str(frame.after);
        expected.count(&record, &mut users);
        if text.len() >= CHUNK {
            out.write_all(text.as_bytes())?;
            handed_on += text.len() as u64;
            text.clear();
        }
    }
    text.push_str(frame.closing);
    out.write_all(text.as_bytes())?;
    Ok(expected)
}

/// Spreads the records over the days of the export, whatever their number.
struct Clock {
    limit: Limit,
    last: u64,
}

impl Clock {
    fn new(limit: Limit) -> Self {
        Self { limit, last: 0 }
    }

    /// The time of the next record, or nothing once the limit is reached. Times strictly increase.
    fn tick(&mut self, records: u64, bytes: u64, random: &mut Random) -> Option<u64> {
        let (done, total, step) = match self.limit {
            Limit::Records(total) => (records, total, 1),
            Limit::Bytes(total) => (bytes, total, SHORTEST_RECORD),
        };
        let left = total.checked_sub(done).filter(|&left| left > 0)?;
        let passed = part(record::SPAN, done, total);
        let jitter = random.below(part(record::SPAN, step.min(left), total).max(1));
        self.last = (passed + jitter).max(self.last + 1);
        Some(self.last)
    }
}

/// `whole * done / total`, without overflow on the way.
fn part(whole: u64, done: u64, total: u64) -> u64 {
    let share = u128::from(whole) * u128::from(done) / u128::from(total);
    u64::try_from(share).unwrap_or(whole)
}
