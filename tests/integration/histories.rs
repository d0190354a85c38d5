//! What a user holds, against a plain twin that replays names of methods.

use proptest::prelude::*;
use regaudit::attempt::DirectoryMethods;
use regaudit::model::{Event, Method};
use regaudit::{Outcome, Reader, UserHistory};

use crate::attempts::{Plain, any_events, fold, key_of, plain_partners, plain_records};
use crate::support::{collect, files_below, fixture, names};

/// What is told of a user, by the names of methods.
#[derive(Debug, Default, PartialEq)]
struct Told {
    held: Vec<String>,
    default: Option<String>,
    certainty: &'static str,
    registered: Vec<String>,
    deleted: Vec<String>,
}

impl Told {
    fn of(user: &UserHistory) -> Self {
        let changed = |changes: &[regaudit::attempt::MethodChange]| {
            changes.iter().map(|change| change.method.as_str().to_owned()).collect()
        };
        Self {
            held: names(&user.methods_held).into_iter().map(str::to_owned).collect(),
            default: user.default_method.as_ref().map(|method| method.as_str().to_owned()),
            certainty: user.certainty.as_str(),
            registered: changed(&user.methods_registered),
            deleted: changed(&user.methods_deleted),
        }
    }
}

/// What the rule says becomes of methods.
fn verb(rule: &str) -> &str {
    let name = rule.split_once('.').unwrap().1.trim_start_matches("admin_");
    let ends = |end: &str| name.ends_with(end);
    match name {
        "azure_mfa_registered" | "sspr_info_saved" | "registered" | "app_password_created" => {
            "register"
        }
        "updated" => "update",
        "required_registration" => "reset",
        "default_changed" => "default",
        "methods_changed" => "as listed",
        _ if rule.starts_with("credential") && ends("_added") => "register",
        _ if ends("deleted") => "delete",
        _ => "",
    }
}

fn family(name: &str) -> &'static str {
    Method::from_text(name).family().as_str()
}

/// Whether two names may be of one method.
fn fits(a: &str, b: &str) -> bool {
    let covers = |a: &str, b: &str| match a {
        "phone_unspecified" => family(b) == "phone",
        "authenticator_unspecified" => family(b) == "mobile_app",
        "oath_unspecified" => ["software_oath", "hardware_oath"].contains(&b),
        _ => false,
    };
    a == b || covers(a, b) || covers(b, a)
}

fn is_listed(name: &str) -> bool {
    ["phone", "mobile_app"].contains(&family(name)) || name == "hardware_oath"
}

/// Replays the records of one user. `held` names a method as often as it is held.
fn plain_history(records: &[Plain<'_>]) -> Told {
    let mut told = Told { certainty: "unknown", ..Told::default() };
    let partner = plain_partners(records);
    for (place, record) in records.iter().enumerate() {
        if partner[place].is_some() {
            continue;
        }
        if record.found.outcome == Outcome::Success {
            change(&mut told, record);
        }
        list(&mut told, record);
        let seconds = (0..records.len()).filter(|second| partner[*second] == Some(place));
        seconds.for_each(|second| list(&mut told, &records[second]));
    }
    told.held.sort();
    told.held.dedup();
    told
}

fn change(told: &mut Told, record: &Plain<'_>) {
    let methods: Vec<String> =
        names(&record.found.methods).into_iter().map(str::to_owned).collect();
    let verb = verb(record.found.rule);
    for method in &methods {
        let place = told.held.iter().position(|held| held == method);
        match verb {
            "register" => {
                told.registered.push(method.clone());
                let one = ["phone", "email", "security_questions", "temporary_access_pass"];
                let one = [&one[..], &["qr_code", "certificate", "password"]].concat();
                if place.is_none() || !one.contains(&family(method)) {
                    told.held.push(method.clone());
                }
            }
            "delete" => {
                told.deleted.push(method.clone());
                let mobile = ["phone_mobile_sms", "phone_mobile_call", "phone_unspecified"];
                let is_mobile = |held: &String| mobile.contains(&held.as_str());
                if method == "phone_unspecified" && told.held.iter().any(is_mobile) {
                    told.held.retain(|held| !is_mobile(held));
                } else if let Some(place) = place.or_else(|| least_fitting(&told.held, method)) {
                    told.held.remove(place);
                }
            }
            "as listed" => {
                let stated = DirectoryMethods::of(record.event).map(|stated| stated.held);
                let listed = stated.unwrap_or_default();
                let is_listed = listed.iter().any(|listed| listed.as_str() == method);
                if is_listed { &mut told.registered } else { &mut told.deleted }
                    .push(method.clone());
            }
            _ => {}
        }
    }
    if verb == "update" {
        let unseen = |method: &&String| !told.held.iter().any(|held| fits(held, method));
        let unseen: Vec<String> = methods.iter().filter(unseen).cloned().collect();
        told.held.extend(unseen);
    }
    if verb == "default"
        && let [method] = &methods[..]
    {
        told.default = Some(method.clone());
    }
    if verb == "reset" {
        let is_gone = |held: &String| ["phone", "mobile_app"].contains(&family(held));
        let mut gone: Vec<String> =
            told.held.iter().filter(|held| is_gone(held)).cloned().collect();
        gone.sort();
        gone.dedup();
        told.deleted.extend(gone);
        told.held.retain(|held| !is_gone(held));
    }
    if ["delete", "reset"].contains(&verb) {
        told.default = told.default.take().filter(|d| told.held.iter().any(|held| fits(held, d)));
    }
    let is_about_listed =
        verb == "reset" || methods.is_empty() || methods.iter().any(|method| is_listed(method));
    let changes = ["register", "update", "delete", "reset"].contains(&verb);
    if changes && (is_about_listed || told.certainty == "unknown") {
        told.certainty = "replayed";
    }
}

/// Of the methods held that fit, the one that the model lists first.
fn least_fitting(held: &[String], method: &str) -> Option<usize> {
    let fitting = (0..held.len()).filter(|place| fits(&held[*place], method));
    fitting.min_by_key(|place| Method::from_text(&held[*place]))
}

fn list(told: &mut Told, record: &Plain<'_>) {
    let is_ours = !verb(record.found.rule).is_empty() || record.found.rule.contains("changed");
    let Some(stated) = DirectoryMethods::of(record.event) else { return };
    if record.found.outcome != Outcome::Success || !is_ours {
        return;
    }
    let listed = names(&stated.held);
    told.held.retain(|held| !is_listed(held) || listed.iter().any(|other| fits(held, other)));
    for method in &listed {
        if !told.held.iter().any(|held| fits(held, method)) {
            told.held.push((*method).to_owned());
        }
    }
    if let Some(default) = &stated.default {
        let exact = least_fitting(&told.held, default.as_str());
        let name = exact.map_or(default.as_str(), |place| told.held[place].as_str());
        told.default = Some(name.to_owned());
    }
    told.certainty = "directory";
}

fn assert_as_plain(events: &[Event], case: &str) {
    let (_, users) = fold(events);
    for user in users {
        let key = user.user_id.as_ref().unwrap().to_lowercase();
        let of_user = events.iter().filter(|event| key_of(event).as_ref() == Some(&key));
        assert_eq!(Told::of(&user), plain_history(&plain_records(of_user)), "{case}: {key}");
    }
}

#[test]
fn fixtures_and_published_records_leave_what_the_plain_twin_tells() {
    let corpus = std::env::var_os("REGAUDIT_CORPUS").map(std::path::PathBuf::from);
    let folders = [fixture("exports"), fixture("rules"), fixture("generations")];
    for path in folders.into_iter().chain(corpus).flat_map(|folder| files_below(&folder)) {
        let mut events = collect(Reader::new().paths([&path])).events;
        // Every way in which a user is named is one user to the plain twin.
        events.retain(|event| event.user().is_some_and(|user| user.id.is_some()));
        assert_as_plain(&events, &path.display().to_string());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..Default::default() })]

    #[test]
    fn histories_are_those_of_the_plain_twin(events in any_events()) {
        assert_as_plain(&events, "drawn");
    }
}
