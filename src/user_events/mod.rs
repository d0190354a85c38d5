//! The doorway between reading and one user: every event about them, under whatever names.

mod known_as;
mod needed;

use std::collections::{BTreeSet, HashSet};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use self::known_as::{KnownAs, key_of};
use self::needed::{Span, read_needed};
use crate::catalogue::{Family, classify};
use crate::error::Error;
use crate::filter::is_about;
use crate::model::Event;
use crate::read::{Events, Reader, Report};
use crate::scan::Sieve;

/// How often exports are read at most. Three times are enough, for the ids, for the names that go with
/// them, and for records that give those names alone, unless a file changes meanwhile.
const READINGS: usize = 8;

/// The events about one user, and the names under which records know them.
///
/// Found by [`Reader::user_events`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct UserEvents {
    /// The events about the user, and those of the families that concern everybody, by time (UTC); those of
    /// one time in the order of the inputs and of the records in them.
    pub events: Vec<Event>,
    /// The object ids and user principal names that are the user's, ASCII letters in lower case. Empty
    /// where no record names the user.
    pub names: BTreeSet<String>,
    /// What the last reading came to. Records that can be about nobody asked for are `not_relevant`.
    pub report: Report,
    /// Whether every event of the user is sure to be among [`events`](Self::events). If not, reading
    /// was broken off, or names came to light that earlier records may hold, and an input can be read
    /// only once, as standard input can.
    pub is_complete: bool,
}

impl Reader {
    /// Every event about one user, under whatever names records give them, and every event of the
    /// families in `everybody`, whomever it is about.
    ///
    /// The user is asked for by user principal name, by object id, or by the home address of a guest.
    /// A record that names the user so gives away the id, and with it other names of one who was renamed.
    /// An event is the user's if the id in it is, or, where it has none, the user principal name: a name
    /// that goes with another id is somebody else's. Where two users bore the name that is asked for,
    /// both are meant. All comparisons are ASCII case aside.
    ///
    /// The filter of this reader holds for every event, but for its users, which are replaced.
    ///
    /// Only records that may name the user are decoded, so that one reading costs little more than
    /// [`Events::summarize`](crate::Events::summarize); one more follows where records that were passed
    /// over may bear a name found in it. What cannot be read again, as standard input cannot, is decoded in
    /// full. Faults are handed to `on_fault` in the first reading alone; where
    /// that breaks, the events are those of what was read so far.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use regaudit::{Reader, catalogue::Family};
    /// let found = Reader::new().user_events(
    ///     "ada@example.com",
    ///     &[Family::Policy],
    ///     ["fixtures/exports/graph-v1-page-1.json"],
    ///     |fault| {
    ///         eprintln!("{fault}");
    ///         ControlFlow::Continue(())
    ///     },
    /// );
    /// assert!(found.is_complete);
    /// assert!(found.names.contains("ada@example.com"));
    /// assert!(found.events.is_sorted_by_key(|event| event.time));
    /// ```
    pub fn user_events<P: AsRef<Path>>(
        &self,
        user: &str,
        everybody: &[Family],
        paths: impl IntoIterator<Item = P>,
        on_fault: impl FnMut(Error) -> ControlFlow<()>,
    ) -> UserEvents {
        let paths = paths.into_iter().map(|path| path.as_ref().to_owned()).collect();
        Search { reader: self, everybody, paths, recent: None, with_namesakes: false }
            .run(user, on_fault)
    }

    /// What a complaint of one user is looked into with: every event about the user, those that tell to whom
    /// the user's names went or from whom they came, and the changes of policy.
    ///
    /// Of changes of Conditional Access, which automation may make by the thousand, the last one of each
    /// policy is among them, and those of the `reach` before the complaint; what happened after it need not
    /// be. The complaint is at the end of the log where no time is given. Everything else is as in
    /// [`user_events`](Self::user_events).
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use chrono::TimeDelta;
    /// use regaudit::Reader;
    /// let log = ["fixtures/ticket/audit-log.json"];
    /// let read = Reader::new().complaint_events(
    ///     "ben@example.com", None, TimeDelta::hours(2), log, |_| ControlFlow::Continue(()),
    /// );
    /// assert!(read.is_complete);
    /// assert_eq!(read.events.len(), 4);
    /// ```
    pub fn complaint_events<P: AsRef<Path>>(
        &self,
        user: &str,
        at: Option<DateTime<Utc>>,
        reach: TimeDelta,
        paths: impl IntoIterator<Item = P>,
        on_fault: impl FnMut(Error) -> ControlFlow<()>,
    ) -> UserEvents {
        let paths = paths.into_iter().map(|path| path.as_ref().to_owned()).collect();
        let recent = self.may_defer().then_some(Span { at, reach });
        let everybody = &[Family::Policy];
        Search { reader: self, everybody, paths, recent, with_namesakes: true }.run(user, on_fault)
    }
}

/// What is read, as often as it takes.
struct Search<'a> {
    reader: &'a Reader,
    everybody: &'a [Family],
    paths: Vec<PathBuf>,
    /// Which of the changes are needed that may be put off; all, where nothing is said.
    recent: Option<Span>,
    /// Whether events of others who bear the user's names are wanted as well.
    with_namesakes: bool,
}

impl Search<'_> {
    fn run(&self, user: &str, mut on_fault: impl FnMut(Error) -> ControlFlow<()>) -> UserEvents {
        let mut known = KnownAs::new(user);
        if !self.paths.iter().all(|path| can_be_read_again(path)) {
            return self.read_once(known, &mut on_fault);
        }
        let mut reading = self.read(&known, &mut on_fault);
        known.learn(&reading.events);
        let mut is_complete = !reading.is_broken_off;
        let mut readings = 1;
        while is_complete && reading.may_have_missed(&known) {
            is_complete = readings < READINGS;
            if is_complete {
                reading = self.read(&known, &mut |_| ControlFlow::Continue(()));
                known.learn(&reading.events);
                readings += 1;
            }
        }
        let Reading { mut events, report, searched, .. } = reading;
        events.retain(|event| {
            known.is_theirs(event)
                || (self.with_namesakes && known.is_of_namesake(event))
                || self.concerns_everybody(event, &searched)
        });
        events.sort_by_key(|event| event.time);
        UserEvents { events, names: known.names, report, is_complete }
    }

    /// Everything decoded, with what is known of the user as it comes to light: what cannot be read again is
    /// not passed over by names that were known from the beginning.
    fn read_once(
        &self,
        mut known: KnownAs,
        on_fault: &mut dyn FnMut(Error) -> ControlFlow<()>,
    ) -> UserEvents {
        let mut read = self.reader.clone().about_anybody().paths(&self.paths);
        let (mut events, mut passed_over) = (Vec::new(), HashSet::new());
        let broken_off = read.by_ref().try_for_each(|event| {
            let event = match event {
                Ok(event) => event,
                Err(fault) => return on_fault(fault),
            };
            let is_theirs = known.takes(&event);
            let is_namesake = self.with_namesakes && known.is_of_namesake(&event);
            if is_theirs || is_namesake || self.is_of_everybody(&event) {
                events.push(event);
            } else if let Some(key) = key_of(&event) {
                passed_over.insert(key);
            }
            ControlFlow::Continue(())
        });
        // An event of everybody may tell more, now that it is known whose it is.
        known.learn(&events);
        events.sort_by_key(|event| event.time);
        let is_complete = broken_off.is_continue() && !passed_over.iter().any(|key| known.has(key));
        UserEvents { events, names: known.names, report: read.report().clone(), is_complete }
    }
}

/// What one reading came to.
struct Reading {
    /// Those that name the user in some way, and those that concern everybody.
    events: Vec<Event>,
    report: Report,
    /// The names that were looked for.
    searched: BTreeSet<String>,
    /// The names in records that were passed over.
    passed_over: Arc<Sieve>,
    is_broken_off: bool,
}

impl Search<'_> {
    fn read(&self, known: &KnownAs, on_fault: &mut dyn FnMut(Error) -> ControlFlow<()>) -> Reading {
        let searched = known.all();
        let passed_over = Arc::new(Sieve::new(!known.asked.contains('@')));
        let users = searched.iter().cloned().collect();
        let reader = self.reader.clone().about(users, self.everybody, Arc::clone(&passed_over));
        let read = reader.paths(&self.paths);
        let (events, report, broken_off) = match self.recent {
            Some(span) => read_needed(read, span, on_fault),
            None => read_all(read, on_fault),
        };
        Reading { events, report, searched, passed_over, is_broken_off: broken_off.is_break() }
    }

    /// Whether an event that was read is wanted whomever it is about. One that bears none of the names
    /// that were looked for was read for no other reason.
    fn concerns_everybody(&self, event: &Event, searched: &BTreeSet<String>) -> bool {
        !searched.iter().any(|name| is_about(event, name)) || self.is_of_everybody(event)
    }

    fn is_of_everybody(&self, event: &Event) -> bool {
        classify(event).is_some_and(|found| self.everybody.contains(&found.family))
    }
}

fn read_all(
    mut read: Events<'_>,
    on_fault: &mut dyn FnMut(Error) -> ControlFlow<()>,
) -> (Vec<Event>, Report, ControlFlow<()>) {
    let mut events = Vec::new();
    let broken_off = read.by_ref().try_for_each(|event| match event {
        Ok(event) => {
            events.push(event);
            ControlFlow::Continue(())
        }
        Err(fault) => on_fault(fault),
    });
    (events, read.report().clone(), broken_off)
}

impl Reading {
    /// Whether a record that was passed over may be about the user, by a name that is known by now.
    fn may_have_missed(&self, known: &KnownAs) -> bool {
        let all = known.all();
        all.difference(&self.searched).any(|name| self.passed_over.may_hold(name))
    }
}

/// Whether a path gives the same each time: standard input and pipes give what they have once.
fn can_be_read_again(path: &Path) -> bool {
    path.as_os_str() != "-" && (path.is_file() || path.is_dir() || !path.exists())
}
