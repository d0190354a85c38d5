//! An input from its name to its first block.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::date_order::Orders;
use super::decode::Decoder;
use super::decompress::{DecompressError, compression_of, decompress};
use super::detect::{Detected, Layout, detect};
use super::digest::Digest;
use super::encoding::{encoding_of, to_utf8};
use super::envelope::RowLayout;
use super::head::Head;
use super::parts::Parts;
use super::reader::Options;
use super::report::{Compression, FileReport};
use super::source::Source;
use crate::error::{Error, ErrorKind, Result};
use crate::model::DateOrder;
use crate::scan::{Blocks, Buffers, Guess};

/// The blocks of an input's decoded text.
type TextBlocks<'a> = Blocks<Box<dyn Read + Send + 'a>>;

/// An input that is ready to be read.
pub(super) struct OpenFile<'a> {
    pub(super) blocks: TextBlocks<'a>,
    pub(super) decoder: Arc<Decoder>,
    pub(super) digest: Digest,
    /// The same in parts, where that pays and can be done.
    pub(super) parts: Option<Parts>,
    /// Whether it is read in no time.
    pub(super) is_small: bool,
    /// Whether more of it may be long in coming, as from a pipe.
    pub(super) may_stall: bool,
}

/// The bytes of an input, and the file they are of if they can be read from any place.
struct Opened<'a> {
    input: Box<dyn Read + Send + 'a>,
    file: Option<(Arc<File>, u64)>,
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
    fn open(&mut self) -> Result<Opened<'a>> {
        let input: Box<dyn Read + Send> = match self {
            Self::Source(Source::File(path)) => {
                let file = Arc::new(File::open(path).map_err(Error::io)?);
                let metadata = file.metadata().map_err(Error::io)?;
                let file_at = metadata.is_file().then(|| (Arc::clone(&file), metadata.len()));
                return Ok(Opened { input: Box::new(file), file: file_at });
            }
            Self::Source(Source::Stdin) => Box::new(io::stdin()),
            Self::Slice(bytes) => Box::new(*bytes),
            Self::Reader(reader) => std::mem::replace(reader, Box::new(io::empty())),
        };
        Ok(Opened { input, file: None })
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
    /// Whether it may be long in coming, as from a pipe.
    pub(super) fn may_stall(&self) -> bool {
        !self.bytes.can_reopen()
    }

    /// Opens the input and tells what it is. What is learned on the way is noted in the report,
    /// also where that ends in an error.
    pub(super) fn try_open(
        mut self,
        options: &Options,
        buffers: &Arc<Buffers>,
        report: &mut FileReport,
    ) -> Result<OpenFile<'a>> {
        let Opened { input, file } = self.bytes.open()?;
        let (input, digest) = Digest::wrap(input, options.hash);
        match self.look_inside(input, options, buffers, report) {
            Ok(inside) => Ok(inside.into_open_file(file, digest, options, buffers, report)),
            Err(error) => {
                // What cannot be read has a hash all the same.
                report.sha256 = digest.finish();
                Err(error)
            }
        }
    }

    fn look_inside(
        &mut self,
        input: Box<dyn Read + Send + 'a>,
        options: &Options,
        buffers: &Arc<Buffers>,
        report: &mut FileReport,
    ) -> Result<Inside<'a>> {
        let text = text_of(input, options, buffers, report).map_err(describe)?;
        let Detected { shape, layout } = detect(text.bytes(), text.is_whole, options.shape)?;
        report.shape = Some(shape);
        let date_order = match &layout {
            Layout::Rows(rows) => self.date_order(rows, &text, options, buffers)?,
            _ => options.date_order,
        };
        let decoder = Decoder {
            source: Arc::clone(&self.name),
            layout,
            date_order,
            prefilter: options.prefilter.clone(),
            named: options.named.clone(),
            sieve: options.sieve.clone(),
            sample: options.sample,
            filter: Arc::clone(&options.filter),
            fingerprints: options.fingerprints.clone(),
            verify: options.verify,
            pace: options.pace,
            holds_audit_records: AtomicBool::new(false),
            is_dense: AtomicBool::new(false),
            longest_record: options.longest_record,
        };
        Ok(Inside { text, decoder })
    }

    /// The order of dates in a CSV of Log Analytics: as the file settles it, else as asked.
    fn date_order(
        &mut self,
        rows: &RowLayout,
        text: &Head<'_>,
        options: &Options,
        buffers: &Buffers,
    ) -> Result<Option<DateOrder>> {
        let mut orders = Orders::default();
        orders.look_at(rows, text.bytes(), text.is_whole);
        if !orders.is_settled() && !text.is_whole && self.bytes.can_reopen() {
            let mut report = FileReport::new(&self.name);
            let again = text_of(self.bytes.open()?.input, options, buffers, &mut report);
            orders.look_through(
                rows,
                again.map_err(describe)?.into_input(),
                options.longest_record,
            );
        }
        orders.settle(options.date_order)
    }
}

/// The text of an input in UTF-8. How it was stored is noted in the report.
fn text_of<'a>(
    input: Box<dyn Read + Send + 'a>,
    options: &Options,
    buffers: &Buffers,
    report: &mut FileReport,
) -> io::Result<Head<'a>> {
    let mut text = Head::read(input, buffers.take())?;
    report.compression = compression_of(text.bytes());
    if report.compression != Compression::None {
        let expansion = options.largest_expansion;
        let plain = decompress(text.into_input(), report.compression, expansion);
        text = Head::read(plain, buffers.take())?;
    }
    report.encoding = encoding_of(text.bytes());
    if !report.encoding.is_utf8() {
        text = Head::read(to_utf8(text.into_input(), report.encoding), buffers.take())?;
    }
    Ok(text)
}

/// What is inside an input.
struct Inside<'a> {
    text: Head<'a>,
    decoder: Decoder,
}

impl<'a> Inside<'a> {
    fn into_open_file(
        self,
        file: Option<(Arc<File>, u64)>,
        digest: Digest,
        options: &Options,
        buffers: &Arc<Buffers>,
        report: &FileReport,
    ) -> OpenFile<'a> {
        let Self { text, decoder } = self;
        let splitter = decoder.layout.splitter(options.pace);
        let decoder = Arc::new(decoder);
        let is_compressed = report.compression != Compression::None;
        let length = file.as_ref().map(|(_, length)| *length);
        let small = if is_compressed { options.grain.part / 8 } else { options.grain.part };
        let is_plain = !is_compressed && report.encoding.is_utf8() && !options.hash;
        let parts = file.filter(|(_, length)| is_plain && *length > options.grain.part).and_then(
            |(file, length)| {
                let guess = Guess::learn(&splitter, text.bytes())?;
                let (decoder, fresh) = (Arc::clone(&decoder), splitter.clone());
                Some(Parts { file, length, part: options.grain.part, decoder, fresh, guess })
            },
        );
        let (longest, buffers) = (options.longest_record, Arc::clone(buffers));
        let blocks = Blocks::new(text.buffer, text.rest, splitter, longest, buffers)
            .of(options.grain.block)
            .ending(text.is_whole);
        OpenFile {
            blocks,
            decoder,
            digest,
            parts,
            is_small: length.is_some_and(|length| length <= small),
            may_stall: length.is_none(),
        }
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
