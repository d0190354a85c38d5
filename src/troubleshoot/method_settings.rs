//! The settings of a method in the Authentication methods policy: as exported, and as last logged.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::answer::Evidence;
use super::case::{Case, Known};
use super::evidence::evidence_of;
use super::influences::is_about_another;
use super::settings::{SettingChange, changes_of};
use super::statement::{Statement, Told, newest};
use crate::catalogue::Attestation;
use crate::model::{Event, Method, Outcome};
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
    /// Whether they come from a record that shows what it changed and nothing else.
    pub(super) is_partial: bool,
    /// Whether an earlier record changed something of them without showing it.
    is_hidden: bool,
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

/// What exports say of a method at the time of the complaint.
pub(super) enum Exported {
    /// Nothing.
    Nothing,
    /// The export that was changed last, before the complaint or after it.
    Settings(Box<Settings>),
    /// Exports of which it is not known whether they are older than a change after the complaint.
    Undated(Vec<Evidence>),
    /// Exports of which it is not known which is newer say different things.
    Contradiction(Vec<Evidence>),
}

/// The settings in the exports. One that was changed before the complaint comes before later ones.
pub(super) fn exported(case: &Case<'_>, id: &str) -> Exported {
    let is_told = |policy: &&MethodsPolicy| policy.is_whole || policy.configuration(id).is_some();
    let told: Vec<&MethodsPolicy> = case.policies.methods.iter().filter(is_told).collect();
    let is_early =
        |policy: &&&MethodsPolicy| policy.last_modified.is_none_or(|time| time <= case.at);
    let early: Vec<&MethodsPolicy> = told.iter().filter(is_early).copied().collect();
    let settings = |policy: &&MethodsPolicy| {
        let found = settings_in(policy, id, policy.last_modified, None);
        found.unwrap_or_else(|| absent(policy, id))
    };
    // One without a date may have been made after a change that came later.
    let (undated, dated): (Vec<_>, Vec<_>) =
        early.into_iter().partition(|policy| policy.last_modified.is_none());
    let candidates = if !is_changed_later(case) {
        [undated, dated].concat()
    } else if dated.is_empty() && !undated.is_empty() {
        let evidence = undated.iter().map(|policy| settings(policy).evidence);
        return Exported::Undated(evidence.collect());
    } else {
        dated
    };
    let candidates = if candidates.is_empty() { told } else { candidates };
    let statements = candidates.iter().map(|policy| {
        let settings = settings(policy);
        let (time, evidence) = (settings.time, settings.evidence.clone());
        Statement::new(settings, time, [evidence])
    });
    let is_same =
        |one: &Settings, other: &Settings| one.configuration.agrees_with(&other.configuration);
    match newest(statements, is_same) {
        Told::Nothing => Exported::Nothing,
        Told::Holds { statement, .. } => Exported::Settings(Box::new(statement.value)),
        Told::Contradiction(evidence) => Exported::Contradiction(evidence),
    }
}

/// Whether the log has a change of the policy after the complaint that may be about the method missed.
fn is_changed_later(case: &Case<'_>) -> bool {
    case.later.iter().any(|(event, found)| {
        METHODS_POLICY.contains(&found.rule)
            && found.outcome == Outcome::Success
            && !is_about_another(case, event)
    })
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
        is_partial: false,
        is_hidden: false,
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
        Some(known) => evidence_of(known).saying(says),
        None => Evidence::state(origin, time, says),
    };
    Settings { configuration, migration, evidence, time, is_partial: false, is_hidden: false }
}

/// What the log says of a method.
pub(super) enum Logged {
    /// Nothing.
    Nothing,
    /// The settings after the last change of them.
    Settings(Box<Settings>),
    /// A change of them, or of the whole policy, that does not show what they are now.
    Unreadable(Box<Evidence>),
}

/// The settings after the last change of them. What a record does not show is as the one before it left it; what
/// one changed without showing it stays hidden until another shows all, but for whether the method is off.
pub(super) fn logged(case: &Case<'_>, id: &str) -> Logged {
    let mut last = Logged::Nothing;
    for known in case.policy_changes(&METHODS_POLICY) {
        match shown(known, id) {
            Some(settings) => last = last.followed_by(settings),
            None if concerns(known, id) => last = Logged::Unreadable(Box::new(evidence_of(known))),
            None => {}
        }
    }
    last
}

impl Logged {
    fn followed_by(self, mut settings: Settings) -> Self {
        let is_off = settings.configuration.is_enabled == Some(false);
        let is_hidden = match &self {
            Self::Nothing => false,
            Self::Settings(before) => before.is_hidden,
            Self::Unreadable(_) => true,
        };
        if settings.is_partial && is_hidden && !is_off {
            return Self::Unreadable(Box::new(settings.evidence));
        }
        if let (Self::Settings(before), true) = (&self, settings.is_partial) {
            settings.configuration.fill_in(&before.configuration);
        }
        settings.is_hidden = settings.is_partial && is_hidden;
        Self::Settings(Box::new(settings))
    }
}

/// Whether a change that does not show the settings of a method may have changed them nevertheless.
fn concerns((event, found): &Known<'_>, id: &str) -> bool {
    let is_named = |change: &SettingChange| {
        change.setting.split(['.', '/', ' ']).any(|part| part.eq_ignore_ascii_case(id))
    };
    let changes = changes_of(event);
    found.rule == METHODS_POLICY[1] || changes.is_empty() || changes.iter().any(is_named)
}

/// The settings of a method that a record shows: in the whole policy, in settings of one method, or as the
/// state alone. The latter two are how records since April 2026 are taken to look, of which no document shows
/// one.
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
    let mut settings = settings(configuration, None, &event.origin, Some(event.time), Some(known));
    settings.evidence = settings.evidence.attested(Attestation::Inferred);
    settings.is_partial = true;
    Some(settings)
}

/// A setting that is named after the method and its state. Where others of the method were changed beside it, the
/// state alone does not tell for whom it is, unless it is off.
fn state_alone(event: &Event, id: &str) -> Option<MethodConfiguration> {
    let changes = changes_of(event);
    let parts = |change: &SettingChange| -> Vec<String> {
        change.setting.split(['.', '/', ' ']).map(str::to_ascii_lowercase).collect()
    };
    let is_named = |change: &&SettingChange| parts(change).contains(&id.to_ascii_lowercase());
    let is_state =
        |change: &&SettingChange| parts(change).last().is_some_and(|part| part == "state");
    let named: Vec<&SettingChange> = changes.iter().filter(is_named).collect();
    let state = named.iter().copied().find(is_state)?.new.as_ref()?;
    let is_off = state.eq_ignore_ascii_case("disabled");
    if named.len() > 1 && !is_off {
        return None;
    }
    MethodConfiguration::from_json(&json!({"id": id, "state": state}), &event.origin)
}
