//! Whom a part of the Authentication methods policy is for.

use serde::Serialize;

use super::applies::{Applies, Known, Membership, Side, decide};
use super::entity::Entity;
use crate::error::Result;

/// How policies name everybody.
const ALL_USERS: &str = "all_users";

/// Users to whom a part of the policy applies, or does not (Microsoft Graph,
/// *authenticationMethodTarget*, *excludeTarget* and the types derived from them).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PolicyTarget {
    /// `group` or `user`, as it was written; empty where it is not said.
    pub kind: String,
    /// The object id of the group or user; `all_users` is everybody.
    pub id: String,
    /// Whether these users must register the method.
    pub is_registration_required: Option<bool>,
    /// `MicrosoftAuthenticator`: `any`, `push` or `deviceBasedPush` (without a password).
    pub authentication_mode: Option<String>,
    /// `Sms`: whether these users can sign in with it alone.
    pub is_usable_for_sign_in: Option<bool>,
    /// Of a campaign: the method that these users are asked to register.
    pub campaign_method: Option<String>,
}

impl PolicyTarget {
    fn read(entity: &Entity<'_>) -> Result<Self> {
        Ok(Self {
            kind: entity.owned_text("targetType")?.unwrap_or_default(),
            id: entity.needed_text("id")?.to_owned(),
            is_registration_required: entity.flag("isRegistrationRequired")?,
            authentication_mode: entity.owned_text("authenticationMode")?,
            is_usable_for_sign_in: entity.flag("isUsableForSignIn")?,
            campaign_method: entity.owned_text("targetedAuthenticationMethod")?,
        })
    }

    /// The targets under a key. `None` where there is no such list.
    pub(super) fn read_all(entity: &Entity<'_>, key: &str) -> Result<Option<Vec<Self>>> {
        let Some(entities) = entity.entities(key)? else { return Ok(None) };
        entities.iter().map(Self::read).collect::<Result<_>>().map(Some)
    }

    /// Whether a user is among those who are included and not excluded.
    pub(super) fn decide(include: Option<&[Self]>, exclude: &[Self], known: &Known<'_>) -> Applies {
        match include {
            Some(include) => decide(&Self::side(include), &Self::side(exclude), known),
            None => Applies::Unknown(Vec::new()),
        }
    }

    fn side(targets: &[Self]) -> Side {
        let membership = |target: &Self| {
            if target.kind.eq_ignore_ascii_case("user") {
                Membership::User(target.id.clone())
            } else {
                Membership::Group(target.id.clone())
            }
        };
        let is_all = |target: &&Self| target.id.eq_ignore_ascii_case(ALL_USERS);
        Side {
            is_everybody: targets.iter().any(|target| is_all(&target)),
            memberships: targets.iter().filter(|target| !is_all(target)).map(membership).collect(),
        }
    }
}
