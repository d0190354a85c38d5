//! A row of the portal's CSV download.
//!
//! 86 columns that no document of Microsoft's names; the names come from public parsers. Headers are
//! written in the language of the portal, so a header is recognised by its names in English, by the
//! names a public parser documents for Spanish, or by the fixed order of the 86 columns, provided that
//! the first rows hold what that order promises.

use super::log_analytics::wrong_length;
use super::rows::RowReader;
use super::wire::Text;
use super::{Decoded, Fields};
use crate::error::Result;
use crate::model::{
    Application, Change, Detail, PropertyValue, Target, User, parse_timestamp, present,
};

/// A column that stands once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Date,
    CorrelationId,
    Service,
    Category,
    Activity,
    Result,
    ResultReason,
    UserAgent,
    ActorType,
    ActorDisplayName,
    ActorObjectId,
    ActorUserPrincipalName,
    IpAddress,
    ActorHomeTenantId,
    ActorHomeTenantName,
    ActorServicePrincipalId,
    ActorServicePrincipalName,
    /// Of the first, second or third target.
    Target(usize, OfTarget),
    /// Of the first to sixth detail.
    DetailKey(usize),
    DetailValue(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OfTarget {
    Type,
    DisplayName,
    ObjectId,
    UserPrincipalName,
    PropertyName(usize),
    PropertyOldValue(usize),
    PropertyNewValue(usize),
}

const TARGETS: usize = 3;
const PROPERTIES: usize = 5;
const DETAILS: usize = 6;

/// How many columns the portal writes.
const LENGTH: usize = 86;

/// The columns that stand once, in order, with their names: English ones first, then those that are
/// documented for other languages.
const SINGLE: [(Column, &[&str]); 17] = [
    (Column::Date, &["Date (UTC)", "Date", "Fecha (UTC)"]),
    (Column::CorrelationId, &["CorrelationId"]),
    (Column::Service, &["Service", "Servicio"]),
    (Column::Category, &["Category", "Categoría"]),
    (Column::Activity, &["Activity", "Actividad"]),
    (Column::Result, &["Result", "Resultado"]),
    (Column::ResultReason, &["ResultReason"]),
    (Column::UserAgent, &["User Agent", "UserAgent", "Agente de usuario"]),
    (Column::ActorType, &["ActorType"]),
    (Column::ActorDisplayName, &["ActorDisplayName"]),
    (Column::ActorObjectId, &["ActorObjectId"]),
    (Column::ActorUserPrincipalName, &["ActorUserPrincipalName"]),
    (Column::IpAddress, &["IPAddress"]),
    (Column::ActorHomeTenantId, &["ActorHomeTenantId"]),
    (Column::ActorHomeTenantName, &["ActorHomeTenantName"]),
    (Column::ActorServicePrincipalId, &["ActorServicePrincipalId"]),
    (Column::ActorServicePrincipalName, &["ActorServicePrincipalName"]),
];

/// Every column in the order in which the portal writes them, with its names.
fn columns_in_order() -> Vec<(Column, Vec<String>)> {
    let mut columns: Vec<(Column, Vec<String>)> = SINGLE
        .iter()
        .map(|(column, names)| (*column, names.iter().map(|name| (*name).to_owned()).collect()))
        .collect();
    for target in 0..TARGETS {
        let number = target + 1;
        let mut add = |part: OfTarget, names: &[String]| {
            columns.push((Column::Target(target, part), names.to_vec()));
        };
        add(OfTarget::Type, &[format!("Target{number}Type")]);
        add(OfTarget::DisplayName, &[format!("Target{number}DisplayName")]);
        add(OfTarget::ObjectId, &[format!("Target{number}ObjectId")]);
        add(
            OfTarget::UserPrincipalName,
            &[
                format!("Target{number}UserPrincipalName"),
                format!("Objetivo{number}NombrePrincipalDeUsuario"),
            ],
        );
        for property in 0..PROPERTIES {
            let start = format!("Target{number}ModifiedProperty{}", property + 1);
            add(OfTarget::PropertyName(property), &[format!("{start}Name")]);
            add(OfTarget::PropertyOldValue(property), &[format!("{start}OldValue")]);
            add(OfTarget::PropertyNewValue(property), &[format!("{start}NewValue")]);
        }
    }
    for detail in 0..DETAILS {
        let number = detail + 1;
        columns.push((Column::DetailKey(detail), vec![format!("AdditionalDetail{number}Key")]));
        columns.push((Column::DetailValue(detail), vec![format!("AdditionalDetail{number}Value")]));
    }
    columns
}

/// Which cell of a row is which column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::read) struct PortalLayout {
    rows: RowReader,
    columns: Vec<Option<Column>>,
}

/// What a header turned out to be.
#[derive(Debug)]
pub(in crate::read) enum HeaderMatch {
    /// Recognised by name.
    Named(PortalLayout),
    /// As many columns as the portal writes, in a language that is not known: the layout that holds if
    /// the rows agree with it.
    ByPosition(PortalLayout),
    /// None of the portal's.
    Unknown,
}

/// The columns without which a row means nothing, or something else.
const NEEDED: [Column; 5] =
    [Column::Date, Column::Service, Column::Activity, Column::Result, Column::ResultReason];

impl PortalLayout {
    pub(in crate::read) fn of_header(header: &csv::StringRecord, rows: RowReader) -> HeaderMatch {
        let known = columns_in_order();
        let column_of = |name: &str| {
            let is_named =
                |(_, names): &&(Column, Vec<String>)| names.iter().any(|known| known == name);
            known.iter().find(is_named).map(|(column, _)| *column)
        };
        let columns: Vec<_> = header.iter().map(|name| column_of(name.trim())).collect();
        if NEEDED.iter().all(|column| columns.contains(&Some(*column))) {
            return HeaderMatch::Named(Self { rows, columns });
        }
        let in_order: Vec<_> = known.iter().map(|(column, _)| Some(*column)).collect();
        let agrees = |(found, expected): (&Option<Column>, &Option<Column>)| {
            found.is_none() || found == expected
        };
        if header.len() == LENGTH && columns.iter().zip(&in_order).all(agrees) {
            HeaderMatch::ByPosition(Self { rows, columns: in_order })
        } else {
            HeaderMatch::Unknown
        }
    }

    /// What stands between cells.
    pub(in crate::read) fn delimiter(&self) -> u8 {
        self.rows.delimiter()
    }

    /// Whether a row holds what the layout promises: a time, a service, an activity and a result.
    pub(in crate::read) fn fits(&self, row: &csv::StringRecord) -> bool {
        let cell = |wanted: Column| {
            let place = self.columns.iter().position(|column| *column == Some(wanted))?;
            row.get(place).and_then(present)
        };
        row.len() == self.columns.len()
            && cell(Column::Date).and_then(parse_timestamp).is_some()
            && cell(Column::Service).is_some()
            && cell(Column::Activity).is_some()
            && cell(Column::Result).is_some_and(|result| !result.contains(['{', '@', '-']))
    }

    /// Decodes a row of the file.
    pub(in crate::read) fn decode(&self, row: &[u8]) -> Result<Decoded<'static>> {
        let cells = self.rows.cells(row)?;
        if cells.len() != self.columns.len() {
            return Err(wrong_length(cells.len(), self.columns.len()));
        }
        let mut row = Row::default();
        for (column, cell) in self.columns.iter().zip(&cells) {
            if let Some(column) = *column
                && let Some(text) = present(cell)
            {
                row.set(column, text);
            }
        }
        Ok(Decoded::Audit(Box::new(row.into_fields())))
    }
}

/// A row as it is put together cell by cell.
#[derive(Default)]
struct Row {
    fields: Fields<'static>,
}

impl Row {
    /// The fields, with the actor as what its type says it is.
    ///
    /// The columns of a user are also those of an application, whose type begins with `Ap` in the
    /// languages of the portal that a public parser has met.
    fn into_fields(mut self) -> Fields<'static> {
        let actor = &mut self.fields.actor;
        let actor_type = self.fields.actor_type.present().unwrap_or_default();
        let is_application =
            actor_type.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("ap"));
        if is_application && let Some(user) = actor.user.take() {
            let application = actor.application.get_or_insert_default();
            application.app_id = application.app_id.take().or(user.id);
            application.display_name = user.display_name.or(application.display_name.take());
        }
        self.fields
    }

    fn set(&mut self, column: Column, text: &str) {
        let fields = &mut self.fields;
        let owned = || Text::new(text.to_owned());
        let given = || Some(text.to_owned());
        match column {
            Column::Date => fields.time = owned(),
            Column::CorrelationId => fields.correlation_id = owned(),
            Column::Service => fields.service = owned(),
            Column::Category => fields.category = owned(),
            Column::Activity => fields.activity = owned(),
            Column::Result => fields.result = owned(),
            Column::ResultReason => fields.reason = owned(),
            Column::UserAgent => fields.user_agent = owned(),
            Column::IpAddress => fields.actor_ip = owned(),
            Column::Target(number, part) => {
                set_target(entry(&mut fields.targets, number), part, text);
            }
            Column::DetailKey(number) => {
                text.clone_into(&mut detail(&mut fields.details, number).key);
            }
            Column::DetailValue(number) => detail(&mut fields.details, number).value = given(),
            Column::ActorType => fields.actor_type = owned(),
            Column::ActorHomeTenantName => {}
            Column::ActorServicePrincipalId => application(fields).service_principal_id = given(),
            Column::ActorServicePrincipalName => application(fields).display_name = given(),
            Column::ActorDisplayName => user(fields).display_name = given(),
            Column::ActorObjectId => user(fields).id = given(),
            Column::ActorUserPrincipalName => user(fields).user_principal_name = given(),
            Column::ActorHomeTenantId => user(fields).home_tenant_id = given(),
        }
    }
}

fn set_target(target: &mut Target, part: OfTarget, text: &str) {
    let given = Some(text.to_owned());
    match part {
        OfTarget::Type => target.kind = given,
        OfTarget::DisplayName => target.display_name = given,
        OfTarget::ObjectId => target.id = given,
        OfTarget::UserPrincipalName => target.user_principal_name = given,
        OfTarget::PropertyName(number) => text.clone_into(&mut change(target, number).name),
        OfTarget::PropertyOldValue(number) => {
            change(target, number).old = Some(PropertyValue::new(text));
        }
        OfTarget::PropertyNewValue(number) => {
            change(target, number).new = Some(PropertyValue::new(text));
        }
    }
}

/// The entry of a list, which grows as far as is needed.
fn entry<T: Default>(list: &mut Vec<T>, number: usize) -> &mut T {
    if list.len() <= number {
        list.resize_with(number + 1, T::default);
    }
    &mut list[number]
}

fn change(target: &mut Target, number: usize) -> &mut Change {
    entry(target.changes.get_or_insert_default(), number)
}

fn detail(details: &mut Vec<Detail>, number: usize) -> &mut Detail {
    entry(details, number)
}

fn user<'a>(fields: &'a mut Fields<'static>) -> &'a mut User {
    fields.actor.user.get_or_insert_default()
}

fn application<'a>(fields: &'a mut Fields<'static>) -> &'a mut Application {
    fields.actor.application.get_or_insert_default()
}
