//! The events of the users who are wanted, in the order of time.

use std::collections::HashSet;
use std::path::Path;

use chrono::{DateTime, Utc};
use regaudit::Classification;
use regaudit::model::Event;
use regaudit::report::{Cell, event_cells};

use super::failure::complain;
use super::histories::Reading;
use super::session::Session;
use super::wanted::Wanted;

/// Events as rows, while it is not yet sure whose they are: a record may be the first to tell that two
/// names are one user's.
#[derive(Default)]
pub(super) struct Timeline {
    lines: Vec<(DateTime<Utc>, Vec<Cell>)>,
    /// The users whose events were passed over, by their keys.
    passed_over: HashSet<String>,
}

impl Timeline {
    /// Takes in an event, if its user is known to be wanted.
    pub(super) fn add(&mut self, event: &Event, classification: &Classification, wanted: &Wanted) {
        let Some(key) = event.user().and_then(|user| user.key()) else { return };
        if wanted.accepts(&key) {
            self.lines.push((event.time, event_cells(event, classification)));
        } else if !self.passed_over.contains(&key) {
            self.passed_over.insert(key);
        }
    }

    /// The rows in the order of time. Where events of somebody were passed over who turned out to be
    /// wanted, everything is read again; standard input cannot be, which is said.
    pub(super) fn finish(
        mut self,
        reading: &Reading<'_>,
        wanted: &Wanted,
        session: &mut Session,
    ) -> Vec<Vec<Cell>> {
        if self.passed_over.iter().any(|key| wanted.accepts(key)) {
            if reading.input.paths.iter().all(|path| can_be_read_again(path)) {
                self.lines.clear();
                read_again(reading, wanted, session, &mut self);
            } else {
                complain(
                    "warning: events of the user came before the record that shows they are the user's, and are not listed; give files, or the object id",
                );
            }
        }
        self.lines.sort_by_key(|(time, _)| *time);
        self.lines.into_iter().map(|(_, cells)| cells).collect()
    }
}

fn read_again(
    reading: &Reading<'_>,
    wanted: &Wanted,
    session: &mut Session,
    timeline: &mut Timeline,
) {
    let mut filter = reading.filter();
    // Stand-ins say nothing to the reader.
    if !session.is_masking() {
        filter.users = wanted.names().cloned().collect();
    }
    let events = reading.input.reader().filter(filter).paths(&reading.input.paths);
    session.read_again(events, |event, classification| {
        timeline.add(event, classification, wanted);
    });
}

/// Whether a path gives the same each time: standard input and pipes give what they have once.
fn can_be_read_again(path: &Path) -> bool {
    path.as_os_str() != "-" && (path.is_file() || path.is_dir() || !path.exists())
}
