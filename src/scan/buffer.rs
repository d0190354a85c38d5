//! Memory that is read into.

use std::io::{self, Read};
use std::sync::{Mutex, PoisonError};

/// Bytes that are read into the same memory again and again: it is cleared once, when it is new.
#[derive(Debug, Default)]
pub(crate) struct Buffer {
    memory: Vec<u8>,
    filled: usize,
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        self.bytes()
    }
}

impl Buffer {
    /// What was read.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.memory[..self.filled]
    }

    /// Reads on until so many bytes more are there, or the input ends; returns how many came. What
    /// came before a failure stays.
    pub(crate) fn fill(&mut self, input: &mut impl Read, wanted: usize) -> io::Result<usize> {
        let start = self.filled;
        let end = start + wanted;
        if self.memory.len() < end {
            self.memory.resize(end, 0);
        }
        while self.filled < end {
            match input.read(&mut self.memory[self.filled..end]) {
                Ok(0) => break,
                Ok(read) => self.filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(self.filled - start)
    }

    pub(super) fn extend(&mut self, bytes: &[u8]) {
        let end = self.filled + bytes.len();
        if self.memory.len() < end {
            self.memory.resize(end, 0);
        }
        self.memory[self.filled..end].copy_from_slice(bytes);
        self.filled = end;
    }

    pub(super) fn truncate(&mut self, length: usize) {
        self.filled = self.filled.min(length);
    }

    /// Drops so many bytes from the front.
    pub(super) fn drop_front(&mut self, length: usize) {
        self.memory.copy_within(length..self.filled, 0);
        self.filled -= length;
    }
}

/// Buffers that are done with, to be used again by the thread that had them: fresh memory, or memory
/// in the cache of another core, costs more than reading into it.
#[derive(Debug, Default)]
pub(crate) struct Buffers(Mutex<Vec<Buffer>>);

impl Buffers {
    /// More than this many, or larger ones, are not worth keeping.
    const KEPT: usize = 8;
    const LARGEST: usize = 1024 * 1024;

    pub(crate) fn take(&self) -> Buffer {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    pub(super) fn put_back(&self, mut buffer: Buffer) {
        let mut free = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_of_use = (1..=Self::LARGEST).contains(&buffer.memory.len());
        if free.len() < Self::KEPT && is_of_use {
            buffer.truncate(0);
            free.push(buffer);
        }
    }
}
