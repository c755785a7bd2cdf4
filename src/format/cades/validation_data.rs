//! EN 319 122-1 §5.4, §A.1.1, §A.1.2 — what unsigned attributes bring for the validation, and what they only refer to

use std::collections::{BTreeMap, BTreeSet};

use crate::crypto::DigestAlgorithm;
use crate::encoding::der::Received;
use crate::pki::validation_data::{certificate_references, revocation_references};
use crate::pki::{Attribute, BasicOcspResponse, Certificate, CertificateList, SignedData, SignerInfo, ValidationData, object_id};

/// What one value of an unsigned attribute holds. One that cannot be read holds nothing.
pub(super) fn data_in(attribute: &Attribute, value: &Received) -> ValidationData {
    let mut data = ValidationData::default();
    let _ = match attribute.oid.known() {
        Some(object_id::CERTIFICATE_VALUES) => data.add_certificate_values(value),
        Some(object_id::REVOCATION_VALUES) => data.add_revocation_values(value),
        _ => Ok(()),
    };
    data
}

/// What all unsigned attributes of the signer hold.
pub(super) fn validation_data(signer: &SignerInfo) -> ValidationData {
    let mut data = ValidationData::default();
    for attribute in signer.unsigned_attributes.iter().flat_map(|attributes| &attributes.all) {
        for value in &attribute.values {
            let found = data_in(attribute, value);
            data.certificates.extend(found.certificates);
            data.crls.extend(found.crls);
            data.ocsp_responses.extend(found.ocsp_responses);
        }
    }
    data
}

/// SHA-256 of everything in the signature that one value of an unsigned attribute refers to by digest.
pub(super) fn referenced(attribute: &Attribute, value: &Received, signed_data: &SignedData, signer: &SignerInfo) -> Vec<[u8; 32]> {
    let references = match attribute.oid.known() {
        Some(object_id::COMPLETE_CERTIFICATE_REFERENCES) => certificate_references(value),
        Some(object_id::COMPLETE_REVOCATION_REFERENCES) => revocation_references(value),
        _ => return Vec::new(),
    };
    let mut digests: BTreeMap<DigestAlgorithm, BTreeSet<Vec<u8>>> = BTreeMap::new();
    for reference in references.unwrap_or_default() {
        if let Some(algorithm) = reference.algorithm {
            digests.entry(algorithm).or_default().insert(reference.value.octets().to_vec());
        }
    }
    let named = |octets: &[u8]| digests.iter().any(|(algorithm, known)| known.contains(&algorithm.digest(octets)));
    let data = validation_data(signer);
    let certificates = signed_data.certificates.iter().chain(&data.certificates).filter(|one| named(one.octets())).map(Certificate::sha256);
    let crls = signed_data.crls.iter().chain(&data.crls).filter(|one| named(one.octets())).map(CertificateList::sha256);
    let responses = signed_data.ocsp_responses.iter().chain(&data.ocsp_responses);
    // The digest is that of the basic response, and in some files that of the whole one.
    let responses = responses.filter(|one| named(one.octets()) || named(&one.to_ocsp_response())).map(BasicOcspResponse::sha256);
    certificates.chain(crls).chain(responses).collect()
}
