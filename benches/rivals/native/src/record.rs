//! The fields of a JSON record that the job needs; all others are skipped.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::tally::{Event, Tally};

/// A line of diagnostic settings.
#[derive(Debug, Deserialize)]
pub struct Line<'a> {
    #[serde(borrow)]
    pub properties: Record<'a>,
}

/// An audit record. The portal leaves out the type of the operation.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record<'a> {
    #[serde(borrow)]
    logged_by_service: Cow<'a, str>,
    #[serde(borrow)]
    activity_display_name: Cow<'a, str>,
    #[serde(borrow)]
    result: Cow<'a, str>,
    #[serde(borrow)]
    result_reason: Option<Cow<'a, str>>,
    #[serde(borrow)]
    operation_type: Option<Cow<'a, str>>,
    #[serde(borrow)]
    target_resources: Vec<Target<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Target<'a> {
    #[serde(borrow)]
    id: Option<Cow<'a, str>>,
    modified_properties: Option<IgnoredAny>,
}

impl Record<'_> {
    /// Counts the record if it is an event about security info that a person caused.
    pub fn count(&self, tally: &mut Tally) {
        if self.logged_by_service != "Authentication Methods" || self.is_maintenance() {
            return;
        }
        let target = self.target_resources.first();
        tally.add(Event {
            activity: &self.activity_display_name,
            result: &self.result,
            reason: self.reason(),
            user: target.and_then(|target| target.id.as_deref()).unwrap_or_default(),
        });
    }

    fn reason(&self) -> &str {
        self.result_reason.as_deref().unwrap_or_default()
    }

    /// Whether the service wrote it for itself, renewing a token.
    fn is_maintenance(&self) -> bool {
        let target = self.target_resources.first();
        self.operation_type.as_deref() == Some("ServiceApi")
            && self.reason().eq_ignore_ascii_case(&self.activity_display_name)
            && target.is_some_and(|target| target.modified_properties.is_none())
    }
}
