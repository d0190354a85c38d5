//! The shapes in which audit records are exported.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind};

/// The shape of an export: who wrote it, and in which container.
///
/// Found by content; [`Reader::shape`](super::Reader::shape) overrides it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Shape {
    /// Microsoft Graph `directoryAudits`, v1.0 or beta: a page, an empty page, objects one after
    /// another or one a line.
    Graph,
    /// The portal's JSON download: an array, on one line or indented.
    PortalJson,
    /// The portal's CSV download: 86 columns, no event ids.
    PortalCsv,
    /// Diagnostic-settings records, one a line, of any generation since 2018: storage blobs
    /// (`PT1H.json`), and SIEM events that are one such record.
    Diagnostic,
    /// Diagnostic-settings records in `{"records": [..]}`, one message or one a line.
    EventHub,
    /// Rows of the Log Analytics table AuditLogs as CSV.
    LogAnalyticsCsv,
    /// Rows of AuditLogs as JSON, in an array or one a line (`PT05M.json` of a data export); dynamic
    /// columns as objects or as JSON text.
    LogAnalyticsJson,
    /// The answer of the Log Analytics query API: `{"tables": [{"columns": .., "rows": ..}]}`.
    LogAnalyticsQuery,
}

impl Shape {
    /// Every shape.
    pub const ALL: [Self; 8] = [
        Self::Graph,
        Self::PortalJson,
        Self::PortalCsv,
        Self::Diagnostic,
        Self::EventHub,
        Self::LogAnalyticsCsv,
        Self::LogAnalyticsJson,
        Self::LogAnalyticsQuery,
    ];

    /// The name, lower_snake.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Graph => "graph",
            Self::PortalJson => "portal_json",
            Self::PortalCsv => "portal_csv",
            Self::Diagnostic => "diagnostic",
            Self::EventHub => "event_hub",
            Self::LogAnalyticsCsv => "log_analytics_csv",
            Self::LogAnalyticsJson => "log_analytics_json",
            Self::LogAnalyticsQuery => "log_analytics_query",
        }
    }

    /// Whether the shape is CSV.
    pub const fn is_csv(self) -> bool {
        matches!(self, Self::PortalCsv | Self::LogAnalyticsCsv)
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl FromStr for Shape {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let name = text.replace('-', "_");
        Self::ALL.into_iter().find(|shape| shape.as_str() == name).ok_or_else(|| {
            let names = Self::ALL.map(Self::as_str).join(", ");
            Error::new(ErrorKind::UnsupportedFormat, format!("the shape `{text}`"))
                .expected(format!("one of {names}"))
        })
    }
}
