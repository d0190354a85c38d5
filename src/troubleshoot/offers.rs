//! Which methods should show to a user who is made to register, and why.
//!
//! Microsoft, *Combined security information registration*: which methods can be registered, and where.

use super::admin_role::roles;
use super::answer::{MethodOffer, Verdict};
use super::case::Case;
use super::enabled::enabled;
use super::enforcement::Asked;
use crate::attempt::Attempt;
use crate::model::{Capability, Method};

/// The methods that registration knows, the most secure first (the order is inferred from their kind).
const METHODS: [Method; 9] = [
    Method::PasskeyFido2,
    Method::AuthenticatorPush,
    Method::SoftwareOath,
    Method::HardwareOath,
    Method::PhoneMobileSms,
    Method::PhoneAlternate,
    Method::PhoneOffice,
    Method::Email,
    Method::SecurityQuestions,
];

/// Whether what interrupted the user asks for the method; `None` where that cannot be told.
pub(super) fn is_asked_for(method: &Method, asked: &Asked) -> Option<bool> {
    if never_in_interrupt(method).is_some() {
        return Some(false);
    }
    let for_mfa = asked_by(serves(method.mfa()), asked.for_mfa);
    let for_sspr = asked_by(serves(method.sspr()), asked.for_sspr);
    match (for_mfa, for_sspr) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}

/// What is not listed as a method of password reset is none.
fn serves(capability: Capability) -> bool {
    capability == Capability::Yes
}

/// Whether a purpose that a method serves, or does not, asks for it.
fn asked_by(serves: bool, purpose: Option<bool>) -> Option<bool> {
    if serves { purpose } else { Some(false) }
}

/// Why a method is never registered at sign-in.
fn never_in_interrupt(method: &Method) -> Option<&'static str> {
    match method {
        Method::PhoneAlternate | Method::AppPassword => {
            Some("it is added on the page of the security info alone")
        }
        Method::HardwareOath => Some(
            "an administrator registers it (documents disagree: one says users can, in preview)",
        ),
        Method::WindowsHello | Method::PlatformCredential => {
            Some("the device registers it when it is set up")
        }
        _ => None,
    }
}

/// Each method, and whether it should show.
pub(super) fn offers(case: &Case<'_>, asked: &Asked, attempt: &Attempt) -> Vec<MethodOffer> {
    let is_admin = roles(case).verdict == Verdict::Confirmed;
    let held = case.history.as_ref().map(|history| history.methods_held.as_slice());
    METHODS
        .into_iter()
        .map(|method| {
            // What was registered in this very attempt was shown.
            let is_held = held.is_some_and(|held| held.contains(&method))
                && !attempt.methods_obtained.contains(&method);
            let (is_offered, because) = offer(case, asked, &method, is_admin, is_held);
            MethodOffer { method, is_offered, because }
        })
        .collect()
}

fn offer(
    case: &Case<'_>,
    asked: &Asked,
    method: &Method,
    is_admin: bool,
    is_held: bool,
) -> (Option<bool>, String) {
    if let Some(reason) = never_in_interrupt(method) {
        return (Some(false), reason.to_owned());
    }
    if is_admin && *method == Method::SecurityQuestions {
        return (Some(false), "administrators are not offered it".to_owned());
    }
    match is_asked_for(method, asked) {
        Some(false) => {
            return (Some(false), "what interrupted the user does not ask for it".to_owned());
        }
        None => return (None, "whether it is asked for cannot be told".to_owned()),
        Some(true) => {}
    }
    if is_held {
        return (Some(false), "the user holds it, and is asked for what is missing".to_owned());
    }
    let enabled = enabled(case, method);
    let because = enabled.reasoning.join(" ");
    match enabled.is_enabled {
        Some(true) if *method == Method::PhoneOffice => (
            None,
            "it shows only if the user has a business phone, which no export given tells"
                .to_owned(),
        ),
        Some(is_enabled) => (Some(is_enabled), because),
        None => (None, because),
    }
}
