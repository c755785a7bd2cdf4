//! EN 319 102-1 §5.1.2 — Validation data: certificates and revocation information, each piece once, by its digest

use std::collections::BTreeMap;

use crate::pki::{BasicOcspResponse, Certificate, CertificateList, Name};
use crate::report::json::Origin;

/// Evidence by content. Where it comes from is remembered; it never makes a piece more credible.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    certificates: BTreeMap<[u8; 32], (Certificate, Origin)>,
    crls: BTreeMap<[u8; 32], (CertificateList, Origin)>,
    ocsp_responses: BTreeMap<[u8; 32], (BasicOcspResponse, Origin)>,
    policy_documents: BTreeMap<[u8; 32], (Vec<u8>, Origin)>,
}

impl Evidence {
    /// No evidence beside what the document brings.
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds a certificate; one that is there already keeps its first origin, as everything here does.
    pub fn add_certificate(&mut self, certificate: Certificate, origin: Origin) {
        self.certificates.entry(certificate.sha256()).or_insert((certificate, origin));
    }

    /// Adds a certificate revocation list.
    pub fn add_crl(&mut self, crl: CertificateList, origin: Origin) {
        self.crls.entry(crl.sha256()).or_insert((crl, origin));
    }

    /// Adds an OCSP response.
    pub fn add_ocsp_response(&mut self, response: BasicOcspResponse, origin: Origin) {
        self.ocsp_responses.entry(response.sha256()).or_insert((response, origin));
    }

    /// Adds the document of a signature policy. What it says is not read: its digest is what signatures name.
    pub fn add_policy_document(&mut self, document: Vec<u8>, origin: Origin) {
        let id = <[u8; 32]>::try_from(crate::crypto::DigestAlgorithm::Sha256.digest(&document)).unwrap_or_default();
        self.policy_documents.entry(id).or_insert((document, origin));
    }

    /// Takes over everything of `other`. Of a piece that both have, it is `other`'s that is kept, with the origin that it has here: who judges many
    /// documents has read it, and prepared its key, once.
    pub fn extend(&mut self, other: &Evidence) {
        for (id, entry) in &other.certificates {
            self.certificates.entry(*id).and_modify(|(own, _)| own.clone_from(&entry.0)).or_insert_with(|| entry.clone());
        }
        for (id, entry) in &other.crls {
            self.crls.entry(*id).and_modify(|(own, _)| own.clone_from(&entry.0)).or_insert_with(|| entry.clone());
        }
        for (id, entry) in &other.ocsp_responses {
            self.ocsp_responses.entry(*id).or_insert_with(|| entry.clone());
        }
        for (id, entry) in &other.policy_documents {
            self.policy_documents.entry(*id).or_insert_with(|| entry.clone());
        }
    }

    /// What did not come from `origin`.
    #[cfg_attr(not(feature = "bundle"), allow(dead_code, reason = "bundles leave out what comes with the document"))]
    pub(crate) fn without(mut self, origin: Origin) -> Self {
        self.certificates.retain(|_, (_, from)| *from != origin);
        self.crls.retain(|_, (_, from)| *from != origin);
        self.ocsp_responses.retain(|_, (_, from)| *from != origin);
        self.policy_documents.retain(|_, (_, from)| *from != origin);
        self
    }

    /// The documents of signature policies.
    pub fn policy_documents(&self) -> impl Iterator<Item = ([u8; 32], &[u8], Origin)> {
        self.policy_documents.iter().map(|(id, (document, origin))| (*id, document.as_slice(), *origin))
    }

    /// The digests of all of it.
    pub fn digests(&self) -> Vec<[u8; 32]> {
        self.certificates.keys().chain(self.crls.keys()).chain(self.ocsp_responses.keys()).copied().collect()
    }

    /// The digests of all of it, documents of policies among it.
    pub(crate) fn all_digests(&self) -> std::collections::BTreeSet<[u8; 32]> {
        self.digests().into_iter().chain(self.policy_documents.keys().copied()).collect()
    }

    /// The certificates, by digest.
    pub fn certificates(&self) -> impl Iterator<Item = (&Certificate, Origin)> {
        self.certificates.values().map(|(certificate, origin)| (certificate, *origin))
    }

    /// The certificates of this subject (RFC 5280 §7.1), by digest.
    pub fn certificates_named<'a>(&'a self, subject: &Name) -> impl Iterator<Item = &'a Certificate> {
        self.certificates.values().map(|(certificate, _)| certificate).filter(|certificate| certificate.subject().matches(subject))
    }

    /// The revocation lists with their digests.
    pub fn crls(&self) -> impl Iterator<Item = ([u8; 32], &CertificateList, Origin)> {
        self.crls.iter().map(|(id, (crl, origin))| (*id, crl, *origin))
    }

    /// The OCSP responses with their digests.
    pub fn ocsp_responses(&self) -> impl Iterator<Item = ([u8; 32], &BasicOcspResponse, Origin)> {
        self.ocsp_responses.iter().map(|(id, (response, origin))| (*id, response, *origin))
    }
}
