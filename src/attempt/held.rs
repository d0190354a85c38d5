//! How many of each method are held, as methods come and go.

use std::collections::BTreeMap;

use super::similar::{can_be_same, can_be_several, is_other_phone};
use crate::model::Method;

/// Adds one of a method.
pub(crate) fn add(all: &mut BTreeMap<Method, u32>, method: &Method) {
    let number = all.entry(method.clone()).or_default();
    *number = if can_be_several(method) { *number + 1 } else { 1 };
}

/// Takes one of a method: by its own name, else one of which it is a less or more exact name. A
/// phone that is not named is the mobile phone, which may be held for calls and for texts.
pub(crate) fn remove(all: &mut BTreeMap<Method, u32>, method: &Method) {
    let mobile = [Method::PhoneMobileSms, Method::PhoneMobileCall, Method::PhoneUnspecified];
    if *method == Method::PhoneUnspecified && mobile.iter().any(|m| all.contains_key(m)) {
        all.retain(|held, _| !mobile.contains(held));
        return;
    }
    let by_name = all.contains_key(method).then(|| method.clone());
    let is_it = |held: &&Method| can_be_same(held, method) && !is_other_phone(held, method);
    let found = by_name.or_else(|| all.keys().find(is_it).cloned());
    let Some(found) = found else { return };
    if let Some(number) = all.get_mut(&found) {
        *number -= 1;
        if *number == 0 {
            all.remove(&found);
        }
    }
}
