//! Pieces of an input that hold whole records.

use std::io::{self, Read};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

/// How much is read at a time: it stays in the cache of a core while it is scanned.
const READ: usize = 256 * 1024;

/// Whole records of one input, and where they stand.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) bytes: Vec<u8>,
    /// Where the bytes stand in the decoded input.
    pub(crate) byte: u64,
    /// The records, in order; `None` where each line is one.
    pub(crate) spans: Option<Vec<Span>>,
    /// The text that names the columns of the records, where the input keeps it apart from them.
    pub(crate) columns: Option<Arc<[u8]>>,
}

/// A record inside a block, or a stretch of a block that cannot be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) range: Range<usize>,
    pub(crate) fault: Option<FaultKind>,
}

/// Why bytes are no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FaultKind {
    /// Bytes between records that belong to none.
    Stray,
    /// The input ends inside a record.
    CutRecord,
    /// The input ends inside the list of records.
    CutList,
}

/// A stretch of an input that is not read, and stands in no block.
#[derive(Debug)]
pub(crate) struct Gap {
    pub(crate) cause: Cause,
    pub(crate) bytes: Range<u64>,
    /// The line breaks in it.
    pub(crate) lines: u64,
}

/// What a splitter found in the bytes it was shown.
#[derive(Debug, Default)]
pub(crate) struct Split {
    /// The records and faults that are complete.
    pub(crate) spans: Vec<Span>,
    /// How many bytes are dealt with; the rest will be shown again with more behind it.
    pub(crate) used: usize,
    /// The columns that hold for these and the following records.
    pub(crate) columns: Option<Arc<[u8]>>,
}

/// Why a stretch is not read.
#[derive(Debug)]
pub(crate) enum Cause {
    /// It is, or ends in, a record that is longer than allowed.
    TooLong,
    /// The operating system or a decoder failed.
    Failed(io::Error),
}

/// Finds the borders of records in an input that is shown piece by piece.
pub(crate) trait Splitter: Send {
    /// Looks at `bytes`, which begin where the last split left off. With `at_end`, nothing follows,
    /// and everything must be used.
    fn split(&mut self, bytes: &[u8], at_end: bool) -> Split;

    /// Whether each line is a record, so that no spans are listed.
    fn is_lines(&self) -> bool {
        false
    }

    /// Whether the list says that it goes on in another document.
    fn names_next_page(&self) -> bool {
        false
    }

    /// Gives up the record that is being read; returns whether the input can be read on after the
    /// next line break.
    fn give_up(&mut self) -> bool;
}

/// Buffers of blocks that are done with, to be used again: fresh memory costs more than reading into it.
#[derive(Debug, Default)]
pub(crate) struct Buffers(Mutex<Vec<Vec<u8>>>);

impl Buffers {
    /// More than this many, or larger ones, are not worth keeping.
    const KEPT: usize = 16;
    const LARGEST: usize = 4 * READ;

    fn take(&self) -> Vec<u8> {
        let mut free = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        free.pop().unwrap_or_else(|| Vec::with_capacity(2 * READ))
    }

    pub(crate) fn put_back(&self, mut buffer: Vec<u8>) {
        let mut free = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if free.len() < Self::KEPT && buffer.capacity() <= Self::LARGEST {
            buffer.clear();
            free.push(buffer);
        }
    }
}

/// Reads an input block by block.
pub(crate) struct Blocks<R> {
    input: R,
    buffers: Arc<Buffers>,
    splitter: Box<dyn Splitter>,
    /// Read, not yet handed out.
    pending: Vec<u8>,
    /// Where `pending` stands in the input.
    byte: u64,
    columns: Option<Arc<[u8]>>,
    longest_record: usize,
    at_end: bool,
    /// Whether there is more in `pending` than was looked at.
    has_more: bool,
    /// Why the input could not be read to its end.
    failure: Option<io::Error>,
}

/// What [`Blocks`] hands out.
#[derive(Debug)]
pub(crate) enum Piece {
    Block(Block),
    Gap(Gap),
}

impl<R: Read> Blocks<R> {
    pub(crate) fn new(
        input: R,
        splitter: Box<dyn Splitter>,
        longest_record: usize,
        buffers: Arc<Buffers>,
    ) -> Self {
        Self {
            input,
            buffers,
            splitter,
            pending: Vec::new(),
            byte: 0,
            columns: None,
            longest_record,
            at_end: false,
            has_more: false,
            failure: None,
        }
    }

    /// Whether the list said that it goes on in another document.
    pub(crate) fn names_next_page(&self) -> bool {
        self.splitter.names_next_page()
    }

    /// How many bytes have been handed out.
    pub(crate) fn position(&self) -> u64 {
        self.byte
    }

    /// The next piece, or `None` at the end of the input. What was read before a failure is handed
    /// out first, then a gap with the failure, then nothing more.
    pub(crate) fn next(&mut self) -> Option<Piece> {
        loop {
            if self.at_end && self.pending.is_empty() {
                return None;
            }
            if !self.at_end && self.failure.is_none() && !self.has_more {
                self.fill();
            }
            let split = self.splitter.split(&self.pending, self.at_end);
            // Columns end a split early: what was read is not all looked at.
            self.has_more = split.columns.is_some();
            if split.used > 0 {
                return Some(Piece::Block(self.take(split)));
            }
            if let Some(failure) = self.failure.take() {
                return Some(Piece::Gap(self.stop(failure)));
            }
            if self.pending.len() > self.longest_record {
                return Some(Piece::Gap(self.give_up()));
            }
        }
    }

    fn fill(&mut self) {
        self.pending.reserve(READ);
        let mut piece = self.input.by_ref().take(READ as u64);
        match piece.read_to_end(&mut self.pending) {
            Ok(read) => self.at_end = read < READ,
            Err(error) => self.failure = Some(error),
        }
    }

    fn take(&mut self, split: Split) -> Block {
        let mut rest = self.buffers.take();
        rest.extend_from_slice(&self.pending[split.used..]);
        self.pending.truncate(split.used);
        let block = Block {
            bytes: std::mem::replace(&mut self.pending, rest),
            byte: self.byte,
            spans: (!self.splitter.is_lines()).then_some(split.spans),
            columns: self.columns.clone(),
        };
        self.byte += split.used as u64;
        // They hold from here on.
        self.columns = split.columns.or(self.columns.take());
        block
    }

    /// Leaves what was read of the record in which the input failed.
    fn stop(&mut self, failure: io::Error) -> Gap {
        let start = self.byte;
        let lines = self.drop_pending(self.pending.len());
        self.at_end = true;
        Gap { cause: Cause::Failed(failure), bytes: start..self.byte, lines }
    }

    /// Skips a record that is too long: to the next line break where that is a border, else to the
    /// end of the input.
    fn give_up(&mut self) -> Gap {
        let resumes = self.splitter.give_up();
        let start = self.byte;
        let mut lines = 0;
        loop {
            if resumes && let Some(end) = memchr::memchr(b'\n', &self.pending) {
                lines += self.drop_pending(end + 1);
                break;
            }
            lines += self.drop_pending(self.pending.len());
            if self.at_end || self.failure.is_some() {
                break;
            }
            self.fill();
        }
        Gap { cause: Cause::TooLong, bytes: start..self.byte, lines }
    }

    /// Passes over bytes without handing them out; returns the line breaks among them.
    fn drop_pending(&mut self, length: usize) -> u64 {
        let lines = memchr::memchr_iter(b'\n', &self.pending[..length]).count();
        self.pending.drain(..length);
        self.byte += length as u64;
        lines as u64
    }
}
