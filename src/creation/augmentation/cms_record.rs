//! EN 319 122-1 §5.3, §5.4, §5.5.3 — What signed data carry: timestamps in their signers, evidence beside these

use super::AugmentError;
use super::carrier::Record;
use super::material::Material;
use crate::creation::cades::changeable;
use crate::creation::signed_data_parts::SignedDataParts;
use crate::crypto::DigestAlgorithm;
use crate::document::{Cms, Detached};
use crate::encoding::der::{tag, write};
use crate::error::Misuse;
use crate::format::cades::archive_time_stamp::imprint;
use crate::format::cades::ats_hash_index::hash_index;
use crate::format::cades::content::Content;
use crate::format::signature::Role;
use crate::pki::{BasicOcspResponse, SignerInfo, TimestampToken, object_id};

/// A file of signed data with what its signatures cover.
pub(super) struct CmsRecord<'d> {
    cms: &'d Cms,
    content: Content<'d>,
}

impl<'d> CmsRecord<'d> {
    pub fn new(cms: &'d Cms, detached: &'d [Detached<'d>]) -> Self {
        Self { cms, content: Content::of(&cms.signed_data, detached) }
    }

    fn signer(&self, signature: usize) -> Result<&'d SignerInfo, AugmentError> {
        self.cms.signed_data.signer_infos.get(signature).ok_or(AugmentError::NoSignature)
    }

    fn parts(&self) -> Result<SignedDataParts, AugmentError> {
        changeable(self.cms)?;
        Ok(SignedDataParts::from_ber(self.cms.signed_data.octets())?)
    }
}

impl Record for CmsRecord<'_> {
    fn imprint(&self, signature: usize, role: Role, algorithm: DigestAlgorithm) -> Result<Vec<u8>, AugmentError> {
        let signer = self.signer(signature)?;
        match role {
            Role::Value => Ok(algorithm.digest(signer.signature.octets())),
            Role::Archive => {
                let content = self.content.digest(algorithm);
                let content =
                    content.ok_or_else(|| Misuse::new(format!("the detached content is needed, or its digest by {}", algorithm.name())))?;
                let index = hash_index(&self.cms.signed_data, signer, algorithm);
                Ok(imprint(&self.cms.signed_data, signer, &content, &index, algorithm))
            }
            Role::References | Role::ReferencesAlone | Role::Renewal => {
                Err(Misuse::new("timestamps on references are read and not made").into())
            }
        }
    }

    fn with_timestamp(&self, signature: usize, role: Role, token: &TimestampToken) -> Result<Vec<u8>, AugmentError> {
        let signer = self.signer(signature)?;
        let attribute = |oid, value: Vec<u8>| write::sequence(&[write::object_id(oid), write::set_of(vec![value])]);
        let attribute = if role == Role::Archive {
            let algorithm = token.info.imprint_algorithm.digest();
            let algorithm = algorithm.ok_or_else(|| Misuse::new("the timestamp is over a digest that is not implemented"))?;
            // The index is in the token, where only what was made before the token can be listed.
            let index = attribute(object_id::ATS_HASH_INDEX_V3, hash_index(&self.cms.signed_data, signer, algorithm));
            let mut token = SignedDataParts::from_ber(token.octets())?;
            token.add_unsigned_attribute(0, &index)?.ok_or(AugmentError::NoSignature)?;
            attribute(object_id::ARCHIVE_TIMESTAMP_V3, token.to_der())
        } else {
            attribute(object_id::SIGNATURE_TIMESTAMP, token.octets().to_vec())
        };
        let mut parts = self.parts()?;
        parts.add_unsigned_attribute(signature, &attribute)?.ok_or(AugmentError::NoSignature)?;
        Ok(parts.to_der())
    }

    fn with_evidence(&self, evidence: &[(usize, Material)]) -> Result<Option<Vec<u8>>, AugmentError> {
        let mut parts = self.parts()?;
        let mut added = false;
        for (_, material) in evidence {
            for certificate in &material.certificates {
                added |= parts.add_certificate(certificate.octets());
            }
            for crl in &material.crls {
                added |= parts.add_revocation(crl.octets());
            }
            for response in &material.ocsp_responses {
                added |= parts.add_revocation(&other_revocation(response));
            }
        }
        Ok(added.then(|| parts.to_der()))
    }
}

/// `OtherRevocationInfoFormat` with an OCSP response (RFC 5940 §2.1).
pub(super) fn other_revocation(response: &BasicOcspResponse) -> Vec<u8> {
    let other = write::sequence(&[write::object_id(object_id::REVOCATION_OCSP), response.to_ocsp_response()]);
    write::retagged(tag::context_constructed(1), &other)
}
