//! NIST SP 800-90A §10.1.2 — the same octets again for the same seed

use std::convert::Infallible;

use rsa::rand_core::{TryCryptoRng, TryRng};

use crate::crypto::drbg::HmacDrbg;

/// A stream of octets that a seed decides, so that a test run can be repeated to the last octet.
pub struct Random(HmacDrbg);

impl Random {
    /// The stream that `seed` decides.
    pub fn seeded(seed: &[u8]) -> Self {
        Self(HmacDrbg::new(seed, &[], b"testkit"))
    }

    /// A stream that nobody can foresee.
    ///
    /// # Errors
    /// Where the operating system has no randomness to give.
    pub fn unforeseeable() -> Result<Self, getrandom::Error> {
        let mut seed = [0; 48];
        getrandom::fill(&mut seed)?;
        Ok(Self::seeded(&seed))
    }

    /// The next octets.
    pub fn octets<const COUNT: usize>(&mut self) -> [u8; COUNT] {
        let mut octets = [0; COUNT];
        self.0.fill(&mut octets);
        octets
    }
}

impl TryRng for Random {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.0.try_next_u32()
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0.try_next_u64()
    }

    fn try_fill_bytes(&mut self, target: &mut [u8]) -> Result<(), Infallible> {
        self.0.try_fill_bytes(target)
    }
}

impl TryCryptoRng for Random {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_decides_the_stream() {
        let stream = |seed: &[u8]| Random::seeded(seed).octets::<40>();
        assert_eq!(stream(b"one"), stream(b"one"));
        assert_ne!(stream(b"one"), stream(b"two"));
    }
}
