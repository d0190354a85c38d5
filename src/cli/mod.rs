//! The command line: arguments in, library calls, exit code out.
//!
//! One file for each subcommand. Data goes to standard output or the file named by `-o`; all else
//! goes to standard error. Nothing here knows more of the library than any other program could.

mod args;
mod attempts;
mod catalogue;
#[cfg(feature = "polars")]
mod convert;
mod events;
mod failure;
#[cfg(feature = "polars")]
mod folder;
mod inspect;
mod output;
#[cfg(feature = "polars")]
mod query;
mod rollback;
mod rows;
mod session;
mod summary;
mod tables;
mod troubleshoot;
mod unfinished;
mod user;
mod wanted;
mod when;

use std::io;
use std::process::ExitCode;

use clap::Parser as _;

use self::args::{Arguments, Command};
use self::failure::complain;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// Done.
    Done,
    /// Nothing matched.
    NothingMatched,
    /// Done, but some records were rejected.
    Rejections,
    /// Done, but something is left: users who could not be rolled back, or deletions that are not confirmed.
    Incomplete,
    /// A usage or I/O error, or an input that could not be read.
    Failed,
}

impl Ending {
    fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::NothingMatched => 1,
            Self::Failed => 2,
            Self::Rejections => 3,
            Self::Incomplete => 4,
        }
    }
}

/// Runs the program.
pub(crate) fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // What cannot be printed, such as help into a closed pipe, is nothing to fail for.
            let _ = error.print();
            let is_help = !error.use_stderr();
            return if is_help { ExitCode::SUCCESS } else { Ending::Failed.code().into() };
        }
    };
    let result = match &arguments.command {
        Command::Inspect(arguments) => inspect::run(arguments),
        Command::Summary(arguments) => summary::run(arguments),
        Command::Events(arguments) => events::run(arguments),
        Command::Attempts(arguments) => attempts::run(arguments),
        Command::User(arguments) => user::run(arguments),
        Command::Troubleshoot(arguments) => troubleshoot::run(arguments),
        Command::Rollback(arguments) => rollback::run(arguments),
        #[cfg(feature = "polars")]
        Command::Query(arguments) => query::run(arguments),
        #[cfg(feature = "polars")]
        Command::Convert(arguments) => convert::run(arguments),
        Command::Catalogue(arguments) => catalogue::run(arguments),
    };
    match result {
        Ok(ending) => ending.code().into(),
        // Whoever read our output has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("error: {error}"));
            Ending::Failed.code().into()
        }
    }
}
