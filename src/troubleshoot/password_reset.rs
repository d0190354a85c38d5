//! Methods that self-service password reset enables, which no export holds.

use super::admin_role::roles;
use super::administrator_switch;
use super::answer::Verdict;
use super::case::Case;
use super::enablement::Enablement;
use super::input::Input;
use super::sspr::{self, Scope};
use super::statement::Told;
use crate::model::Method;

/// Security questions stay in the policy of password reset, which is in no export.
pub(super) fn security_questions(case: &Case<'_>) -> Enablement {
    let roles = roles(case);
    if roles.verdict == Verdict::Confirmed {
        return Enablement::new(Some(false), "Administrators are not offered security questions.")
            .with(roles.into_evidence());
    }
    let of_sspr = by_contact_methods(case, &Method::SecurityQuestions);
    if of_sspr.as_ref().is_some_and(|found| found.is_enabled == Some(true)) {
        return for_password_reset(case, of_sspr.unwrap_or_default());
    }
    of_sspr.unwrap_or_else(|| {
        Enablement::new(None, "Security questions are set in the policy of password reset, of which the log holds no change.")
            .needs(Input::SsprSettings, "whether security questions are among the methods of password reset")
    })
}

/// What the settings of password reset say of a method.
pub(super) fn by_contact_methods(case: &Case<'_>, method: &Method) -> Option<Enablement> {
    if let Some(scope) = sspr::scope(case).filter(|scope| scope.value == Scope::Nobody) {
        let reason = "Password reset is switched off for users.";
        return Some(Enablement::new(Some(false), reason).with([scope.evidence()]));
    }
    let methods = sspr::methods(case)?;
    let is_among = methods.value.contains(method);
    let reason = if is_among {
        "The method is among those of password reset."
    } else {
        "The method is not among those of password reset."
    };
    Some(Enablement::new(Some(is_among), reason).with([methods.evidence()]))
}

/// Some methods serve password reset alone. Administrators follow a policy of their own there.
pub(super) fn for_password_reset(case: &Case<'_>, enabled: Enablement) -> Enablement {
    if roles(case).verdict == Verdict::Confirmed {
        return for_administrators(case, enabled);
    }
    match sspr::enabled(case) {
        Told::Holds { statement, .. } if statement.value => enabled.with(statement.evidence),
        Told::Holds { statement, .. } => Enablement::new(
            Some(false),
            "The method serves password reset alone, which is not enabled for the user.",
        )
        .remedied_by("Enable password reset for the user, or have them register a method of multifactor authentication.")
        .with(enabled.evidence)
        .with(statement.evidence),
        Told::Contradiction(evidence) => Enablement::new(
            None,
            "The method serves password reset alone, and what was given contradicts itself on whether that is enabled for the user.",
        )
        .with(enabled.evidence)
        .with(evidence)
        .needs(Input::RegistrationDetails, "whether password reset is enabled for the user"),
        Told::Nothing => match sspr::scope(case) {
            Some(scope) if scope.value == Scope::Selected => {
                Enablement::new(None, "The method serves password reset alone, which is on for a group; whether the user is in it is not known.")
                    .with(enabled.evidence)
                    .with([scope.evidence()])
                    .needs(Input::RegistrationDetails, "whether password reset is enabled for the user")
            }
            _ => {
                Enablement::new(None, "The method serves password reset alone, and whether that is enabled for the user is not known.")
                    .with(enabled.evidence)
                    .needs(Input::RegistrationDetails, "whether password reset is enabled for the user")
            }
        },
    }
}

/// What serves password reset alone, for an administrator.
pub(super) fn for_administrators(case: &Case<'_>, enabled: Enablement) -> Enablement {
    match administrator_switch::told(case) {
        Told::Holds { statement, .. } if !statement.value => Enablement::new(
            Some(false),
            "The method serves password reset alone, which is switched off for administrators.",
        )
        .remedied_by("Switch password reset on for administrators (allowedToUseSSPR), or have the user register a method of multifactor authentication.")
        .with(enabled.evidence)
        .with(statement.evidence),
        Told::Contradiction(evidence) => Enablement::new(
            None,
            "The method serves password reset alone, and what was given contradicts itself on whether that is on for administrators.",
        )
        .with(enabled.evidence)
        .with(evidence)
        .needs(Input::AuthorizationPolicy, "whether password reset is on for administrators"),
        Told::Holds { .. } => enabled,
        Told::Nothing => enabled.because("Password reset is on for administrators unless it was switched off (documents disagree on the default; the newest says so)."),
    }
}
