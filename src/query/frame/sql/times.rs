//! Times in quotes, in the form that polars compares with times.

use std::ops::ControlFlow;

use sqlparser::ast::{BinaryOperator, Expr, UnaryOperator, Value, VisitorMut};

use super::question::{column_of, is_comparison, text_of};
use crate::model::parse_timestamp;
use crate::query::schema::{Kind, Table};

/// Rewrites what times are compared with. As this program writes them, with a `Z`, they are texts to
/// polars, and a text is read as a time only behind the comparison.
#[derive(Default)]
pub(super) struct Times {
    pub(super) has_changed: bool,
}

impl Times {
    /// Rewrites a text that is a time, if it is compared with something that may be one.
    fn rewrite(&mut self, text: &mut Expr, compared: &Expr) {
        if column_of(compared).is_some_and(|name| is_other_column(&name)) {
            return;
        }
        if let Some(time) = text_of(text).and_then(parse_timestamp) {
            let plain = time.format("%Y-%m-%d %H:%M:%S%.6f").to_string();
            *text = Expr::value(Value::SingleQuotedString(plain));
            self.has_changed = true;
        }
    }
}

impl VisitorMut for Times {
    type Break = ();

    fn post_visit_expr(&mut self, expression: &mut Expr) -> ControlFlow<()> {
        match expression {
            Expr::BinaryOp { left, op, right } if is_comparison(op) => {
                if text_of(left).is_some() && text_of(right).is_none() {
                    std::mem::swap(left, right);
                    *op = mirrored(op);
                    self.has_changed = true;
                }
                self.rewrite(right, left);
            }
            Expr::Between { expr, low, high, .. } => {
                self.rewrite(low, expr);
                self.rewrite(high, expr);
            }
            Expr::InList { expr, list, negated } if list.iter().any(is_time) => {
                for value in list.iter_mut() {
                    self.rewrite(value, expr);
                }
                if let Some(equal) = equal_to_one(expr, list) {
                    *expression = if *negated { not(equal) } else { equal };
                }
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

fn is_time(expression: &Expr) -> bool {
    text_of(expression).and_then(parse_timestamp).is_some()
}

/// The same as `IN`, which takes no texts for times.
fn equal_to_one(expression: &Expr, values: &[Expr]) -> Option<Expr> {
    let operation = |left: Expr, op: BinaryOperator, right: Expr| Expr::BinaryOp {
        left: Box::new(left),
        op,
        right: Box::new(right),
    };
    let equal = |value: &Expr| operation(expression.clone(), BinaryOperator::Eq, value.clone());
    let any = values.iter().map(equal).reduce(|a, b| operation(a, BinaryOperator::Or, b))?;
    Some(Expr::Nested(Box::new(any)))
}

fn not(expression: Expr) -> Expr {
    Expr::UnaryOp { op: UnaryOperator::Not, expr: Box::new(expression) }
}

/// The comparison that says the same of its sides the other way round.
fn mirrored(operator: &BinaryOperator) -> BinaryOperator {
    match operator {
        BinaryOperator::Lt => BinaryOperator::Gt,
        BinaryOperator::LtEq => BinaryOperator::GtEq,
        BinaryOperator::Gt => BinaryOperator::Lt,
        BinaryOperator::GtEq => BinaryOperator::LtEq,
        other => other.clone(),
    }
}

/// Whether a column of this name holds something else than times.
fn is_other_column(name: &str) -> bool {
    let mut named = Table::ALL.into_iter().flat_map(Table::columns).filter(|c| c.name == name);
    named.next().is_some_and(|column| column.kind != Kind::Time)
}
