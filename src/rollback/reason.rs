//! Why something is as it is, for programs and for people.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A reason: a code that stays, and a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Reason {
    /// Lower_snake; what it means is listed where the reason stands.
    pub code: Cow<'static, str>,
    /// The same in words.
    pub text: String,
}

impl Reason {
    pub(super) fn new(code: &'static str, text: impl Into<String>) -> Self {
        Self { code: Cow::Borrowed(code), text: text.into() }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}
