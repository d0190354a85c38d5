//! What holds for any input: records are split as they were joined, nothing is skipped that matters,
//! damage does no harm, and values survive their own text.

use std::fmt::Write as _;
use std::path::PathBuf;

use proptest::prelude::*;
use proptest::sample::Index;
use regaudit::Reader;
use regaudit::model::{Activity, Event, Method, Status};
use serde_json::{Value, json};

use crate::support::{
    Outcome, assert_same_events, bytes_of, collect, files_below, fixture, without_origins,
};

const TIME: &str = "2026-03-09T08:00:00Z";

/// Any JSON, with text that looks like JSON.
fn any_json() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        any::<String>(),
        "[\\[\\]{}\",:\\\\ \n\ra-c]{0,12}",
        Just(r#"}],"value":[{"#.to_owned()),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        text.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, move |inner| {
        let fields = prop::collection::btree_map(text.clone(), inner.clone(), 0..4);
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Value::from),
            fields.prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// A record of Graph's with anything in a field that is not read.
fn record(number: usize, padding: &Value) -> Value {
    json!({
        "id": number.to_string(),
        "padding": padding,
        "activityDateTime": TIME,
        "activityDisplayName": "User registered security info",
        "loggedByService": "Authentication Methods",
        "result": "success",
    })
}

/// The ways to put records together.
#[derive(Debug, Clone, Copy)]
enum Container {
    Lines,
    Array,
    PrettyArray,
    Page,
    PrettyPage,
    Message,
    Separated(&'static str),
    PrettySeparated(&'static str),
}

fn any_container() -> impl Strategy<Value = Container> {
    let separator =
        prop::sample::select(vec!["", " ", ",", "\t", "\n", "\r\n", ",\n", " ,\r\n", "\n\n"]);
    prop_oneof![
        Just(Container::Lines),
        Just(Container::Array),
        Just(Container::PrettyArray),
        Just(Container::Page),
        Just(Container::PrettyPage),
        Just(Container::Message),
        separator.clone().prop_map(Container::Separated),
        separator.prop_map(Container::PrettySeparated),
    ]
}

impl Container {
    fn join(self, records: &[Value]) -> String {
        let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap();
        let page =
            || json!({ "@odata.context": "records", "value": records, "count": records.len() });
        let each = |write: &dyn Fn(&Value) -> String| records.iter().map(write).collect::<Vec<_>>();
        match self {
            Self::Lines => each(&|record| format!("{record}\n")).concat(),
            Self::Array => json!(records).to_string(),
            Self::PrettyArray => pretty(&json!(records)),
            Self::Page => page().to_string(),
            Self::PrettyPage => pretty(&page()),
            Self::Message => json!({ "records": records }).to_string(),
            Self::Separated(separator) => each(&Value::to_string).join(separator),
            Self::PrettySeparated(separator) => each(&pretty).join(separator),
        }
    }
}

fn ids(read: &Outcome) -> Vec<String> {
    read.events.iter().map(|event| event.id.clone().unwrap()).collect()
}

/// A record as an export may write it: with what a rule may look for, or close to it.
#[derive(Debug, Clone)]
struct Written {
    service: &'static str,
    activity: &'static str,
    property: &'static str,
    decoy: &'static str,
    form: Form,
    /// Which characters are written as escapes; used again and again.
    escapes: Vec<bool>,
    in_keys: bool,
}

#[derive(Debug, Clone, Copy)]
enum Form {
    Graph,
    Diagnostic,
    LogAnalytics,
}

fn any_written() -> impl Strategy<Value = Written> {
    let services = vec![
        "Authentication Methods",
        "Azure MFA",
        "Core Directory",
        "Device Registration Service",
        "Self-service Password Management",
        "Conditional Access",
        "Account Provisioning",
        "",
    ];
    let activities = vec![
        "User registered security info",
        "User registered security information.",
        "user started password reset",
        "Reset password (self-service)",
        "Add Passkey (device-bound)",
        "Add Conditional Access policy",
        "Create application password for user",
        "Security info paused",
        "POST UserAuthMethod.SecurityInfoRegistrationCallback",
        "Update user",
        "Add member to group",
        "Synchronisation rule action",
    ];
    let properties =
        vec!["StrongAuthenticationMethod", "Department", "StrongAuthenticationRequirement"];
    let decoys =
        vec!["", "security info", "Authentication Methods", "\"loggedByService\":\"", "}{"];
    let select = prop::sample::select::<&str>;
    let forms = prop::sample::select(vec![Form::Graph, Form::Diagnostic, Form::LogAnalytics]);
    let escapes = prop_oneof![
        Just(vec![false]),
        Just(vec![true]),
        prop::collection::vec(prop::bool::weighted(0.1), 1..60),
    ];
    let texts = (select(services), select(activities), select(properties), select(decoys));
    (texts, forms, escapes, any::<bool>()).prop_map(
        |((service, activity, property, decoy), form, escapes, in_keys)| Written {
            service,
            activity,
            property,
            decoy,
            form,
            escapes,
            in_keys,
        },
    )
}

impl Written {
    fn record(&self, number: usize) -> Value {
        let target = json!({
            "type": "User",
            "displayName": self.decoy,
            "modifiedProperties": [
                { "displayName": self.property, "oldValue": "[]", "newValue": "[{\"MethodType\":6}]" },
            ],
        });
        let id = number.to_string();
        let graph = json!({
            "id": id, "activityDateTime": TIME, "activityDisplayName": self.activity,
            "loggedByService": self.service, "result": "success", "resultReason": self.decoy,
            "targetResources": [target],
        });
        match self.form {
            Form::Graph => graph,
            Form::Diagnostic => json!({
                "time": TIME, "category": "AuditLogs", "operationName": self.activity,
                "resultDescription": self.decoy, "properties": graph,
            }),
            Form::LogAnalytics => json!({
                "Type": "AuditLogs", "TimeGenerated": TIME, "Id": id,
                "ActivityDisplayName": self.activity, "LoggedByService": self.service,
                "Result": "success", "ResultReason": self.decoy,
                "TargetResources": json!([target]).to_string(),
            }),
        }
    }

    /// The record as JSON, with escapes that it does not need.
    fn text(&self, number: usize) -> String {
        let mut text = String::new();
        let mut escapes = self.escapes.iter().copied().cycle();
        self.write(&self.record(number), &mut escapes, &mut text);
        text
    }

    fn write(&self, value: &Value, escapes: &mut impl Iterator<Item = bool>, text: &mut String) {
        match value {
            Value::String(content) => write_string(content, escapes, text),
            Value::Array(values) => {
                for (place, value) in values.iter().enumerate() {
                    text.push_str(if place == 0 { "[" } else { "," });
                    self.write(value, escapes, text);
                }
                text.push(']');
            }
            Value::Object(fields) => {
                for (place, (key, value)) in fields.iter().enumerate() {
                    text.push_str(if place == 0 { "{" } else { "," });
                    if self.in_keys {
                        write_string(key, escapes, text);
                    } else {
                        write_string(key, &mut std::iter::repeat(false), text);
                    }
                    text.push(':');
                    self.write(value, escapes, text);
                }
                text.push('}');
            }
            plain => text.push_str(&plain.to_string()),
        }
    }
}

fn write_string(content: &str, escapes: &mut impl Iterator<Item = bool>, text: &mut String) {
    text.push('"');
    for character in content.chars() {
        let code = u32::from(character);
        match (character, escapes.next().unwrap_or_default()) {
            ('/', true) => text.push_str("\\/"),
            (_, true) if code % 2 == 0 => write!(text, "\\u{code:04x}").unwrap(),
            (_, true) => write!(text, "\\u{code:04X}").unwrap(),
            ('"' | '\\', false) => text.extend(['\\', character]),
            (_, false) => text.push(character),
        }
    }
    text.push('"');
}

/// Damage to a file.
#[derive(Debug, Clone)]
enum Damage {
    Set(Index, u8),
    Cut(Index, Index),
    Insert(Index, Vec<u8>),
    Repeat(Index, Index),
}

fn any_damage() -> impl Strategy<Value = Damage> {
    let structural = prop::sample::select(b"{}[]\",:\\\n\r \0\xff+5".to_vec());
    let byte = prop_oneof![any::<u8>(), structural];
    let place = any::<Index>;
    prop_oneof![
        (place(), byte.clone()).prop_map(|(at, byte)| Damage::Set(at, byte)),
        (place(), place()).prop_map(|(from, length)| Damage::Cut(from, length)),
        (place(), prop::collection::vec(byte, 1..8)).prop_map(|(at, b)| Damage::Insert(at, b)),
        (place(), place()).prop_map(|(from, length)| Damage::Repeat(from, length)),
    ]
}

impl Damage {
    fn apply(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let range = |from: &Index, length: &Index| {
            let from = from.index(bytes.len());
            from..from + length.index(bytes.len() - from + 1).min(200)
        };
        match self {
            Self::Set(at, byte) => {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            Self::Cut(from, length) => drop(bytes.drain(range(from, length))),
            Self::Insert(at, inserted) => {
                let at = at.index(bytes.len());
                bytes.splice(at..at, inserted.iter().copied());
            }
            Self::Repeat(from, length) => {
                let range = range(from, length);
                let piece = bytes[range.clone()].to_vec();
                bytes.splice(range.end..range.end, piece);
            }
        }
    }
}

/// Fixtures short enough to be damaged over and over.
fn short_fixtures() -> Vec<PathBuf> {
    let mut files = files_below(&fixture(""));
    files.retain(|path| std::fs::metadata(path).unwrap().len() < 8 * 1024);
    files
}

/// The cells of a portal row by column; the other columns are empty.
fn portal_csv(cells: &[(&str, &[String])]) -> Vec<u8> {
    let fixture = bytes_of("exports/portal.csv");
    let mut reader = csv::Reader::from_reader(&fixture[3..]);
    let header = reader.headers().unwrap().clone();
    let mut writer =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(vec![]);
    writer.write_record(&header).unwrap();
    for row in 0..cells[0].1.len() {
        let cell = |name: &str| match name {
            "Date (UTC)" => TIME,
            "Service" => "Authentication Methods",
            "Activity" => "User registered security info",
            "Result" => "success",
            _ => {
                cells.iter().find(|(column, _)| *column == name).map_or("", |(_, rows)| &rows[row])
            }
        };
        writer.write_record(header.iter().map(cell)).unwrap();
    }
    writer.into_inner().unwrap()
}

fn any_cell() -> impl Strategy<Value = String> {
    prop_oneof!["[\",;'\n\ra-c\\\\]{0,8}", "\\PC{0,12}"].prop_map(|text| format!("x{text}x"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..Default::default() })]

    #[test]
    fn records_are_split_as_they_were_joined(
        paddings in prop::collection::vec(any_json(), 1..6),
        container in any_container(),
    ) {
        let records: Vec<_> = paddings.iter().enumerate().map(|(n, padding)| record(n, padding)).collect();
        let text = container.join(&records);
        let read = collect(Reader::new().verify(true).slice("joined", text.as_bytes()));
        prop_assert!(read.errors.is_empty(), "{:?} of {text}", read.errors);
        prop_assert_eq!(read.file().tally.read, records.len() as u64, "{}", text);
        let numbers: Vec<_> = (0..records.len()).map(|number| number.to_string()).collect();
        prop_assert_eq!(ids(&read), numbers, "{}", text);
    }

    #[test]
    fn nothing_is_skipped_that_matters(
        written in prop::collection::vec(any_written(), 1..8),
        container in 0..3,
    ) {
        let records: Vec<_> = written.iter().enumerate().map(|(n, written)| written.text(n)).collect();
        let text = match container {
            0 => records.join("\n"),
            1 => format!("[{}]", records.join(",")),
            _ => format!("{{\"value\":[{}]}}", records.join(",\n")),
        };
        let read = collect(Reader::new().slice("written", text.as_bytes()));
        let verified = collect(Reader::new().verify(true).slice("written", text.as_bytes()));
        prop_assert!(verified.errors.is_empty(), "{:?} of {text}", verified.errors);
        assert_same_events(&read.events, &verified.events, &text);
        prop_assert_eq!(read.file().tally.read, records.len() as u64, "{}", text);
    }

    #[test]
    fn cells_hold_anything(
        names in prop::collection::vec(any_cell(), 1..6),
        details in prop::collection::vec(any_cell(), 6),
    ) {
        let details = &details[..names.len()];
        let bytes = portal_csv(&[("Target1DisplayName", &names), ("AdditionalDetail1Value", details)]);
        let text = String::from_utf8_lossy(&bytes);
        for verify in [false, true] {
            let read = collect(Reader::new().verify(verify).slice("rows", &bytes));
            prop_assert!(read.errors.is_empty(), "{:?} of {text}", read.errors);
            let name = |event: &Event| event.targets[0].display_name.clone().unwrap();
            let detail = |event: &Event| event.details[0].value.clone().unwrap();
            prop_assert_eq!(read.events.iter().map(name).collect::<Vec<_>>(), names.clone(), "{}", text);
            prop_assert_eq!(read.events.iter().map(detail).collect::<Vec<_>>(), details, "{}", text);
        }
    }

    #[test]
    fn unknown_words_are_kept(text in any::<String>()) {
        let activity = Activity::from_text(&text);
        prop_assert!(!matches!(activity, Activity::Other(_)) || activity.as_str() == text);
        prop_assert_eq!(Activity::from_text(activity.as_str()), activity);
        let status = Status::from_text(&text);
        prop_assert!(!matches!(status, Status::Other(_)) || status.as_str() == text);
        prop_assert_eq!(Status::from_text(status.as_str()), status);
        let method = Method::from_text(&text);
        prop_assert!(!matches!(method, Method::Other(_)) || method.as_str() == text);
        prop_assert_eq!(Method::from_text(method.as_str()), method);
    }

    /// `collect` holds the tally against what came out.
    #[test]
    fn damage_does_no_harm(
        file in any::<Index>(),
        damage in prop::collection::vec(any_damage(), 1..5),
    ) {
        let files = short_fixtures();
        let path = file.get(&files);
        let mut bytes = std::fs::read(path).unwrap();
        for damage in &damage {
            damage.apply(&mut bytes);
        }
        let read = collect(Reader::new().slice("damaged", &bytes));
        let verified = collect(Reader::new().verify(true).slice("damaged", &bytes));
        let (tally, of_all) = (read.file().tally, verified.file().tally);
        let case = format!("{}: {}", path.display(), String::from_utf8_lossy(&bytes));
        prop_assert!(tally.rejected <= of_all.rejected, "{tally:?}, {of_all:?}: {case}");
        assert_same_events(&without_origins(&read.events), &without_origins(&verified.events), &case);
    }
}

#[test]
fn every_known_word_survives_its_text() {
    for activity in Activity::KNOWN {
        assert_eq!(&Activity::from_text(activity.as_str()), activity);
        for spelling in activity.spellings() {
            assert_eq!(&Activity::from_text(spelling), activity, "{spelling}");
            assert_eq!(&Activity::from_text(&format!("{spelling}.")), activity, "{spelling}.");
        }
    }
    for method in Method::KNOWN {
        assert_eq!(&Method::from_text(method.as_str()), method);
        for spelling in method.spellings() {
            assert_eq!(&Method::from_text(spelling), method, "{spelling}");
        }
    }
}

#[test]
fn events_survive_their_json() {
    for path in files_below(&fixture("")) {
        for event in collect(regaudit::read([&path])).events {
            let text = serde_json::to_string(&event).unwrap();
            let again: Event = serde_json::from_str(&text).unwrap();
            assert_eq!(again, event, "{}", path.display());
        }
    }
}
