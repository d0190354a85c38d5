//! Who does what: inputs, parts and blocks dealt out to threads, and their results put in order.
//!
//! Every thread does the same: it asks the board for work, does it, and pins the result where it
//! belongs. Work is dealt from the front: a block that waits to be decoded, a part of a large file, the
//! next piece of a stream, which one thread at a time reads, or the next input, which is opened and, if
//! it is small, read on the spot. So one large file, many small ones and compressed ones keep all
//! threads busy alike, and the caller, who takes the results in order, is never more than a few of them
//! behind: memory does not depend on the size of the input.
//!
//! To wake a thread costs as much as to decode a block, so nobody is woken for little. That nobody sleeps
//! for ever beside work, or beside a result, follows from these rules:
//!
//! - A thread sleeps only where it finds nothing to claim. So what is not announced is claimed by the
//!   thread that left it, at the latest when that asks for its next task; it may be kept waiting
//!   while a thread reads a file, but not while one reads from a pipe, which may be long in coming.
//! - What may not be claimed for want of room may be once the caller has taken results. The caller wakes a
//!   thread for each result that it takes from a board that is half empty, and before it sleeps itself.
//! - The caller sleeps only where the next result is not ready. Whoever pins a result wakes it once there
//!   are many, or if nothing is left to claim; and a thread wakes it before it sleeps, or turns to a pipe,
//!   if there are any.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::decode::Decoder;
use super::open::{OpenFile, Unopened};
use super::parts::{Border, Part, Parts};
use super::product::{Product, Worker};
use super::reader::Options;
use super::steps::{Closing, Step, decode_behind, decode_block, step_of};
use crate::scan::{Block, Piece};

/// How many results may wait for the caller, for each thread.
const WAITING: usize = 8;

/// How many blocks of a stream make it worth to wake a thread: that takes as long as to decode one.
const WORTH_WAKING: usize = 4;

/// The steps of a reading on several threads.
pub(super) struct Threaded<P: Product> {
    board: Arc<Board<P>>,
    /// The steps of the result at hand.
    ready: VecDeque<Step<P>>,
    /// The file that is being put together from parts.
    assembly: Option<Assembly>,
    worker: Worker<P>,
}

/// A file that is being put together.
struct Assembly {
    parts: Arc<Parts>,
    /// Up to where it is; `None` behind a failure.
    border: Option<Border>,
    next: u64,
    names_next_page: bool,
    bytes: u64,
}

/// What the threads and the caller share.
struct Board<P: Product> {
    options: Arc<Options>,
    shared: Arc<P::Shared>,
    threads: usize,
    state: Mutex<State<P>>,
    /// There may be something to do.
    work: Condvar,
    /// There may be a result.
    done: Condvar,
}

struct State<P> {
    unopened: VecDeque<Unopened<'static>>,
    /// The inputs that are being read, in order.
    inputs: VecDeque<Input<P>>,
    /// How many inputs were read to their end.
    finished: usize,
    /// Results that wait for the caller or are being worked on.
    claimed: usize,
    /// Threads that have nothing to do.
    idle: usize,
    /// The caller has nothing to do.
    caller_waits: bool,
    /// The caller is gone, or a thread has panicked.
    is_over: bool,
    panic: Option<Box<dyn std::any::Any + Send>>,
}

/// An input that is being read.
struct Input<P> {
    /// The results, in order, from the first that was not taken yet.
    results: VecDeque<Slot<P>>,
    taken: usize,
    supply: Supply,
}

/// What is left to do of an input.
enum Supply {
    /// A thread is at it: opening it, or reading the next piece of a stream.
    Busy,
    Parts {
        parts: Arc<Parts>,
        next: u64,
    },
    Stream(Stream),
    Nothing,
}

/// An input that is read from front to back.
type Stream = Box<OpenFile<'static>>;

/// Where a result is to be.
enum Slot<P> {
    /// A thread is at it.
    Reserved,
    /// A block of a stream that no thread has begun to decode.
    Block(Box<Block>, Arc<Decoder>),
    Ready(Outcome<P>),
}

/// A result.
enum Outcome<P> {
    Steps(Vec<Step<P>>),
    /// The file is read in parts.
    Parts(Arc<Parts>),
    Part(Box<Part<P>>),
}

/// Where a result belongs: the number of the input, and of the result in it.
type Place = (usize, usize);

/// What a thread is to do.
enum Task {
    Open(usize, Unopened<'static>),
    Part(Place, Arc<Parts>, u64),
    Stream(usize, Stream),
    Block(Place, Box<Block>, Arc<Decoder>),
}

impl Task {
    /// Whether it may take long before there is anything to read.
    fn may_stall(&self) -> bool {
        match self {
            Self::Open(_, unopened) => unopened.may_stall(),
            Self::Stream(_, stream) => stream.may_stall,
            Self::Part(..) | Self::Block(..) => false,
        }
    }
}

impl<P: Product> Threaded<P> {
    pub(super) fn start(
        options: Arc<Options>,
        unopened: VecDeque<Unopened<'static>>,
        threads: usize,
    ) -> Self {
        let shared: Arc<P::Shared> = Arc::default();
        let state = State {
            unopened,
            inputs: VecDeque::new(),
            finished: 0,
            claimed: 0,
            idle: 0,
            caller_waits: false,
            is_over: false,
            panic: None,
        };
        let board = Arc::new(Board {
            options,
            shared: Arc::clone(&shared),
            threads,
            state: Mutex::new(state),
            work: Condvar::new(),
            done: Condvar::new(),
        });
        for _ in 0..threads {
            let board = Arc::clone(&board);
            thread::spawn(move || board.work_off());
        }
        let worker = Worker::new(&shared);
        Self { board, ready: VecDeque::new(), assembly: None, worker }
    }

    pub(super) fn shared(&self) -> &Arc<P::Shared> {
        &self.board.shared
    }

    pub(super) fn next(&mut self) -> Option<Step<P>> {
        loop {
            if let Some(step) = self.ready.pop_front() {
                return Some(step);
            }
            match self.board.take()? {
                Outcome::Steps(steps) => self.ready.extend(steps),
                Outcome::Parts(parts) => self.assembly = Some(Assembly::new(parts)),
                Outcome::Part(part) => self.assemble(*part),
            }
        }
    }

    /// Puts the next part to those before it, once it is sure that it begins where they end.
    fn assemble(&mut self, part: Part<P>) {
        let Some(assembly) = &mut self.assembly else {
            return;
        };
        let number = assembly.next;
        assembly.next += 1;
        if let Some(border) = assembly.border.take() {
            if border.byte >= assembly.parts.end_of(number) {
                // The record before it goes on through all of it.
                assembly.border = Some(border);
            } else {
                let part = if part.begins_at(&border) {
                    part
                } else {
                    let (parts, options) = (&assembly.parts, &self.board.options);
                    parts.read_from(border, number, options, &mut self.worker)
                };
                assembly.add(part, &mut self.ready);
            }
        }
        if assembly.next == assembly.parts.count() {
            self.ready.push_back(Step::Close(Closing {
                bytes: assembly.bytes,
                names_next_page: assembly.names_next_page,
                sha256: None,
            }));
            self.assembly = None;
        }
    }
}

impl<P: Product> Drop for Threaded<P> {
    fn drop(&mut self) {
        self.board.lock().is_over = true;
        self.board.work.notify_all();
    }
}

impl Assembly {
    fn new(parts: Arc<Parts>) -> Self {
        let border = Some(parts.beginning());
        Self { parts, border, next: 0, names_next_page: false, bytes: 0 }
    }

    fn add<P>(&mut self, part: Part<P>, ready: &mut VecDeque<Step<P>>) {
        self.names_next_page |= part.names_next_page;
        self.parts.learn(&part);
        ready.extend(part.steps);
        self.bytes = part.read_to;
        self.border = part.end;
    }
}

impl<P: Product> Board<P> {
    fn lock(&self) -> MutexGuard<'_, State<P>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many results may wait for the caller or be worked on.
    fn limit(&self) -> usize {
        self.threads * WAITING
    }

    /// How many bytes that wait to be decoded make it worth to wake a thread.
    fn worth_waking(&self) -> usize {
        WORTH_WAKING * self.options.grain.block
    }

    /// The next result in order; waits for it. A panic of a thread goes on here, as it would if there
    /// were one thread only.
    fn take(&self) -> Option<Outcome<P>> {
        let mut state = self.lock();
        loop {
            if let Some(panic) = state.panic.take() {
                drop(state);
                resume_unwind(panic);
            }
            if let Some(outcome) = state.take_result() {
                let is_half_empty = state.claimed <= self.limit() / 2;
                if is_half_empty && state.may_read(self.limit()) {
                    self.wake_thread(state);
                }
                return Some(outcome);
            }
            if state.inputs.is_empty() && state.unopened.is_empty() {
                return None;
            }
            if state.idle > 0 && state.may_read(self.limit()) {
                self.work.notify_one();
            }
            state.caller_waits = true;
            state = self.done.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.caller_waits = false;
        }
    }

    /// What each thread does until there is nothing more to do.
    fn work_off(&self) {
        let mut worker = Worker::new(&self.shared);
        let worked = catch_unwind(AssertUnwindSafe(|| {
            while let Some(task) = self.next_task() {
                self.perform(task, &mut worker);
            }
        }));
        if let Err(panic) = worked {
            let mut state = self.lock();
            state.panic.get_or_insert(panic);
            state.is_over = true;
            self.work.notify_all();
            self.done.notify_all();
        }
    }

    fn next_task(&self) -> Option<Task> {
        let mut state = self.lock();
        loop {
            if state.is_over {
                return None;
            }
            if let Some(task) = state.claim(self.limit()) {
                let has_news = state.caller_waits && state.ready() > 0;
                drop(state);
                if has_news && task.may_stall() {
                    self.done.notify_one();
                }
                return Some(task);
            }
            if state.has_no_more_work() {
                return None;
            }
            // Who waits has to be sure that the caller does not wait, too.
            if state.caller_waits && state.ready() > 0 {
                self.done.notify_one();
            }
            state.idle += 1;
            state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
        }
    }

    fn perform(&self, task: Task, worker: &mut Worker<P>) {
        match task {
            Task::Open(input, unopened) => self.open(input, unopened, worker),
            Task::Part(place, parts, number) => {
                let part = parts.read(number, &self.options, worker);
                self.pin(self.lock(), place, Outcome::Part(Box::new(part)));
            }
            Task::Stream(input, stream) => self.read_stream(input, stream, worker),
            Task::Block(place, block, decoder) => {
                let step = decode_block(*block, &decoder, &mut worker.memory);
                decoder.learn(&step);
                self.pin(self.lock(), place, Outcome::Steps(vec![step]));
            }
        }
    }

    /// Opens an input, which may turn out to be refused, small, one to read in parts, or a stream.
    fn open(&self, input: usize, unopened: Unopened<'static>, worker: &mut Worker<P>) {
        let (report, open) = unopened.open(&self.options, &worker.buffers);
        let Some(mut open) = open else {
            let steps = vec![Step::Open(report), Step::Close(Closing::default())];
            return self.supply(input, Supply::Nothing, vec![Outcome::Steps(steps)]);
        };
        if let Some(parts) = open.parts.take() {
            let parts = Arc::new(parts);
            let outcomes =
                vec![Outcome::Steps(vec![Step::Open(report)]), Outcome::Parts(Arc::clone(&parts))];
            return self.supply(input, Supply::Parts { parts, next: 0 }, outcomes);
        }
        let mut steps = vec![Step::Open(report)];
        if !open.is_small {
            return self.supply(input, Supply::Stream(Box::new(open)), vec![Outcome::Steps(steps)]);
        }
        while let Some(piece) = open.blocks.next() {
            decode_behind(&mut steps, piece, &open.decoder, &mut worker.memory);
        }
        steps.push(Step::Close(open.close()));
        let mut state = self.lock();
        state.input(input).supply = Supply::Nothing;
        let place = state.reserve(input);
        self.pin(state, place, Outcome::Steps(steps));
    }

    /// Reads a stream on for as long as others keep up with decoding what is read.
    fn read_stream(&self, input: usize, mut stream: Stream, worker: &mut Worker<P>) {
        loop {
            let decoder = Arc::clone(&stream.decoder);
            match stream.blocks.next() {
                Some(Piece::Block(block)) => {
                    let mut state = self.lock();
                    let place = state.reserve(input);
                    let waiting = state.input(input).waiting_bytes();
                    // Whoever reads on from a pipe may not be back for long.
                    let is_left_alone = stream.may_stall && state.idle == 0;
                    let is_room = !is_left_alone
                        && waiting <= self.worth_waking()
                        && state.may_go_on(input, self.limit());
                    if !is_room {
                        self.hand_back(state, input, stream);
                        return self.perform(Task::Block(place, Box::new(block), decoder), worker);
                    }
                    let is_worth_waking = stream.may_stall
                        || waiting + block.buffer.bytes().len() >= self.worth_waking();
                    state.pin(place, Slot::Block(Box::new(block), decoder));
                    if is_worth_waking {
                        self.wake_thread(state);
                    }
                }
                Some(Piece::Gap(gap)) => {
                    let mut state = self.lock();
                    let place = state.reserve(input);
                    state.pin(place, Slot::Ready(Outcome::Steps(vec![step_of(gap)])));
                    drop(state);
                    self.done.notify_one();
                }
                None => {
                    let steps = vec![Step::Close(stream.close())];
                    return self.supply(input, Supply::Nothing, vec![Outcome::Steps(steps)]);
                }
            }
        }
    }

    /// Leaves a stream to whoever comes for it.
    fn hand_back(&self, mut state: MutexGuard<'_, State<P>>, input: usize, stream: Stream) {
        state.input(input).supply = Supply::Stream(stream);
        if state.may_read(self.limit()) {
            self.wake_thread(state);
        }
    }

    /// Says what is left to do of an input, and adds results to it.
    fn supply(&self, input: usize, supply: Supply, outcomes: Vec<Outcome<P>>) {
        let mut state = self.lock();
        for outcome in outcomes {
            let place = state.reserve(input);
            state.pin(place, Slot::Ready(outcome));
        }
        state.input(input).supply = supply;
        drop(state);
        self.work.notify_all();
        self.done.notify_one();
    }

    /// Wakes a thread if one sleeps.
    fn wake_thread(&self, state: MutexGuard<'_, State<P>>) {
        let one_sleeps = state.idle > 0;
        drop(state);
        if one_sleeps {
            self.work.notify_one();
        }
    }

    /// Pins a result. To wake the caller for each takes longer than to let it take several.
    fn pin(&self, mut state: MutexGuard<'_, State<P>>, place: Place, outcome: Outcome<P>) {
        state.pin(place, Slot::Ready(outcome));
        let enough = self.limit() / 2;
        let is_wanted = state.caller_waits
            && (state.ready() >= enough || (state.ready() > 0 && state.has_no_more_work()));
        drop(state);
        if is_wanted {
            self.done.notify_one();
        }
    }
}

impl<P> Input<P> {
    /// Whether there is a block that no thread has begun to decode.
    fn has_block(&self) -> bool {
        self.results.iter().any(|slot| matches!(slot, Slot::Block(..)))
    }

    /// How many bytes were read and wait to be decoded.
    fn waiting_bytes(&self) -> usize {
        let bytes = |slot: &Slot<P>| match slot {
            Slot::Block(block, _) => block.buffer.bytes().len(),
            Slot::Reserved | Slot::Ready(_) => 0,
        };
        self.results.iter().map(bytes).sum()
    }
}

impl<P> State<P> {
    /// The next thing to do, from the front; `None` if there is none, or if so much waits for the
    /// caller that it has to wait.
    fn claim(&mut self, limit: usize) -> Option<Task> {
        for index in 0..self.inputs.len() {
            if let Some(task) = self.claim_block(index).or_else(|| self.claim_supply(index, limit))
            {
                return Some(task);
            }
        }
        if self.claimed >= limit && !self.inputs.is_empty() {
            return None;
        }
        let unopened = self.unopened.pop_front()?;
        self.inputs.push_back(Input { results: VecDeque::new(), taken: 0, supply: Supply::Busy });
        Some(Task::Open(self.finished + self.inputs.len() - 1, unopened))
    }

    fn claim_block(&mut self, index: usize) -> Option<Task> {
        let input = &mut self.inputs[index];
        let (place, slot) = (input.taken..)
            .zip(&mut input.results)
            .find(|(_, slot)| matches!(slot, Slot::Block(..)))?;
        match std::mem::replace(slot, Slot::Reserved) {
            Slot::Block(block, decoder) => {
                Some(Task::Block((self.finished + index, place), block, decoder))
            }
            other => {
                *slot = other;
                None
            }
        }
    }

    fn claim_supply(&mut self, index: usize, limit: usize) -> Option<Task> {
        let number = self.finished + index;
        if !self.may_go_on(number, limit) {
            return None;
        }
        match std::mem::replace(&mut self.inputs[index].supply, Supply::Busy) {
            Supply::Parts { parts, next } => {
                let is_last = next + 1 == parts.count();
                self.inputs[index].supply = if is_last {
                    Supply::Nothing
                } else {
                    Supply::Parts { parts: Arc::clone(&parts), next: next + 1 }
                };
                Some(Task::Part(self.reserve(number), parts, next))
            }
            Supply::Stream(stream) => Some(Task::Stream(number, stream)),
            other => {
                self.inputs[index].supply = other;
                None
            }
        }
    }

    /// Whether more of an input may be read: not if too much waits for the caller, unless this is what
    /// the caller waits for.
    fn may_go_on(&self, input: usize, limit: usize) -> bool {
        let index = input - self.finished;
        self.claimed < limit || (index == 0 && self.inputs[0].results.is_empty())
    }

    /// Makes room for the next result of an input.
    fn reserve(&mut self, input: usize) -> Place {
        self.claimed += 1;
        let found = self.input(input);
        found.results.push_back(Slot::Reserved);
        (input, found.taken + found.results.len() - 1)
    }

    fn pin(&mut self, (input, place): Place, slot: Slot<P>) {
        let input = self.input(input);
        input.results[place - input.taken] = slot;
    }

    /// How many results there are for the caller to take.
    fn ready(&self) -> usize {
        let mut ready = 0;
        for input in &self.inputs {
            let is_ready = |slot: &&Slot<P>| matches!(slot, Slot::Ready(_));
            let found = input.results.iter().take_while(is_ready).count();
            ready += found;
            let is_finished = matches!(input.supply, Supply::Nothing);
            if !is_finished || found < input.results.len() {
                break;
            }
        }
        ready
    }

    fn input(&mut self, number: usize) -> &mut Input<P> {
        &mut self.inputs[number - self.finished]
    }

    /// The next result, if it is there.
    fn take_result(&mut self) -> Option<Outcome<P>> {
        loop {
            let input = self.inputs.front_mut()?;
            match input.results.pop_front() {
                Some(Slot::Ready(outcome)) => {
                    input.taken += 1;
                    self.claimed -= 1;
                    return Some(outcome);
                }
                Some(not_ready) => {
                    input.results.push_front(not_ready);
                    return None;
                }
                None if matches!(input.supply, Supply::Nothing) => {
                    self.inputs.pop_front();
                    self.finished += 1;
                }
                None => return None,
            }
        }
    }

    /// Whether more may be read now, of an input or of the next.
    fn may_read(&self, limit: usize) -> bool {
        let has_room = self.claimed < limit || self.inputs.is_empty();
        (has_room && !self.unopened.is_empty())
            || (self.finished..).zip(&self.inputs).any(|(number, input)| {
                let has_more = matches!(input.supply, Supply::Parts { .. } | Supply::Stream(_));
                has_more && self.may_go_on(number, limit)
            })
    }

    fn has_no_more_work(&self) -> bool {
        let is_done = |input: &Input<P>| matches!(input.supply, Supply::Nothing);
        self.unopened.is_empty()
            && self.inputs.iter().all(|input| is_done(input) && !input.has_block())
    }
}
