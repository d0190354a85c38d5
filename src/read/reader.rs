//! How an export is to be read.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::dedup::Fingerprints;
use super::events::Events;
use super::named::Named;
use super::open::{Bytes, Unopened};
use super::shape::Shape;
use super::source::resolve;
use super::steps::Inputs;
use crate::catalogue::{Family, needles, own_needles};
use crate::filter::Filter;
use crate::model::DateOrder;
use crate::scan::{Pace, Prefilter, Sieve};

/// Reads exports: options first, inputs last.
///
/// ```
/// use regaudit::{Reader, Shape, catalogue::Family};
/// let reader = Reader::new().family(Family::Registration).shape(Shape::Diagnostic).threads(1);
/// let events = reader.slice("mine", b"");
/// # assert_eq!(events.count(), 1, "an empty input is an error");
/// ```
///
/// By default every family is read, the shape is found by content, duplicates are dropped, as many
/// threads are used as the machine has cores, and records that cannot be of interest are skipped
/// unparsed.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub struct Reader {
    shape: Option<Shape>,
    date_order: Option<DateOrder>,
    filter: Filter,
    threads: Option<usize>,
    dedup: bool,
    verify: bool,
    hash: bool,
    longest_record: usize,
    largest_expansion: u64,
    pace: Pace,
    grain: Grain,
    /// What takes in whoever is passed over.
    sieve: Option<Arc<Sieve>>,
    /// Whether it is to be known what the log covers beside the events.
    sample: bool,
}

/// In how large pieces an input is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grain {
    /// What is scanned at a time: it stays in the cache of a core.
    pub(super) block: usize,
    /// What one thread reads of a large file. Long enough that finding its beginning and completing its
    /// last record cost little, short enough that a few of them fit into memory.
    pub(super) part: u64,
}

impl Default for Grain {
    fn default() -> Self {
        Self { block: 256 * 1024, part: 1024 * 1024 }
    }
}

/// What every step of reading needs to know.
#[derive(Debug)]
pub(super) struct Options {
    pub(super) shape: Option<Shape>,
    pub(super) date_order: Option<DateOrder>,
    pub(super) filter: Arc<Filter>,
    pub(super) prefilter: Option<Arc<Prefilter>>,
    /// What tells the records that may be about the users asked for; without it, all may.
    pub(super) named: Option<Arc<Named>>,
    /// What takes in whoever is passed over.
    pub(super) sieve: Option<Arc<Sieve>>,
    pub(super) sample: bool,
    /// What tells events apart, if duplicates are to be dropped.
    pub(super) fingerprints: Option<Arc<Fingerprints>>,
    /// Whether every record is decoded in full.
    pub(super) verify: bool,
    pub(super) pace: Pace,
    pub(super) grain: Grain,
    pub(super) hash: bool,
    pub(super) longest_record: usize,
    pub(super) largest_expansion: u64,
}

impl Default for Reader {
    fn default() -> Self {
        Self::new()
    }
}

impl Reader {
    /// How long a record may be by default, in bytes.
    pub const LONGEST_RECORD: usize = 64 * 1024 * 1024;

    /// How many bytes may come out of one compressed byte by default. Real logs stay below 100;
    /// the first 64 MiB are free.
    pub const LARGEST_EXPANSION: u64 = 300;

    /// A reader with nothing asked for.
    pub fn new() -> Self {
        Self {
            shape: None,
            date_order: None,
            filter: Filter::default(),
            threads: None,
            dedup: true,
            verify: false,
            hash: false,
            longest_record: Self::LONGEST_RECORD,
            largest_expansion: Self::LARGEST_EXPANSION,
            pace: Pace::Fast,
            grain: Grain::default(),
            sieve: None,
            sample: false,
        }
    }

    /// Reads every input as this shape, instead of finding it by content.
    #[must_use]
    pub fn shape(mut self, shape: Shape) -> Self {
        self.shape = Some(shape);
        self
    }

    /// Which number of a locale's date is the day, where the file does not settle it.
    #[must_use]
    pub fn date_order(mut self, order: DateOrder) -> Self {
        self.date_order = Some(order);
        self
    }

    /// Only events of this family; may be called for several.
    #[must_use]
    pub fn family(mut self, family: Family) -> Self {
        self.filter.families.push(family);
        self
    }

    /// Only events that the filter accepts. Replaces families given before.
    #[must_use]
    pub fn filter(mut self, filter: Filter) -> Self {
        self.filter = filter;
        self
    }

    /// Only events that this filter lets through as well, where that can be said of both.
    #[cfg(feature = "polars")]
    pub(crate) fn narrowed(mut self, filter: &Filter) -> Self {
        self.filter = self.filter.narrowed_by(filter);
        self
    }

    /// Whether changes of policy may be put off: nothing but families is asked for, and not every record
    /// is to be decoded.
    pub(crate) fn may_defer(&self) -> bool {
        let families = &self.filter.families;
        let has_policy = families.is_empty() || families.contains(&Family::Policy);
        has_policy && self.filter.asks_for_families_alone() && !self.verify
    }

    /// Only events about these users, and of these families about everybody. Whoever else may be named in
    /// records of the wanted families goes into the sieve.
    pub(crate) fn about(
        mut self,
        users: Vec<String>,
        everybody: &[Family],
        sieve: Arc<Sieve>,
    ) -> Self {
        self.filter.users = users;
        self.filter.everybody = everybody.to_vec();
        self.sieve = Some(sieve);
        self
    }

    /// Whether some of the records that are passed over are looked into, so that what reading came to tells
    /// which stretch of time the log holds, and not only when the first and the last event was. Where users are
    /// asked for, it always does.
    #[must_use]
    pub fn sample(mut self, sample: bool) -> Self {
        self.sample = sample;
        self
    }

    /// Events about anybody, and what the log covers, as if users were asked for.
    pub(crate) fn about_anybody(mut self) -> Self {
        self.filter.users.clear();
        self.sample = true;
        self
    }

    /// How many threads decode; with one, everything happens on the caller's. Slices and readers
    /// are always read on the caller's thread.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// Whether an event that was met before is dropped, and counted as a duplicate.
    #[must_use]
    pub fn dedup(mut self, dedup: bool) -> Self {
        self.dedup = dedup;
        self
    }

    /// Whether every record is decoded, also those that cannot be of interest, so that each that is
    /// damaged is rejected and every service and log is counted.
    #[must_use]
    pub fn verify(mut self, verify: bool) -> Self {
        self.verify = verify;
        self
    }

    /// Whether the SHA-256 of each input is computed as it is read.
    #[cfg(feature = "hash")]
    #[must_use]
    pub fn hash(mut self, hash: bool) -> Self {
        self.hash = hash;
        self
    }

    /// How long a record may be, in bytes; a longer one is rejected. Bounds the memory used.
    #[must_use]
    pub fn longest_record(mut self, bytes: usize) -> Self {
        self.longest_record = bytes;
        self
    }

    /// How many bytes may come out of one compressed byte, once 64 MiB have come out.
    #[must_use]
    pub fn largest_expansion(mut self, ratio: u64) -> Self {
        self.largest_expansion = ratio;
        self
    }

    /// Reads by the plain path: on the caller's thread, byte by byte, and with every record that may be of
    /// interest decoded in full. The result is the same; this is what the fast path is checked against.
    ///
    /// ```
    /// # let export = br#"[{"activityDateTime": "2026-03-09T08:00:00Z",
    /// #     "activityDisplayName": "User registered security info"}]"#;
    /// let reader = regaudit::Reader::new();
    /// let fast: Result<Vec<_>, _> = reader.slice("one.json", export).collect();
    /// let plain: Result<Vec<_>, _> = reader.plain().slice("one.json", export).collect();
    /// assert_eq!(fast?, plain?);
    /// # Ok::<(), regaudit::Error>(())
    /// ```
    #[must_use]
    pub fn plain(mut self) -> Self {
        self.pace = Pace::Plain;
        self.threads = Some(1);
        self
    }

    /// Reads in pieces of so many bytes, for tests: with small ones, much happens at their borders.
    #[doc(hidden)]
    #[must_use]
    pub fn pieces(mut self, block: usize, part: u64) -> Self {
        self.grain = Grain { block: block.max(1), part: part.max(1) };
        self
    }

    /// Reads files, folders (with all below them; names that begin with a dot are passed over),
    /// patterns such as `exports/*.json`, and `-` for standard input.
    ///
    /// What cannot be found or read is an error of the iterator, not of this call.
    pub fn paths<P: AsRef<Path>>(&self, paths: impl IntoIterator<Item = P>) -> Events<'static> {
        let paths: Vec<PathBuf> = paths.into_iter().map(|path| path.as_ref().to_owned()).collect();
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        let threads = self.threads.unwrap_or_else(cores);
        let (sources, errors) = resolve(&paths, threads);
        let options = self.options(sources.len());
        Events::new(Inputs::Threads { options, sources, threads }, self.dedup, errors)
    }

    /// Reads a reader, under a name for reports. Compression, encoding and shape are found as for
    /// a file.
    pub fn reader<'a>(&self, name: &str, reader: impl Read + Send + 'a) -> Events<'a> {
        self.one(name, Bytes::Reader(Box::new(reader)))
    }

    /// Reads a slice, under a name for reports.
    pub fn slice<'a>(&self, name: &str, bytes: &'a [u8]) -> Events<'a> {
        self.one(name, Bytes::Slice(bytes))
    }

    fn one<'a>(&self, name: &str, bytes: Bytes<'a>) -> Events<'a> {
        let inputs = [Unopened { name: name.into(), bytes }].into();
        Events::new(Inputs::Here { options: self.options(1), inputs }, self.dedup, Vec::new())
    }

    fn options(&self, inputs: usize) -> Arc<Options> {
        let all = Family::ALL.as_slice();
        let families = if self.filter.families.is_empty() { all } else { &self.filter.families };
        let prefilter = || prefilter(families, self.pace);
        let named = || Named::new(&self.filter, self.pace).map(Arc::new);
        Arc::new(Options {
            shape: self.shape,
            date_order: self.date_order,
            filter: Arc::new(self.filter.clone()),
            prefilter: (!self.verify).then(prefilter),
            named: (!self.verify).then(named).flatten(),
            sieve: self.sieve.clone(),
            sample: self.sample || !self.filter.users.is_empty(),
            fingerprints: self.dedup.then(|| Arc::new(Fingerprints::new(inputs))),
            verify: self.verify,
            pace: self.pace,
            grain: self.grain,
            hash: self.hash,
            longest_record: self.longest_record,
            largest_expansion: self.largest_expansion,
        })
    }
}

/// A prefilter for each set of families. Each is built once, as that takes longer than to read a small
/// input.
type Prefilters = [OnceLock<Arc<Prefilter>>; 1 << Family::ALL.len()];

/// What tells the records that may be of these families, or of which nothing is known.
fn prefilter(families: &[Family], pace: Pace) -> Arc<Prefilter> {
    static BUILT: Prefilters = [const { OnceLock::new() }; 1 << Family::ALL.len()];
    build_once(&BUILT, families, pace, needles)
}

/// What tells the records that may be of these families, and few others.
pub(super) fn own_prefilter(families: &[Family], pace: Pace) -> Arc<Prefilter> {
    static BUILT: Prefilters = [const { OnceLock::new() }; 1 << Family::ALL.len()];
    build_once(&BUILT, families, pace, own_needles)
}

fn build_once(
    built: &Prefilters,
    families: &[Family],
    pace: Pace,
    needles: fn(&[Family]) -> Vec<&'static str>,
) -> Arc<Prefilter> {
    let build = || Arc::new(Prefilter::new(&needles(families), pace));
    match pace {
        Pace::Plain => build(),
        Pace::Fast => {
            let set = families.iter().fold(0, |set, family| set | 1_usize << (*family as usize));
            Arc::clone(built[set].get_or_init(build))
        }
    }
}

/// Reads files, folders, patterns and `-`, with every default: see [`Reader::paths`].
///
/// ```no_run
/// for event in regaudit::read(["exports/"]) {
///     println!("{}", event?.activity);
/// }
/// # Ok::<(), regaudit::Error>(())
/// ```
pub fn read<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> Events<'static> {
    Reader::new().paths(paths)
}

/// Reads a reader with every default: see [`Reader::reader`].
pub fn read_from<'a>(name: &str, reader: impl Read + Send + 'a) -> Events<'a> {
    Reader::new().reader(name, reader)
}

/// Reads a slice with every default: see [`Reader::slice`].
pub fn read_slice<'a>(name: &str, bytes: &'a [u8]) -> Events<'a> {
    Reader::new().slice(name, bytes)
}
