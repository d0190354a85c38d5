//! Whether a method is enabled for the user, and how that is known.

use chrono::{DateTime, NaiveDate, Utc};

use super::admin_role::roles;
use super::answer::{Evidence, Missing, Verdict};
use super::case::{Case, Known};
use super::input::Input;
use super::method_settings::{
    Exported, Logged, METHODS_POLICY, Settings, configurations_of, exported, logged,
};
use super::per_user;
use super::policy_changed::evidence_of;
use super::sspr::{self, Scope};
use crate::model::{Method, format_timestamp};
use crate::state::{Applies, Membership, MethodConfiguration, Migration};

/// Whether a method is enabled for the user; `None` where that cannot be told.
#[derive(Debug, Default)]
pub(super) struct Enablement {
    pub(super) is_enabled: Option<bool>,
    pub(super) reasoning: Vec<String>,
    pub(super) evidence: Vec<Evidence>,
    pub(super) missing: Vec<Missing>,
}

impl Enablement {
    fn new(is_enabled: Option<bool>, reason: impl Into<String>) -> Self {
        Self { is_enabled, reasoning: vec![reason.into()], ..Self::default() }
    }

    fn because(mut self, reason: impl Into<String>) -> Self {
        self.reasoning.push(reason.into());
        self
    }

    fn with(mut self, evidence: impl IntoIterator<Item = Evidence>) -> Self {
        self.evidence.extend(evidence);
        self
    }

    fn needs(mut self, input: Input, tells: impl Into<String>) -> Self {
        self.missing.push(Missing { input, tells: tells.into() });
        self
    }
}

/// Whether the method is enabled for the user.
pub(super) fn enabled(case: &Case<'_>, method: &Method) -> Enablement {
    match method {
        Method::SecurityQuestions => security_questions(case),
        Method::AppPassword => app_password(case),
        Method::Password => never("A password is changed on the page, and not added."),
        Method::WindowsHello | Method::PlatformCredential => {
            never("The device registers this method when it is set up, and not the page.")
        }
        _ => by_policy(case, method),
    }
}

fn never(reason: &str) -> Enablement {
    Enablement::new(Some(false), reason)
}

/// Security questions stay in the policy of password reset, which is in no export.
fn security_questions(case: &Case<'_>) -> Enablement {
    let roles = roles(case);
    if roles.verdict == Verdict::Confirmed {
        return never("Administrators are not offered security questions.")
            .with(roles.into_evidence());
    }
    let of_sspr = by_sspr_methods(case, &Method::SecurityQuestions);
    if of_sspr.as_ref().is_some_and(|found| found.is_enabled == Some(true)) {
        return for_password_reset(case, of_sspr.unwrap_or_default());
    }
    of_sspr.unwrap_or_else(|| {
        Enablement::new(None, "Security questions are set in the policy of password reset, of which the log holds no change.")
            .needs(Input::SsprSettings, "whether security questions are among the methods of password reset")
    })
}

/// What the settings of password reset say of a method.
fn by_sspr_methods(case: &Case<'_>, method: &Method) -> Option<Enablement> {
    if let Some(scope) = sspr::scope(case).filter(|scope| scope.value == Scope::Nobody) {
        let reason = "Password reset is switched off for users.";
        return Some(Enablement::new(Some(false), reason).with([evidence_of(scope.known)]));
    }
    let methods = sspr::methods(case)?;
    let is_among = methods.value.contains(method);
    let reason = if is_among {
        "The method is among those of password reset."
    } else {
        "The method is not among those of password reset."
    };
    Some(Enablement::new(Some(is_among), reason).with([evidence_of(methods.known)]))
}

/// App passwords are for users for whom per-user multifactor authentication is enforced.
fn app_password(case: &Case<'_>) -> Enablement {
    match per_user::state(case) {
        Some(state) if state.is_contradictory => {
            Enablement::new(None, "The log and the export disagree on the per-user state of multifactor authentication.")
                .with(state.evidence)
                .needs(Input::PerUserState, "the per-user state as it is now")
        }
        Some(state) => {
            let reason = format!(
                "App passwords are for users whose per-user state is enforced; that of the user is {}.",
                state.name
            );
            if state.name == "enabled" {
                return Enablement::new(None, reason)
                    .because("A registered method turns enabled into enforced by itself.")
                    .with(state.evidence)
                    .needs(Input::PerUserState, "the per-user state as it is now");
            }
            Enablement::new(Some(state.name == "enforced"), reason).with(state.evidence)
        }
        None => Enablement::new(None, "App passwords are for users whose per-user state of multifactor authentication is enforced.")
            .needs(Input::PerUserState, "the per-user state of the user"),
    }
}

fn by_policy(case: &Case<'_>, method: &Method) -> Enablement {
    let ids = configurations_of(case, method);
    if ids.is_empty() {
        return Enablement::new(None, "Which settings govern this method is not documented.")
            .needs(Input::MethodsPolicy, "whether it has settings of this name");
    }
    let each: Vec<Enablement> = ids.iter().map(|id| by_configuration(case, method, id)).collect();
    // Each of them is enough.
    let verdicts: Vec<Option<bool>> = each.iter().map(|one| one.is_enabled).collect();
    let is_enabled = if verdicts.contains(&Some(true)) {
        Some(true)
    } else if verdicts.contains(&None) {
        None
    } else {
        Some(false)
    };
    let mut all = Enablement { is_enabled, ..Enablement::default() };
    for one in each.into_iter().filter(|one| one.is_enabled == is_enabled) {
        all.reasoning.extend(one.reasoning);
        for evidence in one.evidence {
            if !all.evidence.contains(&evidence) {
                all.evidence.push(evidence);
            }
        }
        for missing in one.missing {
            if !all.missing.contains(&missing) {
                all.missing.push(missing);
            }
        }
    }
    all
}

fn by_configuration(case: &Case<'_>, method: &Method, id: &str) -> Enablement {
    let exported = match exported(case, id) {
        Exported::Nothing => None,
        Exported::Settings(settings) => Some(*settings),
        Exported::Contradiction(evidence) => {
            return Enablement::new(None, "Exports of the policy contradict each other, and do not say which of them is newer.")
                .with(evidence)
                .needs(Input::MethodsPolicy, "what the policy says now, with lastModifiedDateTime");
        }
    };
    let logged = match logged(case, id) {
        Logged::Nothing => None,
        Logged::Settings(settings) => Some(*settings),
        Logged::Unreadable(change) => {
            match exported {
                // The export was made after that change.
                Some(settings)
                    if settings.time >= change.time && settings.time <= Some(case.at) =>
                {
                    return judge(case, method, settings);
                }
                _ => {
                    return Enablement::new(None, format!("The last change that concerns {id} does not show what it is set to since."))
                    .with([*change])
                    .needs(Input::MethodsPolicy, "what the policy says now, with lastModifiedDateTime");
                }
            }
        }
    };
    let is_too_new = |settings: &Settings| settings.time.is_some_and(|time| time > case.at);
    match (exported, logged) {
        (Some(exported), Some(logged)) => newer(case, method, exported, logged),
        (Some(exported), None) if is_too_new(&exported) => {
            let time = exported.time.map(format_timestamp).unwrap_or_default();
            let reason = format!(
                "The policy was changed at {time}, after the complaint; what it said before is not known."
            );
            Enablement::new(None, reason).with([exported.evidence]).needs(
                Input::AuditLog,
                "the change of the policy after the complaint, with the values before it",
            )
        }
        (Some(settings), None) | (None, Some(settings)) => judge(case, method, settings),
        (None, None) => unknown(case, id),
    }
}

/// Of an export and a record of a change, the newer one holds.
fn newer(case: &Case<'_>, method: &Method, exported: Settings, mut logged: Settings) -> Enablement {
    // Records that hold what changed and nothing else do not say whom the method is for.
    let is_too_new = exported.time.is_some_and(|time| time > case.at);
    if logged.configuration.include.is_none() && !is_too_new {
        logged.configuration.include.clone_from(&exported.configuration.include);
        logged.configuration.exclude.clone_from(&exported.configuration.exclude);
    }
    if logged.migration.is_none() {
        logged.migration.clone_from(&exported.migration);
    }
    let agree = exported.configuration.is_enabled == logged.configuration.is_enabled;
    let is_after = |one: Option<DateTime<Utc>>, other: Option<DateTime<Utc>>| match (one, other) {
        (Some(one), Some(other)) => Some(one >= other),
        _ => None,
    };
    match is_after(exported.time, logged.time) {
        Some(true) if !is_too_new => judge(case, method, exported),
        Some(_) => {
            let (old, reason) = if is_too_new {
                (
                    exported.evidence,
                    "The export shows the policy after a change that came later than the complaint.",
                )
            } else {
                (exported.evidence, "The export is older than the last change in the log.")
            };
            let mut enabled = judge(case, method, logged);
            if !agree {
                enabled.reasoning.push(reason.to_owned());
                enabled.evidence.push(old);
            }
            enabled
        }
        None if agree => judge(case, method, exported).with([logged.evidence]),
        None => {
            Enablement::new(None, "The log and the export of the policy contradict each other, and the export does not say when the policy was last changed.")
                .with([exported.evidence, logged.evidence])
                .needs(Input::MethodsPolicy, "what the policy says now, with lastModifiedDateTime")
        }
    }
}

fn unknown(case: &Case<'_>, id: &str) -> Enablement {
    let changes: Vec<&Known<'_>> = case.policy_changes(&METHODS_POLICY).collect();
    let reason = if changes.is_empty() {
        format!(
            "No export of the policy was given, and the log holds no change that shows the settings of {id}."
        )
    } else {
        format!("The changes of the policy in the log do not show the settings of {id}.")
    };
    Enablement::new(None, reason)
        .with(changes.last().map(|known| evidence_of(known)))
        .needs(Input::MethodsPolicy, format!("whether {id} is enabled, and for whom"))
}

/// What the settings mean for the user.
fn judge(case: &Case<'_>, method: &Method, settings: Settings) -> Enablement {
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
            Some(reason) => Enablement::new(Some(false), reason).with([settings.evidence]),
            None => for_the_user(case, method, settings),
        },
    }
}

/// What the settings of an enabled method may keep from the user nonetheless.
fn switched_off(configuration: &MethodConfiguration, method: &Method) -> Option<String> {
    let is_off = |flag: Option<bool>| flag == Some(false);
    let codes = matches!(method, Method::SoftwareOath | Method::OathUnspecified)
        && configuration.id.eq_ignore_ascii_case("MicrosoftAuthenticator");
    if *method == Method::PhoneOffice && is_off(configuration.is_office_phone_allowed) {
        Some("Voice is enabled, and office phones are not allowed.".to_owned())
    } else if *method == Method::PasskeyFido2
        && is_off(configuration.is_self_service_registration_allowed)
    {
        Some("Passkeys are enabled, and users cannot register them themselves.".to_owned())
    } else if codes && is_off(configuration.is_software_oath_enabled) {
        Some("Authenticator is enabled, and its codes are not.".to_owned())
    } else {
        None
    }
}

/// A method that the policy disables can still come from the older policies, until they are left behind.
fn disabled(case: &Case<'_>, method: &Method, settings: Settings) -> Enablement {
    let id = &settings.configuration.id;
    let reason = format!("{id} is disabled in the Authentication methods policy.");
    let roles = roles(case);
    if *method == Method::SoftwareOath && roles.verdict == Verdict::Confirmed {
        return Enablement::new(Some(true), reason)
            .because("The user is an administrator, and can register authenticator apps of others nevertheless, for password reset alone.")
            .with([settings.evidence])
            .with(roles.into_evidence());
    }
    let may_be_elsewhere = match &settings.migration {
        Some(migration) => *migration != Migration::Complete,
        None => case.at < end_of_older_policies(),
    };
    if !may_be_elsewhere {
        return Enablement::new(Some(false), reason).with([settings.evidence]);
    }
    let mut enabled = match by_sspr_methods(case, method) {
        Some(sspr) if sspr.is_enabled == Some(true) => sspr,
        _ => Enablement::new(None, "The tenant has not left the older policies behind (policyMigrationState), and they can still enable the method.")
            .needs(Input::SsprSettings, "whether the method is enabled in the older policies"),
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

/// Some methods serve password reset alone. Administrators follow a policy of their own there.
fn for_password_reset(case: &Case<'_>, enabled: Enablement) -> Enablement {
    if roles(case).verdict == Verdict::Confirmed {
        return enabled;
    }
    let newest = case.state.sspr_enabled.iter().max_by_key(|stated| stated.as_of);
    match newest {
        Some(stated) if !stated.value => Enablement::new(
            Some(false),
            "The method serves password reset alone, which is not enabled for the user.",
        )
        .with(enabled.evidence)
        .with([Evidence::state(
            &stated.origin,
            stated.as_of,
            "Password reset is not enabled for the user.",
        )]),
        Some(_) => enabled,
        None => match sspr::scope(case) {
            Some(scope) if scope.value == Scope::Selected => {
                Enablement::new(None, "The method serves password reset alone, which is on for a group; whether the user is in it is not known.")
                    .with(enabled.evidence)
                    .with([evidence_of(scope.known)])
                    .needs(Input::RegistrationDetails, "whether password reset is enabled for the user")
            }
            _ => enabled,
        },
    }
}
