//! Conditional Access policies, as far as they bear on registration.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::applies::{Applies, Known, Membership, Side, decide};
use super::entity::Entity;
use crate::error::Result;
use crate::model::serialize_optional_timestamp;
use crate::origin::Origin;

/// The user action of registering security info.
const REGISTER_SECURITY_INFO: &str = "urn:user:registersecurityinfo";

/// A Conditional Access policy (Microsoft Graph, *conditionalAccessPolicy*). Of conditions of place, device,
/// client and risk, it is read that there are some: where they are met is told by the sign-in log.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ConditionalAccessPolicy {
    /// Where it stands.
    pub origin: Origin,
    /// Its id.
    pub id: Option<String>,
    /// Its name.
    pub display_name: Option<String>,
    /// `enabled`, `disabled`, or `enabledForReportingButNotEnforced`.
    pub state: String,
    /// When it was last changed, in UTC; when it was made, if it never was.
    #[serde(serialize_with = "serialize_optional_timestamp")]
    pub last_modified: Option<DateTime<Utc>>,
    /// Object ids of users, or `All`, `None`, `GuestsOrExternalUsers`.
    pub include_users: Vec<String>,
    /// Object ids of users, or `GuestsOrExternalUsers`.
    pub exclude_users: Vec<String>,
    /// Object ids of groups.
    pub include_groups: Vec<String>,
    /// Object ids of groups.
    pub exclude_groups: Vec<String>,
    /// Template ids of roles.
    pub include_roles: Vec<String>,
    /// Template ids of roles.
    pub exclude_roles: Vec<String>,
    /// Whether certain guests or external users are included.
    pub includes_guests: bool,
    /// Whether certain guests or external users are excluded.
    pub excludes_guests: bool,
    /// Actions of users, such as `urn:user:registersecurityinfo`.
    pub user_actions: Vec<String>,
    /// Ids of applications, `All`, `None`, or names of groups of them such as `Office365`.
    pub applications: Vec<String>,
    /// Whether it acts under further conditions alone: of risk, place, platform, device, client or
    /// authentication flow, or not for some applications.
    pub has_other_conditions: bool,
    /// How the controls are taken together: `AND` or `OR`.
    pub grant_operator: Option<String>,
    /// `mfa`, `block`, `compliantDevice`, ..
    pub built_in_controls: Vec<String>,
    /// The authentication strength that is demanded, by name, else by id.
    pub authentication_strength: Option<String>,
    /// How many other controls there are: terms of use and custom ones.
    pub other_controls: usize,
}

impl ConditionalAccessPolicy {
    pub(super) fn read(entity: &Entity<'_>) -> Result<Self> {
        let conditions = entity.entity("conditions")?;
        let part = |key| conditions.map(|part| part.entity(key)).transpose().map(Option::flatten);
        let (users, applications) = (part("users")?, part("applications")?);
        let users = users.ok_or_else(|| entity.missing("conditions.users"))?;
        let controls = entity.entity("grantControls")?;
        let changed = entity.time("modifiedDateTime")?;
        Ok(Self {
            origin: entity.origin.clone(),
            id: entity.owned_text("id")?,
            display_name: entity.owned_text("displayName")?,
            state: entity.owned_text("state")?.unwrap_or_default(),
            last_modified: changed
                .map_or_else(|| entity.time("createdDateTime"), |time| Ok(Some(time)))?,
            include_users: texts(Some(users), "includeUsers")?,
            exclude_users: texts(Some(users), "excludeUsers")?,
            include_groups: texts(Some(users), "includeGroups")?,
            exclude_groups: texts(Some(users), "excludeGroups")?,
            include_roles: texts(Some(users), "includeRoles")?,
            exclude_roles: texts(Some(users), "excludeRoles")?,
            includes_guests: users.entity("includeGuestsOrExternalUsers")?.is_some(),
            excludes_guests: users.entity("excludeGuestsOrExternalUsers")?.is_some(),
            user_actions: texts(applications, "includeUserActions")?,
            applications: texts(applications, "includeApplications")?,
            has_other_conditions: has_other_conditions(conditions, applications)?,
            grant_operator: controls.map(|part| part.owned_text("operator")).transpose()?.flatten(),
            built_in_controls: texts(controls, "builtInControls")?,
            authentication_strength: strength(controls)?,
            other_controls: texts(controls, "termsOfUse")?.len()
                + texts(controls, "customAuthenticationFactors")?.len(),
        })
    }

    /// Whether it acts, rather than being off or only reporting what it would do.
    pub fn is_enforced(&self) -> bool {
        self.state.eq_ignore_ascii_case("enabled")
    }

    /// Whether it is about registering security info itself, the user action.
    pub fn is_about_registration(&self) -> bool {
        self.user_actions.iter().any(|action| action.eq_ignore_ascii_case(REGISTER_SECURITY_INFO))
    }

    /// Whether nobody to whom it applies gets by without multifactor authentication: it is asked for, and
    /// no other control can stand in for it. An authentication strength counts, as every built-in one
    /// is met by multifactor authentication only.
    pub fn demands_mfa(&self) -> bool {
        let is_and = self
            .grant_operator
            .as_ref()
            .is_some_and(|operator| operator.eq_ignore_ascii_case("AND"));
        self.offers_mfa() && (is_and || self.control_count() == 1)
    }

    /// Whether multifactor authentication is among the controls, maybe as one of several to choose from.
    pub fn offers_mfa(&self) -> bool {
        let is_mfa = |control: &String| control.eq_ignore_ascii_case("mfa");
        self.authentication_strength.is_some() || self.built_in_controls.iter().any(is_mfa)
    }

    fn control_count(&self) -> usize {
        let strength = usize::from(self.authentication_strength.is_some());
        self.built_in_controls.len() + strength + self.other_controls
    }

    /// Whether a user is among those it is for, whatever its state and other conditions.
    ///
    /// `groups` holds the object ids of every group that the user is in, also by way of other groups, and
    /// `roles` the template ids of every active role; `None` if they are not known. Exclusion wins over
    /// inclusion. Which guests are meant is not read, so a policy for some of them is unknown for
    /// everybody it does not name otherwise.
    pub fn applies_to(
        &self,
        user_id: Option<&str>,
        groups: Option<&[String]>,
        roles: Option<&[String]>,
    ) -> Applies {
        let known = Known { user_id, groups, roles };
        let include = side(
            [&self.include_users, &self.include_groups, &self.include_roles],
            self.includes_guests,
        );
        let exclude = side(
            [&self.exclude_users, &self.exclude_groups, &self.exclude_roles],
            self.excludes_guests,
        );
        decide(&include, &exclude, &known)
    }
}

fn texts(entity: Option<Entity<'_>>, key: &str) -> Result<Vec<String>> {
    let texts = entity.map(|entity| entity.texts(key)).transpose()?;
    Ok(texts.flatten().unwrap_or_default())
}

/// Conditions that are objects, and those that are lists.
const OBJECTS: [&str; 6] = [
    "platforms",
    "locations",
    "devices",
    "deviceStates",
    "clientApplications",
    "authenticationFlows",
];
const LISTS: [&str; 4] =
    ["userRiskLevels", "signInRiskLevels", "servicePrincipalRiskLevels", "insiderRiskLevels"];

fn has_other_conditions(
    conditions: Option<Entity<'_>>,
    applications: Option<Entity<'_>>,
) -> Result<bool> {
    let Some(conditions) = conditions else { return Ok(false) };
    let clients = conditions.texts("clientAppTypes")?.unwrap_or_default();
    let is_every_client = clients.is_empty() || clients.iter().any(|client| client == "all");
    let is_set = |key: &&str| conditions.value(key).is_some();
    Ok(!is_every_client
        || OBJECTS.iter().chain(&LISTS).any(is_set)
        || !texts(applications, "excludeApplications")?.is_empty())
}

/// The strength that is demanded. One that was made for other than multifactor authentication says so
/// (`requirementsSatisfied`), and does not count.
fn strength(controls: Option<Entity<'_>>) -> Result<Option<String>> {
    let strength = controls.map(|part| part.entity("authenticationStrength")).transpose()?;
    let Some(strength) = strength.flatten() else { return Ok(None) };
    if strength.text("requirementsSatisfied")?.is_some_and(|what| what.eq_ignore_ascii_case("none"))
    {
        return Ok(None);
    }
    Ok(strength.owned_text("displayName")?.or(strength.owned_text("id")?))
}

fn side([users, groups, roles]: [&Vec<String>; 3], has_guests: bool) -> Side {
    let is = |user: &str, name: &str| user.eq_ignore_ascii_case(name);
    let is_guests = |user: &str| is(user, "GuestsOrExternalUsers");
    let ids = users.iter().filter(|user| !is(user, "All") && !is(user, "None") && !is_guests(user));
    let guests = has_guests || users.iter().any(|user| is_guests(user));
    let memberships = ids
        .map(|id| Membership::User(id.clone()))
        .chain(groups.iter().map(|id| Membership::Group(id.clone())))
        .chain(roles.iter().map(|id| Membership::Role(id.clone())))
        .chain(guests.then_some(Membership::Guest));
    Side {
        is_everybody: users.iter().any(|user| is(user, "All")),
        memberships: memberships.collect(),
    }
}
