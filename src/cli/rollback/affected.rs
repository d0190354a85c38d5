//! `regaudit rollback affected`: who registered a phone or an app, and holds it still.

use std::io::{self, Write as _};

use regaudit::attempt::DirectoryMethods;
use regaudit::report::{affected_table, printable, write_json};
use regaudit::rollback::{Affected, AffectedUser, CoveredLog};
use regaudit::{Attempts, Filter};

use super::args::{AffectedArguments, AffectedFormat};
use super::{log, plural};
use crate::cli::Ending;
use crate::cli::failure::complain;
use crate::cli::output::Output;
use crate::cli::session::Session;
use crate::cli::tables;

pub(super) fn run(arguments: &AffectedArguments) -> io::Result<Ending> {
    let mut output = Output::open(&arguments.output.destination)?;
    let mut session = Session::new(arguments.output.mask, arguments.input.on_error);
    let Some(affected) = read(arguments, &mut session)? else { return Ok(Ending::Failed) };
    match arguments.format {
        AffectedFormat::Ids => write_ids(&affected, arguments.output.mask, &mut output)?,
        AffectedFormat::Table => {
            output.text_table().write(&affected_table(&affected), &mut output)?;
        }
        AffectedFormat::Csv => output = tables::write_csv(&affected_table(&affected), output)?,
        AffectedFormat::Json => write_json(&affected, &mut output)?,
    }
    output.finish()?;
    tell(&affected);
    Ok(session.ending(!affected.users.is_empty()))
}

fn read(arguments: &AffectedArguments, session: &mut Session) -> io::Result<Option<Affected>> {
    let mut filter = Filter::default();
    filter.families = Attempts::FAMILIES.to_vec();
    let reader = arguments.input.reader().filter(filter).sample(true);
    let mut attempts = Attempts::new();
    let report = session.read_whole(
        reader.paths(&arguments.input.paths),
        DirectoryMethods::of,
        |event, classification, stated| {
            attempts.add_stated(event, classification, stated);
            Ok(())
        },
    )?;
    let Some(report) = report else { return Ok(None) };
    let mut affected = Affected::of(attempts.into_users(), arguments.span());
    affected.log = CoveredLog::of(&report);
    Ok(Some(affected))
}

/// One id a line. Who has none in the log is listed by user principal name, so that nobody is left out; a masked one would
/// be nobody's.
fn write_ids(affected: &Affected, is_masked: bool, output: &mut Output) -> io::Result<()> {
    let mut without_id = 0;
    for user in &affected.users {
        without_id += u64::from(user.user_id.is_none());
        let name = user.user_principal_name.as_ref().filter(|_| !is_masked);
        if let Some(name) = user.user_id.as_ref().or(name) {
            writeln!(output, "{}", printable(name))?;
        }
    }
    if without_id > 0 {
        let fate = if is_masked { "left out" } else { "listed by user principal name" };
        let users = plural(without_id, "user");
        complain(&format!("warning: of {users} the log has no object id; they are {fate}"));
    }
    Ok(())
}

fn tell(affected: &Affected) {
    log::tell(&affected.log);
    let others = |code: &str| {
        let is_one = |user: &&AffectedUser| user.reasons.iter().any(|reason| reason.code == code);
        affected.others.iter().filter(is_one).count() as u64
    };
    complain(&format!("{} affected", plural(affected.users.len() as u64, "user")));
    let deleted = others("deleted_since");
    if deleted > 0 {
        complain(&format!("{} not listed, who deleted all of it since", plural(deleted, "user")));
    }
    let unclear = others("method_unknown");
    if unclear > 0 {
        complain(&format!(
            "warning: {} not listed, of whom the log does not say which method they registered; --format json names them",
            plural(unclear, "user")
        ));
    }
}
