//! `kyso trust`: a file of trust anchors made, listed and changed; its anchors in verdicts.
#![cfg(feature = "cli")]

#[path = "common/command.rs"]
mod command;

use std::fs;
use std::path::Path;

use command::{Desk, Run, TIME};
use serde_json::Value;

fn add(place: &Desk, store: &str, more: &[&str]) -> Run {
    place.run(&[&["trust", "add", "--file", "store.json", "--store", store], more].concat())
}

fn list(place: &Desk) -> Value {
    let listed = place.run(&["trust", "list", "--file", "store.json", "--format", "json"]);
    assert_eq!((listed.code, listed.err.as_str()), (0, ""));
    listed.json()
}

fn sha256(path: &Path) -> String {
    use kyso::crypto::DigestAlgorithm::Sha256;
    kyso::report::fact::digest_text(Sha256, &Sha256.digest(&fs::read(path).unwrap()))
}

#[test]
fn a_store_is_made_listed_and_emptied() {
    let place = Desk::new("trust-made");
    let terms = ["--track", "công vụ", "--purpose", "signing", "--purpose", "ocsp", "--not-before", "2020-01-01T00:00:00Z"];
    let more = ["--sunset", "2030-01-01T00:00:00+07:00", "--path-length", "1", "--policy-oid", "1.3.6.1.4.1.30339.1.8"];
    let added = add(&place, "congvu", &[&terms[..], &more, &["pki/anchors/root.pem"]].concat());
    assert_eq!((added.code, added.err.as_str()), (0, ""));
    assert_eq!(add(&place, "own", &["pki/evidence/issuing.pem"]).code, 0);

    let listed = list(&place);
    assert_eq!((listed["signed"].as_bool(), listed["sha256"].as_str()), (Some(false), Some(sha256(&place.path("store.json")).as_str())));
    let [root, issuing] = &listed["anchors"].as_array().unwrap()[..] else { panic!("two anchors: {listed}") };
    let told = |member: &str| root[member].clone();
    assert_eq!((told("store"), told("track"), told("kind")), ("congvu".into(), "công vụ".into(), "certificate".into()));
    assert_eq!(told("purposes"), serde_json::json!(["signing", "ocsp"]));
    assert_eq!((told("not_before"), told("sunset")), ("2020-01-01T00:00:00Z".into(), "2029-12-31T17:00:00Z".into()));
    assert_eq!((told("path_length"), told("policies")), (1.into(), serde_json::json!(["1.3.6.1.4.1.30339.1.8"])));
    assert!(told("subject").as_str().unwrap().contains("CN=Kyso Demo Root CA"));
    assert!(added.out.starts_with(told("sha256").as_str().unwrap()));
    assert_eq!((issuing["store"].as_str(), issuing["purposes"].as_array().map(Vec::len)), (Some("own"), Some(0)));

    let text = place.run(&["trust", "list", "--file", "store.json", "--store", "congvu", "--lang", "en"]).out;
    assert!(text.contains("unsigned") && text.contains("[congvu (công vụ)]") && !text.contains("[own"), "{text}");
    assert!(place.run(&["trust", "list", "--file", "store.json"]).out.contains("chưa ký số"));

    // As other programs print a fingerprint.
    let fingerprint = told("sha256").as_str().unwrap().trim_start_matches("sha256:").to_uppercase();
    assert_eq!(place.run(&["trust", "remove", "--file", "store.json", &fingerprint]).code, 0);
    assert_eq!(list(&place)["anchors"].as_array().unwrap().len(), 1);
}

#[test]
fn what_cannot_be_done_whole_is_not_done() {
    let place = Desk::new("trust-whole");
    assert_eq!(add(&place, "own", &["pki/anchors/root.pem"]).code, 0);
    let before = fs::read(place.path("store.json")).unwrap();
    // There already, after one that is not.
    let again = add(&place, "own", &["pki/evidence/issuing.pem", "pki/anchors/root.pem"]);
    assert_eq!(again.code, 1);
    assert!(again.err.contains("is in the store own already"), "{}", again.err);
    // No certificate; a sunset before the beginning; a file that is not there; nothing of that digest.
    assert_eq!(add(&place, "own", &["pki/evidence/root.crl"]).code, 65);
    let dates = ["--not-before", "2027-01-01T00:00:00Z", "--sunset", "2026-01-01T00:00:00Z", "pki/evidence/issuing.pem"];
    assert_eq!(add(&place, "own", &dates).code, 1);
    assert_eq!(add(&place, "own", &["nowhere.pem"]).code, 74);
    assert_eq!(place.run(&["trust", "remove", "--file", "store.json", &"0".repeat(64)]).code, 1);
    assert_eq!(fs::read(place.path("store.json")).unwrap(), before);
    // Wrong usage, and files that are no stores.
    assert_eq!(add(&place, "own", &["--purpose", "everything", "pki/evidence/issuing.pem"]).code, 64);
    assert_eq!(place.run(&["trust", "remove", "--file", "store.json", "00"]).code, 64);
    assert_eq!(place.run(&["trust", "list", "--file", "pki/anchors/root.pem"]).code, 65);
    assert_eq!(place.run(&["trust", "list", "--file", "nowhere.json"]).code, 74);
    let left: Vec<_> = fs::read_dir(&place.folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(left.iter().filter(|name| name.as_str() != "pki").collect::<Vec<_>>(), ["store.json"]);
}

#[test]
fn the_anchor_of_a_verdict_is_told_with_its_store_and_track() {
    let place = Desk::new("trust-verdict");
    let page = kyso::testkit::blank_page();
    fs::write(place.path("page.pdf"), page).unwrap();
    let key = ["--key", "pki/leader.p12", "--password-file", "pki/password.txt", "--at", TIME];
    let signed = place.run(&[&["sign", "page.pdf", "-o", "signed.pdf"], &key[..]].concat());
    assert_eq!(signed.code, 0, "{}", signed.err);
    assert_eq!(add(&place, "congvu", &["--track", "công vụ", "pki/anchors/root.pem"]).code, 0);
    let trust = ["--anchor", "store.json", "--evidence", "pki/evidence", "--at", TIME];
    let verified = place.run(&[&["verify", "signed.pdf", "--format", "json"], &trust[..]].concat());
    assert_eq!(verified.code, 0, "{}{}", verified.out, verified.err);
    let report: Value = serde_json::from_str(&verified.out).unwrap();
    let (signature, anchor) = (&report["signatures"][0], &report["inputs"]["trust_anchors"][0]);
    assert_eq!((&signature["anchor_store"], &signature["anchor_track"]), (&"congvu".into(), &"công vụ".into()));
    assert_eq!((&anchor["store"], &anchor["track"], &anchor["kind"]), (&"congvu".into(), &"công vụ".into(), &"certificate".into()));
    assert_eq!(anchor["sha256"], signature["anchor"]);
    let text = place.run(&[&["verify", "signed.pdf", "--lang", "en"], &trust[..]].concat()).out;
    assert!(text.contains("Trust anchor: Kyso Demo Root CA (store congvu, công vụ)"), "{text}");
    // A store without anchors is not quietly nobody.
    fs::write(place.path("store.json"), kyso::context::TrustStore::new().to_json()).unwrap();
    assert_eq!(place.run(&[&["verify", "signed.pdf"], &trust[..]].concat()).code, 65);
}
