//! Which records can be skipped without parsing them.
//!
//! A prefilter only proposes: a record it lets through may still be none of interest. What it holds
//! back must hold no needle in any form. JSON can spell any character as an escape (`\u0041`), in a
//! value as well as in a key, so an escape that can spell a byte of a needle is as good as a needle.

use std::fmt;

use aho_corasick::{AhoCorasick, MatchKind};

/// How JSON begins the escape of an ASCII character.
const ESCAPE: &str = r"\u00";

/// Finds the places where a record may be of interest.
pub(crate) struct Prefilter {
    patterns: AhoCorasick,
    escape: usize,
    /// Whether each byte stands in a needle, or in an escape that could spell one.
    spells: [bool; 256],
}

impl Prefilter {
    /// A prefilter for needles in ASCII; `None` if so many cannot be searched for at once, in which
    /// case nothing may be skipped.
    pub(crate) fn new(needles: &[&str]) -> Option<Self> {
        let mut spells = [false; 256];
        for byte in needles.iter().flat_map(|needle| needle.bytes()) {
            spells[usize::from(byte)] = true;
        }
        // Text inside text is decoded twice: an escape may spell a part of the escape within.
        for byte in br"\u0123456789abcdefABCDEF" {
            spells[usize::from(*byte)] = true;
        }
        let mut patterns: Vec<&str> = needles.to_vec();
        patterns.push(ESCAPE);
        // JSON may also write a slash as `\/`.
        if spells[usize::from(b'/')] {
            patterns.push(r"\/");
        }
        let patterns =
            AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(patterns).ok()?;
        Some(Self { patterns, escape: needles.len(), spells })
    }

    /// The first place at or after `from` that makes its record a candidate.
    pub(crate) fn find(&self, bytes: &[u8], mut from: usize) -> Option<usize> {
        loop {
            let found = self.patterns.find(&bytes[from..])?;
            let (start, end) = (from + found.start(), from + found.end());
            if found.pattern().as_usize() != self.escape || self.can_spell(&bytes[end..]) {
                return Some(start);
            }
            from = end;
        }
    }

    /// Whether the two digits of an escape are those of a byte that stands in a needle.
    fn can_spell(&self, digits: &[u8]) -> bool {
        let Some(digits) = digits.get(..2).and_then(|digits| std::str::from_utf8(digits).ok())
        else {
            return true;
        };
        u8::from_str_radix(digits, 16).map_or(true, |byte| self.spells[usize::from(byte)])
    }
}

impl fmt::Debug for Prefilter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Prefilter").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<usize> {
        let prefilter = Prefilter::new(&["Needle"]).unwrap();
        prefilter.find(text.as_bytes(), 0)
    }

    #[test]
    fn needles_and_escapes_that_can_spell_them() {
        assert_eq!(found(r#"{"a":"Needle"}"#), Some(6));
        assert_eq!(found(r#"{"a":"\u004eeedle"}"#), Some(6));
        assert_eq!(found(r#"{"a":"\u004E"}"#), Some(6));
        assert_eq!(found(r#"{"a":"\u0022quoted\u0022"}"#), None);
        assert_eq!(found(r#"{"a":"\u0022 \u0065"}"#), Some(13));
        assert_eq!(found(r#"{"a":"\u005cu004eeedle"}"#), Some(6));
        assert_eq!(found(r#"{"a":"\\u\u00304eeedle"}"#), Some(9));
        assert_eq!(found(r#"{"a":"\u00"#), Some(6));
        assert_eq!(found("nothing"), None);
    }
}
