//! The settings of self-service password reset, as the log last saw them.
//!
//! Graph does not give them. Each change is a record with one modified property for each setting, in full
//! since January 2025 (Microsoft, *What's new in Microsoft Entra*); the names of the settings and their values
//! are known from third parties.

use super::admin_role::roles;
use super::answer::{Evidence, Verdict};
use super::case::{Case, Known};
use super::evidence::evidence_of;
use super::statement::{Statement, Told, newest, surely_as_of};
use crate::catalogue::Attestation;
use crate::model::{Method, PropertyValue};

/// Whether users can reset their passwords: `None`, `Selected` or `All`.
const ENABLED: &str = "EnablementForUsers";
/// Which methods count.
const METHODS: &str = "SelectedContactMethodsForUsers";
/// How many are needed.
const GATES: &str = "NumberOfRequiredContactMethodsForUsers";
/// Whether users have to register when they sign in.
const REQUIRED: &str = "EnforcedRegistrationEnablementForUsers";

/// A setting, and the record that last set it.
pub(super) struct Setting<'case, 'a, T> {
    pub(super) value: T,
    known: &'case Known<'a>,
}

impl<T> Setting<'_, '_, T> {
    /// The record.
    pub(super) fn evidence(&self) -> Evidence {
        evidence_of(self.known).attested(Attestation::ThirdParty)
    }
}

/// For whom password reset is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    Nobody,
    Selected,
    Everybody,
}

/// For whom password reset was last switched on.
pub(super) fn scope<'case, 'a>(case: &'case Case<'a>) -> Option<Setting<'case, 'a, Scope>> {
    last(case, ENABLED, |text| match text.to_ascii_lowercase().as_str() {
        "none" => Some(Scope::Nobody),
        "selected" => Some(Scope::Selected),
        "all" => Some(Scope::Everybody),
        _ => None,
    })
}

/// Whether password reset is enabled for the user: as exports say, or because it is on for all or for nobody.
pub(super) fn enabled(case: &Case<'_>) -> Told<bool> {
    let exported = case.state.sspr_enabled.iter().map(|stated| {
        let evidence = Evidence::state(&stated.origin, stated.as_of, says(stated.value));
        Statement::new(stated.value, surely_as_of(stated.as_of), [evidence])
    });
    // Administrators follow a policy of their own.
    let is_admin = roles(case).verdict == Verdict::Confirmed;
    let logged = scope(case).filter(|_| !is_admin).and_then(|scope| {
        let is_on = match scope.value {
            Scope::Everybody => true,
            Scope::Nobody => false,
            Scope::Selected => return None,
        };
        Some(Statement::new(is_on, Some(scope.known.0.time), [scope.evidence()]))
    });
    match newest(exported.chain(logged), |one, other| one == other) {
        // Something else may hold since.
        Told::Holds { statement, .. }
            if statement.time.is_some_and(|time| !case.is_followed_since(time)) =>
        {
            Told::Nothing
        }
        told => told,
    }
}

/// That, in words.
pub(super) fn says(is_enabled: bool) -> &'static str {
    if is_enabled {
        "Password reset is enabled for the user."
    } else {
        "Password reset is not enabled for the user."
    }
}

/// Whether users have to register when they sign in.
pub(super) fn is_required<'case, 'a>(case: &'case Case<'a>) -> Option<Setting<'case, 'a, bool>> {
    last(case, REQUIRED, |text| match text.to_ascii_lowercase().as_str() {
        "yes" | "true" => Some(true),
        "no" | "false" => Some(false),
        _ => None,
    })
}

/// How many methods a reset takes.
pub(super) fn gates<'case, 'a>(case: &'case Case<'a>) -> Option<Setting<'case, 'a, u32>> {
    last(case, GATES, |text| text.parse().ok())
}

/// The methods that count.
pub(super) fn methods<'case, 'a>(case: &'case Case<'a>) -> Option<Setting<'case, 'a, Vec<Method>>> {
    last(case, METHODS, |text| {
        let is_border = |letter: char| !letter.is_ascii_alphanumeric();
        let names = text.split(is_border).filter(|name| !name.is_empty());
        Some(names.filter_map(contact_method).collect())
    })
}

/// Contact methods, as the settings name them.
fn contact_method(name: &str) -> Option<Method> {
    Some(match name {
        "Email" | "AlternateEmail" => Method::Email,
        "MobileSMS" => Method::PhoneMobileSms,
        "MobileCall" => Method::PhoneMobileCall,
        "OfficeCall" => Method::PhoneOffice,
        "SecurityQuestions" => Method::SecurityQuestions,
        "MobileAppNotification" => Method::AuthenticatorPush,
        "MobileAppCode" => Method::SoftwareOath,
        _ => return None,
    })
}

/// The last value of a setting that can be read.
fn last<'case, 'a, T>(
    case: &'case Case<'a>,
    name: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Option<Setting<'case, 'a, T>> {
    let changes = case.policy_changes(&["policy.sspr_settings"]);
    let values = changes.filter_map(|known| {
        let change = known.0.changes().find(|change| change.name.eq_ignore_ascii_case(name))?;
        let value = read(&text_of(change.new.as_ref()?))?;
        Some(Setting { value, known })
    });
    values.last()
}

/// The text of a value, which may stand in quotes or in a list.
fn text_of(value: &PropertyValue) -> String {
    match value.json() {
        Some(serde_json::Value::String(text)) => text.clone(),
        Some(json @ serde_json::Value::Array(_)) => json.to_string(),
        _ => value.text.trim_matches('"').to_owned(),
    }
}
