//! `regaudit inspect`: what each file is and holds, with every record decoded.

use std::collections::BTreeMap;
use std::io::{self, Write};

use regaudit::Tally;
use regaudit::model::format_timestamp;
use regaudit::read::{Compression, Encoding, FileReport};
use regaudit::report::{Cell, Column, Table, printable, write_json};
use serde::Serialize;

use super::Ending;
use super::args::{Format, InspectArguments};
use super::output::Output;
use super::session::Session;
use super::tables;

/// What `--format json` writes.
#[derive(Serialize)]
struct Document<'a> {
    files: Vec<Entry<'a>>,
    tally: Tally,
}

#[derive(Serialize)]
struct Entry<'a> {
    #[serde(flatten)]
    report: &'a FileReport,
    warnings: Vec<String>,
}

pub(super) fn run(arguments: &InspectArguments) -> io::Result<Ending> {
    let reader = arguments.input.reader().verify(true).hash(arguments.hash);
    let mut output = Output::open(&arguments.output.destination)?;
    let mut session = Session::new(arguments.output.mask, arguments.input.on_error);
    let Some(mut report) = session.read(reader.paths(&arguments.input.paths), |_, _| Ok(()))?
    else {
        return Ok(Ending::Failed);
    };
    for file in &mut report.files {
        mask(file, &session);
    }
    match arguments.format {
        Format::Table => report.files.iter().try_for_each(|file| write_text(file, &mut output))?,
        Format::Json => {
            let files =
                report.files.iter().map(|report| Entry { report, warnings: report.warnings() });
            write_json(&Document { files: files.collect(), tally: report.tally() }, &mut output)?;
        }
        Format::Ndjson => tables::write_ndjson(&table(&report.files), &mut output)?,
        Format::Csv => output = tables::write_csv(&table(&report.files), output)?,
    }
    output.finish()?;
    Ok(session.ending(report.tally().read > 0))
}

/// Takes personal data out of what the log itself wrote.
fn mask(file: &mut FileReport, session: &Session) {
    for error in file.rejections.iter_mut().chain(&mut file.error) {
        *error = session.shown(error.clone());
    }
    let findings = &mut file.findings;
    for counts in
        [&mut findings.unknown_activities, &mut findings.services, &mut findings.other_logs]
    {
        let texts = std::mem::take(counts).into_iter();
        *counts = texts.map(|(text, number)| (session.shown_text(&text), number)).collect();
    }
    for counts in [&mut findings.unknown_methods, &mut findings.unknown_reasons] {
        *counts = session.shown_free_texts(std::mem::take(counts));
    }
}

fn write_text(file: &FileReport, output: &mut impl Write) -> io::Result<()> {
    writeln!(output, "{}", printable(&file.source))?;
    let mut line = |name: &str, text: &str| writeln!(output, "  {name:<11}{}", printable(text));
    if let Some(shape) = file.shape {
        let (encoding, compression) = (encoding(file.encoding), compression(file.compression));
        line("shape", &format!("{shape}, {encoding}, {compression}, {} bytes", file.bytes))?;
    }
    if let Some(sha256) = &file.sha256 {
        line("sha256", sha256)?;
    }
    let tally = file.tally;
    let account = format!(
        "{} read = {} yielded + {} filtered out + {} rejected + {} duplicate",
        tally.read, tally.yielded, tally.filtered_out, tally.rejected, tally.duplicate
    );
    line("records", &account)?;
    line("events", &file.findings.events.to_string())?;
    if !file.findings.services.is_empty() {
        line("services", &counted(&file.findings.services))?;
    }
    if !file.findings.other_logs.is_empty() {
        line("other logs", &counted(&file.findings.other_logs))?;
    }
    if let (Some(first), Some(last)) = (file.findings.first, file.findings.last) {
        line("span", &format!("{} to {}", format_timestamp(first), format_timestamp(last)))?;
    }
    for warning in file.warnings() {
        line("warning", &warning)?;
    }
    if let Some(error) = &file.error {
        line("error", &error.to_string())?;
    }
    writeln!(output)
}

fn counted(counts: &BTreeMap<String, u64>) -> String {
    let parts = counts.iter().map(|(name, number)| {
        let name = if name.is_empty() { "(none)" } else { name };
        format!("{name} {number}")
    });
    parts.collect::<Vec<_>>().join(", ")
}

fn encoding(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Utf8WithMark => "UTF-8 with byte-order mark",
        Encoding::Utf16Le => "UTF-16 LE",
        Encoding::Utf16Be => "UTF-16 BE",
        _ => "UTF-8",
    }
}

fn compression(compression: Compression) -> &'static str {
    match compression {
        Compression::Gzip => "gzip",
        Compression::Zstandard => "Zstandard",
        _ => "not compressed",
    }
}

fn table(files: &[FileReport]) -> Table {
    let texts = [
        "source",
        "shape",
        "encoding",
        "compression",
        "sha256",
        "first",
        "last",
        "warnings",
        "error",
    ];
    let numbers = ["bytes", "read", "yielded", "filtered_out", "rejected", "duplicate", "events"];
    let columns = texts.map(Column::text).into_iter().chain(numbers.map(Column::number));
    let mut table = Table::new("", columns.collect());
    for file in files {
        let tally = file.tally;
        table.rows.push(vec![
            Cell::Text(file.source.clone()),
            Cell::text(file.shape.map(regaudit::Shape::as_str)),
            Cell::Text(encoding(file.encoding).to_owned()),
            Cell::Text(compression(file.compression).to_owned()),
            Cell::text(file.sha256.as_deref()),
            Cell::time(file.findings.first),
            Cell::time(file.findings.last),
            Cell::List(file.warnings()),
            Cell::text(file.error.as_ref().map(ToString::to_string)),
            Cell::Number(file.bytes),
            Cell::Number(tally.read),
            Cell::Number(tally.yielded),
            Cell::Number(tally.filtered_out),
            Cell::Number(tally.rejected),
            Cell::Number(tally.duplicate),
            Cell::Number(file.findings.events),
        ]);
    }
    table
}
