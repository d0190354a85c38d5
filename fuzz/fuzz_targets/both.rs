//! An export, read fast and read plainly.

use std::ops::ControlFlow;

use regaudit::catalogue::Family;
use regaudit::model::Event;
use regaudit::read::Report;
use regaudit::{Error, Events, Reader, Summary};

/// What reading came to.
struct Outcome {
    events: Vec<Event>,
    errors: Vec<String>,
    report: Report,
}

/// Reads an export fast and plainly, and holds one against the other.
pub fn compare(export: &[u8]) {
    let (reader, block) = reader(export);
    let plain = collect(reader.clone().plain().slice("export", export));
    let reader = block.map_or(reader.clone(), |block| reader.pieces(block, 1000));
    let mut expected = Summary::new();
    plain.events.iter().for_each(|event| expected.add(event));
    let fast = collect(reader.slice("export", export));
    for (number, pair) in fast.events.iter().zip(&plain.events).enumerate() {
        assert_eq!(pair.0, pair.1, "event {number}");
    }
    assert_eq!(fast.events.len(), plain.events.len(), "how many events");
    assert_eq!(fast.errors, plain.errors);
    assert_same_report(&fast.report, &plain.report);

    let mut faults = Vec::new();
    let (summary, report) = reader.slice("export", export).summarize(|fault| {
        faults.push(fault.to_string());
        ControlFlow::Continue(())
    });
    assert_eq!(faults, plain.errors, "summing up");
    assert_same_report(&report, &plain.report);
    assert_eq!(summary, expected);
}

/// One of several readers, and how much the fast one is to read at a time: chosen by the bytes, so that
/// any file is an input as it stands.
fn reader(export: &[u8]) -> (Reader, Option<usize>) {
    let sum = export.iter().fold(0_u32, |sum, byte| sum.wrapping_mul(31) ^ u32::from(*byte));
    let reader = Reader::new().threads(1).dedup(sum & 0x100 == 0);
    let usual = reader.clone().family(Family::Registration);
    match sum >> 16 & 7 {
        0 => (reader.verify(true), None),
        // What becomes of the rest of a list depends on how much of it was read with such a record.
        1 => (reader.longest_record(800), None),
        2 => (reader, None),
        3 => (reader, Some(97)),
        4 => (usual, Some(97)),
        5 => (usual, Some(1500)),
        _ => (usual, None),
    }
}

fn collect(mut events: Events<'_>) -> Outcome {
    let (mut read, mut errors) = (Vec::new(), Vec::<Error>::new());
    for event in &mut events {
        match event {
            Ok(event) => read.push(event),
            Err(error) => errors.push(error),
        }
    }
    let report = events.into_report();
    let tally = report.tally();
    assert!(tally.balances(), "{tally:?}");
    assert_eq!(tally.yielded, read.len() as u64, "{tally:?}");
    Outcome { events: read, errors: errors.iter().map(ToString::to_string).collect(), report }
}

fn assert_same_report(found: &Report, expected: &Report) {
    let json = |report| serde_json::to_value(report).expect("a report is JSON");
    assert_eq!(json(found), json(expected));
}
