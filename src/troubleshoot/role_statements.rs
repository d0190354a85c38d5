//! What the log and exports say of whether the user holds a role that the administrator policy is for.

use std::collections::BTreeMap;

use super::answer::Evidence;
use super::case::{Case, Known};
use super::policy_changed::evidence_of;
use super::statement::Statement;
use crate::model::Event;
use crate::state::{Role, follows_administrator_policy};

/// Rules of roles that are held at once; those for activation give nothing yet.
const GIVEN: &str = "role.given";
const TAKEN: &str = "role.taken";

/// The last word of the log on each role: whether an administrator role is held at the end.
pub(super) fn from_log(case: &Case<'_>) -> Option<Statement<bool>> {
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

/// What exports say, each kind for itself.
pub(super) fn from_exports(case: &Case<'_>) -> Vec<Statement<bool>> {
    [held_roles(case), listed_members(case), counted_by_report(case)]
        .into_iter()
        .flatten()
        .collect()
}

/// The administrator roles that exports give the user.
fn held_roles(case: &Case<'_>) -> Option<Statement<bool>> {
    let active = case.state.roles.iter().filter(|role| !role.value.is_eligible_only);
    let held = active.filter(|role| role.value.follows_administrator_policy());
    let evidence: Vec<Evidence> = held
        .map(|role| {
            let says = format!("The user holds {}.", name_of(&role.value));
            Evidence::state(&role.origin, role.as_of, says)
        })
        .collect();
    let time = evidence.iter().map(|evidence| evidence.time).min().flatten();
    (!evidence.is_empty()).then(|| Statement::new(true, time, evidence))
}

/// What a complete list of members tells of a user who is not in it. Absence tells something of a user who
/// is known, and of whom no export may mean another.
fn listed_members(case: &Case<'_>) -> Option<Statement<bool>> {
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
    Some(Statement::new(false, None, [Evidence::state(list, None, says)]))
}

/// What the newest report of registrations says.
fn counted_by_report(case: &Case<'_>) -> Option<Statement<bool>> {
    let stated = case.state.is_admin.iter().max_by_key(|stated| stated.as_of)?;
    let says = if stated.value {
        "The report counts the user among the administrators, and does not say by which role."
    } else {
        "The report does not count the user among the administrators."
    };
    let evidence = Evidence::state(&stated.origin, stated.as_of, says);
    Some(Statement::new(stated.value, stated.as_of, [evidence]))
}

fn name_of(role: &Role) -> &str {
    role.name.as_deref().or(role.template_id.as_deref()).unwrap_or("a role without a name")
}
