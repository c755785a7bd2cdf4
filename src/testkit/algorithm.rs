//! RFC 5280 §4.1.1.2 — `AlgorithmIdentifier` (RFC 4055 §2.1, §3.1; RFC 5758 §3.2; RFC 8410 §3)

use const_oid::ObjectIdentifier;

use super::asn1::{explicit, null, number, oid, sequence};
use crate::Misuse;
use crate::crypto::{DigestAlgorithm, PssParameters, SignatureAlgorithm};

const RSASSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
const MGF1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.8");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// The identifier of a digest, with the NULL that RFC 8017 §B.1 wants in a `DigestInfo`.
pub fn digest(algorithm: DigestAlgorithm) -> Vec<u8> {
    sequence(&[oid(algorithm.oid()), null()])
}

/// The identifier of a signature algorithm.
///
/// # Errors
/// ECDSA with a digest for which no identifier is registered.
pub fn signature(algorithm: &SignatureAlgorithm) -> Result<Vec<u8>, Misuse> {
    Ok(match algorithm {
        SignatureAlgorithm::RsaPkcs1(digest) => {
            let registered = digest.rsa_pkcs1_oid().ok_or_else(|| Misuse::new(format!("no identifier for RSA {}", digest.name())))?;
            sequence(&[oid(registered), null()])
        }
        SignatureAlgorithm::RsaPss(parameters) => sequence(&[oid(RSASSA_PSS), pss_parameters(parameters)]),
        SignatureAlgorithm::Ecdsa(digest) => {
            let registered = digest.ecdsa_oid().ok_or_else(|| Misuse::new(format!("no identifier for ECDSA {}", digest.name())))?;
            sequence(&[oid(registered)])
        }
        SignatureAlgorithm::Ed25519 => sequence(&[oid(ED25519)]),
        SignatureAlgorithm::Unsupported(other) => sequence(&[oid(*other)]),
    })
}

/// `RSASSA-PSS-params`; DER leaves out what equals its default (SHA-1, MGF1 with SHA-1, 20).
fn pss_parameters(parameters: &PssParameters) -> Vec<u8> {
    let mut parts = Vec::new();
    if parameters.digest != DigestAlgorithm::Sha1 {
        parts.push(explicit(0, &digest(parameters.digest)));
    }
    if parameters.mask_digest != DigestAlgorithm::Sha1 {
        parts.push(explicit(1, &sequence(&[oid(MGF1), digest(parameters.mask_digest)])));
    }
    if parameters.salt != 20 {
        parts.push(explicit(2, &number(u64::try_from(parameters.salt).unwrap_or(u64::MAX))));
    }
    sequence(&parts)
}
