//! The per-user state of multifactor authentication.

use super::answer::Evidence;
use super::case::{Case, Known};
use super::evidence::evidence_of;
use super::statement::{Statement, Told, newest};
use crate::model::Activity;

/// The states, as Microsoft Graph names them.
const STATES: [&str; 3] = ["disabled", "enabled", "enforced"];

/// The rules of records that set it.
const RULES: [&str; 2] = ["policy.per_user_state", "policy.strong_authentication_switched"];

/// The state at the time of the complaint.
pub(super) fn state(case: &Case<'_>) -> Told<&'static str> {
    let is_changed_later = case.is_changed_later(&RULES);
    let exported = case.state.per_user_mfa.iter();
    // One without a date may have been made after a change that came later.
    let exported = exported.filter(|stated| stated.as_of.is_some() || !is_changed_later);
    let exported = exported.filter_map(|stated| {
        let name = STATES.into_iter().find(|name| name.eq_ignore_ascii_case(&stated.value))?;
        let says = format!("The per-user state is {name}.");
        let evidence = Evidence::state(&stated.origin, stated.as_of, says);
        Some(Statement::new(name, stated.as_of, [evidence]))
    });
    let logged = case.successes(&RULES).filter_map(|known| Some((name_in(known)?, known))).last();
    let logged =
        logged.map(|(name, known)| Statement::new(name, Some(known.0.time), [evidence_of(known)]));
    // A registered method turns enabled into enforced by itself.
    let is_same = |one: &&str, other: &&str| (*one == "disabled") == (*other == "disabled");
    let all: Vec<Statement<&str>> = exported.chain(logged).collect();
    let enforced = all.iter().filter(|statement| statement.value == "enforced");
    let enforced: Vec<_> = enforced.map(|statement| statement.time).collect();
    let mut told = newest(all, is_same);
    if let Told::Holds { statement, .. } = &mut told
        && statement.value == "enabled"
        && enforced.iter().any(|time| time.is_none() || *time >= statement.time)
    {
        statement.value = "enforced";
    }
    told
}

/// The state that a record sets.
fn name_in((event, _): &Known<'_>) -> Option<&'static str> {
    match event.activity {
        Activity::EnableStrongAuthentication => return Some("enabled"),
        Activity::DisableStrongAuthentication => return Some("disabled"),
        _ => {}
    }
    let values = event.changes().filter_map(|change| change.new.as_ref());
    let texts: Vec<String> = values.map(|value| value.text.to_ascii_lowercase()).collect();
    STATES.into_iter().find(|name| texts.iter().any(|text| text.contains(name)))
}
