//! Files and folders in the making, which an interrupt takes away.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::exit;
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

/// How the program ends when it is interrupted, as shells have it.
const INTERRUPTED: i32 = 130;

/// How often a folder is removed in which something is still written.
const TRIES: usize = 100;

static ALL: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// A temporary name under which something is written. As long as this lives, an interrupt (SIGINT,
/// SIGTERM, SIGHUP) removes what is there before the program ends.
#[derive(Debug)]
pub(super) struct Unfinished(PathBuf);

impl Unfinished {
    pub(super) fn new(path: &Path) -> Self {
        watch();
        all().insert(path.to_owned());
        Self(path.to_owned())
    }

    /// Gives it its name. An interrupt comes before that or after it.
    pub(super) fn finish<T>(self, name: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        let mut all = all();
        let named = name()?;
        all.remove(&self.0);
        Ok(named)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        all().remove(&self.0);
    }
}

/// Listens for interrupts from the first temporary name on; without one, they do what they always do.
fn watch() {
    static WATCH: Once = Once::new();
    WATCH.call_once(|| {
        // Where the system does not let us listen, a hidden file stays behind.
        let _ = ctrlc::set_handler(|| {
            // Held to the end: from here on nothing gets its name.
            let all = all();
            all.iter().for_each(|path| remove(path));
            exit(INTERRUPTED);
        });
    });
}

fn remove(path: &Path) {
    for _ in 0..TRIES {
        let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
        if removed.is_ok() && !path.exists() {
            return;
        }
    }
}

fn all() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    ALL.lock().unwrap_or_else(PoisonError::into_inner)
}
