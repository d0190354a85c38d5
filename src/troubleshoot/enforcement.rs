//! What made the user register: multifactor authentication, password reset, or both.
//!
//! The rules are those of Microsoft, *Combined security information registration*: a policy for multifactor
//! authentication asks for its methods, and for those of password reset where the user is enabled for it;
//! password reset alone asks for its own. No record says which policy interrupted, so it is told from
//! whatever demands registration, and from what the user then registered (inferred).

use super::answer::{Evidence, Finding, NextKind, Verdict};
use super::case::{Case, Known, RECENT};
use super::demands::{Clue, mfa, sspr_enabled, sspr_required};
use super::evidence::evidence_of;
use super::guide::Step;
use super::input::Input;
use super::offers;
use super::sspr;
use crate::attempt::{Attempt, AttemptOutcome, Mode};
use crate::model::format_timestamp;
use crate::state::{Applies, MethodsPolicy};

/// What asks the user to register.
pub(super) struct Asked {
    /// Whether a policy for multifactor authentication demands registration.
    pub(super) for_mfa: Option<bool>,
    /// Whether methods of password reset are asked for: it demands registration itself, or the user is
    /// enabled for it and multifactor authentication demands registration.
    pub(super) for_sspr: Option<bool>,
}

impl Asked {
    /// What somebody who was interrupted was asked for: whether a policy for multifactor authentication
    /// demands registration, whether the user is enabled for password reset, whether that requires
    /// registration, and whether a campaign may have interrupted as well.
    fn of(
        demand: Option<bool>,
        enabled: Option<bool>,
        required: Option<bool>,
        is_campaign: bool,
    ) -> Self {
        let (for_mfa, for_sspr) = match (demand, enabled) {
            // Something else than password reset interrupted; a campaign does for one method alone.
            (Some(true), Some(false)) => (Some(true), Some(false)),
            (_, Some(false)) => ((!is_campaign).then_some(true), Some(false)),
            (Some(true), Some(true)) => (Some(true), Some(true)),
            (demand, _) => (demand, required.filter(|required| *required)),
        };
        Self { for_mfa, for_sspr }
    }
}

pub(super) fn look(case: &Case<'_>, step: &'static Step) -> Finding {
    let is_recent = |attempt: &&Attempt| case.at - attempt.last <= RECENT;
    let interrupted = case.attempts.iter().rev().filter(is_recent);
    let interrupted = interrupted.into_iter().find(|attempt| attempt.mode == Mode::Interrupt);
    let Some(attempt) = interrupted else { return not_interrupted(case, step) };
    if attempt.outcome == AttemptOutcome::Reviewed {
        return review(case, step, attempt);
    }
    let demand = mfa(case, attempt);
    let enabled = sspr_enabled(case, attempt);
    let required = sspr_required(case, &enabled);
    let campaign = campaign(case);
    let asked = Asked::of(demand.value(), enabled.value(), required.value(), campaign.is_some());
    let mut finding = conclude(case, step, &asked)
        .because(format!("The user was interrupted at {}.", format_timestamp(attempt.first)))
        .with(steps_of(case, attempt));
    finding = with_clues(finding, [demand, enabled, required]);
    finding = with_rules(case, finding, &asked);
    finding = with_campaign(finding, campaign);
    finding.methods = offers::offers(case, &asked, attempt);
    finding
}

fn with_clues(mut finding: Finding, clues: [Clue; 3]) -> Finding {
    let is_contradictory = clues.iter().any(|clue| clue.is_contradictory);
    for clue in clues {
        finding.reasoning.extend(clue.reasons);
        finding = finding.with(clue.evidence);
    }
    if is_contradictory {
        return finding.because("What was given contradicts itself, so it decides nothing.");
    }
    finding
}

/// How many methods show.
fn with_rules(case: &Case<'_>, finding: Finding, asked: &Asked) -> Finding {
    let finding = finding.because("Of the methods asked for, a user sees as many as the policies need and no more, the most secure first, and whoever holds some of them is asked for what is missing.");
    let Some(gates) = sspr::gates(case).filter(|_| asked.for_sspr == Some(true)) else {
        return finding;
    };
    finding
        .because(format!("Password reset needs {}; where multifactor authentication is asked for as well, the first of two must be a method of it.", gates.value))
        .with([gates.evidence()])
}

/// The policy with a campaign that may be for the user.
fn campaign<'case>(case: &'case Case<'_>) -> Option<&'case MethodsPolicy> {
    let newest = case.policies.methods.iter().max_by_key(|policy| policy.last_modified);
    newest.filter(|policy| {
        policy.campaign.as_ref().is_some_and(|campaign| {
            campaign.state.eq_ignore_ascii_case("enabled")
                && campaign.applies_to(case.user_id().as_deref(), None) != Applies::No
        })
    })
}

/// A campaign interrupts as well, and asks for one method.
fn with_campaign(finding: Finding, policy: Option<&MethodsPolicy>) -> Finding {
    let Some(policy) = policy else { return finding };
    finding
        .because("A registration campaign is on: after multifactor authentication it asks for Authenticator or a passkey alone, and can be put off.")
        .with([Evidence::state(&policy.origin, policy.last_modified, "A registration campaign is on.")])
}

/// The verdict by what is asked for, and by the method missed.
fn conclude(case: &Case<'_>, step: &'static Step, asked: &Asked) -> Finding {
    let what = match (asked.for_mfa, asked.for_sspr) {
        (Some(true), Some(true)) => "for multifactor authentication and password reset",
        (Some(true), Some(false)) => "for multifactor authentication alone",
        (Some(true), None) => "for multifactor authentication, and perhaps password reset",
        (Some(false) | None, Some(true)) => {
            "for password reset, and perhaps multifactor authentication"
        }
        _ => {
            return open(
                step,
                "What interrupted the user cannot be told, and so neither which methods follow from it.",
            );
        }
    };
    match case.method {
        Some(method) => match offers::is_asked_for(method, asked) {
            Some(true) => Finding::new(
                step,
                Verdict::RuledOut,
                format!("The user was interrupted {what}, which asks for this method as well."),
            ),
            Some(false) => Finding::new(
                step,
                Verdict::Confirmed,
                format!("The user was interrupted {what}, which does not ask for this method."),
            ),
            None => open_beside(step, what),
        },
        None => match (asked.for_mfa, asked.for_sspr) {
            (Some(true), Some(true)) => Finding::new(
                step,
                Verdict::RuledOut,
                format!("The user was interrupted {what}, which asks for every kind of method."),
            ),
            (Some(_), Some(_)) => Finding::new(
                step,
                Verdict::Confirmed,
                format!("The user was interrupted {what}, and sees the methods of that alone."),
            ),
            _ => open_beside(step, what),
        },
    }
}

fn open_beside(step: &'static Step, what: &str) -> Finding {
    open(
        step,
        &format!("The user was interrupted {what}; which methods follow from that cannot be told."),
    )
}

fn open(step: &'static Step, conclusion: &str) -> Finding {
    Finding::new(step, Verdict::CannotTell, conclusion)
        .needs(Input::RegistrationDetails, "whether password reset is enabled for the user")
        .needs(Input::SsprSettings, "whether password reset requires registration")
        .needs(
            Input::ConditionalAccessPolicies,
            "whether a policy demands multifactor authentication of the user",
        )
        .needs(Input::SecurityDefaults, "whether security defaults are on")
        .needs(Input::PerUserState, "whether multifactor authentication is on for the user")
}

fn not_interrupted(case: &Case<'_>, step: &'static Step) -> Finding {
    match case.attempts.last() {
        Some(attempt)
            if attempt.mode == Mode::Manage
                && case.is_covered_since(attempt.last)
                && case.at - attempt.last <= RECENT =>
        {
            let conclusion = "The user was not interrupted: the attempts in the log were made on the page of the security info.";
            Finding::new(step, Verdict::RuledOut, conclusion)
                .with(steps_of(case, attempt))
                .next(NextKind::GoOn, "Look at the steps for the page of the security info.")
        }
        Some(attempt) if case.is_covered_since(case.at - RECENT) => {
            open(step, "No attempt of the week before shows that sign-in asked for it, so what interrupted the user cannot be told.")
                .with(steps_of(case, attempt))
        }
        Some(attempt) => Finding::new(
            step,
            Verdict::CannotTell,
            "Whether the user was interrupted cannot be told.",
        )
        .because("The log does not cover all of the week before.")
        .with(steps_of(case, attempt))
        .needs(Input::AuditLog, "what the user did up to the time of the complaint"),
        None => Finding::new(
            step,
            Verdict::CannotTell,
            "Whether the user was interrupted cannot be told.",
        )
        .because("The log holds no attempt of the user.")
        .needs(Input::AuditLog, "what the user did at the time of the complaint"),
    }
}

/// A review asks to confirm what is there, and for nothing else.
fn review(case: &Case<'_>, step: &'static Step, attempt: &Attempt) -> Finding {
    Finding::new(step, Verdict::Confirmed, "The user was asked to confirm what is registered, and not to register more.")
        .because("Password reset asks for it when the time to confirm again has come (0 to 730 days, 0 is never).")
        .with(steps_of(case, attempt))
        .next(NextKind::Explain, "Explain that methods are added on the page of the security info (aka.ms/mysecurityinfo).")
}

fn steps_of(case: &Case<'_>, attempt: &Attempt) -> Vec<Evidence> {
    let is_step = |(event, _): &&Known<'_>| attempt.origins.contains(&event.origin);
    case.events.iter().filter(is_step).map(evidence_of).collect()
}
