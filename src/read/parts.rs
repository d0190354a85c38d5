//! A large file in parts that are read side by side.
//!
//! A part is the records that begin between two bytes of a file. Where a record begins cannot be
//! told from the midst of a file for certain (a line break may stand between quotes), so whoever reads a
//! part guesses, and says where its first record begins, and where and how its last one ends. Whoever
//! puts the parts together compares: a part that does not begin where the one before it ended, and in
//! the same state, is read again from there. So the result is that of reading from the beginning, and
//! guesses decide about speed alone.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

use super::decode::Decoder;
use super::product::{Product, Worker};
use super::reader::Options;
use super::steps::{Step, decode_behind};
use crate::scan::{Blocks, Guess, Piece, Splitter};

/// How much is looked at first to find a record.
const FIRST_LOOK: usize = 4 * 1024;

/// A file that is read in parts.
pub(super) struct Parts {
    pub(super) file: Arc<File>,
    pub(super) length: u64,
    /// How long a part is.
    pub(super) part: u64,
    pub(super) decoder: Arc<Decoder>,
    /// A splitter before the first record.
    pub(super) fresh: Splitter,
    pub(super) guess: Guess,
}

/// A border between two records.
#[derive(Debug, Clone)]
pub(super) struct Border {
    pub(super) byte: u64,
    pub(super) splitter: Splitter,
}

/// What became of a part.
pub(super) struct Part<P> {
    /// Where its first record begins; `None` if none was found.
    pub(super) start: Option<Border>,
    /// Where the next part begins.
    pub(super) end: Option<Border>,
    pub(super) steps: Vec<Step<P>>,
    pub(super) names_next_page: bool,
    /// Up to where it was read.
    pub(super) read_to: u64,
}

impl Parts {
    pub(super) fn count(&self) -> u64 {
        self.length.div_ceil(self.part)
    }

    /// Where the file begins.
    pub(super) fn beginning(&self) -> Border {
        Border { byte: 0, splitter: self.fresh.clone() }
    }

    /// Where records no longer belong to a part: the last one goes on as long as the file does.
    pub(super) fn end_of(&self, number: u64) -> u64 {
        if number + 1 == self.count() { u64::MAX } else { (number + 1) * self.part }
    }

    /// Takes in what a part says of the file, once it is sure that it begins where the one before it ends.
    pub(super) fn learn<P>(&self, part: &Part<P>) {
        part.steps.iter().for_each(|step| self.decoder.learn(step));
    }

    /// Reads a part, from where it is guessed to begin.
    pub(super) fn read<P: Product>(
        &self,
        number: u64,
        options: &Options,
        worker: &mut Worker<P>,
    ) -> Part<P> {
        match self.first_border(number) {
            Some(border) => self.read_from(border, number, options, worker),
            None => Part::empty(None),
        }
    }

    fn first_border(&self, number: u64) -> Option<Border> {
        if number == 0 {
            return Some(self.beginning());
        }
        // A border may be the very first byte, which only the byte before it shows.
        let before = number * self.part - 1;
        let mut seen = vec![0; FIRST_LOOK];
        loop {
            // A file that cannot be read here says so when the part is read from its border.
            let read = read_full_at(&self.file, &mut seen, before).ok()?;
            if let Some(place) = self.guess.find(&seen[..read]) {
                return Some(Border {
                    byte: before + place as u64,
                    splitter: self.guess.splitter.clone(),
                });
            }
            if read < seen.len() || read as u64 >= self.part {
                return None;
            }
            seen.resize(seen.len() * 16, 0);
        }
    }

    /// Reads a part from a border on.
    pub(super) fn read_from<P: Product>(
        &self,
        start: Border,
        number: u64,
        options: &Options,
        worker: &mut Worker<P>,
    ) -> Part<P> {
        let input = FileAt { file: &self.file, place: start.byte };
        let buffers = Arc::clone(&worker.buffers);
        let splitter = start.splitter.clone();
        let mut blocks =
            Blocks::new(buffers.take(), input, splitter, options.longest_record, buffers)
                .of(options.grain.block)
                .between(start.byte, self.end_of(number));
        let mut part = Part::empty(Some(start));
        let mut failed = false;
        while let Some(piece) = blocks.next() {
            failed |= matches!(&piece, Piece::Gap(gap) if gap.is_failure());
            decode_behind(&mut part.steps, piece, &self.decoder, &mut worker.memory);
        }
        part.names_next_page = blocks.names_next_page();
        let byte = blocks.position();
        part.read_to = byte;
        // Behind a failure nothing is read.
        part.end = (!failed).then(|| Border { byte, splitter: blocks.into_splitter() });
        part
    }
}

/// Reads until the buffer is full or the file ends.
fn read_full_at(file: &File, buffer: &mut [u8], place: u64) -> io::Result<usize> {
    let mut input = FileAt { file, place };
    let mut filled = 0;
    while filled < buffer.len() {
        match input.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// A file from a place on, whoever else reads it.
struct FileAt<'a> {
    file: &'a File,
    place: u64,
}

impl Read for FileAt<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = read_at(self.file, buffer, self.place)?;
        self.place += read as u64;
        Ok(read)
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], place: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, place)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], place: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, place)
}

#[cfg(not(any(unix, windows)))]
fn read_at(_: &File, _: &mut [u8], _: u64) -> io::Result<usize> {
    Err(io::ErrorKind::Unsupported.into())
}

impl<P> Part<P> {
    fn empty(start: Option<Border>) -> Self {
        Self { start, end: None, steps: Vec::new(), names_next_page: false, read_to: 0 }
    }

    /// Whether the part begins at this border.
    pub(super) fn begins_at(&self, border: &Border) -> bool {
        self.start.as_ref().is_some_and(|start| {
            start.byte == border.byte && start.splitter.is_at_border_of(&border.splitter)
        })
    }
}
