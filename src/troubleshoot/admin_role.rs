//! Whether the user holds an administrator role, so that the administrator policy of password reset decides.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::answer::{Evidence, Finding, NextKind, Verdict};
use super::case::{Case, Known};
use super::guide::{Step, Wait};
use super::input::Input;
use super::policy_changed::{evidence_of, switches_administrators};
use crate::model::{Event, Method, format_timestamp};
use crate::state::{Role, follows_administrator_policy};

/// Rules of roles that are held at once; those for activation give nothing yet.
const GIVEN: &str = "role.given";
const TAKEN: &str = "role.taken";

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

/// What one source says of administrator roles.
struct Statement {
    says: bool,
    /// As of when; `None` where that is not known.
    time: Option<DateTime<Utc>>,
    evidence: Vec<Evidence>,
    /// Whether its parts disagree.
    is_contradictory: bool,
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
    match (from_log(case), from_state(case)) {
        (log, Some(state)) if state.is_contradictory => {
            let evidence = log.into_iter().flat_map(|log| log.evidence).chain(state.evidence);
            Roles::new(Verdict::CannotTell, "The exports of roles contradict each other.")
                .with(evidence)
                .because("Export the roles again. The report of registrations may count roles that the administrator policy is not for.")
        }
        (Some(log), Some(state)) if log.says != state.says => contradiction(log, state),
        (Some(log), None) if !log.says => Roles::new(
            Verdict::CannotTell,
            "The log tells of an administrator role that was taken away, and not whether others are held.",
        )
        .with(log.evidence),
        (Some(statement), None) | (None, Some(statement)) => agreed(case, [statement]),
        (Some(log), Some(state)) => agreed(case, [log, state]),
        (None, None) => Roles::new(
            Verdict::CannotTell,
            "Whether the user holds an administrator role cannot be told.",
        )
        .because("No export of roles was given, and the log holds no record that gives or takes a role. A role may have been given before the log begins, or through a group."),
    }
}

fn agreed(case: &Case<'_>, statements: impl IntoIterator<Item = Statement>) -> Roles {
    let statements: Vec<Statement> = statements.into_iter().collect();
    let holds = statements.iter().any(|statement| statement.says);
    let evidence = statements.into_iter().flat_map(|statement| statement.evidence);
    if holds {
        Roles::new(Verdict::Confirmed, "The user holds an administrator role.").with(evidence)
    } else {
        let roles = Roles::new(
            Verdict::RuledOut,
            "The user holds no role that the administrator policy is for.",
        )
        .with(evidence);
        if case.state.roles.iter().any(|role| role.value.is_eligible_only) {
            roles.because("A role that the user could activate does not count until it is active.")
        } else {
            roles
        }
    }
}

/// The newer statement holds, if it is known to be newer.
fn contradiction(log: Statement, state: Statement) -> Roles {
    let is_newer = matches!((log.time, state.time), (Some(log), Some(state)) if log > state);
    let (verdict, conclusion) = match (is_newer, log.says) {
        (true, true) => (
            Verdict::Confirmed,
            "The user was given an administrator role after the export was made.",
        ),
        (true, false) => (
            Verdict::RuledOut,
            "The administrator role was taken from the user after the export was made.",
        ),
        (false, _) => {
            (Verdict::CannotTell, "The log and the export of roles contradict each other.")
        }
    };
    let roles = Roles::new(verdict, conclusion).with(log.evidence).with(state.evidence);
    if is_newer {
        return roles;
    }
    roles.because("Which of them is newer is not known, or the export is newer than the log: export the roles again, and see whether a group gives one.")
}

/// The last word of the log on each role: whether an administrator role is held at the end.
fn from_log(case: &Case<'_>) -> Option<Statement> {
    let mut last: BTreeMap<String, (bool, &Known<'_>)> = BTreeMap::new();
    for known in case.successes(&[GIVEN, TAKEN]) {
        if let Some(role) = role_in(known.0) {
            last.insert(role.to_lowercase(), (known.1.rule == GIVEN, known));
        }
    }
    let of_administrators: Vec<_> =
        last.iter().filter(|(role, _)| follows_administrator_policy(role)).collect();
    let held: Vec<_> = of_administrators.iter().filter(|(_, (is_given, _))| *is_given).collect();
    let says = !held.is_empty();
    let told: Vec<&Known<'_>> = if says {
        held.iter().map(|(_, (_, known))| *known).collect()
    } else {
        of_administrators.iter().map(|(_, (_, known))| *known).collect()
    };
    let time = told.iter().map(|(event, _)| event.time).max()?;
    let evidence = told
        .into_iter()
        .map(|known| {
            let role = role_in(known.0).unwrap_or_default();
            let what = if says { "given" } else { "taken away" };
            let mut evidence = evidence_of(known);
            evidence.says = format!("The role {role} was {what}.");
            evidence
        })
        .collect();
    Some(Statement { says, time: Some(time), evidence, is_contradictory: false })
}

/// The role that a record gives or takes.
fn role_in(event: &Event) -> Option<String> {
    let text = |name: &str| {
        let change = event.changes().find(|change| change.name == name)?;
        let values = [&change.new, &change.old].into_iter().flatten();
        let mut texts = values.filter_map(|value| value.json()?.as_str());
        texts.find(|text| !text.is_empty()).map(str::to_owned)
    };
    let of_change = text("Role.DisplayName").or_else(|| text("Role.TemplateId"));
    let is_role = |kind: &Option<String>| {
        kind.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("role"))
    };
    of_change.or_else(|| {
        let target = event.targets.iter().find(|target| is_role(&target.kind))?;
        target.display_name.clone()
    })
}

/// What exports say; `None` where they say nothing.
fn from_state(case: &Case<'_>) -> Option<Statement> {
    let says = [held_roles(case), listed_members(case), counted_by_report(case)];
    let mut statements = says.into_iter().flatten();
    let first = statements.next()?;
    Some(statements.fold(first, |all, other| Statement {
        is_contradictory: all.is_contradictory || all.says != other.says,
        says: all.says,
        time: all.time.min(other.time),
        evidence: all.evidence.into_iter().chain(other.evidence).collect(),
    }))
}

/// The administrator roles that exports give the user.
fn held_roles(case: &Case<'_>) -> Option<Statement> {
    let active = case.state.roles.iter().filter(|role| !role.value.is_eligible_only);
    let held = active.filter(|role| role.value.follows_administrator_policy());
    let evidence: Vec<Evidence> = held
        .map(|role| {
            let says = format!("The user holds {}.", name_of(&role.value));
            Evidence::state(&role.origin, role.as_of, says)
        })
        .collect();
    let time = evidence.iter().filter_map(|evidence| evidence.time).max();
    (!evidence.is_empty()).then_some(Statement {
        says: true,
        time,
        evidence,
        is_contradictory: false,
    })
}

/// What a complete list of members tells of a user who is not in it. Absence tells something of a user who
/// is known, and of whom no export may mean another.
fn listed_members(case: &Case<'_>) -> Option<Statement> {
    let state = &case.state;
    let holds_some = || {
        let mut active = state.roles.iter().filter(|role| !role.value.is_eligible_only);
        active.any(|role| role.value.follows_administrator_policy())
    };
    let is_told = state.roles_in_doubt.is_empty()
        && state.rivals.is_empty()
        && (case.user.id.is_some() || !state.is_unknown())
        && !holds_some();
    let list = state.role_lists.first().filter(|_| is_told)?;
    let says = "The user holds none of the administrator roles in this list.";
    let evidence = vec![Evidence::state(list, None, says)];
    Some(Statement { says: false, time: None, evidence, is_contradictory: false })
}

/// What the newest report of registrations says.
fn counted_by_report(case: &Case<'_>) -> Option<Statement> {
    let stated = case.state.is_admin.iter().max_by_key(|stated| stated.as_of)?;
    let says = if stated.value {
        "The report counts the user among the administrators, and does not say by which role."
    } else {
        "The report does not count the user among the administrators."
    };
    Some(Statement {
        says: stated.value,
        time: stated.as_of,
        evidence: vec![Evidence::state(&stated.origin, stated.as_of, says)],
        is_contradictory: false,
    })
}

fn name_of(role: &Role) -> &str {
    role.name.as_deref().or(role.template_id.as_deref()).unwrap_or("a role without a name")
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
    switched_off(case, finding)
}

/// Whether administrators can reset passwords at all.
fn switched_off(case: &Case<'_>, finding: Finding) -> Finding {
    let change = case
        .policy_changes(&["policy.authorization_policy"])
        .filter(|(event, _)| switches_administrators(event))
        .last();
    let exported = case
        .policies
        .authorization
        .iter()
        .rev()
        .find_map(|policy| policy.allowed_to_use_sspr.map(|allowed| (allowed, &policy.origin)));
    let logged = change.and_then(|known| Some((switch_in(known.0)?, known)));
    let finding = match (exported, logged) {
        (Some((exported, origin)), Some((logged, known))) if exported != logged => finding
            .because("The log and the export disagree on whether password reset is on for administrators: export the authorization policy again.")
            .with([Evidence::state(origin, None, switch_says(exported)), evidence_of(known)])
            .needs(Input::AuthorizationPolicy, "whether password reset is on for administrators"),
        (Some((allowed, origin)), _) => {
            off(finding, allowed).with([Evidence::state(origin, None, switch_says(allowed))])
        }
        (None, Some((allowed, known))) => off(finding, allowed).with([evidence_of(known)]),
        (None, None) => finding,
    };
    let Some((event, _)) = change else { return finding };
    let until = event.time + Wait::ADMINISTRATOR_SWITCH.most;
    if until <= case.at {
        return finding;
    }
    finding
        .because("The switch was changed less than 60 minutes before; it takes up to that long.")
        .next(
            NextKind::Wait,
            format!("Wait until {} (UTC), and test again.", format_timestamp(until)),
        )
        .wait_until(until)
}

fn off(finding: Finding, allowed: bool) -> Finding {
    if allowed {
        return finding;
    }
    finding
        .because("Password reset is switched off for administrators: whoever is in the scope of password reset for users is still asked to register, and can register nothing.")
        .next(
            NextKind::ChangeSetting,
            "Exclude administrators from the scope of password reset for users, or switch it on for administrators (allowedToUseSSPR).",
        )
}

fn switch_says(allowed: bool) -> &'static str {
    if allowed {
        "Password reset is on for administrators."
    } else {
        "Password reset is off for administrators."
    }
}

/// What the switch was set to.
fn switch_in(event: &Event) -> Option<bool> {
    let change = event
        .changes()
        .find(|change| change.name.to_ascii_lowercase().contains("allowedtousesspr"))?;
    let text = change.new.as_ref()?.text.to_ascii_lowercase();
    match (text.contains("true"), text.contains("false")) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    }
}
