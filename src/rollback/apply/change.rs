//! Whether a user stands as the plan says.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::journal::UserProgress;
use super::live::Live;
use crate::model::{Method, format_timestamp};
use crate::rollback::plan::{PlannedUser, RegisteredResource};
use crate::rollback::resource::Resource;
use crate::rollback::standing::Standing;

/// What has changed since the plan was made; `None` where nothing has that matters.
///
/// Looked at are the requirement, the methods that the plan deletes or that a rollback covers, and the default. What
/// the journal says was deleted by this rollback is no change.
pub(super) fn change(
    user: &PlannedUser,
    made: DateTime<Utc>,
    covers: &[Resource],
    live: &Live,
    progress: &UserProgress,
) -> Option<String> {
    if live.standing.is_required == Some(true) {
        return Some("per-user multifactor authentication was switched on".to_owned());
    }
    if let Some(time) = live.registered.filter(|time| *time > made) {
        return Some(format!("a method was registered at {} (UTC)", format_timestamp(time)));
    }
    let counts =
        |resource: &Resource| covers.contains(resource) || Resource::COVERED.contains(resource);
    let now = present(&live.standing);
    let now: BTreeSet<&RegisteredResource> =
        now.iter().filter(|one| counts(&one.resource)).collect();
    let planned = user.registered.as_deref().unwrap_or_default();
    let planned: Vec<&RegisteredResource> =
        planned.iter().filter(|one| counts(&one.resource)).collect();
    let of_ours = |one: &RegisteredResource| {
        progress.deleted.contains(one) || progress.uncertain.contains(one)
    };
    if let Some(added) =
        now.iter().find(|one| !planned.iter().any(|planned| covers_one(planned, one, user)))
    {
        return Some(format!("{} was registered", added.resource.as_str()));
    }
    let is_gone = |planned: &&&RegisteredResource| match &planned.id {
        Some(_) => !now.contains(**planned) && !of_ours(planned),
        None => is_sort_gone(planned.resource, &now, user, progress),
    };
    if let Some(gone) = planned.iter().find(is_gone) {
        return Some(format!("{} is not registered any more", gone.resource.as_str()));
    }
    default_changed(user, live, progress)
}

/// The methods as Graph deletes them.
pub(super) fn present(standing: &Standing) -> BTreeSet<RegisteredResource> {
    let methods = standing.methods.iter().flatten();
    let one = |resource, id: &Option<String>| RegisteredResource { resource, id: id.clone() };
    methods.filter_map(|held| Some(one(Resource::of(&held.method)?, &held.id))).collect()
}

/// Whether a method of the plan can be one that is there now.
fn covers_one(planned: &RegisteredResource, now: &RegisteredResource, user: &PlannedUser) -> bool {
    match &planned.id {
        Some(_) => planned == now,
        None => may_be(planned.resource, user).contains(&now.resource),
    }
}

/// What a method without id can turn out to be. Codes may be those of Microsoft Authenticator.
pub(super) fn may_be(resource: Resource, user: &PlannedUser) -> Vec<Resource> {
    let is_vague = user.deletions.iter().any(|deletion| {
        deletion.resource == resource && deletion.methods.contains(&Method::OathUnspecified)
    });
    if is_vague { vec![resource, Resource::MicrosoftAuthenticator] } else { vec![resource] }
}

/// Whether there is nothing any more of a sort that was named without ids. An Authenticator app is one method, and
/// reports count its codes as another.
fn is_sort_gone(
    resource: Resource,
    now: &BTreeSet<&RegisteredResource>,
    user: &PlannedUser,
    progress: &UserProgress,
) -> bool {
    let mut sorts = may_be(resource, user);
    if resource == Resource::SoftwareOath {
        sorts.push(Resource::MicrosoftAuthenticator);
    }
    let is_of_it = |one: &RegisteredResource| sorts.contains(&one.resource);
    let is_there = now.iter().any(|one| is_of_it(one));
    let was_deleted = progress.deleted.iter().chain(&progress.uncertain).any(is_of_it);
    !is_there && !was_deleted
}

/// Whether the default is another than the plan says. The service may choose another one by itself once methods are
/// deleted, which is no change then.
fn default_changed(user: &PlannedUser, live: &Live, progress: &UserProgress) -> Option<String> {
    if !progress.deleted.is_empty() || !progress.uncertain.is_empty() {
        return None;
    }
    let default = live.standing.default_resource()?;
    let of = |resource| user.deletions.iter().find(|deletion| deletion.resource == resource);
    let is_other = of(default).is_some_and(|deletion| deletion.is_default == Some(false));
    let is_known = user.deletions.iter().any(|deletion| deletion.is_default == Some(true));
    let is_new = is_known && of(default).is_none();
    (is_other || is_new).then(|| format!("the default is {} now", default.as_str()))
}
