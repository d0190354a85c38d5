//! The program as a user types it: what it prints, where, and how it ends.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use assert_cmd::cargo::{cargo_bin, cargo_bin_cmd};
use chrono::{TimeDelta, Utc};
use regaudit::catalogue::{markdown, rules};
use regaudit::model::parse_timestamp;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::support::{Row, expected_rows, files_below};

/// The storage blob: the shape that carries every value of the canonical events.
pub const BLOB: &str = "fixtures/exports/insights-logs-auditlogs";

/// The columns of `events`, as design.md lists them.
pub const FLAT_COLUMNS: [&str; 29] = [
    "event_id",
    "time",
    "tenant_id",
    "correlation_id",
    "service",
    "category",
    "operation",
    "family",
    "activity",
    "status",
    "reason",
    "outcome",
    "methods",
    "maintenance",
    "actor_kind",
    "actor_id",
    "actor_upn",
    "actor_app",
    "target_id",
    "target_upn",
    "target_name",
    "ip",
    "user_agent",
    "rule",
    "source",
    "record",
    "line",
    "byte",
    "user_key",
];

const GROUPINGS: [&str; 7] = ["activity", "outcome", "method", "actor", "day", "user", "reason"];

/// How the program ended, and what it said.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub output: String,
    pub complaints: String,
}

impl Run {
    /// The output as one JSON value.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.output)
            .unwrap_or_else(|error| panic!("{error} in {}\n{}", self.output, self.complaints))
    }

    /// The output as one row a line.
    pub fn rows(&self) -> Vec<Row> {
        let rows = self.output.lines().map(serde_json::from_str::<Row>);
        rows.collect::<Result<_, _>>().unwrap_or_else(|error| panic!("{error} in {}", self.output))
    }

    /// The header and the rows of the output as CSV.
    pub fn csv(&self) -> (Vec<String>, Vec<Vec<String>>) {
        let mut reader = csv::Reader::from_reader(self.output.as_bytes());
        let texts = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect();
        let header = texts(reader.headers().unwrap());
        (header, reader.records().map(|record| texts(&record.unwrap())).collect())
    }
}

/// The arguments of a line as a shell would take them: blanks part them, `'..'` keeps them together.
fn arguments(line: &str) -> Vec<&str> {
    let parts = line.split('\'').enumerate();
    parts
        .flat_map(
            |(number, part)| {
                if number % 2 == 1 { vec![part] } else { part.split_whitespace().collect() }
            },
        )
        .collect()
}

/// Runs `regaudit` with a line of arguments, and something to read on standard input.
pub fn run_with(line: &str, input: &[u8]) -> Run {
    let output =
        cargo_bin_cmd!("regaudit").args(arguments(line)).write_stdin(input).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap_or_else(|error| panic!("{line}: {error}"));
    let run = Run {
        code: output.status.code().unwrap_or_else(|| panic!("{line}: {}", output.status)),
        output: text(output.stdout),
        complaints: text(output.stderr),
    };
    assert!(!run.complaints.contains("panicked"), "{line}: {}", run.complaints);
    run
}

/// Runs `regaudit` with a line of arguments.
pub fn run(line: &str) -> Run {
    run_with(line, b"")
}

/// Runs a line that must end well.
pub fn done(line: &str) -> Run {
    let run = run(line);
    assert_eq!(run.code, 0, "{line}: {}", run.complaints);
    run
}

/// A folder for the files of one test.
pub fn folder() -> TempDir {
    tempfile::Builder::new().prefix("regaudit").tempdir().unwrap()
}

/// Writes a file and returns its path as one types it.
pub fn write(folder: &TempDir, name: &str, bytes: impl AsRef<[u8]>) -> String {
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    shown(&path)
}

fn shown(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

pub fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A record of the service as Graph writes it, about a user by number.
pub fn record(number: usize, time: &str, activity: &str, reason: &str) -> Value {
    let user = format!("00000000-0000-4000-8000-{number:012x}");
    let name = format!("user.{number}@example.com");
    json!({
        "id": format!("SSGM_{number}_{time}"),
        "category": "UserManagement",
        "correlationId": format!("00000000-0000-4000-8000-00000000c{number:03x}"),
        "result": "success",
        "resultReason": reason,
        "activityDisplayName": activity,
        "activityDateTime": time,
        "loggedByService": "Authentication Methods",
        "operationType": "Add",
        "initiatedBy": {"user": {"id": user, "userPrincipalName": name, "ipAddress": "192.0.2.99"}},
        "targetResources": [{
            "id": user, "displayName": format!("Person {number}"), "type": "User", "userPrincipalName": name,
        }],
    })
}

/// Records one a line.
pub fn lines(records: &[Value]) -> String {
    let lines: Vec<String> = records.iter().map(ToString::to_string).collect();
    lines.join("\n") + "\n"
}

fn text<'row>(row: &'row Row, column: &str) -> &'row str {
    row.get(column).and_then(Value::as_str).unwrap_or_default()
}

fn line_breaks(bytes: &[u8]) -> usize {
    bytes.split(|byte| *byte == b'\n').count() - 1
}

fn is_counted(row: &Row) -> bool {
    row["maintenance"] == json!(false) && row["family"] != json!("other")
}

/// The canonical events of some families; all without any.
pub fn expected_of(families: &[&str]) -> Vec<Row> {
    let is_wanted = |row: &Row| families.is_empty() || families.contains(&text(row, "family"));
    expected_rows().into_iter().filter(is_wanted).collect()
}

/// How many of the rows that count have which value, or one of which values, in a column.
fn counted_by(rows: &[Row], column: &str) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for row in rows.iter().filter(|row| is_counted(row)) {
        let values: Vec<String> = match (column, &row[column]) {
            ("time", time) => vec![time.as_str().unwrap()[..10].to_owned()],
            (_, Value::Array(values)) => {
                values.iter().map(|value| value.as_str().unwrap().to_owned()).collect()
            }
            (_, Value::String(value)) => vec![value.clone()],
            _ => continue,
        };
        for value in values {
            *counts.entry(value).or_default() += 1;
        }
    }
    counts
}

/// The column of an event that a grouping of `summary` goes by.
fn column_of(grouping: &str) -> &'static str {
    match grouping {
        "activity" => "activity",
        "outcome" | "reason" => "outcome",
        "method" => "methods",
        "actor" => "actor_kind",
        "day" => "time",
        "user" => "target_id",
        other => panic!("{other}"),
    }
}

/// The column of a breakdown that tells its rows apart (reasons: their outcome).
fn key_of(grouping: &str) -> &str {
    match grouping {
        "user" => "id",
        "reason" => "outcome",
        other => other,
    }
}

fn assert_balances(tally: &Value, case: &str) {
    let number = |name: &str| tally[name].as_u64().unwrap_or_else(|| panic!("{case}: {name}"));
    let parts = ["yielded", "filtered_out", "rejected", "duplicate"].map(number);
    assert_eq!(number("read"), parts.iter().sum::<u64>(), "{case}: {tally}");
}

#[test]
fn summary_counts_the_canonical_events() {
    for (option, families) in [
        ("", vec!["registration", "other"]),
        ("--family all", vec![]),
        ("--family twin --family credential", vec!["twin", "credential"]),
    ] {
        let line = format!("summary fixtures/exports --format json {option}");
        let document = done(&line).json();
        let summary = &document["summary"];
        let rows = expected_of(&families);
        assert_eq!(summary["events"], json!(rows.len()), "{line}");
        let outcomes = counted_by(&rows, "outcome");
        for name in ["success", "failure", "cancelled", "started", "unknown"] {
            let number = outcomes.get(name).copied().unwrap_or_default();
            assert_eq!(summary["outcomes"][name], json!(number), "{line}: {name}");
            let users: BTreeSet<_> = rows
                .iter()
                .filter(|row| is_counted(row) && text(row, "outcome") == name)
                .filter(|row| !row["target_upn"].is_null())
                .map(|row| text(row, "target_id"))
                .collect();
            assert_eq!(summary["users_by_outcome"][name], json!(users.len()), "{line}: {name}");
        }
        for (place, name, column) in [
            ("activities", "activity", "activity"),
            ("methods", "name", "methods"),
            ("actors", "name", "actor_kind"),
            ("days", "name", "time"),
        ] {
            let found: BTreeMap<String, u64> = summary[place]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| {
                    let parts = ["success", "failure", "cancelled", "started", "unknown"];
                    let sum = parts.iter().map(|part| row[part].as_u64().unwrap()).sum();
                    (row[name].as_str().unwrap().to_owned(), sum)
                })
                .collect();
            assert_eq!(found, counted_by(&rows, column), "{line}: {place}");
        }
        let users = counted_by(&rows, "target_upn");
        let ids = counted_by(&rows, "target_id");
        assert!(ids.len() <= users.len(), "letter case may differ");
        assert_eq!(summary["users"], json!(ids.len()), "{line}");
        let maintenance: u64 =
            summary["maintenance"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
        let expected = rows.iter().filter(|row| row["maintenance"] == json!(true)).count();
        assert_eq!(maintenance, expected as u64, "{line}");
        let unknown = summary["unknown"].as_array().unwrap().len();
        assert_eq!(unknown, rows.iter().filter(|row| text(row, "family") == "other").count());
        assert_balances(&document["tally"], &line);
        assert_eq!(document["tally"]["yielded"], json!(rows.len()), "{line}");
        assert_eq!(document["tally"]["rejected"], json!(0), "{line}");
        // The README of the fixtures: 40 records in each of 17 files, and those in the others.
        assert_eq!(document["tally"]["read"], json!(765), "{line}");
    }
}

#[test]
fn summary_tells_people_the_numbers_and_the_tally() {
    let run = done("summary fixtures/exports");
    let users = counted_by(&expected_of(&["registration"]), "target_id").len();
    let first = run.output.lines().next().unwrap();
    assert_eq!(first, format!("30 events of {users} users, 2026-03-09 to 2026-03-15 (UTC)"));
    let last = run.output.lines().last().unwrap();
    let numbers: Vec<u64> = last.split(' ').filter_map(|word| word.parse().ok()).collect();
    let [read, files, yielded, filtered_out, rejected, duplicate] = numbers[..] else {
        panic!("{last}");
    };
    assert_eq!(read, yielded + filtered_out + rejected + duplicate, "{last}");
    assert_eq!((read, files, yielded, rejected), (765, 23, 30, 0), "{last}");
    for title in ["By outcome", "By activity", "By method", "Why not"] {
        assert!(run.output.lines().any(|line| line.starts_with(title)), "{title}");
    }
    for name in ["rates are shares of the events, not of attempts", "registration.maintenance"] {
        assert!(run.output.contains(name), "{name}");
    }
    let unknown = run.output.split_once("Unknown activities, not counted above").unwrap().1;
    assert!(unknown.contains("User paused security info registration"), "{unknown}");
    assert_eq!(run.complaints, "");
}

#[test]
fn rates_come_with_their_denominators() {
    let document = done("summary fixtures/exports --format json").json();
    for row in document["summary"]["activities"].as_array().unwrap() {
        let activity = row["activity"].as_str().unwrap();
        let number = |name: &str| row[name].as_u64().unwrap();
        if number("started") > 0 {
            assert!(row["success_rate"].is_null() && row["denominator"].is_null(), "{activity}");
            continue;
        }
        let whole = row["denominator"].as_u64().unwrap();
        assert_eq!(
            whole,
            number("success") + number("failure") + number("cancelled"),
            "{activity}"
        );
        for (rate, part) in [
            ("success_rate", "success"),
            ("failure_rate", "failure"),
            ("cancellation_rate", "cancelled"),
        ] {
            let exact = f64::from(u32::try_from(number(part)).unwrap())
                / f64::from(u32::try_from(whole).unwrap());
            let found = row[rate].as_f64().unwrap();
            assert!((found - exact).abs() < 1e-9, "{activity}: {rate} {found}");
        }
    }
}

#[test]
fn every_grouping_says_the_same_in_every_format() {
    for grouping in GROUPINGS {
        for (option, families) in [("", vec!["registration"]), ("--family all", vec![])] {
            let line = format!("summary fixtures/exports --by {grouping} {option}");
            let expected = counted_by(&expected_of(&families), column_of(grouping));
            let key = key_of(grouping);

            let rows = done(&format!("{line} --format ndjson")).rows();
            let mut found: BTreeMap<String, u64> = BTreeMap::new();
            for row in &rows {
                *found.entry(text(row, key).to_owned()).or_default() +=
                    row["events"].as_u64().unwrap();
            }
            assert_eq!(found, expected, "{line} as ndjson");

            let (header, cells) = done(&format!("{line} --format csv")).csv();
            assert_eq!(cells.len(), rows.len(), "{line} as csv");
            for (row, cells) in rows.iter().zip(&cells) {
                assert_eq!(row.len(), cells.len(), "{line}");
                for (name, cell) in header.iter().zip(cells) {
                    if !name.ends_with("_rate") {
                        assert_eq!(*cell, as_cell(&row[name]), "{line} as csv: {name}");
                    }
                }
            }

            let table = done(&line).output;
            for (name, events) in &expected {
                let is_row = |line: &&str| {
                    let mut words = line.split("  ").map(str::trim).filter(|word| !word.is_empty());
                    words.clone().any(|word| word == name)
                        && words.any(|word| grouping == "reason" || word == events.to_string())
                };
                assert!(table.lines().any(|line| is_row(&line)), "{line}: {name}\n{table}");
            }
            assert!(table.contains("765 records read"), "{line}: {table}");
        }
    }
}

/// A value of NDJSON as CSV writes it.
fn as_cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(as_cell).collect::<Vec<_>>().join(";"),
        other => other.to_string(),
    }
}

#[test]
fn numbers_are_taken_out_of_reasons() {
    for format in ["table", "json", "ndjson", "csv"] {
        let line = format!("summary fixtures/exports --by reason --format {format}");
        let output = done(&line).output;
        assert!(output.contains("info for Call #"), "{line}: {output}");
        assert!(!output.contains("2025550"), "{line}: {output}");
    }
}

#[test]
fn users_have_their_outcomes() {
    let document = done("summary fixtures/exports --by user --format json").json();
    let rows = expected_of(&["registration"]);
    let users = document["users"].as_array().unwrap();
    assert_eq!(users.len(), counted_by(&rows, "target_id").len());
    for user in users {
        let id = user["id"].as_str().unwrap();
        let own: Vec<Row> = rows
            .iter()
            .filter(|row| is_counted(row) && text(row, "target_id") == id)
            .cloned()
            .collect();
        let outcomes = counted_by(&own, "outcome");
        for name in ["success", "failure", "cancelled", "started", "unknown"] {
            let number = outcomes.get(name).copied().unwrap_or_default();
            assert_eq!(user[name], json!(number), "{id}: {name}");
        }
        for (name, row) in [("first", own.first()), ("last", own.last())] {
            let time = parse_timestamp(user[name].as_str().unwrap());
            assert_eq!(time, parse_timestamp(text(row.unwrap(), "time")), "{id}: {name}");
        }
        assert_eq!(user["display_name"], own[0]["target_name"], "{id}");
        let name = user["user_principal_name"].as_str().unwrap();
        assert!(name.eq_ignore_ascii_case(text(&own[0], "target_upn")), "{id}: {name}");
        let succeeded: BTreeSet<String> = own
            .iter()
            .filter(|row| text(row, "outcome") == "success")
            .flat_map(|row| row["methods"].as_array().unwrap())
            .map(as_cell)
            .collect();
        let found: BTreeSet<String> =
            user["succeeded"].as_array().unwrap().iter().map(as_cell).collect();
        assert_eq!(found, succeeded, "{id}");
    }
    let without = done("summary fixtures/exports --format json").json();
    assert!(without.get("users").is_none(), "only on demand");
}

#[test]
fn events_have_the_flat_columns_in_order() {
    let ndjson = done(&format!("events {BLOB} --family all --format ndjson"));
    for line in ndjson.output.lines() {
        let places: Vec<_> = FLAT_COLUMNS
            .iter()
            .map(|name| line.find(&format!("\"{name}\":")).unwrap_or_else(|| panic!("{name}")))
            .collect();
        assert!(places.is_sorted(), "{line}");
        let row: Row = serde_json::from_str(line).unwrap();
        assert_eq!(row.len(), FLAT_COLUMNS.len(), "{line}");
    }
    let (header, _) = done(&format!("events {BLOB} --format csv")).csv();
    assert_eq!(header, FLAT_COLUMNS);
}

#[test]
fn events_have_the_values_of_the_canonical_events() {
    let expected = expected_of(&[]);
    let rows = done(&format!("events {BLOB} --family all --format ndjson")).rows();
    assert_eq!(rows.len(), expected.len());
    let mut bytes = Vec::new();
    for (row, expected) in rows.iter().zip(&expected) {
        for (column, value) in expected {
            assert_eq!(row[column], *value, "{column} of {}", row["event_id"]);
        }
        assert!(text(row, "source").ends_with("PT1H.json"), "{}", row["source"]);
        assert_eq!(row["record"], row["line"], "one record a line");
        assert!(regaudit::catalogue::rule(text(row, "rule")).is_some(), "{}", row["rule"]);
        for (column, value) in row {
            assert_ne!(*value, json!(""), "{column} is null where there is nothing");
        }
        bytes.push(row["byte"].as_u64().unwrap());
    }
    assert!(bytes.is_sorted_by(|one, next| one < next), "{bytes:?}");
    let file = fs::read(&files_below(Path::new(BLOB))[0]).unwrap();
    for (row, byte) in rows.iter().zip(&bytes) {
        let record = &file[usize::try_from(*byte).unwrap()..];
        assert!(record.starts_with(b"{"), "a record begins at byte {byte}");
        let line = 1 + line_breaks(&file[..usize::try_from(*byte).unwrap()]);
        assert_eq!(row["line"], json!(line));
    }
}

#[test]
fn events_say_the_same_in_every_format() {
    for paths in [BLOB, "fixtures/exports", "fixtures/generations"] {
        let line = |format| format!("events {paths} --family all --format {format}");
        let rows = done(&line("ndjson")).rows();
        assert!(!rows.is_empty(), "{paths}");
        assert_eq!(done(&line("json")).json(), json!(rows), "{paths}");
        let (header, cells) = done(&line("csv")).csv();
        assert_eq!(cells.len(), rows.len(), "{paths}");
        for (row, cells) in rows.iter().zip(&cells) {
            for (name, cell) in header.iter().zip(cells) {
                assert_eq!(*cell, as_cell(&row[name]), "{paths}: {name}");
            }
        }
        let table = done(&format!("events {paths} --family all")).output;
        assert_eq!(table.lines().count(), rows.len() + 1, "{paths}: a header and the rows");
        for (row, line) in rows.iter().zip(table.lines().skip(1)) {
            for name in ["time", "activity", "outcome", "reason", "target_upn"] {
                assert!(line.contains(text(row, name)), "{paths}: {name} in {line}");
            }
        }
    }
}

#[test]
fn the_order_of_events_does_not_depend_on_threads() {
    let inputs = "fixtures/generations fixtures/exports fixtures/faults/cut-array.json";
    for option in ["--format ndjson", "--format csv --no-dedup", "--format table"] {
        let line = format!("events {inputs} --family all {option}");
        let one = run(&format!("{line} --threads 1"));
        assert_eq!(one.code, 3, "{line}");
        for _ in 0..3 {
            let four = run(&format!("{line} --threads 4"));
            assert_eq!(four.output, one.output, "{line}");
            assert_eq!(four.complaints, one.complaints, "{line}");
        }
        assert_eq!(run(&line).output, one.output, "{line}");
    }
    let sources: Vec<String> = done("events fixtures/generations fixtures/exports --format ndjson")
        .rows()
        .iter()
        .map(|row| text(row, "source").to_owned())
        .collect();
    let mut order = sources.clone();
    order.dedup();
    assert!(order[0].starts_with("fixtures/generations/diagnostic-2018-a"), "{order:?}");
    assert!(order[3].starts_with("fixtures/exports"), "{order:?}");
}

/// Whether a row is what the filter of a case asks for.
type Wanted = fn(&Row) -> bool;

fn is_registration(row: &Row) -> bool {
    text(row, "family") == "registration"
}

fn has_method(row: &Row, names: &[&str]) -> bool {
    row["methods"].as_array().unwrap().iter().any(|name| names.contains(&name.as_str().unwrap()))
}

const FILTERS: &[(&str, Wanted)] = &[
    ("", is_registration),
    ("--family registration", is_registration),
    ("--family all", |_| true),
    ("--family policy", |row| text(row, "family") == "policy"),
    ("--family policy --family password", |row| {
        ["policy", "password"].contains(&text(row, "family"))
    }),
    ("--family other", |row| text(row, "family") == "other"),
    ("--family twin", |row| text(row, "family") == "twin"),
    ("--family credential", |row| text(row, "family") == "credential"),
    ("--family all --since 2026-03-11", |row| text(row, "time") >= "2026-03-11"),
    ("--family all --until 2026-03-11", |row| text(row, "time") < "2026-03-11"),
    ("--family all --since 2026-03-09T08:16:02.7730011Z", |row| {
        text(row, "time") >= "2026-03-09T08:16:02.7730011Z"
    }),
    ("--family all --since 2026-03-09T08:16:02.7730012Z", |row| {
        text(row, "time") > "2026-03-09T08:16:02.7730011Z"
    }),
    ("--family all --until 2026-03-09T08:16:02.7730011Z", |row| {
        text(row, "time") < "2026-03-09T08:16:02.7730011Z"
    }),
    ("--family all --until 2026-03-09T08:16:02.7730012Z", |row| {
        text(row, "time") <= "2026-03-09T08:16:02.7730011Z"
    }),
    ("--family all --since 2026-03-11T10:01:09.9901453+03:00", |row| {
        text(row, "time") >= "2026-03-11T07:01:09.9901453Z"
    }),
    ("--since 2026-03-10 --until 2026-03-11", |row| {
        is_registration(row) && text(row, "time").starts_with("2026-03-10")
    }),
    ("--family all --since 99999d", |_| true),
    ("--activity 'User reviewed security info'", |row| {
        text(row, "activity") == "User reviewed security info"
    }),
    ("--activity 'user REVIEWED security info'", |row| {
        text(row, "activity") == "User reviewed security info"
    }),
    ("--activity 'User cancelled security information registration'", |row| {
        text(row, "activity") == "User canceled security info registration"
    }),
    ("--activity 'User deleted security info.'", |row| {
        text(row, "activity") == "User deleted security info"
    }),
    ("--activity 'User deleted security info' --activity 'Admin deleted security info'", |row| {
        text(row, "activity").ends_with("deleted security info")
    }),
    ("--family all --activity 'User paused security info registration'", |row| {
        text(row, "activity") == "User paused security info registration"
    }),
    ("--outcome cancelled", |row| text(row, "outcome") == "cancelled"),
    ("--outcome started", |row| text(row, "outcome") == "started"),
    ("--outcome failure --outcome cancelled", |row| {
        ["failure", "cancelled"].contains(&text(row, "outcome"))
    }),
    ("--method phone_mobile_sms", |row| {
        is_registration(row) && has_method(row, &["phone_mobile_sms"])
    }),
    ("--method mobileSMS", |row| is_registration(row) && has_method(row, &["phone_mobile_sms"])),
    ("--method 'passkey (fido2)'", |row| {
        is_registration(row) && has_method(row, &["passkey_fido2"])
    }),
    ("--method fido --method 'Security questions'", |row| {
        is_registration(row) && has_method(row, &["passkey_fido2", "security_questions"])
    }),
    ("--user cleo@example.com", |row| {
        is_registration(row) && text(row, "target_upn") == "cleo@example.com"
    }),
    ("--user BEN@EXAMPLE.COM", |row| {
        is_registration(row) && text(row, "target_upn").eq_ignore_ascii_case("ben@example.com")
    }),
    ("--user 00000000-0000-4000-8000-000000001003", |row| {
        is_registration(row) && text(row, "target_upn") == "cleo@example.com"
    }),
    ("--user grace@example.org", |row| {
        is_registration(row) && text(row, "target_upn").starts_with("grace_example.org")
    }),
    ("--user grace_example.org#EXT#@example.com", |row| {
        is_registration(row) && text(row, "target_upn").starts_with("grace_example.org")
    }),
    ("--user eve@example.com --user dan@example.net --outcome cancelled", |row| {
        ["eve@example.com", "dan@example.net"].contains(&text(row, "target_upn"))
            && text(row, "outcome") == "cancelled"
    }),
    ("--method software_oath --outcome failure --since 2026-03-11 --user ben@example.com", |row| {
        text(row, "event_id").contains("_KGBKM_")
    }),
];

#[test]
fn filters_keep_what_they_ask_for() {
    let expected = expected_rows();
    for (options, wanted) in FILTERS {
        let line = format!("events {BLOB} --format ndjson {options}");
        let ids: Vec<_> =
            expected.iter().filter(|row| wanted(row)).map(|row| text(row, "event_id")).collect();
        assert!(!ids.is_empty(), "{line} asks for something");
        let rows = done(&line).rows();
        let found: Vec<_> = rows.iter().map(|row| text(row, "event_id")).collect();
        assert_eq!(found, ids, "{line}");

        // A summary shows what is unknown beside the registrations, unless it is told what to show.
        let is_told = options.contains("--family") || options.contains("--activity");
        let family = if is_told { "" } else { "--family registration" };
        let line = format!("summary {BLOB} --format json {options} {family}");
        let document = done(&line).json();
        assert_eq!(document["summary"]["events"], json!(ids.len()), "{line}");
        assert_balances(&document["tally"], &line);
    }
}

#[test]
fn what_matches_nothing_ends_with_1() {
    for options in [
        "--outcome unknown",
        "--method hardware_oath",
        "--method 'carrier pigeon'",
        "--user nobody@example.com",
        "--user ivo.admin@example.com",
        "--user cleo@example.com --outcome cancelled",
        "--since 2026-03-17",
        "--until 2026-03-09",
        "--since 2026-03-12 --until 2026-03-12",
        "--activity 'Something that never happens'",
        "--family policy --outcome failure",
    ] {
        for (format, output) in [("json", "[]"), ("ndjson", ""), ("table", "")] {
            let line = format!("events {BLOB} --format {format} {options}");
            let run = run(&line);
            assert_eq!(run.code, 1, "{line}: {}", run.complaints);
            assert_eq!(run.output.split_whitespace().collect::<String>(), output, "{line}");
        }
        let run = run(&format!("summary {BLOB} --format json {options}"));
        assert_eq!(run.code, 1, "summary {options}");
        assert_eq!(run.json()["summary"]["events"], json!(0), "summary {options}");
        assert_balances(&run.json()["tally"], options);
    }
}

#[test]
fn times_may_be_told_from_now() {
    let folder = folder();
    let now = Utc::now();
    let ages = [30, 100, 23 * 60, 25 * 60, 6 * 24 * 60, 20 * 24 * 60];
    let records: Vec<Value> = ages
        .iter()
        .enumerate()
        .map(|(number, minutes)| {
            let time = (now - TimeDelta::minutes(*minutes)).to_rfc3339();
            record(number, &time, "User registered security info", "User registered Email")
        })
        .collect();
    let path = write(&folder, "recent.jsonl", lines(&records));
    for (options, events) in [
        ("--since 90m", 1),
        ("--since 2h", 2),
        ("--since 24h", 3),
        ("--since 1d", 3),
        ("--since 1w", 5),
        ("--since 2w", 5),
        ("--since 30d", 6),
        ("--until 24h", 3),
        ("--since 2w --until 90m", 4),
        ("--since 700000d", 6),
        ("--since 16000000h", 6),
        ("--since 1000000000m", 6),
    ] {
        let line = format!("events {path} --format ndjson {options}");
        assert_eq!(done(&line).rows().len(), events, "{line}");
    }
}

#[test]
fn what_is_no_time_is_a_usage_error() {
    for time in [
        "yesterday",
        "2026-13-01",
        "2026-02-30",
        "09.03.2026",
        "3/9/2026",
        "-5d",
        "5y",
        "d",
        "",
        "4294967295w",
        "99999999999999999999d",
        "ä",
        "5ä",
    ] {
        for option in ["--since", "--until"] {
            let line = format!("events {BLOB} {option}={time}");
            let run = run(&line);
            assert_eq!(run.code, 2, "{line}: {}", run.complaints);
            assert!(run.output.is_empty(), "{line}");
            assert!(run.complaints.contains(option), "{line}: {}", run.complaints);
        }
    }
}

/// Each file of `fixtures/exports`: shape, encoding, compression, records, events.
const EXPORTS: &[(&str, &str, &str, &str, u64, u64)] = &[
    ("am-auditlogs/PT05M.json", "log_analytics_json", "utf-8", "none", 40, 36),
    ("concatenated.json", "portal_json", "utf-8", "none", 40, 36),
    ("diagnostic-archive.zst", "diagnostic", "utf-8", "zstandard", 40, 36),
    ("event-hub-lines.jsonl", "event_hub", "utf-8", "none", 43, 36),
    ("event-hub.json", "event_hub", "utf-8", "none", 40, 36),
    ("graph-beta.json", "graph", "utf-8", "none", 40, 36),
    ("graph-empty-page.json", "graph", "utf-8", "none", 0, 0),
    ("graph-single.json", "graph", "utf-8", "none", 1, 1),
    ("graph-v1-page-1.json", "graph", "utf-8", "none", 20, 19),
    ("graph-v1-page-2.json", "graph", "utf-8", "none", 20, 17),
    ("PT1H.json", "diagnostic", "utf-8", "none", 40, 36),
    ("log-analytics-query.json", "log_analytics_query", "utf-8", "none", 40, 36),
    ("log-analytics.csv", "log_analytics_csv", "utf-8", "none", 40, 36),
    ("log-analytics.json", "log_analytics_json", "utf-8", "none", 40, 36),
    ("log-analytics.jsonl", "log_analytics_json", "utf-8", "none", 40, 36),
    ("portal-download.csv.gz", "portal_csv", "utf-8-bom", "gzip", 40, 36),
    ("portal-es.csv", "portal_csv", "utf-8-bom", "none", 40, 36),
    ("portal-pretty.json", "portal_json", "utf-8", "none", 40, 36),
    ("portal-reordered.csv", "portal_csv", "utf-8-bom", "none", 40, 36),
    ("portal-utf16.csv", "portal_csv", "utf-16le", "none", 40, 36),
    ("portal.csv", "portal_csv", "utf-8-bom", "none", 40, 36),
    ("portal.json", "portal_json", "utf-8", "none", 40, 36),
    ("siem/splunk-event.json", "diagnostic", "utf-8", "none", 1, 1),
];

#[test]
fn inspect_tells_what_each_file_is() {
    let line = "inspect fixtures/exports --format json";
    let document = done(line).json();
    let files = document["files"].as_array().unwrap();
    assert_eq!(files.len(), EXPORTS.len());
    assert_balances(&document["tally"], line);
    for (file, (name, shape, encoding, compression, records, events)) in files.iter().zip(EXPORTS) {
        let source = file["source"].as_str().unwrap();
        assert!(source.ends_with(name), "{source} is not {name}");
        assert_eq!(file["shape"], json!(shape), "{name}");
        assert_eq!(file["encoding"], json!(encoding), "{name}");
        assert_eq!(file["compression"], json!(compression), "{name}");
        assert_balances(&file["tally"], name);
        assert_eq!(file["tally"]["read"], json!(records), "{name}");
        assert_eq!(file["tally"]["rejected"], json!(0), "{name}");
        assert_eq!(file["findings"]["events"], json!(events), "{name}");
        assert!(file["sha256"].is_null(), "{name}: not asked for");
        assert!(file["error"].is_null(), "{name}");
        if *compression == "none" && *encoding != "utf-16le" {
            assert_eq!(file["bytes"], json!(fs::metadata(source).unwrap().len()), "{name}");
        }
        let services = file["findings"]["services"].as_object().unwrap();
        let counted: u64 = services.values().map(|number| number.as_u64().unwrap()).sum();
        assert_eq!(json!(counted), file["findings"]["audit_records"], "{name}");
        if *records == 40 {
            assert_eq!(services["Authentication Methods"], json!(31), "{name}");
            let time = if *shape == "log_analytics_csv" {
                "2026-03-09T00:05:11.123"
            } else {
                "2026-03-09T00:05:11.1234567"
            };
            let first = file["findings"]["first"].as_str().unwrap();
            assert!(first.starts_with(time), "{name}: {first}");
        }
    }
    let hub = &files[3]["findings"]["other_logs"];
    assert_eq!(*hub, json!({"SignInLogs": 3}));
}

#[test]
fn inspect_says_the_same_in_every_format() {
    let inputs = "fixtures/exports fixtures/faults";
    let document = run(&format!("inspect {inputs} --hash --format json")).json();
    let files = document["files"].as_array().unwrap();
    let rows = run(&format!("inspect {inputs} --hash --format ndjson")).rows();
    let (header, cells) = run(&format!("inspect {inputs} --hash --format csv")).csv();
    let table = run(&format!("inspect {inputs} --hash")).output;
    assert_eq!((rows.len(), cells.len()), (files.len(), files.len()));
    for ((file, row), cells) in files.iter().zip(&rows).zip(&cells) {
        let source = file["source"].as_str().unwrap();
        for name in ["source", "shape", "sha256", "bytes", "warnings"] {
            assert_eq!(row[name], file[name], "{source}: {name}");
        }
        for name in ["read", "yielded", "filtered_out", "rejected", "duplicate"] {
            assert_eq!(row[name], file["tally"][name], "{source}: {name}");
        }
        for (name, cell) in header.iter().zip(cells) {
            assert_eq!(*cell, as_cell(&row[name]), "{source}: {name}");
        }
        let heading = format!("{source}\n");
        let section = table.split("\n\n").find(|section| format!("{section}\n").contains(&heading));
        let section = section.unwrap_or_else(|| panic!("{source} in {table}"));
        assert!(section.contains(&as_cell(&file["shape"])), "{section}");
        let account = format!("{} read = {} yielded", row["read"], row["yielded"]);
        assert!(section.contains(&account), "{section}");
        for warning in file["warnings"].as_array().unwrap() {
            assert!(section.contains(warning.as_str().unwrap()), "{section}");
        }
        assert!(section.contains(&as_cell(&file["sha256"])), "{section}");
    }
}

#[test]
fn hashes_are_those_of_the_files_as_they_stand() {
    for folder in ["fixtures/exports", "fixtures/generations"] {
        let document = done(&format!("inspect {folder} --hash --format json")).json();
        let files = document["files"].as_array().unwrap();
        assert_eq!(files.len(), files_below(Path::new(folder)).len());
        for file in files {
            let source = file["source"].as_str().unwrap();
            assert_eq!(file["sha256"], json!(sha256(&fs::read(source).unwrap())), "{source}");
        }
    }
    let bytes = fs::read("fixtures/exports/portal-download.csv.gz").unwrap();
    let run = run_with("inspect - --hash --format json", &bytes);
    assert_eq!(run.json()["files"][0]["sha256"], json!(sha256(&bytes)), "standard input");
}

#[test]
fn files_that_cannot_be_read_have_a_hash_too() {
    let document = run("inspect fixtures/faults --hash --format json").json();
    let files = document["files"].as_array().unwrap();
    assert_eq!(files.len(), FAULTS.len());
    let without: Vec<_> = files
        .iter()
        .map(|file| (file["source"].as_str().unwrap(), &file["sha256"]))
        .filter(|(source, found)| **found != json!(sha256(&fs::read(source).unwrap())))
        .collect();
    assert!(without.is_empty(), "{without:?}");
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let of_empty = files.iter().find(|file| file["bytes"] == json!(0) && file["sha256"] == empty);
    assert!(of_empty.is_some(), "the empty file");
}

fn sha256(bytes: &[u8]) -> String {
    let digits: Vec<String> =
        Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    digits.concat()
}

fn warnings(path: &str) -> Vec<String> {
    let document = done(&format!("inspect {path} --format json")).json();
    document["files"][0]["warnings"].as_array().unwrap().iter().map(as_cell).collect()
}

#[test]
fn inspect_warns() {
    let names = |path: &str, text: &str| {
        let warnings = warnings(path);
        warnings.iter().filter(|warning| warning.contains(text)).count()
    };
    assert_eq!(names("fixtures/exports/graph-v1-page-1.json", "@odata.nextLink"), 1);
    assert_eq!(names("fixtures/exports/graph-v1-page-2.json", "@odata.nextLink"), 0);
    let activity = "unknown activity `User paused security info registration` (1)";
    assert_eq!(names("fixtures/exports/portal.csv", activity), 1);
    assert_eq!(names("fixtures/exports/graph-v1-page-1.json", "unknown activity"), 0);
    let reason = "unknown reason `A system error has occurred.` (1)";
    assert_eq!(names("fixtures/exports/portal.csv", reason), 1);
    assert_eq!(names("fixtures/exports/portal.csv", "no records"), 0, "no day is missing");

    let run = run("inspect fixtures/faults/cut-array.json --format json");
    let warning = as_cell(&run.json()["files"][0]["warnings"][0]);
    assert!(warning.starts_with("unreadable:") && warning.contains("record 4"), "{warning}");
}

#[test]
fn inspect_tells_gaps_of_days() {
    let folder = folder();
    let days = ["2026-03-01", "2026-03-02", "2026-03-04", "2026-03-09"];
    let records: Vec<Value> = days
        .iter()
        .enumerate()
        .map(|(number, day)| {
            let time = format!("{day}T23:59:59.9999999Z");
            record(number, &time, "User registered security info", "User registered Email")
        })
        .collect();
    let path = write(&folder, "gaps.jsonl", lines(&records));
    let found = warnings(&path);
    assert_eq!(found, ["no records on 2026-03-03", "no records from 2026-03-05 to 2026-03-08"]);
    let path = write(&folder, "whole.jsonl", lines(&records[..2]));
    assert!(warnings(&path).is_empty());
}

/// A portal download of so many rows.
fn portal_csv(rows: u32) -> String {
    let download = fs::read_to_string("fixtures/exports/portal.csv").unwrap();
    let mut text = download.lines().next().unwrap().to_owned();
    let blank = ",".repeat(80);
    for number in 0..rows {
        let (hour, minute, second) = (number / 3600 % 24, number / 60 % 60, number % 60);
        let row = format!(
            "\r\n2026-03-09T{hour:02}:{minute:02}:{second:02}Z,,Core Directory,,Add user,success{blank}"
        );
        text.push_str(&row);
    }
    text
}

#[test]
fn a_portal_download_of_exactly_250_000_rows_is_suspicious() {
    let folder = folder();
    let path = write(&folder, "full.csv", portal_csv(250_000));
    let found = warnings(&path);
    assert!(found.iter().any(|warning| warning.contains("250,000")), "{found:?}");
    let path = write(&folder, "small.csv", portal_csv(250));
    assert!(warnings(&path).is_empty());
}

#[test]
fn the_catalogue_lists_every_rule() {
    let ids: Vec<&str> = rules().map(|rule| rule.id).collect();
    assert!(ids.len() > 50, "{}", ids.len());

    let table = done("catalogue").output;
    let first_words: Vec<_> =
        table.lines().filter_map(|line| line.split_whitespace().next()).collect();
    for rule in rules() {
        assert!(first_words.contains(&rule.id), "{}", rule.id);
        assert!(table.contains(rule.meaning), "{}", rule.id);
    }
    let page = done("catalogue --format markdown").output;
    assert_eq!(page, markdown(&[]), "as the library writes it");
    for id in &ids {
        assert!(page.contains(&format!("`{id}`")), "{id}");
    }
    let entries = done("catalogue --format json").json();
    let listed: Vec<_> =
        entries.as_array().unwrap().iter().map(|entry| entry["rule"].as_str().unwrap()).collect();
    assert_eq!(listed, ids);
    for entry in entries.as_array().unwrap() {
        for name in ["family", "outcome", "meaning", "explanation"] {
            assert!(!entry[name].as_str().unwrap().is_empty(), "{}: {name}", entry["rule"]);
        }
        assert!(!entry["attested"].as_array().unwrap().is_empty(), "{}", entry["rule"]);
    }
    let rows = done("catalogue --format ndjson").rows();
    assert_eq!(rows.iter().map(|row| text(row, "rule")).collect::<Vec<_>>(), ids);
    let (header, cells) = done("catalogue --format csv").csv();
    assert_eq!(header[0], "rule");
    assert_eq!(cells.iter().map(|row| row[0].as_str()).collect::<Vec<_>>(), ids);
    for (row, cells) in rows.iter().zip(&cells) {
        for (name, cell) in header.iter().zip(cells) {
            assert_eq!(*cell, as_cell(&row[name]), "{}: {name}", row["rule"]);
        }
    }
    for format in ["table", "markdown", "json", "ndjson", "csv"] {
        let output = done(&format!("catalogue --family twin --format {format}")).output;
        assert!(output.contains("twin.") && !output.contains("policy."), "{format}: {output}");
    }
}

/// The ids of the events that a line of `events` gives.
fn ids(line: &str, input: &[u8]) -> Vec<String> {
    let run = run_with(&format!("events --family all --format ndjson {line}"), input);
    assert_eq!(run.code, 0, "{line}: {}", run.complaints);
    run.rows().iter().map(|row| text(row, "event_id").to_owned()).collect()
}

#[test]
fn standard_input_is_read_like_a_file() {
    for path in [
        "fixtures/exports/event-hub.json",
        "fixtures/exports/portal-download.csv.gz",
        "fixtures/exports/portal-utf16.csv",
        "fixtures/exports/diagnostic-archive.zst",
        "fixtures/exports/log-analytics.csv",
        "fixtures/exports/concatenated.json",
    ] {
        let bytes = fs::read(path).unwrap();
        assert_eq!(ids("-", &bytes), ids(path, b""), "{path}");
        let line = "summary - --family all --format json";
        let run = run_with(line, &bytes);
        assert_eq!(run.code, 0, "{path}: {}", run.complaints);
        assert_eq!(run.json()["tally"]["read"], json!(40), "{path}");
        assert_eq!(run.json()["tally"]["yielded"], json!(36), "{path}");
    }
    let bytes = fs::read("fixtures/exports/event-hub.json").unwrap();
    let rows = run_with("events - --format ndjson", &bytes).rows();
    assert!(rows.iter().all(|row| row["source"] == json!("-")));
    let both = run_with("summary - fixtures/exports/portal.csv - --format json", &bytes).json();
    assert_eq!(both["tally"]["read"], json!(80), "standard input is read once");
    let nothing = run_with("summary -", b"");
    assert_eq!(nothing.code, 2, "{}", nothing.complaints);
    assert!(nothing.complaints.contains("-: found an empty input"), "{}", nothing.complaints);
}

/// How many files and records a line of paths comes to.
fn reach(paths: &str) -> (usize, u64) {
    let document = done(&format!("inspect {paths} --format json")).json();
    (document["files"].as_array().unwrap().len(), document["tally"]["read"].as_u64().unwrap())
}

#[test]
fn paths_are_files_folders_and_patterns() {
    for (paths, files, records) in [
        ("fixtures/exports/portal.csv", 1, 40),
        ("fixtures/exports", 23, 765),
        ("fixtures/exports/", 23, 765),
        (BLOB, 1, 40),
        ("'fixtures/exports/*.csv'", 5, 200),
        ("'fixtures/exports/portal*'", 7, 280),
        ("'fixtures/exports/**/PT*.json'", 2, 80),
        ("'fixtures/exports/graph-v1-page-[12].json'", 2, 40),
        ("'fixtures/exports/graph-v1-page-?.json'", 2, 40),
        ("'fixtures/exports/*-auditlogs'", 1 + 1, 80),
        ("fixtures/exports/portal.csv fixtures/exports/portal.csv", 1, 40),
        ("fixtures/exports/portal.csv ./fixtures/exports/../exports/portal.csv", 1, 40),
        ("fixtures/exports/portal.csv fixtures/exports", 23, 765),
        ("fixtures/exports 'fixtures/exports/*.json'", 23, 765),
    ] {
        assert_eq!(reach(paths), (files, records), "{paths}");
    }
}

#[test]
fn a_folder_reached_twice_is_read_once() {
    for paths in [
        "fixtures/exports fixtures/exports",
        "fixtures/exports ./fixtures/exports/",
        "fixtures/exports fixtures/exports/am-auditlogs",
        "fixtures/exports/am-auditlogs fixtures/exports",
        "fixtures/exports 'fixtures/exports/*'",
    ] {
        assert_eq!(reach(paths), (23, 765), "{paths}");
    }
}

#[test]
fn names_and_extensions_do_not_matter() {
    let folder = folder();
    for (path, name) in [
        ("fixtures/exports/portal-download.csv.gz", "portal.txt"),
        ("fixtures/exports/diagnostic-archive.zst", "archive"),
        ("fixtures/exports/portal.json", "portal.csv"),
        ("fixtures/exports/portal.csv", "with a blank [1]*.json"),
        ("fixtures/exports/event-hub.json", "=é.gz"),
    ] {
        let copy = write(&folder, name, fs::read(path).unwrap());
        assert_eq!(ids(&format!("'{copy}'"), b""), ids(path, b""), "{path} as {name}");
    }
}

#[test]
fn a_folder_without_files_is_told() {
    let folder = folder();
    fs::create_dir(folder.path().join("empty")).unwrap();
    write(&folder, ".hidden.json", fs::read("fixtures/exports/portal.json").unwrap());
    let path = shown(folder.path());
    for (paths, says) in [
        (path.clone(), "a folder without files"),
        (format!("{path}/none*.json"), "a pattern that matches nothing"),
        (format!("{path}/none.json"), "no such file"),
    ] {
        let run = run(&format!("summary '{paths}'"));
        assert_eq!(run.code, 2, "{paths}");
        assert!(run.complaints.contains(&paths), "{}", run.complaints);
        assert!(run.complaints.contains(says), "{}", run.complaints);
        assert!(run.complaints.contains("expected ") || says.contains("pattern"), "{run:?}");
    }
}

#[test]
fn exit_codes_are_as_documented() {
    let good = "fixtures/exports/portal.csv";
    let rejected = "fixtures/faults/bad-json-line.jsonl";
    let refused = "fixtures/faults/export.zip";
    for (line, code) in [
        (format!("summary {good}"), 0),
        (format!("events {good}"), 0),
        (format!("inspect {good}"), 0),
        ("catalogue".to_owned(), 0),
        ("--help".to_owned(), 0),
        ("summary --help".to_owned(), 0),
        ("--version".to_owned(), 0),
        // Warnings change nothing.
        ("inspect fixtures/exports/graph-v1-page-1.json".to_owned(), 0),
        (format!("events {good} --outcome unknown"), 1),
        ("summary fixtures/exports/graph-empty-page.json".to_owned(), 1),
        ("summary fixtures/nowhere.json".to_owned(), 2),
        (format!("summary {refused}"), 2),
        (format!("summary {good} {refused}"), 2),
        (format!("summary {good} fixtures/nowhere.json"), 2),
        (format!("summary {rejected}"), 3),
        (format!("events {rejected}"), 3),
        (format!("inspect {rejected}"), 3),
        (format!("summary {good} {rejected}"), 3),
        // The graver wins: 2, 3, 1.
        (format!("summary {rejected} {refused}"), 2),
        (format!("summary {refused} {rejected}"), 2),
        (format!("summary {rejected} {refused} --outcome unknown"), 2),
        (format!("summary {rejected} --outcome unknown"), 3),
        (format!("summary {refused} --outcome unknown"), 2),
        // Stopped at the first.
        (format!("summary {good} {rejected} --on-error stop"), 2),
        (format!("summary {good} --on-error stop"), 0),
        // Usage.
        (String::new(), 2),
        ("summary".to_owned(), 2),
        ("sumary fixtures".to_owned(), 2),
        (format!("summary {good} --by moon"), 2),
        (format!("summary {good} --format xml"), 2),
        (format!("summary {good} --outcome perhaps"), 2),
        (format!("summary {good} --family nobody"), 2),
        (format!("summary {good} --shape cube"), 2),
        (format!("summary {good} --threads 0"), 2),
        (format!("summary {good} --threads many"), 2),
        (format!("summary {good} --date-order ymd"), 2),
        (format!("summary {good} --on-error ignore"), 2),
        (format!("summary {good} --force"), 2),
        (format!("summary {good} --hash"), 2),
        (format!("inspect {good} --user ada@example.com"), 2),
        ("catalogue --mask".to_owned(), 2),
    ] {
        let run = run(&line);
        assert_eq!(run.code, code, "{line}: {}", run.complaints);
    }
}

#[test]
fn help_tells_the_exit_codes() {
    let help = done("--help").output;
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in ["0 done", "1 nothing matched", "2 usage or I/O error", "3 done, but some records"]
    {
        assert!(help.contains(words), "{words} in {help}");
    }
    for command in ["inspect", "summary", "events", "catalogue"] {
        assert!(help.contains(command), "{command}");
        assert!(done(&format!("{command} --help")).output.contains("--format"), "{command}");
    }
}

#[test]
fn an_unreadable_input_does_not_keep_the_others_back() {
    let bad = "fixtures/faults/export.parquet fixtures/nowhere.json";
    let line =
        format!("events {bad} {BLOB} fixtures/faults/sign-ins.json --family all --format ndjson");
    let run = run(&line);
    assert_eq!(run.code, 2);
    assert_eq!(run.rows().len(), 36, "{}", run.complaints);
    for name in ["export.parquet", "nowhere.json", "sign-ins.json"] {
        let told = run.complaints.lines().filter(|line| line.contains(name)).count();
        assert_eq!(told, 1, "{name} in {}", run.complaints);
    }
}

#[test]
fn stopping_gives_what_came_before() {
    let faulty = "fixtures/faults/bad-json-line.jsonl";
    let line = format!("events {faulty} {BLOB} --format ndjson --on-error stop");
    for threads in ["--threads 1", "--threads 4"] {
        let run = run(&format!("{line} {threads}"));
        assert_eq!(run.code, 2, "{threads}: {}", run.complaints);
        let rows = run.rows();
        assert_eq!(rows.len(), 1, "{threads}: the one before the fault");
        assert_eq!(rows[0]["source"], json!(faulty));
        assert!(run.complaints.contains("line 2"), "{}", run.complaints);
        assert!(run.complaints.contains("stopped at the first fault"), "{}", run.complaints);
        assert_eq!(run.complaints.lines().count(), 2, "{}", run.complaints);
    }
    let skip = run(&format!("events {faulty} --format ndjson --on-error skip"));
    assert_eq!((skip.code, skip.rows().len()), (3, 3), "{}", skip.complaints);
}

/// Each file of `fixtures/faults`: how `summary` ends, what its one complaint says, and how many
/// records were rejected and events yielded in all families.
const FAULTS: &[(&str, i32, &[&str], u64, u64)] = &[
    (
        "bad-csv-quote.csv",
        3,
        &["record 3, line 4, byte 3609", "end of the input inside a record"],
        1,
        2,
    ),
    ("bad-json-line.jsonl", 3, &["record 2, line 2, byte 1499", "JSON"], 1, 3),
    ("blank.txt", 2, &["nothing but blanks"], 0, 0),
    ("container.avro", 2, &["Avro", "AvroBody"], 0, 0),
    ("cut-array.json", 3, &["record 4, line 1, byte 2575", "export it again"], 1, 3),
    ("datadog-event.json", 2, &["Datadog", "export the Entra audit logs"], 0, 0),
    ("elastic-event.json", 2, &["Elastic", "export the Entra audit logs"], 0, 0),
    ("empty.json", 2, &["an empty input"], 0, 0),
    ("export.parquet", 2, &["Parquet", "export the Entra audit logs"], 0, 0),
    ("export.xlsx", 2, &["Excel workbook", "save the sheet as CSV UTF-8"], 0, 0),
    ("export.zip", 2, &["zip archive", "unpack it"], 0, 0),
    ("garbage-between.json", 3, &["record 3, line 2, byte 1641", "text between records"], 1, 3),
    ("intune-audit.jsonl", 2, &["Intune audit log", "export the Entra audit logs"], 0, 0),
    ("invalid-utf8.jsonl", 3, &["record 3, line 3, byte 2793", "0xff", "UTF-8"], 1, 4),
    ("missing-activity.jsonl", 3, &["record 2, line 2, byte 1499", "without an activity"], 1, 2),
    ("missing-time.jsonl", 3, &["record 2, line 2, byte 1499", "without a time"], 1, 2),
    ("not-a-log.txt", 2, &["text that begins `Meeting notes", "export the Entra audit logs"], 0, 0),
    ("powershell-table.txt", 2, &["text that begins", "export the Entra audit logs"], 0, 0),
    ("short-row.csv", 3, &["record 2, line 3, byte 3046", "20 cells", "86"], 1, 3),
    ("sign-ins.json", 2, &["sign-in log", "export the Entra audit logs"], 0, 0),
    ("sql-table.json", 2, &["a table other than AuditLogs", "export the Entra audit logs"], 0, 0),
    ("truncated.json.gz", 3, &["record 4, line 4", "cut off", "download the file again"], 1, 3),
    ("unified-audit-log.csv", 2, &["Unified Audit Log", "export the Entra audit logs"], 0, 0),
    ("unified-audit-log.json", 2, &["Unified Audit Log", "export the Entra audit logs"], 0, 0),
    ("unknown-headers.csv", 2, &["4 columns (Order, Customer, Placed, Total)", "English"], 0, 0),
    ("wrong-date-order.csv", 2, &["either number may be the day", "--date-order"], 0, 0),
];

#[test]
fn each_fault_is_told_in_one_line() {
    let files = files_below(Path::new("fixtures/faults"));
    assert_eq!(files.len(), FAULTS.len(), "every file of the folder");
    for (name, code, says, rejected, yielded) in FAULTS {
        let path = format!("fixtures/faults/{name}");
        let run = run(&format!("summary {path} --family all --format json"));
        assert_eq!(run.code, *code, "{name}: {}", run.complaints);
        let tally = &run.json()["tally"];
        assert_balances(tally, name);
        assert_eq!(tally["rejected"], json!(rejected), "{name}");
        assert_eq!(tally["yielded"], json!(yielded), "{name}");
        let complaints: Vec<_> = run.complaints.lines().collect();
        let [complaint] = complaints[..] else {
            panic!("{name}: {}", run.complaints);
        };
        assert!(complaint.starts_with("regaudit: "), "{name}: {complaint}");
        for words in ["found ", "expected ", path.as_str()].iter().chain(*says) {
            assert!(complaint.contains(words), "{name}: {words} in {complaint}");
        }
    }
}

#[test]
fn each_fault_comes_with_advice() {
    let silent: Vec<&str> = FAULTS
        .iter()
        .filter(|(name, ..)| {
            let run = run(&format!("summary fixtures/faults/{name}"));
            let after = run.complaints.split_once("; expected ").map(|(_, after)| after.to_owned());
            !after.unwrap_or_default().contains("; ")
        })
        .map(|(name, ..)| *name)
        .collect();
    assert!(silent.is_empty(), "what was found and expected, but not what to do: {silent:?}");
}

#[test]
fn many_faults_are_summed_up() {
    let folder = folder();
    let mut text = lines(&[record(1, "2026-03-09T08:00:00Z", "User registered security info", "")]);
    for _ in 0..50 {
        text.push_str("{\"activityDisplayName\": \"User registered security info\", }\n");
    }
    let path = write(&folder, "broken.jsonl", text);
    let run = run(&format!("summary {path} --format json"));
    assert_eq!(run.code, 3);
    assert_eq!(run.json()["tally"]["rejected"], json!(50));
    assert_eq!(run.complaints.lines().count(), 21, "{}", run.complaints);
    assert!(run.complaints.contains("30 more records"), "{}", run.complaints);
}

#[test]
fn an_output_file_is_never_replaced_by_accident() {
    let folder = folder();
    let path = write(&folder, "kept.json", "precious");
    for command in [
        format!("summary {BLOB}"),
        format!("events {BLOB}"),
        format!("inspect {BLOB}"),
        "catalogue".to_owned(),
    ] {
        for format in ["table", "json", "ndjson", "csv"] {
            let line = format!("{command} --format {format}");
            let refused = run(&format!("{line} -o {path}"));
            assert_eq!(refused.code, 2, "{line}: {}", refused.complaints);
            assert!(refused.complaints.contains(&path), "{}", refused.complaints);
            assert!(refused.complaints.contains("--force"), "{}", refused.complaints);
            assert_eq!(fs::read_to_string(&path).unwrap(), "precious", "{line}");
            assert_eq!(names_in(folder.path()), ["kept.json"], "{line}");

            let printed = done(&line);
            assert!(!printed.output.is_empty(), "{line}");
            let forced = done(&format!("{line} --output {path} --force"));
            assert!(forced.output.is_empty(), "{line}: {}", forced.output);
            assert_eq!(fs::read_to_string(&path).unwrap(), printed.output, "{line}");
            assert_eq!(names_in(folder.path()), ["kept.json"], "{line}");
            fs::write(&path, "precious").unwrap();

            let new = shown(&folder.path().join("new.txt"));
            done(&format!("{line} -o {new}"));
            assert_eq!(fs::read_to_string(&new).unwrap(), printed.output, "{line}");
            assert_eq!(names_in(folder.path()), ["kept.json", "new.txt"], "{line}");
            fs::remove_file(&new).unwrap();
        }
    }
}

#[test]
fn a_failure_leaves_nothing_in_the_folder() {
    let folder = folder();
    fs::create_dir(folder.path().join("taken")).unwrap();
    let inside = |name: &str| shown(&folder.path().join(name));
    for (line, names) in [
        (format!("events {BLOB} -o {}", inside("taken")), "taken"),
        (format!("events {BLOB} -o {} --force", inside("taken")), ""),
        (format!("events {BLOB} -o {}", inside("nowhere/events.csv")), "nowhere"),
        (format!("events {BLOB} --format xml -o {}", inside("new.csv")), "xml"),
        (format!("events -o {}", inside("new.csv")), "PATH"),
    ] {
        let run = run(&line);
        assert_eq!(run.code, 2, "{line}");
        assert!(run.complaints.contains(names), "{line}: {}", run.complaints);
        assert_eq!(names_in(folder.path()), ["taken"], "{line}");
    }
}

#[test]
fn a_failure_to_write_names_the_file() {
    let folder = folder();
    let path = shown(folder.path());
    let run = run(&format!("events {BLOB} -o {path} --force"));
    assert_eq!(run.code, 2);
    assert!(run.complaints.contains(&path), "{}", run.complaints);
}

/// Waits until something holds, or the test has waited too long.
fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !holds() {
        assert!(begin.elapsed() < Duration::from_mins(1), "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Starts the program with standard input left open.
fn start(line: &str) -> std::process::Child {
    Command::new(cargo_bin!("regaudit"))
        .args(arguments(line))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn an_output_file_appears_when_it_is_whole() {
    let folder = folder();
    let path = folder.path().join("events.ndjson");
    let bytes = fs::read(&files_below(Path::new(BLOB))[0]).unwrap();
    let mut child = start(&format!("events - --format ndjson -o {}", shown(&path)));
    let mut input = child.stdin.take().unwrap();
    input.write_all(&bytes[..bytes.len() / 2]).unwrap();
    input.flush().unwrap();
    wait_until("a temporary file", || !names_in(folder.path()).is_empty());
    assert!(!path.exists(), "{:?}", names_in(folder.path()));
    input.write_all(&bytes[bytes.len() / 2..]).unwrap();
    assert!(!path.exists(), "{:?}", names_in(folder.path()));
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(names_in(folder.path()), ["events.ndjson"]);
    assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 29);
}

#[test]
fn a_file_that_appears_meanwhile_is_kept() {
    let folder = folder();
    let path = folder.path().join("events.csv");
    let mut child = start(&format!("events - --format csv -o {}", shown(&path)));
    let mut input = child.stdin.take().unwrap();
    wait_until("a temporary file", || !names_in(folder.path()).is_empty());
    fs::write(&path, "somebody else's").unwrap();
    input.write_all(&fs::read("fixtures/exports/portal.csv").unwrap()).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let complaints = String::from_utf8(output.stderr).unwrap();
    assert!(complaints.contains("--force"), "{complaints}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "somebody else's");
    assert_eq!(names_in(folder.path()), ["events.csv"]);
}

#[test]
fn a_reader_who_leaves_ends_it_quietly() {
    for line in [
        "events fixtures/exports --no-dedup --family all --format ndjson",
        "events fixtures/exports --no-dedup --family all --format json",
        "events fixtures/exports --no-dedup --family all --format csv",
        "events fixtures/exports --no-dedup --family all",
        "summary fixtures/generations",
        "summary fixtures/generations --format json",
        "inspect fixtures/exports",
        "inspect fixtures/exports --format json",
        "catalogue",
        "catalogue --format markdown",
        "--help",
        "summary --help",
    ] {
        let mut child = start(line);
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let complaints = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{line}: {complaints}");
        let said: Vec<_> = complaints.lines().filter(|line| !line.contains("warning:")).collect();
        assert!(said.is_empty(), "{line}: {complaints}");
    }
}

#[cfg(unix)]
#[test]
fn head_gets_its_line() {
    for format in ["table", "json", "ndjson", "csv"] {
        let script = format!(
            "{} events fixtures/exports --no-dedup --family all --format {format} | head -1",
            cargo_bin!("regaudit").display()
        );
        let output = Command::new("sh").args(["-c", &script]).output().unwrap();
        assert_eq!(line_breaks(&output.stdout), 1, "{script}");
        assert!(output.stderr.is_empty(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn spreadsheets_find_no_formulas() {
    let folder = folder();
    let time = "2026-03-09T08:00:00Z";
    let mut records = vec![
        record(
            1,
            time,
            "User registered security info",
            "=HYPERLINK(\"https://example.com\",\"x\")",
        ),
        record(2, time, "+cmd of the service", "@SUM(1+1)"),
        record(3, time, "@activity about security info", "-2+3"),
        record(4, time, "User registered security info", "User registered =cmd"),
        record(5, time, "User registered security info", "\t=1+1"),
        record(6, time, "User registered security info", "harmless = 1"),
    ];
    records[5]["targetResources"][0]["displayName"] = json!("=cmd|' /C calc'!A0");
    records[5]["targetResources"][0]["userPrincipalName"] = json!("-x@example.com");
    records[5]["initiatedBy"]["user"]["userPrincipalName"] = json!("+x@example.com");
    records[5]["userAgent"] = json!("@agent");
    records[5]["correlationId"] = json!("=c");
    let path = write(&folder, "formulas.jsonl", lines(&records));
    let is_harmful = |cell: &String| cell.starts_with(['=', '+', '-', '@', '\t', '\r']);

    let (header, cells) = done(&format!("events {path} --family all --format csv")).csv();
    assert_eq!(cells.len(), records.len());
    let cell = |row: usize, name: &str| {
        let place = header.iter().position(|column| column == name).unwrap();
        cells[row][place].as_str()
    };
    assert_eq!(cell(0, "reason"), "'=HYPERLINK(\"https://example.com\",\"x\")");
    assert_eq!(cell(1, "activity"), "'+cmd of the service");
    assert_eq!(cell(1, "reason"), "'@SUM(1+1)");
    assert_eq!(cell(2, "activity"), "'@activity about security info");
    assert_eq!(cell(2, "reason"), "'-2+3");
    assert_eq!(cell(3, "methods"), "'=cmd");
    assert_eq!(cell(5, "reason"), "harmless = 1");
    assert_eq!(cell(5, "target_name"), "'=cmd|' /C calc'!A0");
    assert_eq!(cell(5, "target_upn"), "'-x@example.com");
    assert_eq!(cell(5, "actor_upn"), "'+x@example.com");
    assert_eq!(cell(5, "user_agent"), "'@agent");
    assert_eq!(cell(5, "correlation_id"), "'=c");

    let mut lines = vec![
        format!("events {path} --family all --format csv"),
        format!("inspect {path} --format csv"),
    ];
    let by = |grouping| format!("summary {path} --family all --format csv --by {grouping}");
    lines.extend(GROUPINGS.map(by));
    for line in &lines {
        for row in done(line).csv().1 {
            assert!(!row.iter().any(is_harmful), "{line}: {row:?}");
        }
    }
    let rows = done(&format!("events {path} --family all --format ndjson")).rows();
    assert_eq!(text(&rows[1], "activity"), "+cmd of the service", "only CSV is opened so");
}

#[test]
fn a_path_that_looks_like_a_formula_is_harmless() {
    let folder = folder();
    let name = "=1+1.json";
    write(&folder, name, fs::read("fixtures/exports/graph-single.json").unwrap());
    for (command, place) in [("events", 24), ("inspect", 0)] {
        let output = cargo_bin_cmd!("regaudit")
            .current_dir(folder.path())
            .args([command, name, "--format", "csv"])
            .output()
            .unwrap();
        let mut reader = csv::Reader::from_reader(output.stdout.as_slice());
        let row = reader.records().next().unwrap().unwrap();
        assert_eq!(&row[place], "'=1+1.json", "{command}: {row:?}");
    }
}

#[test]
fn terminals_get_no_control_characters() {
    let folder = folder();
    let time = "2026-03-09T08:00:00Z";
    let escape = "\u{1b}[31mred\u{1b}]0;title\u{7}\u{9b}2J\r\u{8}\n\t";
    let mut records = vec![
        record(1, time, "User registered security info", &format!("{escape}reason")),
        record(2, time, &format!("{escape} security info"), &format!("User registered {escape}x")),
        record(3, time, "User registered security info", "User registered Email"),
    ];
    records[2]["loggedByService"] = json!(format!("Authentication Methods{escape}"));
    records[0]["targetResources"][0]["displayName"] = json!(format!("Name{escape}"));
    records[0]["targetResources"][0]["userPrincipalName"] = json!(format!("a{escape}@example.com"));
    let mut text = lines(&records);
    text.push_str("{\"activityDisplayName\": \"security info\", \"activityDateTime\": \"");
    text.push_str("\\u001b[31m\"}\n");
    let path = write(&folder, "escape.jsonl", text);
    let mut lines = vec![
        format!("events {path} --family all"),
        format!("inspect {path}"),
        format!("summary {path} --family all"),
    ];
    lines.extend(GROUPINGS.map(|by| format!("summary {path} --family all --by {by}")));
    for line in &lines {
        let run = run(line);
        assert_eq!(run.code, 3, "{line}: {}", run.complaints);
        let is_raw = |character: char| character.is_control() && character != '\n';
        assert!(!run.output.contains(is_raw), "{line}: {:?}", run.output);
        assert!(!run.complaints.contains(is_raw), "{line}: {:?}", run.complaints);
    }
    let table = run(&lines[0]).output;
    assert!(table.contains("\\u{1b}[31mred"), "shown as an escape: {table}");
    assert_eq!(table.lines().count(), 4, "a line break in a text does not break the row: {table}");
    for format in ["json", "ndjson"] {
        let output = run(&format!("events {path} --family all --format {format}")).output;
        assert!(!output.contains('\u{1b}'), "{format}");
    }
}

#[test]
fn the_order_of_dates_is_asked_for_where_nothing_settles_it() {
    let path = "fixtures/faults/wrong-date-order.csv";
    let times = |order: &str| -> Vec<String> {
        let line = format!("events {path} --family all --format ndjson --date-order {order}");
        done(&line).rows().iter().map(|row| text(row, "time").to_owned()).collect()
    };
    let (american, european) = (times("mdy"), times("dmy"));
    assert_eq!((american.len(), european.len()), (5, 5));
    assert_eq!(american[0], "2026-03-09T00:05:11.123Z");
    assert_eq!(european[0], "2026-09-03T00:05:11.123Z");
    for (one, other) in american.iter().zip(&european) {
        assert_eq!(one[10..], other[10..], "the time of day does not change");
        assert_eq!((&one[5..7], &one[8..10]), (&other[8..10], &other[5..7]));
    }
    let wrong = run("summary fixtures/exports/log-analytics.csv --date-order dmy --format json");
    assert_eq!(wrong.code, 2, "the file shows another order: {}", wrong.complaints);
    assert!(wrong.complaints.contains("another order than was asked for"), "{}", wrong.complaints);
    let right = done("events fixtures/exports/log-analytics.csv --date-order mdy --format csv");
    assert_eq!(right.output, done("events fixtures/exports/log-analytics.csv --format csv").output);
}

#[test]
fn a_shape_can_be_told() {
    for (name, shape, _, _, _, events) in EXPORTS.iter().filter(|export| export.5 > 0) {
        let path: PathBuf = files_below(Path::new("fixtures/exports"))
            .into_iter()
            .find(|path| path.ends_with(name))
            .unwrap();
        let line = format!("events {} --family all --format ndjson", shown(&path));
        let found = done(&line);
        assert_eq!(found.rows().len() as u64, *events, "{name}");
        let told = done(&format!("{line} --shape {shape}"));
        assert_eq!(told.output, found.output, "{name}");
    }
}

#[test]
fn a_wrong_shape_loses_nothing_in_silence() {
    let json = ["graph", "portal_json", "diagnostic", "event_hub", "log_analytics_json"];
    for (path, shapes) in [
        ("fixtures/exports/portal.csv", &json[..]),
        ("fixtures/exports/log-analytics.csv", &json[..]),
        ("fixtures/exports/portal-download.csv.gz", &json[..]),
        ("fixtures/exports/portal.json", &["portal_csv", "log_analytics_csv"][..]),
        ("fixtures/exports/event-hub.json", &["portal_csv", "log_analytics_csv"][..]),
        ("fixtures/exports/diagnostic-archive.zst", &["portal_csv", "log_analytics_csv"][..]),
        ("fixtures/exports/log-analytics.csv", &["portal_csv"][..]),
    ] {
        for shape in shapes {
            let line = format!("summary {path} --shape {shape}");
            let run = run(&line);
            assert_eq!(run.code, 2, "{line}: {}", run.complaints);
            assert!(run.complaints.contains(path), "{line}: {}", run.complaints);
        }
    }
    let all =
        json.iter().copied().chain(["log_analytics_query", "portal_csv", "log_analytics_csv"]);
    for shape in all {
        for (name, .., events) in EXPORTS.iter().filter(|export| export.5 >= 36) {
            let paths = files_below(Path::new("fixtures/exports"));
            let path = paths.iter().find(|path| path.ends_with(name)).unwrap();
            let line =
                format!("summary {} --family all --shape {shape} --format json", shown(path));
            let run = run(&line);
            assert_balances(&run.json()["tally"], &line);
            if run.code == 0 {
                assert_eq!(run.json()["summary"]["events"], json!(events), "{line}");
            }
        }
    }
}

#[test]
fn duplicates_can_be_counted() {
    let document = done("summary fixtures/exports --family all --no-dedup --format json").json();
    let events: u64 = EXPORTS.iter().map(|export| export.5).sum();
    assert_eq!(document["tally"]["yielded"], json!(events));
    assert_eq!(document["tally"]["duplicate"], json!(0));
    assert_balances(&document["tally"], "--no-dedup");
    let rows = done("events fixtures/exports --family all --no-dedup --format ndjson").rows();
    assert_eq!(rows.len() as u64, events);

    let document = done("summary fixtures/exports --family all --format json").json();
    assert_eq!(document["tally"]["yielded"], json!(36));
    assert_eq!(document["tally"]["duplicate"], json!(events - 36));
}

#[test]
fn verifying_changes_no_event() {
    for options in ["", "--family all", "--family policy", "--family all --no-dedup"] {
        let line =
            format!("events fixtures/exports fixtures/generations {options} --format ndjson");
        let default = done(&line);
        let verified = done(&format!("{line} --verify"));
        assert_eq!(verified.output, default.output, "{line}");
    }
    for options in ["", "--family all", "--family twin"] {
        let line = format!("summary fixtures/exports --format json {options}");
        let (default, verified) = (done(&line).json(), done(&format!("{line} --verify")).json());
        assert_eq!(verified["summary"], default["summary"], "{line}");
        for name in ["read", "yielded", "filtered_out", "rejected", "duplicate"] {
            assert_eq!(verified["tally"][name], default["tally"][name], "{line}: {name}");
        }
    }
}

#[test]
fn verifying_rejects_what_nobody_needed() {
    let folder = folder();
    let good = record(1, "2026-03-09T08:00:00Z", "User registered security info", "");
    let text = format!("{good}\n{{\"a\": \"another service\", }}\n{good}\n");
    let path = write(&folder, "damaged.jsonl", text);
    let default = run(&format!("summary {path} --format json"));
    assert_eq!(default.code, 0, "{}", default.complaints);
    assert_eq!(default.json()["tally"]["not_relevant"], json!(1));
    let verified = run(&format!("summary {path} --format json --verify"));
    assert_eq!(verified.code, 3, "{}", verified.complaints);
    assert_eq!(verified.json()["tally"]["rejected"], json!(1));
    assert_eq!(verified.json()["tally"]["yielded"], default.json()["tally"]["yielded"]);
    let inspected = run(&format!("inspect {path} --format json"));
    assert_eq!(inspected.code, 3, "inspect decodes everything");
}

#[test]
fn a_record_longer_than_asked_for_is_rejected() {
    let folder = folder();
    let short = |number| {
        record(
            number,
            "2026-03-09T08:00:00Z",
            "User registered security info",
            "User registered Email",
        )
    };
    let mut long = short(2);
    long["additionalDetails"] = json!([{"key": "text", "value": "x".repeat(3_000_000)}]);
    let path = write(&folder, "long.jsonl", lines(&[short(1), long, short(3)]));
    let read = done(&format!("summary {path} --format json")).json();
    assert_eq!(read["tally"]["yielded"], json!(3), "below the default of 64 MiB");
    let run = run(&format!("summary {path} --format json --longest-record 1000000"));
    assert_eq!(run.code, 3, "{}", run.complaints);
    assert_eq!(run.json()["tally"]["yielded"], json!(2), "{}", run.complaints);
    assert_eq!(run.json()["tally"]["rejected"], json!(1));
    assert!(run.complaints.contains("record 2"), "{}", run.complaints);
    assert!(run.complaints.contains("raise the limit"), "what to do: {}", run.complaints);
}

#[test]
fn the_length_of_a_record_is_held_to_the_byte() {
    let folder = folder();
    let records: Vec<Value> = (1..4)
        .map(|number| {
            let reason = "x".repeat(number * 1000);
            record(number, "2026-03-09T08:00:00Z", "User registered security info", &reason)
        })
        .collect();
    let longest = records.iter().map(|record| record.to_string().len()).max().unwrap();
    let path = write(&folder, "three.jsonl", lines(&records));
    for (limit, yielded) in [(longest, 3), (longest - 1, 2), (1000, 0)] {
        let run = run(&format!("summary {path} --format json --longest-record {limit}"));
        assert_eq!(run.json()["tally"]["yielded"], json!(yielded), "{limit}: {}", run.complaints);
        assert_balances(&run.json()["tally"], &limit.to_string());
    }
}

#[test]
fn a_file_that_expands_too_much_is_left() {
    let folder = folder();
    let event = |number| {
        record(
            number,
            "2026-03-09T08:00:00Z",
            "User registered security info",
            "User registered Email",
        )
    };
    let mut text = lines(&[event(1)]).into_bytes();
    for _ in 0..66 {
        text.extend(vec![b' '; 1 << 20]);
        text.push(b'\n');
    }
    text.extend(lines(&[event(2)]).into_bytes());
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(&text).unwrap();
    let compressed = encoder.finish().unwrap();
    assert!(compressed.len() * 100 < text.len(), "{}", compressed.len());
    let path = write(&folder, "bomb.gz", compressed);
    let stopped = run(&format!("summary {path} --format json --largest-expansion 100"));
    assert_eq!(stopped.code, 3, "{}", stopped.complaints);
    assert_eq!(stopped.json()["tally"]["yielded"], json!(1), "{}", stopped.complaints);
    assert!(stopped.complaints.contains("100 bytes for each compressed"), "{stopped:?}");
    assert!(stopped.complaints.contains("raise the bound"), "what to do: {stopped:?}");
    let read = done(&format!("summary {path} --format json --largest-expansion 10000")).json();
    assert_eq!(read["tally"]["yielded"], json!(2));
}

#[test]
fn data_goes_to_standard_output_and_all_else_to_standard_error() {
    for format in ["json", "ndjson", "csv"] {
        let line =
            format!("events fixtures/faults fixtures/exports --family all --format {format}");
        let run = run(&line);
        assert_eq!(run.code, 2, "{line}");
        match format {
            "json" => assert!(run.json().is_array()),
            "ndjson" => assert!(!run.rows().is_empty()),
            _ => assert_eq!(run.csv().0, FLAT_COLUMNS),
        }
        assert!(run.complaints.lines().all(|line| line.starts_with("regaudit: ")), "{line}");
    }
}
