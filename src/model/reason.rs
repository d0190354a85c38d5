//! The log's reason for a result, and what it parses to.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::phone::phone_numbers;
use super::text::find_ignore_case;

/// The reason as the log gives it. The readings are functions of its text.
///
/// The forms are those of the source document ("User registered *method*") and of real records
/// collected by third parties ("User registered Authenticator App with Notification and Code",
/// "Admin registered phone method for user").
///
/// ```
/// use regaudit::model::{Reason, ReasonVerb};
/// let reason = Reason::new("User failed to delete Mobile Phone Call and SMS");
/// assert_eq!(reason.verb(), Some(ReasonVerb::Delete));
/// assert!(reason.says_failed());
/// assert_eq!(reason.object(), Some("Mobile Phone Call and SMS"));
/// assert!(Reason::new("User cancelled security info registration").says_cancelled());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Reason {
    text: String,
}

/// What a [`Reason`] says was done, or tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReasonVerb {
    /// registered, failed to register
    Register,
    /// deleted, failed to delete
    Delete,
    /// changed the default security info for, failed to change the default ..
    ChangeDefault,
    /// changed, failed to change
    Change,
    /// updated, failed to update
    Update,
    /// reviewed, failed to review
    Review,
    /// started the registration for
    Start,
    /// canceled, cancelled
    Cancel,
    /// retrieved
    Retrieve,
    /// required re-registration of
    Require,
}

/// Each verb in the words of the log, after the subject and `failed to`; longer forms first.
const VERBS: &[(&str, ReasonVerb)] = &[
    ("changed the default security info for ", ReasonVerb::ChangeDefault),
    ("change the default security info for ", ReasonVerb::ChangeDefault),
    ("changed the default security information for ", ReasonVerb::ChangeDefault),
    ("change the default security information for ", ReasonVerb::ChangeDefault),
    ("started the registration for ", ReasonVerb::Start),
    ("start the registration for ", ReasonVerb::Start),
    ("required re-registration of ", ReasonVerb::Require),
    ("registered ", ReasonVerb::Register),
    ("register ", ReasonVerb::Register),
    ("deleted ", ReasonVerb::Delete),
    ("delete ", ReasonVerb::Delete),
    ("updated ", ReasonVerb::Update),
    ("update ", ReasonVerb::Update),
    ("reviewed ", ReasonVerb::Review),
    ("review ", ReasonVerb::Review),
    ("changed ", ReasonVerb::Change),
    ("change ", ReasonVerb::Change),
    ("canceled ", ReasonVerb::Cancel),
    ("cancelled ", ReasonVerb::Cancel),
    ("cancel ", ReasonVerb::Cancel),
    ("retrieved ", ReasonVerb::Retrieve),
    ("retrieve ", ReasonVerb::Retrieve),
];

/// What may stand before the verb.
const SUBJECTS: &[&str] = &["user ", "admin ", "successfully "];

const FAILED: &str = "failed to ";

/// Objects that name no method.
const NOT_METHODS: &[&str] = &[
    "all required security info",
    "all required security information",
    "security info",
    "security information",
    "security info registration",
    "security information registration",
    "mfa authentication methods",
    "passkey creation options",
];

impl Reason {
    /// Takes the text of a reason.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }

    /// Takes the text of a reason unless it says nothing: blank, `None`, `<null>`.
    pub(crate) fn from_wire(text: &str) -> Option<Self> {
        let text = super::present(text)?;
        (!text.trim().eq_ignore_ascii_case("none")).then(|| Self::new(text))
    }

    /// The text of the log, byte for byte.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What was done or tried, where the text begins as the log's sentences do.
    pub fn verb(&self) -> Option<ReasonVerb> {
        self.parts().map(|(verb, _)| verb)
    }

    /// Whether the text says that it did not work ("failed to ..").
    pub fn says_failed(&self) -> bool {
        find_ignore_case(&self.text, FAILED).is_some()
    }

    /// Whether the text says that the user broke off, in either spelling.
    pub fn says_cancelled(&self) -> bool {
        ["canceled", "cancelled"].iter().any(|word| find_ignore_case(&self.text, word).is_some())
    }

    /// The method in the words of the log: what follows the verb, without `method for user` and the
    /// final full stop. `None` where the sentence speaks of no single method.
    pub fn object(&self) -> Option<&str> {
        let (verb, range) = self.parts()?;
        let object = self.text[range].trim().trim_end_matches('.');
        let object = ["method for user", "for user", "authentication method", "method"]
            .iter()
            .find_map(|end| {
                let rest = strip_suffix_ignore_case(object, end)?;
                (rest.is_empty() || rest.ends_with(' ')).then_some(rest)
            })
            .unwrap_or(object)
            .trim();
        let names_no_method = object.is_empty()
            || matches!(verb, ReasonVerb::Cancel | ReasonVerb::Review)
            || NOT_METHODS.iter().any(|text| object.eq_ignore_ascii_case(text));
        (!names_no_method).then_some(object)
    }

    /// The phone number in the text, where one is.
    pub fn phone_number(&self) -> Option<&str> {
        let range = phone_numbers(&self.text).next()?;
        Some(&self.text[range])
    }

    /// The text without what varies from event to event: each phone number, each word with two or more
    /// digits, and each digit that stands alone becomes `#`, so that reasons can be counted. Names with
    /// one digit, such as Fido2, stay, and so do names and addresses of people.
    pub fn without_numbers(&self) -> String {
        let mut text = self.text.clone();
        let numbers: Vec<Range<usize>> = phone_numbers(&self.text).collect();
        for range in numbers.into_iter().rev() {
            text.replace_range(range, "#");
        }
        let words = text.split(' ').map(|word| {
            // Fido2 is a name; a word of digits, or an id, is not.
            let digits = word.bytes().filter(u8::is_ascii_digit).count();
            if digits > 1 || (digits == 1 && word.len() == 1) { "#" } else { word }
        });
        words.collect::<Vec<_>>().join(" ")
    }

    /// The verb, and where the rest of the sentence stands.
    fn parts(&self) -> Option<(ReasonVerb, Range<usize>)> {
        let mut rest = self.text.trim_start();
        for lead in SUBJECTS.iter().chain([&FAILED]) {
            rest = strip_prefix_ignore_case(rest, lead).unwrap_or(rest);
        }
        let (object, verb) = VERBS
            .iter()
            .find_map(|(words, verb)| Some((strip_prefix_ignore_case(rest, words)?, *verb)))?;
        let start = self.text.len() - object.len();
        Some((verb, start..self.text.len()))
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(&self.text)
    }
}

fn strip_prefix_ignore_case<'text>(text: &'text str, prefix: &str) -> Option<&'text str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

fn strip_suffix_ignore_case<'text>(text: &'text str, suffix: &str) -> Option<&'text str> {
    let end = text.len().checked_sub(suffix.len())?;
    let tail = text.get(end..)?;
    tail.eq_ignore_ascii_case(suffix).then(|| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(text: &str) -> Option<String> {
        Reason::new(text).object().map(str::to_owned)
    }

    #[test]
    fn objects_are_methods_only() {
        assert_eq!(object("User registered all required security info."), None);
        assert_eq!(object("User canceled security info registration"), None);
        assert_eq!(object("Admin registered phone method for user").as_deref(), Some("phone"));
        assert_eq!(object("User registered Fido2 Authentication Method").as_deref(), Some("Fido2"));
        assert_eq!(
            object("User failed to change the default security info for Call +1 2025550144")
                .as_deref(),
            Some("Call +1 2025550144")
        );
        assert_eq!(
            object("User registered externalAuthMethod").as_deref(),
            Some("externalAuthMethod")
        );
        assert_eq!(object("Something else entirely"), None);
        assert_eq!(object("ß"), None);
    }

    #[test]
    fn numbers_go_names_stay() {
        let without = |text| Reason::new(text).without_numbers();
        assert_eq!(without("Text a code to +1 2025550143."), "Text a code to #.");
        assert_eq!(
            without("User registered Fido2 Authentication Method"),
            "User registered Fido2 Authentication Method"
        );
        assert_eq!(
            without("Error 5 in request 00000000-0000-4000-8000-000000000001"),
            "Error # in request #"
        );
    }
}
