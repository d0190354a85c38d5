//! Records that concern everybody, kept as they stand until it is known whether they are needed.
//!
//! Where automation changes Conditional Access, a log holds thousands of such changes, each with the whole
//! policy before and after. Whoever looks into a complaint needs those shortly before it, and the last one
//! of each policy; to decode all of them would take longer than everything else.

use chrono::{DateTime, Utc};

use super::decode::Decoder;
use super::detect::Layout;
use super::envelope::{Decoded, RecordForm};
use super::raw::{ACTIVITY, ID, RESULT, TARGETS, TIME};
use crate::error::Result;
use crate::model::{Activity, DateOrder, Event, parse_timestamp};
use crate::origin::Origin;

/// The changes that are put off: others are rare.
const ACTIVITIES: [Activity; 3] = [
    Activity::AddConditionalAccessPolicy,
    Activity::UpdateConditionalAccessPolicy,
    Activity::DeleteConditionalAccessPolicy,
];

/// A record that was not decoded yet.
#[derive(Debug)]
pub(crate) struct Deferred {
    /// When it happened.
    pub(crate) time: DateTime<Utc>,
    /// The id of what was changed.
    pub(crate) target: Box<[u8]>,
    pub(crate) origin: Origin,
    record: Box<[u8]>,
    form: RecordForm,
    date_order: Option<DateOrder>,
}

impl Deferred {
    /// Puts a record off, if it is a change of Conditional Access that was done, and its time and target
    /// can be told from its bytes. It must hold no escape that could spell a part of these.
    pub(super) fn of(decoder: &Decoder, record: &[u8], origin: Origin) -> Option<Self> {
        let (Layout::Lines(form) | Layout::Messages(form) | Layout::Json(form)) = decoder.layout
        else {
            return None;
        };
        let activity = ACTIVITY.value_in(record)?;
        let is_done = RESULT.value_in(record)?.eq_ignore_ascii_case(b"success");
        let is_one =
            |one: &Activity| one.spellings().iter().any(|text| text.as_bytes() == activity);
        if !ACTIVITIES.iter().any(is_one) || !is_done {
            return None;
        }
        let time = std::str::from_utf8(TIME.value_in(record)?).ok()?;
        let target = ID.value_behind(&TARGETS, record)?;
        Some(Self {
            time: parse_timestamp(time)?,
            target: target.into(),
            origin,
            record: record.into(),
            form,
            date_order: decoder.date_order,
        })
    }

    /// Whether it happened before another; what happened at the same time stands as in the inputs, in
    /// whatever order these are given.
    pub(crate) fn is_before(&self, other: &Self) -> bool {
        let order = |one: &Self| (one.time, one.origin.source.clone(), one.origin.record);
        order(self) <= order(other)
    }

    /// The event, now that it is needed; `None` where it is no audit record after all.
    pub(crate) fn decode(&self) -> Result<Option<Event>> {
        let at = |error: crate::error::Error| error.at(self.origin.clone());
        match self.form.decode(&self.record).map_err(at)? {
            Decoded::Audit(fields) => {
                fields.into_event(self.origin.clone(), self.date_order).map(Some).map_err(at)
            }
            _ => Ok(None),
        }
    }
}
