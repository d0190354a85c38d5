//! Reading with an eye on faults: what all commands that read do alike.

use std::collections::BTreeMap;
use std::io;
use std::ops::ControlFlow;

use regaudit::model::Event;
use regaudit::read::Report;
#[cfg(feature = "graph")]
use regaudit::rollback::apply::UserOutcome;
use regaudit::rollback::{Plan, PlannedUser, Verification};
use regaudit::troubleshoot::Answer;
use regaudit::{Classification, Error, Events, Masker, Summary, UserEvents, classify};

use super::Ending;
use super::args::OnError;
use super::failure::complain;

/// How many faults are told one by one.
const SHOWN: u64 = 20;

/// One reading of all inputs.
pub(super) struct Session {
    masker: Option<Masker>,
    on_error: OnError,
    rejected: u64,
    failed: u64,
}

impl Session {
    pub(super) fn new(mask: bool, on_error: OnError) -> Self {
        Self { masker: mask.then(Masker::new), on_error, rejected: 0, failed: 0 }
    }

    /// Hands every event to `each` with what it means, tells of faults, and returns what reading
    /// came to; `None` where it was stopped by a fault.
    pub(super) fn read(
        &mut self,
        events: Events<'_>,
        mut each: impl FnMut(&Event, &Classification) -> io::Result<()>,
    ) -> io::Result<Option<Report>> {
        self.read_whole(events, |_| (), |event, classification, ()| each(event, classification))
    }

    /// The same, where something must be looked up that masking takes away.
    pub(super) fn read_whole<T>(
        &mut self,
        mut events: Events<'_>,
        mut before_masking: impl FnMut(&Event) -> T,
        mut each: impl FnMut(&Event, &Classification, T) -> io::Result<()>,
    ) -> io::Result<Option<Report>> {
        for event in events.by_ref() {
            match event {
                Ok(mut event) => {
                    // Only what the catalogue has a rule for is handed out as an event.
                    let Some(mut classification) = classify(&event) else { continue };
                    let found = before_masking(&event);
                    self.mask(&mut event, &mut classification);
                    each(&event, &classification, found)?;
                }
                Err(fault) => {
                    if self.meet(fault).is_break() {
                        return Ok(None);
                    }
                }
            }
        }
        let report = events.report().clone();
        self.warn(&report);
        Ok(Some(report))
    }

    /// Reads what is about one user, and tells of faults; `None` where reading was stopped by one.
    pub(super) fn read_user(
        &mut self,
        read: impl FnOnce(&mut dyn FnMut(Error) -> ControlFlow<()>) -> UserEvents,
    ) -> Option<UserEvents> {
        let mut is_stopped = false;
        let read = read(&mut |fault| {
            let next = self.meet(fault);
            is_stopped = next.is_break();
            next
        });
        if is_stopped {
            return None;
        }
        self.warn(&read.report);
        if !read.is_complete {
            complain(
                "warning: events of the user came before the record that shows they are the user's, and are left out; give files, or the object id",
            );
        }
        Some(read)
    }

    /// Takes personal data out of an event, if that was asked for.
    pub(super) fn mask(&mut self, event: &mut Event, classification: &mut Classification) {
        if let Some(masker) = &mut self.masker {
            masker.mask(event, classification);
        }
    }

    /// Takes personal data out of an answer, if that was asked for.
    pub(super) fn mask_answer(&mut self, answer: &mut Answer, events: &[Event]) {
        if let Some(masker) = &mut self.masker {
            answer.mask(masker, events);
        }
    }

    /// The users of a plan, without personal data if that was asked for.
    pub(super) fn planned_users(&mut self, plan: &Plan) -> Vec<PlannedUser> {
        match &mut self.masker {
            Some(masker) => plan.masked_users(masker),
            None => plan.users.clone(),
        }
    }

    /// Takes personal data out of a verification, if that was asked for.
    pub(super) fn mask_verification(&mut self, verification: &mut Verification) {
        if let Some(masker) = &mut self.masker {
            verification.mask(masker);
        }
    }

    /// Takes personal data out of outcomes, if that was asked for.
    #[cfg(feature = "graph")]
    pub(super) fn mask_outcomes(&mut self, users: &mut [UserOutcome]) {
        if let Some(masker) = &mut self.masker {
            for user in users {
                user.mask(masker);
            }
        }
    }

    /// Whether something could be read; what could not is told.
    pub(super) fn check(&mut self, read: regaudit::Result<()>) -> bool {
        match read {
            Ok(()) => true,
            Err(error) => {
                complain(&format!("error: {}", self.shown(error)));
                false
            }
        }
    }

    /// Sums up all events, tells of faults, and returns what reading came to; `None` where it was
    /// stopped by a fault.
    pub(super) fn summarize(
        &mut self,
        events: Events<'_>,
    ) -> io::Result<Option<(Summary, Report)>> {
        if self.masker.is_some() {
            let mut summary = Summary::new();
            let report = self.read(events, |event, classification| {
                summary.add_classified(event, classification);
                Ok(())
            })?;
            return Ok(report.map(|report| (summary, report)));
        }
        let mut stopped = false;
        let (summary, report) = events.summarize(|fault| {
            let next = self.meet(fault);
            stopped = next.is_break();
            next
        });
        if stopped {
            return Ok(None);
        }
        self.warn(&report);
        Ok(Some((summary, report)))
    }

    /// Tells of a fault, and whether to go on.
    pub(super) fn meet(&mut self, fault: Error) -> ControlFlow<()> {
        self.tell(fault);
        if self.on_error == OnError::Skip {
            return ControlFlow::Continue(());
        }
        complain("error: stopped at the first fault (--on-error stop)");
        ControlFlow::Break(())
    }

    /// Warns of what was passed over.
    pub(super) fn warn(&self, report: &Report) {
        for (field, number) in &report.findings().oddities {
            complain(&format!(
                "warning: `{field}` of {number} records is not of the documented form, and was passed over"
            ));
        }
        if self.rejected > SHOWN {
            complain(&format!("warning: {} more records rejected", self.rejected - SHOWN));
        }
    }

    fn tell(&mut self, error: Error) {
        let error = self.shown(error);
        if error.is_input() {
            self.failed += 1;
            complain(&format!("error: {error}"));
        } else {
            self.rejected += 1;
            if self.rejected <= SHOWN {
                complain(&format!("warning: rejected: {error}"));
            }
        }
    }

    /// The error as it may be shown.
    pub(super) fn shown(&self, error: Error) -> Error {
        if self.masker.is_some() { error.masked() } else { error }
    }

    /// Texts that are products of Microsoft's, such as activities, as they may be shown.
    pub(super) fn shown_text(&self, text: &str) -> String {
        self.masker.as_ref().map_or_else(|| text.to_owned(), |masker| masker.mask_text(text))
    }

    /// Counts of free texts as they may be shown: a text that nobody knows may hold anything.
    pub(super) fn shown_free_texts(&self, counts: BTreeMap<String, u64>) -> BTreeMap<String, u64> {
        if self.masker.is_none() {
            return counts;
        }
        let stand_ins = (1..).map(|number| format!("[masked {number}]"));
        stand_ins.zip(counts.into_values()).collect()
    }

    /// Says what was met and has no rule, also where its family was not asked for.
    pub(super) fn tell_unknown(&self, report: &Report) {
        for activity in report.findings().unknown_activities.keys() {
            let activity = self.shown_text(activity);
            complain(&format!(
                "warning: no rule knows the activity `{activity}`; --family other lists its events"
            ));
        }
    }

    /// How the command ends, given whether anything matched.
    pub(super) fn ending(&self, matched: bool) -> Ending {
        if self.failed > 0 {
            Ending::Failed
        } else if self.rejected > 0 {
            Ending::Rejections
        } else if matched {
            Ending::Done
        } else {
            Ending::NothingMatched
        }
    }
}
