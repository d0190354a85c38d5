//! What the README prints is what the program prints.

use std::{env, fs};

use assert_cmd::cargo::cargo_bin_cmd;

/// Before the arguments of a command, behind them, and behind what it prints.
const COMMAND: &str = "\n$ cargo run --release --features ";
const PRINTED: &str = "\n```\n```text\n";
const END: &str = "```\n";

#[test]
fn the_readme_shows_what_its_commands_print() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let readme = fs::read_to_string(path).unwrap();
    let mut updated = String::new();
    let mut rest = readme.as_str();
    let mut commands = 0;
    while let Some((before, after)) = rest.split_once(PRINTED) {
        let (shown, behind) = after.split_once(END).unwrap();
        let (_, command) = before.rsplit_once(COMMAND).unwrap();
        let (features, line) = command.split_once(" -- ").unwrap();
        let can_run = !features.contains("polars") || cfg!(feature = "polars");
        let printed = if can_run { printed(line) } else { shown.to_owned() };
        commands += usize::from(can_run);
        if env::var_os("UPDATE_DOCUMENTS").is_none() {
            assert_eq!(
                shown, printed,
                "stale: run `UPDATE_DOCUMENTS=1 cargo test --all-features documents`"
            );
        }
        updated += &[before, PRINTED, &printed, END].concat();
        rest = behind;
    }
    assert!(commands >= 2, "the summary and the attempts at least");
    if env::var_os("UPDATE_DOCUMENTS").is_some() {
        fs::write(path, updated + rest).unwrap();
    }
}

/// What a line of arguments prints, or the first lines of it; `"` keeps an argument together.
fn printed(line: &str) -> String {
    let (line, shown) = match line.split_once(" | head -n ") {
        Some((line, number)) => (line, number.trim().parse().unwrap()),
        None => (line, usize::MAX),
    };
    let line = line.replace("\\\n", " ");
    let parts = line.split('"').enumerate();
    let arguments: Vec<&str> = parts
        .flat_map(
            |(number, part)| {
                if number % 2 == 1 { vec![part] } else { part.split_whitespace().collect() }
            },
        )
        .collect();
    let output = cargo_bin_cmd!("regaudit")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(arguments)
        .output()
        .unwrap();
    // Of a rollback, something may be open.
    assert!(matches!(output.status.code(), Some(0 | 4)), "{line}: {output:?}");
    let output = String::from_utf8(output.stdout).unwrap();
    output.split_inclusive('\n').take(shown).collect()
}
