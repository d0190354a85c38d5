//! Which records may name one of the users who are asked for.
//!
//! Like the [prefilter](super::Prefilter), this only proposes. A record that is held back holds none of
//! the names in any form: not in other case, not as the name that a guest from elsewhere goes by
//! (`ada@example.org` is `ada_example.org#EXT#@example.com`), not spelled with escapes of JSON.
//!
//! A name is known by its *mark*, a few neighbouring bytes of it that are looked for in 64 places at
//! once. Where the mark stands, the rest of the name is compared.

use std::fmt;
use std::ops::Range;

use fearless_simd::Level;
use memchr::memmem::Finder;

use super::mark::{MARK, Mark};
use super::vector::{Pace, level};

/// How JSON begins the escape of an ASCII character.
const ESCAPE: &str = r"\u00";

/// How many names are looked for. More of them take longer to look for than records to decode.
const MOST: usize = 32;

/// Finds the records in which a user may be named.
pub(crate) struct Names {
    /// What the processor can do.
    level: Level,
    looked_for: Vec<Name>,
    escape: Finder<'static>,
    /// Whether an escape of each byte could spell a part of a name.
    spells: [bool; 256],
    pace: Pace,
}

/// A name to be found.
struct Name {
    /// Its bytes, [alike](alike) ones the same.
    text: Box<[u8]>,
    /// A few bytes of it, and where they begin.
    mark: Mark,
    mark_start: usize,
}

impl Names {
    /// What finds these names; `None` where they cannot be told by bytes, or are too many.
    pub(crate) fn new(names: &[impl AsRef<str>], pace: Pace) -> Option<Self> {
        Self::build(names, pace, level())
    }

    fn build(names: &[impl AsRef<str>], pace: Pace, level: Level) -> Option<Self> {
        if names.is_empty() || names.len() > MOST {
            return None;
        }
        let mut spells = [false; 256];
        for byte in 0..=u8::MAX {
            // Text inside text is decoded twice: an escape may spell the backslash of the one within.
            spells[usize::from(byte)] = is_usual(byte) || byte == b'\\';
        }
        for byte in names.iter().flat_map(|name| name.as_ref().bytes()) {
            for spelled in [byte.to_ascii_lowercase(), byte.to_ascii_uppercase()] {
                spells[usize::from(spelled)] = true;
            }
        }
        let looked_for: Option<Vec<Name>> =
            names.iter().map(|name| Name::new(name.as_ref())).collect();
        Some(Self { level, looked_for: looked_for?, escape: Finder::new(ESCAPE), spells, pace })
    }

    /// Whether one of the names may stand in the record.
    pub(crate) fn may_stand_in(&self, record: &[u8]) -> bool {
        self.looked_for.iter().any(|name| self.stands_in(name, record)) || self.has_escape(record)
    }

    fn stands_in(&self, name: &Name, record: &[u8]) -> bool {
        if self.pace == Pace::Plain {
            return name.stands_plainly_in(record);
        }
        name.stands_in(record, self.level)
    }

    /// Whether the record holds an escape that could spell a part of a name.
    fn has_escape(&self, record: &[u8]) -> bool {
        self.escape.find_iter(record).any(|start| {
            let digits = record.get(start + ESCAPE.len()..start + ESCAPE.len() + 2);
            let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
            let byte = digits.map(|digits| u8::from_str_radix(digits, 16));
            // What is no escape may have been meant as one.
            byte.is_none_or(|byte| byte.map_or(true, |byte| self.spells[usize::from(byte)]))
        })
    }
}

impl fmt::Debug for Names {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Names").finish_non_exhaustive()
    }
}

impl Name {
    /// `None` where an export may write the name with other bytes: it is not ASCII, or holds what JSON
    /// escapes or CSV doubles. A slash is written as `\/` by some.
    fn new(name: &str) -> Option<Self> {
        let is_plain = |byte: u8| {
            (byte == b' ' || byte.is_ascii_graphic()) && !matches!(byte, b'"' | b'\\' | b'/')
        };
        let text: Box<[u8]> = name.bytes().map(alike).collect();
        let marked = place_mark(&text);
        let (mark, mark_start) = (Mark::of(&text[marked.clone()])?, marked.start);
        name.bytes().all(is_plain).then_some(Self { text, mark, mark_start })
    }

    fn stands_in(&self, record: &[u8], level: Level) -> bool {
        self.mark.find(record, level).any(|place| self.stands_around(record, place))
    }

    /// Whether it stands where its mark stands.
    fn stands_around(&self, record: &[u8], mark: usize) -> bool {
        let start = mark.checked_sub(self.mark_start);
        let found = start.and_then(|start| record.get(start..start + self.text.len()));
        found.is_some_and(|found| found.iter().copied().map(alike).eq(self.text.iter().copied()))
    }

    /// The same anywhere, place after place.
    fn stands_plainly_in(&self, record: &[u8]) -> bool {
        let mut windows = record.windows(self.text.len());
        windows.any(|window| window.iter().copied().map(alike).eq(self.text.iter().copied()))
    }
}

/// The same byte for those that are taken for one another: letters in either case, and the sign in an
/// address that the name of a guest has in its place.
fn alike(byte: u8) -> u8 {
    if byte == b'@' { b'_' } else { byte.to_ascii_lowercase() }
}

/// Whether ids and addresses are commonly made of such bytes.
pub(super) fn is_usual(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'@' | b'#')
}

/// Where the mark of a name stands.
///
/// It is the end of a stretch that is the same in every form of the name. The one in front of the domain
/// is preferred, as the domain is that of most users; what counts users up mostly stands at the end.
fn place_mark(text: &[u8]) -> Range<usize> {
    let mut stretches = Vec::new();
    let mut start = 0;
    for stretch in text.split(|byte| *byte == alike(b'@')) {
        stretches.push(start..start + stretch.len());
        start += stretch.len() + 1;
    }
    let in_front = stretches.len().saturating_sub(1).max(1);
    let of_user = stretches[..in_front].iter().rev().find(|stretch| stretch.len() >= MARK);
    let longest = || stretches.iter().max_by_key(|stretch| stretch.len());
    let stretch = of_user.or_else(longest).cloned().unwrap_or_default();
    stretch.end - stretch.len().min(MARK)..stretch.end
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::super::vector::{WIDTH, levels};
    use super::*;

    const NAMES: [&str; 5] = [
        "ada@example.org",
        "user_1711@example.com",
        "00000000-0000-4000-8000-00000000000a",
        "o'b@x",
        "a",
    ];

    fn found(name: &str, text: &str) -> bool {
        Names::new(&[name], Pace::Fast).unwrap().may_stand_in(text.as_bytes())
    }

    #[test]
    fn names_in_every_form() {
        assert!(found("ada@example.org", r#"{"userPrincipalName":"Ada@Example.org"}"#));
        assert!(found("ada@example.org", "ada_example.org#EXT#@example.com"));
        assert!(found("Ada_example.org#EXT#@example.com", "ada_example.org#ext#@example.com"));
        assert!(!found("ada@example.org", "ada@example.com"));
        assert!(!found("ada@example.org", "ada.example.org"));
        assert!(found("b@x", "b@x"));
        assert!(!found("b@x", "b@y"));
    }

    #[test]
    fn escapes_that_can_spell_a_name() {
        for escaped in [r"\u0040", r"\u0061da", r"\u005cu0040", r"\u00", r"\u00zz", r"\\u0041"] {
            assert!(found("ada@example.org", escaped), "{escaped}");
        }
        for other in [r"\u0022", r"\u0027", r"\u003c", r"\u002b", r"\u010a", r"\n", r"\/"] {
            assert!(!found("ada@example.org", other), "{other}");
        }
        assert!(found("o'b@x", r"\u0027"));
    }

    #[test]
    fn some_names_are_not_told_by_bytes() {
        let is_told = |name: &str| Names::new(&[name], Pace::Fast).is_some();
        for name in ["", "@", "_@_", "a\"b", r"a\b", "a/b", "ä@example.org", "a\nb"] {
            assert!(!is_told(name), "{name:?}");
        }
        assert!(is_told("a b"));
        assert!(Names::new(&["a"; MOST], Pace::Fast).is_some());
        assert!(Names::new(&["a"; MOST + 1], Pace::Fast).is_none());
        assert!(Names::new(&[""; 0], Pace::Fast).is_none());
        assert!(Names::new(&["a", "ä"], Pace::Fast).is_none());
    }

    #[test]
    fn marks_tell_users_apart() {
        let mark = |name: &str| {
            let name = Name::new(name).unwrap();
            String::from_utf8_lossy(&name.text[place_mark(&name.text)]).into_owned()
        };
        assert_eq!(mark("nadia.petrov1165@example.com"), "1165");
        assert_eq!(mark("user_1711@example.com"), "1711");
        assert_eq!(mark("user.name_a@example.com"), "name");
        assert_eq!(mark("ada@example.com"), ".com");
        assert_eq!(mark("00000000-0000-4000-8000-0000000004bc"), "04bc");
        assert_eq!(mark("b@x"), "x");
    }

    /// Holds every level to the plain twin.
    fn check(names: &[&str], text: &[u8]) {
        let plain = Names::build(names, Pace::Plain, level()).unwrap();
        let expected = plain.may_stand_in(text);
        for level in levels() {
            let fast = Names::build(names, Pace::Fast, level).unwrap();
            assert_eq!(fast.may_stand_in(text), expected, "{names:?}, {level:?}");
        }
    }

    #[test]
    fn names_stand_anywhere_in_a_block() {
        for name in NAMES {
            for before in 0..=2 * WIDTH + 5 {
                for after in [0, 1, 3, WIDTH - 1, WIDTH] {
                    let text = ["y".repeat(before), name.to_owned(), "y".repeat(after)].concat();
                    assert!(found(name, &text), "{name} behind {before}");
                    check(&[name], text.as_bytes());
                    check(&[name], &text.as_bytes()[..text.len() - after - 1]);
                }
            }
        }
    }

    fn texts() -> impl Strategy<Value = Vec<u8>> {
        let part = (select(NAMES.to_vec()), 0..30_usize, 1..30_usize)
            .prop_map(|(name, start, length)| name.chars().skip(start).take(length).collect());
        let upper = select(NAMES.to_vec()).prop_map(str::to_uppercase);
        let escape =
            select(vec![r"\u0041", r"\u007e", r"\u00", r"\/", r"\u00e9", "_", "@", "#EXT#"]);
        let noise =
            prop_oneof!["[ -~]{0,9}", "\\PC{0,4}", (0..70_usize).prop_map(|n| "y".repeat(n))];
        let piece = prop_oneof![part, upper, escape.prop_map(str::to_owned), noise];
        vec(piece, 0..12).prop_map(|pieces| pieces.concat().into_bytes())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..Default::default() })]

        #[test]
        fn agrees_with_the_plain_twin(text in texts(), names in vec(select(NAMES.to_vec()), 1..4)) {
            check(&names, &text);
        }

        #[test]
        fn agrees_for_any_names(
            names in vec("[ab@_.-]{0,6}[a-c]", 1..4),
            text in "[abAB@_.-]{0,200}",
        ) {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            check(&names, text.as_bytes());
        }
    }
}
