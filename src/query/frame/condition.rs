//! Conditions of the catalogue as polars expressions.

use polars::prelude::*;

use crate::catalogue::{Condition, Rule, SEPARATORS, rules};

/// A condition of the catalogue as an expression over the table
/// [`facts`](crate::query::schema::FACTS), true where it holds.
///
/// ```
/// use polars::prelude::*;
/// use regaudit::catalogue::rule;
/// use regaudit::query::{Frame, Table, condition_expression};
///
/// let events = regaudit::read(["fixtures/exports"]).filter_map(Result::ok);
/// let frame = Frame::from_events(events)?;
/// let deleted = rule("registration.deleted").unwrap().when;
/// let found = frame.table(Table::Facts)?.filter(condition_expression(&deleted));
/// assert!(frame.collect(found)?.height() > 0);
/// # Ok::<(), regaudit::Error>(())
/// ```
pub fn condition_expression(condition: &Condition) -> Expr {
    match *condition {
        Condition::Is(field, text) => col(field.as_str()).eq(lit(text)),
        Condition::OneOf(field, texts) => {
            let is = |text: &&str| col(field.as_str()).eq(lit(*text));
            any(texts.iter().map(is))
        }
        Condition::Contains(field, text) => contains(text_of(field.as_str()), text),
        Condition::Word(field, word) => {
            let blank = |text: Expr, separator: &char| {
                text.str().replace_all(lit(separator.to_string()), lit(" "), true)
            };
            let words = SEPARATORS.iter().fold(text_of(field.as_str()), blank);
            contains(concat_str([lit(" "), words, lit(" ")], "", false), &format!(" {word} "))
        }
        Condition::All(conditions) => all(conditions.iter().map(condition_expression)),
        Condition::Any(conditions) => any(conditions.iter().map(condition_expression)),
        Condition::Not(condition) => condition_expression(condition).not(),
    }
}

/// The id of the rule that decides, as an expression over the table
/// [`facts`](crate::query::schema::FACTS); null where none does.
pub fn rule_expression() -> Expr {
    let all: Vec<&Rule> = rules().collect();
    let undecided = lit(NULL).cast(DataType::String);
    all.into_iter().rev().fold(undecided, |otherwise, rule| {
        when(condition_expression(&rule.when)).then(lit(rule.id)).otherwise(otherwise)
    })
}

fn text_of(column: &str) -> Expr {
    col(column).cast(DataType::String)
}

fn contains(text: Expr, part: &str) -> Expr {
    text.str().contains_literal(lit(part.to_owned()))
}

fn all(conditions: impl Iterator<Item = Expr>) -> Expr {
    conditions.reduce(Expr::and).unwrap_or_else(|| lit(true))
}

fn any(conditions: impl Iterator<Item = Expr>) -> Expr {
    conditions.reduce(Expr::or).unwrap_or_else(|| lit(false))
}
