//! Signature vectors of Project Wycheproof: every file, every vector.

mod common;

use std::path::Path;

use common::{Conformance, Exception, corpora_path, hex};
use kyso::crypto::{Curve, DigestAlgorithm, KeyKind, PssParameters, PublicKey, SignatureAlgorithm, Signed, Verification};
use serde_json::Value;

#[test]
fn every_vector_is_judged_as_expected_or_listed() {
    let Some(folder) = corpora_path("wycheproof") else { return };
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    assert!(!files.is_empty(), "a corpus without files proves nothing");
    let mut conformance = Conformance::of("wycheproof");
    for path in files {
        file(&path, &mut conformance);
    }
    conformance.finish();
}

fn file(path: &Path, conformance: &mut Conformance) {
    let name = path.file_stem().unwrap().to_str().unwrap();
    let content: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let mut seen = 0;
    for group in array(&content["testGroups"]) {
        let key = PublicKey::from_spki(&hex(text(&group["publicKeyDer"])));
        for test in array(&group["tests"]) {
            seen += 1;
            conformance.case(&format!("{name}/{}", test["tcId"]), expected(test), &actual(group, test, key.as_ref().ok()));
        }
    }
    assert_eq!(Some(seen), content["numberOfTests"].as_u64(), "{name}");
}

/// Where the authors leave the answer open, this is ours.
fn expected(test: &Value) -> &'static str {
    let flags: Vec<_> = array(&test["flags"]).iter().map(text).collect();
    match text(&test["result"]) {
        "valid" => "valid",
        "invalid" => "invalid",
        // Cards that leave the NULL out of a DigestInfo have signed real documents; the form is one more value to compare: see `crypto::emsa`.
        "acceptable" if flags == ["MissingNull"] => "valid",
        other => panic!("{other} with the flags {flags:?} needs a decision"),
    }
}

fn actual(group: &Value, test: &Value, key: Option<&PublicKey>) -> String {
    let Some(key) = key else { return "malformed key".into() };
    let message = hex(text(&test["msg"]));
    let Some(value) = value(group, test, key) else { return "invalid".into() };
    let algorithm = algorithm(group);
    let answer = key.verify(&algorithm, Signed::Octets(&message), &value);
    if let Some(digest) = algorithm.digest() {
        let digest = digest.digest(&message);
        assert_eq!(answer, key.verify(&algorithm, Signed::Digest(&digest), &value), "octets and their digest are one");
    }
    match answer {
        Verification::Valid => "valid".into(),
        Verification::Invalid => "invalid".into(),
        Verification::Unsupported(why) => format!("unsupported: {why}"),
    }
}

fn value(group: &Value, test: &Value, key: &PublicKey) -> Option<Vec<u8>> {
    let value = hex(text(&test["sig"]));
    match (text(&group["type"]), key.kind()) {
        ("EcdsaP1363Verify", KeyKind::Ec(curve)) => Curve::value_from_concatenation(curve, &value),
        _ => Some(value),
    }
}

fn algorithm(group: &Value) -> SignatureAlgorithm {
    let digest = || digest(text(&group["sha"]));
    match text(&group["type"]) {
        "EcdsaVerify" | "EcdsaP1363Verify" => SignatureAlgorithm::Ecdsa(digest()),
        "EddsaVerify" => SignatureAlgorithm::Ed25519,
        "RsassaPkcs1Verify" => SignatureAlgorithm::RsaPkcs1(digest()),
        "RsassaPssVerify" | "RsassaPssWithParametersVerify" => SignatureAlgorithm::RsaPss(PssParameters {
            digest: digest(),
            mask_digest: match text(&group["mgf"]) {
                "MGF1" => self::digest(text(&group["mgfSha"])),
                shake => self::digest(shake),
            },
            salt: usize::try_from(group["sLen"].as_u64().unwrap()).unwrap(),
        }),
        other => panic!("a group of the type {other} needs a reading"),
    }
}

fn digest(name: &str) -> DigestAlgorithm {
    DigestAlgorithm::ALL.into_iter().find(|digest| digest.name() == name).unwrap_or_else(|| panic!("no digest is called {name}"))
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} where a text was expected"))
}

mod exceptions {
    use super::*;

    fn known() -> Conformance {
        let exception = Exception { expected: "valid".into(), actual: "invalid".into(), reason: "a test".into(), decision: None };
        Conformance::with("self", [("listed".to_owned(), exception)].into())
    }

    #[test]
    fn a_listed_disagreement_is_no_fault() {
        let mut conformance = known();
        conformance.case("listed", "valid", "invalid");
        conformance.case("other", "valid", "valid");
        assert_eq!(conformance.faults(), Vec::<String>::new());
    }

    #[test]
    fn every_other_outcome_is_one_fault() {
        for (name, expected, actual) in [
            ("listed", "valid", "valid"),
            ("listed", "valid", "unsupported"),
            ("listed", "invalid", "valid"),
            ("other", "valid", "invalid"),
        ] {
            let mut conformance = known();
            if name == "other" {
                conformance.case("listed", "valid", "invalid");
            }
            conformance.case(name, expected, actual);
            assert_eq!(conformance.faults().len(), 1, "{name} {expected} {actual}");
        }
        assert_eq!(known().faults().len(), 1, "a listed case that never came");
    }
}
