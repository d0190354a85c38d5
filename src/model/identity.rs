//! Who an event is about, and which of several ways to name a user mean one and the same.

use std::collections::BTreeMap;

use super::{Event, guest_home};

/// How a record names a user.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Identity {
    pub(crate) id: Option<String>,
    pub(crate) user_principal_name: Option<String>,
    pub(crate) display_name: Option<String>,
    /// Other user principal names of the same user, who was renamed; sorted, each once.
    pub(crate) other_names: Vec<String>,
}

impl Identity {
    /// The [user](Event::user) an event is about.
    pub(crate) fn of(event: &Event) -> Self {
        let names = event.user().unwrap_or_default();
        Self {
            id: names.id.map(str::to_owned),
            user_principal_name: names.user_principal_name.map(str::to_owned),
            display_name: names.display_name.map(str::to_owned),
            other_names: Vec::new(),
        }
    }

    /// What tells the user: the object id, else the user principal name, case aside.
    pub(crate) fn key(&self) -> Option<String> {
        let name = self.id.as_ref().or(self.user_principal_name.as_ref())?;
        Some(name.to_lowercase())
    }

    /// Adds the names of a record of the same user. Of several spellings the least is kept, so that
    /// the order of records decides nothing.
    pub(crate) fn fill_in(&mut self, other: &Self) {
        keep_first(&mut self.id, other.id.as_ref());
        keep_first(&mut self.display_name, other.display_name.as_ref());
        other.names().for_each(|name| self.add_name(name));
    }

    /// Every user principal name, sorted.
    pub(crate) fn names(&self) -> impl Iterator<Item = &String> {
        self.user_principal_name.iter().chain(&self.other_names)
    }

    fn add_name(&mut self, name: &str) {
        let is_same = |own: &str| own.eq_ignore_ascii_case(name);
        if self.names().any(|own| is_same(own) && own.as_str() <= name) {
            return;
        }
        let mut names: Vec<String> =
            self.names().filter(|own| !is_same(own)).cloned().chain([name.to_owned()]).collect();
        names.sort_unstable();
        let mut names = names.into_iter();
        self.user_principal_name = names.next();
        self.other_names = names.collect();
    }
}

fn keep_first(kept: &mut Option<String>, found: Option<&String>) {
    let is_better = match (&*kept, found) {
        (None, Some(_)) => true,
        (Some(kept), Some(found)) => found < kept,
        (_, None) => false,
    };
    if is_better {
        *kept = found.cloned();
    }
}

/// The keys of users known by id, by the names that go with them.
pub(crate) struct KnownNames<'users> {
    own: BTreeMap<String, &'users str>,
    homes: BTreeMap<String, &'users str>,
}

impl<'users> KnownNames<'users> {
    /// The names of users, who come in the order of their keys: of several users with one name, the
    /// first has it. One who was renamed has every name.
    pub(crate) fn of(users: impl IntoIterator<Item = (&'users String, &'users Identity)>) -> Self {
        let mut known = Self { own: BTreeMap::new(), homes: BTreeMap::new() };
        for (key, user) in users {
            for name in user.names().filter(|_| user.id.is_some()) {
                known.own.entry(name.to_lowercase()).or_insert(key);
                if let Some(home) = guest_home(name) {
                    known.homes.entry(home.to_lowercase()).or_insert(key);
                }
            }
        }
        known
    }

    /// The key under which a user goes: one known by name alone is the one whose id goes with that
    /// name, as the name itself, else as the home address of a guest.
    pub(crate) fn key_of<'key>(&self, key: &'key str, user: &Identity) -> &'key str
    where
        'users: 'key,
    {
        if user.id.is_some() {
            return key;
        }
        self.own.get(key).or_else(|| self.homes.get(key)).copied().unwrap_or(key)
    }
}
