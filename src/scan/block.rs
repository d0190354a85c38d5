//! Pieces of an input that hold whole records.

use std::io::{self, Read};
use std::ops::Range;
use std::sync::Arc;

use super::buffer::{Buffer, Buffers};
use super::split::{Span, Split, Splitter};

/// How much is read at a time to complete the last record of a part.
const REST: usize = 16 * 1024;

/// The operating system keeps files in pages of this length, or of a multiple.
const PAGE: u64 = 4096;

/// Whole records of one input, and where they stand.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) buffer: Buffer,
    /// Where the bytes stand in the decoded input.
    pub(crate) byte: u64,
    /// The records, in order; `None` where each line is one.
    pub(crate) spans: Option<Vec<Span>>,
    /// How many line breaks it holds, where that was counted on the way.
    pub(crate) lines: Option<u64>,
    /// The text that names the columns of the records, where the input keeps it apart from them.
    pub(crate) columns: Option<Arc<[u8]>>,
    /// Where the buffer goes when the block is done with.
    pub(crate) home: Arc<Buffers>,
}

impl Block {
    /// Gives the memory back.
    pub(crate) fn put_back(self) {
        self.home.put_back(self.buffer);
    }
}

/// A stretch of an input that is not read, and stands in no block.
#[derive(Debug)]
pub(crate) struct Gap {
    pub(crate) cause: Cause,
    pub(crate) bytes: Range<u64>,
    /// The line breaks in it.
    pub(crate) lines: u64,
}

impl Gap {
    /// Whether the input could not be read, so that nothing follows.
    pub(crate) fn is_failure(&self) -> bool {
        matches!(self.cause, Cause::Failed(_))
    }
}

/// Why a stretch is not read.
#[derive(Debug)]
pub(crate) enum Cause {
    /// It is, or ends in, a record that is longer than allowed.
    TooLong,
    /// The operating system or a decoder failed.
    Failed(io::Error),
}

/// What [`Blocks`] hands out.
#[derive(Debug)]
pub(crate) enum Piece {
    Block(Block),
    Gap(Gap),
}

/// Reads an input, or a part of one, block by block.
pub(crate) struct Blocks<R> {
    input: R,
    buffers: Arc<Buffers>,
    splitter: Splitter,
    /// Read, not yet handed out.
    pending: Buffer,
    /// Where `pending` stands in the input.
    byte: u64,
    /// Records that begin here or behind are not asked for.
    stop: u64,
    /// Whether the end was reached, of the input or of what is asked for.
    is_done: bool,
    columns: Option<Arc<[u8]>>,
    longest_record: usize,
    /// How much is read at a time.
    block: usize,
    at_end: bool,
    /// Whether there is more in `pending` than was looked at.
    has_more: bool,
    /// Why the input could not be read to its end.
    failure: Option<io::Error>,
}

impl<R: Read> Blocks<R> {
    /// The blocks of an input from its beginning, of which `head` was read before.
    pub(crate) fn new(
        head: Buffer,
        input: R,
        splitter: Splitter,
        longest_record: usize,
        buffers: Arc<Buffers>,
    ) -> Self {
        Self {
            input,
            buffers,
            splitter,
            has_more: !head.bytes().is_empty(),
            pending: head,
            byte: 0,
            stop: u64::MAX,
            is_done: false,
            columns: None,
            longest_record,
            block: 256 * 1024,
            at_end: false,
            failure: None,
        }
    }

    /// The same, reading so much at a time.
    pub(crate) fn of(mut self, block: usize) -> Self {
        self.block = block;
        self
    }

    /// The same where the head may be all there is.
    pub(crate) fn ending(mut self, is_whole: bool) -> Self {
        self.at_end = is_whole;
        self
    }

    /// The same where the input begins at `byte` of a greater one, and only records that begin
    /// before `stop` are asked for.
    pub(crate) fn between(mut self, byte: u64, stop: u64) -> Self {
        self.byte = byte;
        self.stop = stop;
        self
    }

    /// Whether the list said that it goes on in another document.
    pub(crate) fn names_next_page(&self) -> bool {
        self.splitter.names_next_page()
    }

    /// How many bytes of the input have been handed out or passed over.
    pub(crate) fn position(&self) -> u64 {
        self.byte
    }

    /// How the splitter stands at [`position`](Self::position).
    pub(crate) fn into_splitter(self) -> Splitter {
        self.splitter
    }

    /// The next piece, or `None` at the end. What was read before a failure is handed out first, then a
    /// gap with the failure, then nothing more.
    pub(crate) fn next(&mut self) -> Option<Piece> {
        loop {
            // What stands behind the last record belongs to it up to the next one.
            let is_behind = self.byte >= self.stop && self.splitter.is_between();
            if self.is_done || is_behind {
                return self.end();
            }
            if !self.at_end && self.failure.is_none() && !self.has_more {
                self.fill();
            }
            let stop = usize::try_from(self.stop.saturating_sub(self.byte)).unwrap_or(usize::MAX);
            let split = self.splitter.split(self.pending.bytes(), self.at_end, stop);
            // Columns end a split early: what was read is not all looked at.
            self.has_more = split.columns.is_some();
            self.is_done = split.stopped || (self.at_end && !self.has_more);
            // At the end there may be a fault where there are no bytes.
            if split.used > 0 || !split.spans.is_empty() {
                return Some(Piece::Block(self.take(split)));
            }
            if self.is_done {
                return self.end();
            }
            if let Some(failure) = self.failure.take() {
                return Some(Piece::Gap(self.stop_at(failure)));
            }
            if self.pending.bytes().len() > self.longest_record {
                return Some(Piece::Gap(self.give_up()));
            }
        }
    }

    /// Gives the memory back.
    fn end(&mut self) -> Option<Piece> {
        self.is_done = true;
        self.buffers.put_back(std::mem::take(&mut self.pending));
        None
    }

    /// Reads on: as far as records begin that are asked for, then to complete the last of them.
    fn fill(&mut self) {
        let end = self.byte + self.pending.bytes().len() as u64;
        let left = usize::try_from(self.stop.saturating_sub(end)).unwrap_or(usize::MAX);
        // Whole pages are copied faster than parts of two.
        let into_page = usize::try_from(end % PAGE).unwrap_or_default();
        let block = if self.block > into_page { self.block - into_page } else { self.block };
        let wanted = if left == 0 { REST.min(self.block) } else { block.min(left) };
        match self.pending.fill(&mut self.input, wanted) {
            Ok(read) => self.at_end = read < wanted,
            Err(error) => self.failure = Some(error),
        }
    }

    fn take(&mut self, split: Split) -> Block {
        let mut rest = self.buffers.take();
        // A part that ends here needs nothing of what follows.
        if !split.stopped {
            rest.extend(&self.pending.bytes()[split.used..]);
        }
        self.pending.truncate(split.used);
        let block = Block {
            buffer: std::mem::replace(&mut self.pending, rest),
            byte: self.byte,
            spans: (!self.splitter.is_lines()).then_some(split.spans),
            lines: split.lines,
            columns: self.columns.clone(),
            home: Arc::clone(&self.buffers),
        };
        self.byte += split.used as u64;
        // They hold from here on.
        self.columns = split.columns.or(self.columns.take());
        block
    }

    /// Leaves what was read of the record in which the input failed.
    fn stop_at(&mut self, failure: io::Error) -> Gap {
        let start = self.byte;
        let lines = self.drop_pending(self.pending.bytes().len());
        self.is_done = true;
        Gap { cause: Cause::Failed(failure), bytes: start..self.byte, lines }
    }

    /// Skips a record that is too long: to the next line break where that is a border, else to the
    /// end of the input.
    fn give_up(&mut self) -> Gap {
        let resumes = self.splitter.give_up();
        let start = self.byte;
        let mut lines = 0;
        loop {
            if resumes && let Some(end) = memchr::memchr(b'\n', self.pending.bytes()) {
                lines += self.drop_pending(end + 1);
                break;
            }
            lines += self.drop_pending(self.pending.bytes().len());
            if self.at_end || self.failure.is_some() {
                break;
            }
            self.fill();
        }
        // The rest of what was read has yet to be looked at.
        self.has_more = true;
        Gap { cause: Cause::TooLong, bytes: start..self.byte, lines }
    }

    /// Passes over bytes without handing them out; returns the line breaks among them.
    fn drop_pending(&mut self, length: usize) -> u64 {
        let lines = memchr::memchr_iter(b'\n', &self.pending.bytes()[..length]).count();
        self.pending.drop_front(length);
        self.byte += length as u64;
        lines as u64
    }
}
