//! What an entry of an export is, told by its type and keys, and never by the name of the file.

use super::entity::Entity;
use crate::error::{Error, ErrorKind};

/// The kinds of entries that are known, whether they are of use or given by mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    MethodsPolicy,
    MethodConfiguration,
    Authorization,
    SecurityDefaults,
    ConditionalAccess,
    User,
    /// What reports and settings say of one user.
    UserDetails,
    Method,
    RoleAssignment,
    DirectoryRole,
    RoleDefinition,
    Group,
    AdministrativeUnit,
    AuditRecord,
    SignIn,
    UnifiedAuditRecord,
}

/// The properties of `userRegistrationDetails`, `strongAuthenticationRequirements`, `signInPreferences`,
/// `authentication` and users of MSOnline that are read.
const DETAILS: [&str; 13] = [
    "isAdmin",
    "isSsprEnabled",
    "isSsprRegistered",
    "isSsprCapable",
    "isMfaRegistered",
    "isMfaCapable",
    "methodsRegistered",
    "defaultMfaMethod",
    "userPreferredMethodForSecondaryAuthentication",
    "perUserMfaState",
    "authentication",
    "StrongAuthenticationMethods",
    "StrongAuthenticationRequirements",
];

impl Kind {
    /// What the entry is, which stands in an answer with this context.
    pub(super) fn of(entity: &Entity<'_>, context: &str) -> Option<Self> {
        Self::of_type(entity)
            .or_else(|| Self::of_record(entity))
            .or_else(|| Self::of_policy(entity, context))
            .or_else(|| Self::of_user(entity, context))
    }

    fn of_type(entity: &Entity<'_>) -> Option<Self> {
        Some(match entity.odata_type()? {
            "directoryRole" => Self::DirectoryRole,
            "group" => Self::Group,
            "administrativeUnit" => Self::AdministrativeUnit,
            "user" => Self::User,
            name if name.ends_with("AuthenticationMethodConfiguration") => {
                Self::MethodConfiguration
            }
            name if name.ends_with("AuthenticationMethod") => Self::Method,
            _ => return None,
        })
    }

    /// Records of logs, which hold some of the keys of users.
    fn of_record(entity: &Entity<'_>) -> Option<Self> {
        let has = |key| entity.has(key);
        Some(if has("activityDisplayName") || has("loggedByService") || has("AADOperationType") {
            Self::AuditRecord
        } else if has("AuditData") || has("Workload") {
            Self::UnifiedAuditRecord
        } else if has("appDisplayName") || has("clientAppUsed") {
            Self::SignIn
        } else if has("operationName") && has("category") || has("tables") || has("records") {
            Self::AuditRecord
        } else {
            return None;
        })
    }

    fn of_policy(entity: &Entity<'_>, context: &str) -> Option<Self> {
        let has = |key| entity.has(key);
        let is_named = |name| {
            let shown = entity.text_if_any("displayName").unwrap_or_default();
            mentions(context, name)
                || entity.odata_type() == Some(name)
                || squeezed(shown) == name.to_lowercase()
        };
        Some(if has("authenticationMethodConfigurations") {
            Self::MethodsPolicy
        } else if has("conditions") && (has("grantControls") || has("state")) {
            Self::ConditionalAccess
        } else if has("allowedToUseSSPR") || is_named("authorizationPolicy") {
            Self::Authorization
        } else if has("isEnabled")
            && (is_named("identitySecurityDefaultsEnforcementPolicy")
                || is_named("securityDefaults"))
        {
            Self::SecurityDefaults
        } else if has("state") && (has("includeTargets") || has("excludeTargets")) {
            Self::MethodConfiguration
        } else {
            return None;
        })
    }

    fn of_user(entity: &Entity<'_>, context: &str) -> Option<Self> {
        let has = |key| entity.has(key);
        Some(if has("principalId") && has("roleDefinitionId") {
            Self::RoleAssignment
        } else if has("roleTemplateId") {
            Self::DirectoryRole
        } else if has("rolePermissions") || mentions(context, "roleDefinitions") {
            Self::RoleDefinition
        } else if DETAILS.iter().any(|key| has(key)) {
            Self::UserDetails
        } else if has("userPrincipalName") {
            Self::User
        } else {
            return None;
        })
    }

    fn is_policy(self) -> bool {
        matches!(
            self,
            Self::MethodsPolicy
                | Self::MethodConfiguration
                | Self::Authorization
                | Self::SecurityDefaults
                | Self::ConditionalAccess
        )
    }

    fn is_log(self) -> bool {
        matches!(self, Self::AuditRecord | Self::SignIn | Self::UnifiedAuditRecord)
    }

    /// What it is, in words.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::MethodsPolicy => "the Authentication methods policy",
            Self::MethodConfiguration => "the settings of an authentication method",
            Self::Authorization => "the authorization policy",
            Self::SecurityDefaults => "the policy of security defaults",
            Self::ConditionalAccess => "a Conditional Access policy",
            Self::User => "a user",
            Self::UserDetails => "registration details of a user",
            Self::Method => "an authentication method of a user",
            Self::RoleAssignment => "an assignment of a role",
            Self::DirectoryRole => "a directory role",
            Self::RoleDefinition => "the definition of a role",
            Self::Group => "a group",
            Self::AdministrativeUnit => "an administrative unit",
            Self::AuditRecord => "a record of the audit log",
            Self::SignIn => "a record of the sign-in log",
            Self::UnifiedAuditRecord => "a record of the Unified Audit Log of Microsoft 365",
        }
    }
}

/// What is expected where policies are asked for.
pub(super) const POLICIES: &str = "the Authentication methods policy, the authorization policy, security \
                                   defaults or Conditional Access policies";

/// What is expected where users are asked for.
pub(super) const USERS: &str =
    "users, their registration details, methods, groups, or roles and who holds them";

/// The error that an entry is not what was asked for.
pub(super) fn not_wanted(entity: &Entity<'_>, kind: Option<Kind>, wanted: &'static str) -> Error {
    let error = match kind {
        Some(kind) if kind.is_log() => Error::new(ErrorKind::WrongLog, kind.name())
            .help("give it as a log; this is for exports of how things stand"),
        Some(kind) if kind.is_policy() => Error::new(ErrorKind::UnsupportedFormat, kind.name())
            .help("give it as a policy, not as users"),
        Some(kind) => Error::new(ErrorKind::UnsupportedFormat, kind.name())
            .help("give it as users, not as a policy"),
        None => Error::new(ErrorKind::UnsupportedFormat, "JSON that is none of what is known")
            .help("save the answer of Microsoft Graph whole, with its @odata.context"),
    };
    error.expected(wanted).at(entity.origin.clone())
}

/// Whether a context names something, ASCII case aside.
pub(super) fn mentions(context: &str, name: &str) -> bool {
    context.to_ascii_lowercase().contains(&name.to_ascii_lowercase())
}

/// A text in lower case without blanks.
fn squeezed(text: &str) -> String {
    text.chars().filter(|character| !character.is_whitespace()).collect::<String>().to_lowercase()
}
