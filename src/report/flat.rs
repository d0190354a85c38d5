//! An event as one flat row.

use super::table::{Cell, Column};
use crate::catalogue::Classification;
use crate::model::{Event, Method, Reason};

/// The columns of an event: the one vocabulary of output formats and, later, of frames and SQL.
pub const COLUMNS: [Column; 28] = [
    Column::text("event_id"),
    Column::text("time"),
    Column::text("tenant_id"),
    Column::text("correlation_id"),
    Column::text("service"),
    Column::text("category"),
    Column::text("operation"),
    Column::text("family"),
    Column::text("activity"),
    Column::text("status"),
    Column::text("reason"),
    Column::text("outcome"),
    Column::text("methods"),
    Column::text("maintenance"),
    Column::text("actor_kind"),
    Column::text("actor_id"),
    Column::text("actor_upn"),
    Column::text("actor_app"),
    Column::text("target_id"),
    Column::text("target_upn"),
    Column::text("target_name"),
    Column::text("ip"),
    Column::text("user_agent"),
    Column::text("rule"),
    Column::text("source"),
    Column::number("record"),
    Column::number("line"),
    Column::number("byte"),
];

/// The cells of an event, in the order of [`COLUMNS`].
///
/// Null where the export has nothing. The target is the user the event is about, else the first
/// target of any kind.
pub fn flat_event(event: &Event, classification: &Classification) -> Vec<Cell> {
    let target = event.target_user().or(event.targets.first());
    let methods = classification.methods.iter().map(Method::as_str).map(str::to_owned);
    vec![
        Cell::text(event.id.as_deref()),
        Cell::time(Some(event.time)),
        Cell::text(event.tenant_id.as_deref()),
        Cell::text(event.correlation_id.as_deref()),
        Cell::text(event.service.as_deref()),
        Cell::text(event.category.as_deref()),
        Cell::text(event.operation.as_deref()),
        Cell::text(Some(classification.family.as_str())),
        Cell::text(Some(event.activity.as_str())),
        Cell::text(Some(event.status.column())),
        Cell::text(event.reason.as_ref().map(Reason::as_str)),
        Cell::text(Some(classification.outcome.as_str())),
        Cell::List(methods.collect()),
        Cell::Bool(classification.maintenance),
        Cell::text(Some(event.actor_kind().as_str())),
        Cell::text(event.actor.id()),
        Cell::text(event.actor.user_principal_name()),
        Cell::text(event.actor.application_name()),
        Cell::text(target.and_then(|target| target.id.as_deref())),
        Cell::text(target.and_then(|target| target.user_principal_name.as_deref())),
        Cell::text(target.and_then(|target| target.display_name.as_deref())),
        Cell::text(event.ip.as_ref().map(|ip| ip.text.as_str())),
        Cell::text(event.user_agent.as_deref()),
        Cell::text(Some(classification.rule)),
        Cell::text(Some(event.origin.source.as_ref())),
        Cell::number(event.origin.record),
        Cell::number(event.origin.line),
        Cell::number(event.origin.byte),
    ]
}
