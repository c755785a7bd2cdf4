//! NIST SP 800-90A §10.1.2 — HMAC_DRBG, seeded by key and message

use std::convert::Infallible;

use hmac::{Hmac, KeyInit, Mac};
use rsa::rand_core::{TryCryptoRng, TryRng};
use sha2::Sha512;
use zeroize::Zeroizing;

const OUTPUT: usize = 64;
const BLOCK: usize = 128;

/// Octets that nobody without the private key can foretell, and that are the same for the same key and message.
///
/// RFC 6979 makes the ECDSA nonce so, and for the same reasons RSA blinding factors and PSS salts are made so here: a signature then needs no source of
/// randomness, which the core has none of and which fails silently where it is bad; and the same file signed twice gives the same octets, which can be
/// tested. Blinding hides the private operation from whoever measures it as long as the factor is unknown to him; that it recurs when the same message is
/// signed again tells him only what he measured before. A PSS salt may even be constant; its security proof is as good for one made by a secret function.
pub(crate) struct HmacDrbg {
    key: Zeroizing<[u8; OUTPUT]>,
    value: Zeroizing<[u8; OUTPUT]>,
    /// Octets of `value` already given away.
    used: usize,
}

impl HmacDrbg {
    /// HMAC_DRBG_Instantiate (§10.1.2.3): the private key is the entropy, the digest of the message the nonce. One signature is one request.
    pub(crate) fn new(private: &[u8], message: &[u8], personalization: &[u8]) -> Self {
        let mut drbg = Self { key: Zeroizing::new([0; OUTPUT]), value: Zeroizing::new([1; OUTPUT]), used: OUTPUT };
        for round in [0, 1] {
            drbg.key = drbg.hmac(&[&*drbg.value, &[round], private, message, personalization]);
            drbg.value = drbg.hmac(&[&*drbg.value]);
        }
        drbg
    }

    /// Takes `output` from the stream of values (§10.1.2.5 step 4).
    pub(crate) fn fill(&mut self, output: &mut [u8]) {
        for octet in output {
            if self.used == OUTPUT {
                self.value = self.hmac(&[&*self.value]);
                self.used = 0;
            }
            *octet = self.value.get(self.used).copied().unwrap_or(0);
            self.used = self.used.saturating_add(1);
        }
    }

    fn hmac(&self, parts: &[&[u8]]) -> Zeroizing<[u8; OUTPUT]> {
        // RFC 2104 §2 fills a short key with zeros to a block; a whole block cannot be of a wrong length.
        let mut block = Zeroizing::new([0; BLOCK]);
        block.iter_mut().zip(self.key.iter()).for_each(|(to, from)| *to = *from);
        let mut mac = <Hmac<Sha512> as KeyInit>::new((&*block).into());
        parts.iter().for_each(|part| mac.update(part));
        Zeroizing::new(mac.finalize().into_bytes().into())
    }
}

impl TryRng for HmacDrbg {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut octets = [0; 4];
        self.fill(&mut octets);
        Ok(u32::from_le_bytes(octets))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut octets = [0; 8];
        self.fill(&mut octets);
        Ok(u64::from_le_bytes(octets))
    }

    fn try_fill_bytes(&mut self, output: &mut [u8]) -> Result<(), Infallible> {
        self.fill(output);
        Ok(())
    }
}

impl TryCryptoRng for HmacDrbg {}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(private: &[u8], message: &[u8], personalization: &[u8]) -> [u8; 100] {
        let mut octets = [0; 100];
        HmacDrbg::new(private, message, personalization).fill(&mut octets);
        octets
    }

    /// RFC 6979 appendix A.2.5: the first candidate for k of the key of P-256, SHA-512, message "sample" is the first 32 octets of this generator.
    #[test]
    fn the_stream_begins_as_rfc_6979_lists_it() {
        let private = hex("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721");
        // bits2octets of SHA-512("sample"): the first 256 bits, here below the order.
        let message = crate::crypto::DigestAlgorithm::Sha512.digest(b"sample");
        let k = hex("5FA81C63109BADB88C1F367B47DA606DA28CAD69AA22C4FE6AD7DF73A7173AA5");
        assert_eq!(stream(&private, &message[..32], b"")[..32], k);
    }

    fn hex(digits: &str) -> Vec<u8> {
        (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
    }

    #[test]
    fn key_message_and_purpose_each_change_the_stream() {
        let one = stream(b"key", b"message", b"purpose");
        assert_eq!(one, stream(b"key", b"message", b"purpose"));
        assert_ne!(one, stream(b"kez", b"message", b"purpose"));
        assert_ne!(one, stream(b"key", b"messagf", b"purpose"));
        assert_ne!(one, stream(b"key", b"message", b"purposf"));
    }

    #[test]
    fn pieces_of_the_stream_are_the_stream() {
        let mut drbg = HmacDrbg::new(b"key", b"message", b"purpose");
        let mut octets = [0; 100];
        let (head, tail) = octets.split_at_mut(7);
        drbg.fill(head);
        drbg.fill(tail);
        assert_eq!(octets, stream(b"key", b"message", b"purpose"));
    }
}
