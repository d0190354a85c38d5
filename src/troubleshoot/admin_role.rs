//! Whether the user holds an administrator role, so that the administrator policy of password reset decides.

use super::administrator_switch;
use super::answer::{Evidence, Finding, NextKind, Verdict};
use super::case::Case;
use super::guide::Step;
use super::input::Input;
use super::role_statements::{from_exports, from_log};
use super::statement::{Statement, Told, newest};
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
    let is_denied = exports.statements.iter().any(|export| !export.value);
    // What has no date was exported to look into the complaint.
    let is_current = exports.statements.iter().any(|export| !export.value && export.time.is_none());
    if !exports.contradiction.is_empty() {
        return contradiction(exports.contradiction);
    }
    match newest(log.into_iter().chain(exports.statements), |one, other| one == other) {
        Told::Nothing if exports.hint.is_empty() => Roles::new(
            Verdict::CannotTell,
            "Whether the user holds an administrator role cannot be told.",
        )
        .because("No export of roles was given, and the log holds no record that gives or takes a role. A role may have been given before the log begins, or through a group."),
        Told::Nothing => some_role(exports.hint),
        Told::Holds { statement, outdated } if !statement.value && !is_denied => Roles::new(
            Verdict::CannotTell,
            "The log tells of an administrator role that was taken away, and not whether others are held.",
        )
        .with(statement.evidence)
        .with(outdated)
        .with(exports.hint),
        Told::Holds { statement, .. } if !is_current && is_long_ago(case, &statement) => Roles::new(
            Verdict::CannotTell,
            "The user held no administrator role when the export was made, and the log does not cover all of the time since.",
        )
        .with(statement.evidence)
        .with(exports.hint),
        Told::Holds { statement, outdated } => {
            let mut roles = held(case, statement.value).with(statement.evidence);
            if !outdated.is_empty() {
                roles = roles.because("What is older says otherwise, and is out of date.");
            }
            if !exports.hint.is_empty() && !statement.value {
                roles = roles.because(OF_READERS);
            }
            roles.with(outdated).with(exports.hint)
        }
        Told::Contradiction(evidence) => contradiction(evidence),
    }
}

fn contradiction(evidence: Vec<Evidence>) -> Roles {
    Roles::new(
        Verdict::CannotTell,
        "What was given contradicts itself on roles, and does not say what is newer.",
    )
    .with(evidence)
    .because("Export the roles again, and see whether a group gives one.")
}

fn some_role(hint: Vec<Evidence>) -> Roles {
    Roles::new(
        Verdict::CannotTell,
        "The user holds some role of the directory; whether the administrator policy is for it cannot be told.",
    )
    .with(hint)
    .because(OF_READERS)
}

/// What a report tells of roles.
const OF_READERS: &str = "The report of registrations counts whoever holds a role, and does not say which; it may be one for readers.";

/// Whether a role may have been given since, without a trace.
fn is_long_ago(case: &Case<'_>, statement: &Statement<bool>) -> bool {
    !statement.value && statement.time.is_some_and(|time| !case.is_followed_since(time))
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
