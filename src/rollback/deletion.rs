//! What is deleted of one user, in which order, and what the service may say to it.

use serde::{Deserialize, Serialize};

use super::reason::Reason;
use super::resource::Resource;
use super::standing::Standing;
use crate::model::Method;

/// One method to be deleted, or all of a sort where their ids are not known yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Deletion {
    /// What the export calls it, by canonical names: a mobile phone may be registered for calls and for texts.
    pub methods: Vec<Method>,
    /// The sort of method, as Graph deletes it.
    pub resource: Resource,
    /// The id. `None` where the export names methods without ids: it stands for every method of the sort, and their
    /// ids are looked up just before the deletion.
    pub id: Option<String>,
    /// Whether it is the user's default method; `None` where that is not known.
    pub is_default: Option<bool>,
    /// What to expect of the service: `default_phone`, `default_unknown`, `alternate_first`, `alternate_stays`,
    /// `resolved_at_apply`.
    pub notes: Vec<Reason>,
}

impl Deletion {
    /// The request behind the version of the API: `/users/{user}/authentication/phoneMethods/{id}`, with an id.
    pub(super) fn path(&self, user: &str, id: &str) -> String {
        path(user, self.resource, id)
    }
}

/// The path of a method of a user.
pub(super) fn path(user: &str, resource: Resource, id: &str) -> String {
    let (user, id) = (encoded(user), encoded(id));
    format!("/users/{user}/authentication/{}/{id}", resource.collection())
}

/// A part of a path, with everything escaped that is not sure to be taken as it is.
pub(super) fn encoded(part: &str) -> String {
    use std::fmt::Write as _;
    let mut encoded = String::with_capacity(part.len());
    for byte in part.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~@".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// The deletions of a user, in order: methods that are not the default first, the alternate mobile phone before the
/// mobile phone, the default last.
///
/// The alternate phone goes before the mobile phone even where it is the default, because it cannot exist without
/// (*Delete phoneAuthenticationMethod*). By that document the service refuses to delete a phone that is the default;
/// a public tool deletes it last, and reports that this succeeds. So it is tried last, and a note says what may come.
pub fn deletions(standing: &Standing, covers: &[Resource]) -> Vec<Deletion> {
    let held = by_resource(standing);
    let stays =
        |resource| held.iter().any(|one| one.resource == resource) && !covers.contains(&resource);
    let alternate_stays = stays(Resource::AlternateMobilePhone);
    let defaults = defaults(standing, &held);
    let mut wanted: Vec<Deletion> =
        held.into_iter().filter(|deletion| covers.contains(&deletion.resource)).collect();
    for deletion in &mut wanted {
        deletion.is_default = defaults.of(deletion.resource);
    }
    wanted.sort_by_key(|deletion| (lateness(deletion.is_default), deletion.resource));
    put_alternate_before_mobile(&mut wanted);
    let alternate = wanted.iter().find(|one| one.resource == Resource::AlternateMobilePhone);
    let alternate_default = alternate.is_some_and(|alternate| alternate.is_default != Some(false));
    for deletion in &mut wanted {
        deletion.notes = notes(deletion, alternate_default, alternate_stays);
    }
    wanted
}

/// Each method as a deletion: a phone once, the others once for each id.
fn by_resource(standing: &Standing) -> Vec<Deletion> {
    let mut found: Vec<Deletion> = Vec::new();
    for registered in standing.methods.iter().flatten() {
        let Some(resource) = Resource::of(&registered.method) else { continue };
        let is_same = |one: &&mut Deletion| {
            one.resource == resource && (resource.is_phone() || one.id == registered.id)
        };
        if let Some(known) = found.iter_mut().find(is_same) {
            known.methods.push(registered.method.clone());
            continue;
        }
        found.push(Deletion {
            methods: vec![registered.method.clone()],
            resource,
            id: registered.id.clone(),
            is_default: None,
            notes: Vec::new(),
        });
    }
    found
}

/// Which sorts of method the default may be of.
struct Defaults {
    /// Empty where that is not known, and any may be.
    resources: Vec<Resource>,
    is_known: bool,
    /// Whether there is one method alone that it can be.
    is_one: bool,
}

impl Defaults {
    fn of(&self, resource: Resource) -> Option<bool> {
        match (self.is_known, self.resources.contains(&resource)) {
            (false, _) => None,
            (true, false) => Some(false),
            (true, true) => self.is_one.then_some(true),
        }
    }
}

fn defaults(standing: &Standing, held: &[Deletion]) -> Defaults {
    let has = |resource: Resource| held.iter().any(|one| one.resource == resource);
    let mut resources = standing.default_resources();
    resources.retain(|resource| has(*resource));
    let of_them = held.iter().filter(|one| resources.contains(&one.resource));
    // Without ids, one stands for any number of them.
    let is_one = of_them.clone().count() == 1
        && of_them.clone().all(|one| one.id.is_some() || one.resource.is_phone());
    // A default that is none of the methods that can be deleted is none of these; one that ought to be there, and is
    // not, tells nothing.
    let is_elsewhere = match &standing.default_method {
        None | Some(Method::Other(_)) => false,
        Some(_) => standing.default_resources().is_empty(),
    };
    Defaults { is_known: is_elsewhere || !resources.is_empty(), resources, is_one }
}

fn lateness(is_default: Option<bool>) -> u8 {
    match is_default {
        Some(false) => 0,
        None => 1,
        Some(true) => 2,
    }
}

fn put_alternate_before_mobile(deletions: &mut [Deletion]) {
    let place = |wanted| deletions.iter().position(|one: &Deletion| one.resource == wanted);
    let mobile = place(Resource::MobilePhone);
    if let (Some(mobile), Some(alternate)) = (mobile, place(Resource::AlternateMobilePhone))
        && mobile < alternate
    {
        deletions[mobile..=alternate].rotate_left(1);
    }
}

fn notes(deletion: &Deletion, alternate_default: bool, alternate_stays: bool) -> Vec<Reason> {
    let mut notes = Vec::new();
    if deletion.resource.is_phone() && deletion.is_default == Some(true) {
        notes.push(Reason::new(
            "default_phone",
            "The service may refuse it while it is the default: then another default has to be set first.",
        ));
    }
    if deletion.resource.is_phone() && deletion.is_default.is_none() {
        notes.push(Reason::new(
            "default_unknown",
            "It may be the default, which the service may refuse to delete.",
        ));
    }
    if deletion.resource == Resource::MobilePhone && alternate_stays {
        notes.push(Reason::new(
            "alternate_stays",
            "The service refuses it while there is an alternate mobile phone, which this plan leaves.",
        ));
    } else if deletion.resource == Resource::MobilePhone && alternate_default {
        notes.push(Reason::new(
            "alternate_first",
            "It can go only once the alternate mobile phone is gone, which may be the default.",
        ));
    }
    if deletion.id.is_none() {
        notes.push(Reason::new(
            "resolved_at_apply",
            "The export has no ids: every method of the sort is looked up just before, and deleted.",
        ));
    }
    notes
}
