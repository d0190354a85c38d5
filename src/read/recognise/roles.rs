//! What each text of a record is for, found out by changing it.

use memchr::memmem;

use super::texts::Texts;
use crate::model::Event;
use crate::read::decode::Decoder;
use crate::read::envelope::{Decoded, Fields, Text};

/// What the text in a slot is for. Names are numbered: id, user principal name, display name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
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
pub(super) struct Roles {
    pub(super) decides: Vec<usize>,
    /// Those that decide as well, but for the digits of phone numbers.
    pub(super) reasons: Vec<usize>,
    pub(super) time: Option<usize>,
    pub(super) id: Option<usize>,
    pub(super) correlation_id: Option<usize>,
    pub(super) initiator: [Option<usize>; 3],
    pub(super) target: [Option<usize>; 3],
    /// Which target that is.
    target_number: Option<usize>,
}

/// What a slot is tried with: a text that stands in no log, or in one that was made to mislead.
const MARK: &str = "regaudit looks what this is for";

impl Roles {
    /// Finds out what each slot of a record is for; `None` where the record cannot be tried.
    pub(super) fn find(decoder: &Decoder, texts: &Texts<'_>, event: &Event) -> Option<Self> {
        let target = number_of_target(event);
        let fields = audit_fields(decoder, texts.record)?;
        // What turns up in a trial has to be what was tried.
        let holds_mark = memmem::find(texts.record, MARK.as_bytes()).is_some();
        if fields.are_unpacked || holds_mark {
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

    pub(super) fn are_all_given(&self, texts: &Texts<'_>) -> bool {
        let single = [self.time, self.id, self.correlation_id];
        let all = single.iter().chain(&self.initiator).chain(&self.target);
        all.flatten().all(|slot| texts.get(*slot).is_some())
    }

    /// Whether a text that decides says nothing: then a text that is of no account elsewhere may decide.
    pub(super) fn leave_the_word(&self, texts: &Texts<'_>) -> bool {
        self.decides.iter().any(|slot| texts.says_nothing(*slot) || texts.is_no_list(*slot))
            || self.reasons.iter().any(|slot| texts.says_nothing(*slot))
    }

    /// Whether every text that a sketch takes from an event has a slot, and no other has.
    pub(super) fn cover(&self, event: &Event) -> bool {
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
