//! The answer of a rival while it is counted.

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};

use serde_json::json;

/// Stands between the parts of a group, and in no text of the log.
const SEPARATOR: char = '\u{1f}';

/// Events by activity, result and reason, and the users they are about.
#[derive(Debug, Default)]
pub struct Tally {
    groups: HashMap<String, u64>,
    users: HashSet<String>,
    /// The group of the event at hand; kept, so that an event of a known group allocates nothing.
    group: String,
}

/// What the job asks of an event.
#[derive(Debug, Clone, Copy)]
pub struct Event<'a> {
    pub activity: &'a str,
    pub result: &'a str,
    pub reason: &'a str,
    pub user: &'a str,
}

impl Tally {
    /// Counts an event.
    pub fn add(&mut self, event: Event<'_>) {
        self.group.clear();
        self.group.push_str(event.activity);
        for part in [event.result, event.reason] {
            self.group.push(SEPARATOR);
            self.group.push_str(part);
        }
        match self.groups.get_mut(&self.group) {
            Some(events) => *events += 1,
            None => drop(self.groups.insert(self.group.clone(), 1)),
        }
        if !self.users.contains(event.user) {
            self.users.insert(event.user.to_owned());
        }
    }

    /// Takes in what another thread counted.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        for (group, events) in other.groups {
            *self.groups.entry(group).or_default() += events;
        }
        self.users.extend(other.users);
        self
    }

    /// Writes the answer as the driver reads it.
    ///
    /// # Errors
    ///
    /// When standard output cannot be written.
    pub fn print(&self) -> io::Result<()> {
        let groups: Vec<_> = self
            .groups
            .iter()
            .map(|(group, events)| {
                let mut row: Vec<_> = group.split(SEPARATOR).map(|part| json!(part)).collect();
                row.push(json!(events));
                row
            })
            .collect();
        writeln!(io::stdout(), "{}", json!({"groups": groups, "users": self.users.len()}))
    }
}
