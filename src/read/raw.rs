//! Values told from the bytes of a record, where nothing else than decoding could tell them either.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use memchr::memmem::Finder;

use crate::model::parse_timestamp;

/// A key of a record, in quotes.
pub(super) struct Key(LazyLock<Finder<'static>>);

pub(super) static ACTIVITY: Key = Key(LazyLock::new(|| Finder::new("\"activityDisplayName\"")));
pub(super) static TIME: Key = Key(LazyLock::new(|| Finder::new("\"activityDateTime\"")));
pub(super) static RESULT: Key = Key(LazyLock::new(|| Finder::new("\"result\"")));
pub(super) static SERVICE: Key = Key(LazyLock::new(|| Finder::new("\"loggedByService\"")));
pub(super) static TARGETS: Key = Key(LazyLock::new(|| Finder::new("\"targetResources\"")));
pub(super) static ID: Key = Key(LazyLock::new(|| Finder::new("\"id\"")));

impl Key {
    /// The text under the key, as it was written; `None` where the key does not stand in the record once,
    /// under it is no text, or the text holds an escape.
    pub(super) fn value_in<'record>(&self, record: &'record [u8]) -> Option<&'record [u8]> {
        let mut places = self.0.find_iter(record);
        let (place, None) = (places.next()?, places.next()) else { return None };
        self.value_at(record, place)
    }

    /// The text under the first key of this name behind another.
    pub(super) fn value_behind<'record>(
        &self,
        other: &Self,
        record: &'record [u8],
    ) -> Option<&'record [u8]> {
        let rest = &record[other.0.find(record)?..];
        self.value_at(rest, self.0.find(rest)?)
    }

    fn value_at<'record>(&self, record: &'record [u8], place: usize) -> Option<&'record [u8]> {
        let rest = &record[place + self.0.needle().len()..];
        let rest = rest.trim_ascii_start().strip_prefix(b":")?;
        let text = rest.trim_ascii_start().strip_prefix(b"\"")?;
        let value = &text[..memchr::memchr2(b'"', b'\\', text)?];
        (text[value.len()] == b'"').then_some(value)
    }
}

/// When a record of the audit log was written, and by which service. `None` where its bytes do not tell.
pub(super) fn time_and_service(record: &[u8]) -> Option<(DateTime<Utc>, &str)> {
    let plain =
        |key: &Key| std::str::from_utf8(key.value_in(record)?).ok().filter(|text| is_plain(text));
    plain(&ACTIVITY)?;
    let time = parse_timestamp(plain(&TIME)?)?;
    Some((time, plain(&SERVICE)?))
}

/// Whether a text stands for itself: some exports write what is missing as a text.
fn is_plain(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text != "null"
        && text != "None"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_told_from_bytes_where_they_are_plain() {
        let value = |record: &'static str| ID.value_in(record.as_bytes());
        assert_eq!(value(r#"{"id": "text", "other": 1}"#), Some(&b"text"[..]));
        assert_eq!(value(r#"{"id" :"", "text": "\"id\": 2"}"#), Some(&b""[..]));
        for record in
            [r#"{"id": "te\"xt"}"#, r#"{"id": 1}"#, r#"{"id": "a", "b": {"id": "c"}}"#, "{}"]
        {
            assert_eq!(value(record), None, "{record}");
        }
    }
}
