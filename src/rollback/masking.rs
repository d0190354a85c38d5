//! Personal data out of answers about a rollback: user principal names. Object ids stay, as they do in events.

use super::plan::{Plan, PlannedUser};
use super::verify::{LoggedChange, Verification};
use crate::mask::Masker;

/// A name as it is shown.
pub(super) fn mask_name(masker: &mut Masker, id: Option<&String>, name: &mut Option<String>) {
    if let Some(shown) = name {
        *shown = masker.person(id, &shown.clone());
    }
}

impl Plan {
    /// The users with their user principal names replaced, as [`Masker`] does in events; for looking at, as a plan
    /// without them is another plan.
    pub fn masked_users(&self, masker: &mut Masker) -> Vec<PlannedUser> {
        let mut users = self.users.clone();
        for user in &mut users {
            mask_name(masker, user.id.as_ref(), &mut user.upn);
        }
        users
    }
}

impl Verification {
    /// Replaces user principal names, those of who acted, too, as [`Masker`] does in events.
    pub fn mask(&mut self, masker: &mut Masker) {
        for user in &mut self.users {
            mask_name(masker, user.id.as_ref(), &mut user.upn);
            let confirmed = user.deletions.iter_mut().filter_map(|one| one.confirmed.as_mut());
            let others = user.registered_since.iter_mut().chain(&mut user.other_deletions);
            for change in confirmed.chain(others).chain(&mut user.failed_deletions) {
                mask_change(masker, change);
            }
        }
    }
}

fn mask_change(masker: &mut Masker, change: &mut LoggedChange) {
    if change.by.as_ref().is_some_and(|by| by.contains('@')) {
        mask_name(masker, None, &mut change.by);
    }
}
