//! Tables and questions once more, the plain way: rows as maps, a loop for each group. What frames and
//! SQL answer is held against it.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "numbers of rows of a test are small"
)]

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveTime, TimeZone as _, Timelike as _, Utc};
use regaudit::attempt::{Attempts, MethodChange};
use regaudit::catalogue::{Facts, Field};
use regaudit::model::{Event, Method};
use regaudit::query::{Bucket, Group, Measure, Predicate, Query, Scalar, Table};
use regaudit::{Classification, classify};
use serde_json::{Value, json};

use crate::support::{Row, names, row_of};

/// Every row of a table, in the order of events; of attempts and users in that of their own.
pub fn rows(table: Table, events: &[Event]) -> Vec<Row> {
    let classified = events.iter().filter_map(|event| Some((event, classify(event)?)));
    match table {
        Table::Events => classified.map(|(event, found)| event_row(event, &found)).collect(),
        Table::Methods => {
            classified.flat_map(|(event, found)| method_rows(event, &found)).collect()
        }
        Table::Changes => {
            classified.flat_map(|(event, found)| change_rows(event, &found)).collect()
        }
        Table::Facts => classified.map(|(event, found)| fact_row(event, &found)).collect(),
        Table::Attempts => attempt_rows(events),
        Table::Users => user_rows(events),
        other => panic!("{other}: a table without a plain twin"),
    }
}

/// A time as frames hold it: to the microsecond.
pub fn time(time: DateTime<Utc>) -> Value {
    json!(format!("{}us", time.timestamp_micros()))
}

fn user_key(event: &Event) -> Value {
    let target = event.target_user();
    let (id, name) = match (target, &event.actor.user) {
        (Some(target), _) => (&target.id, &target.user_principal_name),
        (None, Some(user)) if event.actor_kind().as_str() == "user" => {
            (&user.id, &user.user_principal_name)
        }
        _ => return Value::Null,
    };
    json!(id.as_ref().or(name.as_ref()).map(|name| name.to_lowercase()))
}

fn event_row(event: &Event, found: &Classification) -> Row {
    let mut row = row_of(event);
    row.insert("time".to_owned(), time(event.time));
    with(
        row,
        [
            ("rule", json!(found.rule)),
            ("source", json!(event.origin.source.as_ref())),
            ("record", json!(event.origin.record)),
            ("line", json!(event.origin.line)),
            ("byte", json!(event.origin.byte)),
            ("user_key", user_key(event)),
        ],
    )
}

fn with<const N: usize>(mut row: Row, columns: [(&str, Value); N]) -> Row {
    row.extend(columns.map(|(name, value)| (name.to_owned(), value)));
    row
}

fn only(row: &Row, names: &[&str]) -> Row {
    names.iter().map(|name| ((*name).to_owned(), row[*name].clone())).collect()
}

fn method_rows(event: &Event, found: &Classification) -> Vec<Row> {
    let shared = only(
        &event_row(event, found),
        &[
            "event_id",
            "time",
            "correlation_id",
            "family",
            "activity",
            "status",
            "outcome",
            "maintenance",
            "actor_kind",
            "target_id",
            "target_upn",
            "user_key",
            "rule",
            "source",
            "record",
        ],
    );
    let row = |method: &Method| {
        let family = serde_json::to_value(method.family()).unwrap();
        with(shared.clone(), [("method", json!(method.as_str())), ("method_family", family)])
    };
    found.methods.iter().map(row).collect()
}

fn change_rows(event: &Event, found: &Classification) -> Vec<Row> {
    let shared = only(
        &event_row(event, found),
        &[
            "event_id",
            "time",
            "correlation_id",
            "family",
            "activity",
            "outcome",
            "actor_kind",
            "user_key",
            "rule",
            "source",
            "record",
        ],
    );
    let mut rows = Vec::new();
    for target in &event.targets {
        for change in target.changes.iter().flatten() {
            let text = |value: &Option<regaudit::model::PropertyValue>| {
                json!(value.as_ref().map(|value| value.text.clone()))
            };
            rows.push(with(
                shared.clone(),
                [
                    ("target_type", json!(target.kind)),
                    ("target_id", json!(target.id)),
                    ("target_upn", json!(target.user_principal_name)),
                    ("target_name", json!(target.display_name)),
                    ("property", json!(change.name)),
                    ("old_value", text(&change.old)),
                    ("new_value", text(&change.new)),
                ],
            ));
        }
    }
    rows
}

fn fact_row(event: &Event, found: &Classification) -> Row {
    let facts = Facts::of(event);
    let mut row: Row = Field::ALL
        .iter()
        .map(|field| (field.as_str().to_owned(), json!(facts.get(*field))))
        .collect();
    row.insert("rule".to_owned(), json!(found.rule));
    with(
        row,
        [
            ("source", json!(event.origin.source.as_ref())),
            ("record", json!(event.origin.record)),
            ("event_id", json!(event.id)),
        ],
    )
}

fn fold(events: &[Event]) -> Attempts {
    let mut attempts = Attempts::new();
    for event in events {
        attempts.add(event);
    }
    attempts
}

fn attempt_rows(events: &[Event]) -> Vec<Row> {
    let (attempts, _) = fold(events).finish();
    let row = |attempt: &regaudit::Attempt| {
        let key = attempt.user_id.as_ref().or(attempt.user_principal_name.as_ref());
        let first = attempt.origins.first();
        with(
            Row::new(),
            [
                ("user_key", json!(key.map(|key| key.to_lowercase()))),
                ("user_id", json!(attempt.user_id)),
                ("user_upn", json!(attempt.user_principal_name)),
                ("user_name", json!(attempt.display_name)),
                ("outcome", serde_json::to_value(attempt.outcome).unwrap()),
                ("mode", serde_json::to_value(attempt.mode).unwrap()),
                ("first", time(attempt.first)),
                ("last", time(attempt.last)),
                ("duration_seconds", json!(attempt.duration_seconds)),
                ("tries", json!(attempt.tries)),
                ("events", json!(attempt.events)),
                ("twins", json!(attempt.twins)),
                ("methods_tried", json!(names(&attempt.methods_tried))),
                ("methods_obtained", json!(names(&attempt.methods_obtained))),
                ("reason", json!(attempt.reason)),
                ("rule", json!(attempt.rule)),
                ("correlation_ids", json!(attempt.correlation_ids)),
                ("source", json!(first.map(|origin| origin.source.as_ref()))),
                ("record", json!(first.and_then(|origin| origin.record))),
                ("records", json!(attempt.origins.len())),
            ],
        )
    };
    attempts.iter().map(row).collect()
}

fn user_rows(events: &[Event]) -> Vec<Row> {
    let (_, users) = fold(events).finish();
    let each_once = |changes: &[MethodChange]| {
        let mut names: Vec<&str> = changes.iter().map(|change| change.method.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        json!(names)
    };
    let row = |user: &regaudit::UserHistory| {
        let key = user.user_id.as_ref().or(user.user_principal_name.as_ref());
        with(
            Row::new(),
            [
                ("user_key", json!(key.map(|key| key.to_lowercase()))),
                ("user_id", json!(user.user_id)),
                ("user_upn", json!(user.user_principal_name)),
                ("other_upns", json!(user.other_names)),
                ("user_name", json!(user.display_name)),
                ("attempts", json!(user.attempts.total())),
                ("attempts_completed", json!(user.attempts.completed)),
                ("attempts_cancelled", json!(user.attempts.cancelled)),
                ("attempts_failed", json!(user.attempts.failed)),
                ("attempts_abandoned", json!(user.attempts.abandoned)),
                ("attempts_single_change", json!(user.attempts.single_change)),
                ("attempts_reviewed", json!(user.attempts.reviewed)),
                ("attempts_unknown", json!(user.attempts.unknown)),
                ("success", json!(user.outcomes.success)),
                ("failure", json!(user.outcomes.failure)),
                ("cancelled", json!(user.outcomes.cancelled)),
                ("started", json!(user.outcomes.started)),
                ("unknown", json!(user.outcomes.unknown)),
                ("methods_registered", each_once(&user.methods_registered)),
                ("methods_deleted", each_once(&user.methods_deleted)),
                ("methods_held", json!(names(&user.methods_held))),
                ("certainty", json!(user.certainty.as_str())),
                ("default_method", json!(user.default_method.as_ref().map(Method::as_str))),
                ("first", time(user.first)),
                ("last", time(user.last)),
            ],
        )
    };
    users.iter().map(row).collect()
}

/// What a question comes to, in the order asked for.
pub fn answer(query: &Query, events: &[Event]) -> Vec<Vec<Value>> {
    let mut rows = rows(query.table, events);
    rows.retain(|row| query.filter.as_ref().is_none_or(|filter| holds(filter, row) == Some(true)));
    let mut groups: BTreeMap<Vec<Key>, Vec<Row>> = BTreeMap::new();
    if query.group_by.is_empty() {
        groups.insert(Vec::new(), rows);
    } else {
        for row in rows {
            for key in keys(&query.group_by, &row) {
                groups.entry(key).or_default().push(row.clone());
            }
        }
    }
    let names: Vec<String> = query
        .group_by
        .iter()
        .map(|group| group.name().to_owned())
        .chain(query.measures.iter().map(Measure::name))
        .collect();
    let mut answer: Vec<Vec<Value>> = groups
        .iter()
        .map(|(key, rows)| {
            let of_group = key.iter().map(|key| key.0.clone());
            of_group.chain(query.measures.iter().map(|measure| measured(measure, rows))).collect()
        })
        .collect();
    for order in query.order.iter().rev() {
        let place = names.iter().position(|name| *name == order.column).unwrap();
        answer.sort_by(|a, b| {
            let (a, b) = (Key(a[place].clone()), Key(b[place].clone()));
            match (a.0.is_null(), b.0.is_null()) {
                (false, false) if order.descending => b.cmp(&a),
                _ => a.cmp(&b),
            }
        });
    }
    answer.truncate(query.limit.map_or(usize::MAX, |limit| limit as usize));
    answer
}

/// A value that sorts: texts by bytes, numbers by size, null last.
#[derive(Debug, Clone, PartialEq)]
struct Key(Value);

impl Eq for Key {}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        match (&self.0, &other.0) {
            (Value::Null, Value::Null) => std::cmp::Ordering::Equal,
            (Value::Null, _) => std::cmp::Ordering::Greater,
            (_, Value::Null) => std::cmp::Ordering::Less,
            (Value::Number(a), Value::Number(b)) => {
                a.as_f64().unwrap().total_cmp(&b.as_f64().unwrap())
            }
            (Value::String(a), Value::String(b)) => a.cmp(b),
            (a, b) => a.to_string().cmp(&b.to_string()),
        }
    }
}

/// The groups a row belongs to: one, or one for each value of a list.
fn keys(groups: &[Group], row: &Row) -> Vec<Vec<Key>> {
    let mut keys = vec![Vec::new()];
    for group in groups {
        let values = match group {
            Group::Column(name) => match &row[name] {
                Value::Array(values) if values.is_empty() => vec![Value::Null],
                Value::Array(values) => values.clone(),
                value => vec![value.clone()],
            },
            Group::Time { column, every, time_zone } => {
                vec![bucket(&row[column], *every, time_zone)]
            }
            other => panic!("{other:?}"),
        };
        keys = keys
            .into_iter()
            .flat_map(|key: Vec<Key>| {
                let longer = |value: &Value| [key.clone(), vec![Key(value.clone())]].concat();
                values.iter().map(longer).collect::<Vec<_>>()
            })
            .collect();
    }
    keys
}

fn micros(value: &Value) -> Option<i64> {
    value.as_str()?.strip_suffix("us")?.parse().ok()
}

/// The beginning of the stretch that a time falls into, as the answer shows it.
fn bucket(value: &Value, every: Bucket, time_zone: &str) -> Value {
    let zone: chrono_tz::Tz = time_zone.parse().unwrap();
    let local =
        DateTime::from_timestamp_micros(micros(value).unwrap()).unwrap().with_timezone(&zone);
    let date = local.date_naive();
    let (year, month) = (date.year(), date.month());
    let first = |month| NaiveDate::from_ymd_opt(year, month, 1).unwrap();
    let day = match every {
        Bucket::Hour => {
            // Offsets are whole quarters of an hour, so the clock tells how much of it has passed.
            let passed = local.minute() * 60 + local.second();
            let start = local.timestamp() - i64::from(passed);
            return shown(zone.timestamp_opt(start, 0).unwrap());
        }
        Bucket::Day => date,
        Bucket::Week => date - chrono::Days::new(date.weekday().num_days_from_monday().into()),
        Bucket::Month => first(month),
        Bucket::Quarter => first((month - 1) / 3 * 3 + 1),
        Bucket::Year => first(1),
        other => panic!("{other:?}"),
    };
    shown(zone.from_local_datetime(&day.and_time(NaiveTime::MIN)).earliest().unwrap())
}

fn shown(start: DateTime<chrono_tz::Tz>) -> Value {
    match start.timezone() {
        chrono_tz::UTC => time(start.with_timezone(&Utc)),
        _ => json!(start.to_rfc3339()),
    }
}

/// Whether a predicate holds; `None` where there is nothing to compare.
fn holds(predicate: &Predicate, row: &Row) -> Option<bool> {
    let compare = |column: &str, value: &Scalar| -> Option<std::cmp::Ordering> {
        let found = &row[column];
        if found.is_null() {
            return None;
        }
        let value = match (micros(found), value) {
            (Some(found), Scalar::Text(text)) => {
                let asked = regaudit::model::parse_timestamp(text).unwrap().timestamp_micros();
                return Some(found.cmp(&asked));
            }
            (_, value) => serde_json::to_value(value).unwrap(),
        };
        Some(Key(found.clone()).cmp(&Key(value)))
    };
    let is = |column: &str, value: &Scalar| match &row[column] {
        Value::Array(values) => Some(values.contains(&serde_json::to_value(value).unwrap())),
        _ => compare(column, value).map(std::cmp::Ordering::is_eq),
    };
    match predicate {
        Predicate::Is { column, value } => is(column, value),
        Predicate::OneOf { column, values } => any(values.iter().map(|value| is(column, value))),
        Predicate::Contains { column, text } => Some(row[column].as_str()?.contains(text.as_str())),
        Predicate::AtLeast { column, value } => {
            compare(column, value).map(std::cmp::Ordering::is_ge)
        }
        Predicate::Below { column, value } => compare(column, value).map(std::cmp::Ordering::is_lt),
        Predicate::IsNull { column } => Some(row[column].is_null()),
        Predicate::All(all) => {
            any(all.iter().map(|each| holds(each, row).map(|holds| !holds))).map(|holds| !holds)
        }
        Predicate::Any(each) => any(each.iter().map(|each| holds(each, row))),
        Predicate::Not(inner) => Some(!holds(inner, row).unwrap_or(false)),
        other => panic!("{other:?}"),
    }
}

/// Whether one of them holds, where what is not known may be either.
fn any(each: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let each: Vec<Option<bool>> = each.collect();
    if each.contains(&Some(true)) {
        return Some(true);
    }
    if each.contains(&None) { None } else { Some(false) }
}

fn measured(measure: &Measure, rows: &[Row]) -> Value {
    let values = |column: &str| -> Vec<Value> {
        let values = rows.iter().map(|row| row[column].clone());
        values.filter(|value| !value.is_null()).collect()
    };
    let distinct = |column: &str| {
        let mut found: Vec<String> = values(column).iter().map(ToString::to_string).collect();
        found.sort();
        found.dedup();
        json!(found.len())
    };
    let rate = |outcomes: &[&str]| {
        let ended: Vec<&Row> = rows
            .iter()
            .filter(|row| row["outcome"] != "started")
            .filter(|row| row.get("maintenance") != Some(&json!(true)))
            .collect();
        let is_hit = |row: &&&Row| outcomes.contains(&row["outcome"].as_str().unwrap());
        let hits = ended.iter().filter(is_hit).count();
        if ended.is_empty() { Value::Null } else { json!(hits as f64 / ended.len() as f64) }
    };
    let percentile = |column: &str, percent: f64| {
        let mut numbers: Vec<f64> =
            values(column).iter().map(|value| value.as_f64().unwrap()).collect();
        numbers.sort_by(f64::total_cmp);
        if numbers.is_empty() {
            return Value::Null;
        }
        let place = percent / 100.0 * (numbers.len() - 1) as f64;
        let (low, high) = (numbers[place.floor() as usize], numbers[place.ceil() as usize]);
        json!(low + (high - low) * place.fract())
    };
    let sorted = |column: &str| {
        let mut keys: Vec<Key> = values(column).into_iter().map(Key).collect();
        keys.sort();
        keys
    };
    match measure {
        Measure::Count => json!(rows.len()),
        Measure::Users => distinct("user_key"),
        Measure::Distinct(column) => distinct(column),
        Measure::SuccessRate => rate(&["success", "completed", "single_change", "reviewed"]),
        Measure::FailureRate => rate(&["failure", "failed"]),
        Measure::CancellationRate => rate(&["cancelled"]),
        Measure::AbandonmentRate => rate(&["abandoned"]),
        Measure::Median(column) => percentile(column, 50.0),
        Measure::Percentile { column, percent } => percentile(column, *percent),
        Measure::Minimum(column) => sorted(column).first().map_or(Value::Null, |key| key.0.clone()),
        Measure::Maximum(column) => sorted(column).last().map_or(Value::Null, |key| key.0.clone()),
        other => panic!("{other:?}"),
    }
}
