//! Answers to complaints, to be read and to be pasted into a ticket.

use std::io::{self, Write};

use super::printable::printable;
use crate::catalogue::Attestation;
use crate::model::format_timestamp;
use crate::troubleshoot::{Answer, Evidence, Finding, SYMPTOMS, Step, SymptomAnswer, Verdict};

/// How text is marked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Markup {
    /// Indented, for terminals.
    Plain,
    /// Markdown, for tickets.
    Markdown,
}

/// One line of an outline.
struct Line {
    kind: Kind,
    text: String,
}

enum Kind {
    /// A heading; 1 is the highest.
    Heading(usize),
    /// Text by itself.
    Text,
    /// An entry of a list, so deep.
    Entry(usize),
}

/// Lines, as they come.
#[derive(Default)]
struct Outline(Vec<Line>);

impl Outline {
    fn heading(&mut self, level: usize, text: impl Into<String>) {
        self.0.push(Line { kind: Kind::Heading(level), text: text.into() });
    }

    fn text(&mut self, text: impl Into<String>) {
        self.0.push(Line { kind: Kind::Text, text: text.into() });
    }

    fn entry(&mut self, depth: usize, text: impl Into<String>) {
        self.0.push(Line { kind: Kind::Entry(depth), text: text.into() });
    }

    fn write(&self, markup: Markup, mut output: impl Write) -> io::Result<()> {
        let mut is_first = true;
        for line in &self.0 {
            let text = printable(&line.text);
            match (&line.kind, markup) {
                (Kind::Heading(level), _) => {
                    if !is_first {
                        writeln!(output)?;
                    }
                    let text = marked(&text, markup);
                    match markup {
                        Markup::Plain => writeln!(output, "{text}")?,
                        Markup::Markdown => writeln!(output, "{} {text}\n", "#".repeat(*level))?,
                    }
                }
                (Kind::Text, _) => writeln!(output, "{}", marked(&text, markup))?,
                (Kind::Entry(depth), _) => {
                    writeln!(output, "{}- {}", "  ".repeat(*depth), marked(&text, markup))?;
                }
            }
            is_first = false;
        }
        Ok(())
    }
}

/// The text, so that nothing in it is taken for markup.
fn marked(text: &str, markup: Markup) -> String {
    let needs_escape = |letter: char| markup == Markup::Markdown && r"\`*<>[]|".contains(letter);
    let mut marked = String::with_capacity(text.len());
    for letter in text.chars() {
        if needs_escape(letter) {
            marked.push('\\');
        }
        marked.push(letter);
    }
    marked
}

/// Writes an answer: first what it comes to, then each step with its evidence.
pub fn write_troubleshooting(
    answer: &Answer,
    markup: Markup,
    output: impl Write,
) -> io::Result<()> {
    let mut outline = Outline::default();
    outline.heading(2, format!("Troubleshooting {}", name_of(answer)));
    outline.entry(0, time_of(answer));
    outline.entry(0, log_of(answer));
    for gap in &answer.coverage.gaps {
        let (from, to) = (format_timestamp(gap.from), format_timestamp(gap.to));
        outline.entry(0, format!("Mind: the log has no record from {from} to {to}."));
    }
    if let Some(method) = &answer.method {
        outline.entry(0, format!("Method missed: {}", method.as_str()));
    }
    for warning in &answer.warnings {
        outline.entry(0, format!("Mind: {warning}"));
    }
    outline.heading(3, "Answer");
    for verdict in [Verdict::Confirmed, Verdict::CannotTell, Verdict::RuledOut] {
        let findings = answer.symptoms.iter().flat_map(|symptom| &symptom.findings);
        for finding in findings.filter(|finding| finding.verdict == verdict) {
            short(finding, &mut outline);
        }
    }
    for symptom in &answer.symptoms {
        steps(symptom, &mut outline);
    }
    outline.write(markup, output)
}

fn name_of(answer: &Answer) -> String {
    let user = &answer.user;
    let name = user.user_principal_name.as_ref().unwrap_or(&user.asked_for);
    match &user.id {
        Some(id) if id != name => format!("{name} ({id})"),
        _ => name.clone(),
    }
}

fn time_of(answer: &Answer) -> String {
    let how = if answer.at_was_given { "" } else { ", the end of the log" };
    format!("Time of the complaint: {} (UTC){how}", format_timestamp(answer.at))
}

fn log_of(answer: &Answer) -> String {
    let events = match answer.user.events {
        1 => "1 event".to_owned(),
        several => format!("{several} events"),
    };
    match (answer.coverage.first, answer.coverage.last) {
        (Some(first), Some(last)) => format!(
            "Log: {} to {}, {events} about the user",
            format_timestamp(first),
            format_timestamp(last)
        ),
        _ => "Log: no record".to_owned(),
    }
}

fn words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Confirmed => "Confirmed",
        Verdict::RuledOut => "Ruled out",
        Verdict::CannotTell => "Open",
    }
}

/// The finding in a line or two.
fn short(finding: &Finding, outline: &mut Outline) {
    outline.entry(
        0,
        format!("{}: {} ({})", words(finding.verdict), finding.conclusion, finding.step.id),
    );
    match (finding.verdict, finding.missing.first()) {
        (Verdict::Confirmed, _) => outline.entry(1, format!("Next: {}", finding.next.text)),
        (Verdict::CannotTell, Some(missing)) => {
            outline.entry(1, format!("Would tell: {}", missing.input.how()));
        }
        _ => {}
    }
}

fn steps(symptom: &SymptomAnswer, outline: &mut Outline) {
    outline.heading(3, format!("\"{}\"", symptom.symptom.complaint));
    for (number, finding) in (1..).zip(&symptom.findings) {
        outline.heading(4, format!("{number}. {}", finding.step.question));
        outline.entry(0, format!("Suspected: {}.", finding.step.suspicion));
        outline.entry(0, format!("{}: {}", words(finding.verdict), finding.conclusion));
        for sentence in &finding.reasoning {
            outline.entry(0, sentence.as_str());
        }
        if !finding.evidence.is_empty() {
            outline.entry(0, "Evidence:");
            for evidence in &finding.evidence {
                told(evidence, outline);
            }
        }
        if !finding.methods.is_empty() {
            outline.entry(0, "Methods that should show:");
            for offer in &finding.methods {
                let says = match offer.is_offered {
                    Some(true) => "yes",
                    Some(false) => "no",
                    None => "cannot be told",
                };
                outline.entry(1, format!("{}: {says}: {}", offer.method.as_str(), offer.because));
            }
        }
        for missing in &finding.missing {
            outline.entry(0, format!("Missing: {}: {}", missing.tells, missing.input.how()));
        }
        outline.entry(0, format!("Next: {}", finding.next.text));
        outline.entry(0, format!("How current this is: {}", finding.step.current));
    }
}

/// How many changed settings of one record are shown; JSON has all.
const SHOWN: usize = 12;
/// How many letters of a value are shown.
const LONGEST: usize = 160;

fn told(evidence: &Evidence, outline: &mut Outline) {
    let time = evidence.time.map(format_timestamp);
    let by = evidence.by.as_ref().map(|by| format!("by {by}"));
    let facts: Vec<String> = time.into_iter().chain(by).collect();
    let before = if facts.is_empty() { String::new() } else { format!("{}: ", facts.join(" ")) };
    let reading = match evidence.attestation {
        Attestation::ThirdParty => "; read as third parties describe it",
        Attestation::Inferred => "; how it reads is inferred",
        _ => "",
    };
    outline.entry(1, format!("{before}{} ({}{reading})", evidence.says, evidence.origin));
    for change in evidence.changes.iter().take(SHOWN) {
        let value =
            |value: &Option<String>| value.as_deref().map_or_else(|| "nothing".to_owned(), cut);
        outline.entry(
            2,
            format!("{}: {} -> {}", change.setting, value(&change.old), value(&change.new)),
        );
    }
    if evidence.changes.len() > SHOWN {
        outline.entry(2, format!("and {} more", evidence.changes.len() - SHOWN));
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}..", &text[..end]),
        None => text.to_owned(),
    }
}

/// Writes every symptom with its steps, whoever complains.
pub fn write_guide(markup: Markup, output: impl Write) -> io::Result<()> {
    let mut outline = Outline::default();
    for symptom in SYMPTOMS {
        outline.heading(2, format!("{} ({} mode)", symptom.id, symptom.mode.as_str()));
        outline.text(format!("\"{}\"", symptom.complaint));
        for (number, step) in (1..).zip(symptom.steps) {
            outline.heading(3, format!("{number}. {}", step.question));
            guide(step, &mut outline);
        }
    }
    outline.write(markup, output)
}

fn guide(step: &Step, outline: &mut Outline) {
    outline.entry(0, format!("Step: {}", step.id));
    outline.entry(0, format!("If so: {}", step.action));
    if let Some(wait) = step.wait {
        let (least, most) = (wait.least.num_minutes(), wait.most.num_minutes());
        outline.entry(0, format!("Wait: {least} to {most} minutes"));
    }
    outline.entry(0, "What can tell:");
    for input in step.answered_by {
        outline.entry(1, input.how());
    }
    outline.entry(0, format!("How current this is: {}", step.current));
    outline.entry(0, "From:");
    for source in step.sources {
        let kind = source.attestation.as_str();
        outline.entry(1, format!("{} ({kind}; {})", source.document, source.as_of));
    }
}
