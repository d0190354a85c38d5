//! CSV as Graph's portal, PowerShell and spreadsheets write it: any delimiter, comments before the header, any line breaks.

use csv::{Reader, ReaderBuilder};

/// A reader of the rows of a text. Lines that begin with `#` are passed over, as Windows PowerShell begins a table with
/// one such as `#TYPE Selected.User`.
pub(crate) fn reader(text: &str) -> Reader<&[u8]> {
    ReaderBuilder::new().delimiter(delimiter(text)).comment(Some(b'#')).from_reader(text.as_bytes())
}

/// The line that is the header; empty where there is none.
pub(crate) fn header(text: &str) -> &str {
    let is_header = |line: &&str| !line.trim().is_empty() && !line.starts_with('#');
    text.lines().find(is_header).unwrap_or_default()
}

/// The name of a column without case, blanks and punctuation.
pub(crate) fn column_name(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase()
}

/// Counts lines. The reader of rows takes the second half of a line break for part of the next row.
pub(crate) struct Lines<'a> {
    text: &'a [u8],
    place: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    /// The lines of a text.
    pub(crate) fn of(text: &'a str) -> Self {
        Self { text: text.as_bytes(), place: 0, line: 1 }
    }

    /// The line of the row that begins at a byte, or behind the line breaks there. Later rows only.
    pub(crate) fn at(&mut self, byte: u64) -> u64 {
        let start = usize::try_from(byte).unwrap_or(usize::MAX);
        while let Some(byte) = self.text.get(self.place)
            && (self.place < start || b"\r\n".contains(byte))
        {
            self.line += u64::from(*byte == b'\n');
            self.place += 1;
        }
        self.line
    }
}

/// The delimiter that the header has most of.
fn delimiter(text: &str) -> u8 {
    let count = |delimiter: &u8| header(text).bytes().filter(|byte| byte == delimiter).count();
    [b',', b';', b'\t'].into_iter().rev().max_by_key(count).unwrap_or(b',')
}
