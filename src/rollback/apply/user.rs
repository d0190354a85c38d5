//! One user in a run: looked at, deleted from step by step, looked at again whenever time has passed.

use std::collections::BTreeSet;
use std::time::Duration;

use super::change::{counted, may_be, present, since_begun, since_plan};
use super::client::{Client, Sent, Trouble};
use super::journal::{Begun, DeletionResult, Entry, Journal, UserProgress};
use super::live::{self, Live, NotRead};
use super::outcome::Outcome;
use super::run::Apply;
use super::transport::{Answer, Request};
use crate::error::{Error, Result};
use crate::rollback::deletion::{Deletion, deletions, path};
use crate::rollback::plan::{PlannedUser, RegisteredResource};
use crate::rollback::planner::administrator;
use crate::rollback::resource::Resource;

/// How long a list is given to leave out what was deleted.
const LAGS: [Duration; 3] =
    [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4)];

/// How it ended with a user.
pub(super) enum End {
    Outcome(Outcome, String),
    /// The service failed, which it may do with the next one, too.
    ServiceFailed(String),
    Stop(Error),
}

/// What came of the attempt to delete a method.
enum Step {
    Deleted,
    /// The user has to be looked at before anything else is sent.
    LookAgain,
    /// The service refuses it, as it is or may be the default.
    Refused(String),
    End(End),
}

/// One user in a run.
pub(super) struct OneUser<'run, 'a, 'c> {
    pub(super) apply: &'run Apply<'a>,
    pub(super) user: &'a PlannedUser,
    pub(super) client: &'run mut Client<'c>,
    pub(super) journal: &'run mut Journal,
}

impl OneUser<'_, '_, '_> {
    pub(super) fn roll_back(&mut self) -> Result<End> {
        // A run that was killed before it could say so: what the user has registered since is none of its business.
        if self.progress().is_complete() {
            return Ok(self.done());
        }
        let mut tries = 0;
        let mut refused: Vec<(RegisteredResource, usize)> = Vec::new();
        let mut live = match self.look()? {
            Ok(live) => live,
            Err(end) => return Ok(end),
        };
        loop {
            let open = self.open(&live);
            if open.is_empty() {
                return Ok(self.done());
            }
            let deleted = self.progress().deleted.len();
            let Some(next) = next_of(&open, &refused, deleted) else {
                let why = self.with_done("nothing can be deleted".to_owned());
                return Ok(End::Outcome(Outcome::Failed, why));
            };
            match self.delete(next, &live, &mut tries)? {
                Step::Deleted => live.forget(&method_of(next)),
                Step::LookAgain => {
                    live = match self.look()? {
                        Ok(live) => live,
                        Err(end) => return Ok(end),
                    };
                }
                // Another one may be the default, and this one go behind it.
                Step::Refused(why) => {
                    refused.push((method_of(next), deleted));
                    if next_of(&open, &refused, deleted).is_none() {
                        let outcome = Outcome::DefaultMustBeChangedFirst;
                        return Ok(End::Outcome(outcome, self.with_done(why)));
                    }
                }
                Step::End(end) => return Ok(end),
            }
            if self.progress().deleted.len() > deleted {
                tries = 0;
            }
        }
    }

    /// How it ends where nothing is left to be deleted.
    fn done(&self) -> End {
        match self.progress().deleted.len() {
            0 => {
                let why = "nothing of what the plan deletes is registered any more".to_owned();
                End::Outcome(Outcome::ChangedSince, why)
            }
            deleted => End::Outcome(Outcome::RolledBack, format!("{deleted} deleted")),
        }
    }

    /// Looks at the user, and writes down what is to be deleted, if that is the first time. How it ended with the user,
    /// where they are left alone.
    fn look(&mut self) -> Result<std::result::Result<Live, End>> {
        let live = match self.read() {
            Ok(live) => live,
            Err(NotRead::Missing(why)) => {
                return Ok(Err(End::Outcome(Outcome::Failed, self.with_done(why))));
            }
            Err(NotRead::Refused(why)) => return Ok(Err(End::ServiceFailed(self.with_done(why)))),
            Err(NotRead::Trouble(trouble)) => return Ok(Err(ended_by(trouble))),
        };
        if self.user.id.is_none() && live.id.is_none() {
            let why = "the object id of the user may not be read, and the name alone could become somebody else's: allow \
                       Directory.Read.All, or list object ids";
            return Ok(Err(End::Outcome(Outcome::Failed, self.with_done(why.to_owned()))));
        }
        self.settle(&live)?;
        let progress = self.progress().clone();
        if progress.is_complete() {
            return Ok(Ok(live));
        }
        if let Some(why) = self.excluded(&live) {
            return Ok(Err(End::Outcome(Outcome::Excluded, self.with_done(why))));
        }
        let plan = self.apply.plan;
        let changed = match &progress.begun {
            Some(begun) => since_begun(begun, &progress, &plan.covers, &live),
            None => since_plan(self.user, plan.created, &plan.covers, &live),
        };
        if let Some(why) = changed {
            return Ok(Err(End::Outcome(Outcome::ChangedSince, self.with_done(why))));
        }
        if progress.begun.is_none() {
            self.begin(&live)?;
        }
        Ok(Ok(live))
    }

    /// How the user stands now. What was deleted a moment ago may be listed a moment longer, and is looked for again.
    fn read(&mut self) -> std::result::Result<Live, NotRead> {
        let address = self.address();
        let mut live = live::read(self.client, &address)?;
        for wait in LAGS {
            let is_again = |one| self.progress().is_registered_again(one, &live.created);
            if !present(&live.standing).iter().any(is_again) {
                break;
            }
            self.client.clock().wait(wait);
            live = live::read(self.client, &address)?;
        }
        Ok(live)
    }

    /// How requests name the user: by object id, which nobody else can get, as soon as it is known.
    fn address(&self) -> String {
        let begun = self.progress().begun.as_ref();
        begun.and_then(|begun| begun.id.clone()).unwrap_or_else(|| self.key())
    }

    /// Writes down what is to be deleted of the user, by id: no other method is, whatever happens later.
    fn begin(&mut self, live: &Live) -> Result<()> {
        let plan = self.apply.plan;
        let planned = self.user.deletions.iter();
        let sorts = planned.flat_map(|deletion| match &deletion.id {
            Some(_) => vec![deletion.resource],
            None => may_be(deletion.resource, self.user),
        });
        let sorts: BTreeSet<Resource> =
            sorts.filter(|resource| plan.covers.contains(resource)).collect();
        let all = counted(live, &plan.covers);
        let (targets, others) = all.into_iter().partition(|one| sorts.contains(&one.resource));
        let time = self.client.clock().now();
        let (id, created) = (live.id.clone(), live.created.clone());
        let begun = Begun { id, targets, others, created, time };
        self.journal.write(Entry::UserStarted { user: self.key(), begun }, time)
    }

    /// Why the user is left alone although nothing has changed: protected, an administrator, or perhaps one.
    fn excluded(&self, live: &Live) -> Option<String> {
        let own = [&self.user.id, &self.user.upn, &live.id, &live.upn];
        let names: Vec<&str> = own.into_iter().flatten().map(String::as_str).collect();
        if self.apply.includes(&names) {
            return None;
        }
        if self.apply.protects(&names) {
            return Some("the user is on the list of those protected".to_owned());
        }
        let has_both = |[id, upn]: [&Option<String>; 2]| id.is_some() && upn.is_some();
        let is_identified =
            has_both([&live.id, &live.upn]) || has_both([&self.user.id, &self.user.upn]);
        if self.apply.has_protected() && !is_identified {
            return Some(
                "whether the user is one of those protected is not known: id and user principal name may not be read"
                    .to_owned(),
            );
        }
        if self.user.named {
            return None;
        }
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
    fn settle(&mut self, live: &Live) -> Result<()> {
        let present = present(&live.standing);
        let uncertain = self.progress().uncertain.clone();
        for method in uncertain.difference(&present) {
            self.note_end(method.clone(), DeletionResult::Gone, None, None)?;
        }
        Ok(())
    }

    /// What is still to be deleted, in order, as things stand now.
    fn open(&self, live: &Live) -> Vec<Deletion> {
        let progress = self.progress();
        let Some(begun) = &progress.begun else { return Vec::new() };
        let is_open = |method: &RegisteredResource| {
            begun.targets.contains(method) && !progress.deleted.contains(method)
        };
        let sorts: Vec<Resource> = begun.targets.iter().map(|target| target.resource).collect();
        let mut open = deletions(&live.standing, &sorts);
        open.retain(|deletion| is_open(&method_of(deletion)));
        open
    }

    /// Sends the deletion of a method, once.
    fn delete(&mut self, deletion: &Deletion, live: &Live, tries: &mut u32) -> Result<Step> {
        let method = method_of(deletion);
        let id = method.id.clone().unwrap_or_default();
        let started = Entry::DeletionStarted { user: self.key(), method: method.clone() };
        self.journal.write(started, self.client.clock().now())?;
        let path = path(&self.address(), deletion.resource, &id);
        let answer = match self.client.send_once(&Request::delete(format!("/v1.0{path}"))) {
            Ok(Sent::Answer(answer)) => answer,
            // It did not happen, and to sign in again may have taken its time.
            Ok(Sent::Renewed) => {
                self.note_end(method, DeletionResult::Refused, None, Some("401".to_owned()))?;
                return Ok(self.wait("the token was refused, and renewed", None, tries));
            }
            Ok(Sent::Busy { what, wait }) => {
                self.note_end(method, DeletionResult::Unanswered, None, Some(what.clone()))?;
                return Ok(self.wait(&what, wait, tries));
            }
            Err(trouble) => {
                self.note_end(method, DeletionResult::Unanswered, None, Some(trouble.to_string()))?;
                return Ok(Step::End(ended_by(trouble)));
            }
        };
        match answer.status {
            204 => {
                self.note_end(method, DeletionResult::Deleted, Some(&answer), None)?;
                Ok(Step::Deleted)
            }
            // A try before this one may have deleted it, or somebody else; or who answers is not the service.
            404 | 200..=299 => {
                let why = self.client.message(answer.status, &answer.body);
                let what = format!("an answer to a deletion that confirms nothing ({why})");
                self.note_end(method, DeletionResult::Unanswered, Some(&answer), Some(why))?;
                Ok(self.wait(&what, None, tries))
            }
            _ => self.refused(deletion, live, &answer),
        }
    }

    /// Waits before the user is looked at again, unless that was often enough.
    fn wait(&mut self, what: &str, wait: Option<Duration>, tries: &mut u32) -> Step {
        *tries += 1;
        match self.client.wait_or_give_up(what, wait, *tries) {
            Ok(()) => Step::LookAgain,
            Err(trouble) => Step::End(ended_by(trouble)),
        }
    }

    fn refused(&mut self, deletion: &Deletion, live: &Live, answer: &Answer) -> Result<Step> {
        let why = self.client.message(answer.status, &answer.body);
        let method = method_of(deletion);
        self.note_end(method, DeletionResult::Refused, Some(answer), Some(why.clone()))?;
        let what = deletion.resource.as_str();
        let has_alternate = present(&live.standing)
            .iter()
            .any(|one| one.resource == Resource::AlternateMobilePhone);
        let is_blocked = deletion.resource == Resource::MobilePhone && has_alternate;
        // Which of several rules was broken is said in words alone, and words may change.
        let is_default = why.to_lowercase().contains("default")
            || deletion.is_default == Some(true) && !is_blocked;
        if is_default && deletion.resource.is_phone() && matches!(answer.status, 400 | 409) {
            let why =
                format!("{what} is the default, and the service refuses to delete it ({why})");
            return Ok(Step::Refused(why));
        }
        let why = match answer.status {
            403 => format!(
                "{what} may not be deleted ({why}): needed are UserAuthenticationMethod.ReadWrite.All, and a role that may manage this user"
            ),
            _ if is_blocked => format!(
                "{what} could not be deleted while there is an alternate mobile phone ({why})"
            ),
            _ => format!("{what} could not be deleted ({why})"),
        };
        Ok(Step::End(End::Outcome(Outcome::Failed, self.with_done(why))))
    }

    /// The reason, with what was deleted before.
    fn with_done(&self, why: String) -> String {
        match self.progress().deleted.len() {
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

    fn progress(&self) -> &UserProgress {
        self.journal.record().user(self.user)
    }

    fn key(&self) -> String {
        self.user.key().to_owned()
    }
}

/// The next method to try: one that was refused only once something else went after it, and behind the others. A
/// mobile phone does not go before an alternate one.
fn next_of<'d>(
    open: &'d [Deletion],
    refused: &[(RegisteredResource, usize)],
    deleted: usize,
) -> Option<&'d Deletion> {
    let refused_at = |deletion: &Deletion| {
        let method = method_of(deletion);
        refused.iter().rev().find(|(refused, _)| *refused == method).map(|(_, at)| *at)
    };
    let has_alternate = open.iter().any(|one| one.resource == Resource::AlternateMobilePhone);
    let can_go =
        |deletion: &&Deletion| deletion.resource != Resource::MobilePhone || !has_alternate;
    let mut fresh = open.iter().filter(can_go).filter(|one| refused_at(one).is_none());
    let again =
        || open.iter().filter(can_go).find(|one| refused_at(one).is_some_and(|at| at < deleted));
    fresh.next().or_else(again)
}

fn method_of(deletion: &Deletion) -> RegisteredResource {
    RegisteredResource { resource: deletion.resource, id: deletion.id.clone() }
}

fn ended_by(trouble: Trouble) -> End {
    match trouble {
        Trouble::Service(why) => End::ServiceFailed(format!("the service failed: {why}")),
        Trouble::Stop(error) => End::Stop(error),
    }
}
