//! The texts of a recognised record.

use super::roles::Roles;
use crate::catalogue::UserNames;
use crate::model::{phone_numbers, present};
use crate::scan::Slot;

/// The texts in the slots of a record.
pub(super) struct Texts<'a> {
    pub(super) record: &'a [u8],
    pub(super) slots: &'a [Slot],
}

impl<'a> Texts<'a> {
    pub(super) fn bytes(&self, slot: usize) -> &'a [u8] {
        self.slots.get(slot).map(|slot| &self.record[slot.range()]).unwrap_or_default()
    }

    /// The text, which is UTF-8, if it is what decoding would give: without escapes, and not one that
    /// says nothing.
    pub(super) fn get(&self, slot: usize) -> Option<&'a [u8]> {
        let slot = self.slots.get(slot).filter(|slot| !slot.has_escape)?;
        let text = &self.record[slot.range()];
        // A slot is not blank; the other texts that say nothing stand in brackets.
        let may_be_nothing = !text.first().is_some_and(u8::is_ascii_alphanumeric);
        if may_be_nothing {
            present(std::str::from_utf8(text).ok()?)?;
        }
        Some(text)
    }

    /// The text of a field that records of this template have or have not; `None` in doubt.
    #[expect(clippy::option_option, reason = "given, not given, and in doubt")]
    pub(super) fn given(&self, slot: Option<usize>) -> Option<Option<&'a [u8]>> {
        match slot {
            Some(slot) => self.get(slot).map(Some),
            None => Some(None),
        }
    }

    /// Whether the text says nothing, so that decoding may take another one in its place.
    pub(super) fn says_nothing(&self, slot: usize) -> bool {
        let Ok(text) = std::str::from_utf8(self.bytes(slot)) else { return false };
        let has_escape = self.slots.get(slot).is_some_and(|slot| slot.has_escape);
        if !has_escape {
            return present(text).is_none();
        }
        // Blanks may be escaped, but none of what else says nothing.
        let blanks = [r"\t", r"\n", r"\r", r"\f"];
        let text = blanks.iter().fold(text.to_owned(), |text, blank| text.replace(blank, " "));
        present(&text).is_none()
    }

    /// Whether the text stands for a list or object that is not there.
    pub(super) fn is_no_list(&self, slot: usize) -> bool {
        matches!(self.bytes(slot), b"None" | b"null")
    }

    pub(super) fn names(&self, slots: [Option<usize>; 3]) -> Option<UserNames<'a>> {
        let [id, user_principal_name, display_name] = slots;
        Some(UserNames {
            id: self.given(id)?,
            user_principal_name: self.given(user_principal_name)?,
            display_name: self.given(display_name)?,
        })
    }

    /// What tells the meaning: the template and the texts that decide, each behind its length.
    pub(super) fn write_key(&self, template: usize, roles: &Roles, key: &mut Vec<u8>) {
        key.clear();
        key.extend(template.to_le_bytes());
        for slot in roles.decides.iter().chain(&roles.reasons) {
            let text = self.bytes(*slot);
            key.extend(text.len().to_le_bytes());
            key.extend(text);
        }
    }

    /// Makes all phone numbers of one form the same in what tells the meaning; false if there are none.
    ///
    /// What a reason means does not depend on their digits: no rule asks for a digit, unless behind a
    /// letter that stands in no phone number.
    pub(super) fn forget_phone_numbers(&self, roles: &Roles, key: &mut [u8]) -> bool {
        let mut has_any = false;
        // Reasons come last.
        let mut end = key.len();
        for slot in roles.reasons.iter().rev() {
            let start = end - self.bytes(*slot).len();
            has_any |= forget_digits(&mut key[start..end]);
            end = start - size_of::<usize>();
        }
        has_any
    }

    /// The record with another text in a slot.
    pub(super) fn with(&self, slot: usize, text: &[u8]) -> Vec<u8> {
        let range = self.slots[slot].range();
        [&self.record[..range.start], text, &self.record[range.end..]].concat()
    }
}

/// Makes the digits of phone numbers 0; false if there are none.
fn forget_digits(reason: &mut [u8]) -> bool {
    let text = std::str::from_utf8(reason).unwrap_or_default();
    let numbers: Vec<_> = phone_numbers(text).collect();
    for range in &numbers {
        let digits = reason[range.clone()].iter_mut().filter(|byte| byte.is_ascii_digit());
        digits.for_each(|byte| *byte = b'0');
    }
    !numbers.is_empty()
}
