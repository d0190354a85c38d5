//! From arguments to inputs: files, folders, patterns and standard input.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::walk::{Listing, walk};
use crate::error::{Error, ErrorKind};
use crate::origin::Origin;
use crate::pattern;

/// Something to read, found but not opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    File(PathBuf),
    Stdin,
}

impl Source {
    /// The name under which it is reported.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Stdin => "-".to_owned(),
        }
    }
}

/// The inputs that the arguments stand for, in the order of the arguments and, within a folder or
/// pattern, of the bytes of the path. What is reached twice is listed once. So many threads look for them.
pub(crate) fn resolve(arguments: &[PathBuf], threads: usize) -> (Vec<Source>, Vec<Error>) {
    let mut found =
        Found { threads, sources: Vec::new(), errors: Vec::new(), seen: HashSet::default() };
    for argument in arguments {
        if let Err(error) = found.add_argument(argument) {
            let place = Origin::new(argument.display().to_string());
            found.errors.push(error.at(place));
        }
    }
    (found.sources, found.errors)
}

struct Found {
    threads: usize,
    sources: Vec<Source>,
    errors: Vec<Error>,
    seen: HashSet<Identity>,
}

/// What tells a file or folder from others, by whatever path it is reached.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Identity {
    /// The number of the device, and of the file on it.
    #[cfg(unix)]
    Node(u64, u64),
    Path(PathBuf),
}

impl Identity {
    #[cfg(unix)]
    pub(super) fn of(_: &Path, metadata: &fs::Metadata) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        Self::Node(metadata.dev(), metadata.ino())
    }

    #[cfg(not(unix))]
    pub(super) fn of(path: &Path, _: &fs::Metadata) -> Self {
        Self::Path(fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()))
    }
}

impl Found {
    fn add_argument(&mut self, argument: &Path) -> Result<(), Error> {
        if argument == Path::new("-") {
            if !self.sources.contains(&Source::Stdin) {
                self.sources.push(Source::Stdin);
            }
            return Ok(());
        }
        match fs::metadata(argument) {
            Ok(metadata) if metadata.is_dir() => self.add_folder(argument),
            Ok(metadata) => {
                self.add_file(argument.to_owned(), Identity::of(argument, &metadata));
                Ok(())
            }
            Err(error) => match pattern::pattern(argument) {
                Some(pattern) => self.add_pattern(pattern),
                None => Err(Error::io(error)
                    .expected("a file, a folder, a pattern, or `-` for standard input")),
            },
        }
    }

    fn add_file(&mut self, path: PathBuf, identity: Identity) {
        if self.seen.insert(identity) {
            self.sources.push(Source::File(path));
        }
    }

    fn add_folder(&mut self, folder: &Path) -> Result<(), Error> {
        let metadata = fs::metadata(folder).map_err(Error::io)?;
        let identity = Identity::of(folder, &metadata);
        let Listing { mut files, errors, .. } = walk(folder, identity, self.threads)?;
        self.errors.extend(errors);
        if files.is_empty() {
            return Err(Error::new(ErrorKind::Empty, "a folder without files").expected(
                "exports in it, at any depth; names that begin with a dot are passed over",
            ));
        }
        files.sort_by(|(a, _), (b, _)| path_bytes(a).cmp(path_bytes(b)));
        for (file, identity) in files {
            self.add_file(file, identity);
        }
        Ok(())
    }

    fn add_pattern(&mut self, pattern: &str) -> Result<(), Error> {
        let (found, errors) = pattern::matches(pattern)?;
        self.errors.extend(errors);
        for path in found {
            if path.is_dir() {
                self.add_folder(&path)?;
            } else {
                let identity = fs::metadata(&path).map_or_else(
                    |_| Identity::Path(path.clone()),
                    |metadata| Identity::of(&path, &metadata),
                );
                self.add_file(path, identity);
            }
        }
        Ok(())
    }
}

fn path_bytes(path: &Path) -> &[u8] {
    path.as_os_str().as_encoded_bytes()
}
