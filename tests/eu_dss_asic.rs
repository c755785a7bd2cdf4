//! The containers of the EU reference implementation's own tests: how many signatures, of which level, which of them intact, and the verdicts.
#![cfg(feature = "asic")]

#[path = "common/audited.rs"]
mod audited;
mod common;
#[path = "common/reference.rs"]
mod reference;

use std::collections::BTreeSet;

use common::{Conformance, corpora_path, rows};
use kyso::report::json::{Format, Integrity, Kind, Level, SignatureReport};
use kyso::{Document, Report, TrustAnchors};
use reference::{Row, anchors, facts, said, verdict, verdicts, verified};

#[test]
fn signatures_are_counted_and_intact_as_the_reference_says() {
    let intact = |is: bool| if is { "intact" } else { "not intact" }.to_owned();
    let expected = |row: &Row| said(facts(row).iter().map(|facts| intact(facts.contains("intact=true"))).collect());
    let found = |report: &Report| said(signatures(report).map(|entry| intact(entry.integrity == Integrity::Intact)).collect());
    compared("eu-dss-asic", false, expected, found);
}

#[test]
fn levels_are_those_of_the_reference() {
    let expected = |row: &Row| said(facts(row).iter().map(|facts| facts.split(',').next().unwrap().into()).collect());
    compared("eu-dss-asic-levels", false, expected, |report| said(signatures(report).map(level).collect()));
}

/// With each file's own anchor, offline at the time of the index.
#[test]
fn verdicts_agree_with_the_reference() {
    compared("eu-dss-asic-verdicts", true, |row| said(verdicts(row)), |report| said(signatures(report).map(verdict).collect()));
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
        let anchors = if anchored { anchors(&folder, &row) } else { TrustAnchors::none() };
        let actual = Document::detect(&octets)
            .map_or_else(|malformed| format!("malformed: {malformed}"), |document| found(&verified(&document, &anchors)));
        conformance.case(&row["path"], &expected(&row), &actual);
    }
    if suite.ends_with("verdicts") {
        conformance.agreement(93);
    }
    assert!(seen.len() > 60, "only {} containers", seen.len());
    conformance.finish();
}

fn signatures(report: &Report) -> impl Iterator<Item = &SignatureReport> {
    report.signatures.iter().filter(|entry| !matches!(entry.kind, Kind::DocumentTimestamp | Kind::ContainerTimestamp))
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
