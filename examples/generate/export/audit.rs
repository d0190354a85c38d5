//! The audit record itself: as Graph and the portal give it, in a diagnostic-settings envelope, and
//! its nested parts, which the other shapes share.

use super::json::{Json, Layout};
use super::record::{Initiator, Modified, Record, Target, timestamp};

/// The directory that the records are about.
pub const TENANT: &str = "00000000-0000-4000-8000-f00000000001";
/// The same, as Azure Monitor addresses it.
pub const RESOURCE: &str =
    "/tenants/00000000-0000-4000-8000-f00000000001/providers/Microsoft.aadiam";

/// What stands in front of a page of Graph.
pub const GRAPH_OPENING: &str = r#"{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#auditLogs/directoryAudits","value":["#;

/// Who is speaking: the same record has other keys in each of these.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    Graph,
    Portal,
    Diagnostic,
    Analytics,
}

pub fn result(record: &Record) -> &'static str {
    if record.succeeded { "success" } else { "failure" }
}

/// A `directoryAudit` of Graph or of the portal, which differ in a few keys and their order.
pub fn directory_audit(json: &mut Json<'_>, record: &Record, dialect: Dialect) {
    let graph = dialect == Dialect::Graph;
    json.open("{");
    json.field("id", &record.id);
    summary(json, record, if graph { "Z" } else { "+00:00" });
    if graph {
        json.field("operationType", record.operation);
    }
    json.key("initiatedBy");
    initiator(json, &record.initiator, dialect);
    if !graph {
        json.optional("userAgent", record.user_agent);
    }
    parties(json, record, dialect);
    json.close("}");
}

/// The keys that every `directoryAudit` has in this order.
fn summary(json: &mut Json<'_>, record: &Record, zone: &str) {
    json.field("category", record.category);
    json.field("correlationId", &record.correlation_id);
    json.field("result", result(record));
    json.field("resultReason", &record.reason);
    json.field("activityDisplayName", record.activity);
    json.field("activityDateTime", &timestamp(record.time, zone));
    json.field("loggedByService", record.service);
}

fn parties(json: &mut Json<'_>, record: &Record, dialect: Dialect) {
    json.key("targetResources");
    targets(json, &record.targets, dialect);
    json.key("additionalDetails");
    details(json, record);
}

/// A diagnostic-settings record: a spaced envelope around compact properties.
pub fn envelope(json: &mut Json<'_>, record: &Record) {
    let (name, ip) = actor(&record.initiator);
    json.layout = Layout::Spaced;
    json.open("{ ");
    json.field("time", &timestamp(record.time, "Z"));
    json.field("resourceId", RESOURCE);
    json.field("operationName", record.activity);
    json.field("operationVersion", "1.0");
    json.field("category", "AuditLogs");
    json.field("tenantId", TENANT);
    json.field("resultSignature", "None");
    if !record.reason.is_empty() {
        json.field("resultDescription", &record.reason);
    }
    json.number("durationMs", "0");
    if let Some(ip) = ip {
        json.field("callerIpAddress", ip);
    }
    json.field("correlationId", &record.correlation_id);
    if let Some(name) = name {
        json.field("identity", name);
    }
    json.number("Level", "4");
    json.key("properties");
    json.layout = Layout::Compact;
    properties(json, record, name.unwrap_or_default());
    json.close("}");
}

fn properties(json: &mut Json<'_>, record: &Record, identity: &str) {
    json.open("{");
    json.field("tenantId", TENANT);
    json.field("resultType", "");
    json.field("resultDescription", &record.reason);
    json.field("operationName", record.activity);
    json.field("identity", identity);
    json.field("tenantGeo", "EU");
    json.field("id", &record.id);
    summary(json, record, "+00:00");
    json.field("operationType", record.operation);
    json.optional("userAgent", record.user_agent);
    json.key("initiatedBy");
    initiator(json, &record.initiator, Dialect::Diagnostic);
    parties(json, record, Dialect::Diagnostic);
    json.close("}");
}

/// Name and address of whoever did it, as far as the log gives them.
pub fn actor(initiator: &Initiator) -> (Option<&str>, Option<&str>) {
    match initiator {
        Initiator::User { display_name, ip, .. } => (display_name.as_deref(), Some(ip)),
        Initiator::App { display_name, .. } => (Some(display_name), None),
    }
}

pub fn initiator(json: &mut Json<'_>, initiator: &Initiator, dialect: Dialect) {
    json.open("{");
    match initiator {
        Initiator::User { id, display_name, upn, ip } => {
            json.key("user");
            json.open("{");
            json.field("id", id);
            json.optional("displayName", display_name.as_deref());
            json.field("userPrincipalName", upn);
            json.field("ipAddress", ip);
            user_habits(json, dialect);
            json.close("}");
            if dialect == Dialect::Graph {
                json.optional("app", None);
            }
        }
        Initiator::App { id, display_name, principal_name } => {
            if dialect == Dialect::Graph {
                json.optional("user", None);
            }
            json.key("app");
            json.open("{");
            json.optional("appId", None);
            json.field("displayName", display_name);
            json.optional("servicePrincipalId", id.as_deref());
            json.optional("servicePrincipalName", principal_name.as_deref());
            if dialect == Dialect::Analytics {
                json.field("agentType", "notAgentic");
                json.optional("blueprintId", None);
            }
            json.close("}");
        }
    }
    json.close("}");
}

fn user_habits(json: &mut Json<'_>, dialect: Dialect) {
    match dialect {
        Dialect::Graph => {
            json.optional("userType", None);
            json.optional("homeTenantId", None);
            json.optional("homeTenantName", None);
        }
        Dialect::Portal => {
            json.optional("homeTenantId", None);
            json.optional("homeTenantName", None);
        }
        Dialect::Diagnostic => json.empty_list("roles"),
        Dialect::Analytics => {
            json.empty_list("roles");
            json.field("agentType", "notAgentic");
        }
    }
}

pub fn targets(json: &mut Json<'_>, targets: &[Target], dialect: Dialect) {
    let keeps_null = matches!(dialect, Dialect::Graph | Dialect::Portal);
    json.open("[");
    for target in targets {
        json.open("{");
        json.optional("id", target.id.as_deref());
        json.optional("displayName", target.display_name.as_deref());
        json.field("type", target.kind);
        if keeps_null || target.upn.is_some() {
            json.optional("userPrincipalName", target.upn.as_deref());
        }
        if keeps_null || target.group_type.is_some() {
            json.optional("groupType", target.group_type);
        }
        modified(json, target.modified.as_deref());
        if !keeps_null {
            json.empty_list("administrativeUnits");
        }
        if dialect == Dialect::Analytics {
            json.field("agentType", "notAgentic");
        }
        json.close("}");
    }
    json.close("]");
}

fn modified(json: &mut Json<'_>, modified: Option<&[Modified]>) {
    let Some(modified) = modified else {
        return json.optional("modifiedProperties", None);
    };
    json.key("modifiedProperties");
    json.open("[");
    for property in modified {
        json.open("{");
        json.field("displayName", &property.name);
        json.optional("oldValue", property.old.as_deref());
        json.optional("newValue", property.new.as_deref());
        json.close("}");
    }
    json.close("]");
}

pub fn details(json: &mut Json<'_>, record: &Record) {
    json.open("[");
    for (key, value) in &record.details {
        json.open("{");
        json.field("key", key);
        json.field("value", value);
        json.close("}");
    }
    json.close("]");
}
