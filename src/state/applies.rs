//! Whether a policy reaches a user, as far as that can be told.

use serde::Serialize;

/// Whether something that names users, groups and roles is about a user.
///
/// Exports rarely hold every group of a user, so "unknown" is an answer, and says what would decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Applies {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// It depends on what is not known. Empty where the export does not say whom it is about.
    Unknown(Vec<Membership>),
}

/// Something that a user may be or belong to, and that decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Membership {
    /// Being the user with this object id.
    User(String),
    /// Being in the group with this object id.
    Group(String),
    /// Holding the role with this template id.
    Role(String),
    /// Being a guest or an external user.
    Guest,
}

/// What is known of a user. Lists are complete: what they do not hold, the user is not in.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Known<'a> {
    pub(super) user_id: Option<&'a str>,
    pub(super) groups: Option<&'a [String]>,
    pub(super) roles: Option<&'a [String]>,
}

impl Known<'_> {
    /// Whether the user is, or belongs to, what is named. `None` where that is not known.
    pub(super) fn is(&self, membership: &Membership) -> Option<bool> {
        let is_among = |list: Option<&[String]>, id: &str| {
            list.map(|list| list.iter().any(|own| own.eq_ignore_ascii_case(id)))
        };
        match membership {
            Membership::User(id) => self.user_id.map(|own| own.eq_ignore_ascii_case(id)),
            Membership::Group(id) => is_among(self.groups, id),
            Membership::Role(id) => is_among(self.roles, id),
            Membership::Guest => None,
        }
    }
}

/// One side of a policy: everybody, or who belongs to one of these.
#[derive(Debug, Clone, Default)]
pub(super) struct Side {
    pub(super) is_everybody: bool,
    pub(super) memberships: Vec<Membership>,
}

impl Side {
    /// Whether the user is on this side.
    fn holds(&self, known: &Known<'_>) -> Applies {
        if self.is_everybody || self.memberships.iter().any(|one| known.is(one) == Some(true)) {
            return Applies::Yes;
        }
        let open: Vec<_> =
            self.memberships.iter().filter(|one| known.is(one).is_none()).cloned().collect();
        if open.is_empty() { Applies::No } else { Applies::Unknown(open) }
    }
}

/// Whether who is included and not excluded is the user: exclusion wins.
pub(super) fn decide(include: &Side, exclude: &Side, known: &Known<'_>) -> Applies {
    match (include.holds(known), exclude.holds(known)) {
        (Applies::No, _) | (_, Applies::Yes) => Applies::No,
        (Applies::Unknown(mut open), Applies::Unknown(more)) => {
            open.extend(more);
            Applies::Unknown(open)
        }
        (Applies::Yes, rest @ Applies::Unknown(_)) => rest,
        (included, Applies::No) => included,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(groups: &[&str]) -> Side {
        let memberships = groups.iter().map(|id| Membership::Group((*id).to_owned())).collect();
        Side { is_everybody: false, memberships }
    }

    #[test]
    fn exclusion_wins_and_what_is_not_known_stays_open() {
        let all = Side { is_everybody: true, ..Side::default() };
        let none = Side::default();
        let groups = ["a".to_owned()];
        let in_a = Known { groups: Some(&groups), ..Known::default() };
        let nobody = Known::default();
        let open = |ids: &[&str]| Applies::Unknown(side(ids).memberships);
        let cases = [
            (&all, &none, nobody, Applies::Yes),
            (&all, &all, nobody, Applies::No),
            (&none, &none, nobody, Applies::No),
            (&all, &side(&["A"]), in_a, Applies::No),
            (&all, &side(&["b"]), in_a, Applies::Yes),
            (&all, &side(&["b"]), nobody, open(&["b"])),
            (&side(&["a"]), &side(&["b"]), nobody, open(&["a", "b"])),
            (&side(&["a"]), &none, in_a, Applies::Yes),
            (&side(&["b"]), &none, in_a, Applies::No),
        ];
        for (number, (include, exclude, known, expected)) in cases.into_iter().enumerate() {
            assert_eq!(decide(include, exclude, &known), expected, "case {number}");
        }
    }
}
