//! The files of a folder and of those below it, found by several threads.
//!
//! A year of hourly blobs lies in tens of thousands of folders, and to list them takes longer than to
//! read what is in them. So folders are listed side by side, those of one depth after those of the one
//! above; what is found does not depend on which thread was faster.

use std::collections::HashSet;
use std::fs::{self, DirEntry, Metadata};
use std::ops::AddAssign;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::source::Identity;
use crate::error::{Error, ErrorKind};
use crate::origin::Origin;

/// How many folders a thread lists at a time: that takes as long as to start a thread.
const SHARE: usize = 32;

/// Something found in a folder, and what tells it from others.
pub(super) type Found = (PathBuf, Identity);

/// What was found in folders.
#[derive(Debug, Default)]
pub(super) struct Listing {
    pub(super) files: Vec<Found>,
    pub(super) errors: Vec<Error>,
    folders: Vec<Found>,
}

impl AddAssign for Listing {
    fn add_assign(&mut self, other: Self) {
        self.files.extend(other.files);
        self.errors.extend(other.errors);
        self.folders.extend(other.folders);
    }
}

/// The files of a folder and of those below it. A folder that leads back to itself, as through a link,
/// is not entered again.
pub(super) fn walk(folder: &Path, identity: Identity, threads: usize) -> Result<Listing, Error> {
    let mut entered = HashSet::from([identity]);
    let mut found = Listing::default();
    found.list(folder)?;
    loop {
        let mut next = std::mem::take(&mut found.folders);
        next.retain(|(_, identity)| entered.insert(identity.clone()));
        if next.is_empty() {
            return Ok(found);
        }
        found += list_all(&next, threads);
    }
}

/// What is in these folders, in their order.
fn list_all(folders: &[Found], threads: usize) -> Listing {
    let shares = folders.chunks(SHARE);
    let next = AtomicUsize::new(0);
    let work = || {
        let mut listed = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(share) = shares.clone().nth(number) else {
                return listed;
            };
            listed.push((number, list_share(share)));
        }
    };
    let helpers = threads.min(shares.len()).saturating_sub(1);
    let mut listed = thread::scope(|scope| {
        let helpers: Vec<_> = (0..helpers).map(|_| scope.spawn(work)).collect();
        let mut listed = work();
        for helper in helpers {
            listed.extend(helper.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        listed
    });
    listed.sort_unstable_by_key(|(number, _)| *number);
    listed.into_iter().fold(Listing::default(), |mut all, (_, listing)| {
        all += listing;
        all
    })
}

fn list_share(folders: &[Found]) -> Listing {
    let mut listing = Listing::default();
    for (folder, _) in folders {
        if let Err(error) = listing.list(folder) {
            listing.add_error(folder, error);
        }
    }
    listing
}

impl Listing {
    /// Adds what is in a folder, in the order of the bytes of the names.
    fn list(&mut self, folder: &Path) -> Result<(), Error> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(folder).map_err(Error::io)? {
            match entry {
                Ok(entry) => entries.push((entry.file_name(), entry)),
                // What was found before it is read all the same.
                Err(error) => self.add_error(folder, Error::io(error)),
            }
        }
        entries.retain(|(name, _)| !name.as_encoded_bytes().starts_with(b"."));
        entries.sort_unstable_by(|(a, _), (b, _)| a.as_encoded_bytes().cmp(b.as_encoded_bytes()));
        for (_, entry) in entries {
            self.add(&entry);
        }
        Ok(())
    }

    fn add(&mut self, entry: &DirEntry) {
        let path = entry.path();
        match metadata(entry, &path) {
            Ok(metadata) => {
                let identity = Identity::of(&path, &metadata);
                if metadata.is_dir() {
                    self.folders.push((path, identity));
                } else if metadata.is_file() {
                    self.files.push((path, identity));
                } else {
                    self.add_error(&path, not_a_file());
                }
            }
            Err(error) => self.add_error(&path, error),
        }
    }

    fn add_error(&mut self, path: &Path, error: Error) {
        self.errors.push(error.at(Origin::new(path.display().to_string())));
    }
}

/// What an entry is, or what the link leads to that it is. To ask for it by its name in the open folder
/// spares the system a way through all folders above.
fn metadata(entry: &DirEntry, path: &Path) -> Result<Metadata, Error> {
    let metadata = entry.metadata().map_err(Error::io)?;
    if metadata.is_symlink() { fs::metadata(path).map_err(Error::io) } else { Ok(metadata) }
}

/// To read a pipe that nobody writes to is to wait for ever.
fn not_a_file() -> Error {
    Error::new(ErrorKind::UnsupportedFormat, "a pipe or device in a folder")
        .help("name it by itself to have it read")
}
