//! Personal data out of what is shown.

use std::collections::HashMap;

use crate::catalogue::methods_in;
use crate::model::{Event, IpAddress, Method, PropertyValue, Reason, Target, phone_numbers};

/// Replaces personal data in events: user principal names and names by `user1`, `user2`, ..,
/// addresses by `address1`, .., names of devices by `device1`, .., phone numbers by `[phone]`.
///
/// The same person, address or device gets the same stand-in for as long as the masker lives, so
/// that masked events can still be counted and compared. Object ids stay: they mean nothing outside the
/// directory, and are what lets its owner look a case up. Values of modified properties and details,
/// which may hold anything, are replaced whole.
///
/// ```
/// use regaudit::{Masker, Origin, model::{Event, Reason, parse_timestamp}};
/// let time = parse_timestamp("2026-03-09T08:00:00Z").unwrap();
/// let mut event = Event::new(time, "User changed default security info", Origin::new("mine"));
/// event.reason = Some(Reason::new("User changed the default security info for Call +1 2025550143"));
/// Masker::new().mask(&mut event);
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
const VALUE: &str = "[masked]";

impl Masker {
    /// A masker that has met nobody.
    pub fn new() -> Self {
        let [users, addresses, devices] = ["user", "address", "device"].map(Pseudonyms::new);
        Self { users, addresses, devices }
    }

    /// Masks an event in place.
    pub fn mask(&mut self, event: &mut Event) {
        let names = personal_names(event);
        if let Some(reason) = &mut event.reason {
            *reason = Reason::new(self.mask_reason(reason, &names));
        }
        if let Some(user) = &mut event.actor.user {
            let stand_in = self.person(
                user.id.as_ref(),
                user.user_principal_name.as_ref(),
                user.display_name.as_ref(),
            );
            if let Some(pseudonym) = stand_in {
                replace(&mut user.user_principal_name, &pseudonym);
                replace(&mut user.display_name, &pseudonym);
            }
        }
        for target in &mut event.targets {
            self.mask_target(target);
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

    /// Masks a text that stands by itself: addresses of mail and phone numbers in it.
    pub fn mask_text(&self, text: &str) -> String {
        scrub(text, &[])
    }

    /// The stand-in for a person. Two people may share a display name, so it tells them only where
    /// there is nothing else.
    fn person(
        &mut self,
        id: Option<&String>,
        user_principal_name: Option<&String>,
        display_name: Option<&String>,
    ) -> Option<String> {
        self.users.of([id, user_principal_name]).or_else(|| self.users.of([display_name]))
    }

    fn mask_reason(&mut self, reason: &Reason, names: &[String]) -> String {
        let text = scrub(reason.as_str(), names);
        // A method that nobody knows may be the name of somebody's device.
        let methods = methods_in(&Reason::new(text.clone()));
        methods.iter().fold(text, |text, method| match method {
            Method::Other(unknown) => {
                let device = unknown.as_str().to_owned();
                text.replace(&device, &self.devices.of([Some(&device)]).unwrap_or_default())
            }
            _ => text,
        })
    }

    fn mask_target(&mut self, target: &mut Target) {
        let is = |kind: &str| {
            target.kind.as_deref().is_some_and(|found| found.eq_ignore_ascii_case(kind))
        };
        let is_person = is("user") || target.user_principal_name.is_some() || target.kind.is_none();
        if is_person {
            let stand_in = self.person(
                target.id.as_ref(),
                target.user_principal_name.as_ref(),
                target.display_name.as_ref(),
            );
            if let Some(pseudonym) = stand_in {
                replace(&mut target.user_principal_name, &pseudonym);
                replace(&mut target.display_name, &pseudonym);
            }
        } else if is("device")
            && let Some(pseudonym) = self.devices.of([target.display_name.as_ref()])
        {
            replace(&mut target.display_name, &pseudonym);
        }
        for change in target.changes.iter_mut().flatten() {
            for value in [&mut change.old, &mut change.new].into_iter().flatten() {
                *value = PropertyValue::new(VALUE);
            }
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

/// The names in an event that its texts may repeat.
fn personal_names(event: &Event) -> Vec<String> {
    let user =
        event.actor.user.iter().flat_map(|user| [&user.user_principal_name, &user.display_name]);
    let targets =
        event.targets.iter().flat_map(|target| [&target.user_principal_name, &target.display_name]);
    let mut names: Vec<String> = user.chain(targets).flatten().cloned().collect();
    names.extend(event.device_names().into_iter().map(str::to_owned));
    // A name of one or two letters would be found inside words.
    names.retain(|name| name.len() > 2);
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    names
}

/// A text without phone numbers, addresses, and the names given.
fn scrub(text: &str, names: &[String]) -> String {
    let mut text = text.to_owned();
    for name in names {
        text = text.replace(name.as_str(), "[name]");
    }
    let numbers: Vec<_> = phone_numbers(&text).collect();
    for range in numbers.into_iter().rev() {
        text.replace_range(range, PHONE);
    }
    let words = text.split(' ').map(|word| {
        let core = word.trim_matches(|character: char| character.is_ascii_punctuation());
        let is_address = core.parse::<std::net::IpAddr>().is_ok();
        if is_address || core.contains('@') {
            word.replace(core, "[address]")
        } else {
            word.to_owned()
        }
    });
    words.collect::<Vec<_>>().join(" ")
}
