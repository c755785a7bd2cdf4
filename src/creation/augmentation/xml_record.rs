//! EN 319 132-1 §5.3 to §5.5 — What an XML signature carries: timestamps, certificates, revocation data among its unsigned properties

use super::AugmentError;
use super::carrier::Record;
use super::material::Material;
use crate::crypto::DigestAlgorithm;
use crate::document::Detached;
use crate::encoding::xml::{Tree, read};
use crate::error::Misuse;
use crate::format::signature::Role;
use crate::format::xades::writing::{Evidence, Existing, TimeStampName, time_stamp, with_unsigned_property};
use crate::limits::Limits;
use crate::pki::{BasicOcspResponse, TimestampToken};

/// An XML document with what its signatures cover.
pub(super) struct XmlRecord<'d, 'a> {
    tree: &'d Tree<'a>,
    detached: &'d [Detached<'a>],
    limits: Limits,
}

impl<'d, 'a> XmlRecord<'d, 'a> {
    pub fn new(tree: &'d Tree<'a>, detached: &'d [Detached<'a>]) -> Self {
        Self { tree, detached, limits: Limits::default() }
    }

    fn existing(&self, signature: usize) -> Result<Existing<'_, 'a>, AugmentError> {
        Existing::of(self.tree, self.detached, &self.limits, signature).ok_or(AugmentError::NoSignature)
    }
}

fn name(role: Role) -> Result<TimeStampName, AugmentError> {
    match role {
        Role::Value => Ok(TimeStampName::Signature),
        Role::Archive => Ok(TimeStampName::Archive),
        Role::References | Role::ReferencesAlone | Role::Renewal => {
            Err(Misuse::new("timestamps on references are read and not made").into())
        }
    }
}

impl Record for XmlRecord<'_, '_> {
    fn imprint(&self, signature: usize, role: Role, algorithm: DigestAlgorithm) -> Result<Vec<u8>, AugmentError> {
        Ok(self.existing(signature)?.imprint(name(role)?, algorithm)?)
    }

    fn with_timestamp(&self, signature: usize, role: Role, token: &TimestampToken) -> Result<Vec<u8>, AugmentError> {
        let node = self.existing(signature)?.node();
        let text = time_stamp(name(role)?, token.octets());
        with_unsigned_property(self.tree, node, &text).ok_or(AugmentError::NoSignature)
    }

    fn with_evidence(&self, evidence: &[(usize, Material)]) -> Result<Option<Vec<u8>>, AugmentError> {
        let mut document: Option<Vec<u8>> = None;
        for (signature, material) in evidence {
            let added = match &document {
                None => with_values(self.tree, self.detached, &self.limits, *signature, material)?,
                Some(octets) => with_values(&read(octets, &self.limits)?, self.detached, &self.limits, *signature, material)?,
            };
            document = added.or(document);
        }
        Ok(document)
    }
}

/// The document with what the signature does not have yet; `None` when it has all.
fn with_values(
    tree: &Tree<'_>,
    detached: &[Detached<'_>],
    limits: &Limits,
    signature: usize,
    material: &Material,
) -> Result<Option<Vec<u8>>, AugmentError> {
    let existing = Existing::of(tree, detached, limits, signature).ok_or(AugmentError::NoSignature)?;
    let known = existing.evidence();
    let certificates = material.certificates.iter().filter(|one| !known.contains(&one.sha256())).map(|one| one.octets().to_vec());
    let crls = material.crls.iter().filter(|one| !known.contains(&one.sha256())).map(|one| one.octets().to_vec());
    let responses = material.ocsp_responses.iter().filter(|one| !known.contains(&one.sha256()));
    let new = Evidence {
        certificates: certificates.collect(),
        crls: crls.collect(),
        ocsp_responses: responses.map(BasicOcspResponse::to_ocsp_response).collect(),
    };
    if new.certificates.is_empty() && new.crls.is_empty() && new.ocsp_responses.is_empty() {
        return Ok(None);
    }
    let text = new.text(existing.has_values());
    with_unsigned_property(tree, existing.node(), &text).map(Some).ok_or(AugmentError::NoSignature)
}
