//! Who is meant by the name or id of a complaint.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::answer::ComplainingUser;
use super::case::Known;
use crate::attempt::UserHistory;
use crate::model::{Event, guest_home};

/// What records call the user, in lower case. A record that names the user asked for gives away the id,
/// and the id gives away other names.
pub(super) fn keys_of(asked_for: &str, events: &[Event]) -> BTreeSet<String> {
    let asked_for = asked_for.to_lowercase();
    let mut keys = BTreeSet::from([asked_for.clone()]);
    loop {
        let before = keys.len();
        for user in events.iter().filter_map(Event::user) {
            let name = user.user_principal_name.map(str::to_lowercase);
            let home = name.as_deref().and_then(guest_home);
            let id = user.id.map(str::to_lowercase);
            let is_asked_for =
                [name.as_ref(), home.as_ref()].into_iter().flatten().any(|name| *name == asked_for);
            let is_known = id.as_ref().or(name.as_ref()).is_some_and(|key| keys.contains(key));
            if is_asked_for || is_known {
                keys.extend([id, name].into_iter().flatten());
            }
        }
        if keys.len() == before {
            return keys;
        }
    }
}

/// Who is meant, where several accounts have gone by one name.
pub(super) struct Names {
    /// The id and the names of the one who is meant, in lower case.
    pub(super) own: BTreeSet<String>,
    /// The ids of the others.
    pub(super) others: BTreeSet<String>,
}

impl Names {
    /// Whether the event is about the one who is meant, by the id in it, else by the name.
    pub(super) fn are_of(&self, event: &Event) -> bool {
        event.user().and_then(|user| user.key()).is_some_and(|key| self.own.contains(&key))
    }
}

/// The names of one account: the one asked for by id, else the one that bore the name last, among all events of
/// the log up to the complaint. A name that went to somebody else is no longer its own.
pub(super) fn names_of_one<'a>(
    asked_for: &str,
    keys: BTreeSet<String>,
    events: impl Iterator<Item = &'a Event>,
) -> Names {
    let asked_for = asked_for.to_lowercase();
    let mut bearers: Vec<(DateTime<Utc>, String, Option<String>)> = events
        .filter_map(|event| bearer(event).map(|(id, name)| (event.time, id, name)))
        .filter(|(_, id, name)| {
            keys.contains(id) || name.as_ref().is_some_and(|name| keys.contains(name))
        })
        .collect();
    bearers.sort();
    let bears = |name: &Option<String>, wanted: &str| {
        let home = name.as_deref().and_then(guest_home);
        name.as_deref() == Some(wanted) || home.as_deref() == Some(wanted)
    };
    let last_bearer = |wanted: &str| {
        let last = bearers.iter().rev().find(|(_, _, name)| bears(name, wanted));
        last.map(|(_, id, _)| id.clone())
    };
    let is_asked_for = bearers.iter().any(|(_, id, _)| *id == asked_for);
    let meant = is_asked_for.then(|| asked_for.clone());
    let Some(meant) = meant.or_else(|| last_bearer(&asked_for)) else {
        return Names { own: keys, others: BTreeSet::new() };
    };
    let names = bearers.iter().filter(|(_, id, _)| *id == meant);
    let names = names.filter_map(|(_, _, name)| name.clone());
    let mut own: BTreeSet<String> =
        names.filter(|name| last_bearer(name).is_none_or(|last| last == meant)).collect();
    let others = bearers.iter().map(|(_, id, _)| id);
    let others = others.filter(|id| **id != meant && keys.contains(*id)).cloned().collect();
    own.extend([meant, asked_for]);
    Names { own, others }
}

/// The id of the user of an event, and the name that goes with it, in lower case.
fn bearer(event: &Event) -> Option<(String, Option<String>)> {
    let user = event.user()?;
    Some((user.id?.to_lowercase(), user.user_principal_name.map(str::to_lowercase)))
}

/// The user, by the events that are theirs.
pub(super) fn user_of(
    asked_for: &str,
    events: &[Known<'_>],
    history: Option<&UserHistory>,
) -> ComplainingUser {
    // Somebody of whom there is no attempt may still be met in other events.
    let named = || events.iter().rev().filter_map(|(event, _)| event.user());
    let id = || named().find_map(|user| user.id).map(str::to_owned);
    let name = || named().find_map(|user| user.user_principal_name).map(str::to_owned);
    ComplainingUser {
        asked_for: asked_for.to_owned(),
        id: history.and_then(|history| history.user_id.clone()).or_else(id),
        user_principal_name: history
            .and_then(|history| history.user_principal_name.clone())
            .or_else(name),
        other_names: history.map(|history| history.other_names.clone()).unwrap_or_default(),
        events: events.len() as u64,
    }
}
