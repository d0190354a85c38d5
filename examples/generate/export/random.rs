//! Chance that repeats itself: the same seed gives the same draws on every machine, for ever.

/// `SplitMix64`: small, fast, and never going to change under us, as a dependency could.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    /// A number from zero up to, not including, `bound`; zero when `bound` is.
    pub fn below(&mut self, bound: u64) -> u64 {
        let product = u128::from(self.next()) * u128::from(bound);
        (product >> 64) as u64
    }

    /// True in `percent` of a hundred cases.
    pub fn share(&mut self, percent: f64) -> bool {
        let draw = f64::from((self.next() >> 32) as u32);
        draw * 100.0 < percent * 4_294_967_296.0
    }

    /// True once in `times`.
    pub fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// One of `choices`, which must not be empty.
    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        nth(choices, self.below(choices.len() as u64))
    }

    /// One of `choices`, each as likely as its weight says.
    pub fn weighted<T: Copy>(&mut self, choices: &[(u64, T)]) -> T {
        let total = choices.iter().map(|(weight, _)| weight).sum();
        let mut left = self.below(total);
        for &(weight, choice) in choices {
            if left < weight {
                return choice;
            }
            left -= weight;
        }
        choices[0].1
    }
}

/// The choice of that number, counted round and round; `choices` must not be empty.
pub fn nth<T: Copy>(choices: &[T], number: u64) -> T {
    let index = number % choices.len() as u64;
    choices[usize::try_from(index).unwrap_or(0)]
}
