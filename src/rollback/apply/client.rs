//! Requests that are repeated as the service asks for it, and no more often than is sensible.

use std::fmt;
use std::time::Duration;

use serde::Deserialize;

use super::token::{Token, TokenSource};
use super::transport::{Answer, Clock, NoAnswer, Request, Transport};
use crate::error::{Error, ErrorKind, Result};

/// The longest wait that is borne; a service that asks for more is left alone, and the run can be resumed.
const LONGEST_WAIT: Duration = Duration::from_mins(10);
/// The first wait where the service does not say how long; each one after it is twice as long.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// How much of a message is kept.
const LONGEST_MESSAGE: usize = 300;

/// What a request came to, if not to an answer about what was asked.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The service gave no usable answer, as often as it was asked.
    Service(String),
    /// Nothing more can be asked: the token is refused, or the wait too long.
    Stop(Error),
}

impl fmt::Display for Trouble {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Service(what) => formatter.write_str(what),
            Self::Stop(error) => error.fmt(formatter),
        }
    }
}

/// What came of sending a request once.
pub(super) enum Sent {
    Answer(Answer),
    /// The token was refused, and there is another one now.
    Renewed,
    /// The service is busy, or fails, or did not answer: what was asked may have been done, and may be asked again.
    Busy {
        what: String,
        wait: Option<Duration>,
    },
}

/// Sends requests, with a token, again where that may help.
pub(super) struct Client<'a> {
    transport: &'a mut dyn Transport,
    clock: &'a mut dyn Clock,
    tokens: &'a mut dyn TokenSource,
    token: Token,
    /// Tokens that were renewed, which are shown to nobody either.
    old_tokens: Vec<Token>,
    /// Whether the last thing that happened is that the token was renewed.
    is_renewed: bool,
    retries: u32,
}

impl<'a> Client<'a> {
    pub(super) fn new(
        transport: &'a mut dyn Transport,
        clock: &'a mut dyn Clock,
        tokens: &'a mut dyn TokenSource,
        retries: u32,
    ) -> Result<Self> {
        let token = tokens.token()?;
        Ok(Self {
            transport,
            clock,
            tokens,
            token,
            old_tokens: Vec::new(),
            is_renewed: false,
            retries,
        })
    }

    pub(super) fn clock(&mut self) -> &mut dyn Clock {
        self.clock
    }

    /// The answer to a request that changes nothing: it is sent again as long as the service is busy or fails.
    pub(super) fn send(&mut self, request: &Request) -> std::result::Result<Answer, Trouble> {
        let mut tries = 0;
        loop {
            match self.send_once(request)? {
                Sent::Answer(answer) => return Ok(answer),
                Sent::Renewed => {}
                Sent::Busy { what, wait } => {
                    tries += 1;
                    self.wait_or_give_up(&what, wait, tries)?;
                }
            }
        }
    }

    /// Sends a request once.
    pub(super) fn send_once(&mut self, request: &Request) -> std::result::Result<Sent, Trouble> {
        Ok(match self.transport.send(request, &self.token) {
            Ok(answer) if answer.status == 401 => {
                let was_renewed = std::mem::replace(&mut self.is_renewed, true);
                self.renew(&answer, was_renewed)?;
                Sent::Renewed
            }
            Ok(answer) if is_passing(answer.status) => Sent::Busy {
                what: self.message(answer.status, &answer.body),
                wait: answer.retry_after,
            },
            Ok(mut answer) => {
                self.is_renewed = false;
                answer.request_id = answer.request_id.map(|id| self.shown(&id));
                Sent::Answer(answer)
            }
            Err(NoAnswer(what)) => {
                Sent::Busy { what: format!("no answer ({})", self.shown(&what)), wait: None }
            }
        })
    }

    /// Waits before the next try; that is given up where there were enough.
    pub(super) fn wait_or_give_up(
        &mut self,
        what: &str,
        asked_for: Option<Duration>,
        tries: u32,
    ) -> std::result::Result<(), Trouble> {
        if asked_for.is_some_and(|wait| wait > LONGEST_WAIT) {
            let seconds = asked_for.unwrap_or_default().as_secs();
            return Err(Trouble::Stop(
                Error::new(
                    ErrorKind::Service,
                    format!("an answer that asks to wait {seconds} s ({what})"),
                )
                .expected(format!("at most {} s", LONGEST_WAIT.as_secs()))
                .help("run the same command again later: it goes on where it stopped"),
            ));
        }
        if tries > self.retries {
            return Err(Trouble::Service(format!("{what}, {tries} times")));
        }
        let doubled = FIRST_WAIT.saturating_mul(1 << (tries - 1).min(6));
        self.clock.wait(asked_for.filter(|wait| !wait.is_zero()).unwrap_or(doubled));
        Ok(())
    }

    /// Gets another token, unless there is none, or that is what was done already.
    pub(super) fn renew(
        &mut self,
        answer: &Answer,
        is_renewed: bool,
    ) -> std::result::Result<(), Trouble> {
        let renewed = if is_renewed { None } else { self.tokens.renew() };
        match renewed {
            Some(Ok(token)) => {
                let old = std::mem::replace(&mut self.token, token);
                self.old_tokens.push(old);
                Ok(())
            }
            Some(Err(error)) => Err(Trouble::Stop(error)),
            None => Err(self.refused(answer)),
        }
    }

    fn refused(&self, answer: &Answer) -> Trouble {
        let message = self.message(answer.status, &answer.body);
        Trouble::Stop(
            Error::new(ErrorKind::Token, format!("a token that the service refuses ({message})"))
                .expected("a token for Microsoft Graph that has not expired")
                .help(
                    "get another one, and run the same command again: it goes on where it stopped",
                ),
        )
    }

    /// A status with what the body says to it.
    pub(super) fn message(&self, status: u16, body: &str) -> String {
        match serde_json::from_str::<ErrorBody>(body) {
            Ok(ErrorBody { error: Some(error) }) => {
                self.shown(&format!("{status} {}: {}", error.code, error.message))
            }
            _ => status.to_string(),
        }
    }

    /// A text of the service as it may be shown: without the token, and not too long.
    pub(super) fn shown(&self, text: &str) -> String {
        let tokens = self.old_tokens.iter().chain([&self.token]);
        let text = tokens.fold(text.to_owned(), |text, token| token.redact(&text));
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST_MESSAGE).collect()
    }
}

/// Whether another try may help: the service is busy, or fails.
pub(super) fn is_passing(status: u16) -> bool {
    matches!(status, 408 | 429 | 500..=599)
}

/// The body of an error (*Microsoft Graph error responses*).
#[derive(Deserialize)]
struct ErrorBody {
    error: Option<ErrorDetails>,
}

#[derive(Deserialize)]
struct ErrorDetails {
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
}
