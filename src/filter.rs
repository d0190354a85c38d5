//! Which events the caller wants.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::catalogue::{Classification, Family};
use crate::model::{Activity, Event, Method, Outcome, guest_home};

/// Which events are wanted. A field that is empty asks for nothing; those given must all hold, and
/// of each list one entry.
///
/// ```
/// use regaudit::{Filter, Outcome, catalogue::Family};
/// let mut filter = Filter::default();
/// filter.families = vec![Family::Registration];
/// filter.outcomes = vec![Outcome::Cancelled];
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Filter {
    /// At this time or later, UTC.
    #[serde(serialize_with = "crate::model::serialize_optional_timestamp")]
    pub since: Option<DateTime<Utc>>,
    /// Before this time, UTC.
    #[serde(serialize_with = "crate::model::serialize_optional_timestamp")]
    pub until: Option<DateTime<Utc>>,
    /// Of one of these families.
    pub families: Vec<Family>,
    /// One of these activities.
    pub activities: Vec<Activity>,
    /// With one of these outcomes.
    pub outcomes: Vec<Outcome>,
    /// About one of these methods.
    pub methods: Vec<Method>,
    /// About one of these [users](Event::user): object ids, user principal names (ASCII case aside), or
    /// the home address of a guest.
    pub users: Vec<String>,
    /// Of these families, whomever they are about: a change of policy concerns everybody. Says nothing
    /// where no [users](Self::users) are given.
    ///
    /// ```
    /// use regaudit::{Filter, catalogue::Family};
    /// let mut filter = Filter::default();
    /// filter.users = vec!["ada@example.com".to_owned()];
    /// filter.everybody = vec![Family::Policy];
    /// ```
    pub everybody: Vec<Family>,
}

impl Filter {
    /// Whether the event is wanted.
    pub fn accepts(&self, event: &Event, classification: &Classification) -> bool {
        self.accepts_time(event.time)
            && self.accepts_kind(&event.activity, classification)
            && self.accepts_user(event, classification.family)
    }

    fn accepts_user(&self, event: &Event, family: Family) -> bool {
        self.users.is_empty()
            || self.everybody.contains(&family)
            || self.users.iter().any(|user| is_about(event, user))
    }

    /// Whether nothing is asked for but families and users.
    pub(crate) fn asks_for_families_alone(&self) -> bool {
        self.since.is_none()
            && self.until.is_none()
            && self.activities.is_empty()
            && self.outcomes.is_empty()
            && self.methods.is_empty()
    }

    pub(crate) fn accepts_time(&self, time: DateTime<Utc>) -> bool {
        self.since.is_none_or(|since| time >= since) && self.until.is_none_or(|until| time < until)
    }

    /// Whether events of this activity and classification are wanted, of whomever and whenever.
    pub(crate) fn accepts_kind(
        &self,
        activity: &Activity,
        classification: &Classification,
    ) -> bool {
        is_one_of(&self.families, &classification.family)
            && is_one_of(&self.activities, activity)
            && is_one_of(&self.outcomes, &classification.outcome)
            && (self.methods.is_empty()
                || classification.methods.iter().any(|method| self.methods.contains(method)))
    }
}

impl Filter {
    /// A filter that accepts nothing that this one does not, and no less than what both accept. Of two
    /// lists without a common entry this one's stays, as an empty list would ask for nothing.
    #[cfg(feature = "polars")]
    pub(crate) fn narrowed_by(mut self, other: &Self) -> Self {
        self.since = self.since.max(other.since);
        self.until = match (self.until, other.until) {
            (Some(own), Some(other)) => Some(own.min(other)),
            (own, other) => own.or(other),
        };
        narrow_list(&mut self.families, &other.families, true);
        narrow_list(&mut self.activities, &other.activities, true);
        narrow_list(&mut self.outcomes, &other.outcomes, true);
        // An event may be about several methods, and a user has several names.
        narrow_list(&mut self.methods, &other.methods, false);
        if self.users.is_empty() {
            self.users.clone_from(&other.users);
            self.everybody.clone_from(&other.everybody);
        }
        self
    }
}

#[cfg(feature = "polars")]
fn narrow_list<T: PartialEq + Clone>(own: &mut Vec<T>, other: &[T], is_single: bool) {
    if own.is_empty() {
        own.extend_from_slice(other);
    } else if is_single && own.iter().any(|value| other.contains(value)) {
        own.retain(|value| other.contains(value));
    }
}

fn is_one_of<T: PartialEq>(wanted: &[T], found: &T) -> bool {
    wanted.is_empty() || wanted.contains(found)
}

/// Whether the event is about the user of this name: an object id, a user principal name, or the home
/// address of a guest.
pub(crate) fn is_about(event: &Event, user: &str) -> bool {
    let Some(found) = event.user() else {
        return false;
    };
    let name = found.user_principal_name;
    let is_named = |name: &str| name.eq_ignore_ascii_case(user);
    [found.id, name].into_iter().flatten().any(is_named)
        || name.and_then(guest_home).is_some_and(|home| is_named(&home))
}
