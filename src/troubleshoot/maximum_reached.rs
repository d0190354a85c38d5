//! Whether the user holds the greatest number of the method that can be registered.

use chrono::{DateTime, Utc};

use super::answer::{Evidence, Finding, NextKind, Verdict};
use super::case::{Case, Known};
use super::guide::Step;
use super::input::Input;
use super::limits::{LIMITS, Limit, limit_of};
use super::policy_changed::evidence_of;
use super::statement::{Statement, Told, newest};
use crate::attempt::{Certainty, MethodChange};
use crate::model::{Method, Outcome};
use crate::state::{MethodHeld, Stated};

pub(super) fn look(case: &Case<'_>, step: &'static Step) -> Finding {
    let Some(method) = case.method else { return without_method(case, step) };
    match limit_of(method) {
        Some(limit) => compare(case, step, limit),
        None => Finding::new(
            step,
            Verdict::CannotTell,
            "No document says how many of this method can be registered.",
        )
        .with(registrations(case, |found| found == method))
        .because(
            "A method of which there is one at a time is changed, and not added, once it is there.",
        )
        .needs(Input::AuthenticationMethods, "whether the user holds the method already"),
    }
}

/// How many are held, by one source.
#[derive(Clone, Copy, PartialEq)]
struct Number {
    held: u32,
    /// Whether there may be more.
    is_least: bool,
}

fn compare(case: &Case<'_>, step: &'static Step, limit: &Limit) -> Finding {
    let exported = match exported(case, limit) {
        Told::Nothing => None,
        Told::Holds { statement, .. } => Some(followed_up(case, limit, statement)),
        Told::Contradiction(evidence) => {
            let what = "The exports contradict each other";
            return contradiction(step, limit, what).with(evidence);
        }
    };
    let logged = logged(case, limit);
    if let Some(exported) = &exported
        && let Some(why) = contradicts(case, limit, exported, logged.as_ref())
    {
        return contradiction(step, limit, "The log and the export contradict each other")
            .because(why)
            .with(exported.evidence.clone())
            .with(registrations(case, limit.is_of));
    }
    let known: Vec<Statement<Number>> = exported.into_iter().chain(logged).collect();
    let (kind, most) = (limit.kind, limit.most);
    // What is sure not to be more comes before what is no less.
    let exact = known.iter().find(|known| !known.value.is_least);
    let full = || known.iter().find(|known| known.value.held >= most);
    let Some(number) = exact.or_else(full) else { return open(step, limit, known) };
    if number.value.held >= most {
        let conclusion = format!(
            "The user holds {}, and {most} can be registered.",
            limit.number(number.value.held)
        );
        Finding::new(step, Verdict::Confirmed, conclusion)
            .with(number.evidence.clone())
            .next(NextKind::DeleteMethod, step.action)
    } else {
        let conclusion = format!("The user holds {} of {most} {kind}.", number.value.held);
        Finding::new(step, Verdict::RuledOut, conclusion).with(number.evidence.clone())
    }
}

fn contradiction(step: &'static Step, limit: &Limit, what: &str) -> Finding {
    let conclusion = format!("{what} on how many {} the user holds.", limit.kind);
    Finding::new(step, Verdict::CannotTell, conclusion)
        .needs(Input::AuthenticationMethods, "how many the user holds now")
}

fn open(step: &'static Step, limit: &Limit, known: Vec<Statement<Number>>) -> Finding {
    let (kind, most) = (limit.kind, limit.most);
    let finding = Finding::new(
        step,
        Verdict::CannotTell,
        format!("How many {kind} the user holds cannot be told; {most} can be registered."),
    )
    .needs(Input::AuthenticationMethods, format!("how many {kind} the user holds"));
    known.into_iter().fold(finding, |finding, number| {
        let held = limit.number(number.value.held);
        finding
            .because(format!(
                "No fewer than {held}: what was registered before the log begins is not known."
            ))
            .with(number.evidence)
    })
}

/// What exports of methods come to, those that count before those that name.
fn exported(case: &Case<'_>, limit: &Limit) -> Told<Number> {
    // App passwords are in no list of methods.
    let is_listed = limit_of(&Method::AppPassword).is_none_or(|other| other.kind != limit.kind);
    let counts = |stated: &&Stated<Vec<MethodHeld>>| {
        is_listed && stated.value.iter().all(|held| held.number.is_some())
    };
    let number = |stated: &Stated<Vec<MethodHeld>>| {
        let number = |method: &Method| {
            let of_method = stated.value.iter().filter(|held| held.method == *method);
            of_method.map(|held| held.number.unwrap_or(1)).sum()
        };
        let held = (limit.count)(&number);
        let is_exact = counts(&stated) || (is_listed && limit.is_told_by_names);
        let says = format!("The user holds {}.", limit.number(held));
        let evidence = Evidence::state(&stated.origin, stated.as_of, says);
        Statement::new(Number { held, is_least: !is_exact }, stated.as_of, [evidence])
    };
    let all = || case.state.methods.iter();
    let counting: Vec<_> = all().filter(counts).map(number).collect();
    if counting.is_empty() {
        return newest(all().map(number), |one, other| one == other);
    }
    newest(counting, |one, other| one == other)
}

/// An export that says as of when it holds, with what the log has of the time since.
fn followed_up(
    case: &Case<'_>,
    limit: &Limit,
    mut exported: Statement<Number>,
) -> Statement<Number> {
    let Some(as_of) = exported.time else { return exported };
    for change in changes(case, limit).into_iter().filter(|change| change.time > as_of) {
        let held = &mut exported.value.held;
        *held =
            if change.is_deletion { held.saturating_sub(1) } else { (*held + 1).min(limit.most) };
    }
    let later = registrations(case, limit.is_of).into_iter();
    exported.evidence.extend(later.filter(|evidence| evidence.time > Some(as_of)));
    exported
}

/// A method of the kind that was registered or deleted.
struct Change {
    time: DateTime<Utc>,
    is_deletion: bool,
}

/// What was registered and deleted of the kind, by time.
fn changes(case: &Case<'_>, limit: &Limit) -> Vec<Change> {
    let Some(history) = &case.history else { return Vec::new() };
    let of_kind = |changes: &[MethodChange], is_deletion| {
        let changes = changes.iter().filter(|change| (limit.is_of)(&change.method));
        changes.map(|change| Change { time: change.time, is_deletion }).collect::<Vec<_>>()
    };
    let mut all = of_kind(&history.methods_registered, false);
    all.extend(of_kind(&history.methods_deleted, true));
    all.sort_by_key(|change| change.time);
    all
}

/// Why an export and the log cannot both be right, if so. One that says as of when it holds was followed up.
fn contradicts(
    case: &Case<'_>,
    limit: &Limit,
    exported: &Statement<Number>,
    logged: Option<&Statement<Number>>,
) -> Option<String> {
    if exported.time.is_some() {
        return None;
    }
    let Number { held, is_least } = exported.value;
    let is_full = |held: u32| held >= limit.most;
    let after_deletions = changes(case, limit).iter().fold(limit.most, |most, change| {
        if change.is_deletion { most.saturating_sub(1) } else { (most + 1).min(limit.most) }
    });
    let log_says = match logged.map(|logged| logged.value) {
        Some(log) if is_full(log.held) => {
            let is_fewer = !is_least && !is_full(held);
            is_fewer.then(|| format!("{} at least", log.held))
        }
        Some(log) if !log.is_least => is_full(held).then(|| log.held.to_string()),
        _ => (held > after_deletions).then(|| format!("{after_deletions} at most")),
    }?;
    Some(format!(
        "The log comes to {log_says}, the export to {held}. Either the log lacks a record, or the export is older."
    ))
}

/// What the log comes to: no fewer than were registered and not deleted.
fn logged(case: &Case<'_>, limit: &Limit) -> Option<Statement<Number>> {
    let history = case.history.as_ref()?;
    let number = |method: &Method| history.numbers_held.get(method).copied().unwrap_or_default();
    let held = (limit.count)(&number);
    // The directory lists every phone.
    let is_listed = history.certainty == Certainty::Directory && limit.kind == "phones";
    let number = Number { held, is_least: !is_listed };
    (held > 0 || is_listed)
        .then(|| Statement::new(number, Some(history.last), registrations(case, limit.is_of)))
}

/// The records that register or delete such methods.
fn registrations(case: &Case<'_>, is_of: impl Fn(&Method) -> bool) -> Vec<Evidence> {
    let is_change = |(_, found): &&Known<'_>| {
        let is_change = found.rule.contains("regist")
            || found.rule.contains("delet")
            || found.rule.contains("added")
            || found.rule.contains("created")
            || found.rule == "twin.methods_changed";
        is_change && found.outcome == Outcome::Success && found.methods.iter().any(&is_of)
    };
    let changes = case.events.iter().filter(is_change);
    changes.map(evidence_of).collect()
}

/// Without a method, each kind is looked at.
fn without_method(case: &Case<'_>, step: &'static Step) -> Finding {
    let finding =
        Finding::new(step, Verdict::CannotTell, "Which method the user misses was not said.")
            .needs(Input::Method, "whether the user holds the greatest number of it");
    let each = LIMITS.iter().map(|limit| compare(case, step, limit));
    each.filter(|found| found.verdict == Verdict::Confirmed)
        .fold(finding, |finding, full| finding.because(full.conclusion).with(full.evidence))
}
