//! Events of which only what is counted is kept.
//!
//! Millions of events are of a few hundred kinds and of some thousand users. A [`Sketch`] is an event
//! as a kind, a user, a time and an actor, all of them numbers; the [`Sketchbook`] has what the numbers
//! stand for, and is shared by all threads of one reading.

use std::collections::HashMap;
use std::hash::BuildHasher as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use foldhash::fast::RandomState;
use foldhash::quality;

use super::classify::Classification;
use crate::model::{ActorKind, Event, Reason};

/// An event of a known kind.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sketch {
    pub(crate) time: DateTime<Utc>,
    /// The number of its [`Kind`].
    pub(crate) kind: u32,
    /// The user it is about.
    pub(crate) user: Option<UserNumber>,
    pub(crate) actor: ActorKind,
}

/// What all events of a kind have in common.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Kind {
    pub(crate) classification: Classification,
    pub(crate) activity: String,
    /// The reason without numbers.
    pub(crate) reason: String,
}

impl Kind {
    pub(crate) fn of(event: &Event, classification: Classification) -> Self {
        Self {
            classification,
            activity: event.activity.as_str().to_owned(),
            reason: event.reason.as_ref().map(Reason::without_numbers).unwrap_or_default(),
        }
    }
}

/// How an event names its user, in UTF-8.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) struct UserNames<'a> {
    pub(crate) id: Option<&'a [u8]>,
    pub(crate) user_principal_name: Option<&'a [u8]>,
    pub(crate) display_name: Option<&'a [u8]>,
}

impl<'a> UserNames<'a> {
    /// The object id and the user principal name.
    pub(crate) fn ids(self) -> (Option<&'a [u8]>, Option<&'a [u8]>) {
        (self.id, self.user_principal_name)
    }
}

/// The number of a user, or rather of one way to name a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UserNumber {
    pub(crate) shelf: u8,
    pub(crate) place: u32,
}

/// How many shelves users stand on, so that threads rarely want the same one.
pub(crate) const SHELVES: usize = 16;

/// How many kinds are kept. Real logs hold a few hundred.
const KINDS: usize = 10_000;

/// What the numbers in sketches stand for.
#[derive(Debug)]
pub(crate) struct Sketchbook {
    kinds: Mutex<Kinds>,
    shelves: [Mutex<Shelf>; SHELVES],
    /// Keyed at random: two users are not taken for one.
    hasher: quality::RandomState,
}

/// What a thread remembers of users: those it met of late, so that it need not ask for them where
/// other threads ask, too.
pub(crate) struct UserMemory {
    joined: Vec<u8>,
    /// By hash, so that a look costs one place in memory.
    recent: Box<[Option<(u64, UserNumber)>]>,
}

/// How many users a thread remembers.
const RECENT: u64 = 16 * 1024;

impl Default for UserMemory {
    fn default() -> Self {
        Self { joined: Vec::new(), recent: (0..RECENT).map(|_| None).collect() }
    }
}

/// Kinds by number, and numbers by kind.
#[derive(Debug, Default)]
struct Kinds {
    list: Vec<Arc<Kind>>,
    numbers: HashMap<Arc<Kind>, u32, RandomState>,
}

/// Users by their names, which are joined.
#[derive(Debug, Default)]
struct Shelf(HashMap<Box<[u8]>, u32, RandomState>);

impl Default for Sketchbook {
    fn default() -> Self {
        Self {
            kinds: Mutex::default(),
            shelves: std::array::from_fn(|_| Mutex::default()),
            hasher: quality::RandomState::default(),
        }
    }
}

impl Sketchbook {
    /// The number of a kind; `None` where there are too many.
    pub(crate) fn kind(&self, kind: Kind) -> Option<u32> {
        let mut kinds = lock(&self.kinds);
        if let Some(number) = kinds.numbers.get(&kind) {
            return Some(*number);
        }
        if kinds.list.len() >= KINDS {
            return None;
        }
        let number = u32::try_from(kinds.list.len()).ok()?;
        let kind = Arc::new(kind);
        kinds.list.push(Arc::clone(&kind));
        kinds.numbers.insert(kind, number);
        Some(number)
    }

    /// Every kind, by number.
    pub(crate) fn kinds(&self) -> Vec<Arc<Kind>> {
        lock(&self.kinds).list.clone()
    }

    /// The number of a user; `None` where no name is given.
    pub(crate) fn user(&self, names: UserNames<'_>, memory: &mut UserMemory) -> Option<UserNumber> {
        names.id.or(names.user_principal_name)?;
        let hash = self.hasher.hash_one(names);
        let remembered = &mut memory.recent[usize::try_from(hash % RECENT).ok()?];
        if let Some((known, number)) = remembered
            && *known == hash
        {
            return Some(*number);
        }
        join_names(names, &mut memory.joined);
        let shelf = u8::try_from(hash >> 60).ok()?;
        let number = UserNumber { shelf, place: self.place_on(shelf, &memory.joined)? };
        *remembered = Some((hash, number));
        Some(number)
    }

    fn place_on(&self, shelf: u8, joined: &[u8]) -> Option<u32> {
        let users = &mut lock(&self.shelves[usize::from(shelf)]).0;
        if let Some(&place) = users.get(joined) {
            return Some(place);
        }
        let place = u32::try_from(users.len()).ok()?;
        users.insert(joined.into(), place);
        Some(place)
    }

    /// Calls `visit` with each user.
    pub(crate) fn for_each_user(&self, mut visit: impl FnMut(UserNumber, UserNames<'_>)) {
        for (shelf, users) in (0..).zip(&self.shelves) {
            for (joined, &place) in &lock(users).0 {
                visit(UserNumber { shelf, place }, split_names(joined));
            }
        }
    }
}

/// Writes the names one behind the other, each behind its length plus one; 0 is a name not given.
fn join_names(names: UserNames<'_>, joined: &mut Vec<u8>) {
    joined.clear();
    for name in [names.id, names.user_principal_name, names.display_name] {
        let length = name.map_or(0, |name| name.len() + 1);
        joined.extend(length.to_le_bytes());
        joined.extend(name.unwrap_or_default());
    }
}

fn split_names(joined: &[u8]) -> UserNames<'_> {
    let mut rest = joined;
    let mut next = || {
        let (length, behind) = rest.split_first_chunk()?;
        let length = usize::from_le_bytes(*length).checked_sub(1);
        let (name, behind) = behind.split_at_checked(length.unwrap_or_default())?;
        rest = behind;
        length.map(|_| name)
    };
    UserNames { id: next(), user_principal_name: next(), display_name: next() }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_keep_their_names() {
        let book = Sketchbook::default();
        let name = |text: &'static str| Some(text.as_bytes());
        let users = [
            UserNames { id: name("1"), user_principal_name: None, display_name: name("") },
            UserNames { id: None, user_principal_name: name("a\u{1}b"), display_name: None },
            UserNames { id: name("1a"), user_principal_name: name("b"), display_name: name("c") },
            UserNames { id: name("1"), user_principal_name: name("ab"), display_name: name("c") },
        ];
        let mut memory = UserMemory::default();
        let mut numbers = Vec::new();
        for user in users {
            let number = book.user(user, &mut memory).unwrap();
            assert_eq!(book.user(user, &mut memory), Some(number));
            assert!(!numbers.contains(&number));
            numbers.push(number);
        }
        let mut found = 0;
        book.for_each_user(|number, names| {
            let place = numbers.iter().position(|known| *known == number).unwrap();
            assert_eq!(names, users[place]);
            found += 1;
        });
        assert_eq!(found, users.len());
        assert_eq!(book.user(UserNames::default(), &mut memory), None);
    }
}
