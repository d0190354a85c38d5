//! `regaudit rollback show`: a plan for whoever reviews it.

use std::io;

use regaudit::report::{plan_table, write_json};
use regaudit::rollback::Plan;

use super::args::ShowArguments;
use super::{files, plan};
use crate::cli::Ending;
use crate::cli::args::{Format, OnError};
use crate::cli::output::Output;
use crate::cli::session::Session;
use crate::cli::tables;

pub(super) fn run(arguments: &ShowArguments) -> io::Result<Ending> {
    let plan = files::read_plan(&arguments.plan)?;
    let mut output = Output::open(&arguments.output.destination)?;
    write(&plan, arguments.format, arguments.output.mask, &mut output)?;
    output.finish()?;
    plan::tell(&plan);
    Ok(if plan.counts.to_roll_back > 0 { Ending::Done } else { Ending::NothingMatched })
}

/// Writes the users of a plan.
pub(super) fn write(
    plan: &Plan,
    format: Format,
    mask: bool,
    output: &mut Output,
) -> io::Result<()> {
    let users = Session::new(mask, OnError::Skip).planned_users(plan);
    match format {
        Format::Table => output.text_table().write(&plan_table(&users), output),
        Format::Json => write_json(&users, output),
        Format::Ndjson => tables::write_ndjson(&plan_table(&users), output),
        Format::Csv => tables::write_csv(&plan_table(&users), output).map(drop),
    }
}
