//! What an input is, told from its first bytes.
//!
//! Names and extensions are never looked at. JSON is told by the containers and keys it begins with,
//! CSV by its header, and what is not read by the marks of its format.

mod csv;
mod json;

use memchr::memmem;

use super::envelope::{PortalLayout, RecordForm, RowLayout};
use super::shape::Shape;
use crate::error::{Error, ErrorKind, Result};
use crate::scan::{CsvSplitter, JsonSplitter, LineSplitter, Pace, Splitter};

pub(super) use self::csv::row_end;

/// What an input turned out to be.
#[derive(Debug)]
pub(super) struct Detected {
    pub(super) shape: Shape,
    pub(super) layout: Layout,
}

/// How its records are laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Layout {
    /// One JSON object a line.
    Lines(RecordForm),
    /// One message or page a line, with records in it.
    Messages(RecordForm),
    /// JSON in containers, or one value after another.
    Json(RecordForm),
    /// Tables of a query's answer.
    Tables,
    /// The portal's CSV.
    Portal(PortalLayout),
    /// Log Analytics as CSV.
    Rows(RowLayout),
}

impl Layout {
    /// What finds the borders of its records.
    pub(super) fn splitter(&self, pace: Pace) -> Splitter {
        match self {
            Self::Lines(_) | Self::Messages(_) => Splitter::Lines(LineSplitter::default()),
            Self::Json(_) | Self::Tables => Splitter::Json(JsonSplitter::new(pace)),
            Self::Portal(_) | Self::Rows(_) => Splitter::Csv(CsvSplitter::new(pace)),
        }
    }
}

/// What to export instead of what cannot be read.
const EXPORT_INSTEAD: &str = "export the Entra audit logs as JSON or CSV (portal, Graph, diagnostic settings, Event Hub or Log Analytics)";

/// Tells what the input is. `head` is its beginning, all of it if `is_whole`.
pub(super) fn detect(head: &[u8], is_whole: bool, asked: Option<Shape>) -> Result<Detected> {
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    let Some(first) = text.first() else {
        return Err(Error::new(
            ErrorKind::Empty,
            if head.is_empty() { "an empty input" } else { "nothing but blanks" },
        )
        .expected("an export with at least a header or an empty list")
        .help("export again; the download may have been broken off"));
    };
    refuse_known_formats(head)?;
    match (first, asked) {
        (_, Some(shape)) if shape.is_csv() => csv::detect(text, is_whole, asked),
        (b'{' | b'[', _) => Ok(json::detect(text, asked)),
        (_, Some(shape)) => Err(Error::new(ErrorKind::UnsupportedFormat, "text that is no JSON")
            .expected(format!("the shape {shape}, which was asked for"))),
        (_, None) => csv::detect(text, is_whole, asked),
    }
}

fn refuse_known_formats(head: &[u8]) -> Result<()> {
    let (format, advice) = if head.starts_with(b"Obj\x01") {
        (
            "an Avro file, as Event Hub Capture writes",
            "export the AvroBody of each message as JSON lines",
        )
    } else if head.starts_with(b"PAR1") {
        ("a Parquet file, as an export job of Log Analytics writes", EXPORT_INSTEAD)
    } else if head.starts_with(b"PK\x03\x04")
        && memmem::find(head, b"[Content_Types].xml").is_some()
    {
        ("an Excel workbook", "save the sheet as CSV UTF-8")
    } else if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        ("a zip archive", "unpack it and name the folder")
    } else if head.starts_with(b"7z\xBC\xAF\x27\x1C") || head.starts_with(b"Rar!") {
        ("an archive", "unpack it and name the folder")
    } else {
        return Ok(());
    };
    Err(Error::new(ErrorKind::UnsupportedFormat, format).expected("JSON or CSV").help(advice))
}

fn not_an_export(text: &[u8]) -> Error {
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let shown: String =
        String::from_utf8_lossy(line).chars().filter(|c| !c.is_control()).take(60).collect();
    Error::quoting(ErrorKind::UnsupportedFormat, format!("text that begins `{}`", shown.trim_end()))
        .expected("JSON or CSV as Microsoft exports it")
        .help(EXPORT_INSTEAD)
}

/// What to do about an input that holds other logs only.
pub(super) fn wrong_log(found: String) -> Error {
    Error::quoting(ErrorKind::WrongLog, found).expected("Entra audit records").help(EXPORT_INSTEAD)
}
