//! One request, one answer: what carries them can be replaced.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use super::token::Token;

/// What is done with a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Verb {
    /// Asks several things at once, in a batch.
    Post,
    /// Deletes.
    Delete,
}

/// A request to Microsoft Graph.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Request {
    /// What is done.
    pub verb: Verb,
    /// The path behind the root, with the version: `/v1.0/users/..`.
    pub path: String,
    /// The body, where there is one.
    pub body: Option<Value>,
}

impl Request {
    pub(super) fn delete(path: String) -> Self {
        Self { verb: Verb::Delete, path, body: None }
    }

    pub(super) fn post(path: &str, body: Value) -> Self {
        Self { verb: Verb::Post, path: path.to_owned(), body: Some(body) }
    }
}

/// What the service answered.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// How long to wait before asking again (`Retry-After`).
    pub retry_after: Option<Duration>,
    /// The id by which Microsoft finds the request in its own logs (`request-id`).
    pub request_id: Option<String>,
    /// The body, as far as it is text.
    pub body: String,
}

impl Answer {
    /// An answer of this status and body.
    pub fn new(status: u16, body: impl Into<String>) -> Self {
        Self { status, retry_after: None, request_id: None, body: body.into() }
    }
}

/// That no answer came: the connection was refused or dropped, or it took too long. What was asked may have been done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoAnswer(
    /// What happened, in words.
    pub String,
);

/// Carries requests to the service.
pub trait Transport {
    /// Sends one request, once.
    fn send(&mut self, request: &Request, token: &Token) -> Result<Answer, NoAnswer>;
}

/// Time as it passes.
pub trait Clock {
    /// The time, UTC.
    fn now(&self) -> chrono::DateTime<chrono::Utc>;
    /// Waits.
    fn wait(&mut self, time: Duration);
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> chrono::DateTime<chrono::Utc> {
        chrono::Utc::now()
    }

    fn wait(&mut self, time: Duration) {
        std::thread::sleep(time);
    }
}
