//! A diagnostic-settings record, of all three generations.
//!
//! Since 2018 the record wraps a Graph directoryAudit in `properties` (Microsoft, *Azure Monitor audit
//! log schema*; real records for 2022 and later). The first schema of 2018 has flat properties instead,
//! and packs the target into one text with `__` between its parts.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::wire::{Dynamic, Text, into_changes};
use super::{Decoded, Fields, bad_json, directory_audit};
use crate::error::Result;
use crate::model::{Target, User};

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct DiagnosticRecord<'a> {
    #[serde(borrow)]
    time: Text<'a>,
    #[serde(borrow)]
    resource_id: Text<'a>,
    #[serde(borrow)]
    operation_name: Text<'a>,
    #[serde(borrow)]
    category: Text<'a>,
    #[serde(borrow)]
    tenant_id: Text<'a>,
    #[serde(borrow)]
    result_type: Text<'a>,
    #[serde(borrow)]
    result_description: Text<'a>,
    #[serde(borrow)]
    caller_ip_address: Text<'a>,
    #[serde(borrow)]
    correlation_id: Text<'a>,
    #[serde(borrow)]
    identity: Text<'a>,
    #[serde(borrow)]
    properties: Option<&'a RawValue>,
}

/// `properties` of the first schema, and the keys by which those of an Intune record are known.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct FlatProperties<'a> {
    #[serde(borrow)]
    identity_type: Text<'a>,
    #[serde(borrow)]
    operation_type: Text<'a>,
    #[serde(borrow)]
    target_updated_properties: Dynamic<'a>,
    #[serde(borrow)]
    target_resource_type: Text<'a>,
    #[serde(borrow)]
    target_resource_name: Text<'a>,
    #[serde(borrow)]
    audit_event_category: Text<'a>,
    #[serde(rename = "ActivityDate", borrow)]
    intune_date: Text<'a>,
    #[serde(rename = "AuditEventId", borrow)]
    intune_id: Text<'a>,
}

/// Decodes a record; `None` where it is none of this form.
pub(super) fn decode(text: &str) -> Result<Option<Decoded<'_>>> {
    let record: DiagnosticRecord<'_> =
        serde_json::from_str(text).map_err(|error| bad_json(&error))?;
    if !record.is_diagnostic() {
        return Ok(None);
    }
    match record.category.present() {
        None | Some("AuditLogs" | "Audit") => {}
        Some(other) => return Ok(Some(Decoded::OtherLog(other.to_owned()))),
    }
    let Some(properties) = record.properties else {
        // The envelope alone still says what happened, and when.
        return Ok(Some(Decoded::Audit(Box::new(record.around(Fields::default())))));
    };
    let flat: FlatProperties<'_> =
        serde_json::from_str(properties.get()).map_err(|error| bad_json(&error))?;
    if flat.intune_date.0.is_some() || flat.intune_id.0.is_some() {
        return Ok(Some(Decoded::OtherLog("Intune audit log".to_owned())));
    }
    let inner = if flat.audit_event_category.0.is_some() || flat.target_resource_name.0.is_some() {
        record.flat_fields(flat)
    } else {
        directory_audit::decode_properties(properties.get())?
    };
    Ok(Some(Decoded::Audit(Box::new(record.around(inner)))))
}

impl<'a> DiagnosticRecord<'a> {
    fn is_diagnostic(&self) -> bool {
        let is_envelope = self.operation_name.0.is_some() || self.time.0.is_some();
        is_envelope && (self.properties.is_some() || self.category.0.is_some())
    }

    /// What the envelope says where the properties do not.
    fn around(self, inner: Fields<'a>) -> Fields<'a> {
        let tenant = self.resource_id.0.as_deref().and_then(tenant_of);
        Fields {
            time: inner.time.or(self.time),
            activity: inner.activity.or(self.operation_name),
            correlation_id: inner.correlation_id.or(self.correlation_id),
            tenant_id: self.tenant_id.or(Text(tenant.map(Into::into))),
            result: inner.result.or(self.result_type),
            description: inner.description.or(self.result_description),
            caller_ip: self.caller_ip_address,
            ..inner
        }
    }

    /// The properties of the first schema.
    fn flat_fields(&self, flat: FlatProperties<'a>) -> Fields<'a> {
        let mut oddities = Vec::new();
        let changes =
            flat.target_updated_properties.read_list("targetUpdatedProperties", &mut oddities);
        let mut target = unpack_target(
            flat.target_resource_type.present().unwrap_or_default(),
            flat.target_resource_name.present().unwrap_or_default(),
        );
        target.changes = changes.map(into_changes);
        let mut fields = Fields {
            category: flat.audit_event_category,
            operation: flat.operation_type,
            targets: vec![target],
            are_unpacked: true,
            oddities,
            ..Fields::default()
        };
        let names_user =
            flat.identity_type.present().is_some_and(|kind| kind.eq_ignore_ascii_case("UPN"));
        if let Some(name) = self.identity.present().filter(|name| names_user && *name != "NA") {
            fields.actor.user =
                Some(User { user_principal_name: Some(name.to_owned()), ..User::default() });
        }
        fields
    }
}

/// The tenant in `/tenants/{id}/providers/..`.
fn tenant_of(resource_id: &str) -> Option<String> {
    let mut parts = resource_id.split('/').skip_while(|part| !part.eq_ignore_ascii_case("tenants"));
    parts.nth(1).filter(|id| !id.is_empty()).map(str::to_owned)
}

/// The target of the first schema: `UPN__TenantContextID__..` names the parts of the other text.
fn unpack_target(names: &str, values: &str) -> Target {
    let mut target = Target::default();
    for (name, value) in names.split("__").zip(values.split("__")) {
        let value = Some(value.to_owned()).filter(|value| !value.is_empty());
        match name {
            "UPN" => target.user_principal_name = value,
            "ObjectID" => target.id = value,
            "ObjectClass" => target.kind = value,
            "DisplayName" => target.display_name = value,
            _ => {}
        }
    }
    target
}
