//! Reading as a sequence of steps, on the caller's thread or on several.

use std::collections::VecDeque;
use std::sync::Arc;

use super::board::Threaded;
use super::decode::{DecodedBlock, Decoder, too_long};
use super::open::{Bytes, OpenFile, Unopened, describe};
use super::product::{Product, Worker};
use super::reader::Options;
use super::report::FileReport;
use super::source::Source;
use crate::error::Error;
use crate::origin::Origin;
use crate::scan::{Block, Buffers, Cause, Gap, Piece};

/// What becomes of inputs, step by step, each input from `Open` to `Close`.
pub(super) enum Step<P> {
    /// An input begins; it may be one that cannot be read.
    Open(Box<FileReport>),
    /// Some of its records.
    Block(Box<DecodedBlock<P>>),
    /// A stretch that is not read: why, where it begins, and how many line breaks it holds.
    Gap { error: Error, byte: u64, lines: u64 },
    /// The input ends.
    Close(Closing),
}

/// What is known of an input once it was read.
#[derive(Debug, Default)]
pub(super) struct Closing {
    pub(super) bytes: u64,
    pub(super) names_next_page: bool,
    pub(super) sha256: Option<String>,
}

/// What is to be read, and where.
pub(super) enum Inputs<'a> {
    /// On the caller's thread.
    Here { options: Arc<Options>, inputs: VecDeque<Unopened<'a>> },
    /// On so many threads.
    Threads { options: Arc<Options>, sources: Vec<Source>, threads: usize },
}

/// The steps of a reading, in order.
pub(super) enum Steps<'a, P: Product> {
    Here(Box<Here<'a, P>>),
    Threaded(Threaded<P>),
}

impl<'a, P: Product> Steps<'a, P> {
    pub(super) fn start(inputs: Inputs<'a>) -> Self {
        match inputs {
            Inputs::Here { options, inputs } => Self::Here(Box::new(Here::new(options, inputs))),
            Inputs::Threads { options, sources, threads } => {
                let inputs = sources.into_iter().map(Unopened::source).collect();
                if threads > 1 {
                    Self::Threaded(Threaded::start(options, inputs, threads))
                } else {
                    Self::Here(Box::new(Here::new(options, inputs)))
                }
            }
        }
    }

    /// What the threads of the reading share.
    pub(super) fn shared(&self) -> &Arc<P::Shared> {
        match self {
            Self::Here(here) => &here.shared,
            Self::Threaded(threaded) => threaded.shared(),
        }
    }
}

impl<P: Product> Iterator for Steps<'_, P> {
    type Item = Step<P>;

    fn next(&mut self) -> Option<Step<P>> {
        match self {
            Self::Here(here) => here.next(),
            Self::Threaded(threaded) => threaded.next(),
        }
    }
}

/// Inputs one after the other, on the caller's thread.
pub(super) struct Here<'a, P: Product> {
    options: Arc<Options>,
    inputs: VecDeque<Unopened<'a>>,
    open: Option<OpenFile<'a>>,
    /// An input was refused and has yet to be closed.
    refused: bool,
    shared: Arc<P::Shared>,
    worker: Worker<P>,
}

impl<'a, P: Product> Here<'a, P> {
    fn new(options: Arc<Options>, inputs: VecDeque<Unopened<'a>>) -> Self {
        let shared = Arc::default();
        let worker = Worker::new(&shared);
        Self { options, inputs, open: None, refused: false, shared, worker }
    }

    fn next(&mut self) -> Option<Step<P>> {
        if std::mem::take(&mut self.refused) {
            return Some(Step::Close(Closing::default()));
        }
        let Some(open) = &mut self.open else {
            let input = self.inputs.pop_front()?;
            let (report, open) = input.open(&self.options, &self.worker.buffers);
            self.refused = open.is_none();
            self.open = open;
            return Some(Step::Open(report));
        };
        let Some(piece) = open.blocks.next() else {
            return self.open.take().map(|open| Step::Close(open.close()));
        };
        let step = decode_piece(piece, &open.decoder, &mut self.worker.memory);
        open.decoder.learn(&step);
        Some(step)
    }
}

impl Unopened<'static> {
    fn source(source: Source) -> Self {
        Self { name: source.name().into(), bytes: Bytes::Source(source) }
    }
}

impl<'a> Unopened<'a> {
    /// Opens the input; `None` where it cannot be read, and then the report says why.
    pub(super) fn open(
        self,
        options: &Options,
        buffers: &Arc<Buffers>,
    ) -> (Box<FileReport>, Option<OpenFile<'a>>) {
        let mut report = Box::new(FileReport::new(&self.name));
        let origin = Origin::new(Arc::clone(&self.name));
        match self.try_open(options, buffers, &mut report) {
            Ok(open) => (report, Some(open)),
            Err(error) => {
                report.error = Some(error.at(origin));
                (report, None)
            }
        }
    }
}

impl OpenFile<'_> {
    pub(super) fn close(self) -> Closing {
        let bytes = self.blocks.position();
        let names_next_page = self.blocks.names_next_page();
        // What nobody read is hashed when the input is dropped.
        drop(self.blocks);
        Closing { bytes, names_next_page, sha256: self.digest.finish() }
    }
}

/// Decodes a piece, and gives its buffer back.
pub(super) fn decode_piece<P: Product>(
    piece: Piece,
    decoder: &Decoder,
    memory: &mut P::Memory,
) -> Step<P> {
    match piece {
        Piece::Block(block) => decode_block(block, decoder, memory),
        Piece::Gap(gap) => step_of(gap),
    }
}

/// Decodes a piece behind other steps; blocks that follow one another become one step.
pub(super) fn decode_behind<P: Product>(
    steps: &mut Vec<Step<P>>,
    piece: Piece,
    decoder: &Decoder,
    memory: &mut P::Memory,
) {
    match (piece, steps.last_mut()) {
        (Piece::Block(block), Some(Step::Block(before))) => {
            **before = decoder.decode(&block, memory, std::mem::take(&mut **before));
            block.put_back();
        }
        (piece, _) => steps.push(decode_piece(piece, decoder, memory)),
    }
}

pub(super) fn decode_block<P: Product>(
    block: Block,
    decoder: &Decoder,
    memory: &mut P::Memory,
) -> Step<P> {
    let decoded = decoder.decode(&block, memory, DecodedBlock::default());
    block.put_back();
    Step::Block(Box::new(decoded))
}

pub(super) fn step_of<P>(gap: Gap) -> Step<P> {
    let byte = gap.bytes.start;
    let error = match gap.cause {
        Cause::TooLong => too_long(gap.bytes),
        Cause::Failed(failure) => describe(failure),
    };
    Step::Gap { error, byte, lines: gap.lines }
}
