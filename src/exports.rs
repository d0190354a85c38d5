//! The doorway between reading and asking: exports as a source of events for frames.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::attempt::DirectoryMethods;
use crate::catalogue::classify;
use crate::error::{Error, ErrorKind, Result};
use crate::filter::Filter;
use crate::mask::Masker;
use crate::query::{Each, EventSource, Sighting};
use crate::read::{Reader, Report};

/// Exports that a [`Frame`](crate::query::Frame) reads when it is asked.
///
/// Each question reads them anew. What could not be read, and the account of all records, is kept
/// beside the answer: [`faults`](Self::on_fault) are handed out as they are met, and
/// [`reports`](Self::reports) has the account of every reading.
///
/// ```
/// use std::sync::Arc;
/// use regaudit::query::{Frame, Table};
/// use regaudit::{Exports, Reader};
///
/// let exports = Arc::new(Exports::new(Reader::new(), ["fixtures/exports"]));
/// let frame = Frame::scan(Arc::clone(&exports))?;
/// let rows = frame.collect(frame.table(Table::Events)?)?.height();
/// assert_eq!(exports.reports()[0].tally().yielded, rows as u64);
/// # Ok::<(), regaudit::Error>(())
/// ```
pub struct Exports {
    reader: Reader,
    paths: Vec<PathBuf>,
    masker: Option<Mutex<Masker>>,
    on_fault: Mutex<Box<OnFault>>,
    reports: Mutex<Vec<Report>>,
    has_begun: AtomicBool,
}

type OnFault = dyn FnMut(Error) -> ControlFlow<()> + Send;

impl Exports {
    /// Files, folders and patterns, as a [`Reader`] reads them. Its filter holds for every question.
    pub fn new<P: AsRef<Path>>(reader: Reader, paths: impl IntoIterator<Item = P>) -> Self {
        Self {
            reader,
            paths: paths.into_iter().map(|path| path.as_ref().to_owned()).collect(),
            masker: None,
            on_fault: Mutex::new(Box::new(|_| ControlFlow::Continue(()))),
            reports: Mutex::new(Vec::new()),
            has_begun: AtomicBool::new(false),
        }
    }

    /// Takes personal data out of every event, as [`Masker`] does, with the same stand-ins in every
    /// answer.
    #[must_use]
    pub fn masked(mut self) -> Self {
        self.masker = Some(Mutex::new(Masker::new()));
        self
    }

    /// What is done about a record or input that could not be read; where it breaks, the question ends
    /// with the fault as its error. Without this, reading goes on and the fault is in the report alone.
    /// Faults are handed out in the first reading; later ones meet the same.
    #[must_use]
    pub fn on_fault(self, on_fault: impl FnMut(Error) -> ControlFlow<()> + Send + 'static) -> Self {
        Self { on_fault: Mutex::new(Box::new(on_fault)), ..self }
    }

    /// What each reading so far came to, in order.
    pub fn reports(&self) -> Vec<Report> {
        lock(&self.reports).clone()
    }
}

impl EventSource for Exports {
    fn for_each(&self, filter: &Filter, each: &mut Each<'_>) -> Result<()> {
        // Questions may read on several threads at a time, and a thread that waits may be given another
        // reading to do: no lock is held from one event to the next.
        let is_first = !self.has_begun.swap(true, Ordering::Relaxed);
        if !is_first && self.paths.iter().any(|path| path.as_os_str() == "-") {
            return Err(Error::new(ErrorKind::Io, "standard input asked for a second time")
                .expected("a question to one table")
                .help("save it to a file first"));
        }
        // Stand-ins are unknown to the reader, and numbered by all events that are read: who is `user3`
        // must not depend on the question.
        let nothing = Filter::default();
        let filter = if self.masker.is_some() { &nothing } else { filter };
        let mut events = self.reader.clone().narrowed(filter).paths(&self.paths);
        let mut stopped = Ok(());
        for event in events.by_ref() {
            match event {
                Ok(mut event) => {
                    let Some(mut classification) = classify(&event) else { continue };
                    let stated = DirectoryMethods::of(&event);
                    if let Some(masker) = &self.masker {
                        lock(masker).mask(&mut event, &mut classification);
                    }
                    if each(Sighting::masked(&event, &classification, stated)).is_break() {
                        break;
                    }
                }
                Err(fault) => {
                    if is_first && lock(&self.on_fault)(fault.clone()).is_break() {
                        stopped = Err(fault);
                        break;
                    }
                }
            }
        }
        let report = events.report().clone();
        lock(&self.reports).push(report);
        stopped
    }
}

fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
