//! gzip and Zstandard, told by content and bounded.

use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

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

/// The decompressed text of an input, and how it was compressed.
pub(crate) fn decompress<'a>(
    input: impl Read + Send + 'a,
    largest_expansion: u64,
) -> io::Result<(Box<dyn Read + Send + 'a>, Compression)> {
    let taken = Arc::new(AtomicU64::new(0));
    let counted = Counted { input, taken: Arc::clone(&taken) };
    let mut input = BufReader::with_capacity(256 * 1024, counted);
    let head = input.fill_buf()?;
    let compression = match head {
        _ if head.starts_with(GZIP) => Compression::Gzip,
        _ if head.starts_with(ZSTANDARD) || head.get(1..4) == Some(SKIPPABLE) => {
            Compression::Zstandard
        }
        _ => Compression::None,
    };
    let text: Box<dyn Read + Send> = match compression {
        Compression::None => return Ok((Box::new(input), compression)),
        Compression::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(input)),
        Compression::Zstandard => Box::new(ZstandardFrames { state: Frames::Between(Some(input)) }),
    };
    let bounded = Bounded { text, taken, given: 0, largest_expansion };
    Ok((Box::new(bounded), compression))
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
struct ZstandardFrames<R: BufRead> {
    state: Frames<R>,
}

enum Frames<R: BufRead> {
    Between(Option<R>),
    Within(Box<ruzstd::decoding::StreamingDecoder<R, ruzstd::decoding::FrameDecoder>>),
}

impl<R: BufRead> Read for ZstandardFrames<R> {
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
                        self.state = Frames::Between(Some(decoder.into_inner()));
                    }
                }
                Frames::Between(input) => {
                    let Some(mut input) = input.take() else {
                        return Ok(0);
                    };
                    skip_empty_frames(&mut input)?;
                    if input.fill_buf()?.is_empty() {
                        return Ok(0);
                    }
                    let decoder =
                        ruzstd::decoding::StreamingDecoder::new(input).map_err(|error| {
                            io::Error::new(io::ErrorKind::InvalidData, error.to_string())
                        })?;
                    self.state = Frames::Within(Box::new(decoder));
                }
            }
        }
    }
}

/// Passes over frames that hold no data.
fn skip_empty_frames(input: &mut impl BufRead) -> io::Result<()> {
    while input.fill_buf()?.get(1..4) == Some(SKIPPABLE) {
        let mut header = [0; 8];
        input.read_exact(&mut header)?;
        let length = u32::from_le_bytes([header[4], header[5], header[6], header[7]]);
        let skipped = io::copy(&mut input.by_ref().take(length.into()), &mut io::sink())?;
        if skipped < u64::from(length) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(())
}
