//! `kyso path`: whether a certificate may be believed, as others start it (`report.md`, section 2).
#![cfg(feature = "cli")]

#[path = "common/command.rs"]
mod command;

use std::fs;
use std::sync::LazyLock;

use command::{Desk, Run, TIME};
use kyso::Time;
use kyso::crypto::Curve;
use kyso::encoding::pem;
use kyso::testkit::extension::{Purpose, certificate_policies, extended_key_usage};
use kyso::testkit::{Entity, Key, KeyParameters, Name, Random, RevocationList, Template, name};
use serde_json::Value;

/// A root, an authority with policies, a signer, a timestamping authority, their lists.
static PLACE: LazyLock<Place> = LazyLock::new(Place::make);

struct Place(Desk);

impl Place {
    fn make() -> Self {
        let place = Self(Desk::empty("path"));
        fs::create_dir_all(place.0.path("crl")).unwrap();
        let time = Time::from_rfc3339(TIME).unwrap();
        let (from, until) = (time.plus_seconds(-86_400), time.plus_seconds(86_400));
        let key = |seed: &str| Key::generate(KeyParameters::Ec(Curve::P256), &mut Random::seeded(seed.as_bytes())).unwrap();
        let called = |text: &str| Name::of([(name::COUNTRY, "VN"), (name::COMMON_NAME, text)]);
        let policies = || certificate_policies(&[const_oid::ObjectIdentifier::new_unwrap("1.3.6.1.4.1.99999.1")]);
        let root = Entity::self_signed(&Template::authority(called("Gốc"), from, until, None), key("root")).unwrap();
        let authority = Template::authority(called("Cấp chứng thư"), from, until, None).with(policies());
        let issuing = root.issue(&authority, key("issuing")).unwrap();
        let signer = Template::signatory(called("Nguyễn Văn A"), from, until).with(policies());
        let signer = issuing.issue(&signer, key("signer")).unwrap();
        let unlike = issuing.issue(&Template::signatory(called("Trần Thị B"), from, until), key("unlike")).unwrap();
        let tsa = issuing.issue(&Template::timestamping(called("TSA"), from, until), key("tsa")).unwrap();
        let ocsp = Template::new(called("OCSP"), from, until).with(extended_key_usage(&[Purpose::OcspSigning]));
        let ocsp = issuing.issue(&ocsp, key("ocsp")).unwrap();
        let list = RevocationList::new(time.plus_seconds(-60), until);
        for (file, entity) in
            [("root", &root), ("issuing", &issuing), ("signer", &signer), ("unlike", &unlike), ("tsa", &tsa), ("ocsp", &ocsp)]
        {
            place.0.write(&format!("{file}.pem"), pem::write("CERTIFICATE", &entity.certificate).as_bytes());
        }
        let bundle = [&signer, &issuing].map(|entity| pem::write("CERTIFICATE", &entity.certificate)).concat();
        place.0.write("chain.pem", bundle.as_bytes());
        place.0.write("crl/root.crl", &root.revocation_list(&list).unwrap());
        place.0.write("crl/issuing.crl", &issuing.revocation_list(&list).unwrap());
        let revoked = list.with(&signer.serial, from, Some(1));
        place.0.write("revoked.crl", &issuing.revocation_list(&revoked).unwrap());
        place
    }

    fn run(&self, arguments: &[&str]) -> Run {
        self.0.run(&[&["path"], arguments].concat())
    }

    /// With everything that is needed.
    fn asked(&self, certificate: &str, more: &[&str]) -> Run {
        self.run(&[&[certificate, "--anchor", "root.pem", "--intermediate", "issuing.pem", "--crl", "crl", "--at", TIME], more].concat())
    }

    fn report(&self, certificate: &str, more: &[&str]) -> Value {
        let run = self.asked(certificate, &[&["--format", "json"], more].concat());
        assert_eq!(run.err, "");
        let report: Value = serde_json::from_str(&run.out).unwrap();
        assert_eq!(run.code, if report["valid"] == true { 0 } else { 1 });
        report
    }

    /// Whether it is valid, and the check that decides when it is not.
    fn verdict(&self, certificate: &str, more: &[&str]) -> (bool, String) {
        let report = self.report(certificate, more);
        (report["valid"] == true, report["reasons"][0]["check"].as_str().unwrap_or_default().to_owned())
    }

    fn valid(&self, certificate: &str, more: &[&str]) -> bool {
        self.verdict(certificate, more).0
    }
}

fn ids(place: &Place, names: &[&str]) -> Vec<Value> {
    let id = |name: &&str| {
        let der = pem::read(&place.0.read(name)).unwrap().remove(0).octets;
        let algorithm = kyso::crypto::DigestAlgorithm::Sha256;
        kyso::report::fact::digest_text(algorithm, &algorithm.digest(&der)).into()
    };
    names.iter().map(id).collect()
}

#[test]
fn the_path_is_told_from_target_to_anchor() {
    let report = PLACE.report("signer.pem", &[]);
    assert_eq!(report["valid"], true);
    assert_eq!(report["reasons"].as_array().unwrap().len(), 0);
    assert_eq!(report["path"].as_array().unwrap(), &ids(&PLACE, &["signer.pem", "issuing.pem", "root.pem"]));
    assert_eq!(report["user_constrained_policies"], serde_json::json!(["1.3.6.1.4.1.99999.1"]));
    assert_eq!(report["checks"]["conclusion"]["indication"], "TOTAL-PASSED");
}

#[test]
fn the_text_tells_it_in_both_languages() {
    let vi = PLACE.asked("signer.pem", &[]).out;
    assert!(vi.contains("Kết luận: HỢP LỆ [TOTAL-PASSED]") && vi.contains("1. CN=Nguyễn Văn A,C=VN"), "{vi}");
    assert!(vi.contains("3. CN=Gốc,C=VN (gốc tin cậy: kho own)") && vi.contains("chưa bị thu hồi"), "{vi}");
    let en = PLACE.run(&["signer.pem", "--at", TIME, "--lang", "en"]);
    assert_eq!(en.code, 1);
    assert!(en.out.contains("NOT ACCEPTED [INDETERMINATE / NO_CERTIFICATE_CHAIN_FOUND]"), "{}", en.out);
    assert!(en.out.contains("Certification path: none") && en.out.contains("[path.trust_anchor_reached]"), "{}", en.out);
}

#[test]
fn certificates_behind_the_first_may_stand_above_it() {
    let trust = ["--anchor", "root.pem", "--crl", "crl", "--at", TIME, "--format", "json"];
    assert_eq!(PLACE.run(&[&["chain.pem"], &trust[..]].concat()).code, 0);
    assert_eq!(PLACE.run(&[&["signer.pem"], &trust[..]].concat()).code, 1);
}

#[test]
fn revocation_is_required_asked_where_known_or_off() {
    let trust = ["--anchor", "root.pem", "--intermediate", "issuing.pem", "--at", TIME];
    let code = |more: &[&str]| PLACE.run(&[&["signer.pem"], &trust[..], more].concat()).code;
    assert_eq!((code(&[]), code(&["--revocation", "required"])), (1, 1));
    assert_eq!((code(&["--revocation", "if-available"]), code(&["--revocation", "off"])), (0, 0));
    let revoked = ["--crl", "revoked.crl"];
    assert_eq!(code(&[&revoked[..], &["--revocation", "if-available"]].concat()), 1);
    assert_eq!(code(&[&revoked[..], &["--revocation", "off"]].concat()), 0);
}

#[test]
fn the_purpose_decides_which_uses_are_asked_for() {
    for (certificate, purpose, valid) in [
        ("signer.pem", "signing", true),
        ("signer.pem", "timestamping", false),
        ("signer.pem", "any", true),
        ("tsa.pem", "timestamping", true),
        ("tsa.pem", "signing", false),
        ("tsa.pem", "any", true),
        ("ocsp.pem", "ocsp", true),
        ("signer.pem", "ocsp", false),
    ] {
        assert_eq!(PLACE.valid(certificate, &["--purpose", purpose]), valid, "{certificate} for {purpose}");
    }
}

#[test]
fn policies_are_asked_for_as_the_standard_has_it() {
    let own = ["--policy-oid", "1.3.6.1.4.1.99999.1", "--require-explicit-policy"];
    assert!(PLACE.valid("signer.pem", &own));
    assert!(!PLACE.valid("signer.pem", &["--policy-oid", "1.3.6.1.4.1.99999.2", "--require-explicit-policy"]));
    assert!(!PLACE.valid("unlike.pem", &own));
    assert!(PLACE.valid("unlike.pem", &[]));
    assert!(PLACE.valid("signer.pem", &[&own[..], &["--inhibit-policy-mapping", "--inhibit-any-policy"]].concat()));
}

#[test]
fn a_trust_store_says_for_what_and_until_when() {
    let terms = ["--purpose", "signing", "--sunset", "2026-11-22T03:00:00Z", "root.pem"];
    let add = ["trust", "add", "--file", "trust.json", "--store", "congvu", "--track", "công vụ"];
    assert_eq!(PLACE.0.run(&[&add[..], &terms].concat()).code, 0);
    let trust = ["--anchor", "trust.json", "--intermediate", "issuing.pem", "--crl", "crl", "--lang", "vi"];
    let asked = |certificate, more: &[&str]| PLACE.run(&[&[certificate], &trust[..], more].concat());
    let good = asked("signer.pem", &["--at", TIME]);
    assert_eq!(good.code, 0, "{}", good.out);
    assert!(good.out.contains("(gốc tin cậy: kho congvu, công vụ)"), "{}", good.out);
    // Its sunset has come; it is not trusted for timestamps.
    assert_eq!(asked("signer.pem", &["--at", "2026-11-22T03:00:00Z"]).code, 1);
    assert_eq!(asked("tsa.pem", &["--at", TIME, "--purpose", "timestamping"]).code, 1);
}

#[test]
fn wrong_calls_and_files_have_their_statuses() {
    assert_eq!(PLACE.run(&[]).code, 64);
    assert_eq!(PLACE.asked("signer.pem", &["--purpose", "everything"]).code, 64);
    assert_eq!(PLACE.asked("signer.pem", &["--policy-oid", "1.2."]).code, 64);
    assert_eq!(PLACE.asked("nowhere.pem", &[]).code, 74);
    let list = PLACE.asked("crl/root.crl", &[]);
    assert_eq!((list.code, list.out.as_str()), (65, ""));
    assert!(list.err.contains("crl/root.crl"), "{}", list.err);
    assert_eq!(PLACE.asked("signer.pem", &["-o", "signer.pem"]).code, 64);
    assert_eq!(PLACE.asked("signer.pem", &["-o", "report.txt"]).out, "");
    assert!(PLACE.0.text("report.txt").contains("HỢP LỆ"));
}
