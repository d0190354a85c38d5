//! `regaudit rollback`, as one types it, from the log to the proof.

use std::env;
use std::fs;
use std::path::Path;

use regaudit::model::parse_timestamp;
use regaudit::rollback::{IdList, Plan, PlanSource, Planner};
use regaudit::state::UserExports;
use serde_json::Value;

use crate::cli::{done, folder, names_in, run, run_with, write};
use crate::support::{bytes_of, fixture};

const LOG: &str = "fixtures/rollback/audit-log.json";
const STATE: &str = "fixtures/rollback/methods.json fixtures/rollback/requirements.json \
                     fixtures/rollback/registration-details.json";

const ADA: &str = "00000000-0000-4000-8000-000000001001";
const CLEO: &str = "00000000-0000-4000-8000-000000001003";
const DAN: &str = "00000000-0000-4000-8000-000000001004";

/// The users of a plan by the first part of their names.
fn users(plan: &Value) -> Vec<(&str, &Value)> {
    let users = plan["users"].as_array().unwrap().iter();
    users
        .map(|user| (user["upn"].as_str().unwrap_or("nobody").split('@').next().unwrap(), user))
        .collect()
}

#[test]
fn affected_writes_ids_and_says_what_the_log_covers() {
    let affected = done(&format!("rollback affected {LOG}"));
    let ids: Vec<&str> = affected.output.lines().collect();
    assert_eq!(ids.len(), 5, "{ids:?}");
    assert_eq!(ids[0], ADA);
    for told in [
        "log: 2026-04-20T06:00:00Z to 2026-05-11T18:00:00Z (UTC), 1 file",
        "fixtures/rollback/audit-log.json: 13 records",
        "5 users affected",
        "1 user not listed, who deleted all of it since",
    ] {
        assert!(affected.complaints.contains(told), "{told}: {}", affected.complaints);
    }
    let document = done(&format!("rollback affected {LOG} --format json")).json();
    assert_eq!(document["log"]["files"][0]["source"], LOG);
    assert_eq!(document["users"][0]["registered"][0]["origin"]["record"], 2);
    assert_eq!(document["others"][0]["reasons"][0]["code"], "deleted_since");
    let (header, rows) = done(&format!("rollback affected {LOG} --format csv")).csv();
    assert_eq!(header[..3], ["user_id", "user_upn", "methods"]);
    assert_eq!(
        rows[1][..3],
        [CLEO, "cleo@example.com", "phone_alternate;phone_mobile_call;phone_mobile_sms"]
    );
    let masked = done(&format!("rollback affected {LOG} --format csv --mask")).output;
    assert!(masked.contains(CLEO) && !masked.contains("cleo@"), "{masked}");
    // A span without registrations.
    let none = run(&format!("rollback affected {LOG} --since 2026-05-01"));
    assert_eq!((none.code, none.output.as_str()), (1, ""));
}

#[test]
fn from_the_log_to_a_plan_and_its_forms() {
    let folder = folder();
    let ids = folder.path().join("ids.txt").display().to_string();
    let plan = folder.path().join("plan.json").display().to_string();
    done(&format!("rollback affected {LOG} -o {ids}"));
    let made = done(&format!("rollback plan --ids {ids} --state {STATE} -o {plan}"));
    assert!(
        made.complaints.contains("5 users: 3 eligible, 1 not eligible, 1 unknown; 1 excluded"),
        "{}",
        made.complaints
    );
    assert!(made.complaints.contains("nothing has been sent"));
    let text = fs::read_to_string(&plan).unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    let found: Vec<(&str, Option<bool>, usize, bool)> = users(&value)
        .into_iter()
        .map(|(name, user)| {
            let count = user["deletions"].as_array().unwrap().len();
            (name, user["eligible"].as_bool(), count, user["excluded"] == Value::Array(vec![]))
        })
        .collect();
    let expected = [
        ("ada", Some(true), 2, true),
        ("cleo", Some(true), 2, true),
        ("dan", None, 0, true),
        ("fay", Some(false), 0, true),
        ("ivo.admin", Some(true), 0, false),
    ];
    assert_eq!(found, expected);
    // What is there is not replaced unasked.
    assert_eq!(run(&format!("rollback plan --ids {ids} --state {STATE} -o {plan}")).code, 2);
    assert_eq!(fs::read_to_string(&plan).unwrap(), text);

    let table = done(&format!("rollback show {plan}")).output;
    assert!(table.contains("alternate_mobile_phone, mobile_phone (default)"), "{table}");
    let masked = done(&format!("rollback show {plan} --mask --format csv")).output;
    assert!(!masked.contains("example.com") && masked.contains(ADA), "{masked}");

    let batches = done(&format!("rollback batch {plan}")).json();
    let chain = &batches[1]["requests"];
    assert_eq!(chain[1]["dependsOn"][0], chain[0]["id"]);
    let script = done(&format!("rollback powershell {plan}")).output;
    assert!(script.contains(&format!("Key = '{CLEO}'")) && !script.contains(DAN), "{script}");
}

#[test]
fn a_folder_of_exports_and_msonline_do_as_well() {
    let folder = folder();
    let ids = write(
        &folder,
        "ids.txt",
        format!("{ADA}\r\n{DAN}\r\n00000000-0000-4000-8000-000000001005\r\n"),
    );
    let exports = folder.path().join("exports");
    fs::create_dir(&exports).unwrap();
    for name in ["methods.json", "requirements.json"] {
        fs::copy(fixture("rollback").join(name), exports.join(name)).unwrap();
    }
    let exports = exports.display();
    let plan = done(&format!("rollback plan --ids {ids} --state {exports}")).json();
    assert_eq!(
        users(&plan).iter().map(|(_, user)| user["eligible"].as_bool()).collect::<Vec<_>>(),
        [Some(true), None, Some(false)]
    );
    let plan =
        done(&format!("rollback plan --ids {ids} --state fixtures/rollback/msonline.json")).json();
    let found = users(&plan);
    assert_eq!(
        found.iter().map(|(_, user)| user["eligible"].as_bool()).collect::<Vec<_>>(),
        [Some(true), Some(true), Some(false)]
    );
    assert_eq!(found[0].1["deletions"][0]["id"], Value::Null);
    let file = write(&folder, "plan.json", plan.to_string());
    let batch = run(&format!("rollback batch {file}"));
    assert_eq!(batch.code, 4, "users whose ids have to be looked up are left out");
    assert!(batch.complaints.contains(&format!("{ADA} is left out")), "{}", batch.complaints);
}

#[test]
fn guards_are_said_and_nobody_to_roll_back_is_exit_code_1() {
    let folder = folder();
    let ids = write(&folder, "ids.txt", format!("{ADA}\n{CLEO}\nivo.admin@example.com\n"));
    let protected = write(&folder, "protected.txt", format!("{CLEO}\n"));
    let plan = |options: &str| run(&format!("rollback plan --ids {ids} --state {STATE} {options}"));
    let codes = |options: &str| {
        let plan = plan(options).json();
        let excluded = |(_, user): &(&str, &Value)| {
            user["excluded"][0]["code"].as_str().unwrap_or("-").to_owned()
        };
        users(&plan).iter().map(excluded).collect::<Vec<_>>()
    };
    assert_eq!(codes(""), ["-", "-", "administrator"]);
    assert_eq!(codes("--limit 1"), ["-", "limit", "administrator"]);
    assert_eq!(
        codes(&format!("--protect-ids {protected} --protect Ada@example.com")),
        ["protected", "protected", "administrator"]
    );
    assert_eq!(codes("--include ivo.admin@example.com"), ["-", "-", "-"]);
    let nobody = plan("--protect ada@example.com --protect cleo@example.com");
    assert_eq!(nobody.code, 1, "{}", nobody.complaints);
    for wrong in ["--limit 0", "--method telepathy", "--valid-for soon", "--protect ''"] {
        assert_eq!(plan(wrong).code, 2, "{wrong}");
    }
    let line = write(&folder, "names.txt", "Ada Lovelace\n");
    let wrong = run(&format!("rollback plan --ids {line} --state {STATE}"));
    assert!(wrong.code == 2 && wrong.complaints.contains("line 1"), "{}", wrong.complaints);
    let log = run(&format!("rollback plan --ids {ids} --state {LOG}"));
    assert!(log.code == 2 && log.complaints.contains("audit log"), "{}", log.complaints);
}

#[test]
fn a_plan_that_was_edited_or_is_stale_is_refused_with_the_reason() {
    let folder = folder();
    let text = String::from_utf8(bytes_of("rollback/plan.json")).unwrap();
    let edited =
        write(&folder, "edited.json", text.replacen("\"eligible\": null", "\"eligible\": true", 1));
    for command in ["show", "batch", "powershell"] {
        let refused = run(&format!("rollback {command} {edited}"));
        assert_eq!(refused.code, 2);
        assert!(refused.complaints.contains("changed by hand"), "{}", refused.complaints);
    }
    // Made in May, and valid for a week.
    for command in ["batch", "powershell"] {
        let stale = run(&format!("rollback {command} fixtures/rollback/plan.json"));
        assert_eq!(stale.code, 2);
        assert!(
            stale.complaints.contains("a plan that expired at 2026-05-19T09:00:00Z"),
            "{}",
            stale.complaints
        );
    }
    let other = run(&format!("rollback show {LOG}"));
    assert!(
        other.code == 2 && other.complaints.contains("something else than a plan"),
        "{}",
        other.complaints
    );
}

#[test]
fn verify_tells_what_is_confirmed_by_whom_and_what_is_open() {
    let verify = "rollback verify fixtures/rollback/plan.json fixtures/rollback/later-log.json";
    let table = run(verify);
    assert_eq!(table.code, 4, "something is open: {}", table.complaints);
    assert!(
        table.complaints.contains(
            "3 of 4 deletions confirmed, 1 open; 1 of 2 users confirmed; 1 registered since"
        ),
        "{}",
        table.complaints
    );
    let document = run(&format!("{verify} --format json")).json();
    let ada = &document["users"][0];
    assert_eq!(ada["deletions"][0]["confirmed"]["by"], "ivo.admin@example.com");
    assert_eq!(ada["registered_since"][0]["time"], "2026-05-13T08:30:00.5512347Z");
    let (header, rows) = run(&format!("{verify} --format csv")).csv();
    let finding = header.iter().position(|name| name == "finding").unwrap();
    let findings: Vec<&str> = rows.iter().map(|row| row[finding].as_str()).collect();
    assert_eq!(
        findings,
        ["confirmed", "confirmed", "registered_since", "confirmed", "open", "failed_deletion"]
    );
    let masked = run(&format!("{verify} --format csv --mask")).output;
    assert!(!masked.contains("example.com"), "{masked}");
    // A log from before the plan confirms nothing, and says so.
    let before = run(&format!("rollback verify fixtures/rollback/plan.json {LOG}"));
    assert_eq!(before.code, 4);
    assert!(before.complaints.contains("ends before the plan was made"), "{}", before.complaints);
    // From standard input.
    let piped = run_with(
        "rollback verify fixtures/rollback/plan.json -",
        &bytes_of("rollback/later-log.json"),
    );
    assert_eq!(
        piped.output.replace("-: record", "fixtures/rollback/later-log.json: record"),
        table.output
    );
}

/// The plan among the fixtures is the one that a planner makes of the others.
#[test]
fn the_plan_of_the_fixtures_is_up_to_date() {
    let mut state = UserExports::new();
    let read =
        |name: &str| (format!("fixtures/rollback/{name}"), bytes_of(&format!("rollback/{name}")));
    let (name, bytes) = read("ids.txt");
    let ids = IdList::read(&name, &bytes).unwrap();
    let mut sources = vec![PlanSource::new("ids", &name, &bytes)];
    for name in ["methods.json", "requirements.json", "registration-details.json"] {
        let (name, bytes) = read(name);
        state.add_slice(&name, &bytes).unwrap();
        sources.push(PlanSource::new("state", &name, &bytes));
    }
    let planner = Planner::new(&state, parse_timestamp("2026-05-12T09:00:00Z").unwrap());
    let plan = sources.into_iter().fold(planner, Planner::source).plan(&ids);
    if env::var_os("UPDATE_DOCUMENTS").is_some() {
        let text = serde_json::to_string_pretty(&plan).unwrap() + "\n";
        fs::write(fixture("rollback/plan.json"), text).unwrap();
    }
    let there = Plan::read("plan.json", &bytes_of("rollback/plan.json")).unwrap();
    assert_eq!(there, plan, "stale: run `UPDATE_DOCUMENTS=1 cargo test --all-features rollback`");
}

#[cfg(feature = "graph")]
mod apply {
    use std::process::{Child, Command, Stdio};
    use std::sync::atomic::{AtomicI32, Ordering};
    use std::sync::{Arc, Mutex};

    use assert_cmd::cargo::cargo_bin;
    use regaudit::rollback::Resource::{AlternateMobilePhone, MobilePhone, SoftwareOath};
    use serde_json::json;
    use tempfile::TempDir;

    use super::*;
    use crate::cli::Run;
    use crate::fake_graph::{Fault, Server, Service, TOKEN, User, held, id};

    const VARIABLE: &str = "REGAUDIT_GRAPH_TOKEN";

    fn service() -> Service {
        let user = |methods: &[regaudit::rollback::Resource], number: u32| User {
            methods: methods
                .iter()
                .zip(number * 10..)
                .map(|(one, number)| held(*one, number))
                .collect(),
            state: "disabled",
            default: None,
            roles: Vec::new(),
            is_forbidden: false,
        };
        let mut forbidden = user(&[SoftwareOath], 3);
        forbidden.is_forbidden = true;
        Service::new([
            (id(1), user(&[SoftwareOath, AlternateMobilePhone, MobilePhone], 1)),
            (id(2), user(&[MobilePhone], 2)),
            (id(3), forbidden),
        ])
    }

    /// A folder with a plan for the users of the service.
    fn planned() -> (TempDir, String) {
        let folder = folder();
        let types = [
            ("PhoneAppOTP", 1),
            ("TwoWayVoiceAlternateMobile", 1),
            ("OneWaySMS", 1),
            ("OneWaySMS", 2),
            ("PhoneAppOTP", 3),
        ];
        let users: Vec<Value> = (1..=3)
            .map(|number| {
                let own = types.iter().filter(|(_, of)| *of == number);
                let methods: Vec<Value> = own.map(|(name, _)| json!({"IsDefault": false, "MethodType": name})).collect();
                json!({
                    "ObjectId": id(number), "UserPrincipalName": format!("user.{number}@example.com"),
                    "StrongAuthenticationMethods": methods, "StrongAuthenticationRequirements": [],
                })
            })
            .collect();
        let state = write(&folder, "state.json", Value::from(users).to_string());
        let ids = write(&folder, "ids.txt", format!("{}\n{}\n{}\n", id(1), id(2), id(3)));
        let plan = folder.path().join("plan.json").display().to_string();
        done(&format!("rollback plan --ids {ids} --state {state} -o {plan}"));
        (folder, plan)
    }

    /// Runs `apply` with the token in the environment, and looks that it is shown nowhere.
    fn apply(plan: &str, server: &Server, options: &str) -> Run {
        let output = command(plan, &server.address, options).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let run = Run {
            code: output.status.code().unwrap(),
            output: text(output.stdout),
            complaints: text(output.stderr),
        };
        assert!(!run.complaints.contains("panicked"), "{}", run.complaints);
        assert!(
            !run.output.contains(TOKEN) && !run.complaints.contains(TOKEN),
            "the token is shown"
        );
        for name in names_in(Path::new(plan).parent().unwrap()) {
            let bytes = fs::read(Path::new(plan).with_file_name(&name)).unwrap();
            assert!(!String::from_utf8_lossy(&bytes).contains(TOKEN), "the token is in {name}");
        }
        run
    }

    fn command(plan: &str, address: &str, options: &str) -> Command {
        let mut command = Command::new(cargo_bin!("regaudit"));
        command.args(["rollback", "apply", plan, "--endpoint", address, "--pace", "0"]);
        command.args(options.split_whitespace()).env(VARIABLE, TOKEN).stdin(Stdio::null());
        command
    }

    fn journal(folder: &TempDir) -> Option<String> {
        names_in(folder.path()).into_iter().find(|name| name.ends_with(".journal.ndjson"))
    }

    fn outcomes(run: &Run) -> Vec<String> {
        let users = run.json()["users"].as_array().unwrap().clone();
        users.iter().map(|user| user["outcome"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn nothing_is_sent_without_yes_and_the_number() {
        let (folder, plan) = planned();
        let server = Server::start(service());
        let dry = apply(&plan, &server, "");
        assert_eq!(dry.code, 0, "{}", dry.complaints);
        assert!(
            dry.complaints.contains("about to make 5 deletions of 3 users"),
            "{}",
            dry.complaints
        );
        assert!(dry.complaints.contains("nothing was sent"));
        let guarded = apply(&plan, &server, &format!("--protect {}", id(2)));
        assert!(guarded.complaints.contains("of them, 1 user protected"), "{}", guarded.complaints);
        for refused in ["--yes", "--yes --confirm 2", "--yes --confirm 3 --limit 2", "--confirm 3"]
        {
            let run = apply(&plan, &server, refused);
            assert_eq!(run.code, 2, "{refused}: {}", run.complaints);
        }
        assert!(apply(&plan, &server, "--yes").complaints.contains("--confirm 3"));
        assert!(server.service.lock().unwrap().seen.is_empty());
        assert_eq!(journal(&folder), None);
    }

    #[test]
    fn two_users_first_then_the_others_and_then_nothing() {
        let (folder, plan) = planned();
        let server = Server::start(service());
        let first = apply(&plan, &server, "--yes --limit 1 --confirm 1 --format json");
        assert_eq!(first.code, 0, "{}", first.complaints);
        assert_eq!(outcomes(&first), ["rolled_back", "pending", "pending"]);
        let rest = apply(&plan, &server, "--yes --confirm 2 --format json");
        assert_eq!(rest.code, 4, "one may not be deleted from: {}", rest.complaints);
        assert_eq!(outcomes(&rest), ["rolled_back", "rolled_back", "failed"]);
        assert!(rest.complaints.contains("--retry tries those users again"), "{}", rest.complaints);
        assert!(
            rest.complaints.contains(&format!("1 of 2: {} rolled_back", id(2))),
            "{}",
            rest.complaints
        );
        let seen = server.service.lock().unwrap().seen.len();
        let again = apply(&plan, &server, "");
        assert_eq!(again.code, 1, "nobody is left: {}", again.complaints);
        let asked = apply(&plan, &server, "--yes");
        assert_eq!(asked.code, 1, "a run that is over is asked for again: {}", asked.complaints);
        let masked = apply(&plan, &server, "--mask --format csv");
        assert!(
            masked.output.contains("rolled_back") && !masked.output.contains("example.com"),
            "{}",
            masked.output
        );
        assert_eq!(server.service.lock().unwrap().seen.len(), seen);
        // The role was given meanwhile.
        server.service.lock().unwrap().users.get_mut(&id(3)).unwrap().is_forbidden = false;
        let retried = apply(&plan, &server, "--yes --confirm 1 --retry --format json");
        assert_eq!(outcomes(&retried), ["rolled_back", "rolled_back", "rolled_back"]);
        assert_eq!(retried.code, 0);
        assert!(journal(&folder).is_some());
    }

    #[test]
    fn killed_at_every_request_and_resumed() {
        let expected = ["rolled_back", "rolled_back", "failed"];
        let total = {
            let (_folder, plan) = planned();
            let server = Server::start(service());
            assert_eq!(
                outcomes(&apply(&plan, &server, "--yes --confirm 3 --format json")),
                expected
            );
            server.service.lock().unwrap().seen.len()
        };
        assert_eq!(total, 8, "three users looked at, five deletions asked for");
        for at in 1..=total {
            for is_after in [false, true] {
                let (folder, plan) = planned();
                // The process that is killed as soon as its request is there, or was carried out.
                let process = Arc::new(AtomicI32::new(0));
                let victim = Arc::clone(&process);
                let server = Server::watched(
                    service(),
                    Box::new(move |number, after| {
                        let process = victim.load(Ordering::SeqCst);
                        if number == at && after == is_after && process != 0 {
                            kill(process);
                        }
                    }),
                );
                let mut command = command(&plan, &server.address, "--yes --confirm 3");
                let guard = server.service.lock().unwrap();
                let child: Arc<Mutex<Child>> = Arc::new(Mutex::new(
                    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap(),
                ));
                process.store(i32::try_from(child.lock().unwrap().id()).unwrap(), Ordering::SeqCst);
                drop(guard);
                let status = child.lock().unwrap().wait().unwrap();
                assert_eq!(status.code(), None, "killed at {at}");
                process.store(0, Ordering::SeqCst);
                let left = apply(&plan, &server, "--format ndjson");
                let pending = if left.code == 1 { 0 } else { count_pending(&left.output) };
                let resumed =
                    apply(&plan, &server, &format!("--yes --confirm {pending} --format json"));
                assert_eq!(outcomes(&resumed), expected, "killed at {at}, after: {is_after}");
                let service = server.service.lock().unwrap();
                assert_eq!(service.deleted().len(), 4, "each once");
                let journal =
                    fs::read_to_string(folder.path().join(journal(&folder).unwrap())).unwrap();
                assert_eq!(journal.matches("\"user_ended\"").count(), 3, "{journal}");
            }
        }
    }

    /// How many users are open: the plan is shown as long as nobody is dealt with, the outcomes then.
    fn count_pending(output: &str) -> usize {
        let is_open = |line: &&str| {
            let row: Value = serde_json::from_str(line).unwrap();
            row["outcome"] == "pending" || row.get("outcome").is_none()
        };
        output.lines().filter(is_open).count()
    }

    fn kill(process: i32) {
        let status = Command::new("kill").args(["-9", &process.to_string()]).status().unwrap();
        assert!(status.success());
    }

    #[test]
    fn tokens_come_from_the_environment_or_a_command_and_are_shown_nowhere() {
        let (folder, plan) = planned();
        let mut other = service();
        other.token = "another".to_owned();
        let server = Server::start(other);
        // The service repeats what it was given.
        let refused = apply(&plan, &server, "--yes --confirm 3");
        assert_eq!(refused.code, 2);
        assert!(
            refused.complaints.contains("a token that the service refuses"),
            "{}",
            refused.complaints
        );
        // A command is asked again.
        let script = write(
            &folder,
            "token.sh",
            format!(
                "if [ -e {0}/asked ]; then echo another; else touch {0}/asked; echo expired; fi",
                folder.path().display()
            ),
        );
        let mut command = command(&plan, &server.address, "--yes --confirm 3 --format json");
        let output = command
            .env_remove(VARIABLE)
            .args(["--token-command", &format!("sh {script}")])
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("rolled_back"), "{text}{}", String::from_utf8_lossy(&output.stderr));
        // None, none that is one, and a command that fails.
        for (token, options) in
            [(None, ""), (Some("two words"), ""), (None, "--token-command false")]
        {
            let (_folder, plan) = planned();
            let mut command =
                self::command(&plan, &server.address, &format!("--yes --confirm 3 {options}"));
            command.env_remove(VARIABLE);
            if let Some(token) = token {
                command.env(VARIABLE, token);
            }
            let output = command.output().unwrap();
            let complaints = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(2), "{complaints}");
            assert!(
                complaints.contains("token") && !complaints.contains("two words"),
                "{complaints}"
            );
        }
    }

    #[test]
    fn a_service_that_is_busy_is_waited_for() {
        let (_folder, plan) = planned();
        let mut busy = service();
        busy.faults.insert(1, Fault::Status(429, Some(1)));
        busy.faults.insert(3, Fault::DropAfter);
        let server = Server::start(busy);
        let start = std::time::Instant::now();
        let run = apply(&plan, &server, "--yes --confirm 3 --format json");
        assert_eq!(outcomes(&run), ["rolled_back", "rolled_back", "failed"]);
        assert!(
            start.elapsed().as_secs() >= 2,
            "a second was asked for, and one is waited before another try"
        );
    }

    #[test]
    fn only_https_and_the_loopback_interface() {
        let (_folder, plan) = planned();
        for endpoint in ["http://graph.microsoft.com", "https://graph.microsoft.com/v1.0", "graph"]
        {
            let run = run(&format!("rollback apply {plan} --endpoint {endpoint}"));
            assert_eq!(run.code, 2, "{endpoint}");
        }
        let run = run(&format!("rollback apply {plan} --endpoint https://graph.example.com"));
        assert!(run.complaints.contains("none of the roots"), "{}", run.complaints);
    }
}
