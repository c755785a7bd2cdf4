//! `bundle.json`: what of a bundle is no file of its own, and what each piece of evidence is

use serde::{Deserialize, Serialize};

use super::{Bundle, malformed};
use crate::context::Evidence;
use crate::error::Malformed;
use crate::pki::{BasicOcspResponse, Certificate, CertificateList};
use crate::report::Fact;
use crate::report::json::{EvidenceKind, InputDetached, InputEvidence};
use crate::time::Time;

/// The identifier of this form of bundles.
const SCHEMA: &str = "urn:kyso:bundle:1";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    schema: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub password: Option<String>,
    time: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    existence: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub detached: Vec<InputDetached>,
    pub evidence: Vec<InputEvidence>,
}

impl Manifest {
    pub fn of(bundle: &Bundle) -> Self {
        Self {
            schema: SCHEMA.into(),
            name: bundle.name.clone(),
            password: bundle.password.clone(),
            time: bundle.time.to_string(),
            existence: bundle.existence.map(|time| time.to_string()),
            detached: bundle.detached.iter().map(|(input, _)| input.clone()).collect(),
            evidence: pieces(&bundle.evidence).map(|(entry, _)| entry).collect(),
        }
    }

    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).map(|json| json + "\n").unwrap_or_default()
    }

    pub fn from_json(json: &[u8]) -> Result<Self, Malformed> {
        let manifest: Self = serde_json::from_slice(json).map_err(|error| malformed(error.to_string()))?;
        if manifest.schema == SCHEMA { Ok(manifest) } else { Err(malformed(format!("another form, {}", manifest.schema))) }
    }

    pub fn time(&self) -> Result<Time, Malformed> {
        Time::from_rfc3339(&self.time)
    }

    pub fn existence(&self) -> Result<Option<Time>, Malformed> {
        self.existence.as_deref().map(Time::from_rfc3339).transpose()
    }
}

/// Every piece of `evidence` with its octets, in the order of kinds and digests.
pub(super) fn pieces(evidence: &Evidence) -> impl Iterator<Item = (InputEvidence, Vec<u8>)> {
    let entry = |id, kind, origin| InputEvidence { id: Fact::sha256(id).to_text().into_owned(), kind, origin };
    let certificates = evidence
        .certificates()
        .map(move |(piece, origin)| (entry(piece.sha256(), EvidenceKind::Certificate, origin), piece.octets().to_vec()));
    let lists = evidence.crls().map(move |(id, piece, origin)| (entry(id, EvidenceKind::Crl, origin), piece.octets().to_vec()));
    let responses =
        evidence.ocsp_responses().map(move |(id, piece, origin)| (entry(id, EvidenceKind::Ocsp, origin), piece.octets().to_vec()));
    let documents =
        evidence.policy_documents().map(move |(id, piece, origin)| (entry(id, EvidenceKind::PolicyDocument, origin), piece.to_vec()));
    certificates.chain(lists).chain(responses).chain(documents)
}

/// Adds one piece as its entry says.
pub(super) fn add(evidence: &mut Evidence, entry: &InputEvidence, octets: &[u8]) -> Result<(), Malformed> {
    match entry.kind {
        EvidenceKind::Certificate => evidence.add_certificate(Certificate::from_der(octets)?, entry.origin),
        EvidenceKind::Crl => evidence.add_crl(CertificateList::from_der(octets)?, entry.origin),
        EvidenceKind::Ocsp => evidence.add_ocsp_response(BasicOcspResponse::from_der(octets)?, entry.origin),
        EvidenceKind::PolicyDocument => evidence.add_policy_document(octets.to_vec(), entry.origin),
        EvidenceKind::Timestamp | EvidenceKind::EvidenceRecord => return Err(malformed("evidence of a kind that is not taken".into())),
    }
    Ok(())
}
