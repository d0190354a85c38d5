//! Whether the user holds the greatest number of the method that can be registered.

use super::answer::{Evidence, Finding, NextKind, Verdict};
use super::case::{Case, Known};
use super::guide::Step;
use super::input::Input;
use super::limits::{LIMITS, Limit, limit_of};
use crate::attempt::Certainty;
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
struct Number {
    held: u32,
    /// Whether there may be more.
    is_least: bool,
    evidence: Vec<Evidence>,
}

fn compare(case: &Case<'_>, step: &'static Step, limit: &Limit) -> Finding {
    let (exported, others) = exported(case, limit);
    let logged = logged(case, limit);
    if !others.is_empty() {
        return Finding::new(
            step,
            Verdict::CannotTell,
            format!("The exports contradict each other on how many {} the user holds.", limit.kind),
        )
        .with(exported.into_iter().flat_map(|number| number.evidence))
        .with(others)
        .needs(Input::AuthenticationMethods, "how many the user holds now");
    }
    let (kind, most) = (limit.kind, limit.most);
    let is_full = |number: &Number| number.held >= most;
    match (exported, logged) {
        (Some(exported), Some(logged)) if !exported.is_least && !is_full(&exported) && is_full(&logged) => {
            Finding::new(step, Verdict::CannotTell, format!("The log and the export contradict each other on how many {kind} the user holds."))
                .because(format!("The log comes to {} at least, the export to {}. Either a deletion is missing in the log, or the export is older.", logged.held, exported.held))
                .with(exported.evidence)
                .with(logged.evidence)
                .needs(Input::AuthenticationMethods, "how many the user holds now")
        }
        (Some(number), _) | (None, Some(number)) if is_full(&number) => {
            Finding::new(step, Verdict::Confirmed, format!("The user holds {} {kind}, and {most} can be registered.", number.held))
                .with(number.evidence)
                .next(NextKind::DeleteMethod, step.action)
        }
        (Some(number), _) | (None, Some(number)) if !number.is_least => {
            Finding::new(step, Verdict::RuledOut, format!("The user holds {} of {most} {kind}.", number.held))
                .with(number.evidence)
        }
        (exported, logged) => {
            let finding = Finding::new(step, Verdict::CannotTell, format!("How many {kind} the user holds cannot be told; {most} can be registered."))
                .needs(Input::AuthenticationMethods, format!("how many {kind} the user holds"));
            let known = exported.into_iter().chain(logged);
            known.fold(finding, |finding, number| {
                finding
                    .because(format!("At least {} are known of; what was registered before the log begins is not.", number.held))
                    .with(number.evidence)
            })
        }
    }
}

/// What exports of methods come to, the newest of those that count before those that name; and what
/// contradicts it, where it is not known which is newer.
fn exported(case: &Case<'_>, limit: &Limit) -> (Option<Number>, Vec<Evidence>) {
    // App passwords are in no list of methods.
    let is_listed = limit_of(&Method::AppPassword).is_none_or(|other| other.kind != limit.kind);
    let counts = |stated: &Stated<Vec<MethodHeld>>| {
        is_listed && stated.value.iter().all(|held| held.number.is_some())
    };
    let number = |stated: &Stated<Vec<MethodHeld>>| {
        let number = |method: &Method| {
            let of_method = stated.value.iter().filter(|held| held.method == *method);
            of_method.map(|held| held.number.unwrap_or(1)).sum()
        };
        let held = (limit.count)(&number);
        let says = format!("The user holds {held} {}.", limit.kind);
        let evidence = vec![Evidence::state(&stated.origin, stated.as_of, says)];
        Number { held, is_least: !counts(stated), evidence }
    };
    let counting = case.state.methods.iter().filter(|stated| counts(stated));
    let naming = case.state.methods.iter().filter(|stated| !counts(stated));
    let newest = counting.clone().max_by_key(|stated| stated.as_of);
    let Some(newest) = newest.or_else(|| naming.max_by_key(|stated| stated.as_of)) else {
        return (None, Vec::new());
    };
    let found = number(newest);
    let may_be_newer =
        |stated: &&Stated<Vec<MethodHeld>>| stated.as_of.is_none() || stated.as_of == newest.as_of;
    let others = counting.filter(may_be_newer).map(number);
    let contradicting = others.filter(|other| !found.is_least && other.held != found.held);
    let contradicting = contradicting.flat_map(|other| other.evidence).collect();
    (Some(found), contradicting)
}

/// What the log comes to: no fewer than were registered and not deleted.
fn logged(case: &Case<'_>, limit: &Limit) -> Option<Number> {
    let history = case.history.as_ref()?;
    let number = |method: &Method| history.numbers_held.get(method).copied().unwrap_or_default();
    let held = (limit.count)(&number);
    let evidence = registrations(case, |method| (limit.is_of)(method));
    // The directory lists every phone.
    let is_listed = history.certainty == Certainty::Directory && limit.kind == "phones";
    (held > 0 || is_listed).then_some(Number { held, is_least: !is_listed, evidence })
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
    changes.map(super::policy_changed::evidence_of).collect()
}

/// Without a method, each kind is looked at.
fn without_method(case: &Case<'_>, step: &'static Step) -> Finding {
    let full: Vec<(&Limit, Number)> = LIMITS
        .iter()
        .filter_map(|limit| {
            let number = exported(case, limit).0.or_else(|| logged(case, limit))?;
            (number.held >= limit.most).then_some((limit, number))
        })
        .collect();
    let finding =
        Finding::new(step, Verdict::CannotTell, "Which method the user misses was not said.")
            .needs(Input::Method, "whether the user holds the greatest number of it");
    full.into_iter().fold(finding, |finding, (limit, number)| {
        finding
            .because(format!(
                "The user holds {} {}, and no more can be registered.",
                number.held, limit.kind
            ))
            .with(number.evidence)
    })
}
