//! Which changes of policy bear on what users are offered, and how long each takes to reach them.

use serde_json::Value;

use super::case::{Case, Known};
use super::guide::Wait;
use super::settings::{SettingChange, changes_of};
use crate::model::{Event, Method};
use crate::state::MethodConfiguration;

/// Changes that bear on what users are offered, by the rule that names them.
struct Influence {
    rule: &'static str,
    wait: Wait,
    /// Whether a change of this kind bears on it, as most of them may be about something else.
    bears: fn(&Event) -> bool,
}

/// Every kind of change that is looked for.
const INFLUENCES: [Influence; 10] = [
    Influence {
        rule: "policy.authentication_methods_update",
        wait: Wait::UNDOCUMENTED,
        bears: bears_on_registration,
    },
    always("policy.authentication_methods_reset", Wait::UNDOCUMENTED),
    always("policy.mfa_service", Wait::ADVICE),
    Influence { rule: "policy.sspr_settings", wait: Wait::ADVICE, bears: bears_on_registration },
    Influence {
        rule: "policy.authorization_policy",
        wait: Wait::ADMINISTRATOR_SWITCH,
        bears: switches_administrators,
    },
    always("policy.registration_policy", Wait::UNDOCUMENTED),
    Influence {
        rule: "policy.conditional_access",
        wait: Wait::UNDOCUMENTED,
        bears: asks_for_registration,
    },
    always("policy.security_defaults", Wait::UNDOCUMENTED),
    always("policy.per_user_state", Wait::UNDOCUMENTED),
    always("policy.strong_authentication_switched", Wait::UNDOCUMENTED),
];

const fn always(rule: &'static str, wait: Wait) -> Influence {
    Influence { rule, wait, bears: |_| true }
}

/// Parts of settings that decide on nothing of what users are offered.
const BESIDE: [&str; 6] = [
    "notif",
    "customiz",
    "helpdesk",
    "writeback",
    "reportsuspiciousactivity",
    "systemcredentialpreferences",
];

/// Whether a change may bear on what users are offered: unless every setting of it is known not to.
pub(super) fn bears_on_registration(event: &Event) -> bool {
    let is_beside = |change: &SettingChange| {
        let setting = change.setting.to_ascii_lowercase();
        BESIDE.iter().any(|part| setting.contains(part))
    };
    let changes = changes_of(event);
    changes.is_empty() || !changes.iter().all(is_beside)
}

/// Whether the switch of password reset for administrators is among the changes.
pub(super) fn switches_administrators(event: &Event) -> bool {
    event.changes().any(|change| change.name.to_ascii_lowercase().contains("allowedtousesspr"))
}

/// Whether a Conditional Access policy, before or after, demands multifactor authentication or is about
/// registering security info. One whose text is not there may be.
fn asks_for_registration(event: &Event) -> bool {
    let values = || event.changes().flat_map(|change| [&change.old, &change.new]).flatten();
    values().next().is_none()
        || values().any(|value| value.json().is_none_or(is_about_registration))
}

/// Whether a policy is enforced, and demands multifactor authentication or is for whoever registers security
/// info.
fn is_about_registration(policy: &Value) -> bool {
    let controls = &policy["grantControls"];
    let holds = |list: &Value, word: &str| {
        list.as_array().is_some_and(|list| {
            list.iter().any(|entry| entry.as_str().is_some_and(|entry| entry.contains(word)))
        })
    };
    let is_enforced = policy["state"].as_str().is_none_or(|state| state == "enabled");
    let asks = holds(&controls["builtInControls"], "mfa")
        || controls["authenticationStrength"].is_object()
        || holds(
            &policy["conditions"]["applications"]["includeUserActions"],
            "registersecurityinfo",
        );
    is_enforced && asks
}

/// How long a change takes, if it is one that bears on what users are offered.
pub(super) fn wait_of(case: &Case<'_>, (event, found): &Known<'_>) -> Option<Wait> {
    let influence = INFLUENCES.iter().find(|influence| influence.rule == found.rule)?;
    let bears = (influence.bears)(event) && !is_about_another(case, event);
    bears.then_some(influence.wait)
}

/// Whether every setting that was changed is one of other methods than the one missed.
pub(super) fn is_about_another(case: &Case<'_>, event: &Event) -> bool {
    let own = case.method.map(MethodConfiguration::of_method).unwrap_or_default();
    if own.is_empty() {
        return false;
    }
    let all = Method::KNOWN.iter().flat_map(MethodConfiguration::of_method);
    let all: Vec<&str> = all.copied().collect();
    let names = |change: &SettingChange, ids: &[&str]| {
        let mut parts = change.setting.split(['.', '/', ' ']);
        parts.any(|part| ids.iter().any(|id| id.eq_ignore_ascii_case(part)))
    };
    let is_of_another = |change: &SettingChange| names(change, &all) && !names(change, own);
    let changes = changes_of(event);
    !changes.is_empty() && changes.iter().all(is_of_another)
}
