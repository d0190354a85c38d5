//! Registering, reviewing, changing and deleting security info.
//!
//! One activity stands for several happenings, so its rules go from the narrow to the wide: what
//! the reason singles out (maintenance, a cancel, a required new registration), then success, then
//! failure. The last rule takes the same activities with a result that none of these knows.

use super::super::condition::Condition::{self, All, Any, Contains, Is, OneOf};
use super::super::family::Family;
use super::super::field::Field::{
    Activity, ModifiedProperties, Operation, Reason, Service, Status,
};
use super::super::rule::Attestation::{
    ActivityReference, Inferred, MicrosoftDocument, RealRecords, SourceDocument, ThirdParty,
};
use super::super::rule::{Example, MethodSource, OutcomeSource, Rule};
use super::{AUTHENTICATION_METHODS, FAILED, SSPR, SUCCESS};
use crate::model::{Method, Outcome};

const REGISTERED_ALL: Condition =
    All(&[AUTHENTICATION_METHODS, Is(Activity, "User registered all required security info")]);
const REGISTERED: Condition =
    All(&[AUTHENTICATION_METHODS, Is(Activity, "User registered security info")]);
const REVIEWED: Condition =
    All(&[AUTHENTICATION_METHODS, Is(Activity, "User reviewed security info")]);
const DELETED: Condition =
    All(&[AUTHENTICATION_METHODS, Is(Activity, "User deleted security info")]);
const DEFAULT_CHANGED: Condition =
    All(&[AUTHENTICATION_METHODS, Is(Activity, "User changed default security info")]);
const UPDATED: Condition =
    All(&[AUTHENTICATION_METHODS, Is(Activity, "User updated security info")]);
const STARTED: Condition =
    All(&[AUTHENTICATION_METHODS, Is(Activity, "User started security info registration")]);
const ADMIN_REGISTERED: Condition =
    All(&[AUTHENTICATION_METHODS, Is(Activity, "Admin registered security info")]);
const ADMIN_UPDATED: Condition =
    All(&[AUTHENTICATION_METHODS, Is(Activity, "Admin updated security info")]);
const ADMIN_DELETED: Condition =
    All(&[AUTHENTICATION_METHODS, Is(Activity, "Admin deleted security info")]);

/// A reason that speaks of a cancel, in either spelling.
const SAYS_CANCELLED: Condition =
    Any(&[Contains(Reason, "canceled"), Contains(Reason, "cancelled")]);
/// No reason: missing, empty, or the word for it.
const NO_REASON: Condition = OneOf(Reason, &["", "none"]);
/// A reason that adds nothing to the activity, or none.
const REPEATS_ACTIVITY: Condition = OneOf(
    Reason,
    &["", "none", "user registered security info", "user registered security information"],
);

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "registration.maintenance",
        family: Family::Registration,
        when: All(&[
            Is(Service, "Authentication Methods"),
            Is(Activity, "User registered security info"),
            Is(Operation, "ServiceApi"),
            REPEATS_ACTIVITY,
            Is(ModifiedProperties, "absent"),
        ]),
        outcome: OutcomeSource::Status,
        maintenance: true,
        methods: MethodSource::None,
        meaning: "Renewal of a token by the service, logged as a registration",
        explanation: "\
            Nobody registered anything: since about June 2026 the service writes this when it \
            renews a token of what is already registered. Only the operation ServiceApi, a reason \
            that is empty or repeats the activity, and the absence of modified properties together \
            tell it from a registration through an interface, whose reason names a method. Leave \
            it out of counts and alerts.",
        attested: &[ThirdParty],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "User registered security info"),
                (Status, "success"),
                (Reason, "User registered security info"),
                (Operation, "ServiceApi"),
                (ModifiedProperties, "absent"),
            ],
            outcome: Outcome::Success,
            methods: &[],
        },
    },
    Rule {
        id: "registration.completed",
        family: Family::Registration,
        when: All(&[REGISTERED_ALL, SUCCESS]),
        outcome: OutcomeSource::Is(Outcome::Success),
        maintenance: false,
        methods: MethodSource::None,
        meaning: "The user has registered everything that was asked for",
        explanation: "\
            The user went through the registration to its end. The record names no method: those, \
            if any, are in the registrations of single methods by the same user shortly before. It \
            does not say that every registered method is allowed for sign-in.",
        attested: &[SourceDocument, ActivityReference, ThirdParty],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "User registered all required security info"),
                (Status, "success"),
                (Reason, "User registered all required security info."),
            ],
            outcome: Outcome::Success,
            methods: &[],
        },
    },
    Rule {
        id: "registration.cancelled",
        family: Family::Registration,
        when: All(&[REGISTERED_ALL, Is(Status, "failure"), SAYS_CANCELLED]),
        outcome: OutcomeSource::Is(Outcome::Cancelled),
        maintenance: false,
        methods: MethodSource::None,
        meaning: "The user broke off a registration that was asked for at sign-in",
        explanation: "\
            The log calls this a failure, but nothing broke: the user left a registration that \
            sign-in had asked for. Methods registered before that have records of their own. If \
            many users leave, compare the methods they are offered with those they can use where \
            they are.",
        attested: &[SourceDocument],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "User registered all required security info"),
                (Status, "failure"),
                (Reason, "User canceled security info registration"),
            ],
            outcome: Outcome::Cancelled,
            methods: &[],
        },
    },
    Rule {
        id: "registration.cancelled_without_reason",
        family: Family::Registration,
        when: All(&[REGISTERED_ALL, Is(Status, "failure"), NO_REASON]),
        outcome: OutcomeSource::Is(Outcome::Cancelled),
        maintenance: false,
        methods: MethodSource::None,
        meaning: "The registration ended as a failure without a reason, most likely broken off",
        explanation: "\
            A cancel is the only documented failure of this activity, so a failure without a \
            reason is read as one. That is an inference, which is why it has a rule of its own. \
            Look at the other records of the user at that time before you rely on it.",
        attested: &[Inferred],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "User registered all required security info"),
                (Status, "failure"),
            ],
            outcome: Outcome::Cancelled,
            methods: &[],
        },
    },
    Rule {
        id: "registration.completion_failed",
        family: Family::Registration,
        when: All(&[REGISTERED_ALL, FAILED]),
        outcome: OutcomeSource::Is(Outcome::Failure),
        maintenance: false,
        methods: MethodSource::None,
        meaning: "The user could not complete the registration",
        explanation: "\
            It timed out, or failed with a reason that does not speak of a cancel. No document \
            lists such reasons: read the text, then the failures of single methods by the same \
            user shortly before. If several users are hit within the hour, check the health of the \
            service before the policies.",
        attested: &[Inferred],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "User registered all required security info"),
                (Status, "failure"),
                (Reason, "A system error has occurred."),
            ],
            outcome: Outcome::Failure,
            methods: &[],
        },
    },
    Rule {
        id: "registration.registered",
        family: Family::Registration,
        when: All(&[REGISTERED, SUCCESS]),
        outcome: OutcomeSource::Is(Outcome::Success),
        maintenance: false,
        methods: MethodSource::Reason,
        meaning: "The user registered a method, or two in one step",
        explanation: "\
            The reason names the method, in words that differ from those of the portal; it names \
            two where one registration set up both, such as notification and code. It does not say \
            that the user has now registered enough, nor that policy allows the method. A method \
            that the user does not know of, or an address that does not fit, is worth a call.",
        attested: &[SourceDocument, ActivityReference, RealRecords, ThirdParty],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "User registered security info"),
                (Status, "success"),
                (Reason, "User registered Authenticator App with Notification and Code"),
            ],
            outcome: Outcome::Success,
            methods: &[Method::AuthenticatorPush, Method::SoftwareOath],
        },
    },
    Rule {
        id: "registration.method_cancelled",
        family: Family::Registration,
        when: All(&[REGISTERED, Is(Status, "failure"), SAYS_CANCELLED]),
        outcome: OutcomeSource::Is(Outcome::Cancelled),
        maintenance: false,
        methods: MethodSource::Reason,
        meaning: "The user broke off while registering a method",
        explanation: "\
            It is logged as a failure whose reason speaks of a cancel. Only the registration as a \
            whole is documented to end like this, so the reading is an inference. See whether the \
            user registered another method soon after.",
        attested: &[Inferred],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "User registered security info"),
                (Status, "failure"),
                (Reason, "User canceled security info registration"),
            ],
            outcome: Outcome::Cancelled,
            methods: &[],
        },
    },
    Rule {
        id: "registration.register_failed",
        family: Family::Registration,
        when: All(&[REGISTERED, FAILED]),
        outcome: OutcomeSource::Is(Outcome::Failure),
        maintenance: false,
        methods: MethodSource::Reason,
        meaning: "The user tried to register a method and it did not work",
        explanation: "\
            The reasons published so far name the method and not the cause. Look for a later \
            success with the same method: one failure alone may be a mistyped code. If one method \
            fails for many users, look at its policy, at its delivery and at the health of the \
            service.",
        attested: &[ThirdParty],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "User registered security info"),
                (Status, "failure"),
                (Reason, "User failed to register Authenticator App with Code"),
            ],
            outcome: Outcome::Failure,
            methods: &[Method::SoftwareOath],
        },
    },
    Rule {
        id: "registration.reviewed",
        family: Family::Registration,
        when: All(&[REVIEWED, SUCCESS]),
        outcome: OutcomeSource::Is(Outcome::Success),
        maintenance: false,
        methods: MethodSource::None,
        meaning: "The user confirmed the registered methods when asked to review them",
        explanation: "\
            The user was shown the registered methods and agreed to them. Nothing changed, and the \
            record does not list them. How often users are asked again is a setting of \
            self-service password reset.",
        attested: &[SourceDocument, ActivityReference],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "User reviewed security info"),
                (Status, "success"),
                (Reason, "User successfully reviewed security info"),
            ],
            outcome: Outcome::Success,
            methods: &[],
        },
    },
    Rule {
        id: "registration.review_failed",
        family: Family::Registration,
        when: All(&[REVIEWED, FAILED]),
        outcome: OutcomeSource::Is(Outcome::Failure),
        maintenance: false,
        methods: MethodSource::None,
        meaning: "The user confirmed the registered methods, but the service could not take it",
        explanation: "\
            The user agreed to the methods and something went wrong behind the page. Nothing \
            suggests that a method was changed; the user may be asked again at a later sign-in. If \
            it goes on, give the time and the correlation id to support.",
        attested: &[SourceDocument],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "User reviewed security info"),
                (Status, "failure"),
                (Reason, "User failed to review security info"),
            ],
            outcome: Outcome::Failure,
            methods: &[],
        },
    },
    Rule {
        id: "registration.deleted",
        family: Family::Registration,
        when: All(&[DELETED, SUCCESS]),
        outcome: OutcomeSource::Is(Outcome::Success),
        maintenance: false,
        methods: MethodSource::Reason,
        meaning: "The user deleted one method",
        explanation: "\
            The reason names what is gone. A user left with too few methods may be asked to \
            register again at a later sign-in. A deletion close to a registration from an \
            unfamiliar address can be somebody taking over the account.",
        attested: &[SourceDocument, ActivityReference, ThirdParty],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "User deleted security info"),
                (Status, "success"),
                (Reason, "User deleted Mobile Phone Call and SMS"),
            ],
            outcome: Outcome::Success,
            methods: &[Method::PhoneMobileCall, Method::PhoneMobileSms],
        },
    },
    Rule {
        id: "registration.delete_failed",
        family: Family::Registration,
        when: All(&[DELETED, FAILED]),
        outcome: OutcomeSource::Is(Outcome::Failure),
        maintenance: false,
        methods: MethodSource::Reason,
        meaning: "The user tried to delete a method and it did not work",
        explanation: "\
            The method is still registered. Microsoft Graph refuses to delete the phone a user has \
            as default until another default is chosen, and users may meet the same. The \
            documented reason names the method and no cause.",
        attested: &[SourceDocument, MicrosoftDocument],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "User deleted security info"),
                (Status, "failure"),
                (Reason, "User failed to delete Authenticator App with Notification and Code"),
            ],
            outcome: Outcome::Failure,
            methods: &[Method::AuthenticatorPush, Method::SoftwareOath],
        },
    },
    Rule {
        id: "registration.default_changed",
        family: Family::Registration,
        when: All(&[DEFAULT_CHANGED, SUCCESS]),
        outcome: OutcomeSource::Is(Outcome::Success),
        maintenance: false,
        methods: MethodSource::Reason,
        meaning: "The user chose another default method",
        explanation: "\
            The reason names the new default, sometimes with a phone number. The earlier default \
            stays registered.",
        attested: &[SourceDocument, ActivityReference],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "User changed default security info"),
                (Status, "success"),
                (Reason, "User changed the default security info for Text a code to +1 2025550143"),
            ],
            outcome: Outcome::Success,
            methods: &[Method::PhoneMobileSms],
        },
    },
    Rule {
        id: "registration.default_change_failed",
        family: Family::Registration,
        when: All(&[DEFAULT_CHANGED, FAILED]),
        outcome: OutcomeSource::Is(Outcome::Failure),
        maintenance: false,
        methods: MethodSource::Reason,
        meaning: "The user tried to choose another default method and it did not work",
        explanation: "\
            The earlier default still holds. Check that the method is registered and that the \
            Authentication methods policy allows it, then let the user try again.",
        attested: &[SourceDocument],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "User changed default security info"),
                (Status, "failure"),
                (
                    Reason,
                    "User failed to change the default security info for Authenticator app notification",
                ),
            ],
            outcome: Outcome::Failure,
            methods: &[Method::AuthenticatorPush],
        },
    },
    Rule {
        id: "registration.updated",
        family: Family::Registration,
        when: All(&[UPDATED, SUCCESS]),
        outcome: OutcomeSource::Is(Outcome::Success),
        maintenance: false,
        methods: MethodSource::Reason,
        meaning: "The user changed a registered method",
        explanation: "\
            Phones and email can be changed in place; most other methods are deleted and \
            registered anew. What such a reason says has not been published. When you look for \
            takeovers, treat a changed number like a new one.",
        attested: &[ActivityReference, MicrosoftDocument],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "User updated security info"),
                (Status, "success"),
                (Reason, "User updated Office phone"),
            ],
            outcome: Outcome::Success,
            methods: &[Method::PhoneOffice],
        },
    },
    Rule {
        id: "registration.update_failed",
        family: Family::Registration,
        when: All(&[UPDATED, FAILED]),
        outcome: OutcomeSource::Is(Outcome::Failure),
        maintenance: false,
        methods: MethodSource::Reason,
        meaning: "The user tried to change a registered method and it did not work",
        explanation: "\
            What was registered before still holds. Look for another attempt soon after, and for a \
            number or address in a form that the service does not take.",
        attested: &[Inferred],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "User updated security info"),
                (Status, "failure"),
                (Reason, "User failed to update Mobile Phone SMS"),
            ],
            outcome: Outcome::Failure,
            methods: &[Method::PhoneMobileSms],
        },
    },
    Rule {
        id: "registration.started",
        family: Family::Registration,
        when: All(&[STARTED, SUCCESS]),
        outcome: OutcomeSource::Is(Outcome::Started),
        maintenance: false,
        methods: MethodSource::Reason,
        meaning: "The user began to register a method",
        explanation: "\
            How it ended is another record of the same user soon after: a registration, a failure \
            or a cancel. There may be none: passkey attempts have been seen that left nothing but \
            their start. To find users who do not get through, follow attempts instead of counting \
            starts.",
        attested: &[ActivityReference, ThirdParty],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "User started security info registration"),
                (Status, "success"),
                (Reason, "User started the registration for Passkey"),
            ],
            outcome: Outcome::Started,
            methods: &[Method::PasskeyFido2],
        },
    },
    Rule {
        id: "registration.start_failed",
        family: Family::Registration,
        when: All(&[STARTED, FAILED]),
        outcome: OutcomeSource::Is(Outcome::Failure),
        maintenance: false,
        methods: MethodSource::Reason,
        meaning: "The user could not even begin to register a method",
        explanation: "\
            The service stopped before the user could set anything up. One published reason is a \
            general system error, which one public query drops. See whether the same user \
            succeeded soon after, and check the health of the service if many are hit.",
        attested: &[ThirdParty],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "User started security info registration"),
                (Status, "failure"),
                (Reason, "A system error has occurred."),
            ],
            outcome: Outcome::Failure,
            methods: &[],
        },
    },
    Rule {
        id: "registration.user_cancelled",
        family: Family::Registration,
        when: All(&[
            AUTHENTICATION_METHODS,
            Is(Activity, "User canceled security info registration"),
        ]),
        outcome: OutcomeSource::Is(Outcome::Cancelled),
        maintenance: false,
        methods: MethodSource::Reason,
        meaning: "The user broke off a registration",
        explanation: "\
            The registration was broken off, whatever result stands beside it. The log tells of a \
            cancel in two ways, as this activity and as a failed completion; both may stand for \
            one attempt, so the number of cancelled events can exceed that of attempts. What was \
            registered before stays.",
        attested: &[ActivityReference],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "User canceled security info registration"),
                (Status, "failure"),
                (Reason, "User canceled security info registration"),
            ],
            outcome: Outcome::Cancelled,
            methods: &[],
        },
    },
    Rule {
        id: "registration.admin_registered",
        family: Family::Registration,
        when: All(&[ADMIN_REGISTERED, SUCCESS]),
        outcome: OutcomeSource::Is(Outcome::Success),
        maintenance: false,
        methods: MethodSource::Reason,
        meaning: "An administrator registered a method for the user",
        explanation: "\
            The actor is the administrator, the target is the user. Whoever holds a Temporary \
            Access Pass can sign in with it and register more methods, so make sure that it was \
            asked for.",
        attested: &[ActivityReference, ThirdParty],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "Admin registered security info"),
                (Status, "success"),
                (Reason, "Admin registered temporary access pass method for user"),
            ],
            outcome: Outcome::Success,
            methods: &[Method::TemporaryAccessPass],
        },
    },
    Rule {
        id: "registration.admin_register_failed",
        family: Family::Registration,
        when: All(&[ADMIN_REGISTERED, FAILED]),
        outcome: OutcomeSource::Is(Outcome::Failure),
        maintenance: false,
        methods: MethodSource::Reason,
        meaning: "An administrator tried to register a method for the user and it did not work",
        explanation: "\
            Nothing was added. Check the role of the administrator, the form of the phone number \
            or address, and whether policy allows the method for this user.",
        attested: &[ThirdParty],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "Admin registered security info"),
                (Status, "failure"),
                (Reason, "Admin failed to register phone method for user"),
            ],
            outcome: Outcome::Failure,
            methods: &[Method::PhoneUnspecified],
        },
    },
    Rule {
        id: "registration.admin_updated",
        family: Family::Registration,
        when: All(&[ADMIN_UPDATED, SUCCESS]),
        outcome: OutcomeSource::Is(Outcome::Success),
        maintenance: false,
        methods: MethodSource::Reason,
        meaning: "An administrator changed a method of the user",
        explanation: "\
            The one published reason speaks of a phone. The actor is the administrator, the target \
            is the user; the number before and after is not part of the reason. A change that the \
            user did not ask for is worth a call.",
        attested: &[ActivityReference, ThirdParty],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "Admin updated security info"),
                (Status, "success"),
                (Reason, "Admin changed phone method for user"),
            ],
            outcome: Outcome::Success,
            methods: &[Method::PhoneUnspecified],
        },
    },
    Rule {
        id: "registration.admin_update_failed",
        family: Family::Registration,
        when: All(&[ADMIN_UPDATED, FAILED]),
        outcome: OutcomeSource::Is(Outcome::Failure),
        maintenance: false,
        methods: MethodSource::Reason,
        meaning: "An administrator tried to change a method of the user and it did not work",
        explanation: "\
            What was registered before still holds. Check the role of the administrator and the \
            form of the new value.",
        attested: &[Inferred],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "Admin updated security info"),
                (Status, "failure"),
                (Reason, "Admin failed to change phone method for user"),
            ],
            outcome: Outcome::Failure,
            methods: &[Method::PhoneUnspecified],
        },
    },
    Rule {
        id: "registration.admin_required_registration",
        family: Family::Registration,
        when: All(&[ADMIN_DELETED, Contains(Reason, "re-registration")]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::None,
        meaning: "Demand by an administrator that the user register again",
        explanation: "\
            The button of the portal that requires a new registration is logged as a deletion with \
            a reason of its own. Phones, Authenticator apps and software tokens go, hardware \
            tokens are switched off; what happens to other methods is not said. Look for the \
            registration that should follow at one of the next sign-ins. After a failure, list the \
            methods of the user before you assume what is left.",
        attested: &[MicrosoftDocument, ThirdParty],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "Admin deleted security info"),
                (Status, "success"),
                (Reason, "Admin required re-registration of MFA authentication methods."),
            ],
            outcome: Outcome::Success,
            methods: &[],
        },
    },
    Rule {
        id: "registration.admin_deleted",
        family: Family::Registration,
        when: All(&[ADMIN_DELETED, SUCCESS]),
        outcome: OutcomeSource::Is(Outcome::Success),
        maintenance: false,
        methods: MethodSource::Reason,
        meaning: "An administrator deleted a method of the user",
        explanation: "\
            The actor is the administrator, the target is the user, and the reason names the \
            method. A user left with none is asked to register at the next sign-in that needs one. \
            Look for that registration if the deletion was meant to help the user.",
        attested: &[ActivityReference, MicrosoftDocument, ThirdParty],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "Admin deleted security info"),
                (Status, "success"),
                (Reason, "Admin deleted temporary access pass method for user"),
            ],
            outcome: Outcome::Success,
            methods: &[Method::TemporaryAccessPass],
        },
    },
    Rule {
        id: "registration.admin_delete_failed",
        family: Family::Registration,
        when: All(&[ADMIN_DELETED, FAILED]),
        outcome: OutcomeSource::Is(Outcome::Failure),
        maintenance: false,
        methods: MethodSource::Reason,
        meaning: "An administrator tried to delete a method of the user and it did not work",
        explanation: "\
            The method is still registered. Microsoft Graph refuses to delete the phone a user has \
            as default, and there is no alternate phone without a mobile one. Have the user choose \
            another default first, and delete the alternate phone before the mobile one.",
        attested: &[MicrosoftDocument, Inferred],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "Admin deleted security info"),
                (Status, "failure"),
                (Reason, "Admin failed to delete phone method for user"),
            ],
            outcome: Outcome::Failure,
            methods: &[Method::PhoneUnspecified],
        },
    },
    Rule {
        id: "registration.passkey_options",
        family: Family::Registration,
        when: All(&[AUTHENTICATION_METHODS, Is(Activity, "Get passkey creation options")]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::Fixed(&[Method::PasskeyFido2]),
        meaning: "Request for the options of a new passkey",
        explanation: "\
            A client asked how to create a passkey, the step before it is registered. No passkey \
            exists yet: look for the registration that follows. Options without a registration may \
            point to an attempt that was given up or that the device refused.",
        attested: &[ActivityReference, RealRecords],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "Get passkey creation options"),
                (Status, "success"),
                (Reason, "Successfully retrieved passkey creation options."),
            ],
            outcome: Outcome::Success,
            methods: &[Method::PasskeyFido2],
        },
    },
    Rule {
        id: "registration.remembered_devices",
        family: Family::Registration,
        when: All(&[
            AUTHENTICATION_METHODS,
            Is(Activity, "Restore multifactor authentication on all remembered devices"),
        ]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::None,
        meaning: "Demand that remembered devices pass multifactor authentication again",
        explanation: "\
            By its name, devices on which the user had asked to be remembered have to pass again. \
            Look for other steps around it, such as a deleted method.",
        attested: &[ActivityReference, Inferred],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "Restore multifactor authentication on all remembered devices"),
                (Status, "success"),
            ],
            outcome: Outcome::Success,
            methods: &[],
        },
    },
    Rule {
        id: "registration.azure_mfa_registered",
        family: Family::Registration,
        when: All(&[Is(Service, "Azure MFA"), Is(Activity, "User registered security info")]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::Reason,
        meaning: "Registration of a method, as the multifactor authentication service logs it",
        explanation: "\
            The activity reference lists registrations under this service as well and does not say \
            when it is the one that writes. If a record of the Authentication Methods service \
            stands beside it, count the two as one registration.",
        attested: &[ActivityReference],
        example: Example {
            facts: &[
                (Service, "Azure MFA"),
                (Activity, "User registered security info"),
                (Status, "success"),
                (Reason, "User registered Mobile Phone SMS"),
            ],
            outcome: Outcome::Success,
            methods: &[Method::PhoneMobileSms],
        },
    },
    Rule {
        id: "registration.sspr_info_saved",
        family: Family::Registration,
        when: All(&[
            SSPR,
            OneOf(
                Activity,
                &[
                    "Security info saved for self-service password reset",
                    "User registered for self-service password reset",
                ],
            ),
        ]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::Reason,
        meaning: "Registration of security info for self-service password reset",
        explanation: "\
            The service for password reset wrote this, about what the user can reset a password \
            with. Whether the same info serves multifactor authentication is not said. If users \
            still arrive here, check whether something leads them to the older registration page.",
        attested: &[ActivityReference, MicrosoftDocument],
        example: Example {
            facts: &[
                (Service, "Self-service Password Management"),
                (Activity, "Security info saved for self-service password reset"),
                (Status, "success"),
            ],
            outcome: Outcome::Success,
            methods: &[],
        },
    },
    Rule {
        id: "registration.unknown_status",
        family: Family::Registration,
        when: All(&[
            AUTHENTICATION_METHODS,
            OneOf(
                Activity,
                &[
                    "User registered all required security info",
                    "User registered security info",
                    "User reviewed security info",
                    "User deleted security info",
                    "User changed default security info",
                    "User updated security info",
                    "User started security info registration",
                    "Admin registered security info",
                    "Admin updated security info",
                    "Admin deleted security info",
                ],
            ),
        ]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::Reason,
        meaning: "Something was tried with security info, and the result is not known",
        explanation: "\
            The activity is one of combined registration, but its result is neither success, \
            failure nor timeout. Microsoft Graph keeps a value for results to come, and an export \
            may have lost the result. Read the reason, and compare the same record in another \
            export.",
        attested: &[Inferred],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "User registered security info"),
                (Reason, "User registered Mobile Phone SMS"),
            ],
            outcome: Outcome::Unknown,
            methods: &[Method::PhoneMobileSms],
        },
    },
];
