//! What can answer a step, and how to come by it.

use serde::{Serialize, Serializer};

/// Something an administrator can give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Input {
    /// The audit log.
    AuditLog,
    /// Who holds which role of the directory.
    RoleMembers,
    /// The report of registrations, one row a user.
    RegistrationDetails,
    /// The methods of one user.
    AuthenticationMethods,
    /// The groups of one user.
    GroupMemberships,
    /// The per-user state of multifactor authentication.
    PerUserState,
    /// The Authentication methods policy.
    MethodsPolicy,
    /// The authorization policy, which holds the switch for administrators.
    AuthorizationPolicy,
    /// The Conditional Access policies.
    ConditionalAccessPolicies,
    /// Whether security defaults are on.
    SecurityDefaults,
    /// The settings of self-service password reset, which Graph does not give.
    SsprSettings,
    /// The method in question.
    Method,
}

impl Input {
    /// The name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AuditLog => "audit_log",
            Self::RoleMembers => "role_members",
            Self::RegistrationDetails => "registration_details",
            Self::AuthenticationMethods => "authentication_methods",
            Self::GroupMemberships => "group_memberships",
            Self::PerUserState => "per_user_state",
            Self::MethodsPolicy => "methods_policy",
            Self::AuthorizationPolicy => "authorization_policy",
            Self::ConditionalAccessPolicies => "conditional_access_policies",
            Self::SecurityDefaults => "security_defaults",
            Self::SsprSettings => "sspr_settings",
            Self::Method => "method",
        }
    }

    /// How to get it, and how to give it. The requests are those of the Microsoft Graph reference.
    pub const fn how(self) -> &'static str {
        match self {
            Self::AuditLog => {
                "an export of the audit log of all services (Graph GET /auditLogs/directoryAudits, or the portal)"
            }
            Self::RoleMembers => "Graph GET /directoryRoles?$expand=members, given with --users",
            Self::RegistrationDetails => {
                "Graph GET /reports/authenticationMethods/userRegistrationDetails, given with --users"
            }
            Self::AuthenticationMethods => {
                "Graph GET /users/{id}/authentication/methods, given with --users"
            }
            Self::GroupMemberships => {
                "Graph GET /users/{id}?$expand=transitiveMemberOf, given with --users"
            }
            Self::PerUserState => {
                "Graph (beta) GET /users/{id}/authentication/requirements, given with --users"
            }
            Self::MethodsPolicy => {
                "Graph GET /policies/authenticationMethodsPolicy, given with --policy"
            }
            Self::AuthorizationPolicy => {
                "Graph GET /policies/authorizationPolicy, given with --policy"
            }
            Self::ConditionalAccessPolicies => {
                "Graph GET /identity/conditionalAccess/policies, given with --policy"
            }
            Self::SecurityDefaults => {
                "Graph GET /policies/identitySecurityDefaultsEnforcementPolicy, given with --policy"
            }
            Self::SsprSettings => {
                "an audit log that reaches back to the last change of the settings of password reset (Graph does not give them; the Entra admin center shows them under Password reset)"
            }
            Self::Method => "the method the user misses, given with --method",
        }
    }
}

/// `{input, how}`.
impl Serialize for Input {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let mut fields = serializer.serialize_struct("Input", 2)?;
        fields.serialize_field("input", self.as_str())?;
        fields.serialize_field("how", self.how())?;
        fields.end()
    }
}
