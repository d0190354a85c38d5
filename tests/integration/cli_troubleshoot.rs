//! `regaudit troubleshoot`, as one types it.

use serde_json::{Value, json};

use crate::cli::{done, folder, lines, record, run, run_with, write};

const TICKET: &str = "--symptom method_not_offered --method sms --at 2026-05-12T09:00:00Z \
    --policy fixtures/ticket/methods-policy.json --users fixtures/ticket/methods-of-ben.json \
    fixtures/ticket/audit-log.json";

fn verdicts<'a>(answer: &'a Value) -> Vec<(&'a str, &'a str)> {
    let symptoms = answer["symptoms"].as_array().unwrap();
    let findings = symptoms.iter().flat_map(|symptom| symptom["findings"].as_array().unwrap());
    let pair = |finding: &'a Value| {
        (finding["step"]["id"].as_str().unwrap(), finding["verdict"].as_str().unwrap())
    };
    findings.map(pair).collect()
}

#[test]
fn a_ticket_is_answered_in_every_format() {
    let ticket = format!("troubleshoot --user Ben@example.com {TICKET}");
    let answer = done(&format!("{ticket} --format json")).json();
    let expected = [
        ("manage.method_enabled", "ruled_out"),
        ("manage.policy_saved", "confirmed"),
        ("manage.maximum_reached", "ruled_out"),
        ("manage.what_happened", "ruled_out"),
    ];
    assert_eq!(verdicts(&answer), expected);
    let saved = &answer["symptoms"][0]["findings"][1];
    assert_eq!(saved["next"]["kind"], "wait");
    assert_eq!(saved["next"]["until"], "2026-05-12T10:40:00Z");
    let evidence = &saved["evidence"][0];
    assert_eq!(evidence["by"], "ivo.admin@example.com");
    assert_eq!(
        evidence["changes"][0],
        json!({"setting": "authenticationMethodConfigurations.Sms.state", "old": "disabled", "new": "enabled"})
    );
    assert_eq!(evidence["origin"]["record"], 7);

    let table = done(&ticket).output;
    let answer_first = table.find("Answer").unwrap() < table.find("1. Is the method").unwrap();
    assert!(table.starts_with("Troubleshooting ben@example.com") && answer_first, "{table}");
    assert!(table.contains("Next: Wait until 2026-05-12T10:40:00Z (UTC), and test again."));
    let markdown = done(&format!("{ticket} --format markdown")).output;
    assert!(markdown.starts_with("## Troubleshooting ben@example.com"), "{markdown}");
    assert!(markdown.contains("\n### Answer\n") && markdown.contains("\n#### 2. "), "{markdown}");
}

#[test]
fn a_user_the_log_does_not_know_is_exit_code_1() {
    let unknown = run(&format!("troubleshoot --user nobody@example.com {TICKET} --format json"));
    assert_eq!(unknown.code, 1);
    assert!(unknown.complaints.contains("nothing about `nobody@example.com`"));
    // The policy can be told of nonetheless.
    assert_eq!(verdicts(&unknown.json())[0], ("manage.method_enabled", "ruled_out"));
    assert_eq!(run("troubleshoot --user ada@example.com no-such-file.json").code, 2);
}

#[test]
fn every_symptom_is_looked_into_unless_one_is_named() {
    let all = done("troubleshoot --user ben@example.com fixtures/exports --format json").json();
    assert_eq!(verdicts(&all).len(), 8);
    assert_eq!(all["at_was_given"], false);
    let one = "troubleshoot --user ben@example.com --symptom methods_not_shown fixtures/exports";
    assert_eq!(verdicts(&done(&format!("{one} --format json")).json()).len(), 4);
}

#[test]
fn masking_leaves_nobodys_name() {
    let masked = |format: &str| {
        done(&format!("troubleshoot --user ben@example.com --mask --format {format} {TICKET}"))
            .output
    };
    for format in ["table", "markdown", "json"] {
        let text = masked(format);
        assert!(!text.contains("@example.com"), "{text}");
        assert!(text.contains("user1") && text.contains("user2"), "{text}");
    }
    let plain = done(&format!("troubleshoot --user ben@example.com --format json {TICKET}")).json();
    assert_eq!(verdicts(&serde_json::from_str(&masked("json")).unwrap()), verdicts(&plain));
}

#[test]
fn what_is_given_wrongly_is_refused() {
    let ticket = "troubleshoot --user ben@example.com fixtures/ticket/audit-log.json";
    let policy = run(&format!("{ticket} --policy fixtures/ticket/audit-log.json"));
    assert_eq!(policy.code, 2);
    assert!(policy.complaints.contains("fixtures/ticket/audit-log.json"), "{}", policy.complaints);
    assert_eq!(policy.output, "");
    let users = run(&format!("{ticket} --users fixtures/ticket/methods-policy.json"));
    assert_eq!((users.code, users.output.as_str()), (2, ""));
    assert_eq!(run(&format!("{ticket} --policy no-such-file.json")).code, 2);
    assert_eq!(run(&format!("{ticket} --symptom coffee_is_cold")).code, 2);
    assert_eq!(run("troubleshoot fixtures/ticket/audit-log.json").code, 2);
    assert_eq!(run("troubleshoot --user ben@example.com").code, 2);
}

#[test]
fn the_steps_are_listed() {
    let list = done("troubleshoot --list").output;
    assert!(list.contains("Step: interrupt.admin_role") && list.contains("/directoryRoles"));
    let markdown = done("troubleshoot --list --format markdown").output;
    assert!(markdown.starts_with("## methods_not_shown (interrupt mode)"), "{markdown}");
    let document = done("troubleshoot --list --format json").json();
    assert_eq!(document[1]["steps"][1]["wait"]["most_seconds"], 7200);
    assert_eq!(run("troubleshoot --list --user ada@example.com").code, 2);
}

#[test]
fn text_of_the_log_is_no_markup_and_does_nothing_to_a_terminal() {
    let folder = folder();
    let reason = "User failed to delete *Phone* | <b>\u{1b}[31m";
    let mut failed = record(1, "2026-03-09T08:00:00Z", "User deleted security info", reason);
    failed["result"] = json!("failure");
    let path = write(&folder, "export.jsonl", lines(&[failed]));
    let command = format!("troubleshoot --user user.1@example.com {path}");
    let markdown = done(&format!("{command} --format markdown")).output;
    assert!(markdown.contains(r"delete \*Phone\* \| \<b\>"), "{markdown}");
    assert!(!done(&command).output.contains('\u{1b}'));
}

/// Changes of Conditional Access are put off, and every record is accounted for.
#[test]
fn changes_that_are_put_off_change_no_answer() {
    let scenario = "fixtures/troubleshooting/policy_changed_conditional_access_in_lower_case.json";
    let scenario: Value = serde_json::from_slice(&std::fs::read(scenario).unwrap()).unwrap();
    let change = &scenario["log"][1];
    let changes: Vec<Value> = (0..200)
        .map(|number| {
            let mut change = change.clone();
            change["id"] = json!(format!("Conditional_{number}"));
            change["activityDateTime"] = json!(format!("2026-05-{:02}T08:00:00Z", number % 28 + 1));
            change
        })
        .collect();
    let folder = folder();
    let changes = write(&folder, "changes.jsonl", lines(&changes));
    let user = record(1, "2026-03-09T08:00:00Z", "User reviewed security info", "");
    let user = write(&folder, "user.jsonl", lines(&[user]));
    let verdict = |inputs: &str| {
        let command = format!("troubleshoot --user user.1@example.com --format json {inputs}");
        let finding = run(&command).json()["symptoms"][0]["findings"][2].clone();
        let told = "What was changed in 7 steps at 2026-05-28T08:00:00Z can take";
        assert!(finding["reasoning"][0].as_str().unwrap().starts_with(told), "{finding}");
        finding["evidence"].as_array().unwrap().len()
    };
    // As many were made on the last day.
    assert_eq!(verdict(&changes), 7);
    assert_eq!(verdict(&format!("{user} {changes}")), 7);
    assert_eq!(verdict(&format!("--no-dedup {user} {changes}")), 7);
}

/// Two files that leave out days between them do not show that nothing happened there.
#[test]
fn what_stands_in_no_file_is_not_known() {
    let of = |number, time: &str| {
        let mut record = record(number, time, "Update group", "");
        record["loggedByService"] = json!("Self-service Group Management");
        record
    };
    let review = record(1, "2026-05-05T08:00:00Z", "User reviewed security info", "");
    let folder = folder();
    let early = [of(2, "2026-05-01T08:00:00Z"), review, of(3, "2026-05-05T09:00:00Z")];
    let early = write(&folder, "early.jsonl", lines(&early));
    let late = [of(4, "2026-05-12T08:00:00Z"), of(5, "2026-05-12T10:00:00Z")];
    let late = write(&folder, "late.jsonl", lines(&late));
    let between = [of(6, "2026-05-05T12:00:00Z"), of(7, "2026-05-12T07:59:00Z")];
    let between = write(&folder, "between.jsonl", lines(&between));
    let command = "troubleshoot --user user.1@example.com --at 2026-05-12T09:00:00Z";
    let with_gap = format!("{command} {early} {late}");
    let answer = done(&format!("{with_gap} --format json")).json();
    let gap = json!([{"from": "2026-05-05T09:00:00Z", "to": "2026-05-12T08:00:00Z"}]);
    assert_eq!(answer["coverage"]["gaps"], gap);
    assert_eq!(verdicts(&answer)[2], ("interrupt.policy_changed", "cannot_tell"));
    let told = "the log has no record from 2026-05-05T09:00:00Z to 2026-05-12T08:00:00Z";
    assert!(done(&with_gap).output.contains(told));
    let whole = done(&format!("{with_gap} {between} --format json")).json();
    assert_eq!(whole["coverage"]["gaps"], json!([]));
    assert_eq!(verdicts(&whole)[2], ("interrupt.policy_changed", "ruled_out"));
}

/// What can be read once only is decoded in full, and comes to the same.
#[test]
fn standard_input_answers_as_files_do() {
    let ticket = "fixtures/ticket/audit-log.json";
    let command = "troubleshoot --user ben@example.com --format json";
    let piped = run_with(&format!("{command} -"), &std::fs::read(ticket).unwrap());
    let of_file = done(&format!("{command} {ticket}")).output.replace(ticket, "-");
    assert_eq!(piped.output, of_file, "a page, before whose first record stands something");

    let folder = folder();
    let log: Vec<Value> = (0..400)
        .map(|number| {
            let time = format!("2026-05-{:02}T{:02}:00:00Z", number / 24 + 1, number % 24);
            if number % 50 == 1 {
                return record(1, &time, "User reviewed security info", "");
            }
            let mut other = record(number, &time, "Update group", "");
            other["loggedByService"] = json!("Self-service Group Management");
            other
        })
        .collect();
    let path = write(&folder, "log.jsonl", lines(&log));
    for at in ["", "--at 2026-05-09T12:00:00Z"] {
        let command = format!("troubleshoot --user user.1@example.com {at} --format json");
        let of_file = done(&format!("{command} {path}")).output.replace(&path, "-");
        let piped = run_with(&format!("{command} -"), lines(&log).as_bytes());
        let document = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        assert_eq!(document(&piped.output), document(&of_file), "{at}");
    }
}

/// Names of methods may be those of devices, and values of records may be anything.
#[test]
fn masking_reaches_what_records_say() {
    let folder = folder();
    let named = record(
        1,
        "2026-05-12T08:00:00Z",
        "User registered security info",
        "User registered Ada's yubikey 5",
    );
    let mut twin = record(1, "2026-05-12T08:00:01Z", "Update user", "");
    twin["loggedByService"] = json!("Core Directory");
    twin["targetResources"][0]["modifiedProperties"] = json!([{
        "displayName": "StrongAuthenticationUserDetails",
        "oldValue": null,
        "newValue": "[{\"PhoneNumber\":\"2025550188\",\"Email\":null}]",
    }]);
    let path = write(&folder, "log.jsonl", lines(&[named, twin]));
    for format in ["table", "markdown", "json"] {
        let command = format!("troubleshoot --user user.1@example.com --format {format} {path}");
        let (plain, masked) = (done(&command).output, done(&format!("{command} --mask")).output);
        assert!(plain.contains("Ada's yubikey 5"), "{plain}");
        for personal in ["yubikey", "2025550188", "@example.com"] {
            assert!(!masked.contains(personal), "{personal} in {masked}");
        }
        assert!(masked.contains("device1"), "{masked}");
        let asked = format!("{command} --mask --method");
        assert!(!done(&format!("{asked} AdasKey")).output.contains("AdasKey"));
    }
}

/// Somebody who gave a name away does not get the rows of who bears it now.
#[test]
fn a_name_that_went_to_somebody_else_is_theirs() {
    let of = |number, time: &str, name: &str| {
        let mut record = record(number, time, "User reviewed security info", "");
        for part in ["initiatedBy/user", "targetResources/0"] {
            let user = record.pointer_mut(&format!("/{part}/userPrincipalName"));
            *user.unwrap() = json!(name);
        }
        record
    };
    let folder = folder();
    let log = [
        of(1, "2026-05-01T08:00:00Z", "ada@example.com"),
        of(1, "2026-05-05T08:00:00Z", "bea@example.com"),
        of(2, "2026-05-08T08:00:00Z", "ada@example.com"),
    ];
    let log = write(&folder, "log.jsonl", lines(&log));
    let roles = "userPrincipalName,role\nada@example.com,Global Administrator\n";
    let roles = write(&folder, "roles.csv", roles);
    let verdict = |user: &str| {
        let command = format!("troubleshoot --user {user} --users {roles} {log} --format json");
        let answer = done(&command).json();
        verdicts(&answer)[0].1.to_owned()
    };
    assert_eq!(verdict("bea@example.com"), "cannot_tell");
    assert_eq!(verdict("ada@example.com"), "confirmed");
}
