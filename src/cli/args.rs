//! What can be asked for.

use std::path::PathBuf;

use chrono::{DateTime, TimeDelta, Utc};
use clap::builder::{
    NonEmptyStringValueParser, PossibleValuesParser, StringValueParser, TypedValueParser,
};
use clap::{Args, Parser, Subcommand, ValueEnum};
use regaudit::catalogue::Family;
use regaudit::model::{Activity, DateOrder, Method, Outcome};
#[cfg(feature = "polars")]
use regaudit::query::Table;
use regaudit::report::Grouping;
use regaudit::troubleshoot::{SYMPTOMS, Symptom, symptom};
use regaudit::{Attempt, AttemptOutcome, Filter, Reader, Shape};

use super::rollback::args::RollbackArguments;
use super::when::{parse_duration, parse_when};

const EXIT_CODES: &str = "\
Exit codes: 0 done; 1 nothing matched; 2 usage or I/O error, or an input that cannot be read; \
3 done, but some records were rejected; 4 done, but something is left to do (rollback). The graver wins: \
2, 3, 4, 1, 0. Warnings change nothing.";

/// Tells what happened when users registered for multifactor authentication and self-service password
/// reset, from any export of the Microsoft Entra audit logs.
#[derive(Debug, Parser)]
#[command(version, after_help = EXIT_CODES)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Decode every record and tell what each file is and holds
    Inspect(InspectArguments),
    /// Tell who succeeded, failed and cancelled, with which method, and why
    Summary(SummaryArguments),
    /// List the events, one a row
    Events(EventsArguments),
    /// Tell who got through in one sitting, who broke off, failed or gave up
    Attempts(AttemptsArguments),
    /// Tell everything of one user: events, attempts, and the methods they hold
    User(UserArguments),
    /// Look into a complaint: why a user does not see a method, step by step, with evidence
    Troubleshoot(TroubleshootArguments),
    /// Roll back who registered through combined registration: who, what, carried out, and proved
    Rollback(RollbackArguments),
    /// Ask in SQL
    #[cfg(feature = "polars")]
    Query(QueryArguments),
    /// Write the tables as files: Parquet, CSV, NDJSON or JSON
    #[cfg(feature = "polars")]
    Convert(ConvertArguments),
    /// Show the rules by which events are read
    Catalogue(CatalogueArguments),
}

#[derive(Debug, Args)]
pub(super) struct InspectArguments {
    #[command(flatten)]
    pub(super) input: InputArguments,
    /// Compute the SHA-256 of each file as it stands, for the chain of custody
    #[arg(long)]
    pub(super) hash: bool,
    /// How to write it
    #[arg(long, value_enum, default_value_t = Format::Table, help_heading = "Writing")]
    pub(super) format: Format,
    #[command(flatten)]
    pub(super) output: OutputArguments,
}

#[derive(Debug, Args)]
pub(super) struct SummaryArguments {
    #[command(flatten)]
    pub(super) input: InputArguments,
    #[command(flatten)]
    pub(super) filter: FilterArguments,
    /// Show one breakdown in full instead of the overview
    #[arg(long, value_parser = grouping_parser(), help_heading = "Writing")]
    pub(super) by: Option<Grouping>,
    /// How to write it; ndjson and csv hold one breakdown, by activity unless --by says otherwise
    #[arg(long, value_enum, default_value_t = Format::Table, help_heading = "Writing")]
    pub(super) format: Format,
    #[command(flatten)]
    pub(super) output: OutputArguments,
}

#[derive(Debug, Args)]
pub(super) struct EventsArguments {
    #[command(flatten)]
    pub(super) input: InputArguments,
    #[command(flatten)]
    pub(super) filter: FilterArguments,
    /// How to write it; a table shows the columns that fit, the others show all
    #[arg(long, value_enum, default_value_t = Format::Table, help_heading = "Writing")]
    pub(super) format: Format,
    #[command(flatten)]
    pub(super) output: OutputArguments,
}

#[cfg(feature = "polars")]
const QUERY_EXAMPLES: &str = "\
Examples:
  regaudit query \"SELECT method, outcome, count(*) AS events FROM methods \
WHERE family = 'registration' GROUP BY method, outcome ORDER BY events DESC\" exports/
  regaudit query --schema";

#[cfg(feature = "polars")]
#[derive(Debug, Args)]
#[command(after_help = QUERY_EXAMPLES)]
pub(super) struct QueryArguments {
    /// The question, to the tables that --schema lists; every family is in them
    #[arg(required = true, value_name = "SQL", help_heading = "Arguments")]
    pub(super) sql: Option<String>,
    #[command(flatten)]
    pub(super) input: InputArguments,
    /// The longest time between two steps of one attempt [default: 15m]
    #[arg(long, value_parser = parse_duration, value_name = "TIME")]
    pub(super) gap: Option<TimeDelta>,
    /// Print the tables and their columns instead
    #[arg(long, exclusive = true)]
    pub(super) schema: bool,
    /// How to write it
    #[arg(long, value_enum, default_value_t = AnswerFormat::Table, help_heading = "Writing")]
    pub(super) format: AnswerFormat,
    #[command(flatten)]
    pub(super) output: OutputArguments,
}

#[cfg(feature = "polars")]
impl QueryArguments {
    /// An option that says how exports are read, if one was given.
    pub(super) fn option_for_exports(&self) -> Option<&'static str> {
        let input = &self.input;
        let options = [
            ("--gap", self.gap.is_some()),
            ("--shape", input.shape.is_some()),
            ("--date-order", input.date_order.is_some()),
            ("--no-dedup", input.no_dedup),
            ("--verify", input.verify),
        ];
        options.into_iter().find_map(|(name, is_given)| is_given.then_some(name))
    }
}

#[cfg(feature = "polars")]
#[derive(Debug, Args)]
pub(super) struct ConvertArguments {
    #[command(flatten)]
    pub(super) input: InputArguments,
    #[command(flatten)]
    pub(super) filter: FilterArguments,
    /// The longest time between two steps of one attempt
    #[arg(long, value_parser = parse_duration, value_name = "TIME", default_value = "15m")]
    pub(super) gap: TimeDelta,
    /// Write this table; may be given several times [default: events into a file, all into a folder]
    #[arg(long, value_parser = table_parser(), help_heading = "Writing")]
    pub(super) table: Vec<Table>,
    /// How to write it [default: as the name of the file says, else parquet]
    #[arg(long, value_enum, help_heading = "Writing")]
    pub(super) format: Option<FileFormat>,
    /// Write a folder for each date (UTC), as Hive does; Parquet alone
    #[arg(long, value_enum, value_name = "COLUMN", help_heading = "Writing")]
    pub(super) partition_by: Option<PartitionColumn>,
    /// Replace names, user principal names, addresses, phone numbers and devices
    #[arg(long, help_heading = "Writing")]
    pub(super) mask: bool,
    /// Write to this file, if its name has an ending, else to this folder, a file for each table
    #[arg(short, long, value_name = "PATH", help_heading = "Writing")]
    pub(super) output: PathBuf,
    /// Replace what is there, if it was written by this command
    #[arg(long, help_heading = "Writing")]
    pub(super) force: bool,
}

/// How an answer is written.
#[cfg(feature = "polars")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum AnswerFormat {
    Table,
    Json,
    Ndjson,
    Csv,
    Parquet,
}

/// How a table is stored.
#[cfg(feature = "polars")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FileFormat {
    Parquet,
    Csv,
    Ndjson,
    Json,
}

/// What a table is partitioned by.
#[cfg(feature = "polars")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum PartitionColumn {
    Date,
}

#[derive(Debug, Args)]
pub(super) struct AttemptsArguments {
    #[command(flatten)]
    pub(super) input: InputArguments,
    /// Only attempts that go on at this time or later (UTC): RFC 3339, a date, or how long ago
    #[arg(long, value_parser = parse_when, value_name = "TIME", help_heading = "Which attempts")]
    since: Option<DateTime<Utc>>,
    /// Only attempts that begin before this time (UTC), written alike
    #[arg(long, value_parser = parse_when, value_name = "TIME", help_heading = "Which attempts")]
    until: Option<DateTime<Utc>>,
    /// Only this user, by user principal name or object id; may be given several times
    #[arg(long, help_heading = "Which attempts")]
    pub(super) user: Vec<String>,
    /// Only attempts of this outcome; may be given several times
    #[arg(long, value_parser = attempt_outcome_parser(), help_heading = "Which attempts")]
    outcome: Vec<AttemptOutcome>,
    /// The longest time between two steps of one attempt
    #[arg(long, value_parser = parse_duration, value_name = "TIME", default_value = "15m")]
    pub(super) gap: TimeDelta,
    /// How to write it; a table shows the columns that fit, the others show all
    #[arg(long, value_enum, default_value_t = Format::Table, help_heading = "Writing")]
    pub(super) format: Format,
    #[command(flatten)]
    pub(super) output: OutputArguments,
}

impl AttemptsArguments {
    /// Whether the attempt is asked for, whosever it is.
    pub(super) fn accepts(&self, attempt: &Attempt) -> bool {
        self.since.is_none_or(|since| attempt.last >= since)
            && self.until.is_none_or(|until| attempt.first < until)
            && (self.outcome.is_empty() || self.outcome.contains(&attempt.outcome))
    }
}

#[derive(Debug, Args)]
pub(super) struct UserArguments {
    /// The user principal name or the object id
    #[arg(value_name = "USER", help_heading = "Arguments")]
    pub(super) user: String,
    #[command(flatten)]
    pub(super) input: InputArguments,
    /// The longest time between two steps of one attempt
    #[arg(long, value_parser = parse_duration, value_name = "TIME", default_value = "15m")]
    pub(super) gap: TimeDelta,
    /// How to write it; ndjson and csv hold the events alone
    #[arg(long, value_enum, default_value_t = Format::Table, help_heading = "Writing")]
    pub(super) format: Format,
    #[command(flatten)]
    pub(super) output: OutputArguments,
}

const TROUBLESHOOT_EXAMPLES: &str = "\
Examples:
  regaudit troubleshoot --user ada@example.com --symptom method_not_offered --method sms exports/
  regaudit troubleshoot --user ada@example.com --at 2026-03-09T12:00:00Z --policy methods-policy.json \
--users registration-details.csv --format markdown exports/
  regaudit troubleshoot --list";

#[derive(Debug, Args)]
#[command(after_help = TROUBLESHOOT_EXAMPLES)]
pub(super) struct TroubleshootArguments {
    /// Whose complaint it is: user principal name or object id
    #[arg(long, required = true, value_parser = NonEmptyStringValueParser::new(), value_name = "USER", help_heading = "The complaint")]
    pub(super) user: Option<String>,
    /// What the user reports [default: every symptom is looked into]
    #[arg(long, value_parser = symptom_parser(), help_heading = "The complaint")]
    pub(super) symptom: Option<&'static Symptom>,
    /// The method the user misses, by its canonical name or any other spelling
    #[arg(long, value_parser = method_parser(), help_heading = "The complaint")]
    pub(super) method: Option<Method>,
    /// When the user met it (UTC): RFC 3339, a date, or how long ago [default: the end of the log]
    #[arg(long, value_parser = parse_when, value_name = "TIME", help_heading = "The complaint")]
    pub(super) at: Option<DateTime<Utc>>,
    /// An export of policies from Microsoft Graph, as JSON: the Authentication methods policy, the
    /// authorization policy, Conditional Access policies, security defaults; may be given several times
    #[arg(long, value_name = "FILE", help_heading = "How things stand")]
    pub(super) policy: Vec<PathBuf>,
    /// An export of users, as JSON or CSV: members of roles, registration details, methods, groups,
    /// per-user states; may be given several times
    #[arg(long, value_name = "FILE", help_heading = "How things stand")]
    pub(super) users: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) input: InputArguments,
    /// Print the symptoms and their steps instead
    #[arg(long, conflicts_with_all = ["user", "symptom", "method", "at", "policy", "users", "paths"])]
    pub(super) list: bool,
    /// How to write it
    #[arg(long, value_enum, default_value_t = AnswerText::Table, help_heading = "Writing")]
    pub(super) format: AnswerText,
    #[command(flatten)]
    pub(super) output: OutputArguments,
}

/// How an answer in words is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum AnswerText {
    /// For a terminal
    Table,
    /// To paste into a ticket
    Markdown,
    /// With everything in it
    Json,
}

#[derive(Debug, Args)]
pub(super) struct CatalogueArguments {
    /// How to write it
    #[arg(long, value_enum, default_value_t = CatalogueFormat::Table)]
    pub(super) format: CatalogueFormat,
    /// Only rules of these families
    #[arg(long, value_parser = family_parser(), value_name = "FAMILY")]
    pub(super) family: Vec<Family>,
    #[command(flatten)]
    pub(super) destination: DestinationArguments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Table,
    Json,
    Ndjson,
    Csv,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum CatalogueFormat {
    Table,
    Markdown,
    Json,
    Ndjson,
    Csv,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum OnError {
    /// Go on with the next record, and say how many were rejected
    Skip,
    /// Stop at the first
    Stop,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Order {
    /// 3/9/2026 is the third of September
    Dmy,
    /// 3/9/2026 is the ninth of March
    Mdy,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Reading")]
pub(super) struct InputArguments {
    /// Files, folders, patterns, or `-` for standard input
    #[arg(required = true, value_name = "PATH", help_heading = "Arguments")]
    pub(super) paths: Vec<PathBuf>,
    /// Read every input as this shape instead of finding it by content
    #[arg(long, value_parser = shape_parser())]
    shape: Option<Shape>,
    /// Which number of a date such as 3/9/2026 is the day, where the file does not settle it
    #[arg(long, value_enum)]
    date_order: Option<Order>,
    /// How many threads decode [default: one for each core]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Count an event as often as it is found
    #[arg(long)]
    no_dedup: bool,
    /// Decode every record, also those that cannot be of interest
    #[arg(long)]
    verify: bool,
    /// What to do about a record that cannot be read
    #[arg(long, value_enum, default_value_t = OnError::Skip)]
    pub(super) on_error: OnError,
    /// The longest record, in bytes, that is read
    #[arg(long, value_name = "BYTES", default_value_t = Reader::LONGEST_RECORD)]
    longest_record: usize,
    /// How many bytes may come out of each compressed byte, after the first 64 MiB
    #[arg(long, value_name = "RATIO", default_value_t = Reader::LARGEST_EXPANSION)]
    largest_expansion: u64,
}

impl InputArguments {
    pub(super) fn reader(&self) -> Reader {
        let mut reader = Reader::new()
            .dedup(!self.no_dedup)
            .verify(self.verify)
            .longest_record(self.longest_record)
            .largest_expansion(self.largest_expansion);
        if let Some(shape) = self.shape {
            reader = reader.shape(shape);
        }
        if let Some(threads) = self.threads {
            reader = reader.threads(threads.into());
        }
        match self.date_order {
            Some(Order::Dmy) => reader.date_order(DateOrder::DayFirst),
            Some(Order::Mdy) => reader.date_order(DateOrder::MonthFirst),
            None => reader,
        }
    }
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Which events")]
pub(super) struct FilterArguments {
    /// From this time on (UTC): RFC 3339, a date, or how long ago (90m, 24h, 30d, 2w)
    #[arg(long, value_parser = parse_when, value_name = "TIME")]
    since: Option<DateTime<Utc>>,
    /// Before this time (UTC), written alike
    #[arg(long, value_parser = parse_when, value_name = "TIME")]
    until: Option<DateTime<Utc>>,
    /// Only this activity, by name; may be given several times, as the options below
    #[arg(long, value_parser = activity_parser())]
    activity: Vec<Activity>,
    /// Only this outcome
    #[arg(long, value_parser = outcome_parser())]
    outcome: Vec<Outcome>,
    /// Only this method, by its canonical name or any other spelling
    #[arg(long, value_parser = method_parser())]
    method: Vec<Method>,
    /// Only this user, by user principal name or object id
    #[arg(long)]
    user: Vec<String>,
    /// Only this family, or `all` [default: registration, where no activity is named]
    #[arg(long, value_parser = families_parser())]
    family: Vec<Families>,
}

/// A family, or all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Families {
    One(Family),
    All,
}

impl FilterArguments {
    /// The filter; of these families where nothing else is said.
    pub(super) fn filter(&self, families_by_default: &[Family]) -> Filter {
        let mut filter = Filter::default();
        filter.since = self.since;
        filter.until = self.until;
        filter.activities.clone_from(&self.activity);
        filter.outcomes.clone_from(&self.outcome);
        filter.methods.clone_from(&self.method);
        filter.users.clone_from(&self.user);
        let families = self.family.iter().filter_map(|family| match family {
            Families::One(family) => Some(*family),
            Families::All => None,
        });
        filter.families = families.collect();
        if self.family.is_empty() && self.activity.is_empty() {
            filter.families.extend(families_by_default);
        } else if self.family.contains(&Families::All) {
            filter.families.clear();
        }
        filter
    }
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Writing")]
pub(super) struct OutputArguments {
    /// Replace names, user principal names, addresses, phone numbers and devices
    #[arg(long)]
    pub(super) mask: bool,
    #[command(flatten)]
    pub(super) destination: DestinationArguments,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Writing")]
pub(super) struct DestinationArguments {
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Replace the file if it exists
    #[arg(long, requires = "output")]
    pub(super) force: bool,
}

fn shape_parser() -> impl TypedValueParser<Value = Shape> {
    PossibleValuesParser::new(Shape::ALL.map(Shape::as_str)).try_map(|name| name.parse::<Shape>())
}

fn grouping_parser() -> impl TypedValueParser<Value = Grouping> {
    PossibleValuesParser::new(Grouping::ALL.map(|(name, _)| name))
        .try_map(|name| name.parse::<Grouping>())
}

fn outcome_parser() -> impl TypedValueParser<Value = Outcome> {
    by_name(&Outcome::ALL, Outcome::as_str)
}

fn attempt_outcome_parser() -> impl TypedValueParser<Value = AttemptOutcome> {
    by_name(&AttemptOutcome::ALL, AttemptOutcome::as_str)
}

fn family_parser() -> impl TypedValueParser<Value = Family> {
    by_name(&Family::ALL, Family::as_str)
}

#[cfg(feature = "polars")]
fn table_parser() -> impl TypedValueParser<Value = Table> {
    by_name(&Table::ALL, Table::as_str)
}

fn symptom_parser() -> impl TypedValueParser<Value = &'static Symptom> {
    PossibleValuesParser::new(SYMPTOMS.iter().map(|symptom| symptom.id))
        .try_map(|id| symptom(&id).ok_or("unknown"))
}

fn families_parser() -> impl TypedValueParser<Value = Families> {
    let names = Family::ALL.map(Family::as_str).into_iter().chain(["all"]);
    PossibleValuesParser::new(names).map(|name| {
        let family = Family::ALL.into_iter().find(|family| family.as_str() == name);
        family.map_or(Families::All, Families::One)
    })
}

/// One of a list of values, by its name.
pub(super) fn by_name<T: Copy + Send + Sync + 'static>(
    values: &'static [T],
    name: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(values.iter().map(|value| name(*value))).try_map(move |given| {
        values.iter().copied().find(|value| name(*value) == given).ok_or("unknown")
    })
}

/// An activity by any of its names, whatever the case of the letters; one that is not known is
/// looked for as it is written.
fn activity_parser() -> impl TypedValueParser<Value = Activity> {
    StringValueParser::new().map(|text| {
        let name = text.strip_suffix(['.', ' ']).unwrap_or(&text);
        let is_named = |activity: &&Activity| {
            activity.spellings().iter().any(|spelling| spelling.eq_ignore_ascii_case(name))
        };
        let known = Activity::KNOWN.iter().find(is_named).cloned();
        known.unwrap_or_else(|| Activity::from_text(&text))
    })
}

fn method_parser() -> impl TypedValueParser<Value = Method> {
    StringValueParser::new().map(|text| Method::from_text(&text))
}
