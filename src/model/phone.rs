//! Phone numbers inside free text.

use std::ops::Range;

/// The places of phone numbers in a text: a `+` and at least five digits or `X` in all, with blanks,
/// hyphens, dots or brackets between them.
///
/// The form is that of the default-method reasons in the source document ("Call +X XXXXXXXXXX"); a
/// masked number, in which letters `X` or `*` stand for digits, is found as well.
///
/// ```
/// let text = "Text a code to +1 2025550143";
/// let found: Vec<_> = regaudit::model::phone_numbers(text).map(|range| &text[range]).collect();
/// assert_eq!(found, ["+1 2025550143"]);
/// ```
pub fn phone_numbers(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let start = from + text[from..].find('+')?;
            let length = number_length(&text[start..]);
            from = start + length.max(1);
            if length > 0 {
                return Some(start..start + length);
            }
        }
    })
}

/// The length of the number at the beginning of `text`, or 0.
fn number_length(text: &str) -> usize {
    let mut digits = 0;
    let mut end = 0;
    for (place, character) in text.char_indices().skip(1) {
        match character {
            '0'..='9' | 'X' | 'x' | '*' => {
                digits += 1;
                end = place + 1;
            }
            ' ' | '-' | '.' | '(' | ')' | '/' => {}
            _ => break,
        }
    }
    if digits >= 5 { end } else { 0 }
}
