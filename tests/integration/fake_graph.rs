//! A service that keeps the documented rules of Microsoft Graph about authentication methods, and fails when asked to.
//!
//! Its rules: a phone that is the default is refused, or goes as the last method (documents and a public tool differ);
//! a mobile phone is refused while there is an alternate one; a batch answers each of its requests by itself.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use regaudit::rollback::Resource;
use regaudit::rollback::apply::{Answer, Clock, NoAnswer, Request, Token, Transport, Verb};
use serde_json::{Value, json};

/// The token that the service takes.
pub const TOKEN: &str = "eyJ0b2tlbiI6InNlY3JldCJ9.c2VjcmV0.c2lnbmVk";

/// An id of a user.
pub fn id(number: u32) -> String {
    format!("00000000-0000-4000-8000-0000000{number:05}")
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    pub resource: Resource,
    pub id: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub methods: Vec<Held>,
    pub state: &'static str,
    /// What Graph calls the default, and the sort of method it is.
    pub default: Option<Resource>,
    pub roles: Vec<&'static str>,
    /// Whether administrators of this kind may not touch the user.
    pub is_forbidden: bool,
}

/// What the service makes of the default phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DefaultPhone {
    /// Refused, as documented.
    Refused,
    /// Goes as the last method, as a public tool reports.
    GoesLast,
}

/// What happens to a request in place of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// This status, and how many seconds to wait.
    Status(u16, Option<u64>),
    /// The connection is dropped before anything was done.
    DropBefore,
    /// It is dropped when all was done.
    DropAfter,
    /// One request of the batch, by its number in it, fails so.
    Part(usize, u16, Option<u64>),
    /// The answer comes late.
    Slow(Duration),
    /// The answer is no JSON.
    Garbage,
}

#[derive(Debug, Clone)]
pub struct Service {
    pub users: BTreeMap<String, User>,
    pub rule: DefaultPhone,
    /// What happens to which request, by its number from 1.
    pub faults: BTreeMap<usize, Fault>,
    /// What happens to every request.
    pub always: Option<Fault>,
    /// Whose a user principal name is now.
    pub names: BTreeMap<String, String>,
    /// How often a list shows what was deleted before it leaves it out.
    pub lag: usize,
    /// What was deleted, and is listed still.
    pub lagging: Vec<(usize, String, Held)>,
    /// What refusals repeat.
    pub repeats: Option<String>,
    /// When methods say that they were registered.
    pub created: Option<Value>,
    /// The roles of users may not be read.
    pub hides_roles: bool,
    /// The first page of roles is empty, and names a next one.
    pub roles_go_on: bool,
    /// Neither ids nor names of users may be read.
    pub hides_names: bool,
    pub token: String,
    /// Every request: verb, path, and what the deletion came to.
    pub seen: Vec<(Verb, String, u16)>,
}

impl Service {
    pub fn new(users: impl IntoIterator<Item = (String, User)>) -> Self {
        Self {
            users: users.into_iter().collect(),
            rule: DefaultPhone::GoesLast,
            faults: BTreeMap::new(),
            always: None,
            names: BTreeMap::new(),
            lag: 0,
            lagging: Vec::new(),
            repeats: None,
            created: None,
            hides_roles: false,
            roles_go_on: false,
            hides_names: false,
            token: TOKEN.to_owned(),
            seen: Vec::new(),
        }
    }

    /// The paths of the deletions that were carried out, in order.
    pub fn deleted(&self) -> Vec<&str> {
        let is_done =
            |(verb, _, status): &&(Verb, String, u16)| *verb == Verb::Delete && *status == 204;
        self.seen.iter().filter(is_done).map(|(_, path, _)| path.as_str()).collect()
    }

    /// The deletions that were asked for, carried out or not.
    pub fn asked(&self) -> usize {
        self.seen.iter().filter(|(verb, ..)| *verb == Verb::Delete).count()
    }

    /// What a request comes to; `None` where the connection is dropped.
    pub fn handle(
        &mut self,
        verb: Verb,
        path: &str,
        body: &Value,
        authorization: &str,
    ) -> Option<Answer> {
        let number = self.seen.len() + 1;
        let fault = self.faults.get(&number).copied().or(self.always);
        let refused = |status: u16| Answer::new(status, error("serviceNotAvailable", "try again"));
        match fault {
            Some(Fault::DropBefore) => {
                self.seen.push((verb, path.to_owned(), 0));
                return None;
            }
            Some(Fault::Status(status, wait)) => {
                self.seen.push((verb, path.to_owned(), status));
                let mut answer = refused(status);
                answer.retry_after = wait.map(Duration::from_secs);
                return Some(answer);
            }
            Some(Fault::Garbage) => {
                self.seen.push((verb, path.to_owned(), 200));
                return Some(Answer::new(200, "<html>sign in</html>"));
            }
            _ => {}
        }
        let answer = if authorization == format!("Bearer {}", self.token) {
            self.answer(verb, path, body, fault)
        } else {
            // A service that repeats what it was given.
            Answer::new(
                401,
                error("InvalidAuthenticationToken", &format!("not valid: {authorization}")),
            )
        };
        self.seen.push((verb, path.to_owned(), answer.status));
        if fault == Some(Fault::DropAfter) {
            return None;
        }
        Some(answer)
    }

    fn answer(&mut self, verb: Verb, path: &str, body: &Value, fault: Option<Fault>) -> Answer {
        match verb {
            Verb::Post if path == "/beta/$batch" || path == "/v1.0/$batch" => {
                self.batch(body, fault)
            }
            Verb::Delete => match path.strip_prefix("/v1.0") {
                Some(path) => self.delete(path),
                None => Answer::new(404, error("ResourceNotFound", path)),
            },
            Verb::Post => Answer::new(404, error("ResourceNotFound", path)),
        }
    }

    fn batch(&mut self, body: &Value, fault: Option<Fault>) -> Answer {
        let requests = body["requests"].as_array().expect("a list of requests");
        assert!(requests.len() <= 20, "{} requests", requests.len());
        let mut responses: Vec<Value> = Vec::new();
        let mut statuses: BTreeMap<&str, u16> = BTreeMap::new();
        check_dependencies(requests);
        for (number, request) in (1..).zip(requests) {
            let name = request["id"].as_str().unwrap();
            let needed = request["dependsOn"].as_array().into_iter().flatten();
            let failed = needed.filter(|other| statuses[other.as_str().unwrap()] >= 300).count();
            let part = match fault {
                Some(Fault::Part(part, status, wait)) if part == number => Some((status, wait)),
                _ => None,
            };
            let (answer, wait) = match part {
                _ if failed > 0 => (Answer::new(424, error("FailedDependency", "failed")), None),
                Some((status, wait)) => (Answer::new(status, error("part", "failed")), wait),
                None => (self.part(request), None),
            };
            statuses.insert(name, answer.status);
            let mut response = json!({"id": name, "status": answer.status, "headers": {"Content-Type": "application/json"}});
            if let Some(wait) = wait {
                response["headers"]["Retry-After"] = json!(wait.to_string());
            }
            if !answer.body.is_empty() {
                response["body"] = serde_json::from_str(&answer.body).unwrap();
            }
            // In any order.
            responses.insert(0, response);
        }
        Answer::new(200, json!({"responses": responses}).to_string())
    }

    fn part(&mut self, request: &Value) -> Answer {
        let url = request["url"].as_str().unwrap();
        if request["method"] == "DELETE" {
            return self.delete(url);
        }
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let rest = path.strip_prefix("/users/").unwrap();
        let (name, what) = rest.split_once('/').unwrap_or((rest, ""));
        let name = self.names.get(name).map_or(name, String::as_str);
        let Some(user) = self.users.get(name) else {
            return Answer::new(404, error("Request_ResourceNotFound", "Resource does not exist."));
        };
        let denied =
            || Answer::new(403, error("Authorization_RequestDenied", "Insufficient privileges"));
        let answer = match what {
            "" if self.hides_names => return denied(),
            "" => {
                assert_eq!(query, "$select=id,userPrincipalName");
                json!({"id": name, "userPrincipalName": format!("{name}@example.com")})
            }
            "authentication/methods" => {
                let mut listed = user.clone();
                for (left, of, held) in &mut self.lagging {
                    if *left > 0 && of == name {
                        *left -= 1;
                        listed.methods.push(held.clone());
                    }
                }
                let mut answer = methods_of(name, &listed);
                if let Some(created) = &self.created {
                    answer["value"][1]["createdDateTime"] = created.clone();
                }
                answer
            }
            "authentication/requirements" => json!({"perUserMfaState": user.state}),
            "authentication/signInPreferences" => json!({
                "isSystemPreferredAuthenticationMethodEnabled": false,
                "userPreferredMethodForSecondaryAuthentication": user.default.map_or("", preferred),
            }),
            "transitiveMemberOf/microsoft.graph.directoryRole" => {
                assert!(query.contains("$count=true"));
                assert_eq!(request["headers"]["ConsistencyLevel"], "eventual");
                if self.hides_roles {
                    return denied();
                }
                if self.roles_go_on {
                    let next = "https://graph.microsoft.com/beta/next";
                    return Answer::new(
                        200,
                        json!({"value": [], "@odata.nextLink": next}).to_string(),
                    );
                }
                json!({"value": user.roles.iter().map(|role| json!({"displayName": role})).collect::<Vec<_>>()})
            }
            other => panic!("nobody asks for {other}"),
        };
        Answer::new(200, answer.to_string())
    }

    fn delete(&mut self, path: &str) -> Answer {
        let parts: Vec<&str> = path.split('/').collect();
        let ["", "users", name, "authentication", collection, method] = parts.as_slice() else {
            return Answer::new(404, error("ResourceNotFound", path));
        };
        let rule = self.rule;
        let missing = || Answer::new(404, error("ResourceNotFound", "not found"));
        let name = &self.names.get(*name).cloned().unwrap_or_else(|| (*name).to_owned());
        let Some(user) = self.users.get_mut(name) else { return missing() };
        if user.is_forbidden {
            let text = format!(
                "Request Authorization failed {}",
                self.repeats.as_deref().unwrap_or_default()
            );
            return Answer::new(403, error("accessDenied", &text));
        }
        let is_it = |held: &Held| held.id == *method && held.resource.collection() == *collection;
        let Some(place) = user.methods.iter().position(is_it) else { return missing() };
        let resource = user.methods[place].resource;
        let has = |wanted| user.methods.iter().any(|held| held.resource == wanted);
        if resource == Resource::MobilePhone && has(Resource::AlternateMobilePhone) {
            let text =
                "The mobile phone cannot be removed without first deleting alternate mobile number";
            return Answer::new(400, error("badRequest", text));
        }
        let is_last = user.methods.len() == 1;
        let is_default = user.default == Some(resource) && resource.is_phone();
        if is_default && !(rule == DefaultPhone::GoesLast && is_last) {
            let text = "The requested authentication method matches the user's current default authentication \
                        method, and cannot be deleted until the default authentication method is changed";
            return Answer::new(400, error("badRequest", text));
        }
        let gone = user.methods.remove(place);
        self.lagging.push((self.lag, name.clone(), gone));
        Answer::new(204, "")
    }
}

/// A batch is sequential all along, or not at all.
fn check_dependencies(requests: &[Value]) {
    let dependent = requests.iter().filter(|request| !request["dependsOn"].is_null()).count();
    assert!(dependent == 0 || dependent == requests.len() - 1, "neither parallel nor sequential");
    for (before, request) in requests.iter().zip(&requests[1..]).filter(|_| dependent > 0) {
        assert_eq!(request["dependsOn"], json!([before["id"]]));
    }
}

pub fn error(code: &str, message: &str) -> String {
    json!({"error": {"code": code, "message": message, "innerError": {"date": "2026-05-12T09:00:00"}}}).to_string()
}

/// The answer to `/users/{id}/authentication/methods`.
pub fn methods_of(name: &str, user: &User) -> Value {
    let mut value = vec![json!({
        "@odata.type": "#microsoft.graph.passwordAuthenticationMethod",
        "id": id(99), "password": null,
    })];
    value.extend(user.methods.iter().map(|held| {
        let mut entry = json!({"@odata.type": odata_type(held.resource), "id": held.id});
        let which = match held.resource {
            Resource::MobilePhone => Some("mobile"),
            Resource::AlternateMobilePhone => Some("alternateMobile"),
            Resource::OfficePhone => Some("office"),
            _ => None,
        };
        if let Some(which) = which {
            entry["phoneType"] = json!(which);
            entry["phoneNumber"] = json!("+1 2025550123");
        }
        entry
    }));
    json!({
        "@odata.context": format!("https://graph.microsoft.com/v1.0/$metadata#users('{name}')/authentication/methods"),
        "value": value,
    })
}

fn odata_type(resource: Resource) -> String {
    let stem = match resource {
        Resource::MicrosoftAuthenticator => "microsoftAuthenticator",
        Resource::SoftwareOath => "softwareOath",
        Resource::Email => "email",
        Resource::Fido2 => "fido2",
        phone if phone.is_phone() => "phone",
        other => panic!("{other:?}"),
    };
    format!("#microsoft.graph.{stem}AuthenticationMethod")
}

fn preferred(resource: Resource) -> &'static str {
    match resource {
        Resource::MicrosoftAuthenticator => "push",
        Resource::SoftwareOath => "oath",
        Resource::MobilePhone => "sms",
        Resource::AlternateMobilePhone => "voiceAlternateMobile",
        Resource::OfficePhone => "voiceOffice",
        other => panic!("{other:?} is no default"),
    }
}

/// A method with an id: that of the phone, or one made of the user's number.
pub fn held(resource: Resource, number: u32) -> Held {
    let id = resource.fixed_id().map_or_else(|| id(90000 + number), str::to_owned);
    Held { resource, id }
}

/// What is done before each request, and after it.
type Look = Box<dyn FnMut(&Service, bool)>;

/// The service without a network between. It can be told at which request to kill whoever asks.
pub struct Direct {
    pub service: Rc<RefCell<Service>>,
    /// The number of the request, and whether it is carried out before the end.
    pub kill: Option<(usize, bool)>,
    pub watch: Look,
}

/// What a killed run leaves.
pub struct Killed;

impl Direct {
    pub fn to(service: &Rc<RefCell<Service>>) -> Self {
        Self { service: Rc::clone(service), kill: None, watch: Box::new(|_, _| ()) }
    }
}

impl Transport for Direct {
    fn send(&mut self, request: &Request, token: &Token) -> Result<Answer, NoAnswer> {
        let number = self.service.borrow().seen.len() + 1;
        let kill = self.kill.filter(|(at, _)| *at == number);
        if kill.is_some_and(|(_, is_done)| !is_done) {
            std::panic::panic_any(Killed);
        }
        (self.watch)(&self.service.borrow(), false);
        let body = request.body.clone().unwrap_or_default();
        let answer = self.service.borrow_mut().handle(
            request.verb,
            &request.path,
            &body,
            &token.authorization(),
        );
        (self.watch)(&self.service.borrow(), true);
        if kill.is_some() {
            std::panic::panic_any(Killed);
        }
        answer.ok_or_else(|| NoAnswer("connection reset".to_owned()))
    }
}

/// A clock that does not wait, and says how long it was asked to.
pub struct Still {
    pub now: DateTime<Utc>,
    pub waits: Vec<Duration>,
    /// What happens during the first wait.
    pub meanwhile: Option<Box<dyn FnOnce()>>,
}

impl Still {
    pub fn at(now: DateTime<Utc>) -> Self {
        Self { now, waits: Vec::new(), meanwhile: None }
    }
}

impl Clock for Still {
    fn now(&self) -> DateTime<Utc> {
        self.now
    }

    fn wait(&mut self, time: Duration) {
        self.waits.push(time);
        if let Some(meanwhile) = self.meanwhile.take() {
            meanwhile();
        }
        self.now += TimeDelta::from_std(time).unwrap();
    }
}

/// What is done with each request over the network before it is handled, given its number, and after it.
type Watch = Box<dyn FnMut(usize, bool) + Send>;

/// The service on the loopback interface.
pub struct Server {
    pub address: String,
    pub service: Arc<Mutex<Service>>,
}

impl Server {
    pub fn start(service: Service) -> Self {
        Self::watched(service, Box::new(|_, _| ()))
    }

    pub fn watched(service: Service, mut watch: Watch) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let service = Arc::new(Mutex::new(service));
        let shared = Arc::clone(&service);
        thread::spawn(move || {
            for stream in listener.incoming() {
                // Whoever was killed leaves a broken connection behind.
                let _ = serve(stream.unwrap(), &shared, &mut watch);
            }
        });
        Self { address, service }
    }
}

/// Serves one connection until its end. One after the other is enough: there is one client.
fn serve(stream: TcpStream, service: &Mutex<Service>, watch: &mut Watch) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut stream = stream;
    loop {
        let mut first = String::new();
        if reader.read_line(&mut first)? == 0 {
            return Ok(());
        }
        let mut headers = BTreeMap::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            let Some((name, value)) = line.split_once(':') else { break };
            headers.insert(name.to_lowercase(), value.trim().to_owned());
        }
        let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let body = serde_json::from_slice(&body).unwrap_or_default();
        let parts: Vec<&str> = first.split(' ').collect();
        let verb = if parts[0] == "DELETE" { Verb::Delete } else { Verb::Post };
        let authorization = headers.get("authorization").cloned().unwrap_or_default();
        let (answer, number, fault) = {
            let number = service.lock().unwrap().seen.len() + 1;
            watch(number, false);
            let mut service = service.lock().unwrap();
            let fault = service.faults.get(&number).copied();
            (service.handle(verb, parts[1], &body, &authorization), number, fault)
        };
        watch(number, true);
        if let Some(Fault::Slow(time)) = fault {
            thread::sleep(time);
        }
        let Some(answer) = answer else { return Ok(()) };
        let wait = answer.retry_after.map(|wait| format!("Retry-After: {}\r\n", wait.as_secs()));
        write!(
            stream,
            "HTTP/1.1 {} x\r\n{}request-id: {}\r\nContent-Length: {}\r\n\r\n{}",
            answer.status,
            wait.unwrap_or_default(),
            id(77),
            answer.body.len(),
            answer.body
        )?;
    }
}
