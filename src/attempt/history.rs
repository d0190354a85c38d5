//! What a user holds, replayed from the events.

use std::collections::BTreeMap;

use super::answer::{
    Attempt, AttemptCounts, Certainty, DirectoryMethods, MethodChange, UserHistory, by_name,
};
use super::held::{add, remove};
use super::ledger::Record;
use super::part::{Effect, Part};
use super::similar::{can_be_same, is_listed_by_directory};
use super::twins::Paired;
use crate::model::{Counts, Identity, Method, MethodFamily, Outcome};

/// The history of a user, of whom there is at least one record.
pub(super) fn of_user(
    records: &[Record<'_>],
    paired: &Paired,
    attempts: &[Attempt],
    user: Identity,
) -> UserHistory {
    let mut replay = Replay::default();
    let mut outcomes = Counts::default();
    for (place, record) in records.iter().enumerate() {
        if paired.first_of[place].is_some() {
            continue;
        }
        if record.kind.part != Part::Statement {
            outcomes.add(record.kind.outcome);
        }
        replay.record(record);
        // What the directory states beside a change holds after that change, also where the
        // directory was the first to write.
        for second in paired.seconds_of(place) {
            replay.statement(&records[*second]);
        }
    }
    let first = records.first().map(|record| record.time).unwrap_or_default();
    let last = records.last().map(|record| record.time).unwrap_or_default();
    UserHistory {
        user_id: user.id,
        user_principal_name: user.user_principal_name,
        other_names: user.other_names,
        display_name: user.display_name,
        attempts: AttemptCounts::of_attempts(attempts),
        outcomes,
        methods_held: by_name(replay.held.keys().cloned()),
        numbers_held: replay.held,
        methods_registered: replay.registered,
        methods_deleted: replay.deleted,
        certainty: replay.certainty,
        default_method: replay.default,
        first,
        last,
    }
}

/// What is known so far.
struct Replay {
    /// How many of each method.
    held: BTreeMap<Method, u32>,
    default: Option<Method>,
    certainty: Certainty,
    registered: Vec<MethodChange>,
    deleted: Vec<MethodChange>,
}

impl Default for Replay {
    fn default() -> Self {
        Self {
            held: BTreeMap::new(),
            default: None,
            certainty: Certainty::Unknown,
            registered: Vec::new(),
            deleted: Vec::new(),
        }
    }
}

impl Replay {
    fn record(&mut self, record: &Record<'_>) {
        if record.kind.outcome == Outcome::Success {
            match record.kind.part {
                Part::Change(effect) | Part::Second(_, effect) => self.change(record, effect),
                _ => {}
            }
        }
        self.statement(record);
    }

    fn change(&mut self, record: &Record<'_>, effect: Effect) {
        let methods = &record.kind.methods;
        let changes = |methods: &[Method]| {
            let change = |method: &Method| MethodChange {
                time: record.time,
                method: method.clone(),
                actor: record.kind.actor,
                rule: record.kind.rule.to_owned(),
                origin: record.origin.clone(),
            };
            methods.iter().map(change).collect::<Vec<_>>()
        };
        match effect {
            Effect::Register => {
                self.registered.extend(changes(methods));
                for method in methods {
                    add(&mut self.held, method);
                }
            }
            Effect::Update => {
                // What is updated was held, under this name or a less exact one.
                let is_held =
                    |method: &&Method| self.held.keys().any(|held| can_be_same(held, method));
                let unseen: Vec<Method> = methods.iter().filter(|m| !is_held(m)).cloned().collect();
                for method in &unseen {
                    add(&mut self.held, method);
                }
            }
            Effect::Delete => {
                self.deleted.extend(changes(methods));
                for method in methods {
                    remove(&mut self.held, method);
                }
            }
            Effect::RequireRegistration => {
                let gone: Vec<Method> = self.held.keys().filter(|m| is_reset(m)).cloned().collect();
                self.deleted.extend(changes(&by_name(gone.iter().cloned())));
                self.held.retain(|method, _| !is_reset(method));
            }
            Effect::SetDefault => {
                if let [method] = methods.as_slice() {
                    self.default = Some(method.clone());
                }
            }
            Effect::AsStated => {
                // Gained methods are among those listed after it, lost ones are not.
                let listed = record.kind.stated.as_ref().map(|stated| stated.held.as_slice());
                let is_lost = |method: &&Method| !listed.unwrap_or_default().contains(method);
                let (lost, gained): (Vec<&Method>, Vec<&Method>) =
                    methods.iter().partition(is_lost);
                let cloned =
                    |methods: Vec<&Method>| methods.into_iter().cloned().collect::<Vec<_>>();
                self.deleted.extend(changes(&cloned(lost)));
                self.registered.extend(changes(&cloned(gained)));
            }
        }
        let is_default_held =
            |default: &Method| self.held.keys().any(|held| can_be_same(held, default));
        if matches!(effect, Effect::Delete | Effect::RequireRegistration)
            && !self.default.as_ref().is_some_and(is_default_held)
        {
            self.default = None;
        }
        let is_about_listed = effect == Effect::RequireRegistration
            || methods.iter().any(is_listed_by_directory)
            || methods.is_empty();
        let changes_held = !matches!(effect, Effect::SetDefault | Effect::AsStated);
        if changes_held && (is_about_listed || self.certainty == Certainty::Unknown) {
            self.certainty = Certainty::Replayed;
        }
    }

    /// Takes over what the directory lists: of the methods that it can list, no others are held.
    fn statement(&mut self, record: &Record<'_>) {
        let Some(stated) = &record.kind.stated else { return };
        if record.kind.outcome != Outcome::Success {
            return;
        }
        let DirectoryMethods { held: listed, default } = stated;
        self.held.retain(|method, _| {
            !is_listed_by_directory(method) || listed.iter().any(|other| can_be_same(method, other))
        });
        for method in listed {
            if !self.held.keys().any(|held| can_be_same(held, method)) {
                self.held.insert(method.clone(), 1);
            }
        }
        if let Some(default) = default {
            let exact = self.held.keys().find(|held| can_be_same(held, default));
            self.default = exact.cloned().or_else(|| Some(default.clone()));
        }
        self.certainty = Certainty::Directory;
    }
}

/// Whether a required registration takes the method away. Hardware tokens are switched off and stay.
fn is_reset(method: &Method) -> bool {
    matches!(method.family(), MethodFamily::Phone | MethodFamily::MobileApp)
}
