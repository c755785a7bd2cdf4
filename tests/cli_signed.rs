//! Validity reports and trust stores that are signed themselves: made by `kyso sign --format JAdES`, verified, and refused one change apart.
#![cfg(feature = "cli")]

#[path = "common/command.rs"]
mod command;

use std::fs;

use command::{Desk, Run, TIME};
use kyso::Report;
use kyso::encoding::{base64url, json};
use serde_json::Value;

/// A folder with a demonstration PKI and one of strangers, and the report on a signed page in `report.json`.
fn place(name: &str) -> Desk {
    let place = Desk::new(&format!("signed-{name}"));
    assert_eq!(place.run(&["demo", "pki", "strangers", "--at", TIME]).code, 0);
    place.write("page.pdf", &kyso::testkit::blank_page());
    sign(&place, "page.pdf", "signed.pdf", "PAdES", "pki");
    let verified = place.verifying("signed.pdf", &["--format", "json", "-o", "report.json"]);
    assert_eq!(verified.code, 0, "{}", verified.err);
    place
}

fn sign(place: &Desk, file: &str, to: &str, format: &str, pki: &str) {
    place.sign(&format!("{pki}/leader"), file, to, &["--format", format]);
}

/// `file` with its payload changed.
fn with_payload(place: &Desk, file: &str, to: &str, change: impl FnOnce(String) -> String) {
    let mut jws: Value = serde_json::from_str(&place.text(file)).unwrap();
    let payload = String::from_utf8(base64url::decode(jws["payload"].as_str().unwrap().as_bytes()).unwrap()).unwrap();
    jws["payload"] = base64url::encode(change(payload).as_bytes()).into();
    place.write(to, jws.to_string().as_bytes());
}

#[test]
fn a_report_is_signed_in_its_canonical_form_and_audited_where_it_is_verified() {
    let place = place("report");
    sign(&place, "report.json", "report.jws", "JAdES", "pki");
    let jws: Value = serde_json::from_str(&place.text("report.jws")).unwrap();
    let payload = base64url::decode(jws["payload"].as_str().unwrap().as_bytes()).unwrap();
    // RFC 8785, by the reader of the strict form, from the file that was signed.
    let file = place.text("report.json");
    let node = json::read(file.as_bytes(), &kyso::Limits::default()).unwrap();
    assert_eq!(payload, json::canonical(&node).unwrap());
    assert_eq!(Report::from_json(&payload).unwrap().to_canonical_json().unwrap(), payload);
    assert_eq!(kyso::audit(&payload).unwrap(), []);

    let verified = place.verifying("report.jws", &["--format", "json"]);
    assert_eq!(verified.code, 0, "{}{}", verified.out, verified.err);
    let report: Value = serde_json::from_str(&verified.out).unwrap();
    let finding = &report["document"]["findings"][0];
    assert_eq!(finding["check"], "signed_report.holds");
    let document = serde_json::from_str::<Value>(&file).unwrap()["inputs"]["document"]["sha256"].clone();
    assert!(finding["en"].as_str().unwrap().contains(&format!("{}: TOTAL-PASSED", document.as_str().unwrap())), "{finding}");
    assert!(place.verifying("report.jws", &["--lang", "vi"]).out.contains("báo cáo kiểm tra"));
}

#[test]
fn another_octet_another_signer_and_a_false_report_are_not_passed() {
    let place = place("report-bad");
    sign(&place, "report.json", "report.jws", "JAdES", "pki");
    with_payload(&place, "report.jws", "octet.jws", |report| report.replacen("TOTAL-PASSED", "TOTAL-FAILED", 1));
    let found = place.verifying("octet.jws", &["--format", "json"]);
    assert_eq!((found.code, found.first_check().as_str()), (1, "cryptographic_verification.value_valid"));

    sign(&place, "report.json", "stranger.jws", "JAdES", "strangers");
    let found = place.verifying("stranger.jws", &["--format", "json"]);
    assert_eq!((found.code, found.first_check().as_str()), (2, "basic_processing.signature_valid"));

    // Not signed by this program, but by another one that believes whatever it is given.
    let canonical = |report: &str| json::canonical(&json::read(report.as_bytes(), &kyso::Limits::default()).unwrap()).unwrap();
    let file = place.text("report.json");
    let false_report =
        Report::from_json(file.as_bytes()).unwrap().to_json().replacen("\"integrity\": \"intact\"", "\"integrity\": \"broken\"", 1);
    for (name, octets, check) in
        [("false", canonical(&false_report), "signed_report.holds"), ("spaces", file.clone().into_bytes(), "signed_report.canonical")]
    {
        let signed = signed_as_data(&place, &octets);
        fs::write(place.path(&format!("{name}.jws")), signed).unwrap();
        let found = place.verifying(&format!("{name}.jws"), &["--format", "json"]);
        assert_eq!((found.code, found.first_check().as_str()), (2, check), "{}", found.out);
    }
    // This program signs no report that does not hold, and none that is not written as reports are.
    fs::write(place.path("false.json"), &false_report).unwrap();
    let refused = place.signing("leader", "false.json", "false.out", &["--format", "JAdES"]);
    assert!(refused.code == 1 && refused.err.contains("does not hold"), "{}", refused.err);
    assert!(!place.path("false.out").exists());
}

/// A JWS over these octets, whatever they are.
fn signed_as_data(place: &Desk, octets: &[u8]) -> Vec<u8> {
    let password = place.text("pki/password.txt");
    let file = kyso::pki::KeyFile::read(&fs::read(place.path("pki/leader.p12")).unwrap(), Some(password.trim_end())).unwrap();
    let (key, certificates) = file.into_identity().unwrap();
    let signer = kyso::SoftwareSigner::new(key, certificates).unwrap();
    let profile = kyso::Profile::jades_b_b(kyso::Time::from_rfc3339(TIME).unwrap());
    kyso::sign(&kyso::Document::data(octets), &profile, &signer).unwrap()
}

/// `trust list` of a file.
fn listed(place: &Desk, file: &str, more: &[&str]) -> (Run, Value) {
    let run = place.run(&[&["trust", "list", "--file", file, "--format", "json", "--at", TIME], more].concat());
    let value = serde_json::from_str(&run.out).unwrap_or(Value::Null);
    (run, value)
}

const BY: [&str; 4] = ["--store-anchor", "pki/anchors", "--evidence", "pki/evidence"];

#[test]
fn a_trust_store_is_signed_octet_by_octet_and_its_signer_told() {
    let place = place("store");
    let added = place.run(&["trust", "add", "--file", "store.json", "--store", "congvu", "pki/anchors/root.pem"]);
    assert_eq!(added.code, 0, "{}", added.err);
    sign(&place, "store.json", "store.jws", "JAdES", "pki");
    let jws: Value = serde_json::from_str(&place.text("store.jws")).unwrap();
    assert_eq!(base64url::decode(jws["payload"].as_str().unwrap().as_bytes()).unwrap(), fs::read(place.path("store.json")).unwrap());

    let (_, unsigned) = listed(&place, "store.json", &BY);
    assert_eq!((&unsigned["signature"], &unsigned["signed"]), (&"unsigned".into(), &false.into()));
    let (run, signed) = listed(&place, "store.jws", &BY);
    assert_eq!((run.code, &signed["signature"], &signed["signed"]), (0, &"verified".into(), &true.into()), "{}", run.err);
    assert!(signed["signed_by"].as_str().unwrap().contains("CN="), "{signed}");
    assert_eq!((&signed["anchors"], &signed["sha256"]), (&unsigned["anchors"], &unsigned["sha256"]));
    let text = place.run(&[&["trust", "list", "--file", "store.jws", "--lang", "en", "--at", TIME], &BY[..]].concat()).out;
    assert!(text.contains("signed by "), "{text}");
    // Nobody vouches for who signed it: said, and not used.
    let (run, nobody) = listed(&place, "store.jws", &[]);
    assert_eq!((run.code, &nobody["signature"], &nobody["signed"]), (0, &"not_verified".into(), &false.into()));
    let text = place.run(&["trust", "list", "--file", "store.jws", "--lang", "en", "--at", TIME]).out;
    assert!(text.contains("not verified"), "{text}");

    let verify = |store: &str, more: &[&str]| {
        place.run(&[&["verify", "signed.pdf", "--anchor", store, "--evidence", "pki/evidence", "--at", TIME], more].concat())
    };
    assert_eq!(verify("store.jws", &["--store-anchor", "pki/anchors"]).code, 0);
    let without = verify("store.jws", &[]);
    assert!(without.code == 2 && without.err.contains("--store-anchor"), "{}", without.err);
    // It does not vouch for itself by the anchors within it.
    assert_eq!(verify("store.jws", &["--store-anchor", "strangers/anchors"]).code, 2);
}

#[test]
fn a_trust_store_with_a_bad_signature_is_refused() {
    let place = place("store-bad");
    place.run(&["trust", "add", "--file", "store.json", "--store", "congvu", "pki/anchors/root.pem"]);
    sign(&place, "store.json", "store.jws", "JAdES", "pki");
    with_payload(&place, "store.jws", "octet.jws", |store| store.replacen("congvu", "congvo", 1));
    for more in [&BY[..], &[]] {
        let (run, _) = listed(&place, "octet.jws", more);
        assert!(run.code == 1 && run.err.contains("bad"), "{} {}", run.code, run.err);
    }
    let used = place.run(&["verify", "signed.pdf", "--anchor", "octet.jws", "--store-anchor", "pki/anchors", "--at", TIME]);
    assert_eq!(used.code, 1, "{}", used.err);
    // By somebody else.
    sign(&place, "store.json", "stranger.jws", "JAdES", "strangers");
    let (_, found) = listed(&place, "stranger.jws", &BY);
    assert_eq!(found["signature"], "not_verified");
    let refused = place.run(&[&["trust", "remove", "--file", "stranger.jws", "--at", TIME, &"0".repeat(64)], &BY[..]].concat());
    assert_eq!(refused.code, 2, "{}", refused.err);
    // What is no trust store does not become one by a signature.
    sign(&place, "page.pdf", "page.jws", "JAdES", "pki");
    assert_eq!(listed(&place, "page.jws", &BY).0.code, 65);
}

#[test]
fn a_changed_trust_store_is_signed_no_more() {
    let place = place("store-changed");
    place.run(&["trust", "add", "--file", "store.json", "--store", "congvu", "pki/anchors/root.pem"]);
    sign(&place, "store.json", "store.jws", "JAdES", "pki");
    let add = ["trust", "add", "--file", "store.jws", "--store", "own", "pki/evidence/issuing.pem", "--at", TIME];
    let before = place.text("store.jws");
    assert_eq!(place.run(&add).code, 2, "nobody is said to be allowed to sign it");
    assert_eq!(place.text("store.jws"), before);
    let added = place.run(&[&add[..], &BY[..]].concat());
    assert!(added.code == 0 && added.err.contains("not signed any more"), "{}", added.err);
    let (_, found) = listed(&place, "store.jws", &BY);
    assert_eq!((&found["signature"], found["anchors"].as_array().map(Vec::len)), (&"unsigned".into(), Some(2)));
}
