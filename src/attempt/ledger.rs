//! Events as notes of a few bytes: what repeats is kept once, and a note has its number.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use foldhash::fast::RandomState;

use super::answer::DirectoryMethods;
use super::part::{Part, Step};
use super::pieces::Pieces;
use crate::catalogue::Classification;
use crate::model::{ActorKind, Event, Identity, KnownNames, Method, Outcome};
use crate::origin::Origin;

/// What is kept of an event.
#[derive(Debug, Clone, Copy)]
pub(super) struct Note {
    pub(super) time: DateTime<Utc>,
    /// The number of the way in which the event names its user.
    pub(super) user: u32,
    kind: u32,
    correlation: Correlation,
    source: u32,
    /// Record, line and byte; [`NOWHERE`] stands for none.
    place: [u64; 3],
}

const NOWHERE: u64 = u64::MAX;

/// A correlation id. Nearly all are GUIDs, and nearly each event has one of its own.
#[derive(Debug, Clone, Copy)]
enum Correlation {
    None,
    Guid([u8; 16]),
    Text(u32),
}

/// What events of a kind have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Kind {
    pub(super) part: Part,
    pub(super) outcome: Outcome,
    pub(super) actor: ActorKind,
    pub(super) rule: &'static str,
    pub(super) methods: Vec<Method>,
    pub(super) reason: Option<String>,
    /// What the directory states with it.
    pub(super) stated: Option<DirectoryMethods>,
}

impl Kind {
    pub(super) fn step(&self) -> Option<Step> {
        self.part.step(self.outcome)
    }

    /// Whether it is the user's own doing, as far as the log says who did it.
    pub(super) fn is_own(&self) -> bool {
        matches!(self.actor, ActorKind::User | ActorKind::Unknown)
    }
}

/// A note with what its numbers stand for.
#[derive(Debug, Clone)]
pub(super) struct Record<'ledger> {
    pub(super) time: DateTime<Utc>,
    pub(super) kind: &'ledger Kind,
    pub(super) correlation: Option<String>,
    pub(super) origin: Origin,
}

/// Notes, and what their numbers stand for.
#[derive(Debug, Clone, Default)]
pub(super) struct Ledger {
    pub(super) notes: Pieces<Note>,
    pub(super) without_user: u64,
    kinds: Numbered<Kind>,
    users: Numbered<Identity>,
    sources: Numbered<str>,
    correlations: Numbered<str>,
}

impl Ledger {
    /// The note of an event; `None` where it tells nothing of attempts and methods, or names no user.
    pub(super) fn note(
        &mut self,
        event: &Event,
        classification: &Classification,
        stated: Option<DirectoryMethods>,
    ) -> Option<Note> {
        let part = Part::of(classification.rule)?;
        let identity = Identity::of(event);
        if identity.key().is_none() {
            self.without_user += 1;
            return None;
        }
        let kind = Kind {
            part,
            outcome: classification.outcome,
            actor: event.actor_kind(),
            rule: classification.rule,
            methods: classification.methods.clone(),
            reason: event.reason.as_ref().map(|reason| reason.as_str().to_owned()),
            stated,
        };
        let origin = &event.origin;
        Some(Note {
            time: event.time,
            user: self.users.number(Arc::new(identity)),
            kind: self.kinds.number(Arc::new(kind)),
            correlation: self.correlation(event.correlation_id.as_deref()),
            source: self.sources.number(Arc::clone(&origin.source)),
            place: [origin.record, origin.line, origin.byte].map(|at| at.unwrap_or(NOWHERE)),
        })
    }

    fn correlation(&mut self, id: Option<&str>) -> Correlation {
        let Some(id) = id.filter(|id| !id.is_empty()) else { return Correlation::None };
        let id = id.to_ascii_lowercase();
        match parse_guid(&id) {
            Some(guid) => Correlation::Guid(guid),
            None => Correlation::Text(self.correlations.number(id.into())),
        }
    }

    /// The users, in the order of their names, and which of them is meant by each way of naming one.
    pub(super) fn reconcile(&self) -> (Vec<Identity>, Vec<u32>) {
        let ways = &self.users.list;
        let mut by_key: Vec<(String, u32)> =
            ways.iter().map(|way| way.key().unwrap_or_default()).zip(0..).collect();
        by_key.sort_unstable();
        // Ways with one key are one user.
        let mut users: Vec<(String, Identity)> = Vec::new();
        let mut user_of = vec![0; ways.len()];
        for (key, way) in by_key {
            if users.last().is_none_or(|(last, _)| *last != key) {
                users.push((key, Identity::default()));
            }
            if let Some((_, user)) = users.last_mut() {
                user.fill_in(&ways[way as usize]);
            }
            user_of[way as usize] = users.len() - 1;
        }
        let joined = joined(&users);
        for (user, with) in joined.iter().enumerate().filter(|(user, with)| user != *with) {
            let names = std::mem::take(&mut users[user].1);
            users[*with].1.fill_in(&names);
        }
        let mut order: Vec<usize> =
            (0..users.len()).filter(|user| joined[*user] == *user).collect();
        order.sort_by_cached_key(|user| {
            let (key, user) = &users[*user];
            (user.user_principal_name.as_ref().map(|name| name.to_lowercase()), key.clone())
        });
        let mut places = vec![0; users.len()];
        for (user, place) in order.iter().zip(0..) {
            places[*user] = place;
        }
        let numbers = user_of.into_iter().map(|user| places[joined[user]]).collect();
        let in_order = order.into_iter().map(|user| std::mem::take(&mut users[user].1));
        (in_order.collect(), numbers)
    }

    /// Lets go of the ways in which users are named, once users are reconciled.
    pub(super) fn drop_names(&mut self) {
        self.users = Numbered::default();
    }

    /// The notes in the order of time; at the same time, in an order that does not depend on how they
    /// came.
    pub(super) fn records(&self, notes: &[Note]) -> Vec<Record<'_>> {
        let mut records: Vec<Record<'_>> = notes.iter().map(|note| self.record(note)).collect();
        records.sort_by(|a, b| {
            let place = |origin: &Origin| (origin.record, origin.line, origin.byte);
            (a.time, a.kind.step(), a.kind, &a.correlation)
                .cmp(&(b.time, b.kind.step(), b.kind, &b.correlation))
                .then_with(|| a.origin.source.cmp(&b.origin.source))
                .then_with(|| place(&a.origin).cmp(&place(&b.origin)))
        });
        records
    }

    fn record(&self, note: &Note) -> Record<'_> {
        let mut origin = Origin::new(Arc::clone(self.sources.of(note.source)));
        let [record, line, byte] = note.place.map(|at| (at != NOWHERE).then_some(at));
        (origin.record, origin.line, origin.byte) = (record, line, byte);
        let correlation = match note.correlation {
            Correlation::None => None,
            Correlation::Guid(guid) => Some(format_guid(guid)),
            Correlation::Text(number) => Some(self.correlations.of(number).to_string()),
        };
        Record { time: note.time, kind: self.kinds.of(note.kind), correlation, origin }
    }
}

/// For each user, who come in the order of their keys, the one they are: a user known by name alone is
/// the one whose id goes with that name.
fn joined(users: &[(String, Identity)]) -> Vec<usize> {
    let known = KnownNames::of(users.iter().map(|(key, user)| (key, user)));
    let one_of = |key: &str| users.binary_search_by(|(other, _)| other.as_str().cmp(key));
    let joined = users.iter().zip(0..).map(|((key, user), place)| {
        let key_of = known.key_of(key, user);
        if key_of == key { place } else { one_of(key_of).unwrap_or(place) }
    });
    joined.collect()
}

/// Values by number, and numbers by value.
#[derive(Debug)]
struct Numbered<T: ?Sized> {
    list: Vec<Arc<T>>,
    numbers: HashMap<Arc<T>, u32, RandomState>,
}

impl<T: ?Sized> Default for Numbered<T> {
    fn default() -> Self {
        Self { list: Vec::new(), numbers: HashMap::default() }
    }
}

impl<T: ?Sized> Clone for Numbered<T> {
    fn clone(&self) -> Self {
        Self { list: self.list.clone(), numbers: self.numbers.clone() }
    }
}

impl<T: ?Sized + Eq + Hash> Numbered<T> {
    fn number(&mut self, value: Arc<T>) -> u32 {
        if let Some(number) = self.numbers.get(&value) {
            return *number;
        }
        // Memory ends long before four billion different values.
        let number = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        self.list.push(Arc::clone(&value));
        self.numbers.insert(value, number);
        number
    }

    fn of(&self, number: u32) -> &Arc<T> {
        &self.list[number as usize]
    }
}

/// The bytes of a GUID in its usual form and lower case.
fn parse_guid(text: &str) -> Option<[u8; 16]> {
    let digits: String = text.split('-').collect();
    let guid = u128::from_str_radix(&digits, 16).ok()?.to_be_bytes();
    (format_guid(guid) == text).then_some(guid)
}

fn format_guid(guid: [u8; 16]) -> String {
    let digits = format!("{:032x}", u128::from_be_bytes(guid));
    [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_as_small_as_the_documentation_says() {
        let place = size_of::<u32>();
        assert_eq!(size_of::<Note>() + place, 76);
    }

    #[test]
    fn guids_are_told_from_other_texts() {
        let guid = "00000000-0000-4000-8000-00000000c001";
        assert_eq!(format_guid(parse_guid(guid).unwrap()), guid);
        for text in
            ["", "1", "+0000000-0000-4000-8000-00000000c001", "00000000000040008000000000000001"]
        {
            assert_eq!(parse_guid(text), None, "{text}");
        }
    }
}
