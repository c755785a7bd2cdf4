//! EN 319 102-1 §5.2.7 — Cryptographic verification: does the mathematics hold?

use super::algorithm::{Curve, SignatureAlgorithm};
use super::public_key::KeyKind;

/// What was signed: the octets themselves, or their digest where the octets passed by in a stream.
#[derive(Clone, Copy, Debug)]
pub enum Signed<'a> {
    /// The octets.
    Octets(&'a [u8]),
    /// Their digest, by the digest algorithm of the signature algorithm.
    Digest(&'a [u8]),
}

/// The answer of [`super::PublicKey::verify`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Verification {
    /// The value was made by the private key over exactly what was signed.
    Valid,
    /// It was not.
    Invalid,
    /// Nobody can tell here, and why.
    Unsupported(String),
}

/// A decoded key.
pub(super) enum Key {
    Unsupported,
}

impl Key {
    /// The key of this kind in the content of `subjectPublicKey`.
    pub(super) fn decode(kind: KeyKind, content: &[u8]) -> Result<Self, &'static str> {
        let _ = (kind, content);
        Ok(Self::Unsupported)
    }

    pub(super) fn bits(&self) -> Option<u32> {
        None
    }

    pub(super) fn verify(&self, kind: KeyKind, algorithm: &SignatureAlgorithm, signed: Signed<'_>, value: &[u8]) -> Verification {
        let _ = (kind, signed, value, Curve::P256);
        Verification::Unsupported(algorithm.to_string())
    }
}
