//! The canonical events read alike from every export, however it is encoded, compressed and opened.

use std::fs;
use std::io::{self, Read, Write as _};
use std::ops::Range;

use chrono::{DateTime, SubsecRound as _, Utc};
use flate2::Compression as Level;
use flate2::write::GzEncoder;
use regaudit::read::{Compression, Encoding};
use regaudit::{Reader, Shape};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use serde_json::{Value, json};

use crate::support::{
    Outcome, Row, assert_same_events, assert_stands_at_its_origin, bytes_of, collect,
    expected_rows, files_below, fixture, read_fixture, row_of, without_origins,
};

/// An export of `fixtures/exports`.
struct Export {
    path: &'static str,
    shape: Shape,
    /// The shape whose columns its records carry.
    carries: Shape,
    /// How many records it holds.
    records: u64,
    /// Which of the canonical events it holds.
    events: Range<usize>,
    encoding: Encoding,
    compression: Compression,
}

const ALL: Range<usize> = 0..36;

const BLOB: &str = "exports/insights-logs-auditlogs/tenantId=00000000-0000-4000-8000-000000000001/y=2026/m=03/d=02/h=00/m=00/PT1H.json";

/// Every export: path, shape, records, events.
const EXPORTS: [Export; 23] = [
    export("am-auditlogs/PT05M.json", Shape::LogAnalyticsJson, 40, ALL),
    // Arrays of records from Graph: nothing but `operationType` tells them from the portal's.
    Export { carries: Shape::Graph, ..export("concatenated.json", Shape::PortalJson, 40, ALL) },
    Export {
        compression: Compression::Zstandard,
        ..export("diagnostic-archive.zst", Shape::Diagnostic, 40, ALL)
    },
    export("event-hub-lines.jsonl", Shape::EventHub, 43, ALL),
    export("event-hub.json", Shape::EventHub, 40, ALL),
    export("graph-beta.json", Shape::Graph, 40, ALL),
    export("graph-empty-page.json", Shape::Graph, 0, 0..0),
    export("graph-single.json", Shape::Graph, 1, 0..1),
    export("graph-v1-page-1.json", Shape::Graph, 20, 0..19),
    export("graph-v1-page-2.json", Shape::Graph, 20, 19..36),
    export(BLOB.split_at(8).1, Shape::Diagnostic, 40, ALL),
    export("log-analytics-query.json", Shape::LogAnalyticsQuery, 40, ALL),
    export("log-analytics.csv", Shape::LogAnalyticsCsv, 40, ALL),
    export("log-analytics.json", Shape::LogAnalyticsJson, 40, ALL),
    export("log-analytics.jsonl", Shape::LogAnalyticsJson, 40, ALL),
    Export {
        encoding: Encoding::Utf8WithMark,
        compression: Compression::Gzip,
        ..export("portal-download.csv.gz", Shape::PortalCsv, 40, ALL)
    },
    with_mark(export("portal-es.csv", Shape::PortalCsv, 40, ALL)),
    export("portal-pretty.json", Shape::PortalJson, 40, ALL),
    with_mark(export("portal-reordered.csv", Shape::PortalCsv, 40, ALL)),
    Export { encoding: Encoding::Utf16Le, ..export("portal-utf16.csv", Shape::PortalCsv, 40, ALL) },
    with_mark(export("portal.csv", Shape::PortalCsv, 40, ALL)),
    export("portal.json", Shape::PortalJson, 40, ALL),
    export("siem/splunk-event.json", Shape::Diagnostic, 1, 0..1),
];

const fn export(path: &'static str, shape: Shape, records: u64, events: Range<usize>) -> Export {
    let (encoding, compression) = (Encoding::Utf8, Compression::None);
    Export { path, shape, carries: shape, records, events, encoding, compression }
}

const fn with_mark(export: Export) -> Export {
    Export { encoding: Encoding::Utf8WithMark, ..export }
}

impl Export {
    fn path(&self) -> String {
        format!("exports/{}", self.path)
    }

    /// The text of the export, decoded as far as places in it are counted.
    fn text(&self) -> String {
        let mut bytes = bytes_of(&self.path());
        match self.compression {
            Compression::Gzip => {
                let raw = std::mem::take(&mut bytes);
                flate2::read::MultiGzDecoder::new(raw.as_slice()).read_to_end(&mut bytes).unwrap();
            }
            Compression::Zstandard => {
                let whole = bytes_of(BLOB);
                bytes = whole;
            }
            _ => {}
        }
        if self.encoding == Encoding::Utf16Le {
            let units =
                bytes[2..].chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
            return char::decode_utf16(units).map(Result::unwrap).collect();
        }
        String::from_utf8(bytes).unwrap()
    }
}

/// What a shape cannot carry: the column, the shapes, the time of the one record of which it holds
/// (of all where there is none), and what is read instead.
struct Difference {
    column: &'static str,
    shapes: &'static [Shape],
    time: Option<&'static str>,
    instead: fn() -> Value,
}

const PORTAL: &[Shape] = &[Shape::PortalJson, Shape::PortalCsv];
const LOG_ANALYTICS: &[Shape] =
    &[Shape::LogAnalyticsCsv, Shape::LogAnalyticsJson, Shape::LogAnalyticsQuery];
const MAINTENANCE: &str = "2026-03-14T12:05:00.0577209Z";
const WITH_USER_AND_APP: &str = "2026-03-10T07:12:33.9077315Z";
const WITH_CALLER_ADDRESS: &str = "2026-03-10T10:20:30.6400021Z";

const DIFFERENCES: [Difference; 8] = [
    Difference {
        column: "event_id",
        shapes: &[Shape::PortalCsv],
        time: None,
        instead: || json!(null),
    },
    Difference {
        column: "tenant_id",
        shapes: &[Shape::Graph, Shape::PortalJson, Shape::PortalCsv],
        time: None,
        instead: || json!(null),
    },
    Difference { column: "operation", shapes: PORTAL, time: None, instead: || json!(null) },
    Difference {
        column: "maintenance",
        shapes: PORTAL,
        time: Some(MAINTENANCE),
        instead: || json!(false),
    },
    Difference {
        column: "actor_kind",
        shapes: PORTAL,
        time: Some(MAINTENANCE),
        instead: || json!("unknown"),
    },
    Difference {
        column: "actor_app",
        shapes: &[Shape::PortalCsv],
        time: Some(WITH_USER_AND_APP),
        instead: || json!(null),
    },
    Difference {
        column: "ip",
        shapes: &[Shape::Graph, Shape::PortalJson],
        time: Some(WITH_CALLER_ADDRESS),
        instead: || json!(null),
    },
    Difference {
        column: "ip",
        shapes: LOG_ANALYTICS,
        time: Some(WITH_CALLER_ADDRESS),
        instead: || json!(null),
    },
];

/// What is expected of a shape, given the canonical event.
fn as_carried(row: &Row, shape: Shape) -> Row {
    let mut carried = row.clone();
    for difference in &DIFFERENCES {
        let concerns = difference.time.is_none_or(|time| row["time"] == json!(time));
        if concerns && difference.shapes.contains(&shape) {
            carried.insert(difference.column.to_owned(), (difference.instead)());
        }
    }
    let time = row["time"].as_str().unwrap();
    let mut time: DateTime<Utc> = time.parse().unwrap();
    if shape == Shape::LogAnalyticsCsv {
        time = time.trunc_subsecs(3);
    }
    carried.insert("time".to_owned(), json!(time));
    carried
}

#[test]
fn every_export_is_in_the_table() {
    let folder = fixture("exports");
    let files = files_below(&folder);
    let listed: Vec<_> = EXPORTS.iter().map(|export| folder.join(export.path)).collect();
    assert_eq!(files, listed);
}

#[test]
fn every_export_holds_the_canonical_events() {
    let canonical = expected_rows();
    for export in &EXPORTS {
        let path = export.path();
        let read = read_fixture(&Reader::new(), &path);
        assert!(read.errors.is_empty(), "{path}: {:?}", read.errors);
        let file = read.file();
        assert_eq!(file.shape, Some(export.shape), "{path}");
        assert_eq!(file.encoding, export.encoding, "{path}");
        assert_eq!(file.compression, export.compression, "{path}");
        assert_eq!(file.tally.read, export.records, "{path}");
        assert_eq!(file.names_next_page, export.path == "graph-v1-page-1.json", "{path}");
        let expected = &canonical[export.events.clone()];
        assert_eq!(read.events.len(), expected.len(), "{path}");
        let pairs = read.events.iter().zip(expected);
        let differing: Vec<_> = pairs
            .flat_map(|(event, row)| differences(&row_of(event), &as_carried(row, export.carries)))
            .collect();
        assert_eq!(differing, Vec::<String>::new(), "{path}");
    }
}

/// What differs between two rows, column by column.
fn differences(found: &Row, expected: &Row) -> Vec<String> {
    let time = &expected["time"];
    let differing = expected.iter().filter(|(column, value)| found.get(*column) != Some(*value));
    differing
        .map(|(column, value)| format!("{time}, {column}: {} is not {value}", found[column]))
        .collect()
}

#[test]
fn decoding_every_record_changes_nothing() {
    for export in &EXPORTS {
        let path = export.path();
        let read = read_fixture(&Reader::new(), &path);
        let verified = read_fixture(&Reader::new().verify(true), &path);
        assert_same_events(&verified.events, &read.events, &path);
        let tally = verified.file().tally;
        assert_eq!(tally, read_tally_of_verified(&read, &verified), "{path}");
        assert_eq!(verified.file().findings.events, tally.yielded, "{path}");
    }
}

/// The tally of `read`, with records of other logs named as such, which only decoding can tell.
fn read_tally_of_verified(read: &Outcome, verified: &Outcome) -> regaudit::Tally {
    let mut tally = read.file().tally;
    let told_apart = verified.file().tally.other_log - tally.other_log;
    tally.other_log += told_apart;
    tally.not_relevant -= told_apart;
    tally
}

#[test]
fn all_exports_at_once_hold_each_event_once() {
    let sum: usize = EXPORTS.iter().map(|export| export.events.len()).sum();
    let read = read_fixture(&Reader::new(), "exports");
    assert!(read.errors.is_empty(), "{:?}", read.errors);
    assert_eq!(read.events.len(), ALL.len());
    assert_eq!(read.report.tally().duplicate, (sum - ALL.len()) as u64);
    let every = read_fixture(&Reader::new().dedup(false), "exports");
    assert_eq!(every.events.len(), sum);
    assert_eq!(every.report.tally().duplicate, 0);
    assert_eq!(every.report.files.len(), EXPORTS.len());
}

/// The order of exports does not matter: rows without an id are matched from both sides.
#[test]
fn each_event_is_met_once_in_any_order() {
    let mut paths: Vec<_> = EXPORTS.iter().map(|export| fixture(&export.path())).collect();
    for turn in 1..=4 {
        paths.rotate_left(5);
        let read = collect(Reader::new().threads(1).paths(&paths));
        assert_eq!(read.events.len(), ALL.len(), "turned {turn} times");
    }
}

const ENCODINGS: [(&str, Encoding); 6] = [
    ("UTF-8", Encoding::Utf8),
    ("UTF-8 with a mark", Encoding::Utf8WithMark),
    ("UTF-16LE", Encoding::Utf16Le),
    ("UTF-16LE with a mark", Encoding::Utf16Le),
    ("UTF-16BE", Encoding::Utf16Be),
    ("UTF-16BE with a mark", Encoding::Utf16Be),
];

/// The text, which has no mark, in an encoding.
fn encode(text: &str, name: &str) -> Vec<u8> {
    let mark = if name.ends_with("mark") { "\u{feff}" } else { "" };
    let text = format!("{mark}{text}");
    let units = text.encode_utf16();
    match name.get(..8) {
        Some("UTF-16LE") => units.flat_map(u16::to_le_bytes).collect(),
        Some("UTF-16BE") => units.flat_map(u16::to_be_bytes).collect(),
        _ => text.into_bytes(),
    }
}

const COMPRESSIONS: [(&str, Compression); 5] = [
    ("not compressed", Compression::None),
    ("one gzip member", Compression::Gzip),
    ("gzip members", Compression::Gzip),
    ("one Zstandard frame", Compression::Zstandard),
    ("Zstandard frames", Compression::Zstandard),
];

fn compress(bytes: &[u8], name: &str) -> Vec<u8> {
    let many = bytes.chunks(bytes.len() / 3 + 1);
    match name {
        "one gzip member" => gzip(bytes),
        "gzip members" => many.flat_map(gzip).collect(),
        "one Zstandard frame" => compress_to_vec(bytes, CompressionLevel::Fastest),
        "Zstandard frames" => {
            many.flat_map(|part| compress_to_vec(part, CompressionLevel::Uncompressed)).collect()
        }
        _ => bytes.to_vec(),
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Level::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn encoding_and_compression_change_nothing() {
    for export in &EXPORTS {
        let path = export.path();
        let text = export.text();
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let plain = collect(Reader::new().slice("plain", text.as_bytes()));
        let tally = plain.file().tally;
        let plain = without_origins(&plain.events);
        for (turn, (encoding_name, encoding)) in ENCODINGS.into_iter().enumerate() {
            let encoded = encode(text, encoding_name);
            // Every encoding as it stands and in one compression, each compression at least once.
            let compressed = COMPRESSIONS[1 + turn % (COMPRESSIONS.len() - 1)];
            for (compression_name, compression) in [COMPRESSIONS[0], compressed] {
                let case = format!("{path}, {encoding_name}, {compression_name}");
                let bytes = compress(&encoded, compression_name);
                let read = collect(Reader::new().slice("plain", &bytes));
                assert!(read.errors.is_empty(), "{case}: {:?}", read.errors);
                assert_same_events(&without_origins(&read.events), &plain, &case);
                assert_eq!(read.file().encoding, encoding, "{case}");
                assert_eq!(read.file().compression, compression, "{case}");
                assert_eq!(read.file().tally, tally, "{case}");
            }
        }
    }
}

#[test]
fn line_ends_change_nothing() {
    for export in &EXPORTS {
        let path = export.path();
        let bare = export.text().replace("\r\n", "\n");
        let with_returns = bare.replace('\n', "\r\n");
        let read_bare = collect(Reader::new().slice("bare", bare.as_bytes()));
        let read = collect(Reader::new().slice("with returns", with_returns.as_bytes()));
        assert_eq!(read_bare.events.len(), export.events.len(), "{path}");
        let expected = without_origins(&read_bare.events);
        assert_same_events(&without_origins(&read.events), &expected, &path);
        assert_eq!(read.file().tally, read_bare.file().tally, "{path}");
    }
}

/// Gives from 1 to 7 bytes at a time.
struct Trickle<'a> {
    bytes: &'a [u8],
    turn: usize,
}

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(1 + self.turn % 7);
        self.turn += 1;
        self.bytes.read(&mut buffer[..most])
    }
}

#[test]
fn every_way_to_open_reads_the_same() {
    for export in &EXPORTS {
        let path = export.path();
        let name = fixture(&path).display().to_string();
        let bytes = bytes_of(&path);
        let reader = Reader::new();
        let from_path = read_fixture(&reader, &path);
        let ways = [
            ("a slice", collect(reader.slice(&name, &bytes))),
            ("a reader", collect(reader.reader(&name, Trickle { bytes: &bytes, turn: 0 }))),
            ("one thread", read_fixture(&reader.clone().threads(1), &path)),
            ("three threads", read_fixture(&reader.clone().threads(3), &path)),
        ];
        for (way, read) in ways {
            let case = format!("{path} from {way}");
            assert_same_events(&read.events, &from_path.events, &case);
            assert_eq!(read.file().tally, from_path.file().tally, "{case}");
            assert_eq!(read.file().bytes, from_path.file().bytes, "{case}");
        }
    }
}

#[test]
fn names_say_nothing_of_the_content() {
    let folder = tempfile::tempdir().unwrap();
    for export in &EXPORTS {
        let path = export.path();
        let original = without_origins(&read_fixture(&Reader::new(), &path).events);
        let wrong = if export.shape.is_csv() { "audit.json" } else { "audit.csv" };
        for name in ["audit", wrong] {
            let renamed = folder.path().join(name);
            fs::write(&renamed, bytes_of(&path)).unwrap();
            let read = collect(regaudit::read([&renamed]));
            assert_eq!(read.file().shape, Some(export.shape), "{path} as {name}");
            assert_same_events(&without_origins(&read.events), &original, &path);
        }
    }
}

#[test]
fn a_shape_that_is_asked_for_is_used() {
    for export in &EXPORTS {
        let path = export.path();
        let found = read_fixture(&Reader::new(), &path);
        let asked = read_fixture(&Reader::new().shape(export.shape), &path);
        assert_same_events(&asked.events, &found.events, &path);
        assert_eq!(asked.file().shape, Some(export.shape), "{path}");
    }
}

/// The ordinals, from 1, of the records that are canonical events.
fn ordinals_of_events() -> Vec<u64> {
    let text = String::from_utf8(bytes_of(BLOB)).unwrap();
    let ids: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["properties"]["id"].clone())
        .collect();
    let ordinal = |row: &Row| ids.iter().position(|id| *id == row["event_id"]).unwrap() as u64 + 1;
    expected_rows().iter().map(ordinal).collect()
}

#[test]
fn origins_point_at_the_records() {
    let ordinals = ordinals_of_events();
    for export in &EXPORTS {
        let path = export.path();
        let text = export.text();
        let read = read_fixture(&Reader::new(), &path);
        assert_eq!(read.file().bytes, text.len() as u64, "{path}");
        let mut last = 0;
        let ordinals = &ordinals[export.events.clone()];
        let before = if export.path == "graph-v1-page-2.json" { 20 } else { 0 };
        for (event, ordinal) in read.events.iter().zip(ordinals) {
            assert_eq!(event.origin.source.as_ref(), fixture(&path).display().to_string());
            assert_stands_at_its_origin(event, &text, &path);
            let record = event.origin.record.unwrap();
            assert!(record > last, "{path}: {}", event.origin);
            last = record;
            // The messages with records of other logs count those as well.
            if export.records <= 40 {
                assert_eq!(record, ordinal - before, "{path}: {}", event.origin);
            }
        }
    }
}
