//! The names and types of methods in exports, as methods held.

use std::collections::BTreeMap;

use super::entity::Entity;
use super::user::MethodHeld;
use crate::error::Result;
use crate::model::Method;

/// Methods by name, each once.
pub(super) fn named<S: AsRef<str>>(names: &[S]) -> Vec<MethodHeld> {
    let mut held: Vec<MethodHeld> = Vec::new();
    for method in names.iter().map(|name| Method::from_text(name.as_ref())) {
        if method != Method::Password && held.iter().all(|other| other.method != method) {
            held.push(MethodHeld { method, number: None, ids: Vec::new() });
        }
    }
    held
}

/// Methods by type, counted. Of phones, the type says which it is, and not whether it takes calls or
/// texts.
pub(super) fn counted(entities: &[Entity<'_>]) -> Result<Vec<MethodHeld>> {
    let mut held: BTreeMap<Method, (u32, Vec<String>)> = BTreeMap::new();
    for entity in entities {
        let method = method_of(entity)?;
        if method != Method::Password {
            let (number, ids) = held.entry(method).or_default();
            *number += 1;
            ids.extend(entity.owned_text("id")?);
        }
    }
    let one = |(method, (number, ids)): (Method, (u32, Vec<String>))| MethodHeld {
        method,
        number: Some(number),
        ids,
    };
    Ok(held.into_iter().map(one).collect())
}

fn method_of(entity: &Entity<'_>) -> Result<Method> {
    let name = entity.needed_text("@odata.type")?;
    let method = Method::from_text(name);
    match entity.text("phoneType")? {
        Some(which) if method == Method::PhoneUnspecified => Ok(Method::from_text(which)),
        _ => Ok(method),
    }
}

/// A default method, unless the text says that there is none.
pub(super) fn default_method(text: &str) -> Option<Method> {
    let is = |name: &str| text.eq_ignore_ascii_case(name);
    (!is("none") && !is("unknownFutureValue")).then(|| Method::from_text(text))
}
