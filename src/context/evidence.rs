//! EN 319 102-1 §5.1.2 — Validation data: certificates and revocation information, each piece once, by its digest

use std::collections::BTreeMap;

use crate::pki::{Certificate, CertificateList, OcspResponse, PkiObject};
use crate::report::json::Origin;

/// Evidence by content. Where it comes from is remembered; it never makes a piece more credible.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    certificates: BTreeMap<[u8; 32], (Certificate, Origin)>,
    crls: BTreeMap<[u8; 32], (CertificateList, Origin)>,
    ocsp_responses: BTreeMap<[u8; 32], (OcspResponse, Origin)>,
}

impl Evidence {
    /// No evidence beside what the document brings.
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds an object; one that is there already keeps its first origin.
    pub fn add(&mut self, object: PkiObject, origin: Origin) {
        match object {
            PkiObject::Certificate(certificate) => self.add_certificate(certificate, origin),
            PkiObject::Crl(crl) => self.add_crl(crl, origin),
            PkiObject::Ocsp(response) => self.add_ocsp_response(response, origin),
        }
    }

    /// Adds a certificate.
    pub fn add_certificate(&mut self, certificate: Certificate, origin: Origin) {
        self.certificates.entry(certificate.sha256()).or_insert((certificate, origin));
    }

    /// Adds a certificate revocation list.
    pub fn add_crl(&mut self, crl: CertificateList, origin: Origin) {
        self.crls.entry(crl.sha256()).or_insert((crl, origin));
    }

    /// Adds an OCSP response.
    pub fn add_ocsp_response(&mut self, response: OcspResponse, origin: Origin) {
        self.ocsp_responses.entry(response.sha256()).or_insert((response, origin));
    }

    /// Takes over everything of `other`.
    pub fn extend(&mut self, other: &Evidence) {
        for (id, entry) in &other.certificates {
            self.certificates.entry(*id).or_insert_with(|| entry.clone());
        }
        for (id, entry) in &other.crls {
            self.crls.entry(*id).or_insert_with(|| entry.clone());
        }
        for (id, entry) in &other.ocsp_responses {
            self.ocsp_responses.entry(*id).or_insert_with(|| entry.clone());
        }
    }

    /// The certificates, by digest.
    pub fn certificates(&self) -> impl Iterator<Item = (&Certificate, Origin)> {
        self.certificates.values().map(|(certificate, origin)| (certificate, *origin))
    }

    /// The revocation lists, by digest.
    pub fn crls(&self) -> impl Iterator<Item = (&CertificateList, Origin)> {
        self.crls.values().map(|(crl, origin)| (crl, *origin))
    }

    /// The OCSP responses, by digest.
    pub fn ocsp_responses(&self) -> impl Iterator<Item = (&OcspResponse, Origin)> {
        self.ocsp_responses.values().map(|(response, origin)| (response, *origin))
    }
}
