//! Roles of the directory, given and taken.
//!
//! Administrators follow a policy of their own under self-service password reset, so whether a user holds
//! a role decides which methods are offered. The directory logs every change; what Privileged Identity
//! Management logs beside it says why, and is not needed to know that.

use super::super::condition::Condition::{All, Is, OneOf};
use super::super::family::Family;
use super::super::field::Field::{Activity, Service, Status};
use super::super::rule::Attestation::{
    ActivityReference, MicrosoftDocument, RealRecords, ThirdParty,
};
use super::super::rule::{Example, MethodSource, OutcomeSource, Rule};
use super::CORE_DIRECTORY;
use crate::model::Outcome;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "role.given",
        family: Family::Role,
        when: All(&[
            CORE_DIRECTORY,
            OneOf(Activity, &["Add member to role", "Add scoped member to role"]),
        ]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::None,
        meaning: "Role of the directory given",
        explanation: "\
            The modified property Role.DisplayName names the role; the target is who got it. \
            Privileged Identity Management activates a role through the same record. Under \
            self-service password reset, most administrator roles follow a policy of their own, \
            with two methods required and without security questions.",
        attested: &[ActivityReference, MicrosoftDocument, RealRecords],
        example: Example {
            facts: &[
                (Service, "Core Directory"),
                (Activity, "Add member to role"),
                (Status, "success"),
            ],
            outcome: Outcome::Success,
            methods: &[],
        },
    },
    Rule {
        id: "role.taken",
        family: Family::Role,
        when: All(&[
            CORE_DIRECTORY,
            OneOf(Activity, &["Remove member from role", "Remove scoped member from role"]),
        ]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::None,
        meaning: "Role of the directory taken away",
        explanation: "\
            The old value of the modified property Role.DisplayName names the role. An activation \
            that ends leaves the same record, with Privileged Identity Management as the one who \
            acted. Another role may still be held, and one that comes through a group is not \
            logged here.",
        attested: &[ActivityReference, ThirdParty],
        example: Example {
            facts: &[
                (Service, "Core Directory"),
                (Activity, "Remove member from role"),
                (Status, "success"),
            ],
            outcome: Outcome::Success,
            methods: &[],
        },
    },
    Rule {
        id: "role.eligible_given",
        family: Family::Role,
        when: All(&[CORE_DIRECTORY, Is(Activity, "Add eligible member to role")]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::None,
        meaning: "Role of the directory made available for activation",
        explanation: "\
            Whoever is eligible does not hold the role until it is activated, which is logged on \
            its own. Look for that record before you count the user among the administrators.",
        attested: &[ActivityReference],
        example: Example {
            facts: &[
                (Service, "Core Directory"),
                (Activity, "Add eligible member to role"),
                (Status, "success"),
            ],
            outcome: Outcome::Success,
            methods: &[],
        },
    },
    Rule {
        id: "role.eligible_taken",
        family: Family::Role,
        when: All(&[CORE_DIRECTORY, Is(Activity, "Remove eligible member from role")]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::None,
        meaning: "Role of the directory no longer available for activation",
        explanation: "\
            The user can no longer activate the role. Whether it was active at that time is told \
            by the records of its activation, not by this one.",
        attested: &[ActivityReference],
        example: Example {
            facts: &[
                (Service, "Core Directory"),
                (Activity, "Remove eligible member from role"),
                (Status, "success"),
            ],
            outcome: Outcome::Success,
            methods: &[],
        },
    },
];
