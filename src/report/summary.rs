//! A summary as tables.

use std::str::FromStr;

use super::table::{Cell, Column, Table};
use crate::error::{Error, ErrorKind};
use crate::model::Outcome;
use crate::summary::{Answer, Counts, ReasonRow, Row, Summary, UserRow};

/// What a summary is broken down by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Grouping {
    /// By activity, with rates.
    Activity,
    /// By outcome.
    Outcome,
    /// By method.
    Method,
    /// By kind of actor.
    Actor,
    /// By day, UTC.
    Day,
    /// By user.
    User,
    /// By rule, method and reason.
    Reason,
}

impl Grouping {
    /// Every one, with its name.
    pub const ALL: [(&'static str, Self); 7] = [
        ("activity", Self::Activity),
        ("outcome", Self::Outcome),
        ("method", Self::Method),
        ("actor", Self::Actor),
        ("day", Self::Day),
        ("user", Self::User),
        ("reason", Self::Reason),
    ];
}

impl FromStr for Grouping {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let found = Self::ALL.iter().find(|(name, _)| *name == text);
        found.map(|(_, grouping)| *grouping).ok_or_else(|| {
            let names = Self::ALL.map(|(name, _)| name).join(", ");
            Error::new(ErrorKind::UnsupportedFormat, format!("the grouping `{text}`"))
                .expected(format!("one of {names}"))
        })
    }
}

/// The tables of a summary: the one asked for, else those that answer the main question.
pub fn summary_tables(summary: &Summary, grouping: Option<Grouping>) -> Vec<Table> {
    if grouping == Some(Grouping::User) {
        return vec![users(&summary.users())];
    }
    let answer = summary.answer();
    match grouping {
        Some(Grouping::Activity) => vec![activities(&answer)],
        Some(Grouping::Outcome) => vec![outcomes(&answer)],
        Some(Grouping::Method) => vec![by_name("By method", "method", &answer.methods)],
        Some(Grouping::Actor) => vec![by_name("By actor", "actor", &answer.actors)],
        Some(Grouping::Day) => vec![by_name("By day (UTC)", "day", &answer.days)],
        Some(Grouping::Reason) => vec![reasons("By reason (numbers shown as #)", &answer.reasons)],
        Some(Grouping::User) | None => all(&answer),
    }
}

/// What one would ask first: how many, of what, with which method, and why not. The rest has to be
/// asked for.
fn all(answer: &Answer) -> Vec<Table> {
    let mut tables = vec![
        outcomes(answer),
        activities(answer),
        by_name("By method", "method", &answer.methods),
        reasons(
            "Why not (failures and cancellations, numbers shown as #)",
            answer.reasons.iter().filter(|row| is_shortfall(row.outcome)),
        ),
    ];
    let mut maintenance = Table::new(
        "Written by the service for itself, not counted above",
        vec![Column::text("rule"), Column::number("events")],
    );
    let rows = answer.maintenance.iter();
    maintenance.rows =
        rows.map(|(rule, events)| vec![Cell::Text(rule.clone()), Cell::Number(*events)]).collect();
    tables.push(maintenance);
    tables.push(by_name("Unknown activities, not counted above", "activity", &answer.unknown));
    tables.retain(|table| !table.rows.is_empty());
    tables
}

fn is_shortfall(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Failure | Outcome::Cancelled)
}

fn outcomes(answer: &Answer) -> Table {
    let mut table = Table::new(
        "By outcome (users may be in several)",
        vec![Column::text("outcome"), Column::number("events"), Column::number("users")],
    );
    for outcome in Outcome::ALL {
        let events = answer.outcomes.of(outcome);
        if events > 0 {
            let users = answer.users_by_outcome.of(outcome);
            let name = Cell::Text(outcome.as_str().to_owned());
            table.rows.push(vec![name, Cell::Number(events), Cell::Number(users)]);
        }
    }
    table
}

const COUNTS: [Column; 6] = [
    Column::number("events"),
    Column::number("success"),
    Column::number("failure"),
    Column::number("cancelled"),
    Column::number("started"),
    Column::number("unknown"),
];

fn counts(counts: Counts) -> impl Iterator<Item = Cell> {
    let of_outcomes = Outcome::ALL.into_iter().map(move |outcome| counts.of(outcome));
    [counts.total()].into_iter().chain(of_outcomes).map(Cell::Number)
}

fn with_counts(before: &[Column], after: &[Column]) -> Vec<Column> {
    [before, &COUNTS, after].concat()
}

fn activities(answer: &Answer) -> Table {
    let rates = ["success_rate", "failure_rate", "cancellation_rate"].map(Column::number);
    let mut table = Table::new(
        "By activity (rates are shares of the events, not of attempts)",
        with_counts(&[Column::text("activity")], &rates),
    );
    for row in &answer.activities {
        let mut cells = vec![Cell::Text(row.activity.clone())];
        cells.extend(counts(row.counts));
        cells.extend([row.success_rate, row.failure_rate, row.cancellation_rate].map(Cell::share));
        table.rows.push(cells);
    }
    table
}

fn by_name(title: &str, name: &'static str, rows: &[Row]) -> Table {
    let mut table = Table::new(title, with_counts(&[Column::text(name)], &[]));
    for row in rows {
        let mut cells = vec![Cell::Text(row.name.clone())];
        cells.extend(counts(row.counts));
        table.rows.push(cells);
    }
    table
}

fn reasons<'a>(title: &str, rows: impl IntoIterator<Item = &'a ReasonRow>) -> Table {
    let columns = vec![
        Column::number("events"),
        Column::text("outcome"),
        Column::text("reason"),
        Column::text("methods"),
        Column::text("rule"),
    ];
    let mut table = Table::new(title, columns);
    for row in rows {
        table.rows.push(vec![
            Cell::Number(row.events),
            Cell::Text(row.outcome.as_str().to_owned()),
            Cell::text(Some(row.reason.as_str()).filter(|reason| !reason.is_empty())),
            Cell::List(row.methods.clone()),
            Cell::Text(row.rule.clone()),
        ]);
    }
    table
}

fn users(rows: &[UserRow]) -> Table {
    let before = ["user", "name", "id"].map(Column::text);
    let after = [Column::text("succeeded"), Column::text("first"), Column::text("last")];
    let mut table = Table::new("By user", with_counts(&before, &after));
    for row in rows {
        let mut cells = vec![
            Cell::text(row.user_principal_name.as_deref()),
            Cell::text(row.display_name.as_deref()),
            Cell::text(row.id.as_deref()),
        ];
        cells.extend(counts(row.outcomes));
        cells.push(Cell::List(row.succeeded.clone()));
        cells.extend([row.first, row.last].map(Cell::time));
        table.rows.push(cells);
    }
    table
}
