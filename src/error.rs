//! The one error type: what was found, what was expected, where, and what to do.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::sync::Arc;

use serde::Serialize;

use crate::origin::Origin;

/// The result of anything that reads.
pub type Result<T> = std::result::Result<T, Error>;

/// Why an input, or a record of it, could not be read.
///
/// One machine word wide. [`kind`](Self::kind) tells faults apart, [`origin`](Self::origin) says
/// where, and `Display` gives a person all of it: what was found, what was expected, where, and
/// what to do next.
///
/// A fault is either of one record, in which case reading goes on with the next
/// ([`is_record`](Self::is_record)), or of an input as a whole ([`is_input`](Self::is_input)).
///
/// ```
/// let mut events = regaudit::read_slice("torn.json", br#"{"activityDisplayName": "#);
/// let error = events.next().unwrap().unwrap_err();
/// assert!(error.is_record());
/// assert_eq!(error.kind(), regaudit::ErrorKind::Framing);
/// assert_eq!(error.origin().unwrap().byte, Some(0));
/// ```
#[derive(Clone, thiserror::Error)]
#[error(transparent)]
pub struct Error(#[from] Box<Fault>);

/// What kind of fault an [`Error`] tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorKind {
    /// The operating system could not open or read the input.
    Io,
    /// Nothing to read: no such path, an empty file, a folder or pattern without files.
    Empty,
    /// A format that is recognised, or not even that, but not read (Parquet, Avro, zip, prose).
    UnsupportedFormat,
    /// Well formed, but another log: sign-ins, Intune, the Unified Audit Log, a re-shaped event.
    WrongLog,
    /// Compressed data that is cut off or damaged.
    Compression,
    /// Compressed data that grows past the bound on expansion.
    ExpansionLimit,
    /// A record longer than the bound on the length of a record.
    RecordTooLong,
    /// Text that is not valid in its encoding.
    Encoding,
    /// A record whose beginning or end cannot be found.
    Framing,
    /// A record that is not valid JSON, or whose JSON is of another form than documented.
    Json,
    /// A CSV row that does not fit its header, or a header that is not known.
    Csv,
    /// A record without the time or the activity, which mean nothing without.
    MissingField,
    /// A time that cannot be understood.
    Time,
    /// A question that cannot be asked: an unknown table or column, SQL that cannot be read.
    Query,
    /// A plan of a rollback that is refused: changed by hand, expired, or none at all.
    Plan,
    /// A journal of a rollback that belongs to another plan, is in use, or is damaged.
    Journal,
    /// An access token that is missing, is none, or is refused.
    Token,
    /// A root of Microsoft Graph that is none, or to which no token is sent.
    Endpoint,
    /// A service that does not answer as documented.
    Service,
    /// Dates whose order (day first, month first) neither the file nor the caller settles.
    DateOrder,
}

/// The fault behind an [`Error`].
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    kind: ErrorKind,
    found: Cow<'static, str>,
    /// Whether `found` quotes the record, and may hold personal data.
    quotes_data: bool,
    expected: Option<Cow<'static, str>>,
    help: Option<Cow<'static, str>>,
    origin: Option<Origin>,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, found: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Fault {
            kind,
            found: found.into(),
            quotes_data: false,
            expected: None,
            help: None,
            origin: None,
            source: None,
        }))
    }

    pub(crate) fn io(error: io::Error) -> Self {
        let found = match error.kind() {
            io::ErrorKind::NotFound => "no such file or folder".to_owned(),
            io::ErrorKind::PermissionDenied => "a file or folder that may not be read".to_owned(),
            _ => format!("a failure of the operating system ({error})"),
        };
        Self::new(ErrorKind::Io, found).because(error)
    }

    /// A fault whose description repeats what the record says.
    pub(crate) fn quoting(kind: ErrorKind, found: impl Into<Cow<'static, str>>) -> Self {
        let mut error = Self::new(kind, found);
        error.0.quotes_data = true;
        error
    }

    pub(crate) fn expected(mut self, expected: impl Into<Cow<'static, str>>) -> Self {
        self.0.expected = Some(expected.into());
        self
    }

    pub(crate) fn help(mut self, help: impl Into<Cow<'static, str>>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    pub(crate) fn at(mut self, origin: Origin) -> Self {
        self.0.origin = Some(origin);
        self
    }

    /// Changes the place, if there is one.
    pub(crate) fn moved(mut self, change: impl FnOnce(&mut Origin)) -> Self {
        self.0.origin.as_mut().map(change);
        self
    }

    pub(crate) fn because(
        mut self,
        source: impl std::error::Error + Send + Sync + 'static,
    ) -> Self {
        self.0.source = Some(Arc::new(source));
        self
    }

    /// What kind of fault it is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Where the fault is. `None` only for an error that was made outside any input.
    pub fn origin(&self) -> Option<&Origin> {
        self.0.origin.as_ref()
    }

    /// What was found, in words.
    pub fn found(&self) -> &str {
        &self.0.found
    }

    /// What was expected instead, where that helps.
    pub fn what_was_expected(&self) -> Option<&str> {
        self.0.expected.as_deref()
    }

    /// What to do about it, where there is something to do.
    pub fn what_to_do(&self) -> Option<&str> {
        self.0.help.as_deref()
    }

    /// Whether one record could not be read, while the rest of its input can be.
    pub fn is_record(&self) -> bool {
        self.0.origin.as_ref().is_some_and(|origin| origin.byte.is_some())
    }

    /// Whether an input as a whole could not be read.
    pub fn is_input(&self) -> bool {
        !self.is_record()
    }

    /// Takes out what the description quotes from the record, which may be personal data. Kind,
    /// place, expectation and advice stay.
    #[must_use]
    pub fn masked(mut self) -> Self {
        if self.0.quotes_data {
            self.0.found = "a value (masked)".into();
            self.0.quotes_data = false;
            self.0.source = None;
        }
        self
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(origin) = &self.origin {
            write!(formatter, "{origin}: ")?;
        }
        write!(formatter, "found {}", self.found)?;
        if let Some(expected) = &self.expected {
            write!(formatter, "; expected {expected}")?;
        }
        if let Some(help) = &self.help {
            write!(formatter, "; {help}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Fault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| source.as_ref() as _)
    }
}

/// `{kind, found, expected, help, origin}`.
impl Serialize for Error {
    fn serialize<S: serde::Serializer>(
        &self,
        serializer: S,
    ) -> std::result::Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let mut fields = serializer.serialize_struct("Error", 5)?;
        fields.serialize_field("kind", &self.0.kind)?;
        fields.serialize_field("found", &self.0.found)?;
        fields.serialize_field("expected", &self.0.expected)?;
        fields.serialize_field("help", &self.0.help)?;
        fields.serialize_field("origin", &self.0.origin)?;
        fields.end()
    }
}
