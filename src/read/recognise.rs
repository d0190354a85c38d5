//! Events recognised by records of their kind.
//!
//! The events of a log differ from one another in little more than when and to whom they happened.
//! So a record that was decoded in full is remembered as a [template](crate::scan::Templates), with
//! what each of its texts is for; and a record that has the template of one before, and the same texts
//! wherever they decide about what it means, is an event of the same kind, with its own time, ids and
//! names. What each text is for is not written down here but found out: each is changed in turn, and
//! the record decoded again, with the same code as ever. A text
//!
//! - that turns up unchanged as a field of which the sketch needs the value has that [`Role`];
//! - that is the reason is a part of what decides, but for the digits of phone numbers;
//! - that changes nothing the sketch needs is of no account; nor is a value of a modified property that
//!   has a name, unless the catalogue reads values of such properties, which their names decide;
//! - that has any other effect is taken for part of what decides.
//!
//! Decoding looks at a text to copy it, to see whether it says nothing, or to understand it. What is
//! understood has an effect beyond the copy, so it decides, unless it is understood in a few values only,
//! which a trial need not meet: records of which texts are taken apart are not recognised, and what is
//! compared with a word is among the fields that are compared. A text that says nothing gives another one
//! the word; so nothing is learned where one says nothing that would be heard. So what is recognised is
//! what decoding would have found.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::decode::{Decoder, Item};
use super::dedup::Traits;
use super::detect::Layout;
use super::envelope::{Decoded, Fields, Text};
use super::findings::Mentions;
use super::product::{Product, Recognised};
use crate::catalogue::{
    Classification, Kind, Sketch, Sketchbook, UserMemory, UserNames, reads_values,
};
use crate::model::{
    ActorKind, Event, Method, Reason, is_same_user, parse_timestamp, phone_numbers, present,
};
use crate::scan::{Quoting, Slot, Slots, Templates};

/// An event as a sketch, or whole where it is of no known kind.
#[derive(Debug)]
pub(crate) enum Sketched {
    Sketch(Sketch),
    Whole(Box<(Event, Classification)>),
}

impl Product for Sketched {
    type Shared = Sketchbook;
    type Memory = Recogniser;

    fn memory(shared: &Arc<Sketchbook>) -> Recogniser {
        Recogniser::new(Arc::clone(shared))
    }

    fn begin(memory: &mut Recogniser, decoder: &Decoder) {
        memory.begin(decoder);
    }

    fn of_event(event: Event, classification: Classification) -> Self {
        Self::Whole(Box::new((event, classification)))
    }

    fn learn(
        memory: &mut Recogniser,
        decoder: &Decoder,
        record: &[u8],
        event: &Event,
        classification: &Classification,
    ) {
        memory.learn(decoder, record, event, classification);
    }

    fn recognise(
        memory: &mut Recogniser,
        decoder: &Decoder,
        record: &[u8],
    ) -> Option<Recognised<Self>> {
        memory.recognise(decoder, record)
    }
}

/// What a thread remembers of the records it met.
pub(crate) struct Recogniser {
    book: Arc<Sketchbook>,
    /// `None` where records are not to be recognised.
    known: Option<Known>,
    // Memory to work in.
    slots: Slots,
    key: Vec<u8>,
    users: UserMemory,
}

/// What was learned of records of one layout.
struct Known {
    layout: Layout,
    templates: Templates,
    /// What the slots of each template are for; `None` where that could not be found out.
    roles: Vec<Option<Roles>>,
    /// What a record means, by its template and the texts that decide; `None` where it has to be
    /// decoded in full all the same.
    meanings: HashMap<Box<[u8]>, Option<Meaning>, RandomState>,
}

/// How many meanings are remembered.
const MEANINGS: usize = 4096;

/// What the text in a slot is for. Names are numbered: id, user principal name, display name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// It is, or may be, a part of what decides about the meaning.
    Decides,
    /// It is the reason, which decides as well, but for the digits of phone numbers.
    Reason,
    /// It is the description of the result, of which the same is true.
    Description,
    /// It is of no account.
    NoAccount,
    Time,
    Id,
    CorrelationId,
    Initiator(usize),
    Target(usize),
}

/// The slots of a template by what they are for.
#[derive(Debug, Default)]
struct Roles {
    decides: Vec<usize>,
    /// Those that decide as well, but for the digits of phone numbers.
    reasons: Vec<usize>,
    time: Option<usize>,
    id: Option<usize>,
    correlation_id: Option<usize>,
    initiator: [Option<usize>; 3],
    target: [Option<usize>; 3],
    /// Which target that is.
    target_number: Option<usize>,
}

/// What records of one template mean that have the same deciding texts.
#[derive(Debug)]
struct Meaning {
    kind: u32,
    activity: String,
    reason: Option<String>,
    /// Whether there is a phone number in the reason, which may be another one in each event.
    has_phone_number: bool,
    mentions: Arc<Mentions>,
    actor: ActorRule,
    has_target: bool,
    /// Whether the caller's filter wants it, if at the right time.
    is_wanted: bool,
}

/// Who is taken to have acted.
#[derive(Debug, Clone, Copy)]
enum ActorRule {
    Always(ActorKind),
    /// It depends on whether the user who acted is the one whom the event is about.
    User {
        own: ActorKind,
        of_another: ActorKind,
    },
}

impl Recogniser {
    fn new(book: Arc<Sketchbook>) -> Self {
        Self {
            book,
            known: None,
            slots: Slots::new(),
            key: Vec::new(),
            users: UserMemory::default(),
        }
    }

    /// Forgets what was learned where another layout gives the same bytes another meaning.
    fn begin(&mut self, decoder: &Decoder) {
        let is_known = self.known.as_ref().is_some_and(|known| known.layout == decoder.layout);
        if !decoder.may_recognise() {
            self.known = None;
        } else if !is_known {
            self.known = quoting_of(&decoder.layout).map(|quoting| Known {
                layout: decoder.layout.clone(),
                templates: Templates::new(quoting),
                roles: Vec::new(),
                meanings: HashMap::default(),
            });
        }
    }

    fn recognise(&mut self, decoder: &Decoder, record: &[u8]) -> Option<Recognised<Sketched>> {
        let known = self.known.as_mut()?;
        let template = known.templates.recognise(record, &mut self.slots)?;
        let roles = known.roles.get(template)?.as_ref()?;
        let texts = Texts { record, slots: self.slots.as_slice() };
        texts.write_key(template, roles, &mut self.key);
        let mut meaning = known.meanings.get(self.key.as_slice());
        if meaning.is_none() && texts.forget_phone_numbers(roles, &mut self.key) {
            meaning = known.meanings.get(self.key.as_slice());
        }
        let meaning = meaning?.as_ref()?;
        let time = parse_timestamp(std::str::from_utf8(texts.get(roles.time?)?).ok()?)?;
        let target = texts.names(roles.target)?;
        let initiator = texts.names(roles.initiator)?;
        let (id, correlation_id) = (texts.given(roles.id)?, texts.given(roles.correlation_id)?);
        let mentions = Arc::clone(&meaning.mentions);
        if !meaning.is_wanted || !decoder.filter.accepts_time(time) {
            return Some(Recognised { time, mentions, item: None });
        }
        let actor = match meaning.actor {
            ActorRule::Always(actor) => actor,
            ActorRule::User { own, of_another } => {
                let is_own = is_same_user(initiator.ids(), target.ids());
                if is_own { own } else { of_another }
            }
        };
        let user = if meaning.has_target {
            target
        } else if actor == ActorKind::User {
            initiator
        } else {
            UserNames::default()
        };
        let fingerprints = decoder.fingerprints.as_ref();
        if meaning.has_phone_number && fingerprints.is_some_and(|some| some.take_content()) {
            return None;
        }
        let fingerprint = fingerprints.map(|fingerprints| {
            fingerprints.take(&Traits {
                id,
                time,
                correlation_id,
                activity: &meaning.activity,
                target: target.id.or(target.user_principal_name),
                reason: meaning.reason.as_deref(),
            })
        });
        let user = self.book.user(user, &mut self.users);
        let product = Sketched::Sketch(Sketch { time, kind: meaning.kind, user, actor });
        let fingerprint = fingerprint.unwrap_or_default();
        Some(Recognised { time, mentions, item: Some(Item { product, fingerprint }) })
    }

    fn learn(
        &mut self,
        decoder: &Decoder,
        record: &[u8],
        event: &Event,
        classification: &Classification,
    ) {
        let Some(known) = &mut self.known else { return };
        let slots = &mut self.slots;
        let template = known.templates.recognise(record, slots).or_else(|| {
            // There is no room for ever more templates.
            known.templates.learn(record)?;
            known.templates.recognise(record, slots)
        });
        let Some(template) = template else { return };
        let texts = Texts { record, slots: slots.as_slice() };
        if known.roles.len() <= template {
            known.roles.resize_with(template + 1, || None);
            known.roles[template] = Roles::find(decoder, &texts, event);
        }
        let Some(roles) = &known.roles[template] else { return };
        if !roles.are_all_given(&texts) || roles.leave_the_word(&texts) {
            return;
        }
        texts.write_key(template, roles, &mut self.key);
        texts.forget_phone_numbers(roles, &mut self.key);
        if known.meanings.len() >= MEANINGS {
            known.meanings.clear();
        }
        let meaning = Meaning::of(event, classification, roles, decoder, &self.book);
        known.meanings.insert(self.key.as_slice().into(), meaning);
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

/// How the texts of a record are quoted; `None` where records are not recognised: dates of a locale and
/// columns that are named elsewhere have no meaning of their own.
fn quoting_of(layout: &Layout) -> Option<Quoting> {
    match layout {
        Layout::Lines(_) | Layout::Messages(_) | Layout::Json(_) => Some(Quoting::Json),
        Layout::Portal(layout) => Some(Quoting::Csv { delimiter: layout.delimiter() }),
        Layout::Rows(_) | Layout::Tables => None,
    }
}

/// The texts in the slots of a record.
struct Texts<'a> {
    record: &'a [u8],
    slots: &'a [Slot],
}

impl<'a> Texts<'a> {
    fn bytes(&self, slot: usize) -> &'a [u8] {
        self.slots.get(slot).map(|slot| &self.record[slot.range()]).unwrap_or_default()
    }

    /// The text, which is UTF-8, if it is what decoding would give: without escapes, and not one that
    /// says nothing.
    fn get(&self, slot: usize) -> Option<&'a [u8]> {
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
    fn given(&self, slot: Option<usize>) -> Option<Option<&'a [u8]>> {
        match slot {
            Some(slot) => self.get(slot).map(Some),
            None => Some(None),
        }
    }

    /// Whether the text says nothing, so that decoding may take another one in its place.
    fn says_nothing(&self, slot: usize) -> bool {
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
    fn is_no_list(&self, slot: usize) -> bool {
        matches!(self.bytes(slot), b"None" | b"null")
    }

    fn names(&self, slots: [Option<usize>; 3]) -> Option<UserNames<'a>> {
        let [id, user_principal_name, display_name] = slots;
        Some(UserNames {
            id: self.given(id)?,
            user_principal_name: self.given(user_principal_name)?,
            display_name: self.given(display_name)?,
        })
    }

    /// What tells the meaning: the template and the texts that decide, each behind its length.
    fn write_key(&self, template: usize, roles: &Roles, key: &mut Vec<u8>) {
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
    fn forget_phone_numbers(&self, roles: &Roles, key: &mut [u8]) -> bool {
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
    fn with(&self, slot: usize, text: &[u8]) -> Vec<u8> {
        let range = self.slots[slot].range();
        [&self.record[..range.start], text, &self.record[range.end..]].concat()
    }
}

impl Meaning {
    /// What an event means, unless something in it has to be reported that a sketch does not hold.
    fn of(
        event: &Event,
        classification: &Classification,
        roles: &Roles,
        decoder: &Decoder,
        book: &Sketchbook,
    ) -> Option<Self> {
        let names_new_method =
            classification.methods.iter().any(|method| matches!(method, Method::Other(_)));
        // Whether a reason repeats the activity might then depend on the digits of a phone number.
        let acts_on_number = event.activity.as_str().contains('+');
        let is_whole = classification.is_unknown()
            || names_new_method
            || reads_values(event)
            || acts_on_number;
        if is_whole || !roles.cover(event) {
            return None;
        }
        let actor = match (&event.actor.user, event.target_user()) {
            (Some(_), Some(_)) => ActorRule::User {
                own: event.activity.actor_of_user(true),
                of_another: event.activity.actor_of_user(false),
            },
            _ => ActorRule::Always(event.actor_kind()),
        };
        let reason = event.reason.as_ref().map(Reason::as_str);
        Some(Self {
            kind: book.kind(Kind::of(event, classification.clone()))?,
            activity: event.activity.as_str().to_owned(),
            reason: reason.map(str::to_owned),
            has_phone_number: reason.is_some_and(|reason| phone_numbers(reason).next().is_some()),
            mentions: Arc::new(Mentions::of(event, classification)),
            actor,
            has_target: event.target_user().is_some(),
            is_wanted: decoder.filter.accepts_kind(&event.activity, classification),
        })
    }
}

/// What a slot is tried with: a text that stands in no log.
const MARK: &str = "regaudit looks what this is for";

impl Roles {
    /// Finds out what each slot of a record is for; `None` where the record cannot be tried.
    fn find(decoder: &Decoder, texts: &Texts<'_>, event: &Event) -> Option<Self> {
        let target = number_of_target(event);
        let fields = audit_fields(decoder, texts.record)?;
        if fields.are_unpacked {
            return None;
        }
        let trial = Trial::new(fields, target);
        let mut roles = Self { target_number: target, ..Self::default() };
        for slot in 0..texts.slots.len() {
            let marked = texts.with(slot, MARK.as_bytes());
            let blank = texts.with(slot, b"");
            let role = audit_fields(decoder, &marked)
                .map(|marked| trial.role(marked, || audit_fields(decoder, &blank)));
            roles.assign(slot, role.unwrap_or(Role::Decides))?;
        }
        Some(roles)
    }

    /// Notes the role of a slot; `None` where two slots have the same.
    fn assign(&mut self, slot: usize, role: Role) -> Option<()> {
        let place = match role {
            Role::NoAccount => return Some(()),
            Role::Decides => {
                self.decides.push(slot);
                return Some(());
            }
            Role::Reason | Role::Description => {
                self.reasons.push(slot);
                return Some(());
            }
            Role::Time => &mut self.time,
            Role::Id => &mut self.id,
            Role::CorrelationId => &mut self.correlation_id,
            Role::Initiator(name) => &mut self.initiator[name],
            Role::Target(name) => &mut self.target[name],
        };
        place.replace(slot).is_none().then_some(())
    }

    fn are_all_given(&self, texts: &Texts<'_>) -> bool {
        let single = [self.time, self.id, self.correlation_id];
        let all = single.iter().chain(&self.initiator).chain(&self.target);
        all.flatten().all(|slot| texts.get(*slot).is_some())
    }

    /// Whether a text that decides says nothing: then a text that is of no account elsewhere may decide.
    fn leave_the_word(&self, texts: &Texts<'_>) -> bool {
        self.decides.iter().any(|slot| texts.says_nothing(*slot) || texts.is_no_list(*slot))
            || self.reasons.iter().any(|slot| texts.says_nothing(*slot))
    }

    /// Whether every text that a sketch takes from an event has a slot, and no other has.
    fn cover(&self, event: &Event) -> bool {
        let user = event.actor.user.as_ref();
        let target = event.target_user();
        let given = [
            user.and_then(|user| user.id.as_ref()),
            user.and_then(|user| user.user_principal_name.as_ref()),
            user.and_then(|user| user.display_name.as_ref()),
            target.and_then(|target| target.id.as_ref()),
            target.and_then(|target| target.user_principal_name.as_ref()),
            target.and_then(|target| target.display_name.as_ref()),
            event.id.as_ref(),
            event.correlation_id.as_ref(),
        ];
        let ids = [self.id, self.correlation_id];
        let slots = self.initiator.iter().chain(&self.target).chain(&ids);
        self.time.is_some()
            && self.target_number == number_of_target(event)
            && given.iter().zip(slots).all(|(text, slot)| text.is_some() == slot.is_some())
    }
}

/// Which target is the user whom the event is about.
fn number_of_target(event: &Event) -> Option<usize> {
    let user = event.target_user()?;
    event.targets.iter().position(|target| std::ptr::eq(target, user))
}

fn audit_fields<'a>(decoder: &Decoder, record: &'a [u8]) -> Option<Fields<'a>> {
    match decoder.decode_record(record, None) {
        Ok(Decoded::Audit(fields)) => Some(*fields),
        _ => None,
    }
}

/// What decoding finds in a record as it is, to tell by it what each slot is for.
struct Trial<'a> {
    fields: Fields<'a>,
    without_trifles: Fields<'a>,
    /// Which target is the user whom the event is about.
    target: Option<usize>,
}

impl<'a> Trial<'a> {
    fn new(fields: Fields<'a>, target: Option<usize>) -> Self {
        let without_trifles = without_trifles(fields.clone());
        Self { fields, without_trifles, target }
    }

    /// What a slot is for, by what decoding finds with a mark in it, and with nothing in it.
    fn role<'b>(&self, mut marked: Fields<'b>, blank: impl FnOnce() -> Option<Fields<'b>>) -> Role {
        let role = self.role_of_copy(&mut marked);
        role.or_else(|| self.role_without_effect(marked, blank()?)).unwrap_or(Role::Decides)
    }

    /// The role of a slot whose text turns up in one field, and has no other effect.
    fn role_of_copy(&self, marked: &mut Fields<'_>) -> Option<Role> {
        let single = [Role::Time, Role::Id, Role::CorrelationId, Role::Reason, Role::Description];
        let initiator = (0..3).map(Role::Initiator);
        let mut roles = single.into_iter().chain(initiator).chain((0..3).map(Role::Target));
        let role = roles.find(|role| {
            let field = field_mut(marked, *role, self.target);
            field.is_some_and(|field| field.get() == Some(MARK))
        })?;
        let mut expected = self.fields.clone();
        let field = field_mut(&mut expected, role, self.target)?;
        field.get()?;
        field.set(MARK);
        (expected == *marked).then_some(role)
    }

    /// The role of a slot that changes nothing a sketch needs.
    fn role_without_effect<'b>(&self, marked: Fields<'b>, blank: Fields<'b>) -> Option<Role> {
        let both = [marked, blank].map(without_trifles);
        both.iter().all(|fields| *fields == self.without_trifles).then_some(Role::NoAccount)
    }
}

/// The fields without those of which a sketch holds nothing, and on which nothing depends, but for values
/// of modified properties that the catalogue reads.
fn without_trifles(mut fields: Fields<'_>) -> Fields<'_> {
    fields.tenant_id = Text::default();
    fields.caller_ip = Text::default();
    fields.actor_ip = Text::default();
    fields.user_agent = Text::default();
    fields.details.clear();
    if let Some(user) = &mut fields.actor.user {
        user.home_tenant_id = None;
    }
    let changes = fields.targets.iter_mut().filter_map(|target| target.changes.as_mut());
    // Without a name, it may be the values that make it one.
    for change in changes.flatten().filter(|change| !change.name.is_empty()) {
        change.old = None;
        change.new = None;
    }
    fields
}

/// A field of a record.
enum FieldMut<'fields, 'text> {
    Text(&'fields mut Text<'text>),
    Name(&'fields mut Option<String>),
}

impl FieldMut<'_, '_> {
    fn get(&self) -> Option<&str> {
        match self {
            Self::Text(text) => text.present(),
            Self::Name(name) => name.as_deref(),
        }
    }

    fn set(self, text: &str) {
        match self {
            Self::Text(field) => *field = Text::new(text.to_owned()),
            Self::Name(field) => *field = Some(text.to_owned()),
        }
    }
}

fn field_mut<'fields, 'text>(
    fields: &'fields mut Fields<'text>,
    role: Role,
    target: Option<usize>,
) -> Option<FieldMut<'fields, 'text>> {
    Some(match role {
        Role::Time => FieldMut::Text(&mut fields.time),
        Role::Id => FieldMut::Text(&mut fields.id),
        Role::CorrelationId => FieldMut::Text(&mut fields.correlation_id),
        Role::Reason => FieldMut::Text(&mut fields.reason),
        Role::Description => FieldMut::Text(&mut fields.description),
        Role::Initiator(name) => {
            let user = fields.actor.user.as_mut()?;
            FieldMut::Name(match name {
                0 => &mut user.id,
                1 => &mut user.user_principal_name,
                _ => &mut user.display_name,
            })
        }
        Role::Target(name) => {
            let target = fields.targets.get_mut(target?)?;
            FieldMut::Name(match name {
                0 => &mut target.id,
                1 => &mut target.user_principal_name,
                _ => &mut target.display_name,
            })
        }
        Role::Decides | Role::NoAccount => return None,
    })
}
