//! Randomness as a port: the hub takes it as an argument, so that a simulated world can give it.

/// Gives unpredictable bytes.
pub trait Randomness {
    /// Fills the buffer.
    fn fill(&mut self, bytes: &mut [u8]);
}

/// An array of random bytes.
pub fn draw<const N: usize>(randomness: &mut dyn Randomness) -> [u8; N] {
    let mut bytes = [0; N];
    randomness.fill(&mut bytes);
    bytes
}
