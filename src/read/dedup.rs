//! Which events were met before.
//!
//! The same event reaches us through several exports. Where a record has an id, id and activity
//! tell it (real exports hold one id on two different records). The portal's CSV has no ids: its rows
//! are told by time, correlation id, activity, target and reason, and match records of other files
//! only, as often as those files hold them, never rows of their own file, because two rows alike are
//! two records.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, Hash};

use chrono::{DateTime, SubsecRound as _, Utc};
use foldhash::{fast, quality};

use crate::model::{Event, Reason};

/// A hash of 128 bits, keyed at random: two different events are not taken for one in the life of
/// any log.
type Key = (u64, u64);

/// What tells an event from others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    /// Of its id and activity, where it has an id.
    id: Option<Key>,
    /// Of its content, where other inputs may hold the same event without its id.
    content: Option<Key>,
}

/// What of an event goes into its fingerprint.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Traits<'a> {
    pub(crate) id: Option<&'a [u8]>,
    pub(crate) time: DateTime<Utc>,
    pub(crate) correlation_id: Option<&'a [u8]>,
    pub(crate) activity: &'a str,
    /// The id of the target, else its name.
    pub(crate) target: Option<&'a [u8]>,
    pub(crate) reason: Option<&'a str>,
}

impl<'a> Traits<'a> {
    pub(crate) fn of(event: &'a Event) -> Self {
        let target = event.target_user();
        let target = target
            .and_then(|target| target.id.as_deref().or(target.user_principal_name.as_deref()));
        Self {
            id: event.id.as_deref().map(str::as_bytes),
            time: event.time,
            correlation_id: event.correlation_id.as_deref().map(str::as_bytes),
            activity: event.activity.as_str(),
            target: target.map(str::as_bytes),
            reason: event.reason.as_ref().map(Reason::as_str),
        }
    }
}

/// Takes fingerprints, on any thread.
#[derive(Debug, Default)]
pub(crate) struct Fingerprints {
    hashers: (quality::RandomState, quality::RandomState),
    /// Whether there are other inputs.
    has_others: bool,
}

impl Fingerprints {
    pub(crate) fn new(inputs: usize) -> Self {
        Self { has_others: inputs > 1, ..Self::default() }
    }

    /// Whether fingerprints are taken of the content as well.
    pub(crate) fn take_content(&self) -> bool {
        self.has_others
    }

    pub(crate) fn take(&self, traits: &Traits<'_>) -> Fingerprint {
        let id = traits.id.map(|id| self.key(&(id, traits.activity)));
        let content = || {
            self.key(&(
                coarse(traits.time),
                traits.correlation_id.map(<[u8]>::to_ascii_lowercase),
                traits.activity,
                traits.target.map(<[u8]>::to_ascii_lowercase),
                traits.reason,
            ))
        };
        Fingerprint { id, content: self.has_others.then(content) }
    }

    fn key(&self, value: &impl Hash) -> Key {
        (self.hashers.0.hash_one(value), self.hashers.1.hash_one(value))
    }
}

/// The events met so far.
#[derive(Debug, Default)]
pub(crate) struct Dedup {
    ids: HashSet<Key, fast::RandomState>,
    contents: HashMap<Key, Sightings, fast::RandomState>,
    file: u32,
}

/// How often events of one content were met.
#[derive(Debug, Default, Clone, Copy)]
struct Sightings {
    /// Told apart so far: as many as the file that shows the most of them.
    known: u32,
    /// Those of `known` that came without an id and that no id was matched with yet.
    unclaimed: u32,
    /// The file that showed one without an id last, and how many it showed.
    file: u32,
    in_file: u32,
}

impl Dedup {
    /// A new file begins.
    pub(crate) fn next_file(&mut self) {
        self.file += 1;
    }

    /// Whether the event was met before; from now on it was.
    pub(crate) fn is_duplicate(&mut self, fingerprint: &Fingerprint) -> bool {
        let is_new = fingerprint.id.is_none_or(|id| self.ids.insert(id));
        let (true, Some(content)) = (is_new, fingerprint.content) else {
            return !is_new;
        };
        let sightings = self.contents.entry(content).or_default();
        match fingerprint.id {
            Some(_) => sightings.is_claimed_by_id(self.file),
            None => sightings.is_known_row(self.file),
        }
    }
}

impl Sightings {
    /// Whether an event with an id that is new is one that another file showed without its id.
    fn is_claimed_by_id(&mut self, file: u32) -> bool {
        let is_claimed = self.unclaimed > 0 && self.file != file;
        if is_claimed {
            self.unclaimed -= 1;
        } else {
            self.known += 1;
        }
        is_claimed
    }

    /// Whether a row without an id is one that another file showed.
    fn is_known_row(&mut self, file: u32) -> bool {
        if self.file != file {
            self.file = file;
            self.in_file = 0;
        }
        self.in_file += 1;
        let is_known = self.in_file <= self.known;
        if !is_known {
            self.known += 1;
            self.unclaimed += 1;
        }
        is_known
    }
}

/// The coarsest precision in which an export writes times.
fn coarse(time: DateTime<Utc>) -> DateTime<Utc> {
    time.trunc_subsecs(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::parse_timestamp;
    use crate::origin::Origin;

    fn event(id: Option<&str>) -> Event {
        let time = parse_timestamp("2026-03-09T08:00:00.25Z").unwrap();
        let mut event = Event::new(time, "User registered security info", Origin::new("test"));
        event.id = id.map(str::to_owned);
        event
    }

    /// Reads files of rows, each with an id or without, and tells how many events are told apart.
    fn told_apart(files: &[&[Option<&str>]]) -> usize {
        let fingerprints = Fingerprints::new(files.len());
        let mut dedup = Dedup::default();
        let mut yielded = 0;
        for rows in files {
            dedup.next_file();
            yielded += rows
                .iter()
                .map(|id| fingerprints.take(&Traits::of(&event(*id))))
                .filter(|fingerprint| !dedup.is_duplicate(fingerprint))
                .count();
        }
        yielded
    }

    #[test]
    fn rows_without_ids_match_other_files_as_a_multiset() {
        let (a, b, row) = (Some("a"), Some("b"), None);
        assert_eq!(told_apart(&[&[row, row]]), 2, "rows alike in one file are two");
        assert_eq!(told_apart(&[&[row, row], &[row]]), 2);
        assert_eq!(told_apart(&[&[row], &[row, row, row]]), 3);
        assert_eq!(told_apart(&[&[a, a, b]]), 2, "delivered at least once");
        assert_eq!(told_apart(&[&[a, b], &[row, row]]), 2);
        assert_eq!(told_apart(&[&[row, row], &[a, b]]), 2);
        assert_eq!(told_apart(&[&[a], &[row, row], &[b]]), 2);
        assert_eq!(told_apart(&[&[row], &[a], &[row], &[a]]), 1);
        assert_eq!(told_apart(&[&[row], &[a, b]]), 2);
    }
}
