//! Whether the policy that enables the method has not reached the user yet.

use chrono::{DateTime, Utc};

use super::answer::{Evidence, Finding, NextKind, Verdict};
use super::case::Case;
use super::enabled::enabled;
use super::evidence::evidence_of;
use super::guide::{Step, Wait};
use super::influences::{bears_on_registration, is_about_another};
use super::input::Input;
use super::method_enabled::filled;
use super::policy_changed::changes_in_exports;
use crate::model::{Event, format_timestamp};

/// Changes that enable methods.
const SAVES: [&str; 4] = [
    "policy.authentication_methods_update",
    "policy.authentication_methods_reset",
    "policy.mfa_service",
    "policy.sspr_settings",
];

pub(super) fn look(case: &Case<'_>, step: &'static Step) -> Finding {
    if let Some(method) = case.method {
        let enabled = enabled(case, method);
        match enabled.is_enabled {
            Some(false) => {
                let conclusion = "The method is not enabled, so there is nothing to wait for.";
                return filled(Finding::new(step, Verdict::RuledOut, conclusion), enabled);
            }
            None => {
                let conclusion = "Whether the method is enabled cannot be told, and so neither whether there is anything to wait for.";
                return filled(Finding::new(step, Verdict::CannotTell, conclusion), enabled);
            }
            Some(true) => {}
        }
    }
    match last_saved(case) {
        Some((time, evidence)) => saved(case, step, time, evidence),
        None if case.shows_changes_within(Wait::ADVICE.most) => again(Finding::new(
            step,
            Verdict::RuledOut,
            "No policy that enables methods was saved in the two hours before.",
        )),
        None => Finding::new(
            step,
            Verdict::CannotTell,
            "When the policies were last saved cannot be told.",
        )
        .needs(Input::MethodsPolicy, "when the policy was last changed (lastModifiedDateTime)")
        .needs(Input::AuditLog, "the changes of policy in the two hours before the complaint"),
    }
}

/// When a policy that enables methods was last saved, up to the complaint.
fn last_saved(case: &Case<'_>) -> Option<(DateTime<Utc>, Evidence)> {
    let counts = |event: &Event| bears_on_registration(event) && !is_about_another(case, event);
    let saves = case.policy_changes(&SAVES).filter(|(event, _)| counts(event));
    let logged = saves.last().map(|known| (known.0.time, evidence_of(known)));
    let exported = changes_in_exports(case).map(|(policy, time)| {
        (time, Evidence::state(&policy.origin, Some(time), "The policy was last changed."))
    });
    // Of the two, the record says more.
    exported.chain(logged).max_by_key(|(time, _)| *time)
}

fn saved(case: &Case<'_>, step: &'static Step, time: DateTime<Utc>, evidence: Evidence) -> Finding {
    let until = time + Wait::ADVICE.most;
    let when = format_timestamp(time);
    if until > case.at {
        return Finding::new(
            step,
            Verdict::Confirmed,
            format!("A policy was saved at {when}, less than two hours before the complaint."),
        )
        .with([evidence])
        .next(
            NextKind::Wait,
            format!("Wait until {} (UTC), and test again.", format_timestamp(until)),
        )
        .wait_until(until);
    }
    if !case.shows_changes_within(Wait::ADVICE.most) {
        let conclusion = format!(
            "The last save known is that of {when}; whether there was a later one cannot be told."
        );
        return Finding::new(step, Verdict::CannotTell, conclusion).with([evidence]).needs(
            Input::AuditLog,
            "the changes of policy, of all services, in the two hours before the complaint",
        );
    }
    again(Finding::new(
        step,
        Verdict::RuledOut,
        format!("The policies were last saved at {when}, long enough before the complaint."),
    ))
    .with([evidence])
}

/// The advice for a method that is enabled and not offered nonetheless.
fn again(finding: Finding) -> Finding {
    finding.next(NextKind::SaveAgain, "If the method is enabled and still not offered: save the policies again, wait one to two hours, and test again.")
}
