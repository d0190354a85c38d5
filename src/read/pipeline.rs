//! Blocks through the decoder: on the caller's thread, or on several with the order kept.
//!
//! One producer opens inputs and splits them; workers decode blocks in any order; whoever asks gets
//! them in order. The producer is a few blocks ahead at most, so memory does not depend on the size of
//! the input.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::decode::{DecodedBlock, Decoder, too_long};
use super::open::{Bytes, OpenFile, Unopened, describe};
use super::reader::Options;
use super::report::FileReport;
use super::source::Source;
use crate::error::Error;
use crate::scan::{Block, Buffers, Cause, Gap, Piece};

/// What becomes of inputs, step by step, each input from `Open` to `Close`.
pub(super) enum Step<B> {
    /// An input begins; it may be one that cannot be read.
    Open(Box<FileReport>),
    /// Some of its records.
    Block(B),
    /// A stretch that is not read: why, where it begins, and how many line breaks it holds.
    Gap { error: Error, byte: u64, lines: u64 },
    /// The input ends.
    Close(Closing),
}

/// What is known of an input once it was read.
#[derive(Default)]
pub(super) struct Closing {
    pub(super) bytes: u64,
    pub(super) names_next_page: bool,
    pub(super) sha256: Option<String>,
}

/// Opens and splits the inputs, one after another.
pub(super) struct Producer<'a> {
    options: Arc<Options>,
    inputs: VecDeque<Unopened<'a>>,
    open: Option<OpenFile<'a>>,
    /// An input was refused and has yet to be closed.
    refused: bool,
}

/// A block, and what decodes it.
type Work = (Block, Arc<Decoder>);

/// Decodes a block and gives its memory back.
fn decode((block, decoder): Work, buffers: &Buffers) -> DecodedBlock {
    let done = decoder.decode(&block);
    buffers.put_back(block.bytes);
    done
}

impl<'a> Producer<'a> {
    pub(super) fn new(
        options: Arc<Options>,
        inputs: impl IntoIterator<Item = Unopened<'a>>,
    ) -> Self {
        Self { options, inputs: inputs.into_iter().collect(), open: None, refused: false }
    }

    fn open_next(&mut self) -> Option<Step<Work>> {
        let input = self.inputs.pop_front()?;
        let mut report = FileReport::new(&input.name);
        let origin = crate::origin::Origin::new(Arc::clone(&input.name));
        match input.open(&self.options, &mut report) {
            Ok(open) => self.open = Some(open),
            Err(error) => {
                report.error = Some(error.at(origin));
                self.refused = true;
            }
        }
        Some(Step::Open(Box::new(report)))
    }
}

impl Iterator for Producer<'_> {
    type Item = Step<Work>;

    fn next(&mut self) -> Option<Step<Work>> {
        if std::mem::take(&mut self.refused) {
            return Some(Step::Close(Closing::default()));
        }
        let Some(open) = &mut self.open else {
            return self.open_next();
        };
        match open.blocks.next() {
            Some(Piece::Block(block)) => Some(Step::Block((block, Arc::clone(&open.decoder)))),
            Some(Piece::Gap(gap)) => Some(step_of(gap)),
            None => self.open.take().map(|open| Step::Close(open.close())),
        }
    }
}

fn step_of(gap: Gap) -> Step<Work> {
    let byte = gap.bytes.start;
    let error = match gap.cause {
        Cause::TooLong => too_long(gap.bytes),
        Cause::Failed(failure) => describe(failure),
    };
    Step::Gap { error, byte, lines: gap.lines }
}

impl OpenFile<'_> {
    fn close(self) -> Closing {
        let bytes = self.blocks.position();
        let names_next_page = self.blocks.names_next_page();
        // What nobody read is hashed when the input is dropped.
        drop(self.blocks);
        Closing { bytes, names_next_page, sha256: self.digest.finish() }
    }
}

/// The steps with their blocks decoded.
pub(super) enum Steps<'a> {
    Inline(Producer<'a>),
    Threaded(Threaded),
}

impl Steps<'static> {
    /// Decodes on threads, or on the caller's where one is enough.
    pub(super) fn of_sources(options: &Arc<Options>, sources: Vec<Source>, threads: usize) -> Self {
        let inputs = sources
            .into_iter()
            .map(|source| Unopened { name: source.name().into(), bytes: Bytes::Source(source) });
        let producer = Producer::new(Arc::clone(options), inputs);
        if threads > 1 {
            Self::Threaded(Threaded::start(producer, threads))
        } else {
            Self::Inline(producer)
        }
    }
}

impl Iterator for Steps<'_> {
    type Item = Step<DecodedBlock>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Inline(producer) => {
                let step = producer.next()?;
                Some(step.map(|work| decode(work, &producer.options.buffers)))
            }
            Self::Threaded(threaded) => threaded.next(),
        }
    }
}

impl<B> Step<B> {
    fn map<T>(self, decode: impl FnOnce(B) -> T) -> Step<T> {
        match self {
            Self::Open(report) => Step::Open(report),
            Self::Block(block) => Step::Block(decode(block)),
            Self::Gap { error, byte, lines } => Step::Gap { error, byte, lines },
            Self::Close(closing) => Step::Close(closing),
        }
    }
}

/// What a thread has to say: a value, or the panic it ended with. Panics go on where the events are
/// asked for, as they would on one thread, so that nothing is taken for the end of the input.
type Answer<T> = thread::Result<T>;

/// A block that some worker decodes: the answer comes here.
type Promise = Receiver<Answer<DecodedBlock>>;

/// A block for a worker, and where its answer goes.
type Job = (Work, Sender<Answer<DecodedBlock>>);

/// The steps in order; the answers to blocks may be yet to come.
pub(super) struct Threaded {
    steps: Receiver<Answer<Step<Promise>>>,
}

impl Threaded {
    fn start(producer: Producer<'static>, threads: usize) -> Self {
        let (work, jobs) = channel();
        // As many steps as keep every worker busy while one block takes longer than the others.
        let (in_order, steps) = sync_channel(threads * 4);
        let jobs = Arc::new(Mutex::new(jobs));
        for _ in 0..threads {
            let (jobs, options) = (Arc::clone(&jobs), Arc::clone(&producer.options));
            thread::spawn(move || work_off(&jobs, &options.buffers));
        }
        thread::spawn(move || produce(producer, &work, &in_order));
        Self { steps }
    }

    fn next(&mut self) -> Option<Step<DecodedBlock>> {
        let step = or_panic(self.steps.recv().ok()?);
        Some(step.map(|promise| match promise.recv() {
            Ok(answer) => or_panic(answer),
            Err(gone) => std::panic::resume_unwind(Box::new(gone)),
        }))
    }
}

fn or_panic<T>(answer: Answer<T>) -> T {
    answer.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Splits the inputs until they end or nobody asks any more.
fn produce(
    mut producer: Producer<'static>,
    work: &Sender<Job>,
    in_order: &SyncSender<Answer<Step<Promise>>>,
) {
    loop {
        let step = match catch_unwind(AssertUnwindSafe(|| producer.next())) {
            Ok(Some(step)) => step,
            Ok(None) => return,
            Err(panic) => {
                let _ = in_order.send(Err(panic));
                return;
            }
        };
        let (answer, promise) = channel();
        let mut job = None;
        let step = step.map(|block| {
            job = Some((block, answer));
            promise
        });
        let is_wanted = in_order.send(Ok(step)).is_ok();
        if !is_wanted || job.is_some_and(|job| work.send(job).is_err()) {
            return;
        }
    }
}

/// Decodes blocks until there are no more.
fn work_off(jobs: &Mutex<Receiver<Job>>, buffers: &Buffers) {
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((work, answer)) = job else {
            return;
        };
        let decoded = catch_unwind(AssertUnwindSafe(|| decode(work, buffers)));
        // Nobody may be waiting for the answer any more.
        let _ = answer.send(decoded);
    }
}
