//! Whether a method is enabled for the user, and how that is known.

use chrono::{DateTime, Utc};

use super::case::{Case, Known};
use super::enablement::Enablement;
use super::evidence::evidence_of;
use super::input::Input;
use super::method_settings::{
    Exported, Logged, METHODS_POLICY, Settings, configurations_of, exported, logged,
};
use super::password_reset::security_questions;
use super::per_user;
use super::settings_for_user::judge;
use super::statement::Told;
use crate::model::{Method, format_timestamp};

/// Whether the method is enabled for the user.
pub(super) fn enabled(case: &Case<'_>, method: &Method) -> Enablement {
    match method {
        Method::SecurityQuestions => security_questions(case),
        Method::AppPassword => app_password(case),
        Method::Password => never("A password is changed on the page, and not added."),
        Method::WindowsHello | Method::PlatformCredential => {
            never("The device registers this method when it is set up, and not the page.")
        }
        Method::TemporaryAccessPass | Method::Certificate | Method::QrCodePin => {
            never("An administrator gives out this method; users do not add it on the page.")
        }
        _ => by_policy(case, method),
    }
}

fn never(reason: &str) -> Enablement {
    Enablement::new(Some(false), reason)
}

/// App passwords are for users for whom per-user multifactor authentication is enforced.
fn app_password(case: &Case<'_>) -> Enablement {
    match per_user::state(case) {
        Told::Nothing => Enablement::new(None, "App passwords are for users whose per-user state of multifactor authentication is enforced.")
            .needs(Input::PerUserState, "the per-user state of the user"),
        Told::Contradiction(evidence) => {
            Enablement::new(None, "What was given contradicts itself on the per-user state of multifactor authentication.")
                .with(evidence)
                .needs(Input::PerUserState, "the per-user state as it is now")
        }
        Told::Holds { statement, .. } => {
            let state = statement.value;
            let reason = format!(
                "App passwords are for users whose per-user state is enforced; that of the user is {state}."
            );
            if state == "enabled" {
                return Enablement::new(None, reason)
                    .because("A registered method turns enabled into enforced by itself.")
                    .with(statement.evidence)
                    .needs(Input::PerUserState, "the per-user state as it is now");
            }
            Enablement::new(Some(state == "enforced"), reason).with(statement.evidence)
        }
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
        all.remedy = all.remedy.or(one.remedy);
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
        Exported::Undated(evidence) => {
            return Enablement::new(None, "The export does not say as of when it holds, and the policy was changed after the complaint.")
                .with(evidence)
                .needs(Input::MethodsPolicy, "what the policy says now, with lastModifiedDateTime");
        }
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
        (Some(settings), None) => judge(case, method, settings),
        (None, Some(settings)) => judge_logged(case, method, settings),
        (None, None) => unknown(case, id),
    }
}

/// Of an export and a record of a change, the newer one holds.
fn newer(case: &Case<'_>, method: &Method, exported: Settings, mut logged: Settings) -> Enablement {
    // Records that hold what changed and nothing else do not say whom the method is for.
    let is_too_new = exported.time.is_some_and(|time| time > case.at);
    if !is_too_new {
        logged.configuration.fill_in(&exported.configuration);
    }
    if logged.migration.is_none() {
        logged.migration.clone_from(&exported.migration);
    }
    let agree = exported.configuration.agrees_with(&logged.configuration);
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
            let mut enabled = judge_logged(case, method, logged);
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

/// What the last change in the log means, if none can have been missed since.
fn judge_logged(case: &Case<'_>, method: &Method, settings: Settings) -> Enablement {
    if settings.time.is_none_or(|time| case.is_followed_since(time)) {
        return judge(case, method, settings);
    }
    let reason =
        "The log does not cover all of the time since the last change of the policy in it.";
    Enablement::new(None, reason)
        .with([settings.evidence])
        .needs(Input::MethodsPolicy, "what the policy says now, with lastModifiedDateTime")
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
