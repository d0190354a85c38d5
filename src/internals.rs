//! What benches and fuzz targets see of the inside: the fast way and the plain way to do the same.
//!
//! Not part of the API. It changes whenever the inside does.

use std::fmt;
use std::iter;
use std::ops::Range;
use std::sync::Arc;

use crate::scan::{
    self, Blocks, Buffers, CsvSplitter, JsonSplitter, LineSplitter, Piece, Quoting, Slots, Span,
    Splitter, Templates,
};

/// Which of two ways to do the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// As fast as can be.
    Fast,
    /// One byte, or one needle, after the other: what the fast way is checked against.
    Plain,
}

impl Pace {
    /// Both ways.
    pub const BOTH: [Self; 2] = [Self::Fast, Self::Plain];
}

impl From<Pace> for scan::Pace {
    fn from(pace: Pace) -> Self {
        match pace {
            Pace::Fast => Self::Fast,
            Pace::Plain => Self::Plain,
        }
    }
}

/// What tells records apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Each line is one.
    Lines,
    /// They stand in JSON of any form.
    Json,
    /// Each row is one, but for the first.
    Csv,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 3] = [Self::Lines, Self::Json, Self::Csv];

    fn splitter(self, pace: Pace) -> Splitter {
        match self {
            Self::Lines => Splitter::Lines(LineSplitter::default()),
            Self::Json => Splitter::Json(JsonSplitter::new(pace.into())),
            Self::Csv => Splitter::Csv(CsvSplitter::new(pace.into())),
        }
    }

    fn quoting(self) -> Quoting {
        match self {
            Self::Lines | Self::Json => Quoting::Json,
            Self::Csv => Quoting::Csv { delimiter: b',' },
        }
    }
}

/// A record by its place in the input, or a fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where it stands.
    pub range: Range<usize>,
    /// Whether it is no record.
    pub is_fault: bool,
}

/// The records of an input that is read so many bytes at a time, at least one.
pub fn split(bytes: &[u8], format: Format, piece: usize, pace: Pace) -> Vec<Found> {
    if format == Format::Lines && pace == Pace::Plain {
        let breaks = (0..bytes.len()).filter(|place| bytes[*place] == b'\n');
        return lines(bytes, 0, breaks).collect();
    }
    let (splitter, buffers) = (format.splitter(pace), Arc::<Buffers>::default());
    let mut blocks =
        Blocks::new(buffers.take(), bytes, splitter, usize::MAX, buffers).of(piece.max(1));
    let mut found = Vec::new();
    // Gaps are where records are too long or reading fails: neither happens here.
    while let Some(Piece::Block(block)) = blocks.next() {
        let start = usize::try_from(block.byte).unwrap_or(usize::MAX);
        match &block.spans {
            None => {
                let bytes = block.buffer.bytes();
                found.extend(lines(bytes, start, memchr::memchr_iter(b'\n', bytes)));
            }
            Some(spans) => found.extend(spans.iter().map(|span| at(span, start))),
        }
        block.put_back();
    }
    found
}

/// Each line that is not empty, by the line breaks, in bytes that begin at `start`.
fn lines(
    bytes: &[u8],
    start: usize,
    breaks: impl Iterator<Item = usize>,
) -> impl Iterator<Item = Found> {
    let mut begin = start;
    let ranges = breaks.chain([bytes.len()]).map(move |end| {
        let range = begin..start + end;
        begin = range.end + 1;
        range
    });
    let is_line = |range: &Range<usize>| !range.is_empty();
    ranges.filter(is_line).map(|range| Found { range, is_fault: false })
}

/// A span of bytes that begin at `start`.
fn at(span: &Span, start: usize) -> Found {
    let range = start + span.range.start..start + span.range.end;
    Found { range, is_fault: span.fault.is_some() }
}

/// Finds the places where a record may be of interest.
pub struct Prefilter(scan::Prefilter);

impl Prefilter {
    /// For needles in JSON, where escapes can spell them.
    pub fn new(needles: &[&str], pace: Pace) -> Self {
        Self(scan::Prefilter::new(needles, pace.into()))
    }

    /// The beginning, at or after `from`, of what makes its record a candidate. Ways agree about the
    /// record, not about the place in it.
    pub fn find(&self, bytes: &[u8], from: usize) -> Option<usize> {
        self.0.find(bytes, from)
    }

    /// The beginning of each line that is a candidate, found as readers do: from each on to the next.
    pub fn lines<'a>(&'a self, bytes: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
        let mut from = 0;
        iter::from_fn(move || {
            let place = self.find(bytes, from)?;
            let start = memchr::memrchr(b'\n', &bytes[..place]).map_or(0, |end| end + 1);
            from = memchr::memchr(b'\n', &bytes[place..]).map_or(bytes.len(), |end| place + end);
            Some(start)
        })
    }
}

impl fmt::Debug for Prefilter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// The texts of a record that has the template of another.
///
/// The plain way parses both. What is recognised fast is what the plain way says; the fast way may
/// recognise less.
pub fn recognise(
    format: Format,
    learned: &[u8],
    record: &[u8],
    pace: Pace,
) -> Option<Vec<Range<usize>>> {
    let quoting = format.quoting();
    if pace == Pace::Plain {
        let (of_learned, of_record) = (texts(quoting, learned)?, texts(quoting, record)?);
        let is_same = between(learned, &of_learned).eq(between(record, &of_record));
        return is_same.then_some(of_record);
    }
    let (mut templates, mut slots) = (Templates::new(quoting), Slots::new());
    templates.learn(learned)?;
    templates.recognise(record, &mut slots)?;
    Some(slots.as_slice().iter().map(|slot| slot.range()).collect())
}

/// The texts of a record, as a parser finds them.
fn texts(quoting: Quoting, record: &[u8]) -> Option<Vec<Range<usize>>> {
    let slots = Templates::slots(quoting, record)?;
    Some(slots.into_iter().map(scan::Slot::range).collect())
}

/// What stands between texts.
fn between<'a>(record: &'a [u8], texts: &'a [Range<usize>]) -> impl Iterator<Item = &'a [u8]> {
    let starts = iter::once(0).chain(texts.iter().map(|text| text.end));
    let ends = texts.iter().map(|text| text.start).chain([record.len()]);
    starts.zip(ends).map(|(start, end)| &record[start..end])
}
