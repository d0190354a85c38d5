//! The `AuditLogs` table of Log Analytics: its columns once, and every export of it from them.

use super::audit::{self, Dialect, RESOURCE, TENANT};
use super::json::Json;
use super::portal_csv::quote;
use super::record::{Record, SECOND, timestamp};

/// The workspace that holds the table, which is not the directory.
const WORKSPACE: &str = "00000000-0000-4000-8000-f00000000002";

/// What one column of the `AuditLogs` table holds for a record.
enum Cell<'a> {
    Text(&'a str),
    Number(&'a str),
    Time(u64),
    Dynamic(fn(&mut Json<'_>, &Record)),
}

/// A column: name, type, and where its value comes from.
type Column = (&'static str, &'static str, fn(&Record) -> Cell<'_>);

#[rustfmt::skip]
const COLUMNS: [Column; 30] = [
    ("TenantId", "string", |_| Cell::Text(WORKSPACE)),
    ("SourceSystem", "string", |_| Cell::Text("Azure AD")),
    ("TimeGenerated", "datetime", |record| Cell::Time(record.time)),
    ("ResourceId", "string", |_| Cell::Text(RESOURCE)),
    ("OperationName", "string", |record| Cell::Text(record.activity)),
    ("OperationVersion", "string", |_| Cell::Text("1.0")),
    ("Category", "string", |record| Cell::Text(record.category)),
    ("ResultType", "string", |_| Cell::Text("")),
    ("ResultSignature", "string", |_| Cell::Text("None")),
    ("ResultDescription", "string", |record| Cell::Text(&record.reason)),
    ("DurationMs", "long", |_| Cell::Number("0")),
    ("CorrelationId", "string", |record| Cell::Text(&record.correlation_id)),
    ("Resource", "string", |_| Cell::Text("Microsoft.aadiam")),
    ("ResourceGroup", "string", |_| Cell::Text("Microsoft.aadiam")),
    ("ResourceProvider", "string", |_| Cell::Text("")),
    ("Identity", "string", |record| Cell::Text(audit::actor(&record.initiator).0.unwrap_or_default())),
    ("Level", "string", |_| Cell::Text("4")),
    ("Location", "string", |_| Cell::Text("")),
    ("AdditionalDetails", "dynamic", |_| Cell::Dynamic(audit::details)),
    ("Id", "string", |record| Cell::Text(&record.id)),
    ("InitiatedBy", "dynamic", |_| Cell::Dynamic(|json, record| {
        audit::initiator(json, &record.initiator, Dialect::Analytics);
    })),
    ("LoggedByService", "string", |record| Cell::Text(record.service)),
    ("Result", "string", |record| Cell::Text(audit::result(record))),
    ("ResultReason", "string", |record| Cell::Text(&record.reason)),
    ("TargetResources", "dynamic", |_| Cell::Dynamic(|json, record| {
        audit::targets(json, &record.targets, Dialect::Analytics);
    })),
    ("AADTenantId", "string", |_| Cell::Text(TENANT)),
    ("ActivityDisplayName", "string", |record| Cell::Text(record.activity)),
    ("ActivityDateTime", "datetime", |record| Cell::Time(record.time)),
    ("AADOperationType", "string", |record| Cell::Text(record.operation)),
    ("Type", "string", |_| Cell::Text("AuditLogs")),
];

/// How an export of the table writes what is empty and what has structure.
#[derive(Clone, Copy)]
pub struct Habits {
    /// Leaves out what is empty.
    sparse: bool,
    /// Nests structured values, where others hold their text.
    nested: bool,
}

impl Habits {
    pub const PLAIN: Self = Self { sparse: false, nested: false };
    pub const SPARSE: Self = Self { sparse: true, nested: false };
    pub const NESTED: Self = Self { sparse: false, nested: true };
}

/// A row as an object, keys and all.
pub fn object(json: &mut Json<'_>, record: &Record, habits: Habits) {
    json.open("{");
    for (name, _, value) in &COLUMNS {
        match value(record) {
            Cell::Text("") | Cell::Number("0") if habits.sparse => {}
            Cell::Dynamic(write) if habits.nested => {
                json.key(name);
                write(json, record);
            }
            cell => {
                json.key(name);
                cell_value(json, &cell, record);
            }
        }
    }
    json.close("}");
}

/// A row as the query service gives it: values alone.
pub fn array(json: &mut Json<'_>, record: &Record) {
    json.open("[");
    for (_, _, value) in &COLUMNS {
        cell_value(json, &value(record), record);
    }
    json.close("]");
}

fn cell_value(json: &mut Json<'_>, cell: &Cell<'_>, record: &Record) {
    match *cell {
        Cell::Text(value) => json.string(value),
        Cell::Number(value) => json.literal(value),
        Cell::Time(time) => json.string(&timestamp(time, "Z")),
        Cell::Dynamic(write) => json.string(&as_text(write, record)),
    }
}

/// A structured value as the text of its JSON.
fn as_text(write: fn(&mut Json<'_>, &Record), record: &Record) -> String {
    let mut text = String::new();
    write(&mut Json::new(&mut text, record.disguise), record);
    text
}

/// What stands in front of the rows of the query service.
pub fn query_opening() -> String {
    let column = |(name, kind, _): Column| format!(r#"{{"name":"{name}","type":"{kind}"}}"#);
    let columns = COLUMNS.map(column).join(",");
    format!(r#"{{"tables":[{{"name":"PrimaryResult","columns":[{columns}],"rows":["#)
}

/// The names of the columns; those of times say where they are.
pub fn csv_header() -> String {
    let heading = |(name, kind, _): Column| match kind {
        "datetime" => format!("\"{name} [UTC]\""),
        _ => name.to_owned(),
    };
    COLUMNS.map(heading).join(",") + "\n"
}

/// A row, without the line end. The query page leaves single words bare and quotes all other text.
pub fn csv_row(text: &mut String, record: &Record) {
    for (index, (_, _, value)) in COLUMNS.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        match value(record) {
            Cell::Text(value) if value.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
                text.push_str(value);
            }
            Cell::Text(value) => quote(text, value),
            Cell::Number(value) => text.push_str(value),
            Cell::Time(time) => quote(text, &american(time)),
            Cell::Dynamic(write) => quote(text, &as_text(write, record)),
        }
    }
}

/// A time as the query page writes it in an American browser: `3/9/2026, 1:05:07.042 PM`.
fn american(time: u64) -> String {
    let (day, seconds) = (1 + time / (86_400 * SECOND), time / SECOND % 86_400);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let millisecond = time % SECOND / 10_000;
    let half = if hour < 12 { "AM" } else { "PM" };
    let hour = (hour + 11) % 12 + 1;
    format!("3/{day}/2026, {hour}:{minute:02}:{second:02}.{millisecond:03} {half}")
}
