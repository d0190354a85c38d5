//! Who may be rolled back: the rule of the source document, and nothing else.

use serde::Serialize;

use super::reason::Reason;
use super::resource::Resource;
use super::standing::{RegisteredMethod, Standing};

/// Whether a user is eligible for rollback, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Eligibility {
    /// `None` where it is not known; who is not known to be eligible is left alone.
    pub eligible: Option<bool>,
    /// What decided: `has_strong_methods`, `no_strong_methods`, `methods_unknown`, `requirement`,
    /// `no_requirement`, `requirement_unknown`, `contradiction`.
    pub reasons: Vec<Reason>,
}

/// Decides by the rule of the source document: eligible is who has at least one strong authentication method, and no
/// `StrongAuthenticationRequirements` entry with the relying party `*`.
///
/// Today Graph's `perUserMfaState` (beta) stands for the entry: `disabled` is none. One of the two halves can be enough
/// to tell that somebody is not eligible; that somebody is takes both.
pub fn eligibility(standing: &Standing) -> Eligibility {
    let has_methods = standing.has_strong_methods();
    let eligible = match (has_methods, standing.is_required) {
        (Some(false), _) | (_, Some(true)) => Some(false),
        (Some(true), Some(false)) => Some(true),
        (None, _) | (_, None) => None,
    };
    let contradiction = |what: &&str| {
        Reason::new(
            "contradiction",
            format!("The exports of state contradict each other about {what}; export again."),
        )
    };
    let mut reasons = vec![of_methods(standing), of_requirement(standing.is_required)];
    reasons.extend(standing.contradictions.iter().map(contradiction));
    Eligibility { eligible, reasons }
}

fn of_methods(standing: &Standing) -> Reason {
    let Some(methods) = &standing.methods else {
        return Reason::new(
            "methods_unknown",
            "No export tells which methods are registered: give authentication/methods.",
        );
    };
    let (strong, others): (Vec<_>, Vec<_>) = methods.iter().partition(|method| method.is_strong());
    if strong.is_empty() {
        let text = match names(&others) {
            None => "No method is registered.".to_owned(),
            Some(names) => format!("No strong authentication method is registered, only {names}."),
        };
        return match standing.has_strong_methods() {
            Some(true) => {
                Reason::new("has_strong_methods", format!("{text} All of this list are strong."))
            }
            Some(false) => Reason::new("no_strong_methods", text),
            None => {
                Reason::new("methods_unknown", format!("{text} What that is, is not known here."))
            }
        };
    }
    let names = names(&strong).unwrap_or_default();
    Reason::new("has_strong_methods", format!("Strong authentication methods registered: {names}."))
}

fn of_requirement(is_required: Option<bool>) -> Reason {
    match is_required {
        Some(true) => Reason::new(
            "requirement",
            "Per-user multifactor authentication is on (relying party *), so the methods are needed.",
        ),
        Some(false) => Reason::new(
            "no_requirement",
            "Per-user multifactor authentication is off (no relying party *).",
        ),
        None => Reason::new(
            "requirement_unknown",
            "No export tells whether per-user multifactor authentication is on: give authentication/requirements.",
        ),
    }
}

fn names(methods: &[&RegisteredMethod]) -> Option<String> {
    // Of a phone, exports differ in whether they tell calls from texts: it is one method.
    let name = |method: &&RegisteredMethod| match Resource::of(&method.method) {
        Some(resource) => resource.as_str().to_owned(),
        None => method.method.as_str().to_owned(),
    };
    let mut names: Vec<String> = methods.iter().map(name).collect();
    names.dedup();
    (!names.is_empty()).then(|| names.join(", "))
}
