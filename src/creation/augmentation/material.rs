//! EN 319 142-1 §5.4.2, §6.3 (g) — What is stored: the certificates and revocation data by which the verdict passed, and no others

use std::collections::BTreeSet;

use crate::context::TrustAnchors;
use crate::format::pades::writing;
use crate::path::certificate_id;
use crate::pki::{BasicOcspResponse, Certificate, CertificateList};
use crate::report::json::{Origin, SignatureReport};
use crate::report::{Block, Fact, Indication, Outcome, Step};
use crate::verifying::Judged;

/// Pieces for the store.
#[derive(Clone, Default)]
pub(super) struct Material {
    pub certificates: Vec<Certificate>,
    pub crls: Vec<CertificateList>,
    pub ocsp_responses: Vec<BasicOcspResponse>,
}

impl From<Material> for writing::Material {
    fn from(material: Material) -> Self {
        Self {
            certificates: material.certificates.iter().map(|certificate| certificate.octets().to_vec()).collect(),
            crls: material.crls.iter().map(|crl| crl.octets().to_vec()).collect(),
            ocsp_responses: material.ocsp_responses.iter().map(BasicOcspResponse::to_ocsp_response).collect(),
        }
    }
}

/// What the steps that passed name: certificates of paths, with those of the anchors (§6.3 (g)), and sources of their status.
pub(super) fn used(judged: &Judged, anchors: &TrustAnchors) -> Material {
    used_for(judged, judged.report.signatures.iter(), anchors)
}

/// [`used`], for these entries of the report alone.
pub(super) fn used_for<'r>(judged: &Judged, entries: impl Iterator<Item = &'r SignatureReport>, anchors: &TrustAnchors) -> Material {
    of(judged, entries, anchors, |origin| origin != Origin::Embedded)
}

/// What concerns one signature of a PDF file, wherever it stands: its entry of `/VRI`.
pub(super) fn related(judged: &Judged, octets: &[u8], anchors: &TrustAnchors) -> Vec<writing::Related> {
    let one = |entry: &SignatureReport| {
        let key = writing::related_key(octets, entry.coverage.byte_range.as_deref()?)?;
        let pieces = writing::Material::from(of(judged, std::iter::once(entry), anchors, |_| true));
        Some(writing::Related { key, pieces })
    };
    judged.report.signatures.iter().filter(|entry| entry.indication == Indication::TotalPassed).filter_map(one).collect()
}

fn of<'r>(
    judged: &Judged,
    entries: impl Iterator<Item = &'r SignatureReport>,
    anchors: &TrustAnchors,
    counts: impl Fn(Origin) -> bool,
) -> Material {
    let named = named(entries);
    let is_named = |id: String| named.contains(&id);
    let mut material = among(judged, |id| is_named(Fact::sha256(id).to_text().into_owned()), counts);
    let of_anchors = anchors.iter().filter_map(|anchor| anchor.certificate.as_ref());
    for certificate in of_anchors.filter(|certificate| is_named(certificate_id(certificate))) {
        let is_known = judged.evidence.certificates().any(|(known, _)| known == certificate);
        if !is_known && !material.certificates.contains(certificate) {
            material.certificates.push(certificate.clone());
        }
    }
    material
}

/// All there is.
pub(super) fn everything(judged: &Judged) -> Material {
    among(judged, |_| true, |origin| origin != Origin::Embedded)
}

fn among(judged: &Judged, wanted: impl Fn([u8; 32]) -> bool, counts: impl Fn(Origin) -> bool) -> Material {
    let evidence = &judged.evidence;
    // Certificates come into the store also where a signature brings them: others look for the issuers of timestamps nowhere else.
    let certificates = evidence.certificates().filter(|(certificate, _)| wanted(certificate.sha256()));
    let crls = evidence.crls().filter(|(id, _, origin)| counts(*origin) && wanted(*id));
    let responses = evidence.ocsp_responses().filter(|(id, _, origin)| counts(*origin) && wanted(*id));
    Material {
        certificates: certificates.map(|(certificate, _)| certificate.clone()).collect(),
        crls: crls.map(|(_, crl, _)| crl.clone()).collect(),
        ocsp_responses: responses.map(|(_, response, _)| response.clone()).collect(),
    }
}

/// Every `sha256:` that a passed block is about or that a passed step of it rests on. What stands below a block that did not pass led nowhere.
fn named<'r>(entries: impl Iterator<Item = &'r SignatureReport>) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    let mut open: Vec<&Block> = entries.map(|entry| &entry.checks).collect();
    while let Some(block) = open.pop() {
        if !block.is_passed() {
            continue;
        }
        named.extend(block.subject.split(' ').filter(|id| id.starts_with("sha256:")).map(str::to_owned));
        for step in &block.steps {
            match step {
                Step::Block { block, .. } => open.push(block),
                Step::Check(step) if step.outcome == Outcome::Passed => {
                    named.extend(step.inputs.value("source").into_iter().flat_map(digests));
                }
                Step::Check(_) => {}
            }
        }
    }
    named
}

fn digests(source: &Fact) -> Vec<String> {
    match source {
        Fact::List(several) => several.iter().map(|one| one.to_text().into_owned()).collect(),
        one => vec![one.to_text().into_owned()],
    }
}
