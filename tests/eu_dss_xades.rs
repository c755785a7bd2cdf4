//! The XAdES files of the EU reference implementation's own tests: how many signatures, which of them are intact, their levels and verdicts.
#![cfg(feature = "xml")]

#[path = "common/audited.rs"]
mod audited;
mod common;
#[path = "common/reference.rs"]
mod reference;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use common::{Conformance, corpora_path, rows};
use kyso::report::json::{Integrity, Kind, Level, SignatureReport};
use kyso::{Document, Report, TrustAnchors};
use reference::{anchors, verdict, verdicts, verified};

#[test]
fn signatures_are_counted_and_intact_as_the_reference_says() {
    let mut conformance = Conformance::of("eu-dss-xades");
    let Some(seen) = each_file(|folder, row| {
        let signatures = row["dss_facts_per_signature"].split("##").next().unwrap_or_default();
        let integrity = |facts: &str| if facts.contains("intact=true") && !facts.contains("bad_refs") { "intact" } else { "other" };
        let signatures: Vec<_> = signatures.split(';').map(str::trim).filter(|facts| !facts.is_empty()).map(integrity).collect();
        let refused = row["dss_verdict_noanchor"].trim_start_matches('"').starts_with("ERROR");
        let expected = if refused { "refused".into() } else { said(signatures) };
        let Some(report) = report(folder, row, &TrustAnchors::none()) else {
            conformance.case(&row["path"], &expected, "refused");
            return;
        };
        let ours = entries(&report).map(|entry| if entry.integrity == Integrity::Intact { "intact" } else { "other" });
        conformance.case(&row["path"], &expected, &said(ours.collect()));
    }) else {
        return;
    };
    assert!(seen > 140, "only {seen} files");
    conformance.finish();
}

/// The level that the authors of a test assert, else the one that their program finds.
#[test]
fn levels_are_those_of_the_reference() {
    let mut conformance = Conformance::of("eu-dss-xades-levels");
    let judged = each_file(|folder, row| {
        let signatures = row["dss_facts_per_signature"].split("##").next().unwrap_or_default();
        let levels = signatures.split(';').filter_map(|facts| facts.trim().split(',').next()).filter(|level| !level.is_empty());
        let mut expected: Vec<&str> = levels.map(baseline).collect();
        if let (1, false) = (expected.len(), row["expected_level"].is_empty()) {
            expected = vec![baseline(&row["expected_level"])];
        }
        expected.sort_unstable();
        let Some(report) = report(folder, row, &TrustAnchors::none()) else { return };
        let mut ours: Vec<&str> = entries(&report).map(|entry| entry.level.name()).collect();
        ours.sort_unstable();
        conformance.case(&row["path"], &expected.join(" "), &ours.join(" "));
    });
    if judged.is_some() {
        conformance.finish();
    }
}

fn baseline(level: &str) -> &str {
    match level.strip_prefix("XAdES-BASELINE-") {
        Some("B") => Level::BB.name(),
        Some("T") => Level::BT.name(),
        Some("LT") => Level::BLT.name(),
        Some("LTA") => Level::BLTA.name(),
        _ => Level::None.name(),
    }
}

#[test]
fn verdicts_agree_with_the_reference() {
    let mut conformance = Conformance::of("eu-dss-xades-verdicts");
    let mut seen = 0;
    let judged = each_file(|folder, row| {
        if row["anchor"].is_empty() || row["dss_verdict_anchored"].is_empty() {
            return;
        }
        seen += 1;
        let anchors = anchors(folder, row);
        let Some(report) = report(folder, row, &anchors) else { return };
        let sorted = |mut verdicts: Vec<String>| {
            verdicts.sort();
            verdicts.join("; ")
        };
        conformance.case(&row["path"], &sorted(verdicts(row)), &sorted(entries(&report).map(verdict).collect()));
    });
    if judged.is_some() {
        assert!(seen > 90, "only {seen} cases");
        conformance.agreement(93);
        conformance.finish();
    }
}

/// Each XML file once, with its row: how many; `None` without the corpora.
fn each_file(mut judge: impl FnMut(&Path, &BTreeMap<String, String>)) -> Option<usize> {
    let folder = corpora_path("eu-dss")?;
    let mut seen = BTreeSet::new();
    for row in rows(&folder.join("index.tsv")) {
        // Archives are containers, and evidence records and policies have no signature.
        if row["format"] != "xades" || row["path"].ends_with(".zip") || row["dss_verdict_noanchor"].is_empty() {
            continue;
        }
        if seen.insert(row["path"].clone()) {
            judge(&folder, &row);
        }
    }
    Some(seen.len())
}

fn report(folder: &Path, row: &BTreeMap<String, String>, anchors: &TrustAnchors) -> Option<Report> {
    let octets = std::fs::read(folder.join(&row["path"])).unwrap();
    let names: Vec<&str> = row["detached_inputs"].split(';').map(str::trim).filter(|name| !name.is_empty()).collect();
    let detached: Vec<Vec<u8>> = names.iter().map(|name| std::fs::read(folder.join(name)).unwrap()).collect();
    let document = Document::detect(&octets).ok()?;
    let document = names
        .iter()
        .zip(&detached)
        .fold(document, |document, (name, octets)| document.with_detached(name.rsplit('/').next().unwrap(), octets));
    Some(verified(&document, anchors))
}

fn entries(report: &Report) -> impl Iterator<Item = &SignatureReport> {
    report.signatures.iter().filter(|entry| matches!(entry.kind, Kind::Signature | Kind::CounterSignature | Kind::Unsupported))
}

/// `2 intact other`
fn said(mut integrities: Vec<&str>) -> String {
    integrities.sort_unstable();
    format!("{} {}", integrities.len(), integrities.join(" ")).trim().into()
}
