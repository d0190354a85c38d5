//! `--mask`: nobody can be recognised in what is printed, and every number stays.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::cli::{BLOB, Run, done, expected_of, folder, lines, record, run, write};
use crate::support::{Row, files_below};

const INPUTS: [&str; 3] = ["fixtures/exports", "fixtures/generations", "fixtures/faults"];

/// What the inputs name that is not written with an `@`: people in other places than the canonical
/// events, and their devices.
const BY_EYE: [&str; 5] =
    ["Juno Example", "Ivo Example", "EXAMPLE-LAPTOP-01", "EXAMPLE-LAPTOP-02", "example-anchor-8"];

/// First names, which must not stand anywhere as a word.
const FIRST_NAMES: [&str; 10] =
    ["ada", "ben", "cleo", "dan", "eve", "finn", "grace", "hana", "ivo", "juno"];

const ADDRESSES: [&str; 4] = ["192.0.2.", "198.51.100.", "203.0.113.", "2001:db8:"];
const DOMAINS: [&str; 3] = ["example.com", "example.net", "example.org"];

/// The text of an input, decompressed and in UTF-8 as far as it is text at all.
fn text_of(path: &Path) -> String {
    let bytes = fs::read(path).unwrap();
    let mut plain = Vec::new();
    match bytes.get(..2) {
        Some([0x1f, 0x8b]) => {
            // The end may be missing on purpose.
            let _ = flate2::read::MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut plain);
        }
        Some([0xff, 0xfe]) => {
            let units = bytes.as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair));
            plain = String::from_utf16_lossy(&units.collect::<Vec<_>>()).into_bytes();
        }
        _ => plain = bytes,
    }
    String::from_utf8_lossy(&plain).into_owned()
}

/// Everything personal that the inputs hold.
fn personal() -> BTreeSet<String> {
    let mut found: BTreeSet<String> = BY_EYE.map(str::to_lowercase).into();
    for row in expected_of(&[]) {
        for column in ["actor_upn", "target_upn", "ip"] {
            found.extend(row[column].as_str().map(str::to_lowercase));
        }
        if row["target_id"].is_string() {
            found.extend(row["target_name"].as_str().map(str::to_lowercase));
        }
    }
    for path in INPUTS.iter().flat_map(|folder| files_below(Path::new(folder))) {
        let text = text_of(&path).to_lowercase();
        let in_word =
            |character: char| character.is_alphanumeric() || "@._#:+-".contains(character);
        let words = text.split(|character| !in_word(character));
        let is_personal = |word: &&str| {
            DOMAINS.iter().any(|domain| word.ends_with(&format!("@{domain}")))
                || ADDRESSES
                    .iter()
                    .any(|address| word.starts_with(address) && word.len() > address.len())
                || word.starts_with("20255501")
        };
        found.extend(words.filter(is_personal).map(str::to_owned));
    }
    found
}

/// Whether a text holds a word, whatever stands around it.
fn has_word(text: &str, word: &str) -> bool {
    text.split(|character: char| !character.is_alphanumeric()).any(|found| found == word)
}

fn assert_masked(line: &str, run: &Run, personal: &BTreeSet<String>) {
    for (stream, text) in [("output", &run.output), ("complaints", &run.complaints)] {
        let text = text.to_lowercase();
        for name in personal {
            assert!(!text.contains(name.as_str()), "{line}: {name} in the {stream}\n{text}");
        }
        for name in DOMAINS.iter().chain(&ADDRESSES).chain(&["2025550"]) {
            assert!(!text.contains(name), "{line}: {name} in the {stream}\n{text}");
        }
        for name in FIRST_NAMES {
            assert!(!has_word(&text, name), "{line}: {name} in the {stream}\n{text}");
        }
    }
}

/// Every way to print something about events.
fn commands() -> Vec<String> {
    let mut commands = Vec::new();
    for format in ["table", "json", "ndjson", "csv"] {
        for command in
            ["inspect", "events", "events --family all", "summary", "summary --family all"]
        {
            commands.push(format!("{command} --format {format}"));
        }
    }
    for grouping in ["activity", "outcome", "method", "actor", "day", "user", "reason"] {
        for format in ["table", "csv"] {
            commands.push(format!("summary --family all --by {grouping} --format {format}"));
        }
    }
    commands.push("summary --family all --by user --format json".to_owned());
    commands
}

#[test]
fn nobody_is_named() {
    let personal = personal();
    assert!(personal.len() > 30, "{personal:?}");
    for name in ["ben@example.com", "ada example", "2001:db8::c1e0", "2025550143", "192.0.2.31"] {
        assert!(personal.contains(name), "{name} is looked for");
    }
    let inputs = INPUTS.join(" ");
    for command in commands() {
        let line = format!("{command} {inputs}");
        let masked = run(&format!("{line} --mask"));
        assert_masked(&line, &masked, &personal);
        assert_eq!(masked.code, 2, "{line}: some inputs cannot be read");
    }
    for input in INPUTS {
        let line =
            format!("events {input} --family all --no-dedup --verify --format ndjson --mask");
        assert_masked(&line, &run(&line), &personal);
    }
}

#[test]
fn nobody_is_named_file_by_file() {
    let personal = personal();
    for path in INPUTS.iter().flat_map(|folder| files_below(Path::new(folder))) {
        for command in [
            "events --family all --format csv",
            "inspect --format json",
            "summary --by user --format json",
        ] {
            let line = format!("{command} {} --mask", path.display());
            assert_masked(&line, &run(&line), &personal);
        }
    }
}

/// Which stand-in every real value of some columns has; there must be one, and nobody else's.
fn stand_ins(real: &[Row], masked: &[Row], columns: &[&str]) -> BTreeMap<String, String> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for (real, masked) in real.iter().zip(masked) {
        for column in columns {
            let (Some(real), Some(masked)) = (real[*column].as_str(), masked[*column].as_str())
            else {
                assert_eq!(real[*column], masked[*column], "null stays null in {column}");
                continue;
            };
            let before = found.insert(real.to_lowercase(), masked.to_owned());
            assert!(before.is_none_or(|before| before == masked), "{real} has two stand-ins");
        }
    }
    let different: BTreeSet<_> = found.values().collect();
    assert_eq!(different.len(), found.len(), "two have one stand-in: {found:?}");
    found
}

#[test]
fn the_same_person_has_the_same_stand_in() {
    for inputs in [BLOB, "fixtures/exports --no-dedup", "fixtures/generations"] {
        let line = format!("events {inputs} --family all --format ndjson");
        let (real, masked) = (done(&line).rows(), done(&format!("{line} --mask")).rows());
        assert_eq!(real.len(), masked.len(), "{line}");
        let users = stand_ins(&real, &masked, &["actor_upn", "target_upn"]);
        assert!(users.len() >= 3, "{line}: {users:?}");
        assert!(users.values().all(|name| name.starts_with("user")), "{line}: {users:?}");
        let is_user = |row: &&Row| row["target_upn"].is_string();
        for row in masked.iter().filter(is_user) {
            if row["target_name"].is_string() {
                assert_eq!(row["target_name"], row["target_upn"], "one stand-in for a person");
            }
            if row["actor_id"] == row["target_id"] && row["actor_upn"].is_string() {
                assert_eq!(row["actor_upn"], row["target_upn"], "{line}");
            }
        }
        let addresses = stand_ins(&real, &masked, &["ip"]);
        assert!(addresses.values().all(|name| name.starts_with("address")), "{addresses:?}");
    }
}

#[test]
fn ids_and_all_else_stay() {
    let line = "events fixtures/exports fixtures/generations --family all --format ndjson";
    let (real, masked) = (done(line).rows(), done(&format!("{line} --mask")).rows());
    for (real, masked) in real.iter().zip(&masked) {
        for column in [
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
            "outcome",
            "methods",
            "maintenance",
            "actor_kind",
            "actor_id",
            "actor_app",
            "target_id",
            "user_agent",
            "rule",
            "source",
            "record",
            "line",
            "byte",
        ] {
            assert_eq!(masked[column], real[column], "{column} of {}", real["event_id"]);
        }
        let has_number = real["reason"].as_str().is_some_and(|reason| reason.contains("+1 "));
        assert_eq!(masked["reason"] == real["reason"], !has_number, "{}", masked["reason"]);
    }
}

#[test]
fn stand_ins_are_the_same_in_every_format() {
    for inputs in ["fixtures/exports", "fixtures/faults", "fixtures/generations"] {
        let line = |format| format!("events {inputs} --family all --mask --format {format}");
        let rows = run(&line("ndjson")).rows();
        assert_eq!(run(&line("json")).json(), json!(rows), "{inputs}");
        let (header, cells) = run(&line("csv")).csv();
        let table = run(&line("table")).output;
        for ((row, cells), line) in rows.iter().zip(&cells).zip(table.lines().skip(1)) {
            for name in ["actor_upn", "target_upn", "target_name", "ip", "reason"] {
                let place = header.iter().position(|column| column == name).unwrap();
                assert_eq!(
                    cells[place],
                    row[name].as_str().unwrap_or_default(),
                    "{inputs}: {name}"
                );
            }
            assert!(line.contains(row["target_upn"].as_str().unwrap_or_default()), "{line}");
        }
    }
}

#[test]
fn users_of_a_summary_have_the_stand_ins_of_the_events() {
    let rows = done("events fixtures/exports --mask --format ndjson").rows();
    let users = done("summary fixtures/exports --mask --by user --format ndjson").rows();
    assert!(!users.is_empty());
    for user in users {
        let row = rows.iter().find(|row| row["target_id"] == user["id"]);
        let row = row.unwrap_or_else(|| panic!("{}", user["id"]));
        assert_eq!(user["user"], row["target_upn"], "{}", user["id"]);
        assert_eq!(user["name"], row["target_name"], "{}", user["id"]);
    }
}

/// Takes out of a document what masking may change: names, and the text of reasons.
fn without_texts(mut document: Value) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                for name in ["reason", "user_principal_name", "display_name"] {
                    fields.remove(name);
                }
                fields.values_mut().for_each(strip);
            }
            Value::Array(values) => values.iter_mut().for_each(strip),
            _ => {}
        }
    }
    strip(&mut document);
    let sort = |rows: &mut Value| {
        if let Some(rows) = rows.as_array_mut() {
            rows.sort_by_key(ToString::to_string);
        }
    };
    sort(&mut document["summary"]["reasons"]);
    sort(&mut document["users"]);
    document
}

#[test]
fn every_number_stays() {
    for input in INPUTS.iter().chain(&[BLOB]) {
        for family in ["", "--family all", "--family twin", "--family policy --family credential"] {
            let line = format!("summary {input} --by user --format json {family}");
            let (real, masked) = (run(&line), run(&format!("{line} --mask")));
            assert_eq!(masked.code, real.code, "{line}");
            assert_eq!(without_texts(masked.json()), without_texts(real.json()), "{line}");
        }
        let line = format!("inspect {input} --format json");
        let (real, masked) = (run(&line).json(), run(&format!("{line} --mask")).json());
        assert_eq!(masked["tally"], real["tally"], "{line}");
        let files = |document: &Value| document["files"].as_array().unwrap().clone();
        for (real, masked) in files(&real).iter().zip(&files(&masked)) {
            for name in ["source", "shape", "encoding", "compression", "bytes", "tally"] {
                assert_eq!(masked[name], real[name], "{line}: {name}");
            }
            for name in
                ["audit_records", "events", "services", "days", "first", "last", "other_logs"]
            {
                assert_eq!(masked["findings"][name], real["findings"][name], "{line}: {name}");
            }
            let count = |file: &Value| file["warnings"].as_array().unwrap().len();
            assert_eq!(count(masked), count(real), "{line}: {}", real["source"]);
        }
    }
}

#[test]
fn masking_does_not_change_what_an_event_means() {
    let folder = folder();
    let time = "2026-03-09T08:00:00Z";
    let mut records: Vec<Value> =
        ["User registered Email", "User registered Fido", "User registered Office phone"]
            .iter()
            .enumerate()
            .map(|(number, reason)| record(number, time, "User registered security info", reason))
            .collect();
    // Test accounts have such names.
    for (record, name) in records.iter_mut().zip(["Email", "Fido", "User"]) {
        record["targetResources"][0]["displayName"] = json!(name);
    }
    let mut twin = record(7, time, "Update user", "");
    twin["loggedByService"] = json!("Core Directory");
    twin["targetResources"][0]["modifiedProperties"] = json!([{
        "displayName": "StrongAuthenticationPhoneAppDetail",
        "oldValue": "[{\"DeviceName\":\"EXAMPLE-PHONE-7\",\"DeviceToken\":\"a\",\"Id\":\"x\"}]",
        "newValue": "[{\"DeviceName\":\"EXAMPLE-PHONE-7\",\"DeviceToken\":\"b\",\"Id\":\"x\"}]",
    }]);
    records.push(twin);
    let path = write(&folder, "events.jsonl", lines(&records));
    let line = format!("events {path} --family all --format ndjson");
    let (real, masked) = (done(&line).rows(), done(&format!("{line} --mask")).rows());
    assert_eq!(real.len(), 4);
    for (real, masked) in real.iter().zip(&masked) {
        for column in ["rule", "outcome", "methods", "maintenance", "family", "actor_kind"] {
            assert_eq!(masked[column], real[column], "{column} of {}", real["reason"]);
        }
    }
}

#[test]
fn two_people_of_one_name_stay_two() {
    let folder = folder();
    let time = "2026-03-09T08:00:00Z";
    let event =
        |number| record(number, time, "User registered security info", "User registered Email");
    let mut records: Vec<Value> = (1..=6).map(event).collect();
    for record in &mut records {
        record["targetResources"][0]["displayName"] = json!("Alex Example");
    }
    for record in &mut records[2..4] {
        // Known by object id alone.
        record["targetResources"][0].as_object_mut().unwrap().remove("userPrincipalName");
        record["initiatedBy"] = json!({});
    }
    for record in &mut records[4..] {
        // Known by user principal name alone.
        record["targetResources"][0].as_object_mut().unwrap().remove("id");
        record["initiatedBy"]["user"].as_object_mut().unwrap().remove("id");
    }
    let path = write(&folder, "namesakes.jsonl", lines(&records));
    let rows = done(&format!("events {path} --mask --format ndjson")).rows();
    let names: BTreeSet<_> = rows.iter().map(|row| row["target_name"].as_str().unwrap()).collect();
    assert_eq!(names.len(), 6, "{names:?}");
    assert!(!names.contains("Alex Example"));
    let summary = |mask| done(&format!("summary {path} --by user --format json {mask}")).json();
    assert_eq!(summary("--mask")["summary"]["users"], json!(6));
    assert_eq!(summary("--mask")["users"].as_array().unwrap().len(), 6);
    assert_eq!(summary("")["summary"]["users"], json!(6));
}

#[test]
fn one_person_in_two_letter_cases_stays_one() {
    let rows = done(&format!("events {BLOB} --mask --format ndjson")).rows();
    let is_ben = |row: &&Row| row["target_id"] == json!("00000000-0000-4000-8000-000000001002");
    let names: BTreeSet<_> =
        rows.iter().filter(is_ben).map(|row| row["target_upn"].to_string()).collect();
    assert_eq!(names.len(), 1, "{names:?}");
}

/// Records whose free texts name somebody or something.
fn telling_records() -> Vec<Value> {
    let time = "2026-03-09T08:00:00Z";
    let registered = "User registered security info";
    let mut records = vec![
        record(
            1,
            time,
            registered,
            "Quinn Example was asked by quinn@example.com from 192.0.2.77 at +1 2025550177",
        ),
        record(2, time, registered, "User registered Quinn's GADGET-77"),
        record(3, time, "User touched security info", "Done on GADGET-77"),
        record(4, time, registered, "User registered Email"),
        record(5, time, "Add Passkey (device-bound)", ""),
    ];
    for record in &mut records {
        record["targetResources"][0]["displayName"] = json!("Quinn Example");
        record["targetResources"][0]["userPrincipalName"] = json!("quinn@example.com");
        record["initiatedBy"]["user"]["displayName"] = json!("Quinn Example");
        let device = json!({"id": "00000000-0000-4000-8000-00000000d077", "displayName": "GADGET-77", "type": "Device"});
        record["targetResources"].as_array_mut().unwrap().push(device);
        record["userAgent"] = json!("ExampleBrowser/1.0 (GADGET-77; quinn@example.com)");
        record["additionalDetails"] = json!([{"key": "Device Name", "value": "GADGET-77"}]);
    }
    records[3]["activityDateTime"] = json!("Quinn Example at 192.0.2.77");
    records[4]["loggedByService"] = json!("Device Registration Service");
    records
}

const TELLING: [&str; 5] = ["quinn", "example.com", "192.0.2.77", "2025550177", "gadget-77"];

fn assert_tells_nothing(line: &str) {
    let run = run(line);
    for (stream, text) in [("output", &run.output), ("complaints", &run.complaints)] {
        let told: Vec<_> = text
            .lines()
            .filter(|line| TELLING.iter().any(|name| line.to_lowercase().contains(name)))
            .collect();
        assert!(told.is_empty(), "{line}: in the {stream}: {told:#?}");
    }
}

#[test]
fn free_texts_of_events_are_masked() {
    let folder = folder();
    let path = write(&folder, "telling.jsonl", lines(&telling_records()));
    let unmasked = run(&format!("events {path} --family all --format ndjson"));
    for name in TELLING {
        assert!(unmasked.output.to_lowercase().contains(name), "{name} would be told");
    }
    for format in ["ndjson", "json", "csv", "table"] {
        assert_tells_nothing(&format!("events {path} --mask --format {format}"));
    }
    for grouping in ["outcome", "method", "actor", "day", "user", "reason"] {
        assert_tells_nothing(&format!("summary {path} --mask --by {grouping} --format csv"));
    }
}

#[test]
fn warnings_of_inspect_are_masked() {
    let folder = folder();
    let path = write(&folder, "telling.jsonl", lines(&telling_records()));
    for format in ["table", "json", "ndjson", "csv"] {
        assert_tells_nothing(&format!("inspect {path} --mask --format {format}"));
    }
    assert_tells_nothing(&format!("summary {path} --mask --format json"));
}

#[test]
fn odd_forms_are_masked() {
    let folder = folder();
    let registered = "User registered security info";
    let event = |reason| record(1, "2026-03-09T08:00:00Z", registered, reason);
    let mut leaks = Vec::new();
    for (what, reason, kind) in [
        ("another letter case", "QUINN EXAMPLE asked", "User"),
        ("an address with a port", "from 192.0.2.77:443", "User"),
        ("addresses in a list", "from 192.0.2.77,192.0.2.78", "User"),
        ("a person whose type is not said", "", "N/A"),
    ] {
        let mut record = event(reason);
        record["targetResources"][0]["displayName"] = json!("Quinn Example");
        if kind != "User" {
            let target = json!([{"id": "x", "displayName": "quinn@example.com", "type": kind}]);
            record["targetResources"] = target;
        }
        let path = write(&folder, "odd.jsonl", lines(&[record]));
        let output = run(&format!("events {path} --mask --format csv")).output.to_lowercase();
        let told: Vec<_> = TELLING.iter().filter(|name| output.contains(**name)).collect();
        if !told.is_empty() {
            leaks.push((what, told));
        }
    }
    assert!(leaks.is_empty(), "{leaks:?}");
}

#[test]
fn errors_are_masked() {
    let folder = folder();
    let header = "\"Quinn Example\",\"quinn@example.com\",\"192.0.2.77\",\"GADGET-77\"\n1,2,3,4\n";
    let prose = "Quinn Example, quinn@example.com, GADGET-77\n";
    let time = lines(&telling_records()[3..4]);
    for (name, text) in [("header.csv", header), ("prose.txt", prose), ("time.jsonl", &time)] {
        let path = write(&folder, name, text);
        let told = run(&format!("summary {path}")).complaints.to_lowercase();
        assert!(told.contains("quinn example"), "{name} quotes: {told}");
        for command in
            ["summary", "events", "inspect", "inspect --format json", "inspect --format csv"]
        {
            assert_tells_nothing(&format!("{command} {path} --mask"));
        }
    }
}

#[test]
fn output_into_a_file_is_masked_alike() {
    let folder = folder();
    let path = folder.path().join("events.csv");
    let line = "events fixtures/exports --family all --mask --format csv";
    done(&format!("{line} -o {}", path.display()));
    assert_eq!(fs::read_to_string(&path).unwrap(), done(line).output);
}
