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
    needles_of(|family| family == Family::Other || families.contains(&family))
}

/// The same without those of [`Family::Other`], unless it is among the families: what no record of the
/// families goes without, and few others hold.
pub(crate) fn own_needles(families: &[Family]) -> Vec<&'static str> {
    needles_of(|family| families.contains(&family))
}

fn needles_of(is_wanted: impl Fn(Family) -> bool) -> Vec<&'static str> {
    let covers = rules().filter(|rule| is_wanted(rule.family)).map(|rule| &rule.when);
    let covers = covers.flat_map(|when| cover(when).map(|cover| cover.texts).unwrap_or_default());
    let mut needles: Vec<&str> = covers.collect();
    needles.sort_unstable();
    needles.dedup();
    let all = needles.clone();
    let holds_another =
        |needle: &str| all.iter().any(|other| *other != needle && needle.contains(other));
    needles.retain(|needle| !holds_another(needle));
    needles
}

/// Texts of which a record must hold one.
struct Cover {
    texts: Vec<&'static str>,
    /// Whether they name services, which most records of a log may be of.
    are_services: bool,
}

impl Cover {
    fn of(field: Field, texts: Vec<&'static str>) -> Self {
        Self { texts, are_services: field == Field::Service }
    }

    /// What tells fewer records apart is worse, then what takes more texts to look for, then shorter
    /// ones; texts that the catch-all rules look for anyway cost nothing more.
    fn cost(&self) -> (bool, usize, usize) {
        const ALWAYS: [&str; 2] = ["Authentication Methods", "security info"];
        let is_extra = |text: &&&str| !ALWAYS.iter().any(|always| text.contains(always));
        let extra = self.texts.iter().filter(is_extra).count();
        let shortest = self.texts.iter().map(|text| text.len()).min().unwrap_or_default();
        (self.are_services && extra > 0, extra, usize::MAX - shortest)
    }
}

/// What covers the condition; `None` where it demands no text.
fn cover(condition: &Condition) -> Option<Cover> {
    match *condition {
        Condition::Is(field, text) => verbatim(field, &[text]),
        Condition::OneOf(field, texts) => verbatim(field, texts),
        Condition::Contains(field, text) | Condition::Word(field, text) => match field {
            Field::Service | Field::Activity | Field::Operation => {
                Some(Cover::of(field, vec![text]))
            }
            Field::ChangedProperties => Some(Cover::of(field, vec![text.trim_matches(';')])),
            _ => None,
        },
        Condition::All(conditions) => {
            let covers = conditions.iter().filter_map(cover);
            covers.min_by_key(Cover::cost)
        }
        Condition::Any(conditions) => {
            let covers: Option<Vec<_>> = conditions.iter().map(cover).collect();
            let covers = covers?;
            Some(Cover {
                are_services: covers.iter().any(|cover| cover.are_services),
                texts: covers.into_iter().flat_map(|cover| cover.texts).collect(),
            })
        }
        Condition::Not(_) => None,
    }
}

/// The texts as an export writes them, where the field is one that it writes.
fn verbatim(field: Field, texts: &[&'static str]) -> Option<Cover> {
    if texts.iter().any(|text| text.is_empty()) {
        return None;
    }
    let texts = match field {
        Field::Service | Field::Operation => texts.to_vec(),
        Field::Activity => texts.iter().flat_map(|text| spellings(text)).collect(),
        Field::StrongAuthenticationChange => vec!["StrongAuthentication"],
        _ => return None,
    };
    Some(Cover::of(field, texts))
}

fn spellings(activity: &'static str) -> Vec<&'static str> {
    match Activity::from_text(activity).spellings() {
        [] => vec![activity],
        spellings => spellings.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Most records of a log are of these services, so that their names tell nothing.
    #[test]
    fn no_busy_service_is_looked_for() {
        let needles = super::needles(&Family::ALL);
        for service in ["Core Directory", "Conditional Access", "Self-service Group Management"] {
            assert!(!needles.contains(&service), "{service}");
        }
    }

    /// Most records of the service are about single users.
    #[test]
    fn changes_of_policy_are_told_from_the_rest_of_their_service() {
        let needles = own_needles(&[Family::Policy]);
        assert!(needles.contains(&"Authentication Methods Policy Update"), "{needles:?}");
        assert!(!needles.iter().any(|needle| "Authentication Methods".contains(needle)));
        assert!(!needles.iter().any(|needle| needle.contains("security info")), "{needles:?}");
    }

    /// A rule that demands no text would be found by chance alone.
    #[test]
    fn every_rule_demands_a_text() {
        for rule in rules() {
            let texts = cover(&rule.when).map(|cover| cover.texts).unwrap_or_default();
            assert!(!texts.is_empty() && texts.iter().all(|text| !text.is_empty()), "{}", rule.id);
        }
    }

    #[test]
    fn a_service_is_looked_for_where_nothing_else_is_asked() {
        assert!(super::needles(&[]).contains(&"Authentication Methods"));
    }
}
