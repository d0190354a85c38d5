//! The doorway between reading and summing up.

use std::ops::ControlFlow;

use crate::error::Error;
use crate::read::{Events, Report, Sketched};
use crate::summary::{SketchSummary, Summary};

impl Events<'_> {
    /// Sums up the events that are left, and tells what reading them came to.
    ///
    /// The summary is that of [`Summary::add`] for each event. It is found several times as fast where
    /// no event was taken out before, since most need not be decoded in full: an event that differs
    /// from one before it only in when and to whom it happened is counted as one more of its kind.
    ///
    /// Faults are handed to `on_fault` in their place; where that breaks, the summary is that of what
    /// was read so far.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// let export = br#"{"activityDateTime": "2026-03-09T08:00:00Z", "loggedByService": "Authentication Methods",
    ///     "activityDisplayName": "User registered security info", "result": "success"}"#;
    /// let (summary, report) = regaudit::read_slice("one.json", export).summarize(|fault| {
    ///     eprintln!("{fault}");
    ///     ControlFlow::Continue(())
    /// });
    /// assert_eq!(summary.answer().outcomes.success, 1);
    /// assert!(report.tally().balances());
    /// ```
    pub fn summarize(
        mut self,
        mut on_fault: impl FnMut(Error) -> ControlFlow<()>,
    ) -> (Summary, Report) {
        let Some(mut sketches) = self.take_sketches() else {
            return self.summarize_whole(on_fault);
        };
        let mut summary = SketchSummary::new(sketches.book());
        for event in sketches.by_ref() {
            match event {
                Ok(Sketched::Sketch(sketch)) => summary.add(&sketch),
                Ok(Sketched::Whole(whole)) => summary.add_whole(&whole.0, &whole.1),
                Err(fault) => {
                    if on_fault(fault).is_break() {
                        break;
                    }
                }
            }
        }
        (summary.into_summary(), sketches.report().clone())
    }

    /// The same, event by event.
    fn summarize_whole(
        mut self,
        mut on_fault: impl FnMut(Error) -> ControlFlow<()>,
    ) -> (Summary, Report) {
        let mut summary = Summary::new();
        for event in self.by_ref() {
            match event {
                Ok(event) => summary.add(&event),
                Err(fault) => {
                    if on_fault(fault).is_break() {
                        break;
                    }
                }
            }
        }
        (summary, self.report().clone())
    }
}
