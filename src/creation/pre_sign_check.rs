//! EN 319 102-1 §4, TT 15/2025/TT-BKHCN art. 5 (1a) — What is checked before a key is used

use super::error::{SignError, Unfit};
use super::signed_data_writing::message_digest_algorithm;
use crate::crypto::{Curve, DigestAlgorithm, KeyKind, PublicKey, SignatureAlgorithm};
use crate::pki::Certificate;
use crate::time::Time;

/// Less makes no new signature (TS 119 312 §7, TT 15/2025 annex I).
const RSA_BITS: u32 = 2048;

/// The signing certificate at the signing time, its use, and whether its key goes with `algorithm`.
pub(super) fn pre_sign_check(certificate: &Certificate, algorithm: &SignatureAlgorithm, time: Time) -> Result<PublicKey, SignError> {
    validity(certificate, time)?;
    key_usage(certificate)?;
    let key = PublicKey::from_spki(certificate.subject_public_key_info())?;
    fits(&key, algorithm)?;
    Ok(key)
}

/// RFC 5280 §4.1.2.5: both ends are within.
fn validity(certificate: &Certificate, time: Time) -> Result<(), Unfit> {
    let (not_before, not_after) = (certificate.not_before(), certificate.not_after());
    if time < not_before {
        return Err(Unfit::NotYetValid { time, not_before });
    }
    if time > not_after {
        return Err(Unfit::Expired { time, not_after });
    }
    Ok(())
}

/// RFC 5280 §4.2.1.3: either bit is for signatures on documents; a certificate without the extension restricts nothing.
fn key_usage(certificate: &Certificate) -> Result<(), SignError> {
    match certificate.key_usage()? {
        Some(usage) if !usage.digital_signature() && !usage.content_commitment() => {
            Err(Unfit::KeyUsage { allowed: usage.names().collect() }.into())
        }
        _ => Ok(()),
    }
}

fn fits(key: &PublicKey, algorithm: &SignatureAlgorithm) -> Result<(), Unfit> {
    let unfit = || Unfit::Algorithm(*algorithm);
    let digest = message_digest_algorithm(algorithm).ok_or_else(unfit)?;
    let mask = match algorithm {
        SignatureAlgorithm::RsaPss(parameters) => parameters.mask_digest,
        _ => digest,
    };
    if let Some(weak) = [digest, mask].into_iter().find(|digest| is_weak(*digest)) {
        return Err(Unfit::Digest(weak.name()));
    }
    let goes = match (key.kind(), algorithm) {
        (KeyKind::Rsa, SignatureAlgorithm::RsaPkcs1(_) | SignatureAlgorithm::RsaPss(_)) => true,
        (KeyKind::RsaPss(None), SignatureAlgorithm::RsaPss(_)) => true,
        // RFC 4055 §3.1: the key's parameters bind the signature's, the salt may be longer.
        (KeyKind::RsaPss(Some(key)), SignatureAlgorithm::RsaPss(actual)) => {
            key.digest == actual.digest && key.mask_digest == actual.mask_digest && key.salt <= actual.salt
        }
        (KeyKind::Ec(_), SignatureAlgorithm::Ecdsa(_)) | (KeyKind::Ed25519, SignatureAlgorithm::Ed25519) => true,
        _ => false,
    };
    match key.bits() {
        _ if !goes => Err(unfit()),
        Some(bits) if bits < RSA_BITS && matches!(key.kind(), KeyKind::Rsa | KeyKind::RsaPss(_)) => {
            Err(Unfit::KeyLength { bits, least: RSA_BITS })
        }
        _ => Ok(()),
    }
}

/// SHA-1, and SHA-224 in its two forms, which no list of algorithms for new signatures has any more.
fn is_weak(digest: DigestAlgorithm) -> bool {
    matches!(digest, DigestAlgorithm::Sha1 | DigestAlgorithm::Sha224 | DigestAlgorithm::Sha3_224)
}

/// The most octets that a value of this key takes.
pub(super) fn longest_value(key: &PublicKey) -> usize {
    // Two integers of the curve's order with a sign octet each, in a SEQUENCE (RFC 3279 §2.2.3).
    match key.kind() {
        KeyKind::Ec(Curve::P256) => 72,
        KeyKind::Ec(Curve::P384) => 104,
        KeyKind::Ec(Curve::P521) => 139,
        KeyKind::Ed25519 => 64,
        _ => usize::try_from(key.bits().unwrap_or(0).div_ceil(8)).unwrap_or(0),
    }
}
