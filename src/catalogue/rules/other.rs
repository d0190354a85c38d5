//! What speaks of security info, but has no name in the catalogue.
//!
//! Tried last, so that a new activity is an event nonetheless: it is read as far as its result and
//! its reason go, and reports show it apart. The service comes first, because it is the surer sign.

use super::super::condition::Condition::{Any, Contains, Is};
use super::super::family::Family;
use super::super::field::Field::{Activity, Reason, Service, Status};
use super::super::rule::Attestation::Inferred;
use super::super::rule::{Example, MethodSource, OutcomeSource, Rule};
use crate::model::{Method, Outcome};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "other.authentication_methods",
        family: Family::Other,
        when: Is(Service, "Authentication Methods"),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::Reason,
        meaning: "Activity of the Authentication Methods service that the catalogue has no name for",
        explanation: "\
            Microsoft adds activities, and its reference may lag behind them. The outcome is the \
            result of the log, and methods are read from the reason as far as it names any. Look \
            at the activity and the modified properties, and report the activity so that it gets a \
            name.",
        attested: &[Inferred],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "User paused security info registration"),
                (Status, "success"),
                (Reason, "User paused security info registration"),
            ],
            outcome: Outcome::Success,
            methods: &[],
        },
    },
    Rule {
        id: "other.security_info",
        family: Family::Other,
        when: Any(&[Contains(Activity, "security info"), Contains(Activity, "Security info")]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::Reason,
        meaning: "Activity about security info, of another service or without a name here",
        explanation: "\
            The activity speaks of security info, but comes from a service that is not known to \
            log it, or under a new name. The outcome is the result of the log, and methods are \
            read from the reason as far as it names any. See whether a record of the \
            Authentication Methods service tells of the same.",
        attested: &[Inferred],
        example: Example {
            facts: &[
                (Service, "Azure MFA"),
                (Activity, "User deleted security info"),
                (Status, "success"),
                (Reason, "User deleted Mobile Phone SMS"),
            ],
            outcome: Outcome::Success,
            methods: &[Method::PhoneMobileSms],
        },
    },
];
