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
//!   which each backslash begins an escape of two characters. In CSV: UTF-8 without quotes. Anything
//!   else, like `\u` and doubled quotes, is not recognised, and is for the parser to judge.
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

#![allow(
    clippy::inline_always,
    reason = "what is inlined into a function for a SIMD level is compiled for that level"
)]

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
/// that the bits from any place on are one load away.
type Marks = [[u8; WINDOW / 8]; MOST_WINDOWS + 1];

/// Marks each byte at which plain text may end, and all that are behind the record.
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
    // A place is looked up together with seven bytes of marks behind its own.
    *marks.get_mut(windows.len() + 1)? = [u8::MAX; WINDOW / 8];
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

/// The first marked place at or behind a place. There is always one.
#[inline(always)]
fn next_mark(marks: &Marks, mut place: u32) -> Option<u32> {
    loop {
        let byte = place as usize / 8;
        let eight = marks.as_flattened().get(byte..byte + 8)?.first_chunk()?;
        let bits = u64::from_le_bytes(*eight) >> (place % 8);
        if bits != 0 {
            return Some(place + bits.trailing_zeros());
        }
        // So many bits are there at least, whatever the shift was.
        place += 56;
    }
}

impl Quoting {
    /// The end of the slot that begins at a place, and whether it has escapes. `None` if what stands
    /// there is blank, or may not stand in a slot.
    #[inline(always)]
    fn slot(self, record: &[u8], marks: &Marks, start: u32) -> Option<(u32, bool)> {
        let end = next_mark(marks, start)?;
        // What begins with a byte up to the quote may be blank, or empty.
        if *record.get(start as usize)? > b'"' && record.get(end as usize) == Some(&b'"') {
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

    /// Whether a content is empty, or nothing but white space, as itself or in escapes of two characters.
    fn is_blank(self, content: &[u8]) -> bool {
        let mut rest = content;
        loop {
            rest = match rest {
                [] => return true,
                [b'\\', b't' | b'n' | b'f' | b'r', behind @ ..] if self == Self::Json => behind,
                [byte, behind @ ..] if byte.is_ascii() && char::from(*byte).is_whitespace() => behind,
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
