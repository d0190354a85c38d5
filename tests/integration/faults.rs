//! What cannot be read is said, with its place, and everything else is read nonetheless.

use std::fs;

use regaudit::ErrorKind::{
    self, Compression, Csv, DateOrder, Empty, Encoding, ExpansionLimit, Framing, Io, Json,
    MissingField, RecordTooLong, UnsupportedFormat, WrongLog,
};
use regaudit::Reader;
use regaudit::model;

use crate::support::{Outcome, bytes_of, collect, files_below, fixture, read_fixture};

/// A file of `fixtures/faults`: how many records it holds (rejected ones are among them), how many
/// events, and the one fault that is told.
struct Fault {
    file: &'static str,
    read: u64,
    events: usize,
    kind: ErrorKind,
    /// The record at fault; none where it is the input as a whole.
    record: Option<u64>,
    says: &'static str,
}

const fn record(
    file: &'static str,
    (read, events): (u64, usize),
    record: u64,
    kind: ErrorKind,
    says: &'static str,
) -> Fault {
    Fault { file, read, events, kind, record: Some(record), says }
}

const fn input(file: &'static str, read: u64, kind: ErrorKind, says: &'static str) -> Fault {
    Fault { file, read, events: 0, kind, record: None, says }
}

const FAULTS: [Fault; 26] = [
    record("bad-csv-quote.csv", (3, 2), 3, Framing, "end of the input inside a record"),
    record("bad-json-line.jsonl", (4, 3), 2, Json, "JSON that cannot be read"),
    input("blank.txt", 0, Empty, "nothing but blanks"),
    input("container.avro", 0, UnsupportedFormat, "Avro"),
    record("cut-array.json", (4, 3), 4, Framing, "end of the input inside a record"),
    input("datadog-event.json", 1, WrongLog, "Datadog"),
    input("elastic-event.json", 1, WrongLog, "Elastic"),
    input("empty.json", 0, Empty, "an empty input"),
    input("export.parquet", 0, UnsupportedFormat, "Parquet"),
    input("export.xlsx", 0, UnsupportedFormat, "Excel"),
    input("export.zip", 0, UnsupportedFormat, "unpack it"),
    record("garbage-between.json", (4, 3), 3, Framing, "text between records"),
    input("intune-audit.jsonl", 3, WrongLog, "Intune"),
    record("invalid-utf8.jsonl", (5, 4), 3, Encoding, "0xff"),
    record("missing-activity.jsonl", (3, 2), 2, MissingField, "without an activity"),
    record("missing-time.jsonl", (3, 2), 2, MissingField, "without a time"),
    input("not-a-log.txt", 0, UnsupportedFormat, "Meeting notes"),
    input("powershell-table.txt", 0, UnsupportedFormat, "export the Entra audit logs"),
    record("short-row.csv", (4, 3), 2, Csv, "a row of 20 cells; expected 86"),
    input("sign-ins.json", 2, WrongLog, "sign-in log"),
    input("sql-table.json", 2, WrongLog, "a table other than AuditLogs"),
    record("truncated.json.gz", (4, 3), 4, Compression, "cut off or damaged"),
    input("unified-audit-log.csv", 0, WrongLog, "Unified Audit Log"),
    input("unified-audit-log.json", 1, WrongLog, "Unified Audit Log"),
    input("unknown-headers.csv", 0, Csv, "a CSV header of 4 columns"),
    input("wrong-date-order.csv", 0, DateOrder, "either number may be the day"),
];

#[test]
fn every_fault_is_in_the_table() {
    let folder = fixture("faults");
    let listed: Vec<_> = FAULTS.iter().map(|fault| folder.join(fault.file)).collect();
    assert_eq!(files_below(&folder), listed);
}

#[test]
fn each_fault_is_told_once_and_costs_no_more_than_itself() {
    for fault in &FAULTS {
        for verify in [false, true] {
            let file = format!("faults/{}", fault.file);
            let read = read_fixture(&Reader::new().verify(verify), &file);
            let tally = read.file().tally;
            assert_eq!(tally.read, fault.read, "{file}: {tally:?}");
            assert_eq!(read.events.len(), fault.events, "{file}: {tally:?}");
            assert_eq!(tally.rejected, u64::from(fault.record.is_some()), "{file}: {tally:?}");
            assert_says(&read, fault.kind, fault.says);
            let error = &read.errors[0];
            assert_eq!(error.is_input(), fault.record.is_none(), "{file}: {error}");
            let origin = error.origin().unwrap();
            assert_eq!(origin.record, fault.record, "{file}: {error}");
            assert_eq!(origin.source.as_ref(), fixture(&file).display().to_string());
        }
    }
}

/// Checks that there is one error, of this kind, and that it says this.
fn assert_says(read: &Outcome, kind: ErrorKind, says: &str) {
    let [error] = read.errors.as_slice() else {
        panic!("one error that says {says:?}, not {:?}", read.errors);
    };
    assert_eq!(error.kind(), kind, "{error}");
    assert!(error.to_string().contains(says), "{error}: does not say {says:?}");
}

#[test]
fn rejections_are_kept_in_the_report() {
    for fault in &FAULTS {
        let read = read_fixture(&Reader::new(), &format!("faults/{}", fault.file));
        let file = read.file();
        let of_report: Vec<_> = file.rejections.iter().chain(&file.error).collect();
        assert_eq!(of_report.len(), 1, "{}", fault.file);
        assert_eq!(of_report[0].to_string(), read.errors[0].to_string(), "{}", fault.file);
    }
}

#[test]
fn a_fault_does_not_end_the_other_inputs() {
    let paths = [fixture("faults"), fixture("exports/portal.json")];
    let read = collect(Reader::new().dedup(false).paths(paths));
    let of_faults: usize = FAULTS.iter().map(|fault| fault.events).sum();
    assert_eq!(read.events.len(), of_faults + 36);
    assert_eq!(read.errors.len(), FAULTS.len());
}

#[test]
fn the_date_order_can_be_said() {
    let path = "faults/wrong-date-order.csv";
    for (order, month) in [(model::DateOrder::MonthFirst, "03"), (model::DateOrder::DayFirst, "09")]
    {
        let read = read_fixture(&Reader::new().date_order(order), path);
        assert!(read.errors.is_empty(), "{order:?}: {:?}", read.errors);
        assert_eq!(read.events.len(), 5, "{order:?}");
        let first = read.events[0].time.to_rfc3339();
        assert!(first.starts_with(&format!("2026-{month}")), "{order:?}: {first}");
    }
}

#[test]
fn masked_errors_quote_nothing() {
    let read = read_fixture(&Reader::new(), "faults/unknown-headers.csv");
    let masked = read.errors[0].clone().masked().to_string();
    assert!(!masked.contains("Customer"), "{masked}");
    assert!(masked.contains("86 columns"), "{masked}");
}

#[test]
fn paths_that_lead_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir(path("empty")).unwrap();
    fs::create_dir_all(path("hidden/.cache")).unwrap();
    fs::write(path("hidden/.export.json"), bytes_of("exports/portal.json")).unwrap();
    fs::write(path("hidden/.cache/export.json"), bytes_of("exports/portal.json")).unwrap();
    let cases = [
        ("empty", Empty, "a folder without files"),
        ("hidden", Empty, "a folder without files"),
        ("missing.json", Io, "expected a file, a folder, a pattern"),
        ("*.json", Empty, "a pattern that matches nothing"),
        ("[.json", Empty, "a pattern that cannot be read"),
    ];
    for (name, kind, says) in cases {
        let read = collect(regaudit::read([path(name)]));
        assert_says(&read, kind, says);
        assert!(read.errors[0].is_input(), "{name}");
        assert!(read.report.files.is_empty(), "{name}");
        let origin = read.errors[0].origin().unwrap();
        assert_eq!(origin.source.as_ref(), path(name).display().to_string());
    }
}

#[test]
fn folders_and_patterns_are_read_in_the_order_of_paths() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir_all(path("b")).unwrap();
    for name in ["c.json", "a.json", "b/d.json", "b/.hidden.json"] {
        fs::write(path(name), bytes_of("exports/graph-single.json")).unwrap();
    }
    let sources = |arguments: &[&str]| {
        let read = collect(regaudit::read(arguments.iter().map(|name| path(name))));
        assert!(read.errors.is_empty(), "{arguments:?}: {:?}", read.errors);
        let short = |source: &String| {
            source.strip_prefix(&format!("{}/", folder.path().display())).unwrap().to_owned()
        };
        read.report.files.iter().map(|file| short(&file.source)).collect::<Vec<_>>()
    };
    let all = ["a.json", "b/d.json", "c.json"];
    assert_eq!(sources(&[""]), all);
    assert_eq!(sources(&["*.json"]), ["a.json", "c.json"]);
    assert_eq!(sources(&["**/[a-z]*.json"]), all);
    assert_eq!(sources(&["*"]), all);
    assert_eq!(sources(&["c.json", "a.json"]), ["c.json", "a.json"]);
    assert_eq!(sources(&["c.json", "c.json", "b/../c.json"]), ["c.json"]);
    assert_eq!(sources(&["b", "", "a.json"]), ["b/d.json", "a.json", "c.json"]);
}

/// One diagnostic record on one line, with so many bytes of padding in it.
fn line(number: u32, padding: usize) -> String {
    format!(
        r#"{{"time":"2026-03-09T08:00:00Z","operationName":"User registered security info","category":"AuditLogs","properties":{{"id":"{number}","padding":"{}","activityDisplayName":"User registered security info","activityDateTime":"2026-03-09T08:00:00Z","loggedByService":"Authentication Methods","result":"success"}}}}"#,
        "x".repeat(padding)
    )
}

fn ids(read: &Outcome) -> Vec<&str> {
    read.events.iter().filter_map(|event| event.id.as_deref()).collect()
}

const LONG: usize = 1_000_000;

#[test]
fn after_a_line_that_is_too_long_comes_the_next() {
    let reader = Reader::new().longest_record(LONG / 2);
    let lines = [line(1, 0), line(2, LONG), line(3, 0), line(4, LONG), line(5, 0)];
    let text = lines.join("\n");
    let read = collect(reader.slice("lines", text.as_bytes()));
    assert_eq!(ids(&read), ["1", "3", "5"]);
    let tally = read.file().tally;
    assert_eq!((tally.read, tally.rejected), (5, 2));
    for (error, number) in read.errors.iter().zip([2, 4]) {
        assert_eq!(error.kind(), RecordTooLong, "{error}");
        let origin = error.origin().unwrap();
        assert_eq!((origin.record, origin.line), (Some(number), Some(number)), "{error}");
        let byte = text.find(&format!(r#""id":"{number}""#)).unwrap();
        let start = text[..byte].rfind('\n').unwrap() + 1;
        assert_eq!(origin.byte, Some(start as u64), "{error}");
    }
    let last = &read.events[2].origin;
    assert_eq!((last.record, last.line), (Some(5), Some(5)));
    assert!(collect(Reader::new().slice("lines", text.as_bytes())).errors.is_empty());
}

#[test]
fn an_array_is_not_read_on_after_an_element_that_is_too_long() {
    let reader = Reader::new().longest_record(LONG / 2);
    let elements = [line(1, 0), line(2, LONG), line(3, 0)];
    let text = format!("[{}]", elements.join(",\n"));
    let read = collect(reader.slice("array", text.as_bytes()));
    assert_eq!(ids(&read), ["1"]);
    assert_eq!(read.file().tally.read, 2);
    let start = elements[0].len() + 3;
    assert_says(&read, RecordTooLong, &format!("bytes {start} to {}", text.len()));
}

/// So many MiB of blanks that grow a thousandfold, behind two records.
fn expanding(mebibytes: usize) -> Vec<u8> {
    use std::io::Write as _;
    let gzip = |text: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    };
    let mut blanks = vec![b' '; 1 << 20];
    blanks.iter_mut().step_by(1 << 16).for_each(|byte| *byte = b'\n');
    let records = format!("{}\n{}\n", line(1, 0), line(2, 0));
    [gzip(records.as_bytes()), gzip(&blanks).repeat(mebibytes)].concat()
}

#[test]
fn expansion_is_bounded() {
    let reader = Reader::new().verify(true);
    let read = collect(reader.slice("bomb", &expanding(65)));
    assert_eq!(ids(&read), ["1", "2"]);
    assert_says(&read, ExpansionLimit, "more than 300 bytes for each compressed byte");
    let small = collect(reader.largest_expansion(1).slice("small", &expanding(1)));
    assert_eq!(ids(&small), ["1", "2"]);
    assert!(small.errors.is_empty(), "{:?}", small.errors);
}

#[test]
fn containers_inside_records_are_opened() {
    let [one, two, three] = [line(1, 0), line(2, 0), line(3, 0)];
    let cases = [
        (
            "messages, one a line",
            format!("{{\"records\":[{one},{two}]}}\n{{\"records\":[{three}]}}"),
        ),
        (
            "messages in a list",
            format!("[{{\"records\":[{one}]}},{{\"records\":[{two},{three}]}}]"),
        ),
        ("pages in a list", format!("[{{\"value\":[{one}]}},{{\"value\":[{two},{three}]}}]")),
        ("records and messages, one a line", format!("{one}\n{{\"records\":[{two},{three}]}}")),
        ("a list on a line", format!("{one}\n[{two},{three}]")),
        (
            "a message in a message",
            format!("{{\"records\":[{{\"records\":[{one},{two}]}},{three}]}}"),
        ),
    ];
    for (case, text) in cases {
        for verify in [false, true] {
            let read = collect(Reader::new().verify(verify).slice(case, text.as_bytes()));
            assert!(read.errors.is_empty(), "{case}: {:?}", read.errors);
            assert_eq!(ids(&read), ["1", "2", "3"], "{case}");
            assert_eq!(read.file().tally.read, 3, "{case}");
            for (event, record) in read.events.iter().zip(1..) {
                let byte = usize::try_from(event.origin.byte.unwrap()).unwrap();
                assert!(text[byte..].starts_with("{\"time\""), "{case}: {}", event.origin);
                let before = text[..byte].matches('\n').count() as u64;
                assert_eq!(event.origin.line, Some(before + 1), "{case}: {}", event.origin);
                assert_eq!(event.origin.record, Some(record), "{case}: {}", event.origin);
            }
        }
    }
}

#[test]
fn lists_may_be_laid_out_in_any_way() {
    let [one, two, three] = [line(1, 0), line(2, 0), line(3, 0)];
    let cases = [
        ("an element a line", format!("[{one},\n{two},\n{three}]")),
        ("an element a line, brackets apart", format!("[\n{one},\n{two},\n{three}\n]")),
        ("a page, an element a line", format!("{{\"value\":[{one},\n{two},\n{three}]}}")),
        ("a page, brackets apart", format!("{{\"value\":[\n{one},\n{two},\n{three}\n]}}")),
        ("a message, an element a line", format!("{{\"records\":[{one},\n{two},\n{three}]}}")),
        ("a message, brackets apart", format!("{{\"records\":[\n{one},\n{two},\n{three}\n]}}")),
        ("commas after lines", format!("{one},\n{two},\n{three},\n")),
        ("blanks before commas after lines", format!("{one} ,\n{two} ,\n{three}\n")),
        ("blank lines between", format!("{one}\n\n{two}\n \n{three}")),
    ];
    for (case, text) in cases {
        let read = collect(regaudit::read_slice(case, text.as_bytes()));
        assert!(read.errors.is_empty(), "{case}: {:?}", read.errors);
        assert_eq!(ids(&read), ["1", "2", "3"], "{case}");
    }
}

#[test]
fn containers_that_never_end_are_refused() {
    let depth = 100_000;
    let text = format!("{}{}", "{\"records\":[".repeat(depth), "]}".repeat(depth));
    let read = collect(regaudit::read_slice("deep", text.as_bytes()));
    assert!(read.events.is_empty());
    let text = format!("{}\n{}", line(1, 0), text);
    let read = collect(regaudit::read_slice("a deep line", text.as_bytes()));
    assert_eq!(ids(&read), ["1"]);
}

#[test]
fn line_breaks_between_quotes_belong_to_the_row() {
    let text = String::from_utf8(bytes_of("exports/portal.csv")).unwrap();
    let reason = "User registered Mobile Phone SMS";
    let broken = text.replace(reason, "User registered\r\nMobile\nPhone SMS \"\"2\"\"");
    let read = collect(regaudit::read_slice("broken", broken.as_bytes()));
    assert!(read.errors.is_empty(), "{:?}", read.errors);
    assert_eq!(read.events.len(), 36);
    for event in &read.events {
        let byte = usize::try_from(event.origin.byte.unwrap()).unwrap();
        let before = broken[..byte].matches('\n').count() as u64;
        assert_eq!(event.origin.line, Some(before + 1), "{}", event.origin);
    }
    let reasons = read.events.iter().filter_map(|event| event.reason.as_ref());
    let changed = reasons.filter(|reason| reason.as_str().contains("SMS \"2\"")).count();
    assert_eq!(changed, text.matches(reason).count());
}
