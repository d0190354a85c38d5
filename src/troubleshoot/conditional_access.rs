//! Whether Conditional Access demands multifactor authentication of the user.

use std::collections::BTreeMap;

use super::answer::Evidence;
use super::case::{Case, Known};
use super::demands::Found;
use super::policy_changed::evidence_of;
use super::statement::{Statement, Told, newest};
use crate::state::{Applies, ConditionalAccessPolicy, PolicyState};

/// The rule of records that change a policy.
const RULE: [&str; 1] = ["policy.conditional_access"];

/// A policy at the time of the complaint; `None` where there was none any more.
type Policy = Option<ConditionalAccessPolicy>;

/// What the policies come to, those of exports and those in the log together.
pub(super) fn conditional_access(case: &Case<'_>) -> Option<Found> {
    let mut is_open = false;
    for told in policies(case) {
        match told {
            Told::Holds { statement, .. } => match demand(case, &statement) {
                Some(found) if found.0 == Some(true) => return Some(found),
                Some(_) => is_open = true,
                None => {}
            },
            Told::Contradiction(_) => is_open = true,
            Told::Nothing => {}
        }
    }
    if is_open {
        return Some((None, "A Conditional Access policy demands multifactor authentication of some users, for some applications, under some conditions or among other ways, or it was changed; whether it interrupted the user is not known.".to_owned(), Vec::new()));
    }
    // A list tells of policies that it does not hold, unless they came or went later.
    let list = case.policies.conditional_access_lists.first();
    let list = list.filter(|_| !case.is_changed_later(&RULE))?;
    let says = "No Conditional Access policy demands multifactor authentication of the user.";
    Some((Some(false), says.to_owned(), vec![Evidence::state(list, None, says)]))
}

/// Whether a policy demands it of the user; `None` in place of the answer where that is not known, and `None`
/// where it does not.
fn demand(case: &Case<'_>, statement: &Statement<Policy>) -> Option<Found> {
    let policy = statement.value.as_ref()?;
    if !policy.is_enforced() || !(policy.demands_mfa() || policy.offers_mfa()) {
        return None;
    }
    // One for some applications, under conditions, or with another way out, need not have interrupted.
    let is_for_all = policy.applications.iter().any(|name| name.eq_ignore_ascii_case("All"));
    let is_sure = policy.demands_mfa() && is_for_all && !policy.has_other_conditions;
    let name = policy.display_name.as_deref().unwrap_or("without a name");
    match applies(case, policy) {
        Applies::Yes if is_sure => {
            let says = format!(
                "The Conditional Access policy {name} demands multifactor authentication of the user."
            );
            Some((Some(true), says, statement.evidence.clone()))
        }
        Applies::Yes | Applies::Unknown(_) => Some((None, String::new(), Vec::new())),
        Applies::No => None,
    }
}

fn applies(case: &Case<'_>, policy: &ConditionalAccessPolicy) -> Applies {
    let groups: Vec<String> =
        case.state.groups.iter().map(|group| group.value.to_lowercase()).collect();
    let has_groups = case.state.group_lists.iter().any(|list| list.is_transitive);
    let active = case.state.roles.iter().filter(|role| !role.value.is_eligible_only);
    let roles: Vec<String> = active.filter_map(|role| role.value.template_id.clone()).collect();
    let has_roles = !case.state.role_lists.is_empty() || has_groups;
    policy.applies_to(
        case.user_id().as_deref(),
        has_groups.then_some(groups.as_slice()),
        has_roles.then_some(roles.as_slice()),
    )
}

/// Each policy, by its id: what exports and the log say of it.
fn policies(case: &Case<'_>) -> Vec<Told<Policy>> {
    let mut by_id: BTreeMap<String, Vec<Statement<Policy>>> = BTreeMap::new();
    for policy in &case.policies.conditional_access {
        let name = policy.display_name.as_deref().unwrap_or("without a name");
        let says = format!(
            "The Conditional Access policy {name} demands multifactor authentication of the user."
        );
        let evidence = Evidence::state(&policy.origin, policy.last_modified, says);
        // What was changed after the complaint does not tell what held before.
        let is_later = policy.last_modified.is_some_and(|time| time > case.at);
        let id = policy.id.clone().unwrap_or_default();
        let statements = by_id.entry(id).or_default();
        statements.push(Statement::new(Some(policy.clone()), policy.last_modified, [evidence]));
        if is_later {
            statements.push(Statement::new(None, None, []));
        }
    }
    let is_listed = !case.policies.conditional_access_lists.is_empty();
    for (id, known) in last_changes(case) {
        let policy = policy_in(known);
        let statement = Statement::new(policy, Some(known.0.time), [evidence_of(known)]);
        let statements = by_id.entry(id).or_default();
        if is_listed && statements.is_empty() {
            statements.push(Statement::new(None, None, []));
        }
        statements.push(statement);
    }
    let is_same = |one: &Policy, other: &Policy| meaning(one) == meaning(other);
    by_id.into_values().map(|statements| newest(statements, is_same)).collect()
}

/// What of a policy decides.
fn meaning(policy: &Policy) -> Option<(bool, bool, bool, Vec<Vec<String>>)> {
    let policy = policy.as_ref()?;
    let whom = [
        &policy.include_users,
        &policy.exclude_users,
        &policy.include_groups,
        &policy.exclude_groups,
        &policy.include_roles,
        &policy.exclude_roles,
        &policy.applications,
    ];
    let whom = whom.into_iter().cloned().collect();
    Some((policy.is_enforced(), policy.demands_mfa(), policy.offers_mfa(), whom))
}

/// The last change of each policy that was done, by the id of the policy.
fn last_changes<'case, 'a>(case: &'case Case<'a>) -> BTreeMap<String, &'case Known<'a>> {
    let id = |known: &Known<'_>| known.0.targets.first().and_then(|target| target.id.clone());
    case.policy_changes(&RULE).map(|known| (id(known).unwrap_or_default(), known)).collect()
}

/// The policy as a record leaves it; records hold it whole, and nothing where it was deleted.
fn policy_in((event, _): &Known<'_>) -> Policy {
    let value = event.changes().find_map(|change| change.new.as_ref()?.json())?;
    let mut state = PolicyState::new();
    state.add_slice(&event.origin.source, value.to_string().as_bytes()).ok()?;
    let mut policy = state.conditional_access.pop()?;
    policy.origin = event.origin.clone();
    policy.last_modified = Some(event.time);
    Some(policy)
}
