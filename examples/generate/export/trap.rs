//! Traps for readers that skip in a hurry: content that is hard to scan and changes nothing.

use super::random::Random;
use super::record::{Disguise, Initiator, Modified, Record};

/// Ways to mislead a reader that looks at bytes rather than at meaning.
#[derive(Clone, Copy)]
enum Trap {
    /// Escapes that hide what is there.
    Disguise(Disguise),
    /// What a reader looks for, in a place where it means nothing.
    Name(&'static str),
    /// Text that looks like the end of a string, a record or a row.
    Punctuation,
    /// A record in a record, as text.
    Nested,
    /// A value longer than most buffers.
    Length,
}

const TRAPS: [(u64, Trap); 9] = [
    (10, Trap::Disguise(Disguise::KEYS)),
    (10, Trap::Disguise(Disguise::VALUES)),
    (10, Trap::Disguise(Disguise::BOTH)),
    (10, Trap::Name("Authentication Methods")),
    (10, Trap::Name("User registered security info")),
    (10, Trap::Name("\"loggedByService\":\"Authentication Methods\"")),
    (20, Trap::Punctuation),
    (20, Trap::Nested),
    (1, Trap::Length),
];

/// How long a long value is, at least.
const LENGTH: usize = 300_000;

const PUNCTUATION: &str = "a \"quoted\" {brace}, [bracket]; it's 100 % \\ C:\\temp\\\r\nsecond line\t\
                           \"}]}\n{\"records\":[{ \u{1} é 漢 😀 , \"\",\"";

const NESTED: &str = "{\"loggedByService\":\"Authentication Methods\",\
                      \"activityDisplayName\":\"User registered security info\",\
                      \"result\":\"failure\",\"targetResources\":[{\"id\":\"not this one\"}]}";

/// Makes `record` hard to scan without changing what it says: time, service, activity, result and
/// the ids of those involved stay as they were.
pub fn set(random: &mut Random, record: &mut Record) {
    match random.weighted(&TRAPS) {
        Trap::Disguise(disguise) => record.disguise = disguise,
        Trap::Name(name) => rename(record, name),
        Trap::Punctuation => {
            rename(record, PUNCTUATION);
            record.details.push(("Note".into(), PUNCTUATION.into()));
        }
        Trap::Nested => {
            let detail = ("loggedByService".into(), "Authentication Methods".into());
            record.details.insert(0, detail);
            record.details.push(("Context".into(), NESTED.into()));
            modify(record, Modified::new("activityDisplayName", NESTED, NESTED));
        }
        Trap::Length => {
            let long = NESTED.repeat(LENGTH / NESTED.len() + 1);
            record.details.push(("Trace".into(), long.into()));
        }
    }
}

/// Gives the people, groups and programs of a record another display name.
fn rename(record: &mut Record, name: &'static str) {
    for target in &mut record.targets {
        target.display_name = Some(name.into());
    }
    match &mut record.initiator {
        Initiator::User { display_name, .. } => *display_name = Some(name.into()),
        Initiator::App { display_name, .. } => *display_name = name.into(),
    }
    modify(record, Modified::added("Group.DisplayName", format!("\"{name}\"")));
}

/// Adds a changed property where there may be one: a null list has to stay null.
fn modify(record: &mut Record, modified: Modified) {
    if let Some(list) = record.targets.iter_mut().find_map(|target| target.modified.as_mut()) {
        list.push(modified);
    }
}
