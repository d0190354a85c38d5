//! What the log says of the result.

use super::text::{Unrecognized, serde_as_text};

/// The log's own result, before any reading of the reason.
///
/// `success`, `failure`, `timeout` are the values of Graph's `operationResult` (Microsoft Graph,
/// *directoryAudit*). The portal and old diagnostic records write them with a capital; diagnostic
/// records of 2018 write numbers, of which only `0` for success is attested by Microsoft, `1` and `2`
/// follow the order of the enumeration (inferred). ASCII case is folded.
///
/// ```
/// use regaudit::model::Status;
/// assert_eq!(Status::from_text("Success"), Status::Success);
/// assert_eq!(Status::from_text("unknownFutureValue").as_str(), "unknownFutureValue");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Status {
    /// `success`, `Success`, `0`.
    Success,
    /// `failure`, `Failure`, `1`.
    Failure,
    /// `timeout`, `2`.
    Timeout,
    /// Any other text, and the empty text where the export has none.
    Other(Unrecognized),
}

impl Status {
    /// Reads a result as any export writes it.
    pub fn from_text(text: &str) -> Self {
        match text.trim().to_ascii_lowercase().as_str() {
            "success" | "0" => Self::Success,
            "failure" | "1" => Self::Failure,
            "timeout" | "2" => Self::Timeout,
            _ => Self::Other(Unrecognized::new(text)),
        }
    }

    /// The usual lower-case name, or the text as it stands.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Timeout => "timeout",
            Self::Other(text) => text.as_str(),
        }
    }

    /// The value of the flat column `status`: `success`, `failure`, `timeout` or `unknown`.
    pub fn column(&self) -> &str {
        match self {
            Self::Other(_) => "unknown",
            known => known.as_str(),
        }
    }
}

serde_as_text!(Status);
