//! A row of the Log Analytics table AuditLogs: as CSV, as JSON, and as a row of a query's answer.
//!
//! Microsoft, *AuditLogs* table reference. Dynamic columns hold objects, or their JSON as text. The
//! table has neither the caller's address nor the user agent as columns.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::rows::RowReader;
use super::wire::{InitiatedBy, Text, into_details, into_targets, read_dynamic, read_list, scalar};
use super::{Decoded, Fields, bad_json};
use crate::error::{Error, ErrorKind, Result};

/// The columns that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    ActivityDateTime,
    TimeGenerated,
    ActivityDisplayName,
    OperationName,
    Id,
    CorrelationId,
    /// The directory's tenant; `TenantId` is the workspace's.
    AadTenantId,
    LoggedByService,
    Category,
    AadOperationType,
    Result,
    ResultReason,
    ResultDescription,
    UserAgent,
    InitiatedBy,
    TargetResources,
    AdditionalDetails,
    /// The name of the table.
    Type,
}

const COLUMNS: [(&str, Column); 19] = [
    ("ActivityDateTime", Column::ActivityDateTime),
    ("TimeGenerated", Column::TimeGenerated),
    ("ActivityDisplayName", Column::ActivityDisplayName),
    ("OperationName", Column::OperationName),
    ("Id", Column::Id),
    ("CorrelationId", Column::CorrelationId),
    ("AADTenantId", Column::AadTenantId),
    ("LoggedByService", Column::LoggedByService),
    ("Category", Column::Category),
    ("AADOperationType", Column::AadOperationType),
    // PowerShell's name for it.
    ("OperationType", Column::AadOperationType),
    ("Result", Column::Result),
    ("ResultReason", Column::ResultReason),
    ("ResultDescription", Column::ResultDescription),
    ("UserAgent", Column::UserAgent),
    ("InitiatedBy", Column::InitiatedBy),
    ("TargetResources", Column::TargetResources),
    ("AdditionalDetails", Column::AdditionalDetails),
    ("Type", Column::Type),
];

/// The table that is read.
const TABLE: &str = "AuditLogs";

impl Column {
    fn of(name: &str) -> Option<Self> {
        let found = COLUMNS.iter().find(|(column, _)| *column == name);
        found.map(|(_, column)| *column)
    }
}

/// One row: the text of each column that is read; dynamic columns as JSON.
#[derive(Debug, Default)]
struct Row<'a> {
    cells: [Text<'a>; Column::Type as usize + 1],
}

impl<'a> Row<'a> {
    fn set(&mut self, column: Column, text: Option<Cow<'a, str>>) {
        self.cells[column as usize] = Text(text);
    }

    fn take(&mut self, column: Column) -> Text<'a> {
        std::mem::take(&mut self.cells[column as usize])
    }

    /// The table the row says it is of, if that is another one.
    fn other_table(&self) -> Option<String> {
        let table = self.cells[Column::Type as usize].present()?;
        (table != TABLE).then(|| table.to_owned())
    }

    fn is_audit(&self) -> bool {
        let is_given = |column: Column| self.cells[column as usize].0.is_some();
        is_given(Column::ActivityDisplayName)
            || is_given(Column::AadOperationType)
            || is_given(Column::LoggedByService)
            || (is_given(Column::OperationName) && is_given(Column::InitiatedBy))
    }

    fn into_fields(mut self) -> Fields<'a> {
        let mut oddities = Vec::new();
        let cell = |column: Column| self.cells[column as usize].present();
        let initiated_by: Option<InitiatedBy> = cell(Column::InitiatedBy)
            .and_then(|text| read_dynamic(text, "InitiatedBy", &mut oddities));
        let (actor, actor_ip) = initiated_by.unwrap_or_default().into_actor();
        let targets = cell(Column::TargetResources)
            .and_then(|text| read_list(text, "TargetResources", &mut oddities));
        let details = cell(Column::AdditionalDetails)
            .and_then(|text| read_list(text, "AdditionalDetails", &mut oddities));
        Fields {
            time: self.take(Column::ActivityDateTime).or(self.take(Column::TimeGenerated)),
            activity: self.take(Column::ActivityDisplayName).or(self.take(Column::OperationName)),
            id: self.take(Column::Id),
            correlation_id: self.take(Column::CorrelationId),
            tenant_id: self.take(Column::AadTenantId),
            service: self.take(Column::LoggedByService),
            category: self.take(Column::Category),
            operation: self.take(Column::AadOperationType),
            result: self.take(Column::Result),
            reason: self.take(Column::ResultReason),
            description: self.take(Column::ResultDescription),
            user_agent: self.take(Column::UserAgent),
            actor,
            actor_ip,
            targets: targets.map(into_targets).unwrap_or_default(),
            details: details.map(into_details).unwrap_or_default(),
            oddities,
            ..Fields::default()
        }
    }

    fn into_decoded(self) -> Decoded<'a> {
        match self.other_table() {
            Some(table) => Decoded::OtherLog(table),
            None => Decoded::Audit(Box::new(self.into_fields())),
        }
    }
}

/// Decodes a row that is a JSON object; `None` where it is none of this form.
pub(super) fn decode(text: &str) -> Result<Option<Decoded<'_>>> {
    let row: Row<'_> = serde_json::from_str(text).map_err(|error| bad_json(&error))?;
    Ok(row.is_audit().then(|| row.into_decoded()))
}

impl<'de: 'a, 'a> Deserialize<'de> for Row<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_map(RowVisitor)
    }
}

struct RowVisitor;

impl<'de> Visitor<'de> for RowVisitor {
    type Value = Row<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a row of AuditLogs")
    }

    fn visit_map<A: MapAccess<'de>>(
        self,
        mut map: A,
    ) -> std::result::Result<Self::Value, A::Error> {
        let mut row = Row::default();
        while let Some(name) = map.next_key::<Cow<'de, str>>()? {
            match Column::of(&name) {
                Some(column) => row.set(column, scalar(map.next_value::<&RawValue>()?.get())),
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(row)
    }
}

/// Which cell of a CSV row is which column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::read) struct RowLayout {
    rows: RowReader,
    columns: Vec<Option<Column>>,
}

impl RowLayout {
    /// Reads a header; `None` where it is not that of AuditLogs.
    pub(in crate::read) fn of_header(
        header: &csv::StringRecord,
        rows: RowReader,
    ) -> Result<Option<Self>> {
        let columns: Vec<_> = header.iter().map(|name| Column::of(without_zone(name).0)).collect();
        let has = |column: Column| columns.contains(&Some(column));
        let is_audit = (has(Column::TimeGenerated) || has(Column::ActivityDateTime))
            && (has(Column::ActivityDisplayName) || has(Column::OperationName))
            && (has(Column::LoggedByService)
                || has(Column::AadOperationType)
                || has(Column::InitiatedBy));
        if !is_audit {
            return Ok(None);
        }
        for name in header {
            let (column, zone) = without_zone(name);
            if Column::of(column).is_some() && zone.is_some_and(|zone| zone != "UTC") {
                return Err(Error::quoting(
                    ErrorKind::Time,
                    format!("the column `{name}`, whose times are not UTC"),
                )
                .expected("a column such as `TimeGenerated [UTC]`")
                .help("export again with the portal's time zone set to UTC"));
            }
        }
        Ok(Some(Self { rows, columns }))
    }

    /// The cells of a row that hold its times.
    pub(in crate::read) fn times<'row>(
        &self,
        row: &'row csv::StringRecord,
    ) -> impl Iterator<Item = &'row str> {
        let is_time = |column: &Option<Column>| {
            matches!(column, Some(Column::ActivityDateTime | Column::TimeGenerated))
        };
        let columns = self.columns.iter().map(is_time).collect::<Vec<_>>();
        row.iter().zip(columns).filter(|(_, is_time)| *is_time).map(|(cell, _)| cell)
    }

    /// The cells of a row of the file.
    pub(in crate::read) fn cells(&self, row: &[u8]) -> Result<csv::StringRecord> {
        self.rows.cells(row)
    }

    /// Decodes a row of the file.
    pub(in crate::read) fn decode(&self, row: &[u8]) -> Result<Decoded<'static>> {
        let cells = self.cells(row)?;
        if cells.len() != self.columns.len() {
            return Err(wrong_length(cells.len(), self.columns.len()));
        }
        let mut row = Row::default();
        for (column, cell) in self.columns.iter().zip(&cells) {
            if let Some(column) = *column {
                row.set(column, Some(Cow::Owned(cell.to_owned())));
            }
        }
        Ok(row.into_decoded())
    }
}

/// A column's name, and the time zone the portal puts behind it: `TimeGenerated [UTC]`.
fn without_zone(name: &str) -> (&str, Option<&str>) {
    let parts = name.trim().strip_suffix(']').and_then(|name| name.split_once(" ["));
    parts.map_or((name.trim(), None), |(column, zone)| (column, Some(zone)))
}

pub(super) fn wrong_length(found: usize, expected: usize) -> Error {
    Error::new(ErrorKind::Csv, format!("a row of {found} cells"))
        .expected(format!("{expected}, as in the header"))
        .help("a quote or line break may be missing here or in the row before")
}

/// The columns of a query's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::read) struct QueryColumns(Vec<Option<Column>>);

impl QueryColumns {
    /// Reads the list of columns of a table.
    pub(in crate::read) fn parse(json: &[u8]) -> Result<Self> {
        #[derive(Deserialize)]
        struct Named {
            name: String,
        }
        let named: Vec<Named> = serde_json::from_slice(json).map_err(|error| {
            Error::quoting(ErrorKind::Json, format!("columns that cannot be read ({error})"))
                .expected("a list of objects with a `name`")
        })?;
        Ok(Self(named.iter().map(|column| Column::of(&column.name)).collect()))
    }

    /// Decodes a row of the table.
    pub(in crate::read) fn decode<'a>(&self, row: &'a [u8]) -> Result<Decoded<'a>> {
        let text = std::str::from_utf8(row).map_err(|error| super::not_utf8(row, error))?;
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let row =
            RowSeed(&self.0).deserialize(&mut deserializer).map_err(|error| bad_json(&error))?;
        if row.is_audit() {
            Ok(row.into_decoded())
        } else {
            Ok(Decoded::OtherLog("a table other than AuditLogs".to_owned()))
        }
    }
}

struct RowSeed<'columns>(&'columns [Option<Column>]);

impl<'de> DeserializeSeed<'de> for RowSeed<'_> {
    type Value = Row<'de>;

    fn deserialize<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> std::result::Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for RowSeed<'_> {
    type Value = Row<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "a row of {} cells", self.0.len())
    }

    fn visit_seq<A: SeqAccess<'de>>(
        self,
        mut cells: A,
    ) -> std::result::Result<Self::Value, A::Error> {
        let mut row = Row::default();
        let mut length = 0;
        while let Some(cell) = cells.next_element::<&RawValue>()? {
            if let Some(Some(column)) = self.0.get(length) {
                row.set(*column, scalar(cell.get()));
            }
            length += 1;
        }
        if length == self.0.len() {
            Ok(row)
        } else {
            Err(serde::de::Error::invalid_length(length, &self))
        }
    }
}
