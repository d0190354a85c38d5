//! Records recognised by those that were read before.
//!
//! Audit records of one kind differ from one another only in what their strings say. A record that a
//! full parser has read is learned as a *template*: its bytes, of which some stretches are *slots*. A
//! slot is the content of one string, between its quotes; everything else is *literal*. A later record
//! with the same literals has the same values under the same keys, with other texts in some of them.
//! Finding the slots is then all the reading it needs.
//!
//! # Why a recognised record is valid, and means what the template means
//!
//! - A template is learned only from UTF-8 that `serde_json` accepts, or that is one row of CSV with
//!   every quote around or inside a quoted cell. Its slots stand between the opening and the closing
//!   quote of a value or cell, so both quotes are literal.
//! - A record is matched from its first byte to its last. Literals are the same bytes, and a slot is
//!   what stands before the first quote that is not escaped. A parser that reads template and record
//!   side by side is therefore in the same state before and behind each slot, and does the same with
//!   each literal.
//! - A slot holds nothing that could change that state. In JSON: UTF-8 without control characters, in
//!   which each backslash begins an escape of two characters. In CSV: UTF-8 in which each quote is
//!   doubled. Anything else, like `\u`, is not recognised, and is for the parser to judge.
//! - A slot never holds a blank text, and a blank text is never a slot but literal: blank often means
//!   *absent*, so it makes another kind of record.
//! - Keys, numbers, `true`, `false`, `null`, cells without quotes, delimiters and the white space in
//!   between are literal: a record that differs there has another template, or none.
//!
//! Not being recognised is always safe, and costs nothing but time.
//!
//! # How it is fast
//!
//! One pass with SIMD marks each byte at which plain text may end. The templates are a tree, as they
//! share their beginnings, and the record is walked along it once: a literal is compared, the slot
//! behind it reaches up to the next mark, and so on. Where templates part, the next byte decides, or
//! whether a text is blank. Nothing is tried that may have to be taken back.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use fearless_simd::{Level, dispatch, i8x64, prelude::*, u8x64};
use serde::de::IgnoredAny;

/// How many templates are learned at most. A log has a few dozen kinds of records; more mean that
/// records differ outside their strings, and that learning would never end.
const MOST_TEMPLATES: usize = 64;
/// How many slots a template has at most.
const MOST_SLOTS: usize = 200;

/// How many bytes are looked at together.
const WINDOW: usize = 64;
/// How many windows of a record there is room for.
const MOST_WINDOWS: usize = 1024;
/// How long a record is: a window at least, and the last window is never full.
const LENGTHS: Range<usize> = WINDOW..MOST_WINDOWS * WINDOW;

/// How text stands between quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quoting {
    /// In a JSON value.
    Json,
    /// In a row of CSV.
    Csv { delimiter: u8 },
}

/// The content of a string or cell, without its quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slot {
    start: u32,
    end: u32,
    /// Whether it has to be unescaped to be the text it stands for.
    pub(crate) has_escape: bool,
}

impl Slot {
    fn new(range: Range<usize>, has_escape: bool) -> Option<Self> {
        Some(Self { start: narrow(range.start)?, end: narrow(range.end)?, has_escape })
    }

    /// Where it stands in the record.
    pub(crate) fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// The slots of a recognised record, with the room that finding them takes. Made once for many records.
#[derive(Clone)]
pub(crate) struct Slots {
    room: Box<[Slot; MOST_SLOTS]>,
    found: usize,
    marks: Box<Marks>,
}

impl Slots {
    pub(crate) fn new() -> Self {
        let none = Slot { start: 0, end: 0, has_escape: false };
        let marks = Box::new([[0; WINDOW / 8]; MOST_WINDOWS + 1]);
        Self { room: Box::new([none; MOST_SLOTS]), found: 0, marks }
    }

    /// In the order of the record, one for each slot of the template.
    pub(crate) fn as_slice(&self) -> &[Slot] {
        &self.room[..self.found]
    }
}

impl fmt::Debug for Slots {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.as_slice()).finish()
    }
}

/// The templates learned so far.
#[derive(Clone)]
pub(crate) struct Templates {
    quoting: Quoting,
    level: Level,
    learned: Vec<Template>,
    tree: Tree,
}

impl Templates {
    pub(crate) fn new(quoting: Quoting) -> Self {
        Self { quoting, level: Level::new(), learned: Vec::new(), tree: Tree::default() }
    }

    /// The slots of a record that a parser has read: the content of each string that is a value, or of
    /// each cell in quotes, unless it is blank. `None` if the record is not valid, or has no length for
    /// which there are templates.
    pub(crate) fn slots(quoting: Quoting, record: &[u8]) -> Option<Vec<Slot>> {
        if !LENGTHS.contains(&record.len()) {
            return None;
        }
        let record = std::str::from_utf8(record).ok()?;
        match quoting {
            Quoting::Json => json_slots(record),
            Quoting::Csv { delimiter } => csv_slots(record, delimiter),
        }
    }

    /// Learns a record that a parser has read, and returns the number of its template, counted from 0.
    /// A template that is known keeps its number. `None` if there are as many as there may be, or the
    /// record has no slots or too many.
    pub(crate) fn learn(&mut self, record: &[u8]) -> Option<usize> {
        // First of all, as it comes to this for every further record.
        if self.learned.len() == MOST_TEMPLATES {
            return None;
        }
        let slots = Self::slots(self.quoting, record)?;
        if slots.is_empty() || slots.len() > MOST_SLOTS {
            return None;
        }
        let template = Template::new(record, &slots);
        if let Some(number) = self.learned.iter().position(|known| *known == template) {
            return Some(number);
        }
        self.learned.push(template);
        let Some(tree) = Tree::of(&self.learned) else {
            self.learned.pop();
            return None;
        };
        self.tree = tree;
        Some(self.learned.len() - 1)
    }

    /// The number of the template that the record has, and its slots. They are of no use if it has none.
    pub(crate) fn recognise(&self, record: &[u8], slots: &mut Slots) -> Option<usize> {
        slots.found = 0;
        if !LENGTHS.contains(&record.len()) {
            return None;
        }
        dispatch!(self.level, simd => self.tree.walk(simd, self.quoting, record, slots))
    }
}

impl fmt::Debug for Templates {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let learned = self.learned.len();
        formatter.debug_struct("Templates").field("learned", &learned).finish_non_exhaustive()
    }
}

/// A record without the content of its slots.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Template {
    literals: Vec<u8>,
    /// Where among the literals the slots stand.
    slots: Vec<usize>,
}

impl Template {
    fn new(record: &[u8], slots: &[Slot]) -> Self {
        let mut template = Self { literals: Vec::new(), slots: Vec::new() };
        let mut start = 0;
        for slot in slots.iter().map(|slot| slot.range()) {
            template.literals.extend_from_slice(&record[start..slot.start]);
            template.slots.push(template.literals.len());
            start = slot.end;
        }
        template.literals.extend_from_slice(&record[start..]);
        template
    }
}

/// The templates as a tree of literals, its root first. It is put together anew for each template, as
/// that is simpler than to take literals apart, and seldom done.
#[derive(Clone, Default)]
struct Tree {
    nodes: Vec<Node>,
    /// The first byte of a literal, and its node.
    branches: Vec<(u8, u32)>,
    /// All literals, for what is not in a window.
    literals: Vec<u8>,
}

/// A literal, and what may stand behind it.
#[derive(Clone)]
struct Node {
    /// The first bytes of the literal, and a bit for each of them.
    window: Window,
    mask: u64,
    /// Where the whole literal begins among all, and how long it is.
    start: u32,
    length: u32,
    /// The node behind a slot, `NONE` if no slot may follow.
    slot: u32,
    /// The template of a record that ends here, `NONE` if none does.
    template: u32,
    /// Which branches lead to the literals that may follow.
    branches: Range<u32>,
}

/// No node or template: there are never so many.
const NONE: u32 = u32::MAX;

/// Aligned, because to load a window that crosses a line of the cache takes twice as long.
#[derive(Clone)]
#[repr(align(64))]
struct Window([u8; WINDOW]);

/// A place in templates that agree in everything before it: so many literal bytes, so many slots.
#[derive(Clone, Copy)]
struct Place {
    literal: usize,
    slot: usize,
}

impl Tree {
    fn of(templates: &[Template]) -> Option<Self> {
        let mut tree = Self::default();
        let all: Vec<_> = templates.iter().enumerate().collect();
        tree.add(&all, Place { literal: 0, slot: 0 })?;
        Some(tree)
    }

    /// Adds the node at a place of templates, which come with their numbers, and all behind it.
    fn add(&mut self, templates: &[(usize, &Template)], from: Place) -> Option<u32> {
        let (_, first) = templates.first()?;
        let end = end_of_common(templates, from);
        let index = self.nodes.len();
        self.add_node(&first.literals[from.literal..end])?;

        let mut with_slot = Vec::new();
        let mut by_byte = BTreeMap::<u8, Vec<_>>::new();
        for &(number, template) in templates {
            if template.slots.get(from.slot) == Some(&end) {
                with_slot.push((number, template));
            } else if let Some(byte) = template.literals.get(end) {
                by_byte.entry(*byte).or_default().push((number, template));
            } else {
                self.nodes[index].template = narrow(number)?;
            }
        }
        if !with_slot.is_empty() {
            let behind = Place { literal: end, slot: from.slot + 1 };
            self.nodes[index].slot = self.add(&with_slot, behind)?;
        }
        let mut branches = Vec::new();
        for (byte, some) in by_byte {
            branches.push((byte, self.add(&some, Place { literal: end, ..from })?));
        }
        let start = self.branches.len();
        self.branches.extend(branches);
        self.nodes[index].branches = narrow(start)?..narrow(self.branches.len())?;
        narrow(index)
    }

    /// Adds a node without anything behind it.
    fn add_node(&mut self, literal: &[u8]) -> Option<()> {
        let mut window = [0; WINDOW];
        let length = literal.len().min(WINDOW);
        window[..length].copy_from_slice(&literal[..length]);
        self.nodes.push(Node {
            window: Window(window),
            mask: !u64::MAX.checked_shl(narrow(length)?).unwrap_or(0),
            start: narrow(self.literals.len())?,
            length: narrow(literal.len())?,
            slot: NONE,
            template: NONE,
            branches: 0..0,
        });
        self.literals.extend_from_slice(literal);
        Some(())
    }

    /// Walks a record along the tree, up to the template that it has.
    ///
    /// Places are `u32`, so that they can be added to without a check that they overflow.
    #[inline(always)]
    fn walk<S: Simd>(
        &self,
        simd: S,
        quoting: Quoting,
        record: &[u8],
        slots: &mut Slots,
    ) -> Option<usize> {
        let Slots { room, found, marks } = slots;
        let mut node = self.nodes.first()?;
        mark(simd, quoting, record, marks)?;
        let (mut place, mut count) = (0, 0);
        loop {
            if !self.is_literal(simd, node, record, place) {
                return None;
            }
            place += node.length;
            if let Some(behind) = self.nodes.get(node.slot as usize)
                && let Some((end, has_escape)) = quoting.slot(record, marks, place)
            {
                *room.get_mut(count)? = Slot { start: place, end, has_escape };
                count += 1;
                place = end;
                node = behind;
            } else if let Some(byte) = record.get(place as usize) {
                node = self.branch(node, *byte)?;
            } else {
                *found = count;
                return (node.template != NONE).then_some(node.template as usize);
            }
        }
    }

    /// The node behind another whose literal begins with a byte.
    #[inline(never)]
    fn branch(&self, node: &Node, byte: u8) -> Option<&Node> {
        let range = node.branches.start as usize..node.branches.end as usize;
        let (_, next) = self.branches.get(range)?.iter().find(|(first, _)| *first == byte)?;
        self.nodes.get(*next as usize)
    }

    /// Whether the literal of a node stands at a place of the record.
    #[inline(always)]
    fn is_literal<S: Simd>(&self, simd: S, node: &Node, record: &[u8], place: u32) -> bool {
        let place = place as usize;
        let Some(window) = record.get(place..place + WINDOW) else {
            // Too near the end of the record for a window.
            return self.is_rest(node, record, place, 0);
        };
        let window = u8x64::from_slice(simd, window);
        let same = window.simd_eq(u8x64::from_slice(simd, &node.window.0)).to_bitmask();
        !same & node.mask == 0
            && (node.length as usize <= WINDOW || self.is_rest(node, record, place, WINDOW))
    }

    /// Whether the bytes of a literal behind the first few stand in the record as well.
    #[inline(never)]
    fn is_rest(&self, node: &Node, record: &[u8], place: usize, from: usize) -> bool {
        let (start, length) = (node.start as usize, node.length as usize);
        let found = record.get(place + from..place + length);
        found.is_some() && found == self.literals.get(start + from..start + length)
    }
}

/// Where templates cease to agree, or one of them has a slot or its end.
fn end_of_common(templates: &[(usize, &Template)], from: Place) -> usize {
    let stretch = |template: &'_ Template| {
        let end = template.slots.get(from.slot).copied().unwrap_or(template.literals.len());
        from.literal..end
    };
    let Some(((_, first), others)) = templates.split_first() else {
        return from.literal;
    };
    let mut common = stretch(first);
    for (_, other) in others {
        let pairs = first.literals[common.clone()].iter().zip(&other.literals[stretch(other)]);
        common.end = common.start + pairs.take_while(|(one, another)| one == another).count();
    }
    common.end
}

/// A bit for each byte of a record and some behind it, set where plain text may end. Kept as bytes, so
/// that the bits from any place on are one load away; one window more, as the load is of eight bytes.
type Marks = [[u8; WINDOW / 8]; MOST_WINDOWS + 1];

/// Marks each byte at which plain text may end, and the end of the record.
#[inline(always)]
fn mark<S: Simd>(simd: S, quoting: Quoting, record: &[u8], marks: &mut Marks) -> Option<()> {
    let ends = Ends::new(simd, quoting);
    let (windows, rest) = record.as_chunks::<WINDOW>();
    for (marks, window) in marks.iter_mut().zip(windows) {
        *marks = ends.within(simd, window).to_le_bytes();
    }
    // The rest is looked at through the last window of the record. A shift by a whole one would overflow.
    let last = ends.within(simd, record.last_chunk()?) >> 1 >> (WINDOW - 1 - rest.len());
    *marks.get_mut(windows.len())? = (last | u64::MAX << rest.len()).to_le_bytes();
    Some(())
}

/// The bytes at which plain text may end: a quote, what begins an escape, control characters where they
/// may not stand, and everything outside ASCII, as it has to be checked.
struct Ends<S: Simd> {
    quote: u8x64<S>,
    escape: u8x64<S>,
    /// The least byte that may stand in plain text. A byte outside ASCII is less than 0 as signed.
    least: i8x64<S>,
}

impl<S: Simd> Ends<S> {
    #[inline(always)]
    fn new(simd: S, quoting: Quoting) -> Self {
        let (escape, least) = match quoting {
            Quoting::Json => (b'\\', 0x20),
            Quoting::Csv { .. } => (b'"', 0),
        };
        Self {
            quote: u8x64::splat(simd, b'"'),
            escape: u8x64::splat(simd, escape),
            least: i8x64::splat(simd, least),
        }
    }

    #[inline(always)]
    fn within(&self, simd: S, window: &[u8; WINDOW]) -> u64 {
        let window = u8x64::from_slice(simd, window);
        let signed: i8x64<S> = window.bitcast();
        let quoted = window.simd_eq(self.quote) | window.simd_eq(self.escape);
        (quoted | signed.simd_lt(self.least)).to_bitmask()
    }
}

/// The first marked place at or behind a place of the record, at the latest the end of the record.
#[inline(always)]
fn next_mark(marks: &Marks, mut place: u32) -> Option<u32> {
    loop {
        let byte = place as usize / 8;
        let eight = marks.as_flattened().get(byte..byte + 8)?.first_chunk()?;
        let bits = u64::from_le_bytes(*eight) >> (place % 8);
        if bits != 0 {
            return Some(place + bits.trailing_zeros());
        }
        // Whatever the shift was, so many bits were looked at.
        place += 57;
    }
}

impl Quoting {
    /// The end of the slot that begins at a place, and whether it has escapes. `None` if what stands
    /// there is blank, or may not stand in a slot.
    #[inline(always)]
    fn slot(self, record: &[u8], marks: &Marks, start: u32) -> Option<(u32, bool)> {
        let end = next_mark(marks, start)?;
        // What begins with a byte up to the quote may be blank, or empty.
        if *record.get(start as usize)? > b'"'
            && record.get(end as usize) == Some(&b'"')
            && !self.is_doubled(record, end)
        {
            return Some((end, false));
        }
        self.odd_slot(record, marks, start)
    }

    /// The same if it may be blank, or holds escapes or characters outside ASCII.
    #[inline(never)]
    fn odd_slot(self, record: &[u8], marks: &Marks, start: u32) -> Option<(u32, bool)> {
        let (mut has_escape, mut is_ascii) = (false, true);
        let mut end = next_mark(marks, start)?;
        loop {
            let next = match record.get(end as usize)? {
                b'"' if self.is_doubled(record, end) => {
                    has_escape = true;
                    end + 2
                }
                b'"' => break,
                b'\\' if self == Self::Json => {
                    has_escape = true;
                    let (b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') =
                        record.get(end as usize + 1)?
                    else {
                        return None;
                    };
                    end + 2
                }
                0x80.. => {
                    is_ascii = false;
                    end + 1
                }
                _ => return None,
            };
            end = next_mark(marks, next)?;
        }
        let content = record.get(start as usize..end as usize)?;
        if !is_ascii && std::str::from_utf8(content).is_err() {
            return None;
        }
        (!self.is_blank(content)).then_some((end, has_escape))
    }

    /// Whether the quote at a place stands for one inside a cell, with the next one.
    #[inline(always)]
    fn is_doubled(self, record: &[u8], quote: u32) -> bool {
        self != Self::Json && record.get(quote as usize + 1) == Some(&b'"')
    }

    /// Whether a content is empty, or nothing but white space, as itself or in escapes of two characters.
    fn is_blank(self, content: &[u8]) -> bool {
        let mut rest = content;
        loop {
            rest = match rest {
                [] => return true,
                [b'\\', b't' | b'n' | b'f' | b'r', behind @ ..] if self == Self::Json => behind,
                [byte, behind @ ..] if byte.is_ascii() && char::from(*byte).is_whitespace() => {
                    behind
                }
                [0..0x80, ..] => return false,
                _ => match std::str::from_utf8(rest).map(str::trim_start) {
                    Ok(behind) if behind.len() < rest.len() => behind.as_bytes(),
                    _ => return false,
                },
            }
        }
    }
}

/// The slots of a JSON value.
fn json_slots(record: &str) -> Option<Vec<Slot>> {
    serde_json::from_str::<IgnoredAny>(record).ok()?;
    let bytes = record.as_bytes();
    let mut slots = Vec::new();
    let mut place = 0;
    while let Some(quote) = memchr::memchr(b'"', &bytes[place..]) {
        let string = json_string(bytes, place + quote + 1)?;
        place = string.range().end + 1;
        let is_key = bytes[place..].trim_ascii_start().starts_with(b":");
        if !is_key && !Quoting::Json.is_blank(&bytes[string.range()]) {
            slots.push(string);
        }
    }
    Some(slots)
}

/// The content of the string whose opening quote is before a place.
fn json_string(bytes: &[u8], start: usize) -> Option<Slot> {
    let mut end = start;
    let mut has_escape = false;
    loop {
        end += memchr::memchr2(b'"', b'\\', bytes.get(end..)?)?;
        if bytes[end] == b'"' {
            return Slot::new(start..end, has_escape);
        }
        has_escape = true;
        end += 2;
    }
}

/// The slots of a row, which may have its line end with it. A quote inside a cell without quotes means
/// nothing, and behind one with quotes whatever a parser makes of it: there must be none.
fn csv_slots(record: &str, delimiter: u8) -> Option<Vec<Slot>> {
    let row = record.trim_end_matches(['\r', '\n']).as_bytes();
    let quoting = Quoting::Csv { delimiter };
    let mut slots = Vec::new();
    let mut place = 0;
    loop {
        if row.get(place) == Some(&b'"') {
            let cell = csv_cell(row, place + 1)?;
            place = cell.range().end + 1;
            if !quoting.is_blank(&row[cell.range()]) {
                slots.push(cell);
            }
        } else {
            let rest = &row[place..];
            let cell = memchr::memchr(delimiter, rest).map_or(rest, |end| &rest[..end]);
            if memchr::memchr3(b'"', b'\r', b'\n', cell).is_some() {
                return None;
            }
            place += cell.len();
        }
        match row.get(place) {
            Some(byte) if *byte == delimiter => place += 1,
            Some(_) => return None,
            None => return Some(slots),
        }
    }
}

/// The content of the cell whose opening quote is before a place.
fn csv_cell(row: &[u8], start: usize) -> Option<Slot> {
    let mut end = start;
    let mut has_escape = false;
    loop {
        end += memchr::memchr(b'"', row.get(end..)?)?;
        if row.get(end + 1) != Some(&b'"') {
            return Slot::new(start..end, has_escape);
        }
        has_escape = true;
        end += 2;
    }
}

fn narrow(length: usize) -> Option<u32> {
    u32::try_from(length).ok()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use proptest::prelude::*;
    use proptest::sample::{Index, select};
    use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

    use super::super::vector::levels;
    use super::*;

    const COMMAS: Quoting = Quoting::Csv { delimiter: b',' };
    const SEMICOLONS: Quoting = Quoting::Csv { delimiter: b';' };

    /// Templates, and the record that each was learned from.
    struct Learned {
        templates: Templates,
        records: Vec<Vec<u8>>,
    }

    impl Learned {
        fn from<T: AsRef<[u8]>>(quoting: Quoting, records: &[T]) -> Self {
            let mut learned = Self { templates: Templates::new(quoting), records: Vec::new() };
            for record in records.iter().map(AsRef::as_ref) {
                let number = learned.templates.learn(record);
                if number == Some(learned.records.len()) {
                    learned.records.push(record.to_vec());
                }
                if let Some(number) = number {
                    let slots = Templates::slots(quoting, record).unwrap();
                    assert_means_the_same(quoting, &learned.records[number], record, &slots);
                }
            }
            learned
        }

        /// What is recognised, if it is the same at every level, what the slow twin says, and what
        /// parsers read.
        fn recognise(&mut self, record: &[u8]) -> Option<(usize, Vec<Slot>)> {
            let quoting = self.templates.quoting;
            let expected = recognise_plainly(quoting, &self.records, record);
            let mut slots = Slots::new();
            for level in levels() {
                self.templates.level = level;
                let number = self.templates.recognise(record, &mut slots);
                let found = number.map(|number| (number, slots.as_slice().to_vec()));
                assert_eq!(found, expected, "{level:?}: {}", record.escape_ascii());
            }
            if let Some((number, slots)) = &expected {
                assert_means_the_same(quoting, &self.records[*number], record, slots);
            }
            expected
        }

        fn texts(&mut self, record: &str) -> Option<(usize, String)> {
            let (number, slots) = self.recognise(record.as_bytes())?;
            let texts: Vec<_> = slots.iter().map(|slot| &record[slot.range()]).collect();
            Some((number, texts.join("|")))
        }
    }

    /// What a parser reads, in the order of the record.
    #[derive(Debug, Clone, PartialEq)]
    enum Token {
        /// A string that is a value, or a cell.
        Text(String),
        /// A key, another value, or the beginning or end of an object or list.
        Other(String),
    }

    fn tokens(quoting: Quoting, record: &[u8]) -> Vec<Token> {
        let mut tokens = Vec::new();
        match quoting {
            Quoting::Json => {
                let mut reader = serde_json::Deserializer::from_slice(record);
                Tokens(&mut tokens).deserialize(&mut reader).unwrap();
                reader.end().unwrap();
            }
            Quoting::Csv { delimiter } => {
                let reader = csv::ReaderBuilder::new()
                    .has_headers(false)
                    .flexible(true)
                    .delimiter(delimiter)
                    .from_reader(record);
                let rows: Vec<_> = reader.into_records().map(Result::unwrap).collect();
                assert_eq!(rows.len(), 1);
                tokens.extend(rows[0].iter().map(|cell| Token::Text(cell.to_owned())));
            }
        }
        tokens
    }

    struct Tokens<'a>(&'a mut Vec<Token>);

    impl Tokens<'_> {
        fn other(&mut self, value: impl fmt::Debug) {
            self.0.push(Token::Other(format!("{value:?}")));
        }
    }

    impl<'de> DeserializeSeed<'de> for Tokens<'_> {
        type Value = ();

        fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
            deserializer.deserialize_any(self)
        }
    }

    impl<'de> Visitor<'de> for Tokens<'_> {
        type Value = ();

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("anything")
        }

        fn visit_str<E>(self, text: &str) -> Result<(), E> {
            self.0.push(Token::Text(text.to_owned()));
            Ok(())
        }

        fn visit_unit<E>(mut self) -> Result<(), E> {
            self.other(());
            Ok(())
        }

        fn visit_bool<E>(mut self, value: bool) -> Result<(), E> {
            self.other(value);
            Ok(())
        }

        fn visit_u64<E>(mut self, value: u64) -> Result<(), E> {
            self.other(value);
            Ok(())
        }

        fn visit_i64<E>(mut self, value: i64) -> Result<(), E> {
            self.other(value);
            Ok(())
        }

        fn visit_f64<E>(mut self, value: f64) -> Result<(), E> {
            self.other(value);
            Ok(())
        }

        fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
            self.other('[');
            while list.next_element_seed(Tokens(self.0))?.is_some() {}
            self.other(']');
            Ok(())
        }

        fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<(), A::Error> {
            self.other('{');
            while let Some(key) = members.next_key::<String>()? {
                self.other(key);
                members.next_value_seed(Tokens(self.0))?;
            }
            self.other('}');
            Ok(())
        }
    }

    /// A record with the numbers of the slots in their place.
    fn numbered(record: &[u8], slots: &[Slot]) -> Vec<u8> {
        let mut numbered = Vec::new();
        let mut place = 0;
        for (number, slot) in slots.iter().enumerate() {
            numbered.extend_from_slice(&record[place..slot.range().start]);
            write!(numbered, "slot {number}").unwrap();
            place = slot.range().end;
        }
        numbered.extend_from_slice(&record[place..]);
        numbered
    }

    /// Whether a parser reads the same in a record as in that of a template, but for the texts in slots,
    /// and these just where the template has them.
    fn assert_means_the_same(quoting: Quoting, template: &[u8], record: &[u8], slots: &[Slot]) {
        let of_template = Templates::slots(quoting, template).unwrap();
        let [expected, with_numbers] = [(template, &*of_template), (record, slots)]
            .map(|(record, slots)| tokens(quoting, &numbered(record, slots)));
        assert_eq!(with_numbers, expected);
        let mut texts = slots.iter().enumerate().map(|(number, slot)| {
            let text = unescaped(quoting, &record[slot.range()]).unwrap();
            assert_eq!(slot.has_escape, text.as_bytes() != &record[slot.range()]);
            assert!(!text.trim().is_empty());
            (Token::Text(format!("slot {number}")), Token::Text(text))
        });
        let mut next = texts.next();
        for (with_number, token) in expected.into_iter().zip(tokens(quoting, record)) {
            if next.as_ref().is_some_and(|(numbered, _)| *numbered == with_number) {
                assert_eq!(Some(token), next.map(|(_, text)| text));
                next = texts.next();
            } else {
                assert_eq!(token, with_number);
                let is_text = matches!(&token, Token::Text(text) if !text.trim().is_empty());
                assert!(!is_text || quoting != Quoting::Json, "no slot for {token:?}");
            }
        }
        assert_eq!(next, None);
    }

    /// Looks for the one template that a record has, byte by byte and template by template.
    fn recognise_plainly(
        quoting: Quoting,
        learned: &[Vec<u8>],
        record: &[u8],
    ) -> Option<(usize, Vec<Slot>)> {
        let found = |(number, template): (usize, &Vec<u8>)| {
            Some((number, match_plainly(quoting, template, record)?))
        };
        let mut all = learned.iter().enumerate().filter_map(found);
        let first = all.next();
        assert_eq!(all.next(), None, "two templates for {}", record.escape_ascii());
        first
    }

    fn match_plainly(quoting: Quoting, template: &[u8], record: &[u8]) -> Option<Vec<Slot>> {
        let (mut done, mut place) = (0, 0);
        let mut slots = Vec::new();
        for slot in Templates::slots(quoting, template)? {
            let literal = &template[done..slot.range().start];
            let rest = record[place..].strip_prefix(literal)?;
            place += literal.len();
            let (length, has_escape) = content_plainly(quoting, rest)?;
            slots.push(Slot::new(place..place + length, has_escape)?);
            place += length;
            done = slot.range().end;
        }
        (record[place..] == template[done..]).then_some(slots)
    }

    /// The length of a slot, and whether it has escapes.
    fn content_plainly(quoting: Quoting, bytes: &[u8]) -> Option<(usize, bool)> {
        let mut length = 0;
        let mut has_escape = false;
        loop {
            let is_doubled = quoting != Quoting::Json && bytes[length..].starts_with(b"\"\"");
            if is_doubled {
                has_escape = true;
                length += 1;
            } else if *bytes.get(length)? == b'"' {
                break;
            } else if bytes[length] == b'\\' && quoting == Quoting::Json {
                has_escape = true;
                length += 1;
                if !br#""\/bfnrt"#.contains(bytes.get(length)?) {
                    return None;
                }
            }
            length += 1;
        }
        let text = unescaped(quoting, &bytes[..length])?;
        (!text.trim().is_empty()).then_some((length, has_escape))
    }

    fn unescaped(quoting: Quoting, content: &[u8]) -> Option<String> {
        match quoting {
            Quoting::Json => serde_json::from_slice(&[b"\"", content, b"\""].concat()).ok(),
            Quoting::Csv { .. } => Some(std::str::from_utf8(content).ok()?.replace("\"\"", "\"")),
        }
    }

    /// An object that is long enough.
    fn json(members: &str) -> String {
        format!(r#"{{"numbers":[{}0],{members}}}"#, "0,".repeat(40))
    }

    fn row(cells: &str) -> String {
        format!("{}{cells}", "0,".repeat(40))
    }

    /// The texts of a record, in JSON, if it is recognised after one with other members.
    fn after(first: &str, second: &str) -> Option<String> {
        let mut learned = Learned::from(Quoting::Json, &[json(first)]);
        learned.texts(&json(second)).map(|(_, texts)| texts)
    }

    #[test]
    fn only_texts_may_differ() {
        let first = r#""id":"a","kind": "User" ,"names":["Ann","Bob"],"agent":null,"level":4"#;
        for (second, expected) in [
            (first, Some("a|User|Ann|Bob")),
            (
                r#""id":"longer","kind": "X" ,"names":["a:b","{}"],"agent":null,"level":4"#,
                Some("longer|X|a:b|{}"),
            ),
            // A number, a null, a list, a key, white space.
            (r#""id":"a","kind": "User" ,"names":["Ann","Bob"],"agent":null,"level":5"#, None),
            (r#""id":"a","kind": "User" ,"names":["Ann","Bob"],"agent":"b","level":4"#, None),
            (r#""id":null,"kind": "User" ,"names":["Ann","Bob"],"agent":null,"level":4"#, None),
            (r#""id":"a","kind": "User" ,"names":["Ann"],"agent":null,"level":4"#, None),
            (r#""id":"a","kind": "User" ,"names":["a","b","c"],"agent":null,"level":4"#, None),
            (r#""ID":"a","kind": "User" ,"names":["Ann","Bob"],"agent":null,"level":4"#, None),
            (r#""kind": "User" ,"id":"a","names":["Ann","Bob"],"agent":null,"level":4"#, None),
            (r#""id":"a","kind":"User","names":["Ann","Bob"],"agent":null,"level":4"#, None),
        ] {
            assert_eq!(after(first, second).as_deref(), expected, "{second}");
        }
    }

    #[test]
    fn blank_is_another_kind() {
        let blanks = ["", " ", "  ", r"\t", r" \r\n", "\u{a0}", "\u{3000}\\t\u{2003}"];
        for blank in blanks {
            let with = |text: &str| json(&format!(r#""id":"{text}","name":"Ann""#));
            let mut learned = Learned::from(Quoting::Json, &[with("a")]);
            assert_eq!(learned.texts(&with(blank)), None, "{blank:?}");
            let mut learned = Learned::from(Quoting::Json, &[with(blank)]);
            assert_eq!(learned.texts(&with("a")), None);
            assert_eq!(learned.texts(&with(blank)), Some((0, "Ann".to_owned())));
            let mut learned = Learned::from(Quoting::Json, &[with("a"), with(blank)]);
            assert_eq!(learned.texts(&with(blank)), Some((1, "Ann".to_owned())));
            for text in ["b", " b", "  b ", "!", "\u{a0}b", r"\tb", r"\b"] {
                let expected = Some((0, format!("{text}|Ann")));
                assert_eq!(learned.texts(&with(text)), expected, "{blank:?}, {text:?}");
            }
        }
        // All at once, as they begin alike.
        let all = [&blanks[..], &["a"]].concat();
        let records: Vec<_> =
            all.iter().map(|text| json(&format!(r#""id":"{text}","n":"x""#))).collect();
        let mut learned = Learned::from(Quoting::Json, &records);
        for (number, record) in records.iter().enumerate() {
            assert_eq!(learned.texts(record).unwrap().0, number);
        }
    }

    #[test]
    fn escapes_of_one_character_are_left_in() {
        let with = |text: &str| format!(r#""text":"{text}""#);
        for text in [r#"\""#, r"\\", r"a\/b", r"\n.", r#"{\"a\":[\"b\\\"c\"]}"#, r"\\u0041"] {
            assert_eq!(after(&with("a"), &with(text)), Some(text.to_owned()), "{text}");
            assert_eq!(after(&with(text), &with("a")), Some("a".to_owned()), "{text}");
        }
        for text in [r"\u0041", r"a\u00e9", r"\ud83d\ude00", r"\x", r"\", r"\\\", "\t", "a\u{1}"] {
            assert_eq!(after(&with("a"), &with(text)), None, "{text}");
        }
        let mut learned = Learned::from(Quoting::Json, &[json(&with("a"))]);
        let (_, slots) = learned.recognise(json(&with(r"a\nb")).as_bytes()).unwrap();
        assert!(slots[0].has_escape);
        let (_, slots) = learned.recognise(json(&with("a b")).as_bytes()).unwrap();
        assert!(!slots[0].has_escape);
        // Learned, though not recognised itself.
        assert_eq!(after(&with(r"\u0041"), &with("a")), Some("a".to_owned()));
    }

    #[test]
    fn texts_are_utf8() {
        let with = |text: &[u8]| {
            [json(r#""a":"#).trim_end_matches('}').as_bytes(), b"\"", text, b"\"}"].concat()
        };
        let mut learned = Learned::from(Quoting::Json, &[with(b"a")]);
        for text in ["é", "Zoë Ørsted", "名前", "😀 \\n", "\u{7f}", "\u{80}"] {
            assert!(learned.recognise(&with(text.as_bytes())).is_some(), "{text}");
        }
        for text in [&b"\xFF"[..], b"a\xC3", b"\xC3b", b"\xED\xA0\x80", b"\xC0\xA2", b"\xE9t\xE9"] {
            assert!(learned.recognise(&with(text)).is_none());
            assert_eq!(learned.templates.learn(&with(text)), None);
        }
    }

    #[test]
    fn records_are_whole() {
        let record = json(r#""id":"a","name":"Ann""#);
        let mut learned = Learned::from(Quoting::Json, &[&record]);
        for end in 0..record.len() {
            assert_eq!(learned.texts(&record[..end]), None);
        }
        for garbage in [" ", "}", ",", "\"", "\0", "é", "\n{}"] {
            assert_eq!(learned.texts(&format!("{record}{garbage}")), None);
            assert_eq!(learned.texts(&format!("{garbage}{record}")), None);
        }
        // One that ends where another goes on.
        let longer = format!("{record} \n");
        let mut learned = Learned::from(Quoting::Json, &[&longer, &record]);
        assert_eq!(learned.texts(&longer).unwrap().0, 0);
        assert_eq!(learned.texts(&record).unwrap().0, 1);
        assert_eq!(learned.texts(&format!("{record} ")), None);
    }

    #[test]
    fn templates_share_their_beginnings() {
        let members = [
            r#""id":"a","agent":null,"names":["a"],"level":4"#,
            r#""id":"a","agent":"a","names":["a"],"level":4"#,
            r#""id":"a","agent":"a","names":["a","b"],"level":4"#,
            r#""id":"a","agent":"a","names":["a"],"level":45"#,
            r#""id":"a","agent":"","names":["a"],"level":4"#,
            r#""id":"a","agent":"","names":[""],"level":4"#,
            r#""id":null,"agent":"","names":[],"level":"a""#,
            r#""id":"a","agent":"a","name":["a"],"level":4"#,
        ];
        let records = members.map(json);
        let mut learned = Learned::from(Quoting::Json, &records);
        for (number, record) in records.iter().enumerate() {
            assert_eq!(learned.texts(record).unwrap().0, number);
            let other = record.replace("\"a\"", "\"something else\"");
            assert_eq!(learned.texts(&other).unwrap().0, number);
            assert_eq!(learned.templates.learn(other.as_bytes()), Some(number));
        }
        assert_eq!(learned.texts(&json(r#""id":"a","agent":"","names":["a"],"level":5"#)), None);
    }

    #[test]
    fn texts_and_literals_of_any_length() {
        let record = |length: usize, literal: usize, rest: usize| {
            let (text, key, rest) = ("x".repeat(length), "k".repeat(literal), "r".repeat(rest));
            json(&format!(r#""a":"{text}","{key}":0,"b":"{text}\"{text}","{rest}":null"#))
        };
        for literal in [1, 56, 57, 64, 65, 200] {
            for rest in [1, 50, 120] {
                let mut learned = Learned::from(Quoting::Json, &[record(1, literal, rest)]);
                for length in (1..=140).step_by(3) {
                    assert!(learned.texts(&record(length, literal, rest)).is_some());
                    assert!(learned.texts(&record(length, literal + 1, rest)).is_none());
                    assert!(learned.texts(&record(length, literal, rest + 1)).is_none());
                }
            }
        }
    }

    #[test]
    fn limits() {
        let mut templates = Templates::new(Quoting::Json);
        assert_eq!(templates.learn(br#"{"a":"b"}"#), None);
        assert_eq!(templates.learn(json(r#""a":"","b":4"#).as_bytes()), None);
        assert_eq!(templates.learn(json(r#""a":"b""#).trim_end_matches('}').as_bytes()), None);
        let with = |count: usize| json(&format!(r#""a":["a"{}]"#, r#","b""#.repeat(count - 1)));
        assert_eq!(templates.learn(with(MOST_SLOTS + 1).as_bytes()), None);
        assert_eq!(templates.learn(with(MOST_SLOTS).as_bytes()), Some(0));
        let empty = json(r#""a":"""#).len();
        let long = |length: usize| json(&format!(r#""a":"{}""#, "x".repeat(length - empty)));
        assert_eq!(templates.learn(long(LENGTHS.end).as_bytes()), None);
        assert_eq!(templates.learn(long(LENGTHS.end - 1).as_bytes()), Some(1));
        let mut slots = Slots::new();
        assert_eq!(templates.recognise(long(LENGTHS.end).as_bytes(), &mut slots), None);
        assert_eq!(templates.recognise(long(LENGTHS.end - 1).as_bytes(), &mut slots), Some(1));
        assert_eq!(slots.as_slice().len(), 1);
        assert_eq!(templates.recognise(with(MOST_SLOTS).as_bytes(), &mut slots), Some(0));
        assert_eq!(slots.as_slice().len(), MOST_SLOTS);
        for number in 2..MOST_TEMPLATES {
            let record = json(&format!(r#""a":"b","level":{number}"#));
            assert_eq!(templates.learn(record.as_bytes()), Some(number));
        }
        assert_eq!(templates.learn(json(r#""one":"too many""#).as_bytes()), None);
        assert_eq!(
            templates.recognise(json(r#""a":"b","level":63"#).as_bytes(), &mut slots),
            Some(63)
        );
    }

    #[test]
    fn rows() {
        let first = row(r#""2026-03-01","User registered","",4,,"  ","a,b""#);
        let mut learned = Learned::from(COMMAS, &[&first]);
        let mut texts = |cells: &str| learned.texts(&row(cells)).map(|(_, texts)| texts);
        let expected = |texts: &str| Some(texts.to_owned());
        assert_eq!(texts("\"a\nb\",\"\\\",\"\",4,,\"  \",\" \té,;\""), expected("a\nb|\\| \té,;"));
        let doubled = r#""["" a """"]","""a","",4,,"  ","a"",""""#;
        assert_eq!(texts(doubled), expected(r#"["" a """"]|""a|a"","""#));
        for other in [
            // A blank, a quote alone, another blank, a number, a cell without quotes, more or fewer of them.
            r#""","User registered","",4,,"  ","a,b""#,
            r#""2026 "a","User registered","",4,,"  ","a,b""#,
            r#""2026 "","User registered","",4,,"  ","a,b""#,
            r#"""2026","User registered","",4,,"  ","a,b""#,
            r#""2026-03-01","User registered","",4,,"   ","a,b""#,
            r#""2026-03-01","User registered","",5,,"  ","a,b""#,
            r#"2026-03-01,"User registered","",4,,"  ","a,b""#,
            r#""2026-03-01","User registered","",4,,"  ","a,b","""#,
            r#""2026-03-01","User registered","",4,,"  ""#,
            "\"2026-03-01\",\"User registered\",\"\",4,,\"  \",\"a,b\"\r",
            "\"\u{a0}\",\"User registered\",\"\",4,,\"  \",\"a,b\"",
        ] {
            assert_eq!(texts(other), None, "{other}");
        }
        let mut learned = Learned::from(COMMAS, &[format!("{first}\r")]);
        assert!(learned.texts(&format!("{first}\r")).is_some());
        let doubled = row(r#""[""a""]","""","b""#);
        let mut learned = Learned::from(COMMAS, &[&doubled]);
        assert_eq!(learned.texts(&doubled).unwrap().1, r#"[""a""]|""|b"#);
        assert!(learned.texts(&row(r#""a","b","c""#)).is_some());
        assert_eq!(learned.texts(&row(r#""[""a""]","","b""#)), None);
    }

    #[test]
    fn quotes_that_stand_elsewhere_are_not_learned() {
        for cells in [
            r#"a"b","c""#,
            r#""a"b,"c""#,
            r#" "a","c""#,
            r#""a" ,"c""#,
            r#""a","c"#,
            "\"a\",b\nc,\"d\"",
            "\"a\"\n\"b\"",
            "\"a\";\"b\"",
        ] {
            assert_eq!(Templates::slots(COMMAS, row(cells).as_bytes()), None, "{cells}");
        }
        let semicolons = row(r#""a","b""#).replace(',', ";");
        assert_eq!(Templates::slots(SEMICOLONS, semicolons.as_bytes()).unwrap().len(), 2);
        assert_eq!(Templates::slots(COMMAS, semicolons.as_bytes()), None);
        // With commas one cell, in which quotes mean nothing.
        let one_cell = format!(r#"{};"a";"b""#, "0;".repeat(40));
        assert_eq!(Templates::slots(COMMAS, one_cell.as_bytes()), None);
    }

    /// The content of a string in JSON, which is often that of a cell as well.
    fn content() -> impl Strategy<Value = String> {
        prop_oneof![
            4 => "[ -!#-\\[\\]-~]{1,90}",
            4 => select(vec![
                "00000000-0000-4000-8000-a0000000048d", "User registered security info", "success",
                "nadia@example.com", "198.51.100.64", "2026-03-01T00:00:01.0104387Z", "x", " x", "0",
            ]).prop_map(str::to_owned),
            2 => select(vec!["", " ", "  ", "\\t", "\u{a0}", "\u{2003} "]).prop_map(str::to_owned),
            1 => select(vec!["Zoë", "\\\"a\\\"", "C:\\\\", "\\u0041", "[\\\"b\\\"]", "\\n.", "é"])
                .prop_map(str::to_owned),
            1 => "(é|\\\\\"|\\\\\\\\|x){30,90}",
        ]
    }

    fn value() -> impl Strategy<Value = String> {
        let string = || content().prop_map(|text| format!("\"{text}\""));
        let list = prop::collection::vec(string(), 0..4);
        prop_oneof![
            6 => string(),
            2 => select(vec!["null", "true", "4", "45", "-1.5", "{}"]).prop_map(str::to_owned),
            1 => list.prop_map(|list| format!("[{}]", list.join(","))),
            1 => (string(), string()).prop_map(|(id, name)| format!(r#"{{"id":{id}, "name" : {name}}}"#)),
        ]
    }

    /// Some members of an object, each with a comma behind it. Often the same as of another.
    fn members() -> impl Strategy<Value = String> {
        let usual = [r#""agent":null,"#, r#""agent":"a","roles":[],"#, r#""agent":"","level":4,"#];
        let member = (select(vec!["agent", "result", "targets"]), value());
        let free = prop::collection::vec(member, 0..3);
        prop_oneof![
            2 => select(usual.to_vec()).prop_map(str::to_owned),
            3 => free.prop_map(|members| {
                let one = |(key, value)| format!(r#""{key}":{value},"#);
                members.into_iter().map(one).collect::<Vec<_>>().concat()
            }),
        ]
    }

    /// A record in the form of a diagnostic one.
    fn record() -> impl Strategy<Value = Vec<u8>> {
        let plain = "[ -!#-\\[\\]-~]{0,60}[a-z]";
        let parts = (prop::array::uniform4(plain), members());
        parts.prop_map(|([time, id, reason, name], members)| {
            let user =
                format!(r#"{{"id":"{id}","displayName":null,"userPrincipalName":"{name}"}}"#);
            let head = format!(r#"{{ "time": "{time}", "Level": 4, "properties": {{"id":"{id}""#);
            let tail = format!(r#""initiatedBy":{{"user":{user}}},"details":[]}}}}"#);
            format!(r#"{head},{members}"resultReason":"{reason}",{tail}"#).into_bytes()
        })
    }

    fn cell() -> impl Strategy<Value = String> {
        prop_oneof![
            6 => content().prop_map(|text| format!("\"{}\"", text.replace('"', "\"\""))),
            2 => Just("\"\"".to_owned()),
            2 => "\"(\"\"|\"\"\"\"|a|,){1,40}\"",
            1 => Just(String::new()),
            1 => "[a-z0-9 ]{0,9}",
            1 => Just("\"a\r\nb;c,d\"".to_owned()),
        ]
    }

    fn csv_row() -> impl Strategy<Value = Vec<u8>> {
        let cells = prop::collection::vec(cell(), 2..5);
        cells.prop_map(|cells| format!("{},{}", "0,".repeat(32), cells.join(",")).into_bytes())
    }

    #[derive(Debug, Clone)]
    enum Mutation {
        Put(Index, u8),
        Insert(Index, u8),
        Remove(Index),
        Cut(Index),
        Move(Index, Index, Index),
    }

    fn mutation() -> impl Strategy<Value = Mutation> {
        let byte = prop_oneof![
            3 => select(b"\"\\ ,:;{}[]0au\t\n\0\x1F\x7F\x80\xC3\xA9\xFF".to_vec()),
            1 => any::<u8>(),
        ];
        prop_oneof![
            4 => (any::<Index>(), byte.clone()).prop_map(|(place, byte)| Mutation::Put(place, byte)),
            4 => (any::<Index>(), byte).prop_map(|(place, byte)| Mutation::Insert(place, byte)),
            3 => any::<Index>().prop_map(Mutation::Remove),
            1 => any::<Index>().prop_map(Mutation::Cut),
            2 => any::<[Index; 3]>().prop_map(|[start, end, to]| Mutation::Move(start, end, to)),
        ]
    }

    fn mutated(record: &[u8], mutation: &Mutation) -> Vec<u8> {
        let mut bytes = record.to_vec();
        let place = |index: &Index| index.index(record.len());
        match mutation {
            Mutation::Put(at, byte) => bytes[place(at)] = *byte,
            Mutation::Insert(at, byte) => bytes.insert(place(at), *byte),
            Mutation::Remove(at) => _ = bytes.remove(place(at)),
            Mutation::Cut(at) => bytes.truncate(place(at)),
            Mutation::Move(start, end, to) => {
                let (start, end, to) = (place(start), place(end), place(to));
                let part = record[start.min(end)..start.max(end)].to_vec();
                bytes.splice(to..to, part);
            }
        }
        bytes
    }

    /// Whether what is recognised is always what the twin and parsers say, also when mutated records
    /// are learned.
    fn check(quoting: Quoting, records: &[Vec<u8>], mutations: &[(Index, Mutation)]) {
        let mut mutated: Vec<_> = mutations
            .iter()
            .map(|(index, mutation)| self::mutated(index.get::<Vec<u8>>(records), mutation))
            .collect();
        // One more on top of the first few, as one mutation may mend what another broke.
        for (place, (_, mutation)) in (0..mutated.len() / 2).zip(mutations.iter().rev()) {
            if !mutated[place].is_empty() {
                mutated[place] = self::mutated(&mutated[place], mutation);
            }
        }
        for learn in [&records[..records.len() / 2], &mutated[..mutated.len() / 4]] {
            let mut learned = Learned::from(quoting, learn);
            for record in records.iter().chain(&mutated) {
                learned.recognise(record);
            }
        }
    }

    fn mutations() -> impl Strategy<Value = Vec<(Index, Mutation)>> {
        prop::collection::vec((any::<Index>(), mutation()), 12..40)
    }

    proptest! {
        #[test]
        fn json_is_recognised_as_the_twin_says(
            records in prop::collection::vec(record(), 2..12),
            mutations in mutations(),
        ) {
            check(Quoting::Json, &records, &mutations);
        }

        #[test]
        fn rows_are_recognised_as_the_twin_says(
            records in prop::collection::vec(csv_row(), 2..12),
            mutations in mutations(),
        ) {
            check(COMMAS, &records, &mutations);
        }

        #[test]
        fn slots_are_the_texts_that_parsers_read(record in record(), row in csv_row()) {
            for (quoting, record) in [(Quoting::Json, record), (COMMAS, row)] {
                let slots = Templates::slots(quoting, &record).unwrap();
                assert_means_the_same(quoting, &record, &record, &slots);
            }
        }
    }
}
