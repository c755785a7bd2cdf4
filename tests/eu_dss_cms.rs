//! The CMS files of the EU reference implementation's own tests: how many signatures, of which level, which of them intact, and which of
//! their timestamps are over what they should be.

#[path = "common/audited.rs"]
mod audited;
mod common;
#[path = "common/reference.rs"]
mod reference;

use std::collections::{BTreeMap, BTreeSet};

use common::{Conformance, corpora_path, rows};
use kyso::report::SubIndication;
use kyso::report::json::{Format, Integrity, Kind, Level, SignatureReport};
use kyso::{Document, Report, TrustAnchors};
use reference::{anchors, facts, said, verdict, verdicts, verified};

#[test]
fn signatures_are_counted_and_intact_as_the_reference_says() {
    compared("eu-dss-cms-intact", Anchors::None, intact_expected, |report| said(signatures(report).map(intact).collect()));
}

#[test]
fn levels_are_those_of_the_reference() {
    compared("eu-dss-cms-levels", Anchors::None, levels_expected, |report| said(signatures(report).map(level).collect()));
}

#[test]
fn timestamps_are_over_what_the_reference_finds() {
    compared("eu-dss-cms-timestamps", Anchors::None, timestamps_expected, timestamps);
}

/// The verdicts of the reference implementation with each file's own anchor, offline at the time of the index.
#[test]
fn verdicts_agree_with_the_reference() {
    compared("eu-dss-cms-verdicts", Anchors::OfFile, |row| said(verdicts(row)), |report| said(signatures(report).map(verdict).collect()));
}

/// Whom a verdict trusts.
#[derive(Clone, Copy, PartialEq)]
enum Anchors {
    None,
    OfFile,
}

/// Each file once, `expected` of its row held against what `found` says of the report.
fn compared(
    suite: &'static str,
    trusted: Anchors,
    expected: impl Fn(&BTreeMap<String, String>) -> String,
    found: impl Fn(&Report) -> String,
) {
    let Some(folder) = corpora_path("eu-dss") else { return };
    let mut conformance = Conformance::of(suite);
    let mut seen = BTreeSet::new();
    for row in rows(&folder.join("index.tsv")) {
        let octets = std::fs::read(folder.join(&row["path"])).unwrap();
        // Evidence records in files of their own: `tests/eu_dss_evidence_records.rs`.
        let is_other = octets.starts_with(b"PK") || octets.starts_with(b"%PDF") || row["path"].ends_with(".ers");
        // Of some the reference had the content, which is not here.
        let lacks_content =
            row["detached_inputs"].is_empty() && row["dss_facts_per_signature"].contains("intact=true") && is_detached(&octets);
        if row["format"] != "cades" || is_other || lacks_content || row["dss_nsig"].is_empty() || !seen.insert(row["path"].clone()) {
            continue;
        }
        let anchors = if trusted == Anchors::OfFile { anchors(&folder, &row) } else { TrustAnchors::none() };
        let content = (!row["detached_inputs"].is_empty()).then(|| std::fs::read(folder.join(&row["detached_inputs"])).unwrap());
        let actual = Document::detect(&octets).map_or("malformed".into(), |document| {
            let document = content.iter().fold(document, |document, content| document.with_detached("content", content));
            found(&verified(&document, &anchors))
        });
        conformance.case(&row["path"], &expected(&row), &actual);
    }
    if suite.ends_with("verdicts") {
        conformance.agreement(93);
    }
    assert!(seen.len() > 190, "only {} files", seen.len());
    conformance.finish();
}

fn is_detached(octets: &[u8]) -> bool {
    kyso::pki::SignedData::from_ber(octets).is_ok_and(|signed_data| signed_data.content.octets.is_none())
}

/// A timestamp by itself is none.
fn signatures(report: &Report) -> impl Iterator<Item = &SignatureReport> {
    report.signatures.iter().filter(|entry| entry.kind != Kind::DocumentTimestamp)
}

fn intact_expected(row: &BTreeMap<String, String>) -> String {
    said(facts(row).iter().map(|facts| if facts.contains("intact=true") { "intact" } else { "not intact" }.into()).collect())
}

fn intact(entry: &SignatureReport) -> String {
    if entry.integrity == Integrity::Intact { "intact" } else { "not intact" }.into()
}

fn levels_expected(row: &BTreeMap<String, String>) -> String {
    said(facts(row).iter().map(|facts| facts.split(',').next().unwrap().to_owned()).collect())
}

/// In the words of the reference.
fn level(entry: &SignatureReport) -> String {
    let legacy = entry.profile.as_deref();
    match (entry.format, entry.level, legacy) {
        (Format::Cms, _, _) => "CMS-NOT-ETSI".into(),
        (_, _, Some(form)) => format!("CAdES-{form}"),
        (_, Level::BB, _) => "CAdES-BASELINE-B".into(),
        (_, Level::BT, _) => "CAdES-BASELINE-T".into(),
        (_, Level::BLT, _) => "CAdES-BASELINE-LT".into(),
        (_, Level::BLTA, _) => "CAdES-BASELINE-LTA".into(),
        (_, Level::None, None) => "none".into(),
    }
}

/// `3x signature_timestamp:ok, 1x archive_timestamp:broken`
fn timestamps_expected(row: &BTreeMap<String, String>) -> String {
    let Some((_, listed)) = row["dss_facts_per_signature"].split_once("## tst:") else { return String::new() };
    let kinds = [
        ("CONTENT_TIMESTAMP", "content_timestamp"),
        ("SIGNATURE_TIMESTAMP", "signature_timestamp"),
        ("VALIDATION_DATA_TIMESTAMP", "references_timestamp"),
        ("VALIDATION_DATA_REFSONLY_TIMESTAMP", "references_timestamp"),
        ("ARCHIVE_TIMESTAMP", "archive_timestamp"),
        ("EVIDENCE_RECORD_TIMESTAMP", "archive_timestamp"),
    ];
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for one in listed.split(", ").map(str::trim) {
        let Some((count, (kind, outcome))) = one.split_once("x ").and_then(|(count, rest)| Some((count, rest.split_once(':')?))) else {
            continue;
        };
        let Some((_, kind)) = kinds.iter().find(|(theirs, _)| *theirs == kind) else { continue };
        let outcome = if outcome.contains("imprint=False") { "broken" } else { "ok" };
        *counts.entry(format!("{kind}:{outcome}")).or_default() += count.parse::<u32>().unwrap();
    }
    counted(counts)
}

fn timestamps(report: &Report) -> String {
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for entry in signatures(report) {
        for stamp in &entry.timestamps {
            let failed = matches!(
                stamp.sub_indication,
                Some(SubIndication::HashFailure | SubIndication::SignedDataNotFound | SubIndication::FormatFailure)
            );
            *counts.entry(format!("{}:{}", stamp.kind, if failed { "broken" } else { "ok" })).or_default() += 1;
        }
    }
    counted(counts)
}

fn counted(counts: BTreeMap<String, u32>) -> String {
    counts.iter().map(|(kind, count)| format!("{count}x {kind}")).collect::<Vec<_>>().join(", ")
}
