//! Frames, questions and SQL, held against the plain way.

use std::sync::Arc;

use polars::prelude::DataFrame;
use proptest::prelude::*;
use regaudit::catalogue::Family;
use regaudit::model::{Event, parse_timestamp};
use regaudit::query::{
    Bucket, Frame, Group, Measure, ParquetFile, PartitionedParquet, Predicate, Query, Scalar,
    Table, TableBuilder, Value as Cell, rows_of, rule_expression,
};
use regaudit::{Error, ErrorKind, Exports, Filter, Reader, Summary, classify};
use serde_json::{Value, json};

use crate::attempts::any_events;
use crate::export::{self, Options, Shape};
use crate::plain;
use crate::support::{collect, files_below, fixture};

/// The rows of a frame as plain values, in the order of its columns.
fn answer_of(frame: &DataFrame) -> Vec<Vec<Value>> {
    rows_of(frame).map(|row| row.unwrap().into_iter().map(plain_value).collect()).collect()
}

fn plain_value(cell: Cell<'_>) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Bool(value) => json!(value),
        Cell::Number(number) => json!(number),
        Cell::Integer(number) => json!(number),
        Cell::Real(number) => json!(number),
        Cell::Time(time) => plain::time(time),
        Cell::Text(text) => json!(text),
        Cell::Texts(texts) => json!(texts),
        other => panic!("{other:?}"),
    }
}

/// What a table holds, by its plain twin, in the order of its columns.
fn plain_table(table: Table, events: &[Event]) -> Vec<Vec<Value>> {
    let columns = table.columns();
    let row = |row: crate::support::Row| {
        assert_eq!(row.len(), columns.len(), "{table}: {:?}", row.keys());
        columns.iter().map(|column| row[column.name].clone()).collect()
    };
    plain::rows(table, events).into_iter().map(row).collect()
}

/// Rows of attempts and users come user by user from a scan, by time from a fold.
fn sorted(mut rows: Vec<Vec<Value>>, table: Table) -> Vec<Vec<Value>> {
    if matches!(table, Table::Attempts | Table::Users) {
        rows.sort_by_key(|row| format!("{row:?}"));
    }
    rows
}

/// Compares rows one by one, numbers to the twelfth digit.
fn assert_same(found: &[Vec<Value>], expected: &[Vec<Value>], case: &str) {
    for (number, (found, expected)) in found.iter().zip(expected).enumerate() {
        let same = found.len() == expected.len()
            && found.iter().zip(expected).all(|(a, b)| match (a.as_f64(), b.as_f64()) {
                (Some(a), Some(b)) => (a - b).abs() <= 1e-12 * a.abs().max(b.abs()).max(1.0),
                _ => a == b,
            });
        assert!(same, "{case}: row {number}:\n found {found:?}\n expected {expected:?}");
    }
    assert_eq!(found.len(), expected.len(), "{case}: how many rows");
}

/// Tries every way to the tables of some events.
fn in_every_way(events: &[Event], mut attempt: impl FnMut(&str, &Frame)) {
    let in_memory = Frame::from_events(events.to_vec()).unwrap();
    attempt("in memory", &in_memory);
    attempt("scanned", &Frame::scan(events.to_vec()).unwrap());
    let folder = stored(&in_memory);
    attempt("stored", &Frame::parquet([folder.path()]).unwrap());
}

/// A folder with the tables of a frame as Parquet.
fn stored(frame: &Frame) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for table in Table::ALL {
        let path = folder.path().join(format!("{table}.parquet"));
        let mut file = ParquetFile::new(std::fs::File::create(path).unwrap(), table).unwrap();
        file.write(&frame.collect(frame.table(table).unwrap()).unwrap()).unwrap();
        file.finish().unwrap();
    }
    folder
}

fn assert_tables(frame: &Frame, events: &[Event], case: &str) {
    for table in Table::ALL {
        let lazy = frame.table(table).unwrap();
        let found = answer_of(&frame.collect(lazy).unwrap());
        let expected = sorted(plain_table(table, events), table);
        assert_same(&sorted(found, table), &expected, &format!("{case}: {table}"));
    }
}

fn assert_answer(query: &Query, events: &[Event]) {
    let expected = plain::answer(query, events);
    in_every_way(events, |case, frame| {
        let found = answer_of(&frame.collect(frame.query(query).unwrap()).unwrap());
        assert_same(&found, &expected, &format!("{case}: {query:?}"));
    });
}

/// The events of a generated export.
fn generated(seed: u64) -> Vec<Event> {
    let mut options = Options::new(Shape::Diagnostic, 400);
    options.share = 70.0;
    options.seed = seed;
    let mut bytes = Vec::new();
    export::write(&options, &mut bytes).unwrap();
    let mut events = collect(Reader::new().slice("generated.json", &bytes)).events;
    // No user is named in two ways, so that keys tell users apart.
    events.retain(|event| event.user().is_none_or(|user| user.id.is_some()));
    events
}

fn fixtures() -> Vec<Event> {
    collect(Reader::new().paths([fixture("exports"), fixture("rules")])).events
}

#[test]
fn tables_are_those_of_the_plain_twin() {
    let corpus = std::env::var_os("REGAUDIT_CORPUS").map(std::path::PathBuf::from);
    for folder in ["exports", "rules", "generations"].map(fixture).into_iter().chain(corpus) {
        let read = collect(Reader::new().paths([&folder]));
        let case = folder.display().to_string();
        in_every_way(&read.events, |way, frame| {
            assert_tables(frame, &read.events, &format!("{case}, {way}"));
        });
        let exports = Frame::scan(Exports::new(Reader::new(), [&folder])).unwrap();
        assert_tables(&exports, &read.events, &format!("{case}, exports"));
    }
    in_every_way(&[], |way, frame| assert_tables(frame, &[], &format!("nothing, {way}")));
}

#[test]
fn rules_as_expressions_decide_as_the_catalogue_does() {
    let mut events = fixtures();
    events.extend(generated(7));
    let corpus = std::env::var_os("REGAUDIT_CORPUS").map(std::path::PathBuf::from);
    events.extend(
        corpus.into_iter().flat_map(|folder| collect(Reader::new().paths([folder])).events),
    );
    let frame = Frame::from_events(events.clone()).unwrap();
    let facts = frame.table(Table::Facts).unwrap();
    let decided = frame.collect(facts.select([rule_expression().alias("rule")])).unwrap();
    let expected: Vec<Vec<Value>> =
        events.iter().filter_map(classify).map(|found| vec![json!(found.rule)]).collect();
    assert_same(&answer_of(&decided), &expected, "rules");
    let rules: std::collections::BTreeSet<String> =
        expected.iter().map(|row| row[0].to_string()).collect();
    assert!(rules.len() > 60, "only {} rules were asked", rules.len());
}

#[test]
fn questions_are_answered_as_by_the_plain_twin() {
    let mut events = fixtures();
    events.retain(|event| event.user().is_none_or(|user| user.id.is_some()));
    let registration = || Predicate::is("family", "registration");
    let queries = [
        Query::new(Table::Events)
            .group_by("outcome")
            .measure(Measure::Count)
            .measure(Measure::Users),
        Query::new(Table::Events)
            .filter(registration())
            .group_by("activity")
            .measure(Measure::SuccessRate)
            .measure(Measure::FailureRate)
            .measure(Measure::CancellationRate)
            .descending("success_rate"),
        Query::new(Table::Events)
            .group_by("methods")
            .measure(Measure::Count)
            .descending("count")
            .limit(5),
        Query::new(Table::Methods)
            .filter(registration())
            .group_by("method")
            .group_by("outcome")
            .measure(Measure::Count)
            .measure(Measure::Distinct("target_upn".to_owned())),
        Query::new(Table::Events)
            .group_by(Group::time(Bucket::Day, "Pacific/Auckland"))
            .measure(Measure::Count),
        Query::new(Table::Events)
            .group_by(Group::time(Bucket::Week, "UTC"))
            .measure(Measure::Users),
        Query::new(Table::Attempts)
            .group_by("mode")
            .measure(Measure::Count)
            .measure(Measure::Median("duration_seconds".to_owned()))
            .measure(Measure::Percentile { column: "duration_seconds".to_owned(), percent: 95.0 })
            .measure(Measure::AbandonmentRate)
            .measure(Measure::SuccessRate),
        Query::new(Table::Users).group_by("certainty").measure(Measure::Count),
        Query::new(Table::Changes)
            .filter(Predicate::Contains { column: "property".into(), text: "StrongAuth".into() })
            .group_by("property")
            .measure(Measure::Count),
        Query::new(Table::Events)
            .measure(Measure::Count)
            .measure(Measure::Minimum("time".to_owned())),
        Query::new(Table::Events).filter(Predicate::is("methods", "email")).measure(Measure::Count),
        Query::new(Table::Events)
            .filter(Predicate::IsNull { column: "reason".into() }.negated())
            .group_by("reason"),
    ];
    for query in queries {
        assert!(!plain::answer(&query, &events).is_empty(), "{query:?}");
        assert_answer(&query, &events);
        let stored = serde_json::to_string(&query).unwrap();
        assert_eq!(serde_json::from_str::<Query>(&stored).unwrap(), query, "{stored}");
    }
}

fn any_predicate() -> impl Strategy<Value = Predicate> {
    let times = [
        "2026-03-09T08:00:00Z",
        "2026-03-09T08:30:00Z",
        "2026-03-11T00:00:00Z",
        "1999-01-01T00:00:00Z",
    ];
    let pick = prop::sample::select::<&str>;
    let leaf = prop_oneof![
        pick(vec!["registration", "twin", "credential", "policy"])
            .prop_map(|text| Predicate::is("family", text)),
        prop::collection::vec(pick(vec!["success", "failure", "cancelled", "started"]), 0..3)
            .prop_map(|texts| Predicate::one_of("outcome", texts)),
        pick(vec![
            "User registered security info",
            "User started security info registration",
            "Update user",
            "User cancelled security info registration",
        ])
        .prop_map(|text| Predicate::is("activity", text)),
        pick(vec!["email", "phone_mobile_sms", "passkey_fido2", "Fido"])
            .prop_map(|text| Predicate::is("methods", text)),
        pick(times.to_vec()).prop_map(|text| Predicate::at_least("time", text)),
        pick(times.to_vec()).prop_map(|text| Predicate::below("time", text)),
        pick(vec!["ada@example.com", "ADA@example.com", "ben@example.com"])
            .prop_map(|text| Predicate::is("target_upn", text)),
        Just(Predicate::IsNull { column: "reason".to_owned() }),
        Just(Predicate::Contains { column: "reason".to_owned(), text: "register".to_owned() }),
        any::<bool>().prop_map(|value| Predicate::is("maintenance", value)),
        (0..40_u64).prop_map(|number| Predicate::at_least("record", number)),
        (0..40_u64).prop_map(|number| Predicate::below("record", Scalar::Number(number))),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Predicate::All),
            prop::collection::vec(inner.clone(), 0..3).prop_map(Predicate::Any),
            inner.prop_map(Predicate::negated),
        ]
    })
}

fn any_query() -> impl Strategy<Value = Query> {
    let group = prop_oneof![
        prop::sample::select(vec![
            "outcome",
            "activity",
            "family",
            "methods",
            "user_key",
            "reason",
            "actor_kind",
            "rule"
        ])
        .prop_map(Group::from),
        (
            prop::sample::select(vec![
                Bucket::Hour,
                Bucket::Day,
                Bucket::Week,
                Bucket::Month,
                Bucket::Quarter,
                Bucket::Year
            ]),
            prop::sample::select(vec![
                "UTC",
                "Europe/Berlin",
                "Asia/Kathmandu",
                "America/New_York"
            ]),
        )
            .prop_map(|(every, zone)| Group::time(every, zone)),
    ];
    let measures = vec![
        Measure::Count,
        Measure::Users,
        Measure::Distinct("activity".to_owned()),
        Measure::SuccessRate,
        Measure::FailureRate,
        Measure::CancellationRate,
        Measure::Median("record".to_owned()),
        Measure::Percentile { column: "record".to_owned(), percent: 95.0 },
        Measure::Minimum("time".to_owned()),
        Measure::Maximum("activity".to_owned()),
    ];
    let parts = (
        prop::option::of(any_predicate()),
        prop::collection::vec(group, 0..3),
        prop::sample::subsequence(measures, 1..5),
        any::<bool>(),
        prop::option::of(0..6_u32),
    );
    parts.prop_map(|(filter, groups, measures, descending, limit)| {
        let mut query = Query::new(Table::Events);
        query.filter = filter;
        for group in groups {
            // A column is asked for once.
            if query.group_by.iter().all(|other| other.name() != group.name()) {
                query.group_by.push(group);
            }
        }
        query.measures = measures;
        let first = query.measures[0].name();
        query = if descending { query.descending(first) } else { query.ascending(first) };
        query.limit = limit;
        query
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_question_to_any_events_is_answered_as_by_the_plain_twin(
        query in any_query(),
        events in any_events(),
    ) {
        assert_answer(&query, &events);
    }

    #[test]
    fn any_question_to_a_generated_export_is_answered_as_by_the_plain_twin(
        query in any_query(),
        seed in 0..3_u64,
    ) {
        assert_answer(&query, &generated(seed));
    }
}

#[test]
fn tables_of_generated_and_drawn_events_are_those_of_the_plain_twin() {
    for seed in 0..3 {
        let events = generated(seed);
        in_every_way(&events, |case, frame| {
            assert_tables(frame, &events, &format!("seed {seed}, {case}"));
        });
    }
}

/// A question in SQL, and the same as plain data.
fn same_in_sql() -> Vec<(&'static str, Query)> {
    let registration = || Predicate::is("family", "registration");
    vec![
        (
            "SELECT outcome, count(*) AS count FROM events GROUP BY outcome ORDER BY outcome",
            Query::new(Table::Events).group_by("outcome").measure(Measure::Count),
        ),
        (
            "SELECT method, outcome, count(*) AS count, count(DISTINCT user_key) AS users FROM methods \
             WHERE family = 'registration' AND outcome IN ('success', 'failure') \
             GROUP BY method, outcome ORDER BY count DESC, method, outcome",
            Query::new(Table::Methods)
                .filter(registration())
                .filter(Predicate::one_of("outcome", ["success", "failure"]))
                .group_by("method")
                .group_by("outcome")
                .measure(Measure::Count)
                .measure(Measure::Users)
                .descending("count"),
        ),
        (
            "SELECT count(*) AS count, min(time) AS first FROM events \
             WHERE time >= '2026-03-10T00:00:00Z' AND time < '2026-03-12T00:00:00Z'",
            Query::new(Table::Events)
                .filter(Predicate::at_least("time", "2026-03-10T00:00:00Z"))
                .filter(Predicate::below("time", "2026-03-12T00:00:00Z"))
                .measure(Measure::Count)
                .measure(Measure::Minimum("time".to_owned())),
        ),
        (
            "SELECT mode, count(*) AS count, median(duration_seconds) AS median_duration_seconds \
             FROM attempts GROUP BY mode ORDER BY mode",
            Query::new(Table::Attempts)
                .group_by("mode")
                .measure(Measure::Count)
                .measure(Measure::Median("duration_seconds".to_owned())),
        ),
    ]
}

#[test]
fn sql_and_plain_questions_come_to_the_same() {
    let events = fixtures();
    in_every_way(&events, |case, frame| {
        for (sql, query) in same_in_sql() {
            let expected = plain::answer(&query, &events);
            assert!(!expected.is_empty(), "{sql}");
            let found = answer_of(&frame.collect(frame.sql(sql).unwrap()).unwrap());
            assert_same(&found, &expected, &format!("{case}: {sql}"));
        }
    });
}

/// Forms of SQL that a person may use, with how many rows they come to, and the same rows in every way.
#[test]
fn sql_knows_joins_subqueries_times_and_lists() {
    let forms = [
        (
            "SELECT DISTINCT m.method FROM events e JOIN methods m ON e.event_id = m.event_id WHERE e.outcome = 'failure'",
            None,
        ),
        (
            "WITH done AS (SELECT user_key FROM attempts WHERE outcome = 'completed') SELECT user_key FROM users WHERE user_key NOT IN (SELECT user_key FROM done)",
            None,
        ),
        (
            "SELECT u.user_upn, a.outcome FROM users u LEFT JOIN attempts a ON u.user_key = a.user_key",
            None,
        ),
        (
            "SELECT strftime(time, '%G-W%V') AS week, count(*) AS events FROM events GROUP BY week ORDER BY week",
            None,
        ),
        (
            "SELECT EXTRACT(month FROM time) AS month, EXTRACT(isodow FROM time) AS weekday, count(*) AS events FROM events GROUP BY month, weekday",
            None,
        ),
        (
            "SELECT CAST(time AS DATE) AS day, count(*) AS events FROM events GROUP BY day ORDER BY day",
            None,
        ),
        (
            "SELECT activity FROM events WHERE activity LIKE 'User%' AND upper(reason) LIKE '%SMS%'",
            None,
        ),
        ("SELECT activity FROM events WHERE array_contains(methods, 'email')", None),
        ("SELECT unnest(methods) AS method FROM events WHERE family = 'registration'", None),
        ("SELECT last - first AS length FROM attempts WHERE duration_seconds > 0", None),
        (
            "SELECT CASE WHEN outcome = 'success' THEN 1 ELSE 0 END AS hit FROM events ORDER BY time, event_id LIMIT 3",
            Some(3),
        ),
        ("SELECT outcome, count(*) AS n FROM events GROUP BY outcome HAVING count(*) > 1", None),
        (
            "SELECT activity, row_number() OVER (PARTITION BY outcome ORDER BY time) AS place FROM events",
            None,
        ),
        ("SELECT outcome FROM events UNION SELECT outcome FROM attempts", None),
        (
            "SELECT * FROM changes WHERE property IS NOT NULL ORDER BY time DESC, property LIMIT 2",
            Some(2),
        ),
        (
            "SELECT coalesce(reason, 'none') AS why, count(*) AS n FROM events WHERE outcome <> 'success' GROUP BY why",
            None,
        ),
        ("SELECT outcome FROM events WHERE outcome BETWEEN 'cancelled' AND 'failure'", None),
        ("SELECT array_agg(reason) AS reasons FROM events GROUP BY outcome", None),
        (
            "SELECT CASE WHEN outcome = 'failure' THEN 'bad' END AS outcome FROM events WHERE outcome <> 'bad'",
            None,
        ),
        ("SELECT \"outcome\" AS \"it's\" FROM events WHERE '2026-03-09T08:00:00Z' < time", None),
        ("/* all */ SELECT 'SELECT read_csv(x)' AS text FROM events -- DROP TABLE events", None),
    ];
    let mut first: Vec<Vec<Vec<Value>>> = Vec::new();
    in_every_way(&fixtures(), |case, frame| {
        for (number, (sql, expected)) in forms.into_iter().enumerate() {
            let planned = frame.sql(sql).unwrap_or_else(|error| panic!("{case}: {sql}: {error}"));
            let answer = frame.collect(planned);
            let answer = answer.unwrap_or_else(|error| panic!("{case}: {sql}: {error}"));
            let mut rows = answer_of(&answer);
            rows.sort_by_key(|row| format!("{row:?}"));
            if let Some(first) = first.get(number) {
                assert_same(&rows, first, &format!("{case}: {sql}"));
            } else {
                assert!(!rows.is_empty(), "{sql}");
                assert_eq!(rows.len(), expected.unwrap_or(rows.len()), "{sql}");
                first.push(rows);
            }
        }
    });
}

/// A time means the same wherever it stands, and in each form in which this program writes it.
#[test]
fn times_are_compared_however_they_are_written() {
    let events: Vec<Event> = fixtures().into_iter().filter(|e| classify(e).is_some()).collect();
    let time = "2026-03-09T08:15:27.481029Z";
    let middle = parse_timestamp(time).unwrap();
    // Frames hold times to the microsecond.
    let from = |event: &Event| event.time.timestamp_micros() - middle.timestamp_micros();
    let count = |keep: &dyn Fn(&Event) -> bool| events.iter().filter(|event| keep(event)).count();
    let later = count(&|event| from(event) > 0);
    let since = count(&|event| from(event) >= 0);
    let with_reason = count(&|event| from(event) >= 0 && event.reason.is_some());
    let minute = count(&|event| (0..=60_000_000).contains(&from(event)));
    assert!(later < since && since < events.len() && since - later < minute, "the time divides");
    for (condition, expected) in [
        (format!("time > '{time}'"), later),
        (format!("'{time}' < time"), later),
        (format!("(e.time) >= ('{time}')"), since),
        (format!("'{time}' <= e.time AND reason <> '{time}'"), with_reason),
        (format!("NOT ('{time}' > time)"), since),
        (format!("time = '{time}'"), since - later),
        (format!("time IN ('{time}', '2001-01-01T00:00:00Z')"), since - later),
        (format!("time NOT IN ('{time}')"), events.len() - (since - later)),
        (format!("time BETWEEN '{time}' AND '2026-03-09T08:16:27.481029Z'"), minute),
        ("time > '2026-03-09 08:15:27.481029'".to_owned(), later),
        ("time > '2026-03-09T09:15:27.481029+01:00'".to_owned(), later),
        (format!("activity LIKE '%' AND time > '{time}'"), later),
    ] {
        let sql = format!("SELECT count(*) AS n FROM events e WHERE {condition}");
        in_every_way(&events, |case, frame| {
            let found = answer_of(&frame.collect(frame.sql(&sql).unwrap()).unwrap());
            assert_eq!(found, [[json!(expected)]], "{case}: {sql}");
        });
    }
}

#[test]
fn what_is_wrong_with_a_question_is_said_with_what_was_meant() {
    let mistakes = [
        ("SELECT outcom FROM events", ["column `outcom`", "did you mean `outcome`"]),
        ("SELECT outcome FROM events WHERE outcme = 'success'", ["column `outcme`", "`outcome`"]),
        (
            "SELECT e.outcom FROM events e JOIN methods m ON e.event_id = m.event_id",
            ["column `outcom`", "`outcome`"],
        ),
        ("SELECT count(*) FROM events GROUP BY activty", ["column `activty`", "`activity`"]),
        ("SELECT outcome FROM events ORDER BY tim", ["column `tim`", "`time`"]),
        ("SELECT zzz FROM methods", ["column `zzz`", "one of "]),
        ("SELECT * FROM event", ["table `event`", "`events`"]),
        ("SELECT * FROM zzz", ["table `zzz`", "one of events, methods"]),
        ("SELEC 1", ["SQL that cannot be read", "SELEC"]),
        ("SELECT nope(outcome) FROM events", ["unsupported function", "nope"]),
        ("SELECT date_trunc('week', time) FROM events", ["date_trunc", "strftime(time, '%G-W%V')"]),
        ("DROP TABLE events", ["`DROP`", "SELECT"]),
        ("CREATE TABLE a AS SELECT * FROM events", ["`CREATE`", "SELECT"]),
        ("DELETE FROM events", ["`DELETE`", "SELECT"]),
        (
            "SELECT * FROM read_parquet('tables/users.parquet')",
            ["`read_parquet`", "past this program"],
        ),
        ("", ["no question", "SELECT"]),
        ("SELECT 1; SELECT 2", ["several statements", "one question"]),
        ("-- a note\nDELETE FROM events", ["`DELETE`", "SELECT"]),
        ("EXPLAIN DELETE FROM events", ["`EXPLAIN`", "SELECT"]),
        ("SELECT * FROM events WHERE outcome = 'succes'", ["outcome `succes`", "`success`"]),
        ("SELECT * FROM attempts WHERE 'nosuch' <> mode", ["mode `nosuch`", "one of interrupt"]),
        (
            "SELECT count(*) FROM methods WHERE family IN ('registration', 'registrations')",
            ["family `registrations`", "`registration`"],
        ),
    ];
    in_every_way(&fixtures(), |case, frame| {
        for (sql, words) in &mistakes {
            let answer = frame.sql(sql).and_then(|planned| frame.collect(planned));
            let error = answer.err().unwrap_or_else(|| panic!("{case}: {sql}: answered"));
            assert_eq!(error.kind(), ErrorKind::Query, "{case}: {sql}: {error}");
            let text = error.to_string();
            assert!(words.iter().all(|word| text.contains(word)), "{case}: {sql}: {text}");
            assert!(text.lines().count() == 1, "{case}: {sql}: {text}");
        }
    });
}

#[test]
fn what_is_wrong_with_a_plain_question_is_said_with_what_was_meant() {
    let frame = Frame::from_events([]).unwrap();
    let count = |query: Query| query.measure(Measure::Count);
    for (query, words) in [
        (
            count(Query::new(Table::Events).group_by("outcom")),
            ["column of `events` `outcom`", "`outcome`"],
        ),
        (
            count(Query::new(Table::Events).group_by(Group::time(Bucket::Day, "Europe/Berln"))),
            ["time zone", "`Europe/Berlin`"],
        ),
        (
            count(Query::new(Table::Events).filter(Predicate::is("outcome", "succes"))),
            ["`succes`", "`success`"],
        ),
        (
            count(Query::new(Table::Events).filter(Predicate::at_least("time", "soon"))),
            ["`soon`", "2026-03-09T08:00:00Z"],
        ),
        (
            count(Query::new(Table::Events).filter(Predicate::is("maintenance", "yes"))),
            ["`maintenance`", "true or false"],
        ),
        (
            Query::new(Table::Events).measure(Measure::Median("activity".into())),
            ["`activity`", "numbers"],
        ),
        (Query::new(Table::Events).measure(Measure::AbandonmentRate), ["rate", "`attempts`"]),
        (
            count(Query::new(Table::Events)).descending("users"),
            ["column of the answer `users`", "count"],
        ),
        (count(count(Query::new(Table::Events))), ["`count` twice", "once"]),
        (
            Query::new(Table::Attempts)
                .measure(Measure::Percentile { column: "tries".into(), percent: 101.0 }),
            ["percentile 101", "0 to 100"],
        ),
    ] {
        let error = frame.query(&query).err().unwrap_or_else(|| panic!("{query:?}"));
        assert_eq!(error.kind(), ErrorKind::Query, "{error}");
        let text = error.to_string();
        assert!(words.iter().all(|word| text.contains(word)), "{query:?}: {text}");
    }
}

/// Two user targets, one of them renamed, and an activity with a full stop: what columns say of such
/// events is not what the reader is asked.
#[test]
fn conditions_on_odd_events_lose_nothing() {
    let mut events = Vec::new();
    for (number, activity) in ["Update user.", "Update user"].into_iter().enumerate() {
        let mut event = Event::new(
            regaudit::model::parse_timestamp("2026-03-09T08:00:00.1234567Z").unwrap(),
            activity,
            regaudit::Origin::new("odd").at(number as u64 + 1, 1, 0),
        );
        event.service = Some("Core Directory".to_owned());
        event.targets = ["ada@example.com", "ben@example.com"]
            .map(|name| {
                let mut target = regaudit::model::Target::default();
                target.kind = Some("User".to_owned());
                target.user_principal_name = Some(name.to_owned());
                target.changes = Some(vec![regaudit::model::Change {
                    name: "StrongAuthenticationMethod".to_owned(),
                    ..Default::default()
                }]);
                target
            })
            .into();
        events.push(event);
    }
    in_every_way(&events, |case, frame| {
        for (sql, expected) in [
            ("SELECT count(*) FROM changes WHERE target_upn = 'ben@example.com'", 2),
            ("SELECT count(*) FROM changes WHERE target_upn = 'ada@example.com'", 2),
            ("SELECT count(*) FROM facts WHERE activity = 'Update user'", 2),
            ("SELECT count(*) FROM events WHERE time = '2026-03-09T08:00:00.123456Z'", 2),
            ("SELECT count(*) FROM events WHERE time > '2026-03-09T08:00:00.123456Z'", 0),
            ("SELECT count(*) FROM events WHERE activity NOT IN ('Update user')", 0),
        ] {
            let planned = frame.sql(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
            let found = answer_of(&frame.collect(planned).unwrap());
            assert_eq!(found, [[json!(expected)]], "{case}: {sql}");
        }
    });
}

/// A source that remembers what it was asked for.
struct Asked(Vec<Event>, std::sync::Mutex<Vec<Filter>>);

impl regaudit::query::EventSource for Asked {
    fn for_each(&self, filter: &Filter, each: &mut regaudit::query::Each<'_>) -> Result<(), Error> {
        self.1.lock().unwrap().push(filter.clone());
        self.0.for_each(filter, each)
    }
}

#[test]
fn conditions_reach_the_reader() {
    let source = Arc::new(Asked(fixtures(), std::sync::Mutex::default()));
    let frame = Frame::scan(Arc::clone(&source)).unwrap();
    let asked = |sql: &str| {
        frame.collect(frame.sql(sql).unwrap()).unwrap();
        serde_json::to_value(source.1.lock().unwrap().pop().unwrap()).unwrap()
    };
    let filter = asked(
        "SELECT count(*) FROM methods WHERE family = 'registration' AND time >= '2026-03-10T00:00:00Z' \
         AND time < '2026-03-12T00:00:00Z' AND outcome IN ('success', 'cancelled') AND method = 'email' \
         AND activity = 'User registered security info' AND target_upn = 'ada@example.com'",
    );
    assert_eq!(filter["families"], json!(["registration"]));
    assert_eq!(filter["outcomes"], json!(["success", "cancelled"]));
    assert_eq!(filter["methods"], json!(["email"]));
    assert_eq!(filter["activities"], json!(["User registered security info"]));
    assert_eq!(filter["users"], json!(["ada@example.com"]));
    assert_eq!(filter["since"], json!("2026-03-10T00:00:00Z"));
    assert_eq!(filter["until"], json!("2026-03-12T00:00:00.000001Z"));
    let either =
        asked("SELECT count(*) FROM events WHERE outcome = 'failure' OR outcome = 'cancelled'");
    assert_eq!(either["outcomes"], json!(["failure", "cancelled"]));
    let neither = asked(
        "SELECT count(*) FROM events WHERE outcome = 'failure' OR service = 'Core Directory'",
    );
    assert_eq!(neither["outcomes"], json!([]));
    let negated = asked("SELECT count(*) FROM events WHERE NOT (family = 'twin')");
    assert_eq!(negated["families"], json!([]));
    // What is asked of attempts is no condition on events.
    let attempts = asked("SELECT count(*) FROM attempts WHERE outcome = 'cancelled'");
    assert_eq!(attempts["outcomes"], json!([]));
}

#[test]
fn a_summary_is_the_same_question_in_sql() {
    for seed in 0..3 {
        let mut events = generated(seed);
        events.extend(fixtures());
        events.retain(|event| event.user().is_none_or(|user| user.id.is_some()));
        let mut summary = Summary::new();
        let of_summary = [Family::Registration, Family::Other];
        for event in &events {
            let found = classify(event).unwrap();
            if of_summary.contains(&found.family) {
                summary.add_classified(event, &found);
            }
        }
        let answer = summary.answer();
        let frame = Frame::from_events(events).unwrap();
        let ask = |sql: &str| answer_of(&frame.collect(frame.sql(sql).unwrap()).unwrap());
        let counted = "FROM events WHERE family = 'registration' AND NOT maintenance";
        let total = ask(&format!("SELECT count(*), count(DISTINCT user_key) {counted}"));
        assert_eq!(total, [[json!(answer.outcomes.total()), json!(answer.users)]]);
        let outcomes =
            ask(&format!("SELECT outcome, count(*) {counted} GROUP BY outcome ORDER BY outcome"));
        let mut expected: Vec<Vec<Value>> = regaudit::Outcome::ALL
            .into_iter()
            .filter(|outcome| answer.outcomes.of(*outcome) > 0)
            .map(|outcome| vec![json!(outcome.as_str()), json!(answer.outcomes.of(outcome))])
            .collect();
        expected.sort_by_key(|row| row[0].to_string());
        assert_eq!(outcomes, expected);
        let methods = ask(&format!(
            "SELECT method, count(*) {} GROUP BY method ORDER BY method",
            counted.replace("events", "methods")
        ));
        let expected: Vec<Vec<Value>> = answer
            .methods
            .iter()
            .map(|row| vec![json!(row.name), json!(row.counts.total())])
            .collect();
        assert_eq!(methods, expected);
        let days = ask(&format!(
            "SELECT CAST(time AS DATE) AS day, count(*) {counted} GROUP BY day ORDER BY day"
        ));
        let expected: Vec<Vec<Value>> = answer
            .days
            .iter()
            .map(|row| vec![json!(row.name), json!(row.counts.total())])
            .collect();
        assert_eq!(days, expected);
    }
}

#[test]
fn parquet_comes_back_as_it_was_written() {
    let mut events = fixtures();
    events.extend(generated(1));
    let fresh = Frame::from_events(events.clone()).unwrap();
    let folder = stored(&fresh);
    let stored = Frame::parquet([folder.path()]).unwrap();
    assert_eq!(stored.tables().collect::<Vec<_>>(), Table::ALL);
    assert_tables(&stored, &events, "stored");
    for table in Table::ALL {
        let [a, b] =
            [&stored, &fresh].map(|frame| frame.table(table).unwrap().collect_schema().unwrap());
        assert_eq!(a, b, "{table}: dtypes");
    }
    let rows = Table::ALL.map(Query::new);
    for query in same_in_sql().into_iter().map(|(_, query)| query).chain(rows) {
        let [a, b] =
            [&stored, &fresh].map(|frame| frame.query(&query).unwrap().collect_schema().unwrap());
        assert_eq!(a, b, "{query:?}: dtypes");
    }
}

#[test]
fn partitions_hold_each_row_once_under_its_date() {
    let events = generated(2);
    let folder = tempfile::tempdir().unwrap();
    let mut parts = PartitionedParquet::new(folder.path(), Table::Events).unwrap();
    let mut builder = TableBuilder::new(Table::Events);
    for (number, event) in events.iter().enumerate() {
        builder.push(event, &classify(event).unwrap()).unwrap();
        if number % 50 == 0 {
            parts.write(&builder.take().unwrap()).unwrap();
        }
    }
    parts.write(&builder.take().unwrap()).unwrap();
    parts.finish().unwrap();
    let stored = Frame::parquet([folder.path()]).unwrap();
    let key = |rows: Vec<Vec<Value>>| sorted(rows, Table::Attempts);
    let found = answer_of(&stored.collect(stored.table(Table::Events).unwrap()).unwrap());
    assert_same(&key(found), &key(plain_table(Table::Events, &events)), "partitions");
    for file in files_below(folder.path()) {
        let date = file.parent().unwrap().file_name().unwrap().to_str().unwrap();
        let date = date.strip_prefix("date=").unwrap();
        let part = Frame::parquet([&file]).unwrap();
        let times = part.sql("SELECT DISTINCT CAST(time AS DATE) AS date FROM events").unwrap();
        assert_eq!(answer_of(&part.collect(times).unwrap()), [[json!(date)]]);
    }
    assert!(PartitionedParquet::new(folder.path(), Table::Users).is_none(), "users have no date");
}

#[test]
fn parquet_of_others_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("theirs.parquet");
    let mut frame = polars::df!("a" => [1, 2]).unwrap();
    polars::prelude::ParquetWriter::new(std::fs::File::create(&path).unwrap())
        .finish(&mut frame)
        .unwrap();
    let error = Frame::parquet([&path]).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::UnsupportedFormat);
    assert!(error.to_string().contains("regaudit convert"), "{error}");
    let metadata = vec![("regaudit.table".to_owned(), "events".to_owned())];
    polars::prelude::ParquetWriter::new(std::fs::File::create(&path).unwrap())
        .with_key_value_metadata(Some(polars::prelude::KeyValueMetadata::from_static(metadata)))
        .finish(&mut frame)
        .unwrap();
    let error = Frame::parquet([&path]).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::UnsupportedFormat);
    assert!(error.to_string().contains("other columns than this version knows"), "{error}");
    std::fs::write(&path, b"PAR1 is not enough").unwrap();
    let error = Frame::parquet([&path]).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::UnsupportedFormat, "{error}");
    assert!(Frame::parquet([folder.path().join("none.parquet")]).is_err());
}

#[test]
fn every_reading_of_exports_is_accounted_for() {
    let exports = Arc::new(Exports::new(Reader::new(), [fixture("exports"), fixture("faults")]));
    let frame = Frame::scan(Arc::clone(&exports)).unwrap();
    let all = frame.collect(frame.table(Table::Events).unwrap()).unwrap().height();
    let some = frame.sql("SELECT activity FROM events WHERE outcome = 'cancelled'").unwrap();
    let some = frame.collect(some).unwrap().height();
    let reports = exports.reports();
    let [first, second] = reports.as_slice() else { panic!("two readings") };
    assert!(first.tally().balances() && second.tally().balances());
    assert_eq!(first.tally().yielded, all as u64);
    assert_eq!(second.tally().yielded, some as u64);
    assert_eq!(first.tally().rejected, second.tally().rejected);
    assert!(first.tally().rejected > 0);
}

#[test]
fn a_fault_may_end_a_question() {
    let stop = |_| std::ops::ControlFlow::Break(());
    let exports = Exports::new(Reader::new(), [fixture("faults")]).on_fault(stop);
    let frame = Frame::scan(exports).unwrap();
    let error = frame.collect(frame.table(Table::Events).unwrap()).err().unwrap();
    assert!(error.origin().is_some(), "the fault itself: {error}");
    assert_ne!(error.kind(), ErrorKind::Query);
}

#[test]
fn choices_stand_in_the_order_of_bytes() {
    for table in Table::ALL {
        for column in table.columns() {
            if let regaudit::query::Kind::Choice(choices) = column.kind {
                assert!(choices.is_sorted(), "{table}.{}", column.name);
            }
            assert!(!column.meaning.is_empty() && column.name == column.name.to_lowercase());
        }
    }
}
