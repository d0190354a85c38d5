//! What the log and exports say of whether the user holds a role that the administrator policy is for.

use std::collections::BTreeMap;

use super::answer::Evidence;
use super::case::{Case, Known};
use super::evidence::evidence_of;
use super::statement::{Statement, Told, newest, surely_as_of};
use crate::model::Event;
use crate::origin::Origin;
use crate::state::{Role, Stated, administrator_role};

/// Rules of roles that are held at once; those for activation give nothing yet.
const GIVEN: &str = "role.given";
const TAKEN: &str = "role.taken";

/// The last word of the log on each administrator role: whether one is held at the end.
pub(super) fn from_log(case: &Case<'_>) -> Option<Statement<bool>> {
    let mut last: BTreeMap<&str, &Known<'_>> = BTreeMap::new();
    for known in case.successes(&[GIVEN, TAKEN]) {
        if let Some(role) = role_in(known.0).as_deref().and_then(administrator_role) {
            last.insert(role.name, known);
        }
    }
    let (held, taken): (Vec<&Known<'_>>, Vec<_>) =
        last.values().partition(|(_, found)| found.rule == GIVEN);
    // That one role was taken away does not speak of another.
    let is_spoken_of = |role: &Stated<Role>| {
        let names = [role.value.name.as_deref(), role.value.template_id.as_deref()];
        let mut known = names.into_iter().flatten().filter_map(administrator_role);
        known.any(|role| last.contains_key(role.name))
    };
    let says = !held.is_empty();
    if !says && held_now(case).any(|role| !is_spoken_of(role)) {
        return None;
    }
    let told = if says { held } else { taken };
    let time = told.iter().map(|(event, _)| event.time).max()?;
    let evidence = told.into_iter().map(|known| {
        let role = role_in(known.0).unwrap_or_default();
        let what = if says { "given" } else { "taken away" };
        evidence_of(known).saying(format!("The role {role} was {what}."))
    });
    Some(Statement::new(says, Some(time), evidence))
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

/// What exports say.
pub(super) struct Exported {
    /// Whether the user holds a role that the administrator policy is for.
    pub(super) statements: Vec<Statement<bool>>,
    /// That the user holds some role, which need not be such a one.
    pub(super) hint: Vec<Evidence>,
    /// Reports of which it is not known which is newer, and that differ.
    pub(super) contradiction: Vec<Evidence>,
}

/// What exports say, each for itself. What has no date may have been made after a change that came later.
pub(super) fn from_exports(case: &Case<'_>) -> Exported {
    let mut statements: Vec<_> = held_roles(case).into_iter().chain(listed_members(case)).collect();
    if case.is_changed_later(&[GIVEN, TAKEN]) {
        statements.retain(|statement| statement.time.is_some());
    }
    let (mut hint, mut contradiction) = (Vec::new(), Vec::new());
    match counted_by_reports(case) {
        Told::Nothing => {}
        Told::Holds { statement, .. } if statement.value => hint = statement.evidence,
        Told::Holds { statement, .. } => statements.push(statement),
        Told::Contradiction(evidence) => contradiction = evidence,
    }
    Exported { statements, hint, contradiction }
}

/// The administrator roles that an export gives the user.
fn held_roles(case: &Case<'_>) -> Option<Statement<bool>> {
    let evidence: Vec<Evidence> = held_now(case)
        .map(|role| {
            let says = format!("The user holds {}.", name_of(&role.value));
            Evidence::state(&role.origin, role.as_of, says)
        })
        .collect();
    let time = evidence.iter().map(|evidence| evidence.time).min().flatten();
    (!evidence.is_empty()).then(|| Statement::new(true, time, evidence))
}

fn held_now<'case>(case: &'case Case<'_>) -> impl Iterator<Item = &'case Stated<Role>> {
    let active = case.state.roles.iter().filter(|role| !role.value.is_eligible_only);
    active.filter(|role| role.value.follows_administrator_policy())
}

/// What complete lists of members tell of a user who is not in them. Absence tells something of a user who
/// is known, and of whom no export may mean another.
fn listed_members(case: &Case<'_>) -> Vec<Statement<bool>> {
    let state = &case.state;
    let is_told = state.roles_in_doubt.is_empty()
        && state.rivals.is_empty()
        && (case.user.id.is_some() || !state.is_unknown());
    let holds_some = |list: &Origin| held_now(case).any(|role| role.origin.source == list.source);
    let lists = state.role_lists.iter().filter(|list| is_told && !holds_some(list));
    let says = "The user holds none of the administrator roles in this list.";
    lists.map(|list| Statement::new(false, None, [Evidence::state(list, None, says)])).collect()
}

/// Whether reports of registrations count the user among the administrators.
fn counted_by_reports(case: &Case<'_>) -> Told<bool> {
    let statements = case.state.is_admin.iter().map(|stated| {
        let says = if stated.value {
            "The report counts the user among the administrators, and does not say by which role."
        } else {
            "The report does not count the user among the administrators."
        };
        let evidence = Evidence::state(&stated.origin, stated.as_of, says);
        Statement::new(stated.value, surely_as_of(stated.as_of), [evidence])
    });
    newest(statements, |one, other| one == other)
}

fn name_of(role: &Role) -> &str {
    role.name.as_deref().or(role.template_id.as_deref()).unwrap_or("a role without a name")
}
