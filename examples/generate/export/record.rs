//! What happened, before any shape: the record, those who take part in it, and how names, ids and
//! times are made.

use std::borrow::Cow;

use super::random::nth;

/// Text that is mostly known when the program is compiled.
pub type Text = Cow<'static, str>;

/// Times count ticks of 100 ns, as the service does, from the first of March 2026.
pub const SECOND: u64 = 10_000_000;
/// The export covers thirty days, so a day number is never past the end of March.
pub const SPAN: u64 = 30 * 86_400 * SECOND;

/// One audit record, as every shape tells it.
pub struct Record {
    pub time: u64,
    pub id: String,
    pub correlation_id: String,
    pub service: &'static str,
    pub category: &'static str,
    pub activity: &'static str,
    pub operation: &'static str,
    pub succeeded: bool,
    pub reason: Text,
    pub user_agent: Option<&'static str>,
    pub initiator: Initiator,
    pub targets: Vec<Target>,
    pub details: Vec<Detail>,
    pub disguise: Disguise,
    /// Present when this is a registration event.
    pub event: Option<Event>,
}

impl Record {
    /// Whether this is the directory's own account of a registration.
    pub fn is_twin(&self) -> bool {
        let mut modified = self.targets.iter().filter_map(|target| target.modified.as_ref());
        self.activity == "Update user"
            && modified
                .any(|all| all.iter().any(|one| one.name.starts_with("StrongAuthentication")))
    }
}

/// What a reader has to make of a registration event.
pub struct Event {
    pub outcome: Outcome,
    /// The number of the person whom the event is about.
    pub user: u64,
    pub maintenance: bool,
}

/// How a registration event ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Success,
    Failure,
    Cancelled,
    Started,
}

impl Outcome {
    pub const ALL: [Self; 4] = [Self::Success, Self::Failure, Self::Cancelled, Self::Started];

    pub fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Cancelled => "cancelled",
            Self::Started => "started",
        }
    }
}

/// Who did it. Names are optional because the log mostly leaves those of users out.
pub enum Initiator {
    User { id: String, display_name: Option<Text>, upn: String, ip: String },
    App { id: Option<String>, display_name: Text, principal_name: Option<String> },
}

/// To whom or what it was done.
pub struct Target {
    pub id: Option<String>,
    pub display_name: Option<Text>,
    pub kind: &'static str,
    pub upn: Option<String>,
    pub group_type: Option<&'static str>,
    /// Nothing at all (`null`) when the service maintains itself, which is how that is told.
    pub modified: Option<Vec<Modified>>,
}

impl Target {
    pub fn new(kind: &'static str, id: String) -> Self {
        Self {
            id: Some(id),
            display_name: None,
            kind,
            upn: None,
            group_type: None,
            modified: Some(Vec::new()),
        }
    }

    pub fn user(person: Person) -> Self {
        Self { upn: Some(person.upn), ..Self::new("User", person.id) }
    }

    pub fn named(mut self, name: impl Into<Text>) -> Self {
        self.display_name = Some(name.into());
        self
    }

    pub fn with(mut self, modified: Vec<Modified>) -> Self {
        self.modified = Some(modified);
        self
    }
}

/// One changed property of a target. The values are JSON text or nothing.
pub struct Modified {
    pub name: Text,
    pub old: Option<Text>,
    pub new: Option<Text>,
}

impl Modified {
    pub fn new(name: &'static str, old: impl Into<Text>, new: impl Into<Text>) -> Self {
        Self { name: name.into(), old: Some(old.into()), new: Some(new.into()) }
    }

    /// A property without a history: the old value is null.
    pub fn added(name: &'static str, new: impl Into<Text>) -> Self {
        Self { name: name.into(), old: None, new: Some(new.into()) }
    }
}

/// An additional detail: key and value.
pub type Detail = (Text, Text);

/// Which JSON strings of a record are spelled with escapes that they do not need.
#[derive(Clone, Copy, Default)]
pub struct Disguise {
    pub keys: bool,
    pub values: bool,
}

impl Disguise {
    pub const KEYS: Self = Self { keys: true, values: false };
    pub const VALUES: Self = Self { keys: false, values: true };
    pub const BOTH: Self = Self { keys: true, values: true };
}

/// Somebody of the tenant. The same number is the same person in every export.
pub struct Person {
    pub number: u64,
    pub id: String,
    pub name: String,
    pub upn: String,
}

const FIRST_NAMES: [&str; 24] = [
    "Amara", "Bruno", "Chiara", "Dmitri", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jonas",
    "Kemal", "Lotte", "Marek", "Nadia", "Oskar", "Priya", "Quentin", "Rosa", "Stefan", "Tariq",
    "Ulla", "Viktor", "Wanda", "Zoë",
];
const LAST_NAMES: [&str; 23] = [
    "Abel",
    "Bianchi",
    "Castell",
    "Dorn",
    "Eklund",
    "Ferrer",
    "Grabowski",
    "Holt",
    "Iversen",
    "Jansen",
    "Keller",
    "Lindqvist",
    "Moreau",
    "Novak",
    "Okafor",
    "Petrov",
    "Quist",
    "Rossi",
    "Sandberg",
    "Tanaka",
    "Urban",
    "Vidal",
    "Weber",
];

impl Person {
    pub fn new(number: u64) -> Self {
        let (first, last) = (nth(&FIRST_NAMES, number), nth(&LAST_NAMES, number));
        let domain = nth(&["example.com", "example.com", "example.org", "example.net"], number);
        let mailbox = first.replace('ë', "e").to_lowercase();
        Self {
            number,
            id: guid(0xA000_0000_0000 + number),
            name: format!("{first} {last}"),
            upn: format!("{mailbox}.{}{number}@{domain}", last.to_lowercase()),
        }
    }
}

/// The only GUIDs here: a prefix nobody else has, and twelve digits of our own.
pub fn guid(number: u64) -> String {
    format!("00000000-0000-4000-8000-{:012x}", number & 0xFFFF_FFFF_FFFF)
}

/// A time as JSON has it, with `zone` (`Z` or `+00:00`) behind.
pub fn timestamp(time: u64, zone: &str) -> String {
    let (day, seconds) = (1 + time / (86_400 * SECOND), time / SECOND % 86_400);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let fraction = time % SECOND;
    format!("2026-03-{day:02}T{hour:02}:{minute:02}:{second:02}.{fraction:07}{zone}")
}
