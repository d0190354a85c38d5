//! Credentials that are logged outside combined registration: tokens, passkeys, Windows Hello, app
//! passwords.
//!
//! The activity says which method it is, so none of these rules reads the reason. Each has
//! activities of its own and their order decides nothing: first the Authentication Methods service,
//! then Device Registration Service, then the directory. All of them take the outcome from the
//! result, so each meaning names the deed and leaves open whether it was done.

use super::super::condition::Condition::{self, All, Is, OneOf};
use super::super::family::Family;
use super::super::field::Field::{Activity, Service, Status};
use super::super::rule::Attestation::{ActivityReference, Inferred, MicrosoftDocument};
use super::super::rule::{Example, MethodSource, OutcomeSource, Rule};
use super::{AUTHENTICATION_METHODS, CORE_DIRECTORY};
use crate::model::{Method, Outcome};

const DEVICE_REGISTRATION: Condition = Is(Service, "Device Registration Service");

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "credential.hardware_token",
        family: Family::Credential,
        when: All(&[
            AUTHENTICATION_METHODS,
            OneOf(
                Activity,
                &[
                    "Assign Hardware Oath Token",
                    "Bulk upload Hardware Oath Token",
                    "Create Hardware Oath Token",
                    "Delete Hardware Oath Token",
                    "Update Hardware Oath Token",
                ],
            ),
        ]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::Fixed(&[Method::HardwareOath]),
        meaning: "Upload, creation, assignment, change or deletion of a hardware token",
        explanation: "\
            The activity says which step it was. A token serves a user only after it was assigned \
            and activated, so an upload or a creation alone registers nothing. Whether users may \
            assign tokens to themselves is told differently in different documents.",
        attested: &[ActivityReference, MicrosoftDocument],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "Assign Hardware Oath Token"),
                (Status, "success"),
            ],
            outcome: Outcome::Success,
            methods: &[Method::HardwareOath],
        },
    },
    Rule {
        id: "credential.sign_in_preferences",
        family: Family::Credential,
        when: All(&[
            AUTHENTICATION_METHODS,
            Is(Activity, "PATCH UserAuthMethod.PatchSignInPreferencesAsync"),
        ]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::None,
        meaning: "Change of the sign-in preferences of a user",
        explanation: "\
            Preferences say which method sign-in offers first; what is registered stays. The \
            activity is the name of a call to the service and does not say which preference was \
            set. A change of the default by the user may stand beside it.",
        attested: &[ActivityReference, Inferred],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "PATCH UserAuthMethod.PatchSignInPreferencesAsync"),
                (Status, "success"),
            ],
            outcome: Outcome::Success,
            methods: &[],
        },
    },
    Rule {
        id: "credential.qr_code_pin",
        family: Family::Credential,
        when: All(&[
            AUTHENTICATION_METHODS,
            OneOf(
                Activity,
                &["PATCH UserAuthMethod.ResetQRPinAsync", "PATCH UserAuthMethod.UpdateQRPinAsync"],
            ),
        ]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::Fixed(&[Method::QrCodePin]),
        meaning: "Reset or change of the PIN of a QR code",
        explanation: "\
            The names of the two calls do not say who makes them: see the actor. A reset that \
            nobody asked for deserves a question.",
        attested: &[ActivityReference, Inferred],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "PATCH UserAuthMethod.ResetQRPinAsync"),
                (Status, "success"),
            ],
            outcome: Outcome::Success,
            methods: &[Method::QrCodePin],
        },
    },
    Rule {
        id: "credential.registration_callback",
        family: Family::Credential,
        when: All(&[
            AUTHENTICATION_METHODS,
            Is(Activity, "POST UserAuthMethod.SecurityInfoRegistrationCallback"),
        ]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::None,
        meaning: "Report of a registration back to the service",
        explanation: "\
            A technical step whose purpose is documented by nothing but its name. It names no \
            method. Do not count it as a registration; use it only to place other records of the \
            same user in time.",
        attested: &[ActivityReference, Inferred],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "POST UserAuthMethod.SecurityInfoRegistrationCallback"),
                (Status, "success"),
            ],
            outcome: Outcome::Success,
            methods: &[],
        },
    },
    Rule {
        id: "credential.software_token_proved",
        family: Family::Credential,
        when: All(&[
            AUTHENTICATION_METHODS,
            Is(Activity, "POST UserAuthMethod.SoftwareOathProofupRegistration"),
        ]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::Fixed(&[Method::SoftwareOath]),
        meaning: "Check of a code of an authenticator app during registration",
        explanation: "\
            By the name of the call, the user proved that the app shows the right codes. The \
            registration that follows is another record. A failure without a later success \
            suggests a mistyped code or a clock that is wrong on the device.",
        attested: &[ActivityReference, Inferred],
        example: Example {
            facts: &[
                (Service, "Authentication Methods"),
                (Activity, "POST UserAuthMethod.SoftwareOathProofupRegistration"),
                (Status, "success"),
            ],
            outcome: Outcome::Success,
            methods: &[Method::SoftwareOath],
        },
    },
    Rule {
        id: "credential.passkey_added",
        family: Family::Credential,
        when: All(&[DEVICE_REGISTRATION, Is(Activity, "Add Passkey (device-bound)")]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::Fixed(&[Method::PasskeyFido2]),
        meaning: "New device-bound passkey",
        explanation: "\
            A passkey that stays on one device, such as the one in Authenticator, was bound to the \
            account. Combined registration may log the same passkey as well: compare user and time \
            before you count both.",
        attested: &[ActivityReference],
        example: Example {
            facts: &[
                (Service, "Device Registration Service"),
                (Activity, "Add Passkey (device-bound)"),
                (Status, "success"),
            ],
            outcome: Outcome::Success,
            methods: &[Method::PasskeyFido2],
        },
    },
    Rule {
        id: "credential.passkey_deleted",
        family: Family::Credential,
        when: All(&[DEVICE_REGISTRATION, Is(Activity, "Delete Passkey (device-bound)")]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::Fixed(&[Method::PasskeyFido2]),
        meaning: "Deletion of a device-bound passkey",
        explanation: "\
            The passkey can no longer sign in. Look at who did it and whether another passkey was \
            added: a replaced device may leave both records, a lost one only this.",
        attested: &[ActivityReference],
        example: Example {
            facts: &[
                (Service, "Device Registration Service"),
                (Activity, "Delete Passkey (device-bound)"),
                (Status, "success"),
            ],
            outcome: Outcome::Success,
            methods: &[Method::PasskeyFido2],
        },
    },
    Rule {
        id: "credential.windows_hello_added",
        family: Family::Credential,
        when: All(&[
            DEVICE_REGISTRATION,
            Is(Activity, "Add Windows Hello for Business credential"),
        ]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::Fixed(&[Method::WindowsHello]),
        meaning: "New Windows Hello for Business credential",
        explanation: "\
            The user set up Windows Hello for Business on a device. It signs in without a password \
            on that device; for a reset of the password the user needs another method.",
        attested: &[ActivityReference, MicrosoftDocument],
        example: Example {
            facts: &[
                (Service, "Device Registration Service"),
                (Activity, "Add Windows Hello for Business credential"),
                (Status, "success"),
            ],
            outcome: Outcome::Success,
            methods: &[Method::WindowsHello],
        },
    },
    Rule {
        id: "credential.windows_hello_deleted",
        family: Family::Credential,
        when: All(&[
            DEVICE_REGISTRATION,
            Is(Activity, "Delete Windows Hello for Business credential"),
        ]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::Fixed(&[Method::WindowsHello]),
        meaning: "Deletion of a Windows Hello for Business credential",
        explanation: "\
            The credential of one device is gone, for example after the device was reset, retired \
            or set up again. Other devices of the user keep theirs.",
        attested: &[ActivityReference],
        example: Example {
            facts: &[
                (Service, "Device Registration Service"),
                (Activity, "Delete Windows Hello for Business credential"),
                (Status, "success"),
            ],
            outcome: Outcome::Success,
            methods: &[Method::WindowsHello],
        },
    },
    Rule {
        id: "credential.phone_sign_in_added",
        family: Family::Credential,
        when: All(&[
            DEVICE_REGISTRATION,
            Is(Activity, "Add passwordless phone sign-in credential"),
        ]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::Fixed(&[Method::AuthenticatorPasswordless]),
        meaning: "New phone sign-in without a password in Authenticator",
        explanation: "\
            The app can now sign the user in without a password. The registration of the app \
            itself is another record. If nobody should use this, look at the mode of Authenticator \
            in the Authentication methods policy.",
        attested: &[ActivityReference],
        example: Example {
            facts: &[
                (Service, "Device Registration Service"),
                (Activity, "Add passwordless phone sign-in credential"),
                (Status, "success"),
            ],
            outcome: Outcome::Success,
            methods: &[Method::AuthenticatorPasswordless],
        },
    },
    Rule {
        id: "credential.phone_sign_in_deleted",
        family: Family::Credential,
        when: All(&[
            DEVICE_REGISTRATION,
            Is(Activity, "Delete passwordless phone sign-in credential"),
        ]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::Fixed(&[Method::AuthenticatorPasswordless]),
        meaning: "Deletion of phone sign-in without a password",
        explanation: "\
            Signing in without a password no longer works with this app. The app may still be \
            registered for notifications and codes: look for a deletion of the app.",
        attested: &[ActivityReference],
        example: Example {
            facts: &[
                (Service, "Device Registration Service"),
                (Activity, "Delete passwordless phone sign-in credential"),
                (Status, "success"),
            ],
            outcome: Outcome::Success,
            methods: &[Method::AuthenticatorPasswordless],
        },
    },
    Rule {
        id: "credential.platform_credential_added",
        family: Family::Credential,
        when: All(&[DEVICE_REGISTRATION, Is(Activity, "Add platform credential")]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::Fixed(&[Method::PlatformCredential]),
        meaning: "New credential of the platform",
        explanation: "\
            A credential of the operating system, such as a key in the Secure Enclave of a Mac, \
            was bound to the account. It belongs to that device alone.",
        attested: &[ActivityReference],
        example: Example {
            facts: &[
                (Service, "Device Registration Service"),
                (Activity, "Add platform credential"),
                (Status, "success"),
            ],
            outcome: Outcome::Success,
            methods: &[Method::PlatformCredential],
        },
    },
    Rule {
        id: "credential.platform_credential_deleted",
        family: Family::Credential,
        when: All(&[DEVICE_REGISTRATION, Is(Activity, "Delete platform credential")]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::Fixed(&[Method::PlatformCredential]),
        meaning: "Deletion of a credential of the platform",
        explanation: "\
            The credential of one device is gone, for example after the device was reset or \
            retired. Other methods of the user are not affected.",
        attested: &[ActivityReference],
        example: Example {
            facts: &[
                (Service, "Device Registration Service"),
                (Activity, "Delete platform credential"),
                (Status, "success"),
            ],
            outcome: Outcome::Success,
            methods: &[Method::PlatformCredential],
        },
    },
    Rule {
        id: "credential.app_password_created",
        family: Family::Credential,
        when: All(&[CORE_DIRECTORY, Is(Activity, "Create application password for user")]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::Fixed(&[Method::AppPassword]),
        meaning: "New app password",
        explanation: "\
            App passwords pass by multifactor authentication, for programs that cannot ask for it; \
            they exist only where per-user multifactor authentication is enforced. Prefer programs \
            that need none, and ask the user about one that is new.",
        attested: &[ActivityReference, MicrosoftDocument],
        example: Example {
            facts: &[
                (Service, "Core Directory"),
                (Activity, "Create application password for user"),
                (Status, "success"),
            ],
            outcome: Outcome::Success,
            methods: &[Method::AppPassword],
        },
    },
    Rule {
        id: "credential.app_password_deleted",
        family: Family::Credential,
        when: All(&[CORE_DIRECTORY, Is(Activity, "Delete application password for user")]),
        outcome: OutcomeSource::Status,
        maintenance: false,
        methods: MethodSource::Fixed(&[Method::AppPassword]),
        meaning: "Deletion of an app password",
        explanation: "\
            Programs that used it can no longer sign in and may keep on trying, which shows as \
            failed sign-ins. Other app passwords and methods of the user stay.",
        attested: &[ActivityReference, MicrosoftDocument],
        example: Example {
            facts: &[
                (Service, "Core Directory"),
                (Activity, "Delete application password for user"),
                (Status, "success"),
            ],
            outcome: Outcome::Success,
            methods: &[Method::AppPassword],
        },
    },
];
