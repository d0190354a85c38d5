//! What the user really met.

use super::answer::{Evidence, Finding, NextKind, Verdict};
use super::case::{Case, Known, RECENT};
use super::evidence::says;
use super::guide::Step;
use super::input::Input;
use crate::attempt::{Attempt, AttemptOutcome, Attempts};
use crate::catalogue::Classification;
use crate::model::{ActorKind, Event, Outcome, Reason, format_timestamp};

/// What an administrator, or somebody for one, did to the user's methods.
const TAKEN_AWAY: [&str; 2] =
    ["registration.admin_deleted", "registration.admin_required_registration"];

pub(super) fn look(case: &Case<'_>, step: &'static Step) -> Finding {
    let taken = taken_away(case);
    let finding = match case.attempts.last() {
        Some(attempt) => of_attempt(case, step, attempt, &taken),
        None if !taken.is_empty() => by_administrator(case, step, &taken),
        None => nothing(case, step),
    };
    let maintenance = case.events.iter().filter(|(_, found)| found.maintenance).count();
    let finding = if maintenance == 0 {
        finding
    } else {
        let records = if maintenance == 1 { "record is" } else { "records are" };
        finding.because(format!(
            "{maintenance} {records} the service's own maintenance, and nobody's doing."
        ))
    };
    earlier(case, finding)
}

/// What was taken away and not registered again since.
fn taken_away<'case, 'a>(case: &'case Case<'a>) -> Vec<&'case Known<'a>> {
    let last_success = case.attempts.iter().rfind(|attempt| is_through(attempt.outcome));
    let since = last_success.map(|attempt| attempt.last);
    let taken = case.successes(&TAKEN_AWAY);
    taken.filter(|(event, _)| since.is_none_or(|since| event.time > since)).collect()
}

fn is_through(outcome: AttemptOutcome) -> bool {
    matches!(
        outcome,
        AttemptOutcome::Completed | AttemptOutcome::SingleChange | AttemptOutcome::Reviewed
    )
}

fn of_attempt(
    case: &Case<'_>,
    step: &'static Step,
    attempt: &Attempt,
    taken: &[&Known<'_>],
) -> Finding {
    let steps = steps_of(case, attempt);
    let when = format_timestamp(attempt.last);
    if attempt.outcome == AttemptOutcome::Abandoned
        && case.known_until(attempt.last) - attempt.last < Attempts::GAP
    {
        let conclusion =
            format!("The last attempt was begun at {when}, and may have gone on after that.");
        return Finding::new(step, Verdict::CannotTell, conclusion)
            .with(steps)
            .with(evidence(taken))
            .needs(Input::AuditLog, "how the attempt ended");
    }
    let stopped = match attempt.outcome {
        AttemptOutcome::Failed => {
            Some(format!("The last attempt, at {when}, failed{}.", why(attempt)))
        }
        AttemptOutcome::Cancelled => {
            Some(format!("The user broke the last attempt off, at {when}."))
        }
        AttemptOutcome::Abandoned => {
            Some(format!("The last attempt was begun, and the log has no end of it up to {when}."))
        }
        _ => None,
    };
    let is_covered = case.is_covered_since(attempt.last);
    let is_current = is_covered && case.at - attempt.last <= RECENT;
    match stopped {
        Some(stopped) if is_current => {
            let next = advice(attempt);
            let finding = Finding::new(step, Verdict::Confirmed, stopped).with(steps);
            finding.with(evidence(taken)).next(NextKind::TryAgain, next)
        }
        Some(stopped) if taken.is_empty() => not_current(step, &stopped, is_covered).with(steps),
        _ if !taken.is_empty() => by_administrator(case, step, taken).with(steps),
        None if attempt.outcome == AttemptOutcome::Unknown => Finding::new(
            step,
            Verdict::CannotTell,
            "The log gives no result that is known for the last attempt.",
        )
        .with(steps)
        .needs(Input::AuditLog, "how the attempt ended"),
        None if !is_current => {
            let went = came_to(attempt.outcome);
            let known = format!("The last attempt known, at {when}, went through: {went}.");
            not_current(step, &known, is_covered).with(steps)
        }
        _ => {
            let conclusion =
                format!("The last attempt, at {when}, went through: {}.", came_to(attempt.outcome));
            Finding::new(step, Verdict::RuledOut, conclusion).with(steps)
        }
    }
}

/// What is known of an attempt that may not be the last one, or of one that is not what the user complains
/// about, as it was long before.
fn not_current(step: &'static Step, known: &str, is_covered: bool) -> Finding {
    if is_covered {
        let nothing = "In the week before, the log has no attempt of the user.";
        return Finding::new(step, Verdict::RuledOut, nothing).because(known);
    }
    Finding::new(step, Verdict::CannotTell, known)
        .because("The log does not cover all of the time since.")
        .needs(Input::AuditLog, "what the user did up to the time of the complaint")
}

fn came_to(outcome: AttemptOutcome) -> &'static str {
    match outcome {
        AttemptOutcome::Reviewed => "the user confirmed what is registered",
        AttemptOutcome::SingleChange => "a single change",
        _ => "completed",
    }
}

fn why(attempt: &Attempt) -> String {
    attempt.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default()
}

/// What to tell the user, by what stopped them.
fn advice(attempt: &Attempt) -> &'static str {
    let is_system_error = attempt
        .reason
        .as_ref()
        .is_some_and(|reason| reason.to_ascii_lowercase().contains("system error"));
    match attempt.outcome {
        AttemptOutcome::Failed if is_system_error => {
            "The failure is the service's own. Have the user try again later; if it lasts, open a support case with the correlation id."
        }
        AttemptOutcome::Failed => "Have the user try again, and look at the reason the log gives.",
        AttemptOutcome::Cancelled => "Ask the user why, and have them try again.",
        _ => "Ask the user what they saw last, and have them try again to the end.",
    }
}

/// The steps of the attempt, as records.
fn steps_of(case: &Case<'_>, attempt: &Attempt) -> Vec<Evidence> {
    let is_step = |(event, _): &&Known<'_>| attempt.origins.contains(&event.origin);
    let steps = case.events.iter().filter(is_step);
    steps.map(|(event, found)| Evidence::event(event, found, told(event, found))).collect()
}

/// The meaning of the record, and the reason it gives.
fn told(event: &Event, found: &Classification) -> String {
    let reason = event.reason.as_ref().map(Reason::as_str).unwrap_or_default();
    let says = says(found);
    if reason.is_empty() { says } else { format!("{says} \"{reason}\"") }
}

fn evidence(taken: &[&Known<'_>]) -> Vec<Evidence> {
    taken.iter().map(|(event, found)| Evidence::event(event, found, told(event, found))).collect()
}

fn by_administrator(case: &Case<'_>, step: &'static Step, taken: &[&Known<'_>]) -> Finding {
    let last = taken.last().map_or(case.at, |(event, _)| event.time);
    let is_by_admin = taken.iter().any(|(event, _)| event.actor_kind() == ActorKind::Admin);
    let who = if is_by_admin { "An administrator" } else { "Somebody else than the user" };
    let required = taken.iter().any(|(_, found)| found.rule == TAKEN_AWAY[1]);
    let what = if required {
        "required that the user registers again, which takes away phones, Authenticator apps and codes"
    } else {
        "deleted methods of the user"
    };
    if !case.is_covered_since(last) {
        return not_current(step, &format!("{who} {what}."), false).with(evidence(taken));
    }
    Finding::new(
        step,
        Verdict::Confirmed,
        format!("{who} {what}, and the user has not registered since."),
    )
    .with(evidence(taken))
    .next(NextKind::TryAgain, "Have the user register again.")
}

fn nothing(case: &Case<'_>, step: &'static Step) -> Finding {
    let why = if case.user.is_in_log() {
        "The log has events about the user, and no attempt of the user's own."
    } else {
        "The log has no event about the user."
    };
    Finding::new(step, Verdict::CannotTell, "What the user met cannot be told.")
        .because(why)
        .with(
            case.events
                .iter()
                .rev()
                .take(3)
                .map(|(event, found)| Evidence::event(event, found, told(event, found))),
        )
        .needs(Input::AuditLog, "what the user did at the time of the complaint")
}

/// How often it went wrong before.
fn earlier(case: &Case<'_>, finding: Finding) -> Finding {
    let Some((_, before)) = case.attempts.split_last() else { return finding };
    let number = |outcome| before.iter().filter(|attempt| attempt.outcome == outcome).count();
    let kinds = [
        (AttemptOutcome::Failed, "failed"),
        (AttemptOutcome::Cancelled, "broken off"),
        (AttemptOutcome::Abandoned, "without an end"),
    ];
    let told: Vec<String> = kinds
        .into_iter()
        .map(|(outcome, word)| (number(outcome), word))
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| format!("{number} {word}"))
        .collect();
    let failures =
        case.events.iter().filter(|(_, found)| found.outcome == Outcome::Failure).count();
    if told.is_empty() {
        return finding;
    }
    finding.because(format!(
        "Attempts before it: {}, {}; events of failure in all: {failures}.",
        before.len(),
        told.join(", ")
    ))
}
