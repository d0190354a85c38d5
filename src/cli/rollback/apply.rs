//! `regaudit rollback apply`: a plan, carried out through Microsoft Graph.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use chrono::Utc;
use regaudit::report::{applied_table, write_json};
use regaudit::rollback::Plan;
use regaudit::rollback::apply::{
    Applied, Apply, Endpoint, Graph, Journal, Outcome, Record, SystemClock, UserOutcome,
};

use super::args::ApplyArguments;
use super::token::Source;
use super::{files, plural, show};
use crate::cli::Ending;
use crate::cli::args::{Format, OnError};
use crate::cli::failure::{as_io, complain};
use crate::cli::output::Output;
use crate::cli::session::Session;
use crate::cli::tables;

pub(super) fn run(arguments: &ApplyArguments) -> io::Result<Ending> {
    let plan = files::read_plan(&arguments.plan)?;
    let apply = prepare(arguments, &plan)?;
    let endpoint = Endpoint::new(&arguments.endpoint).map_err(as_io)?;
    if !endpoint.is_known() {
        complain(&format!(
            "warning: {} is none of the roots of Microsoft Graph that Microsoft documents",
            endpoint.as_str()
        ));
    }
    let journal = journal_path(arguments, &plan);
    let record = Record::read(&journal, &plan, &endpoint).map_err(as_io)?;
    let mut output = Output::open(&arguments.output.destination)?;
    let pending = apply.pending(&record);
    let deletions = pending.iter().map(|user| user.deletions.len() as u64).sum();
    complain(&format!(
        "this run is about to make {} of {} at {}",
        plural(deletions, "deletion"),
        plural(pending.len() as u64, "user"),
        endpoint.as_str()
    ));
    let protected = pending.iter().filter(|user| apply.leaves_alone(user)).count() as u64;
    if protected > 0 {
        complain(&format!("of them, {} protected, and left alone", plural(protected, "user")));
    }
    if !arguments.yes || pending.is_empty() {
        write_dry(arguments, &plan, apply.outcomes(&record), &mut output)?;
        output.finish()?;
        let hint = if pending.is_empty() { "nobody is left" } else { "--yes sends it" };
        complain(&format!("nothing was sent; {hint}"));
        return Ok(if pending.is_empty() { Ending::NothingMatched } else { Ending::Done });
    }
    confirm(arguments, pending.len())?;
    let mut journal = Journal::open(&journal, &plan, &endpoint).map_err(as_io)?;
    // Another run may have dealt with users while this one waited for the number.
    if apply.pending(journal.record()) != pending {
        return Err(io::Error::other(
            "another run has dealt with users meanwhile; nothing was sent: look again at whom this one is about",
        ));
    }
    let applied = carry_out(arguments, &apply, &endpoint, &mut journal)?;
    let ending = ending(&applied);
    tell(&applied);
    match write(arguments, applied, output) {
        // Whoever read our output has seen enough; what became of the users is told nonetheless.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(ending),
    }
}

fn prepare<'a>(arguments: &ApplyArguments, plan: &'a Plan) -> io::Result<Apply<'a>> {
    let mut apply = Apply::new(plan, Utc::now())
        .map_err(as_io)?
        .limit(arguments.limit())
        .pace(arguments.pace())
        .retries(arguments.retries)
        .retry(arguments.retry);
    for name in &arguments.guards.protect {
        apply = apply.protect(name);
    }
    if let Some(path) = &arguments.guards.protect_ids {
        let (list, _, _) = files::read_ids(path)?;
        let names = list.users.iter().flat_map(|user| [&user.id, &user.user_principal_name]);
        apply = names.flatten().fold(apply, |apply, name| apply.protect(name));
    }
    Ok(arguments.guards.include.iter().fold(apply, |apply, name| apply.include(name)))
}

/// The journal beside the plan, one for each plan: `plan.0123456789ab.journal.ndjson`.
fn journal_path(arguments: &ApplyArguments, plan: &Plan) -> PathBuf {
    if let Some(path) = &arguments.journal {
        return path.clone();
    }
    let digest: String = plan.digest.trim_start_matches("sha256:").chars().take(12).collect();
    let path: &Path = &arguments.plan;
    path.with_extension(format!("{digest}.journal.ndjson"))
}

/// Makes sure that the operator knows how many users it is about.
fn confirm(arguments: &ApplyArguments, users: usize) -> io::Result<()> {
    let given = match arguments.confirm {
        Some(number) => Some(number),
        None if io::stdin().is_terminal() && io::stderr().is_terminal() => ask()?,
        None => None,
    };
    if given == Some(users) {
        return Ok(());
    }
    let found = given.map_or_else(|| "no number was".to_owned(), |given| format!("{given} was"));
    Err(io::Error::new(
        io::ErrorKind::InvalidInput,
        format!(
            "{found} confirmed, and this run deals with {users} users; nothing was sent: give --confirm {users}"
        ),
    ))
}

fn ask() -> io::Result<Option<usize>> {
    write!(io::stderr(), "How many users is it about? ")?;
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim().parse().ok())
}

fn carry_out(
    arguments: &ApplyArguments,
    apply: &Apply<'_>,
    endpoint: &Endpoint,
    journal: &mut Journal,
) -> io::Result<Applied> {
    let mut tokens = match &arguments.token_command {
        Some(command) => Source::Command(command.clone()),
        None => Source::Environment(arguments.token_env.clone()),
    };
    let mut graph = Graph::new(endpoint, arguments.timeout());
    let total = apply.pending(journal.record()).len();
    let mut number = 0;
    let applied = apply.run(endpoint, &mut graph, &mut SystemClock, &mut tokens, journal, |user| {
        number += 1;
        let key = user.id.as_deref().or(user.upn.as_deref().filter(|_| !arguments.output.mask));
        let key = key.unwrap_or("[masked]");
        complain(&format!("{number} of {total}: {key} {}", user.outcome.as_str()));
    });
    applied.map_err(as_io)
}

/// What would be done, where nothing is sent: the plan, or how far it has come.
fn write_dry(
    arguments: &ApplyArguments,
    plan: &Plan,
    mut users: Vec<UserOutcome>,
    output: &mut Output,
) -> io::Result<()> {
    let is_open = |user: &UserOutcome| user.outcome == Outcome::Pending;
    if users.iter().filter(|user| is_open(user)).count() as u64 == plan.counts.to_roll_back {
        return show::write(plan, arguments.format, arguments.output.mask, output);
    }
    Session::new(arguments.output.mask, OnError::Skip).mask_outcomes(&mut users);
    write_users(arguments.format, &users, output)
}

fn write(arguments: &ApplyArguments, mut applied: Applied, mut output: Output) -> io::Result<()> {
    Session::new(arguments.output.mask, OnError::Skip).mask_outcomes(&mut applied.users);
    match arguments.format {
        Format::Json => write_json(&applied, &mut output)?,
        format => write_users(format, &applied.users, &mut output)?,
    }
    output.finish()
}

fn tell(applied: &Applied) {
    let counts = Outcome::ALL.into_iter().map(|outcome| (outcome, applied.count(outcome)));
    let counts = counts.filter(|(_, count)| *count > 0);
    let counts: Vec<String> =
        counts.map(|(outcome, count)| format!("{count} {}", outcome.as_str())).collect();
    complain(&counts.join(", "));
    if applied.count(Outcome::Failed) + applied.count(Outcome::DefaultMustBeChangedFirst) > 0 {
        complain("once what failed is mended, --retry tries those users again");
    }
    if applied.count(Outcome::ChangedSince) > 0 {
        complain("who has changed since needs another plan, made of a later state");
    }
    if let Some(error) = &applied.stopped {
        complain(&format!("error: stopped: {error}"));
    }
}

fn write_users(format: Format, users: &[UserOutcome], output: &mut Output) -> io::Result<()> {
    let table = applied_table(users);
    match format {
        Format::Table => output.text_table().write(&table, output),
        Format::Json => write_json(&users, output),
        Format::Ndjson => tables::write_ndjson(&table, output),
        Format::Csv => tables::write_csv(&table, output).map(drop),
    }
}

fn ending(applied: &Applied) -> Ending {
    if applied.stopped.is_some() {
        Ending::Failed
    } else if applied.is_done() {
        Ending::Done
    } else {
        Ending::Incomplete
    }
}
