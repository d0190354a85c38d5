//! Users as CSV: a row for each user, or for each role of a user.
//!
//! Columns are known by their names without case, blanks and punctuation, so that what Graph calls
//! `isSsprRegistered` and the portal "SSPR Registered" is one. A blank cell states nothing, but for the lists of
//! MSOnline, of which a blank one is empty.

use chrono::{DateTime, Utc};
use csv::StringRecord;

use super::csv_text::{self, Lines};
use super::facts::{Fact, Facts, Flag};
use super::held::{default_method, named};
use super::owner::{Owner, is_id, lower};
use super::strong_authentication;
use super::user::Role;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{parse_timestamp, present};
use crate::origin::Origin;

/// What a column is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    UserName,
    UserId,
    Role,
    /// Whether the roles of the row are active or could be activated.
    RoleState,
    Flag(Flag),
    Methods,
    DefaultMethod,
    LastUpdated,
    PerUserMfa,
    StrongMethods,
    StrongRequirements,
}

const FLAGS: [Flag; 6] = [
    Flag::Admin,
    Flag::SsprEnabled,
    Flag::SsprRegistered,
    Flag::SsprCapable,
    Flag::MfaRegistered,
    Flag::MfaCapable,
];

const COLUMNS: [(Column, &[&str]); 16] = [
    (Column::UserName, &["userprincipalname", "upn"]),
    (Column::UserId, &["id", "userid", "objectid", "userobjectid"]),
    (
        Column::Role,
        &["role", "roles", "rolename", "roledisplayname", "directoryrole", "directoryroles"],
    ),
    (Column::RoleState, &["assignmentstate"]),
    (Column::Flag(Flag::Admin), &["isadmin"]),
    (Column::Flag(Flag::SsprEnabled), &["isssprenabled", "ssprenabled"]),
    (Column::Flag(Flag::SsprRegistered), &["isssprregistered", "ssprregistered"]),
    (Column::Flag(Flag::SsprCapable), &["isssprcapable", "ssprcapable"]),
    (Column::Flag(Flag::MfaRegistered), &["ismfaregistered", "mfaregistered"]),
    (Column::Flag(Flag::MfaCapable), &["ismfacapable", "mfacapable"]),
    (Column::Methods, &["methodsregistered"]),
    (Column::DefaultMethod, &["defaultmfamethod", "userpreferredmethodforsecondaryauthentication"]),
    (Column::LastUpdated, &["lastupdateddatetime", "lastupdatedtime", "lastupdated"]),
    (Column::PerUserMfa, &["perusermfastate"]),
    (Column::StrongMethods, &["strongauthenticationmethods"]),
    (Column::StrongRequirements, &["strongauthenticationrequirements"]),
];

const EXPECTED: &str = "a column for the user (userPrincipalName or id) and one of role, isAdmin, \
                        isSsprEnabled, isSsprRegistered, isSsprCapable, isMfaRegistered, isMfaCapable, \
                        methodsRegistered, defaultMfaMethod, perUserMfaState, \
                        StrongAuthenticationMethods, StrongAuthenticationRequirements";

/// Reads every row of a CSV text.
pub(super) fn read(text: &str, origin: &Origin, facts: &mut Facts) -> Result<()> {
    let mut reader = csv_text::reader(text);
    let mut lines = Lines::of(text);
    let header = reader.headers().map_err(|failure| not_csv(failure, origin, &mut lines))?.clone();
    let columns: Vec<_> = header.iter().map(column).collect();
    check(&header, &columns, origin)?;
    for (number, row) in (1..).zip(reader.records()) {
        let row = row.map_err(|failure| not_csv(failure, origin, &mut lines))?;
        let line = row.position().map(|position| lines.at(position.byte()));
        let origin = origin.clone().entry(number, line);
        Row { header: &header, columns: &columns, cells: &row, origin }.state(facts)?;
    }
    Ok(())
}

fn column(name: &str) -> Option<Column> {
    let name = csv_text::column_name(name);
    COLUMNS.iter().find(|(_, names)| names.contains(&name.as_str())).map(|(column, _)| *column)
}

fn check(header: &StringRecord, columns: &[Option<Column>], origin: &Origin) -> Result<()> {
    let has = |wanted: fn(Column) -> bool| columns.iter().flatten().any(|column| wanted(*column));
    let is_name = |column| matches!(column, Column::UserName | Column::UserId);
    let is_fact = |column| {
        !matches!(
            column,
            Column::UserName | Column::UserId | Column::RoleState | Column::LastUpdated
        )
    };
    if has(is_name) && has(is_fact) {
        return Ok(());
    }
    let names: Vec<String> =
        header.iter().take(8).map(|name| name.chars().take(30).collect()).collect();
    let more = if header.len() > names.len() { ", .." } else { "" };
    let is_log = header.iter().any(|name| {
        ["AuditData", "Activity", "ActivityDisplayName", "Client app"].contains(&name.trim())
    });
    let kind = if is_log { ErrorKind::WrongLog } else { ErrorKind::Csv };
    Err(Error::quoting(kind, format!("a CSV header with the columns {}{more}", names.join(", ")))
        .expected(EXPECTED)
        .help("name the columns so, or save the answer of Microsoft Graph as JSON")
        .at(origin.clone()))
}

fn not_csv(failure: csv::Error, origin: &Origin, lines: &mut Lines<'_>) -> Error {
    let place = match failure.position() {
        // The header is row 0.
        Some(position) => origin.clone().entry(position.record(), Some(lines.at(position.byte()))),
        None => origin.clone(),
    };
    Error::new(ErrorKind::Csv, "a row that does not fit its header, or is no CSV")
        .expected("as many cells in every row as in the header")
        .help("save the table again as CSV UTF-8")
        .at(place)
        .because(failure)
}

/// A row of the table.
struct Row<'a> {
    header: &'a StringRecord,
    columns: &'a [Option<Column>],
    cells: &'a StringRecord,
    origin: Origin,
}

impl Row<'_> {
    fn state(&self, facts: &mut Facts) -> Result<()> {
        if self.cells.iter().all(|cell| present(cell).is_none()) {
            return Ok(());
        }
        let owner = self.owner()?;
        let as_of = self.time()?;
        let mut state = |fact| facts.state(&owner, fact, &self.origin, as_of);
        state(Fact::Exists);
        let is_eligible_only = self.is_eligible_only()?;
        for (_, cell) in self.cells_of(Column::Role) {
            for role in cell.split([';', '|']).filter_map(present) {
                state(Fact::Role(role_named(role.trim(), is_eligible_only)));
            }
        }
        for flag in FLAGS {
            for (name, cell) in self.cells_of(Column::Flag(flag)) {
                state(Fact::Flag(flag, self.flag(name, cell)?));
            }
        }
        for (name, cell) in self.cells_of(Column::Methods) {
            state(Fact::Methods(named(&self.names(name, cell)?)));
        }
        if self.has_no_methods()? {
            state(Fact::Methods(Vec::new()));
        }
        for (name, cell) in self.lists_of(Column::StrongMethods) {
            state(Fact::StrongAuthenticationMethods(named(&self.types(name, cell)?)));
        }
        for (name, cell) in self.lists_of(Column::StrongRequirements) {
            let party = |text: &str| {
                strong_authentication::requirement(text).ok_or_else(|| {
                    self.unexpected(
                        name,
                        cell,
                        "`*` or a state for each entry, which -join ';' writes",
                    )
                })
            };
            let texts = self.types(name, cell)?;
            let parties = texts.into_iter().map(party).collect::<Result<Vec<_>>>()?;
            state(Fact::RelyingParties(parties.into_iter().flatten().collect()));
        }
        for (_, cell) in self.cells_of(Column::DefaultMethod) {
            if let Some(method) = default_method(cell) {
                state(Fact::DefaultMethod(method));
            }
        }
        for (_, cell) in self.cells_of(Column::PerUserMfa) {
            state(Fact::PerUserMfa(cell.to_ascii_lowercase()));
        }
        Ok(())
    }

    /// The cells of a kind of column that are not blank, with the names of their columns.
    fn cells_of(&self, wanted: Column) -> impl Iterator<Item = (&str, &str)> {
        let columns = self.columns.iter().zip(self.header.iter().zip(self.cells));
        columns
            .filter(move |(column, _)| **column == Some(wanted))
            .filter_map(|(_, (name, cell))| Some((name, present(cell)?.trim())))
    }

    /// Whether a blank list of methods is an empty one, as the row says that none is registered.
    fn has_no_methods(&self) -> Result<bool> {
        let mut lists = self.lists_of(Column::Methods).peekable();
        let is_blank = lists.peek().is_some() && lists.all(|(_, cell)| cell.is_empty());
        let registered = self.cells_of(Column::Flag(Flag::MfaRegistered)).next();
        Ok(match registered {
            Some((name, cell)) if is_blank => !self.flag(name, cell)?,
            _ => false,
        })
    }

    /// The cells of a kind of column, blank ones too: of what MSOnline lists, a blank is an empty list.
    fn lists_of(&self, wanted: Column) -> impl Iterator<Item = (&str, &str)> {
        let columns = self.columns.iter().zip(self.header.iter().zip(self.cells));
        columns
            .filter(move |(column, _)| **column == Some(wanted))
            .map(|(_, (name, cell))| (name, cell.trim()))
    }

    fn owner(&self) -> Result<Owner> {
        let id = self.cells_of(Column::UserId).next().map(|(_, cell)| cell);
        let name = self.cells_of(Column::UserName).next().map(|(_, cell)| cell);
        if let Some(id) = id.filter(|id| !is_id(id)) {
            return Err(self.unexpected("the id of a user", id, "an object id, which is a GUID"));
        }
        let owner = Owner { id: id.and_then(|id| Owner::of_id(id).id), name: name.map(lower) };
        if owner == Owner::default() {
            return Err(Error::new(ErrorKind::MissingField, "a row that names no user")
                .expected("an id or a user principal name in every row")
                .help("fill it in, or take the row out")
                .at(self.origin.clone()));
        }
        Ok(owner)
    }

    fn time(&self) -> Result<Option<DateTime<Utc>>> {
        let Some((name, cell)) = self.cells_of(Column::LastUpdated).next() else { return Ok(None) };
        let time = parse_timestamp(cell).ok_or_else(|| {
            Error::quoting(ErrorKind::Time, format!("`{cell}` in column {name}"))
                .expected("a time such as 2026-03-09T08:15:27Z")
                .help("write times so, or take the column out")
                .at(self.origin.clone())
        })?;
        Ok(Some(time))
    }

    fn flag(&self, name: &str, cell: &str) -> Result<bool> {
        match cell.to_ascii_lowercase().as_str() {
            "true" | "yes" | "enabled" => Ok(true),
            "false" | "no" | "disabled" => Ok(false),
            _ => Err(self.unexpected(name, cell, "true or false, yes or no, enabled or disabled")),
        }
    }

    fn is_eligible_only(&self) -> Result<bool> {
        let Some((name, cell)) = self.cells_of(Column::RoleState).next() else { return Ok(false) };
        match cell.to_ascii_lowercase().as_str() {
            "eligible" => Ok(true),
            "active" => Ok(false),
            _ => Err(self.unexpected(name, cell, "active or eligible")),
        }
    }

    /// The names of methods in a cell, which are joined by commas or semicolons.
    fn names<'a>(&self, name: &str, cell: &'a str) -> Result<Vec<&'a str>> {
        if cell.starts_with("System.") {
            return Err(self.unexpected(name, cell, "names of methods, which -join ';' writes"));
        }
        Ok(cell.split([',', ';', '|']).filter_map(present).map(str::trim).collect())
    }

    /// The types or states of MSOnline in a cell.
    fn types<'a>(&self, name: &str, cell: &'a str) -> Result<Vec<&'a str>> {
        let texts: Vec<&str> =
            cell.split([',', ';', '|']).filter_map(present).map(str::trim).collect();
        if texts.iter().all(|text| strong_authentication::is_name(text)) {
            return Ok(texts);
        }
        Err(self.unexpected(name, cell, "names, which -join ';' writes"))
    }

    fn unexpected(&self, name: &str, cell: &str, expected: &'static str) -> Error {
        Error::quoting(ErrorKind::Csv, format!("`{cell}` in column {name}"))
            .expected(expected)
            .help("write it so, or leave the cell blank where nothing is known")
            .at(self.origin.clone())
    }
}

/// A role by its name, or by its template id.
fn role_named(role: &str, is_eligible_only: bool) -> Role {
    let role_text = Some(role.to_owned());
    if is_id(role) {
        Role { template_id: role_text, is_eligible_only, ..Role::default() }
    } else {
        Role { name: role_text, is_eligible_only, ..Role::default() }
    }
}
