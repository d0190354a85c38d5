//! The beginning of an input or of its text, and what follows it.
//!
//! An input is read from its beginning once, into the memory in which its records are looked for, if it
//! is plain text: most inputs of a folder are so small that their beginning is all of them.

use std::io::{self, Cursor, Read};

use crate::scan::Buffer;

/// How much of an input is looked at to tell what it is.
const LENGTH: usize = 256 * 1024;

/// How much of it has to be there, unless there is less.
const LEAST: usize = 4;

/// What was read of an input, and what follows.
pub(super) struct Head<'a> {
    pub(super) buffer: Buffer,
    pub(super) rest: Box<dyn Read + Send + 'a>,
    /// Whether nothing follows.
    pub(super) is_whole: bool,
}

impl<'a> Head<'a> {
    /// Reads the beginning. An input that fails behind it fails when it is read on.
    pub(super) fn read(
        mut input: Box<dyn Read + Send + 'a>,
        mut buffer: Buffer,
    ) -> io::Result<Self> {
        match buffer.fill(&mut input, LENGTH) {
            Ok(read) => Ok(Self { buffer, rest: input, is_whole: read < LENGTH }),
            Err(failure) if buffer.bytes().len() < LEAST => Err(failure),
            Err(failure) => {
                Ok(Self { buffer, rest: Box::new(Failing(Some(failure))), is_whole: false })
            }
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.buffer.bytes()
    }

    /// The input from its beginning.
    pub(super) fn into_input(self) -> impl Read + Send + 'a {
        Cursor::new(self.buffer).chain(self.rest)
    }
}

/// Fails as an earlier attempt to read did.
struct Failing(Option<io::Error>);

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}
