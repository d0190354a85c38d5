//! `regaudit rollback batch` and `powershell`: a plan for others to run.

use std::io;

use chrono::Utc;
use regaudit::report::write_json;
use regaudit::rollback::{Plan, batches, write_powershell};

use super::args::FormArguments;
use super::{files, plan, plural};
use crate::cli::Ending;
use crate::cli::failure::{as_io, complain};
use crate::cli::output::Output;

pub(super) fn batch(arguments: &FormArguments) -> io::Result<Ending> {
    let (plan, mut output) = open(arguments)?;
    let batches = batches(&plan);
    write_json(&batches.bodies, &mut output)?;
    output.finish()?;
    for user in &batches.left_out {
        complain(&format!(
            "warning: {} is left out: the export of state has no ids of methods, which only `apply` and the script look up",
            user.key()
        ));
    }
    let ending = if batches.left_out.is_empty() { Ending::Done } else { Ending::Incomplete };
    Ok(if plan.counts.to_roll_back == 0 { Ending::NothingMatched } else { ending })
}

pub(super) fn powershell(arguments: &FormArguments) -> io::Result<Ending> {
    let (plan, mut output) = open(arguments)?;
    write_powershell(&plan, &mut output)?;
    output.finish()?;
    Ok(if plan.counts.to_roll_back == 0 { Ending::NothingMatched } else { Ending::Done })
}

/// A plan that is valid, and where to write it to.
fn open(arguments: &FormArguments) -> io::Result<(Plan, Output)> {
    let plan = files::read_plan(&arguments.plan)?;
    plan.check_age(Utc::now()).map_err(as_io)?;
    let count = plural(plan.counts.to_roll_back, "user");
    complain(&format!("{count}, {}", plural(plan.counts.deletions, "deletion")));
    plan::warn_of_administrators(&plan);
    Ok((plan, Output::open(&arguments.destination)?))
}
