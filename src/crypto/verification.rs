//! EN 319 102-1 §5.2.7 — Cryptographic verification: does the mathematics hold?

use std::borrow::Cow;

use p256::ecdsa::signature::hazmat::PrehashVerifier;

use super::algorithm::{Curve, DigestAlgorithm, PssParameters, SignatureAlgorithm};
use super::public_key::KeyKind;
use super::rsa_key::{RsaKey, Unusable};

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

/// A decoded key, ready to verify.
pub(super) enum Key {
    Rsa(RsaKey),
    P256(p256::ecdsa::VerifyingKey),
    P384(p384::ecdsa::VerifyingKey),
    P521(p521::ecdsa::VerifyingKey),
    Ed25519(ed25519_dalek::VerifyingKey),
    /// An RSA key outside the sizes that are used, or a kind that is not here.
    Unusable(Unusable),
}

impl Key {
    /// The key of this kind in the content of `subjectPublicKey`.
    pub(super) fn decode(kind: KeyKind, content: &[u8]) -> Result<Self, &'static str> {
        let off_curve = "not a point of the curve";
        match kind {
            // RFC 5480 §2.2: uncompressed or compressed, nothing else; the library also reads a third form.
            KeyKind::Ec(_) if !matches!(content, [2..=4, ..]) => Err(off_curve),
            KeyKind::Rsa | KeyKind::RsaPss(_) => Ok(RsaKey::decode(content)?.map_or_else(Self::Unusable, Self::Rsa)),
            KeyKind::Ec(Curve::P256) => p256::ecdsa::VerifyingKey::from_sec1_bytes(content).map(Self::P256).map_err(|_| off_curve),
            KeyKind::Ec(Curve::P384) => p384::ecdsa::VerifyingKey::from_sec1_bytes(content).map(Self::P384).map_err(|_| off_curve),
            KeyKind::Ec(Curve::P521) => p521::ecdsa::VerifyingKey::from_sec1_bytes(content).map(Self::P521).map_err(|_| off_curve),
            KeyKind::Ed25519 => ed25519_key(content).map(Self::Ed25519).ok_or(off_curve),
            KeyKind::Unsupported(oid) => Ok(Self::Unusable(Unusable { bits: None, why: format!("a key of the kind {oid}") })),
        }
    }

    pub(super) fn bits(&self) -> Option<u32> {
        match self {
            Self::Rsa(key) => Some(key.bits()),
            Self::P256(_) => Some(Curve::P256.bits()),
            Self::P384(_) => Some(Curve::P384.bits()),
            Self::P521(_) => Some(Curve::P521.bits()),
            Self::Ed25519(_) => Some(256),
            Self::Unusable(unusable) => unusable.bits,
        }
    }

    pub(super) fn verify(&self, kind: KeyKind, algorithm: &SignatureAlgorithm, signed: Signed<'_>, value: &[u8]) -> Verification {
        let valid = match (self, algorithm) {
            (Self::Unusable(unusable), _) => return Verification::Unsupported(unusable.why.clone()),
            (_, SignatureAlgorithm::Unsupported(oid)) => return Verification::Unsupported(format!("the signature algorithm {oid}")),
            (Self::Rsa(key), SignatureAlgorithm::RsaPkcs1(digest)) if kind == KeyKind::Rsa => key.verify_pkcs1(*digest, signed, value),
            (Self::Rsa(key), SignatureAlgorithm::RsaPss(parameters)) if permits(kind, parameters) => {
                key.verify_pss(*parameters, signed, value)
            }
            (Self::P256(key), SignatureAlgorithm::Ecdsa(digest)) => ecdsa::<_, p256::ecdsa::DerSignature>(key, *digest, signed, value),
            (Self::P384(key), SignatureAlgorithm::Ecdsa(digest)) => ecdsa::<_, p384::ecdsa::DerSignature>(key, *digest, signed, value),
            (Self::P521(key), SignatureAlgorithm::Ecdsa(digest)) => ecdsa::<_, p521::ecdsa::DerSignature>(key, *digest, signed, value),
            (Self::Ed25519(key), SignatureAlgorithm::Ed25519) => match signed {
                Signed::Octets(octets) => ed25519(key, octets, value),
                Signed::Digest(_) => return Verification::Unsupported("Ed25519 over a digest in place of the octets".into()),
            },
            // A value of one kind is never that of a key of another.
            _ => None,
        };
        valid.map_or(Verification::Invalid, |()| Verification::Valid)
    }
}

/// RFC 4055 §3.3: a key with parameters of its own takes these digests only, and no shorter salt.
pub(super) fn permits(kind: KeyKind, parameters: &PssParameters) -> bool {
    match kind {
        KeyKind::Rsa | KeyKind::RsaPss(None) => true,
        KeyKind::RsaPss(Some(own)) => {
            own.digest == parameters.digest && own.mask_digest == parameters.mask_digest && own.salt <= parameters.salt
        }
        KeyKind::Ec(_) | KeyKind::Ed25519 | KeyKind::Unsupported(_) => false,
    }
}

/// RFC 8032 §5.1.3: a point has one encoding; the library alone would take two for a few.
fn ed25519_key(content: &[u8]) -> Option<ed25519_dalek::VerifyingKey> {
    let octets: &[u8; 32] = content.try_into().ok()?;
    let key = ed25519_dalek::VerifyingKey::from_bytes(octets).ok()?;
    (key.to_edwards().compress().as_bytes() == octets).then_some(key)
}

/// The digest of what was signed; `None` when the one given cannot be it.
pub(super) fn hash<'a>(signed: Signed<'a>, algorithm: DigestAlgorithm) -> Option<Cow<'a, [u8]>> {
    match signed {
        Signed::Octets(octets) => Some(algorithm.digest(octets).into()),
        Signed::Digest(digest) => (digest.len() == algorithm.output()).then_some(digest.into()),
    }
}

/// FIPS 186-5 §6.4.2 with the value as DER `ECDSA-Sig-Value`, RFC 3279 §2.2.3. Strictly DER, so that a value has one form here too;
/// `s` may be either of the two that ECDSA allows, since no standard asks for the smaller one.
fn ecdsa<K: PrehashVerifier<S>, S: for<'a> TryFrom<&'a [u8]>>(
    key: &K,
    digest: DigestAlgorithm,
    signed: Signed<'_>,
    value: &[u8],
) -> Option<()> {
    let value = S::try_from(value).ok()?;
    key.verify_prehash(&hash(signed, digest)?, &value).ok()
}

/// RFC 8032 §5.1.7 without cofactor, `S` below the order, and no point of small order: with such a key one value fits many messages.
fn ed25519(key: &ed25519_dalek::VerifyingKey, octets: &[u8], value: &[u8]) -> Option<()> {
    key.verify_strict(octets, &ed25519_dalek::Signature::from_slice(value).ok()?).ok()
}
