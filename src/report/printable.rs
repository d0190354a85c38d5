//! Texts of a log, as they may be shown.

use std::fmt::Write as _;

/// A text that does nothing to a terminal: control characters are shown as their escapes.
pub fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() {
            let _ = write!(shown, "{}", character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}
