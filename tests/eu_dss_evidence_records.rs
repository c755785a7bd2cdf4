//! The evidence records (RFC 4998) of the EU reference implementation's own tests, in containers and in files of their own: which of their
//! timestamps are over what they should be. Those in CMS: `tests/eu_dss_cms.rs`.
#![cfg(feature = "asic")]

#[path = "common/audited.rs"]
mod audited;
mod common;
#[path = "common/reference.rs"]
mod reference;

use std::collections::{BTreeMap, BTreeSet};

use common::{Conformance, corpora_path, rows};
use kyso::report::SubIndication;
use kyso::report::json::{Format, SignatureReport};
use kyso::{Document, Report, TrustAnchors};
use reference::verified;

/// `2x broken, 1x ok`
#[test]
fn timestamps_are_over_what_the_reference_finds() {
    let Some(folder) = corpora_path("eu-dss") else { return };
    let mut conformance = Conformance::of("eu-dss-evidence-records");
    let mut seen = BTreeSet::new();
    for row in rows(&folder.join("index.tsv")) {
        let octets = std::fs::read(folder.join(&row["path"])).unwrap();
        let is_alone = row["path"].ends_with(".ers");
        let listed = row["dss_facts_per_signature"].split_once("## tst:").map_or("", |(_, listed)| listed);
        if !(is_alone || octets.starts_with(b"PK") && listed.contains("EVIDENCE_RECORD")) || !seen.insert(row["path"].clone()) {
            continue;
        }
        let report = verified(&Document::detect(&octets).unwrap(), &TrustAnchors::none());
        conformance.case(&row["path"], &expected(listed), &found(&report, is_alone));
    }
    assert!(seen.len() > 20, "only {} files", seen.len());
    conformance.finish();
}

fn expected(listed: &str) -> String {
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for one in listed.split(", ").map(str::trim).filter(|one| one.contains("EVIDENCE_RECORD_TIMESTAMP")) {
        let (count, outcome) = one.split_once("x ").unwrap();
        let outcome = if outcome.contains("imprint=False") || outcome.contains("intact=False") { "broken" } else { "ok" };
        *counts.entry(outcome).or_default() += count.parse::<u32>().unwrap();
    }
    told(&counts)
}

/// Those in XML are listed, and say no time. Of a record alone the reference was given the data, which is not here: what the record says of itself is compared.
fn found(report: &Report, is_alone: bool) -> String {
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for entry in report.signatures.iter().filter(|entry| entry.format == Format::EvidenceRecord && entry.times.claimed.is_some()) {
        *counts.entry(if is_broken(entry, is_alone) { "broken" } else { "ok" }).or_default() += 1;
    }
    told(&counts)
}

fn is_broken(entry: &SignatureReport, is_alone: bool) -> bool {
    match entry.sub_indication {
        Some(SubIndication::HashFailure | SubIndication::FormatFailure | SubIndication::SigCryptoFailure) => true,
        Some(SubIndication::SignedDataNotFound) => !is_alone,
        _ => false,
    }
}

fn told(counts: &BTreeMap<&str, u32>) -> String {
    counts.iter().map(|(outcome, count)| format!("{count}x {outcome}")).collect::<Vec<_>>().join(", ")
}
