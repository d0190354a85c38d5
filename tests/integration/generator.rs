//! What the generator of exports says it wrote is what is read, in every shape.

use std::collections::{BTreeMap, BTreeSet};

use regaudit::catalogue::Family;
use regaudit::{Outcome, Reader, classify};

use crate::export::{self, Expected, Options, Shape};
use crate::support::{assert_same_events, assert_stands_at_its_origin, collect};

/// An export, thirty in a hundred of whose records are registration events.
fn generate(shape: Shape, records: u64, traps: bool) -> (Vec<u8>, Expected) {
    let options = Options { share: 30.0, traps, users: 40, ..Options::new(shape, records) };
    let mut bytes = Vec::new();
    let expected = export::write(&options, &mut bytes).unwrap();
    (bytes, expected)
}

#[test]
fn generated_exports_are_read_in_full() {
    for shape in Shape::ALL {
        for traps in [false, true] {
            check(shape, traps);
        }
    }
}

fn check(shape: Shape, traps: bool) {
    let case = format!("{shape}{}", if traps { " with traps" } else { "" });
    let (bytes, expected) = generate(shape, 300, traps);
    let read = collect(Reader::new().slice(&case, &bytes));
    assert!(read.errors.is_empty(), "{case}: {:?}", read.errors);
    assert_eq!(read.file().tally.read, expected.records, "{case}");
    assert_eq!(read.file().tally.duplicate, 0, "{case}");

    let mut by_activity: BTreeMap<&str, u64> = BTreeMap::new();
    let mut by_outcome: BTreeMap<&str, u64> =
        expected.by_outcome.keys().map(|outcome| (*outcome, 0)).collect();
    let mut users = BTreeSet::new();
    let (mut maintenance, mut twins) = (0, 0);
    for event in &read.events {
        let classification = classify(event).unwrap();
        twins += u64::from(classification.family == Family::Twin);
        if classification.family != Family::Registration {
            continue;
        }
        *by_activity.entry(event.activity.as_str()).or_default() += 1;
        *by_outcome.entry(classification.outcome.as_str()).or_default() += 1;
        maintenance += u64::from(classification.maintenance);
        users.insert(event.target_user().and_then(|target| target.id.clone()));
    }
    let is_portal = matches!(shape, Shape::PortalCsv | Shape::PortalJson | Shape::PortalJsonPretty);
    assert_eq!(by_activity, expected.by_activity, "{case}");
    assert_eq!(by_outcome, expected.by_outcome, "{case}");
    assert!(!by_outcome.contains_key(Outcome::Unknown.as_str()), "{case}");
    assert_eq!(by_activity.values().sum::<u64>(), expected.events, "{case}");
    assert_eq!(users.len() as u64, expected.users, "{case}");
    assert_eq!(twins, expected.twins, "{case}");
    assert_eq!(maintenance, if is_portal { 0 } else { expected.maintenance }, "{case}");

    let verified = collect(Reader::new().verify(true).slice(&case, &bytes));
    assert_same_events(&verified.events, &read.events, &case);
    assert_eq!(verified.file().tally, read.file().tally, "{case}");
}

/// The exports are longer than what is read at a time.
#[test]
fn places_and_order_do_not_depend_on_blocks_or_threads() {
    let folder = tempfile::tempdir().unwrap();
    for shape in Shape::ALL {
        let case = shape.to_string();
        let (bytes, _) = generate(shape, 400, false);
        assert!(bytes.len() > 256 * 1024, "{case}: {} bytes", bytes.len());
        let path = folder.path().join(shape.name());
        std::fs::write(&path, &bytes).unwrap();
        let read = collect(Reader::new().threads(1).paths([&path]));
        let text = String::from_utf8(bytes).unwrap();
        for event in &read.events {
            assert_stands_at_its_origin(event, &text, &case);
        }
        let on_threads = collect(Reader::new().threads(3).paths([&path]));
        assert_same_events(&on_threads.events, &read.events, &case);
    }
}

/// The same records in every shape: those that carry ids drop each other's as duplicates.
#[test]
fn shapes_are_duplicates_of_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let mut events = 0;
    for shape in Shape::ALL {
        let (bytes, _) = generate(shape, 100, false);
        events = collect(Reader::new().slice("alone", &bytes)).events.len();
        std::fs::write(folder.path().join(shape.name()), bytes).unwrap();
    }
    let read = collect(regaudit::read([folder.path()]));
    assert_eq!(read.events.len(), events);
    assert_eq!(read.report.tally().duplicate, (events * (Shape::ALL.len() - 1)) as u64);
}
