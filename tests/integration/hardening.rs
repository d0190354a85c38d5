//! Inputs that were made to be misread: records that could vanish, hide or be taken for others.

use std::fmt::Write as _;
use std::io::{self, Read};

use regaudit::ErrorKind::{self, Csv, DateOrder, Framing, Io};
use regaudit::catalogue::Family;
use regaudit::{Outcome, Reader, classify};

use crate::support::{Outcome as Reading, collect};

const ACTIVITY: &str = "User registered security info";

/// A directoryAudit on one line, of a service that may be of interest or not.
fn record(id: u32, service: &str) -> String {
    format!(
        r#"{{"id":"{id}","activityDateTime":"2026-03-09T08:00:00Z","activityDisplayName":"{ACTIVITY}","loggedByService":"{service}","result":"success","resultReason":"User registered Email"}}"#
    )
}

fn event(id: u32) -> String {
    record(id, "Authentication Methods")
}

/// An audit record that nothing makes a candidate.
fn noise(id: u32) -> String {
    event(id).replace(ACTIVITY, "Add user").replace("Authentication Methods", "Core Directory")
}

fn read_text(text: &str) -> Reading {
    collect(regaudit::read_slice("text", text.as_bytes()))
}

fn ids(read: &Reading) -> Vec<&str> {
    read.events.iter().map(|event| event.id.as_deref().unwrap()).collect()
}

fn kinds(read: &Reading) -> Vec<ErrorKind> {
    read.errors.iter().map(regaudit::Error::kind).collect()
}

const PORTAL: &str = "Date (UTC),Service,Activity,Result,ResultReason,User Agent,CorrelationId\n";

fn row(user_agent: &str, id: u32) -> String {
    format!(
        "2026-03-09T08:00:00Z,Authentication Methods,{ACTIVITY},success,r{id},{user_agent},c{id}"
    )
}

#[test]
fn rows_that_a_stray_quote_joins_are_rejected_not_dropped() {
    let rows =
        [row("agent 5\" screen", 1), row("plain", 2), row("agent 6\" screen", 3), row("p", 4)];
    let read = read_text(&format!("{PORTAL}{}\n", rows.join("\n")));
    assert_eq!(kinds(&read), [Csv], "{:?}", read.errors);
    assert_eq!(read.events.len(), 1, "what follows is read");
    let read = read_text(&format!("{PORTAL}{}\n", rows[1..2].join("") + "\r" + &rows[3]));
    assert_eq!(kinds(&read), [Csv], "{:?}", read.errors);
}

#[test]
fn a_quiet_log_beside_another_is_not_the_wrong_one() {
    let sign_in =
        r#"{"time":"2026-03-09T08:00:00Z","category":"SignInLogs","properties":{"id":"1"}}"#;
    let diagnostic = |id| {
        format!(
            r#"{{"time":"2026-03-09T08:00:00Z","category":"AuditLogs","operationName":"Add user","properties":{}}}"#,
            noise(id)
        )
    };
    for verify in [false, true] {
        let text = format!("{sign_in}\n{}\n{}\n", diagnostic(1), diagnostic(2));
        let read = collect(Reader::new().verify(verify).slice("mixed", text.as_bytes()));
        assert!(read.errors.is_empty(), "{:?}", read.errors);
        assert_eq!(read.file().tally.filtered_out, 3);
    }
}

#[test]
fn escapes_of_escapes_hide_nothing() {
    let spellings = [
        r"StrongAuthenticationMethod",
        r"\\u0053trongAuthenticationMethod",
        r"\u005cu0053trongAuthenticationMethod",
        r"\u005Cu0053trongAuthenticationMethod",
        r"\\u\u0030053trongAuthenticationMethod",
        r"\\\u00750053trongAuthenticationMethod",
    ];
    for spelling in spellings {
        let targets = format!(
            r#"[{{\"type\":\"User\",\"id\":\"1\",\"modifiedProperties\":[{{\"displayName\":\"{spelling}\",\"oldValue\":\"[]\",\"newValue\":\"[{{}}]\"}}]}}]"#
        );
        let text = format!(
            r#"{{"TimeGenerated":"2026-03-09T08:00:00Z","Id":"1","ActivityDisplayName":"Update user","LoggedByService":"Core Directory","Result":"success","TargetResources":"{targets}"}}"#
        );
        let text = format!("{text}\n{text}\n");
        for verify in [false, true] {
            let reader = Reader::new().verify(verify).family(Family::Twin);
            let read = collect(reader.slice(spelling, text.as_bytes()));
            assert_eq!(read.rules(), ["twin.methods_changed"], "{spelling}, verify {verify}");
        }
    }
}

#[test]
fn one_damaged_line_costs_itself() {
    let lines: Vec<String> = (0..50).map(event).collect();
    let cut = |number: usize| lines[number][..60].to_owned();
    for indent in ["", " "] {
        for damaged in [vec![1, 2], vec![2], vec![25], vec![49]] {
            let text: Vec<String> =
                (0..50)
                    .map(|number| {
                        if damaged.contains(&number) { cut(number) } else { lines[number].clone() }
                    })
                    .map(|line| format!("{indent}{line}"))
                    .collect();
            let read = read_text(&text.join("\n"));
            let case = format!("lines {damaged:?} cut, indented by `{indent}`");
            assert_eq!(read.events.len(), 50 - damaged.len(), "{case}");
            assert_eq!(kinds(&read), vec![Framing; damaged.len()], "{case}");
        }
    }
    let read = read_text(&format!("{}\noops\n{}\n{}", event(1), cut(2), event(3)));
    assert_eq!(ids(&read), ["1", "3"]);
    let first_cut = read_text(&format!("{}\n{}\n{}\n{}", cut(0), event(1), event(2), event(3)));
    assert_eq!(ids(&first_cut), ["1", "2", "3"]);
}

#[test]
fn what_is_skipped_is_counted_as_what_it_contains() {
    let (a, b, c, d) = (noise(1), noise(2), noise(3), noise(4));
    let cases = [
        (format!(r#"[{{"records":[{a},{b}]}},{{"records":[{c},{d}]}}]"#), 4),
        (format!("{a}\n{{\"records\":[{b},{c}]}}\n"), 3),
        (format!("{a}\n[{b},{c}]\n"), 3),
        (format!("[[{a},{b}],[{c}]]"), 3),
        (format!("{a}{b}"), 2),
    ];
    for (text, records) in cases {
        for verify in [false, true] {
            let read = collect(Reader::new().verify(verify).slice("text", text.as_bytes()));
            assert_eq!(read.file().tally.read, records, "verify {verify}: {text}");
            assert!(read.errors.is_empty(), "{:?}", read.errors);
        }
    }
    let two = read_text(&format!("{}\n{}{}\n", event(1), event(2), event(3)));
    assert_eq!(ids(&two), ["1", "2", "3"], "two on one line");
}

#[test]
fn nothing_behind_a_list_goes_unsaid() {
    let read = read_text(&format!(r#"{{"value":[{}],{}}}"#, event(1), event(2)));
    assert_eq!(ids(&read), ["1"]);
    assert!(kinds(&read).contains(&Framing), "{:?}", read.errors);
    let read = read_text(&format!(r#"{{"value":[{}] garbage }}"#, event(1)));
    assert!(kinds(&read).contains(&Framing), "{:?}", read.errors);
}

#[test]
fn a_page_names_the_next_one_only_if_there_is_one() {
    let page = |link: &str| format!(r#"{{"@odata.nextLink":{link},"value":[{}]}}"#, event(1));
    let (next, last) = (page(r#""https://graph.microsoft.com/next""#), page("null"));
    let cases = [
        (next.clone(), true),
        (last.clone(), false),
        (format!("{next}\n{last}\n"), true),
        (format!("{last}\n{last}\n"), false),
        (format!("{}\n{next}\n", event(2)), true),
    ];
    for (text, expected) in cases {
        assert_eq!(read_text(&text).file().names_next_page, expected, "{text}");
    }
}

#[test]
fn half_a_character_does_not_take_the_reason_away() {
    let failed = event(1)
        .replace(ACTIVITY, "User registered all required security info")
        .replace("\"success\"", "\"failure\"")
        .replace("User registered Email", r"Some other error \ud83d");
    let read = read_text(&failed);
    let [event] = read.events.as_slice() else { panic!("{:?}", read.errors) };
    assert_eq!(classify(event).unwrap().outcome, Outcome::Failure);
    assert!(event.reason.as_ref().unwrap().as_str().starts_with("Some other error "));
}

#[test]
fn what_powershell_writes_names_the_user() {
    let text = format!(
        r#"[{{"Id":"1","ActivityDateTime":"\/Date(1773043200000)\/","ActivityDisplayName":"{ACTIVITY}","LoggedByService":"Authentication Methods","OperationType":"Add","Result":"success","ResultReason":"User registered Email","InitiatedBy":{{"User":{{"Id":"00000000-0000-4000-8000-000000001001","UserPrincipalName":"ada@example.com","IPAddress":"192.0.2.1"}},"App":null}},"TargetResources":[{{"Type":"User","Id":"00000000-0000-4000-8000-000000001001","UserPrincipalName":"ada@example.com","ModifiedProperties":[]}}]}}]"#
    );
    let read = read_text(&text);
    let [event] = read.events.as_slice() else { panic!("{:?}", read.errors) };
    assert_eq!(event.time.to_rfc3339(), "2026-03-09T08:00:00+00:00");
    assert_eq!(event.actor.user_principal_name(), Some("ada@example.com"));
    assert_eq!(
        event.target_user().unwrap().user_principal_name.as_deref(),
        Some("ada@example.com")
    );
    assert_eq!(event.operation.as_deref(), Some("Add"));
    assert_eq!(event.ip.as_ref().unwrap().text, "192.0.2.1");
}

#[test]
fn an_envelope_without_properties_is_still_an_event() {
    let text = format!(
        r#"{{"time":"2026-03-09T08:00:00Z","category":"AuditLogs","operationName":"{ACTIVITY}","resultType":"Success","properties":null}}"#
    );
    let read = read_text(&text);
    assert_eq!(read.rules(), ["registration.registered"], "{:?}", read.errors);
}

#[test]
fn marks_between_joined_files_are_no_text() {
    let lines = read_text(&format!("\u{feff}{}\n\u{feff}{}\n", event(1), event(2)));
    assert_eq!(ids(&lines), ["1", "2"], "{:?}", lines.errors);
    // Enough plain lines before the mark that the file is told to be one of lines.
    let [one, two, three] = [1, 2, 3].map(event);
    let parts = read_text(&format!("{one}\n{two}\n\u{feff}{three}\n"));
    assert_eq!(ids(&parts), ["1", "2", "3"], "{:?}", parts.errors);
    let lists = read_text(&format!("\u{feff}[{}]\n\u{feff}[{}]", event(1), event(2)));
    assert_eq!(ids(&lists), ["1", "2"], "{:?}", lists.errors);
    assert!(lists.errors.is_empty(), "{:?}", lists.errors);
}

/// A CSV of Log Analytics with these dates, each row long enough that the last ones lie beyond what is
/// looked at first.
fn log_analytics(dates: &[&str]) -> String {
    let padding = "x".repeat(200_000);
    let mut text = String::from(
        "\"TimeGenerated [UTC]\",ActivityDisplayName,LoggedByService,Result,Padding\n",
    );
    for date in dates {
        writeln!(
            text,
            "\"{date}, 8:00:00.000 AM\",{ACTIVITY},Authentication Methods,success,{padding}"
        )
        .unwrap();
    }
    text
}

#[test]
fn the_file_settles_the_order_of_its_dates_wherever_it_does() {
    use regaudit::model::DateOrder::{DayFirst, MonthFirst};
    let settled_late = log_analytics(&["3/9/2026", "3/4/2026", "3/5/2026", "3/25/2026"]);
    for reader in [Reader::new(), Reader::new().date_order(MonthFirst)] {
        let read = collect(reader.slice("late", settled_late.as_bytes()));
        assert_eq!(read.events.len(), 4, "{:?}", read.errors);
        assert_eq!(read.events[0].time.to_rfc3339(), "2026-03-09T08:00:00+00:00");
    }
    let contradicted =
        collect(Reader::new().date_order(DayFirst).slice("late", settled_late.as_bytes()));
    assert_eq!(kinds(&contradicted), [DateOrder]);
    assert!(contradicted.errors[0].is_input());
    let impossible = log_analytics(&["31/31/2026", "3/25/2026"]);
    let read = collect(regaudit::read_slice("impossible", impossible.as_bytes()));
    assert_eq!((read.events.len(), kinds(&read)), (1, vec![DateOrder]), "{:?}", read.errors);
}

#[test]
fn many_tables_are_read_in_time_that_grows_with_them() {
    let table = r#"{"columns":[],"rows":[]},"#;
    let text = format!(r#"{{"tables":[{}{{"columns":[],"rows":[]}}]}}"#, table.repeat(80_000));
    let read = read_text(&text);
    assert_eq!(read.file().tally.read, 0);
    assert_eq!(read.file().bytes, text.len() as u64);
}

/// Gives a text, then fails as a disk does.
struct Failing<'a>(&'a [u8]);

impl Read for Failing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer)? {
            0 => Err(io::Error::other("the disk is gone")),
            read => Ok(read),
        }
    }
}

#[test]
fn a_disk_that_fails_is_no_bad_record() {
    let text: Vec<String> = (0..2000).map(event).collect();
    let text = text.join("\n");
    let read = collect(regaudit::read_from("disk", Failing(text.as_bytes())));
    assert_eq!(kinds(&read), [Io], "{:?}", read.errors);
    assert!(read.errors[0].is_input());
    assert!(read.file().error.is_some());
    assert_eq!(read.events.len(), 1999, "all but the one that may be cut");
}

#[test]
fn what_was_decoded_before_a_failure_is_used() {
    let text: Vec<String> = (0..3000).map(event).collect();
    let utf16: Vec<u8> =
        format!("\u{feff}{}", text.join("\n")).encode_utf16().flat_map(u16::to_le_bytes).collect();
    let read = collect(regaudit::read_from("disk", Failing(&utf16)));
    assert_eq!(read.events.len(), 2999);
}

#[cfg(unix)]
#[test]
fn a_pipe_in_a_folder_is_named_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    if !made.is_ok_and(|status| status.success()) {
        return;
    }
    std::fs::write(folder.path().join("good.json"), event(1)).unwrap();
    let read = collect(regaudit::read([folder.path()]));
    assert_eq!(ids(&read), ["1"]);
    assert_eq!(kinds(&read), [ErrorKind::UnsupportedFormat]);
}

/// What is ready is handed out, though every thread waits for a pipe.
#[cfg(unix)]
#[test]
fn a_pipe_that_nobody_writes_to_keeps_nothing_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut paths = vec![folder.path().join("good.json")];
    std::fs::write(&paths[0], event(1)).unwrap();
    for name in ["one", "two", "three"] {
        let pipe = folder.path().join(name);
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        if !made.is_ok_and(|status| status.success()) {
            return;
        }
        paths.push(pipe);
    }
    let (send, receive) = std::sync::mpsc::channel();
    let inputs = paths.clone();
    std::thread::spawn(move || {
        let mut events = Reader::new().threads(2).paths(&inputs);
        while send.send(events.next().map(|event| event.is_ok())).is_ok() {}
    });
    let patience = std::time::Duration::from_secs(20);
    assert_eq!(receive.recv_timeout(patience), Ok(Some(true)));
    for (number, pipe) in (2..).zip(&paths[1..]) {
        std::fs::write(pipe, event(number)).unwrap();
        assert_eq!(receive.recv_timeout(patience), Ok(Some(true)), "{}", pipe.display());
    }
    assert_eq!(receive.recv_timeout(patience), Ok(None));
}
