//! Attempts and histories: against a plain twin written from the documentation, in any order, and
//! from a window.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use regaudit::catalogue::Family;
use regaudit::model::{
    ActorKind, Change, Event, Method, PropertyValue, Reason, Target, User, parse_timestamp,
};
use regaudit::{
    Attempt, AttemptOutcome, AttemptWindow, Attempts, Certainty, Classification, Mode, Origin,
    Outcome, Reader, UserHistory, classify,
};

use crate::support::{collect, files_below, fixture, names};

const SERVICE: &str = "Authentication Methods";
const UPDATE: &str = "Update user";

/// Service, activity, result and reason of events of each sort that matters.
const KINDS: [(&str, &str, &str, &str); 21] = [
    (
        SERVICE,
        "User started security info registration",
        "success",
        "User started the registration for Passkey",
    ),
    (SERVICE, "User started security info registration", "failure", "A system error has occurred."),
    (SERVICE, "Get passkey creation options", "success", ""),
    (SERVICE, "User registered security info", "success", "User registered Fido"),
    (SERVICE, "User registered security info", "success", "User registered Mobile Phone SMS"),
    (
        SERVICE,
        "User registered security info",
        "failure",
        "User failed to register Authenticator App with Code",
    ),
    (SERVICE, "User registered all required security info", "success", ""),
    (SERVICE, "User registered all required security info", "failure", ""),
    (SERVICE, "User canceled security info registration", "failure", ""),
    (SERVICE, "User deleted security info", "success", "User deleted Mobile Phone Call and SMS"),
    (SERVICE, "User deleted security info", "failure", "User failed to delete Fido"),
    (
        SERVICE,
        "User changed default security info",
        "success",
        "User changed the default security info for Phone",
    ),
    (SERVICE, "User reviewed security info", "success", ""),
    (SERVICE, "User reviewed security info", "failure", ""),
    (SERVICE, "User updated security info", "unknownFutureValue", "User updated Office phone"),
    (
        SERVICE,
        "Admin registered security info",
        "success",
        "Admin registered phone method for user",
    ),
    (
        SERVICE,
        "Admin deleted security info",
        "success",
        "Admin required re-registration of MFA authentication methods.",
    ),
    ("Core Directory", UPDATE, "success", ""),
    ("Device Registration Service", "Add Passkey (device-bound)", "success", ""),
    (
        "Self-service Password Management",
        "Security info saved for self-service password reset",
        "success",
        "Email",
    ),
    (SERVICE, "Authentication Methods Policy Update", "success", ""),
];

fn at(time: &str) -> DateTime<Utc> {
    parse_timestamp(&format!("2026-03-09T{time}Z")).unwrap()
}

fn person(event: &mut Event, user: usize, acts: bool) {
    let (id, name) =
        (format!("00000000-0000-4000-8000-00000000100{user}"), format!("user{user}@example.com"));
    let mut target = Target::default();
    target.kind = Some("User".to_owned());
    target.id = Some(id.clone());
    target.user_principal_name = Some(name.clone());
    event.targets = vec![target];
    if acts {
        let mut actor = User::default();
        actor.id = Some(id);
        actor.user_principal_name = Some(name);
        event.actor.user = Some(actor);
    }
}

/// An event of the first user, done by that user.
fn event(time: &str, service: &str, activity: &str, status: &str, reason: &str) -> Event {
    let mut event = Event::new(at(time), activity, Origin::new(format!("{time} {activity}")));
    event.service = Some(service.to_owned());
    event.set_status(status);
    event.reason = (!reason.is_empty()).then(|| Reason::new(reason));
    person(&mut event, 1, true);
    event
}

fn registered(time: &str, reason: &str) -> Event {
    event(time, SERVICE, "User registered security info", "success", reason)
}

fn deleted(time: &str, reason: &str) -> Event {
    event(time, SERVICE, "User deleted security info", "success", reason)
}

fn started(time: &str) -> Event {
    event(
        time,
        SERVICE,
        "User started security info registration",
        "success",
        "User started the registration for Passkey",
    )
}

/// The directory's record of a change; nobody known did it.
fn twin(time: &str, old: &str, new: &str) -> Event {
    let mut event = event(time, "Core Directory", UPDATE, "success", "");
    event.actor.user = None;
    let value = |text: &str| Some(PropertyValue::new(text));
    let change =
        Change { name: "StrongAuthenticationMethod".to_owned(), old: value(old), new: value(new) };
    event.targets[0].changes = Some(vec![change]);
    event
}

pub fn fold<'a>(events: impl IntoIterator<Item = &'a Event>) -> (Vec<Attempt>, Vec<UserHistory>) {
    let mut attempts = Attempts::new();
    events.into_iter().for_each(|event| attempts.add(event));
    attempts.finish()
}

fn only(events: &[Event]) -> Attempt {
    let (attempts, _) = fold(events);
    assert_eq!(attempts.len(), 1, "{attempts:#?}");
    attempts.into_iter().next().unwrap()
}

fn history(events: &[Event]) -> UserHistory {
    let (_, users) = fold(events);
    assert_eq!(users.len(), 1, "{users:#?}");
    users.into_iter().next().unwrap()
}

#[test]
fn a_registration_asked_for_at_sign_in_is_one_attempt() {
    let all = "User registered all required security info";
    let attempt = only(&[
        started("08:00:00"),
        event(
            "08:01:00",
            SERVICE,
            "User registered security info",
            "failure",
            "User failed to register Fido",
        ),
        started("08:02:00"),
        registered("08:03:00", "User registered Fido"),
        event("08:03:30", SERVICE, all, "success", "User registered all required security info."),
    ]);
    assert_eq!((attempt.outcome, attempt.mode), (AttemptOutcome::Completed, Mode::Interrupt));
    assert_eq!((attempt.tries, attempt.events, attempt.twins), (2, 5, 0));
    assert_eq!(attempt.last - attempt.first, TimeDelta::seconds(210));
    assert_eq!(names(&attempt.methods_tried), ["passkey_fido2"]);
    assert_eq!(names(&attempt.methods_obtained), ["passkey_fido2"]);
    assert_eq!(attempt.rule, "registration.completed");
    assert_eq!(attempt.origins.len(), 5);
}

#[test]
fn a_start_and_its_end_may_carry_the_same_second() {
    let [start, end] = [started("08:00:00"), registered("08:00:00", "User registered Fido")];
    for events in [[start.clone(), end.clone()], [end, start]] {
        assert_eq!(only(&events).outcome, AttemptOutcome::Completed);
    }
}

#[test]
fn the_gap_and_the_correlation_id_make_sittings() {
    let times = ["08:00:00", "08:15:00", "08:30:01", "12:00:00"];
    let mut events: Vec<Event> = times.iter().map(|time| started(time)).collect();
    let sizes = |events: &[Event]| -> Vec<u64> {
        fold(events).0.iter().map(|attempt| attempt.events).collect()
    };
    assert_eq!(sizes(&events), [2, 1, 1]);
    for place in [0, 3] {
        events[place].correlation_id = Some("00000000-0000-4000-8000-00000000C001".to_owned());
    }
    assert_eq!(sizes(&events), [3, 1], "one sitting may go on while another is between");
    let (attempts, _) = fold(&events);
    assert_eq!(attempts[0].correlation_ids, ["00000000-0000-4000-8000-00000000c001"]);
    let mut wide = Attempts::new().gap(TimeDelta::hours(4));
    for event in &events {
        wide.add(event);
    }
    assert_eq!(wide.finish().0.len(), 1);
}

#[test]
fn a_second_record_is_not_counted_again() {
    let none = "[]";
    let text = r#"[{"MethodType":5,"Default":true}]"#;
    let change = registered("08:00:00", "User registered Mobile Phone SMS");
    // Whichever of the two is written first.
    for time in ["07:59:59", "08:00:01"] {
        let events = [change.clone(), twin(time, none, text)];
        let attempt = only(&events);
        assert_eq!(
            (attempt.outcome, attempt.events, attempt.twins),
            (AttemptOutcome::SingleChange, 1, 1)
        );
        assert_eq!(attempt.origins.len(), 2);
        let user = history(&events);
        assert_eq!((user.outcomes.success, user.methods_registered.len()), (1, 1));
        assert_eq!(names(&user.methods_held), ["phone_mobile_sms"]);
        assert_eq!(
            (user.certainty, user.default_method),
            (Certainty::Directory, Some(Method::PhoneMobileSms))
        );
    }
    // Too far, or about another method: a change of its own.
    let far = fold(&[change.clone(), twin("08:05:01", none, text)]).0;
    assert_eq!(far.iter().map(|attempt| attempt.events).sum::<u64>(), 2);
    let other = fold(&[change, twin("08:00:01", none, r#"[{"MethodType":6}]"#)]).0;
    assert_eq!(other.iter().map(|attempt| attempt.twins).sum::<u64>(), 0);
}

#[test]
fn what_administrators_do_is_held_and_no_attempt() {
    let mut given = event(
        "08:00:00",
        SERVICE,
        "Admin registered security info",
        "success",
        "Admin registered phone method for user",
    );
    given.actor.user.as_mut().unwrap().id = Some("00000000-0000-4000-8000-000000002001".to_owned());
    let (attempts, users) = fold(&[given]);
    assert_eq!(attempts, []);
    assert_eq!(names(&users[0].methods_held), ["phone_unspecified"]);
    assert_eq!(users[0].methods_registered[0].actor, ActorKind::Admin);
}

#[test]
fn what_is_held_is_replayed() {
    let app = "User registered Authenticator App with Notification and Code";
    let both = ["authenticator_push", "software_oath"];
    let cases: [(&str, Vec<Event>, &[&str]); 8] = [
        ("two in one step", vec![registered("08:00:00", app)], &both),
        (
            "of two apps one is left",
            vec![
                registered("08:00:00", app),
                registered("08:01:00", app),
                deleted("08:02:00", "User deleted Authenticator App with Notification and Code"),
            ],
            &both,
        ),
        (
            "of one phone there is one",
            vec![
                registered("08:00:00", "User registered Mobile Phone SMS"),
                registered("08:01:00", "User registered Mobile Phone SMS"),
                deleted("08:02:00", "User deleted Mobile Phone Call and SMS"),
            ],
            &[],
        ),
        (
            "a failed deletion removes nothing",
            vec![
                registered("08:00:00", "User registered Fido"),
                event(
                    "08:01:00",
                    SERVICE,
                    "User deleted security info",
                    "failure",
                    "User failed to delete Fido",
                ),
            ],
            &["passkey_fido2"],
        ),
        (
            "a phone that is not named is the mobile phone",
            vec![
                registered("08:00:00", "User registered Mobile Phone SMS"),
                registered("08:01:00", "User registered Office phone"),
                deleted("08:02:00", "User deleted Phone"),
            ],
            &["phone_office"],
        ),
        (
            "an exact name meets a less exact one",
            vec![
                registered("08:00:00", "User registered Phone"),
                deleted("08:02:00", "User deleted Mobile Phone SMS"),
            ],
            &[],
        ),
        (
            "a required registration leaves passkeys and email",
            vec![
                registered("08:00:00", app),
                registered("08:01:00", "User registered Fido"),
                registered("08:01:30", "User registered Email"),
                registered("08:01:40", "User registered Mobile Phone SMS"),
                event(
                    "08:02:00",
                    SERVICE,
                    "Admin deleted security info",
                    "success",
                    "Admin required re-registration of MFA authentication methods.",
                ),
            ],
            &["email", "passkey_fido2"],
        ),
        (
            "an update shows that the method is held",
            vec![event(
                "08:00:00",
                SERVICE,
                "User updated security info",
                "success",
                "User updated Office phone",
            )],
            &["phone_office"],
        ),
    ];
    for (case, events, held) in cases {
        let user = history(&events);
        assert_eq!(names(&user.methods_held), held, "{case}");
        assert_eq!(user.certainty, Certainty::Replayed, "{case}");
    }
    let user = history(&[deleted("08:00:00", "User deleted Fido")]);
    assert_eq!(user.methods_deleted[0].method, Method::PasskeyFido2, "held before the log began");
    let user = history(&[started("08:00:00")]);
    assert_eq!((user.certainty, user.methods_held.len()), (Certainty::Unknown, 0));
}

#[test]
fn the_directory_corrects_what_was_replayed_and_knows_no_passkeys() {
    let events = [
        registered("08:00:00", "User registered Authenticator App with Code"),
        registered("08:01:00", "User registered Fido"),
        twin(
            "09:00:00",
            "[]",
            r#"[{"MethodType":7,"Default":false},{"MethodType":0,"Default":true}]"#,
        ),
    ];
    let user = history(&events);
    assert_eq!(names(&user.methods_held), ["passkey_fido2", "phone_mobile_call", "software_oath"]);
    assert_eq!(
        (user.certainty, user.default_method),
        (Certainty::Directory, Some(Method::PhoneMobileCall))
    );
}

#[test]
fn a_user_is_one_however_records_name_them() {
    let mut by_name = registered("08:01:00", "User registered Fido");
    by_name.targets[0].id = None;
    by_name.targets[0].user_principal_name = Some("USER1@example.com".to_owned());
    let attempt = only(&[started("08:00:00"), by_name]);
    assert_eq!((attempt.outcome, attempt.events), (AttemptOutcome::Completed, 2));
}

#[test]
fn answers_are_plain_data() {
    let (attempts, users) =
        fold(&[started("08:00:00"), registered("08:01:00", "User registered Fido")]);
    let json = serde_json::to_string(&(&attempts, &users)).unwrap();
    let read: (Vec<Attempt>, Vec<UserHistory>) = serde_json::from_str(&json).unwrap();
    assert_eq!(read, (attempts, users));
}

/// What the plain twin tells of an attempt.
type Told =
    (String, AttemptOutcome, Mode, DateTime<Utc>, DateTime<Utc>, u64, u64, u64, Vec<String>);

fn told(attempt: &Attempt) -> Told {
    let mut origins: Vec<String> = attempt.origins.iter().map(ToString::to_string).collect();
    origins.sort();
    let user = attempt.user_id.as_ref().or(attempt.user_principal_name.as_ref()).unwrap();
    (
        user.to_lowercase(),
        attempt.outcome,
        attempt.mode,
        attempt.first,
        attempt.last,
        attempt.events,
        attempt.twins,
        attempt.tries,
        origins,
    )
}

/// One event of one user, for the plain twin.
pub struct Plain<'a> {
    pub event: &'a Event,
    pub found: Classification,
}

impl Plain<'_> {
    fn rule(&self) -> &str {
        self.found.rule
    }

    fn is_second(&self) -> bool {
        let credential = self.found.family == Family::Credential
            && ["_added", "_deleted", "password_created"]
                .iter()
                .any(|end| self.rule().ends_with(end));
        let other = [
            "twin.methods_changed",
            "registration.azure_mfa_registered",
            "registration.sspr_info_saved",
        ];
        credential || other.contains(&self.rule())
    }

    fn is_own_step(&self) -> bool {
        let own = matches!(self.event.actor_kind(), ActorKind::User | ActorKind::Unknown);
        let is_ours = self.found.family == Family::Registration
            && !self.found.maintenance
            && self.rule() != "registration.remembered_devices";
        own && (is_ours || self.is_second())
    }

    /// What it did to methods: `+`, `-`, or `=` for a change of the default.
    fn deed(&self) -> Option<char> {
        let name = self.rule().split_once('.').unwrap().1.trim_start_matches("admin_");
        match name {
            "registered" | "register_failed" | "method_cancelled" | "updated" | "update_failed" => {
                Some('+')
            }
            "deleted" | "delete_failed" | "required_registration" => Some('-'),
            "default_changed" | "default_change_failed" => Some('='),
            _ => None,
        }
    }

    fn goes_with(&self, first: &Self) -> bool {
        let Some(deed) = first.deed().filter(|_| !first.is_second()) else { return false };
        let same_deed = if self.rule().starts_with("twin") {
            true
        } else if self.rule().ends_with("_deleted") {
            deed == '-'
        } else {
            deed == '+'
        };
        let near = (self.event.time - first.event.time).abs() <= TimeDelta::minutes(5);
        let (a, b) = (&self.found.methods, &first.found.methods);
        let fits = |a: &Method, b: &Method| {
            let of_family =
                |short: &str| [a, b].iter().all(|method| method.as_str().starts_with(short));
            a == b
                || ([a, b].contains(&&Method::PhoneUnspecified) && of_family("phone"))
                || ([a, b].contains(&&Method::OathUnspecified)
                    && [a, b].iter().all(|method| method.as_str().contains("oath")))
        };
        let alike = a.is_empty() || b.is_empty() || a.iter().any(|a| b.iter().any(|b| fits(a, b)));
        same_deed && near && alike && self.found.outcome == first.found.outcome
    }

    /// A letter for what it comes to.
    fn letter(&self) -> char {
        match (self.rule(), self.found.outcome) {
            ("registration.reviewed", _) => 'r',
            ("registration.review_failed", _) => 'x',
            ("registration.completed", _) => 'A',
            ("registration.passkey_options", Outcome::Success) => 'o',
            (_, Outcome::Started) => 'b',
            (_, Outcome::Failure) => 'f',
            (_, Outcome::Success) => 's',
            (_, Outcome::Cancelled) => 'c',
            _ => 'u',
        }
    }
}

/// For each record, the one whose second record it is: the nearest pair, again and again.
pub fn plain_partners(records: &[Plain<'_>]) -> Vec<Option<usize>> {
    let mut partner: Vec<Option<usize>> = vec![None; records.len()];
    loop {
        let mut nearest = None;
        for second in 0..records.len() {
            for first in 0..records.len() {
                let sort = |place: usize| match records[place].found.family {
                    Family::Registration => 1,
                    Family::Credential => 2,
                    _ => 3,
                };
                let is_taken = (0..records.len())
                    .any(|other| partner[other] == Some(first) && sort(other) == sort(second));
                let is_pair = records[second].is_second()
                    && partner[second].is_none()
                    && !is_taken
                    && records[second].goes_with(&records[first]);
                let distance = (records[second].event.time - records[first].event.time).abs();
                if is_pair && nearest.is_none_or(|found| (distance, second, first) < found) {
                    nearest = Some((distance, second, first));
                }
            }
        }
        let Some((_, second, first)) = nearest else { break };
        partner[second] = Some(first);
    }
    partner
}

/// For each step, the least number of those it is joined to: taken over until nothing changes.
fn plain_sittings(records: &[Plain<'_>], steps: &[usize], gap: TimeDelta) -> Vec<usize> {
    let mut sitting: Vec<usize> = (0..records.len()).collect();
    loop {
        let mut changed = false;
        for &a in steps {
            for &b in steps {
                let (one, other) = (records[a].event, records[b].event);
                let apart = (one.time - other.time).abs();
                let same =
                    one.correlation_id.is_some() && one.correlation_id == other.correlation_id;
                let joined = apart <= gap || (same && apart <= TimeDelta::hours(24));
                if joined && sitting[a] < sitting[b] {
                    sitting[b] = sitting[a];
                    changed = true;
                }
            }
        }
        if !changed {
            break;
        }
    }
    sitting
}

pub fn key_of(event: &Event) -> Option<String> {
    event.user().and_then(|user| user.key())
}

/// The events of one user in the order of time.
pub fn plain_records<'a>(events: impl Iterator<Item = &'a Event>) -> Vec<Plain<'a>> {
    let mut records: Vec<Plain<'_>> =
        events.filter_map(|event| Some(Plain { event, found: classify(event)? })).collect();
    records.sort_by_key(|record| (record.event.time, "urxbofscA".find(record.letter())));
    records
}

/// The attempts as the documentation of the module tells them, looked for in the plainest way.
fn plain_attempts(events: &[Event], gap: TimeDelta) -> Vec<Told> {
    let mut told = Vec::new();
    let mut users: Vec<String> = events.iter().filter_map(key_of).collect();
    users.sort();
    users.dedup();
    for user in users {
        let of_user = events.iter().filter(|event| key_of(event).as_ref() == Some(&user));
        let records = plain_records(of_user);
        let partner = plain_partners(&records);
        let steps: Vec<usize> = (0..records.len())
            .filter(|place| partner[*place].is_none() && records[*place].is_own_step())
            .collect();
        let sitting = plain_sittings(&records, &steps, gap);
        for &start in &steps {
            let of_sitting: Vec<usize> =
                steps.iter().copied().filter(|place| sitting[*place] == start).collect();
            if of_sitting.is_empty() {
                continue;
            }
            let letters: String = of_sitting.iter().map(|place| records[*place].letter()).collect();
            let twins: Vec<usize> = (0..records.len())
                .filter(|place| partner[*place].is_some_and(|first| of_sitting.contains(&first)))
                .collect();
            let mode = of_sitting.iter().find_map(|place| {
                let record = &records[*place];
                let name = record.rule().trim_start_matches("registration.");
                let interrupt = [
                    "completed",
                    "cancelled",
                    "cancelled_without_reason",
                    "completion_failed",
                    "reviewed",
                    "review_failed",
                ];
                if interrupt.contains(&name) {
                    return Some(Mode::Interrupt);
                }
                let manage = [
                    "deleted",
                    "delete_failed",
                    "updated",
                    "update_failed",
                    "default_changed",
                    "default_change_failed",
                ];
                (record.rule() != name && manage.contains(&name)).then_some(Mode::Manage)
            });
            let mut origins: Vec<String> = of_sitting
                .iter()
                .chain(&twins)
                .map(|place| records[*place].event.origin.to_string())
                .collect();
            origins.sort();
            told.push((
                user.clone(),
                plain_outcome(&letters),
                mode.unwrap_or(Mode::Unknown),
                records[of_sitting[0]].event.time,
                records[*of_sitting.last().unwrap()].event.time,
                of_sitting.len() as u64,
                twins.len() as u64,
                plain_tries(&letters),
                origins,
            ));
        }
    }
    told.sort_by_key(|told| (told.0.clone(), told.3, told.8.clone()));
    told
}

fn plain_outcome(letters: &str) -> AttemptOutcome {
    let without_reviews: String =
        letters.chars().filter(|letter| !"rx".contains(*letter)).collect();
    if let Some((_, after)) = letters.rsplit_once('A')
        && !after.contains('c')
    {
        return AttemptOutcome::Completed;
    }
    if without_reviews == "s" {
        return AttemptOutcome::SingleChange;
    }
    match without_reviews.chars().rfind(|letter| *letter != 'u') {
        Some('s' | 'A') => AttemptOutcome::Completed,
        Some('f') => AttemptOutcome::Failed,
        Some('c') => AttemptOutcome::Cancelled,
        Some(_) => AttemptOutcome::Abandoned,
        None => match letters.chars().rfind(|letter| *letter != 'u') {
            Some('r') => AttemptOutcome::Reviewed,
            Some(_) => AttemptOutcome::Failed,
            None => AttemptOutcome::Unknown,
        },
    }
}

fn plain_tries(letters: &str) -> u64 {
    let (mut tries, mut open) = (0, 0);
    for letter in letters.chars() {
        let begins = letter == 'b' || (letter == 'o' && open == 0);
        let ends = letter == 's' || letter == 'f';
        if begins || (ends && open == 0) {
            tries += 1;
        }
        open += i32::from(begins) - i32::from(ends && open > 0);
    }
    tries.max(1)
}

fn assert_as_plain(events: &[Event], case: &str) {
    let mut found: Vec<Told> = fold(events).0.iter().map(told).collect();
    found.sort_by_key(|told| (told.0.clone(), told.3, told.8.clone()));
    assert_eq!(found, plain_attempts(events, Attempts::GAP), "{case}");
}

#[test]
fn fixtures_and_published_records_come_to_what_the_plain_twin_tells() {
    let corpus = std::env::var_os("REGAUDIT_CORPUS").map(std::path::PathBuf::from);
    for folder in
        [fixture("exports"), fixture("rules"), fixture("generations")].into_iter().chain(corpus)
    {
        for path in files_below(&folder) {
            let mut events = collect(Reader::new().paths([&path])).events;
            // Every way in which a user is named is one user to the plain twin.
            events.retain(|event| event.user().is_some_and(|user| user.id.is_some()));
            assert_as_plain(&events, &path.display().to_string());
        }
    }
}

pub fn any_events() -> impl Strategy<Value = Vec<Event>> {
    let any =
        (0..KINDS.len(), 1..4_usize, 0..2_i64, 0..2400_i64, prop::option::of(0..4_u8), 0..3_u8);
    prop::collection::vec(any, 1..40).prop_map(|drawn| {
        let events = drawn.into_iter().enumerate().map(|(number, drawn)| {
            let (kind, user, days, seconds, correlation, actor) = drawn;
            let (service, activity, status, reason) = KINDS[kind];
            let mut event = event("08:00:00", service, activity, status, reason);
            if activity == UPDATE {
                event = twin("08:00:00", "[]", r#"[{"MethodType":5,"Default":true}]"#);
            }
            person(&mut event, user, actor > 0);
            if activity == UPDATE {
                let change =
                    twin("08:00:00", "[]", r#"[{"MethodType":5}]"#).targets.remove(0).changes;
                event.targets[0].changes = change;
            }
            // No two at the same time, so that the plain twin need not know how ties are broken.
            event.time += TimeDelta::seconds(days * 40 * 3600 + seconds * 5)
                + TimeDelta::microseconds(i64::try_from(number * number).unwrap());
            event.correlation_id =
                correlation.map(|id| format!("00000000-0000-4000-8000-00000000c00{id}"));
            event.origin = Origin::new("drawn").at(number as u64, 1, 1);
            event
        });
        events.collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..Default::default() })]

    #[test]
    fn attempts_are_those_of_the_plain_twin(events in any_events()) {
        assert_as_plain(&events, "drawn");
    }

    #[test]
    fn the_order_of_events_decides_nothing(
        (events, shuffled) in any_events().prop_map(|mut events| {
            // Whole minutes: many at the same time.
            for event in &mut events {
                event.time -= TimeDelta::microseconds(event.time.timestamp_micros() % 60_000_000);
            }
            events
        }).prop_flat_map(|events| (Just(events.clone()), Just(events).prop_shuffle()))
    ) {
        prop_assert_eq!(fold(&events), fold(&shuffled));
    }

    #[test]
    fn a_window_tells_the_same_in_both_directions(
        events in any_events(),
        repeats in 1..120_usize,
        newest_first in any::<bool>(),
        disorder in prop::collection::vec(0..600_i64, 40),
    ) {
        // The same weeks later, again and again, so that there is something to settle.
        let mut all = Vec::new();
        for repeat in 0..repeats {
            for event in &events {
                let mut event = event.clone();
                event.time += TimeDelta::days(14 * i64::try_from(repeat).unwrap());
                event.origin.line = Some(repeat as u64);
                all.push(event);
            }
        }
        let direction = if newest_first { -1 } else { 1 };
        let mut ordered: Vec<(i64, Event)> = all.iter().cloned().zip(disorder.iter().cycle()).map(|(event, late)| {
            (direction * event.time.timestamp() + late, event)
        }).collect();
        ordered.sort_by_key(|(place, _)| *place);
        let mut window = AttemptWindow::new(TimeDelta::seconds(601));
        if newest_first {
            window = window.newest_first();
        }
        let mut found = Vec::new();
        for (_, event) in &ordered {
            found.extend(window.add(event));
        }
        prop_assert_eq!(window.late(), 0);
        found.extend(window.finish());
        let order = |attempts: Vec<Attempt>| {
            let mut told: Vec<Told> = attempts.iter().map(told).collect();
            told.sort_by_key(|told| (told.0.clone(), told.3, told.8.clone()));
            told
        };
        prop_assert_eq!(order(found), order(fold(&all).0));
    }
}

#[test]
fn a_window_tells_how_many_came_too_late() {
    let mut window = AttemptWindow::new(TimeDelta::minutes(1));
    let mut attempts = Vec::new();
    for time in ["08:00:00", "09:00:00", "08:58:59", "08:59:00"] {
        attempts.extend(window.add(&started(time)));
    }
    assert_eq!(window.late(), 1);
    attempts.extend(window.finish());
    assert_eq!(attempts.iter().map(|attempt| attempt.events).sum::<u64>(), 4, "none is lost");
}
