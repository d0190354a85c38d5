//! The table `events`, and the columns that other tables share with it.

use super::{Definition, Kind, OfEvent, Seen};
use crate::model::{Method, Reason, Target};
use crate::query::value::Value;

const FAMILIES: &[&str] =
    &["credential", "other", "password", "policy", "registration", "role", "twin"];
const OUTCOMES: &[&str] = &["cancelled", "failure", "started", "success", "unknown"];
const STATUSES: &[&str] = &["failure", "success", "timeout", "unknown"];
const ACTOR_KINDS: &[&str] = &["admin", "application", "service", "unknown", "user"];

/// The columns of `events`, in order.
pub static EVENTS: [Definition<OfEvent>; 29] = [
    EVENT_ID,
    TIME,
    TENANT_ID,
    CORRELATION_ID,
    Definition::new("service", Kind::Category, "the service that logged it", |seen| {
        Value::text(seen.event.service.as_deref())
    }),
    Definition::new(
        "category",
        Kind::Category,
        "the record's own category, not the envelope's",
        |seen| Value::text(seen.event.category.as_deref()),
    ),
    Definition::new(
        "operation",
        Kind::Category,
        "the type of the operation, such as Add",
        |seen| Value::text(seen.event.operation.as_deref()),
    ),
    FAMILY,
    ACTIVITY,
    STATUS,
    Definition::new("reason", Kind::Text, "why, in the words of the log", |seen| {
        Value::text(seen.event.reason.as_ref().map(Reason::as_str))
    }),
    OUTCOME,
    Definition::new(
        "methods",
        Kind::Categories,
        "the methods it is about, by canonical name, each once",
        |seen| Value::texts(seen.classification.methods.iter().map(Method::as_str)),
    ),
    MAINTENANCE,
    ACTOR_KIND,
    Definition::new(
        "actor_id",
        Kind::Text,
        "object id of who did it: the user, else the service principal, else the application",
        |seen| Value::text(seen.event.actor.id()),
    ),
    Definition::new("actor_upn", Kind::Text, "user principal name of who did it", |seen| {
        Value::text(seen.event.actor.user_principal_name())
    }),
    Definition::new("actor_app", Kind::Category, "name of the application that did it", |seen| {
        Value::text(seen.event.actor.application_name())
    }),
    TARGET_ID,
    TARGET_UPN,
    Definition::new("target_name", Kind::Text, "display name of the target", |seen| {
        Value::text(target(seen).and_then(|target| target.display_name.as_deref()))
    }),
    Definition::new("ip", Kind::Text, "address of the initiator, as the log writes it", |seen| {
        Value::text(seen.event.ip.as_ref().map(|ip| ip.text.as_str()))
    }),
    Definition::new("user_agent", Kind::Text, "the client, as it calls itself", |seen| {
        Value::text(seen.event.user_agent.as_deref())
    }),
    RULE,
    SOURCE,
    RECORD,
    Definition::new("line", Kind::Number, "line on which the record begins, from 1", |seen| {
        Value::number(seen.event.origin.line)
    }),
    Definition::new(
        "byte",
        Kind::Number,
        "offset of the record's first byte in the decoded text, from 0",
        |seen| Value::number(seen.event.origin.byte),
    ),
    USER_KEY,
];

pub(super) const EVENT_ID: Definition<OfEvent> = Definition::new(
    "event_id",
    Kind::Text,
    "id of the record; the portal's CSV has none",
    |seen| Value::text(seen.event.id.as_deref()),
);

pub(super) const TIME: Definition<OfEvent> =
    Definition::new("time", Kind::Time, "when it happened, by the log", |seen| {
        Value::Time(seen.event.time)
    });

const TENANT_ID: Definition<OfEvent> =
    Definition::new("tenant_id", Kind::Category, "the directory's tenant", |seen| {
        Value::text(seen.event.tenant_id.as_deref())
    });

pub(super) const CORRELATION_ID: Definition<OfEvent> =
    Definition::new("correlation_id", Kind::Text, "what belongs to one operation", |seen| {
        Value::text(seen.event.correlation_id.as_deref())
    });

pub(super) const FAMILY: Definition<OfEvent> = Definition::new(
    "family",
    Kind::Choice(FAMILIES),
    "what kind of question it answers; `registration` is the main job",
    |seen| seen.classification.family.as_str().into(),
);

pub(super) const ACTIVITY: Definition<OfEvent> = Definition::new(
    "activity",
    Kind::Category,
    "what happened, by its usual English name; as logged where unknown",
    |seen| seen.event.activity.as_str().into(),
);

pub(super) const STATUS: Definition<OfEvent> = Definition::new(
    "status",
    Kind::Choice(STATUSES),
    "what the log says of the result; a cancel is logged as a failure",
    |seen| seen.event.status.column().into(),
);

pub(super) const OUTCOME: Definition<OfEvent> =
    Definition::new("outcome", Kind::Choice(OUTCOMES), "what came of it, by the rule", |seen| {
        seen.classification.outcome.as_str().into()
    });

pub(super) const MAINTENANCE: Definition<OfEvent> = Definition::new(
    "maintenance",
    Kind::Bool,
    "whether the service wrote it for itself: no person's act",
    |seen| Value::Bool(seen.classification.maintenance),
);

pub(super) const ACTOR_KIND: Definition<OfEvent> =
    Definition::new("actor_kind", Kind::Choice(ACTOR_KINDS), "who did it", |seen| {
        seen.event.actor_kind().as_str().into()
    });

pub(super) const TARGET_ID: Definition<OfEvent> = Definition::new(
    "target_id",
    Kind::Text,
    "object id of the target: the user it is about, else the first of any type",
    |seen| Value::text(target(seen).and_then(|target| target.id.as_deref())),
);

pub(super) const TARGET_UPN: Definition<OfEvent> =
    Definition::new("target_upn", Kind::Text, "user principal name of the target", |seen| {
        Value::text(target(seen).and_then(|target| target.user_principal_name.as_deref()))
    });

pub(super) const USER_KEY: Definition<OfEvent> = Definition::new(
    "user_key",
    Kind::Text,
    "what tells the user it is about: object id, else user principal name, in lower case",
    |seen| seen.event.user().and_then(|user| user.key()).map_or(Value::Null, Value::from),
);

pub(super) const RULE: Definition<OfEvent> =
    Definition::new("rule", Kind::Category, "the rule of the catalogue that decided", |seen| {
        seen.classification.rule.into()
    });

pub(super) const SOURCE: Definition<OfEvent> =
    Definition::new("source", Kind::Category, "the file the record stands in", |seen| {
        seen.event.origin.source.as_ref().into()
    });

pub(super) const RECORD: Definition<OfEvent> =
    Definition::new("record", Kind::Number, "the record's number in its file, from 1", |seen| {
        Value::number(seen.event.origin.record)
    });

/// The user the event is about, else the first target of any kind.
fn target(seen: Seen<'_>) -> Option<&Target> {
    seen.event.target_user().or(seen.event.targets.first())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Family;

    #[test]
    fn every_family_has_a_place_in_the_column() {
        let mut families = Family::ALL.map(Family::as_str);
        families.sort_unstable();
        assert_eq!(FAMILIES, families);
    }
}
