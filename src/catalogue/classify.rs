//! What an event means: the first rule whose condition holds.

use serde::Serialize;

use super::family::Family;
use super::field::{Facts, Field};
use super::phrases::methods_in_facts;
use super::rule::{MethodSource, OutcomeSource, Rule};
use super::rules::rules;
use crate::model::{Event, Method, Outcome};

/// What an event means, and the rule that decided.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct Classification {
    /// What came of it.
    pub outcome: Outcome,
    /// The methods it is about, each once, sorted by name.
    pub methods: Vec<Method>,
    /// The family of the rule.
    pub family: Family,
    /// Whether the service wrote it for itself.
    pub maintenance: bool,
    /// The id of the rule; [`rule`](super::rule) finds it.
    pub rule: &'static str,
}

impl Classification {
    /// Whether no rule names the event: it is of the Authentication Methods service, or speaks of
    /// security info, and that is all that is known.
    pub fn is_unknown(&self) -> bool {
        self.family == Family::Other
    }
}

/// Says what an event means; `None` where it has nothing to do with security info.
///
/// ```
/// use regaudit::{Outcome, classify, read_slice};
/// let export = br#"{"activityDateTime": "2026-03-09T08:00:00Z", "loggedByService": "Authentication Methods",
///     "activityDisplayName": "User registered all required security info", "result": "failure",
///     "resultReason": "User canceled security info registration"}"#;
/// let event = read_slice("one.json", export).next().unwrap()?;
/// let classification = classify(&event).unwrap();
/// assert_eq!(classification.outcome, Outcome::Cancelled);
/// assert_eq!(classification.rule, "registration.cancelled");
/// # Ok::<(), regaudit::Error>(())
/// ```
pub fn classify(event: &Event) -> Option<Classification> {
    classify_facts(&Facts::of(event))
}

/// [`classify`] for facts that come from elsewhere.
pub fn classify_facts(facts: &Facts<'_>) -> Option<Classification> {
    let rule = rules().find(|rule| rule.when.holds(facts))?;
    Some(Classification {
        outcome: outcome(rule, facts),
        methods: methods(rule, facts),
        family: rule.family,
        maintenance: rule.maintenance,
        rule: rule.id,
    })
}

fn outcome(rule: &Rule, facts: &Facts<'_>) -> Outcome {
    match rule.outcome {
        OutcomeSource::Is(outcome) => outcome,
        OutcomeSource::Status => match facts.get(Field::Status) {
            "success" => Outcome::Success,
            "failure" | "timeout" => Outcome::Failure,
            _ => Outcome::Unknown,
        },
    }
}

fn methods(rule: &Rule, facts: &Facts<'_>) -> Vec<Method> {
    match rule.methods {
        MethodSource::None => Vec::new(),
        MethodSource::Fixed(methods) => methods.to_vec(),
        MethodSource::Reason => methods_in_facts(facts),
        MethodSource::StrongAuthentication => {
            let names = facts.get(Field::StrongAuthenticationMethods).split(';');
            names.filter(|name| !name.is_empty()).map(Method::from_text).collect()
        }
    }
}
