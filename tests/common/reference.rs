//! What `eu-dss` says of its files, and the verdicts that are held against it: offline, at the time of the index, with each file's own anchor.
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::collections::BTreeMap;
use std::path::Path;

use kyso::report::Conclusion;
use kyso::report::json::SignatureReport;
use kyso::{Context, Document, Evidence, Policy, Report, Time, TrustAnchors};

/// A row of `index.tsv`.
pub type Row = BTreeMap<String, String>;

/// The anchor of a row; none where it has none.
pub fn anchors(folder: &Path, row: &Row) -> TrustAnchors {
    let mut anchors = TrustAnchors::none();
    let pem = if row["anchor"].is_empty() { Vec::new() } else { std::fs::read(folder.join(&row["anchor"])).unwrap() };
    for object in kyso::encoding::pem::read(&pem).unwrap() {
        anchors.add_der(&object.octets).unwrap();
    }
    anchors
}

pub fn verified(document: &Document<'_>, anchors: &TrustAnchors) -> Report {
    let (policy, evidence) = (Policy::etsi_basic(), Evidence::none());
    let time = Time::from_rfc3339("2026-06-01T00:00:00Z").unwrap();
    super::audited::verify(document, &Context { policy: &policy, anchors, evidence: &evidence, time, existence: None })
}

/// The signatures of a row, each with its facts.
pub fn facts(row: &Row) -> Vec<&str> {
    let signatures = row["dss_facts_per_signature"].split("##").next().unwrap();
    signatures.split(" ; ").map(str::trim).filter(|facts| !facts.is_empty()).collect()
}

/// `INDETERMINATE/TRY_LATER`
pub fn verdict(entry: &SignatureReport) -> String {
    Conclusion { indication: entry.indication, sub_indication: entry.sub_indication }.to_string().replace(" / ", "/")
}

/// The verdicts of a row with its anchor.
pub fn verdicts(row: &Row) -> Vec<String> {
    let verdicts = row["dss_verdict_anchored"].split(';').map(|verdict| verdict.trim().replace("TOTAL_", "TOTAL-"));
    verdicts.filter(|verdict| !verdict.is_empty()).collect()
}

/// Of a list its length and the elements in one order.
pub fn said(mut words: Vec<String>) -> String {
    words.sort_unstable();
    format!("{} {}", words.len(), words.join(" ")).trim().into()
}
