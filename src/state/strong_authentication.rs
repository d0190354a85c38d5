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
        let mut parties = Vec::new();
        for entry in &entries {
            match entry {
                Entry::Object(_) => {
                    let party = text_of(entity, REQUIREMENTS, entry, "RelyingParty")?;
                    parties.push(party.trim().to_owned());
                }
                // What a script wrote in place of the entry.
                Entry::Text(text) => {
                    let value = Value::String((*text).to_owned());
                    let expected = "a list of objects, of `*`, or of states";
                    let found = requirement(text);
                    parties.extend(
                        found.ok_or_else(|| entity.unexpected(REQUIREMENTS, &value, expected))?,
                    );
                }
            }
        }
        facts.state(owner, Fact::RelyingParties(parties), entity.origin, None);
    }
    Ok(())
}

/// The relying parties that a text stands for, of those that a script may have written: `*`, or a state, of which
/// `disabled` is none. `None` for a text that may be anything.
pub(super) fn requirement(text: &str) -> Option<Vec<String>> {
    let text = text.trim();
    let is = |state: &str| text.eq_ignore_ascii_case(state);
    match () {
        () if text == ANY || is("enabled") || is("enforced") => Some(vec![ANY.to_owned()]),
        () if is("disabled") => Some(Vec::new()),
        () => None,
    }
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
        Value::String(text) if is_name(text) => Ok(Entry::Text(text)),
        other => Err(entity.unexpected(key, other, "a list of objects")),
    };
    values.iter().map(one).collect::<Result<_>>().map(Some)
}

/// Whether a text can be a name or a state, and not what PowerShell writes of an object that lies too deep, or of a list.
pub(super) fn is_name(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty()
        && !text.contains(|c: char| c.is_whitespace() || "{}[]()=;,".contains(c))
        && !["System.", "Microsoft."].iter().any(|start| text.starts_with(start))
}

/// What stands under one key of each entry.
fn texts<'a>(
    entity: &Entity<'_>,
    list: &str,
    entries: &[Entry<'a>],
    key: &'static str,
) -> Result<Vec<&'a str>> {
    entries.iter().map(|entry| text_of(entity, list, entry, key)).collect()
}

fn text_of<'a>(
    entity: &Entity<'_>,
    list: &str,
    entry: &Entry<'a>,
    key: &'static str,
) -> Result<&'a str> {
    match entry {
        Entry::Text(text) => Ok(*text),
        Entry::Object(keys) => match find(keys, key) {
            Some(Value::String(text)) if !text.trim().is_empty() => Ok(text.as_str()),
            Some(other) => Err(entity.unexpected(key, other, "a text")),
            None => Err(entity.unexpected(list, &Value::Null, key)),
        },
    }
}
