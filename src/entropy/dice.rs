//! Chance that repeats itself: what a made-up customer does next, how a name is misspelt.

use chrono::TimeDelta;

/// SplitMix64 (Steele, Lea and Flood, 2014). For stories, never for secrets or ids.
pub struct Dice(u64);

impl Dice {
    const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

    /// The dice of one of many stories that share a seed.
    pub fn new(seed: u64, story: u64) -> Self {
        let mut mixed = Self(seed);
        Self(mixed.next() ^ Self(story).next())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(Self::STEP);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// 0 up to `end`, without it; 0 when `end` is 0.
    pub fn below(&mut self, end: usize) -> usize {
        // The bias of a remainder is below 2⁻⁴⁰ for every `end` used here.
        usize::try_from(self.next() % (end.max(1) as u64)).unwrap_or(0)
    }

    /// True so many times of a thousand.
    pub fn permille(&mut self, chance: usize) -> bool {
        self.below(1000) < chance
    }

    /// One of them; none when there are none.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len()))
    }

    /// A part of a time, from so many thousandths of it to so many, in whole milliseconds and at least one of them.
    pub fn part(&mut self, of: TimeDelta, from: usize, to: usize) -> TimeDelta {
        let millis = of.num_milliseconds().max(0) / 1000;
        // Six more digits of chance, so that moments do not stand on a grid.
        let share = from * 1000 + self.below((to - from) * 1000);
        let part = i128::from(millis) * share as i128 / 1000;
        TimeDelta::milliseconds(i64::try_from(part).unwrap_or(i64::MAX / 2_000_000).max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_splitmix64() {
        // The first values of the reference implementation for the seed 1234567.
        let mut dice = Dice(1_234_567);
        assert_eq!(
            [dice.next(), dice.next(), dice.next()],
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }

    #[test]
    fn a_part_is_within_its_bounds() {
        let mut dice = Dice::new(1, 2);
        for _ in 0..1000 {
            let part = dice.part(TimeDelta::hours(10), 100, 250);
            assert!(part >= TimeDelta::hours(1) && part <= TimeDelta::minutes(150), "{part}");
        }
        assert_eq!(dice.part(TimeDelta::zero(), 0, 1000), TimeDelta::milliseconds(1));
    }
}
