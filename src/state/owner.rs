//! Whose a fact is.

use super::entity::Entity;
use crate::error::Result;

/// How an export names whom a fact is about: a user, or a group that holds a role. Names are in lower
/// case, so that they compare ASCII case aside.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Owner {
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
}

impl Owner {
    pub(super) fn of_id(id: &str) -> Self {
        Self { id: Some(lower(id)), name: None }
    }

    /// An object id or a user principal name, whichever it is.
    pub(super) fn named(name: &str) -> Self {
        if is_id(name) { Self::of_id(name) } else { Self { id: None, name: Some(lower(name)) } }
    }

    /// The user that an entry is, or is about: by `id`, `userId` or `objectId`, and `userPrincipalName`.
    pub(super) fn of_user(entity: &Entity<'_>) -> Result<Option<Self>> {
        let keys = ["userId", "objectId", "id"];
        let texts = keys.map(|key| entity.text(key));
        let [user, object, own] = texts;
        let texts = [user?, object?, own?];
        let id = texts.into_iter().flatten().find(|text| is_id(text)).map(lower);
        // Some answers are about a user who was asked for by name.
        let is_name = |text: &&str| text.contains('@');
        let asked_for = texts[0].filter(is_name);
        let owner = Self { id, name: entity.text("userPrincipalName")?.or(asked_for).map(lower) };
        Ok((owner != Self::default()).then_some(owner))
    }

    /// The user whose an answer is, if its context says so: `..$metadata#users('ada%40example.com')/..`.
    pub(super) fn of_context(context: &str) -> Option<Self> {
        let (_, rest) = context.split_once("users('")?;
        let (name, _) = rest.split_once("')")?;
        let name = percent_decoded(&name.replace("''", "'"))?;
        (!name.trim().is_empty()).then(|| Self::named(name.trim()))
    }
}

pub(super) fn lower(name: &str) -> String {
    name.trim().to_ascii_lowercase()
}

/// Whether a name is an object id, which is a GUID.
pub(crate) fn is_id(name: &str) -> bool {
    let name = name.trim();
    name.len() == 36
        && name.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// A text with `%40` and the like as what they stand for. `None` if that is no UTF-8.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let is_escape = |digits: &&[u8]| *first == b'%' && digits.iter().all(u8::is_ascii_hexdigit);
        let digits = after.get(..2).filter(is_escape);
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        if let Some(byte) = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            bytes.push(byte);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_names_a_user() {
        let id = "00000000-0000-4000-8000-00000000100A";
        let context = |name: &str| {
            format!(
                "https://graph.microsoft.com/v1.0/$metadata#users('{name}')/authentication/methods"
            )
        };
        let named = |name: &str| Owner::of_context(&context(name)).unwrap();
        assert_eq!(named(id), Owner::of_id(id));
        assert_eq!(named("Ada%40example.com").name.as_deref(), Some("ada@example.com"));
        assert_eq!(
            named("grace_example.org%23EXT%23@example.com").name.as_deref(),
            Some("grace_example.org#ext#@example.com")
        );
        assert_eq!(named("o''neil@example.com").name.as_deref(), Some("o'neil@example.com"));
        assert_eq!(named("100%@example.com").name.as_deref(), Some("100%@example.com"));
        for context in
            ["", "$metadata#directoryObjects", "users('", "users('')/x", "users('%ff')/x"]
        {
            assert_eq!(Owner::of_context(context), None, "{context}");
        }
    }
}
