//! EN 319 162-1 §A.7 — What the signatures of a container carry: each in its own file, and in an extended one with CAdES one archive timestamp for all

use std::collections::{BTreeMap, BTreeSet};

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
use crate::format::asic::writing::{ARCHIVE_MANIFEST, archive_time_stamp, kept};
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
    /// Where nothing else signs or proves: the files of the timestamps, each of which can be read.
    tokens: Vec<&'d File>,
    /// Names of files that a timestamp is over by its manifest.
    kept: BTreeSet<&'d str>,
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
        let token = |(file, kind): (&'d File, FileKind)| {
            (kind == FileKind::Token && TimestampToken::from_ber(&file.octets).is_ok()).then_some(file)
        };
        let tokens = signing_files(container).map(token).collect::<Option<Vec<_>>>().unwrap_or_default();
        Self { container, octets, limits, places, tokens, kept: kept(container) }
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
        if self.kept.contains(file.name.as_str()) {
            return Err(Misuse::new(format!("a timestamp of the container covers {}, which has to stay what it is", file.name)).into());
        }
        Ok(changed(self.octets, &[], &[(file.name.clone(), octets)])?)
    }

    /// The timestamp over the last archive manifest with more evidence in it, before another manifest lists it.
    fn last_token(&self, evidence: &[(usize, Material)]) -> Result<Option<Named>, AugmentError> {
        let Some(file) = self.last().filter(|file| !self.kept.contains(file.name.as_str())) else { return Ok(None) };
        with_more(file, evidence.iter().map(|(_, material)| material), &self.known(FileKind::Cms))
    }

    /// The timestamp over the last archive manifest.
    fn last(&self) -> Option<&'d File> {
        crate::format::asic::writing::signed_by(self.container, ARCHIVE_MANIFEST)
    }

    /// Where there are timestamps alone: each with what proves it; of one that a manifest lists, and that stays what it is, the last one has that.
    fn with_evidence_of_tokens(&self, evidence: &[(usize, Material)]) -> Result<Option<Vec<u8>>, AugmentError> {
        let mut of_files: BTreeMap<&str, (&File, Vec<&Material>)> = BTreeMap::new();
        for (number, material) in evidence {
            let own = self.tokens.get(*number).copied().ok_or(AugmentError::NoSignature)?;
            let kept = self.kept.contains(own.name.as_str());
            let Some(file) = (if kept { self.last() } else { Some(own) }) else { continue };
            of_files.entry(&file.name).or_insert((file, Vec::new())).1.push(material);
        }
        let known = self.known(FileKind::Token);
        let new = of_files.into_values().filter(|(file, _)| !self.kept.contains(file.name.as_str()));
        let new = new.map(|(file, materials)| with_more(file, materials.into_iter(), &known)).collect::<Result<Vec<_>, _>>()?;
        let new: Vec<Named> = new.into_iter().flatten().collect();
        if new.is_empty() { Ok(None) } else { Ok(Some(changed(self.octets, &[], &new)?)) }
    }

    /// SHA-256 of the evidence in the signatures or timestamps of the container.
    fn known(&self, of: FileKind) -> Vec<[u8; 32]> {
        let cms = signing_files(self.container).filter(|(_, kind)| *kind == of);
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

/// A token with more evidence beside its signer, which its signature is not over (RFC 5652 §5.1); `None` where there is nothing new.
fn with_more<'m>(file: &File, materials: impl Iterator<Item = &'m Material>, known: &[[u8; 32]]) -> Result<Option<Named>, AugmentError> {
    let (mut parts, mut added) = (SignedDataParts::from_ber(&file.octets)?, false);
    let is_new = |id: [u8; 32]| !known.contains(&id);
    for material in materials {
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

    /// §A.7: timestamps alone, and the signatures of an extended container with CAdES, are kept by timestamps over manifests.
    fn is_kept_with_others(&self, signature: usize) -> bool {
        self.is_stamped_alone() || !self.container.is_simple && self.place(signature).is_ok_and(|(_, kind, _)| kind == FileKind::Cms)
    }

    fn is_stamped_alone(&self) -> bool {
        self.places.is_empty() && !self.tokens.is_empty()
    }

    fn is_archived(&self) -> bool {
        let last = self.last().map(|last| last.name.as_str());
        self.tokens.iter().all(|token| Some(token.name.as_str()) == last || self.kept.contains(token.name.as_str())) && last.is_some()
    }

    fn with_evidence(&self, evidence: &[(usize, Material)]) -> Result<Option<Vec<u8>>, AugmentError> {
        if self.is_stamped_alone() {
            return self.with_evidence_of_tokens(evidence);
        }
        let mut of_files: BTreeMap<&str, Vec<(usize, Material)>> = BTreeMap::new();
        for (signature, material) in evidence {
            let (file, _, number) = self.place(*signature)?;
            of_files.entry(&file.name).or_default().push((number, material.clone()));
        }
        let mut new: Vec<Named> = Vec::new();
        for (file, kind) in signing_files(self.container).filter(|(file, _)| !self.kept.contains(file.name.as_str())) {
            let Some(evidence) = of_files.get(file.name.as_str()) else { continue };
            let octets = self.within(file, kind, |record| record.with_evidence(evidence))?;
            new.extend(octets.map(|octets| (file.name.clone(), octets)));
        }
        new.extend(self.last_token(evidence)?);
        if new.is_empty() { Ok(None) } else { Ok(Some(changed(self.octets, &[], &new)?)) }
    }
}
