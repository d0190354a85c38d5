//! The access token, which is shown to nobody but the service.

use std::ffi::OsString;
use std::fmt;

use crate::error::{Error, ErrorKind, Result};

/// What stands for a token wherever it would be shown.
const REDACTED: &str = "[token]";

/// An access token for Microsoft Graph. It has no `Display`, and its `Debug` does not show it.
///
/// ```
/// use regaudit::rollback::apply::Token;
/// let token = Token::new("eyJ0eXAi.abc\n")?;
/// assert_eq!(format!("{token:?}"), "Token([token])");
/// assert_eq!(token.redact("Bearer eyJ0eXAi.abc is bad"), "Bearer [token] is bad");
/// # Ok::<(), regaudit::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// A token, without the blanks around it. Empty texts, and texts with blanks or control characters in them, are
    /// refused, and are not repeated in the error.
    pub fn new(text: impl Into<String>) -> Result<Self> {
        let text = text.into();
        let token = text.trim();
        let error = |found| {
            Err(Error::new(ErrorKind::Token, found).expected(
                "an access token of Microsoft Graph, one line of letters, digits and points",
            ))
        };
        if token.is_empty() {
            return error("an empty token");
        }
        if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return error("a token with blanks, line breaks or other characters that no token has");
        }
        Ok(Self(token.to_owned()))
    }

    /// The token that an environment variable holds, given its name and its value.
    pub fn from_environment(name: &str, value: Option<OsString>) -> Result<Self> {
        // What is no name may be the token itself, and is not repeated.
        let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let shown = if is_name { name } else { "of that name" };
        let Some(value) = value else {
            return Err(Error::new(ErrorKind::Token, format!("no environment variable {shown}"))
                .expected("an access token in it")
                .help("set it, or give --token-command"));
        };
        Self::new(value.into_string().unwrap_or_default())
    }

    /// The error that a command for a token did not work. What it printed is no part of it.
    pub fn command_failed(what: &str) -> Error {
        Error::new(ErrorKind::Token, format!("a command for the token that failed ({what})"))
            .expected("a command that prints an access token, and nothing else")
    }

    /// The value of the header `Authorization`.
    pub fn authorization(&self) -> String {
        format!("Bearer {}", self.0)
    }

    /// A text without the token, which a service may repeat.
    pub fn redact(&self, text: &str) -> String {
        text.replace(&self.0, REDACTED)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Token({REDACTED})")
    }
}

/// Where tokens come from.
pub trait TokenSource {
    /// A token to begin with.
    fn token(&mut self) -> Result<Token>;

    /// Another token, after the service has refused the one before; `None` where there is no other.
    fn renew(&mut self) -> Option<Result<Token>> {
        None
    }
}

/// One token, which cannot be renewed.
impl TokenSource for Token {
    fn token(&mut self) -> Result<Token> {
        Ok(self.clone())
    }
}
