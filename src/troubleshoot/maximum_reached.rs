//! Whether the user holds the greatest number of the method that can be registered.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::answer::{Evidence, Finding, NextKind, Verdict};
use super::case::{Case, Known};
use super::evidence::evidence_of;
use super::guide::Step;
use super::input::Input;
use super::limits::{LIMITS, Limit, limit_of};
use super::statement::{Statement, Told, newest, surely_as_of};
use crate::attempt::{Certainty, DirectoryMethods, MethodChange, add, remove};
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
#[derive(Clone, PartialEq)]
struct Number {
    held: u32,
    /// Whether there may be more.
    is_least: bool,
    /// Why there may be more or fewer, if so.
    open: Option<&'static str>,
    /// What an export lists.
    methods: BTreeMap<Method, u32>,
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
    // What the directory listed after an export was made comes first.
    let mut known: Vec<Statement<Number>> = logged.into_iter().chain(exported).collect();
    known.sort_by_key(|known| std::cmp::Reverse((known.time.is_none(), known.time)));
    let (kind, most) = (limit.kind, limit.most);
    let is_exact = |known: &&Statement<Number>| !known.value.is_least && known.value.open.is_none();
    let is_full =
        |known: &&Statement<Number>| known.value.open.is_none() && known.value.held >= most;
    let number = known.iter().find(is_exact).or_else(|| known.iter().find(is_full));
    let Some(number) = number else { return open(step, limit, known) };
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
        let reason = match number.value.open {
            Some(why) => format!("An export comes to {held}, and {why}."),
            None => format!(
                "No fewer than {held}: what was registered before the log begins is not known."
            ),
        };
        finding.because(reason).with(number.evidence)
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
        let methods: BTreeMap<Method, u32> = stated
            .value
            .iter()
            .map(|held| (held.method.clone(), held.number.unwrap_or(1)))
            .collect();
        let held = limit.held(&methods);
        let is_exact = counts(&stated) || (is_listed && limit.is_told_by_names);
        let says = format!("The user holds {}.", limit.number(held));
        let evidence = Evidence::state(&stated.origin, stated.as_of, says);
        let number = Number { held, is_least: !is_exact, open: None, methods };
        // What says as of when it holds is the report of registrations.
        Statement::new(number, surely_as_of(stated.as_of), [evidence])
    };
    let all = || case.state.methods.iter();
    let counting: Vec<_> = all().filter(counts).map(number).collect();
    if counting.is_empty() {
        return newest(all().map(number), |one, other| one.held == other.held);
    }
    newest(counting, |one, other| one.held == other.held)
}

/// An export that says as of when it holds and how many there are, with what the log has of the time since;
/// no more is sure where the log does not cover all of it.
fn followed_up(
    case: &Case<'_>,
    limit: &Limit,
    mut exported: Statement<Number>,
) -> Statement<Number> {
    if exported.time.is_none() && is_changed_later(case, limit) {
        exported.value.open = Some("the user's methods were changed after the complaint");
    }
    let Some(as_of) = exported.time.filter(|_| !exported.value.is_least) else { return exported };
    let later = |time: DateTime<Utc>| time > as_of;
    exported.value.held = held_after(case, limit, &exported.value.methods, later);
    if !case.is_followed_since(as_of) {
        exported.value.open = Some("the log does not cover all of the time since");
    }
    let records = registrations(case, limit.is_of).into_iter();
    exported.evidence.extend(records.filter(|evidence| evidence.time.is_some_and(later)));
    exported
}

/// How many of the kind are held by somebody who held these methods, after changes in the log at times that
/// count.
fn held_after(
    case: &Case<'_>,
    limit: &Limit,
    methods: &BTreeMap<Method, u32>,
    counts: impl Fn(DateTime<Utc>) -> bool,
) -> u32 {
    let mut held = methods.clone();
    let Some(history) = &case.history else { return limit.held(&held) };
    let registered = history.methods_registered.iter().map(|change| (change, false));
    let deleted = history.methods_deleted.iter().map(|change| (change, true));
    let mut changes: Vec<(&MethodChange, bool)> =
        registered.chain(deleted).filter(|(change, _)| counts(change.time)).collect();
    // What was replaced at one time went before the other came.
    changes.sort_by_key(|(change, is_deletion)| (change.time, !is_deletion));
    for (change, is_deletion) in changes {
        if is_deletion {
            remove(&mut held, &change.method);
        } else {
            add(&mut held, &change.method);
        }
    }
    limit.held(&held).min(limit.most)
}

/// Why an export that does not say as of when it holds and the log cannot both be right, if so.
fn contradicts(
    case: &Case<'_>,
    limit: &Limit,
    exported: &Statement<Number>,
    logged: Option<&Statement<Number>>,
) -> Option<String> {
    if exported.time.is_some() || exported.value.open.is_some() {
        return None;
    }
    let Number { held, is_least, .. } = exported.value;
    let is_full = |held: u32| held >= limit.most;
    let all = limit.all.iter().cloned().collect();
    let after_deletions = held_after(case, limit, &all, |_| true);
    let log_says = match logged.map(|logged| &logged.value) {
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
    let held = limit.held(&history.numbers_held);
    // The directory lists every phone.
    let is_listed = history.certainty == Certainty::Directory && limit.kind == "phones";
    let is_statement = |(event, found): &&Known<'_>| {
        found.outcome == Outcome::Success && DirectoryMethods::of(event).is_some()
    };
    let listed_at = case.events.iter().rfind(is_statement).map(|(event, _)| event.time);
    let is_listed = is_listed && listed_at.is_some_and(|time| case.is_followed_since(time));
    let number = Number { held, is_least: !is_listed, open: None, methods: BTreeMap::new() };
    let time = listed_at.filter(|_| is_listed).or(Some(history.first));
    (held > 0 || is_listed).then(|| Statement::new(number, time, registrations(case, limit.is_of)))
}

/// The records that register or delete such methods.
fn registrations(case: &Case<'_>, is_of: impl Fn(&Method) -> bool) -> Vec<Evidence> {
    let changes = case.events.iter().filter(|known| is_change(known, &is_of));
    changes.map(evidence_of).collect()
}

/// Whether the log has such a record after the complaint.
fn is_changed_later(case: &Case<'_>, limit: &Limit) -> bool {
    case.later.iter().any(|known| is_change(known, limit.is_of))
}

fn is_change((_, found): &Known<'_>, is_of: impl Fn(&Method) -> bool) -> bool {
    let is_change = found.rule.contains("regist")
        || found.rule.contains("delet")
        || found.rule.contains("added")
        || found.rule.contains("created")
        || found.rule == "twin.methods_changed";
    is_change && found.outcome == Outcome::Success && found.methods.iter().any(is_of)
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
