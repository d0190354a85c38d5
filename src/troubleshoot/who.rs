//! Who is meant by the name or id of a complaint.

use std::collections::BTreeSet;

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

/// Leaves the events of one account: the one asked for by id, else the one that bore the name last. A name that
/// went to somebody else is no longer its own, in records that give no id.
pub(super) fn names_of_one(
    asked_for: &str,
    keys: &BTreeSet<String>,
    events: &mut Vec<Known<'_>>,
) -> Names {
    let asked_for = asked_for.to_lowercase();
    let bearers: Vec<(String, Option<String>)> =
        events.iter().filter_map(|(event, _)| bearer(event)).collect();
    let ids: BTreeSet<&String> = bearers.iter().map(|(id, _)| id).collect();
    let bears = |name: &Option<String>, wanted: &str| {
        let home = name.as_deref().and_then(guest_home);
        name.as_deref() == Some(wanted) || home.as_deref() == Some(wanted)
    };
    let last_bearer = |wanted: &str| {
        bearers.iter().rev().find(|(_, name)| bears(name, wanted)).map(|(id, _)| id.clone())
    };
    let meant = Some(asked_for.clone()).filter(|asked| ids.contains(asked));
    let Some(meant) = meant.or_else(|| last_bearer(&asked_for)) else {
        return Names { own: keys.clone(), others: BTreeSet::new() };
    };
    let names = bearers.iter().filter(|(id, _)| *id == meant).filter_map(|(_, name)| name.clone());
    let mut own: BTreeSet<String> =
        names.filter(|name| last_bearer(name).is_none_or(|last| last == meant)).collect();
    own.extend([meant.clone(), asked_for]);
    events.retain(|(event, _)| match bearer(event) {
        Some((id, _)) => id == meant,
        None => event.user().and_then(|user| user.key()).is_some_and(|key| own.contains(&key)),
    });
    let others = ids.into_iter().filter(|id| **id != meant).cloned().collect();
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
