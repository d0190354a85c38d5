//! A plan as a script for the PowerShell module of Microsoft Graph.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::deletion::encoded;
use super::plan::{Plan, PlannedUser, RegisteredResource};
use super::resource::Resource;
use crate::model::format_timestamp;

/// What comes before the users.
const HEAD: &str = include_str!("powershell/head.ps1");
/// What comes behind them.
const BODY: &str = include_str!("powershell/body.ps1");

/// Writes a plan as a script: it looks at each user once more, leaves alone who has changed, deletes in order, stops with
/// a user at the first failure, and says what became of each. `-WhatIf` shows what it would do, and deletes nothing.
///
/// It needs the module `Microsoft.Graph.Authentication` alone, in Windows PowerShell 5.1 or later. The script is ASCII, so
/// that no version reads it in another encoding, and nothing in it is a command but what stands in this source: names and
/// ids are texts in single quotes.
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
    writeln!(output, "$expires = [DateTimeOffset]::Parse('{}')", format_timestamp(plan.expires))?;
    writeln!(output, "$expected = {}", counts.to_roll_back)?;
    writeln!(output, "$users = @(")?;
    for user in plan.users_to_roll_back() {
        write_user(plan, user, &mut output)?;
    }
    writeln!(output, ")\n")?;
    output.write_all(BODY.as_bytes())
}

fn write_user(plan: &Plan, user: &PlannedUser, output: &mut impl Write) -> io::Result<()> {
    let name = user.upn.as_deref().unwrap_or(user.key());
    let covered: BTreeSet<Resource> =
        plan.covers.iter().copied().chain(Resource::COVERED).collect();
    let collections: BTreeSet<&str> =
        covered.iter().map(|resource| resource.collection()).collect();
    let collections: Vec<String> = collections.into_iter().map(quoted).collect();
    writeln!(output, "    @{{")?;
    writeln!(output, "        Key = {}; Name = {}", quoted(&encoded(user.key())), quoted(name))?;
    writeln!(output, "        Covered = @({})", collections.join(", "))?;
    writeln!(output, "        Stays = @({})", stays(user).join(", "))?;
    writeln!(output, "        Deletions = @(")?;
    for deletion in &user.deletions {
        for note in &deletion.notes {
            writeln!(output, "            # {}", one_line(&note.text))?;
        }
        let id = deletion.id.as_deref().or(deletion.resource.fixed_id());
        let id = id.map_or_else(|| "$null".to_owned(), quoted);
        let (method, collection) = (deletion.resource.as_str(), deletion.resource.collection());
        // Reports count the codes of Microsoft Authenticator as another method.
        let may_be_elsewhere = deletion.id.is_none()
            && deletion.resource == Resource::SoftwareOath
            && user.deletions.iter().any(|one| one.resource == Resource::MicrosoftAuthenticator);
        let elsewhere = if may_be_elsewhere { "$true" } else { "$false" };
        writeln!(
            output,
            "            @{{ Method = '{method}'; Collection = '{collection}'; Id = {id}; MayBeElsewhere = {elsewhere} }}"
        )?;
    }
    writeln!(output, "        )")?;
    writeln!(output, "    }}")
}

/// The methods of a user that the plan knows and leaves, as `collection/id`.
fn stays(user: &PlannedUser) -> Vec<String> {
    let is_deleted = |one: &RegisteredResource| {
        user.deletions.iter().any(|deletion| deletion.resource == one.resource)
    };
    let stays = user.registered.iter().flatten().filter(|one| !is_deleted(one));
    let path = |one: &RegisteredResource| {
        let id = one.id.as_deref().or(one.resource.fixed_id())?;
        Some(quoted(&format!("{}/{id}", one.resource.collection())))
    };
    stays.filter_map(path).collect()
}

/// A text in single quotes, in ASCII: what is not, is written as its number. Control characters are left out.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("'");
    let mut is_joined = false;
    for character in text.chars().filter(|character| !character.is_control()) {
        match character {
            '\'' => quoted.push_str("''"),
            character if character.is_ascii() => quoted.push(character),
            character => {
                let mut units = [0; 2];
                for unit in character.encode_utf16(&mut units) {
                    let _ = write!(quoted, "' + [char]0x{unit:04X} + '");
                }
                is_joined = true;
            }
        }
    }
    quoted.push('\'');
    if is_joined { format!("({quoted})") } else { quoted }
}

/// A text on one line, in ASCII, for a comment.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii() && !c.is_control() { c } else { ' ' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stays_a_text_in_every_encoding() {
        assert_eq!(quoted("o'neil@example.com"), "'o''neil@example.com'");
        assert_eq!(quoted("a\u{2019};\n"), "('a' + [char]0x2019 + ';')");
        assert_eq!(quoted("\u{451};calc"), "('' + [char]0x0451 + ';calc')");
        assert_eq!(quoted("\u{1F600}"), "('' + [char]0xD83D + '' + [char]0xDE00 + '')");
        assert_eq!(quoted("$(Get-Date) `n"), "'$(Get-Date) `n'");
        assert_eq!(one_line("a\nWrite-Host\u{2028}b"), "a Write-Host b");
    }

    #[test]
    fn no_version_of_powershell_stumbles_over_the_script() {
        for part in [HEAD, BODY] {
            assert!(part.is_ascii());
            let count = |character| part.matches(character).count();
            for [open, close] in [["{", "}"], ["(", ")"], ["[", "]"]] {
                assert_eq!(count(open), count(close), "{open}{close}");
            }
            // Texts are put together with -f: within double quotes, `$name:` would be a drive.
            let code = part.lines().filter(|line| !line.trim_start().starts_with('#'));
            assert!(!code.collect::<String>().contains('"'), "a text in double quotes");
        }
    }
}
