//! What the forms of the wire share: texts that may be anything, and JSON inside text.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeOwned, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::bad_json;
use crate::error::Result;
use crate::model::{Actor, Application, Change, Detail, PropertyValue, Target, User, present};

/// A scalar of any type as text: older records write numbers where newer ones write text, and null
/// where others leave a key out.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(in crate::read) struct Text<'a>(pub(super) Option<Cow<'a, str>>);

impl<'a> Text<'a> {
    pub(in crate::read) fn new(text: impl Into<Cow<'a, str>>) -> Self {
        Self(Some(text.into()))
    }

    /// The text, unless it says nothing.
    pub(in crate::read) fn present(&self) -> Option<&str> {
        self.0.as_deref().and_then(present)
    }

    pub(super) fn to_present(&self) -> Option<String> {
        super::to_present(self.0.as_deref())
    }

    /// This text, or the other where this one says nothing.
    pub(super) fn or(self, other: Self) -> Self {
        if self.present().is_some() { self } else { other }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let raw = <&'de RawValue>::deserialize(deserializer)?;
        Ok(Self(scalar(raw.get())))
    }
}

/// The text that a JSON value stands for: a string's content, nothing for null, else its JSON.
pub(super) fn scalar(json: &str) -> Option<Cow<'_, str>> {
    if json == "null" {
        return None;
    }
    if json.starts_with('"') {
        let text = serde_json::from_str::<Borrowed<'_>>(json).map(|text| text.0);
        let lossy = || serde_json::from_str::<Lossy>(json).map(|text| Cow::Owned(text.0));
        return text.or_else(|_| lossy()).ok();
    }
    Some(Cow::Borrowed(json))
}

/// The content of a string that holds half of a character, as where a text was cut at a length, with
/// replacement characters in its place.
struct Lossy(String);

impl<'de> Deserialize<'de> for Lossy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Bytes;

        impl Visitor<'_> for Bytes {
            type Value = Lossy;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a string")
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> std::result::Result<Lossy, E> {
                Ok(Lossy(String::from_utf8_lossy(bytes).into_owned()))
            }
        }

        deserializer.deserialize_bytes(Bytes)
    }
}

#[derive(Deserialize)]
struct Borrowed<'a>(#[serde(borrow)] Cow<'a, str>);

/// A value that is an object or a list, or the JSON text of one.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(transparent)]
pub(super) struct Dynamic<'a>(#[serde(borrow)] Option<&'a RawValue>);

impl Dynamic<'_> {
    /// Whether the record has the key, with a value.
    pub(super) fn is_given(&self) -> bool {
        self.0.is_some()
    }

    /// Reads the value; one that is null or blank is `None`. One of another form is `None` too, and
    /// its name is noted.
    pub(super) fn read<T: DeserializeOwned>(
        &self,
        name: &'static str,
        oddities: &mut Vec<&'static str>,
    ) -> Option<T> {
        let text = scalar(self.0?.get())?;
        read_dynamic(&text, name, oddities)
    }

    /// Reads a list, or the one object that some exports put in its place.
    pub(super) fn read_list<T: DeserializeOwned>(
        &self,
        name: &'static str,
        oddities: &mut Vec<&'static str>,
    ) -> Option<Vec<T>> {
        let text = scalar(self.0?.get())?;
        read_list(&text, name, oddities)
    }
}

/// Reads a value from its JSON text, as [`Dynamic::read`] does.
pub(super) fn read_dynamic<T: DeserializeOwned>(
    text: &str,
    name: &'static str,
    oddities: &mut Vec<&'static str>,
) -> Option<T> {
    // The first schema writes `None` for an empty list.
    let text = present(text).filter(|text| *text != "None" && *text != "null")?;
    let value = serde_json::from_str(text).ok();
    if value.is_none() {
        oddities.push(name);
    }
    value
}

/// Reads a list, as [`Dynamic::read_list`] does.
pub(super) fn read_list<T: DeserializeOwned>(
    text: &str,
    name: &'static str,
    oddities: &mut Vec<&'static str>,
) -> Option<Vec<T>> {
    if text.trim_start().starts_with('{') {
        return read_dynamic(text, name, oddities).map(|one| vec![one]);
    }
    read_dynamic(text, name, oddities)
}

/// `initiatedBy`. PowerShell writes it, and all that is in it, with capitals.
#[derive(Debug, Default, Deserialize)]
pub(super) struct InitiatedBy {
    #[serde(alias = "User")]
    user: Option<InitiatingUser>,
    #[serde(alias = "App")]
    app: Option<InitiatingApp>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct InitiatingUser {
    #[serde(alias = "Id")]
    id: OwnedText,
    #[serde(alias = "DisplayName")]
    display_name: OwnedText,
    #[serde(alias = "UserPrincipalName")]
    user_principal_name: OwnedText,
    #[serde(alias = "IPAddress", alias = "IpAddress")]
    ip_address: OwnedText,
    #[serde(alias = "HomeTenantId")]
    home_tenant_id: OwnedText,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct InitiatingApp {
    #[serde(alias = "AppId")]
    app_id: OwnedText,
    #[serde(alias = "DisplayName")]
    display_name: OwnedText,
    #[serde(alias = "ServicePrincipalId")]
    service_principal_id: OwnedText,
    #[serde(alias = "ServicePrincipalName")]
    service_principal_name: OwnedText,
    #[serde(alias = "IPAddress", alias = "IpAddress")]
    ip_address: OwnedText,
}

/// [`Text`] that outlives the record it was read from.
#[derive(Debug, Default)]
struct OwnedText(Option<String>);

impl<'de> Deserialize<'de> for OwnedText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let raw = <&'de RawValue>::deserialize(deserializer)?;
        let text = scalar(raw.get());
        Ok(Self(super::to_present(text.as_deref())))
    }
}

impl InitiatedBy {
    /// The actor and its address. A user or application without any name or id is none.
    pub(super) fn into_actor(self) -> (Actor, Text<'static>) {
        let mut actor = Actor::default();
        let mut ip = None;
        if let Some(app) = self.app {
            ip = app.ip_address.0;
            let application = Application {
                app_id: app.app_id.0,
                service_principal_id: app.service_principal_id.0,
                display_name: app.display_name.0.or(app.service_principal_name.0),
            };
            actor.application = Some(application).filter(|found| *found != Application::default());
        }
        if let Some(initiating) = self.user {
            ip = initiating.ip_address.0.or(ip);
            let user = User {
                id: initiating.id.0,
                user_principal_name: initiating.user_principal_name.0,
                display_name: initiating.display_name.0,
                home_tenant_id: initiating.home_tenant_id.0,
            };
            let is_named = [&user.id, &user.user_principal_name, &user.display_name];
            actor.user = is_named.iter().any(|name| name.is_some()).then_some(user);
        }
        (actor, Text(ip.map(Cow::Owned)))
    }
}

/// An entry of `targetResources`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct TargetResource {
    #[serde(alias = "Id")]
    id: OwnedText,
    #[serde(alias = "DisplayName")]
    display_name: OwnedText,
    #[serde(rename = "type")]
    kind: OwnedText,
    /// An example of Microsoft's spells it so.
    #[serde(rename = "Type")]
    capital_kind: OwnedText,
    #[serde(alias = "UserPrincipalName")]
    user_principal_name: OwnedText,
    #[serde(alias = "ModifiedProperties")]
    modified_properties: Option<Vec<ModifiedProperty>>,
}

/// The first schema writes the keys with capitals.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ModifiedProperty {
    #[serde(alias = "DisplayName", alias = "Name")]
    display_name: OwnedText,
    #[serde(alias = "OldValue")]
    old_value: VerbatimText,
    #[serde(alias = "NewValue")]
    new_value: VerbatimText,
}

/// Text byte for byte: unlike elsewhere, blank is not nothing in the value of a property.
#[derive(Debug, Default)]
struct VerbatimText(Option<String>);

impl<'de> Deserialize<'de> for VerbatimText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let raw = <&'de RawValue>::deserialize(deserializer)?;
        Ok(Self(scalar(raw.get()).map(Cow::into_owned)))
    }
}

impl TargetResource {
    fn into_target(self) -> Target {
        Target {
            id: self.id.0,
            display_name: self.display_name.0,
            kind: self.kind.0.or(self.capital_kind.0),
            user_principal_name: self.user_principal_name.0,
            changes: self.modified_properties.map(into_changes),
        }
    }
}

pub(super) fn into_targets(targets: Vec<TargetResource>) -> Vec<Target> {
    targets.into_iter().map(TargetResource::into_target).collect()
}

pub(super) fn into_changes(properties: Vec<ModifiedProperty>) -> Vec<Change> {
    properties.into_iter().map(ModifiedProperty::into_change).collect()
}

impl ModifiedProperty {
    fn into_change(self) -> Change {
        Change {
            name: self.display_name.0.unwrap_or_default(),
            old: self.old_value.0.map(PropertyValue::new),
            new: self.new_value.0.map(PropertyValue::new),
        }
    }
}

/// `additionalDetails`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct KeyValue {
    #[serde(alias = "Key")]
    key: OwnedText,
    #[serde(alias = "Value")]
    value: VerbatimText,
}

pub(super) fn into_details(pairs: Vec<KeyValue>) -> Vec<Detail> {
    let details = pairs
        .into_iter()
        .map(|pair| Detail { key: pair.key.0.unwrap_or_default(), value: pair.value.0 });
    details.collect()
}

/// The keys of a JSON object, in order.
pub(super) fn keys(text: &str) -> Result<Vec<String>> {
    struct Keys;

    impl<'de> Visitor<'de> for Keys {
        type Value = Vec<String>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("a JSON object")
        }

        fn visit_map<A: MapAccess<'de>>(
            self,
            mut map: A,
        ) -> std::result::Result<Self::Value, A::Error> {
            let mut keys = Vec::new();
            while let Some((key, IgnoredAny)) = map.next_entry::<String, IgnoredAny>()? {
                keys.push(key);
            }
            Ok(keys)
        }
    }

    let mut deserializer = serde_json::Deserializer::from_str(text);
    deserializer.deserialize_map(Keys).map_err(|error| bad_json(&error))
}
