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
        let is_one = |name: &str| self.0.users.iter().any(|user| user.eq_ignore_ascii_case(name));
        let names = event.user().map(|user| [user.id, user.user_principal_name]);
        names.into_iter().flatten().flatten().any(is_one)
            || classify(event).is_some_and(|found| self.0.accepts(event, &found))
    }
}

impl Wanted {
    /// Takes in what a record that names one of them calls the user.
    pub(super) fn remember(&mut self, event: &Event, is_named: bool) {
        if let Some(user) = event.user().filter(|_| is_named && !self.is_everybody) {
            let names = [user.id, user.user_principal_name].into_iter().flatten();
            self.keys.extend(names.map(str::to_lowercase));
        }
    }

    fn accepts(&self, names: [Option<&str>; 2]) -> bool {
        let is_known = |name: &str| self.keys.contains(&name.to_lowercase());
        self.is_everybody || names.into_iter().flatten().any(is_known)
    }

    pub(super) fn accepts_attempt(&self, attempt: &Attempt) -> bool {
        self.accepts([attempt.user_id.as_deref(), attempt.user_principal_name.as_deref()])
    }

    pub(super) fn accepts_user(&self, user: &UserHistory) -> bool {
        self.accepts([user.user_id.as_deref(), user.user_principal_name.as_deref()])
    }

    pub(super) fn accepts_event(&self, id: Option<&str>, name: Option<&str>) -> bool {
        self.accepts([id, name])
    }
}
