//! The catalogue as documentation.

use std::fmt::Write as _;

use super::rule::{OutcomeSource, Rule};
use super::rules::rules;
use super::{Attestation, Family};

/// The table of the rules in Markdown, family by family; of all families where none is named.
///
/// The README and the crate's page show it.
pub fn markdown(families: &[Family]) -> String {
    let mut text = String::new();
    let is_wanted = |family: &Family| families.is_empty() || families.contains(family);
    for family in Family::ALL.into_iter().filter(is_wanted) {
        let _ = writeln!(
            text,
            "**{family}**\n\n| rule | outcome | meaning | attested |\n|---|---|---|---|"
        );
        for rule in rules().filter(|rule| rule.family == family) {
            let _ = writeln!(
                text,
                "| `{}` | {} | {} | {} |",
                rule.id,
                outcome(rule),
                rule.meaning,
                attested(rule.attested)
            );
        }
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn outcome(rule: &Rule) -> String {
    let outcome = match rule.outcome {
        OutcomeSource::Is(outcome) => outcome.as_str(),
        OutcomeSource::Status => "as logged",
    };
    let maintenance = if rule.maintenance { ", maintenance" } else { "" };
    format!("{outcome}{maintenance}")
}

fn attested(attested: &[Attestation]) -> String {
    let names: Vec<_> = attested.iter().map(|attestation| attestation.as_str()).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use std::{env, fs};

    use super::*;

    const START: &str = "<!-- the catalogue, written by `UPDATE_DOCUMENTS=1 cargo test --all-features documents` -->\n";
    const END: &str = "<!-- end of the catalogue -->\n";

    /// Compares a document with what it should be, or writes it where that is asked for.
    fn check(name: &str, expected: &str) {
        let path = format!("{}/{name}", env!("CARGO_MANIFEST_DIR"));
        if env::var_os("UPDATE_DOCUMENTS").is_some() {
            fs::write(&path, expected).unwrap();
        }
        let found = fs::read_to_string(&path).unwrap();
        assert!(
            found == expected,
            "{name} is stale: run `UPDATE_DOCUMENTS=1 cargo test --all-features documents`"
        );
    }

    #[test]
    fn documents_show_the_catalogue_as_it_is() {
        check("src/catalogue/table.md", &markdown(&[]));
        let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
        let (before, rest) = readme.split_once(START).unwrap();
        let (_, after) = rest.split_once(END).unwrap();
        let table = markdown(&[Family::Registration]);
        check("README.md", &format!("{before}{START}{table}{END}{after}"));
    }
}
