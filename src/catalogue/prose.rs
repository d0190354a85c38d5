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
