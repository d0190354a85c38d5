//! The symptoms that users report, and the steps that explain them, as data.

use chrono::TimeDelta;
use serde::{Serialize, Serializer};

use super::input::Input;
use crate::attempt::Mode;
use crate::catalogue::Attestation;

/// What a user reports, and what to check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Symptom {
    /// The stable name.
    pub id: &'static str,
    /// Where users meet it: interrupted at sign-in, or on the page of their security info.
    pub mode: Mode,
    /// What the user says.
    pub complaint: &'static str,
    /// What to check, in this order.
    pub steps: &'static [Step],
}

/// One thing to check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Step {
    /// The stable name, `mode.what_is_checked`.
    pub id: &'static str,
    /// What to find out.
    pub question: &'static str,
    /// What is [confirmed or ruled out](super::Verdict): that this is behind the complaint.
    pub suspicion: &'static str,
    /// What can answer it, the best first.
    pub answered_by: &'static [Input],
    /// What to do if it is so.
    pub action: &'static str,
    /// How long to wait where that is part of it.
    pub wait: Option<Wait>,
    /// What has changed since the source document was written, and where documents disagree.
    pub current: &'static str,
    /// Where it comes from, the source document first.
    pub sources: &'static [Source],
    /// What looks into it.
    #[serde(skip)]
    pub(super) check: Check,
}

/// What looks into a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Check {
    AdminRole,
    Enforcement,
    PolicyChanged,
    MethodEnabled,
    PolicySaved,
    MaximumReached,
    WhatHappened,
}

/// How long a change takes to reach users.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Wait {
    /// At least, as far as documented; in seconds in JSON.
    #[serde(serialize_with = "seconds", rename = "least_seconds")]
    pub least: TimeDelta,
    /// At most; in seconds in JSON.
    #[serde(serialize_with = "seconds", rename = "most_seconds")]
    pub most: TimeDelta,
    /// Whether a document says so of this very change. Otherwise the general advice is taken.
    pub is_documented: bool,
}

impl Wait {
    /// One to two hours: the advice of the source document for methods that are switched on and not
    /// offered. For most policies nothing else is documented.
    pub const ADVICE: Self =
        Self { least: TimeDelta::hours(1), most: TimeDelta::hours(2), is_documented: true };
    /// The same advice, for changes of which no document says how long they take.
    pub const UNDOCUMENTED: Self = Self { is_documented: false, ..Self::ADVICE };
    /// Up to an hour: the switch of self-service password reset for administrators.
    pub const ADMINISTRATOR_SWITCH: Self =
        Self { least: TimeDelta::zero(), most: TimeDelta::minutes(60), is_documented: true };
}

fn seconds<S: Serializer>(time: &TimeDelta, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_i64(time.num_seconds())
}

/// A document, and how current what it says is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Source {
    /// Its title.
    pub document: &'static str,
    /// Of when the newest copy at hand is.
    pub as_of: &'static str,
    /// What kind of authority it is.
    pub attestation: Attestation,
}

const SOURCE_DOCUMENT: Source = Source {
    document: "Troubleshooting combined security information registration",
    as_of: "reworded since, with the same steps",
    attestation: Attestation::SourceDocument,
};
const COMBINED_REGISTRATION: Source = Source {
    document: "Combined security information registration for Microsoft Entra",
    as_of: "October 2024, and a newer copy without a date",
    attestation: Attestation::MicrosoftDocument,
};
const MANAGE_METHODS: Source = Source {
    document: "Manage authentication methods for Microsoft Entra ID",
    as_of: "after September 2025",
    attestation: Attestation::MicrosoftDocument,
};
const ADMINISTRATOR_POLICY: Source = Source {
    document: "Self-service password reset policies",
    as_of: "26 May 2026",
    attestation: Attestation::MicrosoftDocument,
};
const SSPR: Source = Source {
    document: "How it works: Microsoft Entra self-service password reset",
    as_of: "not dated",
    attestation: Attestation::MicrosoftDocument,
};
const APP_PASSWORDS: Source = Source {
    document: "Enforce multifactor authentication with legacy applications using app passwords",
    as_of: "not dated",
    attestation: Attestation::MicrosoftDocument,
};
const WHATS_NEW: Source = Source {
    document: "What's new in Microsoft Entra",
    as_of: "April 2026",
    attestation: Attestation::MicrosoftDocument,
};
const OUR_READING: Source = Source {
    document: "how the log reads",
    as_of: "this version",
    attestation: Attestation::Inferred,
};

/// Every symptom, in the order of the source document.
pub const SYMPTOMS: &[Symptom] = &[
    Symptom {
        id: "methods_not_shown",
        mode: Mode::Interrupt,
        complaint: "While I am made to register at sign-in, the methods I expected are not shown.",
        steps: &[
            Step {
                id: "interrupt.admin_role",
                question: "Does the user hold an administrator role?",
                suspicion: "The user holds an administrator role, so the administrator policy of password reset decides",
                answered_by: &[Input::RoleMembers, Input::RegistrationDetails, Input::AuditLog],
                action: "Explain the administrator policy: two methods, no security questions, no matter what is set for users.",
                wait: None,
                current: "The list grew from 27 roles to 78. Documents disagree on whether password reset is on for administrators by default: the policy page says it is, the page on how it works says it is not.",
                sources: &[SOURCE_DOCUMENT, ADMINISTRATOR_POLICY, SSPR],
                check: Check::AdminRole,
            },
            Step {
                id: "interrupt.enforcement",
                question: "Was the user interrupted for multifactor authentication or for password reset, and which methods follow from that?",
                suspicion: "What interrupted the user asks for other methods than the one expected",
                answered_by: &[
                    Input::AuditLog,
                    Input::RegistrationDetails,
                    Input::ConditionalAccessPolicies,
                    Input::PerUserState,
                    Input::SecurityDefaults,
                    Input::SsprSettings,
                ],
                action: "Require the registration that offers the method, or explain which methods the present one offers.",
                wait: None,
                current: "The flowchart of the source document is an image that is not at hand; the rules are those of its text. A registration campaign can interrupt as well since then, for Authenticator or a passkey alone.",
                sources: &[SOURCE_DOCUMENT, COMBINED_REGISTRATION],
                check: Check::Enforcement,
            },
            Step {
                id: "interrupt.policy_changed",
                question: "Was a policy for multifactor authentication or password reset changed shortly before?",
                suspicion: "A policy was changed so shortly before that users may still meet the old one",
                answered_by: &[Input::AuditLog, Input::MethodsPolicy],
                action: "Wait until the change has reached everybody, and test again.",
                wait: Some(Wait::ADVICE),
                current: "The source document says no more than that it may take some time; the one or two hours are its advice for manage mode. For the Authentication methods policy no time is documented. Since April 2026 its records hold what changed, and no longer the whole policy.",
                sources: &[SOURCE_DOCUMENT, ADMINISTRATOR_POLICY, WHATS_NEW],
                check: Check::PolicyChanged,
            },
            WHAT_HAPPENED_INTERRUPT,
        ],
    },
    Symptom {
        id: "method_not_offered",
        mode: Mode::Manage,
        complaint: "On the page of my security info, I have no option to add a particular method.",
        steps: &[
            Step {
                id: "manage.method_enabled",
                question: "Is the method enabled for the user, for multifactor authentication or for password reset?",
                suspicion: "The method is not enabled for the user",
                answered_by: &[
                    Input::MethodsPolicy,
                    Input::AuditLog,
                    Input::GroupMemberships,
                    Input::SsprSettings,
                    Input::PerUserState,
                ],
                action: "Enable the method for the user in the Authentication methods policy.",
                wait: None,
                current: "Since 30 September 2025 methods are managed in the Authentication methods policy alone, and no longer in the older policies of multifactor authentication and password reset; security questions stay in that of password reset until they leave it in March 2027. Microsoft's own text messages and calls end on 1 February 2027.",
                sources: &[SOURCE_DOCUMENT, MANAGE_METHODS, ADMINISTRATOR_POLICY],
                check: Check::MethodEnabled,
            },
            Step {
                id: "manage.policy_saved",
                question: "If the method is enabled: has the policy that enables it reached the user?",
                suspicion: "The policy that enables the method has not reached the user yet",
                answered_by: &[Input::MethodsPolicy, Input::AuditLog],
                action: "Save the policies again, wait one to two hours, and test again.",
                wait: Some(Wait::ADVICE),
                current: "The advice stands in the newest copy. A policy above 20 KB, which is one with too many groups, cannot be saved.",
                sources: &[SOURCE_DOCUMENT, MANAGE_METHODS],
                check: Check::PolicySaved,
            },
            Step {
                id: "manage.maximum_reached",
                question: "If the method is enabled: does the user hold as many of it as can be registered?",
                suspicion: "The user holds the greatest number of the method that can be registered",
                answered_by: &[
                    Input::AuthenticationMethods,
                    Input::RegistrationDetails,
                    Input::AuditLog,
                ],
                action: "Have the user, or an administrator, delete one that is no longer used.",
                wait: None,
                current: "The numbers are those of October 2024. In January 2024 no number was given for phones.",
                sources: &[SOURCE_DOCUMENT, COMBINED_REGISTRATION, APP_PASSWORDS],
                check: Check::MaximumReached,
            },
            WHAT_HAPPENED_MANAGE,
        ],
    },
];

const WHAT_HAPPENED_INTERRUPT: Step = Step {
    id: "interrupt.what_happened",
    question: "What did the user meet in the end?",
    suspicion: "Something else stopped the user: a failure, a cancel, a registration without an end, or an administrator",
    answered_by: &[Input::AuditLog],
    action: "Have the user try again, and look at the reason the log gives.",
    wait: None,
    current: "No step of the source document. It tells what the log has of the user, which may be another matter than what the user reports.",
    sources: &[OUR_READING],
    check: Check::WhatHappened,
};

const WHAT_HAPPENED_MANAGE: Step = Step { id: "manage.what_happened", ..WHAT_HAPPENED_INTERRUPT };

/// The symptom with this id.
///
/// ```
/// use regaudit::{Mode, troubleshoot::symptom};
/// assert_eq!(symptom("method_not_offered").unwrap().mode, Mode::Manage);
/// assert!(symptom("coffee_is_cold").is_none());
/// ```
pub fn symptom(id: &str) -> Option<&'static Symptom> {
    SYMPTOMS.iter().find(|symptom| symptom.id == id)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_are_unique_and_say_the_mode() {
        let mut ids = HashSet::new();
        for symptom in SYMPTOMS {
            assert!(ids.insert(symptom.id), "{} twice", symptom.id);
            for step in symptom.steps {
                assert!(ids.insert(step.id), "{} twice", step.id);
                assert_eq!(step.id.split('.').next(), Some(symptom.mode.as_str()), "{}", step.id);
            }
        }
    }

    #[test]
    fn texts_are_complete() {
        for step in SYMPTOMS.iter().flat_map(|symptom| symptom.steps) {
            let id = step.id;
            assert!(step.question.ends_with('?'), "{id}");
            assert!(!step.suspicion.ends_with('.'), "{id}");
            assert!(step.action.ends_with('.') && step.current.ends_with('.'), "{id}");
            assert!(!step.answered_by.is_empty() && !step.sources.is_empty(), "{id}");
        }
    }
}
