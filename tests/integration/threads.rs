//! Several threads and a caller who takes his time: reading ends, and nothing is lost on the way.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use regaudit::Reader;
use serde_json::Value;

/// A reading that has not ended by then never will.
const PATIENCE: Duration = Duration::from_mins(2);

fn lines(from: u32, to: u32) -> String {
    let line = |id| {
        format!(
            "{{\"id\":\"{id}\",\"activityDateTime\":\"2026-03-09T08:00:00Z\",\
            \"activityDisplayName\":\"User registered security info\",\
            \"loggedByService\":\"Authentication Methods\",\"result\":\"success\"}}\n"
        )
    };
    (from..to).map(line).collect()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// Large and small inputs, plain and compressed, empty and damaged ones, in an order that mixes them.
fn write_inputs(folder: &Path) {
    let write = |name: String, bytes: &[u8]| fs::write(folder.join(name), bytes).unwrap();
    write("00.gz".to_owned(), &gzip(&lines(0, 20_000)));
    write("01.json".to_owned(), lines(20_000, 40_000).as_bytes());
    write("02.json".to_owned(), b"");
    let damaged = gzip(&lines(40_000, 50_000));
    write("03.gz".to_owned(), &damaged[..damaged.len() / 2]);
    for number in 0..40 {
        let text = lines(50_000 + number, 50_001 + number);
        write(format!("04-{number:02}.json"), text.as_bytes());
    }
    write("05.gz".to_owned(), &gzip(&lines(60_000, 80_000)));
    write("06.json".to_owned(), b"no record\n");
}

/// How many results come, and what is reported, if the caller rests after each so many of them and leaves
/// after so many.
fn read(folder: &Path, threads: usize, rests_after: usize, leaves_after: usize) -> (usize, Value) {
    let mut events = Reader::new().threads(threads).paths([folder]);
    let mut taken = 0;
    for _ in events.by_ref().take(leaves_after) {
        taken += 1;
        if taken % rests_after == 0 {
            thread::sleep(Duration::from_micros(300));
        }
    }
    (taken, serde_json::to_value(events.report()).unwrap())
}

#[test]
fn reading_ends_however_slow_the_caller_is() {
    let folder = tempfile::tempdir().unwrap();
    write_inputs(folder.path());
    let expected = read(folder.path(), 1, usize::MAX, usize::MAX);
    assert!(expected.0 > 60_000, "{expected:?}");
    let path = folder.path().to_owned();
    let (told, tells) = mpsc::channel();
    thread::spawn(move || {
        for threads in [2, 3, 8] {
            for rests_after in [100, 5000, usize::MAX] {
                told.send((threads, read(&path, threads, rests_after, usize::MAX))).unwrap();
            }
            // Whoever leaves in the midst waits for nobody.
            read(&path, threads, 100, 30_000);
        }
    });
    for _ in 0..9 {
        let (threads, report) = tells.recv_timeout(PATIENCE).expect("reading ends");
        assert_eq!(report, expected, "{threads} threads");
    }
}
