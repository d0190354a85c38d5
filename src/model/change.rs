//! Modified properties of a target.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One modified property: its name, and its value before and after.
///
/// Microsoft Graph, *modifiedProperty*: both values are strings that often hold JSON. A missing and
/// a null value are both `None`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The property, as the log names it (`StrongAuthenticationMethod`).
    pub name: String,
    /// The value before.
    pub old: Option<PropertyValue>,
    /// The value after.
    pub new: Option<PropertyValue>,
}

/// A value of a modified property: the text of the log, and the JSON inside it.
///
/// The JSON is read when it is first asked for: most values are never looked into, and read they take
/// several times the room. Values are the same if their texts are.
///
/// ```
/// use regaudit::model::PropertyValue;
/// let value = PropertyValue::new(r#""[{\"MethodType\":6}]""#);
/// assert_eq!(value.json().unwrap()[0]["MethodType"], 6);
/// assert_eq!(PropertyValue::new("not JSON").json(), None);
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
#[non_exhaustive]
pub struct PropertyValue {
    /// The text of the log, byte for byte.
    pub text: String,
    json: OnceLock<Option<Value>>,
}

impl PropertyValue {
    /// How often a JSON text may stand inside a JSON string and still be decoded. The log does it
    /// twice.
    pub const NESTING: usize = 4;

    /// Takes a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), json: OnceLock::new() }
    }

    /// What the text holds as JSON; JSON texts inside JSON strings are decoded as well, at most
    /// [`PropertyValue::NESTING`] deep.
    pub fn json(&self) -> Option<&Value> {
        self.json.get_or_init(|| decode(&self.text)).as_ref()
    }
}

fn decode(text: &str) -> Option<Value> {
    let mut json = serde_json::from_str(text).ok();
    for _ in 1..PropertyValue::NESTING {
        let Some(Value::String(inner)) = &json else {
            break;
        };
        // A bare number or word inside quotes is text that happens to parse.
        match serde_json::from_str(inner) {
            Ok(value @ (Value::Object(_) | Value::Array(_) | Value::String(_))) => {
                json = Some(value);
            }
            _ => break,
        }
    }
    json
}

impl PartialEq for PropertyValue {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl From<String> for PropertyValue {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<PropertyValue> for String {
    fn from(value: PropertyValue) -> Self {
        value.text
    }
}
