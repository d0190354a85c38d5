//! `regaudit rollback plan`: who is rolled back, by which deletions, and why nobody else is.

use std::io;

use chrono::{SubsecRound as _, Utc};
use regaudit::report::write_json;
use regaudit::rollback::{Plan, PlanSource, PlannedUser, Planner};
use regaudit::state::UserExports;

use super::args::{GuardArguments, PlanArguments};
use super::{files, plural};
use crate::cli::Ending;
use crate::cli::failure::{as_io, complain};
use crate::cli::output::Output;

pub(super) fn run(arguments: &PlanArguments) -> io::Result<Ending> {
    let mut output = Output::open(&arguments.destination)?;
    let (ids, name, bytes) = files::read_ids(&arguments.ids)?;
    let mut sources = vec![PlanSource::new("ids", &name, &bytes)];
    let mut state = UserExports::new();
    for path in files::expand(&arguments.state)? {
        let (name, bytes) = files::read(&path)?;
        state.add_slice(&name, &bytes).map_err(as_io)?;
        sources.push(PlanSource::new("state", &name, &bytes));
    }
    state.warnings().iter().for_each(|warning| complain(&format!("warning: {warning}")));
    let mut planner =
        Planner::new(&state, Utc::now().trunc_subsecs(0)).valid_for(arguments.valid_for);
    if !arguments.method.is_empty() {
        planner = planner.covers(arguments.method.iter().copied());
    }
    if let Some(limit) = arguments.limit.and_then(|limit| usize::try_from(limit).ok()) {
        planner = planner.limit(limit);
    }
    for name in &arguments.guards.protect {
        planner = planner.protect(name);
    }
    if let Some(path) = &arguments.guards.protect_ids {
        let (list, name, bytes) = files::read_ids(path)?;
        sources.push(PlanSource::new("protected", &name, &bytes));
        let names = list.users.iter().flat_map(|user| [&user.id, &user.user_principal_name]);
        planner = names.flatten().fold(planner, |planner, name| planner.protect(name));
    }
    for name in &arguments.guards.include {
        planner = planner.include(name);
    }
    let plan = sources.into_iter().fold(planner, Planner::source).plan(&ids);
    write_json(&plan, &mut output)?;
    output.finish()?;
    warn_of_strangers(&plan, &arguments.guards);
    tell(&plan);
    Ok(if plan.counts.to_roll_back > 0 { Ending::Done } else { Ending::NothingMatched })
}

pub(super) fn tell(plan: &Plan) {
    let counts = plan.counts;
    complain(&format!(
        "{}: {} eligible, {} not eligible, {} unknown; {} excluded",
        plural(counts.users, "user"),
        counts.eligible,
        counts.not_eligible,
        counts.unknown,
        counts.excluded
    ));
    complain(&format!(
        "to be rolled back: {}, by {}",
        plural(counts.to_roll_back, "user"),
        plural(counts.deletions, "deletion")
    ));
    warn_of_administrators(plan);
    if counts.duplicates > 0 {
        complain(&format!("{} of the list named users twice", plural(counts.duplicates, "entry")));
    }
    complain(&format!("nothing has been sent; digest {}", plan.digest));
}

/// Says of how many users it is not known whether they are administrators.
pub(super) fn warn_of_administrators(plan: &Plan) {
    let unknown =
        plan.users_to_roll_back().filter(|user| user.administrator.is_none() && !user.named);
    let unknown = unknown.count() as u64;
    if unknown > 0 {
        complain(&format!(
            "warning: of {} it is not known whether they are administrators; `apply` asks, the other forms do not: give role members or registration details",
            plural(unknown, "user")
        ));
    }
}

/// Warns of names that guards give, and that are nobody's of the list: they may be mistyped.
fn warn_of_strangers(plan: &Plan, guards: &GuardArguments) {
    let is_known = |name: &str| {
        let own = |user: &PlannedUser| {
            let names = [&user.id, &user.upn].into_iter().flatten();
            names.into_iter().any(|own| own.eq_ignore_ascii_case(name))
        };
        plan.users.iter().any(own)
    };
    let named = guards.protect.iter().map(|name| ("--protect", name));
    let named = named.chain(guards.include.iter().map(|name| ("--include", name)));
    for (option, name) in named.filter(|(_, name)| !is_known(name)) {
        complain(&format!(
            "warning: {option} {name} is nobody of the list, as far as the exports tell"
        ));
    }
}
