//! One user's events are those that a full reading finds, whatever records call the user and however few
//! of them are decoded.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use proptest::sample::select;
use regaudit::catalogue::Family;
use regaudit::model::Event;
use regaudit::{Filter, Reader, UserEvents, classify};
use serde_json::{Value, json};

use crate::export::{self, Options, Shape};
use crate::support::{assert_same_events, collect, files_below, fixture};

const POLICY: [Family; 1] = [Family::Policy];

/// Pieces so small that most records stand across a border, and pieces as they are by default.
const PIECES: [Option<(usize, u64)>; 3] = [None, Some((700, 2000)), Some((64, 300))];

/// What is to be found: by a plain reading of everything, filtered afterwards.
struct Expected {
    events: Vec<Event>,
    names: BTreeSet<String>,
}

fn expected(reader: &Reader, user: &str, everybody: &[Family], paths: &[PathBuf]) -> Expected {
    let mut events = collect(reader.clone().plain().paths(paths)).events;
    let mut asked = Filter::default();
    asked.users = vec![user.to_owned()];
    let is_named = |event: &Event| asked.accepts(event, &classify(event).unwrap());
    let mut names = BTreeSet::new();
    let mut homes = BTreeSet::new();
    for _ in 0..events.len() {
        for event in &events {
            let found = event.user().unwrap_or_default();
            if is_named(event) || is_known(event, &names) || is_known(event, &homes) {
                let own = [found.id, found.user_principal_name].into_iter().flatten();
                names.extend(own.map(str::to_ascii_lowercase));
                homes.extend(found.user_principal_name.and_then(home_of));
            }
        }
        if names.is_empty() {
            break;
        }
    }
    events.retain(|event| {
        is_known(event, &names)
            || is_known(event, &homes)
            || everybody.contains(&classify(event).unwrap().family)
    });
    events.sort_by_key(|event| event.time);
    Expected { events, names }
}

/// Whether the id of the event's user is among the names, or, without one, the name.
fn is_known(event: &Event, names: &BTreeSet<String>) -> bool {
    let user = event.user().unwrap_or_default();
    let key = user.id.or(user.user_principal_name);
    key.is_some_and(|key| names.contains(&key.to_ascii_lowercase()))
}

fn home_of(guest: &str) -> Option<String> {
    let guest = guest.to_ascii_lowercase();
    let (name, domain) = guest.split_once("#ext#")?.0.rsplit_once('_')?;
    Some(format!("{name}@{domain}"))
}

fn find(reader: &Reader, user: &str, everybody: &[Family], paths: &[PathBuf]) -> UserEvents {
    reader.user_events(user, everybody, paths, |_| ControlFlow::Continue(()))
}

fn check(reader: &Reader, user: &str, everybody: &[Family], paths: &[PathBuf], case: &str) {
    let expected = expected(reader, user, everybody, paths);
    for pieces in PIECES {
        for threads in [1, 3] {
            let case = format!("{case}: {user}, {pieces:?}, {threads} threads");
            let mut reader = reader.clone().threads(threads);
            if let Some((block, part)) = pieces {
                reader = reader.pieces(block, part);
            }
            let found = find(&reader, user, everybody, paths);
            assert_same_events(&found.events, &expected.events, &case);
            assert_eq!(found.names, expected.names, "{case}");
            assert!(found.is_complete, "{case}");
            assert!(found.report.tally().balances(), "{case}");
        }
    }
    #[cfg(unix)]
    check_once(reader, user, everybody, paths, &expected, case);
}

/// Inputs that can be read once come to the same, or it is said that they may not.
#[cfg(unix)]
fn check_once(
    reader: &Reader,
    user: &str,
    everybody: &[Family],
    paths: &[PathBuf],
    expected: &Expected,
    case: &str,
) {
    let paths = [paths, &[ONCE.into()]].concat();
    let found = find(reader, user, everybody, &paths);
    assert!(found.report.tally().balances(), "{case}");
    assert!(found.names.is_subset(&expected.names), "{case}");
    if found.is_complete {
        assert_same_events(&found.events, &expected.events, case);
        assert_eq!(found.names, expected.names, "{case}");
    } else {
        assert!(found.events.len() < expected.events.len(), "{case}");
    }
}

/// Everybody whom events of the inputs name, in every way.
fn everyone(paths: &[PathBuf]) -> BTreeSet<String> {
    let mut everyone = BTreeSet::new();
    for event in collect(Reader::new().paths(paths)).events {
        let user = event.user().unwrap_or_default();
        let names = [user.id, user.user_principal_name].into_iter().flatten();
        everyone.extend(names.map(str::to_owned));
        everyone.extend(user.user_principal_name.and_then(home_of));
    }
    everyone
}

#[test]
fn fixtures() {
    for folder in ["exports", "generations"] {
        let paths = files_below(&fixture(folder));
        for path in &paths {
            let path = std::slice::from_ref(path);
            for user in everyone(path).iter().take(6) {
                check(&Reader::new(), user, &POLICY, path, &path[0].display().to_string());
            }
        }
        for user in everyone(&paths) {
            let reader = Reader::new();
            let expected = expected(&reader, &user, &[], &paths);
            let found = find(&reader, &user, &[], &paths);
            assert_same_events(&found.events, &expected.events, &format!("{folder}: {user}"));
            assert_eq!(found.names, expected.names, "{folder}: {user}");
        }
    }
}

#[test]
fn generated_exports_with_traps() {
    let folder = tempfile::tempdir().unwrap();
    for shape in Shape::ALL {
        let path = folder.path().join(shape.to_string());
        let options = Options { share: 30.0, users: 15, traps: true, ..Options::new(shape, 300) };
        let mut bytes = Vec::new();
        export::write(&options, &mut bytes).unwrap();
        fs::write(&path, bytes).unwrap();
        let paths = [path];
        for user in everyone(&paths).iter().step_by(7) {
            check(&Reader::new(), user, &POLICY, &paths, &shape.to_string());
        }
    }
}

const IDS: [&str; 4] = [
    "00000000-0000-4000-8000-00000000000a",
    "00000000-0000-4000-8000-00000000000b",
    "00000000-0000-4000-8000-00000000000c",
    "7",
];

const NAMES: [&str; 6] = [
    "ada@example.com",
    "Ada.New@example.com",
    "ada_example.org#EXT#@example.com",
    "ada@example.org",
    "o'brien@example.com",
    "ädä@example.com",
];

/// Something a record may tell of, with the family it is of.
const KINDS: [(&str, &str); 6] = [
    ("Authentication Methods", "User registered security info"),
    ("Authentication Methods", "User deleted security info"),
    ("Authentication Methods", "Authentication Methods Policy Update"),
    ("Core Directory", "Disable Strong Authentication"),
    ("Conditional Access", "Update Conditional Access policy"),
    ("Core Directory", "Add member to group"),
];

/// A record as some export may write it.
#[derive(Debug, Clone)]
struct Written {
    kind: (&'static str, &'static str),
    second: u8,
    id: Option<&'static str>,
    name: Option<&'static str>,
    /// Whether the user is the one who acts, not the target.
    is_actor: bool,
    /// Somebody whom the record names without being about them.
    mentions: Option<&'static str>,
    is_upper: bool,
    /// A character that is written as an escape.
    escaped: Option<char>,
}

fn any_written() -> impl Strategy<Value = Written> {
    let mentions = IDS.iter().chain(&NAMES).copied().collect::<Vec<_>>();
    (
        (select(KINDS.to_vec()), 0_u8..4),
        prop::option::of(select(IDS.to_vec())),
        prop::option::of(select(NAMES.to_vec())),
        (prop::bool::weighted(0.2), prop::option::weighted(0.3, select(mentions))),
        prop::bool::weighted(0.2),
        prop::option::weighted(0.2, select(vec!['@', 'a', 'A', '-', '0', '.', '_', '\''])),
    )
        .prop_map(|((kind, second), id, name, (is_actor, mentions), is_upper, escaped)| {
            Written { kind, second, id, name, is_actor, mentions, is_upper, escaped }
        })
}

impl Written {
    fn cased(&self, text: Option<&str>) -> Option<String> {
        text.map(|text| if self.is_upper { text.to_ascii_uppercase() } else { text.to_owned() })
    }

    fn time(&self) -> String {
        format!("2026-03-09T08:00:0{}Z", self.second)
    }

    fn json(&self, number: usize) -> Value {
        let (service, activity) = self.kind;
        let user = json!({ "id": self.cased(self.id), "userPrincipalName": self.cased(self.name) });
        let mut target = user.clone();
        target["type"] = json!("User");
        target["modifiedProperties"] =
            json!([{ "displayName": "Name", "oldValue": null, "newValue": self.mentions }]);
        json!({
            "id": format!("Directory_{number}"),
            "activityDateTime": self.time(),
            "activityDisplayName": activity,
            "loggedByService": service,
            "result": "success",
            "resultReason": "",
            "correlationId": format!("00000000-0000-4000-8000-{number:012}"),
            "initiatedBy": { "user": if self.is_actor { user } else { Value::Null } },
            "targetResources": if self.is_actor { json!([]) } else { json!([target]) },
        })
    }

    fn text(&self, number: usize, form: Form) -> String {
        let record = self.json(number);
        let text = match form {
            Form::Graph => record.to_string(),
            Form::Diagnostic => json!({
                "time": self.time(), "operationName": self.kind.1, "category": "AuditLogs", "properties": record,
            })
            .to_string(),
            Form::LogAnalytics => json!({
                "TimeGenerated": self.time(), "OperationName": self.kind.1, "ActivityDisplayName": self.kind.1,
                "LoggedByService": self.kind.0, "Result": "success", "Id": record["id"],
                "CorrelationId": record["correlationId"], "InitiatedBy": record["initiatedBy"].to_string(),
                "TargetResources": record["targetResources"].to_string(), "Type": "AuditLogs",
            })
            .to_string(),
        };
        match self.escaped {
            Some(escaped) => escape_values(&text, escaped),
            None => text,
        }
    }
}

/// Writes a character as an escape wherever it stands behind the sign of a name or in an id.
fn escape_values(text: &str, escaped: char) -> String {
    let escape = format!("\\u{:04x}", u32::from(escaped));
    IDS.iter().chain(&NAMES).fold(text.to_owned(), |text, name| {
        let upper = name.to_ascii_uppercase();
        let text = text.replace(name, &name.replace(escaped, &escape));
        text.replace(&upper, &upper.replace(escaped, &escape))
    })
}

#[derive(Debug, Clone, Copy)]
enum Form {
    Graph,
    Diagnostic,
    LogAnalytics,
}

/// How records are put together into files.
#[derive(Debug, Clone, Copy)]
enum Container {
    Lines,
    Array,
    Page,
    Messages,
    Gzip,
}

fn write(records: &[Written], from: usize, form: Form, container: Container, path: &Path) {
    let records: Vec<String> =
        (from..).zip(records).map(|(number, record)| record.text(number, form)).collect();
    let lines = records.join("\n");
    let bytes = match container {
        Container::Lines => lines.into_bytes(),
        Container::Array => format!("[{}]", records.join(",")).into_bytes(),
        Container::Page => format!("{{\"value\":[\n{}\n]}}", records.join(",\n")).into_bytes(),
        Container::Messages => {
            let messages =
                records.chunks(2).map(|two| format!("{{\"records\":[{}]}}\n", two.join(",")));
            messages.collect::<String>().into_bytes()
        }
        Container::Gzip => {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(lines.as_bytes()).unwrap();
            encoder.finish().unwrap()
        }
    };
    fs::write(path, bytes).unwrap();
}

/// The portal's CSV of the records.
fn write_portal_csv(records: &[Written], path: &Path) {
    let header =
        csv::Reader::from_path(fixture("exports/portal.csv")).unwrap().headers().unwrap().clone();
    let mut writer = csv::Writer::from_path(path).unwrap();
    writer.write_record(&header).unwrap();
    for (number, record) in records.iter().enumerate() {
        let cell = |name: &str| -> String {
            let own = |part: Option<&str>, is_there: bool| {
                record.cased(part).filter(|_| is_there).unwrap_or_default()
            };
            match name.trim_start_matches('\u{feff}') {
                "Date (UTC)" => record.time(),
                "CorrelationId" => format!("00000000-0000-4000-8000-{number:012}"),
                "Service" => record.kind.0.to_owned(),
                "Activity" => record.kind.1.to_owned(),
                "Result" => "success".to_owned(),
                "ActorType" => own(Some("User"), record.is_actor),
                "ActorObjectId" => own(record.id, record.is_actor),
                "ActorUserPrincipalName" => own(record.name, record.is_actor),
                "Target1Type" => own(Some("User"), !record.is_actor),
                "Target1ObjectId" => own(record.id, !record.is_actor),
                "Target1UserPrincipalName" => own(record.name, !record.is_actor),
                "Target1DisplayName" => {
                    format!("\"{}\", he said", record.mentions.unwrap_or_default())
                }
                _ => String::new(),
            }
        };
        writer.write_record(header.iter().map(cell)).unwrap();
    }
    writer.flush().unwrap();
}

fn any_asked() -> impl Strategy<Value = String> {
    let asked = IDS.iter().chain(&NAMES).copied().collect::<Vec<_>>();
    (select(asked), any::<bool>()).prop_map(|(asked, is_upper)| {
        if is_upper { asked.to_ascii_uppercase() } else { asked.to_owned() }
    })
}

fn any_everybody() -> impl Strategy<Value = Vec<Family>> {
    prop::collection::vec(select(Family::ALL.to_vec()), 0..3)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_json(
        records in prop::collection::vec(any_written(), 1..16),
        form in select(vec![Form::Graph, Form::Diagnostic, Form::LogAnalytics]),
        containers in prop::array::uniform2(select(vec![
            Container::Lines, Container::Array, Container::Page, Container::Messages, Container::Gzip,
        ])),
        user in any_asked(),
        everybody in any_everybody(),
        verify in prop::bool::weighted(0.1),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let paths = ["one", "two"].map(|name| folder.path().join(name));
        let (one, two) = records.split_at(records.len() / 2);
        write(one, 0, form, containers[0], &paths[0]);
        write(two, one.len(), form, containers[1], &paths[1]);
        let case = format!("{records:#?}, {form:?}, {containers:?}, {everybody:?}");
        check(&Reader::new().verify(verify), &user, &everybody, &paths, &case);
        let registrations = Reader::new().family(Family::Registration).verify(verify);
        check(&registrations, &user, &everybody, &paths, &case);
    }

    #[test]
    fn any_portal_csv(
        records in prop::collection::vec(any_written(), 1..16),
        user in any_asked(),
        everybody in any_everybody(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("portal.csv");
        write_portal_csv(&records, &path);
        check(&Reader::new(), &user, &everybody, &[path], &format!("{records:#?}, {everybody:?}"));
    }

    /// Filters by user find the same with little decoded as with everything.
    #[test]
    fn any_filter(
        records in prop::collection::vec(any_written(), 1..16),
        form in select(vec![Form::Graph, Form::Diagnostic, Form::LogAnalytics]),
        users in prop::collection::vec(any_asked(), 1..4),
        everybody in any_everybody(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lines");
        write(&records, 0, form, Container::Lines, &path);
        let mut filter = Filter::default();
        filter.users = users;
        filter.everybody = everybody;
        let all = collect(Reader::new().plain().paths([&path])).events;
        let wanted = all.into_iter().filter(|event| filter.accepts(event, &classify(event).unwrap()));
        let found = collect(Reader::new().filter(filter.clone()).paths([&path]));
        assert_same_events(&found.events, &wanted.collect::<Vec<_>>(), &format!("{records:#?}, {filter:?}"));
    }
}

fn written(id: Option<&'static str>, name: Option<&'static str>) -> Written {
    Written {
        kind: KINDS[0],
        second: 0,
        id,
        name,
        is_actor: false,
        mentions: None,
        is_upper: false,
        escaped: None,
    }
}

/// An input that is empty and no file, so that it may not give the same twice; it has a fault of its own.
#[cfg(unix)]
const ONCE: &str = "/dev/null";

#[cfg(unix)]
#[test]
fn one_reading_is_enough_where_the_first_record_tells_the_names() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lines");
    let records = [
        written(Some(IDS[0]), Some(NAMES[0])),
        written(Some(IDS[1]), Some(NAMES[1])),
        written(None, Some(NAMES[0])),
    ];
    write(&records, 0, Form::Graph, Container::Lines, &path);
    for (user, events) in [(IDS[0], 2), (NAMES[0], 2), (IDS[1], 1)] {
        for paths in [vec![path.clone()], vec![path.clone(), ONCE.into()]] {
            let found = find(&Reader::new(), user, &[], &paths);
            assert!(found.is_complete, "{user}");
            assert_eq!((found.events.len(), found.names.len()), (events, 2), "{user}");
        }
    }
}

#[cfg(unix)]
#[test]
fn what_can_be_read_once_may_be_incomplete() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lines");
    let records = [written(Some(IDS[0]), Some(NAMES[1])), written(Some(IDS[0]), Some(NAMES[0]))];
    write(&records, 0, Form::Graph, Container::Lines, &path);
    let once = find(&Reader::new(), NAMES[0], &[], &[path.clone(), ONCE.into()]);
    assert_eq!((once.is_complete, once.events.len()), (false, 1));
    let again = find(&Reader::new(), NAMES[0], &[], &[path]);
    assert_eq!((again.is_complete, again.events.len()), (true, 2));
    assert_eq!(again.names.len(), 3);
}

#[test]
fn faults_are_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lines");
    let records = [written(Some(IDS[0]), Some(NAMES[1])), written(Some(IDS[0]), Some(NAMES[0]))];
    write(&records, 0, Form::Graph, Container::Lines, &path);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{text}\nno record\nno record either\n")).unwrap();
    let mut faults = 0;
    let found = Reader::new().user_events(NAMES[0], &[], [&path], |_| {
        faults += 1;
        ControlFlow::Continue(())
    });
    assert_eq!((faults, found.events.len(), found.is_complete), (2, 2, true));
    assert_eq!(found.report.tally().rejected, 2);
    let broken = Reader::new().user_events(NAMES[0], &[], [&path], |_| ControlFlow::Break(()));
    assert_eq!((broken.events.len(), broken.is_complete), (1, false));
}

#[test]
fn nobody_is_found_by_a_name_that_nobody_bears() {
    let found = find(&Reader::new(), "nobody@example.com", &[], &files_below(&fixture("exports")));
    assert!(found.events.is_empty() && found.names.is_empty() && found.is_complete);
}

/// A log of many kinds of which nothing is about the user still tells what it covers.
#[test]
fn what_the_log_covers_is_told_by_a_sample() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lines");
    let mut bytes = Vec::new();
    export::write(&Options::new(Shape::Diagnostic, 4000), &mut bytes).unwrap();
    fs::write(&path, bytes).unwrap();
    let found = find(&Reader::new(), "nobody@example.com", &[], std::slice::from_ref(&path)).report;
    let all = collect(Reader::new().verify(true).paths([&path])).report;
    let (found_in, all_in) = (found.findings(), all.findings());
    assert_eq!(found.tally().not_relevant, all.tally().read);
    assert!((20..200).contains(&found_in.audit_records), "{}", found_in.audit_records);
    assert_eq!((found_in.first, found_in.events), (all_in.first, 0));
    let day = |last: Option<chrono::DateTime<chrono::Utc>>| last.unwrap().date_naive();
    assert!(day(all_in.last) - day(found_in.last) <= chrono::TimeDelta::days(2));
    assert!(found_in.services.len() > 3, "{:?}", found_in.services);
    assert!(found_in.services.keys().all(|service| all_in.services.contains_key(service)));
}

/// Changes of Conditional Access are put off, in whichever of several inputs and forms they stand.
#[test]
fn what_is_put_off_is_told_from_what_other_inputs_hold() {
    let folder = tempfile::tempdir().unwrap();
    let [json, copy, csv] =
        ["one.json", "two.json", "portal.csv"].map(|name| folder.path().join(name));
    let change = |second: u8| Written {
        kind: ("Conditional Access", "Update Conditional Access policy"),
        second,
        ..written(Some(IDS[usize::from(second) % 2]), None)
    };
    let changes: Vec<Written> = (0..6).map(change).collect();
    write(&changes, 0, Form::Graph, Container::Lines, &json);
    write(&changes, 0, Form::Diagnostic, Container::Lines, &copy);
    write_portal_csv(&changes, &csv);
    let look = |paths: &[&PathBuf], dedup: bool, reach: i64| {
        let reader = Reader::new().dedup(dedup);
        let reach = chrono::TimeDelta::seconds(reach);
        let found =
            reader.complaint_events(NAMES[0], None, reach, paths, |fault| panic!("{fault}"));
        let tally = found.report.tally();
        assert!(tally.balances(), "{tally:?}");
        assert!(found.report.files.iter().all(|file| file.tally.balances()));
        (found.events.len(), tally.duplicate, tally.by_filter)
    };
    assert_eq!(look(&[&json], true, 9), (6, 0, 0));
    assert_eq!(look(&[&json, &copy], true, 9), (6, 6, 0));
    assert_eq!(look(&[&json, &csv], true, 9), (6, 6, 0));
    assert_eq!(look(&[&csv, &json], true, 9), (6, 6, 0));
    assert_eq!(look(&[&csv, &json, &copy], true, 9), (6, 12, 0));
    assert_eq!(look(&[&json, &copy], false, 9), (12, 0, 0));
    // What was made in the last second is needed, and of each of two policies the last change before that.
    assert_eq!(look(&[&json], true, 0), (3, 0, 3));
    assert_eq!(look(&[&json, &copy], true, 0), (3, 1, 8));
}

/// A record that is put off and turns out to be damaged is rejected like any other.
#[test]
fn what_is_put_off_may_be_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lines");
    let change = Written {
        kind: ("Conditional Access", "Update Conditional Access policy"),
        ..written(Some(IDS[0]), None)
    };
    write(&[change.clone(), change], 0, Form::Graph, Container::Lines, &path);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("\"resultReason\":\"\"", "\"resultReason\":\"\",,", 1)).unwrap();
    let mut faults = Vec::new();
    let reach = chrono::TimeDelta::hours(2);
    let found = Reader::new().complaint_events(NAMES[0], None, reach, [&path], |fault| {
        faults.push(fault.to_string());
        ControlFlow::Continue(())
    });
    let file = &found.report.files[0];
    assert!(file.tally.balances());
    assert_eq!((found.events.len(), file.tally.rejected, file.rejections.len()), (1, 1, 1));
    assert!(faults.len() == 1 && faults[0].contains("record 1, line 1, byte 0"), "{faults:?}");
}
