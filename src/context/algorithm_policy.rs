//! EN 319 102-1 §5.1.4.3 — Cryptographic constraints: until when an algorithm and key size are reliable (ETSI TS 119 312)

use serde::{Deserialize, Serialize};

use super::stamp;
use crate::crypto::public_key::KeyKind;
use crate::crypto::{DigestAlgorithm, PublicKey, SignatureAlgorithm};
use crate::time::Time;

/// A dated table. What is not in it is reliable at no time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlgorithmPolicy {
    /// Digest algorithms by their name in [`DigestAlgorithm::name`].
    pub digests: Vec<DigestRow>,
    /// Signature algorithms by family and least key size in bits; the row with the largest size not above the key's counts.
    pub signatures: Vec<SignatureRow>,
}

/// A digest algorithm and its end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DigestRow {
    /// `SHA-256`
    pub name: String,
    /// Reliable before this time; without one, without end.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "stamp")]
    pub until: Option<Time>,
}

/// A signature algorithm, a key size and its end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignatureRow {
    /// `RSA`, `RSASSA-PSS`, `ECDSA`, `Ed25519`
    pub name: String,
    /// Bits of the key (RSA: of the modulus; ECDSA: of the order).
    pub bits: u32,
    /// Reliable before this time; without one, without end.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "stamp")]
    pub until: Option<Time>,
}

/// How long an algorithm is reliable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AlgorithmUse {
    /// Not in the table.
    Never,
    /// Before this time.
    Until(Time),
    /// Without end.
    Always,
}

impl AlgorithmUse {
    /// Whether it is reliable at `time`.
    pub fn at(self, time: Time) -> bool {
        match self {
            Self::Never => false,
            Self::Until(end) => time < end,
            Self::Always => true,
        }
    }

    /// The end, if there is one.
    pub fn end(self) -> Option<Time> {
        match self {
            Self::Until(end) => Some(end),
            Self::Never | Self::Always => None,
        }
    }

    fn of(until: Option<Option<Time>>) -> Self {
        match until {
            None => Self::Never,
            Some(None) => Self::Always,
            Some(Some(end)) => Self::Until(end),
        }
    }
}

impl AlgorithmPolicy {
    /// How long `algorithm` is reliable.
    pub fn digest(&self, algorithm: DigestAlgorithm) -> AlgorithmUse {
        AlgorithmUse::of(self.digests.iter().find(|row| row.name == algorithm.name()).map(|row| row.until))
    }

    /// How long signatures of `algorithm` by `key` are reliable: its digests, its padding or curve, its key size together.
    pub fn signature(&self, algorithm: &SignatureAlgorithm, key: &PublicKey) -> AlgorithmUse {
        let (family, digests) = match algorithm {
            SignatureAlgorithm::RsaPkcs1(digest) => ("RSA", vec![*digest]),
            SignatureAlgorithm::RsaPss(parameters) => ("RSASSA-PSS", vec![parameters.digest, parameters.mask_digest]),
            SignatureAlgorithm::Ecdsa(digest) => ("ECDSA", vec![*digest]),
            SignatureAlgorithm::Ed25519 => ("Ed25519", vec![]),
            SignatureAlgorithm::Unsupported(_) => return AlgorithmUse::Never,
        };
        let digests = digests.into_iter().map(|digest| self.digest(digest)).min().unwrap_or(AlgorithmUse::Always);
        digests.min(self.key(family, key))
    }

    fn key(&self, family: &str, key: &PublicKey) -> AlgorithmUse {
        let bits = match key.kind() {
            KeyKind::Unsupported(_) => return AlgorithmUse::Never,
            _ => key.bits().unwrap_or(0),
        };
        let row = self.signatures.iter().filter(|row| row.name == family && row.bits <= bits).max_by_key(|row| row.bits);
        AlgorithmUse::of(row.map(|row| row.until))
    }

    /// ETSI TS 119 312 V1.5.1 as the EU's reference implementation dates it, with Ed25519 and SHA-224 (`docs/design.md`, "Algorithms").
    pub fn etsi_basic() -> Self {
        let date = |year, month, day| Time::from_civil(year, month, day, 0, 0, 0, 0);
        let digest = |name: &str, until| DigestRow { name: name.into(), until };
        let signature = |name: &str, bits, until| SignatureRow { name: name.into(), bits, until };
        Self {
            digests: vec![
                digest("SHA-1", date(2012, 8, 1)),
                digest("SHA-224", date(2029, 1, 1)),
                digest("SHA-256", None),
                digest("SHA-384", None),
                digest("SHA-512", None),
                digest("SHA3-256", None),
                digest("SHA3-384", None),
                digest("SHA3-512", None),
            ],
            signatures: vec![
                signature("RSA", 786, date(2010, 8, 1)),
                signature("RSA", 1024, date(2019, 10, 1)),
                signature("RSA", 1900, date(2029, 1, 1)),
                signature("RSASSA-PSS", 786, date(2010, 8, 1)),
                signature("RSASSA-PSS", 1024, date(2019, 10, 1)),
                signature("RSASSA-PSS", 1900, date(2029, 1, 1)),
                signature("RSASSA-PSS", 3000, None),
                signature("ECDSA", 160, date(2012, 8, 1)),
                signature("ECDSA", 224, date(2021, 10, 1)),
                signature("ECDSA", 256, None),
                signature("Ed25519", 0, None),
            ],
        }
    }
}
