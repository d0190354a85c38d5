//! Blocks into events: what may be skipped is skipped, the rest decoded, classified and filtered.
//!
//! Pure: a block is decoded without a look at any other, so blocks may be decoded on any thread.
//! Places are counted within the block; whoever puts blocks in order adds what came before.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use memchr::memmem;

use super::dedup::{Fingerprint, Fingerprints, Traits};
use super::deferred::Deferred;
use super::detect::Layout;
use super::envelope::{Decoded, Fields, QueryColumns, RecordForm};
use super::findings::{Findings, Streak};
use super::named::{Interest, Named, is_sampled};
use super::product::Product;
use super::raw::time_and_service;
use super::steps::Step;
use super::tally::Tally;
use crate::catalogue::classify;
use crate::error::{Error, ErrorKind, Result};
use crate::filter::Filter;
use crate::model::{DateOrder, Event};
use crate::origin::Origin;
use crate::scan::{Block, FaultKind, JsonSplitter, Pace, Prefilter, Sieve, Span, Split};

/// Decodes the blocks of one input.
#[derive(Debug)]
pub(super) struct Decoder {
    pub(super) source: Arc<str>,
    pub(super) layout: Layout,
    pub(super) date_order: Option<DateOrder>,
    /// What tells the records that need not be decoded; without it, all are.
    pub(super) prefilter: Option<Arc<Prefilter>>,
    /// What tells the records that may be about the users asked for; without it, all may.
    pub(super) named: Option<Arc<Named>>,
    /// What takes in whoever is passed over.
    pub(super) sieve: Option<Arc<Sieve>>,
    /// Whether some of what is passed over is decoded to tell what the log covers.
    pub(super) sample: bool,
    pub(super) filter: Arc<Filter>,
    /// Whether every record is decoded in full.
    pub(super) verify: bool,
    pub(super) pace: Pace,
    /// Whether an audit record was decoded, so that it is known what the input is. Parts that may begin in the
    /// midst of a record do not count before it is sure that they do not.
    pub(super) holds_audit_records: AtomicBool,
    /// Whether most records of the last block were of interest.
    pub(super) is_dense: AtomicBool,
    /// What tells events apart, if duplicates are to be dropped.
    pub(super) fingerprints: Option<Arc<Fingerprints>>,
    /// How long a record may be.
    pub(super) longest_record: usize,
}

/// What a block held, or several that stand one behind the other.
#[derive(Debug)]
pub(super) struct DecodedBlock<P> {
    /// The events and rejections, in order.
    pub(super) items: Vec<Result<Item<P>>>,
    /// The records read and those filtered out or rejected; what is yielded is not known yet.
    pub(super) tally: Tally,
    pub(super) findings: Findings,
    /// What was met in records that were skipped, up to the first audit record: what there is to say of
    /// an input in which nothing else was decoded.
    pub(super) probe: Findings,
    /// What the last record tells that was passed over by name, if any was: where the log ends.
    pub(super) tail: Option<Findings>,
    /// How many line breaks the block holds.
    pub(super) lines: u64,
    /// Whether a page among the records names a next one.
    pub(super) names_next_page: bool,
}

/// An event, as what is made of it. The place in its origin counts from the beginning of the block,
/// but for the byte; so does that of a rejection.
#[derive(Debug)]
pub(super) struct Item<P> {
    pub(super) product: P,
    pub(super) fingerprint: Fingerprint,
}

impl<P> Default for DecodedBlock<P> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            tally: Tally::default(),
            findings: Findings::default(),
            probe: Findings::default(),
            tail: None,
            lines: 0,
            names_next_page: false,
        }
    }
}

impl Decoder {
    /// Decodes a block behind those that were decoded before. The memory is that of the thread.
    pub(super) fn decode<P: Product>(
        &self,
        block: &Block,
        memory: &mut P::Memory,
        before: DecodedBlock<P>,
    ) -> DecodedBlock<P> {
        let bytes = block.buffer.bytes();
        let (records, lines) = (before.tally.read, before.lines);
        P::begin(memory, self);
        let mut run = Run {
            decoder: self,
            memory,
            out: before,
            lines: Lines { place: 0, breaks: lines },
            base: block.byte,
            nesting: 0,
            candidates: 0,
            is_dense: self.is_dense.load(Ordering::Relaxed),
            is_known: self.holds_audit_records.load(Ordering::Relaxed),
            streak: Streak::default(),
            tails: 0,
        };
        let columns = block.columns.as_deref().map(QueryColumns::parse);
        match &block.spans {
            None => run.out.lines += run.lines(bytes),
            Some(spans) => {
                run.spans(bytes, spans, columns.as_ref());
                run.out.lines = match block.lines {
                    Some(counted) => lines + counted,
                    None => run.lines.before(bytes, bytes.len()),
                };
            }
        }
        // Blocks resemble one another.
        let read = run.out.tally.read - records;
        self.is_dense.store(run.candidates > read / 2, Ordering::Relaxed);
        run.out
    }

    /// Takes in what a step says of the input.
    pub(super) fn learn<P>(&self, step: &Step<P>) {
        if matches!(step, Step::Block(block) if block.findings.audit_records > 0) {
            self.holds_audit_records.store(true, Ordering::Relaxed);
        }
    }

    /// Whether events may be recognised by others of their kind. Who a user is, is not part of a kind.
    pub(super) fn may_recognise(&self) -> bool {
        !self.verify && self.pace == Pace::Fast && self.filter.users.is_empty()
    }

    /// Decodes one record in full.
    pub(super) fn decode_record<'bytes>(
        &self,
        record: &'bytes [u8],
        columns: Option<&Result<QueryColumns>>,
    ) -> Result<Decoded<'bytes>> {
        match (&self.layout, columns) {
            (Layout::Portal(layout), _) => layout.decode(record),
            (Layout::Rows(layout), _) => layout.decode(record),
            (_, Some(columns)) => columns.as_ref().map_err(Error::clone)?.decode(record),
            (Layout::Tables, None) => RecordForm::LogAnalytics.decode(record),
            (Layout::Lines(form) | Layout::Messages(form) | Layout::Json(form), None) => {
                form.decode(record)
            }
        }
    }
}

/// The decoding of one block.
struct Run<'a, P: Product> {
    decoder: &'a Decoder,
    memory: &'a mut P::Memory,
    out: DecodedBlock<P>,
    lines: Lines,
    /// Where the bytes at hand stand in the input.
    base: u64,
    /// How many containers inside records were entered.
    nesting: u32,
    /// How many records were of interest, or may have been.
    candidates: u64,
    /// Whether most of them are expected to be.
    is_dense: bool,
    /// Whether it is known what the input is.
    is_known: bool,
    /// Events recognised of late.
    streak: Streak,
    /// How often a record was taken for the last one that was passed over.
    tails: u64,
}

/// Records that are passed over, in the bytes at hand.
#[derive(Default)]
struct PassedOver {
    /// Those that may tell what log it is.
    unknown: Vec<Range<usize>>,
    /// The last one, and how many had been taken for the last one before it.
    last: Option<(Range<usize>, u64)>,
}

/// Counts line breaks as far as it is asked.
#[derive(Default)]
struct Lines {
    place: usize,
    breaks: u64,
}

impl Lines {
    fn before(&mut self, bytes: &[u8], place: usize) -> u64 {
        self.breaks += memchr::memchr_iter(b'\n', &bytes[self.place..place]).count() as u64;
        self.place = place;
        self.breaks
    }
}

/// The next place that makes a record a candidate.
struct Candidates<'a> {
    prefilter: Option<&'a Prefilter>,
    bytes: &'a [u8],
    /// Whether `next` was looked for.
    is_known: bool,
    next: Option<usize>,
}

impl<'a> Candidates<'a> {
    fn new(prefilter: Option<&'a Prefilter>, bytes: &'a [u8]) -> Self {
        Self { prefilter, bytes, is_known: false, next: None }
    }

    /// Whether the record may be of interest. Records are asked about in order.
    fn holds(&mut self, record: &Range<usize>) -> bool {
        let Some(prefilter) = self.prefilter else {
            return true;
        };
        if !self.is_known || self.next.is_some_and(|next| next < record.start) {
            self.is_known = true;
            self.next = prefilter.find(self.bytes, record.start);
        }
        self.next.is_some_and(|next| next < record.end)
    }
}

/// How deep records may contain records: a message in a line, a page in an array.
const DEEPEST: u32 = 3;

impl<P: Product> Run<'_, P> {
    /// Each line that is not blank is a record. Returns the number of line breaks.
    fn lines(&mut self, bytes: &[u8]) -> u64 {
        let are_messages = matches!(self.decoder.layout, Layout::Messages(_));
        let mut candidates = Candidates::new(self.decoder.prefilter.as_deref(), bytes);
        let mut passed_over = PassedOver::default();
        let mut start = 0;
        let mut breaks = 0;
        let ends = memchr::memchr_iter(b'\n', bytes).chain([bytes.len()]);
        for (number, end) in (0..).zip(ends) {
            breaks = number;
            let number = self.lines.breaks + number;
            let line = trim(bytes, start..end);
            start = end + 1;
            if line.is_empty() {
                continue;
            }
            self.out.tally.read += 1;
            if line.len() > self.decoder.longest_record {
                self.reject(self.too_long(&line), number, line.start);
            } else if !is_framed(&bytes[line.clone()]) {
                self.reject(bad_line(), number, line.start);
            } else if are_messages || self.is_container(&bytes[line.clone()]) {
                self.container(&bytes[line.clone()], number, line.start);
            } else {
                self.well_framed(line, Some(number), &mut candidates, None, &mut passed_over);
            }
        }
        self.tail(bytes, passed_over.last, None);
        self.probe(bytes, passed_over.unknown, None);
        breaks
    }

    /// The splitter said where the records are.
    fn spans(&mut self, bytes: &[u8], spans: &[Span], columns: Option<&Result<QueryColumns>>) {
        let mut candidates = Candidates::new(self.decoder.prefilter.as_deref(), bytes);
        let mut passed_over = PassedOver::default();
        for span in spans {
            let range = span.range.clone();
            self.out.tally.read += 1;
            if let Some(fault) = span.fault {
                let line = self.lines.before(bytes, range.start);
                let place = self.base + range.start as u64;
                let length = range.len() as u64;
                self.reject(describe(fault, place..place + length), line, range.start);
            } else if range.len() > self.decoder.longest_record {
                let line = self.lines.before(bytes, range.start);
                self.reject(self.too_long(&range), line, range.start);
            } else if columns.is_none() && self.is_container(&bytes[range.clone()]) {
                let line = self.lines.before(bytes, range.start);
                self.container(&bytes[range.clone()], line, range.start);
            } else {
                self.well_framed(range, None, &mut candidates, columns, &mut passed_over);
            }
        }
        self.tail(bytes, passed_over.last, columns);
        self.probe(bytes, passed_over.unknown, columns);
    }

    /// A record that is recognised, decoded or skipped. Its line is counted where it is not known.
    fn well_framed(
        &mut self,
        range: Range<usize>,
        line: Option<u64>,
        candidates: &mut Candidates<'_>,
        columns: Option<&Result<QueryColumns>>,
        passed_over: &mut PassedOver,
    ) {
        let bytes = candidates.bytes;
        let record = &bytes[range.clone()];
        // Where most records are of interest, looking whether they are takes longer than it saves.
        let at_once = self.is_dense && self.recognise(record, columns);
        if at_once {
            self.candidates += 1;
        } else if let Some(interest) = self.interest(candidates, &range) {
            self.candidates += 1;
            if self.is_dense || !self.recognise(record, columns) {
                let line = line.unwrap_or_else(|| self.lines.before(bytes, range.start));
                let is_deferred = interest == Interest::Everybody
                    && self.defer(record, line, range.start, columns);
                if !is_deferred {
                    self.record(record, line, range.start, columns);
                }
            }
        } else {
            self.skip();
            if self.is_sampled(&range) {
                let sample = self.sample(record, columns);
                self.out.findings.merge(sample);
            } else if !self.is_known {
                passed_over.unknown.push(range.clone());
            }
            passed_over.last = Some((range, self.tails));
        }
    }

    /// Whom a record may concern; `None` where it need not be decoded. Whoever is named in one of interest
    /// that is passed over may turn out to be a user who is asked for.
    fn interest(&self, candidates: &mut Candidates<'_>, range: &Range<usize>) -> Option<Interest> {
        if !candidates.holds(range) {
            return None;
        }
        let record = &candidates.bytes[range.clone()];
        let named = self.decoder.named.as_ref();
        let interest = named.map_or(Interest::Users, |named| named.interest(record));
        if interest != Interest::None {
            return Some(interest);
        }
        if let Some(sieve) = &self.decoder.sieve {
            sieve.note_record(record);
        }
        None
    }

    /// Puts a record off that concerns everybody, if it is one that may not be needed.
    fn defer(
        &mut self,
        record: &[u8],
        line: u64,
        start: usize,
        columns: Option<&Result<QueryColumns>>,
    ) -> bool {
        // Where duplicates are wanted, all of them are.
        let may_defer = P::DEFERS && columns.is_none() && self.decoder.fingerprints.is_some();
        if !may_defer {
            return false;
        }
        let deferred = Deferred::of(self.decoder, record, self.place(line, start));
        let Some(deferred) = deferred else { return false };
        self.out.findings.add_deferred(deferred.time);
        let product = P::of_deferred(deferred);
        // Whoever puts records off tells them apart.
        let fingerprint = Fingerprint::default();
        self.out.items.extend(product.map(|product| Ok(Item { product, fingerprint })));
        true
    }

    /// Whether a record that is passed over tells what the log covers. Where nobody is asked for, enough
    /// others do.
    fn is_sampled(&self, range: &Range<usize>) -> bool {
        let place = self.base + range.start as u64..self.base + range.end as u64;
        self.decoder.sample && is_sampled(&place)
    }

    /// What a record that is passed over tells of the log.
    fn sample(&self, record: &[u8], columns: Option<&Result<QueryColumns>>) -> Findings {
        let mut findings = Findings::default();
        let is_audit = matches!(self.decoder.layout, Layout::Lines(_) | Layout::Json(_));
        let from_bytes = || time_and_service(record).filter(|_| is_audit && columns.is_none());
        if let Some((time, service)) = from_bytes() {
            findings.add_audit_record(time, service);
            return findings;
        }
        match self.decoder.decode_record(record, columns) {
            Ok(Decoded::Audit(fields)) => {
                let origin = Origin::new(Arc::clone(&self.decoder.source));
                if let Ok(event) = fields.into_event(origin, self.decoder.date_order) {
                    findings.add_record(&event);
                }
            }
            Ok(Decoded::OtherLog(log)) => findings.add_other_log(&log),
            Ok(Decoded::Container) | Err(_) => {}
        }
        findings
    }

    /// Keeps what the last record tells that was passed over, unless one behind it was, inside another
    /// record. It counts only if no other block has one behind it.
    fn tail(
        &mut self,
        bytes: &[u8],
        last: Option<(Range<usize>, u64)>,
        columns: Option<&Result<QueryColumns>>,
    ) {
        let is_last = |(_, tails): &(_, u64)| *tails == self.tails;
        let Some((range, _)) = last.filter(is_last) else { return };
        if !self.decoder.sample {
            return;
        }
        self.tails += 1;
        let is_counted = self.is_sampled(&range);
        let tail =
            if is_counted { Findings::default() } else { self.sample(&bytes[range], columns) };
        self.out.tail = Some(tail);
    }

    /// Takes an event of a kind that was met before, if it is one.
    fn recognise(&mut self, record: &[u8], columns: Option<&Result<QueryColumns>>) -> bool {
        if columns.is_some() {
            return false;
        }
        let Some(recognised) = P::recognise(self.memory, self.decoder, record) else {
            return false;
        };
        self.streak.add(recognised.time, &recognised.mentions, &mut self.out.findings);
        match recognised.item {
            Some(item) => self.out.items.push(Ok(item)),
            None => self.filter_out(),
        }
        true
    }

    fn skip(&mut self) {
        self.out.tally.filtered_out += 1;
        self.out.tally.not_relevant += 1;
    }

    /// Decodes records that were skipped, up to the first audit record, to learn what log they are of,
    /// unless that is known of the input: by now it may be, from a record that was recognised.
    fn probe(
        &mut self,
        bytes: &[u8],
        skipped: Vec<Range<usize>>,
        columns: Option<&Result<QueryColumns>>,
    ) {
        // So that it is known by now.
        self.streak.end(&mut self.out.findings);
        for range in skipped {
            if self.out.findings.audit_records > 0 || self.out.probe.audit_records > 0 {
                return;
            }
            match self.decoder.decode_record(&bytes[range], columns) {
                Ok(Decoded::Audit(fields)) => {
                    let origin = Origin::new(Arc::clone(&self.decoder.source));
                    if let Ok(event) = fields.into_event(origin, self.decoder.date_order) {
                        self.out.probe.add_record(&event);
                    }
                }
                Ok(Decoded::OtherLog(log)) => self.out.probe.add_other_log(&log),
                Ok(Decoded::Container) | Err(_) => {}
            }
        }
    }

    /// A record that has to be decoded.
    fn record(
        &mut self,
        record: &[u8],
        line: u64,
        start: usize,
        columns: Option<&Result<QueryColumns>>,
    ) {
        match self.decoder.decode_record(record, columns) {
            Ok(Decoded::Audit(fields)) => self.audit(record, *fields, line, start),
            Ok(Decoded::OtherLog(log)) => {
                self.out.tally.filtered_out += 1;
                self.out.tally.other_log += 1;
                self.out.findings.add_other_log(&log);
            }
            Ok(Decoded::Container) if self.nesting < DEEPEST => self.container(record, line, start),
            Ok(Decoded::Container) => {
                let error =
                    Error::new(ErrorKind::Json, "lists of records inside records, too deep");
                self.reject(error, line, start);
            }
            Err(_) if self.are_several(record) => self.container(record, line, start),
            Err(error) => self.reject(error, line, start),
        }
    }

    /// Whether a line is two or more whole objects, one behind the other.
    fn are_several(&self, line: &[u8]) -> bool {
        let is_line = matches!(self.decoder.layout, Layout::Lines(_)) && self.nesting == 0;
        is_line && {
            let spans = JsonSplitter::new(self.decoder.pace).split(line, true, usize::MAX).spans;
            spans.len() > 1 && spans.iter().all(|span| span.fault.is_none())
        }
    }

    fn audit(&mut self, record: &[u8], fields: Fields<'_>, line: u64, start: usize) {
        let is_odd = !fields.oddities.is_empty();
        for oddity in &fields.oddities {
            self.out.findings.add_oddity(oddity);
        }
        let origin = self.place(line, start);
        let event = match fields.into_event(origin.clone(), self.decoder.date_order) {
            Ok(event) => event,
            Err(error) => return self.reject(error, line, start),
        };
        self.out.findings.add_record(&event);
        let Some(classification) = classify(&event) else {
            return self.skip();
        };
        self.out.findings.add_event(&event, &classification);
        if !is_odd {
            P::learn(self.memory, self.decoder, record, &event, &classification);
        }
        if !self.decoder.filter.accepts(&event, &classification) {
            self.note(&event);
            return self.filter_out();
        }
        let fingerprints = self.decoder.fingerprints.as_ref();
        let fingerprint = fingerprints.map(|fingerprints| fingerprints.take(&Traits::of(&event)));
        self.out.items.push(Ok(Item {
            product: P::of_event(event, classification),
            fingerprint: fingerprint.unwrap_or_default(),
        }));
    }

    /// Takes in the user of an event that is not wanted, who may turn out to be one who is asked for.
    fn note(&self, event: &Event) {
        let user = self.decoder.sieve.as_ref().zip(event.user());
        if let Some((sieve, user)) = user {
            for name in [user.id, user.user_principal_name].into_iter().flatten() {
                sieve.note(name.as_bytes());
            }
        }
    }

    fn filter_out(&mut self) {
        self.out.tally.filtered_out += 1;
        self.out.tally.by_filter += 1;
    }

    /// A record that turned out to contain records: they are counted in its place.
    fn container(&mut self, bytes: &[u8], line: u64, start: usize) {
        self.out.tally.read -= 1;
        let outer = Lines { place: 0, breaks: line };
        let outer_lines = std::mem::replace(&mut self.lines, outer);
        let outer_base = self.base;
        self.base += start as u64;
        self.nesting += 1;
        let mut splitter = JsonSplitter::new(self.decoder.pace);
        let (mut place, mut columns) = (0, None);
        loop {
            let Split { spans, used, columns: next, .. } =
                splitter.split(&bytes[place..], true, usize::MAX);
            let part = &bytes[place..place + used];
            self.spans(part, &spans, columns.as_ref());
            self.lines.before(part, used);
            self.lines.place = 0;
            place += used;
            self.base += used as u64;
            let Some(next) = next else { break };
            columns = Some(QueryColumns::parse(&next));
        }
        self.out.names_next_page |= splitter.names_next_page();
        self.nesting -= 1;
        self.base = outer_base;
        self.lines = outer_lines;
    }

    /// Whether a record begins as a list of records does, and has to be looked into.
    fn is_container(&self, record: &[u8]) -> bool {
        let is_json = matches!(self.decoder.layout, Layout::Lines(_) | Layout::Json(_));
        is_json && self.nesting < DEEPEST && begins_list(record)
    }

    fn too_long(&self, range: &Range<usize>) -> Error {
        too_long(self.base + range.start as u64..self.base + range.end as u64)
    }

    fn reject(&mut self, error: Error, line: u64, start: usize) {
        self.out.tally.rejected += 1;
        let origin = self.place(line, start);
        self.out.items.push(Err(error.at(origin)));
    }

    fn place(&self, line: u64, start: usize) -> Origin {
        let source = Arc::clone(&self.decoder.source);
        Origin::new(source).at(self.out.tally.read, line, self.base + start as u64)
    }
}

/// A line without a byte-order mark before it, the blanks around it and a comma behind it.
fn trim(bytes: &[u8], line: Range<usize>) -> Range<usize> {
    let text = &bytes[line.clone()];
    if is_framed(text) {
        return line;
    }
    // Files that were put together have a mark at the beginning of each part.
    let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
    let before = text.len() - text.trim_ascii_start().len() + (line.len() - text.len());
    let text = text.trim_ascii();
    let text = text.strip_suffix(b",").unwrap_or(text).trim_ascii_end();
    let start = line.start + before;
    start..start + text.len()
}

fn is_framed(line: &[u8]) -> bool {
    matches!((line.first(), line.last()), (Some(b'{'), Some(b'}')) | (Some(b'['), Some(b']')))
}

/// Whether a line is a list of records, or an object that begins with one: what is in it has to be
/// counted, whether or not it is of interest.
fn begins_list(line: &[u8]) -> bool {
    let Some(text) = line.strip_prefix(b"{") else {
        return true;
    };
    let text = text.trim_ascii_start();
    // Most records begin with another key.
    let [b'"', b'r' | b'v' | b't' | b'@', ..] = text else {
        return false;
    };
    let value = |key: &[u8]| text.strip_prefix(key)?.trim_ascii_start().strip_prefix(b":");
    let is_list = |value: &[u8]| value.trim_ascii_start().starts_with(b"[");
    let keys: [&[u8]; 3] = [b"\"records\"", b"\"value\"", b"\"tables\""];
    keys.into_iter().filter_map(value).any(is_list)
        // The links of a page come before its list.
        || (text.starts_with(b"\"@odata.") && memmem::find(text, b"\"value\"").is_some())
}

fn bad_line() -> Error {
    Error::new(ErrorKind::Framing, "a line that is no whole JSON object")
        .expected("one object, from `{` to `}`")
        .help("the line may have been cut or wrapped; reading goes on with the next")
}

fn describe(fault: FaultKind, bytes: Range<u64>) -> Error {
    let range = format!("bytes {} to {}", bytes.start, bytes.end);
    let (kind, found) = match fault {
        FaultKind::Stray => (ErrorKind::Framing, format!("text between records ({range})")),
        FaultKind::CutRecord => {
            (ErrorKind::Framing, format!("the end of the input inside a record ({range})"))
        }
        FaultKind::CutList => {
            (ErrorKind::Framing, "the end of the input inside a list of records".to_owned())
        }
    };
    let error = Error::new(kind, found);
    match fault {
        FaultKind::Stray => error
            .expected("a record, or the end of the list")
            .help("the file may have been edited or put together by hand; what follows is read"),
        FaultKind::CutRecord | FaultKind::CutList => error
            .expected("its end")
            .help("the file may have been cut when it was copied or downloaded, or, in CSV, a quote may be missing; export it again"),
    }
}

/// What is said of bytes that were passed over because a record in them is too long.
pub(super) fn too_long(bytes: Range<u64>) -> Error {
    let range = format!("bytes {} to {}", bytes.start, bytes.end);
    Error::new(ErrorKind::RecordTooLong, format!("a record longer than allowed ({range})"))
        .help("raise the limit (`--longest-record`) if records of that length are real")
}
