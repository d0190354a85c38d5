//! What can be asked for about a rollback.

use std::path::PathBuf;
#[cfg(feature = "graph")]
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand, ValueEnum};
use regaudit::rollback::{Resource, Span};

use crate::cli::args::{DestinationArguments, Format, InputArguments, OutputArguments, by_name};
use crate::cli::when::{parse_duration, parse_when};

#[cfg(feature = "graph")]
const EXAMPLES: &str = "\
In this order:
  regaudit rollback affected logs/ --since 2026-01-01 -o ids.txt
  regaudit rollback plan --ids ids.txt --state methods/ requirements/ admins.json --limit 2 -o plan.json
  regaudit rollback show plan.json
  regaudit rollback apply plan.json
  regaudit rollback apply plan.json --yes --confirm 2
  regaudit rollback verify plan.json later-logs/";

#[cfg(not(feature = "graph"))]
const EXAMPLES: &str = "\
In this order:
  regaudit rollback affected logs/ --since 2026-01-01 -o ids.txt
  regaudit rollback plan --ids ids.txt --state methods/ requirements/ admins.json --limit 2 -o plan.json
  regaudit rollback show plan.json
  regaudit rollback powershell plan.json -o rollback.ps1
  regaudit rollback verify plan.json later-logs/

`rollback apply`, which carries a plan out, is in programs that are built with the feature graph.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct RollbackArguments {
    #[command(subcommand)]
    pub(in crate::cli) command: RollbackCommand,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum RollbackCommand {
    /// List who registered a phone or an app through combined registration, and holds it still
    Affected(AffectedArguments),
    /// Plan the rollback: who is eligible, what is deleted in which order, who is left alone and why
    Plan(PlanArguments),
    /// Show a plan to whoever reviews it
    Show(ShowArguments),
    /// Write a plan as bodies for Microsoft Graph's $batch
    Batch(FormArguments),
    /// Write a plan as a PowerShell script with -WhatIf
    Powershell(FormArguments),
    /// Carry out a plan through Microsoft Graph; without --yes nothing is sent
    #[cfg(feature = "graph")]
    Apply(ApplyArguments),
    /// Tell what a later export of the log confirms of a plan
    Verify(VerifyArguments),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct AffectedArguments {
    #[command(flatten)]
    pub(in crate::cli) input: InputArguments,
    /// Registered from this time on (UTC): RFC 3339, a date, or how long ago (90m, 24h, 30d, 2w)
    #[arg(long, value_parser = parse_when, value_name = "TIME", help_heading = "Which users")]
    since: Option<DateTime<Utc>>,
    /// Registered before this time (UTC), written alike; what was deleted since counts to the end of the log
    #[arg(long, value_parser = parse_when, value_name = "TIME", help_heading = "Which users")]
    until: Option<DateTime<Utc>>,
    /// How to write it
    #[arg(long, value_enum, default_value_t = AffectedFormat::Ids, help_heading = "Writing")]
    pub(in crate::cli) format: AffectedFormat,
    #[command(flatten)]
    pub(in crate::cli) output: OutputArguments,
}

impl AffectedArguments {
    pub(in crate::cli) fn span(&self) -> Span {
        Span { since: self.since, until: self.until }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum AffectedFormat {
    /// One object id a line, as the plan takes it
    Ids,
    /// For a terminal
    Table,
    /// With reasons and where the records stand
    Csv,
    /// The same, with what the log covers, and who is not affected any more
    Json,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct PlanArguments {
    /// The users: an object id or user principal name on each line, or what `affected` wrote as CSV or JSON
    #[arg(long, value_name = "FILE", help_heading = "Users and their state")]
    pub(in crate::cli) ids: PathBuf,
    /// Exports of how users stand, files or folders: authentication/methods, authentication/requirements,
    /// signInPreferences, userRegistrationDetails, members of roles (JSON or CSV), Get-MsolUser
    #[arg(long, required = true, num_args = 1.., value_name = "FILE", help_heading = "Users and their state")]
    pub(in crate::cli) state: Vec<PathBuf>,
    /// Delete this sort of method; may be given several times [default: phones, Microsoft Authenticator, software tokens]
    #[arg(long, value_parser = by_name(Resource::ALL, Resource::as_str), help_heading = "What is deleted")]
    pub(in crate::cli) method: Vec<Resource>,
    /// Roll back so many users at most; begin with one or two
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..), help_heading = "Guards")]
    pub(in crate::cli) limit: Option<u32>,
    #[command(flatten)]
    pub(in crate::cli) guards: GuardArguments,
    /// How long the plan is valid
    #[arg(long, value_parser = parse_duration, value_name = "TIME", default_value = "7d", help_heading = "Guards")]
    pub(in crate::cli) valid_for: TimeDelta,
    #[command(flatten)]
    pub(in crate::cli) destination: DestinationArguments,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Guards")]
pub(in crate::cli) struct GuardArguments {
    /// Leave this user alone, by object id or user principal name; may be given several times
    #[arg(long, value_name = "USER", value_parser = NonEmptyStringValueParser::new())]
    pub(in crate::cli) protect: Vec<String>,
    /// Leave the users of this list alone, written as the one of --ids: emergency access accounts
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) protect_ids: Option<PathBuf>,
    /// Do not leave this user alone for being an administrator, or protected; may be given several times
    #[arg(long, value_name = "USER", value_parser = NonEmptyStringValueParser::new())]
    pub(in crate::cli) include: Vec<String>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ShowArguments {
    /// The plan
    #[arg(value_name = "PLAN", help_heading = "Arguments")]
    pub(in crate::cli) plan: PathBuf,
    /// How to write it
    #[arg(long, value_enum, default_value_t = Format::Table, help_heading = "Writing")]
    pub(in crate::cli) format: Format,
    #[command(flatten)]
    pub(in crate::cli) output: OutputArguments,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct FormArguments {
    /// The plan
    #[arg(value_name = "PLAN", help_heading = "Arguments")]
    pub(in crate::cli) plan: PathBuf,
    #[command(flatten)]
    pub(in crate::cli) destination: DestinationArguments,
}

#[cfg(feature = "graph")]
#[derive(Debug, Args)]
pub(in crate::cli) struct ApplyArguments {
    /// The plan
    #[arg(value_name = "PLAN", help_heading = "Arguments")]
    pub(in crate::cli) plan: PathBuf,
    /// Send the requests; without this, nothing is sent
    #[arg(long)]
    pub(in crate::cli) yes: bool,
    /// How many users this run is about to deal with, as it says itself
    #[arg(long, value_name = "NUMBER", requires = "yes", help_heading = "Guards")]
    pub(in crate::cli) confirm: Option<usize>,
    /// Deal with so many users at most; the next run goes on with the others
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..), help_heading = "Guards")]
    pub(in crate::cli) limit: Option<u32>,
    #[command(flatten)]
    pub(in crate::cli) guards: GuardArguments,
    /// Try users again whose outcome was failed, default_must_be_changed_first or excluded
    #[arg(long, help_heading = "Guards")]
    pub(in crate::cli) retry: bool,
    /// What was done, line by line; the next run goes on from it [default: beside the plan, with its digest]
    #[arg(long, value_name = "FILE", help_heading = "Service")]
    pub(in crate::cli) journal: Option<PathBuf>,
    /// The root of Microsoft Graph, for national clouds
    #[arg(
        long,
        value_name = "URL",
        default_value = "https://graph.microsoft.com",
        help_heading = "Service"
    )]
    pub(in crate::cli) endpoint: String,
    /// The environment variable that holds the access token
    #[arg(
        long,
        value_name = "NAME",
        default_value = "REGAUDIT_GRAPH_TOKEN",
        help_heading = "Service"
    )]
    pub(in crate::cli) token_env: String,
    /// A command that prints an access token, run again when the token is refused
    #[arg(long, value_name = "COMMAND", conflicts_with = "token_env", help_heading = "Service")]
    pub(in crate::cli) token_command: Option<String>,
    /// How long to wait between two users, in milliseconds
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 750, value_parser = clap::value_parser!(u64).range(..=3_600_000), help_heading = "Service")]
    pace: u64,
    /// How often a request is repeated
    #[arg(long, value_name = "NUMBER", default_value_t = regaudit::rollback::apply::Apply::RETRIES, help_heading = "Service")]
    pub(in crate::cli) retries: u32,
    /// How long an answer may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 90, value_parser = clap::value_parser!(u64).range(1..=3600), help_heading = "Service")]
    timeout: u64,
    /// How to write the outcomes
    #[arg(long, value_enum, default_value_t = Format::Table, help_heading = "Writing")]
    pub(in crate::cli) format: Format,
    #[command(flatten)]
    pub(in crate::cli) output: OutputArguments,
}

#[cfg(feature = "graph")]
impl ApplyArguments {
    pub(in crate::cli) fn pace(&self) -> Duration {
        Duration::from_millis(self.pace)
    }

    pub(in crate::cli) fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout)
    }

    pub(in crate::cli) fn limit(&self) -> Option<usize> {
        self.limit.and_then(|limit| usize::try_from(limit).ok())
    }
}

#[derive(Debug, Args)]
pub(in crate::cli) struct VerifyArguments {
    /// The plan
    #[arg(value_name = "PLAN", help_heading = "Arguments")]
    pub(in crate::cli) plan: PathBuf,
    #[command(flatten)]
    pub(in crate::cli) input: InputArguments,
    /// How to write it
    #[arg(long, value_enum, default_value_t = Format::Table, help_heading = "Writing")]
    pub(in crate::cli) format: Format,
    #[command(flatten)]
    pub(in crate::cli) output: OutputArguments,
}
