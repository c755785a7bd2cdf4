//! EN 319 102-1 §5.2.7 — Cryptographic verification: does the mathematics hold?

use std::borrow::Cow;

use crypto_bigint::Resize;
use crypto_bigint::modular::BoxedMontyForm;
use der::asn1::UintRef;
use der::{Decode, Sequence};
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use rsa::traits::PublicKeyParts;
use rsa::{BoxedUint, RsaPublicKey};

use super::algorithm::{Curve, DigestAlgorithm, PssParameters, SignatureAlgorithm};
use super::emsa;
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

/// A decoded key, ready to verify.
pub(super) enum Key {
    Rsa(RsaPublicKey),
    P256(p256::ecdsa::VerifyingKey),
    P384(p384::ecdsa::VerifyingKey),
    P521(p521::ecdsa::VerifyingKey),
    Ed25519(ed25519_dalek::VerifyingKey),
    /// An RSA key outside the sizes below, or a kind that is not here.
    Unusable {
        bits: Option<u32>,
        why: String,
    },
}

/// Octets of an RSA modulus: 1024 bits, since old files exist and a policy judges sizes, to 8192, since the cost grows with the cube.
/// In octets, because old generators made moduli a bit or two short.
pub(super) const MODULUS: std::ops::RangeInclusive<usize> = 128..=1024;
/// Octets of an RSA exponent: the library takes up to 33 bits; larger ones serve only to make verification slow.
const EXPONENT: usize = 5;

impl Key {
    /// The key of this kind in the content of `subjectPublicKey`.
    pub(super) fn decode(kind: KeyKind, content: &[u8]) -> Result<Self, &'static str> {
        let off_curve = "not a point of the curve";
        match kind {
            // RFC 5480 §2.2: uncompressed or compressed, nothing else; the library also reads a third form.
            KeyKind::Ec(_) if !matches!(content, [2..=4, ..]) => Err(off_curve),
            KeyKind::Rsa | KeyKind::RsaPss(_) => rsa_key(content),
            KeyKind::Ec(Curve::P256) => p256::ecdsa::VerifyingKey::from_sec1_bytes(content).map(Self::P256).map_err(|_| off_curve),
            KeyKind::Ec(Curve::P384) => p384::ecdsa::VerifyingKey::from_sec1_bytes(content).map(Self::P384).map_err(|_| off_curve),
            KeyKind::Ec(Curve::P521) => p521::ecdsa::VerifyingKey::from_sec1_bytes(content).map(Self::P521).map_err(|_| off_curve),
            KeyKind::Ed25519 => ed25519_key(content).map(Self::Ed25519).ok_or(off_curve),
            KeyKind::Unsupported(oid) => Ok(Self::Unusable { bits: None, why: format!("a key of the kind {oid}") }),
        }
    }

    pub(super) fn bits(&self) -> Option<u32> {
        match self {
            Self::Rsa(key) => Some(key.n().bits_vartime()),
            Self::P256(_) => Some(Curve::P256.bits()),
            Self::P384(_) => Some(Curve::P384.bits()),
            Self::P521(_) => Some(Curve::P521.bits()),
            Self::Ed25519(_) => Some(256),
            Self::Unusable { bits, .. } => *bits,
        }
    }

    pub(super) fn verify(&self, kind: KeyKind, algorithm: &SignatureAlgorithm, signed: Signed<'_>, value: &[u8]) -> Verification {
        let valid = match (self, algorithm) {
            (Self::Unusable { why, .. }, _) => return Verification::Unsupported(why.clone()),
            (_, SignatureAlgorithm::Unsupported(oid)) => return Verification::Unsupported(format!("the signature algorithm {oid}")),
            (Self::Rsa(key), SignatureAlgorithm::RsaPkcs1(digest)) if kind == KeyKind::Rsa => rsa_pkcs1(key, *digest, signed, value),
            (Self::Rsa(key), SignatureAlgorithm::RsaPss(parameters)) if permits(kind, parameters) => {
                rsa_pss(key, *parameters, signed, value)
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

/// `RSAPublicKey`, RFC 8017 appendix A.1.1.
#[derive(Sequence)]
struct RsaPublicKeyFields<'a> {
    modulus: UintRef<'a>,
    public_exponent: UintRef<'a>,
}

fn rsa_key(content: &[u8]) -> Result<Key, &'static str> {
    let fields = RsaPublicKeyFields::from_der(content).map_err(|_| "not an RSAPublicKey")?;
    let (modulus, exponent) = (fields.modulus.as_bytes(), fields.public_exponent.as_bytes());
    let bits = bits(modulus);
    if !MODULUS.contains(&modulus.len()) {
        return Ok(Key::Unusable { bits, why: format!("an RSA modulus of {} bits", bits.unwrap_or(0)) });
    }
    let unusable = || Key::Unusable { bits, why: "an RSA modulus or exponent out of range".into() };
    let key =
        (exponent.len() <= EXPONENT).then(|| RsaPublicKey::new_with_size_limits(integer(modulus)?, integer(exponent)?, 1..=8192).ok());
    Ok(key.flatten().map_or_else(unusable, Key::Rsa))
}

fn bits(integer: &[u8]) -> Option<u32> {
    let whole = u32::try_from(integer.len()).ok()?.checked_mul(8)?;
    whole.checked_sub(integer.first()?.leading_zeros())
}

fn integer(octets: &[u8]) -> Option<BoxedUint> {
    BoxedUint::from_be_slice(octets, u32::try_from(octets.len()).ok()?.checked_mul(8)?).ok()
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

/// RSASSA-PKCS1-V1_5-VERIFY, RFC 8017 §8.2.2.
fn rsa_pkcs1(key: &RsaPublicKey, digest: DigestAlgorithm, signed: Signed<'_>, value: &[u8]) -> Option<()> {
    let encoded = rsavp1(key, value)?;
    let hash = hash(signed, digest)?;
    let equals = |parameters| emsa::pkcs1_v1_5(digest, parameters, &hash, key.size()).is_some_and(|expected| expected == encoded);
    (equals(emsa::Parameters::Null) || equals(emsa::Parameters::Absent)).then_some(())
}

/// RSASSA-PSS-VERIFY, RFC 8017 §8.1.2.
fn rsa_pss(key: &RsaPublicKey, parameters: PssParameters, signed: Signed<'_>, value: &[u8]) -> Option<()> {
    let bits = usize::try_from(key.n().bits_vartime()).ok()?.checked_sub(1)?;
    let encoded = rsavp1(key, value)?;
    // Where the modulus has one bit more than whole octets, the encoding has an octet less than the modulus.
    let (above, encoded) = encoded.split_at_checked(encoded.len().checked_sub(bits.div_ceil(8))?)?;
    let whole = above.iter().all(|octet| *octet == 0);
    (whole && emsa::pss_verify(parameters, &hash(signed, parameters.digest)?, encoded, bits)).then_some(())
}

/// The value raised to the public exponent, RFC 8017 §5.2.2, in as many octets as the modulus has; `None` when it is no number below the modulus
/// written in that many octets: values have one form, so that nobody makes a second one from the first.
fn rsavp1(key: &RsaPublicKey, value: &[u8]) -> Option<Vec<u8>> {
    let number = integer(value).filter(|number| value.len() == key.size() && number < key.n().as_ref())?;
    let octets = raised(key, number)?.to_be_bytes();
    octets.split_at_checked(octets.len().checked_sub(key.size())?).map(|(_, octets)| octets.to_vec())
}

/// `number` to the public exponent, modulo the modulus: squared from bit to bit, and multiplied where one is set. The library's own way takes as
/// long for every exponent of that many bits, which keeps a secret that a verifier does not have, and more than twice as long for 65,537.
fn raised(key: &RsaPublicKey, number: BoxedUint) -> Option<BoxedUint> {
    let (exponent, modulus) = (key.e(), key.n_params());
    let base = BoxedMontyForm::new(number.try_resize(modulus.bits_precision())?, modulus);
    let below_first = exponent.bits_vartime().checked_sub(1)?;
    let raised = (0..below_first).rev().fold(base.clone(), |power, bit| {
        let squared = power.square();
        if exponent.bit_vartime(bit) { squared.mul(&base) } else { squared }
    });
    Some(raised.retrieve())
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
