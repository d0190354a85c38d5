//! `regaudit rollback verify`: what a later export of the log confirms of a plan.

use std::io;

use chrono::{DateTime, TimeDelta, Utc};
use regaudit::report::{verification_table, write_json};
use regaudit::rollback::{CoveredLog, Verification, Verifier};
use regaudit::{Attempts, Filter, classify};

use super::args::VerifyArguments;
use super::{files, log, plural};
use crate::cli::Ending;
use crate::cli::args::Format;
use crate::cli::failure::complain;
use crate::cli::output::Output;
use crate::cli::session::Session;
use crate::cli::tables;

pub(super) fn run(arguments: &VerifyArguments) -> io::Result<Ending> {
    let plan = files::read_plan(&arguments.plan)?;
    let mut output = Output::open(&arguments.output.destination)?;
    let mut session = Session::new(arguments.output.mask, arguments.input.on_error);
    let mut verifier = Verifier::new(&plan);
    let mut filter = Filter::default();
    filter.families = Attempts::FAMILIES.to_vec();
    filter.users = verifier.names();
    let reader = arguments.input.reader().filter(filter).sample(true);
    let report = session.read_whole(
        reader.paths(&arguments.input.paths),
        |event| {
            if let Some(classification) = classify(event) {
                verifier.add(event, &classification);
            }
        },
        |_, _, ()| Ok(()),
    )?;
    let Some(report) = report else { return Ok(Ending::Failed) };
    let mut verification = verifier.finish(CoveredLog::of(&report));
    session.mask_verification(&mut verification);
    match arguments.format {
        Format::Table => {
            output.text_table().write(&verification_table(&verification), &mut output)?;
        }
        Format::Json => write_json(&verification, &mut output)?,
        Format::Ndjson => tables::write_ndjson(&verification_table(&verification), &mut output)?,
        Format::Csv => output = tables::write_csv(&verification_table(&verification), output)?,
    }
    output.finish()?;
    tell(&verification);
    let ending = session.ending(verification.counts.users > 0);
    let is_open = verification.counts.open > 0 && ending == Ending::Done;
    Ok(if is_open { Ending::Incomplete } else { ending })
}

fn tell(verification: &Verification) {
    log::tell(&verification.log);
    let counts = verification.counts;
    complain(&format!(
        "{} of {} confirmed, {} open; {} of {} confirmed; {} registered since",
        counts.confirmed,
        plural(counts.deletions, "deletion"),
        counts.open,
        counts.confirmed_users,
        plural(counts.users, "user"),
        counts.registered_again
    ));
    let begins_late = |first: DateTime<Utc>| first - verification.since > TimeDelta::days(1);
    if verification.log.coverage.first.is_some_and(begins_late) {
        complain(
            "warning: the log begins more than a day after the plan was made: earlier deletions are not in it",
        );
    }
    let ends_before = verification.log.coverage.last.is_none_or(|last| last < verification.since);
    if ends_before {
        complain("warning: the log ends before the plan was made, and can confirm nothing");
    }
}
