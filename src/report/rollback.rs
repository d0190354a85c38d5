//! Answers about a rollback as tables.

use super::table::{Cell, Column, Table};
use crate::model::Method;
use crate::rollback::{Affected, PlannedUser, Reason, Verification};

/// Who is affected, one a row.
pub fn affected_table(affected: &Affected) -> Table {
    let columns = [
        "user_id",
        "user_upn",
        "methods",
        "first_registered",
        "last_registered",
        "reasons",
        "origins",
    ];
    let mut table = Table::new("", columns.map(Column::text).to_vec());
    for user in &affected.users {
        let times = || user.registered.iter().map(|change| change.time);
        let origins = user.registered.iter().map(|change| change.origin.to_string());
        table.rows.push(vec![
            Cell::text(user.user_id.as_ref()),
            Cell::text(user.user_principal_name.as_ref()),
            Cell::List(names(&user.methods)),
            Cell::time(times().min()),
            Cell::time(times().max()),
            Cell::Text(texts(&user.reasons)),
            Cell::List(origins.collect()),
        ]);
    }
    table
}

/// The users of a plan, one a row. Remarks say why a user is left alone, or what to expect of the service.
pub fn plan_table(users: &[PlannedUser]) -> Table {
    let columns = ["user_id", "user_upn", "eligible", "deletions", "remarks"];
    let mut table = Table::new("", columns.map(Column::text).to_vec());
    for user in users {
        table.rows.push(vec![
            Cell::text(user.id.as_ref()),
            Cell::text(user.upn.as_ref()),
            Cell::text(user.eligible.map(|eligible| if eligible { "yes" } else { "no" })),
            Cell::List(deletions(user)),
            Cell::Text(remarks(user)),
        ]);
    }
    table
}

fn remarks(user: &PlannedUser) -> String {
    if !user.excluded.is_empty() {
        return texts(&user.excluded);
    }
    let mut remarks: Vec<Reason> = Vec::new();
    // What is plain from the other columns is left out.
    let is_told =
        |reason: &&Reason| !["has_strong_methods", "no_requirement"].contains(&&*reason.code);
    remarks.extend(user.reasons.iter().filter(is_told).cloned());
    for note in user.deletions.iter().flat_map(|deletion| &deletion.notes) {
        if !remarks.contains(note) {
            remarks.push(note.clone());
        }
    }
    texts(&remarks)
}

/// What became of the users of a plan, one a row.
#[cfg(feature = "graph")]
pub fn applied_table(users: &[crate::rollback::apply::UserOutcome]) -> Table {
    let mut columns = ["user_id", "user_upn", "outcome", "why"].map(Column::text).to_vec();
    columns.insert(3, Column::number("deleted"));
    let mut table = Table::new("", columns);
    for user in users {
        table.rows.push(vec![
            Cell::text(user.id.as_ref()),
            Cell::text(user.upn.as_ref()),
            Cell::Text(user.outcome.as_str().to_owned()),
            Cell::Number(user.deleted),
            Cell::Text(user.why.clone()),
        ]);
    }
    table
}

/// The deletions of a plan and what confirms them, one a row; and one for whatever else the log says of a user.
pub fn verification_table(verification: &Verification) -> Table {
    let columns = ["user_id", "user_upn", "finding", "method", "time", "by", "activity", "origin"];
    let mut table = Table::new("", columns.map(Column::text).to_vec());
    for user in &verification.users {
        let mut add =
            |finding: &str, method: String, change: Option<&crate::rollback::LoggedChange>| {
                table.rows.push(vec![
                    Cell::text(user.id.as_ref()),
                    Cell::text(user.upn.as_ref()),
                    Cell::Text(finding.to_owned()),
                    Cell::Text(method),
                    Cell::time(change.map(|change| change.time)),
                    Cell::text(change.and_then(|change| change.by.as_ref())),
                    Cell::text(change.map(|change| &change.activity)),
                    Cell::text(change.map(|change| change.origin.to_string())),
                ]);
            };
        for deletion in &user.deletions {
            let finding = if deletion.confirmed.is_some() { "confirmed" } else { "open" };
            let method = deletion.resource.as_str().to_owned();
            add(finding, method, deletion.confirmed.as_ref());
        }
        let others = [
            ("registered_since", &user.registered_since),
            ("other_deletion", &user.other_deletions),
            ("failed_deletion", &user.failed_deletions),
        ];
        for (finding, changes) in others {
            for change in changes {
                add(finding, names(&change.methods).join(";"), Some(change));
            }
        }
    }
    table
}

/// The deletions of a user in order, the default marked.
fn deletions(user: &PlannedUser) -> Vec<String> {
    let one = |deletion: &crate::rollback::Deletion| {
        let default = if deletion.is_default == Some(true) { " (default)" } else { "" };
        format!("{}{default}", deletion.resource.as_str())
    };
    user.deletions.iter().map(one).collect()
}

fn names(methods: &[Method]) -> Vec<String> {
    methods.iter().map(|method| method.as_str().to_owned()).collect()
}

fn texts(reasons: &[Reason]) -> String {
    reasons.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}
