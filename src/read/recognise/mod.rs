//! Events recognised by records of their kind.
//!
//! The events of a log differ from one another in little more than when and to whom they happened.
//! So a record that was decoded in full is remembered as a [template](crate::scan::Templates), with
//! what each of its texts is for; and a record that has the template of one before, and the same texts
//! wherever they decide about what it means, is an event of the same kind, with its own time, ids and
//! names. What each text is for is not written down here but found out: each is changed in turn, and
//! the record decoded again, with the same code as ever. A text
//!
//! - that turns up unchanged as a field of which the sketch needs the value has that [role](roles);
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

mod roles;
mod texts;

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;

use self::roles::Roles;
use self::texts::Texts;
use super::decode::{Decoder, Item};
use super::dedup::Traits;
use super::detect::Layout;
use super::findings::Mentions;
use super::product::{Product, Recognised};
use crate::catalogue::{
    Classification, Kind, Sketch, Sketchbook, UserMemory, UserNames, reads_values,
};
use crate::model::{
    ActorKind, Event, Method, Reason, is_same_user, parse_timestamp, phone_numbers,
};
use crate::scan::{Quoting, Slots, Templates};

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

/// How the texts of a record are quoted; `None` where records are not recognised: dates of a locale and
/// columns that are named elsewhere have no meaning of their own.
fn quoting_of(layout: &Layout) -> Option<Quoting> {
    match layout {
        Layout::Lines(_) | Layout::Messages(_) | Layout::Json(_) => Some(Quoting::Json),
        Layout::Portal(layout) => Some(Quoting::Csv { delimiter: layout.delimiter() }),
        Layout::Rows(_) | Layout::Tables => None,
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
