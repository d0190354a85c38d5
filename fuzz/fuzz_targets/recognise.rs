//! A registration record that is not quite like the one before says the same read fast and read
//! plainly.
//!
//! Bytes at random are hardly ever recognised. So the input is a list of edits of a valid record: the
//! file has the record, then the mutants, then the record again and the next one of its export. When
//! the reader meets the mutants, it has learned the record.

#![no_main]

mod both;
#[path = "../../examples/generate/export.rs"]
mod export;

use std::ops::Range;
use std::sync::LazyLock;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use regaudit::internals::{Format, Pace, recognise, split};

use self::export::{Options, Shape};

/// What the fuzzer chooses.
#[derive(Debug, Arbitrary)]
struct Input<'a> {
    shape: u8,
    record: u8,
    mutants: Vec<Vec<Edit<'a>>>,
}

/// A change of a record.
#[derive(Debug, Arbitrary)]
enum Edit<'a> {
    /// One of its texts becomes another.
    Text(u8, Text<'a>),
    /// One of its texts becomes that of another place.
    Copy(u8, u8),
    /// One of its texts has something put into it.
    IntoText(u8, u8, Text<'a>),
    /// Something is put anywhere.
    Insert(u16, Text<'a>),
    /// A byte is another.
    Put(u16, u8),
    /// Some bytes are left out.
    Remove(u16, u8),
    /// Some bytes are there twice.
    Repeat(u16, u8),
}

#[derive(Debug, Arbitrary)]
enum Text<'a> {
    Known(u8),
    Any(&'a [u8]),
}

/// Texts that may mean something to someone on the way.
const KNOWN: [&str; 48] = [
    "",
    " ",
    "\"",
    "\"\"",
    "\\",
    "\\\\",
    "\\\"",
    "\\n",
    "\\t",
    "\\/",
    "\\u0041",
    "\\u00e9",
    "\\u0020",
    "\\ud800",
    "\n",
    "\r\n",
    "\t",
    "\0",
    "\u{1f}",
    "\u{7f}",
    "\u{a0}",
    "\u{2028}",
    "\u{feff}",
    "é",
    "İ",
    "null",
    "(blank)",
    "<null>",
    "{}",
    "[]",
    "\\u00",
    ",",
    ";",
    "success",
    "failure",
    "timeout",
    "Add",
    "ServiceApi",
    "User registered security info",
    "User deleted security info",
    "User started security info registration",
    "User registered Authenticator App with Code",
    "User canceled security info registration",
    "Authentication Methods",
    "Core Directory",
    "2026-03-09T00:05:11.1234567Z",
    "2026-03-09T25:05:11Z",
    "00000000-0000-4000-8000-00000000C001",
];

impl Text<'_> {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Known(number) => KNOWN[usize::from(*number) % KNOWN.len()].as_bytes(),
            Self::Any(bytes) => bytes,
        }
    }
}

/// The shapes of which records are recognised.
const SHAPES: [Shape; 9] = [
    Shape::Diagnostic,
    Shape::Graph,
    Shape::PortalJson,
    Shape::PortalJsonPretty,
    Shape::PortalCsv,
    Shape::EventHub,
    Shape::LogAnalyticsJson,
    Shape::LogAnalyticsJsonl,
    Shape::DataExport,
];

/// How many records an export has to choose from.
const RECORDS: u64 = 24;

/// An export with nothing but events.
struct Export {
    format: Format,
    bytes: Vec<u8>,
    records: Vec<Range<usize>>,
}

static EXPORTS: LazyLock<Vec<Export>> = LazyLock::new(|| SHAPES.map(Export::new).into());

impl Export {
    fn new(shape: Shape) -> Self {
        let options = Options { share: 100.0, users: 3, ..Options::new(shape, RECORDS) };
        let mut bytes = Vec::new();
        export::write(&options, &mut bytes).expect("memory can be written to");
        let format = match shape {
            Shape::PortalCsv => Format::Csv,
            Shape::Diagnostic | Shape::LogAnalyticsJsonl | Shape::DataExport => Format::Lines,
            _ => Format::Json,
        };
        let found = split(&bytes, format, bytes.len() + 1, Pace::Plain);
        let records = found.into_iter().map(|found| found.range).collect();
        Self { format, bytes, records }
    }

    /// A file with one of the records, mutants of it, the record again, and the next.
    fn with(&self, number: usize, mutants: &[Vec<u8>]) -> Vec<u8> {
        let record = &self.bytes[self.records[number].clone()];
        let next = &self.bytes[self.records[number + 1].clone()];
        let between = &self.bytes[self.records[0].end..self.records[1].start];
        let mut file = self.bytes[..self.records[0].start].to_vec();
        file.extend(record);
        for other in mutants.iter().map(Vec::as_slice).chain([record, next]) {
            file.extend(between);
            file.extend(other);
        }
        let last = self.records.last().map_or(0, |last| last.end);
        file.extend(&self.bytes[last..]);
        file
    }
}

fuzz_target!(|input: Input<'_>| {
    let export = &EXPORTS[usize::from(input.shape) % EXPORTS.len()];
    let number = usize::from(input.record) % (export.records.len() - 1);
    let record = &export.bytes[export.records[number].clone()];
    let texts = recognise(export.format, record, record, Pace::Fast).expect("it is like itself");
    let edits = input.mutants.iter().take(16);
    let mutants: Vec<_> = edits.map(|edits| mutant(record, &texts, edits)).collect();
    for mutant in &mutants {
        let found = recognise(export.format, record, mutant, Pace::Fast);
        if found.is_some() {
            let expected = recognise(export.format, record, mutant, Pace::Plain);
            assert_eq!(found, expected, "{}", mutant.escape_ascii());
        }
    }
    both::compare(&export.with(number, &mutants));
});

/// The record with the edits, of which those of texts come first.
fn mutant(record: &[u8], texts: &[Range<usize>], edits: &[Edit<'_>]) -> Vec<u8> {
    let mut of_texts: Vec<_> = texts.iter().map(|range| record[range.clone()].to_vec()).collect();
    edits.iter().take(6).for_each(|edit| edit_texts(&mut of_texts, edit));
    let mut bytes = Vec::new();
    let mut start = 0;
    for (range, text) in texts.iter().zip(of_texts) {
        bytes.extend(&record[start..range.start]);
        bytes.extend(text);
        start = range.end;
    }
    bytes.extend(&record[start..]);
    edits.iter().take(6).for_each(|edit| edit_bytes(&mut bytes, edit));
    bytes
}

fn edit_texts(texts: &mut [Vec<u8>], edit: &Edit<'_>) {
    let count = texts.len();
    let slot = |number: &u8| usize::from(*number) % count;
    match edit {
        Edit::Text(number, text) => texts[slot(number)] = text.bytes().to_vec(),
        Edit::Copy(to, from) => texts[slot(to)] = texts[slot(from)].clone(),
        Edit::IntoText(number, place, text) => {
            let old = &mut texts[slot(number)];
            let place = usize::from(*place) % (old.len() + 1);
            old.splice(place..place, text.bytes().iter().copied());
        }
        _ => {}
    }
}

fn edit_bytes(bytes: &mut Vec<u8>, edit: &Edit<'_>) {
    let length = bytes.len();
    let at = |place: &u16| usize::from(*place) % (length + 1);
    let stretch =
        |place: &u16, length: &u8| at(place)..bytes.len().min(at(place) + usize::from(*length));
    match edit {
        Edit::Insert(place, text) => {
            let place = at(place);
            bytes.splice(place..place, text.bytes().iter().copied());
        }
        Edit::Put(place, byte) => {
            if let Some(old) = bytes.get_mut(at(place)) {
                *old = *byte;
            }
        }
        Edit::Remove(place, length) => {
            let range = stretch(place, length);
            bytes.drain(range);
        }
        Edit::Repeat(place, length) => {
            let range = stretch(place, length);
            let text = bytes[range.clone()].to_vec();
            bytes.splice(range.start..range.start, text);
        }
        _ => {}
    }
}
