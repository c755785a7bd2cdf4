//! ETSI TS 119 102-2 §4.4 — Signature validation objects: the document, certificates, revocation data, timestamps with their own verdicts

use std::collections::BTreeSet;

use super::writer::Xml;
use super::{About, status, uris};
use crate::report::indication::Conclusion;
use crate::report::json::{AnchorKind, Report, TimestampReport};

/// The id of the document's object.
pub(super) const DOCUMENT: &str = "document";

/// `sha256-<hex>`: an id may not have a colon.
pub(super) fn evidence_id(id: &str) -> String {
    id.replace(':', "-")
}

/// The id of a timestamp's object.
pub(super) fn timestamp_id(id: &str) -> String {
    format!("timestamp-{id}")
}

/// Whether an object of this id will stand in the list.
pub(super) fn is_listed(report: &Report, id: &str) -> bool {
    report.inputs.evidence.iter().any(|piece| piece.id == id) || report.inputs.trust_anchors.iter().any(|anchor| anchor.sha256 == id)
}

pub(super) fn objects(report: &Report, xml: &mut Xml) {
    xml.open("SignatureValidationObjects", &[]);
    let time = report.inputs.time.0.to_string();
    let existence = report.inputs.existence.map(|existence| existence.0.to_string());
    let proof = existence.as_deref().map_or((time.as_str(), uris::PROOF_VALIDATION), |existence| (existence, uris::PROOF_PROVIDED));
    object(xml, DOCUMENT, "signedData", &report.inputs.document.sha256, Some(proof));
    let mut listed = BTreeSet::new();
    for piece in &report.inputs.evidence {
        if listed.insert(&piece.id) {
            // What proves more than that it is here stands in the derivation alone.
            object(xml, &evidence_id(&piece.id), uris::object_type(piece.kind), &piece.id, Some((&time, uris::PROOF_VALIDATION)));
        }
    }
    for anchor in &report.inputs.trust_anchors {
        if listed.insert(&anchor.sha256) {
            let kind = if anchor.kind == AnchorKind::Certificate { "certificate" } else { "publicKey" };
            object(xml, &evidence_id(&anchor.sha256), kind, &anchor.sha256, None);
        }
    }
    let mut stamped = BTreeSet::new();
    for stamp in report.signatures.iter().flat_map(|entry| &entry.timestamps) {
        if stamped.insert(&stamp.id) {
            timestamp(report, xml, stamp);
        }
    }
    xml.close();
}

fn object(xml: &mut Xml, id: &str, kind: &str, digest: &str, proof: Option<(&str, &str)>) {
    xml.open("ValidationObject", &[("id", id)]);
    xml.leaf("ObjectType", &format!("urn:etsi:019102:validationObject:{kind}"));
    xml.open("ValidationObjectRepresentation", &[]);
    xml.open("DigestAlgAndValue", &[]);
    xml.digest(digest);
    xml.close();
    xml.close();
    if let Some((time, kind)) = proof {
        xml.open("POE", &[]);
        xml.leaf("POETime", time);
        xml.leaf("TypeOfProof", kind);
        xml.close();
    }
    xml.close();
}

/// A timestamp that passed proves that what it covers existed.
fn timestamp(report: &Report, xml: &mut Xml, stamp: &TimestampReport) {
    let conclusion = Conclusion { indication: stamp.indication, sub_indication: stamp.sub_indication };
    xml.open("ValidationObject", &[("id", &timestamp_id(&stamp.id))]);
    xml.leaf("ObjectType", "urn:etsi:019102:validationObject:timestamp");
    xml.open("ValidationObjectRepresentation", &[]);
    xml.leaf("URI", &format!("urn:kyso:timestamp:{}", stamp.id));
    xml.close();
    if let Some(time) = stamp.time.filter(|_| conclusion.is_passed()) {
        xml.open("POEProvisioning", &[]);
        xml.leaf("POETime", &time.0.to_string());
        xml.empty("ValidationObject", &[("VOReference", DOCUMENT)]);
        for covered in &stamp.covers {
            let field = report.signatures.iter().find(|entry| entry.id == *covered).and_then(|entry| entry.field.as_ref());
            if let Some(field) = field {
                xml.open("SignatureReference", &[]);
                xml.leaf("PAdESFieldName", field);
                xml.close();
            }
        }
        xml.close();
    }
    xml.open("ValidationReport", &[]);
    xml.open("SignatureValidationStatus", &[]);
    status(xml, conclusion, About::Part);
    xml.close();
    xml.close();
    xml.close();
}
