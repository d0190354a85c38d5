//! A Graph directoryAudit: Graph itself, the portal's JSON, and `properties` of a diagnostic record.
//!
//! Microsoft Graph, *directoryAudit*, v1.0 and beta.

use serde::Deserialize;

use super::wire::{Dynamic, InitiatedBy, Text, into_details, into_targets};
use super::{Decoded, Fields, bad_json};
use crate::error::Result;

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct DirectoryAudit<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    activity_date_time: Text<'a>,
    #[serde(borrow)]
    activity_display_name: Text<'a>,
    #[serde(borrow)]
    correlation_id: Text<'a>,
    #[serde(borrow)]
    category: Text<'a>,
    #[serde(borrow)]
    logged_by_service: Text<'a>,
    #[serde(borrow)]
    operation_type: Text<'a>,
    #[serde(borrow)]
    result: Text<'a>,
    #[serde(borrow)]
    result_reason: Text<'a>,
    #[serde(borrow)]
    result_description: Text<'a>,
    /// Beta.
    #[serde(borrow)]
    user_agent: Text<'a>,
    #[serde(borrow)]
    initiated_by: Dynamic<'a>,
    #[serde(borrow)]
    target_resources: Dynamic<'a>,
    /// Some exports write one target under a singular key.
    #[serde(borrow)]
    target_resource: Dynamic<'a>,
    #[serde(borrow)]
    additional_details: Dynamic<'a>,
}

/// Decodes a record; `None` where it is none of this form.
pub(super) fn decode(text: &str) -> Result<Option<Decoded<'_>>> {
    let audit: DirectoryAudit<'_> = serde_json::from_str(text).map_err(|error| bad_json(&error))?;
    let is_audit = audit.activity_date_time.0.is_some()
        || audit.activity_display_name.0.is_some()
        || (audit.logged_by_service.0.is_some() && audit.target_resources.is_given());
    Ok(is_audit.then(|| Decoded::Audit(Box::new(audit.into_fields()))))
}

/// Decodes the properties of a diagnostic record, which may say less.
pub(super) fn decode_properties(text: &str) -> Result<Fields<'_>> {
    let audit: DirectoryAudit<'_> = serde_json::from_str(text).map_err(|error| bad_json(&error))?;
    Ok(audit.into_fields())
}

impl<'a> DirectoryAudit<'a> {
    fn into_fields(self) -> Fields<'a> {
        let mut oddities = Vec::new();
        let initiated_by: Option<InitiatedBy> =
            self.initiated_by.read("initiatedBy", &mut oddities);
        let (actor, actor_ip) = initiated_by.unwrap_or_default().into_actor();
        let targets = self
            .target_resources
            .read_list("targetResources", &mut oddities)
            .or_else(|| self.target_resource.read_list("targetResource", &mut oddities));
        let details = self.additional_details.read_list("additionalDetails", &mut oddities);
        Fields {
            time: self.activity_date_time,
            activity: self.activity_display_name,
            id: self.id,
            correlation_id: self.correlation_id,
            service: self.logged_by_service,
            category: self.category,
            operation: self.operation_type,
            result: self.result,
            reason: self.result_reason,
            description: self.result_description,
            user_agent: self.user_agent,
            actor,
            actor_ip,
            targets: targets.map(into_targets).unwrap_or_default(),
            details: details.map(into_details).unwrap_or_default(),
            oddities,
            ..Fields::default()
        }
    }
}
