//! The byte strings that a prefilter may look for.

use super::condition::Condition;
use super::family::Family;
use super::field::Field;
use super::rules::rules;
use crate::model::Activity;

/// Texts of which every record of the families holds at least one, verbatim, in any export.
///
/// A record without any of them, and without an escape that could spell one, is none of these
/// families and need not be parsed. The texts are worked out from the conditions of the rules; those
/// of [`Family::Other`] are always among them, so that unknown events are seen whatever is asked for.
///
/// ```
/// use regaudit::catalogue::{Family, needles};
/// assert!(needles(&[Family::Registration]).contains(&"Authentication Methods"));
/// ```
pub fn needles(families: &[Family]) -> Vec<&'static str> {
    let wanted = |family: Family| family == Family::Other || families.contains(&family);
    let covers = rules().filter(|rule| wanted(rule.family)).map(|rule| &rule.when);
    let mut needles: Vec<&str> = covers.flat_map(|when| cover(when).unwrap_or_default()).collect();
    needles.sort_unstable();
    needles.dedup();
    let all = needles.clone();
    let holds_another =
        |needle: &str| all.iter().any(|other| *other != needle && needle.contains(other));
    needles.retain(|needle| !holds_another(needle));
    needles
}

/// Texts of which a record must hold one if the condition is to hold; `None` where the condition
/// demands no text.
fn cover(condition: &Condition) -> Option<Vec<&'static str>> {
    match *condition {
        Condition::Is(field, text) => verbatim(field, &[text]),
        Condition::OneOf(field, texts) => verbatim(field, texts),
        Condition::Contains(field, text) | Condition::Word(field, text) => match field {
            Field::Service | Field::Activity | Field::Operation => Some(vec![text]),
            Field::ChangedProperties => Some(vec![text.trim_matches(';')]),
            _ => None,
        },
        Condition::All(conditions) => {
            let covers = conditions.iter().filter_map(cover);
            covers.min_by_key(|texts| cost(texts))
        }
        Condition::Any(conditions) => {
            let covers: Option<Vec<_>> = conditions.iter().map(cover).collect();
            covers.map(|covers| covers.concat())
        }
        Condition::Not(_) => None,
    }
}

/// Fewer texts are better, then longer ones; those the catch-all rules look for cost nothing more.
fn cost(texts: &[&str]) -> (usize, usize) {
    const ALWAYS: [&str; 2] = ["Authentication Methods", "security info"];
    let is_extra = |text: &&&str| !ALWAYS.iter().any(|always| text.contains(always));
    let shortest = texts.iter().map(|text| text.len()).min().unwrap_or_default();
    (texts.iter().filter(is_extra).count(), usize::MAX - shortest)
}

/// The texts as an export writes them, where the field is one that it writes.
fn verbatim(field: Field, texts: &[&'static str]) -> Option<Vec<&'static str>> {
    if texts.iter().any(|text| text.is_empty()) {
        return None;
    }
    match field {
        Field::Service | Field::Operation => Some(texts.to_vec()),
        Field::Activity => Some(texts.iter().flat_map(|text| spellings(text)).collect()),
        Field::StrongAuthenticationChange => Some(vec!["StrongAuthentication"]),
        _ => None,
    }
}

fn spellings(activity: &'static str) -> Vec<&'static str> {
    match Activity::from_text(activity).spellings() {
        [] => vec![activity],
        spellings => spellings.to_vec(),
    }
}
