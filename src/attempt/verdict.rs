//! What the steps of a sitting come to: the table of the module's documentation, as code.

use super::answer::{AttemptOutcome, Mode};
use super::ledger::Kind;
use super::part::{Effect, Part, Step};

/// The outcome, and the place of the step that decided.
pub(super) fn judge(steps: &[Step]) -> (AttemptOutcome, usize) {
    let last = |wanted: fn(&Step) -> bool| steps.iter().rposition(wanted);
    let cancelled = last(|step| *step == Step::Cancelled);
    if let Some(place) = last(|step| *step == Step::AllRequired)
        && cancelled.is_none_or(|cancelled| cancelled < place)
    {
        return (AttemptOutcome::Completed, place);
    }
    if let Some(place) = only_success(steps) {
        return (AttemptOutcome::SingleChange, place);
    }
    if let Some(place) = last(|step| !matches!(step, Step::Review(_) | Step::Unknown)) {
        let outcome = match steps[place] {
            Step::Failure => AttemptOutcome::Failed,
            Step::Cancelled => AttemptOutcome::Cancelled,
            Step::Begin | Step::Options => AttemptOutcome::Abandoned,
            _ => AttemptOutcome::Completed,
        };
        return (outcome, place);
    }
    match last(|step| matches!(step, Step::Review(_))) {
        Some(place) if steps[place] == Step::Review(true) => (AttemptOutcome::Reviewed, place),
        Some(place) => (AttemptOutcome::Failed, place),
        None => (AttemptOutcome::Unknown, steps.len().saturating_sub(1)),
    }
}

/// The place of the one success, where there is nothing else but reviews.
fn only_success(steps: &[Step]) -> Option<usize> {
    let mut others = steps.iter().enumerate().filter(|(_, step)| !matches!(step, Step::Review(_)));
    match (others.next(), others.next()) {
        (Some((place, Step::Success)), None) => Some(place),
        _ => None,
    }
}

/// How often something was begun or tried: a start counts, and so does an end without a start before
/// it. Options of a passkey are asked for in the midst of a registration, and count where nothing was
/// begun.
pub(super) fn tries(steps: &[Step]) -> u64 {
    let (mut tries, mut open) = (0_u64, 0_u64);
    for step in steps {
        match step {
            Step::Begin => {
                tries += 1;
                open += 1;
            }
            Step::Options if open == 0 => {
                tries += 1;
                open = 1;
            }
            Step::Success | Step::Failure if open == 0 => tries += 1,
            Step::Success | Step::Failure => open -= 1,
            _ => {}
        }
    }
    tries.max(1)
}

/// The mode that the first step shows which shows one.
pub(super) fn mode(kinds: &[&Kind]) -> Mode {
    let shown = kinds.iter().find_map(|kind| match kind.part {
        Part::AllRequired | Part::Review => Some(Mode::Interrupt),
        Part::Change(Effect::Update | Effect::Delete | Effect::SetDefault) => Some(Mode::Manage),
        _ => None,
    });
    shown.unwrap_or(Mode::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Step::{AllRequired, Begin, Cancelled, Failure, Options, Review, Success, Unknown};

    #[test]
    fn every_row_of_the_table() {
        let rows: [(&[Step], AttemptOutcome, usize); 21] = [
            (&[Begin, Success, AllRequired], AttemptOutcome::Completed, 2),
            (&[AllRequired], AttemptOutcome::Completed, 0),
            (&[AllRequired, Failure, Begin], AttemptOutcome::Completed, 0),
            (&[Cancelled, AllRequired], AttemptOutcome::Completed, 1),
            (&[AllRequired, Cancelled], AttemptOutcome::Cancelled, 1),
            (&[Success], AttemptOutcome::SingleChange, 0),
            (&[Review(true), Success, Review(false)], AttemptOutcome::SingleChange, 1),
            (&[Success, Unknown], AttemptOutcome::Completed, 0),
            (&[Success, Success], AttemptOutcome::Completed, 1),
            (&[Begin, Success], AttemptOutcome::Completed, 1),
            (&[Failure, Success], AttemptOutcome::Completed, 1),
            (&[Success, Failure], AttemptOutcome::Failed, 1),
            (&[Begin, Failure, Review(true)], AttemptOutcome::Failed, 1),
            (&[Begin, Cancelled], AttemptOutcome::Cancelled, 1),
            (&[Success, Begin], AttemptOutcome::Abandoned, 1),
            (&[Begin, Begin, Unknown], AttemptOutcome::Abandoned, 1),
            (&[Options], AttemptOutcome::Abandoned, 0),
            (&[Review(false), Review(true)], AttemptOutcome::Reviewed, 1),
            (&[Review(true), Unknown], AttemptOutcome::Reviewed, 0),
            (&[Review(true), Review(false)], AttemptOutcome::Failed, 1),
            (&[Unknown, Unknown], AttemptOutcome::Unknown, 1),
        ];
        for (steps, outcome, decided) in rows {
            assert_eq!(judge(steps), (outcome, decided), "{steps:?}");
        }
    }

    #[test]
    fn tries_are_starts_and_ends_without_a_start() {
        let cases: [(&[Step], u64); 8] = [
            (&[Begin, Success], 1),
            (&[Begin, Begin, Begin], 3),
            (&[Begin, Options, Success, Success], 2),
            (&[Options, Success], 1),
            (&[Failure, Failure, Success, AllRequired], 3),
            (&[Cancelled], 1),
            (&[Begin, Cancelled], 1),
            (&[Review(true)], 1),
        ];
        for (steps, expected) in cases {
            assert_eq!(tries(steps), expected, "{steps:?}");
        }
    }
}
