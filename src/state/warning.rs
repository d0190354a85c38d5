//! What an export leaves open, though it could be read.

use std::fmt;

use serde::Serialize;

use crate::origin::Origin;

/// Why nothing may be concluded from what an export does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Warning {
    /// Where.
    pub origin: Origin,
    /// What is amiss.
    pub kind: WarningKind,
}

/// What may be amiss with an export that could be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WarningKind {
    /// The last page names a next one (`@odata.nextLink`), which is not in the file.
    MorePages,
    /// A list that Graph added with `$expand` is as long as such lists get, 20 entries, so that it may
    /// have been cut (*Known issues with Microsoft Graph*).
    CutByExpand {
        /// The key under which the list stands.
        list: String,
    },
    /// One answer of a batch is an error.
    FailedAnswer {
        /// Graph's code of the error, such as `Request_ResourceNotFound`, else its HTTP status.
        code: String,
    },
}

impl Warning {
    pub(super) fn new(origin: Origin, kind: WarningKind) -> Self {
        Self { origin, kind }
    }
}

/// What is amiss, and what to do, in words.
impl fmt::Display for Warning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: ", self.origin)?;
        match &self.kind {
            WarningKind::MorePages => formatter.write_str(
                "the last page has an @odata.nextLink, so entries are missing, and who is not in it may \
                 be in the next; save the following pages into the same file",
            ),
            WarningKind::CutByExpand { list } => write!(
                formatter,
                "{list} has 20 entries or more, and Graph cuts a list that $expand asks for after 20, so \
                 some may be missing; ask for that list by itself"
            ),
            WarningKind::FailedAnswer { code } => {
                write!(formatter, "an answer of the batch is an error ({code}), and holds nothing")
            }
        }
    }
}
