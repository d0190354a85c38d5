//! The plan: who is rolled back, by which deletions, and why nobody else is. Reviewed by people, sealed by a digest.

use std::fmt::Write as _;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::deletion::Deletion;
use super::reason::Reason;
use super::resource::Resource;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{format_timestamp, serialize_optional_timestamp, serialize_timestamp};
use crate::origin::Origin;

/// What the file says it is.
const FORMAT: &str = "regaudit rollback plan";
/// The version of the form of the file.
const VERSION: u32 = 1;

/// A rollback, planned and not begun. Making it sends nothing.
///
/// The file is JSON for people to review. Its [`digest`](Self::digest) covers every value in it, whatever the layout:
/// a plan that was changed by hand is refused, and so is one that has expired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Plan {
    /// `regaudit rollback plan`.
    pub format: String,
    /// The version of the form of the file, 1.
    pub version: u32,
    /// `sha256:` and the SHA-256 of the plan without this value, as JSON without blanks, in lower-case hex.
    pub digest: String,
    /// When it was made, UTC.
    #[serde(serialize_with = "serialize_timestamp")]
    pub created: DateTime<Utc>,
    /// From when on it is refused, because too much may have changed; UTC.
    #[serde(serialize_with = "serialize_timestamp")]
    pub expires: DateTime<Utc>,
    /// The sorts of method that are deleted.
    pub covers: Vec<Resource>,
    /// What it was made of: the list of ids, and the exports of state.
    pub sources: Vec<PlanSource>,
    /// How many users there are of which kind.
    pub counts: PlanCounts,
    /// Every user of the list, in its order.
    pub users: Vec<PlannedUser>,
}

/// A file that a plan was made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct PlanSource {
    /// `ids`, `protected` or `state`.
    pub role: String,
    /// The path as it was given.
    pub source: String,
    /// SHA-256 of the bytes, in lower-case hex.
    pub sha256: String,
}

impl PlanSource {
    /// A file by its name and bytes.
    pub fn new(role: &str, source: &str, bytes: &[u8]) -> Self {
        Self { role: role.to_owned(), source: source.to_owned(), sha256: sha256(bytes) }
    }
}

/// How many users of a plan there are of which kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct PlanCounts {
    /// All of them.
    pub users: u64,
    /// Eligible by the rule of the document.
    pub eligible: u64,
    /// Not eligible by it.
    pub not_eligible: u64,
    /// Of whom it is not known.
    pub unknown: u64,
    /// Eligible, and excluded for another reason.
    pub excluded: u64,
    /// Who are rolled back: eligible, not excluded, and with something to delete.
    pub to_roll_back: u64,
    /// How many deletions that takes; one without an id may turn out to be several, or none.
    pub deletions: u64,
    /// Entries of the list that named a user who was listed before.
    pub duplicates: u64,
}

/// A user of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct PlannedUser {
    /// The object id; `None` where neither the list nor an export gives it.
    pub id: Option<String>,
    /// The user principal name, likewise.
    pub upn: Option<String>,
    /// How the exports of state were matched: `object_id`, `upn` where one of them gives no id, `none` where no export
    /// is about the user.
    pub matched_by: MatchedBy,
    /// The rule of the source document alone; `None` where it is not known.
    pub eligible: Option<bool>,
    /// Why: see [`Eligibility`](super::Eligibility); and `no_state`, `ambiguous_name`, `matched_by_upn`,
    /// `nothing_covered`.
    pub reasons: Vec<Reason>,
    /// Why the user is left alone although eligible: `administrator`, `protected`, `perhaps_protected`, `limit`. Empty
    /// for all others.
    pub excluded: Vec<Reason>,
    /// Whether the user holds a role of the directory; `None` where it is not known, and is looked up before anything
    /// is deleted.
    pub administrator: Option<bool>,
    /// Whether the user was named, so that being an administrator, or protected, does not exclude.
    pub named: bool,
    /// Every sort of method that is registered and that Graph deletes, with its ids where they are known: the state
    /// that is looked for again before anything is deleted. `None` where it is not known.
    pub registered: Option<Vec<RegisteredResource>>,
    /// The time as of which that is so, where an export says so; what was registered later is a change. UTC.
    #[serde(serialize_with = "serialize_optional_timestamp")]
    pub state_as_of: Option<DateTime<Utc>>,
    /// What is deleted, in this order. Empty unless the user is eligible and not excluded.
    pub deletions: Vec<Deletion>,
}

/// A sort of method that a user has registered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct RegisteredResource {
    /// Which.
    pub resource: Resource,
    /// Its id, where it is known.
    pub id: Option<String>,
}

/// How the exports of state were matched with a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MatchedBy {
    /// By object id.
    ObjectId,
    /// By user principal name, as an export has no id.
    Upn,
    /// Not at all.
    None,
}

impl PlannedUser {
    /// How requests name the user: by object id, else by user principal name.
    pub fn key(&self) -> &str {
        self.id.as_deref().or(self.upn.as_deref()).unwrap_or_default()
    }

    /// Whether the user is rolled back.
    pub fn is_rolled_back(&self) -> bool {
        !self.deletions.is_empty()
    }
}

impl Plan {
    pub(super) fn seal(
        [created, expires]: [DateTime<Utc>; 2],
        covers: Vec<Resource>,
        sources: Vec<PlanSource>,
        users: Vec<PlannedUser>,
        duplicates: u64,
    ) -> Self {
        let mut plan = Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            digest: String::new(),
            created,
            expires,
            covers,
            sources,
            counts: PlanCounts { duplicates, ..PlanCounts::of(&users) },
            users,
        };
        plan.digest = plan.computed_digest();
        plan
    }

    /// Reads a plan, and refuses one that was changed by hand, or is none.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Self> {
        let plan: Self = serde_json::from_slice(bytes).map_err(|failure| {
            refused("something else than a plan, or one of another form")
                .expected("plan.json as `rollback plan` wrote it")
                .at(Origin::new(name))
                .because(failure)
        })?;
        let moved = |error: Error| error.at(Origin::new(name));
        plan.check_seal().map_err(moved)?;
        Ok(plan)
    }

    /// Checks that nothing was changed since the plan was made.
    pub fn check_seal(&self) -> Result<()> {
        if self.format != FORMAT || self.version != VERSION {
            return Err(refused(format!("the format `{}`, version {}", self.format, self.version))
                .expected(format!("the format `{FORMAT}`, version {VERSION}"))
                .help("make the plan again with this version"));
        }
        let computed = self.computed_digest();
        if self.digest != computed {
            return Err(refused(format!(
                "a plan whose content has the digest {computed}, and that says {}",
                self.digest
            ))
            .expected("a plan as it was made")
            .help("it was changed by hand: leave users out with --protect when making it, or list other ids"));
        }
        Ok(())
    }

    /// Checks that the plan is not too old, nor made in the future.
    pub fn check_age(&self, now: DateTime<Utc>) -> Result<()> {
        let stale = |found: String| {
            Err(refused(found)
                .expected("a plan made lately, on a state exported lately")
                .help("export the state again, and make the plan again"))
        };
        if now >= self.expires {
            return stale(format!("a plan that expired at {}", format_timestamp(self.expires)));
        }
        if self.created - TimeDelta::minutes(5) > now {
            return stale(format!(
                "a plan made at {}, in the future",
                format_timestamp(self.created)
            ));
        }
        Ok(())
    }

    /// The users who are rolled back, in order.
    pub fn users_to_roll_back(&self) -> impl Iterator<Item = &PlannedUser> {
        self.users.iter().filter(|user| user.is_rolled_back())
    }

    fn computed_digest(&self) -> String {
        let unsealed = Self { digest: String::new(), ..self.clone() };
        // Texts, numbers and lists: there is nothing in it that JSON could not hold.
        let bytes = serde_json::to_vec(&unsealed).unwrap_or_default();
        format!("sha256:{}", sha256(&bytes))
    }
}

impl PlanCounts {
    fn of(users: &[PlannedUser]) -> Self {
        let count = |is_one: fn(&PlannedUser) -> bool| {
            users.iter().filter(|user| is_one(user)).count() as u64
        };
        Self {
            users: users.len() as u64,
            eligible: count(|user| user.eligible == Some(true)),
            not_eligible: count(|user| user.eligible == Some(false)),
            unknown: count(|user| user.eligible.is_none()),
            excluded: count(|user| !user.excluded.is_empty()),
            to_roll_back: count(PlannedUser::is_rolled_back),
            deletions: users.iter().map(|user| user.deletions.len() as u64).sum(),
            duplicates: 0,
        }
    }
}

fn refused(found: impl Into<String>) -> Error {
    Error::new(ErrorKind::Plan, found.into())
}

fn sha256(bytes: &[u8]) -> String {
    let mut hex = String::new();
    for byte in Sha256::digest(bytes) {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}
