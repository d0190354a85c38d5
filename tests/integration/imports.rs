//! The direction of imports: each part of the crate uses those below it, and nothing else.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::support::files_below;

/// What each part may use beside itself. The command line uses the public API, which it names by the
/// name of the crate.
const MAY_USE: [(&str, &[&str]); 22] = [
    ("origin", &[]),
    ("error", &["origin"]),
    ("pattern", &["error", "origin"]),
    ("model", &["error", "origin"]),
    ("catalogue", &["model", "error", "origin"]),
    ("filter", &["catalogue", "model"]),
    ("scan", &["error", "origin"]),
    ("read", &["filter", "scan", "catalogue", "model", "pattern", "error", "origin"]),
    ("mask", &["catalogue", "model", "error", "origin"]),
    ("summary", &["catalogue", "model", "error", "origin"]),
    ("attempt", &["catalogue", "model", "error", "origin"]),
    ("state", &["model", "error", "origin"]),
    (
        "troubleshoot",
        &["state", "attempt", "read", "mask", "catalogue", "model", "error", "origin"],
    ),
    ("rollback", &["state", "attempt", "read", "mask", "catalogue", "model", "error", "origin"]),
    ("summarize", &["read", "summary", "error"]),
    ("user_events", &["read", "filter", "scan", "catalogue", "model", "error"]),
    ("query", &["attempt", "filter", "catalogue", "model", "pattern", "error", "origin"]),
    ("exports", &["query", "read", "filter", "mask", "attempt", "catalogue", "error", "model"]),
    (
        "report",
        &[
            "query",
            "troubleshoot",
            "rollback",
            "attempt",
            "summary",
            "catalogue",
            "model",
            "read",
            "error",
            "origin",
        ],
    ),
    ("internals", &["scan"]),
    ("cli", &[]),
    ("main", &["cli"]),
];

/// The doorway, which names every part.
const DOORWAY: &str = "lib";

#[test]
fn imports_point_downwards() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for path in files_below(&source) {
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let file = path.strip_prefix(&source).unwrap();
        let place = module_of(file);
        if place[0] == DOORWAY {
            continue;
        }
        let allowed = MAY_USE.iter().find(|(part, _)| *part == place[0]);
        let (part, allowed) = allowed
            .unwrap_or_else(|| panic!("src/{}: say what it may use in MAY_USE", file.display()));
        let text = fs::read_to_string(&path).unwrap();
        for used in parts_used(&text, place.len()) {
            assert!(
                used == *part || allowed.contains(&used.as_str()),
                "src/{}: {part} may not use {used}",
                file.display()
            );
        }
    }
}

/// The path of the module that a file holds: `read/envelope/mod.rs` is `read`, `envelope`.
fn module_of(file: &Path) -> Vec<String> {
    let names = file.with_extension("");
    let names = names.iter().map(|name| name.to_str().unwrap().to_owned());
    names.filter(|name| name != "mod").collect()
}

/// The parts of the crate that the text of a module names, so many levels below the root. Comments
/// do not count, and tests may use what they like.
fn parts_used(text: &str, depth: usize) -> BTreeSet<String> {
    let lines = text.lines().map(|line| line.split("//").next().unwrap_or_default());
    let code: String = lines.collect::<Vec<_>>().join("\n");
    let code = code.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let mut used = BTreeSet::new();
    for (place, _) in code.match_indices("crate::") {
        let is_name = code[..place].ends_with(|c: char| c.is_alphanumeric() || "_$".contains(c));
        if !is_name {
            used.extend(first_names(&code[place + "crate::".len()..]));
        }
    }
    // From the module of a part, so many `super` lead to the root.
    let to_root = "super::".repeat(depth);
    for (place, _) in code.match_indices(&to_root) {
        let names = first_names(&code[place + to_root.len()..]);
        let is_part = |name: &String| MAY_USE.iter().any(|(part, _)| part == name);
        used.extend(names.into_iter().filter(is_part));
    }
    used
}

/// The first name of a path, or of each path in braces.
fn first_names(path: &str) -> Vec<String> {
    let name = |path: &str| {
        let path = path.trim_start();
        path.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>()
    };
    let Some(group) = path.strip_prefix('{') else {
        return vec![name(path)];
    };
    let mut names = vec![name(group)];
    let mut open = 1;
    for (place, character) in group.char_indices() {
        match character {
            '{' => open += 1,
            '}' => open -= 1,
            ',' if open == 1 => names.push(name(&group[place + 1..])),
            _ => {}
        }
        if open == 0 {
            break;
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

#[test]
fn the_scan_sees_every_way_to_name_a_part() {
    let used = |text: &str, depth| parts_used(text, depth).into_iter().collect::<Vec<_>>();
    assert_eq!(used("use crate::model::Event;", 1), ["model"]);
    assert_eq!(
        used("use crate::{error::{Error, Result}, scan::Block,\n  model};", 2),
        ["error", "model", "scan"]
    );
    assert_eq!(used("fn f() -> crate::error::Result<()> {}", 2), ["error"]);
    assert_eq!(used("use super::super::read::Reader;", 2), ["read"]);
    assert_eq!(used("use super::read::Reader;", 1), ["read"]);
    assert_eq!(used("use super::super::condition::Condition;", 2), [""; 0]);
    assert_eq!(used("/// See [`Summary`](crate::summary::Summary).\nfn f() {}", 1), [""; 0]);
    assert_eq!(used("#[cfg(test)]\nmod tests {\n use crate::read::Reader; }", 1), [""; 0]);
    assert_eq!(used("use mycrate::model::Event;", 1), [""; 0]);
    assert_eq!(module_of(Path::new("read/envelope/mod.rs")), ["read", "envelope"]);
    assert_eq!(module_of(Path::new("summary.rs")), ["summary"]);
}
