//! A run: user after user, each looked at once more, deleted from step by step, and written down.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::client::Client;
use super::http::Endpoint;
use super::journal::{Entry, Journal, Record, UserProgress};
use super::outcome::{Outcome, UserOutcome};
use super::token::TokenSource;
use super::transport::{Clock, Transport};
use super::user::{End, OneUser};
use crate::error::{Error, ErrorKind, Result};
use crate::rollback::plan::{Plan, PlannedUser};

/// After how many users in a row with whom the service failed a run stops: it fails with all of them.
const FAILURES_IN_A_ROW: u32 = 3;

/// How a plan is carried out.
#[derive(Debug, Clone)]
pub struct Apply<'a> {
    pub(super) plan: &'a Plan,
    limit: Option<usize>,
    pace: Duration,
    retries: u32,
    is_retry: bool,
    protected: BTreeSet<String>,
    named: BTreeSet<String>,
}

/// What a run came to.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Applied {
    /// The digest of the plan.
    pub plan: String,
    /// What became of each user of the plan, in its order, in this run and those before it.
    pub users: Vec<UserOutcome>,
    /// Why the run stopped before its end.
    pub stopped: Option<Error>,
}

impl Applied {
    /// How many users came to this.
    pub fn count(&self, outcome: Outcome) -> u64 {
        self.users.iter().filter(|user| user.outcome == outcome).count() as u64
    }

    /// Whether everybody who was dealt with, in this run and those before it, is rolled back, or was left alone on
    /// purpose. Who is behind the limit of the run is nothing that is left undone.
    pub fn is_done(&self) -> bool {
        let is_open = |user: &UserOutcome| {
            use Outcome::{ChangedSince, DefaultMustBeChangedFirst, Failed};
            matches!(user.outcome, ChangedSince | DefaultMustBeChangedFirst | Failed)
        };
        self.stopped.is_none() && !self.users.iter().any(is_open)
    }
}

impl<'a> Apply<'a> {
    /// How long to wait between two users unless something else is asked for, as the source document does: 750 ms.
    pub const PACE: Duration = Duration::from_millis(750);
    /// How often a request is repeated unless something else is asked for.
    pub const RETRIES: u32 = 5;

    /// A plan to be carried out at this time (UTC). A plan that was changed by hand, or has expired, is refused.
    pub fn new(plan: &'a Plan, now: DateTime<Utc>) -> Result<Self> {
        plan.check_seal()?;
        plan.check_age(now)?;
        Ok(Self {
            plan,
            limit: None,
            pace: Self::PACE,
            retries: Self::RETRIES,
            is_retry: false,
            protected: BTreeSet::new(),
            named: BTreeSet::new(),
        })
    }

    /// The most users that this run deals with. The next run goes on with those behind them.
    #[must_use]
    pub fn limit(mut self, limit: Option<usize>) -> Self {
        self.limit = limit;
        self
    }

    /// How long to wait between two users.
    #[must_use]
    pub fn pace(mut self, pace: Duration) -> Self {
        self.pace = pace;
        self
    }

    /// How often a request is repeated that the service is too busy for, or fails at, or gives no answer to.
    #[must_use]
    pub fn retries(mut self, retries: u32) -> Self {
        self.retries = retries;
        self
    }

    /// Whether users are tried again who came to something that [may change](Outcome::may_be_retried).
    #[must_use]
    pub fn retry(mut self, retry: bool) -> Self {
        self.is_retry = retry;
        self
    }

    /// Excludes a user, by object id or user principal name.
    #[must_use]
    pub fn protect(mut self, name: &str) -> Self {
        self.protected.insert(name.trim().to_lowercase());
        self
    }

    /// Names a user, who is not excluded as an administrator, as protected, or because their roles cannot be read.
    #[must_use]
    pub fn include(mut self, name: &str) -> Self {
        self.named.insert(name.trim().to_lowercase());
        self
    }

    /// The users whom a run would deal with, by what the journal says: in the order of the plan, those who are tried
    /// again behind the others.
    pub fn pending(&self, record: &Record) -> Vec<&'a PlannedUser> {
        let ended =
            |user: &PlannedUser| record.user(user).ended.as_ref().map(|(outcome, _)| *outcome);
        let users: Vec<&PlannedUser> = self.plan.users_to_roll_back().collect();
        let fresh = users.iter().filter(|user| ended(user).is_none());
        let may_be_retried = |user: &&&PlannedUser| {
            self.is_retry && ended(user).is_some_and(Outcome::may_be_retried)
        };
        let again = users.iter().filter(may_be_retried);
        fresh.chain(again).copied().take(self.limit.unwrap_or(usize::MAX)).collect()
    }

    /// What has become of each user of the plan so far, by what the journal says. Nothing is sent.
    pub fn outcomes(&self, record: &Record) -> Vec<UserOutcome> {
        self.plan.users.iter().map(|user| outcome_of(user, record.user(user))).collect()
    }

    /// Carries out the plan. Whoever is over is handed to `on_outcome` as soon as that is in the journal.
    ///
    /// Every deletion is in the journal before it is sent, and its end before anything else is. Killed at any point, the
    /// next run with the same journal goes on: a deletion without an end is looked up, and is not counted as a change of
    /// the user's. An error means that the run could not begin, or that the journal could not be written; nothing is sent
    /// after that.
    pub fn run(
        &self,
        endpoint: &Endpoint,
        transport: &mut dyn Transport,
        clock: &mut dyn Clock,
        tokens: &mut dyn TokenSource,
        journal: &mut Journal,
        mut on_outcome: impl FnMut(&UserOutcome),
    ) -> Result<Applied> {
        let pending = self.pending(journal.record());
        let mut client = Client::new(transport, clock, tokens, self.retries)?;
        journal.begin(&self.plan.digest, endpoint.as_str(), client.clock().now())?;
        let mut stopped = None;
        let mut failures = 0;
        for (number, user) in pending.into_iter().enumerate() {
            if number > 0 {
                client.clock().wait(self.pace);
            }
            let ended = OneUser { apply: self, user, client: &mut client, journal }.roll_back()?;
            let (outcome, why) = match ended {
                End::Outcome(outcome, why) => {
                    failures = 0;
                    (outcome, why)
                }
                End::ServiceFailed(why) => {
                    failures += 1;
                    (Outcome::Failed, why)
                }
                End::Stop(error) => {
                    stopped = Some(error);
                    break;
                }
            };
            let key = user.key().to_owned();
            journal.write(Entry::UserEnded { user: key, outcome, why }, client.clock().now())?;
            on_outcome(&outcome_of(user, journal.record().user(user)));
            if failures >= FAILURES_IN_A_ROW {
                stopped = Some(fails_with_all());
                break;
            }
        }
        let why = stopped.as_ref().map(ToString::to_string);
        journal.write(Entry::RunEnded { stopped: why }, client.clock().now())?;
        let users = self.outcomes(journal.record());
        Ok(Applied { plan: self.plan.digest.clone(), users, stopped })
    }

    /// Whether this run leaves a user alone who is protected by a name that the plan knows. The service may know
    /// another one.
    pub fn leaves_alone(&self, user: &PlannedUser) -> bool {
        let names: Vec<&str> =
            [&user.id, &user.upn].into_iter().flatten().map(String::as_str).collect();
        self.protects(&names) && !self.includes(&names)
    }

    /// Whether one of the names of a user is protected by this run.
    pub(super) fn protects(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.protected.contains(&name.to_lowercase()))
    }

    /// Whether one of the names of a user is named by this run.
    pub(super) fn includes(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.named.contains(&name.to_lowercase()))
    }

    /// Whether this run protects anybody.
    pub(super) fn has_protected(&self) -> bool {
        !self.protected.is_empty()
    }
}

fn fails_with_all() -> Error {
    Error::new(
        ErrorKind::Service,
        format!("a service that failed with {FAILURES_IN_A_ROW} users in a row"),
    )
    .expected("a service that answers")
    .help("look at why, and run the same command again with --retry: it goes on where it stopped")
}

/// What has become of a user, by the plan and the journal.
fn outcome_of(user: &PlannedUser, progress: &UserProgress) -> UserOutcome {
    let texts = |reasons: &[crate::rollback::Reason]| {
        reasons.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    let (outcome, why) = match &progress.ended {
        Some((outcome, why)) => (*outcome, why.clone()),
        None if user.is_rolled_back() => (Outcome::Pending, String::new()),
        None if !user.excluded.is_empty() => (Outcome::Excluded, texts(&user.excluded)),
        None => (Outcome::NotEligible, texts(&user.reasons)),
    };
    UserOutcome {
        id: user.id.clone(),
        upn: user.upn.clone(),
        outcome,
        why,
        deleted: progress.deleted.len() as u64,
    }
}
