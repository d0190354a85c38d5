//! The shapes, and the frame that each puts around its records.

use std::fmt;
use std::str::FromStr;

use super::audit::{self, Dialect};
use super::json::{Json, Layout};
use super::portal_csv;
use super::record::Record;
use super::table::{self, Habits};

/// The forms in which audit records leave Entra.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// One page of Microsoft Graph's `directoryAudits`.
    Graph,
    /// The portal's JSON download, on one line.
    PortalJson,
    /// The same, indented.
    PortalJsonPretty,
    /// The portal's CSV download, which has neither ids nor operation types.
    PortalCsv,
    /// Diagnostic settings to storage: JSON lines.
    Diagnostic,
    /// One Event Hub message with every record.
    EventHub,
    /// Event Hub messages of ten records, one a line.
    EventHubLines,
    /// Log Analytics, exported from the query page.
    LogAnalyticsCsv,
    /// Log Analytics rows as one array of objects.
    LogAnalyticsJson,
    /// Log Analytics rows as JSON lines; structured columns are text, empty ones are left out.
    LogAnalyticsJsonl,
    /// The answer of the Log Analytics query service.
    LogAnalyticsQuery,
    /// Log Analytics data export to storage: JSON lines; structured columns are objects.
    DataExport,
}

impl Shape {
    /// Every shape, in the order of the documentation.
    pub const ALL: [Self; 12] = [
        Self::Graph,
        Self::PortalJson,
        Self::PortalJsonPretty,
        Self::PortalCsv,
        Self::Diagnostic,
        Self::EventHub,
        Self::EventHubLines,
        Self::LogAnalyticsCsv,
        Self::LogAnalyticsJson,
        Self::LogAnalyticsJsonl,
        Self::LogAnalyticsQuery,
        Self::DataExport,
    ];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Graph => "graph",
            Self::PortalJson => "portal-json",
            Self::PortalJsonPretty => "portal-json-pretty",
            Self::PortalCsv => "portal-csv",
            Self::Diagnostic => "diagnostic",
            Self::EventHub => "event-hub",
            Self::EventHubLines => "event-hub-lines",
            Self::LogAnalyticsCsv => "log-analytics-csv",
            Self::LogAnalyticsJson => "log-analytics-json",
            Self::LogAnalyticsJsonl => "log-analytics-jsonl",
            Self::LogAnalyticsQuery => "log-analytics-query",
            Self::DataExport => "data-export",
        }
    }

    /// What stands around the records.
    pub fn frame(self) -> Frame {
        let lines = Frame { after: "\n", ..Frame::default() };
        match self {
            Self::Graph => Frame::new(audit::GRAPH_OPENING, ",", "]}"),
            Self::PortalJson | Self::LogAnalyticsJson => Frame::new("[", ",", "]"),
            Self::PortalJsonPretty => Frame::new("[\n   ", ",\n   ", "\n]"),
            Self::PortalCsv => {
                Frame { opening: portal_csv::header(), after: "\r\n", ..Frame::default() }
            }
            Self::Diagnostic | Self::LogAnalyticsJsonl | Self::DataExport => lines,
            Self::EventHub => Frame::new("{\"records\": [", ", ", "]}"),
            Self::EventHubLines => Frame {
                every: Some((10, "]}\n{\"records\": [")),
                ..Frame::new("{\"records\": [", ", ", "]}\n")
            },
            Self::LogAnalyticsCsv => Frame { opening: table::csv_header(), ..lines },
            Self::LogAnalyticsQuery => Frame::new(&table::query_opening(), ",", "]}]}"),
        }
    }

    /// Appends one record, without what separates it from the next.
    pub fn render(self, record: &Record, text: &mut String) {
        let mut json = Json::new(text, record.disguise);
        match self {
            Self::Graph => audit::directory_audit(&mut json, record, Dialect::Graph),
            Self::PortalJson => audit::directory_audit(&mut json, record, Dialect::Portal),
            Self::PortalJsonPretty => {
                json.layout = Layout::Indented { depth: 1 };
                audit::directory_audit(&mut json, record, Dialect::Portal);
            }
            Self::PortalCsv => portal_csv::row(text, record),
            Self::Diagnostic | Self::EventHub | Self::EventHubLines => {
                audit::envelope(&mut json, record);
            }
            Self::LogAnalyticsCsv => table::csv_row(text, record),
            Self::LogAnalyticsJson => table::object(&mut json, record, Habits::PLAIN),
            Self::LogAnalyticsJsonl => table::object(&mut json, record, Habits::SPARSE),
            Self::LogAnalyticsQuery => table::array(&mut json, record),
            Self::DataExport => table::object(&mut json, record, Habits::NESTED),
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Shape {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|shape| shape.name() == name).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            format!("there is no shape `{name}`; choose one of {names}")
        })
    }
}

/// The text around and between the records of an export.
#[derive(Clone, Default)]
pub struct Frame {
    pub opening: String,
    between: &'static str,
    /// Instead of `between`, when so many records have been written since the last time.
    every: Option<(u64, &'static str)>,
    /// What ends each record.
    pub after: &'static str,
    pub closing: &'static str,
}

impl Frame {
    fn new(opening: &str, between: &'static str, closing: &'static str) -> Self {
        Self { opening: opening.to_owned(), between, closing, ..Self::default() }
    }

    /// What goes in front of the record that `records` others precede.
    pub fn before(&self, records: u64, text: &mut String) {
        match self.every {
            _ if records == 0 => {}
            Some((count, instead)) if records.is_multiple_of(count) => text.push_str(instead),
            _ => text.push_str(self.between),
        }
    }
}
