//! The catalogue: what each audit record about security info means, held as data.
//!
//! A [`Rule`] says which service, activity, status and reason it speaks of, and what that means. From
//! the one table [`rules`] follow the [classification](classify) of an event, the
//! [byte strings](needles) a prefilter may look for, and the [documentation](markdown).
//!
//! The first rule whose [`Condition`] holds decides. Families stand in the order of [`Family::ALL`],
//! with the catch-alls of [`Family::Other`] last.

mod classify;
mod condition;
mod family;
mod field;
mod needles;
mod phrases;
mod prose;
mod rule;
mod rules;
mod sketch;

pub use self::classify::{Classification, classify, classify_facts};
pub use self::condition::Condition;
#[cfg(feature = "polars")]
pub(crate) use self::condition::SEPARATORS;
pub use self::family::Family;
pub use self::field::{Facts, Field};
pub(crate) use self::field::{reads_values, strong_authentication_held};
pub use self::needles::needles;
pub(crate) use self::needles::own_needles;
pub use self::phrases::{PHRASES, Phrase, methods_in};
pub use self::prose::markdown;
pub use self::rule::{Attestation, Example, MethodSource, OutcomeSource, Rule};
pub use self::rules::{rule, rules};
pub(crate) use self::sketch::{
    Kind, SHELVES, Sketch, Sketchbook, UserMemory, UserNames, UserNumber,
};
