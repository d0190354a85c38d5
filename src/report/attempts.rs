//! Attempts as tables for people.

use std::collections::BTreeSet;

use super::table::{Cell, Column, Table};
use crate::attempt::{Attempt, AttemptOutcome, Mode};

/// How many attempts, of how many users, came to what, by mode.
pub fn attempts_overview(attempts: &[Attempt]) -> Table {
    let mut columns = vec![Column::text("outcome")];
    columns.extend(["attempts", "users"].map(Column::number));
    columns.extend(Mode::ALL.map(|mode| Column::number(mode.as_str())));
    let mut table = Table::new("By outcome and mode (users may be in several)", columns);
    for outcome in AttemptOutcome::ALL {
        let found = attempts.iter().filter(|attempt| attempt.outcome == outcome);
        let found: Vec<&Attempt> = found.collect();
        if found.is_empty() {
            continue;
        }
        let users: BTreeSet<_> =
            found.iter().map(|found| (&found.user_id, &found.user_principal_name)).collect();
        let of_mode = |mode| found.iter().filter(|attempt| attempt.mode == mode).count();
        let mut numbers = vec![found.len(), users.len()];
        numbers.extend(Mode::ALL.map(of_mode));
        let mut row = vec![Cell::Text(outcome.as_str().to_owned())];
        row.extend(numbers.into_iter().map(|number| Cell::Number(number as u64)));
        table.rows.push(row);
    }
    table
}
