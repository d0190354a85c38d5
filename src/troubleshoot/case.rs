//! What is known of a complaint, gathered once for every step.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

use super::answer::ComplainingUser;
use super::complaint::{Complaint, Given};
use super::who::{keys_of, names_of_one, user_of};
use crate::attempt::{Attempt, Attempts, UserHistory};
use crate::catalogue::{Classification, Family, classify};
use crate::model::{Event, Method, Outcome};
use crate::read::{Coverage, LONGEST_SILENCE};
use crate::state::{PolicyState, Stated, UserState};

/// The rules of policy that speak of one user, and not of everybody.
const OF_ONE_USER: [&str; 3] = [
    "policy.per_user_state",
    "policy.strong_authentication_switched",
    "policy.data_subject_request",
];

/// The services that write about single users when these register, and so stand in an export of one user as
/// well.
const OF_USERS: [&str; 5] = [
    "Authentication Methods",
    "Azure MFA",
    "Core Directory",
    "Device Registration Service",
    "Self-service Password Management",
];

/// How long before a complaint an attempt may be, and still be what the user complains about.
pub(super) const RECENT: TimeDelta = TimeDelta::days(7);

/// How much the file of an hour holds, which need not have records of many services.
const LONGEST_HOUR: TimeDelta = TimeDelta::minutes(65);

/// An event and what it means.
pub(super) type Known<'a> = (&'a Event, Classification);

/// What is known of a complaint. Of the log, only what happened up to its time.
pub(super) struct Case<'a> {
    pub(super) method: Option<&'a Method>,
    pub(super) at: DateTime<Utc>,
    pub(super) at_was_given: bool,
    pub(super) coverage: Coverage,
    pub(super) user: ComplainingUser,
    /// The events about the user, by time.
    pub(super) events: Vec<Known<'a>>,
    /// The changes of policy that are about everybody, by time.
    pub(super) policy_events: Vec<Known<'a>>,
    /// What happened after the complaint, to the user or to policy.
    pub(super) later: Vec<Known<'a>>,
    /// The user's attempts, by time.
    pub(super) attempts: Vec<Attempt>,
    /// What the user holds after the events.
    pub(super) history: Option<UserHistory>,
    pub(super) policies: &'a PolicyState,
    pub(super) state: UserState,
    pub(super) warnings: Vec<String>,
}

impl<'a> Case<'a> {
    pub(super) fn new(complaint: &'a Complaint, given: &Given<'a>) -> Self {
        let keys = keys_of(&complaint.user, given.events);
        let (of_user, policy_events) = select(given.events, &keys);
        let coverage = coverage(given);
        let last_known = coverage.last.or(of_user.last().map(|(event, _)| event.time));
        let at = within_calendar(complaint.at.or(last_known).unwrap_or_default());
        let known = given.events.iter().filter(|event| event.time <= at);
        let names = names_of_one(&complaint.user, keys, known);
        let of_user = of_user.into_iter().filter(|(event, _)| names.are_of(event)).collect();
        let (events, later_of_user) = divided(of_user, at);
        let (policy_events, later_of_policy) = divided(policy_events, at);
        let later = later_of_user.len();
        let (attempts, histories) = replay(&events);
        let mut warnings = Vec::new();
        if later > 0 {
            let events = if later == 1 { "event of the user is" } else { "events of the user are" };
            warnings.push(format!("{later} later {events} left out."));
        }
        if !names.others.is_empty() {
            let others: Vec<&str> = names.others.iter().map(String::as_str).collect();
            warnings.push(format!(
                "What is of others who have gone by this name is left out ({}).",
                others.join(", ")
            ));
        }
        warnings.extend(given.policies.warnings.iter().map(ToString::to_string));
        warnings.extend(given.users.warnings().iter().map(ToString::to_string));
        let history = histories.into_iter().max_by_key(|history| history.last);
        let user = user_of(&complaint.user, &events, history.as_ref());
        let names: Vec<&str> = names.own.iter().map(String::as_str).collect();
        let mut state = given.users.of(&names);
        if !given.users.is_empty() && state.is_unknown() && state.role_lists.is_empty() {
            warnings.push("The exports of users say nothing of this user; ask by object id if they name users so.".to_owned());
        }
        if drop_later(&mut state, at) {
            warnings
                .push("What exports say as of a time after the complaint is left out.".to_owned());
        }
        Self {
            method: complaint.method.as_ref(),
            at,
            at_was_given: complaint.at.is_some(),
            coverage,
            user,
            events,
            policy_events,
            later: later_of_user.into_iter().chain(later_of_policy).collect(),
            attempts,
            history,
            policies: given.policies,
            state,
            warnings,
        }
    }

    /// The events about the user that rules with these ids decided and that succeeded.
    pub(super) fn successes(&self, rules: &[&str]) -> impl Iterator<Item = &Known<'a>> {
        let is_wanted = move |(_, found): &&Known<'a>| {
            rules.contains(&found.rule) && found.outcome == Outcome::Success
        };
        self.events.iter().filter(is_wanted)
    }

    /// The changes of policy that rules with these ids decided and that succeeded.
    pub(super) fn policy_changes(&self, rules: &[&str]) -> impl Iterator<Item = &Known<'a>> {
        let is_wanted = move |(_, found): &&Known<'a>| {
            rules.contains(&found.rule) && found.outcome == Outcome::Success
        };
        self.policy_events.iter().filter(is_wanted)
    }

    /// Whether the log covers everything from a time up to that of the complaint.
    pub(super) fn is_covered_since(&self, time: DateTime<Utc>) -> bool {
        self.coverage.holds(time, self.at, |_| true)
    }

    /// Whether what was so at a time can be taken to be so at the complaint, as the log shows no change: it covers
    /// everything since, but for less than a day at its end.
    pub(super) fn is_followed_since(&self, time: DateTime<Utc>) -> bool {
        let end = self.coverage.last.map_or(self.at, |last| last.min(self.at));
        self.at - end <= LONGEST_SILENCE
            && (time >= end || self.coverage.holds(time, end, |_| true))
    }

    /// Whether no change of policy in so long a time before the complaint can have been missed: by exports of
    /// more than one user, or of one service.
    pub(super) fn shows_changes_within(&self, before: TimeDelta) -> bool {
        let are_others = |services: &[String]| {
            services.iter().any(|service| !OF_USERS.contains(&service.as_str()))
        };
        let is_more = are_others(&self.coverage.services);
        self.coverage.holds(self.at - before, self.at, |input| {
            let is_hourly = input.last - input.first <= LONGEST_HOUR;
            are_others(&input.services) || (is_hourly && is_more)
        })
    }

    /// Whether the log has a change of policy after the complaint, by one of these rules.
    pub(super) fn is_changed_later(&self, rules: &[&str]) -> bool {
        self.later
            .iter()
            .any(|(_, found)| rules.contains(&found.rule) && found.outcome == Outcome::Success)
    }

    /// The end of what is known of the time behind another, up to the complaint.
    pub(super) fn known_until(&self, behind: DateTime<Utc>) -> DateTime<Utc> {
        self.coverage.end_behind(behind).map_or(self.at, |end| end.min(self.at))
    }

    /// The object id, in lower case.
    pub(super) fn user_id(&self) -> Option<String> {
        self.user.id.as_ref().map(|id| id.to_lowercase())
    }
}

/// A time from which one can reckon, in years that anybody writes.
fn within_calendar(time: DateTime<Utc>) -> DateTime<Utc> {
    let year = |year| {
        NaiveDate::from_ymd_opt(year, 1, 2).map(|day| day.and_time(NaiveTime::MIN).and_utc())
    };
    time.max(year(1).unwrap_or(time)).min(year(9999).unwrap_or(time))
}

/// Takes away what is stated as of a time after the complaint; whether anything was.
fn drop_later(state: &mut UserState, at: DateTime<Utc>) -> bool {
    fn drop<T>(stated: &mut Vec<Stated<T>>, at: DateTime<Utc>) -> bool {
        let before = stated.len();
        stated.retain(|stated| stated.as_of.is_none_or(|as_of| as_of <= at));
        stated.len() < before
    }
    [
        drop(&mut state.roles, at),
        drop(&mut state.is_admin, at),
        drop(&mut state.groups, at),
        drop(&mut state.methods, at),
        drop(&mut state.sspr_enabled, at),
        drop(&mut state.per_user_mfa, at),
    ]
    .contains(&true)
}

/// The events about the user, and the changes of policy about everybody, each by time.
fn select<'a>(events: &'a [Event], keys: &BTreeSet<String>) -> (Vec<Known<'a>>, Vec<Known<'a>>) {
    let (mut of_user, mut of_policy) = (Vec::new(), Vec::new());
    for event in events {
        let Some(found) = classify(event) else { continue };
        if found.family == Family::Policy && !OF_ONE_USER.contains(&found.rule) {
            of_policy.push((event, found));
        } else if event.user().and_then(|user| user.key()).is_some_and(|key| keys.contains(&key)) {
            of_user.push((event, found));
        }
    }
    of_user.sort_by(in_order);
    of_policy.sort_by(in_order);
    (of_user, of_policy)
}

/// By time; what happened at the same time stands as in the log, in whatever order it was given.
fn in_order((one, _): &Known<'_>, (other, _): &Known<'_>) -> Ordering {
    let place = |event: &Event| (event.origin.source.clone(), event.origin.record);
    one.time.cmp(&other.time).then_with(|| place(one).cmp(&place(other)))
}

/// The events up to a time, and those after it.
fn divided(events: Vec<Known<'_>>, at: DateTime<Utc>) -> (Vec<Known<'_>>, Vec<Known<'_>>) {
    events.into_iter().partition(|(event, _)| event.time <= at)
}

/// What the log covers, as far as it is said, and no less than the events show.
fn coverage(given: &Given<'_>) -> Coverage {
    let times = || given.events.iter().map(|event| event.time);
    let services = given.events.iter().filter_map(|event| event.service.clone());
    let services: BTreeSet<String> =
        given.coverage.services.iter().cloned().chain(services).collect();
    Coverage {
        first: given.coverage.first.into_iter().chain(times()).min(),
        last: given.coverage.last.into_iter().chain(times()).max(),
        gaps: given.coverage.gaps.clone(),
        inputs: given.coverage.inputs.clone(),
        services: services.into_iter().collect(),
    }
}

fn replay(events: &[Known<'_>]) -> (Vec<Attempt>, Vec<UserHistory>) {
    let mut fold = Attempts::new();
    for (event, found) in events {
        fold.add_classified(event, found);
    }
    fold.finish()
}
