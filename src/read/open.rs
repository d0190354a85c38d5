//! An input from its name to its first block.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::sync::Arc;

use super::decode::Decoder;
use super::decompress::{DecompressError, decompress};
use super::detect::{Detected, Layout, detect, row_end};
use super::encoding::to_utf8;
use super::envelope::{RowLayout, row_cells};
use super::reader::Options;
use super::report::FileReport;
use super::source::Source;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{DateOrder, possible_orders};
use crate::scan::Blocks;

/// How much of an input is looked at to tell what it is.
const HEAD: u64 = 256 * 1024;

/// An input that is ready to be read.
pub(super) struct OpenFile<'a> {
    pub(super) blocks: Blocks<Box<dyn Read + Send + 'a>>,
    pub(super) decoder: Arc<Decoder>,
    pub(super) digest: Digest,
}

/// An input before anything of it was read.
pub(super) struct Unopened<'a> {
    pub(super) name: Arc<str>,
    pub(super) bytes: Bytes<'a>,
}

/// Where the bytes of an input come from.
pub(super) enum Bytes<'a> {
    Source(Source),
    Reader(Box<dyn Read + Send + 'a>),
    Slice(&'a [u8]),
}

impl<'a> Bytes<'a> {
    /// Opens the input; a file or a slice may be opened again.
    fn open(&mut self) -> Result<Box<dyn Read + Send + 'a>> {
        match self {
            Self::Source(Source::File(path)) => Ok(Box::new(File::open(path).map_err(Error::io)?)),
            Self::Source(Source::Stdin) => Ok(Box::new(io::stdin())),
            Self::Slice(bytes) => Ok(Box::new(*bytes)),
            Self::Reader(reader) => Ok(std::mem::replace(reader, Box::new(io::empty()))),
        }
    }

    /// Whether it can be opened a second time, and says the same.
    fn can_reopen(&self) -> bool {
        match self {
            // A pipe is a path, too, and can be read once.
            Self::Source(Source::File(path)) => path.is_file(),
            Self::Slice(_) => true,
            Self::Source(Source::Stdin) | Self::Reader(_) => false,
        }
    }
}

impl<'a> Unopened<'a> {
    /// Opens the input and tells what it is. What is learned on the way is noted in the report,
    /// also where that ends in an error.
    pub(super) fn open(
        mut self,
        options: &Options,
        report: &mut FileReport,
    ) -> Result<OpenFile<'a>> {
        let input = self.bytes.open()?;
        let (input, digest) = Digest::wrap(input, options.hash);
        let (text, compression) = decompress(input, options.largest_expansion).map_err(describe)?;
        report.compression = compression;
        let (mut text, encoding) = to_utf8(text).map_err(describe)?;
        report.encoding = encoding;

        let mut head = Vec::new();
        let failure = text.by_ref().take(HEAD).read_to_end(&mut head).err();
        let is_whole = failure.is_none() && (head.len() as u64) < HEAD;
        if let Some(failure) = failure {
            if head.is_empty() {
                return Err(describe(failure));
            }
            text = Box::new(Failing(Some(failure)));
        }
        let Detected { shape, layout } = detect(&head, is_whole, options.shape)?;
        report.shape = Some(shape);
        let date_order = match &layout {
            Layout::Rows(rows) => self.date_order(rows, &head, is_whole, options)?,
            _ => options.date_order,
        };
        let decoder = Decoder {
            source: Arc::clone(&self.name),
            layout,
            date_order,
            prefilter: options.prefilter.clone(),
            filter: Arc::clone(&options.filter),
        };
        let splitter = decoder.layout.splitter();
        let text: Box<dyn Read + Send> = Box::new(Cursor::new(head).chain(text));
        Ok(OpenFile {
            blocks: Blocks::new(text, splitter, options.longest_record),
            decoder: Arc::new(decoder),
            digest,
        })
    }

    /// The order of dates in a CSV of Log Analytics: as asked, else as the file settles it.
    fn date_order(
        &mut self,
        rows: &RowLayout,
        head: &[u8],
        is_whole: bool,
        options: &Options,
    ) -> Result<Option<DateOrder>> {
        if options.date_order.is_some() {
            return Ok(options.date_order);
        }
        let mut orders = Orders::default();
        orders.look_at(rows, head, is_whole);
        if !orders.is_settled() && !is_whole && self.bytes.can_reopen() {
            let again =
                decompress(self.bytes.open()?, options.largest_expansion).map_err(describe)?.0;
            orders.look_through(rows, to_utf8(again).map_err(describe)?.0);
        }
        orders.settle()
    }
}

/// Which orders the dates seen so far allow.
struct Orders {
    day_first: bool,
    month_first: bool,
    example: Option<String>,
}

impl Default for Orders {
    fn default() -> Self {
        Self { day_first: true, month_first: true, example: None }
    }
}

impl Orders {
    fn is_settled(&self) -> bool {
        self.day_first != self.month_first
    }

    /// Looks at the rows of a text whose first row is the header; the last one only if it is whole.
    fn look_at(&mut self, layout: &RowLayout, text: &[u8], is_whole: bool) {
        let mut start = row_end(text, 0, is_whole).unwrap_or(text.len());
        while let Some(end) = row_end(text, start, is_whole) {
            self.look_at_row(layout, &text[start..end]);
            start = end;
        }
    }

    /// Looks at row after row until the order is settled.
    fn look_through(&mut self, layout: &RowLayout, text: Box<dyn Read + Send + '_>) {
        let mut rows = csv::ReaderBuilder::new()
            .flexible(true)
            .delimiter(layout.delimiter())
            .from_reader(text);
        let mut row = csv::StringRecord::new();
        // A row that cannot be read is reported when it is read in earnest.
        while !self.is_settled() && matches!(rows.read_record(&mut row), Ok(true)) {
            self.look_at_times(layout, &row);
        }
    }

    fn look_at_row(&mut self, layout: &RowLayout, row: &[u8]) {
        if let Ok(row) = row_cells(row.trim_ascii_start(), layout.delimiter()) {
            self.look_at_times(layout, &row);
        }
    }

    fn look_at_times(&mut self, layout: &RowLayout, row: &csv::StringRecord) {
        for time in layout.times(row) {
            if let Some((day_first, month_first)) = possible_orders(time) {
                self.day_first &= day_first;
                self.month_first &= month_first;
                self.example.get_or_insert_with(|| time.to_owned());
            }
        }
    }

    fn settle(self) -> Result<Option<DateOrder>> {
        match (self.example, self.day_first, self.month_first) {
            (None, ..) => Ok(None),
            (_, true, false) => Ok(Some(DateOrder::DayFirst)),
            (_, false, true) => Ok(Some(DateOrder::MonthFirst)),
            (Some(example), true, true) => Err(Error::new(
                ErrorKind::DateOrder,
                format!("dates such as `{example}`, in which either number may be the day"),
            )
            .expected("a date that settles it, with a number above 12")
            .help("say which it is: `--date-order mdy` or `--date-order dmy`")),
            (Some(example), false, false) => Err(Error::new(
                ErrorKind::DateOrder,
                format!("dates in both orders, such as `{example}`"),
            )
            .help("export the parts separately; the file was put together from two locales")),
        }
    }
}

/// Fails as an earlier attempt to read did.
struct Failing(Option<io::Error>);

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// What the operating system or a decoder said, as an error of ours.
pub(super) fn describe(error: io::Error) -> Error {
    let decompress = error.get_ref().and_then(|inner| inner.downcast_ref::<DecompressError>());
    match decompress {
        Some(found @ DecompressError::Damaged(_)) => {
            Error::new(ErrorKind::Compression, found.to_string())
                .expected("the end of the compressed data")
                .help(
                    "what was read before it is used; copy or download the file again for the rest",
                )
        }
        Some(found @ DecompressError::Expands(_)) => {
            Error::new(ErrorKind::ExpansionLimit, found.to_string())
                .help("raise the bound if the file is to be trusted")
        }
        None => Error::io(error),
    }
}

/// The SHA-256 of an input as it stands, computed while it is read.
#[derive(Default)]
pub(super) struct Digest {
    #[cfg(feature = "hash")]
    state: Option<Arc<std::sync::Mutex<sha2::Sha256>>>,
}

#[cfg(feature = "hash")]
mod digest {
    use std::fmt::Write as _;
    use std::io::{self, Read};
    use std::sync::{Arc, Mutex, PoisonError};

    use sha2::{Digest as _, Sha256};

    use super::Digest;

    impl Digest {
        /// Lets everything that is read pass through the hash, if one is wanted.
        pub(in crate::read) fn wrap<'a>(
            input: Box<dyn Read + Send + 'a>,
            wanted: bool,
        ) -> (Box<dyn Read + Send + 'a>, Self) {
            if !wanted {
                return (input, Self::default());
            }
            let state = Arc::new(Mutex::new(Sha256::new()));
            let digest = Self { state: Some(Arc::clone(&state)) };
            (Box::new(Hashed { input, state }), digest)
        }

        /// The hash in lower-case hex, once the input was read to its end.
        pub(in crate::read) fn finish(self) -> Option<String> {
            let state = self.state?;
            let state = state.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let mut hex = String::new();
            for byte in state.finalize() {
                let _ = write!(hex, "{byte:02x}");
            }
            Some(hex)
        }
    }

    /// Hashes what is read, and what nobody read when it is dropped.
    struct Hashed<'a> {
        input: Box<dyn Read + Send + 'a>,
        state: Arc<Mutex<Sha256>>,
    }

    impl Read for Hashed<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let read = self.input.read(buffer)?;
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.update(&buffer[..read]);
            Ok(read)
        }
    }

    impl Drop for Hashed<'_> {
        fn drop(&mut self) {
            // An input that fails here failed before, and was reported then.
            let _ = io::copy(self, &mut io::sink());
        }
    }
}

#[cfg(not(feature = "hash"))]
impl Digest {
    pub(super) fn wrap<'a>(
        input: Box<dyn Read + Send + 'a>,
        _: bool,
    ) -> (Box<dyn Read + Send + 'a>, Self) {
        (input, Self::default())
    }

    pub(super) fn finish(self) -> Option<String> {
        None
    }
}
