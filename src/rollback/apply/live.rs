//! How a user stands now: everything that decides, asked for at once.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::{Client, Trouble, is_passing};
use super::transport::Request;
use crate::model::{Method, parse_timestamp};
use crate::rollback::deletion::encoded;
use crate::rollback::standing::{RegisteredMethod, Standing, required_by};

/// Where batches are sent. Requirements and the default method are in beta alone.
const BATCH: &str = "/beta/$batch";

/// How a user stands now.
#[derive(Debug, Clone, Default)]
pub(super) struct Live {
    pub(super) standing: Standing,
    /// When the last of the methods was registered, where the service says so.
    pub(super) registered: Option<DateTime<Utc>>,
}

/// Why it cannot be told how a user stands.
pub(super) enum NotRead {
    /// The service answers, and does not tell.
    User(String),
    Trouble(Trouble),
}

/// The parts of a user that are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Methods,
    Requirements,
    Preferences,
    Roles,
}

impl Part {
    const ALL: [Self; 4] = [Self::Methods, Self::Requirements, Self::Preferences, Self::Roles];

    /// The request, of which the number in the batch is the part's.
    fn request(self, user: &str) -> Value {
        let user = encoded(user);
        let get = |path: &str| json!({"id": self.id(), "method": "GET", "url": format!("/users/{user}/{path}")});
        match self {
            Self::Methods => get("authentication/methods"),
            Self::Requirements => get("authentication/requirements"),
            Self::Preferences => get("authentication/signInPreferences"),
            Self::Roles => {
                let mut request = get(
                    "transitiveMemberOf/microsoft.graph.directoryRole?$count=true&$select=id,displayName",
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
    let mut live = Live::default();
    read_methods(&methods, &mut live)?;
    let state = requirements.get("perUserMfaState").and_then(Value::as_str).unwrap_or_default();
    live.standing.is_required = Some(required_by(state).ok_or_else(|| {
        NotRead::User(format!("the per-user state of multifactor authentication is `{state}`"))
    })?);
    let key = "userPreferredMethodForSecondaryAuthentication";
    let preferred = preferences.as_ref().and_then(|body| body.get(key)).and_then(Value::as_str);
    live.standing.default_method = preferred.and_then(default_method);
    if let Some(held) = roles.as_ref().and_then(|body| body.get("value")).and_then(Value::as_array)
    {
        live.standing.is_administrator = Some(!held.is_empty());
        let name = |role: &Value| {
            let name = role.get("displayName").or(role.get("id")).and_then(Value::as_str);
            client.shown(name.unwrap_or("a role"))
        };
        live.standing.roles = held.iter().map(name).collect();
    }
    Ok(live)
}

/// The answers to all parts, those that failed in passing asked for again.
fn ask(client: &mut Client<'_>, user: &str) -> Result<BTreeMap<Part, Inner>, NotRead> {
    let mut answers = BTreeMap::new();
    let mut open: Vec<Part> = Part::ALL.to_vec();
    let mut tries = 0;
    loop {
        let requests: Vec<Value> = open.iter().map(|part| part.request(user)).collect();
        let request = Request::post(BATCH, json!({"requests": requests}));
        let answer = client.send(&request).map_err(NotRead::Trouble)?;
        if answer.status != 200 {
            return Err(NotRead::User(format!(
                "the state could not be read ({})",
                client.message(answer.status, &answer.body)
            )));
        }
        let responses: Responses = serde_json::from_str(&answer.body).map_err(|_| {
            NotRead::Trouble(Trouble::Service("an answer that is no batch".to_owned()))
        })?;
        let mut wait = None;
        let mut what = "an answer that lacks a part".to_owned();
        for inner in responses.responses {
            let Some(part) = open.iter().copied().find(|part| part.id() == inner.id) else {
                continue;
            };
            // 424 is the batch failing for another of its parts.
            if is_passing(inner.status) || inner.status == 424 {
                wait = wait.max(inner.retry_after());
                what = client.message(inner.status, &inner.body.to_string());
                continue;
            }
            open.retain(|other| *other != part);
            answers.insert(part, inner);
        }
        // Without preferences and roles there are answers, too: what is not known is not acted upon.
        if open.is_empty() {
            return Ok(answers);
        }
        tries += 1;
        let waited = client.wait_or_give_up(&what, wait, tries);
        let is_needed = |part: &Part| matches!(part, Part::Methods | Part::Requirements);
        match waited {
            Ok(()) => {}
            Err(Trouble::Service(_)) if !open.iter().any(is_needed) => return Ok(answers),
            Err(trouble) => return Err(NotRead::Trouble(trouble)),
        }
    }
}

/// The body of a part, or why there is none.
fn part(
    client: &Client<'_>,
    answers: &mut BTreeMap<Part, Inner>,
    part: Part,
) -> Result<Value, NotRead> {
    let Some(inner) = answers.remove(&part) else {
        return Err(NotRead::User("a part of the state could not be read".to_owned()));
    };
    if inner.status == 200 {
        return Ok(inner.body);
    }
    let what = match (part, inner.status) {
        (_, 404) => "there is no such user",
        (Part::Methods, 403) => {
            "the methods may not be read: needed are UserAuthenticationMethod.ReadWrite.All, and a role that may manage this user"
        }
        (Part::Requirements, 403) => {
            "the per-user state may not be read: needed is Policy.Read.All"
        }
        _ => "the state could not be read",
    };
    let message = client.message(inner.status, &inner.body.to_string());
    Err(NotRead::User(format!("{what} ({message})")))
}

fn read_methods(body: &Value, live: &mut Live) -> Result<(), NotRead> {
    let not_whole = || NotRead::User("the list of methods is not whole, or no list".to_owned());
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
        if registered.is_strong() {
            live.registered =
                live.registered.max(text("createdDateTime").and_then(parse_timestamp));
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
