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
            let mut table = table(&wanted);
            // The explanations are too long to stand beside anything else.
            table.columns.retain(|column| column.name != "explanation");
            table.rows.iter_mut().for_each(|row| drop(row.remove(4)));
            output.text_table().write(&table, &mut output)?;
        }
        CatalogueFormat::Ndjson => tables::write_ndjson(&table(&wanted), &mut output)?,
        CatalogueFormat::Csv => output = tables::write_csv(&table(&wanted), output)?,
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

fn table(rules: &[&Rule]) -> Table {
    let columns = ["rule", "outcome", "maintenance", "meaning", "explanation", "attested"];
    let mut table = Table::new("", columns.map(Column::text).to_vec());
    table.rows = rules
        .iter()
        .map(|rule| {
            let attested = rule.attested.iter().map(|attestation| attestation.as_str().to_owned());
            vec![
                Cell::Text(rule.id.to_owned()),
                Cell::Text(outcome(rule).to_owned()),
                Cell::Bool(rule.maintenance),
                Cell::Text(rule.meaning.to_owned()),
                Cell::Text(rule.explanation.to_owned()),
                Cell::List(attested.collect()),
            ]
        })
        .collect();
    table
}

fn outcome(rule: &Rule) -> &'static str {
    match rule.outcome {
        OutcomeSource::Is(outcome) => outcome.as_str(),
        _ => "as logged",
    }
}
