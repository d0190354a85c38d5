//! The settings of a method in the Authentication methods policy: as exported, and as last logged.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::answer::Evidence;
use super::case::{Case, Known};
use super::policy_changed::evidence_of;
use super::settings::changes_of;
use crate::model::{Event, Method};
use crate::origin::Origin;
use crate::state::{MethodConfiguration, MethodsPolicy, Migration};

/// Changes of the Authentication methods policy.
pub(super) const METHODS_POLICY: [&str; 2] =
    ["policy.authentication_methods_update", "policy.authentication_methods_reset"];

/// What is known of the settings of a method at the time of the complaint.
pub(super) struct Settings {
    pub(super) configuration: MethodConfiguration,
    /// Whether older policies still count.
    pub(super) migration: Option<Migration>,
    pub(super) evidence: Evidence,
    /// Since when they hold, where that is known.
    pub(super) time: Option<DateTime<Utc>>,
}

/// The ids of the settings that govern the method; an external one goes by its name.
pub(super) fn configurations_of(case: &Case<'_>, method: &Method) -> Vec<String> {
    let known = MethodConfiguration::of_method(method);
    if !known.is_empty() {
        return known.iter().map(|id| (*id).to_owned()).collect();
    }
    let configurations = case.policies.methods.iter().flat_map(|policy| &policy.configurations);
    let is_named = |configuration: &&MethodConfiguration| {
        configuration
            .display_name
            .as_deref()
            .is_some_and(|name| name.eq_ignore_ascii_case(method.as_str()))
    };
    configurations.filter(is_named).map(|configuration| configuration.id.clone()).collect()
}

/// The settings in the export that was changed last.
pub(super) fn exported(case: &Case<'_>, id: &str) -> Option<Settings> {
    let newest = case.policies.methods.iter().max_by_key(|policy| policy.last_modified)?;
    Some(settings_in(newest, id, newest.last_modified, None))
        .map(|settings| settings.unwrap_or_else(|| absent(newest, id)))
}

/// A policy without settings for a method does not enable it.
fn absent(policy: &MethodsPolicy, id: &str) -> Settings {
    let configuration =
        MethodConfiguration::from_json(&json!({"id": id, "state": "disabled"}), &policy.origin)
            .unwrap_or_default();
    Settings {
        configuration,
        migration: policy.migration.clone(),
        evidence: Evidence::state(
            &policy.origin,
            policy.last_modified,
            format!("The policy has no settings for {id}."),
        ),
        time: policy.last_modified,
    }
}

fn settings_in(
    policy: &MethodsPolicy,
    id: &str,
    time: Option<DateTime<Utc>>,
    known: Option<&Known<'_>>,
) -> Option<Settings> {
    let configuration = policy.configuration(id)?.clone();
    Some(settings(configuration, policy.migration.clone(), &policy.origin, time, known))
}

fn settings(
    configuration: MethodConfiguration,
    migration: Option<Migration>,
    origin: &Origin,
    time: Option<DateTime<Utc>>,
    known: Option<&Known<'_>>,
) -> Settings {
    let says = format!("{} is {}.", configuration.id, configuration.state);
    let evidence = match known {
        Some(known) => {
            let mut evidence = evidence_of(known);
            evidence.says = says;
            evidence
        }
        None => Evidence::state(origin, time, says),
    };
    Settings { configuration, migration, evidence, time }
}

/// The settings after the last change that shows them.
pub(super) fn logged(case: &Case<'_>, id: &str) -> Option<Settings> {
    let changes = case.policy_changes(&METHODS_POLICY);
    changes.filter_map(|known| shown(known, id)).last()
}

/// The settings of a method that a record shows: in the whole policy, in settings of one method, or as the
/// state alone.
fn shown(known: &Known<'_>, id: &str) -> Option<Settings> {
    let event = known.0;
    let values = || event.changes().filter_map(|change| change.new.as_ref()?.json());
    let whole = values().find_map(|json| MethodsPolicy::from_json(json, &event.origin));
    if let Some(policy) = whole {
        return settings_in(&policy, id, Some(event.time), Some(known));
    }
    let one = values().filter_map(|json| MethodConfiguration::from_json(json, &event.origin)).find(
        |configuration| {
            configuration.id.eq_ignore_ascii_case(id) && configuration.is_enabled.is_some()
        },
    );
    let configuration = one.or_else(|| state_alone(event, id))?;
    Some(settings(configuration, None, &event.origin, Some(event.time), Some(known)))
}

/// A setting that is named after the method and its state (inferred: no document shows the records since
/// April 2026).
fn state_alone(event: &Event, id: &str) -> Option<MethodConfiguration> {
    let setting = changes_of(event).into_iter().find(|change| {
        let mut parts = change.setting.split(['.', '/', ' ']);
        let is_named = parts.clone().any(|part| part.eq_ignore_ascii_case(id));
        is_named && parts.next_back().is_some_and(|part| part.eq_ignore_ascii_case("state"))
    })?;
    let json = json!({"id": id, "state": setting.new?});
    MethodConfiguration::from_json(&json, &event.origin)
}
