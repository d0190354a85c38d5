//! A table as a lazy scan: what a question asks for reaches the source.

use std::any::Any;
use std::ops::ControlFlow;

use chrono::TimeDelta;
use polars::lazy::dsl::BooleanFunction;
use polars::prelude::*;

use super::columns::schema;
use super::narrow::narrow;
use super::rows::{for_each_batch, for_each_batch_of_users, stack};
use super::source::EventSource;
use crate::query::rows::RowReader;
use crate::query::schema::Table;

/// A scan of one table of a source.
pub(super) struct TableScan {
    table: Table,
    source: Arc<dyn EventSource>,
    gap: TimeDelta,
}

impl TableScan {
    pub(super) fn lazy(
        table: Table,
        source: &Arc<dyn EventSource>,
        gap: TimeDelta,
    ) -> PolarsResult<LazyFrame> {
        let scan = Self { table, source: Arc::clone(source), gap };
        let arguments = ScanArgsAnonymous {
            schema: Some(schema(table)),
            name: table.as_str(),
            ..ScanArgsAnonymous::default()
        };
        LazyFrame::anonymous_scan(Arc::new(scan), arguments)
    }
}

impl AnonymousScan for TableScan {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn schema(&self, _: Option<usize>) -> PolarsResult<SchemaRef> {
        Ok(schema(self.table))
    }

    fn allows_predicate_pushdown(&self) -> bool {
        true
    }

    fn allows_projection_pushdown(&self) -> bool {
        true
    }

    fn scan(&self, arguments: AnonymousScanArgs) -> PolarsResult<DataFrame> {
        let AnonymousScanArgs { n_rows, with_columns, predicate, .. } = arguments;
        let predicate = predicate.map(askable).transpose()?.flatten();
        let wanted: Vec<PlSmallStr> = match with_columns {
            Some(names) => names.to_vec(),
            None => self.table.columns().iter().map(|column| column.name.into()).collect(),
        };
        let read = with_those_of(&wanted, predicate.as_ref());
        // Rows are counted before they are asked, so none may be passed over where they are counted.
        let asked = predicate.as_ref().filter(|_| n_rows.is_none());
        let filter = asked.map(|predicate| narrow(self.table, predicate)).unwrap_or_default();
        // A condition on single rows is asked of each batch, any other of all rows.
        let (by_batch, at_the_end) = match predicate {
            Some(predicate) if is_row_wise(&predicate) => (Some(predicate), None),
            other => (None, other),
        };

        let mut batches = Vec::new();
        let mut rows = 0;
        let read: Vec<&str> = read.iter().map(PlSmallStr::as_str).collect();
        let reader = RowReader::new(self.table, &read);
        let mut keep = |batch: DataFrame| {
            let batch =
                n_rows.map_or_else(|| batch.clone(), |limit| batch.head(Some(limit - rows)));
            rows += batch.height();
            batches.push(filtered(batch, by_batch.as_ref())?);
            let is_enough = n_rows.is_some_and(|limit| rows >= limit);
            Ok(if is_enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        };
        let source = self.source.as_ref();
        if matches!(self.table, Table::Attempts | Table::Users) {
            for_each_batch_of_users(source, reader, self.gap, &mut keep)?;
        } else {
            for_each_batch(source, reader, &filter, &mut keep)?;
        }
        let whole = filtered(stack(batches)?, at_the_end.as_ref())?;
        whole.select(wanted)
    }
}

/// The part of a predicate that rows can be asked. Where only the greatest or least rows are wanted,
/// polars adds a condition of its own that spares work and decides nothing; it cannot be evaluated here,
/// and comes as an expression for display.
fn askable(predicate: Expr) -> PolarsResult<Option<Expr>> {
    if let Expr::BinaryExpr { left, op: Operator::And | Operator::LogicalAnd, right } = &predicate {
        let left = askable(Expr::clone(left))?;
        let right = askable(Expr::clone(right))?;
        return Ok(match (left, right) {
            (Some(left), Some(right)) => Some(left.and(right)),
            (left, right) => left.or(right),
        });
    }
    if matches!(&predicate, Expr::Display { fmt_str, .. } if fmt_str.starts_with("dynamic_pred")) {
        return Ok(None);
    }
    let is_known = !predicate.into_iter().any(|part| matches!(part, Expr::Display { .. }));
    polars_ensure!(is_known, InvalidOperation: "the condition {predicate} is not one that exports can be asked");
    Ok(Some(predicate))
}

fn filtered(frame: DataFrame, predicate: Option<&Expr>) -> PolarsResult<DataFrame> {
    match predicate {
        Some(predicate) => frame.lazy().filter(predicate.clone()).collect(),
        None => Ok(frame),
    }
}

/// The columns wanted and those that the predicate asks about; at least one, to count rows by.
fn with_those_of(wanted: &[PlSmallStr], predicate: Option<&Expr>) -> Vec<PlSmallStr> {
    let mut names = wanted.to_vec();
    let asked = predicate.into_iter().flatten().filter_map(|part| match part {
        Expr::Column(name) => Some(name.clone()),
        _ => None,
    });
    for name in asked {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Whether an expression says of each row by itself what it says of it among others. What is not known
/// to be is taken not to be.
fn is_row_wise(predicate: &Expr) -> bool {
    predicate.into_iter().all(|part| match part {
        Expr::Column(_)
        | Expr::Literal(_)
        | Expr::Alias(..)
        | Expr::BinaryExpr { .. }
        | Expr::Cast { .. }
        | Expr::Ternary { .. } => true,
        Expr::Function { function, .. } => matches!(
            function,
            FunctionExpr::StringExpr(_)
                | FunctionExpr::TemporalExpr(_)
                | FunctionExpr::Coalesce
                | FunctionExpr::Boolean(
                    BooleanFunction::IsNull
                        | BooleanFunction::IsNotNull
                        | BooleanFunction::IsIn { .. }
                        | BooleanFunction::Not
                )
        ),
        _ => false,
    })
}
