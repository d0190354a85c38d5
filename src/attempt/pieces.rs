//! Long lists.

/// How much a piece holds.
const PIECE: usize = 64 * 1024;

/// A list in pieces: as it grows, nothing that is in it is copied, so it never takes twice its size.
#[derive(Debug, Clone)]
pub(super) struct Pieces<T> {
    /// All but the last are full.
    pieces: Vec<Vec<T>>,
}

impl<T> Default for Pieces<T> {
    fn default() -> Self {
        Self { pieces: Vec::new() }
    }
}

impl<T: Copy> Pieces<T> {
    pub(super) fn push(&mut self, value: T) {
        match self.pieces.last_mut() {
            Some(piece) if piece.len() < PIECE => piece.push(value),
            _ => self.pieces.push(vec![value]),
        }
    }

    pub(super) fn len(&self) -> usize {
        let last = self.pieces.last().map_or(0, Vec::len);
        self.pieces.len().saturating_sub(1) * PIECE + last
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.pieces.iter().flatten()
    }

    /// The places of the values of each group, given how many groups there are and which a value is of.
    /// There are fewer than four billion values, as memory ends before.
    pub(super) fn grouped(&self, groups: usize, group_of: impl Fn(&T) -> u32) -> Groups {
        let mut ends = vec![0_u32; groups + 1];
        for value in self.iter() {
            ends[group_of(value) as usize + 1] += 1;
        }
        for group in 1..=groups {
            ends[group] += ends[group - 1];
        }
        // What is yet the end of the group before becomes the end of the group, as its places are put in.
        let mut places = vec![0; self.len()];
        for (value, place) in self.iter().zip(0..) {
            let end = &mut ends[group_of(value) as usize];
            places[*end as usize] = place;
            *end += 1;
        }
        ends.pop();
        Groups { ends, places }
    }

    /// The values at these places.
    pub(super) fn at(&self, places: &[u32]) -> Vec<T> {
        let places = places.iter().map(|place| *place as usize);
        places.map(|place| self.pieces[place / PIECE][place % PIECE]).collect()
    }
}

impl<T: Copy> FromIterator<T> for Pieces<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let mut all = Self::default();
        for value in values {
            all.push(value);
        }
        all
    }
}

/// Where the values of each group are.
#[derive(Debug)]
pub(super) struct Groups {
    ends: Vec<u32>,
    places: Vec<u32>,
}

impl Groups {
    /// The places of a group's values, in order.
    pub(super) fn places(&self, group: usize) -> &[u32] {
        let start = group.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.places[start as usize..self.ends[group] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_hold_what_a_search_finds() {
        for length in [0, 1, PIECE, 2 * PIECE + 1] {
            let values: Vec<u32> =
                (0..).map(|number: u32| number.wrapping_mul(7919)).take(length).collect();
            let pieces: Pieces<u32> = values.iter().copied().collect();
            assert_eq!((pieces.len(), pieces.iter().copied().collect()), (length, values.clone()));
            // Nothing is of the second group.
            let group_of = |value: &u32| [0, 2, 3][*value as usize % 3];
            let groups = pieces.grouped(4, group_of);
            for group in 0..4 {
                let found = pieces.at(groups.places(group as usize));
                let all = values.iter().copied().filter(|value| group_of(value) == group);
                assert_eq!(found, all.collect::<Vec<_>>(), "{group} of {length}");
            }
        }
    }
}
