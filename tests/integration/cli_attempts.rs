//! `regaudit attempts` and `regaudit user`, as one types them.

use serde_json::{Value, json};

use crate::cli::{done, folder, lines, record, run, run_with, write};

const STARTED: &str = "User started security info registration";
const REGISTERED: &str = "User registered security info";

/// Two users: one got through, one did not.
fn records() -> Vec<Value> {
    vec![
        record(1, "2026-03-09T08:00:00Z", STARTED, "User started the registration for Passkey"),
        record(1, "2026-03-09T08:20:00Z", REGISTERED, "User registered Fido"),
        record(2, "2026-03-10T08:00:00Z", STARTED, "User started the registration for Passkey"),
    ]
}

#[test]
fn attempts_come_in_every_format() {
    let folder = folder();
    let path = write(&folder, "export.jsonl", lines(&records()));
    let table = done(&format!("attempts {path}")).output;
    assert!(table.starts_with("2 attempts, 2026-03-09 to 2026-03-10 (UTC)\n"), "{table}");
    let document = done(&format!("attempts {path} --format json")).json();
    assert_eq!(document["outcomes"]["completed"], 1);
    assert_eq!(document["attempts"][0]["duration_seconds"], 1200.0);
    let rows = done(&format!("attempts {path} --format ndjson")).rows();
    assert_eq!(
        (&rows[0]["outcome"], &rows[1]["outcome"]),
        (&json!("completed"), &json!("abandoned"))
    );
    assert_eq!(rows[0]["methods_obtained"], json!(["passkey_fido2"]));
    let (header, cells) = done(&format!("attempts {path} --format csv")).csv();
    assert_eq!((header.len(), cells.len()), (rows[0].len(), 2));
    // The two steps share a correlation id, so that no gap parts them.
    let (_, short) = done(&format!("attempts {path} --gap 1m --format csv")).csv();
    assert_eq!(short.len(), 2);
}

#[test]
fn attempts_are_chosen_whole() {
    let folder = folder();
    let path = write(&folder, "export.jsonl", lines(&records()));
    let events = |options: &str| {
        let rows = done(&format!("attempts {path} --format ndjson {options}")).rows();
        rows.iter().map(|row| row["events"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    // It began before.
    assert_eq!(events("--since 2026-03-09T08:10:00Z"), [2, 1]);
    assert_eq!(events("--until 2026-03-09T08:10:00Z"), [2]);
    assert_eq!(events("--user USER.2@example.com"), [1]);
    assert_eq!(events("--outcome completed"), [2]);
    assert_eq!(run(&format!("attempts {path} --outcome failed")).code, 1);
    assert_eq!(run(&format!("attempts {path} --gap soon")).code, 2);
}

#[test]
fn a_user_is_found_by_any_name_masked_or_not() {
    let folder = folder();
    let mut records = records();
    // One record gives the id alone.
    records[1]["targetResources"][0]["userPrincipalName"] = Value::Null;
    let path = write(&folder, "export.jsonl", lines(&records));
    for user in ["user.1@example.com", "00000000-0000-4000-8000-000000000001"] {
        for mask in ["", "--mask"] {
            let document = done(&format!("user {user} {path} --format json {mask}")).json();
            let case = format!("{user} {mask}");
            assert_eq!(document["events"].as_array().unwrap().len(), 2, "{case}");
            assert_eq!(document["attempts"].as_array().unwrap().len(), 1, "{case}");
            assert_eq!(document["users"][0]["methods_held"], json!(["passkey_fido2"]), "{case}");
            assert_eq!(document["users"][0]["certainty"], "replayed", "{case}");
            assert_eq!(document.to_string().contains("user.1@"), mask.is_empty(), "{case}");
        }
    }
    let text = done(&format!("user user.1@example.com {path}")).output;
    for part in ["methods held", "Attempts", "Events", "User registered Fido"] {
        assert!(text.contains(part), "no {part} in {text}");
    }
    assert_eq!(done(&format!("user user.1@example.com {path} --format ndjson")).rows().len(), 2);
    let nobody = run(&format!("user nobody@example.com {path}"));
    assert_eq!((nobody.code, nobody.output.as_str()), (1, ""));
    assert!(nobody.complaints.contains("nobody@example.com"), "{}", nobody.complaints);
}

/// The first record bears an old name; that it is one user is told by a later one.
#[test]
fn a_renamed_user_keeps_what_came_before() {
    let folder = folder();
    let mut records = records();
    records[0]["targetResources"][0]["userPrincipalName"] = json!("before.1@example.com");
    records[0]["initiatedBy"]["user"]["userPrincipalName"] = json!("before.1@example.com");
    // The old name without the id.
    let mut by_name = record(1, "2026-03-09T07:00:00Z", STARTED, "User started the registration");
    by_name["initiatedBy"] = records[0]["initiatedBy"].clone();
    by_name["targetResources"][0] = records[0]["targetResources"][0].clone();
    by_name["targetResources"][0]["id"] = Value::Null;
    records.insert(0, by_name);
    // The old name was given to somebody else.
    let mut other = record(3, "2026-03-10T09:00:00Z", STARTED, "User started the registration");
    other["targetResources"][0]["userPrincipalName"] = json!("before.1@example.com");
    records.push(other);
    let text = lines(&records);
    let path = write(&folder, "export.jsonl", &text);
    let id = "00000000-0000-4000-8000-000000000001";
    for user in ["user.1@example.com", id] {
        for mask in ["", "--mask"] {
            let case = format!("{user} {mask}");
            let run = done(&format!("user {user} {path} --format json {mask}"));
            assert_eq!(run.complaints, "", "{case}");
            let document = run.json();
            assert_eq!(document["events"].as_array().unwrap().len(), 3, "{case}");
            assert_eq!(document["users"].as_array().unwrap().len(), 1, "{case}");
            assert_eq!(document["users"][0]["user_id"], id, "{case}");
            if mask.is_empty() {
                let user = &document["users"][0];
                assert_eq!(user["user_principal_name"], "before.1@example.com", "{case}");
                assert_eq!(user["other_names"], json!(["user.1@example.com"]), "{case}");
            }
        }
    }
    assert_eq!(done(&format!("user {id} {path} --format csv")).csv().1.len(), 3);
    // Standard input is read once.
    let piped = |user: &str| run_with(&format!("user {user} - --format ndjson"), text.as_bytes());
    let both = piped("before.1@example.com");
    assert_eq!((both.rows().len(), both.complaints.as_str()), (4, ""), "both who bore the name");
    let cut = piped("user.1@example.com");
    assert_eq!((cut.code, cut.rows().len()), (0, 1));
    assert!(cut.complaints.contains("came before the record"), "{}", cut.complaints);
}

#[test]
fn masking_joins_and_parts_nobody() {
    let plain = done("attempts fixtures/exports --format ndjson").rows();
    let masked = done("attempts fixtures/exports --format ndjson --mask").rows();
    assert_eq!(plain.len(), masked.len());
    for (plain, masked) in plain.iter().zip(&masked) {
        for column in ["outcome", "first", "events", "twins", "methods_obtained"] {
            assert_eq!(plain.get(column), masked.get(column));
        }
        assert!(!masked["user_upn"].to_string().contains('@'));
    }
    let held = |mask: &str| {
        let line = format!("user ada@example.com fixtures/exports --format json {mask}");
        let document = done(&line).json();
        (document["users"][0]["methods_held"].clone(), document["users"][0]["certainty"].clone())
    };
    assert_eq!(held(""), held("--mask"));
}
