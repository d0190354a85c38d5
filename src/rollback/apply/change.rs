//! Whether a user stands as expected: as the plan says before anything is deleted, and as the journal says after that.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::journal::{Begun, Created, UserProgress};
use super::live::Live;
use crate::model::{Method, format_timestamp};
use crate::rollback::plan::{PlannedUser, RegisteredResource};
use crate::rollback::resource::Resource;
use crate::rollback::standing::Standing;

/// How far the clocks of this machine and of the service may be apart.
const CLOCKS: TimeDelta = TimeDelta::minutes(5);

/// What has changed since the plan was made, for a user of whom nothing was deleted; `None` where nothing has that
/// matters.
///
/// Looked at are the requirement, the methods that the plan deletes or that a rollback covers, and the default. That a
/// phone has another number cannot be told: to Graph it is the same phone.
pub(super) fn since_plan(
    user: &PlannedUser,
    made: DateTime<Utc>,
    covers: &[Resource],
    live: &Live,
) -> Option<String> {
    if let Some(why) = required(live) {
        return Some(why);
    }
    let seen = user.state_as_of.map_or(made, |as_of| as_of.min(made)) - CLOCKS;
    let is_later =
        |created: &&Created| created.time > seen && counts(created.method.resource, covers);
    if let Some(later) = live.created.iter().find(is_later) {
        let (what, time) = (later.method.resource.as_str(), format_timestamp(later.time));
        return Some(format!("{what} was registered at {time} (UTC)"));
    }
    let now = counted(live, covers);
    let planned = user.registered.iter().flatten();
    let planned: Vec<_> = planned.filter(|one| counts(one.resource, covers)).collect();
    let is_planned =
        |one: &RegisteredResource| planned.iter().any(|planned| is_one(planned, one, user));
    if let Some(added) = now.iter().find(|one| !is_planned(one)) {
        return Some(format!("{} was registered", added.resource.as_str()));
    }
    let is_gone = |planned: &&&RegisteredResource| match &planned.id {
        Some(_) => !now.contains(**planned),
        None => is_sort_gone(planned.resource, &now, user),
    };
    if let Some(gone) = planned.iter().find(is_gone) {
        return Some(format!("{} is not registered any more", gone.resource.as_str()));
    }
    default_changed(user, &live.standing)
}

/// What has changed since deletions of a user were begun. What this rollback deleted is no change, and what was begun
/// and has no known end is none either; but what it deleted, and is there again, is one.
///
/// Who has to set another default may have to register another method for it: that is no change for them.
pub(super) fn since_begun(
    begun: &Begun,
    progress: &UserProgress,
    covers: &[Resource],
    live: &Live,
) -> Option<String> {
    if let Some(why) = required(live) {
        return Some(why);
    }
    let now = counted(live, covers);
    // Only times that are told both times can differ.
    let is_other = |one: &RegisteredResource| {
        let same = |created: &&Created| created.method == *one;
        let times = begun.created.iter().find(same).zip(live.created.iter().find(same));
        times.is_some_and(|(before, now)| before != now)
    };
    let is_new = |one: &&RegisteredResource| {
        let is_known = begun.targets.contains(*one) || begun.others.contains(*one);
        if progress.deleted.contains(*one) {
            progress.is_registered_again(one, &live.created)
        } else {
            is_other(one) || (!is_known && !progress.may_register())
        }
    };
    if let Some(added) = now.iter().find(is_new) {
        return Some(format!("{} was registered", added.resource.as_str()));
    }
    let is_gone = |target: &&RegisteredResource| {
        !now.contains(target)
            && !progress.deleted.contains(target)
            && !progress.uncertain.contains(target)
    };
    let gone = begun.targets.iter().find(is_gone)?;
    Some(format!("{} is not registered any more", gone.resource.as_str()))
}

fn required(live: &Live) -> Option<String> {
    (live.standing.is_required == Some(true))
        .then(|| "per-user multifactor authentication was switched on".to_owned())
}

fn counts(resource: Resource, covers: &[Resource]) -> bool {
    covers.contains(&resource) || Resource::COVERED.contains(&resource)
}

/// The methods that a change of counts.
pub(super) fn counted(live: &Live, covers: &[Resource]) -> BTreeSet<RegisteredResource> {
    let mut now = present(&live.standing);
    now.retain(|one| counts(one.resource, covers));
    now
}

/// The methods as Graph deletes them.
pub(super) fn present(standing: &Standing) -> BTreeSet<RegisteredResource> {
    let methods = standing.methods.iter().flatten();
    let one = |resource, id: &Option<String>| RegisteredResource { resource, id: id.clone() };
    methods.filter_map(|held| Some(one(Resource::of(&held.method)?, &held.id))).collect()
}

/// Whether a method of the plan can be one that is there now.
fn is_one(planned: &RegisteredResource, now: &RegisteredResource, user: &PlannedUser) -> bool {
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
    now: &BTreeSet<RegisteredResource>,
    user: &PlannedUser,
) -> bool {
    let mut sorts = may_be(resource, user);
    if resource == Resource::SoftwareOath {
        sorts.push(Resource::MicrosoftAuthenticator);
    }
    !now.iter().any(|one| sorts.contains(&one.resource))
}

/// Whether the default is another than the plan says.
fn default_changed(user: &PlannedUser, standing: &Standing) -> Option<String> {
    let held = present(standing);
    let mut now = standing.default_resources();
    now.retain(|resource| held.iter().any(|one| one.resource == *resource));
    let first = *now.first()?;
    let planned = |is: fn(Option<bool>) -> bool| {
        user.deletions.iter().filter(move |deletion| is(deletion.is_default))
    };
    let is_ruled_out = |resource: &Resource| {
        planned(|is_default| is_default == Some(false)).any(|one| one.resource == *resource)
    };
    let mut known = planned(|is_default| is_default == Some(true)).peekable();
    let is_new = known.peek().is_some() && !known.any(|one| now.contains(&one.resource));
    (now.iter().all(is_ruled_out) || is_new)
        .then(|| format!("the default is {} now", first.as_str()))
}
