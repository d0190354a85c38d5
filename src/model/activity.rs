//! The activities of the audit log, each with every spelling that is attested.

use super::ActorKind;
use super::text::{Unrecognized, serde_as_text};

/// Defines the enum and its table of spellings from one list.
macro_rules! activities {
    ($($(#[$doc:meta])* $variant:ident = [$usual:literal $(, $other:literal)*],)*) => {
        /// What happened, as the audit log names it.
        ///
        /// The names are those of the Microsoft Entra *Audit activity reference* (October 2024), of the
        /// source document for combined registration, and, where their documentation says so, of third
        /// parties. A name that is not listed is kept in [`Activity::Other`].
        ///
        /// An activity is written, in text and in JSON, by its usual English name. Names match byte for
        /// byte; every attested spelling is listed, and `security information` beside every `security
        /// info`, because newer documents say so; one trailing full stop or blank, which Microsoft once
        /// wrote behind activity names, is ignored.
        ///
        /// ```
        /// use regaudit::model::Activity;
        /// let activity = Activity::from_text("User cancelled security information registration.");
        /// assert_eq!(activity, Activity::UserCanceledSecurityInfoRegistration);
        /// assert_eq!(activity.as_str(), "User canceled security info registration");
        /// assert_eq!(Activity::from_text("Something new").as_str(), "Something new");
        /// ```
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Activity {
            $($(#[$doc])* $variant,)*
            /// An activity with no name here, as the log wrote it.
            Other(Unrecognized),
        }

        impl Activity {
            /// Every activity that has a name here, in the order of the list.
            pub const KNOWN: &[Self] = &[$(Self::$variant),*];

            /// Every attested spelling, the usual one first; none for [`Activity::Other`]. Each may
            /// also stand with a full stop or a blank behind it.
            pub const fn spellings(&self) -> &'static [&'static str] {
                match self {
                    $(Self::$variant => &[$usual $(, $other)*],)*
                    Self::Other(_) => &[],
                }
            }

            fn known(text: &str) -> Option<Self> {
                match text {
                    $($usual $(| $other)* => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

activities! {
    /// The user registered one method.
    UserRegisteredSecurityInfo = ["User registered security info", "User registered security information"],
    /// The user has now registered everything the policies ask for, or broke off in the attempt.
    UserRegisteredAllRequiredSecurityInfo = ["User registered all required security info", "User registered all required security information"],
    /// The user confirmed, or tried to confirm, the registered methods when asked to review them.
    UserReviewedSecurityInfo = ["User reviewed security info", "User reviewed security information"],
    /// The user deleted one method.
    UserDeletedSecurityInfo = ["User deleted security info", "User deleted security information"],
    /// The user chose another default method.
    UserChangedDefaultSecurityInfo = ["User changed default security info", "User changed default security information"],
    /// The user changed a registered method, such as a phone number.
    UserUpdatedSecurityInfo = ["User updated security info", "User updated security information"],
    /// The user began to register a method.
    UserStartedSecurityInfoRegistration = ["User started security info registration", "User started security information registration"],
    /// The user broke off a registration.
    UserCanceledSecurityInfoRegistration = ["User canceled security info registration", "User cancelled security info registration", "User canceled security information registration", "User cancelled security information registration"],
    /// An administrator registered a method for a user.
    AdminRegisteredSecurityInfo = ["Admin registered security info", "Admin registered security information"],
    /// An administrator changed a method of a user.
    AdminUpdatedSecurityInfo = ["Admin updated security info", "Admin updated security information"],
    /// An administrator deleted a method of a user, or required a new registration.
    AdminDeletedSecurityInfo = ["Admin deleted security info", "Admin deleted security information"],
    /// The service handed out the options for creating a passkey.
    GetPasskeyCreationOptions = ["Get passkey creation options"],
    /// Remembered devices have to pass multifactor authentication again.
    RestoreMultifactorAuthenticationOnAllRememberedDevices = ["Restore multifactor authentication on all remembered devices"],
    /// An administrator began a password reset for a user.
    AdminStartedPasswordReset = ["Admin started password reset"],
    /// The user began to change the password.
    UserStartedPasswordChange = ["User started password change"],
    /// The user began to reset the password.
    UserStartedPasswordReset = ["User started password reset", "user started password reset"],
    /// The per-user multifactor authentication state was changed.
    UpdatePerUserMultifactorAuthenticationState = ["Update per-user multifactor authentication state"],
    /// The Authentication methods policy was changed.
    AuthenticationMethodsPolicyUpdate = ["Authentication Methods Policy Update"],
    /// The Authentication methods policy was reset.
    AuthenticationMethodsPolicyReset = ["Authentication Methods Policy Reset"],
    /// The settings of the MFA service were changed.
    MfaServicePolicyUpdate = ["MFA Service Policy Update"],
    /// An authentication strength was created.
    AuthenticationStrengthPolicyCreate = ["Authentication Strength Policy Create"],
    /// An authentication strength was changed.
    AuthenticationStrengthPolicyUpdate = ["Authentication Strength Policy Update"],
    /// An authentication strength was deleted.
    AuthenticationStrengthPolicyDelete = ["Authentication Strength Policy Delete"],
    /// A combination of an authentication strength was configured.
    AuthenticationStrengthCombinationConfigurationCreate = ["Authentication Strength Combination Configuration Create"],
    /// The configuration of a combination was changed.
    AuthenticationStrengthCombinationConfigurationUpdate = ["Authentication Strength Combination Configuration Update"],
    /// The configuration of a combination was deleted.
    AuthenticationStrengthCombinationConfigurationDelete = ["Authentication Strength Combination Configuration Delete"],
    /// A hardware OATH token was assigned to a user.
    AssignHardwareOathToken = ["Assign Hardware Oath Token"],
    /// Hardware OATH tokens were uploaded.
    BulkUploadHardwareOathToken = ["Bulk upload Hardware Oath Token"],
    /// A hardware OATH token was created.
    CreateHardwareOathToken = ["Create Hardware Oath Token"],
    /// A hardware OATH token was deleted.
    DeleteHardwareOathToken = ["Delete Hardware Oath Token"],
    /// A hardware OATH token was changed.
    UpdateHardwareOathToken = ["Update Hardware Oath Token"],
    /// Sign-in preferences of a user were changed through the interface of the service.
    PatchSignInPreferences = ["PATCH UserAuthMethod.PatchSignInPreferencesAsync"],
    /// The PIN of a QR code was reset.
    ResetQrPin = ["PATCH UserAuthMethod.ResetQRPinAsync"],
    /// The PIN of a QR code was changed.
    UpdateQrPin = ["PATCH UserAuthMethod.UpdateQRPinAsync"],
    /// A registration called back to the service.
    SecurityInfoRegistrationCallback = ["POST UserAuthMethod.SecurityInfoRegistrationCallback"],
    /// A software OATH token was proved.
    SoftwareOathProofupRegistration = ["POST UserAuthMethod.SoftwareOathProofupRegistration"],
    /// A setting of self-service password reset was changed (third party).
    UpdateSsprSettings = ["Update SSPR Settings"],
    /// The authorization policy, which holds the administrator switch for self-service password reset, was changed.
    UpdateAuthorizationPolicy = ["Update authorization policy"],
    /// The user risk policy or the MFA registration policy of ID Protection was changed.
    UpdateUserRiskAndMfaRegistrationPolicy = ["Update User Risk and MFA Registration Policy"],
    /// The sign-in risk policy of ID Protection was changed.
    UpdateSignInRiskPolicy = ["Update Sign-In Risk Policy"],
    /// A Conditional Access policy was added.
    AddConditionalAccessPolicy = ["Add Conditional Access policy", "Add conditional access policy"],
    /// A Conditional Access policy was changed.
    UpdateConditionalAccessPolicy = ["Update Conditional Access policy", "Update conditional access policy"],
    /// A Conditional Access policy was deleted.
    DeleteConditionalAccessPolicy = ["Delete Conditional Access policy", "Delete conditional access policy"],
    /// Security defaults were switched on or off.
    UpdateSecurityDefaults = ["Update security defaults"],
    /// Password writeback was switched on for the directory.
    EnablePasswordWriteback = ["Enable password writeback for directory"],
    /// Password writeback was switched off for the directory.
    DisablePasswordWriteback = ["Disable password writeback for directory"],
    /// The historic switch of combined registration was changed.
    UpdatedSsprConvergenceFeatureValue = ["Updated SSPRConvergence feature value"],
    /// The second historic switch of combined registration was changed.
    UpdatedConvergedUxV2FeatureValue = ["Updated ConvergedUXV2 feature value"],
    /// Per-user multifactor authentication was switched on.
    EnableStrongAuthentication = ["Enable Strong Authentication"],
    /// Per-user multifactor authentication was switched off.
    DisableStrongAuthentication = ["Disable Strong Authentication"],
    /// An app password was created.
    CreateApplicationPasswordForUser = ["Create application password for user"],
    /// An app password was deleted.
    DeleteApplicationPasswordForUser = ["Delete application password for user"],
    /// A user object was changed; a registration leaves one of these beside it.
    UpdateUser = ["Update user"],
    /// A device-bound passkey was added.
    AddPasskeyDeviceBound = ["Add Passkey (device-bound)"],
    /// A device-bound passkey was deleted.
    DeletePasskeyDeviceBound = ["Delete Passkey (device-bound)"],
    /// A Windows Hello for Business credential was added.
    AddWindowsHelloForBusinessCredential = ["Add Windows Hello for Business credential"],
    /// A Windows Hello for Business credential was deleted.
    DeleteWindowsHelloForBusinessCredential = ["Delete Windows Hello for Business credential"],
    /// A passwordless phone sign-in credential was added.
    AddPasswordlessPhoneSignInCredential = ["Add passwordless phone sign-in credential"],
    /// A passwordless phone sign-in credential was deleted.
    DeletePasswordlessPhoneSignInCredential = ["Delete passwordless phone sign-in credential"],
    /// A platform credential was added.
    AddPlatformCredential = ["Add platform credential"],
    /// A platform credential was deleted.
    DeletePlatformCredential = ["Delete platform credential"],
    /// Self-service password reset was blocked.
    BlockedFromSelfServicePasswordReset = ["Blocked from self-service password reset"],
    /// The user changed the password.
    ChangePasswordSelfService = ["Change password (self-service)"],
    /// An administrator reset the password.
    ResetPasswordByAdmin = ["Reset password (by admin)"],
    /// The user reset the password.
    ResetPasswordSelfService = ["Reset password (self-service)"],
    /// Security info was saved for self-service password reset.
    SecurityInfoSavedForSelfServicePasswordReset = ["Security info saved for self-service password reset"],
    /// The user registered for self-service password reset (Microsoft Entra, *Self-service password reset reporting*).
    UserRegisteredForSelfServicePasswordReset = ["User registered for self-service password reset"],
    /// A step of a self-service password reset.
    SelfServicePasswordResetFlowActivityProgress = ["Self-service password reset flow activity progress"],
    /// The user unlocked the account.
    UnlockUserAccountSelfService = ["Unlock user account (self-service)"],
    /// A role of the directory was given to somebody.
    AddMemberToRole = ["Add member to role"],
    /// A role was taken away.
    RemoveMemberFromRole = ["Remove member from role"],
    /// A role was given that holds for a part of the directory.
    AddScopedMemberToRole = ["Add scoped member to role"],
    /// A role that holds for a part of the directory was taken away.
    RemoveScopedMemberFromRole = ["Remove scoped member from role"],
    /// Somebody may now activate a role.
    AddEligibleMemberToRole = ["Add eligible member to role"],
    /// Somebody may no longer activate a role.
    RemoveEligibleMemberFromRole = ["Remove eligible member from role"],
}

impl Activity {
    /// Reads the name of an activity in any attested spelling.
    pub fn from_text(text: &str) -> Self {
        let without_end = text.strip_suffix(['.', ' ']).unwrap_or(text);
        Self::known(without_end).unwrap_or_else(|| Self::Other(Unrecognized::new(text)))
    }

    /// The usual English name, or the text as it stands.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Other(text) => text.as_str(),
            known => known.spellings()[0],
        }
    }

    /// The name without what follows its first word: who is said to have acted.
    pub(crate) fn subject(&self) -> &str {
        self.as_str().split(' ').next().unwrap_or_default()
    }

    /// What a user is who acts: on their own security info, or on that of another.
    pub(crate) fn actor_of_user(&self, is_own: bool) -> ActorKind {
        let is_admin = self.subject().eq_ignore_ascii_case("admin") || !is_own;
        if is_admin { ActorKind::Admin } else { ActorKind::User }
    }
}

serde_as_text!(Activity);
