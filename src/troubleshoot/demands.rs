//! What demands registration of the user: each thing that can, and how it is known.

use super::answer::Evidence;
use super::case::Case;
use super::conditional_access::conditional_access;
use super::evidence::evidence_of;
use super::per_user;
use super::sspr::{self, Scope};
use super::statement::{Statement, Told, newest};
use crate::attempt::Attempt;
use crate::model::{Capability, Event, Method};

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
pub(super) type Found = (Option<bool>, String, Vec<Evidence>);

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

/// The rule of records that switch security defaults.
const SECURITY_DEFAULTS: [&str; 1] = ["policy.security_defaults"];

fn security_defaults(case: &Case<'_>) -> Option<Found> {
    let says = |on: bool| format!("Security defaults are {}.", if on { "on" } else { "off" });
    let is_changed_later = case.is_changed_later(&SECURITY_DEFAULTS);
    let exported = case.policies.security_defaults.iter().filter(|_| !is_changed_later);
    let exported = exported.map(|defaults| {
        let on = defaults.is_enabled;
        Statement::new(on, None, [Evidence::state(&defaults.origin, None, says(on))])
    });
    let logged = case
        .policy_changes(&SECURITY_DEFAULTS)
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
