//! Records in JSON that is not one object a line: arrays, pages, messages, tables, and values one
//! after another.
//!
//! A push-down reader of the structure alone. It knows the few containers in which exports keep
//! records and looks for the end of each record by the depth of its brackets; what stands inside a
//! record is serde's business. Commas are not asked for: what Microsoft's tools wrote, and what
//! people cut out of it, is read alike.

use std::ops::Range;
use std::sync::Arc;

use memchr::memmem;

use super::split::{FaultKind, LineCount, Span, Split};
use super::value::Passage;
use super::vector::Pace;

/// Splits JSON into the records it contains.
#[derive(Debug, Clone)]
pub(crate) struct JsonSplitter {
    /// The containers that are open, outermost first.
    open: Vec<Container>,
    /// A value that is being passed over: where it began, and how it stands.
    value: Option<Value>,
    /// Where in the pending bytes to go on.
    place: usize,
    /// A stretch of stray bytes, from here.
    stray: Option<usize>,
    /// A record that begins here or behind is left alone.
    stop: usize,
    lines: LineCount,
    names_next_page: bool,
    pace: Pace,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Container {
    /// An array of records.
    Records,
    /// An object that may be a record, or contain records. Where it began, unless it is known to
    /// contain records.
    Object { start: Option<usize>, next: Next },
    /// The array of tables of a query's answer.
    Tables,
    /// One of its tables.
    Table { next: Next },
    /// The rows of a table, each a record.
    Rows,
}

/// What an object expects next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Key,
    Value(Key),
}

/// The keys of containers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Records,
    Tables,
    Columns,
    Rows,
    /// Where the next page is.
    NextLink,
    Other,
}

/// A value that is being passed over.
#[derive(Debug, Clone, Copy)]
struct Value {
    start: usize,
    passage: Passage,
    purpose: Purpose,
}

/// A record directly behind another one in a list, which ends as that does: nothing else need be known
/// of it.
#[derive(Debug, Clone, Copy)]
struct Follower {
    /// How it begins, if there can be one.
    opening: Option<u8>,
    /// One that begins here or behind is left alone.
    stop: usize,
}

impl Follower {
    /// Where it begins, if nothing but blanks stands before it.
    fn find(self, bytes: &[u8], end: usize) -> Option<usize> {
        let opening = self.opening?;
        let next = end + bytes[end..].iter().position(|byte| !is_blank(*byte))?;
        (bytes[next] == opening && next < self.stop).then_some(next)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Record,
    Key,
    Columns,
    Nothing,
}

/// The byte-order mark, which files that were put together have at the beginning of each part.
const MARK: &[u8] = b"\xEF\xBB\xBF";

impl JsonSplitter {
    pub(crate) fn new(pace: Pace) -> Self {
        Self {
            open: Vec::new(),
            value: None,
            place: 0,
            stray: None,
            stop: usize::MAX,
            lines: LineCount::default(),
            names_next_page: false,
            pace,
        }
    }

    /// See [`Splitter::split`](super::Splitter::split).
    pub(crate) fn split(&mut self, bytes: &[u8], at_end: bool, stop: usize) -> Split {
        let mut split = Split::default();
        self.stop = stop;
        while self.place < bytes.len() && !self.is_stopped(bytes) {
            let went_on = if let Some(value) = self.value {
                self.pass_over(bytes, value, &mut split)
            } else if !at_end && is_cut_mark(&bytes[self.place..]) {
                false
            } else {
                let before = self.place;
                let went_on = self.step(bytes, &mut split);
                let passed = &bytes[before..self.place];
                self.lines.add(u64::from(passed.contains(&b'\n')));
                went_on
            };
            if !went_on || split.columns.is_some() {
                break;
            }
        }
        split.stopped = self.place < bytes.len() && self.is_stopped(bytes);
        if at_end && split.columns.is_none() && !split.stopped {
            self.finish(bytes, &mut split);
            split.used = bytes.len();
        } else {
            split.used = self.settled();
        }
        split.lines = Some(self.lines.settle(&bytes[split.used..self.place]));
        self.rebase(split.used);
        split
    }

    pub(crate) fn names_next_page(&self) -> bool {
        self.names_next_page
    }

    pub(super) fn give_up(&mut self) {
        *self = Self { names_next_page: self.names_next_page, ..Self::new(self.pace) };
    }

    pub(super) fn is_at_border_of(&self, other: &Self) -> bool {
        self.open == other.open
    }

    pub(super) fn is_between(&self) -> bool {
        self.value.is_none() && self.stray.is_none() && self.place == 0
    }
}

impl JsonSplitter {
    /// Everything before this place is dealt with.
    fn settled(&self) -> usize {
        let value = self.value.map(|value| value.start);
        let object = self.open.iter().find_map(|container| match container {
            Container::Object { start, .. } => *start,
            _ => None,
        });
        [value, object, self.stray].into_iter().flatten().min().unwrap_or(self.place)
    }

    /// Counts places from `used` on.
    fn rebase(&mut self, used: usize) {
        self.place -= used;
        if let Some(value) = &mut self.value {
            value.start -= used;
        }
        if let Some(stray) = &mut self.stray {
            *stray -= used;
        }
        for container in &mut self.open {
            if let Container::Object { start: Some(start), .. } = container {
                *start -= used;
            }
        }
    }

    /// Whether a record begins here that is no longer asked for.
    fn is_stopped(&self, bytes: &[u8]) -> bool {
        let is_between = self.value.is_none() && self.stray.is_none();
        self.place >= self.stop
            && is_between
            && match self.open.last() {
                None | Some(Container::Records) => bytes[self.place] == b'{',
                _ => false,
            }
    }

    /// Looks at one byte between values.
    fn step(&mut self, bytes: &[u8], split: &mut Split) -> bool {
        let byte = bytes[self.place];
        let is_mark = bytes[self.place..].starts_with(MARK);
        if is_blank(byte) && self.stray.is_none() {
            self.place += 1;
            return true;
        }
        if is_mark {
            self.place += 3;
            return true;
        }
        match self.open.last().copied() {
            None => self.at_top(byte, split),
            // Lists of lists, as from files that were put together.
            Some(Container::Records) if byte == b'[' => {
                self.end_stray(split);
                self.enter(Container::Records);
            }
            Some(Container::Records) => {
                self.in_list(byte, b'{', split, |splitter| splitter.begin(Purpose::Record));
            }
            Some(Container::Object { next, .. }) => self.in_object(byte, next, split),
            Some(Container::Tables) => self.in_list(byte, b'{', split, |splitter| {
                splitter.enter(Container::Table { next: Next::Key });
            }),
            Some(Container::Table { next }) => self.in_table(byte, next, split),
            Some(Container::Rows) => {
                self.in_list(byte, b'[', split, |splitter| splitter.begin(Purpose::Record));
            }
        }
        true
    }

    fn at_top(&mut self, byte: u8, split: &mut Split) {
        match byte {
            b'{' => {
                self.end_stray(split);
                self.open.push(Container::Object { start: Some(self.place), next: Next::Key });
                self.place += 1;
            }
            b'[' => {
                self.end_stray(split);
                self.enter(Container::Records);
            }
            _ => self.skip_stray(),
        }
    }

    /// A byte where a key should be. Of an object that is a record serde will say that it is not
    /// JSON; of one that contains records nobody else would.
    fn not_a_key(&mut self, split: &mut Split) {
        let is_record = matches!(self.open.last(), Some(Container::Object { start: Some(_), .. }));
        if !is_record {
            self.stray.get_or_insert(self.place);
        }
        self.place += 1;
        if !is_record {
            self.end_stray(split);
        }
    }

    /// In a list whose elements begin with `opening`.
    fn in_list(&mut self, byte: u8, opening: u8, split: &mut Split, begin: impl FnOnce(&mut Self)) {
        if byte == opening {
            self.end_stray(split);
            begin(self);
        } else if byte == b']' {
            self.end_stray(split);
            self.leave();
        } else {
            self.skip_stray();
        }
    }

    fn in_object(&mut self, byte: u8, next: Next, split: &mut Split) {
        match (next, byte) {
            (Next::Key, b'"') => self.begin(Purpose::Key),
            (Next::Key, b'}') => {
                let closed = self.open.pop();
                self.place += 1;
                if let Some(Container::Object { start: Some(start), .. }) = closed {
                    split.spans.push(record(start..self.place));
                }
            }
            (Next::Value(_), b':') => self.place += 1,
            (Next::Key, _) => self.not_a_key(split),
            (Next::Value(Key::Records), b'[') => self.enter_from_object(Container::Records),
            (Next::Value(Key::Tables), b'[') => self.enter_from_object(Container::Tables),
            (Next::Value(key), _) => {
                // A link that is null leads nowhere.
                self.names_next_page |= key == Key::NextLink && byte == b'"';
                self.expect(Next::Key);
                self.begin(Purpose::Nothing);
            }
        }
    }

    fn in_table(&mut self, byte: u8, next: Next, split: &mut Split) {
        match (next, byte) {
            (Next::Key, b'"') => self.begin(Purpose::Key),
            (Next::Key, b'}') => self.leave(),
            (Next::Value(_), b':') => self.place += 1,
            (Next::Value(Key::Rows), b'[') => {
                self.expect(Next::Key);
                self.enter(Container::Rows);
            }
            (Next::Value(Key::Columns), b'[') => {
                self.expect(Next::Key);
                self.begin(Purpose::Columns);
            }
            (Next::Value(_), _) => {
                self.expect(Next::Key);
                self.begin(Purpose::Nothing);
            }
            (Next::Key, _) => self.not_a_key(split),
        }
    }

    fn enter(&mut self, container: Container) {
        self.open.push(container);
        self.place += 1;
    }

    /// Enters the list in an object, which is thereby known not to be a record itself.
    fn enter_from_object(&mut self, container: Container) {
        if let Some(Container::Object { start, next }) = self.open.last_mut() {
            *start = None;
            *next = Next::Key;
        }
        self.enter(container);
    }

    fn leave(&mut self) {
        self.open.pop();
        self.place += 1;
    }

    fn expect(&mut self, expected: Next) {
        if let Some(Container::Object { next, .. } | Container::Table { next }) =
            self.open.last_mut()
        {
            *next = expected;
        }
    }

    fn begin(&mut self, purpose: Purpose) {
        self.value = Some(Value { start: self.place, passage: Passage::default(), purpose });
    }

    fn skip_stray(&mut self) {
        self.stray.get_or_insert(self.place);
        self.place += 1;
    }

    fn end_stray(&mut self, split: &mut Split) {
        if let Some(start) = self.stray.take() {
            split.spans.push(Span { range: start..self.place, fault: Some(FaultKind::Stray) });
        }
    }

    /// Goes on to the end of the value; false if it is not there yet.
    fn pass_over(&mut self, bytes: &[u8], mut value: Value, split: &mut Split) -> bool {
        let end = match self.pace {
            Pace::Plain => value.passage.find_end_plainly(bytes, &mut self.place),
            Pace::Fast => {
                let follower = self.follower(&value);
                let Value { start, passage, .. } = &mut value;
                passage.find_end(bytes, &mut self.place, |end| {
                    let next = follower.find(bytes, end)?;
                    split.spans.push(record(*start..end));
                    *start = next;
                    Some(next)
                })
            }
        };
        self.lines.add(std::mem::take(&mut value.passage.lines));
        let Some(end) = end else {
            self.value = Some(value);
            return false;
        };
        self.place = end;
        self.value = None;
        let text = value.start..end;
        match value.purpose {
            Purpose::Record => split.spans.push(record(text)),
            Purpose::Key => {
                let key = &bytes[text];
                self.expect(Next::Value(Key::of(key)));
            }
            Purpose::Columns => split.columns = Some(Arc::from(&bytes[text])),
            Purpose::Nothing => {}
        }
        true
    }

    /// What may follow a value and be passed over with it.
    fn follower(&self, value: &Value) -> Follower {
        let opening = match (value.purpose, self.open.last()) {
            (Purpose::Record, Some(Container::Records)) => Some(b'{'),
            (Purpose::Record, Some(Container::Rows)) => Some(b'['),
            _ => None,
        };
        Follower { opening, stop: self.stop }
    }

    /// Says what is left open at the end of the input.
    fn finish(&mut self, bytes: &[u8], split: &mut Split) {
        self.place = bytes.len();
        self.end_stray(split);
        let cut_object = self.open.iter().find_map(|container| match container {
            Container::Object { start, .. } => *start,
            _ => None,
        });
        let cut_record = self.value.filter(|value| value.purpose == Purpose::Record);
        let start = cut_object.or(cut_record.map(|value| value.start));
        let fault = match start {
            Some(start) => Some((start..bytes.len(), FaultKind::CutRecord)),
            None if !self.open.is_empty() => Some((bytes.len()..bytes.len(), FaultKind::CutList)),
            None => None,
        };
        split.spans.extend(fault.map(|(range, fault)| Span { range, fault: Some(fault) }));
        self.open.clear();
        self.value = None;
    }
}

impl Key {
    /// The key in its quotes.
    fn of(text: &[u8]) -> Self {
        match text {
            b"\"value\"" | b"\"records\"" => Self::Records,
            b"\"tables\"" => Self::Tables,
            b"\"columns\"" => Self::Columns,
            b"\"rows\"" => Self::Rows,
            b"\"@odata.nextLink\"" => Self::NextLink,
            _ => Self::Other,
        }
    }
}

/// The first two keys of an object, in their quotes.
pub(super) fn first_keys(record: &[u8]) -> Option<[Vec<u8>; 2]> {
    let (first, rest) = first_key(record.strip_prefix(b"{")?)?;
    let (second, _) = first_key(after_value(rest)?)?;
    Some([first.to_owned(), second.to_owned()])
}

/// The key that the text begins with, and what follows its colon.
fn first_key(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let text = text.trim_ascii_start();
    let end =
        text.starts_with(b"\"").then(|| Passage::default().find_end_plainly(text, &mut 0))??;
    let value = text[end..].trim_ascii_start().strip_prefix(b":")?;
    Some((&text[..end], value.trim_ascii_start()))
}

/// What follows the value that the text begins with, and the comma behind it.
fn after_value(text: &[u8]) -> Option<&[u8]> {
    let end = Passage::default().find_end_plainly(text, &mut 0)?;
    text[end..].trim_ascii_start().strip_prefix(b",")
}

/// Where a record may begin: a brace behind a comma, bracket or line, with the same first two keys as another
/// record.
pub(super) fn guess(bytes: &[u8], keys: &[Vec<u8>; 2]) -> Option<usize> {
    memmem::find_iter(bytes, &keys[0]).find_map(|place| {
        let before = bytes[..place].trim_ascii_end().strip_suffix(b"{")?;
        let last = before.trim_ascii_end().last()?;
        let (_, value) = first_key(&bytes[place..])?;
        let (second, _) = first_key(after_value(value)?)?;
        (matches!(last, b',' | b'[' | b'}') && second == keys[1]).then_some(before.len())
    })
}

/// Whether a byte may stand between values.
fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b',')
}

/// Whether the bytes end inside a byte-order mark.
fn is_cut_mark(bytes: &[u8]) -> bool {
    bytes.len() < MARK.len() && MARK.starts_with(bytes)
}

fn record(range: Range<usize>) -> Span {
    Span { range, fault: None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn records(text: &str) -> Vec<&str> {
        let split = JsonSplitter::new(Pace::Fast).split(text.as_bytes(), true, usize::MAX);
        split.spans.iter().map(|span| &text[span.range.clone()]).collect()
    }

    /// The same splitter, shown the text byte by byte.
    fn records_byte_by_byte(text: &str) -> Vec<String> {
        let bytes = text.as_bytes();
        let mut splitter = JsonSplitter::new(Pace::Fast);
        let (mut found, mut start) = (Vec::new(), 0);
        for end in 1..=bytes.len() {
            loop {
                let split = splitter.split(&bytes[start..end], end == bytes.len(), usize::MAX);
                for span in &split.spans {
                    let range = start + span.range.start..start + span.range.end;
                    found.push(text[range].to_owned());
                }
                start += split.used;
                if split.columns.is_none() {
                    break;
                }
            }
        }
        found
    }

    #[test]
    fn every_container() {
        let cases: &[(&str, &[&str])] = &[
            ("", &[]),
            ("[]", &[]),
            (r#"{"a":1}"#, &[r#"{"a":1}"#]),
            (r#"[{"a":1},{"b":[2]}]"#, &[r#"{"a":1}"#, r#"{"b":[2]}"#]),
            (r#"{"a":1} {"b":2},[{"c":3}]"#, &[r#"{"a":1}"#, r#"{"b":2}"#, r#"{"c":3}"#]),
            (r#"{"@odata.context":"x","value":[{"a":"}]\""}],"y":1}"#, &[r#"{"a":"}]\""}"#]),
            (r#"{"records":[{"a":{}},{"b":2}]}"#, &[r#"{"a":{}}"#, r#"{"b":2}"#]),
            (r#"{"value": "text", "a": [1]}"#, &[r#"{"value": "text", "a": [1]}"#]),
            (r#"{"a":"\\"}{"b":2}"#, &[r#"{"a":"\\"}"#, r#"{"b":2}"#]),
            ("[{\"a\":1}\n{\"b\":2}]", &[r#"{"a":1}"#, r#"{"b":2}"#]),
            ("\u{feff}[{\"a\":1}]\u{feff}{\"b\":2}\u{feff}", &[r#"{"a":1}"#, r#"{"b":2}"#]),
        ];
        for (text, expected) in cases {
            assert_eq!(&records(text), expected, "{text}");
            assert_eq!(&records_byte_by_byte(text), expected, "{text}, byte by byte");
        }
    }

    #[test]
    fn faults_name_their_range() {
        let fault = |text: &str| {
            let split = JsonSplitter::new(Pace::Fast).split(text.as_bytes(), true, usize::MAX);
            split.spans.iter().find_map(|span| Some((span.fault?, span.range.clone())))
        };
        assert_eq!(fault(r#"[{"a":1},{"b"#), Some((FaultKind::CutRecord, 9..12)));
        assert_eq!(fault(r#"[{"a":1},"#), Some((FaultKind::CutList, 9..9)));
        assert_eq!(fault(r#"[{"a":1}] oops {"b":2}"#), Some((FaultKind::Stray, 10..15)));
        assert_eq!(fault(r#"{"value":[{"a":1}]"#), Some((FaultKind::CutList, 18..18)));
        assert_eq!(fault(r#"[{"a":1}]"#), None);
    }

    #[test]
    fn tables_keep_their_columns() {
        let text =
            r#"{"tables":[{"name":"T","columns":[{"name":"A"}],"rows":[[1,"]"],[2,null]]}]}"#;
        let mut splitter = JsonSplitter::new(Pace::Fast);
        let first = splitter.split(text.as_bytes(), true, usize::MAX);
        assert_eq!(first.columns.as_deref(), Some(br#"[{"name":"A"}]"#.as_slice()));
        let rest = &text[first.used..];
        let split = splitter.split(rest.as_bytes(), true, usize::MAX);
        let rows: Vec<_> = split.spans.iter().map(|span| &rest[span.range.clone()]).collect();
        assert_eq!(rows, [r#"[1,"]"]"#, "[2,null]"]);
    }

    /// What is found in a text that is shown in pieces: records and faults, and at each piece how much
    /// is dealt with and how many lines that is.
    fn account(text: &[u8], pace: Pace, piece: usize, stop: usize) -> Vec<String> {
        let mut splitter = JsonSplitter::new(pace);
        let (mut account, mut start, mut end) = (Vec::new(), 0, 0);
        loop {
            let split =
                splitter.split(&text[start..end], end == text.len(), stop.saturating_sub(start));
            account.push(format!("{split:?}"));
            start += split.used;
            if split.stopped || (end == text.len() && split.columns.is_none()) {
                return account;
            }
            if split.columns.is_none() {
                end = text.len().min(end + piece);
            }
        }
    }

    /// Lists of records, some long, some damaged.
    fn any_text() -> impl Strategy<Value = String> {
        let part = prop::sample::select(vec![
            "[",
            "]",
            "{",
            "}",
            "\"",
            "\\",
            ",",
            " ",
            "\n",
            "x",
            "\u{feff}",
            "[]",
            "{}",
            "{\"value\":[",
            "{\"tables\":[{\"rows\":[",
            "\"columns\":[{\"a\":\"]\"}],",
            "[1,\"]\",{\"a\":[2]}],",
            "{\"a\":{\"b\":[1,{\"c\":\"}\"}]}},\n  ",
            "{\"a\":\"\\\"\"},",
            "{\"a\":\"\\\\\"}\r\n",
            "{\"a\":\\},",
            "                                                                      ",
        ]);
        let beginning =
            prop::sample::select(vec!["", "[", "[[", "{\"value\":[", "{\"tables\":[{\"rows\":["]);
        let times = prop_oneof![8 => 1..3_usize, 1 => 1..300_usize];
        let parts = prop::collection::vec((part, times), 0..30);
        (beginning, parts).prop_map(|(beginning, parts)| {
            let repeated = parts.into_iter().map(|(part, times)| part.repeat(times));
            beginning.to_owned() + &repeated.collect::<String>()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn both_paces_find_the_same(
            text in any_text(),
            piece in prop_oneof![1..300_usize, 300..30_000_usize],
            stop in prop_oneof![Just(usize::MAX), 0..5000_usize],
        ) {
            let text = text.as_bytes();
            prop_assert_eq!(
                account(text, Pace::Fast, piece, stop),
                account(text, Pace::Plain, piece, stop)
            );
        }
    }
}
