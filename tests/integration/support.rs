//! What the other modules share: where fixtures are, reading to the end, and events as flat rows.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use regaudit::model::{Event, Method};
use regaudit::read::{FileReport, Report};
use regaudit::{Error, Events, Reader, classify};
use serde_json::{Value, json};

/// An event as a flat row: columns by name, null where the export has nothing.
pub type Row = BTreeMap<String, Value>;

/// The canonical events, with the values of the richest shape.
pub const EXPECTED: &str = "exports.expected.ndjson";

/// What reading came to.
#[derive(Debug)]
pub struct Outcome {
    pub events: Vec<Event>,
    pub errors: Vec<Error>,
    pub report: Report,
}

impl Outcome {
    /// The report on the only input.
    pub fn file(&self) -> &FileReport {
        let [file] = self.report.files.as_slice() else {
            panic!("one input, not {}", self.report.files.len());
        };
        file
    }

    /// The rule that decided on each event, in order.
    pub fn rules(&self) -> Vec<&'static str> {
        self.events.iter().filter_map(classify).map(|classification| classification.rule).collect()
    }
}

/// The path of a fixture.
pub fn fixture(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(path)
}

/// The bytes of a fixture.
pub fn bytes_of(path: &str) -> Vec<u8> {
    fs::read(fixture(path)).unwrap_or_else(|error| panic!("fixture {path}: {error}"))
}

/// Every file of a folder and below it, in the order of paths.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}

/// Reads to the end, and holds the account against what came out.
pub fn collect(mut events: Events<'_>) -> Outcome {
    let (mut read, mut errors) = (Vec::new(), Vec::new());
    for item in &mut events {
        match item {
            Ok(event) => read.push(event),
            Err(error) => errors.push(error),
        }
    }
    let report = events.into_report();
    for file in &report.files {
        assert!(file.tally.balances(), "{}: {:?}", file.source, file.tally);
    }
    let tally = report.tally();
    assert!(tally.balances(), "{tally:?}");
    assert_eq!(tally.yielded, read.len() as u64, "{tally:?}");
    let rejections = errors.iter().filter(|error| error.is_record()).count();
    assert_eq!(tally.rejected, rejections as u64, "{tally:?}, {errors:?}");
    let of_inputs = report.input_errors().count();
    assert_eq!(of_inputs + rejections, errors.len(), "{errors:?}");
    Outcome { events: read, errors, report }
}

/// Reads a fixture by its path.
pub fn read_fixture(reader: &Reader, path: &str) -> Outcome {
    collect(reader.paths([fixture(path)]))
}

/// The events with the place they were read from left out, for comparisons between files.
pub fn without_origins(events: &[Event]) -> Vec<Event> {
    let nowhere = regaudit::Origin::new("");
    let mut events = events.to_vec();
    for event in &mut events {
        event.origin = nowhere.clone();
    }
    events
}

/// Compares events one by one, so that a failure names the first that differs and no more.
pub fn assert_same_events(found: &[Event], expected: &[Event], case: &str) {
    for (number, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert_eq!(found, expected, "{case}: event {number}");
    }
    assert_eq!(found.len(), expected.len(), "{case}: how many events");
}

/// Checks that the record at the place of an event, in the decoded text, is the one it was read from.
pub fn assert_stands_at_its_origin(event: &Event, text: &str, case: &str) {
    let origin = &event.origin;
    let byte = usize::try_from(origin.byte.unwrap()).unwrap();
    let line = text[..byte].matches('\n').count() as u64 + 1;
    assert_eq!(origin.line, Some(line), "{case}: {origin}");
    let record = &text[byte..];
    let record = if record.starts_with(['{', '[']) {
        let mut values = serde_json::Deserializer::from_str(record).into_iter::<Value>();
        values.next().unwrap().unwrap_or_else(|error| panic!("{case}: {origin}: {error}"));
        &record[..values.byte_offset()]
    } else {
        let mut rows = csv::ReaderBuilder::new().has_headers(false).from_reader(record.as_bytes());
        let mut row = csv::StringRecord::new();
        assert!(rows.read_record(&mut row).unwrap(), "{case}: {origin}");
        &record[..usize::try_from(rows.position().byte()).unwrap()]
    };
    let correlation_id = event.correlation_id.as_deref().unwrap();
    for text in [event.id.as_deref().unwrap_or_default(), correlation_id, event.activity.as_str()] {
        assert!(record.contains(text), "{case}: {origin}: no {text} in {record}");
    }
    let records = record.matches("\"activityDisplayName\":").count();
    assert!(records <= 1, "{case}: {origin}: {records} records");
}

/// The canonical events as rows.
pub fn expected_rows() -> Vec<Row> {
    let text = String::from_utf8(bytes_of(EXPECTED)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// An event as a row, with the columns of the canonical events.
pub fn row_of(event: &Event) -> Row {
    let classification = classify(event).expect("an event has a classification");
    let target = event.target_user().or(event.targets.first());
    let user = event.actor.user.as_ref();
    let columns = [
        ("event_id", json!(event.id)),
        ("time", json!(event.time)),
        ("tenant_id", json!(event.tenant_id)),
        ("correlation_id", json!(event.correlation_id)),
        ("service", json!(event.service)),
        ("category", json!(event.category)),
        ("operation", json!(event.operation)),
        ("family", json!(classification.family.as_str())),
        ("activity", json!(event.activity.as_str())),
        ("status", json!(event.status.column())),
        ("reason", json!(event.reason.as_ref().map(regaudit::model::Reason::as_str))),
        ("outcome", json!(classification.outcome.as_str())),
        ("methods", json!(names(&classification.methods))),
        ("maintenance", json!(classification.maintenance)),
        ("actor_kind", json!(event.actor_kind().as_str())),
        ("actor_id", json!(event.actor.id())),
        ("actor_upn", json!(user.and_then(|user| user.user_principal_name.as_deref()))),
        ("actor_app", json!(event.actor.application_name())),
        ("target_id", json!(target.and_then(|target| target.id.as_deref()))),
        ("target_upn", json!(target.and_then(|target| target.user_principal_name.as_deref()))),
        ("target_name", json!(target.and_then(|target| target.display_name.as_deref()))),
        ("ip", json!(event.ip.as_ref().map(|ip| ip.text.as_str()))),
        ("user_agent", json!(event.user_agent)),
    ];
    columns.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The canonical names of methods.
pub fn names(methods: &[Method]) -> Vec<&str> {
    methods.iter().map(Method::as_str).collect()
}
