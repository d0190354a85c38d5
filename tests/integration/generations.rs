//! Diagnostic records of every schema since 2018.

use regaudit::{Reader, Shape};
use serde_json::{Value, json};

use crate::support::{read_fixture, row_of};

/// An event of a file: the columns that its schema makes hard to read.
struct Expected {
    outcome: &'static str,
    rule: &'static str,
    columns: fn() -> Value,
}

const fn event(outcome: &'static str, rule: &'static str, columns: fn() -> Value) -> Expected {
    Expected { outcome, rule, columns }
}

/// Each file with its shape and its events.
const GENERATIONS: [(&str, Shape, [Expected; 3]); 3] = [
    (
        "diagnostic-2018-a.json",
        Shape::EventHub,
        [
            event("success", "registration.registered", || {
                json!({
                    "time": "2018-03-12T10:41:07.412009300Z",
                    "tenant_id": "00000000-0000-4000-8000-000000000001",
                    "category": "UserManagement",
                    "operation": "Add",
                    "reason": "User registered Mobile Phone SMS",
                    "methods": ["phone_mobile_sms"],
                    "actor_kind": "user",
                    "actor_upn": "ada@example.com",
                    "target_upn": "ada@example.com",
                    "target_id": "00000000-0000-4000-8000-000000001001",
                    "ip": null,
                })
            }),
            event("cancelled", "registration.cancelled", || {
                json!({
                    "status": "failure",
                    "reason": "User canceled security info registration",
                    "methods": [],
                    "actor_kind": "user",
                    "actor_upn": "ben@example.com",
                    "target_upn": "ben@example.com",
                })
            }),
            event("success", "registration.deleted", || {
                json!({
                    "activity": "User deleted security info",
                    "status": "success",
                    "reason": null,
                    "actor_kind": "unknown",
                    "actor_upn": null,
                    "target_upn": "cleo@example.com",
                    "ip": null,
                })
            }),
        ],
    ),
    (
        "diagnostic-2018-b.jsonl",
        Shape::Diagnostic,
        [
            event("success", "registration.registered", || {
                json!({
                    "status": "success",
                    "methods": ["email"],
                    "actor_upn": "ada@example.com",
                    "ip": null,
                })
            }),
            event("failure", "registration.register_failed", || {
                json!({
                    "status": "failure",
                    "methods": ["software_oath"],
                    "target_upn": "ben@example.com",
                })
            }),
            event("success", "twin.methods_changed", || {
                json!({
                    "family": "twin",
                    "methods": ["authenticator_push"],
                    "target_upn": "cleo@example.com",
                })
            }),
        ],
    ),
    (
        "diagnostic-2022.jsonl",
        Shape::Diagnostic,
        [
            event("success", "registration.registered", || {
                json!({
                    "reason": "User registered Mobile Phone SMS",
                    "methods": ["phone_mobile_sms"],
                })
            }),
            event(
                "success",
                "registration.deleted",
                || json!({ "reason": "User deleted Fido", "methods": ["passkey_fido2"] }),
            ),
            event(
                "failure",
                "registration.register_failed",
                || json!({ "status": "failure", "methods": ["email"] }),
            ),
        ],
    ),
];

#[test]
fn every_generation_reads_alike() {
    for (file, shape, expected) in &GENERATIONS {
        let read = read_fixture(&Reader::new(), &format!("generations/{file}"));
        assert!(read.errors.is_empty(), "{file}: {:?}", read.errors);
        assert_eq!(read.file().shape, Some(*shape), "{file}");
        assert_eq!(read.file().tally.read, 3, "{file}");
        let rules: Vec<_> = expected.iter().map(|event| event.rule).collect();
        assert_eq!(read.rules(), rules, "{file}");
        for (event, expected) in read.events.iter().zip(expected) {
            let row = row_of(event);
            assert_eq!(row["outcome"], expected.outcome, "{file}: {}", event.origin);
            for (column, value) in (expected.columns)().as_object().unwrap() {
                assert_eq!(&row[column], value, "{file}: {column}, {}", event.origin);
            }
        }
    }
}

/// Texts that were not written in the usual way are kept.
#[test]
fn the_words_of_old_records_are_kept() {
    let read = read_fixture(&Reader::new(), "generations/diagnostic-2018-a.json");
    let verbatim = |number: usize| &read.events[number].verbatim;
    assert_eq!(verbatim(0).activity, None);
    assert_eq!(verbatim(0).status.as_deref(), Some("Success"));
    assert_eq!(verbatim(2).activity.as_deref(), Some("User deleted security info."));
    let read = read_fixture(&Reader::new(), "generations/diagnostic-2018-b.jsonl");
    assert_eq!(read.events[0].verbatim.status.as_deref(), Some("0"));
    assert_eq!(read.events[1].verbatim.status.as_deref(), Some("1"));
}

/// The client of the second record stands in `userAgent` alone.
#[test]
fn the_user_agent_is_found_in_either_place() {
    let read = read_fixture(&Reader::new(), "generations/diagnostic-2022.jsonl");
    assert!(read.events[1].user_agent.is_some());
    assert!(read.events[1].details.iter().all(|detail| detail.key != "User-Agent"));
}

/// The sentence beside the reason is not lost.
#[test]
fn a_description_that_says_something_else_is_a_detail() {
    let read = read_fixture(&Reader::new(), "generations/diagnostic-2022.jsonl");
    let details = &read.events[0].details;
    let description = details.iter().find(|detail| detail.key == "resultDescription").unwrap();
    assert_ne!(description.value.as_deref(), Some("User registered Mobile Phone SMS"));
}
