//! Attempts from events that come roughly in the order of time, while they come.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::ledger::{Ledger, Note};
use super::{Attempt, Attempts, DirectoryMethods, sittings, sort_by_time, twins};
use crate::catalogue::{Classification, classify};
use crate::model::Event;

/// Attempts as soon as no further event can join them.
///
/// It keeps the events of each user from the last pause on that is longer than anything which joins
/// events ([`Attempts::CORRELATION_REACH`] or the gap, whichever is longer), and that is further back
/// than the lateness; so the events kept follow the number of users at work within some days, and not the
/// length of the log. A user without such a pause is kept whole. The names of users, and each source and
/// kind of event, are kept once for good.
///
/// As long as no event is later than the lateness allows, and each user is named by object id always or by
/// name always, the attempts are those of [`Attempts`]. An event that is later still counts, but may
/// stand in an attempt of its own; [`late`](Self::late) says how many there were.
///
/// ```
/// use chrono::TimeDelta;
/// use regaudit::{AttemptWindow, Reader};
/// let mut window = AttemptWindow::new(TimeDelta::hours(1));
/// let mut attempts = Vec::new();
/// for event in Reader::new().paths(["fixtures/exports/diagnostic-archive.zst"]) {
///     attempts.extend(window.add(&event?));
/// }
/// let late = window.late();
/// attempts.extend(window.finish());
/// assert_eq!(late, 0);
/// # Ok::<(), regaudit::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct AttemptWindow {
    ledger: Ledger,
    gap: TimeDelta,
    lateness: TimeDelta,
    newest_first: bool,
    /// The time of the event furthest on: the newest, or the oldest where the newest come first.
    front: Option<DateTime<Utc>>,
    late: u64,
    /// How many notes are let come together before the settled ones are looked for.
    patience: usize,
}

/// The least number of notes for which it is worthwhile to look.
const PATIENCE: usize = 1024;

impl AttemptWindow {
    /// A window for events of which none is more than `lateness` older than one before it.
    pub fn new(lateness: TimeDelta) -> Self {
        Self {
            ledger: Ledger::default(),
            gap: Attempts::GAP,
            lateness: lateness.max(TimeDelta::zero()),
            newest_first: false,
            front: None,
            late: 0,
            patience: PATIENCE,
        }
    }

    /// The longest time between two steps of one sitting; a negative one counts as none.
    #[must_use]
    pub fn gap(mut self, gap: TimeDelta) -> Self {
        self.gap = gap.max(TimeDelta::zero());
        self
    }

    /// For events of which the newest come first, as in most downloads.
    #[must_use]
    pub fn newest_first(mut self) -> Self {
        self.newest_first = true;
        self
    }

    /// Adds an event, and hands out the attempts that are settled, by their first step.
    pub fn add(&mut self, event: &Event) -> Vec<Attempt> {
        let Some(classification) = classify(event) else { return Vec::new() };
        self.add_classified(event, &classification)
    }

    /// Adds an event whose classification is known.
    pub fn add_classified(
        &mut self,
        event: &Event,
        classification: &Classification,
    ) -> Vec<Attempt> {
        let stated = DirectoryMethods::of(event);
        let Some(note) = self.ledger.note(event, classification, stated) else {
            return Vec::new();
        };
        self.ledger.notes.push(note);
        let front = self.front.unwrap_or(note.time);
        self.late += u64::from(self.distance(note.time, front) > self.lateness);
        let is_further = self.distance(front, note.time) > TimeDelta::zero();
        self.front = Some(if is_further { note.time } else { front });
        if self.ledger.notes.len() < self.patience {
            return Vec::new();
        }
        let settled = self.settle();
        self.patience = PATIENCE.max(2 * self.ledger.notes.len());
        settled
    }

    /// How many events came later than the lateness allows.
    pub fn late(&self) -> u64 {
        self.late
    }

    /// How many events would count but name no user. They are in no attempt.
    pub fn events_without_user(&self) -> u64 {
        self.ledger.without_user
    }

    /// The attempts that are left.
    pub fn finish(self) -> Vec<Attempt> {
        let attempts = Attempts { ledger: self.ledger, gap: self.gap };
        attempts.finish().0
    }

    /// How far `to` is behind `from`, in the direction in which the events come.
    fn distance(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> TimeDelta {
        if self.newest_first { from - to } else { to - from }
    }

    /// Hands out what lies before a pause that nothing can fill any more.
    fn settle(&mut self) -> Vec<Attempt> {
        let Some(front) = self.front else { return Vec::new() };
        let reach = self.gap.max(Attempts::CORRELATION_REACH);
        let (users, numbers) = self.ledger.reconcile();
        let mut by_user: BTreeMap<u32, Vec<Note>> = BTreeMap::new();
        for note in self.ledger.notes.iter() {
            by_user.entry(numbers[note.user as usize]).or_default().push(*note);
        }
        let (mut attempts, mut kept) = (Vec::new(), Vec::new());
        for (user, mut notes) in by_user {
            notes.sort_by_key(|note| self.distance(front, note.time));
            let is_settled = |end: &usize| {
                let last = notes[*end - 1].time;
                let is_pause =
                    notes.get(*end).is_none_or(|next| self.distance(last, next.time) > reach);
                is_pause && self.distance(last, front) - self.lateness > reach
            };
            let end = (1..=notes.len()).rev().find(is_settled).unwrap_or_default();
            let records = self.ledger.records(&notes[..end]);
            let paired = twins::pair(&records);
            let identity = &users[user as usize];
            attempts.extend(sittings::attempts(&records, &paired, self.gap, identity));
            kept.extend_from_slice(&notes[end..]);
        }
        self.ledger.notes = kept.into_iter().collect();
        sort_by_time(&mut attempts);
        attempts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Target, parse_timestamp};
    use crate::origin::Origin;

    #[test]
    fn what_is_kept_does_not_grow_with_the_log() {
        let start = parse_timestamp("2026-03-09T08:00:00Z").unwrap();
        let mut window = AttemptWindow::new(TimeDelta::minutes(5));
        let (mut attempts, mut most) = (0, 0);
        for hour in 0..20_000 {
            let time = start + TimeDelta::hours(hour);
            let mut event =
                Event::new(time, "User reviewed security info", Origin::new("generated"));
            event.service = Some("Authentication Methods".to_owned());
            event.set_status("success");
            let user_principal_name = Some(format!("user{}@example.com", hour % 100));
            event.targets = vec![Target { user_principal_name, ..Target::default() }];
            attempts += window.add(&event).len();
            most = most.max(window.ledger.notes.len());
        }
        assert!(most <= PATIENCE, "{most} notes");
        assert_eq!(attempts + window.finish().len(), 20_000);
    }
}
