//! Events into rows: which columns are read, and how many rows an event has in each table.

use super::schema::{
    ATTEMPTS, CHANGES, Column, Definition, EVENTS, FACTS, Judged, METHODS, OfAttempt, OfEvent,
    OfFacts, OfUser, Seen, Table, USERS,
};
use super::value::Value;
use crate::attempt::{Attempt, UserHistory};
use crate::catalogue::{Classification, Facts};
use crate::model::Event;

/// Reads the rows of one table from events, in the columns asked for.
///
/// ```
/// use regaudit::query::{RowReader, Table};
/// use regaudit::{classify, read_slice};
/// let export = br#"{"activityDateTime": "2026-03-09T08:00:00Z", "loggedByService": "Authentication Methods",
///     "activityDisplayName": "User registered security info", "result": "success",
///     "resultReason": "User registered Authenticator App with Notification and Code"}"#;
/// let event = read_slice("one.json", export).next().unwrap()?;
/// let mut methods = Vec::new();
/// RowReader::new(Table::Methods, &["method"]).read(&event, &classify(&event).unwrap(), |row| {
///     methods.push(format!("{row:?}"));
/// });
/// assert_eq!(methods, [r#"[Text("authenticator_push")]"#, r#"[Text("software_oath")]"#]);
/// # Ok::<(), regaudit::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct RowReader {
    columns: Vec<Column>,
    read: Read,
}

/// How the columns are read.
#[derive(Debug, Clone)]
enum Read {
    Events(Vec<OfEvent>),
    Methods(Vec<OfEvent>),
    Changes(Vec<OfEvent>),
    Facts(Vec<OfFacts>),
    Attempts(Vec<OfAttempt>),
    Users(Vec<OfUser>),
}

impl RowReader {
    /// A reader of the columns with these names, in this order. A name that the table does not have is
    /// passed over.
    pub fn new(table: Table, names: &[&str]) -> Self {
        match table {
            Table::Events => pick(&EVENTS, names, Read::Events),
            Table::Methods => pick(&METHODS, names, Read::Methods),
            Table::Changes => pick(&CHANGES, names, Read::Changes),
            Table::Facts => pick(&FACTS, names, Read::Facts),
            Table::Attempts => pick(&ATTEMPTS, names, Read::Attempts),
            Table::Users => pick(&USERS, names, Read::Users),
        }
    }

    /// A reader of every column of the table.
    pub fn whole(table: Table) -> Self {
        let names: Vec<&str> = table.columns().iter().map(|column| column.name).collect();
        Self::new(table, &names)
    }

    /// The columns that are read, in order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Hands every row of an event to `each`: a value for each column, in order. An event has none in
    /// `attempts` and `users`.
    pub fn read<'row>(
        &self,
        event: &'row Event,
        classification: &'row Classification,
        mut each: impl FnMut(Vec<Value<'_>>),
    ) {
        let seen = Seen::new(event, classification);
        let mut each_of = |read: &[OfEvent], rows: usize| {
            for place in 0..rows {
                let seen = Seen { place, ..seen };
                each(read.iter().map(|read| read(seen)).collect());
            }
        };
        match &self.read {
            Read::Events(read) => each_of(read, 1),
            Read::Methods(read) => each_of(read, classification.methods.len()),
            Read::Changes(read) => each_of(read, event.changes().count()),
            Read::Facts(read) => {
                let facts = Facts::of(event);
                let judged = Judged::new(seen, &facts);
                each(read.iter().map(|read| read(judged)).collect());
            }
            Read::Attempts(_) | Read::Users(_) => {}
        }
    }

    /// The row of an attempt; `None` where the table is another than `attempts`.
    pub fn attempt<'row>(&self, attempt: &'row Attempt) -> Option<Vec<Value<'row>>> {
        match &self.read {
            Read::Attempts(read) => Some(read.iter().map(|read| read(attempt)).collect()),
            _ => None,
        }
    }

    /// The row of a user; `None` where the table is another than `users`.
    pub fn user<'row>(&self, user: &'row UserHistory) -> Option<Vec<Value<'row>>> {
        match &self.read {
            Read::Users(read) => Some(read.iter().map(|read| read(user)).collect()),
            _ => None,
        }
    }
}

fn pick<Of: Copy>(
    definitions: &[Definition<Of>],
    names: &[&str],
    read: fn(Vec<Of>) -> Read,
) -> RowReader {
    let find = |name: &&str| definitions.iter().find(|found| found.column.name == *name);
    let found: Vec<&Definition<Of>> = names.iter().filter_map(find).collect();
    RowReader {
        columns: found.iter().map(|definition| definition.column).collect(),
        read: read(found.iter().map(|definition| definition.read).collect()),
    }
}
