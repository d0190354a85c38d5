//! Who did it.

use serde::{Deserialize, Serialize};

/// What kind of actor stands behind an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ActorKind {
    /// The user whom the event is about.
    User,
    /// Another user, or whoever the activity itself calls `Admin`.
    Admin,
    /// An application.
    Application,
    /// A service of Microsoft's, acting for itself.
    Service,
    /// The export does not say.
    Unknown,
}

impl ActorKind {
    /// The value of the flat column `actor_kind`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Admin => "admin",
            Self::Application => "application",
            Self::Service => "service",
            Self::Unknown => "unknown",
        }
    }
}

impl std::fmt::Display for ActorKind {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// `initiatedBy`: a user, an application, both, or neither (Microsoft Graph,
/// *auditActivityInitiator*; real records hold `{}`).
///
/// What [`kind`](super::Event::actor_kind) of actor it is depends on the rest of the event.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Actor {
    /// The user, where the log names one.
    pub user: Option<User>,
    /// The application, where the log names one.
    pub application: Option<Application>,
}

/// A user as an initiator (Microsoft Graph, *userIdentity*).
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct User {
    /// The object id.
    pub id: Option<String>,
    /// The user principal name, in the casing of the record.
    pub user_principal_name: Option<String>,
    /// The display name.
    pub display_name: Option<String>,
    /// The directory the user comes from, where the record says so.
    pub home_tenant_id: Option<String>,
}

/// An application as an initiator (Microsoft Graph, *appIdentity*).
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Application {
    /// The application (client) id.
    pub app_id: Option<String>,
    /// The object id of its service principal.
    pub service_principal_id: Option<String>,
    /// The display name, or the name of the service principal where there is no other.
    pub display_name: Option<String>,
}

/// Applications through which Microsoft's own services act, seen in real records.
const MICROSOFT_SERVICES: &[&str] = &[
    "Azure MFA StrongAuthenticationService",
    "Azure Credential Configuration Endpoint Service",
    "Device Registration Service",
];

impl Actor {
    /// The user's id, else the service principal's, else the application's.
    pub fn id(&self) -> Option<&str> {
        let user = self.user.as_ref().and_then(|user| user.id.as_deref());
        user.or_else(|| {
            let application = self.application.as_ref()?;
            let principal = application.service_principal_id.as_deref();
            principal.or(application.app_id.as_deref())
        })
    }

    /// The user principal name of the user.
    pub fn user_principal_name(&self) -> Option<&str> {
        self.user.as_ref()?.user_principal_name.as_deref()
    }

    /// The name of the application, or its id where it has no name.
    pub fn application_name(&self) -> Option<&str> {
        let application = self.application.as_ref()?;
        application.display_name.as_deref().or(application.app_id.as_deref())
    }

    /// Whether it is one of Microsoft's own services.
    pub(super) fn is_microsoft_service(&self) -> bool {
        self.application_name().is_some_and(|name| MICROSOFT_SERVICES.contains(&name))
    }
}
