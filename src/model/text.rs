//! Small readings of text that the whole model shares.

use std::fmt;

/// A text for which the model has no name of its own, kept as the log wrote it.
///
/// Only reading a text makes one, so an `Unrecognized` never holds a text that has a name: what is
/// written out and read back is the same value. For that reason it is serialised as the text, and read
/// back by the enum that it is part of.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(transparent)]
pub struct Unrecognized(Box<str>);

impl Unrecognized {
    pub(super) fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The text, byte for byte.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Unrecognized {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Reads what exports write for "nothing": an empty or blank text, `<null>` (old diagnostic
/// records) and `(blank)` (spreadsheets that passed a log on) are `None`.
pub(crate) fn present(text: &str) -> Option<&str> {
    let trimmed = text.trim();
    let is_blank = trimmed.is_empty()
        || trimmed.eq_ignore_ascii_case("<null>")
        || trimmed.eq_ignore_ascii_case("(blank)");
    (!is_blank).then_some(text)
}

/// The place of `needle` in `text`, ASCII case aside.
pub(crate) fn find_ignore_case(text: &str, needle: &str) -> Option<usize> {
    text.as_bytes()
        .windows(needle.len())
        .position(|window| window.eq_ignore_ascii_case(needle.as_bytes()))
}

/// Serialises a type as the text it displays and reads it back with `from_text`.
macro_rules! serde_as_text {
    ($type:ty) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                Ok(Self::from_text(&text))
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.pad(self.as_str())
            }
        }
    };
}

pub(super) use serde_as_text;
