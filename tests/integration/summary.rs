//! The main job: what is counted, what is kept apart, and that summaries can be merged.

use proptest::prelude::*;
use regaudit::model::{Event, Reason, Target, parse_timestamp};
use regaudit::summary::{Answer, Counts};
use regaudit::{Origin, Reader, Summary};

use crate::support::{collect, fixture};

fn canonical() -> Vec<Event> {
    collect(Reader::new().paths([fixture("exports/diagnostic-archive.zst")])).events
}

fn summary_of<'a>(events: impl IntoIterator<Item = &'a Event>) -> Summary {
    let mut summary = Summary::new();
    events.into_iter().for_each(|event| summary.add(event));
    summary
}

fn event(activity: &str, status: &str, reason: &str) -> Event {
    let time = parse_timestamp("2026-03-09T08:00:00Z").unwrap();
    let mut event = Event::new(time, activity, Origin::new("test"));
    event.service = Some("Authentication Methods".to_owned());
    event.set_status(status);
    event.reason = Some(Reason::new(reason));
    event
}

/// An event about a user, who is told by object id, by name, or by both.
fn about(id: Option<&str>, name: Option<&str>) -> Event {
    let mut event = event("User registered security info", "success", "User registered Email");
    let mut target = Target::default();
    target.kind = Some("User".to_owned());
    target.id = id.map(str::to_owned);
    target.user_principal_name = name.map(str::to_owned);
    event.targets = vec![target];
    event
}

fn activity<'a>(answer: &'a Answer, name: &str) -> &'a regaudit::summary::ActivityRow {
    answer.activities.iter().find(|row| row.activity == name).unwrap()
}

#[test]
fn the_canonical_events_come_to_what_was_worked_out_by_hand() {
    let answer = summary_of(&canonical()).answer();
    assert_eq!(answer.events, 36);
    assert_eq!(answer.maintenance.values().sum::<u64>(), 1);
    assert_eq!(answer.unknown.len(), 1);
    assert_eq!(answer.unknown[0].name, "User paused security info registration");
    // 36 without the one of maintenance and the one that is unknown.
    assert_eq!(answer.outcomes.total(), 34);
    let all_required = activity(&answer, "User registered all required security info");
    assert_eq!((all_required.counts.success, all_required.counts.cancelled), (1, 4));
    assert_eq!(all_required.denominator, Some(5));
    assert_eq!(all_required.cancellation_rate, Some(0.8));
    let started = activity(&answer, "User started security info registration");
    assert_eq!(started.denominator, None, "a beginning has no rate");
}

#[test]
fn users_known_by_name_alone_are_joined_with_their_ids() {
    let id = Some("00000000-0000-4000-8000-000000001001");
    let guest = Some("00000000-0000-4000-8000-000000001007");
    let events = [
        about(id, Some("ada@example.com")),
        about(None, Some("ADA@example.com")),
        about(guest, Some("grace_example.org#EXT#@example.com")),
        about(None, Some("grace@example.org")),
        about(None, Some("ben@example.com")),
        about(None, None),
    ];
    let summary = summary_of(&events);
    let answer = summary.answer();
    assert_eq!(answer.users, 3);
    assert_eq!(answer.events_without_user, 1);
    let users = summary.users();
    let successes: Vec<_> = users.iter().map(|user| user.outcomes.success).collect();
    assert_eq!(successes, [2, 1, 2], "ada, ben, grace: {users:?}");
}

#[test]
fn reasons_are_counted_without_their_numbers() {
    let changed = "User changed default security info";
    let events = ["+1 2025550143", "+1 2025550144"].map(|number| {
        event(
            changed,
            "success",
            &format!("User changed the default security info for Call {number}"),
        )
    });
    let answer = summary_of(&events).answer();
    assert_eq!(answer.reasons.len(), 1, "{:?}", answer.reasons);
    assert_eq!(answer.reasons[0].events, 2);
    assert!(answer.reasons[0].reason.ends_with("Call #"), "{:?}", answer.reasons);
}

#[test]
fn a_beginning_has_no_rate_even_if_all_of_them_failed() {
    let failed =
        event("User started security info registration", "failure", "A system error has occurred.");
    let answer = summary_of(&[failed]).answer();
    assert_eq!((answer.activities[0].denominator, answer.activities[0].failure_rate), (None, None));
}

#[test]
fn a_name_that_two_accounts_had_goes_to_the_same_one_every_time() {
    let [first, second] =
        ["1001", "1002"].map(|end| format!("00000000-0000-4000-8000-00000000{end}"));
    let name = Some("ada@example.com");
    let events = [about(Some(&second), name), about(None, name), about(Some(&first), name)];
    for _ in 0..20 {
        let users = summary_of(&events).users();
        let successes: Vec<_> =
            users.iter().map(|user| (user.id.clone(), user.outcomes.success)).collect();
        assert_eq!(successes, [(Some(first.clone()), 2), (Some(second.clone()), 1)]);
    }
}

#[test]
fn different_texts_are_bounded_and_none_is_lost() {
    let texts = 12_000_u64;
    let mut summary = Summary::new();
    let mut methods = Summary::new();
    for number in 0..texts {
        // Letters, because numbers are taken out.
        let word: String =
            number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect();
        summary.add(&event(
            "User registered security info",
            "failure",
            &format!("Refused: {word}"),
        ));
        let registered = format!("User registered {word}");
        methods.add(&event("User registered security info", "success", &registered));
    }
    let both = {
        let mut sum = summary.clone();
        sum.merge(methods.clone());
        sum
    };
    for (summary, events) in [(summary, texts), (methods, texts), (both, 2 * texts)] {
        let answer = summary.answer();
        assert!(answer.reasons.len() <= 10_002, "{} reasons", answer.reasons.len());
        assert!(answer.methods.len() <= 10_001, "{} methods", answer.methods.len());
        assert_eq!(answer.reasons.iter().map(|row| row.events).sum::<u64>(), events);
    }
}

#[test]
fn an_answer_is_plain_data() {
    let answer = summary_of(&canonical()).answer();
    let json = serde_json::to_string(&answer).unwrap();
    assert_eq!(serde_json::from_str::<Answer>(&json).unwrap(), answer);
    assert_eq!(Counts::default().total(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn merging_is_summarising_both(owners in prop::collection::vec(0..3_usize, 36), seed in any::<u64>()) {
        let events = canonical();
        let whole = summary_of(&events);
        let mut parts = [Summary::new(), Summary::new(), Summary::new()];
        // Any order: from a place of its own, round and round.
        let start = usize::try_from(seed % 36).unwrap();
        for (event, owner) in events.iter().cycle().skip(start).take(36).zip(&owners) {
            parts[*owner].add(event);
        }
        let [mut first, second, third] = parts;
        let mut backwards = third.clone();
        backwards.merge(second.clone());
        backwards.merge(first.clone());
        first.merge(second);
        first.merge(third);
        prop_assert_eq!(first.answer(), whole.answer());
        prop_assert_eq!(first.users(), whole.users());
        prop_assert_eq!(backwards.answer(), whole.answer());
        prop_assert_eq!(backwards.users(), whole.users());
    }
}
