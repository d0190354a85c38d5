//! `regaudit query` and `regaudit convert`, as one types them.

use std::fs;
use std::path::Path;

use assert_cmd::cargo::cargo_bin_cmd;
use regaudit::query::Table;
use serde_json::json;

use crate::cli::{Run, done, folder, lines, names_in, record, run, write};
use crate::support::fixture;

const EXPORTS: &str = "fixtures/exports";
const BY_OUTCOME: &str = "SELECT outcome, count(*) AS events FROM events WHERE family = 'registration' AND NOT maintenance GROUP BY outcome ORDER BY outcome";

/// Asks in SQL, which has quotes of its own.
fn ask(sql: &str, rest: &str) -> Run {
    ask_with(sql, rest, b"")
}

fn ask_with(sql: &str, rest: &str, input: &[u8]) -> Run {
    let output = cargo_bin_cmd!("regaudit")
        .args(["query", sql])
        .args(rest.split_whitespace())
        .write_stdin(input)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let run = Run {
        code: output.status.code().unwrap_or_else(|| panic!("{sql}: {}", output.status)),
        output: text(output.stdout),
        complaints: text(output.stderr),
    };
    assert!(!run.complaints.contains("panicked"), "{sql}: {}", run.complaints);
    run
}

fn answered(sql: &str, rest: &str) -> Run {
    let run = ask(sql, rest);
    assert_eq!(run.code, 0, "{sql} {rest}: {}", run.complaints);
    run
}

#[test]
fn an_answer_comes_in_every_format() {
    let rows = answered(BY_OUTCOME, &format!("{EXPORTS} --format ndjson")).rows();
    assert_eq!(rows[0]["outcome"], json!("cancelled"));
    let whole = answered(BY_OUTCOME, &format!("{EXPORTS} --format json")).json();
    assert_eq!(whole, json!(rows));
    let (header, cells) = answered(BY_OUTCOME, &format!("{EXPORTS} --format csv")).csv();
    assert_eq!(header, ["outcome", "events"]);
    assert_eq!(cells.len(), rows.len());
    let table = answered(BY_OUTCOME, EXPORTS).output;
    assert!(table.starts_with("  outcome    events\n  cancelled       5\n"), "{table}");

    let folder = folder();
    let path = folder.path().join("answer.parquet");
    answered(BY_OUTCOME, &format!("{EXPORTS} --format parquet -o {}", path.display()));
    assert_eq!(&fs::read(&path).unwrap()[..4], b"PAR1");
    let again = ask(BY_OUTCOME, &format!("{EXPORTS} --format parquet -o {}", path.display()));
    assert_eq!(again.code, 2);
    assert!(again.complaints.contains("--force"), "{}", again.complaints);
    assert_eq!(names_in(folder.path()), ["answer.parquet"]);
}

#[test]
fn the_answer_is_that_of_the_summary() {
    let rows = answered(BY_OUTCOME, &format!("{EXPORTS} --format ndjson")).rows();
    let summary = done(&format!("summary {EXPORTS} --format json --family registration")).json();
    for row in &rows {
        let outcome = row["outcome"].as_str().unwrap();
        assert_eq!(row["events"], summary["summary"]["outcomes"][outcome], "{outcome}");
    }
    assert_eq!(rows.len(), 4);
}

#[test]
fn how_a_question_ended_is_the_exit_code() {
    assert_eq!(ask("SELECT * FROM events WHERE activity = 'none'", EXPORTS).code, 1);
    let slip = ask("SELECT outcom FROM events", EXPORTS);
    assert_eq!(slip.code, 2);
    assert!(slip.complaints.contains("did you mean `outcome`?"), "{}", slip.complaints);
    let faults = ask("SELECT activity FROM events", "fixtures/exports fixtures/faults");
    assert_eq!(faults.code, 2, "inputs that cannot be read: {}", faults.complaints);
    assert!(faults.output.contains("User registered security info"), "and an answer of the rest");
    let export = folder();
    let good =
        record(1, "2026-03-09T08:00:00Z", "User registered security info", "User registered Fido");
    let torn = lines(&[good])
        + "{\"loggedByService\": \"Authentication Methods\", \"activityDisplayName\n";
    let path = write(&export, "torn.jsonl", torn);
    let torn = ask(
        "SELECT e.activity, m.method FROM events e JOIN methods m ON e.record = m.record",
        &path,
    );
    assert_eq!(torn.code, 3, "{}", torn.complaints);
    assert_eq!(torn.complaints.matches("rejected").count(), 1, "told once: {}", torn.complaints);
    let stopped = ask("SELECT activity FROM events", &format!("{path} --on-error stop"));
    assert_eq!((stopped.code, stopped.output.as_str()), (2, ""));
}

#[test]
fn the_schema_lists_every_table_and_column() {
    let text = done("query --schema").output;
    for table in Table::ALL {
        assert!(text.contains(&format!("## `{table}`")), "{table}");
        for column in table.columns() {
            assert!(text.contains(&format!("| `{}` |", column.name)), "{table}.{}", column.name);
        }
    }
    assert_eq!(run("query").code, 2, "a question is needed");
}

#[test]
fn standard_input_is_read_once() {
    let export = fs::read(fixture("exports/graph-single.json")).unwrap();
    let one = ask_with("SELECT count(*) AS events FROM events", "- --format csv", &export);
    assert_eq!(one.output, "events\n1\n", "{}", one.complaints);
    let two = ask_with(
        "SELECT count(*) AS n FROM events e JOIN methods m ON e.record = m.record",
        "- --format csv",
        &export,
    );
    assert_eq!(two.code, 2, "{}", two.output);
    assert!(two.complaints.contains("save it to a file first"), "{}", two.complaints);
}

#[test]
fn masked_answers_name_nobody() {
    for table in Table::ALL {
        let sql = format!("SELECT * FROM {table}");
        let open = answered(&sql, &format!("{EXPORTS} --format ndjson"));
        let masked = answered(&sql, &format!("{EXPORTS} --format ndjson --mask"));
        assert_eq!(masked.output.lines().count(), open.output.lines().count(), "{table}");
        for secret in ["ada@", "Ada Example", "192.0.2.", "+1 20255501"] {
            assert!(
                !masked.output.to_lowercase().contains(&secret.to_lowercase()),
                "{table}: {secret}"
            );
        }
    }
    let rows = answered(
        "SELECT target_upn FROM events WHERE target_upn = 'user1'",
        &format!("{EXPORTS} --mask"),
    );
    assert!(rows.output.contains("user1"));
}

#[test]
fn stored_tables_answer_as_exports_do() {
    let folder = folder();
    let [files, dates] =
        ["files", "dates"].map(|name| folder.path().join(name).display().to_string());
    done(&format!("convert {EXPORTS} -o {files}"));
    done(&format!("convert {EXPORTS} -o {dates} --partition-by date"));
    for sql in [
        BY_OUTCOME,
        "SELECT method, count(DISTINCT user_key) AS users FROM methods GROUP BY method ORDER BY method",
        "SELECT property, count(*) AS n FROM changes GROUP BY property ORDER BY property",
        "SELECT outcome, mode, count(*) AS n, max(duration_seconds) AS longest FROM attempts GROUP BY outcome, mode ORDER BY outcome, mode",
        "SELECT user_upn, methods_held, certainty, first FROM users ORDER BY user_upn, user_key",
        "SELECT rule, count(*) AS n FROM facts GROUP BY rule ORDER BY rule",
        "SELECT activity FROM events WHERE activity LIKE '%deleted%' ORDER BY time, activity",
    ] {
        let expected = answered(sql, &format!("{EXPORTS} --format csv")).output;
        for stored in [&files, &dates] {
            assert_eq!(
                answered(sql, &format!("{stored} --format csv")).output,
                expected,
                "{stored}: {sql}"
            );
        }
    }
    let both = ask(BY_OUTCOME, &format!("{EXPORTS} {files}"));
    assert_eq!(both.code, 2);
    assert!(both.complaints.contains("ask for one kind"), "{}", both.complaints);
    let dates_of_events = names_in(&Path::new(&dates).join("events"));
    assert!(dates_of_events.len() > 3 && dates_of_events[0].starts_with("date=2026-03-"));
    assert!(
        names_in(Path::new(&dates)).contains(&"users.parquet".to_owned()),
        "users have no date"
    );
}

#[test]
fn a_converted_table_is_what_the_other_commands_print() {
    let folder = folder();
    for (ending, format) in [("ndjson", "ndjson"), ("csv", "csv"), ("json", "json")] {
        let path = folder.path().join(format!("events.{ending}"));
        done(&format!("convert {EXPORTS} -o {}", path.display()));
        let printed = done(&format!("events {EXPORTS} --family all --format {format}")).output;
        assert_eq!(fs::read_to_string(&path).unwrap(), printed, "{ending}");
    }
    let path = folder.path().join("attempts.csv");
    done(&format!("convert {EXPORTS} --table attempts -o {}", path.display()));
    let printed = done(&format!("attempts {EXPORTS} --format csv")).output;
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&fs::read_to_string(&path).unwrap()), sorted(&printed));
}

#[test]
fn nothing_that_is_there_is_lost() {
    let folder = folder();
    let out = folder.path().join("out");
    let shown = out.display().to_string();
    done(&format!("convert {EXPORTS} -o {shown} --table events --table users"));
    assert_eq!(names_in(&out), ["_regaudit", "events.parquet", "users.parquet"]);
    let refused = run(&format!("convert {EXPORTS} -o {shown}"));
    assert_eq!(refused.code, 2);
    assert!(refused.complaints.contains("--force"), "{}", refused.complaints);
    done(&format!("convert {EXPORTS} -o {shown} --table methods --format csv --force"));
    assert_eq!(names_in(&out), ["_regaudit", "methods.csv"]);

    fs::write(out.join("notes.txt"), "mine").unwrap();
    let foreign = run(&format!("convert {EXPORTS} -o {shown} --force"));
    assert_eq!(foreign.code, 2);
    assert!(foreign.complaints.contains("notes.txt"), "{}", foreign.complaints);
    assert_eq!(names_in(&out), ["_regaudit", "methods.csv", "notes.txt"]);
    assert_eq!(names_in(folder.path()), ["out"], "nothing half written beside it");
}

#[test]
fn what_is_read_is_not_written_over() {
    let folder = folder();
    let export = fs::read(fixture("exports/graph-single.json")).unwrap();
    let path = write(&folder, "events.json", &export);
    let inputs = folder.path().display().to_string();
    for target in [inputs.clone(), format!("{inputs}/")] {
        let refused = run(&format!("convert {path} -o {target} --force"));
        assert_eq!(refused.code, 2, "{}", refused.complaints);
        assert!(refused.complaints.contains("choose another folder"), "{}", refused.complaints);
    }
    let elsewhere = run(&format!("convert {EXPORTS} -o {inputs} --force"));
    assert_eq!(elsewhere.code, 2, "a folder without the mark: {}", elsewhere.complaints);
    assert_eq!(fs::read(&path).unwrap(), export);
    assert_eq!(names_in(folder.path()), ["events.json"]);
}

#[test]
fn nothing_read_is_nothing_written() {
    let folder = folder();
    let out = folder.path().join("out").display().to_string();
    done(&format!("convert {EXPORTS} -o {out}"));
    let before = names_in(Path::new(&out));
    assert_eq!(run(&format!("convert missing.json -o {out} --force")).code, 2);
    assert_eq!(names_in(Path::new(&out)), before);
    assert!(answered("SELECT count(*) AS n FROM events", &out).output.contains("36"));
}

#[test]
fn a_folder_of_both_kinds_is_refused() {
    let folder = folder();
    let path = write(&folder, "a.json", fs::read(fixture("exports/graph-single.json")).unwrap());
    let inputs = folder.path().display().to_string();
    done(&format!("convert {path} -o {inputs}/tables"));
    let both = ask("SELECT count(*) AS n FROM events", &inputs);
    assert_eq!(both.code, 2, "{}", both.output);
    assert!(both.complaints.contains("name those to ask"), "{}", both.complaints);
    let twice = answered(
        "SELECT count(*) AS n FROM events",
        &format!("{inputs}/tables {inputs}/tables/events.parquet --format csv"),
    );
    assert_eq!(twice.output, "n\n1\n", "a path reached twice is read once");
}

#[test]
fn tables_without_rows_are_there() {
    let folder = folder();
    let path = write(&folder, "none.json", r#"{"value": []}"#);
    for options in ["", "--partition-by date"] {
        let out = folder.path().join(format!("out{}", options.len())).display().to_string();
        run(&format!("convert {path} -o {out} {options}"));
        for table in Table::ALL {
            let none =
                ask(&format!("SELECT count(*) AS n FROM {table}"), &format!("{out} --format csv"));
            assert_eq!(none.output, "n\n0\n", "{table} {options}: {}", none.complaints);
        }
    }
}

#[test]
fn what_was_stopped_leaves_nothing() {
    let folder = folder();
    for name in ["out", "out.parquet"] {
        let path = folder.path().join(name);
        let stopped =
            run(&format!("convert fixtures/faults -o {} --on-error stop", path.display()));
        assert_eq!(stopped.code, 2, "{}", stopped.complaints);
        assert_eq!(names_in(folder.path()), [""; 0], "{name}");
    }
}

#[test]
fn what_cannot_be_converted_so_is_said() {
    let folder = folder();
    let out = |name: &str| folder.path().join(name).display().to_string();
    for (line, words) in [
        (
            format!("-o {} --table events --table users", out("a.parquet")),
            "several tables need a folder",
        ),
        (format!("-o {}", out("a.xlsx")), "--format is needed"),
        (
            format!("-o {} --partition-by date --format csv", out("a")),
            "--partition-by needs --format parquet",
        ),
        (
            format!("-o {} --table attempts --outcome failure", out("a.csv")),
            "leave out what chooses events",
        ),
    ] {
        let refused = run(&format!("convert {EXPORTS} {line}"));
        assert_eq!(refused.code, 2, "{line}");
        assert!(refused.complaints.contains(words), "{line}: {}", refused.complaints);
    }
    assert_eq!(names_in(folder.path()), [""; 0]);
    done(&format!("convert {EXPORTS} -o {} --outcome failure", out("some")));
    assert_eq!(
        names_in(&folder.path().join("some")),
        ["_regaudit", "changes.parquet", "events.parquet", "facts.parquet", "methods.parquet"],
        "attempts and users follow from all events"
    );
}

/// What is half written when the program is told to stop is taken away.
#[cfg(unix)]
#[test]
fn an_interrupt_leaves_nothing() {
    let export = fs::read(fixture("exports/graph-single.json")).unwrap();
    for (line, signal) in [
        ("convert - -o out --partition-by date", "INT"),
        ("convert - -o out.parquet", "TERM"),
        ("summary - -o out.json --format json", "HUP"),
    ] {
        let folder = folder();
        let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin!("regaudit"))
            .args(line.split_whitespace())
            .current_dir(folder.path())
            .stdin(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        std::io::Write::write_all(&mut input, &export).unwrap();
        let wait = std::time::Duration::from_millis(100);
        for _ in 0..600 {
            std::thread::sleep(wait);
            if !names_in(folder.path()).is_empty() {
                break;
            }
        }
        assert_eq!(names_in(folder.path()).len(), 1, "{line}: something is being written");
        std::thread::sleep(wait);
        let kill = ["-s", signal, &child.id().to_string()];
        assert!(std::process::Command::new("kill").args(kill).status().unwrap().success());
        assert_eq!(child.wait().unwrap().code(), Some(130), "{line}");
        assert_eq!(names_in(folder.path()), [""; 0], "{line}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn what_the_operating_system_says_is_passed_on() {
    for line in [
        format!("convert {EXPORTS} -o /dev/full --format parquet"),
        format!("convert {EXPORTS} -o /dev/full --format csv"),
        format!("query 'SELECT * FROM events' {EXPORTS} -o /dev/full --format parquet"),
    ] {
        let full = run(&line);
        assert_eq!(full.code, 2, "{line}");
        assert!(full.complaints.contains("No space left on device"), "{line}: {}", full.complaints);
    }
    let piped = done(&format!("convert {EXPORTS} --table users --format csv -o /dev/stdout"));
    assert!(piped.output.starts_with("user_key,user_id,"), "{}", piped.output);
    let folder = folder();
    let missing = folder.path().join("missing").join("a.csv").display().to_string();
    let refused = run(&format!("convert {EXPORTS} -o {missing}"));
    assert_eq!(refused.code, 2);
    let words = format!("{missing}: No such file or directory");
    assert!(refused.complaints.contains(&words), "{}", refused.complaints);
    assert!(!refused.complaints.contains(".tmp"), "{}", refused.complaints);
}

#[test]
fn stored_tables_are_found_by_pattern() {
    let folder = folder();
    let out = folder.path().join("out").display().to_string();
    done(&format!("convert {EXPORTS} -o {out} --partition-by date --table events"));
    let sql = "SELECT count(*) AS n FROM events";
    for pattern in ["events/*/*.parquet", "ev*", "events/date=2026-*"] {
        let found = answered(sql, &format!("{out}/{pattern} --format csv")).output;
        assert_eq!(found, "n\n36\n", "{pattern}");
    }
    let none = ask(sql, &format!("{out}/*.csv"));
    assert_eq!(none.code, 2);
    assert!(none.complaints.contains("a pattern that matches nothing"), "{}", none.complaints);
}

/// What says how exports are read says nothing of tables that were stored.
#[test]
fn options_without_effect_are_refused() {
    let folder = folder();
    let out = folder.path().join("events.parquet").display().to_string();
    done(&format!("convert {EXPORTS} -o {out}"));
    for option in
        ["--gap 5m", "--shape graph", "--date-order dmy", "--no-dedup", "--verify", "--mask"]
    {
        let refused = ask("SELECT count(*) AS n FROM events", &format!("{out} {option}"));
        assert_eq!(refused.code, 2, "{option}");
        let name = option.split(' ').next().unwrap();
        let words = format!("{name} with Parquet files");
        assert!(refused.complaints.contains(&words), "{option}: {}", refused.complaints);
    }
}

#[test]
fn names_of_columns_are_harmless_too() {
    let sql = "SELECT count(*) AS \"=HYPERLINK(1)\" FROM events";
    let header = answered(sql, &format!("{EXPORTS} --format csv")).output;
    assert_eq!(header.lines().next(), Some("'=HYPERLINK(1)"));
}
