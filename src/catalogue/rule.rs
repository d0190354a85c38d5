//! One rule of the catalogue.

use super::condition::Condition;
use super::family::Family;
use super::field::Field;
use crate::model::{Method, Outcome};

/// A rule: which records it speaks of, and what they mean.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Rule {
    /// The stable name, `family.what_happened`.
    pub id: &'static str,
    /// The family it belongs to.
    pub family: Family,
    /// Which records it speaks of, unless an earlier rule did.
    pub when: Condition,
    /// What came of it.
    pub outcome: OutcomeSource,
    /// Whether the service writes this for itself, without anyone's doing.
    pub maintenance: bool,
    /// Where the methods are read from.
    pub methods: MethodSource,
    /// What happened, in one line.
    pub meaning: &'static str,
    /// What an administrator should know about it.
    pub explanation: &'static str,
    /// Where the fact comes from, the best authority first.
    pub attested: &'static [Attestation],
    /// A worked example, run as a test.
    pub example: Example,
}

/// How a rule decides on the outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum OutcomeSource {
    /// Always this one.
    Is(Outcome),
    /// As the log's result says: success, failure (a timeout is one), else unknown.
    Status,
}

/// Where a rule reads the methods from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MethodSource {
    /// The event is about no method.
    None,
    /// The reason, by the table of [phrases](super::PHRASES); what no phrase knows is kept as text.
    Reason,
    /// The activity itself says which.
    Fixed(&'static [Method]),
    /// The values of `StrongAuthenticationMethod` before and after.
    StrongAuthentication,
}

/// Where a fact comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Attestation {
    /// Microsoft's article on troubleshooting combined registration.
    SourceDocument,
    /// Microsoft's *Audit activity reference*.
    ActivityReference,
    /// Another document of Microsoft's.
    MicrosoftDocument,
    /// Real records that someone published.
    RealRecords,
    /// Public queries, rules or write-ups of third parties.
    ThirdParty,
    /// Our own inference.
    Inferred,
}

impl Attestation {
    /// In words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SourceDocument => "source document",
            Self::ActivityReference => "activity reference",
            Self::MicrosoftDocument => "Microsoft document",
            Self::RealRecords => "real records",
            Self::ThirdParty => "third party",
            Self::Inferred => "inferred",
        }
    }
}

/// Facts for which the rule decides, and what it decides.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Example {
    /// The fields of the record; those not given are empty.
    pub facts: &'static [(Field, &'static str)],
    /// What comes of it.
    pub outcome: Outcome,
    /// The methods.
    pub methods: &'static [Method],
}
