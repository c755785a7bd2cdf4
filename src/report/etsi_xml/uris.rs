//! ETSI TS 119 102-2 — The URIs that stand for words

use super::About;
use crate::report::indication::Indication;
use crate::report::json::{EvidenceKind, TimeSource};
use crate::report::recorder::Outcome;

pub(super) const NAMESPACES: [(&str, &str); 3] = [
    ("xmlns", "http://uri.etsi.org/19102/v1.4.1#"),
    ("xmlns:ds", "http://www.w3.org/2000/09/xmldsig#"),
    ("xmlns:XAdES", "http://uri.etsi.org/01903/v1.3.2#"),
];

pub(super) const PROOF_VALIDATION: &str = "urn:etsi:019102:poetype:validation";
pub(super) const PROOF_PROVIDED: &str = "urn:etsi:019102:poetype:provided";

/// §4.3.4.2, §4.3.5.4.3. The standard has no word for a document without signature.
pub(super) fn main_indication(indication: Indication, about: About) -> &'static str {
    match (indication, about) {
        (Indication::TotalPassed, About::Signature) => "urn:etsi:019102:mainindication:total-passed",
        (Indication::TotalFailed, About::Signature) => "urn:etsi:019102:mainindication:total-failed",
        (Indication::TotalPassed, About::Part) => "urn:etsi:019102:mainindication:passed",
        (Indication::TotalFailed, About::Part) => "urn:etsi:019102:mainindication:failed",
        (Indication::Indeterminate, _) => "urn:etsi:019102:mainindication:indeterminate",
        (Indication::NoSignature, _) => "urn:kyso:mainindication:no-signature",
    }
}

/// §4.3.5.4.2: what the policy lets pass is overridden.
pub(super) fn constraint_status(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed | Outcome::Failed => "urn:etsi:019102:constraintStatus:applied",
        Outcome::Tolerated => "urn:etsi:019102:constraintStatus:overridden",
        Outcome::Skipped => "urn:etsi:019102:constraintStatus:disabled",
    }
}

/// §4.3.10, by the clause of the process in EN 319 102-1.
pub(super) fn process(clause: &str) -> &'static str {
    if clause.contains("§5.3") || clause.contains("§5.4") {
        "urn:etsi:019102:validationprocess:Basic"
    } else if clause.contains("§5.5") {
        "urn:etsi:019102:validationprocess:LTVM"
    } else {
        "urn:etsi:019102:validationprocess:LTA"
    }
}

/// §4.4.6.2: what is known now, or what was given to the process and by it.
pub(super) fn proof(source: TimeSource) -> &'static str {
    match source {
        TimeSource::Supplied => PROOF_PROVIDED,
        _ => PROOF_VALIDATION,
    }
}

/// §4.4.4
pub(super) fn object_type(kind: EvidenceKind) -> &'static str {
    match kind {
        EvidenceKind::Certificate => "certificate",
        EvidenceKind::Crl => "CRL",
        EvidenceKind::Ocsp => "OCSPResponse",
        EvidenceKind::Timestamp => "timestamp",
        EvidenceKind::EvidenceRecord => "evidencerecord",
        EvidenceKind::PolicyDocument => "other",
    }
}

/// Annex A
pub(super) fn timestamp_attribute(kind: &str) -> &'static str {
    match kind {
        "content_timestamp" => "AllDataObjectsTimeStamp",
        "document_timestamp" => "DocTimeStamp",
        _ => "SignatureTimeStamp",
    }
}

/// RFC 9231: the algorithm of `sha256:<hex>`.
pub(super) fn digest_method(name: &str) -> String {
    match name {
        "sha1" => "http://www.w3.org/2000/09/xmldsig#sha1".into(),
        "sha256" | "sha512" => format!("http://www.w3.org/2001/04/xmlenc#{name}"),
        "sha224" | "sha384" => format!("http://www.w3.org/2001/04/xmldsig-more#{name}"),
        "sha3-224" | "sha3-256" | "sha3-384" | "sha3-512" => format!("http://www.w3.org/2007/05/xmldsig-more#{name}"),
        other => format!("urn:kyso:digest:{}", slug(other)),
    }
}

/// Words as the end of a URN.
pub(super) fn slug(words: &str) -> String {
    let parts = words.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("-")
}
