//! Carrying out a plan through Microsoft Graph (feature `graph`).

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
