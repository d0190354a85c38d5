//! Changes to what users may, or must, register.
//!
//! They explain why users suddenly register, no longer can, or are offered other methods. The rules
//! go from the policies that name methods to those that make users register, and end with settings
//! that only happen to stand nearby. All of them take the outcome from the result, so each meaning
//! names the deed and leaves open whether it was done.

use super::super::condition::Condition::{self, All, Any, Contains, Is, OneOf};
use super::super::family::Family;
use super::super::field::Field::{Activity, Service, Status};
use super::super::rule::Attestation::{
    ActivityReference, Inferred, MicrosoftDocument, RealRecords, SourceDocument, ThirdParty,
};
use super::super::rule::{Example, MethodSource, OutcomeSource, Rule};
use super::{AUTHENTICATION_METHODS, CORE_DIRECTORY, SSPR};
use crate::model::Outcome;

const CONDITIONAL_ACCESS: Condition = Is(Service, "Conditional Access");
/// Every name under which the activity reference has listed this service.
const MANAGEMENT_UX: Condition = OneOf(
    Service,
    &["AAD Management UX", "Microsoft Entra Management UX", "Microsoft Entra (AAD) Management UX"],
);

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "policy.authentication_methods_update",
        family: Family::Policy,
        when: All(&[AUTHENTICATION_METHODS, Is(Activity, "Authentication Methods Policy Update")]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::None,
        meaning: "Change of the Authentication methods policy",
        explanation: "\
            This policy says which methods users may register and use. Until April 2026 the record \
            held the whole policy before and after; since then it holds what changed, except for \
            some settings that still come whole. How soon users see a change is not documented. If \
            a method that is switched on is not offered, the advice is to save the policies again \
            and to try once more after an hour or two.",
        attested: &[SourceDocument, ActivityReference, MicrosoftDocument],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "Authentication Methods Policy Update"),
                (Status, "success"),
            ],
            outcome: Outcome::Success,
            methods: &[],
        },
    },
    Rule {
        id: "policy.authentication_methods_reset",
        family: Family::Policy,
        when: All(&[AUTHENTICATION_METHODS, Is(Activity, "Authentication Methods Policy Reset")]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::None,
        meaning: "Reset of the Authentication methods policy",
        explanation: "\
            What the tenant had configured no longer holds, so methods may have been switched on \
            or off for everybody at once. Compare the policy with what you expect before you look \
            into complaints of single users.",
        attested: &[ActivityReference, Inferred],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "Authentication Methods Policy Reset"),
                (Status, "success"),
            ],
            outcome: Outcome::Success,
            methods: &[],
        },
    },
    Rule {
        id: "policy.mfa_service",
        family: Family::Policy,
        when: All(&[AUTHENTICATION_METHODS, Is(Activity, "MFA Service Policy Update")]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::None,
        meaning: "Change of the settings of the multifactor authentication service",
        explanation: "\
            These are the older settings of the service; which of them write this record is not \
            documented. Since the end of September 2025 methods are managed in the Authentication \
            methods policy, so look there first when methods are missing.",
        attested: &[ActivityReference, MicrosoftDocument],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "MFA Service Policy Update"),
                (Status, "success"),
            ],
            outcome: Outcome::Success,
            methods: &[],
        },
    },
    Rule {
        id: "policy.authentication_strength",
        family: Family::Policy,
        when: All(&[
            AUTHENTICATION_METHODS,
            OneOf(
                Activity,
                &[
                    "Authentication Strength Policy Create",
                    "Authentication Strength Policy Update",
                    "Authentication Strength Policy Delete",
                ],
            ),
        ]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::None,
        meaning: "Creation, change or deletion of an authentication strength",
        explanation: "\
            A strength lists the combinations of methods that a Conditional Access policy can \
            demand. Users who have none of them cannot satisfy such a policy until they register \
            one. Look for the policies that refer to this strength.",
        attested: &[ActivityReference, Inferred],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "Authentication Strength Policy Update"),
                (Status, "success"),
            ],
            outcome: Outcome::Success,
            methods: &[],
        },
    },
    Rule {
        id: "policy.authentication_strength_combination",
        family: Family::Policy,
        when: All(&[
            AUTHENTICATION_METHODS,
            OneOf(
                Activity,
                &[
                    "Authentication Strength Combination Configuration Create",
                    "Authentication Strength Combination Configuration Update",
                    "Authentication Strength Combination Configuration Delete",
                ],
            ),
        ]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::None,
        meaning: "Change of the details of a combination in an authentication strength",
        explanation: "\
            Details narrow a combination, for example to certain models of passkeys. Users may \
            hold the right kind of method and still be refused. Compare the details with what \
            users have registered.",
        attested: &[ActivityReference, Inferred],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "Authentication Strength Combination Configuration Create"),
                (Status, "success"),
            ],
            outcome: Outcome::Success,
            methods: &[],
        },
    },
    Rule {
        id: "policy.per_user_state",
        family: Family::Policy,
        when: All(&[
            AUTHENTICATION_METHODS,
            Is(Activity, "Update per-user multifactor authentication state"),
        ]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::None,
        meaning: "Change of the per-user state of multifactor authentication",
        explanation: "\
            The state is disabled, enabled or enforced; a registered method is enough to move a \
            user from enabled to enforced. It acts beside Conditional Access, not through it. \
            Before you clear the methods of a user, look at this state: unless it is disabled, the \
            user is asked to register again.",
        attested: &[ActivityReference, MicrosoftDocument],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "Update per-user multifactor authentication state"),
                (Status, "success"),
            ],
            outcome: Outcome::Success,
            methods: &[],
        },
    },
    Rule {
        id: "policy.strong_authentication_switched",
        family: Family::Policy,
        when: All(&[
            CORE_DIRECTORY,
            OneOf(Activity, &["Enable Strong Authentication", "Disable Strong Authentication"]),
        ]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::None,
        meaning: "Per-user multifactor authentication switched on or off in the directory",
        explanation: "\
            The activity says which way; the modified property StrongAuthenticationRequirement \
            holds the state, as a number in a list, before and after. No method is registered or \
            deleted by it. A record from the Authentication Methods service about the same user \
            may tell of the same change.",
        attested: &[ActivityReference, RealRecords],
        example: Example {
            facts: &[
                (Service, "Core Directory"),
                (Activity, "Disable Strong Authentication"),
                (Status, "success"),
            ],
            outcome: Outcome::Success,
            methods: &[],
        },
    },
    Rule {
        id: "policy.sspr_settings",
        family: Family::Policy,
        when: All(&[
            SSPR,
            OneOf(
                Activity,
                &["Update SSPR Settings", "Self-service password reset policy changes"],
            ),
        ]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::None,
        meaning: "Change of the settings of self-service password reset",
        explanation: "\
            Each modified property is one setting, such as the methods, the registration or the \
            notifications, with its value before and after. Records carry that much only since \
            January 2025. If users are asked to register or to review all of a sudden, or no \
            longer are, look here.",
        attested: &[MicrosoftDocument, ThirdParty],
        example: Example {
            facts: &[
                (Service, "Self-service Password Management"),
                (Activity, "Update SSPR Settings"),
                (Status, "success"),
            ],
            outcome: Outcome::Success,
            methods: &[],
        },
    },
    Rule {
        id: "policy.authorization_policy",
        family: Family::Policy,
        when: All(&[CORE_DIRECTORY, Is(Activity, "Update authorization policy")]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::None,
        meaning: "Change of the authorization policy of the tenant",
        explanation: "\
            Among much else it holds the switch that lets administrators reset their own \
            passwords, allowedToUseSSPR. That this matters for registration is an inference. Read \
            the modified properties, and disregard the record if the switch is not among them.",
        attested: &[ActivityReference, Inferred],
        example: Example {
            facts: &[
                (Service, "Core Directory"),
                (Activity, "Update authorization policy"),
                (Status, "success"),
            ],
            outcome: Outcome::Success,
            methods: &[],
        },
    },
    Rule {
        id: "policy.registration_policy",
        family: Family::Policy,
        when: All(&[MANAGEMENT_UX, Is(Activity, "Update User Risk and MFA Registration Policy")]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::None,
        meaning: "Change of the user risk or the MFA registration policy of ID Protection",
        explanation: "\
            The registration policy asks the users it covers to register for multifactor \
            authentication, so a change of its scope starts or ends such requests. The activity \
            stands for either policy: read the target and the modified properties to see which.",
        attested: &[ActivityReference],
        example: Example {
            facts: &[
                (Service, "AAD Management UX"),
                (Activity, "Update User Risk and MFA Registration Policy"),
                (Status, "success"),
            ],
            outcome: Outcome::Success,
            methods: &[],
        },
    },
    Rule {
        id: "policy.sign_in_risk_policy",
        family: Family::Policy,
        when: All(&[MANAGEMENT_UX, Is(Activity, "Update Sign-In Risk Policy")]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::None,
        meaning: "Change of the sign-in risk policy of ID Protection",
        explanation: "\
            The policy can demand multifactor authentication for risky sign-ins, which a user \
            without a method cannot pass. It does not ask anybody to register. Look here when \
            users are blocked rather than asked to register.",
        attested: &[ActivityReference, Inferred],
        example: Example {
            facts: &[
                (Service, "AAD Management UX"),
                (Activity, "Update Sign-In Risk Policy"),
                (Status, "success"),
            ],
            outcome: Outcome::Success,
            methods: &[],
        },
    },
    Rule {
        id: "policy.conditional_access",
        family: Family::Policy,
        when: All(&[
            CONDITIONAL_ACCESS,
            OneOf(
                Activity,
                &[
                    "Add Conditional Access policy",
                    "Update Conditional Access policy",
                    "Delete Conditional Access policy",
                ],
            ),
        ]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::None,
        meaning: "Creation, change or deletion of a Conditional Access policy",
        explanation: "\
            A policy for the user action of registering security info decides where and with what \
            proof users may register; one that demands multifactor authentication makes them \
            register. Most policies do neither: look at user actions and grant controls in the \
            modified properties.",
        attested: &[ActivityReference, MicrosoftDocument],
        example: Example {
            facts: &[
                (Service, "Conditional Access"),
                (Activity, "Update Conditional Access policy"),
                (Status, "success"),
            ],
            outcome: Outcome::Success,
            methods: &[],
        },
    },
    Rule {
        id: "policy.security_defaults",
        family: Family::Policy,
        when: All(&[CONDITIONAL_ACCESS, Is(Activity, "Update security defaults")]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::None,
        meaning: "Security defaults switched on or off",
        explanation: "\
            With security defaults on, all users are asked to register for multifactor \
            authentication, so expect a rise of registrations in the days after. Switched off, \
            nothing asks users to register unless a policy takes over.",
        attested: &[ActivityReference, Inferred],
        example: Example {
            facts: &[
                (Service, "Conditional Access"),
                (Activity, "Update security defaults"),
                (Status, "success"),
            ],
            outcome: Outcome::Success,
            methods: &[],
        },
    },
    Rule {
        id: "policy.password_writeback",
        family: Family::Policy,
        when: All(&[
            SSPR,
            OneOf(
                Activity,
                &[
                    "Enable password writeback for directory",
                    "Disable password writeback for directory",
                ],
            ),
        ]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::None,
        meaning: "Writing passwords back on-premises switched on or off",
        explanation: "\
            Without it, users who come from an on-premises directory cannot reset their passwords \
            in the cloud. What users may register does not change. Look here when resets fail for \
            such users alone.",
        attested: &[ActivityReference, Inferred],
        example: Example {
            facts: &[
                (Service, "Self-service Password Management"),
                (Activity, "Enable password writeback for directory"),
                (Status, "success"),
            ],
            outcome: Outcome::Success,
            methods: &[],
        },
    },
    Rule {
        id: "policy.combined_registration_switch",
        family: Family::Policy,
        when: All(&[
            Is(Service, "Self-service Group Management"),
            OneOf(
                Activity,
                &["Updated SSPRConvergence feature value", "Updated ConvergedUXV2 feature value"],
            ),
        ]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::None,
        meaning: "Change of a historic switch of combined registration",
        explanation: "\
            The names of the two features suggest the switches that once led some or all users to \
            combined registration; that is an inference. Today combined registration cannot be \
            switched off, so the record matters for old logs alone.",
        attested: &[ActivityReference, MicrosoftDocument, Inferred],
        example: Example {
            facts: &[
                (Service, "Self-service Group Management"),
                (Activity, "Updated SSPRConvergence feature value"),
                (Status, "success"),
            ],
            outcome: Outcome::Success,
            methods: &[],
        },
    },
    Rule {
        id: "policy.tenant_wide",
        family: Family::Policy,
        when: All(&[
            CORE_DIRECTORY,
            OneOf(
                Activity,
                &[
                    "Add policy",
                    "Update policy",
                    "Delete policy",
                    "Set Company Information",
                    "Update company settings",
                    "Set password policy",
                    "Set directory feature on tenant",
                ],
            ),
        ]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::None,
        meaning: "Change of a setting or a policy of the whole tenant",
        explanation: "\
            Seldom about registration. It is listed because such a change can explain what users \
            see shortly after. Read the target and the modified properties, and disregard the \
            record if they have nothing to do with it.",
        attested: &[ActivityReference, RealRecords],
        example: Example {
            facts: &[(Service, "Core Directory"), (Activity, "Update policy"), (Status, "success")],
            outcome: Outcome::Success,
            methods: &[],
        },
    },
    Rule {
        id: "policy.mfa_service_administration",
        family: Family::Policy,
        when: All(&[
            AUTHENTICATION_METHODS,
            OneOf(
                Activity,
                &[
                    "DELETE Subscription.DeleteProviders",
                    "DELETE Tenant.DeleteAgentStatuses",
                    "DELETE Tenant.DeleteCaches",
                    "DELETE Tenant.DeleteGreetings",
                    "PATCH Tenant.Patch",
                    "PATCH Tenant.PatchCaches",
                    "POST SoundFile.Post",
                    "POST Subscription.CreateProvider",
                    "POST Subscription.CreateSubscription",
                    "POST Tenant.CreateBlockedUser",
                    "POST Tenant.CreateBypassedUser",
                    "POST Tenant.CreateCacheConfig",
                    "POST Tenant.CreateGreeting",
                    "POST Tenant.CreateTenant",
                    "POST Tenant.GenerateNewActivationCredentials",
                    "POST Tenant.RemoveBlockedUser",
                    "POST Tenant.RemoveBypassedUser",
                ],
            ),
        ]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::None,
        meaning: "Administration of the multifactor authentication service",
        explanation: "\
            Blocked and bypassed users, greetings, caches and providers are logged under the names \
            of an interface of the service, which no document explains. A blocked user may fail \
            multifactor authentication with every method. The rest should not bear on what users \
            register.",
        attested: &[ActivityReference, Inferred],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "POST Tenant.CreateBlockedUser"),
                (Status, "success"),
            ],
            outcome: Outcome::Success,
            methods: &[],
        },
    },
    Rule {
        id: "policy.data_subject_request",
        family: Family::Policy,
        when: All(&[
            AUTHENTICATION_METHODS,
            Any(&[Contains(Activity, "DSR Delete"), Contains(Activity, "DSR Export")]),
        ]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::None,
        meaning: "Export or deletion of data of the multifactor authentication service",
        explanation: "\
            DSR reads as data subject request, the right of a person to see or erase data; that is \
            an inference. The document lists such names without saying what data they cover. If a \
            user lost methods without any deletion, see whether this happened before.",
        attested: &[ActivityReference, Inferred],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "DSR Export: Example data set"),
                (Status, "success"),
            ],
            outcome: Outcome::Success,
            methods: &[],
        },
    },
];
