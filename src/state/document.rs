//! From bytes to the entries of an export, whatever wrapped them.
//!
//! An export is small beside a log, so it is read as a whole: text first (UTF-8, or UTF-16 as
//! PowerShell's `>` writes it), then JSON or CSV, told by content.

use std::borrow::Cow;
use std::fs;
use std::path::Path;

use serde_json::{Deserializer, Map, Value};

use super::entity::{find, form};
use super::warning::{Warning, WarningKind};
use crate::error::{Error, ErrorKind, Result};
use crate::origin::Origin;

/// What a list asked for with `$expand` is cut to (*Known issues with Microsoft Graph*).
pub(super) const EXPANDED: usize = 20;

/// What to save.
const SAVE: &str =
    "save the answer of Microsoft Graph, or what PowerShell's ConvertTo-Json writes of it";

/// One answer of Graph, with all pages of it that the file holds.
#[derive(Debug)]
pub(super) struct Page {
    /// `@odata.context`, which says what the entries are, and sometimes whose. Empty where it is not
    /// given.
    pub(super) context: String,
    pub(super) entries: Vec<(Value, Origin)>,
    /// Whether it is a list, rather than one object.
    pub(super) is_list: bool,
    /// Whether it is a list that another page should follow.
    pub(super) has_more: bool,
    /// Where it begins.
    pub(super) origin: Origin,
}

/// The bytes of a file, and its name.
pub(super) fn read_file(path: &Path) -> Result<(String, Vec<u8>)> {
    let name = path.display().to_string();
    match fs::read(path) {
        Ok(bytes) => Ok((name, bytes)),
        Err(failure) => Err(Error::io(failure).at(Origin::new(name))),
    }
}

/// The text of an export, without byte-order mark.
pub(crate) fn text_of<'a>(bytes: &'a [u8], origin: &Origin) -> Result<Cow<'a, str>> {
    let text = match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf8(rest, origin)?,
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes, origin)?,
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes, origin)?,
        [b'{' | b'[', 0, ..] => utf16(bytes, u16::from_le_bytes, origin)?,
        [0, b'{' | b'[', ..] => utf16(bytes, u16::from_be_bytes, origin)?,
        _ => {
            refuse_known_formats(bytes, origin)?;
            utf8(bytes, origin)?
        }
    };
    if text.trim().is_empty() {
        return Err(Error::new(ErrorKind::Empty, "nothing but blanks, or nothing at all")
            .expected("an export of Microsoft Graph")
            .help("export again; the command may have failed")
            .at(origin.clone()));
    }
    Ok(text)
}

fn refuse_known_formats(bytes: &[u8], origin: &Origin) -> Result<()> {
    let (format, advice) = match bytes {
        [0x1F, 0x8B, ..] => ("a gzip file", "unpack it"),
        [b'P', b'K', 3, 4, ..] => {
            ("a zip file or Excel workbook", "unpack it, or save it as CSV UTF-8")
        }
        [b'P', b'A', b'R', b'1', ..] => ("a Parquet file", SAVE),
        _ => return Ok(()),
    };
    Err(Error::new(ErrorKind::UnsupportedFormat, format)
        .expected("JSON or CSV")
        .help(advice)
        .at(origin.clone()))
}

fn utf8<'a>(bytes: &'a [u8], origin: &Origin) -> Result<Cow<'a, str>> {
    std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|failure| {
        let found = format!("bytes that are not UTF-8, behind {} that are", failure.valid_up_to());
        encoding(found, origin).because(failure)
    })
}

fn utf16<'a>(bytes: &[u8], unit: fn([u8; 2]) -> u16, origin: &Origin) -> Result<Cow<'a, str>> {
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
    if bytes.len() % 2 == 1 {
        return Err(encoding("UTF-16 that ends within a character", origin));
    }
    String::from_utf16(&units)
        .map(Cow::Owned)
        .map_err(|failure| encoding("bytes that are not UTF-16", origin).because(failure))
}

fn encoding(found: impl Into<Cow<'static, str>>, origin: &Origin) -> Error {
    Error::new(ErrorKind::Encoding, found)
        .expected("UTF-8 or UTF-16")
        .help("save the file as UTF-8, in PowerShell with -Encoding utf8")
        .at(origin.clone())
}

/// Whether the text is JSON, rather than CSV.
pub(super) fn is_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
}

/// The answers that a JSON text holds: one or several, one after the other or in a list. What is left
/// open is added to the warnings.
pub(super) fn pages(text: &str, origin: &Origin, warnings: &mut Vec<Warning>) -> Result<Vec<Page>> {
    let mut pages = Pages { origin, found: Vec::new(), entries: 0, warnings };
    for value in Deserializer::from_str(text).into_iter::<Value>() {
        match value.map_err(|failure| broken(failure, origin))? {
            Value::Array(values) => pages.add_list(values)?,
            value => pages.add(value)?,
        }
    }
    let found = pages.found;
    for page in found.iter().filter(|page| page.has_more) {
        warnings.push(Warning::new(page.origin.clone(), WarningKind::MorePages));
    }
    Ok(found)
}

fn broken(failure: serde_json::Error, origin: &Origin) -> Error {
    let mut place = origin.clone();
    place.line = u64::try_from(failure.line()).ok();
    let error = if failure.is_eof() {
        Error::new(ErrorKind::Json, "JSON that breaks off").help("export again, or copy it whole")
    } else {
        Error::new(ErrorKind::Json, format!("JSON that is damaged ({failure})")).help(SAVE)
    };
    error.expected("whole JSON").at(place).because(failure)
}

struct Pages<'a> {
    origin: &'a Origin,
    found: Vec<Page>,
    /// How many entries came so far.
    entries: u64,
    warnings: &'a mut Vec<Warning>,
}

impl Pages<'_> {
    /// A list holds pages, or entries that were taken out of their pages.
    fn add_list(&mut self, values: Vec<Value>) -> Result<()> {
        let (pages, loose): (Vec<_>, Vec<_>) = values.into_iter().partition(is_page);
        for page in pages {
            self.add(page)?;
        }
        if !loose.is_empty() {
            self.add_page(String::new(), loose, true, false);
        }
        Ok(())
    }

    fn add(&mut self, value: Value) -> Result<()> {
        let Value::Object(mut keys) = value else {
            return Err(Error::new(ErrorKind::Json, form(&value))
                .expected("an object or a list of objects")
                .help(SAVE)
                .at(self.origin.clone()));
        };
        if let Some(code) = error_code(&keys) {
            return Err(self.error_answer(&code));
        }
        if let Some(Value::Array(answers)) = take(&mut keys, "responses") {
            return self.add_answers(answers);
        }
        let text = |key| find(&keys, key).and_then(Value::as_str).map(str::to_owned);
        let context = text("@odata.context").unwrap_or_default();
        let has_more = text("@odata.nextLink").is_some();
        match take(&mut keys, "value") {
            Some(Value::Array(values)) => self.add_page(context, values, true, has_more),
            Some(value @ Value::Object(_)) => self.add_page(context, vec![value], false, false),
            Some(other) => {
                keys.insert("value".to_owned(), other);
                self.add_page(context, vec![Value::Object(keys)], false, false);
            }
            None => self.add_page(context, vec![Value::Object(keys)], false, false),
        }
        Ok(())
    }

    /// The answers of a batch (*Combine multiple requests in one HTTP call using JSON batching*). One
    /// that failed leaves the others as they are.
    fn add_answers(&mut self, answers: Vec<Value>) -> Result<()> {
        for mut answer in answers {
            let body = answer.as_object_mut().and_then(|answer| take(answer, "body"));
            match body {
                Some(Value::Object(body)) => match error_code(&body) {
                    Some(code) => {
                        let kind = WarningKind::FailedAnswer { code };
                        self.warnings.push(Warning::new(self.origin.clone(), kind));
                    }
                    None => self.add(Value::Object(body))?,
                },
                _ => {
                    return Err(Error::new(ErrorKind::Json, "an answer of a batch without body")
                        .expected("JSON as the body of each answer")
                        .help(SAVE)
                        .at(self.origin.clone()));
                }
            }
        }
        Ok(())
    }

    /// Adds a page, to the one before if it goes on with that.
    fn add_page(&mut self, context: String, values: Vec<Value>, is_list: bool, has_more: bool) {
        let first = self.entries + 1;
        self.entries += values.len() as u64;
        let places = (first..).map(|number| self.origin.clone().entry(number, None));
        let entries: Vec<_> = values.into_iter().zip(places).collect();
        if let Some(before) = self.found.last_mut()
            && before.has_more
            && is_list
            && before.context == context
        {
            before.entries.extend(entries);
            before.has_more = has_more;
            return;
        }
        let origin = self.origin.clone();
        self.found.push(Page { context, entries, is_list, has_more, origin });
    }

    fn error_answer(&self, code: &str) -> Error {
        Error::quoting(ErrorKind::UnsupportedFormat, format!("an error answer of Graph ({code})"))
            .expected("what was asked for")
            .help("ask again with the permission that the request needs, and save that answer")
            .at(self.origin.clone())
    }
}

/// Whether a value is an answer of Graph, rather than an entry of one.
fn is_page(value: &Value) -> bool {
    let Some(keys) = value.as_object() else { return false };
    let is_list = |key| find(keys, key).is_some_and(Value::is_array);
    is_list("value")
        || is_list("responses")
        || find(keys, "@odata.context").is_some()
        || error_code(keys).is_some()
}

/// The code of an error answer: `{"error": {"code": .., "message": ..}}`.
fn error_code(keys: &Map<String, Value>) -> Option<String> {
    let error = find(keys, "error")?.as_object()?;
    let code = find(error, "code")?;
    Some(code.as_str().map_or_else(|| code.to_string(), str::to_owned))
}

fn take(keys: &mut Map<String, Value>, key: &str) -> Option<Value> {
    let name = keys.keys().find(|name| name.eq_ignore_ascii_case(key))?.clone();
    keys.remove(&name)
}

/// The error that a list without entries does not say what it is a list of.
pub(super) fn empty_list(page: &Page, wanted: &'static str) -> Error {
    Error::new(ErrorKind::Empty, "a list without entries that does not say of what")
        .expected(wanted)
        .help("save the answer of Microsoft Graph whole, with its @odata.context")
        .at(page.origin.clone())
}
