//! NIST SP 800-90A §10.1.2 — HMAC_DRBG with SHA-256: the same octets again for the same seed

use std::convert::Infallible;

use hmac::{Hmac, KeyInit, Mac};
use rsa::rand_core::{TryCryptoRng, TryRng};
use sha2::Sha256;

/// A stream of octets that a seed decides, so that a test run can be repeated to the last octet.
pub struct Random {
    key: [u8; 32],
    value: [u8; 32],
}

impl Random {
    /// The stream that `seed` decides (§10.1.2.3, the seed being entropy, nonce and personalisation in one).
    pub fn seeded(seed: &[u8]) -> Self {
        let mut random = Self { key: [0; 32], value: [1; 32] };
        random.update(seed);
        random
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
        self.fill(&mut octets);
        octets
    }

    /// §10.1.2.5
    fn fill(&mut self, target: &mut [u8]) {
        for chunk in target.chunks_mut(32) {
            self.value = mac(&self.key, &[&self.value]);
            chunk.iter_mut().zip(self.value).for_each(|(to, from)| *to = from);
        }
        self.update(&[]);
    }

    /// §10.1.2.2
    fn update(&mut self, provided: &[u8]) {
        self.key = mac(&self.key, &[&self.value, &[0], provided]);
        self.value = mac(&self.key, &[&self.value]);
        if !provided.is_empty() {
            self.key = mac(&self.key, &[&self.value, &[1], provided]);
            self.value = mac(&self.key, &[&self.value]);
        }
    }
}

/// HMAC-SHA-256 (RFC 2104) of the parts one after another.
pub(super) fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

impl TryRng for Random {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_le_bytes(self.octets()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_le_bytes(self.octets()))
    }

    fn try_fill_bytes(&mut self, target: &mut [u8]) -> Result<(), Infallible> {
        self.fill(target);
        Ok(())
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

    /// RFC 4231 §4.3, test case 2.
    #[test]
    fn hmac_of_the_standard() {
        assert_eq!(mac(b"Jefe", &[b"what do ya want ", b"for nothing?"])[..4], [0x5b, 0xdc, 0xc1, 0x46]);
    }
}
