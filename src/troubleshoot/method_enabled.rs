//! Whether the method is not enabled for the user.

use super::answer::{Finding, NextKind, Verdict};
use super::case::Case;
use super::enabled::enabled;
use super::enablement::Enablement;
use super::guide::Step;
use super::input::Input;
use crate::model::Method;

pub(super) fn look(case: &Case<'_>, step: &'static Step) -> Finding {
    let Some(method) = case.method else { return without_method(case, step) };
    let enabled = enabled(case, method);
    let name = method.as_str();
    let (verdict, conclusion) = match enabled.is_enabled {
        Some(true) => (Verdict::RuledOut, format!("The method {name} is enabled for the user.")),
        Some(false) => {
            (Verdict::Confirmed, format!("The method {name} is not enabled for the user."))
        }
        None => (
            Verdict::CannotTell,
            format!("Whether the method {name} is enabled for the user cannot be told."),
        ),
    };
    let (kind, text) = match enabled.remedy {
        Some(remedy) => (NextKind::ChangeSetting, remedy),
        None => remedy(method, step),
    };
    let finding = filled(Finding::new(step, verdict, conclusion), enabled);
    if verdict == Verdict::Confirmed { finding.next(kind, text) } else { finding }
}

/// The finding with what is known of whether the method is enabled.
pub(super) fn filled(finding: Finding, enabled: Enablement) -> Finding {
    let mut finding = finding.with(enabled.evidence);
    finding.reasoning.extend(enabled.reasoning);
    if enabled.is_enabled.is_none() {
        finding.missing.extend(enabled.missing);
    }
    finding
}

/// What helps, by where the method is managed.
fn remedy(method: &Method, step: &'static Step) -> (NextKind, &'static str) {
    match method {
        Method::SecurityQuestions => (
            NextKind::Explain,
            "Have the user register another method: security questions leave password reset in March 2027, and are not for administrators.",
        ),
        Method::AppPassword => (
            NextKind::Explain,
            "Explain that app passwords are for users for whom per-user multifactor authentication is enforced.",
        ),
        Method::Password
        | Method::WindowsHello
        | Method::PlatformCredential
        | Method::TemporaryAccessPass
        | Method::Certificate
        | Method::QrCodePin => {
            (NextKind::Explain, "Explain that this method is not added on the page.")
        }
        _ => (NextKind::ChangeSetting, step.action),
    }
}

/// Without a method, all that can be told is what the policy enables.
fn without_method(case: &Case<'_>, step: &'static Step) -> Finding {
    let finding =
        Finding::new(step, Verdict::CannotTell, "Which method the user misses was not said.")
            .needs(Input::Method, "whether that method is enabled");
    let Some(policy) = case.policies.methods.iter().max_by_key(|policy| policy.last_modified)
    else {
        return finding;
    };
    let names = |is_enabled: bool| {
        let configurations = policy.configurations.iter();
        let wanted = configurations.filter(|one| one.is_enabled == Some(is_enabled));
        let names: Vec<&str> =
            wanted.map(|one| one.display_name.as_deref().unwrap_or(&one.id)).collect();
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    };
    finding
        .because(format!("Enablement in the policy: {}.", names(true)))
        .because(format!("Disabled in the policy: {}.", names(false)))
        .with([super::answer::Evidence::state(
            &policy.origin,
            policy.last_modified,
            "The Authentication methods policy.",
        )])
}
