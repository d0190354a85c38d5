//! One event: an audit record of interest, typed.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Activity, Actor, ActorKind, Change, IpAddress, Reason, Status, phone_numbers};
use crate::origin::Origin;

/// An audit record, typed, whatever export it came from.
///
/// Field by field this is Microsoft Graph's *directoryAudit*; what an export does not carry is
/// `None` (the portal's CSV, for one, has neither id nor operation). What it *means* is the
/// [`Classification`](crate::Classification) that [`classify`](crate::classify) gives it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Event {
    /// When it happened, in UTC: `activityDateTime`, else the time of the envelope.
    #[serde(serialize_with = "super::serialize_timestamp")]
    pub time: DateTime<Utc>,
    /// The id of the record. Not always a GUID, and not always unique: a parser's published test data
    /// has one id on two records.
    pub id: Option<String>,
    /// What belongs together in one operation. The same id in another log promises nothing.
    pub correlation_id: Option<String>,
    /// The directory's tenant, never the workspace's.
    pub tenant_id: Option<String>,
    /// `loggedByService`, such as `Authentication Methods`.
    pub service: Option<String>,
    /// The record's own category (`UserManagement`), not the envelope's.
    pub category: Option<String>,
    /// `operationType`, such as `Add` or `ServiceApi`.
    pub operation: Option<String>,
    /// What happened.
    pub activity: Activity,
    /// What the log says of the result.
    pub status: Status,
    /// Why, where the log says: the result reason, else the result description.
    pub reason: Option<Reason>,
    /// Who did it.
    pub actor: Actor,
    /// What it was done to; the first user among them is whom the event is about.
    pub targets: Vec<Target>,
    /// The initiator's address, else that of the envelope.
    pub ip: Option<IpAddress>,
    /// The client, from `userAgent` or the detail `User-Agent`.
    pub user_agent: Option<String>,
    /// `additionalDetails`, in order.
    pub details: Vec<Detail>,
    /// Texts of the log that differ from what was understood.
    pub verbatim: Verbatim,
    /// Where the record stands.
    pub origin: Origin,
}

/// Something an event was done to (Microsoft Graph, *targetResource*).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Target {
    /// `User`, `Device`, `Policy`, ..
    pub kind: Option<String>,
    /// The object id.
    pub id: Option<String>,
    /// The display name.
    pub display_name: Option<String>,
    /// The user principal name, in the casing of the record.
    pub user_principal_name: Option<String>,
    /// The modified properties; `None` where the record has null instead of a list, which records of
    /// the service's own maintenance have.
    pub changes: Option<Vec<Change>>,
}

/// An additional detail: a key and its value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Detail {
    /// The key, as the log writes it.
    pub key: String,
    /// The value; null in the log is `None`.
    pub value: Option<String>,
}

/// What the log wrote, where it is not what the model writes for it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Verbatim {
    /// The activity, where it was spelled in another than the usual way.
    pub activity: Option<String>,
    /// The result, where it was spelled in another than the usual way.
    pub status: Option<String>,
}

/// The user an event is about, by the names its record gives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct EventUser<'event> {
    /// The object id.
    pub id: Option<&'event str>,
    /// The user principal name, in the casing of the record.
    pub user_principal_name: Option<&'event str>,
    /// The display name.
    pub display_name: Option<&'event str>,
}

impl EventUser<'_> {
    /// What tells the user: the object id, else the user principal name, in lower case. `None` where the
    /// record gives neither.
    pub fn key(&self) -> Option<String> {
        self.id.or(self.user_principal_name).map(str::to_lowercase)
    }
}

impl Event {
    /// An event of which no more is known yet than when it was, what happened, and where it stands.
    ///
    /// ```
    /// use regaudit::{Origin, model::Event};
    /// let time = regaudit::model::parse_timestamp("2026-03-09T08:00:00Z").unwrap();
    /// let event = Event::new(time, "User cancelled security info registration", Origin::new("mine"));
    /// assert_eq!(event.verbatim.activity.as_deref(), Some("User cancelled security info registration"));
    /// ```
    pub fn new(time: DateTime<Utc>, activity: &str, origin: Origin) -> Self {
        let understood = Activity::from_text(activity);
        let verbatim = Verbatim {
            activity: (understood.as_str() != activity).then(|| activity.to_owned()),
            status: None,
        };
        Self {
            time,
            id: None,
            correlation_id: None,
            tenant_id: None,
            service: None,
            category: None,
            operation: None,
            activity: understood,
            status: Status::from_text(""),
            reason: None,
            actor: Actor::default(),
            targets: Vec::new(),
            ip: None,
            user_agent: None,
            details: Vec::new(),
            verbatim,
            origin,
        }
    }

    /// Sets the result from the text of an export, which is kept where it is not the usual one.
    pub fn set_status(&mut self, text: &str) {
        self.status = Status::from_text(text);
        self.verbatim.status = (self.status.as_str() != text).then(|| text.to_owned());
    }

    /// The user whom the event is about: the first target that is a user.
    ///
    /// A target is one if its type says so; if no type says so, if it has a user principal name.
    pub fn target_user(&self) -> Option<&Target> {
        let is_user = |target: &&Target| {
            target.kind.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("user"))
        };
        self.targets
            .iter()
            .find(is_user)
            .or_else(|| self.targets.iter().find(|target| target.user_principal_name.is_some()))
    }

    /// The user the event is about: the [target](Self::target_user); where there is none, the user who
    /// acted for themselves.
    pub fn user(&self) -> Option<EventUser<'_>> {
        if let Some(target) = self.target_user() {
            return Some(EventUser {
                id: target.id.as_deref(),
                user_principal_name: target.user_principal_name.as_deref(),
                display_name: target.display_name.as_deref(),
            });
        }
        let user = self.actor.user.as_ref().filter(|_| self.actor_kind() == ActorKind::User)?;
        Some(EventUser {
            id: user.id.as_deref(),
            user_principal_name: user.user_principal_name.as_deref(),
            display_name: user.display_name.as_deref(),
        })
    }

    /// What kind of actor stands behind the event.
    ///
    /// A user who is not the target is an administrator, and so is whoever acts in an activity that
    /// begins with `Admin`, unless that is an application. Without a target, activities that begin with
    /// `User` are the user's own.
    /// An event without an initiator whose operation is `ServiceApi` is the service's (inferred).
    pub fn actor_kind(&self) -> ActorKind {
        let subject = self.activity.subject();
        if let Some(user) = &self.actor.user {
            let is_own = match self.target_user() {
                Some(target) => is_same_user(
                    (bytes_of(user.id.as_ref()), bytes_of(user.user_principal_name.as_ref())),
                    (bytes_of(target.id.as_ref()), bytes_of(target.user_principal_name.as_ref())),
                ),
                None => subject.eq_ignore_ascii_case("user"),
            };
            return self.activity.actor_of_user(is_own);
        }
        match &self.actor.application {
            Some(_) if self.actor.is_microsoft_service() => ActorKind::Service,
            Some(_) => ActorKind::Application,
            None if subject.eq_ignore_ascii_case("admin") => ActorKind::Admin,
            None if self.operation.as_deref() == Some("ServiceApi") => ActorKind::Service,
            None => ActorKind::Unknown,
        }
    }

    /// Every change of every target, in order.
    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        self.targets.iter().filter_map(|target| target.changes.as_deref()).flatten()
    }

    /// The phone numbers the event holds, in its reason and in its changes.
    pub fn phone_numbers(&self) -> Vec<&str> {
        let changed = self.changes().flat_map(|change| [&change.old, &change.new]);
        let texts = changed.flatten().map(|value| value.text.as_str());
        let reason = self.reason.as_ref().map(Reason::as_str);
        reason
            .into_iter()
            .chain(texts)
            .flat_map(|text| phone_numbers(text).map(|range| &text[range]))
            .collect()
    }

    /// The names of devices the event holds: of targets that are devices, and `DeviceName` in changes
    /// such as `StrongAuthenticationPhoneAppDetail`.
    pub fn device_names(&self) -> Vec<&str> {
        let is_device = |target: &&Target| {
            target.kind.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("device"))
        };
        let devices = self.targets.iter().filter(is_device);
        let mut names: Vec<&str> =
            devices.filter_map(|target| target.display_name.as_deref()).collect();
        let changed = self.changes().flat_map(|change| [&change.old, &change.new]).flatten();
        for json in changed.filter_map(|value| value.json()) {
            collect_device_names(json, &mut names);
        }
        names
    }
}

fn collect_device_names<'json>(json: &'json Value, names: &mut Vec<&'json str>) {
    match json {
        Value::Object(fields) => {
            if let Some(Value::String(name)) = fields.get("DeviceName") {
                names.push(name);
            }
            fields.values().for_each(|value| collect_device_names(value, names));
        }
        Value::Array(values) => values.iter().for_each(|value| collect_device_names(value, names)),
        _ => {}
    }
}

fn bytes_of(text: Option<&String>) -> Option<&[u8]> {
    text.map(String::as_bytes)
}

/// Whether two pairs of object id and user principal name are those of one user: by id where both
/// have one, else by name.
pub(crate) fn is_same_user(
    user: (Option<&[u8]>, Option<&[u8]>),
    target: (Option<&[u8]>, Option<&[u8]>),
) -> bool {
    if let (Some(user), Some(target)) = (user.0, target.0) {
        return user.eq_ignore_ascii_case(target);
    }
    match (user.1, target.1) {
        (Some(user), Some(target)) => {
            user.eq_ignore_ascii_case(target)
                || is_guest_form(target, user)
                || is_guest_form(user, target)
        }
        _ => false,
    }
}

/// Whether `guest` (`ada_example.org#EXT#@example.com`) is the guest form of `home`
/// (`ada@example.org`).
fn is_guest_form(guest: &[u8], home: &[u8]) -> bool {
    let address = std::str::from_utf8(guest).ok().and_then(guest_home);
    address.is_some_and(|address| address.as_bytes().eq_ignore_ascii_case(home))
}

/// The home address that the user principal name of a guest stands for.
pub(crate) fn guest_home(guest: &str) -> Option<String> {
    let end = super::find_ignore_case(guest, "#EXT#")?;
    let (name, domain) = guest[..end].rsplit_once('_')?;
    Some(format!("{name}@{domain}"))
}
