//! The rules themselves, one file per family.
//!
//! Within a family the order of the file decides, between families that of [`Family::ALL`]. What
//! several families ask for stands here.

mod credential;
mod other;
mod password;
mod policy;
mod registration;
mod role;
mod twin;

use super::condition::Condition::{self, Is, OneOf};
use super::family::Family;
use super::field::Field::{Service, Status};
use super::rule::Rule;

/// The service of combined registration. Exports that name no service (the first diagnostic schema)
/// count as it: nearly all activities that rules ask for beside it are listed under it alone.
const AUTHENTICATION_METHODS: Condition = OneOf(Service, &["Authentication Methods", ""]);
/// The service for self-service password reset, or none, as in Microsoft's own record of 2018.
const SSPR: Condition = OneOf(Service, &["Self-service Password Management", ""]);
const CORE_DIRECTORY: Condition = Is(Service, "Core Directory");
const SUCCESS: Condition = Is(Status, "success");
const FAILED: Condition = OneOf(Status, &["failure", "timeout"]);

/// Every rule, in the order in which they are tried.
///
/// ```
/// use regaudit::catalogue::rules;
/// assert!(rules().all(|rule| rule.id.starts_with(rule.family.as_str())));
/// ```
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    Family::ALL.into_iter().flat_map(of_family)
}

/// The rule with this id.
///
/// ```
/// use regaudit::catalogue::{Family, rule};
/// assert_eq!(rule("registration.cancelled").unwrap().family, Family::Registration);
/// assert!(rule("registration.forgotten").is_none());
/// ```
pub fn rule(id: &str) -> Option<&'static Rule> {
    rules().find(|rule| rule.id == id)
}

const fn of_family(family: Family) -> &'static [Rule] {
    match family {
        Family::Registration => registration::RULES,
        Family::Policy => policy::RULES,
        Family::Credential => credential::RULES,
        Family::Twin => twin::RULES,
        Family::Password => password::RULES,
        Family::Role => role::RULES,
        Family::Other => other::RULES,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::classify::{Classification, classify_facts};
    use super::super::field::{Facts, Field};
    use super::*;
    use crate::model::Activity;

    /// Every literal of every condition, with the rule and the field.
    fn literals() -> Vec<(&'static str, Field, &'static str)> {
        let mut literals = Vec::new();
        for rule in rules() {
            rule.when.for_each_literal(&mut |field, text| literals.push((rule.id, field, text)));
        }
        literals
    }

    /// The activities that conditions compare for equality.
    fn activities(condition: &Condition, found: &mut HashSet<&'static str>) {
        match *condition {
            Is(Field::Activity, text) => found.extend([text]),
            OneOf(Field::Activity, texts) => found.extend(texts),
            Condition::All(conditions) | Condition::Any(conditions) => {
                for condition in conditions {
                    activities(condition, found);
                }
            }
            Condition::Not(condition) => activities(condition, found),
            _ => {}
        }
    }

    #[test]
    fn ids_are_unique_and_begin_with_the_family() {
        let mut ids = HashSet::new();
        for rule in rules() {
            let rest = rule.id.strip_prefix(rule.family.as_str()).unwrap_or_default();
            let name = rest.strip_prefix('.').unwrap_or_default();
            let is_snake_case = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            assert!(is_snake_case && !name.is_empty(), "{}", rule.id);
            assert!(ids.insert(rule.id), "{} twice", rule.id);
            assert!(super::rule(rule.id).is_some_and(|found| found.id == rule.id));
        }
    }

    /// This also shows that no rule stands behind one that takes everything from it.
    #[test]
    fn every_example_is_decided_by_its_own_rule() {
        for rule in rules() {
            let decided = Classification {
                outcome: rule.example.outcome,
                methods: rule.example.methods.to_vec(),
                family: rule.family,
                maintenance: rule.maintenance,
                rule: rule.id,
            };
            assert_eq!(classify_facts(&Facts::new(rule.example.facts)), Some(decided));
        }
    }

    #[test]
    fn literals_mean_the_same_in_every_language() {
        for (id, field, text) in literals() {
            assert!(text.is_ascii(), "{id}: {text}");
            assert!(!text.contains(['\'', '"', '\\', '%']), "{id}: {text}");
            assert!(field != Field::Reason || !text.contains('_'), "{id}: {text}");
            if field.folds() {
                assert_eq!(text, text.to_ascii_lowercase(), "{id}");
            }
        }
    }

    #[test]
    fn activities_go_by_their_usual_name() {
        for (id, field, text) in literals() {
            if field == Field::Activity {
                assert_eq!(Activity::from_text(text).as_str(), text, "{id}");
            }
        }
    }

    #[test]
    fn every_known_activity_has_a_rule() {
        let mut named = HashSet::new();
        for rule in rules() {
            activities(&rule.when, &mut named);
        }
        for activity in Activity::KNOWN {
            assert!(named.contains(activity.as_str()), "{activity}");
        }
    }

    #[test]
    fn texts_are_complete() {
        for rule in rules() {
            let (id, meaning, explanation) = (rule.id, rule.meaning, rule.explanation);
            assert!(!meaning.is_empty() && meaning.chars().count() <= 100, "{id}: {meaning}");
            assert!(!meaning.ends_with('.'), "{id}: {meaning}");
            assert!(explanation.ends_with('.'), "{id}: {explanation}");
            for text in [meaning, explanation] {
                assert_eq!(text.trim(), text, "{id}");
                assert!(!text.contains("  ") && !text.contains(['\n', '|']), "{id}: {text}");
            }
        }
    }

    #[test]
    fn every_rule_is_attested_best_authority_first() {
        for rule in rules() {
            assert!(!rule.attested.is_empty(), "{}", rule.id);
            assert!(rule.attested.is_sorted_by(|one, next| one < next), "{}", rule.id);
        }
    }
}
