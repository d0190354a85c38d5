//! A writer of JSON text that knows the habits of each export.
//!
//! Records are put together by hand. A tree of values for each would be several times slower, and
//! could not spell the same string in two ways, which the traps need.

use super::record::Disguise;

/// Where a JSON text has blanks.
#[derive(Clone, Copy)]
pub enum Layout {
    Compact,
    /// A blank after each comma and colon.
    Spaced,
    /// Three blanks a level, as the portal indents.
    Indented {
        depth: usize,
    },
}

/// Appends JSON to a text, keeping track of commas only: it trusts the caller to balance brackets.
pub struct Json<'a> {
    text: &'a mut String,
    pub layout: Layout,
    disguise: Disguise,
    /// Whether something precedes in the same brackets, so that a comma is due.
    follows: bool,
    /// Whether the next value needs neither comma nor indent: the first of all, or one after a key.
    placed: bool,
}

impl<'a> Json<'a> {
    pub fn new(text: &'a mut String, disguise: Disguise) -> Self {
        Self { text, layout: Layout::Compact, disguise, follows: false, placed: true }
    }

    pub fn open(&mut self, bracket: &str) {
        self.place();
        self.text.push_str(bracket);
        self.follows = false;
        if let Layout::Indented { depth } = &mut self.layout {
            *depth += 1;
        }
    }

    pub fn close(&mut self, bracket: &str) {
        if let Layout::Indented { depth } = &mut self.layout {
            *depth -= 1;
        }
        if self.follows {
            self.indent();
        }
        self.text.push_str(bracket);
        self.follows = true;
    }

    pub fn key(&mut self, name: &str) {
        self.place();
        escape(self.text, name, self.disguise.keys);
        let compact = matches!(self.layout, Layout::Compact);
        self.text.push_str(if compact { ":" } else { ": " });
        self.placed = true;
    }

    pub fn string(&mut self, value: &str) {
        self.place();
        escape(self.text, value, self.disguise.values);
        self.follows = true;
    }

    /// A number, `null` or the like: text that stands as it is.
    pub fn literal(&mut self, value: &str) {
        self.place();
        self.text.push_str(value);
        self.follows = true;
    }

    pub fn field(&mut self, name: &str, value: &str) {
        self.key(name);
        self.string(value);
    }

    pub fn number(&mut self, name: &str, value: &str) {
        self.key(name);
        self.literal(value);
    }

    pub fn optional(&mut self, name: &str, value: Option<&str>) {
        self.key(name);
        match value {
            Some(value) => self.string(value),
            None => self.literal("null"),
        }
    }

    pub fn empty_list(&mut self, name: &str) {
        self.key(name);
        self.literal("[]");
    }

    /// Puts down what is due between the last value and the next.
    fn place(&mut self) {
        if self.placed {
            self.placed = false;
            return;
        }
        if self.follows {
            let spaced = matches!(self.layout, Layout::Spaced);
            self.text.push_str(if spaced { ", " } else { "," });
        }
        self.indent();
    }

    fn indent(&mut self) {
        if let Layout::Indented { depth } = self.layout {
            self.text.push('\n');
            for _ in 0..depth {
                self.text.push_str("   ");
            }
        }
    }
}

/// A JSON string. A disguise spells more of it as escapes than it has to.
fn escape(text: &mut String, value: &str, disguise: bool) {
    text.push('"');
    if disguise {
        value.chars().for_each(|letter| escape_more(text, letter));
    } else {
        let mut done = 0;
        for (index, byte) in value.bytes().enumerate() {
            if byte < b' ' || byte == b'"' || byte == b'\\' {
                text.push_str(&value[done..index]);
                escape_letter(text, char::from(byte));
                done = index + 1;
            }
        }
        text.push_str(&value[done..]);
    }
    text.push('"');
}

/// The escapes that JSON demands.
fn escape_letter(text: &mut String, letter: char) {
    match letter {
        '"' => text.push_str("\\\""),
        '\\' => text.push_str("\\\\"),
        '\n' => text.push_str("\\n"),
        '\r' => text.push_str("\\r"),
        '\t' => text.push_str("\\t"),
        _ if letter < ' ' => escape_units(text, letter),
        _ => text.push(letter),
    }
}

/// The same, and some that it merely allows: no word anyone looks for is without one of these
/// letters.
fn escape_more(text: &mut String, letter: char) {
    match letter {
        '/' => text.push_str("\\/"),
        'o' => text.push_str("\\u006F"),
        'B' | 'e' | '\u{80}'.. => escape_units(text, letter),
        _ => escape_letter(text, letter),
    }
}

/// A letter by its UTF-16 units, two of them beyond the basic plane.
fn escape_units(text: &mut String, letter: char) {
    for unit in letter.encode_utf16(&mut [0; 2]) {
        text.push_str("\\u");
        for shift in [12, 8, 4, 0] {
            let digit = u32::from(*unit) >> shift & 0xF;
            text.extend(char::from_digit(digit, 16));
        }
    }
}
