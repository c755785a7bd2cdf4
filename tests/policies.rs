//! Policies as data: the built-in ones, their files and schema, and what each asks that another does not.

use kyso::context::{TrustAnchor, TrustAnchors};
use kyso::pki::Certificate;
use kyso::testkit::{DemoPki, Quirk};
use kyso::{Context, Document, Policy, Profile, Report, Time};
use serde_json::Value;

fn folder(path: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

#[test]
fn every_built_in_policy_is_its_file_and_follows_the_schema() {
    let schema = jsonschema::validator_for(&Policy::json_schema()).unwrap();
    let mut digests = std::collections::BTreeSet::new();
    for id in Policy::built_in() {
        let file: Value = serde_json::from_slice(&std::fs::read(folder(&format!("src/context/policies/{id}.json"))).unwrap()).unwrap();
        let faults: Vec<String> = schema.iter_errors(&file).map(|error| error.to_string()).collect();
        assert!(faults.is_empty(), "{id}: {faults:?}");
        let policy = Policy::named(id).unwrap();
        let mut read: Value = serde_json::from_str(&policy.to_json()).unwrap();
        read.as_object_mut().unwrap().remove("limits");
        assert_eq!(read, file, "{id}");
        assert!(digests.insert(policy.sha256()), "{id} has the digest of another");
        for text in [&policy.title.as_ref().unwrap().en, &policy.title.as_ref().unwrap().vi] {
            assert!(!text.is_empty(), "{id}");
        }
        let mut other = file;
        other["freshnes"] = "required".into();
        assert!(!schema.is_valid(&other) && Policy::from_json(other.to_string().as_bytes()).is_err());
    }
    assert_eq!(digests.len(), 6);
}

#[test]
fn the_published_schema_is_that_of_the_types() {
    let schema = serde_json::to_string_pretty(&Policy::json_schema()).unwrap() + "\n";
    if std::env::var_os("KYSO_WRITE").is_some() {
        std::fs::write(folder("docs/policy.schema.json"), &schema).unwrap();
    }
    let written = std::fs::read_to_string(folder("docs/policy.schema.json")).unwrap_or_default();
    assert!(written == schema, "docs/policy.schema.json is another one: KYSO_WRITE=1 cargo test --test policies writes it");
}

fn time() -> Time {
    Time::from_rfc3339("2026-11-22T03:00:00Z").unwrap()
}

/// What `policy` makes of a document that the leader signed, with the anchor on this track.
fn verdict(pki: &DemoPki, policy: &str, track: Option<&str>) -> Report {
    let blank = kyso::testkit::blank_page();
    let document = Document::pdf(&blank).unwrap();
    let signer = pki.leader_signer().unwrap();
    let signed = kyso::sign(&document, &Profile::pades_b_b(time().plus_seconds(-600)), &signer).unwrap();
    let mut anchors = TrustAnchors::none();
    for anchor in pki.trust_anchors().unwrap().iter() {
        anchors.add_anchor(TrustAnchor { track: track.map(str::to_owned), ..anchor.clone() });
    }
    let (policy, evidence) = (Policy::named(policy).unwrap(), pki.evidence().unwrap());
    let context = Context { policy: &policy, anchors: &anchors, evidence: &evidence, time: time(), existence: None };
    kyso::verify(&Document::pdf(&signed).unwrap(), &context)
}

/// `INDETERMINATE / TRY_LATER by revocation.fresh`
fn said(report: &Report) -> String {
    let conclusion = &report.conclusion;
    let sub = conclusion.sub_indication.map_or(String::new(), |sub| format!(" / {}", sub.as_str()));
    let by = conclusion.reasons.first().map_or(String::new(), |reason| format!(" by {}", reason.check));
    format!("{}{sub}{by}", conclusion.indication.as_str())
}

fn tolerated(report: &Report, check: &str) -> bool {
    report
        .signatures
        .iter()
        .flat_map(|entry| entry.checks.checks())
        .any(|step| step.check == check && step.outcome == kyso::report::Outcome::Tolerated)
}

#[test]
fn the_same_document_under_every_policy() {
    let pki = DemoPki::new([7; 32], time()).unwrap();
    let leader = Certificate::from_der(kyso::Signer::certificates(&pki.leader_signer().unwrap())[0].octets()).unwrap();
    let bits = leader.public_key().unwrap().bits();
    for id in Policy::built_in() {
        let report = verdict(&pki, id, Some("congvu"));
        let expected = match (id, bits) {
            ("etsi-2026", Some(2048)) => "INDETERMINATE / CRYPTO_CONSTRAINTS_FAILURE_NO_POE by signature_acceptance.algorithm_reliable",
            _ => "TOTAL-PASSED",
        };
        assert_eq!(said(&report), expected, "{id}");
        assert_eq!(report.inputs.policy.id, id);
        assert_eq!(report.inputs.policy.sha256, Policy::named(id).unwrap().sha256());
    }
}

#[test]
fn the_government_policy_takes_its_own_track_alone() {
    let pki = DemoPki::new([7; 32], time()).unwrap();
    assert_eq!(said(&verdict(&pki, "vn-congvu-2024", Some("congvu"))), "TOTAL-PASSED");
    let other = said(&verdict(&pki, "vn-congvu-2024", Some("congcong")));
    assert_eq!(other, "INDETERMINATE / CHAIN_CONSTRAINTS_FAILURE by basic_processing.anchor_track");
    assert_eq!(said(&verdict(&pki, "vn-tt15-2025", Some("congcong"))), "TOTAL-PASSED");
}

#[test]
fn an_algorithm_outside_of_annex_i_is_a_finding_and_no_failure() {
    let pki = DemoPki::new([7; 32], time()).unwrap();
    let check = "signature_acceptance.algorithm_mandated";
    let named = verdict(&pki, "vn-tt15-2025", Some("congvu"));
    assert_eq!(said(&named), "TOTAL-PASSED");
    let algorithm = named.signatures[0].algorithms.as_ref().unwrap().signature.clone();
    assert_eq!(tolerated(&named, check), algorithm.contains("PKCS1"), "{algorithm}");
    assert!(!tolerated(&verdict(&pki, "etsi-basic", Some("congvu")), check));
}

#[test]
fn authorities_of_the_first_generation_pass_under_the_old_policy_alone() {
    let pki = DemoPki::with_quirks([7; 32], time(), &[Quirk::Sha1Intermediate]).unwrap();
    let strict = said(&verdict(&pki, "etsi-basic", Some("congvu")));
    assert_eq!(strict, "INDETERMINATE / CRYPTO_CONSTRAINTS_FAILURE_NO_POE by basic_processing.algorithm_reliable");
    assert_eq!(said(&verdict(&pki, "vn-legacy-compat", Some("congvu"))), "TOTAL-PASSED");
}
