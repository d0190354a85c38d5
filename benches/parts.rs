//! The parts of the main job, each beside its plain twin.
//!
//! `cargo bench --bench parts --features internals` measures on exports of 8 MB; a name behind `--`
//! picks some. Every part says first what it found, and that is checked: against what was generated, or
//! against the twin. `cargo test --all-features --benches` does only that, once, on 500 kB.

#![allow(missing_docs, reason = "a program")]
#![allow(clippy::expect_used, reason = "a benchmark stops at the first surprise")]

#[path = "../examples/generate/export.rs"]
mod export;

use std::sync::LazyLock;
use std::{env, fmt};

use divan::Divan;
use divan::counter::BytesCount;
use regaudit::Reader;
use regaudit::catalogue::{Family, needles};
use regaudit::internals::{Format, Found, Pace, Prefilter, split};

use self::export::{Expected, Limit, Options, Shape};

fn main() {
    Divan::default().sample_count(20).config_with_args().main();
}

/// A generated export, and what is in it.
struct Export {
    bytes: Vec<u8>,
    expected: Expected,
}

impl Export {
    /// One of which so many records in a hundred are registration events.
    fn new(shape: Shape, hits: f64) -> Self {
        let is_benchmark = env::args().any(|argument| argument == "--bench");
        Self::up_to(Limit::Bytes(if is_benchmark { 8_000_000 } else { 500_000 }), shape, hits)
    }

    fn up_to(limit: Limit, shape: Shape, hits: f64) -> Self {
        let options = Options { share: hits, limit, seed: 7, ..Options::new(shape, 0) };
        let mut bytes = Vec::new();
        let expected = export::write(&options, &mut bytes).expect("memory can be written to");
        Self { bytes, expected }
    }

    fn count(&self) -> BytesCount {
        BytesCount::of_slice(&self.bytes)
    }
}

static LINES: LazyLock<Export> = LazyLock::new(|| Export::new(Shape::Diagnostic, 5.0));
static HIT_LINES: LazyLock<Export> = LazyLock::new(|| Export::new(Shape::Diagnostic, 100.0));
static ONE_RECORD: LazyLock<Export> =
    LazyLock::new(|| Export::up_to(Limit::Records(1), Shape::Diagnostic, 100.0));
static ARRAY: LazyLock<Export> = LazyLock::new(|| Export::new(Shape::PortalJson, 5.0));
static HIT_ARRAY: LazyLock<Export> = LazyLock::new(|| Export::new(Shape::PortalJson, 100.0));
static PRETTY_ARRAY: LazyLock<Export> = LazyLock::new(|| Export::new(Shape::PortalJsonPretty, 5.0));
static ROWS: LazyLock<Export> = LazyLock::new(|| Export::new(Shape::PortalCsv, 5.0));
static HIT_ROWS: LazyLock<Export> = LazyLock::new(|| Export::new(Shape::PortalCsv, 100.0));

/// What readers look at together.
const BLOCK: usize = 256 * 1024;

mod splitting {
    use divan::Bencher;

    use super::{ARRAY, BLOCK, Export, Format, Found, LINES, PRETTY_ARRAY, Pace, ROWS, split};

    #[divan::bench(args = Pace::BOTH)]
    fn lines(bencher: Bencher<'_, '_>, pace: Pace) {
        measure(bencher, &LINES, Format::Lines, pace);
    }

    #[divan::bench(args = Pace::BOTH)]
    fn compact_array(bencher: Bencher<'_, '_>, pace: Pace) {
        measure(bencher, &ARRAY, Format::Json, pace);
    }

    #[divan::bench(args = Pace::BOTH)]
    fn pretty_array(bencher: Bencher<'_, '_>, pace: Pace) {
        measure(bencher, &PRETTY_ARRAY, Format::Json, pace);
    }

    #[divan::bench(args = Pace::BOTH)]
    fn portal_csv(bencher: Bencher<'_, '_>, pace: Pace) {
        measure(bencher, &ROWS, Format::Csv, pace);
    }

    fn measure(bencher: Bencher<'_, '_>, export: &Export, format: Format, pace: Pace) {
        let split = || split(&export.bytes, format, BLOCK, pace);
        let found = split();
        assert_eq!(found.len() as u64, export.expected.records);
        assert!(found.iter().all(is_whole));
        bencher.counter(export.count()).bench(split);
    }

    fn is_whole(found: &Found) -> bool {
        !found.is_fault && !found.range.is_empty()
    }
}

mod prefilter {
    use divan::Bencher;

    use super::{BLOCK, Family, LINES, Pace, Prefilter, needles};

    #[divan::bench(args = Pace::BOTH)]
    fn registration(bencher: Bencher<'_, '_>, pace: Pace) {
        measure(bencher, &[Family::Registration], pace);
    }

    #[divan::bench(args = Pace::BOTH)]
    fn all_families(bencher: Bencher<'_, '_>, pace: Pace) {
        measure(bencher, &Family::ALL, pace);
    }

    fn measure(bencher: Bencher<'_, '_>, families: &[Family], pace: Pace) {
        let needles = needles(families);
        let [prefilter, twin] = [pace, Pace::Plain].map(|pace| Prefilter::new(&needles, pace));
        let blocks = blocks(&LINES.bytes);
        let found = candidates(&prefilter, &blocks);
        assert_eq!(found, candidates(&twin, &blocks));
        assert!((LINES.expected.events..LINES.expected.records).contains(&(found.len() as u64)));
        bencher.counter(LINES.count()).bench(|| candidates(&prefilter, &blocks));
    }

    /// Whole lines, as many as readers look at together.
    fn blocks(mut bytes: &[u8]) -> Vec<&[u8]> {
        let mut blocks = Vec::new();
        while let Some(rest) = bytes.get(BLOCK..) {
            let end = rest.iter().position(|byte| *byte == b'\n').expect("lines end");
            let (block, rest) = bytes.split_at(BLOCK + end + 1);
            blocks.push(block);
            bytes = rest;
        }
        blocks.push(bytes);
        blocks
    }

    /// The lines that may be of interest, by their blocks.
    fn candidates(prefilter: &Prefilter, blocks: &[&[u8]]) -> Vec<(usize, usize)> {
        let lines = |(number, block)| prefilter.lines(block).map(move |line| (number, line));
        blocks.iter().copied().enumerate().flat_map(lines).collect()
    }
}

/// How events are read.
#[derive(Clone, Copy)]
enum Way {
    /// Most are recognised by those before.
    Recognising,
    /// Every record is decoded in full.
    Decoding,
    /// Those that may be of interest are decoded in full, and found byte by byte.
    Plain,
}

impl Way {
    const ALL: [Self; 3] = [Self::Recognising, Self::Decoding, Self::Plain];

    fn reader(self) -> Reader {
        let reader = Reader::new().family(Family::Registration);
        match self {
            Self::Recognising => reader,
            Self::Decoding => reader.verify(true),
            Self::Plain => reader.plain(),
        }
    }
}

impl fmt::Display for Way {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Recognising => "recognising",
            Self::Decoding => "decoding",
            Self::Plain => "plain",
        })
    }
}

mod summary {
    use std::ops::ControlFlow;

    use divan::Bencher;
    use regaudit::Summary;

    use super::{Export, HIT_ARRAY, HIT_LINES, HIT_ROWS, LINES, ONE_RECORD, Reader, Way};

    #[divan::bench(args = Way::ALL)]
    fn lines_5_percent(bencher: Bencher<'_, '_>, way: Way) {
        measure(bencher, &LINES, way);
    }

    #[divan::bench(args = Way::ALL)]
    fn lines_100_percent(bencher: Bencher<'_, '_>, way: Way) {
        measure(bencher, &HIT_LINES, way);
    }

    #[divan::bench(args = Way::ALL)]
    fn array_100_percent(bencher: Bencher<'_, '_>, way: Way) {
        measure(bencher, &HIT_ARRAY, way);
    }

    #[divan::bench(args = Way::ALL)]
    fn portal_csv_100_percent(bencher: Bencher<'_, '_>, way: Way) {
        measure(bencher, &HIT_ROWS, way);
    }

    /// What a reading costs that has next to nothing to read.
    #[divan::bench(args = Way::ALL)]
    fn one_record(bencher: Bencher<'_, '_>, way: Way) {
        measure(bencher, &ONE_RECORD, way);
    }

    fn measure(bencher: Bencher<'_, '_>, export: &Export, way: Way) {
        let reader = way.reader();
        let summary = summarize(&reader, export);
        let answer = summary.answer();
        // Where an export does not tell maintenance, it counts as what it looks like.
        let counted: u64 = answer.activities.iter().map(|row| row.counts.total()).sum();
        let expected = &export.expected;
        assert!([expected.events, expected.events - expected.maintenance].contains(&counted));
        assert!(answer.users <= expected.users, "those of maintenance are not counted");
        assert!(summary == summarize(&Way::Plain.reader(), export), "not what the twin says");
        bencher.counter(export.count()).bench(|| summarize(&reader, export));
    }

    fn summarize(reader: &Reader, export: &Export) -> Summary {
        let events = reader.slice("generated", &export.bytes);
        let (summary, report) = events.summarize(|_| ControlFlow::Break(()));
        assert_eq!(report.tally().rejected, 0);
        summary
    }
}
