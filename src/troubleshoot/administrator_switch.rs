//! Whether password reset is on for administrators, and whether that was switched shortly before.

use super::answer::{Evidence, Finding, NextKind};
use super::case::{Case, Known};
use super::evidence::evidence_of;
use super::guide::Wait;
use super::influences::switches_administrators;
use super::input::Input;
use super::statement::{Statement, Told, newest};
use crate::model::{Event, format_timestamp};

/// The rule of records that switch it.
const RULE: [&str; 1] = ["policy.authorization_policy"];

/// Whether password reset is on for administrators.
pub(super) fn told(case: &Case<'_>) -> Told<bool> {
    let is_changed_later = case.is_changed_later(&RULE);
    let exported = case.policies.authorization.iter().filter(|_| !is_changed_later);
    let exported = exported.filter_map(|policy| {
        let allowed = policy.allowed_to_use_sspr?;
        Some(Statement::new(allowed, None, [Evidence::state(&policy.origin, None, says(allowed))]))
    });
    let logged = last_change(case).and_then(|known| {
        Some(Statement::new(switched_to(known.0)?, Some(known.0.time), [evidence_of(known)]))
    });
    newest(exported.chain(logged), |one, other| one == other)
}

/// The record that switched it last.
fn last_change<'case, 'a>(case: &'case Case<'a>) -> Option<&'case Known<'a>> {
    case.policy_changes(&RULE).filter(|(event, _)| switches_administrators(event)).last()
}

/// Adds to a finding about an administrator what the switch means for them.
pub(super) fn explain(case: &Case<'_>, finding: Finding) -> Finding {
    let finding = match told(case) {
        Told::Nothing => finding,
        Told::Holds { statement, .. } => off(finding, statement.value).with(statement.evidence),
        Told::Contradiction(evidence) => finding
            .because("What was given contradicts itself on whether password reset is on for administrators: export the authorization policy again.")
            .with(evidence)
            .needs(Input::AuthorizationPolicy, "whether password reset is on for administrators"),
    };
    let Some((event, _)) = last_change(case) else { return finding };
    let until = event.time + Wait::ADMINISTRATOR_SWITCH.most;
    if until <= case.at {
        return finding;
    }
    finding
        .because("The switch was changed less than 60 minutes before; it takes up to that long.")
        .next(
            NextKind::Wait,
            format!("Wait until {} (UTC), and test again.", format_timestamp(until)),
        )
        .wait_until(until)
}

fn off(finding: Finding, allowed: bool) -> Finding {
    if allowed {
        return finding;
    }
    finding
        .because("Password reset is switched off for administrators: whoever is in the scope of password reset for users is still asked to register, and can register nothing.")
        .next(
            NextKind::ChangeSetting,
            "Exclude administrators from the scope of password reset for users, or switch it on for administrators (allowedToUseSSPR).",
        )
}

fn says(allowed: bool) -> &'static str {
    if allowed {
        "Password reset is on for administrators."
    } else {
        "Password reset is off for administrators."
    }
}

/// What the switch was set to.
fn switched_to(event: &Event) -> Option<bool> {
    let change = event
        .changes()
        .find(|change| change.name.to_ascii_lowercase().contains("allowedtousesspr"))?;
    let text = change.new.as_ref()?.text.to_ascii_lowercase();
    match (text.contains("true"), text.contains("false")) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    }
}
