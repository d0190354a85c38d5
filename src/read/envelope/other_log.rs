//! Records that are no audit records, by the keys that give them away.

/// The name of the log that an object with these keys is a record of.
pub(in crate::read) fn name<S: AsRef<str>>(keys: &[S]) -> String {
    let has = |key: &str| keys.iter().any(|found| found.as_ref() == key);
    let begins = |start: &str| keys.iter().any(|found| found.as_ref().starts_with(start));
    let name = if has("Workload") && (has("CreationTime") || has("RecordType")) {
        "Microsoft 365 Unified Audit Log"
    } else if has("AuditData") {
        "Microsoft 365 Unified Audit Log (Search-UnifiedAuditLog)"
    } else if has("@timestamp") || begins("azure.") {
        "event re-shaped by Elastic"
    } else if has("ddsource")
        || has("ddtags")
        || (has("attributes") && has("service"))
        || (has("id") && has("content"))
    {
        "event re-shaped by Datadog"
    } else if has("createdDateTime") && (has("appDisplayName") || has("clientAppUsed")) {
        "sign-in log (Graph)"
    } else if has("CategoryValue") || has("OperationNameValue") {
        "Log Analytics table AzureActivity"
    } else if has("UserPrincipalName") && has("AppDisplayName") {
        "Log Analytics table SigninLogs"
    } else if has("_raw") || has("_time") || (has("result") && has("preview")) {
        "event wrapped by Splunk"
    } else {
        "JSON that is no audit record"
    };
    name.to_owned()
}
