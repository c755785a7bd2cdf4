//! The containers of the EU reference implementation's own tests: how many signatures, of which level, which of them intact, and the verdicts.
#![cfg(feature = "asic")]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{Conformance, corpora_path, rows};
use kyso::report::Conclusion;
use kyso::report::json::{Format, Integrity, Kind, Level, SignatureReport};
use kyso::{Context, Document, Evidence, Policy, Report, Time, TrustAnchors};

type Row = BTreeMap<String, String>;

#[test]
fn signatures_are_counted_and_intact_as_the_reference_says() {
    compared(
        "eu-dss-asic",
        false,
        |row| each(facts(row), |facts| if facts.contains("intact=true") { "intact" } else { "not intact" }.into()),
        |report| {
            each(signatures(report).collect(), |entry| if entry.integrity == Integrity::Intact { "intact" } else { "not intact" }.into())
        },
    );
}

#[test]
fn levels_are_those_of_the_reference() {
    let expected = |row: &Row| each(facts(row), |facts| facts.split(',').next().unwrap().into());
    compared("eu-dss-asic-levels", false, expected, |report| each(signatures(report).collect(), level));
}

/// With each file's own anchor, offline at the time of the index.
#[test]
fn verdicts_agree_with_the_reference() {
    let expected = |row: &Row| {
        let verdicts = row["dss_verdict_anchored"].split(';').map(str::trim).filter(|verdict| !verdict.is_empty());
        each(verdicts.collect(), |verdict| verdict.replace("TOTAL_", "TOTAL-"))
    };
    compared("eu-dss-asic-verdicts", true, expected, |report| each(signatures(report).collect(), verdict));
}

/// Each container once, what its row says held against what `found` says of the report.
fn compared(suite: &'static str, anchored: bool, expected: impl Fn(&Row) -> String, found: impl Fn(&Report) -> String) {
    let Some(folder) = corpora_path("eu-dss") else { return };
    let mut conformance = Conformance::of(suite);
    let mut seen = BTreeSet::new();
    for row in rows(&folder.join("index.tsv")) {
        let octets = std::fs::read(folder.join(&row["path"])).unwrap();
        if !octets.starts_with(b"PK") || row["dss_nsig"].is_empty() || !seen.insert(row["path"].clone()) {
            continue;
        }
        let anchors = if anchored && !row["anchor"].is_empty() { anchors(&folder.join(&row["anchor"])) } else { TrustAnchors::none() };
        let actual = Document::detect(&octets)
            .map_or_else(|malformed| format!("malformed: {malformed}"), |document| found(&verified(&document, &anchors)));
        conformance.case(&row["path"], &expected(&row), &actual);
    }
    assert!(seen.len() > 60, "only {} containers", seen.len());
    conformance.finish();
}

fn anchors(path: &std::path::Path) -> TrustAnchors {
    let mut anchors = TrustAnchors::none();
    for object in kyso::encoding::pem::read(&std::fs::read(path).unwrap()).unwrap() {
        anchors.add_der(&object.octets).unwrap();
    }
    anchors
}

fn verified(document: &Document<'_>, anchors: &TrustAnchors) -> Report {
    let (policy, evidence) = (Policy::etsi_basic(), Evidence::none());
    let time = Time::from_rfc3339("2026-06-01T00:00:00Z").unwrap();
    kyso::verify(document, &Context { policy: &policy, anchors, evidence: &evidence, time, existence: None })
}

fn signatures(report: &Report) -> impl Iterator<Item = &SignatureReport> {
    report.signatures.iter().filter(|entry| !matches!(entry.kind, Kind::DocumentTimestamp | Kind::ContainerTimestamp))
}

/// The signatures of the row, each with its facts.
fn facts(row: &Row) -> Vec<&str> {
    let signatures = row["dss_facts_per_signature"].split("##").next().unwrap();
    signatures.split(" ; ").map(str::trim).filter(|facts| !facts.is_empty()).collect()
}

/// Number and words, in no order.
fn each<T>(all: Vec<T>, word: impl Fn(T) -> String) -> String {
    let mut words: Vec<String> = all.into_iter().map(word).collect();
    words.sort_unstable();
    format!("{} {}", words.len(), words.join(" ")).trim().into()
}

fn verdict(entry: &SignatureReport) -> String {
    Conclusion { indication: entry.indication, sub_indication: entry.sub_indication }.to_string().replace(" / ", "/")
}

/// In the words of the reference.
fn level(entry: &SignatureReport) -> String {
    let family = match entry.format {
        Format::Cms => return "CMS-NOT-ETSI".into(),
        Format::XmlDSig => return "XML-NOT-ETSI".into(),
        Format::XAdES => "XAdES",
        _ => "CAdES",
    };
    match (entry.level, entry.profile.as_deref()) {
        (_, Some(form)) => format!("{family}-{form}"),
        (Level::BB, None) => format!("{family}-BASELINE-B"),
        (Level::BT, None) => format!("{family}-BASELINE-T"),
        (Level::BLT, None) => format!("{family}-BASELINE-LT"),
        (Level::BLTA, None) => format!("{family}-BASELINE-LTA"),
        (Level::None, None) => "none".into(),
    }
}
