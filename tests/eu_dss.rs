//! The PDF files of the EU reference implementation's own tests: how many signatures, and which of them are intact.

#[path = "common/audited.rs"]
mod audited;
mod common;

use std::collections::{BTreeMap, BTreeSet};

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
    conformance.agreement(95);
    conformance.finish();
}

/// What other documents of the same authorities taught changes no octet of a report.
#[test]
fn a_shared_cache_changes_no_report() {
    let Some(folder) = corpora_path("eu-dss") else { return };
    let cache = kyso::path::Cache::new();
    let (mut compared, mut seen) = (0, BTreeSet::new());
    for row in rows(&folder.join("index.tsv")) {
        if row["format"] != "pdf" || row["anchor"].is_empty() || !seen.insert(row["path"].clone()) {
            continue;
        }
        let anchors = anchors(&std::fs::read(folder.join(&row["anchor"])).unwrap());
        let octets = std::fs::read(folder.join(&row["path"])).unwrap();
        let Ok(document) = Document::pdf(&octets) else { continue };
        let (policy, evidence) = (Policy::etsi_basic(), Evidence::none());
        let context = Context { policy: &policy, anchors: &anchors, evidence: &evidence, time: time(), existence: None };
        let alone = audited::verify(&document, &context).to_json();
        for round in ["cold", "warm"] {
            assert!(kyso::verify_with_cache(&document, &context, &cache).to_json() == alone, "{} {round}", row["path"]);
        }
        compared += 1;
    }
    assert!(compared > 90, "only {compared}");
}

fn time() -> Time {
    Time::from_rfc3339("2026-06-01T00:00:00Z").unwrap()
}

/// The verdict of the reference implementation with the file's own anchor, offline at the time of the index.
#[test]
fn verdicts_agree_with_the_reference() {
    let Some(folder) = corpora_path("eu-dss") else { return };
    let mut conformance = Conformance::of("eu-dss-pdf-verdicts");
    let mut seen = BTreeSet::new();
    for row in rows(&folder.join("index.tsv")) {
        let judged = row["format"] == "pdf" && !row["anchor"].is_empty() && !row["dss_verdict_anchored"].is_empty();
        // A file is listed once for each test of the reference that uses it.
        if !judged || !seen.insert(row["path"].clone()) {
            continue;
        }
        let anchors = anchors(&std::fs::read(folder.join(&row["anchor"])).unwrap());
        let report = verdict(&std::fs::read(folder.join(&row["path"])).unwrap(), &anchors);
        let Some(report) = report else { continue };
        let ours = report.signatures.iter().filter(|entry| matches!(entry.kind, Kind::Signature | Kind::Unsupported)).map(said_of);
        let peers = row["dss_verdict_anchored"].split(';').map(|verdict| verdict.trim().replace("TOTAL_", "TOTAL-"));
        let sorted = |mut verdicts: Vec<String>| {
            verdicts.sort();
            verdicts.join("; ")
        };
        conformance.case(&row["path"], &sorted(peers.collect()), &sorted(ours.collect()));
    }
    assert!(seen.len() > 90, "only {} cases", seen.len());
    conformance.agreement(95);
    conformance.finish();
}

/// JSON: level and integrity of each signature, counter signatures too, as the reference implementation has them, and its verdict.
#[cfg(feature = "json")]
#[test]
fn json_signatures_are_counted_intact_and_of_a_level_as_the_reference_says() {
    let Some(folder) = corpora_path("eu-dss") else { return };
    let (mut facts, mut verdicts) = (Conformance::of("eu-dss-jades"), Conformance::of("eu-dss-jades-verdicts"));
    let rows: Vec<_> = rows(&folder.join("index.tsv")).into_iter().filter(|row| row["format"] == "jades").collect();
    for row in &rows {
        let octets = std::fs::read(folder.join(&row["path"])).unwrap();
        let detached = row["detached_inputs"].split(';').map(str::trim).filter(|name| !name.is_empty());
        let detached: Vec<(&str, Vec<u8>)> =
            detached.map(|name| (name.rsplit('/').next().unwrap(), std::fs::read(folder.join(name)).unwrap())).collect();
        let anchors =
            if row["anchor"].is_empty() { TrustAnchors::none() } else { anchors(&std::fs::read(folder.join(&row["anchor"])).unwrap()) };
        let (policy, evidence) = (Policy::etsi_basic(), Evidence::none());
        let context = Context { policy: &policy, anchors: &anchors, evidence: &evidence, time: time(), existence: None };
        let document = Document::detect(&octets)
            .map(|document| detached.iter().fold(document, |document, (name, octets)| document.with_detached(*name, octets)));
        let report = document.map(|document| audited::verify(&document, &context));
        let entries = report.as_ref().map_or(&[][..], |report| &report.signatures);
        let signed = || entries.iter().filter(|entry| matches!(entry.kind, Kind::Signature | Kind::CounterSignature));
        let ours = signed().map(|entry| format!("{} {}", entry.level.name(), integrity(entry.integrity)));
        let facts_of = row["dss_facts_per_signature"].split("##").next().unwrap_or_default();
        let theirs = facts_of.split(';').map(str::trim).filter(|signature| !signature.is_empty()).map(|signature| {
            let level = signature
                .split(',')
                .next()
                .and_then(|name| name.strip_prefix("JAdES-BASELINE-"))
                .map_or("none".into(), |level| format!("B-{level}"));
            let broken = !signature.contains("intact=true") || signature.contains("bad_refs");
            format!("{level} {}", if broken { "broken" } else { "intact" })
        });
        let joined = |several: Vec<String>| if several.is_empty() { "none".to_owned() } else { several.join("; ") };
        let (theirs, ours) = match &report {
            Err(_) => (
                if row["dss_verdict_noanchor"].starts_with("ERROR") { "malformed".into() } else { joined(theirs.collect()) },
                "malformed".into(),
            ),
            Ok(_) => (joined(theirs.collect()), joined(ours.collect())),
        };
        facts.case(&row["path"], &theirs, &ours);
        if !row["dss_verdict_anchored"].is_empty() {
            let theirs = row["dss_verdict_anchored"].split(';').map(|verdict| verdict.trim().replace("TOTAL_", "TOTAL-"));
            verdicts.case(&row["path"], &joined(theirs.collect()), &joined(signed().map(said_of).collect()));
        }
    }
    assert_eq!(rows.len(), 20);
    facts.finish();
    verdicts.agreement(90);
    verdicts.finish();
}

fn integrity(integrity: Integrity) -> &'static str {
    match integrity {
        Integrity::Intact => "intact",
        Integrity::Broken => "broken",
        Integrity::Unknown => "unknown",
    }
}

fn anchors(pem: &[u8]) -> TrustAnchors {
    let mut anchors = TrustAnchors::none();
    for object in kyso::encoding::pem::read(pem).unwrap() {
        anchors.add_der(&object.octets).unwrap();
    }
    anchors
}

/// `INDETERMINATE/TRY_LATER`
fn said_of(entry: &kyso::report::json::SignatureReport) -> String {
    let conclusion = kyso::report::Conclusion { indication: entry.indication, sub_indication: entry.sub_indication };
    conclusion.to_string().replace(" / ", "/")
}

fn verdict(octets: &[u8], anchors: &TrustAnchors) -> Option<kyso::Report> {
    let document = Document::pdf(octets).ok()?;
    let (policy, evidence) = (Policy::etsi_basic(), Evidence::none());
    Some(audited::verify(&document, &Context { policy: &policy, anchors, evidence: &evidence, time: time(), existence: None }))
}

/// The rows by the titles of their columns.
fn rows(path: &std::path::Path) -> Vec<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split('\t').collect();
    lines.map(|line| header.iter().map(ToString::to_string).zip(line.split('\t').map(str::to_owned)).collect()).collect()
}

/// `2 intact intact`: the signatures with their integrity, sorted; document timestamps are not signatures.
fn found(octets: &[u8]) -> String {
    let Some(report) = verdict(octets, &TrustAnchors::none()) else { return "malformed".into() };
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
