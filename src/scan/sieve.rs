//! What may stand in records that were passed over.
//!
//! A set of fixed size into which any number of names goes (a Bloom filter): of a name that went in it
//! says yes, of any other mostly no. Threads share one.

use std::fmt;
use std::hash::{BuildHasher as _, Hasher as _};
use std::sync::atomic::{AtomicU64, Ordering};

use foldhash::quality::FixedState;

use super::mark::Mark;
use super::names::is_usual;
use super::vector::level;

/// How many lines of the cache it has: 1 MiB. With a quarter of a million names in it, it says yes to one other name
/// in a hundred.
const LINES: usize = 16 * 1024;

/// A line, as words of 64 bits.
type Line = [AtomicU64; 8];

/// The bit that parts the cases of a letter.
const CASE: u8 = 0x20;

/// How long a GUID is.
const GUID: usize = 36;

/// Where a GUID has its dashes.
const DASHES: [usize; 4] = [8, 13, 18, 23];

/// Names that stood in records which were passed over.
pub(crate) struct Sieve {
    lines: Box<[Line]>,
    /// Whether addresses are taken in from records, and not GUIDs alone.
    with_addresses: bool,
}

impl Sieve {
    /// One that nothing went into. Whoever is asked for by address gives away ids, so that addresses, which
    /// take longer to find, need not be taken in; of each it is then said that it may have been.
    pub(crate) fn new(with_addresses: bool) -> Self {
        let lines = std::iter::repeat_with(Line::default).take(LINES).collect();
        Self { lines, with_addresses }
    }

    /// Takes in every GUID and every address of a record, which must hold no escape that could spell a
    /// part of one: see [`Names`](super::Names).
    pub(crate) fn note_record(&self, record: &[u8]) {
        const FIRST_DASH: Mark = Mark::apart([b'-'; 4], [0, 5, 10, 15]);
        for dash in FIRST_DASH.find(record, level()) {
            let start = dash.checked_sub(DASHES[0]);
            let guid = start.and_then(|start| record.get(start..start + GUID));
            if let Some(guid) = guid.filter(|text| is_guid(text)) {
                self.note(guid);
            }
        }
        if self.with_addresses {
            addresses(record).for_each(|address| self.note(address));
        }
    }

    /// Takes in a name, whatever it looks like.
    pub(crate) fn note(&self, name: &[u8]) {
        let (line, bits) = self.place(name);
        for (word, bit) in bits {
            // Most bits are set already, and to read is cheaper than to write.
            if line[word].load(Ordering::Relaxed) & bit == 0 {
                line[word].fetch_or(bit, Ordering::Relaxed);
            }
        }
    }

    /// Whether a record that was taken in may hold the name, ASCII case aside: always, where it looks
    /// neither like a GUID nor like an address.
    pub(crate) fn may_hold(&self, name: &str) -> bool {
        let name = name.as_bytes();
        let (line, bits) = self.place(name);
        let is_set = |(word, bit): (usize, u64)| line[word].load(Ordering::Relaxed) & bit != 0;
        let is_noted = is_guid(name) || (self.with_addresses && is_address(name));
        !is_noted || bits.into_iter().all(is_set)
    }

    /// The bits that stand for a name: their line, the words in it, and the bit in each.
    fn place(&self, name: &[u8]) -> (&Line, [(usize, u64); 2]) {
        let mut hasher = FixedState::default().build_hasher();
        let (words, rest) = name.as_chunks::<8>();
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        for word in words.iter().chain([&last]) {
            // The same for either case; others that become alike only make it say yes more often.
            hasher.write_u64(u64::from_le_bytes(*word) | u64::from_le_bytes([CASE; 8]));
        }
        let hash = hasher.finish();
        let number = |shift: u32, of: usize| {
            usize::try_from((hash >> shift) % of as u64).unwrap_or_default()
        };
        let bits = [0, 9].map(|shift| (number(shift + 6, 8), 1 << number(shift, 64)));
        (&self.lines[number(18, LINES)], bits)
    }
}

impl fmt::Debug for Sieve {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Sieve").finish_non_exhaustive()
    }
}

/// The addresses in a record: what stands around a sign, as far as addresses are made of such bytes. Where
/// several texts are packed into one, `__` stands between them.
fn addresses(record: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut from = 0;
    let runs = std::iter::from_fn(move || {
        let rest = &record[from..];
        let sign = memchr::memchr(b'@', rest)?;
        let is_border = |byte: &u8| !is_usual(*byte);
        let start = rest[..sign].iter().rposition(is_border).map_or(0, |border| border + 1);
        let length = rest[sign..].iter().position(is_border);
        let end = length.map_or(rest.len(), |length| sign + length);
        from += end;
        Some(&rest[start..end])
    });
    runs.flat_map(|run| {
        let parts = std::str::from_utf8(run).unwrap_or_default().split("__").map(str::as_bytes);
        std::iter::once(run).chain(parts.filter(|part| part.len() < run.len()))
    })
}

fn is_guid(text: &[u8]) -> bool {
    text.len() == GUID && DASHES.iter().all(|dash| text[*dash] == b'-')
}

fn is_address(text: &[u8]) -> bool {
    text.contains(&b'@') && text.iter().all(|byte| is_usual(*byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GUIDS: [&str; 2] =
        ["00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"];

    #[test]
    fn guids_and_addresses_are_noted() {
        let sieve = Sieve::new(true);
        let record = format!(
            r#"{{"id":"{}","time":"2026-03-09T08:00:00-01:00","name":"Ada@example.org","text":"\"bob_x#EXT#@example.com\""}}"#,
            GUIDS[0].to_uppercase()
        );
        sieve.note_record(record.as_bytes());
        for name in [GUIDS[0], "ada@example.ORG", "bob_x#ext#@example.com"] {
            assert!(sieve.may_hold(name), "{name}");
        }
        for name in [GUIDS[1], "da@example.org", "da@example.com", "bob@example.com"] {
            assert!(!sieve.may_hold(name), "{name}");
        }
        for name in ["", "ada", "o'brien@example.org", "ä@example.org", &GUIDS[1][1..]] {
            assert!(sieve.may_hold(name), "{name}: cannot be told");
        }
    }

    #[test]
    fn a_name_alone_is_noted_as_it_is() {
        let sieve = Sieve::new(true);
        sieve.note(GUIDS[1].to_uppercase().as_bytes());
        assert!(sieve.may_hold(GUIDS[1]));
        assert!(!sieve.may_hold(GUIDS[0]));
    }

    #[test]
    fn texts_are_packed_into_one() {
        let sieve = Sieve::new(true);
        sieve.note_record(
            br#"{"n":"Ada ___a_b@example.com__00000000-0000-4000-8000-00000000000a__"}"#,
        );
        for name in ["_a_b@example.com", GUIDS[0]] {
            assert!(sieve.may_hold(name), "{name}");
        }
        assert!(!sieve.may_hold("b@example.com"));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..Default::default() })]

        #[test]
        fn nothing_is_missed(
            name in prop_oneof![
                "[a-c._#-]{0,4}@[a-c._@#-]{0,90}",
                "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
            ],
            before in prop_oneof!["", "[a-c@ ,\"-]{0,40}[,\"; ]"],
            behind in prop_oneof!["", "[,\"; \\\\][a-c@ ,\"-]{0,40}"],
        ) {
            let sieve = Sieve::new(true);
            sieve.note_record(format!("{before}{}{behind}", name.to_uppercase()).as_bytes());
            prop_assert!(sieve.may_hold(&name));
        }
    }
}
