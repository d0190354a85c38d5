//! CSV, told by its header.

use super::super::envelope::{HeaderMatch, PortalLayout, RowLayout, RowReader};
use super::super::shape::Shape;
use super::{Detected, EXPORT_INSTEAD, Layout, not_an_export};
use crate::error::{Error, ErrorKind, Result};

pub(super) fn detect(text: &[u8], is_whole: bool, asked: Option<Shape>) -> Result<Detected> {
    let header_end = row_end(text, 0, is_whole).ok_or_else(|| not_an_export(text))?;
    let rows = RowReader::new(delimiter(&text[..header_end]));
    let header = rows.cells(&text[..header_end]).map_err(|_| not_an_export(text))?;
    if asked != Some(Shape::PortalCsv)
        && let Some(layout) = RowLayout::of_header(&header, rows.clone())?
    {
        return Ok(Detected { shape: Shape::LogAnalyticsCsv, layout: Layout::Rows(layout) });
    }
    let portal = |layout| Detected { shape: Shape::PortalCsv, layout: Layout::Portal(layout) };
    match PortalLayout::of_header(&header, rows.clone()) {
        HeaderMatch::Named(layout) => Ok(portal(layout)),
        HeaderMatch::ByPosition(layout) if asked == Some(Shape::PortalCsv) => Ok(portal(layout)),
        HeaderMatch::ByPosition(layout) => {
            let first_row = row_end(text, header_end, is_whole).map(|end| &text[header_end..end]);
            let fits = first_row.is_some_and(|row| {
                rows.cells(row.trim_ascii_start()).is_ok_and(|row| layout.fits(&row))
            });
            if fits { Ok(portal(layout)) } else { Err(unknown_header(&header)) }
        }
        HeaderMatch::Unknown => Err(name_other_csv(&header).unwrap_or_else(|| {
            if is_header(&header) { unknown_header(&header) } else { not_an_export(text) }
        })),
    }
}

/// The end of the row that begins at `start`: a line break outside quotes.
pub(in crate::read) fn row_end(text: &[u8], start: usize, is_whole: bool) -> Option<usize> {
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

/// Whether a row of several cells names columns, rather than being a sentence or JSON with commas.
fn is_header(row: &csv::StringRecord) -> bool {
    row.len() > 3 && row.iter().all(|name| name.len() < 80 && !name.contains(['{', '"']))
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
