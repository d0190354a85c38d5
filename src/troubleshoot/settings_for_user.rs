//! What the settings of a method mean for the user.

use chrono::{DateTime, NaiveDate, Utc};

use super::admin_role::roles;
use super::answer::{Evidence, Verdict};
use super::case::Case;
use super::enablement::Enablement;
use super::input::Input;
use super::method_settings::Settings;
use super::password_reset::{by_contact_methods, for_administrators, for_password_reset};
use crate::model::Method;
use crate::state::{Applies, Membership, MethodConfiguration, Migration, PolicyTarget};

/// What the settings mean for the user.
pub(super) fn judge(case: &Case<'_>, method: &Method, settings: Settings) -> Enablement {
    let configuration = &settings.configuration;
    let id = configuration.id.clone();
    match configuration.is_enabled {
        None => {
            Enablement::new(None, format!("The state of {id} is neither enabled nor disabled."))
                .with([settings.evidence])
                .needs(Input::MethodsPolicy, format!("whether {id} is enabled"))
        }
        Some(false) => disabled(case, method, settings),
        Some(true) => match switched_off(configuration, method) {
            Some((reason, remedy)) => {
                Enablement::new(Some(false), reason).with([settings.evidence]).remedied_by(remedy)
            }
            None => for_the_user(case, method, in_a_mode_of(method, settings)),
        },
    }
}

/// What the settings of an enabled method may keep from the user nonetheless, and what helps.
fn switched_off(
    configuration: &MethodConfiguration,
    method: &Method,
) -> Option<(&'static str, &'static str)> {
    let is_off = |flag: Option<bool>| flag == Some(false);
    let codes = matches!(method, Method::SoftwareOath | Method::OathUnspecified)
        && configuration.id.eq_ignore_ascii_case("MicrosoftAuthenticator");
    if *method == Method::PhoneOffice && is_off(configuration.is_office_phone_allowed) {
        Some((
            "Voice is enabled, and office phones are not allowed.",
            "Allow office phones in the settings of voice calls (isOfficePhoneAllowed).",
        ))
    } else if *method == Method::PasskeyFido2
        && is_off(configuration.is_self_service_registration_allowed)
    {
        Some((
            "Passkeys are enabled, and users cannot register them themselves.",
            "Allow users to register passkeys themselves (isSelfServiceRegistrationAllowed).",
        ))
    } else if codes && is_off(configuration.is_software_oath_enabled) {
        Some((
            "Authenticator is enabled, and its codes are not.",
            "Allow the codes of Authenticator (isSoftwareOathEnabled).",
        ))
    } else {
        None
    }
}

/// The settings without whom Authenticator is for in another mode alone.
fn in_a_mode_of(method: &Method, mut settings: Settings) -> Settings {
    let other = match method {
        Method::AuthenticatorPasswordless => "push",
        Method::AuthenticatorPush => "deviceBasedPush",
        _ => return settings,
    };
    let is_other = |target: &PolicyTarget| {
        target.authentication_mode.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(other))
    };
    if let Some(include) = &mut settings.configuration.include {
        include.retain(|target| !is_other(target));
    }
    settings
}

/// A method that the policy disables can still come from the older policies, until they are left behind.
fn disabled(case: &Case<'_>, method: &Method, settings: Settings) -> Enablement {
    let id = &settings.configuration.id;
    let reason = format!("{id} is disabled in the Authentication methods policy.");
    let roles = roles(case);
    if *method == Method::SoftwareOath && roles.verdict == Verdict::Confirmed {
        return for_administrators(case, Enablement::new(Some(true), reason)
            .because("The user is an administrator, and can register authenticator apps of others nevertheless, for password reset alone.")
            .with([settings.evidence])
            .with(roles.into_evidence()));
    }
    let may_be_elsewhere = match &settings.migration {
        Some(migration) => *migration != Migration::Complete,
        None => case.at < end_of_older_policies(),
    };
    if !may_be_elsewhere {
        return Enablement::new(Some(false), reason).with([settings.evidence]);
    }
    let of_sspr = by_contact_methods(case, method).filter(|sspr| sspr.is_enabled == Some(true));
    let of_sspr = of_sspr.map(|sspr| for_password_reset(case, sspr));
    let mut enabled = match of_sspr {
        Some(sspr) if sspr.is_enabled == Some(true) => sspr,
        other => {
            let other = other.unwrap_or_default();
            let mut open = Enablement::new(None, "The tenant has not left the older policies behind (policyMigrationState), and they can still enable the method.")
                .needs(Input::SsprSettings, "whether the method is enabled in the older policies")
                .with(other.evidence);
            open.missing.extend(other.missing);
            open
        }
    };
    enabled.reasoning.insert(0, reason);
    enabled.evidence.push(settings.evidence);
    enabled
}

/// Since then, methods are not managed in the older policies any more (Microsoft, *Manage authentication
/// methods for Microsoft Entra ID*).
fn end_of_older_policies() -> DateTime<Utc> {
    NaiveDate::from_ymd_opt(2025, 9, 30)
        .and_then(|date| date.and_hms_opt(0, 0, 0))
        .map(|time| time.and_utc())
        .unwrap_or_default()
}

fn for_the_user(case: &Case<'_>, method: &Method, settings: Settings) -> Enablement {
    let id = settings.configuration.id.clone();
    let groups: Vec<String> =
        case.state.groups.iter().map(|group| group.value.to_lowercase()).collect();
    let is_complete = case.state.group_lists.iter().any(|list| list.is_transitive);
    let known = (is_complete || !groups.is_empty()).then_some(groups.as_slice());
    let applies = settings.configuration.applies_to(case.user_id().as_deref(), known);
    // A list that is not complete proves membership alone.
    let applies = match applies {
        Applies::No if !is_complete && known.is_some() => {
            settings.configuration.applies_to(case.user_id().as_deref(), None)
        }
        other => other,
    };
    let of_groups = case
        .state
        .group_lists
        .iter()
        .map(|list| Evidence::state(&list.origin, None, "The groups of the user."));
    match applies {
        Applies::Yes if settings.configuration.exclude.is_none() && settings.is_partial => {
            Enablement::new(None, format!("{id} is enabled; whom it leaves out is not said."))
                .with([settings.evidence])
                .needs(Input::MethodsPolicy, format!("for whom {id} is enabled"))
        }
        Applies::Yes => {
            let email_alone = *method == Method::Email;
            let enabled = Enablement::new(Some(true), format!("{id} is enabled for the user."))
                .with([settings.evidence]);
            if email_alone { for_password_reset(case, enabled) } else { enabled }
        }
        Applies::No => Enablement::new(Some(false), format!("{id} is enabled, but not for this user: neither the user nor a group of theirs is among those it is for, or they are excluded."))
            .with([settings.evidence])
            .with(of_groups),
        Applies::Unknown(open) if open.is_empty() => {
            Enablement::new(None, format!("{id} is enabled; for whom is not said."))
                .with([settings.evidence])
                .needs(Input::MethodsPolicy, format!("for whom {id} is enabled"))
        }
        Applies::Unknown(open) => {
            let groups: Vec<&str> = open
                .iter()
                .filter_map(|membership| match membership {
                    Membership::Group(id) => Some(id.as_str()),
                    _ => None,
                })
                .collect();
            Enablement::new(None, format!("{id} is enabled for some groups alone, or not for some."))
                .with([settings.evidence])
                .needs(
                    Input::GroupMemberships,
                    format!("whether the user is in the group {}", groups.join(" or ")),
                )
        }
    }
}
