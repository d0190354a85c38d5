//! A plan as a script for the PowerShell module of Microsoft Graph.

use std::io::{self, Write};

use super::deletion::{encoded, path};
use super::plan::{Plan, PlannedUser};
use crate::model::format_timestamp;

/// What comes before the users.
const HEAD: &str = include_str!("powershell/head.ps1");
/// What comes behind them.
const BODY: &str = include_str!("powershell/body.ps1");

/// Writes a plan as a script: for each user it looks at the state once more, deletes in order, stops with a user at
/// the first failure, and says what became of each. `-WhatIf` shows what it would do, and deletes nothing.
///
/// It needs the module `Microsoft.Graph.Authentication` alone. Nothing in it is a command but what stands in this
/// source: names and ids are texts in single quotes.
pub fn write_powershell(plan: &Plan, mut output: impl Write) -> io::Result<()> {
    let counts = plan.counts;
    writeln!(output, "<#")?;
    writeln!(output, "  Rollback of methods that were registered through combined registration.")?;
    writeln!(
        output,
        "  Made by regaudit from the plan {}, of {}, which expires at {} (UTC).",
        plan.digest,
        format_timestamp(plan.created),
        format_timestamp(plan.expires)
    )?;
    writeln!(output, "  {} users, {} deletions.", counts.to_roll_back, counts.deletions)?;
    output.write_all(HEAD.as_bytes())?;
    writeln!(output, "$expires = [DateTimeOffset]'{}'", format_timestamp(plan.expires))?;
    writeln!(output, "$expected = {}", counts.to_roll_back)?;
    writeln!(output, "$users = @(")?;
    for user in plan.users_to_roll_back() {
        write_user(user, &mut output)?;
    }
    writeln!(output, ")\n")?;
    output.write_all(BODY.as_bytes())
}

fn write_user(user: &PlannedUser, output: &mut impl Write) -> io::Result<()> {
    let name = user.upn.as_deref().unwrap_or(user.key());
    writeln!(
        output,
        "    @{{ Key = {}; Name = {}; Deletions = @(",
        quoted(&encoded(user.key())),
        quoted(name)
    )?;
    for deletion in &user.deletions {
        for note in &deletion.notes {
            writeln!(output, "        # {note}")?;
        }
        let collection = deletion.resource.collection();
        let id = deletion.id.as_deref().or(deletion.resource.fixed_id());
        let request = match id {
            Some(id) => format!("Path = {}", quoted(&path(user.key(), deletion.resource, id))),
            None => format!("AllOf = {}", quoted(collection)),
        };
        let method = deletion.resource.as_str();
        writeln!(output, "        @{{ Method = '{method}'; {request} }}")?;
    }
    writeln!(output, "    ) }}")
}

/// A text in single quotes. PowerShell takes typographic quotes for quotes, too; characters that would not be seen are
/// left out.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("'");
    for character in text.chars().filter(|character| !character.is_control()) {
        quoted.push(character);
        if matches!(character, '\'' | '\u{2018}' | '\u{2019}' | '\u{201A}' | '\u{201B}') {
            quoted.push(character);
        }
    }
    quoted.push('\'');
    quoted
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_text_stays_a_text() {
        assert_eq!(quoted("o'neil@example.com"), "'o''neil@example.com'");
        assert_eq!(quoted("a\u{2019}; Remove-Item /\n"), "'a\u{2019}\u{2019}; Remove-Item /'");
        assert_eq!(quoted("$(Get-Date) `n"), "'$(Get-Date) `n'");
    }
}
