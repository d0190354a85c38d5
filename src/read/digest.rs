//! The SHA-256 of an input as it stands, computed while it is read.
//!
//! Without the feature `hash` nothing passes through here.

#[cfg(feature = "hash")]
pub(super) use self::with_hash::Digest;
#[cfg(not(feature = "hash"))]
pub(super) use self::without_hash::Digest;

#[cfg(feature = "hash")]
mod with_hash {
    use std::fmt::Write as _;
    use std::io::{self, Read};
    use std::sync::{Arc, Mutex, PoisonError};

    use sha2::{Digest as _, Sha256};

    /// What has passed so far, if a hash is wanted.
    pub(in crate::read) struct Digest(Option<Arc<Mutex<Sha256>>>);

    impl Digest {
        /// Lets everything that is read pass through the hash, if one is wanted.
        pub(in crate::read) fn wrap<'a>(
            input: Box<dyn Read + Send + 'a>,
            wanted: bool,
        ) -> (Box<dyn Read + Send + 'a>, Self) {
            if !wanted {
                return (input, Self(None));
            }
            let state = Arc::new(Mutex::new(Sha256::new()));
            let digest = Self(Some(Arc::clone(&state)));
            (Box::new(Hashed { input, state }), digest)
        }

        /// The hash in lower-case hex, once the input was dropped.
        pub(in crate::read) fn finish(self) -> Option<String> {
            let state = self.0?;
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
mod without_hash {
    use std::io::Read;

    /// No hash is ever wanted.
    pub(in crate::read) struct Digest;

    impl Digest {
        pub(in crate::read) fn wrap<'a>(
            input: Box<dyn Read + Send + 'a>,
            _wanted: bool,
        ) -> (Box<dyn Read + Send + 'a>, Self) {
            (input, Self)
        }

        #[allow(clippy::unused_self, reason = "the same call as with a hash")]
        pub(in crate::read) fn finish(self) -> Option<String> {
            None
        }
    }
}
