//! JSON, told by its containers and by the keys of its first object.

use memchr::memmem;

use super::super::envelope::{RecordForm, form_of};
use super::super::shape::Shape;
use super::{Detected, Layout};
use crate::scan::{JsonSplitter, Pace};

pub(super) fn detect(text: &[u8], asked: Option<Shape>) -> Detected {
    let is_array = text.starts_with(b"[");
    let keys = first_keys(text);
    let has = |key: &str| keys.iter().any(|found| found == key);
    let contains = |key: &str| !is_array && has(key) && has_list(text, key);
    let container = ["records", "value", "tables"].into_iter().find(|key| contains(key));
    let is_lines = !is_array && begins_lines(text, container.is_some());
    let found = match (container, form_of(&keys)) {
        (Some("records"), _) => Shape::EventHub,
        (Some("value"), _) => Shape::Graph,
        (Some(_), _) => Shape::LogAnalyticsQuery,
        (None, Some(RecordForm::Diagnostic)) => Shape::Diagnostic,
        (None, Some(RecordForm::LogAnalytics)) => Shape::LogAnalyticsJson,
        (None, _) if is_array => Shape::PortalJson,
        (None, _) => Shape::Graph,
    };
    let shape = asked.unwrap_or(found);
    let form = form_of_shape(shape);
    let layout = match (is_lines, container) {
        (true, Some(_)) => Layout::Messages(form),
        _ if shape == Shape::LogAnalyticsQuery => Layout::Tables,
        (true, None) => Layout::Lines(form),
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

/// Whether each line is an object: the first one is whole, and others begin as it does. A damaged line
/// then costs itself alone. One line without others is left to the reader of structure, because a page
/// on one line may be as large as a file.
fn begins_lines(text: &[u8], has_records: bool) -> bool {
    let mut others = lines(text).skip(1);
    if is_first_line_whole(text) {
        return others.any(|line| line.trim_ascii_start().starts_with(b"{"));
    }
    // A first line that was damaged: the next ones begin at the margin, as in no indented object.
    !has_records
        && others
            .filter(|line| !line.trim_ascii().is_empty())
            .take(2)
            .all(|line| line.starts_with(b"{\""))
        && text.contains(&b'\n')
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let ends = memchr::memchr_iter(b'\n', text).chain([text.len()]);
    let mut start = 0;
    ends.map(move |end| &text[std::mem::replace(&mut start, end + 1)..end])
}

fn is_first_line_whole(text: &[u8]) -> bool {
    let line = lines(text).next().unwrap_or_default();
    let mut splitter = JsonSplitter::new(Pace::Fast);
    let mut place = 0;
    loop {
        let split = splitter.split(&line[place..], true, usize::MAX);
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
