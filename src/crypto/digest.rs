//! FIPS 180-4, FIPS 202 — digests, computed while the octets pass by

use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512, Sha512_224, Sha512_256};
use sha3::{Sha3_224, Sha3_256, Sha3_384, Sha3_512};
use shake::{ExtendableOutput, Shake128, Shake256, Update, XofReader};

use super::algorithm::DigestAlgorithm;

/// A running digest. A clone is a second run with a common beginning, so that octets shared by several digests are read once.
#[derive(Clone)]
pub struct Digester(State);

#[derive(Clone)]
enum State {
    Sha1(Sha1),
    Sha224(Sha224),
    Sha256(Sha256),
    Sha384(Sha384),
    Sha512(Sha512),
    Sha512_224(Sha512_224),
    Sha512_256(Sha512_256),
    Sha3_224(Sha3_224),
    Sha3_256(Sha3_256),
    Sha3_384(Sha3_384),
    Sha3_512(Sha3_512),
    Shake128(Shake128),
    Shake256(Shake256),
}

macro_rules! each {
    ($state:expr, $hash:ident => $fixed:expr, $extendable:expr) => {
        match $state {
            State::Sha1($hash) => $fixed,
            State::Sha224($hash) => $fixed,
            State::Sha256($hash) => $fixed,
            State::Sha384($hash) => $fixed,
            State::Sha512($hash) => $fixed,
            State::Sha512_224($hash) => $fixed,
            State::Sha512_256($hash) => $fixed,
            State::Sha3_224($hash) => $fixed,
            State::Sha3_256($hash) => $fixed,
            State::Sha3_384($hash) => $fixed,
            State::Sha3_512($hash) => $fixed,
            State::Shake128($hash) => $extendable,
            State::Shake256($hash) => $extendable,
        }
    };
}

impl Digester {
    /// An empty run of `algorithm`.
    pub fn new(algorithm: DigestAlgorithm) -> Self {
        Self(match algorithm {
            DigestAlgorithm::Sha1 => State::Sha1(Sha1::new()),
            DigestAlgorithm::Sha224 => State::Sha224(Sha224::new()),
            DigestAlgorithm::Sha256 => State::Sha256(Sha256::new()),
            DigestAlgorithm::Sha384 => State::Sha384(Sha384::new()),
            DigestAlgorithm::Sha512 => State::Sha512(Sha512::new()),
            DigestAlgorithm::Sha512_224 => State::Sha512_224(Sha512_224::new()),
            DigestAlgorithm::Sha512_256 => State::Sha512_256(Sha512_256::new()),
            DigestAlgorithm::Sha3_224 => State::Sha3_224(Sha3_224::new()),
            DigestAlgorithm::Sha3_256 => State::Sha3_256(Sha3_256::new()),
            DigestAlgorithm::Sha3_384 => State::Sha3_384(Sha3_384::new()),
            DigestAlgorithm::Sha3_512 => State::Sha3_512(Sha3_512::new()),
            DigestAlgorithm::Shake128 => State::Shake128(Shake128::default()),
            DigestAlgorithm::Shake256 => State::Shake256(Shake256::default()),
        })
    }

    /// Takes in `octets`.
    pub fn update(&mut self, octets: &[u8]) {
        each!(&mut self.0, hash => Digest::update(hash, octets), hash.update(octets));
    }

    /// The digest of all octets taken in.
    pub fn finish(self) -> Vec<u8> {
        let output = match &self.0 {
            State::Shake128(_) => DigestAlgorithm::Shake128.output(),
            _ => DigestAlgorithm::Shake256.output(),
        };
        self.finish_extended(output)
    }

    /// As [`Self::finish`], but of SHAKE `length` octets: as long a mask as RFC 8702 §3.2.1 wants.
    pub(super) fn finish_extended(self, length: usize) -> Vec<u8> {
        each!(self.0, hash => hash.finalize().to_vec(), {
            let mut output = vec![0; length];
            hash.finalize_xof().read(&mut output);
            output
        })
    }
}

impl DigestAlgorithm {
    /// SHA-256 of `octets`: what keys, certificates and evidence are named by.
    pub(crate) fn sha256(octets: &[u8]) -> [u8; 32] {
        <sha2::Sha256 as sha2::Digest>::digest(octets).into()
    }

    /// The digest of `octets`.
    pub fn digest(self, octets: &[u8]) -> Vec<u8> {
        let mut digester = Digester::new(self);
        digester.update(octets);
        digester.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 180-4 and FIPS 202 examples: the message `abc`.
    #[test]
    fn digests_of_abc() {
        for (algorithm, prefix) in [
            (DigestAlgorithm::Sha1, "a9993e364706816a"),
            (DigestAlgorithm::Sha224, "23097d223405d822"),
            (DigestAlgorithm::Sha256, "ba7816bf8f01cfea"),
            (DigestAlgorithm::Sha384, "cb00753f45a35e8b"),
            (DigestAlgorithm::Sha512, "ddaf35a193617aba"),
            (DigestAlgorithm::Sha512_224, "4634270f707b6a54"),
            (DigestAlgorithm::Sha512_256, "53048e2681941ef9"),
            (DigestAlgorithm::Sha3_224, "e642824c3f8cf24a"),
            (DigestAlgorithm::Sha3_256, "3a985da74fe225b2"),
            (DigestAlgorithm::Sha3_384, "ec01498288516fc9"),
            (DigestAlgorithm::Sha3_512, "b751850b1a57168a"),
            (DigestAlgorithm::Shake128, "5881092dd818bf5c"),
            (DigestAlgorithm::Shake256, "483366601360a877"),
        ] {
            let digest = algorithm.digest(b"abc");
            assert_eq!(digest.len(), algorithm.output());
            let hex: String = digest.iter().take(8).map(|octet| format!("{octet:02x}")).collect();
            assert_eq!(hex, prefix, "{}", algorithm.name());
        }
    }

    #[test]
    fn a_clone_shares_its_beginning_only() {
        let mut one = Digester::new(DigestAlgorithm::Sha256);
        one.update(b"ab");
        let mut other = one.clone();
        one.update(b"c");
        other.update(b"d");
        assert_eq!(one.finish(), DigestAlgorithm::Sha256.digest(b"abc"));
        assert_eq!(other.finish(), DigestAlgorithm::Sha256.digest(b"abd"));
    }
}
