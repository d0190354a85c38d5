//! gzip and Zstandard, told by content and bounded.

use std::io::{self, BufReader, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

use super::report::Compression;

const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTANDARD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
/// Four bytes `5? 2a 4d 18` begin a frame that holds no data.
const SKIPPABLE: &[u8] = &[0x2a, 0x4d, 0x18];

/// How much may come out before its proportion to what went in is looked at.
const FREE: u64 = 64 * 1024 * 1024;

/// The marks by which this module's errors are known among those of the operating system.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DecompressError {
    #[error("compressed data that is cut off or damaged ({0})")]
    Damaged(String),
    #[error("more than {0} bytes for each compressed byte")]
    Expands(u64),
}

/// How an input is compressed that begins so.
pub(super) fn compression_of(head: &[u8]) -> Compression {
    if head.starts_with(GZIP) {
        Compression::Gzip
    } else if head.starts_with(ZSTANDARD) || is_skippable(head) {
        Compression::Zstandard
    } else {
        Compression::None
    }
}

/// The text of an input that is compressed so.
pub(super) fn decompress<'a>(
    input: impl Read + Send + 'a,
    compression: Compression,
    largest_expansion: u64,
) -> Box<dyn Read + Send + 'a> {
    let taken = Arc::new(AtomicU64::new(0));
    let input = Counted { input, taken: Arc::clone(&taken) };
    let input = BufReader::with_capacity(256 * 1024, input);
    let text: Box<dyn Read + Send> = match compression {
        Compression::None => Box::new(input),
        Compression::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(input)),
        Compression::Zstandard => Box::new(ZstandardFrames { state: Frames::Between(Some(input)) }),
    };
    Box::new(Bounded { text, taken, given: 0, largest_expansion })
}

/// The first four bytes of a frame, or as many as there are.
fn read_mark(input: &mut impl Read) -> io::Result<([u8; 4], usize)> {
    let mut mark = [0; 4];
    let mut length = 0;
    while length < mark.len() {
        match input.read(&mut mark[length..]) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok((mark, length))
}

fn is_skippable(mark: &[u8]) -> bool {
    mark.get(1..4) == Some(SKIPPABLE) && mark[0] >> 4 == 5
}

/// Counts what is taken from an input.
struct Counted<R> {
    input: R,
    taken: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.taken.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// Refuses to give out of all proportion to what was taken.
struct Bounded<'a> {
    text: Box<dyn Read + Send + 'a>,
    taken: Arc<AtomicU64>,
    given: u64,
    largest_expansion: u64,
}

impl Read for Bounded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.text.read(buffer).map_err(damaged)?;
        self.given += read as u64;
        let allowed = self.taken.load(Ordering::Relaxed).saturating_mul(self.largest_expansion);
        if self.given > FREE && self.given > allowed {
            return Err(io::Error::other(DecompressError::Expands(self.largest_expansion)));
        }
        Ok(read)
    }
}

/// What a decoder says of its data, apart from what the operating system says of the file.
fn damaged(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::InvalidInput
        | io::ErrorKind::InvalidData
        | io::ErrorKind::UnexpectedEof
        | io::ErrorKind::Other => io::Error::other(DecompressError::Damaged(error.to_string())),
        _ => error,
    }
}

/// One Zstandard frame after another.
struct ZstandardFrames<R: Read> {
    state: Frames<R>,
}

/// A frame with the mark that was read to tell what it is.
type Marked<R> = io::Chain<Cursor<[u8; 4]>, R>;

enum Frames<R: Read> {
    Between(Option<R>),
    Within(Box<StreamingDecoder<Marked<R>, FrameDecoder>>),
}

impl<R: Read> Read for ZstandardFrames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match &mut self.state {
                Frames::Within(decoder) => {
                    let read = decoder.read(buffer)?;
                    if read > 0 || buffer.is_empty() {
                        return Ok(read);
                    }
                    let ended = std::mem::replace(&mut self.state, Frames::Between(None));
                    if let Frames::Within(decoder) = ended {
                        let (_, input) = decoder.into_inner().into_inner();
                        self.state = Frames::Between(Some(input));
                    }
                }
                Frames::Between(input) => {
                    let Some(input) = input.take() else {
                        return Ok(0);
                    };
                    let Some(frame) = next_frame(input)? else {
                        return Ok(0);
                    };
                    let decoder = StreamingDecoder::new(frame).map_err(|error| {
                        io::Error::new(io::ErrorKind::InvalidData, error.to_string())
                    })?;
                    self.state = Frames::Within(Box::new(decoder));
                }
            }
        }
    }
}

/// The next frame that holds data; `None` at the end of the input.
fn next_frame<R: Read>(mut input: R) -> io::Result<Option<Marked<R>>> {
    loop {
        let (mark, length) = read_mark(&mut input)?;
        match length {
            0 => return Ok(None),
            4 if is_skippable(&mark) => skip_frame(&mut input)?,
            4 => return Ok(Some(Cursor::new(mark).chain(input))),
            _ => return Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

/// Passes over a frame that holds no data, behind its mark.
fn skip_frame(input: &mut impl Read) -> io::Result<()> {
    let mut length = [0; 4];
    input.read_exact(&mut length)?;
    let length = u64::from(u32::from_le_bytes(length));
    let skipped = io::copy(&mut input.take(length), &mut io::sink())?;
    if skipped < length { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
}
