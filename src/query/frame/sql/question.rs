//! A question in SQL, read by the parser of polars: what it asks for, and whether it may.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use sqlparser::ast::{
    BinaryOperator, Cte, Expr, Query, Select, SelectItem, Statement, TableAlias, TableFactor,
    Value, Visit as _, VisitMut, Visitor,
};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::{Parser, ParserError, ParserOptions};

use super::times::Times;
use crate::error::{Error, ErrorKind, Result};
use crate::query::frame::error::unknown;
use crate::query::schema::{Kind, Table};

/// The functions that take categories for what they are. With any other they are made texts first:
/// slower, and nothing else.
const LETTERLESS: [&str; 8] =
    ["avg", "count", "date_part", "median", "quantile_cont", "row_number", "strftime", "sum"];

/// One statement that asks and changes nothing.
pub(super) struct Question {
    text: String,
    /// Every relation it names, whether it is one of ours or not.
    relations: BTreeSet<String>,
    /// Names that it gives, which need not mean the columns of that name.
    given: BTreeSet<String>,
    calls: BTreeSet<String>,
    has_patterns: bool,
    /// Columns with a text they are compared with.
    compared: Vec<(String, String)>,
}

impl Question {
    /// Reads a question. Anything else would change something, and there is nothing to change.
    pub(super) fn parse(sql: &str) -> Result<Self> {
        let mut statement = parse(sql)?;
        if !is_question(&statement) {
            let text = statement.to_string();
            let word = text.split_whitespace().next().unwrap_or_default();
            let found = format!("`{word}`, which is no question");
            return Err(Error::new(ErrorKind::Query, found)
                .expected("a question, such as SELECT count(*) FROM events"));
        }
        let mut question = Self {
            text: sql.to_owned(),
            relations: BTreeSet::new(),
            given: BTreeSet::new(),
            calls: BTreeSet::new(),
            has_patterns: false,
            compared: Vec::new(),
        };
        let _: ControlFlow<()> = statement.visit(&mut question);
        let mut times = Times::default();
        let _: ControlFlow<()> = VisitMut::visit(&mut statement, &mut times);
        if times.has_changed {
            question.text = statement.to_string();
        }
        question.check_calls()?;
        question.check_choices()?;
        Ok(question)
    }

    /// The question as polars is asked.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whether it names this relation.
    pub(super) fn names(&self, relation: &str) -> bool {
        self.relations.contains(relation)
    }

    /// The relations that it names.
    pub(super) fn relations(&self) -> impl Iterator<Item = &str> {
        self.relations.iter().map(String::as_str)
    }

    /// Whether it may ask for the letters of a category.
    pub(super) fn asks_for_letters(&self) -> bool {
        self.has_patterns || self.calls.iter().any(|call| !LETTERLESS.contains(&call.as_str()))
    }

    fn check_calls(&self) -> Result<()> {
        let reads = self.calls.iter().chain(&self.relations).find(|name| name.starts_with("read_"));
        reads.map_or(Ok(()), |call| {
            let found = format!("`{call}`, which reads a file past this program");
            Err(Error::new(ErrorKind::Query, found).help("name the file beside the question"))
        })
    }

    /// A column of few texts that is compared with another text is asked for what there cannot be.
    fn check_choices(&self) -> Result<()> {
        for (column, text) in &self.compared {
            let choices = self.choices(column);
            if !choices.is_empty() && !choices.contains(&text.as_str()) {
                let choices: Vec<&str> = choices.into_iter().collect();
                return Err(unknown(column, text, &choices));
            }
        }
        Ok(())
    }

    /// The texts that a column may hold, where they are few.
    fn choices(&self, column: &str) -> BTreeSet<&'static str> {
        if self.given.contains(column) {
            return BTreeSet::new();
        }
        let tables = Table::ALL.into_iter().filter(|table| self.names(table.as_str()));
        let columns = tables.flat_map(Table::columns).filter(|found| found.name == column);
        let choices = columns.filter_map(|found| match found.kind {
            Kind::Choice(choices) => Some(choices),
            _ => None,
        });
        choices.flatten().copied().collect()
    }

    fn give(&mut self, alias: &TableAlias) {
        self.given.extend(alias.columns.iter().map(|column| column.name.value.to_lowercase()));
    }

    fn compare(&mut self, column: &Expr, with: &Expr) {
        if let (Some(column), Some(text)) = (column_of(column), text_of(with)) {
            self.compared.push((column, text.to_owned()));
        }
    }
}

impl Visitor for Question {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        for Cte { alias, .. } in query.with.iter().flat_map(|with| &with.cte_tables) {
            self.give(alias);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        for item in &select.projection {
            if let SelectItem::ExprWithAlias { alias, .. } = item {
                self.given.insert(alias.value.to_lowercase());
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        if let TableFactor::Table { name, alias, .. } = factor {
            let name = name.0.last().and_then(|part| part.as_ident());
            self.relations.extend(name.map(|name| name.value.clone()));
            if let Some(alias) = alias {
                self.give(alias);
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expression: &Expr) -> ControlFlow<()> {
        match expression {
            Expr::Like { .. }
            | Expr::ILike { .. }
            | Expr::SimilarTo { .. }
            | Expr::RLike { .. }
            | Expr::Substring { .. }
            | Expr::Trim { .. }
            | Expr::Position { .. }
            | Expr::Overlay { .. } => self.has_patterns = true,
            Expr::BinaryOp { left, op, right } if is_comparison(op) => {
                self.compare(left, right);
                self.compare(right, left);
            }
            // Among the operators that are left, those on texts look at letters.
            Expr::BinaryOp { op, .. } => self.has_patterns |= !is_logic_or_arithmetic(op),
            Expr::InList { expr, list, .. } => {
                for value in list {
                    self.compare(expr, value);
                }
            }
            Expr::Function(function) => {
                self.calls.insert(function.name.to_string().to_lowercase());
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

/// Reads one statement as polars will.
fn parse(sql: &str) -> Result<Statement> {
    let options = ParserOptions { trailing_commas: true, ..ParserOptions::default() };
    let statements = Parser::new(&GenericDialect)
        .with_options(options)
        .try_with_sql(sql)
        .and_then(|mut parser| parser.parse_statements())
        .map_err(unreadable)?;
    let number = statements.len();
    let [statement]: [Statement; 1] = statements.try_into().map_err(|_| {
        let found = if number == 0 { "no question" } else { "several statements" };
        Error::new(ErrorKind::Query, found)
            .expected("one question, such as SELECT count(*) FROM events")
    })?;
    Ok(statement)
}

fn unreadable(error: ParserError) -> Error {
    let text = match &error {
        ParserError::TokenizerError(text) | ParserError::ParserError(text) => text.clone(),
        ParserError::RecursionLimitExceeded => "nested too deeply".to_owned(),
    };
    Error::new(ErrorKind::Query, format!("SQL that cannot be read ({text})")).because(error)
}

fn is_question(statement: &Statement) -> bool {
    match statement {
        Statement::Query(_) | Statement::ShowTables { .. } | Statement::ExplainTable { .. } => true,
        Statement::Explain { statement, .. } => is_question(statement),
        _ => false,
    }
}

pub(super) fn is_comparison(operator: &BinaryOperator) -> bool {
    use BinaryOperator::{Eq, Gt, GtEq, Lt, LtEq, NotEq, Spaceship};
    matches!(operator, Eq | NotEq | Lt | LtEq | Gt | GtEq | Spaceship)
}

fn is_logic_or_arithmetic(operator: &BinaryOperator) -> bool {
    use BinaryOperator::{And, Divide, Minus, Modulo, Multiply, Or, Plus, Xor};
    matches!(operator, And | Or | Xor | Plus | Minus | Multiply | Divide | Modulo)
}

/// The name of the column that an expression is, in lower case, as all of ours are.
pub(super) fn column_of(expression: &Expr) -> Option<String> {
    let name = match expression {
        Expr::Identifier(name) => name,
        Expr::CompoundIdentifier(names) => names.last()?,
        Expr::Nested(inner) => return column_of(inner),
        _ => return None,
    };
    Some(name.value.to_lowercase())
}

/// The text that an expression is.
pub(super) fn text_of(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) => Some(text),
            _ => None,
        },
        Expr::Nested(inner) => text_of(inner),
        _ => None,
    }
}
