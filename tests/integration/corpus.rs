//! Real records that others published, where a folder of them is at hand.
//!
//! `REGAUDIT_CORPUS` names the folder. Nothing of its content stands here but file names, counts and
//! rules, which were worked out by reading the files.

use std::path::{Path, PathBuf};

use regaudit::ErrorKind::{self, MissingField, UnsupportedFormat, WrongLog};
use regaudit::{Reader, Shape};

use crate::support::{collect, files_below};

/// What stands in a file.
enum Content {
    /// An export: its shape, how many records it holds, and the rules that decide on its events.
    Export(Shape, u64, &'static [&'static str]),
    /// An export in which one record is at fault.
    Faulty(Shape, u64, ErrorKind),
    /// No export, or one of another log: how many records were met before that was known, and the
    /// error.
    Refused(u64, ErrorKind),
}

use Content::{Export, Faulty, Refused};

const FILES: [(&str, Content); 36] = [
    ("PROVENANCE.md", Refused(0, UnsupportedFormat)),
    ("azure-monitor/elastic-beats-records-envelope.json", Export(Shape::EventHub, 1, &[])),
    ("azure-monitor/elastic-integrations-audit-logs-sample.log", Export(Shape::Diagnostic, 2, &[])),
    ("azure-monitor/elastic-integrations-raw.log", Export(Shape::Diagnostic, 2, &[])),
    (
        "azure-monitor/elastic-integrations-result-description.log",
        Export(Shape::Diagnostic, 1, &["policy.tenant_wide"]),
    ),
    (
        "azure-monitor/msdocs-2018-old-schema-change-password.json",
        Export(Shape::EventHub, 1, &["password.changed"]),
    ),
    ("azure-monitor/sekoia-azure-ad-auditlogs.jsonl", Export(Shape::Diagnostic, 6, &[])),
    // Begins inside a record.
    ("azure-monitor/sigma-pr4976-user-registered-sms.partial.txt", Refused(0, UnsupportedFormat)),
    ("azure-monitor/wazuh-storage-records-envelope.json", Export(Shape::EventHub, 2, &[])),
    ("graph/entra-powershell-authmethods-table.txt", Refused(0, UnsupportedFormat)),
    (
        "graph/msdocs-beta-update-user-strongauth.json",
        Export(Shape::Graph, 1, &["twin.methods_changed"]),
    ),
    ("graph/msdocs-v1-list-directoryaudits.json", Export(Shape::Graph, 1, &[])),
    ("graph/sekoia-entraid-graphapi-directory-audits.jsonl", Export(Shape::Graph, 39, &[])),
    // The time of the second record stands under the key of another log.
    ("graph/wazuh-graph-directoryaudits-page.json", Faulty(Shape::Graph, 2, MissingField)),
    (
        "log-analytics/bec-telemetry-auditlogs.csv",
        Export(Shape::LogAnalyticsCsv, 4, &["twin.bookkeeping"]),
    ),
    ("log-analytics/otrf-goldensaml-auditlogs.jsonl", Export(Shape::LogAnalyticsJson, 2, &[])),
    ("log-analytics/wazuh-query-api-tables-azureactivity.json", Refused(2, WrongLog)),
    ("m365-ual/invictus-ual-azuread-subset.csv", Refused(0, WrongLog)),
    ("m365-ual/splunk-o365-add_member_to_role.json", Refused(1, WrongLog)),
    ("m365-ual/splunk-o365-add_service_principal.json", Refused(1, WrongLog)),
    ("m365-ual/splunk-o365-change_user_license.json", Refused(1, WrongLog)),
    ("m365-ual/splunk-o365-consent_to_application.json", Refused(1, WrongLog)),
    ("m365-ual/splunk-o365-update_authorization_policy.json", Refused(1, WrongLog)),
    ("m365-ual/splunk-o365-update_user.json", Refused(1, WrongLog)),
    ("portal-csv/header-only-2024-en.csv", Export(Shape::PortalCsv, 0, &[])),
    // One element of an array, which nothing tells from an object of Graph's.
    (
        "portal-json/securathesis-add-service-principal.trailing-comma.txt",
        Export(Shape::Graph, 1, &[]),
    ),
    (
        "siem/datadog-sample-add-owner-authenticator-description.json",
        Export(Shape::Diagnostic, 1, &[]),
    ),
    (
        "siem/splunk-azure-monitor-aad-add_member_to_role.json",
        Export(Shape::Diagnostic, 1, &["role.given"]),
    ),
    (
        "siem/splunk-azure-monitor-aad-add_owner_to_application.json",
        Export(Shape::Diagnostic, 1, &[]),
    ),
    ("siem/splunk-azure-monitor-aad-add_service_principal.json", Export(Shape::Diagnostic, 1, &[])),
    (
        "siem/splunk-azure-monitor-aad-consent_to_application.json",
        Export(Shape::Diagnostic, 1, &[]),
    ),
    (
        "siem/splunk-azure-monitor-aad-disable_strong_authentication.json",
        Export(Shape::Diagnostic, 1, &["policy.strong_authentication_switched"]),
    ),
    ("siem/splunk-azure-monitor-aad-invite_external_user.json", Export(Shape::Diagnostic, 1, &[])),
    ("siem/splunk-azure-monitor-aad-update_user.json", Export(Shape::Diagnostic, 1, &[])),
    (
        "siem/splunk-azure-monitor-aad-user_registered_security_info.json",
        Export(Shape::Diagnostic, 1, &["registration.registered"]),
    ),
    // A line of a log with a record behind other text.
    ("siem/wazuh-archive-loganalytics-line.partial.txt", Refused(0, UnsupportedFormat)),
];

/// The folder, if there is one.
#[expect(clippy::print_stdout, reason = "who runs the tests should know what was left out")]
fn corpus() -> Option<PathBuf> {
    let folder = std::env::var_os("REGAUDIT_CORPUS").map(PathBuf::from);
    if folder.is_none() {
        println!("skipped: REGAUDIT_CORPUS names no folder of published records");
    }
    folder
}

fn name<'path>(folder: &Path, path: &'path Path) -> &'path str {
    path.strip_prefix(folder).unwrap().to_str().unwrap()
}

#[test]
fn published_records_are_read_as_a_person_reads_them() {
    let Some(folder) = corpus() else { return };
    for path in files_below(&folder) {
        let name = name(&folder, &path);
        let content = FILES.iter().find(|(file, _)| *file == name);
        let (_, content) = content.unwrap_or_else(|| panic!("{name} is not in the table"));
        let read = collect(Reader::new().verify(true).paths([&path]));
        let file = read.file();
        let rejections: Vec<_> = file.rejections.iter().map(regaudit::Error::kind).collect();
        let refused = file.error.as_ref().map(regaudit::Error::kind);
        match *content {
            Export(shape, records, rules) => {
                assert_eq!((refused, rejections), (None, vec![]), "{name}: {:?}", read.errors);
                assert_eq!((file.shape, file.tally.read), (Some(shape), records), "{name}");
                assert_eq!(read.rules(), rules, "{name}");
            }
            Faulty(shape, records, kind) => {
                assert_eq!((refused, rejections), (None, vec![kind]), "{name}: {:?}", read.errors);
                assert_eq!((file.shape, file.tally.read), (Some(shape), records), "{name}");
                assert_eq!(read.events.len(), 0, "{name}");
            }
            Refused(records, kind) => {
                assert_eq!(
                    (refused, rejections),
                    (Some(kind), vec![]),
                    "{name}: {:?}",
                    read.errors
                );
                assert_eq!((file.tally.read, read.events.len()), (records, 0), "{name}");
            }
        }
    }
}

#[test]
fn every_published_file_that_is_expected_is_there() {
    let Some(folder) = corpus() else { return };
    let missing: Vec<_> =
        FILES.iter().map(|(file, _)| file).filter(|file| !folder.join(file).is_file()).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn skipping_what_does_not_matter_finds_the_same_events() {
    let Some(folder) = corpus() else { return };
    for path in files_below(&folder) {
        let verified = collect(Reader::new().verify(true).paths([&path]));
        let read = collect(regaudit::read([&path]));
        assert_eq!(read.events, verified.events, "{}", name(&folder, &path));
        assert_eq!(read.file().tally.read, verified.file().tally.read);
    }
}
