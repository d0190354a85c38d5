//! `regaudit catalogue`: the rules by which events are read.

use std::io::{self, Write as _};

use regaudit::catalogue::{Attestation, OutcomeSource, Rule, markdown, rules};
use regaudit::report::{Cell, Column, Table, write_json};
use serde::Serialize;

use super::Ending;
use super::args::{CatalogueArguments, CatalogueFormat};
use super::output::Output;
use super::tables;

/// A rule as JSON shows it.
#[derive(Serialize)]
struct Entry<'a> {
    rule: &'a str,
    family: &'a str,
    outcome: &'a str,
    maintenance: bool,
    meaning: &'a str,
    explanation: &'a str,
    attested: &'a [Attestation],
}

pub(super) fn run(arguments: &CatalogueArguments) -> io::Result<Ending> {
    let mut output = Output::open(&arguments.destination)?;
    let is_wanted =
        |rule: &&Rule| arguments.family.is_empty() || arguments.family.contains(&rule.family);
    let wanted: Vec<&Rule> = rules().filter(is_wanted).collect();
    match arguments.format {
        CatalogueFormat::Markdown => output.write_all(markdown(&arguments.family).as_bytes())?,
        CatalogueFormat::Json => {
            let entries: Vec<_> = wanted.iter().map(|rule| entry(rule)).collect();
            write_json(&entries, &mut output)?;
        }
        CatalogueFormat::Table => {
            // The explanations are too long to stand beside anything else.
            let shown = table(&wanted, &["rule", "outcome", "maintenance", "meaning", "attested"]);
            output.text_table().write(&shown, &mut output)?;
        }
        CatalogueFormat::Ndjson => tables::write_ndjson(&table(&wanted, &COLUMNS), &mut output)?,
        CatalogueFormat::Csv => output = tables::write_csv(&table(&wanted, &COLUMNS), output)?,
    }
    output.finish()?;
    Ok(Ending::Done)
}

fn entry(rule: &Rule) -> Entry<'_> {
    Entry {
        rule: rule.id,
        family: rule.family.as_str(),
        outcome: outcome(rule),
        maintenance: rule.maintenance,
        meaning: rule.meaning,
        explanation: rule.explanation,
        attested: rule.attested,
    }
}

const COLUMNS: [&str; 6] = ["rule", "outcome", "maintenance", "meaning", "explanation", "attested"];

fn table(rules: &[&Rule], columns: &[&'static str]) -> Table {
    let mut table = Table::new("", columns.iter().map(|name| Column::text(name)).collect());
    table.rows = rules
        .iter()
        .map(|rule| columns.iter().map(|column| cell(rule, column)).collect())
        .collect();
    table
}

fn cell(rule: &Rule, column: &str) -> Cell {
    match column {
        "rule" => Cell::Text(rule.id.to_owned()),
        "outcome" => Cell::Text(outcome(rule).to_owned()),
        "maintenance" => Cell::Bool(rule.maintenance),
        "meaning" => Cell::Text(rule.meaning.to_owned()),
        "explanation" => Cell::Text(rule.explanation.to_owned()),
        _ => Cell::List(rule.attested.iter().map(|source| source.as_str().to_owned()).collect()),
    }
}

fn outcome(rule: &Rule) -> &'static str {
    match rule.outcome {
        OutcomeSource::Is(outcome) => outcome.as_str(),
        _ => "as logged",
    }
}
