//! Summing up sketches: counts by number, turned into a summary at the end.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};

use super::{Counts, ReasonKey, Span, Summary, bounded};
use crate::catalogue::{Classification, Kind, SHELVES, Sketch, Sketchbook, UserNames, UserNumber};
use crate::model::{ActorKind, Event, Identity, Outcome};

/// The kinds of actor, in the order in which they are counted.
const ACTORS: [ActorKind; 5] = [
    ActorKind::User,
    ActorKind::Admin,
    ActorKind::Application,
    ActorKind::Service,
    ActorKind::Unknown,
];

/// A fold over sketches, and over events that could not be sketched. What it comes to is the same
/// [`Summary`] as that of the events.
#[derive(Debug)]
pub(crate) struct SketchSummary {
    book: Arc<Sketchbook>,
    kinds: Vec<Arc<Kind>>,
    briefs: Vec<Brief>,
    /// Events by kind and actor.
    counts: Vec<[u64; ACTORS.len()]>,
    users: [Vec<UserSketch>; SHELVES],
    without_user: u64,
    span: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// The day that is being counted, as the events of a log come in order.
    today: (i32, Counts),
    days: BTreeMap<i32, Counts>,
    /// The events that came whole.
    whole: Summary,
}

/// What is asked of a kind for each of its events.
#[derive(Debug, Clone, Copy)]
struct Brief {
    outcome: Outcome,
    is_maintenance: bool,
    /// Whether it is a success that names methods.
    has_methods: bool,
}

impl Brief {
    fn of(kind: &Kind) -> Self {
        let Classification { outcome, maintenance, methods, .. } = &kind.classification;
        Self {
            outcome: *outcome,
            is_maintenance: *maintenance,
            has_methods: *outcome == Outcome::Success && !methods.is_empty(),
        }
    }
}

#[derive(Debug, Clone, Default)]
struct UserSketch {
    span: Span,
    outcomes: Counts,
    succeeded: KindSet,
}

/// Some of the kinds: the first of them, of which most events are, as bits.
#[derive(Debug, Clone, Default)]
struct KindSet {
    first: u128,
    others: Vec<u32>,
}

impl KindSet {
    fn insert(&mut self, kind: u32) {
        if kind < u128::BITS {
            self.first |= 1 << kind;
        } else if !self.others.contains(&kind) {
            self.others.push(kind);
        }
    }

    fn iter(&self) -> impl Iterator<Item = u32> {
        let first = (0..u128::BITS).filter(|kind| self.first >> kind & 1 == 1);
        first.chain(self.others.iter().copied())
    }
}

impl SketchSummary {
    pub(crate) fn new(book: Arc<Sketchbook>) -> Self {
        Self {
            book,
            kinds: Vec::new(),
            briefs: Vec::new(),
            counts: Vec::new(),
            users: std::array::from_fn(|_| Vec::new()),
            without_user: 0,
            span: None,
            today: (0, Counts::default()),
            days: BTreeMap::new(),
            whole: Summary::new(),
        }
    }

    /// Counts an event that is not a sketch.
    pub(crate) fn add_whole(&mut self, event: &Event, classification: &Classification) {
        self.whole.add_classified(event, classification);
    }

    /// Counts a sketch.
    pub(crate) fn add(&mut self, sketch: &Sketch) {
        let number = sketch.kind as usize;
        if number >= self.kinds.len() {
            self.kinds = self.book.kinds();
            self.briefs = self.kinds.iter().map(|kind| Brief::of(kind)).collect();
            self.counts.resize(self.kinds.len(), [0; ACTORS.len()]);
        }
        self.counts[number][sketch.actor as usize] += 1;
        let (first, last) = self.span.unwrap_or((sketch.time, sketch.time));
        self.span = Some((first.min(sketch.time), last.max(sketch.time)));
        let Brief { outcome, is_maintenance, has_methods } = self.briefs[number];
        if is_maintenance {
            return;
        }
        let day = sketch.time.num_days_from_ce();
        if self.today.0 != day {
            self.end_day();
            self.today.0 = day;
        }
        self.today.1.add(outcome);
        let Some(UserNumber { shelf, place }) = sketch.user else {
            self.without_user += 1;
            return;
        };
        let (users, place) = (&mut self.users[usize::from(shelf)], place as usize);
        if place >= users.len() {
            users.resize_with(place + 1, UserSketch::default);
        }
        let user = &mut users[place];
        user.span.add(Span::at(sketch.time));
        user.outcomes.add(outcome);
        if has_methods {
            user.succeeded.insert(sketch.kind);
        }
    }

    fn end_day(&mut self) {
        let (day, counts) = std::mem::take(&mut self.today);
        if counts.total() > 0 {
            self.days.entry(day).or_default().merge(counts);
        }
    }

    /// The summary of all that was counted.
    pub(crate) fn into_summary(mut self) -> Summary {
        self.end_day();
        let mut summary = std::mem::take(&mut self.whole);
        summary.span.add(Span(self.span));
        summary.without_user += self.without_user;
        for (kind, counts) in self.kinds.iter().zip(&self.counts) {
            add_kind(&mut summary, kind, counts);
        }
        for (day, counts) in &self.days {
            if let Some(day) = NaiveDate::from_num_days_from_ce_opt(*day) {
                summary.days.entry(day).or_default().merge(*counts);
            }
        }
        self.book.for_each_user(|number, names| {
            let users = &self.users[usize::from(number.shelf)];
            let sketch = users.get(number.place as usize);
            if let Some(sketch) = sketch.filter(|sketch| sketch.outcomes.total() > 0) {
                add_user(&mut summary, names, sketch, &self.kinds);
            }
        });
        summary
    }
}

/// Adds the events of a kind, by actor.
fn add_kind(summary: &mut Summary, kind: &Kind, counts: &[u64; ACTORS.len()]) {
    let classification = &kind.classification;
    let outcome = classification.outcome;
    let events: u64 = counts.iter().sum();
    if events == 0 {
        return;
    }
    *summary.families.entry(classification.family).or_default() += events;
    if classification.maintenance {
        *summary.maintenance.entry(classification.rule).or_default() += events;
        return;
    }
    let mut outcomes = Counts::default();
    *outcomes.of_mut(outcome) = events;
    summary.outcomes.merge(outcomes);
    bounded(&mut summary.activities, &kind.activity).merge(outcomes);
    for method in &classification.methods {
        bounded(&mut summary.methods, method.as_str()).merge(outcomes);
    }
    for (actor, &events) in ACTORS.iter().zip(counts).filter(|(_, events)| **events > 0) {
        *summary.actors.entry(*actor).or_default().of_mut(outcome) += events;
    }
    let key = ReasonKey {
        rule: classification.rule,
        outcome,
        methods: classification.methods.clone(),
        reason: kind.reason.clone(),
    };
    summary.count_reason(key, events);
}

/// Adds what the events of a user came to.
fn add_user(summary: &mut Summary, names: UserNames<'_>, sketch: &UserSketch, kinds: &[Arc<Kind>]) {
    let identity = Identity {
        id: names.id.map(text),
        user_principal_name: names.user_principal_name.map(text),
        display_name: names.display_name.map(text),
        other_names: Vec::new(),
    };
    let Some(key) = identity.key() else { return };
    let user = summary.users.entry(key).or_default();
    user.identity.fill_in(&identity);
    user.span.add(sketch.span);
    user.outcomes.merge(sketch.outcomes);
    for kind in sketch.succeeded.iter() {
        user.add_succeeded(kinds[kind as usize].classification.methods.iter().cloned());
    }
}

/// A name as text; only what is UTF-8 is sketched.
fn text(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_kept_once() {
        let mut kinds = KindSet::default();
        for kind in [500, 127, 0, 128, 500, 0, 127] {
            kinds.insert(kind);
        }
        assert!(kinds.iter().eq([0, 127, 500, 128]));
    }
}
