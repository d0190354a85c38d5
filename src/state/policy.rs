//! Exports of policies, collected from several files.

use std::path::Path;

use serde::Serialize;

use super::conditional_access::ConditionalAccessPolicy;
use super::document::{self, Page};
use super::entity::Entity;
use super::kind::{Kind, POLICIES, mentions, not_wanted};
use super::methods_policy::{MethodConfiguration, MethodsPolicy};
use super::warning::Warning;
use crate::error::{Error, ErrorKind, Result};
use crate::origin::Origin;

/// The authorization policy, as far as it bears on password reset (Microsoft Graph,
/// *authorizationPolicy*).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AuthorizationPolicy {
    /// Where it stands.
    pub origin: Origin,
    /// `allowedToUseSSPR`: whether administrators can reset their own passwords (*Self-service password
    /// reset policies and restrictions in Microsoft Entra ID*). A change takes up to 60 minutes.
    pub allowed_to_use_sspr: Option<bool>,
}

/// Security defaults (Microsoft Graph, *identitySecurityDefaultsEnforcementPolicy*).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SecurityDefaults {
    /// Where it stands.
    pub origin: Origin,
    /// Whether they are on, so that everybody has to register for multifactor authentication.
    pub is_enabled: bool,
}

/// What the policies of a tenant were when they were exported.
///
/// ```
/// use regaudit::state::PolicyState;
/// let mut policies = PolicyState::new();
/// policies.add_slice("authorization.json", br#"{"allowedToUseSSPR": false}"#)?;
/// assert_eq!(policies.authorization[0].allowed_to_use_sspr, Some(false));
/// # Ok::<(), regaudit::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PolicyState {
    /// Authentication methods policies, one for each export of it.
    pub methods: Vec<MethodsPolicy>,
    /// Authorization policies.
    pub authorization: Vec<AuthorizationPolicy>,
    /// Security defaults.
    pub security_defaults: Vec<SecurityDefaults>,
    /// Conditional Access policies.
    pub conditional_access: Vec<ConditionalAccessPolicy>,
    /// Complete lists of Conditional Access policies: what they do not hold, the tenant did not have.
    pub conditional_access_lists: Vec<Origin>,
    /// What the exports leave open.
    pub warnings: Vec<Warning>,
}

impl PolicyState {
    /// No policies.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds what a file holds; all of it, or nothing if it cannot be read or holds something else.
    pub fn add_path(&mut self, path: impl AsRef<Path>) -> Result<()> {
        let (name, bytes) = document::read_file(path.as_ref())?;
        self.add_slice(&name, &bytes)
    }

    /// Adds what bytes hold, under a name by which they are reported; all of it, or nothing if they
    /// cannot be read or hold something else.
    pub fn add_slice(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        let origin = Origin::new(name);
        let text = document::text_of(bytes, &origin)?;
        if !document::is_json(&text) {
            return Err(Error::new(ErrorKind::UnsupportedFormat, "text that is no JSON")
                .expected(POLICIES)
                .help("save the answer of Microsoft Graph, which is JSON")
                .at(origin));
        }
        let mut found = Self::new();
        let pages = document::pages(&text, &origin, &mut found.warnings)?;
        for page in &pages {
            found.add_page(page)?;
        }
        self.append(found);
        Ok(())
    }

    fn append(&mut self, found: Self) {
        self.methods.extend(found.methods);
        self.authorization.extend(found.authorization);
        self.security_defaults.extend(found.security_defaults);
        self.conditional_access.extend(found.conditional_access);
        self.conditional_access_lists.extend(found.conditional_access_lists);
        self.warnings.extend(found.warnings);
    }

    fn add_page(&mut self, page: &Page) -> Result<()> {
        let mut configurations = Vec::new();
        let mut has_conditional_access = mentions(&page.context, "conditionalAccess/policies");
        if page.entries.is_empty() && !has_conditional_access {
            return Err(document::empty_list(page, POLICIES));
        }
        for (value, origin) in &page.entries {
            let entity = Entity::of(value, origin)?;
            let kind = Kind::of(&entity, &page.context);
            has_conditional_access |= kind == Some(Kind::ConditionalAccess);
            match kind {
                Some(Kind::MethodConfiguration) => configurations.push((value, origin)),
                kind => self.add(&entity, kind)?,
            }
        }
        if let Some((_, origin)) = configurations.first() {
            let origin = (*origin).clone();
            let read = |(value, origin)| MethodConfiguration::read(&Entity::of(value, origin)?);
            let configurations = configurations.into_iter().map(read).collect::<Result<_>>()?;
            self.methods.push(MethodsPolicy::of_configurations(configurations, origin));
        }
        if has_conditional_access && page.is_list && !page.has_more {
            self.conditional_access_lists.push(page.origin.clone());
        }
        Ok(())
    }

    fn add(&mut self, entity: &Entity<'_>, kind: Option<Kind>) -> Result<()> {
        let origin = entity.origin.clone();
        match kind {
            Some(Kind::MethodsPolicy) => {
                let policy = MethodsPolicy::read(entity)?;
                let missing = || entity.missing("authenticationMethodConfigurations");
                self.methods.push(policy.ok_or_else(missing)?);
            }
            Some(Kind::Authorization) => {
                let allowed_to_use_sspr = entity.flag("allowedToUseSSPR")?;
                self.authorization.push(AuthorizationPolicy { origin, allowed_to_use_sspr });
            }
            Some(Kind::SecurityDefaults) => {
                let is_enabled = entity.flag("isEnabled")?;
                let is_enabled = is_enabled.ok_or_else(|| entity.missing("isEnabled"))?;
                self.security_defaults.push(SecurityDefaults { origin, is_enabled });
            }
            Some(Kind::ConditionalAccess) => {
                self.conditional_access.push(ConditionalAccessPolicy::read(entity)?);
            }
            other => return Err(not_wanted(entity, other, POLICIES)),
        }
        Ok(())
    }
}
