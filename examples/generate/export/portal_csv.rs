//! The portal's CSV download: a fixed number of columns, whatever the record holds.

use super::audit;
use super::record::{Initiator, Modified, Record, Target, timestamp};

const FIXED_COLUMNS: [&str; 17] = [
    "Date (UTC)",
    "CorrelationId",
    "Service",
    "Category",
    "Activity",
    "Result",
    "ResultReason",
    "User Agent",
    "ActorType",
    "ActorDisplayName",
    "ActorObjectId",
    "ActorUserPrincipalName",
    "IPAddress",
    "ActorHomeTenantId",
    "ActorHomeTenantName",
    "ActorServicePrincipalId",
    "ActorServicePrincipalName",
];

/// The portal has room for so many, and drops the rest.
const TARGETS: usize = 3;
const PROPERTIES: usize = 5;
const DETAILS: usize = 6;

/// The byte-order mark and the names of all 86 columns.
pub fn header() -> String {
    let mut names = FIXED_COLUMNS.map(str::to_owned).to_vec();
    for target in 1..=TARGETS {
        for part in ["Type", "DisplayName", "ObjectId", "UserPrincipalName"] {
            names.push(format!("Target{target}{part}"));
        }
        for property in 1..=PROPERTIES {
            for part in ["Name", "OldValue", "NewValue"] {
                names.push(format!("Target{target}ModifiedProperty{property}{part}"));
            }
        }
    }
    for detail in 1..=DETAILS {
        names.extend(["Key", "Value"].map(|part| format!("AdditionalDetail{detail}{part}")));
    }
    format!("\u{feff}\"{}\"\r\n", names.join("\",\""))
}

/// One record, without the line end.
pub fn row(text: &mut String, record: &Record) {
    let date = timestamp(record.time, "+00:00");
    let fixed = [
        &date,
        &record.correlation_id,
        record.service,
        record.category,
        record.activity,
        audit::result(record),
        &record.reason,
        record.user_agent.unwrap_or_default(),
    ];
    let cells = fixed.into_iter().chain(actor(&record.initiator));
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            text.push(',');
        }
        quote(text, cell);
    }
    for index in 0..TARGETS {
        target(text, record.targets.get(index));
    }
    for detail in 0..DETAILS {
        let (key, value) = record.details.get(detail).map_or(("", ""), |(key, value)| (key, value));
        next_cell(text, key);
        next_cell(text, value);
    }
}

/// From `ActorType` to `ActorServicePrincipalName`.
fn actor(initiator: &Initiator) -> [&str; 9] {
    match initiator {
        Initiator::User { id, display_name, upn, ip } => {
            ["User", display_name.as_deref().unwrap_or_default(), id, upn, ip, "", "", "", ""]
        }
        Initiator::App { id, display_name, principal_name } => [
            "Application",
            display_name,
            "",
            "",
            "",
            "",
            "",
            id.as_deref().unwrap_or_default(),
            principal_name.as_deref().unwrap_or_default(),
        ],
    }
}

fn target(text: &mut String, target: Option<&Target>) {
    let part = |part: fn(&Target) -> Option<&str>| target.and_then(part).unwrap_or_default();
    next_cell(text, part(|target| Some(target.kind)));
    next_cell(text, part(|target| target.display_name.as_deref()));
    next_cell(text, part(|target| target.id.as_deref()));
    next_cell(text, part(|target| target.upn.as_deref()));
    let modified = target.and_then(|target| target.modified.as_deref());
    for index in 0..PROPERTIES {
        property(text, modified.and_then(|modified| modified.get(index)));
    }
}

fn property(text: &mut String, property: Option<&Modified>) {
    let part = |part: fn(&Modified) -> Option<&str>| property.and_then(part).unwrap_or_default();
    next_cell(text, part(|property| Some(&property.name)));
    next_cell(text, part(|property| property.old.as_deref()));
    next_cell(text, part(|property| property.new.as_deref()));
}

fn next_cell(text: &mut String, value: &str) {
    text.push(',');
    quote(text, value);
}

/// A CSV cell in quotes, with those inside doubled.
pub fn quote(text: &mut String, value: &str) {
    text.push('"');
    for (index, part) in value.split('"').enumerate() {
        if index > 0 {
            text.push_str("\"\"");
        }
        text.push_str(part);
    }
    text.push('"');
}
