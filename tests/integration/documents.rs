//! What the README prints is what the program prints.

use std::{env, fs};

use assert_cmd::cargo::cargo_bin_cmd;

const START: &str = "-- summary fixtures/exports\n```\n```text\n";
const END: &str = "```\n";

#[test]
fn the_readme_shows_the_real_summary() {
    let output = cargo_bin_cmd!("regaudit")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["summary", "fixtures/exports"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let printed = String::from_utf8(output.stdout).unwrap();

    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let readme = fs::read_to_string(path).unwrap();
    let (before, rest) = readme.split_once(START).unwrap();
    let (shown, after) = rest.split_once(END).unwrap();
    if env::var_os("UPDATE_DOCUMENTS").is_some() {
        fs::write(path, format!("{before}{START}{printed}{END}{after}")).unwrap();
        return;
    }
    assert_eq!(
        shown, printed,
        "stale: run `UPDATE_DOCUMENTS=1 cargo test --all-features documents`"
    );
}
