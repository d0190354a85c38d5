//! A run: user after user, each looked at once more, deleted from step by step, and written down.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::change::{change, may_be, present};
use super::client::{Client, Trouble};
use super::http::Endpoint;
use super::journal::{DeletionResult, Entry, Journal, Record, UserProgress};
use super::live::{self, Live, NotRead};
use super::outcome::{Outcome, UserOutcome};
use super::token::TokenSource;
use super::transport::{Answer, Clock, Request, Transport};
use crate::error::{Error, ErrorKind, Result};
use crate::rollback::deletion::{Deletion, deletions, path};
use crate::rollback::plan::{Plan, PlannedUser, RegisteredResource};
use crate::rollback::planner::administrator;
use crate::rollback::resource::Resource;

/// After how many users in a row with whom the service failed a run stops: it fails with all of them.
const FAILURES_IN_A_ROW: u32 = 3;

/// How a plan is carried out.
#[derive(Debug, Clone)]
pub struct Apply<'a> {
    plan: &'a Plan,
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

    /// The users whom a run would deal with, in order, by what the journal says.
    pub fn pending(&self, record: &Record) -> Vec<&'a PlannedUser> {
        let is_open = |user: &&PlannedUser| match &record.user(user).ended {
            None => true,
            Some((outcome, _)) => self.is_retry && outcome.may_be_retried(),
        };
        let users = self.plan.users_to_roll_back().filter(is_open);
        users.take(self.limit.unwrap_or(usize::MAX)).collect()
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

    fn holds(names: &BTreeSet<String>, user: &PlannedUser) -> bool {
        let own = [&user.id, &user.upn].into_iter().flatten();
        own.into_iter().any(|name| names.contains(&name.to_lowercase()))
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

/// How it ended with a user.
enum End {
    Outcome(Outcome, String),
    /// The service failed, which it may do with the next one, too.
    ServiceFailed(String),
    Stop(Error),
}

/// One user in a run.
struct OneUser<'run, 'a, 'c> {
    apply: &'run Apply<'a>,
    user: &'a PlannedUser,
    client: &'run mut Client<'c>,
    journal: &'run mut Journal,
}

impl OneUser<'_, '_, '_> {
    fn roll_back(&mut self) -> Result<End> {
        let is_named = self.user.named || Apply::holds(&self.apply.named, self.user);
        if !is_named && Apply::holds(&self.apply.protected, self.user) {
            let why = "the user is on the list of those protected".to_owned();
            return Ok(End::Outcome(Outcome::Excluded, why));
        }
        let live = match live::read(self.client, self.user.key()) {
            Ok(live) => live,
            Err(NotRead::User(why)) => return Ok(End::Outcome(Outcome::Failed, why)),
            Err(NotRead::Trouble(trouble)) => return Ok(ended_by(trouble)),
        };
        if !is_named && let Some(why) = self.excluded(&live) {
            return Ok(End::Outcome(Outcome::Excluded, why));
        }
        let plan = self.apply.plan;
        let progress = self.journal.record().user(self.user).clone();
        if let Some(why) = change(self.user, plan.created, &plan.covers, &live, &progress) {
            return Ok(End::Outcome(Outcome::ChangedSince, why));
        }
        self.settle(&live, &progress)?;
        for deletion in self.steps(&live) {
            if let Some(end) = self.delete(&deletion)? {
                return Ok(end);
            }
        }
        let deleted = self.journal.record().user(self.user).deleted.len();
        if deleted == 0 {
            let why = "nothing of what the plan deletes is registered any more".to_owned();
            return Ok(End::Outcome(Outcome::ChangedSince, why));
        }
        Ok(End::Outcome(Outcome::RolledBack, format!("{deleted} deleted")))
    }

    /// Why the user is left alone although nothing has changed: who is an administrator, or may be one.
    fn excluded(&self, live: &Live) -> Option<String> {
        match live.standing.is_administrator {
            Some(true) => Some(administrator(&live.standing.roles).text),
            Some(false) => None,
            None if self.user.administrator == Some(false) => None,
            None => Some(
                "whether the user is an administrator is not known, and may not be read: make the plan with role \
                 members or registration details, allow Directory.Read.All, or name the user with --include"
                    .to_owned(),
            ),
        }
    }

    /// Writes down that deletions happened whose answer was lost.
    fn settle(&mut self, live: &Live, progress: &UserProgress) -> Result<()> {
        let present = present(&live.standing);
        for method in progress.uncertain.difference(&present) {
            self.note_end(method.clone(), DeletionResult::Gone, None, None)?;
        }
        Ok(())
    }

    /// What is to be deleted, with its ids, in order.
    fn steps(&self, live: &Live) -> Vec<Deletion> {
        let covers = &self.apply.plan.covers;
        let planned = self.user.deletions.iter();
        let sorts = planned.flat_map(|deletion| match &deletion.id {
            Some(_) => vec![deletion.resource],
            None => may_be(deletion.resource, self.user),
        });
        let sorts: Vec<Resource> = sorts.filter(|resource| covers.contains(resource)).collect();
        deletions(&live.standing, &sorts)
    }

    /// Deletes one method; how it ended with the user, if it did.
    fn delete(&mut self, deletion: &Deletion) -> Result<Option<End>> {
        let id = deletion.id.clone().unwrap_or_default();
        let method = RegisteredResource { resource: deletion.resource, id: Some(id.clone()) };
        let was_begun = self.journal.record().user(self.user).uncertain.contains(&method);
        let started = Entry::DeletionStarted { user: self.key(), method: method.clone() };
        self.journal.write(started, self.client.clock().now())?;
        let path = path(self.user.key(), deletion.resource, &id);
        let answer = match self.client.send(&Request::delete(format!("/v1.0{path}"))) {
            Ok(answer) => answer,
            Err(trouble) => {
                let why = Some(trouble.to_string());
                self.note_end(method, DeletionResult::Unanswered, None, why)?;
                return Ok(Some(ended_by(trouble)));
            }
        };
        if matches!(answer.status, 200..=299) {
            self.note_end(method, DeletionResult::Deleted, Some(&answer), None)?;
            return Ok(None);
        }
        if answer.status == 404 {
            // It was there a moment ago: a try before this one had deleted it, or somebody else was faster.
            let why = (!was_begun).then(|| "not found".to_owned());
            self.note_end(method, DeletionResult::Gone, Some(&answer), why)?;
            return Ok(None);
        }
        let why = self.client.message(answer.status, &answer.body);
        self.note_end(method, DeletionResult::Refused, Some(&answer), Some(why.clone()))?;
        let what = deletion.resource.as_str();
        let is_default =
            deletion.is_default == Some(true) || why.to_lowercase().contains("default");
        let end = if is_default
            && deletion.resource.is_phone()
            && matches!(answer.status, 400 | 409)
        {
            let why =
                format!("{what} is the default, and the service refuses to delete it ({why})");
            End::Outcome(Outcome::DefaultMustBeChangedFirst, self.with_done(why))
        } else {
            let why = match answer.status {
                403 => format!(
                    "{what} may not be deleted ({why}): needed are UserAuthenticationMethod.ReadWrite.All, and a role that may manage this user"
                ),
                _ => format!("{what} could not be deleted ({why})"),
            };
            End::Outcome(Outcome::Failed, self.with_done(why))
        };
        Ok(Some(end))
    }

    /// The reason, with what was deleted before.
    fn with_done(&self, why: String) -> String {
        match self.journal.record().user(self.user).deleted.len() {
            0 => why,
            number => format!("{why}; {number} deleted before"),
        }
    }

    fn note_end(
        &mut self,
        method: RegisteredResource,
        result: DeletionResult,
        answer: Option<&Answer>,
        why: Option<String>,
    ) -> Result<()> {
        let entry = Entry::DeletionEnded {
            user: self.key(),
            method,
            result,
            status: answer.map(|answer| answer.status),
            request_id: answer.and_then(|answer| answer.request_id.clone()),
            why,
        };
        self.journal.write(entry, self.client.clock().now())
    }

    fn key(&self) -> String {
        self.user.key().to_owned()
    }
}

fn ended_by(trouble: Trouble) -> End {
    match trouble {
        Trouble::Service(why) => End::ServiceFailed(format!("the service failed: {why}")),
        Trouble::Stop(error) => End::Stop(error),
    }
}
