//! The table `facts`: what the rules of the catalogue ask about, so that any engine can ask again.

use super::{Definition, Kind, Seen};
use crate::catalogue::{Facts, Field};
use crate::query::value::Value;

/// An event with its facts.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Judged<'row> {
    /// The event.
    pub seen: Seen<'row>,
    /// What rules ask about.
    pub facts: &'row Facts<'row>,
}

impl<'row> Judged<'row> {
    /// An event with its facts.
    pub fn new(seen: Seen<'row>, facts: &'row Facts<'row>) -> Self {
        Self { seen, facts }
    }
}

/// Reads a column from an event with its facts.
pub type OfFacts = fn(Judged<'_>) -> Value<'_>;

/// The columns of `facts`, in order: which record, every [`Field`] under its name, and the rule.
pub static FACTS: [Definition<OfFacts>; 13] = [
    Definition::new("source", Kind::Category, "the file the record stands in", |row| {
        row.seen.event.origin.source.as_ref().into()
    }),
    Definition::new("record", Kind::Number, "the record's number in its file, from 1", |row| {
        Value::number(row.seen.event.origin.record)
    }),
    Definition::new("event_id", Kind::Text, "id of the record", |row| {
        Value::text(row.seen.event.id.as_deref())
    }),
    Definition::new("service", Kind::Category, "the service; empty if unknown", |row| {
        row.facts.get(Field::Service).into()
    }),
    Definition::new("activity", Kind::Category, "what happened, without a full stop", |row| {
        row.facts.get(Field::Activity).into()
    }),
    Definition::new("operation", Kind::Category, "the operation; empty if unknown", |row| {
        row.facts.get(Field::Operation).into()
    }),
    Definition::new("status", Kind::Category, "what the log says of the result", |row| {
        row.facts.get(Field::Status).into()
    }),
    Definition::new("reason", Kind::Text, "why, in ASCII lower case without a full stop", |row| {
        row.facts.get(Field::Reason).into()
    }),
    Definition::new(
        "modified_properties",
        Kind::Category,
        "`absent` where no target has a list of modified properties, else `present`",
        |row| row.facts.get(Field::ModifiedProperties).into(),
    ),
    Definition::new(
        "changed_properties",
        Kind::Text,
        "names of the modified properties, each between `;`",
        |row| row.facts.get(Field::ChangedProperties).into(),
    ),
    Definition::new(
        "strong_authentication_change",
        Kind::Category,
        "`methods` where methods changed, `bookkeeping` where only what the service keeps did",
        |row| row.facts.get(Field::StrongAuthenticationChange).into(),
    ),
    Definition::new(
        "strong_authentication_methods",
        Kind::Text,
        "methods that the directory's record gained, or lost if it gained none, joined by `;`",
        |row| row.facts.get(Field::StrongAuthenticationMethods).into(),
    ),
    Definition::new("rule", Kind::Category, "the rule of the catalogue that decided", |row| {
        row.seen.classification.rule.into()
    }),
];
