//! The journal: what is about to be done, and what came of it, one line each, on the disk before anything else happens.
//!
//! Nothing in it is ever changed. What a run wrote before it was killed is all that the next one needs: a deletion that
//! was begun and has no end may have happened, and is looked up; everything else is known.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind as ErrorKindOfIo, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::http::Endpoint;
use super::outcome::Outcome;
use crate::error::{Error, ErrorKind, Result};
use crate::model::serialize_timestamp;
use crate::origin::Origin;
use crate::rollback::plan::{Plan, PlannedUser, RegisteredResource};

/// A line of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Line {
    #[serde(serialize_with = "serialize_timestamp")]
    pub(super) time: DateTime<Utc>,
    #[serde(flatten)]
    pub(super) entry: Entry,
}

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(super) enum Entry {
    /// A run begins, or goes on.
    RunStarted {
        plan: String,
        endpoint: String,
        version: String,
        /// Whether the lines before are cut off, because runs that wrote them were killed.
        #[serde(default, skip_serializing_if = "is_false")]
        after_cut_line: bool,
    },
    /// A user was looked at, stands as the plan says, and is begun with.
    UserStarted { user: String, begun: Begun },
    /// A deletion is about to be sent.
    DeletionStarted { user: String, method: RegisteredResource },
    /// A deletion is over.
    DeletionEnded {
        user: String,
        method: RegisteredResource,
        result: DeletionResult,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        request_id: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
    /// A user is dealt with.
    UserEnded { user: String, outcome: Outcome, why: String },
    /// A run is over.
    RunEnded {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stopped: Option<String>,
    },
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
fn is_false(value: &bool) -> bool {
    !value
}

/// What came of a deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum DeletionResult {
    /// The service says that it deleted the method.
    Deleted,
    /// It was begun, its answer was lost, and the method is not there any more.
    Gone,
    /// The service refused it, so that it did not happen.
    Refused,
    /// No usable answer came, so that it may have happened.
    Unanswered,
}

/// When a method was registered, as the service says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Created {
    pub(super) method: RegisteredResource,
    /// By the clock of the service, UTC.
    #[serde(serialize_with = "serialize_timestamp")]
    pub(super) time: DateTime<Utc>,
}

/// How a user stood when deletions were begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Begun {
    /// The object id, where it could be read.
    pub(super) id: Option<String>,
    /// What is to be deleted, and nothing else.
    pub(super) targets: BTreeSet<RegisteredResource>,
    /// What else a rollback could cover, and this one leaves.
    pub(super) others: BTreeSet<RegisteredResource>,
    /// When these were registered, where the service said so, by its own clock.
    pub(super) created: Vec<Created>,
    /// When that was, UTC.
    #[serde(serialize_with = "serialize_timestamp")]
    pub(super) time: DateTime<Utc>,
}

/// What is known of a user from the journal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct UserProgress {
    /// How the user stood in the beginning, if there was one.
    pub(super) begun: Option<Begun>,
    /// Methods that are deleted.
    pub(super) deleted: BTreeSet<RegisteredResource>,
    /// Methods whose deletion was begun, and has no known end.
    pub(super) uncertain: BTreeSet<RegisteredResource>,
    /// What became of the user.
    pub(super) ended: Option<(Outcome, String)>,
    /// Whether a run before ended with the default, which was refused.
    default_was_refused: bool,
}

impl UserProgress {
    /// Whether a method that is there was deleted by this rollback, and registered again: what has an id of its own
    /// cannot be, and a phone is another one if the service says so, or does not say when it was registered.
    pub(super) fn is_registered_again(
        &self,
        one: &RegisteredResource,
        created: &[Created],
    ) -> bool {
        let time_in = |list: &[Created]| {
            list.iter().find(|known| known.method == *one).map(|known| known.time)
        };
        let before = self.begun.as_ref().and_then(|begun| time_in(&begun.created));
        let is_same = before.is_some() && before == time_in(created);
        self.deleted.contains(one) && one.resource.is_phone() && !is_same
    }

    /// Whether everything that was to be deleted is.
    pub(super) fn is_complete(&self) -> bool {
        let is_deleted =
            |begun: &Begun| !begun.targets.is_empty() && begun.targets.is_subset(&self.deleted);
        self.begun.as_ref().is_some_and(is_deleted)
    }

    /// Whether the user was told to set another default, for which another method may be needed.
    pub(super) fn may_register(&self) -> bool {
        self.default_was_refused
    }
}

/// What a journal says, of every user it knows by object id, else user principal name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    users: BTreeMap<String, UserProgress>,
    /// Whether the last lines are cut off.
    is_cut: bool,
    /// Whether there is no line break behind the last line.
    lacks_break: bool,
}

/// The journal of a plan, in a file that no other run has open.
#[derive(Debug)]
pub struct Journal {
    file: File,
    path: PathBuf,
    record: Record,
}

impl Journal {
    /// Opens the journal of a plan at an endpoint, or begins one. A journal of another plan or endpoint is refused, and
    /// so are one that is damaged, and one that another run is writing.
    pub fn open(path: impl AsRef<Path>, plan: &Plan, endpoint: &Endpoint) -> Result<Self> {
        let path = path.as_ref();
        let origin = || Origin::new(path.display().to_string());
        let io = |failure| Error::io(failure).at(origin());
        let mut file =
            OpenOptions::new().read(true).append(true).create(true).open(path).map_err(io)?;
        lock(&file, &origin)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(io)?;
        let record = Record::of(&bytes, &plan.digest, endpoint.as_str(), &origin())?;
        sync_folder(path).map_err(io)?;
        Ok(Self { file, path: path.to_owned(), record })
    }

    /// What it says so far.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// Notes that a run begins.
    pub(super) fn begin(&mut self, plan: &str, endpoint: &str, now: DateTime<Utc>) -> Result<()> {
        let entry = Entry::RunStarted {
            plan: plan.to_owned(),
            endpoint: endpoint.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            after_cut_line: self.record.is_cut,
        };
        self.write(entry, now)?;
        self.record.is_cut = false;
        Ok(())
    }

    /// Writes a line, and returns when it is on the disk.
    pub(super) fn write(&mut self, entry: Entry, time: DateTime<Utc>) -> Result<()> {
        self.record.note(&entry);
        let line = Line { time, entry };
        let mut bytes = Vec::new();
        // A line without its end stays as it is.
        if std::mem::take(&mut self.record.lacks_break) {
            bytes.push(b'\n');
        }
        serde_json::to_writer(&mut bytes, &line).map_err(|failure| self.failed(failure.into()))?;
        bytes.push(b'\n');
        self.append(&bytes)
    }

    fn append(&mut self, bytes: &[u8]) -> Result<()> {
        let written = self.file.write_all(bytes).and_then(|()| self.file.sync_data());
        written.map_err(|failure| self.failed(failure))
    }

    fn failed(&self, failure: std::io::Error) -> Error {
        Error::io(failure).at(Origin::new(self.path.display().to_string()))
    }
}

/// Locks a journal, or says that another run has. A process that is being started may hold on to the lock of one that
/// has ended, for a moment.
fn lock(file: &File, origin: &impl Fn() -> Origin) -> Result<()> {
    const TRIES: u32 = 20;
    for _ in 0..TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(50)),
            Err(TryLockError::Error(failure)) => return Err(Error::io(failure).at(origin())),
        }
    }
    Err(Error::new(ErrorKind::Journal, "a journal that another run is writing")
        .help("wait until that run has ended")
        .at(origin()))
}

/// Makes sure that a new file is found again after the machine has failed.
fn sync_folder(path: &Path) -> std::io::Result<()> {
    if cfg!(unix) {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(())
}

impl Record {
    /// What the journal of a plan at an endpoint says, which is not to be written to. Empty where there is no file.
    pub fn read(path: impl AsRef<Path>, plan: &Plan, endpoint: &Endpoint) -> Result<Self> {
        let path = path.as_ref();
        let origin = Origin::new(path.display().to_string());
        match std::fs::read(path) {
            Ok(bytes) => Self::of(&bytes, &plan.digest, endpoint.as_str(), &origin),
            Err(failure) if failure.kind() == ErrorKindOfIo::NotFound => Ok(Self::default()),
            Err(failure) => Err(Error::io(failure).at(origin)),
        }
    }

    fn of(bytes: &[u8], plan: &str, endpoint: &str, origin: &Origin) -> Result<Self> {
        let mut record = Self::default();
        let mut is_begun = false;
        // The number of a line that is cut off, and behind which a run has yet to begin.
        let mut cut = None;
        for (number, text) in (1..).zip(bytes.split_inclusive(|byte| *byte == b'\n')) {
            let Ok(line) = serde_json::from_slice::<Line>(text) else {
                if !is_cut_line(text) {
                    return Err(damaged(origin, number));
                }
                cut = Some(number);
                continue;
            };
            let starts_behind =
                matches!(line.entry, Entry::RunStarted { after_cut_line: true, .. });
            if let Some(number) = cut.take().filter(|_| !starts_behind) {
                return Err(damaged(origin, number));
            }
            match &line.entry {
                Entry::RunStarted { plan: of_plan, endpoint: at, .. } => {
                    check(of_plan, plan, "plan", origin)?;
                    check(at, endpoint, "endpoint", origin)?;
                    is_begun = true;
                }
                _ if !is_begun => return Err(damaged(origin, number)),
                entry => record.note(entry),
            }
        }
        record.is_cut = cut.is_some();
        record.lacks_break = bytes.last().is_some_and(|last| *last != b'\n');
        Ok(record)
    }

    /// What is known of a user.
    pub(super) fn user(&self, user: &PlannedUser) -> &UserProgress {
        static NOTHING: UserProgress = UserProgress {
            begun: None,
            deleted: BTreeSet::new(),
            uncertain: BTreeSet::new(),
            ended: None,
            default_was_refused: false,
        };
        self.users.get(user.key()).unwrap_or(&NOTHING)
    }

    /// Adds what an entry says.
    fn note(&mut self, entry: &Entry) {
        let (Entry::UserStarted { user, .. }
        | Entry::DeletionStarted { user, .. }
        | Entry::DeletionEnded { user, .. }
        | Entry::UserEnded { user, .. }) = entry
        else {
            return;
        };
        let known = self.users.entry(user.clone()).or_default();
        match entry {
            Entry::DeletionStarted { method, .. } => {
                known.ended = None;
                known.uncertain.insert(method.clone());
            }
            Entry::DeletionEnded { method, result, .. } => match result {
                DeletionResult::Deleted | DeletionResult::Gone => {
                    known.ended = None;
                    known.uncertain.remove(method);
                    known.deleted.insert(method.clone());
                }
                DeletionResult::Refused => {
                    known.uncertain.remove(method);
                }
                DeletionResult::Unanswered => {}
            },
            Entry::UserStarted { begun, .. } => known.begun = Some(begun.clone()),
            Entry::UserEnded { outcome, why, .. } => {
                known.default_was_refused |= *outcome == Outcome::DefaultMustBeChangedFirst;
                known.ended = Some((*outcome, why.clone()));
            }
            Entry::RunStarted { .. } | Entry::RunEnded { .. } => {}
        }
    }
}

/// How every line begins.
const LINE: &[u8] = b"{\"time\":\"";

/// Whether a line can be one of a journal, of which the end is missing.
fn is_cut_line(line: &[u8]) -> bool {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.starts_with(LINE) || LINE.starts_with(line)
}

fn check(found: &str, expected: &str, what: &str, origin: &Origin) -> Result<()> {
    if found == expected {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Journal, format!("a journal of the {what} {found}"))
        .expected(format!("one of the {what} {expected}"))
        .help("give another file with --journal; this one is the record of that rollback")
        .at(origin.clone()))
}

fn damaged(origin: &Origin, line: u64) -> Error {
    let mut origin = origin.clone();
    origin.line = Some(line);
    Error::new(ErrorKind::Journal, "a line that is none of a journal")
        .expected("the journal as it was written")
        .help("restore it: without it, it is not known what was deleted")
        .at(origin)
}
