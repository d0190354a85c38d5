//! Resets and changes of passwords.
//!
//! They are no registrations, but they show what registered methods are used for, and why a user
//! came to register. The Authentication Methods service logs their beginning, the service for
//! password reset the rest; success stands before failure, and what is neither comes last.

use super::super::condition::Condition::{self, All, Any, Is};
use super::super::family::Family;
use super::super::field::Field::{Activity, Reason, Service, Status};
use super::super::rule::Attestation::{ActivityReference, Inferred, MicrosoftDocument};
use super::super::rule::{Example, MethodSource, OutcomeSource, Rule};
use super::{AUTHENTICATION_METHODS, FAILED, SSPR, SUCCESS};
use crate::model::Outcome;

const RESET_STARTED: Condition = Is(Activity, "User started password reset");
const CHANGE_STARTED: Condition = Is(Activity, "User started password change");
const ADMIN_RESET_STARTED: Condition = Is(Activity, "Admin started password reset");
const ANY_STARTED: Condition =
    All(&[AUTHENTICATION_METHODS, Any(&[RESET_STARTED, CHANGE_STARTED, ADMIN_RESET_STARTED])]);

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "password.reset_started",
        family: Family::Password,
        when: All(&[AUTHENTICATION_METHODS, RESET_STARTED, SUCCESS]),
        outcome: OutcomeSource::Is(Outcome::Started),
        maintenance: false,
        methods: MethodSource::None,
        meaning: "The user began to reset the password",
        explanation: "\
            How it ended is another record, of the service for password reset. A start without an \
            end can mean that the user could not prove who it was: look at which methods the user \
            has registered for resets.",
        attested: &[ActivityReference],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "User started password reset"),
                (Status, "success"),
            ],
            outcome: Outcome::Started,
            methods: &[],
        },
    },
    Rule {
        id: "password.change_started",
        family: Family::Password,
        when: All(&[AUTHENTICATION_METHODS, CHANGE_STARTED, SUCCESS]),
        outcome: OutcomeSource::Is(Outcome::Started),
        maintenance: false,
        methods: MethodSource::None,
        meaning: "The user began to change the password",
        explanation: "\
            How the change ended is another record. No method is registered by it.",
        attested: &[ActivityReference],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "User started password change"),
                (Status, "success"),
            ],
            outcome: Outcome::Started,
            methods: &[],
        },
    },
    Rule {
        id: "password.admin_reset_started",
        family: Family::Password,
        when: All(&[AUTHENTICATION_METHODS, ADMIN_RESET_STARTED, SUCCESS]),
        outcome: OutcomeSource::Is(Outcome::Started),
        maintenance: false,
        methods: MethodSource::None,
        meaning: "An administrator began to reset the password of a user",
        explanation: "\
            The actor is the administrator, the target is the user. How it ended is another \
            record. The methods of the user stay registered: after a takeover they have to be \
            looked at as well.",
        attested: &[ActivityReference],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "Admin started password reset"),
                (Status, "success"),
            ],
            outcome: Outcome::Started,
            methods: &[],
        },
    },
    Rule {
        id: "password.start_failed",
        family: Family::Password,
        when: All(&[ANY_STARTED, FAILED]),
        outcome: OutcomeSource::Is(Outcome::Failure),
        maintenance: false,
        methods: MethodSource::None,
        meaning: "A reset or a change of a password could not even begin",
        explanation: "\
            The activity says which of the two, and whether an administrator tried. The password \
            is as it was. Read the reason, and see whether another attempt worked soon after.",
        attested: &[Inferred],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "User started password reset"),
                (Status, "failure"),
                (Reason, "A system error has occurred."),
            ],
            outcome: Outcome::Failure,
            methods: &[],
        },
    },
    Rule {
        id: "password.start_unknown",
        family: Family::Password,
        when: ANY_STARTED,
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::None,
        meaning: "A reset or a change of a password was to begin, and the result is not known",
        explanation: "\
            The result is neither success, failure nor timeout, so nothing can be said about it. \
            Look for a completed reset or change by the same user soon after.",
        attested: &[Inferred],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "User started password change"),
            ],
            outcome: Outcome::Unknown,
            methods: &[],
        },
    },
    Rule {
        id: "password.reset_blocked",
        family: Family::Password,
        when: All(&[SSPR, Is(Activity, "Blocked from self-service password reset")]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::None,
        meaning: "Block that keeps the user from resetting the password",
        explanation: "\
            Too many attempts within a day may bar a user from further ones for some time. Several \
            such records for one user can be an attack on the reset itself: look at the addresses \
            they came from.",
        attested: &[ActivityReference, MicrosoftDocument],
        example: Example {
            facts: &[
                (Service, "Self-service Password Management"),
                (Activity, "Blocked from self-service password reset"),
                (Status, "success"),
            ],
            outcome: Outcome::Success,
            methods: &[],
        },
    },
    Rule {
        id: "password.changed",
        family: Family::Password,
        when: All(&[SSPR, Is(Activity, "Change password (self-service)")]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::None,
        meaning: "Change of the password by the user",
        explanation: "\
            The user gave the old password and set a new one. Registered methods are not touched \
            by it. A failure is often a new password that the rules refuse.",
        attested: &[ActivityReference, MicrosoftDocument],
        example: Example {
            facts: &[
                (Service, "Self-service Password Management"),
                (Activity, "Change password (self-service)"),
                (Status, "success"),
            ],
            outcome: Outcome::Success,
            methods: &[],
        },
    },
    Rule {
        id: "password.reset_by_admin",
        family: Family::Password,
        when: All(&[SSPR, Is(Activity, "Reset password (by admin)")]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::None,
        meaning: "Reset of the password by an administrator",
        explanation: "\
            The actor is the administrator, the target is the user. Registered methods are not \
            touched by it: after a takeover, review them too.",
        attested: &[ActivityReference, MicrosoftDocument],
        example: Example {
            facts: &[
                (Service, "Self-service Password Management"),
                (Activity, "Reset password (by admin)"),
                (Status, "success"),
            ],
            outcome: Outcome::Success,
            methods: &[],
        },
    },
    Rule {
        id: "password.reset",
        family: Family::Password,
        when: All(&[SSPR, Is(Activity, "Reset password (self-service)")]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::None,
        meaning: "Reset of the password by the user, with registered methods",
        explanation: "\
            The user proved who it was with methods registered for resets; the steps before it say \
            with which. A reset soon after a new method was registered deserves a look, above all \
            from an unfamiliar address. Failures may come from too few methods, from the rules for \
            passwords or from writing back to the on-premises directory.",
        attested: &[ActivityReference, MicrosoftDocument],
        example: Example {
            facts: &[
                (Service, "Self-service Password Management"),
                (Activity, "Reset password (self-service)"),
                (Status, "success"),
                (Reason, "Successfully completed reset."),
            ],
            outcome: Outcome::Success,
            methods: &[],
        },
    },
    Rule {
        id: "password.flow_progress",
        family: Family::Password,
        when: All(&[SSPR, Is(Activity, "Self-service password reset flow activity progress")]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::None,
        meaning: "Step on the way to a reset of the password",
        explanation: "\
            One reset may leave several of these, so count resets by their end. The reason may \
            tell the step, such as the method that was tried. Read them in order to see where a \
            user got stuck.",
        attested: &[ActivityReference, MicrosoftDocument],
        example: Example {
            facts: &[
                (Service, "Self-service Password Management"),
                (Activity, "Self-service password reset flow activity progress"),
                (Status, "success"),
                (Reason, "User started the mobile SMS verification option"),
            ],
            outcome: Outcome::Success,
            methods: &[],
        },
    },
    Rule {
        id: "password.unlocked",
        family: Family::Password,
        when: All(&[SSPR, Is(Activity, "Unlock user account (self-service)")]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::None,
        meaning: "Unlocking of the account by the user, with registered methods",
        explanation: "\
            The account was locked, and the user opened it again without a new password, with \
            methods registered for resets. Who or what locked it is in the sign-in log or \
            on-premises.",
        attested: &[ActivityReference, MicrosoftDocument],
        example: Example {
            facts: &[
                (Service, "Self-service Password Management"),
                (Activity, "Unlock user account (self-service)"),
                (Status, "success"),
            ],
            outcome: Outcome::Success,
            methods: &[],
        },
    },
];
