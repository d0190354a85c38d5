//! What reading an input came to.

use serde::Serialize;

use super::findings::Findings;
use super::shape::Shape;
use super::tally::Tally;
use crate::error::Error;

/// How an input was compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Compression {
    /// Not at all.
    None,
    /// gzip, one member or several.
    Gzip,
    /// Zstandard, one frame or several.
    Zstandard,
}

/// How the text of an input was encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub enum Encoding {
    /// UTF-8.
    #[serde(rename = "utf-8")]
    Utf8,
    /// UTF-8 with a byte-order mark.
    #[serde(rename = "utf-8-bom")]
    Utf8WithMark,
    /// UTF-16, little end first.
    #[serde(rename = "utf-16le")]
    Utf16Le,
    /// UTF-16, big end first.
    #[serde(rename = "utf-16be")]
    Utf16Be,
}

impl Encoding {
    pub(super) const fn is_utf8(self) -> bool {
        matches!(self, Self::Utf8 | Self::Utf8WithMark)
    }
}

/// What reading one input came to.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct FileReport {
    /// The path as it was given or found, `-` for standard input.
    pub source: String,
    /// The shape; `None` where the input is no export of audit logs.
    pub shape: Option<Shape>,
    /// The compression.
    pub compression: Compression,
    /// The encoding.
    pub encoding: Encoding,
    /// The length of the decoded text in bytes, as far as it was read.
    pub bytes: u64,
    /// SHA-256 of the input as it stands, in lower-case hex, if
    /// [asked for](super::Reader::hash).
    pub sha256: Option<String>,
    /// What became of its records.
    pub tally: Tally,
    /// What was met in those that were decoded.
    pub findings: Findings,
    /// Whether it is a page that names a next one.
    pub names_next_page: bool,
    /// The first [`FileReport::REJECTIONS`] rejections, each with its place.
    pub rejections: Vec<Error>,
    /// Why the input as a whole could not be read, or not to its end.
    pub error: Option<Error>,
}

impl FileReport {
    /// How many rejections are kept; the tally counts them all.
    pub const REJECTIONS: usize = 100;

    pub(super) fn new(source: &str) -> Self {
        Self {
            source: source.to_owned(),
            shape: None,
            compression: Compression::None,
            encoding: Encoding::Utf8,
            bytes: 0,
            sha256: None,
            tally: Tally::default(),
            findings: Findings::default(),
            names_next_page: false,
            rejections: Vec::new(),
            error: None,
        }
    }
}

impl FileReport {
    /// How many records the portal writes into one file at most (Microsoft Entra, *Download logs*).
    pub const PORTAL_LIMIT: u64 = 250_000;

    /// What someone who relies on the file should know, in words.
    ///
    /// Days without records are told only where every record was decoded
    /// ([`Reader::verify`](super::Reader::verify)); otherwise they are not known.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        let is_portal = matches!(self.shape, Some(Shape::PortalCsv | Shape::PortalJson));
        if is_portal && self.tally.read == Self::PORTAL_LIMIT {
            warnings.push(
                "exactly 250,000 records, the most the portal writes: the rest is probably missing"
                    .to_owned(),
            );
        }
        if self.names_next_page {
            warnings.push(
                "the page names a next one (@odata.nextLink): make sure it is read, too".to_owned(),
            );
        }
        let decoded_all = self.findings.audit_records + self.tally.other_log + self.tally.rejected
            >= self.tally.read;
        if decoded_all {
            warnings.extend(self.findings.gaps().map(|(from, to)| {
                if from == to {
                    format!("no records on {from}")
                } else {
                    format!("no records from {from} to {to}")
                }
            }));
        }
        let texts = [
            ("unknown activity", &self.findings.unknown_activities),
            ("unknown method", &self.findings.unknown_methods),
            ("unknown reason", &self.findings.unknown_reasons),
            ("unexpected form of the field", &self.findings.oddities),
        ];
        for (what, counts) in texts {
            warnings
                .extend(counts.iter().map(|(text, number)| format!("{what} `{text}` ({number})")));
        }
        for rejection in &self.rejections {
            warnings.push(format!("unreadable: {rejection}"));
        }
        let untold = self.tally.rejected.saturating_sub(self.rejections.len() as u64);
        if untold > 0 {
            warnings.push(format!("unreadable: {untold} more records"));
        }
        warnings
    }
}

/// What reading came to, file by file, in the order in which they were read.
#[derive(Debug, Clone, Default, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// Every input.
    pub files: Vec<FileReport>,
    /// What was wrong before any input was opened: paths that do not exist, empty folders.
    pub errors: Vec<Error>,
}

impl Report {
    /// The tallies of all inputs, added up.
    pub fn tally(&self) -> Tally {
        let mut sum = Tally::default();
        for file in &self.files {
            sum += file.tally;
        }
        sum
    }

    /// What was met in all inputs.
    pub fn findings(&self) -> Findings {
        let mut sum = Findings::default();
        for file in &self.files {
            sum.merge(file.findings.clone());
        }
        sum
    }

    /// Every fault of an input as a whole.
    pub fn input_errors(&self) -> impl Iterator<Item = &Error> {
        let of_files = self.files.iter().filter_map(|file| file.error.as_ref());
        self.errors.iter().chain(of_files)
    }
}
