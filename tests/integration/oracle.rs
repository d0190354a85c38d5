//! The fast path finds what the plain one finds: the same events, tally, findings and origins, and
//! the same summary, on every fixture, the corpus, generated exports with traps, and mutations of them.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use proptest::sample::Index;
use regaudit::catalogue::Family;
use regaudit::{Error, Reader, Summary};

use crate::export::{self, Options, Shape};
use crate::support::{Outcome, assert_same_events, collect, files_below, fixture};

/// Pieces so small that most records stand across a border, and pieces as they are by default.
const PIECES: [Option<(usize, u64)>; 4] =
    [None, Some((256 * 1024, 4096)), Some((700, 2000)), Some((64, 300))];

/// Reads files in every way, and holds what comes out against the plain path.
fn check(reader: &Reader, paths: &[PathBuf], case: &str) {
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

fn assert_same_summary(
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

/// The readers that every input is read with: all families, the usual one, and every record in full.
fn readers() -> [Reader; 3] {
    let all = Reader::new().threads(2);
    [all.clone(), all.clone().family(Family::Registration), all.verify(true)]
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

/// Each is read some fifty times; `PROPTEST_CASES` asks for more.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn mutations(
        shape in prop::sample::select(Shape::ALL.to_vec()),
        share in prop::sample::select(vec![5.0, 50.0, 100.0]),
        seed in 0_u64..1000,
        mutations in prop::collection::vec(any_mutation(), 0..8),
        reader in 0_usize..3,
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

/// Reads records that differ in one text or another, each kind of them twice.
fn check_lines(case: &str, records: &[String]) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lines.json");
    let lines: String = records.iter().map(|record| format!("{record}\n")).collect();
    fs::write(&path, lines).unwrap();
    check(&Reader::new(), &[path], case);
}

fn graph_record(members: &str) -> String {
    format!(
        r#"{{"activityDateTime":"2026-03-09T08:00:00Z","loggedByService":"Authentication Methods","activityDisplayName":"User registered security info","result":"success",{members}}}"#
    )
}

/// A group and a user change places: whose names are taken is another matter in each.
#[test]
fn the_user_is_not_always_the_first_target() {
    let record = |one: (&str, &str), two: (&str, &str)| {
        let target = |(kind, id): (&str, &str)| {
            format!(r#"{{"type":"{kind}","id":"{id}","displayName":"Name of {id}"}}"#)
        };
        graph_record(&format!(
            r#""resultReason":"User registered Fido2","targetResources":[{},{}]"#,
            target(one),
            target(two)
        ))
    };
    let (user, group) = ("User", "Group");
    check_lines(
        "targets",
        &[
            record((user, "1"), (group, "a")),
            record((user, "2"), (group, "a")),
            record((group, "b"), (user, "3")),
            record((group, "c"), (user, "3")),
        ],
    );
}

/// A text that says nothing leaves the word to another, which was of no account before.
#[test]
fn a_text_that_says_nothing_gives_another_one_the_word() {
    let record = |inner: &str, outer: &str| {
        format!(
            r#"{{"time":"2026-03-09T08:00:00Z","category":"AuditLogs","resultType":"{outer}","operationName":"User registered security info","properties":{{"activityDisplayName":"User registered security info","loggedByService":"Authentication Methods","result":"{inner}","resultReason":"User registered Fido2","targetResources":[{{"type":"User","id":"1"}}]}}}}"#
        )
    };
    check_lines(
        "result",
        &[
            record("success", "success"),
            record("success", "success"),
            record("<null>", "success"),
            record("<null>", "failure"),
        ],
    );
}

#[test]
fn a_list_that_says_nothing_gives_another_one_the_word() {
    let record = |many: &str, old: &str| {
        format!(
            r#"{{"activityDateTime":"2026-03-09T08:00:00Z","loggedByService":"Core Directory","activityDisplayName":"Update user","result":"success","targetResources":"{many}","targetResource":[{{"type":"User","modifiedProperties":[{{"displayName":"StrongAuthenticationMethod","oldValue":"[]","newValue":"[{{\"MethodType\":{old}}}]"}}]}}]}}"#
        )
    };
    let many = r#"[{\"type\":\"User\",\"modifiedProperties\":[{\"displayName\":\"StrongAuthenticationMethod\",\"oldValue\":\"[]\",\"newValue\":\"[1]\"}]}]"#;
    check_lines(
        "lists",
        &[
            record(many, "6"),
            record(many, "6"),
            record("None", "6"),
            record("None", "7"),
            record("None", "0"),
        ],
    );
}

/// The type of an actor of the portal's CSV is of account only where it is an application's.
#[test]
fn an_actor_of_the_portal_may_be_an_application() {
    let header = "Date (UTC),CorrelationId,Service,Activity,Result,ResultReason,ActorType,ActorDisplayName,ActorObjectId,Target1Type,Target1ObjectId\n";
    let row = |number: u32, kind: &str| {
        format!(
            "\"2026-03-09T08:00:00Z\",\"c{number}\",\"Authentication Methods\",\"User registered security info\",\"success\",\"User registered Fido2\",\"{kind}\",\"Ada\",\"1\",\"User\",\"1\"\n"
        )
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("portal.csv");
    let rows = [row(1, "User"), row(2, "User"), row(3, "Application"), row(4, "User")].concat();
    fs::write(&path, format!("{header}{rows}")).unwrap();
    check(&Reader::new(), &[path], "portal");
}

fn first_schema(kind: &str, identity: &str, names: &str, values: &str) -> String {
    format!(
        r#"{{"time":"2018-03-09T08:00:00Z","category":"Audit","operationName":"User registered security info","resultType":"success","resultDescription":"User registered Fido2","identity":"{identity}","properties":{{"identityType":"{kind}","auditEventCategory":"Authentication Methods","operationType":"Add","targetResourceType":"{names}","targetResourceName":"{values}"}}}}"#
    )
}

#[test]
fn the_type_of_an_identity_may_be_of_account() {
    let record = |kind: &str| first_schema(kind, "ada@example.com", "ObjectClass", "Role");
    check_lines("identity types", &[record("PUID"), record("PUID"), record("UPN"), record("PUID")]);
}

#[test]
fn an_identity_may_say_that_there_is_none() {
    let record = |identity: &str| first_schema("UPN", identity, "ObjectClass", "Role");
    let users = ["ada@example.com", "ada@example.com", "NA", "ben@example.com"];
    check_lines("identities", &users.map(record));
}

#[test]
fn a_packed_target_is_taken_apart() {
    let record = |values: &str| first_schema("PUID", "x", "UPN__TenantContextID", values);
    let values = ["ada@example.com__1", "ada@example.com__1", "ben@example.com__2"];
    check_lines("packed targets", &values.map(record));
}
