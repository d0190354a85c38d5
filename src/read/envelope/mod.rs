//! The wire: one file for each form that a record has, with its private structs.
//!
//! Each decodes a record into the same [`Fields`], from which [`Fields::into_event`] makes the event.
//! Keys that are not known are ignored, and those that are missing are `None`: an export never fails
//! for what it does not say, unless that is the time or the activity.

mod diagnostic;
mod directory_audit;
mod log_analytics;
mod other_log;
mod portal_csv;
mod rows;
mod wire;

use serde_json::value::RawValue;

use crate::error::{Error, ErrorKind, Result};
use crate::model::{
    Actor, DateOrder, Detail, Event, IpAddress, Reason, Target, parse_local, parse_timestamp,
    present,
};
use crate::origin::Origin;

pub(super) use self::log_analytics::{QueryColumns, RowLayout};
pub(super) use self::portal_csv::{HeaderMatch, PortalLayout};
pub(super) use self::rows::RowReader;

/// The form of a record in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RecordForm {
    /// A Graph directoryAudit.
    DirectoryAudit,
    /// A diagnostic-settings record around one.
    Diagnostic,
    /// A row of the Log Analytics table AuditLogs.
    LogAnalytics,
}

/// What a record turned out to be.
#[derive(Debug)]
pub(super) enum Decoded<'a> {
    /// An audit record.
    Audit(Box<Fields<'a>>),
    /// A record of another log, by the name of the log.
    OtherLog(String),
    /// No record: it contains records.
    Container,
}

/// The fields of an audit record, as its export writes them.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Fields<'a> {
    pub(super) time: Text<'a>,
    pub(super) activity: Text<'a>,
    pub(super) id: Text<'a>,
    pub(super) correlation_id: Text<'a>,
    pub(super) tenant_id: Text<'a>,
    pub(super) service: Text<'a>,
    pub(super) category: Text<'a>,
    pub(super) operation: Text<'a>,
    pub(super) result: Text<'a>,
    pub(super) reason: Text<'a>,
    /// The result description, which says what the reason does not, or the reason itself.
    pub(super) description: Text<'a>,
    pub(super) user_agent: Text<'a>,
    pub(super) actor: Actor,
    /// What kind of actor the export says it is, where that decides what its columns mean.
    pub(super) actor_type: Text<'a>,
    /// The address of the initiator.
    pub(super) actor_ip: Text<'a>,
    /// The address of the envelope.
    pub(super) caller_ip: Text<'a>,
    pub(super) targets: Vec<Target>,
    pub(super) details: Vec<Detail>,
    /// Whether some of them were taken out of a text that holds several, or depend on words in others.
    pub(super) are_unpacked: bool,
    /// Fields that were not of the documented form.
    pub(super) oddities: Vec<&'static str>,
}

pub(super) use self::wire::Text;

impl RecordForm {
    /// Decodes a record, in this form if it has it, else in the one that it has.
    pub(super) fn decode(self, bytes: &[u8]) -> Result<Decoded<'_>> {
        let text = std::str::from_utf8(bytes).map_err(|error| not_utf8(bytes, error))?;
        if text.starts_with('[') {
            return Ok(Decoded::Container);
        }
        let decoded = match self {
            Self::DirectoryAudit => directory_audit::decode(text)?,
            Self::Diagnostic => diagnostic::decode(text)?,
            Self::LogAnalytics => log_analytics::decode(text)?,
        };
        decoded.map_or_else(|| decode_other(text, self), Ok)
    }
}

/// Decodes a record that has not the form that was tried.
fn decode_other(text: &str, tried: RecordForm) -> Result<Decoded<'_>> {
    let keys = wire::keys(text)?;
    if is_container(text, &keys) {
        return Ok(Decoded::Container);
    }
    match form_of(&keys) {
        Some(form) if form != tried => form.decode(text.as_bytes()),
        _ => Ok(Decoded::OtherLog(other_log::name(&keys))),
    }
}

/// The form of a record, by its keys.
pub(super) fn form_of<S: AsRef<str>>(keys: &[S]) -> Option<RecordForm> {
    let has = |key: &str| keys.iter().any(|found| found.as_ref() == key);
    if has("properties") && (has("operationName") || has("time")) {
        Some(RecordForm::Diagnostic)
    } else if has("activityDisplayName") || has("activityDateTime") {
        Some(RecordForm::DirectoryAudit)
    } else if (has("ActivityDisplayName") || has("AADOperationType") || has("LoggedByService"))
        || (has("OperationName") && has("TimeGenerated") && has("InitiatedBy"))
    {
        Some(RecordForm::LogAnalytics)
    } else {
        None
    }
}

/// Whether an object contains records: it has a list under the key of one.
fn is_container<S: AsRef<str>>(text: &str, keys: &[S]) -> bool {
    #[derive(serde::Deserialize)]
    struct Container<'a> {
        #[serde(borrow)]
        records: Option<&'a RawValue>,
        #[serde(borrow)]
        value: Option<&'a RawValue>,
        #[serde(borrow)]
        tables: Option<&'a RawValue>,
    }
    let may_be = keys.iter().any(|key| matches!(key.as_ref(), "records" | "value" | "tables"));
    may_be
        && serde_json::from_str::<Container<'_>>(text).is_ok_and(|container| {
            let lists = [container.records, container.value, container.tables];
            lists.into_iter().flatten().any(|list| list.get().starts_with('['))
        })
}

impl Fields<'_> {
    /// The event, or why the record means nothing: it has no time, or no activity.
    pub(super) fn into_event(self, origin: Origin, date_order: Option<DateOrder>) -> Result<Event> {
        let Some(activity) = self.activity.present() else {
            return Err(Error::new(ErrorKind::MissingField, "a record without an activity")
                .expected("`activityDisplayName`, or the envelope's `operationName`")
                .help(EDITED));
        };
        let Some(time) = self.time.present() else {
            return Err(Error::new(ErrorKind::MissingField, "a record without a time")
                .expected("`activityDateTime`, or the envelope's `time`")
                .help(EDITED));
        };
        let time = match (parse_timestamp(time), date_order) {
            (Some(time), _) => time,
            (None, Some(order)) => {
                parse_local(time, order).ok_or_else(|| bad_time(time, Some(order)))?
            }
            (None, None) => return Err(bad_time(time, None)),
        };
        let mut event = Event::new(time, activity, origin);
        event.set_status(self.result.present().unwrap_or_default());
        let (reason, description) = reason_of(&self, event.activity.as_str());
        event.reason = reason;
        event.details = self.details;
        if let Some(description) = description {
            event.details.push(Detail {
                key: "resultDescription".to_owned(),
                value: Some(description.as_str().to_owned()),
            });
        }
        let of_details = |key: &str| {
            let detail = event.details.iter().find(|detail| detail.key.eq_ignore_ascii_case(key));
            detail.and_then(|detail| detail.value.clone())
        };
        event.user_agent = self.user_agent.to_present().or_else(|| of_details("User-Agent"));
        event.ip =
            self.actor_ip.to_present().or_else(|| self.caller_ip.to_present()).map(IpAddress::new);
        event.id = self.id.to_present();
        event.correlation_id = self.correlation_id.to_present();
        event.tenant_id = self.tenant_id.to_present();
        event.service = self.service.to_present();
        event.category = self.category.to_present();
        event.operation = self.operation.to_present();
        event.actor = self.actor;
        event.targets = self.targets;
        Ok(event)
    }
}

/// The reason, and a description that says something else.
///
/// The reason is the result reason. Where that is blank, or only repeats the activity while the
/// description says more, the description is; public queries on the Log Analytics table read it first.
fn reason_of(fields: &Fields<'_>, activity: &str) -> (Option<Reason>, Option<Reason>) {
    let reason = fields.reason.present().and_then(Reason::from_wire);
    let description = fields.description.present().and_then(Reason::from_wire);
    let repeats = |reason: &Reason| {
        reason.as_str().trim().trim_end_matches('.').eq_ignore_ascii_case(activity)
    };
    match (reason, description) {
        (Some(reason), Some(description)) if reason == description => (Some(reason), None),
        (Some(reason), Some(description)) if repeats(&reason) && !repeats(&description) => {
            (Some(description), Some(reason))
        }
        (Some(reason), description) => (Some(reason), description),
        (None, description) => (description, None),
    }
}

/// What to do about a record that lacks what every record has.
const EDITED: &str =
    "the record may have been edited or re-shaped on its way; look it up at its source";

fn bad_time(text: &str, order: Option<DateOrder>) -> Error {
    let looks_local = crate::model::possible_orders(text).is_some();
    let expected = match order {
        Some(DateOrder::DayFirst) => "an ISO 8601 time, or a date with the day first",
        Some(DateOrder::MonthFirst) => "an ISO 8601 time, or a date with the month first",
        None => "an ISO 8601 time",
    };
    let error = Error::quoting(
        if looks_local { ErrorKind::DateOrder } else { ErrorKind::Time },
        format!("the time `{text}`"),
    )
    .expected(expected);
    if looks_local {
        error.help("say which number is the day with the date order (`--date-order`)")
    } else {
        error
    }
}

fn not_utf8(bytes: &[u8], error: std::str::Utf8Error) -> Error {
    let place = error.valid_up_to();
    let found = bytes.get(place).copied().unwrap_or_default();
    Error::new(
        ErrorKind::Encoding,
        format!("the byte {found:#04x} at byte {place} of the record, which is not UTF-8"),
    )
    .expected("UTF-8, or UTF-16 with a byte-order mark")
    .help("export the record again; the rest of the file is read")
}

pub(super) fn bad_json(error: &serde_json::Error) -> Error {
    Error::quoting(ErrorKind::Json, format!("JSON that cannot be read ({error} of the record)"))
        .expected("one JSON object")
        .help("the record may have been cut or edited; reading goes on with the next")
}

/// What a blank or missing text comes to.
fn to_present(text: Option<&str>) -> Option<String> {
    text.and_then(present).map(str::to_owned)
}
