//! What a user is called, and which events are theirs.

use std::collections::BTreeSet;

use crate::filter::is_about;
use crate::model::{Event, guest_home};

/// What a user is called, as far as records have told, ASCII letters in lower case.
pub(super) struct KnownAs {
    pub(super) asked: String,
    /// Object ids, and user principal names.
    pub(super) names: BTreeSet<String>,
    /// The addresses that guests have at home, by which records without an id may call them.
    homes: BTreeSet<String>,
}

impl KnownAs {
    pub(super) fn new(user: &str) -> Self {
        Self { asked: user.to_ascii_lowercase(), names: BTreeSet::new(), homes: BTreeSet::new() }
    }

    /// Takes in what the user is called in events, in whatever order these are: until none tells of
    /// another name.
    pub(super) fn learn(&mut self, events: &[Event]) {
        let mut known = None;
        while known != Some(self.names.len()) {
            known = Some(self.names.len());
            for event in events {
                self.takes(event);
            }
        }
    }

    /// Takes in what the user is called in an event, if it is about the user; whether it is.
    pub(super) fn takes(&mut self, event: &Event) -> bool {
        let is_theirs = self.is_theirs(event) || is_about(event, &self.asked);
        if is_theirs {
            self.add_names_of(event);
        }
        is_theirs
    }

    fn add_names_of(&mut self, event: &Event) {
        let Some(user) = event.user() else { return };
        let names = [user.id, user.user_principal_name].into_iter().flatten();
        self.names.extend(names.map(str::to_ascii_lowercase));
        let home = user.user_principal_name.and_then(guest_home);
        self.homes.extend(home.map(|home| home.to_ascii_lowercase()));
    }

    /// Whether the event is about the user, by the id in it, else by the name.
    pub(super) fn is_theirs(&self, event: &Event) -> bool {
        key_of(event).is_some_and(|key| self.has(&key))
    }

    /// Whether the event is about somebody else who bears one of the user's names, before or since.
    pub(super) fn is_of_namesake(&self, event: &Event) -> bool {
        let name = event.user().and_then(|user| user.user_principal_name);
        name.is_some_and(|name| self.has(&name.to_ascii_lowercase())) && !self.is_theirs(event)
    }

    /// Whether the user goes by the key.
    pub(super) fn has(&self, key: &str) -> bool {
        self.names.contains(key) || self.homes.contains(key)
    }

    /// Every name by which records may speak of the user.
    pub(super) fn all(&self) -> BTreeSet<String> {
        self.names.iter().chain(&self.homes).chain([&self.asked]).cloned().collect()
    }
}

/// What tells the user of an event from others, in lower case: the id, or, where there is none, the user
/// principal name.
pub(super) fn key_of(event: &Event) -> Option<String> {
    let user = event.user()?;
    user.id.or(user.user_principal_name).map(str::to_ascii_lowercase)
}
