//! Personal data out of what is shown.

use std::collections::{BTreeSet, HashMap};
use std::net::{IpAddr, SocketAddr};

use crate::catalogue::{Classification, classify};
use crate::model::{
    Activity, Event, IpAddress, Method, PropertyValue, Reason, Target, Verbatim, find_ignore_case,
    guest_home, phone_numbers,
};

/// Replaces personal data in events: user principal names and names by `user1`, `user2`, ..,
/// addresses by `address1`, .., names of devices by `device1`, .., phone numbers by `[phone]`.
///
/// The same person, address or device gets the same stand-in for as long as the masker lives, so
/// that masked events can still be counted and compared. Object ids stay: they mean nothing outside the
/// directory, and are what lets its owner look a case up. Values of modified properties and details,
/// which may hold anything, are replaced whole.
///
/// Rules read what masking takes away, so an event is classified first, and masked together with its
/// classification.
///
/// ```
/// use regaudit::{Masker, Origin, classify, model::{Event, Reason, parse_timestamp}};
/// let time = parse_timestamp("2026-03-09T08:00:00Z").unwrap();
/// let mut event = Event::new(time, "User changed default security info", Origin::new("mine"));
/// event.reason = Some(Reason::new("User changed the default security info for Call +1 2025550143"));
/// let mut classification = classify(&event).unwrap();
/// Masker::new().mask(&mut event, &mut classification);
/// assert_eq!(event.reason.unwrap().as_str(), "User changed the default security info for Call [phone]");
/// ```
#[derive(Debug)]
pub struct Masker {
    users: Pseudonyms,
    addresses: Pseudonyms,
    devices: Pseudonyms,
}

impl Default for Masker {
    fn default() -> Self {
        Self::new()
    }
}

const PHONE: &str = "[phone]";
pub(crate) const VALUE: &str = "[masked]";

impl Masker {
    /// A masker that has met nobody.
    pub fn new() -> Self {
        let [users, addresses, devices] = ["user", "address", "device"].map(Pseudonyms::new);
        Self { users, addresses, devices }
    }

    /// Masks an event and what it was classified as, in place.
    pub fn mask(&mut self, event: &mut Event, classification: &mut Classification) {
        let names = personal_names(event);
        self.mask_unknown_methods(event, classification);
        if let Some(reason) = &mut event.reason {
            *reason = Reason::new(scrub(reason.as_str(), &names));
        }
        if let Activity::Other(text) = &event.activity {
            event.activity = Activity::from_text(&scrub(text.as_str(), &names));
        }
        event.verbatim = Verbatim::default();
        if let Some(user) = &mut event.actor.user {
            self.mask_person(
                user.id.as_ref(),
                &mut user.user_principal_name,
                &mut user.display_name,
            );
        }
        if let Some(application) = &mut event.actor.application
            && let Some(name) = &mut application.display_name
        {
            *name = scrub(name, &names);
        }
        for target in &mut event.targets {
            self.mask_target(target, &names);
        }
        // Ids are no names, unless somebody put one there.
        let ids = [&mut event.id, &mut event.correlation_id, &mut event.tenant_id];
        let words = [&mut event.service, &mut event.category, &mut event.operation];
        let of_targets = event.targets.iter_mut().map(|target| &mut target.id);
        let of_actor = event.actor.user.iter_mut().map(|user| &mut user.id);
        for text in ids.into_iter().chain(words).chain(of_targets).chain(of_actor).flatten() {
            *text = scrub(text, &names);
        }
        if let Some(ip) = &mut event.ip {
            *ip = IpAddress::new(self.addresses.of([Some(&ip.text)]).unwrap_or_default());
        }
        for detail in &mut event.details {
            replace(&mut detail.value, VALUE);
        }
        if let Some(agent) = &mut event.user_agent {
            *agent = scrub(agent, &names);
        }
    }

    /// Masks a text that stands by itself: addresses of mail, of machines, and phone numbers in it.
    pub fn mask_text(&self, text: &str) -> String {
        scrub(text, &[])
    }

    /// The stand-in for a user by these names.
    pub(crate) fn person(&mut self, id: Option<&String>, name: &String) -> String {
        let home = guest_home(name);
        let stand_in = self.users.of([id, Some(name), home.as_ref()]);
        stand_in.unwrap_or_else(|| VALUE.to_owned())
    }

    /// A method that nobody knows may be the name of somebody's device.
    fn mask_unknown_methods(&mut self, event: &mut Event, classification: &mut Classification) {
        for method in &mut classification.methods {
            let Method::Other(text) = method else { continue };
            let device = text.as_str().to_owned();
            let stand_in = self.devices.of([Some(&device)]).unwrap_or_default();
            if let Some(reason) = &mut event.reason
                && let Some(object) = reason.object()
            {
                *reason = Reason::new(reason.as_str().replace(object, &stand_in));
            }
            *method = Method::from_text(&stand_in);
        }
    }

    fn mask_target(&mut self, target: &mut Target, names: &[String]) {
        let is = |kind: &str| {
            target.kind.as_deref().is_some_and(|found| found.eq_ignore_ascii_case(kind))
        };
        let is_thing = HARMLESS.iter().any(|kind| is(kind));
        let is_person = target.user_principal_name.is_some() || !(is_thing || is("device"));
        if is_person {
            self.mask_person(
                target.id.as_ref(),
                &mut target.user_principal_name,
                &mut target.display_name,
            );
        } else if is("device") {
            if let Some(stand_in) = self.devices.of([target.display_name.as_ref()]) {
                replace(&mut target.display_name, &stand_in);
            }
        } else if let Some(name) = &mut target.display_name {
            *name = scrub(name, names);
        }
        for change in target.changes.iter_mut().flatten() {
            for value in [&mut change.old, &mut change.new].into_iter().flatten() {
                *value = PropertyValue::new(VALUE);
            }
        }
    }

    /// Two people may share a display name, so it tells them only where there is nothing else.
    fn mask_person(
        &mut self,
        id: Option<&String>,
        user_principal_name: &mut Option<String>,
        display_name: &mut Option<String>,
    ) {
        // A guest goes by the home address in some records.
        let home = user_principal_name.as_deref().and_then(guest_home);
        let stand_in = self
            .users
            .of([id, user_principal_name.as_ref(), home.as_ref()])
            .or_else(|| self.users.of([display_name.as_ref()]));
        if let Some(stand_in) = stand_in {
            replace(user_principal_name, &stand_in);
            replace(display_name, &stand_in);
        }
    }
}

/// Stand-ins, numbered in the order in which they are first needed.
#[derive(Debug)]
struct Pseudonyms {
    word: &'static str,
    numbers: HashMap<String, usize>,
    given: usize,
}

impl Pseudonyms {
    fn new(word: &'static str) -> Self {
        Self { word, numbers: HashMap::new(), given: 0 }
    }

    /// The stand-in for what goes by these names; all of them will lead to it.
    fn of<const N: usize>(&mut self, names: [Option<&String>; N]) -> Option<String> {
        let names = names.map(|name| name.map(|name| name.to_lowercase()));
        let mut given = names.iter().flatten().peekable();
        given.peek()?;
        let known = given.find_map(|name| self.numbers.get(name)).copied();
        let number = known.unwrap_or_else(|| {
            self.given += 1;
            self.given
        });
        for name in names.into_iter().flatten() {
            self.numbers.entry(name).or_insert(number);
        }
        Some(format!("{}{number}", self.word))
    }
}

fn replace(text: &mut Option<String>, stand_in: &str) {
    if let Some(text) = text {
        stand_in.clone_into(text);
    }
}

/// Types of targets whose names are not those of people.
const HARMLESS: [&str; 8] =
    ["Policy", "Role", "Application", "App", "ServicePrincipal", "Directory", "Group", "N/A"];

/// The names in an event that its texts may repeat, longest first.
fn personal_names(event: &Event) -> Vec<String> {
    let user =
        event.actor.user.iter().flat_map(|user| [&user.user_principal_name, &user.display_name]);
    let people = event.targets.iter().filter(|target| {
        target.user_principal_name.is_some()
            || target.kind.as_deref().is_none_or(|kind| kind.eq_ignore_ascii_case("user"))
    });
    let targets = people.flat_map(|target| [&target.user_principal_name, &target.display_name]);
    let mut names: Vec<String> = user.chain(targets).flatten().cloned().collect();
    names.extend(event.device_names().into_iter().map(str::to_owned));
    // A name of one or two letters would be found inside words.
    names.retain(|name| name.len() > 2);
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    names
}

/// A text without what is [personal](personal_texts) in the events it may repeat.
pub(crate) fn mask_repeated(text: &str, personal: &[String]) -> String {
    scrub(text, personal)
}

/// Everything personal in events that texts about them may repeat, longest first.
pub(crate) fn personal_texts<'a>(events: impl IntoIterator<Item = &'a Event>) -> Vec<String> {
    let mut texts = BTreeSet::new();
    for event in events {
        texts.extend(personal_names(event));
        let methods = classify(event).map(|found| found.methods).unwrap_or_default();
        texts.extend(methods.iter().filter_map(|method| match method {
            Method::Other(text) => Some(text.as_str().to_owned()),
            _ => None,
        }));
    }
    let mut texts: Vec<String> = texts.into_iter().collect();
    texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
    texts
}

/// A text without phone numbers, addresses, and the names given, whatever the case of their letters.
fn scrub(text: &str, names: &[String]) -> String {
    let mut text = text.to_owned();
    for name in names.iter().filter(|name| !name.is_empty()) {
        text = replace_ignore_case(&text, name, "[name]");
    }
    let numbers: Vec<_> = phone_numbers(&text).collect();
    for range in numbers.into_iter().rev() {
        text.replace_range(range, PHONE);
    }
    let is_border =
        |character: char| character.is_whitespace() || ",;\"'()<>|=".contains(character);
    text.split_inclusive(is_border)
        .map(|piece| {
            let word = piece.trim_end_matches(is_border);
            let core = word.trim_end_matches(['.', ':']);
            if is_address(core) { piece.replace(core, "[address]") } else { piece.to_owned() }
        })
        .collect()
}

fn replace_ignore_case(text: &str, found: &str, with: &str) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(place) = find_ignore_case(rest, found) {
        replaced.push_str(&rest[..place]);
        replaced.push_str(with);
        rest = &rest[place + found.len()..];
    }
    replaced.push_str(rest);
    replaced
}

/// Whether a word is an address of mail or of a machine.
fn is_address(word: &str) -> bool {
    let is_machine =
        |word: &str| word.parse::<IpAddr>().is_ok() || word.parse::<SocketAddr>().is_ok();
    let behind_label = word.split_once(':').is_some_and(|(_, rest)| is_machine(rest));
    let is_network = word.split_once('/').is_some_and(|(start, _)| is_machine(start));
    is_machine(word) || behind_label || is_network || word.contains('@') || word.contains("#EXT#")
}
