//! Choices that depend on a seed alone.

/// SplitMix64 (Steele, Lea, Flood 2014).
#[derive(Debug, Clone)]
pub struct Seed(u64);

impl Seed {
    /// The choices of this seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Choices of their own for a part of a test, so that one more draw there moves nothing elsewhere.
    pub fn part(&self, number: u64) -> Self {
        let mut part = Self(self.0 ^ number.wrapping_mul(0xd134_2543_de82_ef95));
        part.draw();
        part
    }

    /// The next 64 bits.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below a limit; 0 where the limit is 0.
    pub fn below(&mut self, limit: usize) -> usize {
        let drawn = self.draw() % (limit.max(1) as u64);
        usize::try_from(drawn).unwrap_or(0)
    }

    /// Whether something happens that happens so often in a hundred.
    pub fn percent(&mut self, often: usize) -> bool {
        self.below(100) < often
    }

    /// One of several.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_says_the_same_again_and_its_parts_differ() {
        let drawn = |mut seed: Seed| (0..5).map(|_| seed.draw()).collect::<Vec<_>>();
        assert_eq!(drawn(Seed::new(7)), drawn(Seed::new(7)));
        assert_ne!(drawn(Seed::new(7).part(1)), drawn(Seed::new(7).part(2)));
        // The published first output for seed 0.
        assert_eq!(Seed::new(0).draw(), 0xe220_a839_7b1d_cdaf);
    }

    #[test]
    fn nothing_to_choose_from_is_no_choice() {
        let mut seed = Seed::new(1);
        assert_eq!((seed.below(0), seed.below(1), seed.pick::<u8>(&[])), (0, 0, None));
        assert!((0..100).all(|_| seed.percent(100) && !seed.percent(0)));
    }
}
