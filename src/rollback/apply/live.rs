//! How a user stands now: everything that decides, asked for at once.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::Utc;
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::{Client, Trouble, is_passing};
use super::journal::Created;
use super::transport::Request;
use crate::model::{Method, parse_timestamp};
use crate::rollback::deletion::encoded;
use crate::rollback::plan::RegisteredResource;
use crate::rollback::resource::Resource;
use crate::rollback::standing::{RegisteredMethod, Standing, required_by};
use crate::state::is_object_id;

/// Where batches are sent. Requirements and the default method are in beta alone.
const BATCH: &str = "/beta/$batch";

/// How a user stands now.
#[derive(Debug, Clone, Default)]
pub(super) struct Live {
    pub(super) standing: Standing,
    /// When methods were registered, where the service says so.
    pub(super) created: Vec<Created>,
    /// The object id in lower case, where it may be read.
    pub(super) id: Option<String>,
    /// The user principal name, likewise.
    pub(super) upn: Option<String>,
}

impl Live {
    /// Leaves out a method that is deleted.
    pub(super) fn forget(&mut self, gone: &RegisteredResource) {
        if let Some(methods) = &mut self.standing.methods {
            methods.retain(|held| {
                Resource::of(&held.method) != Some(gone.resource) || held.id != gone.id
            });
        }
    }
}

/// Why it cannot be told how a user stands.
pub(super) enum NotRead {
    /// There is no such user.
    Missing(String),
    /// The service answers, and does not tell.
    Refused(String),
    Trouble(Trouble),
}

/// The parts of a user that are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Methods,
    Requirements,
    Preferences,
    Roles,
    Identity,
}

impl Part {
    const ALL: [Self; 5] =
        [Self::Methods, Self::Requirements, Self::Preferences, Self::Roles, Self::Identity];

    /// Whether nothing is done without it.
    fn is_needed(self) -> bool {
        matches!(self, Self::Methods | Self::Requirements)
    }

    /// The request, of which the number in the batch is the part's.
    fn request(self, user: &str) -> Value {
        let user = encoded(user);
        let get = |path: &str| json!({"id": self.id(), "method": "GET", "url": format!("/users/{user}{path}")});
        match self {
            Self::Methods => get("/authentication/methods"),
            Self::Requirements => get("/authentication/requirements"),
            Self::Preferences => get("/authentication/signInPreferences"),
            Self::Identity => get("?$select=id,userPrincipalName"),
            Self::Roles => {
                let mut request = get(
                    "/transitiveMemberOf/microsoft.graph.directoryRole?$count=true&$select=id,displayName",
                );
                // Without it, the type of what is asked for is not taken.
                request["headers"] = json!({"ConsistencyLevel": "eventual"});
                request
            }
        }
    }

    fn id(self) -> String {
        (self as u8 + 1).to_string()
    }
}

/// An answer within a batch.
#[derive(Debug, Deserialize)]
struct Inner {
    id: String,
    status: u16,
    #[serde(default)]
    headers: BTreeMap<String, Value>,
    #[serde(default)]
    body: Value,
}

impl Inner {
    fn retry_after(&self) -> Option<Duration> {
        let header = self.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("Retry-After"));
        let text = header.map(|(_, value)| match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        });
        super::http::retry_after(&text?, Utc::now())
    }
}

#[derive(Debug, Deserialize)]
struct Responses {
    responses: Vec<Inner>,
}

/// Asks how a user stands.
pub(super) fn read(client: &mut Client<'_>, user: &str) -> Result<Live, NotRead> {
    let mut answers = ask(client, user)?;
    let methods = part(client, &mut answers, Part::Methods)?;
    let requirements = part(client, &mut answers, Part::Requirements)?;
    let preferences = part(client, &mut answers, Part::Preferences).ok();
    let roles = part(client, &mut answers, Part::Roles).ok();
    let identity = part(client, &mut answers, Part::Identity).ok();
    let mut live = Live::default();
    read_methods(client, &methods, &mut live)?;
    let state = requirements.get("perUserMfaState").and_then(Value::as_str).unwrap_or_default();
    live.standing.is_required = Some(required_by(state).ok_or_else(|| {
        let state = client.shown(state);
        NotRead::Refused(format!("the per-user state of multifactor authentication is `{state}`"))
    })?);
    let key = "userPreferredMethodForSecondaryAuthentication";
    let preferred = preferences.as_ref().and_then(|body| body.get(key)).and_then(Value::as_str);
    live.standing.default_method = preferred.and_then(default_method);
    if let Some(roles) = roles {
        read_roles(client, &roles, &mut live.standing);
    }
    let text = |key: &str| identity.as_ref()?.get(key)?.as_str().map(str::to_lowercase);
    live.id = text("id").filter(|id| is_object_id(id));
    live.upn = text("userPrincipalName").map(|name| client.shown(&name));
    Ok(live)
}

/// Whether the user holds roles, as far as the list tells: one that goes on elsewhere does not tell that there is none.
fn read_roles(client: &Client<'_>, body: &Value, standing: &mut Standing) {
    let Some(held) = body.get("value").and_then(Value::as_array) else { return };
    if held.is_empty() && body.get("@odata.nextLink").is_some() {
        return;
    }
    standing.is_administrator = Some(!held.is_empty());
    let name = |role: &Value| {
        let name = role.get("displayName").or(role.get("id")).and_then(Value::as_str);
        client.shown(name.unwrap_or("a role"))
    };
    standing.roles = held.iter().map(name).collect();
}

/// The answers to all parts, of one moment: if a needed one has to be waited for, all are asked for again.
fn ask(client: &mut Client<'_>, user: &str) -> Result<BTreeMap<Part, Inner>, NotRead> {
    let requests: Vec<Value> = Part::ALL.iter().map(|part| part.request(user)).collect();
    let request = Request::post(BATCH, json!({"requests": requests}));
    let mut tries = 0;
    let mut is_renewed = false;
    loop {
        let answer = client.send(&request).map_err(NotRead::Trouble)?;
        if answer.status != 200 {
            let message = client.message(answer.status, &answer.body);
            return Err(NotRead::Refused(format!("the state could not be read ({message})")));
        }
        let responses: Responses = serde_json::from_str(&answer.body).map_err(|_| {
            NotRead::Trouble(Trouble::Service("an answer that is no batch".to_owned()))
        })?;
        if responses.responses.iter().any(|inner| inner.status == 401) {
            client.renew(&answer, is_renewed).map_err(NotRead::Trouble)?;
            is_renewed = true;
            continue;
        }
        let (answers, busy) = sorted(responses.responses);
        let open: Vec<Part> =
            Part::ALL.into_iter().filter(|part| !answers.contains_key(part)).collect();
        if open.is_empty() {
            return Ok(answers);
        }
        let wait = busy.iter().filter_map(Inner::retry_after).max();
        let what = busy.first().map_or_else(
            || "an answer that lacks a part".to_owned(),
            |inner| client.message(inner.status, &inner.body.to_string()),
        );
        tries += 1;
        match client.wait_or_give_up(&what, wait, tries) {
            Ok(()) => {}
            // What is not known of the default and of roles is not acted upon.
            Err(_) if !open.iter().any(|part| part.is_needed()) => return Ok(answers),
            Err(trouble) => return Err(NotRead::Trouble(trouble)),
        }
    }
}

/// The answers that stand, and those that another try may change.
fn sorted(inner: Vec<Inner>) -> (BTreeMap<Part, Inner>, Vec<Inner>) {
    // 424 is the batch failing for another of its parts.
    let is_busy = |inner: &Inner| is_passing(inner.status) || inner.status == 424;
    let (busy, answers): (Vec<_>, Vec<_>) = inner.into_iter().partition(is_busy);
    let with_part = answers.into_iter().filter_map(|inner| {
        let part = Part::ALL.into_iter().find(|part| part.id() == inner.id)?;
        Some((part, inner))
    });
    (with_part.collect(), busy)
}

/// The body of a part, or why there is none.
fn part(
    client: &Client<'_>,
    answers: &mut BTreeMap<Part, Inner>,
    part: Part,
) -> Result<Value, NotRead> {
    let Some(inner) = answers.remove(&part) else {
        return Err(NotRead::Refused("a part of the state could not be read".to_owned()));
    };
    if inner.status == 200 {
        return Ok(inner.body);
    }
    let message = client.message(inner.status, &inner.body.to_string());
    let what = match (part, inner.status) {
        (_, 404) => return Err(NotRead::Missing(format!("there is no such user ({message})"))),
        (Part::Methods, 403) => {
            "the methods may not be read: needed are UserAuthenticationMethod.ReadWrite.All, and a role that may manage this user"
        }
        (Part::Requirements, 403) => {
            "the per-user state may not be read: needed is Policy.Read.All"
        }
        _ => "the state could not be read",
    };
    Err(NotRead::Refused(format!("{what} ({message})")))
}

fn read_methods(client: &Client<'_>, body: &Value, live: &mut Live) -> Result<(), NotRead> {
    let not_whole = || NotRead::Refused("the list of methods is not whole, or no list".to_owned());
    let entries = body.get("value").and_then(Value::as_array).ok_or_else(not_whole)?;
    if body.get("@odata.nextLink").is_some() {
        return Err(not_whole());
    }
    let mut methods = Vec::new();
    for entry in entries {
        let text = |key: &str| entry.get(key).and_then(Value::as_str);
        let (Some(kind), Some(id)) = (text("@odata.type"), text("id")) else {
            return Err(not_whole());
        };
        // It goes into the journal.
        if client.shown(id) != id {
            return Err(not_whole());
        }
        let method = match text("phoneType") {
            Some(which) if Method::from_text(kind) == Method::PhoneUnspecified => {
                Method::from_text(which)
            }
            _ => Method::from_text(kind),
        };
        if method == Method::Password {
            continue;
        }
        let registered = RegisteredMethod::new(method, Some(id.to_owned()));
        let created = entry.get("createdDateTime").filter(|value| !value.is_null());
        if let (Some(resource), Some(created)) = (Resource::of(&registered.method), created) {
            let time = created.as_str().and_then(parse_timestamp).ok_or_else(not_whole)?;
            let method = RegisteredResource { resource, id: registered.id.clone() };
            live.created.push(Created { method, time });
        }
        methods.push(registered);
    }
    methods.sort();
    live.standing.methods = Some(methods);
    Ok(())
}

/// The default method, unless there is none, or none that has a name.
fn default_method(text: &str) -> Option<Method> {
    let is_none =
        ["", "none", "unknownFutureValue"].iter().any(|none| text.eq_ignore_ascii_case(none));
    (!is_none).then(|| Method::from_text(text))
}
