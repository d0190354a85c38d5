//! What a rule asks of a record.

use super::field::{Facts, Field};

/// A condition on named fields of a record.
///
/// Equality, containment and word match, with all, any and not: nothing more, because every
/// condition must mean the same in SQL and in KQL, where regular expressions and case folding differ
/// from engine to engine. Fields that [fold](Field::folds) are compared in ASCII lower case, and
/// the literals for them are written that way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Condition {
    /// The field is the text.
    Is(Field, &'static str),
    /// The field is one of the texts.
    OneOf(Field, &'static [&'static str]),
    /// The field holds the text somewhere.
    Contains(Field, &'static str),
    /// The field holds the text between separators (blanks and `. , ; : ( ) [ ] / + -`) or its ends.
    Word(Field, &'static str),
    /// Every one holds.
    All(&'static [Condition]),
    /// At least one holds.
    Any(&'static [Condition]),
    /// It does not hold.
    Not(&'static Condition),
}

/// What [`Condition::Word`] takes for the border of a word.
pub(crate) const SEPARATORS: &[char] = &['.', ',', ';', ':', '(', ')', '[', ']', '/', '+', '-'];

impl Condition {
    /// Whether the condition holds for the facts of a record.
    pub fn holds(&self, facts: &Facts<'_>) -> bool {
        match *self {
            Self::Is(field, text) => facts.get(field) == text,
            Self::OneOf(field, texts) => texts.contains(&facts.get(field)),
            Self::Contains(field, text) => facts.get(field).contains(text),
            Self::Word(field, text) => has_word(facts.get(field), text),
            Self::All(conditions) => conditions.iter().all(|condition| condition.holds(facts)),
            Self::Any(conditions) => conditions.iter().any(|condition| condition.holds(facts)),
            Self::Not(condition) => !condition.holds(facts),
        }
    }

    /// Calls `visit` with every field and literal of the condition, in order.
    pub fn for_each_literal(&self, visit: &mut impl FnMut(Field, &'static str)) {
        match *self {
            Self::Is(field, text) | Self::Contains(field, text) | Self::Word(field, text) => {
                visit(field, text);
            }
            Self::OneOf(field, texts) => texts.iter().for_each(|text| visit(field, text)),
            Self::All(conditions) | Self::Any(conditions) => {
                for condition in conditions {
                    condition.for_each_literal(visit);
                }
            }
            Self::Not(condition) => condition.for_each_literal(visit),
        }
    }
}

/// Whether `word` stands in `text` between separators: in SQL, `position` of the word between
/// blanks in the text with separators translated to blanks and a blank at each end.
fn has_word(text: &str, word: &str) -> bool {
    let is_border = |character: Option<char>| {
        character.is_none_or(|character| character == ' ' || SEPARATORS.contains(&character))
    };
    text.match_indices(word).any(|(start, found)| {
        is_border(text[..start].chars().next_back())
            && is_border(text[start + found.len()..].chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_borders() {
        assert!(has_word("user registered sms.", "sms"));
        assert!(has_word("sms", "sms"));
        assert!(has_word("call +1 202", "1"));
        assert!(!has_word("sms2 xsms", "sms"));
        assert!(has_word("smsx sms", "sms"));
        assert!(!has_word("", "sms"));
    }
}
