//! The list of affected users, as the procedure of the source document asks for it: one id a line.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::error::{Error, ErrorKind, Result};
use crate::model::present;
use crate::origin::Origin;
use crate::state::{Lines, column_name, header, is_object_id, reader, text_of};

/// A user who was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AskedUser {
    /// The object id.
    pub id: Option<String>,
    /// The user principal name.
    pub user_principal_name: Option<String>,
}

impl AskedUser {
    /// The names by which exports may know the user.
    pub(super) fn names(&self) -> Vec<&str> {
        [&self.id, &self.user_principal_name].into_iter().flatten().map(String::as_str).collect()
    }

    /// An object id or a user principal name, whichever it is; `None` for what can be neither.
    fn named(name: &str) -> Option<Self> {
        if is_object_id(name) {
            return Some(Self { id: Some(name.to_ascii_lowercase()), user_principal_name: None });
        }
        let is_part = |c: char| c.is_whitespace() || ",;|\"<>".contains(c);
        let is_name = name.contains('@') && !name.contains(is_part);
        is_name.then(|| Self { id: None, user_principal_name: Some(name.to_owned()) })
    }
}

/// The users of a rollback, in the order of the list.
///
/// ```
/// use regaudit::rollback::IdList;
/// let list = IdList::read("ids.txt", b"00000000-0000-4000-8000-000000001001\r\n\r\nben@example.com\r\n")?;
/// assert_eq!(list.users.len(), 2);
/// assert_eq!(list.users[1].user_principal_name.as_deref(), Some("ben@example.com"));
/// # Ok::<(), regaudit::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct IdList {
    /// Each user once, ASCII case aside.
    pub users: Vec<AskedUser>,
    /// How many entries named a user who was listed before.
    pub duplicates: u64,
}

impl IdList {
    /// Reads a list: an object id or a user principal name on each line, or the CSV or JSON that
    /// [`Affected`](super::Affected) is written as, which ties both together. Blank lines, and lines that begin with
    /// `#`, are passed over. A line that is neither is an error: nobody is left out silently.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Self> {
        let origin = Origin::new(name);
        let text = text_of(bytes, &origin)?;
        let mut list = Self::default();
        let mut known = BTreeSet::new();
        for user in entries(&text, &origin)? {
            let key: Vec<String> = user.names().iter().map(|name| name.to_lowercase()).collect();
            if known.insert(key) {
                list.users.push(user);
            } else {
                list.duplicates += 1;
            }
        }
        if list.users.is_empty() {
            return Err(Error::new(ErrorKind::Empty, "a list without users")
                .expected(EXPECTED)
                .help("write one with `rollback affected`")
                .at(origin));
        }
        Ok(list)
    }
}

const EXPECTED: &str = "an object id or a user principal name on each line";

fn entries(text: &str, origin: &Origin) -> Result<Vec<AskedUser>> {
    if text.trim_start().starts_with(['{', '[']) {
        return of_json(text, origin);
    }
    if header(text).split([',', ';', '\t']).any(|cell| column(cell).is_some()) {
        return of_csv(text, origin);
    }
    let is_user = |line: &&str| !line.is_empty() && !line.starts_with('#');
    let lines = (1..).zip(text.lines().map(str::trim)).filter(|(_, line)| is_user(line));
    lines.map(|(number, line)| named(line, origin, number)).collect()
}

fn named(name: &str, origin: &Origin, line: u64) -> Result<AskedUser> {
    AskedUser::named(name).ok_or_else(|| {
        let shown: String = name.chars().take(60).collect();
        let mut origin = origin.clone();
        // Of JSON, it is not known.
        origin.line = (line > 0).then_some(line);
        Error::quoting(ErrorKind::Csv, format!("`{shown}`"))
            .expected(EXPECTED)
            .help("take the line out, or put # before it")
            .at(origin)
    })
}

/// The columns of CSV that name a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Id,
    Name,
}

fn column(name: &str) -> Option<Column> {
    match column_name(name).as_str() {
        "userid" | "id" | "objectid" | "userobjectid" => Some(Column::Id),
        "userupn" | "upn" | "userprincipalname" => Some(Column::Name),
        _ => None,
    }
}

fn of_csv(text: &str, origin: &Origin) -> Result<Vec<AskedUser>> {
    let mut rows = reader(text);
    let mut lines = Lines::of(text);
    let broken = |failure: csv::Error| {
        Error::new(ErrorKind::Csv, "a row that does not fit its header, or is no CSV")
            .expected("as many cells in every row as in the header")
            .at(origin.clone())
            .because(failure)
    };
    let header = rows.headers().map_err(broken)?.clone();
    let mut users = Vec::new();
    for row in rows.records() {
        let row = row.map_err(broken)?;
        let line = row.position().map_or(0, |position| lines.at(position.byte()));
        let cell = |wanted| {
            let place = header.iter().position(|name| column(name) == Some(wanted))?;
            row.get(place).and_then(present).map(str::trim)
        };
        users.push(both(cell(Column::Id), cell(Column::Name), origin, line)?);
    }
    Ok(users)
}

/// A user by both names, of whom one is enough.
fn both(id: Option<&str>, name: Option<&str>, origin: &Origin, line: u64) -> Result<AskedUser> {
    let by_id = id.map(|id| named(id, origin, line)).transpose()?.unwrap_or_default();
    let by_name = name.map(|name| named(name, origin, line)).transpose()?.unwrap_or_default();
    if by_id == AskedUser::default() && by_name == AskedUser::default() {
        return named("", origin, line);
    }
    Ok(AskedUser {
        id: by_id.id.or(by_name.id),
        user_principal_name: by_name.user_principal_name.or(by_id.user_principal_name),
    })
}

/// What `rollback affected --format json` writes of users.
#[derive(Deserialize)]
struct Document {
    users: Vec<DocumentUser>,
}

#[derive(Deserialize)]
struct DocumentUser {
    user_id: Option<String>,
    user_principal_name: Option<String>,
}

fn of_json(text: &str, origin: &Origin) -> Result<Vec<AskedUser>> {
    let document: Document = serde_json::from_str(text).map_err(|failure| {
        Error::new(ErrorKind::Json, "JSON that is no list of affected users")
            .expected("what `rollback affected --format json` writes, or one id a line")
            .at(origin.clone())
            .because(failure)
    })?;
    let user = |user: &DocumentUser| {
        both(user.user_id.as_deref(), user.user_principal_name.as_deref(), origin, 0)
    };
    document.users.iter().map(user).collect()
}
