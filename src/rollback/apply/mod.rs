//! Carrying out a plan through Microsoft Graph (feature `graph`).
//!
//! [`Apply`] goes through the users of a [`Plan`](super::Plan), with a [`Transport`] that carries requests ([`Graph`] over
//! HTTPS), a [`TokenSource`], a [`Clock`], and a [`Journal`] that makes a run that was killed go on where it stopped.
//! Nothing is sent before [`Apply::run`] is called; [`Apply::pending`] and [`Apply::outcomes`] tell what it would do.
//!
//! Of each user, `POST /beta/$batch` asks for methods, requirements, sign-in preferences, roles and names, and
//! `DELETE /v1.0/users/{id}/authentication/..` deletes one method after the other.
//!
//! ```
//! use regaudit::rollback::Plan;
//! use regaudit::rollback::apply::{
//!     Answer, Apply, Endpoint, Journal, NoAnswer, Outcome, Record, Request, SystemClock, Token, Transport,
//! };
//!
//! /// A service that is down.
//! struct Down;
//!
//! impl Transport for Down {
//!     fn send(&mut self, _: &Request, _: &Token) -> Result<Answer, NoAnswer> {
//!         Err(NoAnswer("connection refused".to_owned()))
//!     }
//! }
//!
//! let bytes = std::fs::read("fixtures/rollback/plan.json")?;
//! let plan = Plan::read("plan.json", &bytes)?;
//! let apply = Apply::new(&plan, plan.created)?.retries(0).limit(Some(1));
//! assert_eq!(apply.pending(&Record::default())[0].upn.as_deref(), Some("ada@example.com"));
//!
//! let folder = tempfile::tempdir()?;
//! let endpoint = Endpoint::default();
//! let mut journal = Journal::open(folder.path().join("journal.ndjson"), &plan, &endpoint)?;
//! let mut token = Token::new("eyJ0eXAi.abc.def")?;
//! let applied = apply.run(&endpoint, &mut Down, &mut SystemClock, &mut token, &mut journal, |user| {
//!     println!("{:?}: {}", user.id, user.outcome.as_str());
//! })?;
//! assert_eq!(applied.users[0].outcome, Outcome::Failed);
//! assert!(applied.users[0].why.contains("connection refused"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod change;
mod client;
mod http;
mod journal;
mod live;
mod outcome;
mod run;
mod token;
mod transport;
mod user;

pub use self::http::{Endpoint, Graph};
pub use self::journal::{Journal, Record};
pub use self::outcome::{Outcome, UserOutcome};
pub use self::run::{Applied, Apply};
pub use self::token::{Token, TokenSource};
pub use self::transport::{Answer, Clock, NoAnswer, Request, SystemClock, Transport, Verb};
