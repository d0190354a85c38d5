//! Whether a method is enabled, with what that rests on.

use super::answer::{Evidence, Missing};
use super::input::Input;

/// Whether a method is enabled for the user; `None` where that cannot be told.
#[derive(Debug, Default)]
pub(super) struct Enablement {
    pub(super) is_enabled: Option<bool>,
    pub(super) reasoning: Vec<String>,
    pub(super) evidence: Vec<Evidence>,
    pub(super) missing: Vec<Missing>,
    /// What helps where it is not enabled, if that is something else than to enable it in the policy.
    pub(super) remedy: Option<&'static str>,
}

impl Enablement {
    pub(super) fn new(is_enabled: Option<bool>, reason: impl Into<String>) -> Self {
        Self { is_enabled, reasoning: vec![reason.into()], ..Self::default() }
    }

    pub(super) fn because(mut self, reason: impl Into<String>) -> Self {
        self.reasoning.push(reason.into());
        self
    }

    pub(super) fn with(mut self, evidence: impl IntoIterator<Item = Evidence>) -> Self {
        self.evidence.extend(evidence);
        self
    }

    pub(super) fn remedied_by(mut self, remedy: &'static str) -> Self {
        self.remedy = Some(remedy);
        self
    }

    pub(super) fn needs(mut self, input: Input, tells: impl Into<String>) -> Self {
        self.missing.push(Missing { input, tells: tells.into() });
        self
    }
}
