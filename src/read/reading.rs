//! The account of a reading: blocks back in order, duplicates dropped, every record tallied.

use std::collections::VecDeque;
use std::sync::Arc;

use super::decode::{DecodedBlock, Item};
use super::dedup::Dedup;
use super::detect::wrong_log;
use super::findings::Findings;
use super::product::Product;
use super::report::{FileReport, Report};
use super::steps::{Closing, Step, Steps};
use crate::error::{Error, ErrorKind, Result};
use crate::origin::Origin;

/// The events of one or more inputs, as what is made of them, and the faults between them.
pub(super) struct Reading<'a, P: Product> {
    steps: Steps<'a, P>,
    dedup: Option<Dedup>,
    report: Report,
    /// How far the input that is open was read.
    records: u64,
    lines: u64,
    /// What there is to say of it if nothing else was decoded.
    probe: Findings,
    /// What the last record of the input tells that was passed over by name.
    tail: Findings,
    ready: VecDeque<Result<P>>,
}

impl<'a, P: Product> Reading<'a, P> {
    pub(super) fn new(steps: Steps<'a, P>, dedup: bool, errors: Vec<Error>) -> Self {
        let mut report = Report::default();
        report.errors.clone_from(&errors);
        Self {
            steps,
            dedup: dedup.then(Dedup::default),
            report,
            records: 0,
            lines: 0,
            probe: Findings::default(),
            tail: Findings::default(),
            ready: errors.into_iter().map(Err).collect(),
        }
    }

    /// What reading came to so far.
    pub(super) fn report(&self) -> &Report {
        &self.report
    }

    /// What the threads of the reading shared.
    pub(super) fn shared(&self) -> &Arc<P::Shared> {
        self.steps.shared()
    }

    fn take(&mut self, step: Step<P>) {
        match step {
            Step::Open(report) => self.open(*report),
            Step::Block(block) => self.block(*block),
            Step::Gap { error, byte, lines } => self.gap(error, byte, lines),
            Step::Close(closing) => self.close(closing),
        }
    }

    fn open(&mut self, report: FileReport) {
        self.records = 0;
        self.lines = 0;
        self.probe = Findings::default();
        self.tail = Findings::default();
        if let Some(dedup) = &mut self.dedup {
            dedup.next_file();
        }
        self.ready.extend(report.error.clone().map(Err));
        self.report.files.push(report);
    }

    fn block(&mut self, block: DecodedBlock<P>) {
        let Some(file) = self.report.files.last_mut() else {
            return;
        };
        file.tally += block.tally;
        file.names_next_page |= block.names_next_page;
        file.findings.merge(block.findings);
        if self.probe.audit_records == 0 {
            self.probe.merge(block.probe);
        }
        if let Some(tail) = block.tail {
            self.tail = tail;
        }
        self.ready.reserve(block.items.len());
        for item in block.items {
            match item {
                Ok(Item { mut product, fingerprint }) => {
                    if let Some(origin) = product.origin_mut() {
                        advance(origin, self.records, self.lines);
                    }
                    if self.dedup.as_mut().is_some_and(|dedup| dedup.is_duplicate(&fingerprint)) {
                        file.tally.duplicate += 1;
                    } else {
                        file.tally.yielded += 1;
                        self.ready.push_back(Ok(product));
                    }
                }
                Err(error) => {
                    let error = error.moved(|origin| advance(origin, self.records, self.lines));
                    file.keep(&error);
                    self.ready.push_back(Err(error));
                }
            }
        }
        self.records += block.tally.read;
        self.lines += block.lines;
    }

    fn gap(&mut self, error: Error, byte: u64, lines: u64) {
        let Some(file) = self.report.files.last_mut() else {
            return;
        };
        if error.kind() == ErrorKind::Io {
            let error = error.at(Origin::new(file.source.as_str()));
            file.error = Some(error.clone());
            self.ready.push_back(Err(error));
            return;
        }
        self.records += 1;
        let origin = Origin::new(file.source.as_str()).at(self.records, self.lines + 1, byte);
        let error = error.at(origin);
        file.tally.read += 1;
        file.tally.rejected += 1;
        file.keep(&error);
        self.lines += lines;
        self.ready.push_back(Err(error));
    }

    fn close(&mut self, closing: Closing) {
        let Some(file) = self.report.files.last_mut() else {
            return;
        };
        file.bytes = closing.bytes;
        file.names_next_page |= closing.names_next_page;
        file.sha256 = closing.sha256.or(file.sha256.take());
        file.findings.merge(std::mem::take(&mut self.tail));
        if file.findings.audit_records == 0 {
            file.findings.merge(std::mem::take(&mut self.probe));
        }
        if file.error.is_some() {
            return;
        }
        if let Some(error) = file.holds_other_logs_only() {
            file.shape = None;
            file.error = Some(error.clone());
            self.ready.push_back(Err(error));
        }
    }
}

impl FileReport {
    fn keep(&mut self, rejection: &Error) {
        if self.rejections.len() < Self::REJECTIONS {
            self.rejections.push(rejection.clone());
        }
    }

    /// Says that the input is the wrong one, if all that was met in it is of other logs.
    fn holds_other_logs_only(&self) -> Option<Error> {
        if self.findings.audit_records > 0 || self.findings.other_logs.is_empty() {
            return None;
        }
        let logs: Vec<&str> = self.findings.other_logs.keys().map(String::as_str).take(3).collect();
        let found = format!("no audit record, but records of another log ({})", logs.join(", "));
        Some(wrong_log(found).at(Origin::new(self.source.as_str())))
    }
}

/// Adds what came before the block to a place in it.
fn advance(origin: &mut Origin, records: u64, lines: u64) {
    origin.record = origin.record.map(|record| record + records);
    origin.line = origin.line.map(|line| line + lines + 1);
}

impl<P: Product> Iterator for Reading<'_, P> {
    type Item = Result<P>;

    fn next(&mut self) -> Option<Result<P>> {
        loop {
            if let Some(ready) = self.ready.pop_front() {
                return Some(ready);
            }
            let step = self.steps.next()?;
            self.take(step);
        }
    }
}
