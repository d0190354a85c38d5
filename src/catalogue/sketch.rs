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
#[derive(Debug, Clone, PartialEq, Eq)]
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

/// How an event names its user.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct UserNames<'a> {
    pub(crate) id: Option<&'a str>,
    pub(crate) user_principal_name: Option<&'a str>,
    pub(crate) display_name: Option<&'a str>,
}

impl<'a> UserNames<'a> {
    /// The object id and the user principal name.
    pub(crate) fn ids(self) -> (Option<&'a str>, Option<&'a str>) {
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
    kinds: Mutex<Vec<Arc<Kind>>>,
    shelves: [Mutex<Shelf>; SHELVES],
    hasher: RandomState,
}

/// Users by their names, which are joined into one text.
#[derive(Debug, Default)]
struct Shelf(HashMap<Box<str>, u32, RandomState>);

/// Stands between the names of a user, and before each that is there.
const NAME: char = '\u{1}';

impl Default for Sketchbook {
    fn default() -> Self {
        Self {
            kinds: Mutex::default(),
            shelves: std::array::from_fn(|_| Mutex::default()),
            hasher: RandomState::default(),
        }
    }
}

impl Sketchbook {
    /// The number of a kind; `None` where there are too many.
    pub(crate) fn kind(&self, kind: Kind) -> Option<u32> {
        let mut kinds = lock(&self.kinds);
        let known = kinds.iter().position(|known| **known == kind);
        if known.is_none() && kinds.len() >= KINDS {
            return None;
        }
        let number = known.unwrap_or_else(|| {
            kinds.push(Arc::new(kind));
            kinds.len() - 1
        });
        u32::try_from(number).ok()
    }

    /// Every kind, by number.
    pub(crate) fn kinds(&self) -> Vec<Arc<Kind>> {
        lock(&self.kinds).clone()
    }

    /// The number of a user; `None` where no name is given. `scratch` is memory to work in.
    pub(crate) fn user(&self, names: UserNames<'_>, scratch: &mut String) -> Option<UserNumber> {
        names.id.or(names.user_principal_name)?;
        scratch.clear();
        for name in [names.id, names.user_principal_name, names.display_name] {
            match name {
                Some(name) => {
                    scratch.push(NAME);
                    scratch.push_str(name);
                }
                None => scratch.push('\u{2}'),
            }
        }
        let shelf = u8::try_from(self.hasher.hash_one(scratch.as_str()) >> 60).ok()?;
        let users = &mut lock(&self.shelves[usize::from(shelf)]).0;
        let place = match users.get(scratch.as_str()) {
            Some(place) => *place,
            None => {
                let place = u32::try_from(users.len()).ok()?;
                users.insert(scratch.as_str().into(), place);
                place
            }
        };
        Some(UserNumber { shelf, place })
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

fn split_names(joined: &str) -> UserNames<'_> {
    let mut rest = joined;
    let mut next = || {
        let text = rest.strip_prefix(NAME);
        let begins = |character| character == NAME || character == '\u{2}';
        let body = text.unwrap_or_default();
        let end = body.find(begins).unwrap_or(body.len());
        let (name, after) = body.split_at(end);
        rest = if text.is_some() { after } else { rest.get(1..).unwrap_or_default() };
        text.map(|_| name)
    };
    UserNames { id: next(), user_principal_name: next(), display_name: next() }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
