//! Where data goes.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal as _, StdoutLock, Write};
use std::path::{Path, PathBuf};

use regaudit::report::TextTable;
use tempfile::NamedTempFile;

use super::args::DestinationArguments;
use super::failure::{exists, naming};
use super::unfinished::Unfinished;

/// Standard output, or a file that appears under its name only when it is whole.
pub(super) enum Output {
    Standard(BufWriter<StdoutLock<'static>>),
    File {
        unfinished: Unfinished,
        temporary: BufWriter<NamedTempFile>,
        path: PathBuf,
        force: bool,
    },
    /// A pipe or device, which takes what is written as it comes.
    Special(BufWriter<File>),
}

impl Output {
    pub(super) fn open(destination: &DestinationArguments) -> io::Result<Self> {
        let Some(path) = &destination.output else {
            return Ok(Self::Standard(BufWriter::new(io::stdout().lock())));
        };
        let force = destination.force;
        // A link stays, and what it leads to is replaced.
        let path = &path.canonicalize().unwrap_or_else(|_| path.clone());
        if let Ok(there) = std::fs::metadata(path) {
            if !there.is_file() && !there.is_dir() {
                let special = File::options().write(true).open(path);
                let special = special.map_err(|error| naming(path, &error))?;
                return Ok(Self::Special(BufWriter::new(special)));
            }
            if !force {
                return Err(exists(path));
            }
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let temporary = temporary_file(folder.unwrap_or(Path::new(".")))
            .map_err(|error| naming(path, &error))?;
        let unfinished = Unfinished::new(temporary.path());
        let temporary = BufWriter::new(temporary);
        Ok(Self::File { unfinished, temporary, path: path.clone(), force })
    }

    /// Puts what was written where it belongs.
    pub(super) fn finish(self) -> io::Result<()> {
        match self {
            Self::Standard(mut output) => output.flush(),
            Self::Special(mut output) => output.flush(),
            Self::File { unfinished, temporary, path, force } => {
                let file = temporary.into_inner().map_err(io::IntoInnerError::into_error)?;
                file.as_file().sync_all()?;
                let persisted = unfinished.finish(|| {
                    let named =
                        if force { file.persist(&path) } else { file.persist_noclobber(&path) };
                    named.map(drop::<File>).map_err(|error| error.error)
                });
                persisted.map_err(|error| match error.kind() {
                    io::ErrorKind::AlreadyExists => exists(&path),
                    _ => naming(&path, &error),
                })
            }
        }
    }

    /// How tables are drawn: as wide as the terminal, or as they need in a file or pipe.
    pub(super) fn text_table(&self) -> TextTable {
        let is_terminal = matches!(self, Self::Standard(_)) && io::stdout().is_terminal();
        let width = if is_terminal {
            terminal_size::terminal_size().map(|(width, _)| width.0)
        } else {
            None
        };
        TextTable::new(width)
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Standard(output) => output.write(bytes),
            Self::Special(output) => output.write(bytes),
            Self::File { temporary, .. } => temporary.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Standard(output) => output.flush(),
            Self::Special(output) => output.flush(),
            Self::File { temporary, .. } => temporary.flush(),
        }
    }
}

/// A file with the permissions that any program's output has.
fn temporary_file(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // The umask takes away what the user does not grant.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}
