//! Whether the user holds an administrator role, so that the administrator policy of password reset decides.

use super::administrator_switch;
use super::answer::{Evidence, Finding, NextKind, Verdict};
use super::case::Case;
use super::guide::Step;
use super::input::Input;
use super::role_statements::{from_exports, from_log};
use super::statement::{Told, newest};
use crate::model::Method;

/// What is known of roles.
pub(super) struct Roles {
    pub(super) verdict: Verdict,
    conclusion: String,
    reasoning: Vec<String>,
    evidence: Vec<Evidence>,
}

impl Roles {
    fn new(verdict: Verdict, conclusion: impl Into<String>) -> Self {
        Self { verdict, conclusion: conclusion.into(), reasoning: Vec::new(), evidence: Vec::new() }
    }

    /// The records that it rests on.
    pub(super) fn into_evidence(self) -> Vec<Evidence> {
        self.evidence
    }

    fn because(mut self, sentence: impl Into<String>) -> Self {
        self.reasoning.push(sentence.into());
        self
    }

    fn with(mut self, evidence: impl IntoIterator<Item = Evidence>) -> Self {
        self.evidence.extend(evidence);
        self
    }
}

pub(super) fn look(case: &Case<'_>, step: &'static Step) -> Finding {
    let roles = roles(case);
    let mut finding = Finding::new(step, roles.verdict, roles.conclusion).with(roles.evidence);
    finding.reasoning = roles.reasoning;
    match roles.verdict {
        Verdict::Confirmed => under_administrator_policy(case, finding),
        Verdict::RuledOut => finding,
        Verdict::CannotTell => {
            finding.needs(Input::RoleMembers, "which roles the user holds now").needs(
                Input::AuditLog,
                "which roles were given and taken, if it reaches back far enough",
            )
        }
    }
}

/// Whether the user follows the administrator policy.
pub(super) fn roles(case: &Case<'_>) -> Roles {
    let (log, exports) = (from_log(case), from_exports(case));
    // That one role was taken away tells nothing of others.
    let is_denied = exports.iter().any(|export| !export.value);
    match newest(log.into_iter().chain(exports), |one, other| one == other) {
        Told::Nothing => Roles::new(
            Verdict::CannotTell,
            "Whether the user holds an administrator role cannot be told.",
        )
        .because("No export of roles was given, and the log holds no record that gives or takes a role. A role may have been given before the log begins, or through a group."),
        Told::Holds { statement, outdated } if !statement.value && !is_denied => Roles::new(
            Verdict::CannotTell,
            "The log tells of an administrator role that was taken away, and not whether others are held.",
        )
        .with(statement.evidence)
        .with(outdated),
        Told::Holds { statement, outdated } => {
            let mut roles = held(case, statement.value).with(statement.evidence);
            if !outdated.is_empty() {
                roles = roles.because("What is older says otherwise, and is out of date.");
            }
            roles.with(outdated)
        }
        Told::Contradiction(evidence) => Roles::new(
            Verdict::CannotTell,
            "What was given contradicts itself on roles, and does not say what is newer.",
        )
        .with(evidence)
        .because("Export the roles again, and see whether a group gives one. The report of registrations may count roles that the administrator policy is not for."),
    }
}

fn held(case: &Case<'_>, is_held: bool) -> Roles {
    if is_held {
        return Roles::new(Verdict::Confirmed, "The user holds an administrator role.");
    }
    let roles = Roles::new(
        Verdict::RuledOut,
        "The user holds no role that the administrator policy is for.",
    );
    if case.state.roles.iter().any(|role| role.value.is_eligible_only) {
        roles.because("A role that the user could activate does not count until it is active.")
    } else {
        roles
    }
}

/// What the policy means for the user, and whether it was switched off.
fn under_administrator_policy(case: &Case<'_>, finding: Finding) -> Finding {
    let finding = finding
        .because("Administrators need two methods for password reset, and cannot use security questions, no matter what is set for users.")
        .because("It is one method within the first 30 days of a trial, or without a custom domain and without synchronisation from on-premises.")
        .because("The policy does not follow the Authentication methods policy: authenticator apps of others that are disabled there can be registered, for password reset alone.");
    let finding = match case.method {
        Some(Method::SecurityQuestions) => finding.next(
            NextKind::Explain,
            "Explain that administrators are not offered security questions, and have the user register two other methods.",
        ),
        _ => finding,
    };
    administrator_switch::explain(case, finding)
}
