//! Whether a policy was changed so shortly before that users may still meet the old one.

use chrono::{DateTime, TimeDelta, Utc};

use super::answer::{Evidence, Finding, NextKind, Verdict};
use super::case::{Case, Known};
use super::evidence::evidence_of;
use super::guide::{Step, Wait};
use super::influences::wait_of;
use super::input::Input;
use super::method_settings::METHODS_POLICY;
use crate::model::{Outcome, Status, format_timestamp};
use crate::state::MethodsPolicy;

pub(super) fn look(case: &Case<'_>, step: &'static Step) -> Finding {
    let changes = Changes::of(case);
    let finding = match changes.recent.iter().map(|(known, wait)| known.0.time + wait.most).max() {
        Some(until) => changed(step, &changes.recent, until),
        None => not_changed(case, step, &changes),
    };
    match changes.failed {
        0 => finding,
        1 => finding.because("A change was tried and failed; it changed nothing."),
        several => finding
            .because(format!("{several} changes were tried and failed; they changed nothing.")),
    }
}

/// The changes that bear on what users are offered.
struct Changes<'case, 'a> {
    /// Those that may not have reached everybody, by time.
    recent: Vec<(&'case Known<'a>, Wait)>,
    /// How many as recent as that failed.
    failed: usize,
    /// Those as recent of which it is not known whether they were done.
    unclear: Vec<&'case Known<'a>>,
    /// The last one that should have reached everybody.
    last: Option<&'case Known<'a>>,
}

impl<'case, 'a> Changes<'case, 'a> {
    fn of(case: &'case Case<'a>) -> Self {
        let mut all: Vec<&Known<'_>> = case.policy_events.iter().chain(&case.events).collect();
        all.sort_by_key(|(event, _)| event.time);
        let is_old = |(event, _): &&&Known<'_>| event.time + Wait::ADVICE.most <= case.at;
        let (old, young) = all.split_at(all.iter().take_while(is_old).count());
        let bearing = |known: &&'case Known<'a>| Some((*known, wait_of(case, known)?));
        let is_done = |(_, found): &Known<'_>| found.outcome == Outcome::Success;
        let may_be_out = |(known, wait): &(&Known<'_>, Wait)| known.0.time + wait.most > case.at;
        let (out, through): (Vec<_>, Vec<_>) =
            young.iter().filter_map(bearing).partition(may_be_out);
        let (recent, others): (Vec<_>, Vec<_>) =
            out.into_iter().partition(|(known, _)| is_done(known));
        let (failed, unclear): (Vec<_>, Vec<_>) =
            others.into_iter().partition(|((event, found), _)| {
                found.outcome == Outcome::Failure && event.status == Status::Failure
            });
        let before = old.iter().rev().filter(|known| is_done(known)).find_map(bearing);
        let last = through.into_iter().rfind(|(known, _)| is_done(known)).or(before);
        Self {
            recent,
            failed: failed.len(),
            unclear: unclear.into_iter().map(|(known, _)| known).collect(),
            last: last.map(|(known, _)| known),
        }
    }
}

fn changed(step: &'static Step, recent: &[(&Known<'_>, Wait)], until: DateTime<Utc>) -> Finding {
    let number = match recent.len() {
        1 => "A change".to_owned(),
        several => format!("{several} changes"),
    };
    let mut finding = Finding::new(
        step,
        Verdict::Confirmed,
        format!("{number} of policy may not have reached the user at the time of the complaint."),
    )
    .with(recent.iter().map(|(known, _)| evidence_of(known)))
    .next(NextKind::Wait, format!("Wait until {} (UTC), and test again.", format_timestamp(until)))
    .wait_until(until);
    for wait in [Wait::ADVICE, Wait::UNDOCUMENTED, Wait::ADMINISTRATOR_SWITCH] {
        let of_kind = recent.iter().filter(|(_, other)| *other == wait);
        let times: Vec<DateTime<Utc>> = of_kind.map(|((event, _), _)| event.time).collect();
        finding.reasoning.extend(reach(&times, wait));
    }
    finding
}

/// How long changes of one kind take, which were made at these times, in order.
fn reach(times: &[DateTime<Utc>], wait: Wait) -> Option<String> {
    let changes = match times {
        [] => return None,
        [time] => format!("What was changed at {}", format_timestamp(*time)),
        [first, .., last] if first == last => {
            format!("What was changed in {} steps at {}", times.len(), format_timestamp(*first))
        }
        [first, .., last] => format!(
            "What was changed in {} steps from {} to {}",
            times.len(),
            format_timestamp(*first),
            format_timestamp(*last)
        ),
    };
    let basis = if wait.is_documented {
        "as documented"
    } else {
        "which is general advice, as no document says how long this takes"
    };
    let minutes = wait.most.num_minutes();
    Some(format!("{changes} can take up to {minutes} minutes to reach everybody, {basis}."))
}

fn not_changed(case: &Case<'_>, step: &'static Step, changes: &Changes<'_, '_>) -> Finding {
    let longest = Wait::ADVICE.most;
    let since = case.at - longest;
    let (from, to) = (format_timestamp(since), format_timestamp(case.at));
    let mut finding = if case.shows_changes_within(longest) && changes.unclear.is_empty() {
        let conclusion =
            "No policy that bears on registration was changed in the two hours before.";
        Finding::new(step, Verdict::RuledOut, conclusion)
    } else {
        let why = if !changes.unclear.is_empty() {
            "Of a change shortly before, the log does not say whether it was done."
        } else if case.is_covered_since(since) {
            "The log may be an export of one user or one service: it holds records of no other services than write about users who register."
        } else {
            "The log does not cover the two hours before the complaint, or has a gap there."
        };
        Finding::new(
            step,
            Verdict::CannotTell,
            "Whether a policy was changed shortly before cannot be told.",
        )
        .because(why)
        .with(changes.unclear.iter().map(|known| evidence_of(known)))
        .needs(Input::AuditLog, format!("every change of policy from {from} to {to} (UTC)"))
    };
    if let Some(last) = changes.last {
        let time = format_timestamp(last.0.time);
        finding = finding
            .because(format!(
                "The last change before that, at {time}, should have reached everybody."
            ))
            .with([evidence_of(last)]);
    }
    let changed_in_export = changes_in_exports(case).filter(|(_, modified)| *modified > since);
    match changed_in_export.max_by_key(|(_, modified)| *modified) {
        None => finding,
        Some((policy, modified)) => {
            let until = modified + longest;
            let mut confirmed = Finding::new(
                step,
                Verdict::Confirmed,
                "The Authentication methods policy was changed within two hours of the complaint.",
            )
            .because("The export of the policy says when it was last changed; the log given does not hold that change.")
            .with([Evidence::state(&policy.origin, Some(modified), "The policy was last changed.")])
            .next(NextKind::Wait, format!("Wait until {} (UTC), and test again.", format_timestamp(until)))
            .wait_until(until);
            confirmed.missing = finding.missing;
            confirmed
        }
    }
}

/// When exports say that the policy was changed last, up to the complaint, where the log does not hold that
/// change.
pub(super) fn changes_in_exports<'case>(
    case: &'case Case<'_>,
) -> impl Iterator<Item = (&'case MethodsPolicy, DateTime<Utc>)> {
    let is_logged = |time: DateTime<Utc>| {
        let mut changes = case.policy_changes(&METHODS_POLICY);
        changes.any(|(event, _)| (event.time - time).abs() <= SAME_CHANGE)
    };
    case.policies.methods.iter().filter_map(move |policy| {
        let modified = policy.last_modified.filter(|time| *time <= case.at)?;
        (!is_logged(modified)).then_some((policy, modified))
    })
}

/// How far apart the log and the policy may put one change.
const SAME_CHANGE: TimeDelta = TimeDelta::minutes(1);
