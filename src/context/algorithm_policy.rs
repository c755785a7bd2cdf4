//! EN 319 102-1 §5.1.4.3 — Cryptographic constraints: until when an algorithm and key size are reliable (ETSI TS 119 312)

use serde::{Deserialize, Serialize};

use super::{Constraint, stamp};
use crate::crypto::public_key::KeyKind;
use crate::crypto::{DigestAlgorithm, PublicKey, SignatureAlgorithm};
use crate::time::Time;

/// A dated table. What is not in it is reliable at no time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AlgorithmPolicy {
    /// Digest algorithms by their name in [`DigestAlgorithm::name`].
    pub digests: Vec<DigestRow>,
    /// Signature algorithms by family and least key size in bits; the row with the largest size not above the key's counts.
    pub signatures: Vec<SignatureRow>,
}

/// A digest algorithm and its end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DigestRow {
    /// `SHA-256`
    pub name: String,
    /// Reliable before this time; without one, without end.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "stamp")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub until: Option<Time>,
}

/// A signature algorithm, a key size and its end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SignatureRow {
    /// `RSA`, `RSASSA-PSS`, `ECDSA`, `Ed25519`
    pub name: String,
    /// Bits of the key (RSA: of the modulus; ECDSA: of the order).
    pub bits: u32,
    /// Reliable before this time; without one, without end.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "stamp")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub until: Option<Time>,
}

/// The algorithms that a regulation names, without dates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MandatedAlgorithms {
    /// Text and article.
    pub source: String,
    /// Digest algorithms by their name in [`DigestAlgorithm::name`].
    pub digests: Vec<String>,
    /// Signature algorithms by family and least key size.
    pub signatures: Vec<SignatureRow>,
    /// What becomes of a signature of another algorithm.
    pub constraint: Constraint,
}

impl MandatedAlgorithms {
    /// Whether the regulation names `algorithm`, its digests, and a key of this size.
    pub fn names(&self, algorithm: &SignatureAlgorithm, key: &PublicKey) -> bool {
        let Some((family, digests)) = parts(algorithm) else { return false };
        let bits = key.bits().unwrap_or(0);
        digests.iter().all(|digest| self.names_digest(*digest)) && self.signatures.iter().any(|row| row.name == family && row.bits <= bits)
    }

    /// Whether the regulation names `digest`.
    pub fn names_digest(&self, digest: DigestAlgorithm) -> bool {
        self.digests.iter().any(|name| name == digest.name())
    }
}

/// The family and the digests of a signature algorithm; `None` of one that is not implemented.
fn parts(algorithm: &SignatureAlgorithm) -> Option<(&'static str, Vec<DigestAlgorithm>)> {
    Some(match algorithm {
        SignatureAlgorithm::RsaPkcs1(digest) => ("RSA", vec![*digest]),
        SignatureAlgorithm::RsaPss(parameters) => ("RSASSA-PSS", vec![parameters.digest, parameters.mask_digest]),
        SignatureAlgorithm::Ecdsa(digest) => ("ECDSA", vec![*digest]),
        SignatureAlgorithm::Ed25519 => ("Ed25519", vec![]),
        SignatureAlgorithm::Unsupported(_) => return None,
    })
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
        let Some((family, digests)) = parts(algorithm) else { return AlgorithmUse::Never };
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
}
