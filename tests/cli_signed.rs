//! Validity reports and trust stores that are signed themselves: made by `kyso sign --format JAdES`, verified, and refused one change apart.
#![cfg(feature = "cli")]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use kyso::Report;
use kyso::encoding::{base64url, json};
use serde_json::Value;

const TIME: &str = "2026-11-22T09:40:00+07:00";

struct Place(PathBuf);

struct Run {
    code: i32,
    out: String,
    err: String,
}

impl Place {
    /// A folder of a test's own with a demonstration PKI, and the report on a signed page in `report.json`.
    fn new(name: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("cli-signed").join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let place = Self(folder);
        assert_eq!(place.run(&["demo", "pki", "pki", "--at", TIME]).code, 0);
        assert_eq!(place.run(&["demo", "pki", "strangers", "--at", TIME]).code, 0);
        fs::write(place.path("page.pdf"), kyso::testkit::blank_page()).unwrap();
        place.sign("page.pdf", "signed.pdf", "PAdES", "pki");
        let verified = place.verify("signed.pdf", &["--format", "json", "-o", "report.json"]);
        assert_eq!(verified.code, 0, "{}", verified.err);
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kyso"));
        let output = command.args(arguments).current_dir(&self.0).stdin(Stdio::null()).output().unwrap();
        let text = |octets| String::from_utf8(octets).unwrap();
        Run { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }

    fn signing(&self, file: &str, to: &str, format: &str, pki: &str) -> Run {
        let (key, password) = (format!("{pki}/leader.p12"), format!("{pki}/password.txt"));
        self.run(&["sign", file, "-o", to, "--format", format, "--key", &key, "--password-file", &password, "--at", TIME])
    }

    fn sign(&self, file: &str, to: &str, format: &str, pki: &str) {
        let signed = self.signing(file, to, format, pki);
        assert_eq!(signed.code, 0, "{}", signed.err);
    }

    fn verify(&self, file: &str, more: &[&str]) -> Run {
        let trust = ["verify", file, "--anchor", "pki/anchors", "--evidence", "pki/evidence", "--at", TIME];
        self.run(&[&trust, more].concat())
    }

    /// `file` with its payload changed.
    fn with_payload(&self, file: &str, to: &str, change: impl FnOnce(String) -> String) {
        let mut jws: Value = serde_json::from_str(&self.read(file)).unwrap();
        let payload = String::from_utf8(base64url::decode(jws["payload"].as_str().unwrap().as_bytes()).unwrap()).unwrap();
        jws["payload"] = base64url::encode(change(payload).as_bytes()).into();
        fs::write(self.path(to), jws.to_string()).unwrap();
    }
}

fn first_check(run: &Run) -> String {
    let report: Value = serde_json::from_str(&run.out).unwrap();
    report["conclusion"]["reasons"][0]["check"].as_str().unwrap_or("none").to_owned()
}

#[test]
fn a_report_is_signed_in_its_canonical_form_and_audited_where_it_is_verified() {
    let place = Place::new("report");
    place.sign("report.json", "report.jws", "JAdES", "pki");
    let jws: Value = serde_json::from_str(&place.read("report.jws")).unwrap();
    let payload = base64url::decode(jws["payload"].as_str().unwrap().as_bytes()).unwrap();
    // RFC 8785, by the reader of the strict form, from the file that was signed.
    let file = place.read("report.json");
    let node = json::read(file.as_bytes(), &kyso::Limits::default()).unwrap();
    assert_eq!(payload, json::canonical(&node).unwrap());
    assert_eq!(Report::from_json(&payload).unwrap().to_canonical_json().unwrap(), payload);
    assert_eq!(kyso::audit(&payload).unwrap(), []);

    let verified = place.verify("report.jws", &["--format", "json"]);
    assert_eq!(verified.code, 0, "{}{}", verified.out, verified.err);
    let report: Value = serde_json::from_str(&verified.out).unwrap();
    let finding = &report["document"]["findings"][0];
    assert_eq!(finding["check"], "signed_report.holds");
    let document = serde_json::from_str::<Value>(&file).unwrap()["inputs"]["document"]["sha256"].clone();
    assert!(finding["en"].as_str().unwrap().contains(&format!("{}: TOTAL-PASSED", document.as_str().unwrap())), "{finding}");
    assert!(place.verify("report.jws", &["--lang", "vi"]).out.contains("báo cáo kiểm tra"));
}

#[test]
fn another_octet_another_signer_and_a_false_report_are_not_passed() {
    let place = Place::new("report-bad");
    place.sign("report.json", "report.jws", "JAdES", "pki");
    place.with_payload("report.jws", "octet.jws", |report| report.replacen("TOTAL-PASSED", "TOTAL-FAILED", 1));
    let found = place.verify("octet.jws", &["--format", "json"]);
    assert_eq!((found.code, first_check(&found).as_str()), (1, "cryptographic_verification.value_valid"));

    place.sign("report.json", "stranger.jws", "JAdES", "strangers");
    let found = place.verify("stranger.jws", &["--format", "json"]);
    assert_eq!((found.code, first_check(&found).as_str()), (2, "basic_processing.signature_valid"));

    // Not signed by this program, but by another one that believes whatever it is given.
    let canonical = |report: &str| json::canonical(&json::read(report.as_bytes(), &kyso::Limits::default()).unwrap()).unwrap();
    let file = place.read("report.json");
    let false_report =
        Report::from_json(file.as_bytes()).unwrap().to_json().replacen("\"integrity\": \"intact\"", "\"integrity\": \"broken\"", 1);
    for (name, octets, check) in
        [("false", canonical(&false_report), "signed_report.holds"), ("spaces", file.clone().into_bytes(), "signed_report.canonical")]
    {
        let signed = signed_as_data(&place, &octets);
        fs::write(place.path(&format!("{name}.jws")), signed).unwrap();
        let found = place.verify(&format!("{name}.jws"), &["--format", "json"]);
        assert_eq!((found.code, first_check(&found).as_str()), (2, check), "{}", found.out);
    }
    // This program signs no report that does not hold, and none that is not written as reports are.
    fs::write(place.path("false.json"), &false_report).unwrap();
    let refused = place.signing("false.json", "false.out", "JAdES", "pki");
    assert!(refused.code == 1 && refused.err.contains("does not hold"), "{}", refused.err);
    assert!(!place.path("false.out").exists());
}

/// A JWS over these octets, whatever they are.
fn signed_as_data(place: &Place, octets: &[u8]) -> Vec<u8> {
    let password = place.read("pki/password.txt");
    let file = kyso::pki::KeyFile::read(&fs::read(place.path("pki/leader.p12")).unwrap(), Some(password.trim_end())).unwrap();
    let (key, certificates) = file.into_identity().unwrap();
    let signer = kyso::SoftwareSigner::new(key, certificates).unwrap();
    let profile = kyso::Profile::jades_b_b(kyso::Time::from_rfc3339(TIME).unwrap());
    kyso::sign(&kyso::Document::data(octets), &profile, &signer).unwrap()
}

/// `trust list` of a file.
fn listed(place: &Place, file: &str, more: &[&str]) -> (Run, Value) {
    let run = place.run(&[&["trust", "list", "--file", file, "--format", "json", "--at", TIME], more].concat());
    let value = serde_json::from_str(&run.out).unwrap_or(Value::Null);
    (run, value)
}

const BY: [&str; 4] = ["--store-anchor", "pki/anchors", "--evidence", "pki/evidence"];

#[test]
fn a_trust_store_is_signed_octet_by_octet_and_its_signer_told() {
    let place = Place::new("store");
    let added = place.run(&["trust", "add", "--file", "store.json", "--store", "congvu", "pki/anchors/root.pem"]);
    assert_eq!(added.code, 0, "{}", added.err);
    place.sign("store.json", "store.jws", "JAdES", "pki");
    let jws: Value = serde_json::from_str(&place.read("store.jws")).unwrap();
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
    let place = Place::new("store-bad");
    place.run(&["trust", "add", "--file", "store.json", "--store", "congvu", "pki/anchors/root.pem"]);
    place.sign("store.json", "store.jws", "JAdES", "pki");
    place.with_payload("store.jws", "octet.jws", |store| store.replacen("congvu", "congvo", 1));
    for more in [&BY[..], &[]] {
        let (run, _) = listed(&place, "octet.jws", more);
        assert!(run.code == 1 && run.err.contains("bad"), "{} {}", run.code, run.err);
    }
    let used = place.run(&["verify", "signed.pdf", "--anchor", "octet.jws", "--store-anchor", "pki/anchors", "--at", TIME]);
    assert_eq!(used.code, 1, "{}", used.err);
    // By somebody else.
    place.sign("store.json", "stranger.jws", "JAdES", "strangers");
    let (_, found) = listed(&place, "stranger.jws", &BY);
    assert_eq!(found["signature"], "not_verified");
    let refused = place.run(&[&["trust", "remove", "--file", "stranger.jws", "--at", TIME, &"0".repeat(64)], &BY[..]].concat());
    assert_eq!(refused.code, 2, "{}", refused.err);
    // What is no trust store does not become one by a signature.
    place.sign("page.pdf", "page.jws", "JAdES", "pki");
    assert_eq!(listed(&place, "page.jws", &BY).0.code, 65);
}

#[test]
fn a_changed_trust_store_is_signed_no_more() {
    let place = Place::new("store-changed");
    place.run(&["trust", "add", "--file", "store.json", "--store", "congvu", "pki/anchors/root.pem"]);
    place.sign("store.json", "store.jws", "JAdES", "pki");
    let add = ["trust", "add", "--file", "store.jws", "--store", "own", "pki/evidence/issuing.pem", "--at", TIME];
    let before = place.read("store.jws");
    assert_eq!(place.run(&add).code, 2, "nobody is said to be allowed to sign it");
    assert_eq!(place.read("store.jws"), before);
    let added = place.run(&[&add[..], &BY[..]].concat());
    assert!(added.code == 0 && added.err.contains("not signed any more"), "{}", added.err);
    let (_, found) = listed(&place, "store.jws", &BY);
    assert_eq!((&found["signature"], found["anchors"].as_array().map(Vec::len)), (&"unsigned".into(), Some(2)));
}
