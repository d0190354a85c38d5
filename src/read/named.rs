//! Which records are passed over because they can be about nobody who is asked for.

use std::ops::Range;
use std::sync::Arc;

use super::reader::own_prefilter;
use crate::filter::Filter;
use crate::scan::{Names, Pace, Prefilter};

/// How far apart the places are at which a record that is passed over is decoded nevertheless, up to
/// which place: most inputs are small, and of large ones few records are enough. At the beginning they are
/// nearer than records are long, so that the first one is among them, behind whatever stands before it.
const STRIDES: [(u64, u64); 5] = [
    (16 * 1024, 256),
    (32 * 1024, 4 * 1024),
    (256 * 1024, 32 * 1024),
    (16 * 1024 * 1024, 256 * 1024),
    (u64::MAX, 1024 * 1024),
];

/// What tells the records that may be about a user who is asked for, or of a family that is wanted of
/// everybody.
#[derive(Debug)]
pub(super) struct Named {
    names: Names,
    everybody: Option<Arc<Prefilter>>,
}

impl Named {
    /// `None` where nobody is asked for, or users whose names cannot be told by bytes.
    pub(super) fn new(filter: &Filter, pace: Pace) -> Option<Self> {
        let names = Names::new(&filter.users, pace)?;
        let families = &filter.everybody;
        let everybody = (!families.is_empty()).then(|| own_prefilter(families, pace));
        Some(Self { names, everybody })
    }

    /// Whether the record has to be decoded.
    pub(super) fn interest(&self, record: &[u8]) -> Interest {
        let is_candidate = |prefilter: &Arc<Prefilter>| prefilter.find(record, 0).is_some();
        if self.names.may_stand_in(record) {
            Interest::Users
        } else if self.everybody.as_ref().is_some_and(is_candidate) {
            Interest::Everybody
        } else {
            Interest::None
        }
    }
}

/// Whom a record may concern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Interest {
    /// Nobody who is asked for.
    None,
    /// The users who are asked for, or everybody where nobody is.
    Users,
    /// Everybody, and none of these users by name.
    Everybody,
}

/// Whether a record that is passed over is one of those that are decoded nevertheless. It depends on
/// nothing but its place in the text of the input, so that pieces and threads decide nothing.
pub(super) fn is_sampled(place: &Range<u64>) -> bool {
    let stride = STRIDES.iter().find(|(end, _)| place.start < *end).map(|(_, stride)| *stride);
    let next = stride.and_then(|stride| place.start.checked_next_multiple_of(stride));
    next.is_some_and(|next| next < place.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_stand_at_fixed_places() {
        const KILOBYTE: u64 = 1024;
        for place in [0, 4, 28, 32, 224, 256, 512, 16 * 1024, 17 * 1024] {
            let place = place * KILOBYTE;
            assert!(is_sampled(&(place..place + 1)), "{place}");
            assert!(is_sampled(&(place.saturating_sub(9)..place + 9)), "{place}");
            assert!(!is_sampled(&(place + 1..place + 256)), "{place}");
        }
        assert!(is_sampled(&(98..700)), "the first record of a page");
        assert!(!is_sampled(&(16 * KILOBYTE + 1..20 * KILOBYTE)));
        assert!(!is_sampled(&(257 * KILOBYTE..512 * KILOBYTE)));
        assert!(!is_sampled(&(16 * 1024 * KILOBYTE + 1..17 * 1024 * KILOBYTE)));
        assert!(!is_sampled(&(u64::MAX - 1..u64::MAX)));
    }
}
