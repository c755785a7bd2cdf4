//! PDF files with later revisions, honest and tampered, and a peer's opinion of each: integrity agrees, and nothing that the peer finds
//! modified is permitted here.

mod common;

use std::collections::BTreeMap;

use common::{Conformance, corpora_path};
use kyso::report::json::{Integrity, SignatureReport};
use kyso::{Context, Document, Evidence, Policy, Time, TrustAnchors, verify};

#[test]
fn what_the_peer_finds_modified_is_never_permitted() {
    let Some(folder) = corpora_path("revision-diff") else { return };
    let text = std::fs::read_to_string(folder.join("index.tsv")).unwrap();
    let mut lines = text.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let header = lines.next().unwrap();
    let column = |name: &str| header.iter().position(|title| *title == name).unwrap();
    let (case, file, field, password) = (column("case_id"), column("pdf_file"), column("field"), column("password"));
    let (intact, level) = (column("intact"), column("mod_level"));
    let (mut conformance, mut classes) = (Conformance::of("revision-diff"), BTreeMap::new());
    for row in lines.filter(|row| row[intact] == "True") {
        let octets = std::fs::read(folder.join(row[file])).unwrap();
        let Some(entry) = entry(&octets, row[field], row[password]) else {
            conformance.case(row[case], "intact", "no entry");
            continue;
        };
        let class = entry.modifications.as_ref().map(|changes| (changes.class, changes.permitted));
        *classes.entry(format!("{} here {class:?}", row[level])).or_insert(0) += 1;
        let integrity = if entry.integrity == Integrity::Intact { "intact" } else { "not intact" };
        let permitted = class.is_some_and(|(_, permitted)| permitted);
        let actual = if row[level] == "OTHER" && permitted { "intact, but permitted" } else { integrity };
        conformance.case(row[case], "intact", actual);
    }
    for (agreement, count) in classes {
        println!("{count:4} {agreement}");
    }
    conformance.finish();
}

fn entry(octets: &[u8], field: &str, password: &str) -> Option<SignatureReport> {
    let document = Document::pdf_with_password(octets, password).ok()?;
    let (policy, anchors, evidence) = (Policy::etsi_basic(), TrustAnchors::none(), Evidence::none());
    let time = Time::from_rfc3339("2026-11-22T00:00:00Z").unwrap();
    let report = verify(&document, &Context { policy: &policy, anchors: &anchors, evidence: &evidence, time, existence: None });
    report.signatures.into_iter().find(|entry| entry.field.as_deref() == Some(field))
}
