//! A JSON object as Graph or PowerShell writes it.
//!
//! PowerShell's cmdlets write keys in Pascal case, put what their types do not know under
//! `AdditionalProperties`, and write `null`, empty texts and objects of nothing but those for what is
//! absent. `ConvertTo-Json` replaces whatever lies deeper than its `-Depth`, which is 2 unless told
//! otherwise, by a text: that must not pass for an empty list.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use crate::error::{Error, ErrorKind, Result};
use crate::model::{parse_timestamp, present};
use crate::origin::Origin;

/// Where PowerShell's cmdlets put the properties that their types do not know.
const ADDITIONAL: &str = "AdditionalProperties";

/// A JSON object whose keys match in any ASCII case, and the entry of the export that it is part of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entity<'a> {
    keys: &'a Map<String, Value>,
    pub(super) origin: &'a Origin,
}

impl<'a> Entity<'a> {
    /// The value as an object.
    pub(super) fn of(value: &'a Value, origin: &'a Origin) -> Result<Self> {
        match value {
            Value::Object(keys) => Ok(Self { keys, origin }),
            _ => Err(Error::new(ErrorKind::Json, format!("{} as an entry", form(value)))
                .expected("an object")
                .help("save the answer of Microsoft Graph as it is")
                .at(origin.clone())),
        }
    }

    /// The value of a key, unless that is nothing.
    pub(super) fn value(&self, key: &str) -> Option<&'a Value> {
        let own = find(self.keys, key).filter(|value| !is_blank(value));
        own.or_else(|| {
            let more = find(self.keys, ADDITIONAL)?.as_object()?;
            find(more, key).filter(|value| !is_blank(value))
        })
    }

    /// The value of a key, also if it is an empty list; `None` for `null` and for what is not there.
    pub(super) fn given(&self, key: &str) -> Option<&'a Value> {
        let more = find(self.keys, ADDITIONAL).and_then(Value::as_object);
        [Some(self.keys), more]
            .into_iter()
            .flatten()
            .filter_map(|keys| find(keys, key))
            .find(|value| !value.is_null())
    }

    /// Whether there is such a key, whatever its value.
    pub(super) fn has(&self, key: &str) -> bool {
        let more = find(self.keys, ADDITIONAL).and_then(Value::as_object);
        find(self.keys, key).is_some() || more.is_some_and(|more| find(more, key).is_some())
    }

    /// Whether there is such a key, written as Graph does.
    pub(super) fn has_exactly(&self, key: &str) -> bool {
        self.keys.contains_key(key)
    }

    /// A text that is not blank.
    pub(super) fn text(&self, key: &str) -> Result<Option<&'a str>> {
        let Some(value) = self.value(key) else { return Ok(None) };
        let text = value.as_str().ok_or_else(|| self.unexpected(key, value, "a text"))?;
        Ok(present(text).map(str::trim))
    }

    /// The text of a key, if it is one: for telling what an object is.
    pub(super) fn text_if_any(&self, key: &str) -> Option<&'a str> {
        self.value(key).and_then(Value::as_str)
    }

    pub(super) fn owned_text(&self, key: &str) -> Result<Option<String>> {
        Ok(self.text(key)?.map(str::to_owned))
    }

    pub(super) fn flag(&self, key: &str) -> Result<Option<bool>> {
        let Some(value) = self.value(key) else { return Ok(None) };
        let flag = value.as_bool().ok_or_else(|| self.unexpected(key, value, "true or false"))?;
        Ok(Some(flag))
    }

    pub(super) fn number(&self, key: &str) -> Result<Option<u32>> {
        let Some(value) = self.value(key) else { return Ok(None) };
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        let number = number.ok_or_else(|| self.unexpected(key, value, "a whole number"))?;
        Ok(Some(number))
    }

    /// A time, in UTC.
    pub(super) fn time(&self, key: &str) -> Result<Option<DateTime<Utc>>> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        let time = parse_timestamp(text).ok_or_else(|| {
            Error::quoting(ErrorKind::Time, format!("`{text}` as {key}"))
                .expected("a time such as 2026-03-09T08:15:27Z")
                .help("save the answer of Microsoft Graph as it is")
                .at(self.origin.clone())
        })?;
        Ok(Some(time))
    }

    pub(super) fn entity(&self, key: &str) -> Result<Option<Self>> {
        let Some(value) = self.value(key) else { return Ok(None) };
        let keys = value.as_object().ok_or_else(|| self.unexpected(key, value, "an object"))?;
        Ok(Some(Self { keys, origin: self.origin }))
    }

    /// A list of objects; `None` where there is none, an empty one where it says so.
    pub(super) fn entities(&self, key: &str) -> Result<Option<Vec<Self>>> {
        let Some(values) = self.list(key)? else { return Ok(None) };
        let one = |value: &'a Value| {
            let keys = value.as_object();
            let keys = keys.ok_or_else(|| self.unexpected(key, value, "objects in the list"))?;
            Ok(Self { keys, origin: self.origin })
        };
        values.iter().map(one).collect::<Result<_>>().map(Some)
    }

    /// A list of texts; `None` where there is none, an empty one where it says so.
    pub(super) fn texts(&self, key: &str) -> Result<Option<Vec<String>>> {
        let Some(values) = self.list(key)? else { return Ok(None) };
        let one = |value: &Value| {
            let text = value.as_str().map(str::to_owned);
            text.ok_or_else(|| self.unexpected(key, value, "texts in the list"))
        };
        values.iter().map(one).collect::<Result<_>>().map(Some)
    }

    fn list(&self, key: &str) -> Result<Option<&'a [Value]>> {
        let Some(value) = self.given(key) else { return Ok(None) };
        let list = value.as_array().ok_or_else(|| self.unexpected(key, value, "a list"))?;
        Ok(Some(list))
    }

    /// A text without which the entry means nothing.
    pub(super) fn needed_text(&self, key: &'static str) -> Result<&'a str> {
        self.text(key)?.ok_or_else(|| self.missing(key))
    }

    pub(super) fn missing(&self, key: &'static str) -> Error {
        Error::new(ErrorKind::MissingField, format!("an entry without {key}"))
            .expected(format!("{key} in every entry"))
            .help("ask for the entries whole, without $select")
            .at(self.origin.clone())
    }

    pub(super) fn unexpected(&self, key: &str, value: &Value, expected: &'static str) -> Error {
        let error = Error::new(ErrorKind::Json, format!("{} as {key}", form(value)))
            .expected(expected)
            .at(self.origin.clone());
        if value.is_string() {
            error.help("if ConvertTo-Json wrote the file, call it with -Depth 10")
        } else {
            error.help("save the answer of Microsoft Graph as it is")
        }
    }

    /// The type that Graph gives, without its namespace.
    pub(super) fn odata_type(&self) -> Option<&'a str> {
        let name = self.text_if_any("@odata.type")?;
        let name = name.trim_start_matches('#');
        Some(name.strip_prefix("microsoft.graph.").unwrap_or(name))
    }
}

/// The value of a key in any ASCII case.
pub(super) fn find<'a>(keys: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    let in_any_case = || keys.iter().find(|(name, _)| name.eq_ignore_ascii_case(key));
    keys.get(key).or_else(|| in_any_case().map(|(_, value)| value))
}

/// Whether a value stands for nothing.
fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => present(text).is_none(),
        Value::Array(values) => values.is_empty(),
        // An empty text within may be a list that was cut off, and has to be looked at.
        Value::Object(keys) => keys.values().all(|value| !value.is_string() && is_blank(value)),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// What form a value has, in words.
pub(super) fn form(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_match_in_any_case_and_what_is_additional_belongs_to_it() {
        let value = json!({
            "Id": "Sms", "State": null,
            "AdditionalProperties": {"@odata.type": "#microsoft.graph.user", "state": "enabled", "n": 3}
        });
        let origin = Origin::new("x");
        let entity = Entity::of(&value, &origin).unwrap();
        assert_eq!(entity.text("id").unwrap(), Some("Sms"));
        assert_eq!(entity.text("STATE").unwrap(), Some("enabled"));
        assert_eq!(entity.number("N").unwrap(), Some(3));
        assert_eq!(entity.odata_type(), Some("user"));
        assert!(entity.has("state") && !entity.has("other"));
    }

    #[test]
    fn nothing_is_nothing_and_an_empty_list_is_a_list() {
        let value =
            json!({"a": "", "b": {"c": null, "d": []}, "e": [], "f": false, "h": {"i": ""}});
        let origin = Origin::new("x");
        let entity = Entity::of(&value, &origin).unwrap();
        assert_eq!(entity.text("a").unwrap(), None);
        assert!(entity.entity("b").unwrap().is_none());
        assert!(entity.entity("h").unwrap().is_some());
        assert_eq!(entity.texts("e").unwrap(), Some(vec![]));
        assert_eq!(entity.texts("g").unwrap(), None);
        assert_eq!(entity.flag("f").unwrap(), Some(false));
    }

    #[test]
    fn another_form_is_an_error_that_says_so() {
        let value = json!({"a": "System.Object[]", "b": 3, "c": "soon", "d": [1], "e": ""});
        let origin = Origin::new("x");
        let entity = Entity::of(&value, &origin).unwrap();
        let error = entity.entities("a").unwrap_err();
        assert!(error.to_string().contains("-Depth 10"), "{error}");
        assert!(entity.texts("e").is_err());
        for error in [
            entity.text("b").unwrap_err(),
            entity.flag("b").unwrap_err(),
            entity.number("a").unwrap_err(),
            entity.entity("b").unwrap_err(),
            entity.texts("d").unwrap_err(),
            entity.entities("d").unwrap_err(),
            Entity::of(&json!(3), &origin).unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::Json, "{error}");
        }
        assert_eq!(entity.time("c").unwrap_err().kind(), ErrorKind::Time);
        assert_eq!(entity.needed_text("z").unwrap_err().kind(), ErrorKind::MissingField);
    }
}
