//! `regaudit rollback`: affected, plan, the forms of a plan, apply, verify.

mod affected;
#[cfg(feature = "graph")]
mod apply;
pub(super) mod args;
mod files;
mod forms;
mod log;
mod plan;
mod show;
#[cfg(feature = "graph")]
mod token;
mod verify;

use std::io;

use self::args::{RollbackArguments, RollbackCommand};
use super::Ending;

pub(super) fn run(arguments: &RollbackArguments) -> io::Result<Ending> {
    match &arguments.command {
        RollbackCommand::Affected(arguments) => affected::run(arguments),
        RollbackCommand::Plan(arguments) => plan::run(arguments),
        RollbackCommand::Show(arguments) => show::run(arguments),
        RollbackCommand::Batch(arguments) => forms::batch(arguments),
        RollbackCommand::Powershell(arguments) => forms::powershell(arguments),
        #[cfg(feature = "graph")]
        RollbackCommand::Apply(arguments) => apply::run(arguments),
        RollbackCommand::Verify(arguments) => verify::run(arguments),
    }
}

fn plural(count: u64, of: &str) -> String {
    format!("{count} {of}{}", if count == 1 { "" } else { "s" })
}
