//! The campaign that nudges users into registering a better method.

use serde::Serialize;

use super::applies::{Applies, Known};
use super::entity::Entity;
use super::policy_target::PolicyTarget;
use crate::error::Result;

/// The campaign that asks users at sign-in to register a method (Microsoft Graph,
/// *authenticationMethodsRegistrationCampaign*).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RegistrationCampaign {
    /// `enabled`, `disabled`, or `default` where Microsoft decides; empty where it is not said.
    pub state: String,
    /// After how many days a user who said "Not now" is asked again; 0 is at every sign-in with
    /// multifactor authentication.
    pub snooze_days: Option<u32>,
    /// Whether users who said "Not now" three times must register.
    pub enforce_after_snoozes: Option<bool>,
    /// Who is asked. `None` where the export does not say.
    pub include: Option<Vec<PolicyTarget>>,
    /// Who is not.
    pub exclude: Vec<PolicyTarget>,
}

impl RegistrationCampaign {
    pub(super) fn read(entity: &Entity<'_>) -> Result<Self> {
        Ok(Self {
            state: entity.owned_text("state")?.unwrap_or_default(),
            snooze_days: entity.number("snoozeDurationInDays")?,
            enforce_after_snoozes: entity.flag("enforceRegistrationAfterAllowedSnoozes")?,
            include: PolicyTarget::read_all(entity, "includeTargets")?,
            exclude: PolicyTarget::read_all(entity, "excludeTargets")?.unwrap_or_default(),
        })
    }

    /// Whether a user is among those who are asked, whatever the state of the campaign; as
    /// [`MethodConfiguration::applies_to`](super::MethodConfiguration::applies_to).
    pub fn applies_to(&self, user_id: Option<&str>, groups: Option<&[String]>) -> Applies {
        let known = Known { user_id, groups, roles: None };
        PolicyTarget::decide(self.include.as_deref(), &self.exclude, &known)
    }
}
