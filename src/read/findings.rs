//! What was met in an input beside the events that were asked for.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::catalogue::Classification;
use crate::model::{Event, Method, Reason};

/// What was met in the records that were decoded, wanted or not.
///
/// With [`Reader::verify`](super::Reader::verify) that is every record; without, those that could be
/// of interest, and, where none of an input is an audit record, others up to the first that is.
///
/// Where [users](crate::Filter::users) are asked for, records that name none of them are passed over. So that
/// it is known nevertheless which time and which services a log covers, some of these are decoded: the last
/// one of each input, and those at fixed distances in its text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Findings {
    /// Audit records decoded, of any service.
    pub audit_records: u64,
    /// Events among them: records the catalogue has a rule for, before any filter.
    pub events: u64,
    /// The first time met, UTC.
    #[serde(serialize_with = "crate::model::serialize_optional_timestamp")]
    pub first: Option<DateTime<Utc>>,
    /// The last time met, UTC.
    #[serde(serialize_with = "crate::model::serialize_optional_timestamp")]
    pub last: Option<DateTime<Utc>>,
    /// Audit records by service; the empty text where the export has none.
    pub services: BTreeMap<String, u64>,
    /// Audit records by day, UTC.
    pub days: BTreeMap<NaiveDate, u64>,
    /// Records of other logs, by the name of the log.
    pub other_logs: BTreeMap<String, u64>,
    /// Events that speak of security info and that no rule has a name for, by activity.
    pub unknown_activities: BTreeMap<String, u64>,
    /// Methods with no name in the model, as the log wrote them.
    pub unknown_methods: BTreeMap<String, u64>,
    /// Reasons that neither begin as the log's sentences do nor name a method, numbers taken out.
    pub unknown_reasons: BTreeMap<String, u64>,
    /// Fields that were not of the documented form and were passed over, by name.
    pub oddities: BTreeMap<String, u64>,
}

impl Findings {
    pub(super) fn add_record(&mut self, event: &Event) {
        self.add_audit_record(event.time, event.service.as_deref().unwrap_or_default());
    }

    /// Adds a change of Conditional Access that was not decoded.
    pub(super) fn add_deferred(&mut self, time: DateTime<Utc>) {
        self.add_audit_record(time, "Conditional Access");
        self.events += 1;
    }

    pub(super) fn add_audit_record(&mut self, time: DateTime<Utc>, service: &str) {
        self.add_audit_records(1, [time, time], service);
    }

    /// Adds records of one service and one day.
    fn add_audit_records(&mut self, records: u64, span: [DateTime<Utc>; 2], service: &str) {
        let [first, last] = span;
        self.audit_records += records;
        self.first = Some(self.first.map_or(first, |known| known.min(first)));
        self.last = Some(self.last.map_or(last, |known| known.max(last)));
        count(&mut self.services, service, records);
        *self.days.entry(first.date_naive()).or_default() += records;
    }

    pub(super) fn add_event(&mut self, event: &Event, classification: &Classification) {
        self.events += 1;
        if classification.is_unknown() {
            count(&mut self.unknown_activities, event.activity.as_str(), 1);
        }
        for method in &classification.methods {
            if let Method::Other(text) = method {
                count(&mut self.unknown_methods, text.as_str(), 1);
            }
        }
        if let Some(reason) = unknown_reason(event, classification) {
            count(&mut self.unknown_reasons, &reason, 1);
        }
    }

    /// Stretches of days without a record, between the first and the last day.
    pub fn gaps(&self) -> impl Iterator<Item = (NaiveDate, NaiveDate)> {
        let days = self.days.keys().zip(self.days.keys().skip(1));
        days.filter_map(|(day, next)| {
            let (from, to) = (day.succ_opt()?, next.pred_opt()?);
            (from <= to).then_some((from, to))
        })
    }

    pub(super) fn add_other_log(&mut self, name: &str) {
        count(&mut self.other_logs, name, 1);
    }

    pub(super) fn add_oddity(&mut self, name: &str) {
        count(&mut self.oddities, name, 1);
    }

    /// Adds what was found elsewhere.
    pub fn merge(&mut self, other: Self) {
        self.audit_records += other.audit_records;
        self.events += other.events;
        self.first = [self.first, other.first].into_iter().flatten().min();
        self.last = [self.last, other.last].into_iter().flatten().max();
        merge_counts(&mut self.services, other.services);
        merge_counts(&mut self.days, other.days);
        merge_counts(&mut self.other_logs, other.other_logs);
        merge_counts(&mut self.unknown_activities, other.unknown_activities);
        merge_counts(&mut self.unknown_methods, other.unknown_methods);
        merge_counts(&mut self.unknown_reasons, other.unknown_reasons);
        merge_counts(&mut self.oddities, other.oddities);
    }
}

/// What is found in every event of a kind, if no method in it is unknown.
#[derive(Debug)]
pub(super) struct Mentions {
    service: Box<str>,
    unknown_reason: Option<String>,
}

impl Mentions {
    pub(super) fn of(event: &Event, classification: &Classification) -> Self {
        Self {
            service: event.service.as_deref().unwrap_or_default().into(),
            unknown_reason: unknown_reason(event, classification),
        }
    }
}

/// Events of kinds that were met before, counted together as long as their service and day stay the
/// same, as they do for most of a log.
#[derive(Debug, Default)]
pub(super) struct Streak {
    of: Option<(Arc<Mentions>, NaiveDate)>,
    span: [DateTime<Utc>; 2],
    events: u64,
}

impl Streak {
    /// Adds an event; a streak that it ends goes to the findings.
    pub(super) fn add(
        &mut self,
        time: DateTime<Utc>,
        mentions: &Arc<Mentions>,
        findings: &mut Findings,
    ) {
        let day = time.date_naive();
        let goes_on = self.of.as_ref().is_some_and(|(known, known_day)| {
            *known_day == day && (Arc::ptr_eq(known, mentions) || known.service == mentions.service)
        });
        if !goes_on {
            self.end(findings);
            self.of = Some((Arc::clone(mentions), day));
            self.span = [time, time];
        }
        self.events += 1;
        self.span = [self.span[0].min(time), self.span[1].max(time)];
        if let Some(reason) = &mentions.unknown_reason {
            count(&mut findings.unknown_reasons, reason, 1);
        }
    }

    /// Ends the streak.
    pub(super) fn end(&mut self, findings: &mut Findings) {
        if let Some((mentions, _)) = self.of.take() {
            findings.add_audit_records(self.events, self.span, &mentions.service);
            findings.events += std::mem::take(&mut self.events);
        }
    }
}

/// The reason, numbers taken out, if it neither begins as the log's sentences do nor names a method.
fn unknown_reason(event: &Event, classification: &Classification) -> Option<String> {
    let is_unknown = |reason: &&Reason| reason.verb().is_none();
    let reason = event.reason.as_ref().filter(is_unknown)?;
    classification.methods.is_empty().then(|| reason.without_numbers())
}

/// Counts so many more of a name, without a copy of the name where it is known.
fn count(counts: &mut BTreeMap<String, u64>, name: &str, more: u64) {
    match counts.get_mut(name) {
        Some(number) => *number += more,
        None => {
            counts.insert(name.to_owned(), more);
        }
    }
}

fn merge_counts<K: Ord>(counts: &mut BTreeMap<K, u64>, other: BTreeMap<K, u64>) {
    for (name, number) in other {
        *counts.entry(name).or_default() += number;
    }
}
