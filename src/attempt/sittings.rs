//! The steps of one user, grouped into sittings.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::TimeDelta;

use super::Attempts;
use super::answer::{Attempt, by_name};
use super::ledger::{Kind, Record};
use super::part::{Effect, Part, Step};
use super::twins::Paired;
use super::verdict;
use crate::model::{Identity, Outcome};

/// The attempts of a user, in the order of their first steps.
pub(super) fn attempts(
    records: &[Record<'_>],
    paired: &Paired,
    gap: TimeDelta,
    user: &Identity,
) -> Vec<Attempt> {
    let is_step = |place: &usize| {
        let kind = records[*place].kind;
        paired.first_of[*place].is_none() && kind.is_own() && kind.step().is_some()
    };
    let steps: Vec<usize> = (0..records.len()).filter(is_step).collect();
    let sittings = group(records, &steps, gap);
    sittings.iter().filter_map(|steps| attempt(records, steps, paired, user)).collect()
}

/// Joins neighbours in time, and neighbours with one correlation id.
fn group(records: &[Record<'_>], steps: &[usize], gap: TimeDelta) -> Vec<Vec<usize>> {
    let mut sittings = Sittings { joined: (0..steps.len()).collect() };
    let mut last_with: HashMap<&str, usize> = HashMap::new();
    let apart = |a: usize, b: usize| records[steps[b]].time - records[steps[a]].time;
    for number in 0..steps.len() {
        if number > 0 && apart(number - 1, number) <= gap {
            sittings.join(number - 1, number);
        }
        let Some(id) = &records[steps[number]].correlation else { continue };
        if let Some(before) = last_with.insert(id, number)
            && apart(before, number) <= Attempts::CORRELATION_REACH
        {
            sittings.join(before, number);
        }
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (number, &step) in steps.iter().enumerate() {
        groups.entry(sittings.first_of(number)).or_default().push(step);
    }
    groups.into_values().collect()
}

/// Steps by number; each points to an earlier one of its sitting, the first to itself.
struct Sittings {
    joined: Vec<usize>,
}

impl Sittings {
    fn first_of(&mut self, mut step: usize) -> usize {
        while self.joined[step] != step {
            // Halving the way keeps it short.
            self.joined[step] = self.joined[self.joined[step]];
            step = self.joined[step];
        }
        step
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.first_of(a), self.first_of(b));
        self.joined[a.max(b)] = a.min(b);
    }
}

fn attempt(
    records: &[Record<'_>],
    steps: &[usize],
    paired: &Paired,
    user: &Identity,
) -> Option<Attempt> {
    let (first, last) = (records.get(*steps.first()?)?, records.get(*steps.last()?)?);
    let kinds: Vec<_> = steps.iter().map(|step| records[*step].kind).collect();
    let taken: Vec<Step> = kinds.iter().filter_map(|kind| kind.step()).collect();
    let (outcome, decided) = verdict::judge(&taken);
    let decided = kinds.get(decided)?;

    let twins: Vec<usize> =
        steps.iter().flat_map(|step| paired.seconds_of(*step)).copied().collect();
    let mut places: Vec<usize> = steps.iter().chain(&twins).copied().collect();
    places.sort_unstable();
    let tried = kinds.iter().filter(|kind| is_about_new_method(kind.part));
    let obtained = tried.clone().filter(|kind| {
        kind.outcome == Outcome::Success && !matches!(kind.part, Part::Begin | Part::Options)
    });
    let methods = |kind: &&Kind| kind.methods.clone();
    let correlation_ids: BTreeSet<&String> =
        steps.iter().filter_map(|step| records[*step].correlation.as_ref()).collect();
    Some(Attempt {
        user_id: user.id.clone(),
        user_principal_name: user.user_principal_name.clone(),
        display_name: user.display_name.clone(),
        outcome,
        mode: verdict::mode(&kinds),
        first: first.time,
        last: last.time,
        duration_seconds: (last.time - first.time).as_seconds_f64(),
        tries: verdict::tries(&taken),
        events: steps.len() as u64,
        twins: twins.len() as u64,
        methods_tried: by_name(tried.clone().flat_map(methods)),
        methods_obtained: by_name(obtained.flat_map(methods)),
        reason: decided.reason.clone(),
        rule: decided.rule.to_owned(),
        correlation_ids: correlation_ids.into_iter().cloned().collect(),
        origins: places.iter().map(|place| records[*place].origin.clone()).collect(),
    })
}

/// Whether the methods of a step are such as the user wants to have.
fn is_about_new_method(part: Part) -> bool {
    !matches!(
        part,
        Part::Change(Effect::Delete | Effect::SetDefault | Effect::RequireRegistration)
            | Part::Second(_, Effect::Delete)
    )
}
