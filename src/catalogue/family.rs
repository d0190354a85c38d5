//! What kind of question a rule answers.

use serde::{Deserialize, Serialize};

/// The family of a rule, and so of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Family {
    /// Registering, reviewing, changing and deleting security info.
    Registration,
    /// Changes to what users may, or must, register.
    Policy,
    /// Passkeys, Windows Hello, tokens, app passwords: credentials logged outside combined
    /// registration.
    Credential,
    /// The "Update user" record that a registration leaves beside it in the directory's own log.
    Twin,
    /// Resets and changes of passwords.
    Password,
    /// Roles of the directory given to users, and taken from them.
    Role,
    /// Logged by the Authentication Methods service, or speaking of security info, without a rule that
    /// names it.
    Other,
}

impl Family {
    /// Every family, in the order in which rules are tried.
    pub const ALL: [Self; 7] = [
        Self::Registration,
        Self::Policy,
        Self::Credential,
        Self::Twin,
        Self::Password,
        Self::Role,
        Self::Other,
    ];

    /// The value of the flat column `family`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Registration => "registration",
            Self::Policy => "policy",
            Self::Credential => "credential",
            Self::Twin => "twin",
            Self::Password => "password",
            Self::Role => "role",
            Self::Other => "other",
        }
    }
}

impl std::fmt::Display for Family {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(self.as_str())
    }
}
