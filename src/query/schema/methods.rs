//! The table `methods`.

use super::events::{
    ACTIVITY, ACTOR_KIND, CORRELATION_ID, EVENT_ID, FAMILY, MAINTENANCE, OUTCOME, RECORD, RULE,
    SOURCE, STATUS, TARGET_ID, TARGET_UPN, TIME, USER_KEY,
};
use super::{Definition, Kind, OfEvent, Seen};
use crate::model::Method;
use crate::query::value::Value;

/// The columns of `methods`, in order.
pub static METHODS: [Definition<OfEvent>; 17] = [
    EVENT_ID,
    TIME,
    CORRELATION_ID,
    FAMILY,
    ACTIVITY,
    STATUS,
    OUTCOME,
    MAINTENANCE,
    Definition::new("method", Kind::Category, "the method, by canonical name", |seen| {
        Value::text(method(seen).map(Method::as_str))
    }),
    Definition::new("method_family", Kind::Category, "the group it belongs to", |seen| {
        Value::text(method(seen).map(|method| method.family().as_str()))
    }),
    ACTOR_KIND,
    TARGET_ID,
    TARGET_UPN,
    USER_KEY,
    RULE,
    SOURCE,
    RECORD,
];

fn method(seen: Seen<'_>) -> Option<&Method> {
    seen.classification.methods.get(seen.place)
}
