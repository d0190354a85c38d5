//! The fast path finds what the plain one finds: the same events, tally, findings and origins, and
//! the same summary, on every fixture, the corpus, generated exports with traps, and mutations of them.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use proptest::sample::Index;
use regaudit::catalogue::Family;
use regaudit::{Error, Filter, Reader, Summary};

use crate::export::{self, Options, Shape};
use crate::support::{Outcome, assert_same_events, collect, files_below, fixture};

/// Pieces so small that most records stand across a border, and pieces as they are by default.
const PIECES: [Option<(usize, u64)>; 4] =
    [None, Some((256 * 1024, 4096)), Some((700, 2000)), Some((64, 300))];

/// Reads files in every way, and holds what comes out against the plain path.
pub fn check(reader: &Reader, paths: &[PathBuf], case: &str) {
    let plain = collect(reader.clone().plain().paths(paths));
    let mut expected = Summary::new();
    plain.events.iter().for_each(|event| expected.add(event));
    for pieces in PIECES {
        for threads in [1, 3] {
            let case = format!("{case}, {pieces:?}, {threads} threads");
            let mut reader = reader.clone().threads(threads);
            if let Some((block, part)) = pieces {
                reader = reader.pieces(block, part);
            }
            assert_same_outcome(&collect(reader.paths(paths)), &plain, &case);
            assert_same_summary(&reader, paths, &plain, &expected, &case);
        }
    }
}

fn assert_same_outcome(found: &Outcome, plain: &Outcome, case: &str) {
    assert_same_events(&found.events, &plain.events, case);
    assert_eq!(texts(&found.errors), texts(&plain.errors), "{case}");
    assert_eq!(
        serde_json::to_value(&found.report).unwrap(),
        serde_json::to_value(&plain.report).unwrap(),
        "{case}"
    );
}

/// Sums up without decoding everything, and holds what comes out against the plain path.
pub fn assert_same_summary(
    reader: &Reader,
    paths: &[PathBuf],
    plain: &Outcome,
    expected: &Summary,
    case: &str,
) {
    let mut faults = Vec::new();
    let (summary, report) = reader.paths(paths).summarize(|fault| {
        faults.push(fault);
        ControlFlow::Continue(())
    });
    assert_eq!(texts(&faults), texts(&plain.errors), "{case}");
    assert_eq!(
        serde_json::to_value(&report).unwrap(),
        serde_json::to_value(&plain.report).unwrap(),
        "{case}"
    );
    assert_eq!(&summary, expected, "{case}");
}

fn texts(errors: &[Error]) -> Vec<String> {
    errors.iter().map(ToString::to_string).collect()
}

/// The readers that every input is read with: all families, the usual one, two users, and every record in
/// full.
fn readers() -> [Reader; 4] {
    let all = Reader::new().threads(2);
    let mut users = Filter::default();
    users.users = ["ada@example.com", "chiara.castell2@example.org"].map(str::to_owned).into();
    users.everybody = vec![Family::Policy];
    let usual = all.clone().family(Family::Registration);
    [all.clone(), usual, all.clone().filter(users), all.verify(true)]
}

fn check_folder(folder: &Path) {
    let paths = files_below(folder);
    assert!(!paths.is_empty(), "{}: no files", folder.display());
    for reader in readers() {
        for path in &paths {
            check(&reader, std::slice::from_ref(path), &path.display().to_string());
        }
        // All of them together, so that duplicates and the order of files count.
        check(&reader, &paths, &folder.display().to_string());
    }
}

#[test]
fn exports() {
    check_folder(&fixture("exports"));
}

#[test]
fn generations() {
    check_folder(&fixture("generations"));
}

#[test]
fn faults() {
    check_folder(&fixture("faults"));
}

#[test]
fn corpus() {
    let Some(folder) = std::env::var_os("REGAUDIT_CORPUS") else {
        return;
    };
    check_folder(Path::new(&folder));
}

/// An export with traps, of which so many records in a hundred are registration events.
fn generate(shape: Shape, records: u64, share: f64, seed: u64) -> Vec<u8> {
    let options = Options { share, seed, users: 15, traps: true, ..Options::new(shape, records) };
    let mut bytes = Vec::new();
    export::write(&options, &mut bytes).unwrap();
    bytes
}

#[test]
fn generated_exports() {
    let folder = tempfile::tempdir().unwrap();
    for shape in Shape::ALL {
        for (share, seed) in [(5.0, 1), (60.0, 2), (100.0, 3)] {
            let path = folder.path().join(format!("{shape}-{share}"));
            fs::write(&path, generate(shape, 400, share, seed)).unwrap();
            for reader in readers() {
                check(&reader, std::slice::from_ref(&path), &format!("{shape}, {share} %"));
            }
        }
    }
}

/// Something that goes wrong, or is unusual, in an export.
#[derive(Debug, Clone)]
enum Mutation {
    Flip(Index, u8),
    Delete(Index, usize),
    Repeat(Index, usize),
    Insert(Index, &'static str),
    Cut(Index),
}

fn any_mutation() -> impl Strategy<Value = Mutation> {
    let inserted = prop::sample::select(vec![
        "\"",
        "\\",
        "\n",
        "\r\n",
        "{",
        "}",
        "[",
        "]",
        ",",
        "\0",
        "\u{feff}",
        "é",
        "\\u0041",
        "\\u",
        "\\\"",
        "\"\"",
        "},{",
        "]\n[",
        "null",
        "Authentication Methods",
        "security info",
        "(blank)",
        "<null>",
        "\u{1}",
        " ",
        "User ",
        " +1 2025550143",
        "+1 20255501",
        "StrongAuthentication",
    ]);
    prop_oneof![
        1 => (any::<Index>(), any::<u8>()).prop_map(|(place, byte)| Mutation::Flip(place, byte)),
        1 => (any::<Index>(), 1_usize..40).prop_map(|(place, length)| Mutation::Delete(place, length)),
        1 => (any::<Index>(), 1_usize..900).prop_map(|(place, length)| Mutation::Repeat(place, length)),
        3 => (any::<Index>(), inserted).prop_map(|(place, text)| Mutation::Insert(place, text)),
        1 => any::<Index>().prop_map(Mutation::Cut),
    ]
}

impl Mutation {
    fn apply(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        match self {
            Self::Flip(place, byte) => {
                let place = place.index(bytes.len());
                bytes[place] = *byte;
            }
            Self::Delete(place, length) => {
                let start = place.index(bytes.len());
                bytes.drain(start..bytes.len().min(start + length));
            }
            Self::Repeat(place, length) => {
                let start = place.index(bytes.len());
                let text = bytes[start..bytes.len().min(start + length)].to_vec();
                bytes.splice(start..start, text);
            }
            Self::Insert(place, text) => {
                let start = place.index(bytes.len());
                bytes.splice(start..start, text.bytes());
            }
            Self::Cut(place) => bytes.truncate(place.index(bytes.len()).max(bytes.len() / 2)),
        }
    }
}

proptest! {
    // Each is read some fifty times; `PROPTEST_CASES` asks for more.
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn mutations(
        shape in prop::sample::select(Shape::ALL.to_vec()),
        share in prop::sample::select(vec![5.0, 50.0, 100.0]),
        seed in 0_u64..1000,
        mutations in prop::collection::vec(any_mutation(), 0..8),
        reader in 0_usize..4,
    ) {
        let mut bytes = generate(shape, 30, share, seed);
        for mutation in &mutations {
            mutation.apply(&mut bytes);
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mutated");
        fs::write(&path, &bytes).unwrap();
        check(&readers()[reader], &[path], &format!("{shape}, {mutations:?}"));
    }
}
