//! The PDF files of the EU reference implementation's own tests: how many signatures, and which of them are intact.

mod common;

use std::collections::BTreeMap;

use common::{Conformance, corpora_path};
use kyso::report::json::{Integrity, Kind};
use kyso::{Context, Document, Evidence, Policy, Time, TrustAnchors};

#[test]
fn signatures_are_counted_and_intact_as_the_reference_says() {
    let Some(folder) = corpora_path("eu-dss") else { return };
    let rows = index(&folder.join("index.tsv"));
    let mut conformance = Conformance::of("eu-dss-pdf");
    for (path, expected) in &rows {
        let octets = std::fs::read(folder.join(path)).unwrap();
        conformance.case(path, expected, &found(&octets));
    }
    assert!(rows.len() > 100, "only {} files", rows.len());
    conformance.finish();
}

/// `2 intact intact`: the signatures with their integrity, sorted; document timestamps are not signatures.
fn found(octets: &[u8]) -> String {
    let document = match Document::pdf(octets) {
        Ok(document) => document,
        Err(_) => return "malformed".into(),
    };
    let (policy, anchors, evidence) = (Policy::etsi_basic(), TrustAnchors::none(), Evidence::none());
    let time = Time::from_rfc3339("2026-06-01T00:00:00Z").unwrap();
    let report = kyso::verify(&document, &Context { policy: &policy, anchors: &anchors, evidence: &evidence, time, existence: None });
    let integrity = |integrity| match integrity {
        Integrity::Intact => "intact",
        Integrity::Broken => "broken",
        Integrity::Unknown => "unknown",
    };
    let signatures = report.signatures.iter().filter(|entry| matches!(entry.kind, Kind::Signature | Kind::Unsupported));
    said(signatures.map(|entry| integrity(entry.integrity)).collect())
}

fn said(mut integrities: Vec<&str>) -> String {
    integrities.sort_unstable();
    format!("{} {}", integrities.len(), integrities.join(" ")).trim().into()
}

/// Each file once with what the index says of its signatures.
fn index(path: &std::path::Path) -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split('\t').collect();
    let column = |name: &str| header.iter().position(|title| *title == name).unwrap_or_else(|| panic!("no column {name}"));
    let (format, file, facts, verdict) =
        (column("format"), column("path"), column("dss_facts_per_signature"), column("dss_verdict_noanchor"));
    let mut rows = BTreeMap::new();
    for line in lines {
        let cells: Vec<&str> = line.split('\t').collect();
        if cells[format] != "pdf" {
            continue;
        }
        let signatures = cells[facts].split("##").next().unwrap_or_default();
        let integrity = |signature: &str| if signature.contains("intact=true") { "intact" } else { "broken" };
        let signatures = signatures.split(';').map(str::trim).filter(|signature| !signature.is_empty());
        let expected = if cells[verdict].starts_with("ERROR") { "malformed".into() } else { said(signatures.map(integrity).collect()) };
        rows.insert(cells[file].to_string(), expected);
    }
    rows
}
