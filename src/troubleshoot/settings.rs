//! What a change of policy changed, setting by setting.
//!
//! Until April 2026 a record about the Authentication methods policy held the whole policy before and after;
//! since then it holds what changed, except for settings of the policy as a whole, which may still come
//! with all of it (Microsoft, *What's new in Microsoft Entra*). Conditional Access always writes the whole
//! policy. Here both come to the same: the settings whose values differ.

use serde::Serialize;
use serde_json::Value;

use crate::model::{Event, PropertyValue};

/// One setting, before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SettingChange {
    /// The setting: the modified property, and the way to the value inside it, joined by `.`; entries of
    /// lists go by their id.
    pub setting: String,
    /// The value before; `None` where there was none.
    pub old: Option<String>,
    /// The value after; `None` where there is none.
    pub new: Option<String>,
}

/// The settings that the event changed.
pub(super) fn changes_of(event: &Event) -> Vec<SettingChange> {
    let mut found = Vec::new();
    for change in event.changes() {
        let (old, new) = (value_of(change.old.as_ref()), value_of(change.new.as_ref()));
        compare(&change.name, old.as_ref(), new.as_ref(), &mut found);
    }
    found
}

/// The JSON of a value, or its text.
fn value_of(value: Option<&PropertyValue>) -> Option<Value> {
    let value = value?;
    let json = value.json().cloned().unwrap_or_else(|| Value::String(value.text.clone()));
    (!json.is_null()).then_some(json)
}

fn compare(
    setting: &str,
    old: Option<&Value>,
    new: Option<&Value>,
    found: &mut Vec<SettingChange>,
) {
    if old.map(text_of) == new.map(text_of) {
        return;
    }
    match (old, new) {
        (Some(Value::Object(_)), Some(Value::Object(_))) => {
            compare_parts(setting, &entries(old), &entries(new), found);
        }
        (Some(old @ Value::Array(_)), Some(new @ Value::Array(_)))
            if have_ids(old) && have_ids(new) =>
        {
            compare_parts(setting, &entries(Some(old)), &entries(Some(new)), found);
        }
        _ => found.push(SettingChange {
            setting: setting.to_owned(),
            old: old.map(text_of),
            new: new.map(text_of),
        }),
    }
}

fn compare_parts(
    setting: &str,
    old: &[(String, &Value)],
    new: &[(String, &Value)],
    found: &mut Vec<SettingChange>,
) {
    let value = |entries: &[(String, &'_ Value)], name: &str| {
        entries.iter().position(|(other, _)| other == name)
    };
    for (name, before) in old {
        let after = value(new, name).map(|place| new[place].1);
        compare(&format!("{setting}.{name}"), Some(before), after, found);
    }
    for (name, after) in new {
        if value(old, name).is_none() {
            compare(&format!("{setting}.{name}"), None, Some(after), found);
        }
    }
}

/// The parts of an object or a list by name.
fn entries(value: Option<&Value>) -> Vec<(String, &Value)> {
    match value {
        Some(Value::Object(fields)) => {
            fields.iter().map(|(name, value)| (name.clone(), value)).collect()
        }
        Some(Value::Array(values)) => {
            let named = |value| id_of(value).map(|id| (id.to_owned(), value));
            values.iter().filter_map(named).collect()
        }
        _ => Vec::new(),
    }
}

fn have_ids(list: &Value) -> bool {
    list.as_array().is_some_and(|values| values.iter().all(|value| id_of(value).is_some()))
}

fn id_of(value: &Value) -> Option<&str> {
    value.get("id")?.as_str()
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Change, Target, parse_timestamp};
    use crate::origin::Origin;

    fn changed(name: &str, old: Option<&str>, new: Option<&str>) -> Vec<(String, String, String)> {
        let time = parse_timestamp("2026-03-09T08:00:00Z").unwrap();
        let mut event =
            Event::new(time, "Authentication Methods Policy Update", Origin::new("test"));
        let change = Change {
            name: name.to_owned(),
            old: old.map(PropertyValue::new),
            new: new.map(PropertyValue::new),
        };
        event.targets = vec![Target { changes: Some(vec![change]), ..Target::default() }];
        let text = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        let found = changes_of(&event).into_iter();
        found.map(|change| (change.setting, text(change.old), text(change.new))).collect()
    }

    fn row(setting: &str, old: &str, new: &str) -> (String, String, String) {
        (setting.to_owned(), old.to_owned(), new.to_owned())
    }

    #[test]
    fn of_a_whole_policy_only_what_differs_is_told() {
        let policy = |sms: &str| {
            format!(
                r#"{{"id":"p","methods":[{{"id":"Fido2","state":"enabled"}},{{"id":"Sms","state":"{sms}"}}]}}"#
            )
        };
        let found = changed("Policy", Some(&policy("enabled")), Some(&policy("disabled")));
        assert_eq!(found, [row("Policy.methods.Sms.state", "enabled", "disabled")]);
    }

    #[test]
    fn what_is_added_and_removed_has_one_value() {
        let found = changed("P", Some(r#"{"a":1,"l":[{"id":"x"}]}"#), Some(r#"{"b":2,"l":[]}"#));
        let removed = row("P.l.x", r#"{"id":"x"}"#, "-");
        assert_eq!(found, [row("P.a", "1", "-"), removed, row("P.b", "-", "2")]);
    }

    #[test]
    fn a_plain_value_stands_for_itself() {
        assert_eq!(changed("N", Some("\"1\""), Some("\"2\"")), [row("N", "1", "2")]);
        assert_eq!(changed("N", None, Some("plain text")), [row("N", "-", "plain text")]);
        assert_eq!(changed("N", Some("\"1\""), Some("1")), []);
    }
}
