//! EN 319 162-1 §A.7 — What the signatures of a container carry: each in its own file, and in an extended one with CAdES one archive timestamp for all

use std::collections::BTreeMap;

use super::AugmentError;
use super::carrier::Record;
use super::cms_record::CmsRecord;
use super::material::Material;
use super::xml_record::XmlRecord;
use crate::creation::signed_data_parts::SignedDataParts;
use crate::crypto::DigestAlgorithm;
use crate::document::{Cms, Container, Detached, File};
use crate::encoding::xml;
use crate::encoding::zip_writing::{Named, changed};
use crate::error::Misuse;
use crate::format::asic::writing::{ARCHIVE_MANIFEST, archive_time_stamp, is_kept};
use crate::format::asic::{FileKind, content_of, signing_files};
use crate::format::signature::Role;
use crate::format::xades;
use crate::limits::Limits;
use crate::pki::TimestampToken;

/// A container with the ZIP file that it is.
pub(super) struct ContainerRecord<'d> {
    container: &'d Container,
    octets: &'d [u8],
    limits: &'d Limits,
    /// The file of each signature, and its number there.
    places: Vec<(&'d File, FileKind, usize)>,
}

impl<'d> ContainerRecord<'d> {
    pub fn new(container: &'d Container, octets: &'d [u8], limits: &'d Limits) -> Self {
        let places = signing_files(container).flat_map(|(file, kind)| {
            let signatures = match kind {
                FileKind::Cms => Cms::from_ber(&file.octets).map_or(0, |cms| cms.signed_data.signer_infos.len()),
                FileKind::Xml => xml::read(&file.octets, limits).map_or(0, |tree| xades::signatures(&tree)),
                // A timestamp and an evidence record sign nothing that could get another timestamp.
                FileKind::Token | FileKind::EvidenceRecord | FileKind::XmlEvidenceRecord => 0,
            };
            (0..signatures).map(move |number| (file, kind, number))
        });
        let places = places.collect();
        Self { container, octets, limits, places }
    }

    fn place(&self, signature: usize) -> Result<(&'d File, FileKind, usize), AugmentError> {
        self.places.get(signature).copied().ok_or(AugmentError::NoSignature)
    }

    /// What is asked of one file, as of a record of its own.
    fn within<T>(
        &self,
        file: &'d File,
        kind: FileKind,
        asked: impl FnOnce(&dyn Record) -> Result<T, AugmentError>,
    ) -> Result<T, AugmentError> {
        if kind == FileKind::Cms {
            let cms = Cms::from_ber(&file.octets)?;
            let content = content_of(self.container, file, self.limits);
            let detached: Vec<Detached<'_>> = content.iter().map(|content| Detached::of(&content.name, &content.octets)).collect();
            return asked(&CmsRecord::new(&cms, &detached));
        }
        let tree = xml::read(&file.octets, self.limits)?;
        let detached: Vec<Detached<'_>> = self.container.files.iter().map(|file| Detached::of(&file.name, &file.octets)).collect();
        asked(&XmlRecord::new(&tree, &detached))
    }

    fn with_file(&self, file: &File, octets: Vec<u8>) -> Result<Vec<u8>, AugmentError> {
        if is_kept(self.container, &file.name) {
            return Err(Misuse::new(format!("a timestamp of the container covers {}, which has to stay what it is", file.name)).into());
        }
        Ok(changed(self.octets, &[], &[(file.name.clone(), octets)])?)
    }

    /// The timestamp over the last archive manifest with more evidence in it, before another manifest lists it.
    fn last_token(&self, evidence: &[(usize, Material)]) -> Result<Option<Named>, AugmentError> {
        let signed_by = |name: &str| crate::format::asic::writing::signed_by(self.container, name);
        let Some(file) = signed_by(ARCHIVE_MANIFEST).filter(|file| !is_kept(self.container, &file.name)) else { return Ok(None) };
        let (mut parts, mut added) = (SignedDataParts::from_ber(&file.octets)?, false);
        let known = self.known();
        let is_new = |id: [u8; 32]| !known.contains(&id);
        for (_, material) in evidence {
            for certificate in material.certificates.iter().filter(|one| is_new(one.sha256())) {
                added |= parts.add_certificate(certificate.octets());
            }
            for crl in material.crls.iter().filter(|one| is_new(one.sha256())) {
                added |= parts.add_revocation(crl.octets());
            }
            for response in material.ocsp_responses.iter().filter(|one| is_new(one.sha256())) {
                added |= parts.add_revocation(&super::cms_record::other_revocation(response));
            }
        }
        Ok(added.then(|| (file.name.clone(), parts.to_der())))
    }

    /// SHA-256 of the evidence in the signatures of the container.
    fn known(&self) -> Vec<[u8; 32]> {
        let cms = signing_files(self.container).filter(|(_, kind)| *kind == FileKind::Cms);
        cms.filter_map(|(file, _)| Cms::from_ber(&file.octets).ok())
            .flat_map(|cms| {
                let certificates = cms.signed_data.certificates.iter().map(|one| one.sha256());
                let crls = cms.signed_data.crls.iter().map(|one| one.sha256());
                let responses = cms.signed_data.ocsp_responses.iter().map(|one| one.sha256());
                certificates.chain(crls).chain(responses).collect::<Vec<_>>()
            })
            .collect()
    }
}

impl Record for ContainerRecord<'_> {
    fn imprint(&self, signature: usize, role: Role, algorithm: DigestAlgorithm) -> Result<Vec<u8>, AugmentError> {
        if role == Role::Archive && self.is_kept_with_others(signature) {
            return Ok(algorithm.digest(&archive_time_stamp(self.container, algorithm)?.manifest));
        }
        let (file, kind, number) = self.place(signature)?;
        self.within(file, kind, |record| record.imprint(number, role, algorithm))
    }

    fn with_timestamp(&self, signature: usize, role: Role, token: &TimestampToken) -> Result<Vec<u8>, AugmentError> {
        if role == Role::Archive && self.is_kept_with_others(signature) {
            let algorithm = token.info.imprint_algorithm.digest();
            let algorithm = algorithm.ok_or_else(|| Misuse::new("the timestamp is over a digest that is not implemented"))?;
            let stamp = archive_time_stamp(self.container, algorithm)?;
            let new = [(ARCHIVE_MANIFEST.to_owned(), stamp.manifest), (stamp.name, token.octets().to_vec())];
            return Ok(changed(self.octets, stamp.renamed.as_slice(), &new)?);
        }
        let (file, kind, number) = self.place(signature)?;
        let octets = self.within(file, kind, |record| record.with_timestamp(number, role, token))?;
        self.with_file(file, octets)
    }

    /// §A.7: the signatures of an extended container with CAdES are kept by timestamps over manifests.
    fn is_kept_with_others(&self, signature: usize) -> bool {
        !self.container.is_simple && self.place(signature).is_ok_and(|(_, kind, _)| kind == FileKind::Cms)
    }

    fn with_evidence(&self, evidence: &[(usize, Material)]) -> Result<Option<Vec<u8>>, AugmentError> {
        let mut of_files: BTreeMap<&str, Vec<(usize, Material)>> = BTreeMap::new();
        for (signature, material) in evidence {
            let (file, _, number) = self.place(*signature)?;
            of_files.entry(&file.name).or_default().push((number, material.clone()));
        }
        let mut new: Vec<Named> = Vec::new();
        for (file, kind) in signing_files(self.container).filter(|(file, _)| !is_kept(self.container, &file.name)) {
            let Some(evidence) = of_files.get(file.name.as_str()) else { continue };
            let octets = self.within(file, kind, |record| record.with_evidence(evidence))?;
            new.extend(octets.map(|octets| (file.name.clone(), octets)));
        }
        new.extend(self.last_token(evidence)?);
        if new.is_empty() { Ok(None) } else { Ok(Some(changed(self.octets, &[], &new)?)) }
    }
}
