//! The Authentication methods policy: which methods users may register and use.

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::applies::{Applies, Known};
use super::campaign::RegistrationCampaign;
use super::entity::Entity;
use super::policy_target::PolicyTarget;
use crate::error::Result;
use crate::model::{Method, serialize_optional_timestamp};
use crate::origin::Origin;

/// The Authentication methods policy of a tenant (Microsoft Graph, *authenticationMethodsPolicy*).
///
/// ```
/// use regaudit::{Origin, state::{Applies, MethodsPolicy}};
/// let json = serde_json::json!({
///     "policyMigrationState": "migrationComplete",
///     "authenticationMethodConfigurations": [
///         {"id": "Sms", "state": "enabled", "includeTargets": [{"targetType": "group", "id": "all_users"}]},
///     ],
/// });
/// let policy = MethodsPolicy::from_json(&json, &Origin::new("policy.json")).unwrap();
/// let sms = policy.configuration("sms").unwrap();
/// assert_eq!((sms.is_enabled, sms.applies_to(None, None)), (Some(true), Applies::Yes));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MethodsPolicy {
    /// Where it stands.
    pub origin: Origin,
    /// Whether it is the whole policy. Settings of methods that were exported by themselves say nothing of
    /// others.
    pub is_whole: bool,
    /// When it was last changed, in UTC. It held from then until it was exported.
    #[serde(serialize_with = "serialize_optional_timestamp")]
    pub last_modified: Option<DateTime<Utc>>,
    /// Whether the legacy policies still count.
    pub migration: Option<Migration>,
    /// The methods that it has settings for.
    pub configurations: Vec<MethodConfiguration>,
    /// The campaign that nudges users at sign-in.
    pub campaign: Option<RegistrationCampaign>,
}

impl MethodsPolicy {
    /// Reads the policy from JSON, as Graph and PowerShell write it, or as audit records held it until
    /// April 2026.
    ///
    /// `None` if it is another object, has no `authenticationMethodConfigurations`, or is not of the
    /// documented form.
    pub fn from_json(json: &Value, origin: &Origin) -> Option<Self> {
        let entity = Entity::of(json, origin).ok()?;
        Self::read(&entity).ok().flatten()
    }

    /// The policy, if the entity has configurations.
    pub(super) fn read(entity: &Entity<'_>) -> Result<Option<Self>> {
        let Some(configurations) = entity.entities("authenticationMethodConfigurations")? else {
            return Ok(None);
        };
        let campaign = entity
            .entity("registrationEnforcement")?
            .map(|part| part.entity("authenticationMethodsRegistrationCampaign"))
            .transpose()?
            .flatten();
        Ok(Some(Self {
            origin: entity.origin.clone(),
            is_whole: true,
            last_modified: entity.time("lastModifiedDateTime")?,
            migration: entity.text("policyMigrationState")?.map(Migration::from_text),
            configurations: MethodConfiguration::read_all(&configurations)?,
            campaign: campaign.map(|part| RegistrationCampaign::read(&part)).transpose()?,
        }))
    }

    /// Settings of methods that were exported without the policy around them.
    pub(super) fn of_configurations(
        configurations: Vec<MethodConfiguration>,
        origin: Origin,
    ) -> Self {
        Self {
            origin,
            is_whole: false,
            last_modified: None,
            migration: None,
            configurations,
            campaign: None,
        }
    }

    /// The settings of a method, by the id that Graph gives it (`Sms`), ASCII case aside.
    pub fn configuration(&self, id: &str) -> Option<&MethodConfiguration> {
        self.configurations.iter().find(|one| one.id.eq_ignore_ascii_case(id))
    }
}

/// How far the tenant has moved from the legacy policies for multifactor authentication and
/// self-service password reset (`policyMigrationState`).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Migration {
    /// The policy is used for authentication only; legacy policies are respected.
    PreMigration,
    /// It is used for authentication and password reset; legacy policies are respected.
    InProgress,
    /// It is used for both; legacy policies are ignored.
    Complete,
    /// A state with no name here, as it was written.
    Other(String),
}

impl Migration {
    /// Reads what Graph writes, ASCII case aside.
    pub fn from_text(text: &str) -> Self {
        let known = [
            ("preMigration", Self::PreMigration),
            ("migrationInProgress", Self::InProgress),
            ("migrationComplete", Self::Complete),
        ];
        let found = known.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
        found.map_or_else(|| Self::Other(text.to_owned()), |(_, state)| state)
    }

    /// `pre_migration`, `migration_in_progress`, `migration_complete`, or the text as it stands.
    pub fn as_str(&self) -> &str {
        match self {
            Self::PreMigration => "pre_migration",
            Self::InProgress => "migration_in_progress",
            Self::Complete => "migration_complete",
            Self::Other(text) => text,
        }
    }
}

impl Serialize for Migration {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// The settings of one method (Microsoft Graph, *authenticationMethodConfiguration* and the types
/// derived from it).
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MethodConfiguration {
    /// `Fido2`, `MicrosoftAuthenticator`, `Sms`, `Voice`, `SoftwareOath`, `HardwareOath`,
    /// `TemporaryAccessPass`, `Email`, `X509Certificate`, `QRCodePin`, or the GUID of an external method.
    pub id: String,
    /// The name of an external method.
    pub display_name: Option<String>,
    /// `enabled` or `disabled`, as it was written; empty where it is not said.
    pub state: String,
    /// Whether the state is `enabled`. `None` where it is neither that nor `disabled`.
    pub is_enabled: Option<bool>,
    /// Whom the method is for. `None` where the export does not say.
    pub include: Option<Vec<PolicyTarget>>,
    /// Whom it is not for, though they may be among those. `None` where the export does not say.
    pub exclude: Option<Vec<PolicyTarget>>,
    /// `Voice`: whether users can register office phones.
    pub is_office_phone_allowed: Option<bool>,
    /// `Fido2`: whether users can register passkeys themselves.
    pub is_self_service_registration_allowed: Option<bool>,
    /// `MicrosoftAuthenticator`: whether its codes can be used.
    pub is_software_oath_enabled: Option<bool>,
}

impl MethodConfiguration {
    /// Reads the settings of a method from JSON. `None` if it has no id, or is not of the documented
    /// form.
    pub fn from_json(json: &Value, origin: &Origin) -> Option<Self> {
        Self::read(&Entity::of(json, origin).ok()?).ok()
    }

    /// Whether both say the same of whether the method is on, for whom, and of what.
    pub(crate) fn agrees_with(&self, other: &Self) -> bool {
        let part = |one: &Self| {
            let flags = [
                one.is_office_phone_allowed,
                one.is_self_service_registration_allowed,
                one.is_software_oath_enabled,
            ];
            (one.is_enabled, one.include.clone(), one.exclude.clone(), flags)
        };
        // For whom it is means nothing where it is off.
        let are_off = self.is_enabled == Some(false) && other.is_enabled == Some(false);
        are_off || part(self) == part(other)
    }

    /// Takes over what another says where this one says nothing.
    pub(crate) fn fill_in(&mut self, other: &Self) {
        fn fill<T: Clone>(own: &mut Option<T>, other: Option<&T>) {
            if own.is_none() {
                *own = other.cloned();
            }
        }
        fill(&mut self.include, other.include.as_ref());
        fill(&mut self.exclude, other.exclude.as_ref());
        fill(&mut self.is_office_phone_allowed, other.is_office_phone_allowed.as_ref());
        fill(
            &mut self.is_self_service_registration_allowed,
            other.is_self_service_registration_allowed.as_ref(),
        );
        fill(&mut self.is_software_oath_enabled, other.is_software_oath_enabled.as_ref());
    }

    pub(super) fn read(entity: &Entity<'_>) -> Result<Self> {
        let state = entity.owned_text("state")?.unwrap_or_default();
        let is_state = |name: &str| state.eq_ignore_ascii_case(name);
        Ok(Self {
            id: entity.needed_text("id")?.to_owned(),
            display_name: entity.owned_text("displayName")?,
            is_enabled: (is_state("enabled") || is_state("disabled")).then(|| is_state("enabled")),
            include: PolicyTarget::read_all(entity, "includeTargets")?,
            exclude: PolicyTarget::read_all(entity, "excludeTargets")?,
            is_office_phone_allowed: entity.flag("isOfficePhoneAllowed")?,
            is_self_service_registration_allowed: entity
                .flag("isSelfServiceRegistrationAllowed")?,
            is_software_oath_enabled: entity.flag("isSoftwareOathEnabled")?,
            state,
        })
    }

    fn read_all(entities: &[Entity<'_>]) -> Result<Vec<Self>> {
        entities.iter().map(Self::read).collect()
    }

    /// The ids of the settings that govern a method; several where one of them is enough, or where the
    /// method's name does not say which is meant. None for a method that the policy does not govern
    /// (security questions, app passwords, Windows Hello, platform credentials, the password), and for
    /// external ones, whose ids are GUIDs.
    ///
    /// That the alternate phone needs voice calls says *Combined security information registration*;
    /// that the Authenticator's codes can come with its own settings, *microsoftAuthenticator-
    /// AuthenticationMethodConfiguration*. That `Voice` governs the office phone follows from
    /// `isOfficePhoneAllowed`. The rest is by name.
    pub const fn of_method(method: &Method) -> &'static [&'static str] {
        match method {
            Method::AuthenticatorPush
            | Method::AuthenticatorPasswordless
            | Method::AuthenticatorUnspecified => &["MicrosoftAuthenticator"],
            Method::SoftwareOath => &["SoftwareOath", "MicrosoftAuthenticator"],
            Method::HardwareOath => &["HardwareOath"],
            Method::OathUnspecified => &["SoftwareOath", "MicrosoftAuthenticator", "HardwareOath"],
            Method::PhoneMobileSms => &["Sms"],
            Method::PhoneMobileCall | Method::PhoneAlternate | Method::PhoneOffice => &["Voice"],
            Method::PhoneUnspecified => &["Sms", "Voice"],
            Method::Email => &["Email"],
            Method::PasskeyFido2 => &["Fido2"],
            Method::TemporaryAccessPass => &["TemporaryAccessPass"],
            Method::QrCodePin => &["QRCodePin"],
            Method::Certificate => &["X509Certificate"],
            _ => &[],
        }
    }

    /// Whether a user is among those for whom the method is set, whatever its state.
    ///
    /// `groups` holds the object ids of every group that the user is in, also by way of other groups;
    /// `None` if they are not known. Exclusion wins over inclusion; who is excluded is nobody where it is
    /// not said.
    pub fn applies_to(&self, user_id: Option<&str>, groups: Option<&[String]>) -> Applies {
        let known = Known { user_id, groups, roles: None };
        let exclude = self.exclude.as_deref().unwrap_or_default();
        PolicyTarget::decide(self.include.as_deref(), exclude, &known)
    }
}
