//! The table `attempts`.

use super::users::user_key;
use super::{Definition, Kind};
use crate::attempt::Attempt;
use crate::model::Method;
use crate::query::value::Value;

const OUTCOMES: &[&str] =
    &["abandoned", "cancelled", "completed", "failed", "reviewed", "single_change", "unknown"];
const MODES: &[&str] = &["interrupt", "manage", "unknown"];

/// Reads a column from an attempt.
pub type OfAttempt = fn(&Attempt) -> Value<'_>;

/// The columns of `attempts`, in order.
pub static ATTEMPTS: [Definition<OfAttempt>; 20] = [
    Definition::new(
        "user_key",
        Kind::Text,
        "what tells the user: object id, else user principal name, in lower case",
        |attempt| user_key(attempt.user_id.as_ref(), attempt.user_principal_name.as_ref()),
    ),
    Definition::new("user_id", Kind::Text, "object id of the user", |attempt| {
        Value::text(attempt.user_id.as_deref())
    }),
    Definition::new("user_upn", Kind::Text, "user principal name of the user", |attempt| {
        Value::text(attempt.user_principal_name.as_deref())
    }),
    Definition::new("user_name", Kind::Text, "display name of the user", |attempt| {
        Value::text(attempt.display_name.as_deref())
    }),
    Definition::new(
        "outcome",
        Kind::Choice(OUTCOMES),
        "what came of it; inferred from the steps taken together",
        |attempt| attempt.outcome.as_str().into(),
    ),
    Definition::new(
        "mode",
        Kind::Choice(MODES),
        "whether sign-in asked for it or the user came by themselves; inferred from the activities",
        |attempt| attempt.mode.as_str().into(),
    ),
    Definition::new("first", Kind::Time, "time of the first step", |attempt| {
        Value::Time(attempt.first)
    }),
    Definition::new("last", Kind::Time, "time of the last step", |attempt| {
        Value::Time(attempt.last)
    }),
    Definition::new(
        "duration_seconds",
        Kind::Seconds,
        "from the first to the last step; 0 for a single one",
        |attempt| Value::Real(attempt.duration_seconds),
    ),
    Definition::new(
        "tries",
        Kind::Number,
        "how often something was begun, or tried without a beginning in the log; at least 1",
        |attempt| Value::Number(attempt.tries),
    ),
    Definition::new("events", Kind::Number, "how many steps", |attempt| {
        Value::Number(attempt.events)
    }),
    Definition::new(
        "twins",
        Kind::Number,
        "how many second records of these steps in other services",
        |attempt| Value::Number(attempt.twins),
    ),
    Definition::new(
        "methods_tried",
        Kind::Categories,
        "the methods begun, registered or updated, and those that failed",
        |attempt| methods(&attempt.methods_tried),
    ),
    Definition::new(
        "methods_obtained",
        Kind::Categories,
        "the methods registered or updated",
        |attempt| methods(&attempt.methods_obtained),
    ),
    Definition::new("reason", Kind::Text, "the reason of the step that decided", |attempt| {
        Value::text(attempt.reason.as_deref())
    }),
    Definition::new("rule", Kind::Category, "the rule of the step that decided", |attempt| {
        Value::from(attempt.rule.as_str())
    }),
    Definition::new(
        "correlation_ids",
        Kind::Texts,
        "the correlation ids of the steps, in lower case",
        |attempt| Value::texts(attempt.correlation_ids.iter().map(String::as_str)),
    ),
    Definition::new(
        "source",
        Kind::Category,
        "the input that holds the first of its records",
        |attempt| Value::text(attempt.origins.first().map(|origin| origin.source.as_ref())),
    ),
    Definition::new("record", Kind::Number, "the first of its records, from 1", |attempt| {
        Value::number(attempt.origins.first().and_then(|origin| origin.record))
    }),
    Definition::new("records", Kind::Number, "how many records, steps and twins", |attempt| {
        Value::Number(attempt.origins.len() as u64)
    }),
];

pub(super) fn methods(methods: &[Method]) -> Value<'_> {
    Value::texts(methods.iter().map(Method::as_str))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attempt::{AttemptOutcome, Mode};

    #[test]
    fn every_value_is_a_choice() {
        assert!(AttemptOutcome::ALL.iter().all(|outcome| OUTCOMES.contains(&outcome.as_str())));
        assert!(Mode::ALL.iter().all(|mode| MODES.contains(&mode.as_str())));
        assert!(OUTCOMES.is_sorted() && MODES.is_sorted());
    }
}
