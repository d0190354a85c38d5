//! How a tenant and its users stand now, from exports of Microsoft Graph.
//!
//! A log says what happened. Whether a method is switched on, whether a user is an administrator, or what
//! they hold today, is told by exports that are made for the purpose:
//!
//! | what | request to Microsoft Graph | cmdlet |
//! |---|---|---|
//! | which methods users may register | `/policies/authenticationMethodsPolicy` | `Get-MgPolicyAuthenticationMethodPolicy` |
//! | whether administrators can reset their passwords | `/policies/authorizationPolicy` | `Get-MgPolicyAuthorizationPolicy` |
//! | security defaults | `/policies/identitySecurityDefaultsEnforcementPolicy` | `Get-MgPolicyIdentitySecurityDefaultEnforcementPolicy` |
//! | Conditional Access | `/identity/conditionalAccess/policies` | `Get-MgIdentityConditionalAccessPolicy` |
//! | who holds which role | `/roleManagement/directory/roleAssignments?$expand=principal` | `Get-MgRoleManagementDirectoryRoleAssignment` |
//! | | `/directoryRoles?$expand=members` | `Get-MgDirectoryRole` |
//! | who could activate which role | `/roleManagement/directory/roleEligibilityScheduleInstances` | `Get-MgRoleManagementDirectoryRoleEligibilityScheduleInstance` |
//! | what roles are called | `/roleManagement/directory/roleDefinitions` | `Get-MgRoleManagementDirectoryRoleDefinition` |
//! | what all users are registered for | `/reports/authenticationMethods/userRegistrationDetails` | `Get-MgReportAuthenticationMethodUserRegistrationDetail` |
//! | what one user holds | `/users/{id}/authentication/methods` | `Invoke-MgGraphRequest` |
//! | per-user multifactor authentication | beta `/users/{id}/authentication/requirements` | `Invoke-MgGraphRequest` |
//! | what users hold, as long as MSOnline worked | | `Get-MsolUser -All` |
//! | the groups of users | `/users?$expand=transitiveMemberOf` | `Get-MgUser -ExpandProperty` |
//!
//! ```text
//! Get-MgIdentityConditionalAccessPolicy -All | ConvertTo-Json -Depth 10 > policies.json
//! ```
//!
//! Exports are told by content. Read are answers of Graph (v1.0 and beta) as they are, several pages one
//! after the other or in a list, answers of a batch, what `ConvertTo-Json` makes of them, and CSV with a
//! row for each user or each role of a user. Keys match in any case. An export that cannot be read, or
//! is another than was asked for, adds nothing.
//!
//! Every fact has an [`Origin`](crate::Origin), and the time as of which it holds where the export says
//! so. Most do not: the age of a file is known to whoever made it. What an export does not hold proves
//! something only where it is a complete list; [`Warning`]s tell where it is not.
//!
//! The forms are those of the Microsoft Graph reference: *authenticationMethodsPolicy*,
//! *authenticationMethodConfiguration*, *authorizationPolicy*, *identitySecurityDefaultsEnforcementPolicy*,
//! *conditionalAccessPolicy*, *directoryRole*, *unifiedRoleAssignment*,
//! *unifiedRoleEligibilityScheduleInstance*, *unifiedRoleDefinition*, *userRegistrationDetails*,
//! *strongAuthenticationRequirements*, *signInPreferences* and *authenticationMethod*.

mod applies;
mod campaign;
mod conditional_access;
mod csv_text;
mod document;
mod entity;
mod facts;
mod held;
mod kind;
mod memberships;
mod methods_policy;
mod owner;
mod policy;
mod policy_target;
mod role_entries;
mod roles;
mod rows;
mod strong_authentication;
#[cfg(test)]
mod tests;
mod user;
mod users;
mod warning;

pub use self::applies::{Applies, Membership};
pub use self::campaign::RegistrationCampaign;
pub use self::conditional_access::ConditionalAccessPolicy;
#[cfg(feature = "rollback")]
pub(crate) use self::csv_text::{Lines, column_name, header, reader};
#[cfg(feature = "rollback")]
pub(crate) use self::document::text_of;
pub use self::methods_policy::{MethodConfiguration, MethodsPolicy, Migration};
#[cfg(feature = "rollback")]
pub(crate) use self::owner::is_id as is_object_id;
pub use self::policy::{AuthorizationPolicy, PolicyState, SecurityDefaults};
pub use self::policy_target::PolicyTarget;
pub use self::roles::{
    AdministratorRole, administrator_role, administrator_roles, follows_administrator_policy,
};
pub use self::user::{GroupList, GroupRole, MethodHeld, Role, Stated, UserState};
pub use self::users::UserExports;
pub use self::warning::{Warning, WarningKind};
