//! RFC 5652 §5, EN 319 122-1 §5 — Signed data, written in DER

use super::profile::Profile;
use crate::crypto::{DigestAlgorithm, SignatureAlgorithm};
use crate::encoding::der::{ObjectId, tag, write};
use crate::format::pades::writing::SubFilter;
use crate::pki::{Certificate, object_id};

/// What a `SignerInfo` says beside the value.
pub(super) struct SignerFacts<'a> {
    pub signing_certificate: &'a Certificate,
    pub digest: DigestAlgorithm,
    /// `AlgorithmIdentifier` of the signature.
    pub signature_algorithm: &'a [u8],
}

/// RFC 8419 §3.1: Ed25519 goes with SHA-512; every other algorithm names its own digest.
pub(super) fn message_digest_algorithm(algorithm: &SignatureAlgorithm) -> Option<DigestAlgorithm> {
    match algorithm {
        SignatureAlgorithm::Ed25519 => Some(DigestAlgorithm::Sha512),
        other => other.digest(),
    }
}

/// What a signature is over, as far as its attributes tell.
#[derive(Clone, Copy)]
#[cfg_attr(not(feature = "cms"), allow(dead_code, reason = "made for CMS in files of their own"))]
pub(super) enum Signed<'a> {
    /// A PDF file.
    Pdf,
    /// Content of this type.
    Content(&'a ObjectId),
    /// The value of another signature, which has no type (RFC 5652 §11.4).
    Value,
}

/// `SignedAttributes` as `SET OF`: what is signed (RFC 5652 §5.4).
pub(super) fn signed_attributes(facts: &SignerFacts<'_>, profile: &Profile, message_digest: &[u8], signed: Signed<'_>) -> Vec<u8> {
    let content_type = match signed {
        Signed::Pdf => Some(write::object_id(object_id::DATA)),
        Signed::Content(content_type) => Some(write::value(tag::OBJECT_IDENTIFIER, content_type.octets())),
        Signed::Value => None,
    };
    let mut attributes = vec![
        attribute(object_id::MESSAGE_DIGEST, &write::octet_string(message_digest)),
        attribute(object_id::SIGNING_CERTIFICATE_V2, &signing_certificate(facts)),
        attribute(object_id::ALGORITHM_PROTECTION, &algorithm_protection(facts)),
    ];
    attributes.extend(content_type.map(|content_type| attribute(object_id::CONTENT_TYPE, &content_type)));
    // EN 319 142-1 §6.3: PAdES claims its time in `/M`, and the attribute shall not be used.
    if !matches!(signed, Signed::Pdf) || profile.request.sub_filter == SubFilter::AdbePkcs7Detached {
        attributes.push(attribute(object_id::SIGNING_TIME, &write::time(profile.request.time)));
    }
    if let Some(commitment) = profile.commitment {
        attributes.push(attribute(object_id::COMMITMENT_TYPE, &write::sequence(&[write::object_id(commitment.oid())])));
    }
    if let Some(policy) = &profile.policy {
        let hash = write::sequence(&[digest_identifier(policy.digest), write::octet_string(&policy.value)]);
        attributes.push(attribute(object_id::SIGNATURE_POLICY, &write::sequence(&[write::object_id(policy.id), hash])));
    }
    write::set_of(attributes)
}

/// `SigningCertificateV2` (RFC 5035 §3). SHA-256 is the default and so not written.
fn signing_certificate(facts: &SignerFacts<'_>) -> Vec<u8> {
    let certificate = facts.signing_certificate;
    let algorithm = Some(digest_identifier(facts.digest)).filter(|_| facts.digest != DigestAlgorithm::Sha256);
    let hash = write::octet_string(&facts.digest.digest(certificate.octets()));
    let issuer = write::sequence(&[write::context_constructed(4, &[certificate.issuer().octets()])]);
    let issuer_serial = write::sequence(&[issuer, serial(certificate)]);
    let id = write::sequence(&[algorithm.unwrap_or_default(), hash, issuer_serial]);
    write::sequence(&[write::sequence(&[id])])
}

/// `CMSAlgorithmProtection` (RFC 6211 §2)
fn algorithm_protection(facts: &SignerFacts<'_>) -> Vec<u8> {
    let signature = write::retagged(tag::context_constructed(1), facts.signature_algorithm);
    write::sequence(&[digest_identifier(facts.digest), signature])
}

/// `ContentInfo` with `SignedData`, whose content stands elsewhere.
pub(super) fn signed_data(facts: &SignerFacts<'_>, certificates: &[Certificate], signed_attributes: &[u8], value: &[u8]) -> Vec<u8> {
    let mut set: Vec<Vec<u8>> = certificates.iter().map(|certificate| certificate.octets().to_vec()).collect();
    set.sort_unstable();
    set.dedup();
    let signed_data = write::sequence(&[
        write::integer(1),
        write::set_of(vec![digest_identifier(facts.digest)]),
        write::sequence(&[write::object_id(object_id::DATA)]),
        write::context_constructed(0, &set),
        write::set_of(vec![signer_info(facts, signed_attributes, value)]),
    ]);
    write::sequence(&[write::object_id(object_id::SIGNED_DATA), write::context_constructed(0, &[signed_data])])
}

/// `SignerInfo` (RFC 5652 §5.3), version 1: the signer by issuer and serial number.
pub(super) fn signer_info(facts: &SignerFacts<'_>, signed_attributes: &[u8], value: &[u8]) -> Vec<u8> {
    let issuer = facts.signing_certificate.issuer().octets().to_vec();
    write::sequence(&[
        write::integer(1),
        write::sequence(&[issuer, serial(facts.signing_certificate)]),
        digest_identifier(facts.digest),
        write::retagged(tag::context_constructed(0), signed_attributes),
        facts.signature_algorithm.to_vec(),
        write::octet_string(value),
    ])
}

/// RFC 5754 §2: digests are identified without parameters.
pub(super) fn digest_identifier(digest: DigestAlgorithm) -> Vec<u8> {
    write::algorithm_identifier(digest.oid(), None)
}

fn serial(certificate: &Certificate) -> Vec<u8> {
    write::value(tag::INTEGER, certificate.serial())
}

fn attribute(id: const_oid::ObjectIdentifier, value: &[u8]) -> Vec<u8> {
    write::sequence(&[write::object_id(id), write::set_of(vec![value.to_vec()])])
}
