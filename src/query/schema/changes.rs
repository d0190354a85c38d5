//! The table `changes`.

use super::events::{
    ACTIVITY, ACTOR_KIND, CORRELATION_ID, EVENT_ID, FAMILY, OUTCOME, RECORD, RULE, SOURCE, TIME,
    USER_KEY,
};
use super::{Definition, Kind, OfEvent, Seen};
use crate::model::{Change, PropertyValue, Target};
use crate::query::value::Value;

/// The columns of `changes`, in order. The target is the one that was changed, whatever its type.
pub static CHANGES: [Definition<OfEvent>; 18] = [
    EVENT_ID,
    TIME,
    CORRELATION_ID,
    FAMILY,
    ACTIVITY,
    OUTCOME,
    ACTOR_KIND,
    Definition::new("target_type", Kind::Category, "type of what was changed", |seen| {
        Value::text(target(seen).and_then(|target| target.kind.as_deref()))
    }),
    Definition::new("target_id", Kind::Text, "object id of what was changed", |seen| {
        Value::text(target(seen).and_then(|target| target.id.as_deref()))
    }),
    Definition::new("target_upn", Kind::Text, "user principal name of who was changed", |seen| {
        Value::text(target(seen).and_then(|target| target.user_principal_name.as_deref()))
    }),
    Definition::new("target_name", Kind::Text, "display name of what was changed", |seen| {
        Value::text(target(seen).and_then(|target| target.display_name.as_deref()))
    }),
    USER_KEY,
    Definition::new("property", Kind::Category, "name of the modified property", |seen| {
        Value::text(change(seen).map(|(_, change)| change.name.as_str()))
    }),
    Definition::new("old_value", Kind::Text, "its value before, as the log writes it", |seen| {
        value(change(seen).and_then(|(_, change)| change.old.as_ref()))
    }),
    Definition::new("new_value", Kind::Text, "its value after, as the log writes it", |seen| {
        value(change(seen).and_then(|(_, change)| change.new.as_ref()))
    }),
    RULE,
    SOURCE,
    RECORD,
];

fn value(value: Option<&PropertyValue>) -> Value<'_> {
    Value::text(value.map(|value| value.text.as_str()))
}

fn target(seen: Seen<'_>) -> Option<&Target> {
    change(seen).map(|(target, _)| target)
}

fn change(seen: Seen<'_>) -> Option<(&Target, &Change)> {
    let changes = seen
        .event
        .targets
        .iter()
        .flat_map(|target| target.changes.iter().flatten().map(move |change| (target, change)));
    changes.into_iter().nth(seen.place)
}
