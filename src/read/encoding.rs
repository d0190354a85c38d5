//! UTF-16 into UTF-8, told by the byte-order mark or by the zero bytes of plain letters.

use std::io::{self, Read};

use super::report::Encoding;

/// A byte that UTF-8 never holds. It stands for a unit of UTF-16 that is no character, so that the
/// record around it, and no other, is rejected.
const NOT_UTF8: u8 = 0xFF;

/// How a text is encoded that begins so.
pub(super) fn encoding_of(head: &[u8]) -> Encoding {
    match head {
        [0xEF, 0xBB, 0xBF, ..] => Encoding::Utf8WithMark,
        [0xFF, 0xFE, ..] | [b'{' | b'[' | b'"' | b'A'..=b'Z', 0, _, 0, ..] => Encoding::Utf16Le,
        [0xFE, 0xFF, ..] | [0, b'{' | b'[' | b'"' | b'A'..=b'Z', 0, _, ..] => Encoding::Utf16Be,
        _ => Encoding::Utf8,
    }
}

/// A text in UTF-8 that is encoded so.
pub(super) fn to_utf8<'a>(
    input: impl Read + Send + 'a,
    encoding: Encoding,
) -> Box<dyn Read + Send + 'a> {
    match encoding {
        Encoding::Utf8 | Encoding::Utf8WithMark => Box::new(input),
        Encoding::Utf16Le => Box::new(Utf16Reader::new(input, u16::from_le_bytes)),
        Encoding::Utf16Be => Box::new(Utf16Reader::new(input, u16::from_be_bytes)),
    }
}

struct Utf16Reader<R> {
    input: R,
    unit: fn([u8; 2]) -> u16,
    /// Bytes read that are not converted yet.
    raw: Vec<u8>,
    /// UTF-8 that is not handed out yet, from `place` on.
    text: Vec<u8>,
    place: usize,
    at_start: bool,
    failure: Option<io::Error>,
}

impl<R: Read> Utf16Reader<R> {
    fn new(input: R, unit: fn([u8; 2]) -> u16) -> Self {
        Self {
            input,
            unit,
            raw: Vec::new(),
            text: Vec::new(),
            place: 0,
            at_start: true,
            failure: None,
        }
    }

    /// Converts the next piece; false at the end of the input.
    fn convert(&mut self) -> io::Result<bool> {
        const PIECE: u64 = 128 * 1024;
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        let at_end = match self.input.by_ref().take(PIECE).read_to_end(&mut self.raw) {
            Ok(read) => (read as u64) < PIECE,
            Err(failure) if self.raw.len() < 2 => return Err(failure),
            Err(failure) => {
                // What was read before is handed out first.
                self.failure = Some(failure);
                false
            }
        };
        if self.raw.is_empty() {
            return Ok(false);
        }
        let mut units: Vec<u16> =
            self.raw.chunks_exact(2).map(|pair| (self.unit)([pair[0], pair[1]])).collect();
        // The first half of a pair waits for the second.
        if !at_end && units.last().is_some_and(|unit| (0xD800..0xDC00).contains(unit)) {
            units.pop();
        }
        self.raw.drain(..units.len() * 2);
        self.text.clear();
        self.place = 0;
        let mark =
            usize::from(std::mem::take(&mut self.at_start) && units.first() == Some(&0xFEFF));
        for character in char::decode_utf16(units[mark..].iter().copied()) {
            match character {
                Ok(character) => self.text.extend(character.encode_utf8(&mut [0; 4]).bytes()),
                Err(_) => self.text.push(NOT_UTF8),
            }
        }
        if at_end && !self.raw.is_empty() {
            self.raw.clear();
            self.text.push(NOT_UTF8);
        }
        Ok(true)
    }
}

impl<R: Read> Read for Utf16Reader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.place == self.text.len() {
            if !self.convert()? {
                return Ok(0);
            }
        }
        let read = (&self.text[self.place..]).read(buffer)?;
        self.place += read;
        Ok(read)
    }
}
