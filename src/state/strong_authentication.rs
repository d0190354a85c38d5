//! Methods and requirements as the retired module MSOnline exported users (`Get-MsolUser`).
//!
//! `StrongAuthenticationMethods` lists `MethodType` and `IsDefault`, `StrongAuthenticationRequirements`
//! `RelyingParty` and `State`; the relying party `*` stands for per-user multifactor authentication. A script may
//! have written the types or the states alone.

use serde_json::{Map, Value};

use super::entity::{Entity, find};
use super::facts::{Fact, Facts};
use super::held::{default_method, named};
use super::owner::Owner;
use crate::error::Result;

const METHODS: &str = "StrongAuthenticationMethods";
const REQUIREMENTS: &str = "StrongAuthenticationRequirements";

/// The relying party of per-user multifactor authentication.
pub(super) const ANY: &str = "*";

/// States what the entry of a user holds of both.
pub(super) fn state(facts: &mut Facts, owner: &Owner, entity: &Entity<'_>) -> Result<()> {
    if let Some(entries) = entries(entity, METHODS)? {
        let types = texts(entity, METHODS, &entries, "MethodType")?;
        let methods = Fact::StrongAuthenticationMethods(named(&types));
        facts.state(owner, methods, entity.origin, None);
        let is_default = |entry: &&Entry<'_>| entry.value("IsDefault") == Some(&Value::Bool(true));
        let default = entries.iter().zip(&types).find(|(entry, _)| is_default(entry));
        if let Some(method) = default.and_then(|(_, name)| default_method(name)) {
            facts.state(owner, Fact::DefaultMethod(method), entity.origin, None);
        }
    }
    if let Some(entries) = entries(entity, REQUIREMENTS)? {
        let parties = texts(entity, REQUIREMENTS, &entries, "RelyingParty")?;
        let state_of = |entry: &Entry<'_>| entry.text("State").map(str::to_owned);
        let states = entries.iter().map(state_of);
        for fact in facts_of(parties.iter().map(|text| requirement(text)).zip(states)) {
            facts.state(owner, fact, entity.origin, None);
        }
    }
    Ok(())
}

/// What the texts state that a script wrote of the requirements: relying parties, or states.
pub(super) fn requirements<S: AsRef<str>>(texts: &[S]) -> [Fact; 2] {
    let state = |text: &S| is_state(text.as_ref()).then(|| text.as_ref().to_owned());
    facts_of(texts.iter().map(|text| (requirement(text.as_ref()), state(text))))
}

/// The relying party that a text names, or that a state speaks of; `disabled` speaks of none.
fn requirement(text: &str) -> Option<String> {
    match is_state(text) {
        true if text.eq_ignore_ascii_case("disabled") => None,
        true => Some(ANY.to_owned()),
        false => Some(text.to_owned()),
    }
}

fn is_state(text: &str) -> bool {
    ["disabled", "enabled", "enforced"].iter().any(|state| text.eq_ignore_ascii_case(state))
}

fn facts_of(requirements: impl Iterator<Item = (Option<String>, Option<String>)>) -> [Fact; 2] {
    let found: Vec<(String, Option<String>)> =
        requirements.filter_map(|(party, state)| Some((party?, state))).collect();
    let any = found.iter().find(|(party, _)| party == ANY);
    let state = match any {
        Some((_, state)) => state.as_deref().unwrap_or("enforced").to_ascii_lowercase(),
        None => "disabled".to_owned(),
    };
    let parties = found.into_iter().map(|(party, _)| party).collect();
    [Fact::RelyingParties(parties), Fact::PerUserMfa(state)]
}

/// An entry of one of the lists.
enum Entry<'a> {
    Object(&'a Map<String, Value>),
    Text(&'a str),
}

impl Entry<'_> {
    fn value(&self, key: &str) -> Option<&Value> {
        match self {
            Self::Object(keys) => find(keys, key),
            Self::Text(_) => None,
        }
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.value(key).and_then(Value::as_str)
    }
}

/// The entries of a list; PowerShell may write one of them without the list, or wrap the list.
fn entries<'a>(entity: &Entity<'a>, key: &str) -> Result<Option<Vec<Entry<'a>>>> {
    let Some(value) = entity.given(key) else { return Ok(None) };
    let values = match value {
        Value::Array(values) => values.as_slice(),
        Value::Object(keys) => match find(keys, "value") {
            Some(Value::Array(values)) => values,
            _ => std::slice::from_ref(value),
        },
        one => std::slice::from_ref(one),
    };
    let one = |value: &'a Value| match value {
        Value::Object(keys) => Ok(Entry::Object(keys)),
        // What ConvertTo-Json writes for what lies too deep.
        Value::String(text) if !text.trim().is_empty() && !text.contains("Microsoft.Online") => {
            Ok(Entry::Text(text))
        }
        other => Err(entity.unexpected(key, other, "a list of objects")),
    };
    values.iter().map(one).collect::<Result<_>>().map(Some)
}

/// What stands under one key of each entry.
fn texts<'a>(
    entity: &Entity<'_>,
    list: &str,
    entries: &[Entry<'a>],
    key: &'static str,
) -> Result<Vec<&'a str>> {
    let one = |entry: &Entry<'a>| match entry {
        Entry::Text(text) => Ok(*text),
        Entry::Object(keys) => match find(keys, key) {
            Some(Value::String(text)) => Ok(text.as_str()),
            Some(other) => Err(entity.unexpected(key, other, "a text")),
            None => Err(entity.unexpected(list, &Value::Null, key)),
        },
    };
    entries.iter().map(one).collect()
}
