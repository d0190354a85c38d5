//! What demands registration of the user: each thing that can, and how it is known.

use std::collections::BTreeMap;

use serde_json::Value;

use super::answer::Evidence;
use super::case::Case;
use super::per_user;
use super::policy_changed::evidence_of;
use super::sspr::{self, Scope};
use super::statement::{Statement, Told, newest};
use crate::attempt::Attempt;
use crate::model::{Capability, Event, Method};
use crate::state::{Applies, ConditionalAccessPolicy, PolicyState};

/// A thing that is so, is not so, or is not known, and why.
#[derive(Debug, Default)]
pub(super) struct Clue {
    holds: Option<bool>,
    pub(super) reasons: Vec<String>,
    pub(super) evidence: Vec<Evidence>,
    pub(super) is_contradictory: bool,
}

impl Clue {
    /// Adds what one source says; sources that disagree leave it open.
    fn add(
        &mut self,
        holds: bool,
        reason: impl Into<String>,
        evidence: impl IntoIterator<Item = Evidence>,
    ) {
        self.is_contradictory |= self.holds.is_some_and(|other| other != holds);
        self.holds = Some(holds);
        self.reasons.push(reason.into());
        self.evidence.extend(evidence);
    }

    /// Adds something that is known beside it.
    fn note(&mut self, reason: impl Into<String>, evidence: impl IntoIterator<Item = Evidence>) {
        self.reasons.push(reason.into());
        self.evidence.extend(evidence);
    }

    /// Whether it holds, where that is known for sure.
    pub(super) fn value(&self) -> Option<bool> {
        self.holds.filter(|_| !self.is_contradictory)
    }
}

/// Whether a policy for multifactor authentication made the user register.
pub(super) fn mfa(case: &Case<'_>, attempt: &Attempt) -> Clue {
    let mut clue = Clue::default();
    let only_mfa =
        |method: &&Method| method.mfa() == Capability::Yes && method.sspr() == Capability::No;
    if let Some(method) = attempt.methods_obtained.iter().find(only_mfa) {
        clue.add(
            true,
            format!(
                "The user registered {}, which serves multifactor authentication alone.",
                method.as_str()
            ),
            [],
        );
    }
    // Each of them is enough, so one that is off says nothing by itself.
    let sources = [per_user(case), security_defaults(case), conditional_access(case)];
    let all_off = sources.iter().all(|found| matches!(found, Some((Some(false), ..))));
    for (holds, reason, evidence) in sources.into_iter().flatten() {
        match holds {
            Some(true) => clue.add(true, reason, evidence),
            _ => clue.note(reason, evidence),
        }
    }
    if all_off && clue.holds.is_none() {
        clue.note("Nothing that was given demands multifactor authentication of the user; the registration policy of ID Protection, which is in no export, may.", []);
    }
    if let Some(known) = case.policy_changes(&["policy.registration_policy"]).last() {
        clue.note("A registration policy of ID Protection, or the one for risky users, was changed; whom it is for is not in the log.", [evidence_of(known)]);
    }
    clue
}

/// What a source says: whether it demands registration, in words, with the records.
type Found = (Option<bool>, String, Vec<Evidence>);

fn per_user(case: &Case<'_>) -> Option<Found> {
    match per_user::state(case) {
        Told::Nothing => None,
        Told::Holds { statement, .. } => {
            let says = format!("Per-user multifactor authentication is {}.", statement.value);
            Some((Some(statement.value != "disabled"), says, statement.evidence))
        }
        Told::Contradiction(evidence) => {
            let says = "What was given contradicts itself on per-user multifactor authentication.";
            Some((None, says.to_owned(), evidence))
        }
    }
}

fn security_defaults(case: &Case<'_>) -> Option<Found> {
    let says = |on: bool| format!("Security defaults are {}.", if on { "on" } else { "off" });
    let exported = case.policies.security_defaults.iter().map(|defaults| {
        let on = defaults.is_enabled;
        Statement::new(on, None, [Evidence::state(&defaults.origin, None, says(on))])
    });
    let logged = case
        .policy_changes(&["policy.security_defaults"])
        .filter_map(|known| Some((is_switched_on(known.0)?, known)))
        .last();
    let logged =
        logged.map(|(on, known)| Statement::new(on, Some(known.0.time), [evidence_of(known)]));
    match newest(exported.chain(logged), |one, other| one == other) {
        Told::Nothing => None,
        Told::Holds { statement, .. } => {
            Some((Some(statement.value), says(statement.value), statement.evidence))
        }
        Told::Contradiction(evidence) => {
            let says = "What was given contradicts itself on security defaults.";
            Some((None, says.to_owned(), evidence))
        }
    }
}

/// Whether the record switches security defaults on or off.
fn is_switched_on(event: &Event) -> Option<bool> {
    let values = event.changes().filter_map(|change| change.new.as_ref());
    let texts: Vec<String> = values.map(|value| value.text.to_ascii_lowercase()).collect();
    let says =
        |words: [&str; 2]| texts.iter().any(|text| words.iter().any(|word| text.contains(word)));
    match (says(["true", "enabled"]), says(["false", "disabled"])) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    }
}

/// Conditional Access: the policies of the export, else those in the log.
fn conditional_access(case: &Case<'_>) -> Option<Found> {
    let exported = &case.policies.conditional_access;
    let is_complete = !case.policies.conditional_access_lists.is_empty();
    let logged = logged_policies(case);
    let policies: Vec<&ConditionalAccessPolicy> = if is_complete || !exported.is_empty() {
        exported.iter().collect()
    } else {
        logged.iter().flat_map(|state| &state.conditional_access).collect()
    };
    let groups: Vec<String> =
        case.state.groups.iter().map(|group| group.value.to_lowercase()).collect();
    let has_groups = case.state.group_lists.iter().any(|list| list.is_transitive);
    let roles: Vec<String> = {
        let active = case.state.roles.iter().filter(|role| !role.value.is_eligible_only);
        active.filter_map(|role| role.value.template_id.clone()).collect()
    };
    let has_roles = !case.state.role_lists.is_empty() || has_groups;
    let mut is_open = false;
    for policy in &policies {
        if !policy.is_enforced() || !(policy.demands_mfa() || policy.offers_mfa()) {
            continue;
        }
        // One for some applications, or with another way out, need not have interrupted.
        let is_for_all = policy.applications.iter().any(|name| name.eq_ignore_ascii_case("All"));
        let is_sure = policy.demands_mfa() && is_for_all;
        let applies = policy.applies_to(
            case.user_id().as_deref(),
            has_groups.then_some(groups.as_slice()),
            has_roles.then_some(roles.as_slice()),
        );
        let name = policy.display_name.as_deref().unwrap_or("without a name");
        match applies {
            Applies::Yes if is_sure => {
                let says = format!(
                    "The Conditional Access policy {name} demands multifactor authentication of the user."
                );
                let record =
                    case.policy_events.iter().find(|(event, _)| event.origin == policy.origin);
                let evidence = record.map_or_else(
                    || Evidence::state(&policy.origin, policy.last_modified, says.clone()),
                    evidence_of,
                );
                return Some((Some(true), says, vec![evidence]));
            }
            Applies::Yes | Applies::Unknown(_) => is_open = true,
            Applies::No => {}
        }
    }
    if is_open {
        return Some((None, "A Conditional Access policy demands multifactor authentication of some users, for some applications, or among other ways; whether it interrupted the user is not known.".to_owned(), Vec::new()));
    }
    let list = case.policies.conditional_access_lists.first()?;
    let says = "No Conditional Access policy demands multifactor authentication of the user.";
    Some((Some(false), says.to_owned(), vec![Evidence::state(list, None, says)]))
}

/// The policies as the log last saw them; records hold them whole.
fn logged_policies(case: &Case<'_>) -> Vec<PolicyState> {
    let mut last: BTreeMap<String, (&Event, Option<&Value>)> = BTreeMap::new();
    for (event, _) in case.policy_changes(&["policy.conditional_access"]) {
        let target = event.targets.first().and_then(|target| target.id.clone());
        let value = event.changes().find_map(|change| change.new.as_ref()?.json());
        last.insert(target.unwrap_or_default(), (*event, value));
    }
    let read = |(event, value): &(&Event, Option<&Value>)| {
        let mut state = PolicyState::new();
        state.add_slice(&event.origin.source, value.as_ref()?.to_string().as_bytes()).ok()?;
        for policy in &mut state.conditional_access {
            policy.origin = event.origin.clone();
            policy.last_modified = Some(event.time);
        }
        Some(state)
    };
    last.values().filter_map(read).collect()
}

/// Whether the user is enabled for password reset.
pub(super) fn sspr_enabled(case: &Case<'_>, attempt: &Attempt) -> Clue {
    let mut clue = Clue::default();
    let only_sspr =
        |method: &&Method| method.mfa() == Capability::No && method.sspr() == Capability::Yes;
    if let Some(method) = attempt.methods_obtained.iter().find(only_sspr) {
        clue.add(
            true,
            format!("The user registered {}, which serves password reset alone.", method.as_str()),
            [],
        );
    }
    match sspr::enabled(case) {
        Told::Nothing => {}
        Told::Holds { statement, .. } => {
            clue.add(statement.value, sspr::says(statement.value), statement.evidence);
        }
        Told::Contradiction(evidence) => {
            clue.add(true, sspr::says(true), evidence);
            clue.add(false, sspr::says(false), []);
        }
    }
    if let Some(scope) = sspr::scope(case).filter(|scope| scope.value == Scope::Selected) {
        clue.note("Password reset is on for a group; whether the user is in it is not known from the log.", [scope.evidence()]);
    }
    clue
}

/// Whether password reset demands registration.
pub(super) fn sspr_required(case: &Case<'_>, enabled: &Clue) -> Clue {
    let mut clue = Clue::default();
    let Some(required) = sspr::is_required(case) else { return clue };
    let evidence = [required.evidence()];
    match (required.value, enabled.value()) {
        (true, Some(true)) => {
            clue.add(
                true,
                "Password reset requires users to register when they sign in.",
                evidence,
            );
        }
        (true, _) => clue
            .note("Password reset requires those users to register whom it is on for.", evidence),
        (false, _) => {
            clue.add(false, "Password reset does not require users to register.", evidence);
        }
    }
    clue
}
