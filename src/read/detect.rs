//! What an input is, told from its first bytes.
//!
//! Names and extensions are never looked at. JSON is told by the containers and keys it begins with,
//! CSV by its header, and what is not read by the marks of its format.

use memchr::memmem;

use super::envelope::{HeaderMatch, PortalLayout, RecordForm, RowLayout, form_of, row_cells};
use super::shape::Shape;
use crate::error::{Error, ErrorKind, Result};
use crate::scan::{CsvSplitter, JsonSplitter, LineSplitter, Splitter};

/// What an input turned out to be.
#[derive(Debug)]
pub(super) struct Detected {
    pub(super) shape: Shape,
    pub(super) layout: Layout,
}

/// How its records are laid out.
#[derive(Debug, Clone)]
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
    pub(super) fn splitter(&self) -> Box<dyn Splitter> {
        match self {
            Self::Lines(_) | Self::Messages(_) => Box::new(LineSplitter::default()),
            Self::Json(_) | Self::Tables => Box::new(JsonSplitter::new()),
            Self::Portal(_) | Self::Rows(_) => Box::new(CsvSplitter::default()),
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
        .expected("an export with at least a header or an empty list"));
    };
    refuse_known_formats(head)?;
    match (first, asked) {
        (_, Some(shape)) if shape.is_csv() => csv(text, is_whole, asked),
        (b'{' | b'[', _) => Ok(json(text, asked)),
        (_, Some(shape)) => Err(Error::new(ErrorKind::UnsupportedFormat, "text that is no JSON")
            .expected(format!("the shape {shape}, which was asked for"))),
        (_, None) => csv(text, is_whole, asked),
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

fn json(text: &[u8], asked: Option<Shape>) -> Detected {
    let is_array = text.starts_with(b"[");
    let keys = first_keys(text);
    let has = |key: &str| keys.iter().any(|found| found == key);
    let contains = |key: &str| !is_array && has(key) && has_list(text, key);
    let form = form_of(&keys);
    let has_records = ["records", "value", "tables"].into_iter().any(contains);
    // A container whose first line is not whole goes on in the next ones.
    let is_lines = !is_array && begins_lines(text) && (!has_records || is_first_line_whole(text));
    if contains("tables") && !is_lines || asked == Some(Shape::LogAnalyticsQuery) {
        return Detected { shape: Shape::LogAnalyticsQuery, layout: Layout::Tables };
    }
    let (shape, form) = match form {
        _ if contains("records") => (Shape::EventHub, RecordForm::Diagnostic),
        _ if contains("value") => (Shape::Graph, RecordForm::DirectoryAudit),
        _ if contains("tables") => (Shape::LogAnalyticsQuery, RecordForm::LogAnalytics),
        Some(RecordForm::Diagnostic) => (Shape::Diagnostic, RecordForm::Diagnostic),
        Some(RecordForm::LogAnalytics) => (Shape::LogAnalyticsJson, RecordForm::LogAnalytics),
        _ if is_array => (Shape::PortalJson, RecordForm::DirectoryAudit),
        _ => (Shape::Graph, RecordForm::DirectoryAudit),
    };
    let (shape, form) = asked.map_or((shape, form), |asked| (asked, form_of_shape(asked)));
    let layout = match (is_lines, has_records) {
        (true, false) => Layout::Lines(form),
        (true, true) => Layout::Messages(form),
        (false, _) => Layout::Json(form),
    };
    Detected { shape, layout }
}

fn form_of_shape(shape: Shape) -> RecordForm {
    match shape {
        Shape::Graph | Shape::PortalJson | Shape::PortalCsv => RecordForm::DirectoryAudit,
        Shape::Diagnostic | Shape::EventHub => RecordForm::Diagnostic,
        Shape::LogAnalyticsCsv | Shape::LogAnalyticsJson | Shape::LogAnalyticsQuery => {
            RecordForm::LogAnalytics
        }
    }
}

/// Whether each line is an object: the second one begins as the first, at the margin. A damaged line
/// then costs itself alone. One line without a second is left to the reader of structure, because a
/// page on one line may be as large as a file.
fn begins_lines(text: &[u8]) -> bool {
    let Some(end) = memchr::memchr(b'\n', text) else {
        return false;
    };
    let rest = &text[end..];
    let blanks = rest.len() - rest.trim_ascii_start().len();
    blanks > 0 && rest.get(blanks - 1..=blanks) == Some(b"\n{")
}

fn is_first_line_whole(text: &[u8]) -> bool {
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let mut splitter = JsonSplitter::new();
    let mut place = 0;
    loop {
        let split = splitter.split(&line[place..], true);
        place += split.used;
        if split.spans.iter().any(|span| span.fault.is_some()) {
            return false;
        }
        if split.columns.is_none() {
            return true;
        }
    }
}

/// The keys of the first object, or of the first element of an array, as far as the head shows them.
fn first_keys(text: &[u8]) -> Vec<String> {
    let mut keys = Vec::new();
    let (mut depth, mut place) = (0_u32, 0);
    let object_depth = if text.starts_with(b"[") { 2 } else { 1 };
    while let Some(byte) = text.get(place) {
        match byte {
            b'"' => {
                let Some(end) = string_end(text, place) else {
                    break;
                };
                let is_key =
                    depth == object_depth && text[end..].trim_ascii_start().starts_with(b":");
                if is_key {
                    keys.push(String::from_utf8_lossy(&text[place + 1..end - 1]).into_owned());
                }
                place = end;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth < object_depth {
                    break;
                }
            }
            _ => {}
        }
        place += 1;
    }
    keys
}

/// The place behind the closing quote of the string that begins at `start`.
fn string_end(text: &[u8], start: usize) -> Option<usize> {
    let mut place = start + 1;
    loop {
        place += memchr::memchr2(b'"', b'\\', text.get(place..)?)?;
        if text[place] == b'"' {
            return Some(place + 1);
        }
        place += 2;
    }
}

/// Whether a list stands behind the key.
fn has_list(text: &[u8], key: &str) -> bool {
    let quoted = format!("\"{key}\"");
    memmem::find_iter(text, quoted.as_bytes()).any(|place| {
        let rest = text[place + quoted.len()..].trim_ascii_start();
        let value = rest.strip_prefix(b":").map(<[u8]>::trim_ascii_start);
        value.is_some_and(|value| value.starts_with(b"["))
    })
}

fn csv(text: &[u8], is_whole: bool, asked: Option<Shape>) -> Result<Detected> {
    let header_end = row_end(text, 0, is_whole).ok_or_else(|| not_an_export(text))?;
    let delimiter = delimiter(&text[..header_end]);
    let header = row_cells(&text[..header_end], delimiter).map_err(|_| not_an_export(text))?;
    if asked != Some(Shape::PortalCsv)
        && let Some(layout) = RowLayout::of_header(&header, delimiter)?
    {
        return Ok(Detected { shape: Shape::LogAnalyticsCsv, layout: Layout::Rows(layout) });
    }
    let portal = |layout| Detected { shape: Shape::PortalCsv, layout: Layout::Portal(layout) };
    match PortalLayout::of_header(&header, delimiter) {
        HeaderMatch::Named(layout) => Ok(portal(layout)),
        HeaderMatch::ByPosition(layout) if asked == Some(Shape::PortalCsv) => Ok(portal(layout)),
        HeaderMatch::ByPosition(layout) => {
            let first_row = row_end(text, header_end, is_whole).map(|end| &text[header_end..end]);
            let fits = first_row.is_some_and(|row| {
                row_cells(row.trim_ascii_start(), delimiter).is_ok_and(|row| layout.fits(&row))
            });
            if fits { Ok(portal(layout)) } else { Err(unknown_header(&header)) }
        }
        HeaderMatch::Unknown => Err(name_other_csv(&header).unwrap_or_else(|| {
            if header.len() > 3 { unknown_header(&header) } else { not_an_export(text) }
        })),
    }
}

/// The end of the row that begins at `start`: a line break outside quotes.
pub(super) fn row_end(text: &[u8], start: usize, is_whole: bool) -> Option<usize> {
    let mut quoted = false;
    let mut seen = false;
    for (place, byte) in text.iter().enumerate().skip(start) {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted && seen => return Some(place),
            _ => {}
        }
        seen |= !byte.is_ascii_whitespace();
    }
    (is_whole && seen).then_some(text.len())
}

fn delimiter(header: &[u8]) -> u8 {
    let count = |delimiter: &u8| memchr::memchr_iter(*delimiter, header).count();
    [b',', b';', b'\t']
        .into_iter()
        .max_by_key(count)
        .filter(|found| count(found) > 0)
        .unwrap_or(b',')
}

fn name_other_csv(header: &csv::StringRecord) -> Option<Error> {
    let has = |name: &str| header.iter().any(|found| found.trim().eq_ignore_ascii_case(name));
    let log = if has("AuditData") {
        "a Unified Audit Log of Microsoft 365 as CSV"
    } else if has("Sign-in error code")
        || has("Client app")
        || has("UserPrincipalName") && has("AppDisplayName")
    {
        "a sign-in log as CSV"
    } else {
        return None;
    };
    Some(Error::new(ErrorKind::WrongLog, log).expected("an Entra audit log").help(EXPORT_INSTEAD))
}

fn unknown_header(header: &csv::StringRecord) -> Error {
    let shorten = |name: &str| name.chars().take(30).collect::<String>();
    let names: Vec<_> = header.iter().take(8).map(shorten).collect();
    let more = if header.len() > names.len() { ", .." } else { "" };
    Error::quoting(
        ErrorKind::Csv,
        format!("a CSV header of {} columns ({}{more})", header.len(), names.join(", ")),
    )
    .expected("the portal's 86 columns in their order, or the columns of AuditLogs")
    .help("export with the portal in English, or as JSON")
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
    Error::new(ErrorKind::WrongLog, found).expected("Entra audit records").help(EXPORT_INSTEAD)
}
