//! Which users are wanted, however records name them.

use std::collections::BTreeSet;

use regaudit::model::Event;
use regaudit::{Attempt, Filter, UserHistory, classify};

/// Users by the names given on the command line.
pub(super) struct Asked(Filter);

/// Users by what their records call them. A record that names a user who is asked for gives away the id
/// under which others speak of the same one.
pub(super) struct Wanted {
    is_everybody: bool,
    keys: BTreeSet<String>,
}

impl Asked {
    /// The users of these names; everybody where there are none.
    pub(super) fn new(names: &[String]) -> Self {
        let mut filter = Filter::default();
        filter.users = names.to_vec();
        Self(filter)
    }

    /// The users, of whom no record was met yet.
    pub(super) fn wanted(&self) -> Wanted {
        Wanted { is_everybody: self.0.users.is_empty(), keys: BTreeSet::new() }
    }

    /// Whether the event, as it was before masking, names one of them.
    pub(super) fn is_named(&self, event: &Event) -> bool {
        classify(event).is_some_and(|found| self.0.accepts(event, &found))
    }
}

impl Wanted {
    /// Takes in what a record that names one of them calls the user.
    pub(super) fn remember(&mut self, event: &Event) {
        if let Some(user) = event.user().filter(|_| !self.is_everybody) {
            let names = [user.id, user.user_principal_name].into_iter().flatten();
            self.keys.extend(names.map(str::to_lowercase));
        }
    }

    /// Takes in every name of those whose history it is.
    pub(super) fn remember_all(&mut self, users: &[UserHistory]) {
        for user in users.iter().filter(|_| !self.is_everybody) {
            let names = [&user.user_id, &user.user_principal_name].into_iter().flatten();
            let names = names.chain(&user.other_names);
            self.keys.extend(names.map(|name| name.to_lowercase()));
        }
    }

    /// Whether a user with this key, an object id or else a user principal name, is wanted. A name that
    /// goes with an id may have been somebody else's before.
    fn accepts(&self, key: &str) -> bool {
        self.is_everybody || self.keys.contains(&key.to_lowercase())
    }

    fn accepts_named(&self, id: Option<&String>, name: Option<&String>) -> bool {
        self.is_everybody || id.or(name).is_some_and(|key| self.accepts(key))
    }

    pub(super) fn accepts_attempt(&self, attempt: &Attempt) -> bool {
        self.accepts_named(attempt.user_id.as_ref(), attempt.user_principal_name.as_ref())
    }

    pub(super) fn accepts_user(&self, user: &UserHistory) -> bool {
        self.accepts_named(user.user_id.as_ref(), user.user_principal_name.as_ref())
    }
}
