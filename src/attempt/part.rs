//! The part that an event plays in a sitting and in what a user holds, by the rule that classified it.

use crate::model::Outcome;

/// The part of events of one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Part {
    /// Something is begun.
    Begin,
    /// The options of a passkey are asked for, in the midst of a registration.
    Options,
    /// All that was required.
    AllRequired,
    /// The methods are confirmed.
    Review,
    /// Ends what was begun and changes nothing.
    End,
    /// Changes what the user holds, if it succeeded.
    Change(Effect),
    /// A second record of a change.
    Second(Book, Effect),
    /// A statement of the directory beside something else.
    Statement,
}

/// What becomes of the methods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Effect {
    Register,
    Update,
    Delete,
    /// Phones, Authenticator apps and software tokens go.
    RequireRegistration,
    SetDefault,
    /// The methods tell what changed, and the directory's list, how.
    AsStated,
}

/// Who writes second records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Book {
    Directory,
    Credentials,
    OtherServices,
}

impl Part {
    /// The part that events of a rule play; `None` where they tell nothing of attempts and methods.
    pub(super) fn of(rule: &str) -> Option<Self> {
        Some(match rule {
            "registration.started" | "registration.start_failed" => Self::Begin,
            "registration.passkey_options" => Self::Options,
            "registration.completed"
            | "registration.cancelled"
            | "registration.cancelled_without_reason"
            | "registration.completion_failed" => Self::AllRequired,
            "registration.reviewed" | "registration.review_failed" => Self::Review,
            "registration.user_cancelled" | "registration.unknown_status" => Self::End,
            "registration.registered"
            | "registration.register_failed"
            | "registration.method_cancelled"
            | "registration.admin_registered"
            | "registration.admin_register_failed" => Self::Change(Effect::Register),
            "registration.updated"
            | "registration.update_failed"
            | "registration.admin_updated"
            | "registration.admin_update_failed" => Self::Change(Effect::Update),
            "registration.deleted"
            | "registration.delete_failed"
            | "registration.admin_deleted"
            | "registration.admin_delete_failed" => Self::Change(Effect::Delete),
            "registration.default_changed" | "registration.default_change_failed" => {
                Self::Change(Effect::SetDefault)
            }
            "registration.admin_required_registration" => Self::Change(Effect::RequireRegistration),
            "registration.azure_mfa_registered" | "registration.sspr_info_saved" => {
                Self::Second(Book::OtherServices, Effect::Register)
            }
            "credential.passkey_added"
            | "credential.windows_hello_added"
            | "credential.phone_sign_in_added"
            | "credential.platform_credential_added"
            | "credential.app_password_created" => {
                Self::Second(Book::Credentials, Effect::Register)
            }
            "credential.passkey_deleted"
            | "credential.windows_hello_deleted"
            | "credential.phone_sign_in_deleted"
            | "credential.platform_credential_deleted"
            | "credential.app_password_deleted" => Self::Second(Book::Credentials, Effect::Delete),
            "twin.methods_changed" => Self::Second(Book::Directory, Effect::AsStated),
            "twin.requirement_changed" => Self::Statement,
            _ => return None,
        })
    }

    /// What the event comes to for the sitting; a statement is no step.
    pub(super) fn step(self, outcome: Outcome) -> Option<Step> {
        Some(match (self, outcome) {
            (Self::Statement, _) => return None,
            (Self::Review, _) => Step::Review(outcome == Outcome::Success),
            (Self::Options, Outcome::Success) => Step::Options,
            (Self::AllRequired, Outcome::Success) => Step::AllRequired,
            (_, Outcome::Started) => Step::Begin,
            (_, Outcome::Success) => Step::Success,
            (_, Outcome::Failure) => Step::Failure,
            (_, Outcome::Cancelled) => Step::Cancelled,
            (_, Outcome::Unknown) => Step::Unknown,
        })
    }
}

/// A step of a sitting, in the order of steps at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Unknown,
    /// Whether it succeeded.
    Review(bool),
    Begin,
    Options,
    Failure,
    Success,
    Cancelled,
    AllRequired,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Family, rules};

    /// Rules of these families that tell nothing of attempts and methods.
    const APART: [&str; 8] = [
        "registration.maintenance",
        "registration.remembered_devices",
        "twin.bookkeeping",
        "credential.hardware_token",
        "credential.qr_code_pin",
        "credential.registration_callback",
        "credential.sign_in_preferences",
        "credential.software_token_proved",
    ];

    #[test]
    fn every_rule_has_a_part_or_stands_apart() {
        for rule in rules() {
            let is_ours =
                matches!(rule.family, Family::Registration | Family::Credential | Family::Twin);
            let has_part = is_ours && !APART.contains(&rule.id);
            assert_eq!(Part::of(rule.id).is_some(), has_part, "{}", rule.id);
        }
    }
}
