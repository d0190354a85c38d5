//! The fields that conditions speak of.

use std::borrow::Cow;

use serde_json::Value;

use crate::model::{Change, Event, Method, PropertyValue, Reason};

/// A field of a record that a [`Condition`](super::Condition) may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Field {
    /// `loggedByService`; empty where the export has none.
    Service,
    /// The activity by its usual English name, without a full stop or blank behind it.
    Activity,
    /// `operationType`.
    Operation,
    /// The result: `success`, `failure`, `timeout`, or `unknown`.
    Status,
    /// The reason in ASCII lower case without a final full stop; empty where there is none.
    Reason,
    /// `absent` where no target has a list of modified properties, else `present`.
    ModifiedProperties,
    /// The names of the modified properties, each with `;` before and behind it.
    ChangedProperties,
    /// What happened to the `StrongAuthentication*` properties of a user: `methods` where methods,
    /// numbers or devices changed, `bookkeeping` where nothing but time stamps and versions of
    /// what is registered did, else empty.
    StrongAuthenticationChange,
    /// The methods that `StrongAuthenticationMethod` gained, or lost if it gained none: canonical
    /// names, joined by `;`.
    StrongAuthenticationMethods,
}

impl Field {
    /// Every field.
    pub const ALL: [Self; 9] = [
        Self::Service,
        Self::Activity,
        Self::Operation,
        Self::Status,
        Self::Reason,
        Self::ModifiedProperties,
        Self::ChangedProperties,
        Self::StrongAuthenticationChange,
        Self::StrongAuthenticationMethods,
    ];

    /// The name of the field in documentation and, later, as a column.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Activity => "activity",
            Self::Operation => "operation",
            Self::Status => "status",
            Self::Reason => "reason",
            Self::ModifiedProperties => "modified_properties",
            Self::ChangedProperties => "changed_properties",
            Self::StrongAuthenticationChange => "strong_authentication_change",
            Self::StrongAuthenticationMethods => "strong_authentication_methods",
        }
    }

    /// Whether the field is compared in ASCII lower case.
    pub const fn folds(self) -> bool {
        matches!(self, Self::Reason)
    }
}

/// The fields of one record, as conditions see them.
///
/// ```
/// use regaudit::catalogue::{Facts, Field, classify_facts};
/// let facts = Facts::new(&[
///     (Field::Service, "Authentication Methods"),
///     (Field::Activity, "User deleted security info"),
///     (Field::Status, "failure"),
/// ]);
/// assert_eq!(classify_facts(&facts).unwrap().rule, "registration.delete_failed");
/// ```
#[derive(Debug, Clone, Default)]
pub struct Facts<'event> {
    texts: [Cow<'event, str>; Field::ALL.len()],
    /// The reason as the log wrote it.
    reason: Cow<'event, str>,
}

impl<'event> Facts<'event> {
    /// Facts given one by one; a field that is not given is empty, the status `unknown`.
    pub fn new(given: &[(Field, &'event str)]) -> Self {
        let mut facts = Self::default();
        facts.set(Field::Status, "unknown");
        for &(field, text) in given {
            match field {
                Field::Reason => facts.set_reason(text),
                _ => facts.set(field, text),
            }
        }
        facts
    }

    /// The facts of an event.
    pub fn of(event: &'event Event) -> Self {
        let mut facts = Self::default();
        facts.set(Field::Service, event.service.as_deref().unwrap_or_default());
        facts.set(Field::Activity, event.activity.as_str().trim_end_matches(['.', ' ']));
        facts.set(Field::Operation, event.operation.as_deref().unwrap_or_default());
        facts.set(Field::Status, event.status.column());
        if let Some(reason) = &event.reason {
            facts.set_reason(reason.as_str());
        }
        let has_changes = event.targets.iter().any(|target| target.changes.is_some());
        let modified_properties = if has_changes { "present" } else { "absent" };
        facts.set(Field::ModifiedProperties, modified_properties);
        let mut names = String::new();
        for change in event.changes() {
            names.push(';');
            names.push_str(&change.name);
        }
        if !names.is_empty() {
            names.push(';');
        }
        if reads_values(event) {
            facts.set(Field::StrongAuthenticationChange, strong_authentication_change(event));
            let methods = strong_authentication_methods(event);
            let methods: Vec<&str> = methods.iter().map(Method::as_str).collect();
            facts.set(Field::StrongAuthenticationMethods, methods.join(";"));
        }
        facts.set(Field::ChangedProperties, names);
        facts
    }

    /// The text of a field; empty where the record has none.
    pub fn get(&self, field: Field) -> &str {
        &self.texts[field as usize]
    }

    /// The reason in its own casing.
    pub(super) fn verbatim_reason(&self) -> Reason {
        Reason::new(self.reason.as_ref())
    }

    fn set_reason(&mut self, text: &'event str) {
        self.reason = Cow::Borrowed(text);
        let without_end = text.trim().trim_end_matches('.');
        self.set(Field::Reason, without_end.to_ascii_lowercase());
    }

    fn set(&mut self, field: Field, text: impl Into<Cow<'event, str>>) {
        self.texts[field as usize] = text.into();
    }
}

/// Whether facts of the event depend on values of modified properties, and not on their names alone.
pub(crate) fn reads_values(event: &Event) -> bool {
    event.changes().any(is_strong_authentication)
}

fn is_strong_authentication(change: &Change) -> bool {
    change.name.starts_with("StrongAuthentication")
}

/// Parts of a registered method that change in use, without anyone's doing. In real records
/// `LastAuthenticatedTimestamp` was seen to change; the others are inferred from their names.
const BOOKKEEPING: &[&str] =
    &["LastAuthenticatedTimestamp", "PhoneAppVersion", "OathTokenTimeDrift", "TimeInterval"];

fn strong_authentication_change(event: &Event) -> &'static str {
    let mut changes = event.changes().filter(|change| is_strong_authentication(change));
    let is_bookkeeping = changes.all(|change| {
        let value = |value: &Option<PropertyValue>| {
            let mut json = value.as_ref()?.json()?.clone();
            forget_bookkeeping(&mut json);
            Some(json)
        };
        match (value(&change.old), value(&change.new)) {
            (Some(old), Some(new)) => old == new,
            _ => false,
        }
    });
    if is_bookkeeping { "bookkeeping" } else { "methods" }
}

fn forget_bookkeeping(json: &mut Value) {
    match json {
        Value::Object(fields) => {
            fields.retain(|name, _| !BOOKKEEPING.contains(&name.as_str()));
            fields.values_mut().for_each(forget_bookkeeping);
        }
        Value::Array(values) => values.iter_mut().for_each(forget_bookkeeping),
        _ => {}
    }
}

/// The methods that `StrongAuthenticationMethod` holds now and did not before; if there are none,
/// those that are gone.
fn strong_authentication_methods(event: &Event) -> Vec<Method> {
    let mut gained = Vec::new();
    let mut lost = Vec::new();
    for change in event.changes().filter(|change| change.name == "StrongAuthenticationMethod") {
        let methods = |value: &Option<PropertyValue>| {
            let json = value.as_ref().and_then(PropertyValue::json);
            json.map(method_types).unwrap_or_default()
        };
        let (old, new) = (methods(&change.old), methods(&change.new));
        gained.extend(new.iter().filter(|method| !old.contains(method)).cloned());
        lost.extend(old.iter().filter(|method| !new.contains(method)).cloned());
    }
    let mut methods = if gained.is_empty() { lost } else { gained };
    methods.sort_by(|a, b| a.as_str().cmp(b.as_str()));
    methods.dedup();
    methods
}

/// What `StrongAuthenticationMethod` holds after the change, and which of it is the default; `None`
/// where the event does not say.
pub(crate) fn strong_authentication_held(event: &Event) -> Option<(Vec<Method>, Option<Method>)> {
    let changes = event.changes().filter(|change| change.name == "StrongAuthenticationMethod");
    let json = changes.filter_map(|change| change.new.as_ref()?.json()).last()?;
    let entries = json.as_array()?;
    let default = entries.iter().find(|entry| entry.get("Default") == Some(&Value::Bool(true)));
    Some((method_types(json), default.and_then(method_type)))
}

fn method_types(json: &Value) -> Vec<Method> {
    let entries = json.as_array().map(Vec::as_slice).unwrap_or_default();
    entries.iter().filter_map(method_type).collect()
}

fn method_type(entry: &Value) -> Option<Method> {
    match entry.get("MethodType")? {
        Value::Number(number) => Method::from_method_type(number.as_u64()?),
        Value::String(name) => Some(Method::from_text(name)),
        _ => None,
    }
}
