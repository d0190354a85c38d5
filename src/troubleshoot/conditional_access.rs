//! Whether Conditional Access demands multifactor authentication of the user.

use std::collections::BTreeMap;

use super::answer::Evidence;
use super::case::{Case, Known};
use super::demands::Found;
use super::evidence::evidence_of;
use super::statement::{Statement, Told, newest};
use crate::model::{Activity, Event};
use crate::state::{Applies, ConditionalAccessPolicy, PolicyState};

/// The rule of records that change a policy.
const RULE: [&str; 1] = ["policy.conditional_access"];

/// A policy at the time of the complaint.
enum Policy {
    /// There was none, or none any more.
    Absent,
    /// What it was is not known.
    Hidden,
    Shown(Box<ConditionalAccessPolicy>),
}

/// What the policies come to, those of exports and those in the log together.
pub(super) fn conditional_access(case: &Case<'_>) -> Option<Found> {
    let mut open = Vec::new();
    for told in policies(case) {
        match told {
            Told::Nothing => {}
            Told::Contradiction(evidence) => open.extend(evidence),
            Told::Holds { statement, .. } => match demand(case, &statement.value) {
                Demand::Of(name) => {
                    let says = format!(
                        "The Conditional Access policy {name} demands multifactor authentication of the user."
                    );
                    return Some((Some(true), says, statement.evidence));
                }
                Demand::Unknown => open.extend(statement.evidence),
                Demand::None => {}
            },
        }
    }
    if !open.is_empty() {
        return Some((None, "A Conditional Access policy asks for multifactor authentication, and whether it interrupted the user is not known: it is for some users or applications, acts under further conditions, offers other ways, or was changed without a trace of how it was.".to_owned(), open));
    }
    // A list tells of policies that it does not hold, unless they came or went later.
    let list = case.policies.conditional_access_lists.first();
    let list = list.filter(|_| !case.is_changed_later(&RULE))?;
    let says = "No Conditional Access policy demands multifactor authentication of the user.";
    Some((Some(false), says.to_owned(), vec![Evidence::state(list, None, says)]))
}

fn name_of(policy: &ConditionalAccessPolicy) -> &str {
    policy.display_name.as_deref().unwrap_or("without a name")
}

/// Whether a policy demands it of the user.
enum Demand<'policy> {
    None,
    Unknown,
    /// The policy of this name.
    Of(&'policy str),
}

fn demand<'policy>(case: &Case<'_>, policy: &'policy Policy) -> Demand<'policy> {
    let policy = match policy {
        Policy::Absent => return Demand::None,
        Policy::Hidden => return Demand::Unknown,
        Policy::Shown(policy) => policy,
    };
    if !asks(policy) {
        return Demand::None;
    }
    // One for some applications, under conditions, or with another way out, need not have interrupted.
    let is_for_all = policy.applications.iter().any(|name| name.eq_ignore_ascii_case("All"));
    let is_sure = policy.demands_mfa() && is_for_all && !policy.has_other_conditions;
    match applies(case, policy) {
        Applies::Yes if is_sure => Demand::Of(name_of(policy)),
        Applies::Yes | Applies::Unknown(_) => Demand::Unknown,
        Applies::No => Demand::None,
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
        let id = policy.id.clone().unwrap_or_default();
        by_id.entry(id).or_default().push(exported(case, policy));
    }
    let is_listed = !case.policies.conditional_access_lists.is_empty();
    for (id, known) in last_changes(case) {
        let statements = by_id.entry(id).or_default();
        if is_listed && statements.is_empty() {
            statements.push(Statement::new(Policy::Absent, None, []));
        }
        statements.push(Statement::new(after(known), Some(known.0.time), [evidence_of(known)]));
    }
    by_id.into_values().map(|statements| newest(statements, is_same)).collect()
}

/// What an export says. What was changed after the complaint does not tell what held before.
fn exported(case: &Case<'_>, policy: &ConditionalAccessPolicy) -> Statement<Policy> {
    if policy.last_modified.is_some_and(|time| time > case.at) {
        let says = "The policy was changed after the complaint.";
        let evidence = Evidence::state(&policy.origin, None, says);
        return Statement::new(Policy::Hidden, None, [evidence]);
    }
    let says = format!(
        "The Conditional Access policy {} asks for multifactor authentication.",
        name_of(policy)
    );
    let evidence =
        asks(policy).then(|| Evidence::state(&policy.origin, policy.last_modified, says));
    Statement::new(Policy::Shown(Box::new(policy.clone())), policy.last_modified, evidence)
}

/// Whether a policy acts, and asks for multifactor authentication, maybe as one of several ways.
fn asks(policy: &ConditionalAccessPolicy) -> bool {
    policy.is_enforced() && policy.offers_mfa()
}

/// Whether both come to the same. One that asks for nothing is as good as none.
fn is_same(one: &Policy, other: &Policy) -> bool {
    let asking = |policy: &Policy| match policy {
        Policy::Shown(policy) if asks(policy) => Some(meaning(policy)),
        _ => None,
    };
    let is_known = |policy: &Policy| !matches!(policy, Policy::Hidden);
    is_known(one) && is_known(other) && asking(one) == asking(other)
}

/// What decides of a policy that asks for it.
fn meaning(policy: &ConditionalAccessPolicy) -> (bool, bool, Vec<Vec<String>>) {
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
    (policy.demands_mfa(), policy.has_other_conditions, whom)
}

/// The last change of each policy that was done, by the id of the policy.
fn last_changes<'case, 'a>(case: &'case Case<'a>) -> BTreeMap<String, &'case Known<'a>> {
    let id = |known: &Known<'_>| known.0.targets.first().and_then(|target| target.id.clone());
    case.policy_changes(&RULE).map(|known| (id(known).unwrap_or_default(), known)).collect()
}

/// The policy as a record leaves it, which mostly holds it whole.
fn after((event, _): &Known<'_>) -> Policy {
    if event.activity == Activity::DeleteConditionalAccessPolicy {
        return Policy::Absent;
    }
    let mut values = event.changes().filter_map(|change| change.new.as_ref()?.json());
    let policy = values.find_map(|value| read(&value.to_string(), event));
    policy.map_or(Policy::Hidden, |policy| Policy::Shown(Box::new(policy)))
}

fn read(text: &str, event: &Event) -> Option<ConditionalAccessPolicy> {
    let mut state = PolicyState::new();
    state.add_slice(&event.origin.source, text.as_bytes()).ok()?;
    let mut policy = state.conditional_access.pop()?;
    policy.origin = event.origin.clone();
    policy.last_modified = Some(event.time);
    Some(policy)
}
