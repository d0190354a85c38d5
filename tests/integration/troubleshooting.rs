//! Complaints, from a log and exports of state to verdict, evidence and next action.
//!
//! Each scenario of `fixtures/troubleshooting` is one step with one verdict, named for what it shows.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use proptest::prelude::*;
use regaudit::catalogue::Attestation;
use regaudit::model::{Event, Method, parse_timestamp};
use regaudit::state::{PolicyState, UserExports};
use regaudit::troubleshoot::{
    Answer, Complaint, Coverage, Evidence, Finding, Given, SYMPTOMS, Verdict, troubleshoot,
};
use regaudit::{Origin, classify, read_slice};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::support::{files_below, fixture};

/// One complaint, all there is to look into it with, and what one step must come to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    shows: String,
    complaint: ScenarioComplaint,
    log: Value,
    #[serde(default)]
    policies: BTreeMap<String, Value>,
    /// JSON, or a text that is CSV.
    #[serde(default)]
    users: BTreeMap<String, Value>,
    expected: Expected,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ScenarioComplaint {
    user: String,
    method: Option<String>,
    at: Option<String>,
}

/// What a step comes to, as a person would put it down.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    step: String,
    verdict: String,
    conclusion: String,
    /// Source and record of each, sorted.
    evidence: Vec<String>,
    next: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    missing: Vec<String>,
    /// Methods, and whether they should show; those not listed are not looked at.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    methods: BTreeMap<String, Option<bool>>,
}

impl Scenario {
    fn complaint(&self) -> Complaint {
        let given = &self.complaint;
        let mut complaint = Complaint::of(&given.user);
        complaint.method = given.method.as_deref().map(Method::from_text);
        complaint.at = given.at.as_deref().map(|at| parse_timestamp(at).unwrap());
        complaint
    }

    fn events(&self) -> Vec<Event> {
        read_slice("log", self.log.to_string().as_bytes()).map(Result::unwrap).collect()
    }

    /// Every record of the log counts for what it covers, also those that are no events.
    fn coverage(&self) -> Coverage {
        let mut coverage = Coverage::default();
        let records = self.log.as_array().unwrap();
        let text = |record: &Value, key: &str| record[key].as_str().unwrap().to_owned();
        let time = |record| parse_timestamp(&text(record, "activityDateTime")).unwrap();
        coverage.first = records.iter().map(time).min();
        coverage.last = records.iter().map(time).max();
        let services: BTreeSet<_> =
            records.iter().map(|record| text(record, "loggedByService")).collect();
        coverage.services = services.into_iter().collect();
        coverage
    }

    fn state(&self) -> (PolicyState, UserExports) {
        let (mut policies, mut users) = (PolicyState::new(), UserExports::new());
        for (name, policy) in &self.policies {
            policies.add_slice(name, policy.to_string().as_bytes()).unwrap();
        }
        for (name, export) in &self.users {
            let text = export.as_str().map_or_else(|| export.to_string(), str::to_owned);
            users.add_slice(name, text.as_bytes()).unwrap();
        }
        (policies, users)
    }

    fn answer(&self) -> Answer {
        let (events, (policies, users)) = (self.events(), self.state());
        let given = Given {
            events: &events,
            coverage: self.coverage(),
            policies: &policies,
            users: &users,
        };
        troubleshoot(&self.complaint(), &given)
    }
}

fn scenarios() -> Vec<(String, Scenario)> {
    let files = files_below(&fixture("troubleshooting"));
    let read = |path: &std::path::PathBuf| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let scenario = serde_json::from_slice(&fs::read(path).unwrap());
        (name.clone(), scenario.unwrap_or_else(|error| panic!("{name}: {error}")))
    };
    files.iter().map(read).collect()
}

fn finding<'a>(answer: &'a Answer, step: &str) -> &'a Finding {
    let findings = answer.symptoms.iter().flat_map(|symptom| &symptom.findings);
    findings.into_iter().find(|finding| finding.step.id == step).unwrap()
}

fn place(origin: &Origin) -> String {
    origin.record.map_or_else(
        || origin.source.to_string(),
        |record| format!("{}: record {record}", origin.source),
    )
}

/// What the finding comes to, in the words of a scenario.
fn found(finding: &Finding, expected: &Expected) -> Expected {
    let mut evidence: Vec<_> = finding.evidence.iter().map(|one| place(&one.origin)).collect();
    evidence.sort();
    let time = |time: &chrono::DateTime<chrono::Utc>| regaudit::model::format_timestamp(*time);
    let offers = finding.methods.iter();
    let offers = offers.map(|offer| (offer.method.as_str().to_owned(), offer.is_offered));
    Expected {
        step: finding.step.id.to_owned(),
        verdict: finding.verdict.as_str().to_owned(),
        conclusion: finding.conclusion.clone(),
        evidence,
        next: finding.next.kind.as_str().to_owned(),
        until: finding.next.until.as_ref().map(time),
        missing: finding.missing.iter().map(|missing| missing.input.as_str().to_owned()).collect(),
        methods: offers.filter(|(method, _)| expected.methods.contains_key(method)).collect(),
    }
}

#[test]
fn every_scenario_comes_to_what_it_shows() {
    let scenarios = scenarios();
    assert!(scenarios.len() >= 30);
    let mut wrong = Vec::new();
    for (name, mut scenario) in scenarios {
        assert!(scenario.shows.ends_with('.'), "{name}");
        scenario.expected.evidence.sort();
        let answer = scenario.answer();
        let found = found(finding(&answer, &scenario.expected.step), &scenario.expected);
        if found != scenario.expected {
            let text = |value: &Expected| serde_json::to_string_pretty(value).unwrap();
            wrong.push(format!(
                "{name}: expected {}, found {}",
                text(&scenario.expected),
                text(&found)
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_step_has_a_scenario_for_every_verdict() {
    let seen: BTreeSet<(String, String)> = scenarios()
        .into_iter()
        .map(|(_, scenario)| (scenario.expected.step, scenario.expected.verdict))
        .collect();
    for step in SYMPTOMS.iter().flat_map(|symptom| symptom.steps) {
        for verdict in [Verdict::Confirmed, Verdict::RuledOut, Verdict::CannotTell] {
            let pair = (step.id.to_owned(), verdict.as_str().to_owned());
            assert!(seen.contains(&pair), "no scenario for {pair:?}");
        }
    }
}

/// The finding of a scenario, and the evidence in it.
fn finding_of(name: &str) -> Finding {
    let (_, scenario) = scenarios().into_iter().find(|(other, _)| other == name).unwrap();
    finding(&scenario.answer(), &scenario.expected.step).clone()
}

#[test]
fn evidence_says_how_well_its_reading_is_attested() {
    let attested = |name: &str, rule: Option<&str>| {
        let finding = finding_of(name);
        let evidence = finding.evidence.iter().find(|evidence| evidence.rule == rule);
        evidence.unwrap_or_else(|| panic!("{name}: no evidence by {rule:?}")).attestation
    };
    let update = Some("policy.authentication_methods_update");
    let of_whole = attested("method_enabled_in_the_whole_policy_of_the_log", update);
    assert!(of_whole < Attestation::RealRecords);
    assert_eq!(attested("method_disabled_in_the_log", update), Attestation::Inferred);
    let sspr = Some("policy.sspr_settings");
    assert_eq!(attested("method_enabled_by_password_reset", sspr), Attestation::ThirdParty);
    assert_eq!(attested("maximum_two_phones", None), Attestation::MicrosoftDocument);
}

/// What a scenario gives to others: records, policies and users.
fn mixed(seeds: [usize; 4], method: Option<&str>, at: Option<i64>) -> Scenario {
    let all = scenarios();
    let pick = |seed: usize| &all[seed % all.len()].1;
    let records = |seed| pick(seed).log.as_array().unwrap().iter().cloned();
    let at = at.map(|minutes| {
        let time = parse_timestamp("2026-05-12T09:00:00Z").unwrap();
        regaudit::model::format_timestamp(time + chrono::TimeDelta::minutes(minutes))
    });
    Scenario {
        shows: String::new(),
        complaint: ScenarioComplaint {
            user: "ada@example.com".to_owned(),
            method: method.map(str::to_owned),
            at,
        },
        log: records(seeds[0]).chain(records(seeds[1])).collect(),
        policies: pick(seeds[2]).policies.clone(),
        users: pick(seeds[3]).users.clone(),
        expected: Expected {
            step: String::new(),
            verdict: String::new(),
            conclusion: String::new(),
            evidence: Vec::new(),
            next: String::new(),
            until: None,
            missing: Vec::new(),
            methods: BTreeMap::new(),
        },
    }
}

/// Whether a text, or the JSON it is, stands somewhere in a value, also in JSON inside texts.
fn is_within(value: &Value, part: &str) -> bool {
    match value {
        Value::String(text) if text == part => true,
        Value::String(text) => {
            serde_json::from_str(text).is_ok_and(|inner: Value| is_within(&inner, part))
        }
        other => {
            serde_json::from_str(part).is_ok_and(|part: Value| part == *other)
                || other.as_array().is_some_and(|all| all.iter().any(|one| is_within(one, part)))
                || other.as_object().is_some_and(|all| all.values().any(|one| is_within(one, part)))
        }
    }
}

/// Panics unless the record stands where the evidence says, and says so.
fn check_event(evidence: &Evidence, events: &[Event], records: &[Value]) {
    let event = events.iter().find(|event| event.origin == evidence.origin).unwrap();
    let record = &records[usize::try_from(evidence.origin.record.unwrap()).unwrap() - 1];
    assert_eq!(evidence.rule, classify(event).map(|found| found.rule));
    assert_eq!(evidence.time, Some(event.time));
    let text = record.to_string().replace('\\', "");
    let holds = |part: &str| text.contains(&part.replace('\\', ""));
    let told = [&evidence.by].into_iter().flatten();
    let values = evidence.changes.iter().flat_map(|change| [&change.old, &change.new]).flatten();
    for part in told.chain(values) {
        assert!(is_within(record, part), "{part} is not in {text}");
    }
    for quoted in evidence.says.split('"').skip(1).step_by(2) {
        assert!(holds(quoted), "{quoted} is not in {text}");
    }
    for word in ["enabled", "disabled", "Administrator", "Reader"] {
        assert!(!evidence.says.contains(word) || holds(word), "{} of {text}", evidence.says);
    }
}

/// The same of an entry in an export of state.
fn check_state(evidence: &Evidence, scenario: &Scenario) {
    let source = &*evidence.origin.source;
    let export = scenario.policies.get(source).or_else(|| scenario.users.get(source)).unwrap();
    let text = export.as_str().map_or_else(|| export.to_string(), str::to_owned);
    let entry = evidence.origin.record.map_or_else(
        || text.clone(),
        |record| {
            let place = usize::try_from(record).unwrap() - 1;
            match (&export["value"], export.as_str()) {
                (Value::Array(entries), _) => entries[place].to_string(),
                (_, Some(rows)) => rows.lines().nth(place + 1).unwrap().to_owned(),
                _ => text.clone(),
            }
        },
    );
    let says = evidence.says.as_str();
    let holds = |part: &str| entry.contains(part);
    let is_so = match says {
        "The policy was last changed." => holds("lastModifiedDateTime"),
        "The policy was changed after the complaint." => holds("modifiedDateTime"),
        "The Authentication methods policy." => holds("authenticationMethodConfigurations"),
        "A registration campaign is on." => holds("authenticationMethodsRegistrationCampaign"),
        "The groups of the user." => holds("#microsoft.graph.group") || holds("transitiveMemberOf"),
        "The user holds none of the administrator roles in this list." => true,
        "No Conditional Access policy demands multifactor authentication of the user." => {
            text.contains("conditionalAccess")
        }
        "Password reset is on for administrators." => holds("\"allowedToUseSSPR\":true"),
        "Password reset is off for administrators." => holds("\"allowedToUseSSPR\":false"),
        "Security defaults are on." => holds("\"isEnabled\":true"),
        "Security defaults are off." => holds("\"isEnabled\":false"),
        "Password reset is enabled for the user." => holds("\"isSsprEnabled\":true"),
        "Password reset is not enabled for the user." => holds("\"isSsprEnabled\":false"),
        _ if says.starts_with("The report counts the user") => {
            holds("\"isAdmin\":true") || entry.ends_with(",true")
        }
        _ if says.starts_with("The report does not count") => {
            holds("\"isAdmin\":false") || entry.ends_with(",false")
        }
        _ if says.starts_with("The per-user state is ") => {
            holds(says.trim_end_matches('.').rsplit(' ').next().unwrap())
        }
        _ if says.starts_with("The policy has no settings for ") => !holds(&format!(
            "\"id\":\"{}\"",
            says.trim_end_matches('.').rsplit(' ').next().unwrap()
        )),
        _ if says.starts_with("The Conditional Access policy ") => holds("\"mfa\""),
        _ if says.ends_with("Administrator.") || says.ends_with("Reader.") => {
            holds(says.trim_start_matches("The user holds ").trim_end_matches('.'))
        }
        _ if says.starts_with("The user holds ") => {
            let number: usize = says.split(' ').nth(3).unwrap().parse().unwrap();
            let is_counted = number <= text.matches("@odata.type").count();
            is_counted || (holds("methodsRegistered") && number <= entry.matches("Phone\"").count())
        }
        _ => {
            let mut words = says.trim_end_matches('.').split(" is ");
            let (id, state) = (words.next().unwrap(), words.next().unwrap_or_default());
            holds(&format!("\"id\":\"{id}\"")) && holds(&format!("\"state\":\"{state}\""))
        }
    };
    assert!(is_so, "{says}: not in {entry}");
}

fn findings(answer: &Answer) -> impl Iterator<Item = &Finding> {
    answer.symptoms.iter().flat_map(|symptom| &symptom.findings)
}

const METHODS: [Option<&str>; 9] = [
    None,
    Some("sms"),
    Some("Phone"),
    Some("Microsoft Authenticator"),
    Some("Passkey"),
    Some("Email"),
    Some("Security questions"),
    Some("App password"),
    Some("Software OATH token"),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn evidence_points_at_records_that_say_so(
        seeds in prop::array::uniform4(0..1000_usize),
        method in prop::sample::select(&METHODS[..]),
        at in prop::option::of(-3100..100_i64),
    ) {
        let scenario = mixed(seeds, method, at);
        let (events, answer) = (scenario.events(), scenario.answer());
        for finding in findings(&answer) {
            for evidence in &finding.evidence {
                if &*evidence.origin.source == "log" {
                    check_event(evidence, &events, scenario.log.as_array().unwrap());
                    prop_assert!(evidence.time <= Some(answer.at));
                } else {
                    check_state(evidence, &scenario);
                }
            }
            let id = finding.step.id;
            let cannot_tell = finding.verdict == Verdict::CannotTell;
            prop_assert!(!cannot_tell || !finding.missing.is_empty(), "{id}: what would tell?");
            prop_assert!(finding.next.until.is_none_or(|until| until > answer.at), "{id}");
        }
    }

    #[test]
    fn the_order_of_events_and_other_users_change_nothing(
        seeds in prop::array::uniform4(0..1000_usize),
        method in prop::sample::select(&METHODS[..]),
    ) {
        let scenario = mixed(seeds, method, Some(0));
        let (policies, users) = scenario.state();
        let mut events = scenario.events();
        let look = |events: &[Event]| {
            let coverage = scenario.coverage();
            let given = Given { events, coverage, policies: &policies, users: &users };
            serde_json::to_value(troubleshoot(&scenario.complaint(), &given)).unwrap()
        };
        let answer = look(&events);
        events.reverse();
        let others = scenario.log.to_string().replace("ada@example.com", "cleo@example.com");
        let others = others.replace("00000000-0000-4000-8000-000000001001", "00000000-0000-4000-8000-000000001003");
        let others = read_slice("others", others.as_bytes()).map(Result::unwrap);
        let is_of_a_user = |event: &Event| event.user().is_some();
        events.splice(0..0, others.filter(is_of_a_user));
        prop_assert_eq!(look(&events), answer);
    }
}
