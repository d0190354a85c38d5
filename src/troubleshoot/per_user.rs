//! The per-user state of multifactor authentication.

use super::answer::Evidence;
use super::case::{Case, Known};
use super::policy_changed::evidence_of;
use crate::model::Activity;

/// The state, and how it is known.
pub(super) struct PerUser {
    /// `disabled`, `enabled` or `enforced`.
    pub(super) name: &'static str,
    pub(super) evidence: Vec<Evidence>,
    /// Whether an export and the log disagree, so that the name means nothing.
    pub(super) is_contradictory: bool,
}

const STATES: [&str; 3] = ["disabled", "enabled", "enforced"];

/// The state at the time of the complaint; `None` where nothing tells.
pub(super) fn state(case: &Case<'_>) -> Option<PerUser> {
    let exported =
        case.state.per_user_mfa.iter().max_by_key(|stated| stated.as_of).and_then(|stated| {
            let name = STATES.into_iter().find(|name| name.eq_ignore_ascii_case(&stated.value))?;
            let says = format!("The per-user state is {name}.");
            Some((name, Evidence::state(&stated.origin, stated.as_of, says)))
        });
    let rules = ["policy.per_user_state", "policy.strong_authentication_switched"];
    let logged = case.successes(&rules).filter_map(|known| Some((name_in(known)?, known))).last();
    match (exported, logged) {
        (Some((exported, evidence)), Some((logged, known))) => Some(PerUser {
            name: exported,
            evidence: vec![evidence, evidence_of(known)],
            // A registered method turns enabled into enforced by itself.
            is_contradictory: (exported == "disabled") != (logged == "disabled"),
        }),
        (Some((name, evidence)), None) => {
            Some(PerUser { name, evidence: vec![evidence], is_contradictory: false })
        }
        (None, Some((name, known))) => {
            Some(PerUser { name, evidence: vec![evidence_of(known)], is_contradictory: false })
        }
        (None, None) => None,
    }
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
