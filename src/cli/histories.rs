//! All inputs read into attempts and histories, of the users who are asked for.

use std::io;

use chrono::TimeDelta;
use regaudit::attempt::DirectoryMethods;
use regaudit::catalogue::Family;
use regaudit::model::Event;
use regaudit::read::Report;
use regaudit::{Attempt, Attempts, Classification, Filter, UserHistory};

use super::args::InputArguments;
use super::session::Session;
use super::wanted::{Asked, Wanted};

/// What is read, and of whom.
pub(super) struct Reading<'arguments> {
    pub(super) input: &'arguments InputArguments,
    pub(super) gap: TimeDelta,
    /// The users asked for; everybody where nobody is named.
    pub(super) users: &'arguments [String],
    pub(super) families: &'arguments [Family],
}

/// What became of the users who are asked for.
pub(super) struct Histories {
    pub(super) attempts: Vec<Attempt>,
    pub(super) users: Vec<UserHistory>,
    pub(super) wanted: Wanted,
    /// Events that count but name no user; they are in no attempt.
    pub(super) events_without_user: u64,
    pub(super) report: Report,
}

impl Reading<'_> {
    /// Events of these families, of everybody: who is meant shows only when all were read.
    pub(super) fn filter(&self) -> Filter {
        let mut filter = Filter::default();
        filter.families = self.families.to_vec();
        filter
    }

    /// Reads everything, and hands each event to `each`, with those known so far to be wanted; `None`
    /// where reading was stopped by a fault.
    pub(super) fn read(
        &self,
        session: &mut Session,
        mut each: impl FnMut(&Event, &Classification, &Wanted),
    ) -> io::Result<Option<Histories>> {
        let reader = self.input.reader().filter(self.filter());
        let mut fold = Attempts::new().gap(self.gap);
        let asked = Asked::new(self.users);
        let mut wanted = asked.wanted();
        let read = session.read_whole(
            reader.paths(&self.input.paths),
            |event| (DirectoryMethods::of(event), asked.is_named(event)),
            |event, classification, (stated, is_named)| {
                if is_named {
                    wanted.remember(event);
                }
                fold.add_stated(event, classification, stated);
                each(event, classification, &wanted);
                Ok(())
            },
        )?;
        let Some(report) = read else { return Ok(None) };
        let events_without_user = fold.events_without_user();
        let (mut attempts, mut users) = fold.finish();
        users.retain(|user| wanted.accepts_user(user));
        if !self.users.is_empty() {
            wanted.remember_all(&users);
        }
        attempts.retain(|attempt| wanted.accepts_attempt(attempt));
        Ok(Some(Histories { attempts, users, wanted, events_without_user, report }))
    }
}
