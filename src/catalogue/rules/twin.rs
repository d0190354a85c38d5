//! The "Update user" record that a registration leaves beside it in the directory's own log.
//!
//! It is told by the names of the modified properties. The per-user requirement comes first,
//! because its property begins like those of methods; then what the service only keeps up to date;
//! what remains is a change of methods.

use super::super::condition::Condition::{self, All, Contains, Is};
use super::super::family::Family;
use super::super::field::Field::{
    Activity, ChangedProperties, Service, Status, StrongAuthenticationChange,
    StrongAuthenticationMethods,
};
use super::super::rule::Attestation::{Inferred, MicrosoftDocument, RealRecords, ThirdParty};
use super::super::rule::{Example, MethodSource, OutcomeSource, Rule};
use super::CORE_DIRECTORY;
use crate::model::{Method, Outcome};

const USER_UPDATED: Condition = All(&[CORE_DIRECTORY, Is(Activity, "Update user")]);

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "twin.requirement_changed",
        family: Family::Twin,
        when: All(&[
            USER_UPDATED,
            Contains(ChangedProperties, ";StrongAuthenticationRequirement;"),
        ]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::StrongAuthentication,
        meaning: "Change of the per-user requirement for multifactor authentication",
        explanation: "\
            The modified property is a list with the state as a number, before and after; an empty \
            list is taken for disabled. An administrator may have set it, or the service, which \
            turns enabled into enforced once a method is registered; the actor tells. Methods are \
            given if the same record changed them as well.",
        attested: &[MicrosoftDocument, RealRecords],
        example: Example {
            facts: &[
                (Service, "Core Directory"),
                (Activity, "Update user"),
                (Status, "success"),
                (
                    ChangedProperties,
                    ";StrongAuthenticationRequirement;Included Updated Properties;TargetId.UserType;",
                ),
                (StrongAuthenticationChange, "methods"),
            ],
            outcome: Outcome::Success,
            methods: &[],
        },
    },
    Rule {
        id: "twin.bookkeeping",
        family: Family::Twin,
        when: All(&[USER_UPDATED, Is(StrongAuthenticationChange, "bookkeeping")]),
        outcome: OutcomeSource::Status,
        maintenance: true,
        methods: MethodSource::None,
        meaning: "Update of what the service keeps about a registered method",
        explanation: "\
            Nothing changed but what the service keeps up to date by itself, which was seen when \
            an app was used. Of these parts only LastAuthenticatedTimestamp was seen to change; \
            versions and clock values are counted among them by inference. Nobody registered or \
            deleted anything. Leave it out of counts; it shows at most that the app was in use at \
            that time.",
        attested: &[RealRecords, Inferred],
        example: Example {
            facts: &[
                (Service, "Core Directory"),
                (Activity, "Update user"),
                (Status, "success"),
                (
                    ChangedProperties,
                    ";StrongAuthenticationPhoneAppDetail;Included Updated Properties;TargetId.UserType;",
                ),
                (StrongAuthenticationChange, "bookkeeping"),
            ],
            outcome: Outcome::Success,
            methods: &[],
        },
    },
    Rule {
        id: "twin.methods_changed",
        family: Family::Twin,
        when: All(&[USER_UPDATED, Contains(ChangedProperties, ";StrongAuthentication")]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::StrongAuthentication,
        meaning: "Change of the methods of a user, as the directory records it",
        explanation: "\
            It is the other half of a registration, change or deletion, close to it in time, so do \
            not count both; the two need not share a correlation id. The methods given are those \
            gained, or those lost if none was gained. Standing alone, it shows a change made by \
            other means than combined registration, such as a script.",
        attested: &[MicrosoftDocument, RealRecords, ThirdParty],
        example: Example {
            facts: &[
                (Service, "Core Directory"),
                (Activity, "Update user"),
                (Status, "success"),
                (
                    ChangedProperties,
                    ";StrongAuthenticationMethod;Included Updated Properties;TargetId.UserType;",
                ),
                (StrongAuthenticationChange, "methods"),
                (StrongAuthenticationMethods, "oath_unspecified;phone_mobile_sms"),
            ],
            outcome: Outcome::Success,
            methods: &[Method::OathUnspecified, Method::PhoneMobileSms],
        },
    },
];
