//! The table `users`.

use std::collections::BTreeSet;

use super::attempts::methods;
use super::{Definition, Kind};
use crate::attempt::{MethodChange, UserHistory};
use crate::model::Method;
use crate::query::value::Value;

const CERTAINTIES: &[&str] = &["directory", "replayed", "unknown"];

/// Reads a column from what is known of a user.
pub type OfUser = fn(&UserHistory) -> Value<'_>;

/// The columns of `users`, in order.
pub static USERS: [Definition<OfUser>; 25] = [
    Definition::new(
        "user_key",
        Kind::Text,
        "what tells the user: object id, else user principal name, in lower case",
        |user| user_key(user.user_id.as_ref(), user.user_principal_name.as_ref()),
    ),
    Definition::new("user_id", Kind::Text, "object id", |user| {
        Value::text(user.user_id.as_deref())
    }),
    Definition::new("user_upn", Kind::Text, "user principal name", |user| {
        Value::text(user.user_principal_name.as_deref())
    }),
    Definition::new(
        "other_upns",
        Kind::Texts,
        "other user principal names that go with the same object id",
        |user| Value::texts(user.other_names.iter().map(String::as_str)),
    ),
    Definition::new("user_name", Kind::Text, "display name", |user| {
        Value::text(user.display_name.as_deref())
    }),
    Definition::new("attempts", Kind::Number, "how many attempts", |user| {
        Value::Number(user.attempts.total())
    }),
    Definition::new("attempts_completed", Kind::Number, "attempts that got through", |user| {
        Value::Number(user.attempts.completed)
    }),
    Definition::new("attempts_cancelled", Kind::Number, "attempts broken off", |user| {
        Value::Number(user.attempts.cancelled)
    }),
    Definition::new("attempts_failed", Kind::Number, "attempts that did not work", |user| {
        Value::Number(user.attempts.failed)
    }),
    Definition::new("attempts_abandoned", Kind::Number, "attempts without an end", |user| {
        Value::Number(user.attempts.abandoned)
    }),
    Definition::new("attempts_single_change", Kind::Number, "single changes", |user| {
        Value::Number(user.attempts.single_change)
    }),
    Definition::new("attempts_reviewed", Kind::Number, "reviews and nothing else", |user| {
        Value::Number(user.attempts.reviewed)
    }),
    Definition::new(
        "attempts_unknown",
        Kind::Number,
        "attempts without a result that is known",
        |user| Value::Number(user.attempts.unknown),
    ),
    Definition::new("success", Kind::Number, "events that succeeded, whoever acted", |user| {
        Value::Number(user.outcomes.success)
    }),
    Definition::new("failure", Kind::Number, "events that failed", |user| {
        Value::Number(user.outcomes.failure)
    }),
    Definition::new("cancelled", Kind::Number, "events broken off", |user| {
        Value::Number(user.outcomes.cancelled)
    }),
    Definition::new("started", Kind::Number, "events that begin something", |user| {
        Value::Number(user.outcomes.started)
    }),
    Definition::new("unknown", Kind::Number, "events without a result that is known", |user| {
        Value::Number(user.outcomes.unknown)
    }),
    Definition::new(
        "methods_registered",
        Kind::Categories,
        "the methods registered at any time, each once",
        |user| changed(&user.methods_registered),
    ),
    Definition::new(
        "methods_deleted",
        Kind::Categories,
        "the methods deleted at any time, each once",
        |user| changed(&user.methods_deleted),
    ),
    Definition::new(
        "methods_held",
        Kind::Categories,
        "the methods held after the last event; inferred",
        |user| methods(&user.methods_held),
    ),
    Definition::new(
        "certainty",
        Kind::Choice(CERTAINTIES),
        "how sure that is: directory, listed by the directory after the last change; replayed, from events",
        |user| user.certainty.as_str().into(),
    ),
    Definition::new(
        "default_method",
        Kind::Category,
        "the default method, where the log shows it",
        |user| Value::text(user.default_method.as_ref().map(Method::as_str)),
    ),
    Definition::new("first", Kind::Time, "time of the first event", |user| Value::Time(user.first)),
    Definition::new("last", Kind::Time, "time of the last event", |user| Value::Time(user.last)),
];

pub(super) fn user_key<'row>(id: Option<&'row String>, name: Option<&'row String>) -> Value<'row> {
    id.or(name).map_or(Value::Null, |name| name.to_lowercase().into())
}

fn changed(changes: &[MethodChange]) -> Value<'_> {
    let names: BTreeSet<&str> = changes.iter().map(|change| change.method.as_str()).collect();
    Value::texts(names)
}
