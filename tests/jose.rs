//! The examples of RFC 7515, RFC 7520 and RFC 8037: signatures in JSON by bare keys, each of which a certificate says here.
#![cfg(feature = "json")]

#[path = "common/audited.rs"]
mod audited;
mod common;

use common::{Conformance, corpora_path};
use kyso::encoding::base64url;
use kyso::pki::Certificate;
use kyso::report::json::{Integrity, Origin, SignatureReport};
use kyso::{Context, Document, Evidence, Policy, Time, TrustAnchors};
use serde_json::Value;

#[test]
fn each_example_is_intact_or_refused() {
    let Some(folder) = corpora_path("jose") else { return };
    let mut conformance = Conformance::of("jose");
    for path in [
        "curve25519/jws",
        "jws/4_1.rsa_v15_signature",
        "jws/4_2.rsa-pss_signature",
        "jws/4_3.ecdsa_signature",
        "jws/4_4.hmac-sha2_integrity_protection",
        "jws/4_5.signature_with_detached_content",
        "jws/4_6.protecting_specific_header_fields",
        "jws/4_7.protecting_content_only",
        "jws/4_8.multiple_signatures",
        "rfc7797/hmac-sha2_b64_false",
    ] {
        let example: Value = serde_json::from_slice(&std::fs::read(folder.join(format!("cookbook/{path}.json"))).unwrap()).unwrap();
        let keys = list(&example["input"]["key"]);
        let detached = example["input"]["payload"].as_str().unwrap_or_default();
        for (form, text) in example["output"].as_object().unwrap() {
            let text = text.as_str().map_or_else(|| text.to_string(), str::to_owned);
            conformance.case(&format!("{path} {form}"), &expected(&keys), &said(&text, &keys, detached));
        }
    }
    let examples: Value = serde_json::from_slice(&std::fs::read(folder.join("rfc7515_rfc7797.json")).unwrap()).unwrap();
    for name in ["A1", "A2", "A3", "A4", "A5"] {
        let example = &examples[format!("RFC7515-{name}")];
        let keys = list(&example["key"]);
        conformance.case(name, &expected(&keys), &said(example["compact"].as_str().unwrap(), &keys, ""));
    }
    let (rsa, ec) = (examples["RFC7515-A2"]["key"].clone(), examples["RFC7515-A3"]["key"].clone());
    let text = |example: &Value, name: &str| example[name].as_str().map_or_else(|| example[name].to_string(), str::to_owned);
    let two = [rsa, ec.clone()];
    conformance.case("A6", "intact intact", &said(&text(&examples["RFC7515-A6"], "general_json"), &two, ""));
    conformance.case("A7", "intact", &said(&text(&examples["RFC7515-A7"], "flattened_json"), &[ec], ""));
    let negative = examples["RFC7515-AppendixE-negative"]["compact"].as_str().unwrap();
    conformance.case("E", "refused", &said(negative, &[Value::Null], ""));
    conformance.finish();
}

fn list(keys: &Value) -> Vec<Value> {
    keys.as_array().cloned().unwrap_or_else(|| vec![keys.clone()])
}

/// A message authentication code is nobody's signature: refusing it is the right answer.
fn expected(keys: &[Value]) -> String {
    let answers = keys.iter().map(|key| if matches!(key["kty"].as_str(), Some("oct") | None) { "refused" } else { "intact" });
    answers.collect::<Vec<_>>().join(" ")
}

/// What is said of each signature with its own key.
fn said(text: &str, keys: &[Value], detached: &str) -> String {
    let answers = keys.iter().enumerate().map(|(index, key)| {
        let mut evidence = Evidence::none();
        if let Some(certificate) = certificate(key) {
            evidence.add_certificate(Certificate::from_der(&certificate).unwrap(), Origin::Supplied);
        }
        let (policy, anchors) = (Policy::etsi_basic(), TrustAnchors::none());
        let time = Time::from_rfc3339("2026-06-01T00:00:00Z").unwrap();
        let context = Context { policy: &policy, anchors: &anchors, evidence: &evidence, time, existence: None };
        let document = Document::detect(text.as_bytes()).unwrap().with_detached("payload", detached.as_bytes());
        audited::verify(&document, &context).signatures.get(index).map_or("missing", said_of)
    });
    answers.collect::<Vec<_>>().join(" ")
}

fn said_of(entry: &SignatureReport) -> &'static str {
    let refused = ["algorithm_signs", "algorithm_protected", "critical_understood"];
    match entry.integrity {
        Integrity::Intact => "intact",
        _ if entry.reasons.iter().any(|reason| refused.iter().any(|name| reason.check == format!("protected_header.{name}"))) => "refused",
        Integrity::Broken => "broken",
        Integrity::Unknown => "unknown",
    }
}

/// A certificate of version 1 for the public key of a JSON Web Key, signed by nobody.
fn certificate(key: &Value) -> Option<Vec<u8>> {
    let part = |name: &str| base64url::decode(key[name].as_str().unwrap_or_default().as_bytes()).unwrap();
    let integer = |octets: Vec<u8>| tlv(2, &[&[0][..usize::from(octets[0] >= 0x80)], &octets]);
    let algorithm = |identifier: &[u8], parameters: &[u8]| tlv(0x30, &[&tlv(6, &[identifier]), parameters]);
    let ec = |curve: &[u8]| algorithm(&[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1], &tlv(6, &[curve]));
    let point = || [vec![4], part("x"), part("y")].concat();
    let (algorithm_of_key, content) = match (key["kty"].as_str()?, key["crv"].as_str().unwrap_or_default()) {
        ("RSA", _) => {
            (algorithm(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1], &[5, 0]), tlv(0x30, &[&integer(part("n")), &integer(part("e"))]))
        }
        ("EC", "P-256") => (ec(&[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7]), point()),
        ("EC", "P-521") => (ec(&[0x2b, 0x81, 4, 0, 0x23]), point()),
        ("OKP", "Ed25519") => (algorithm(&[0x2b, 0x65, 0x70], &[]), part("x")),
        _ => return None,
    };
    let spki = tlv(0x30, &[&algorithm_of_key, &tlv(3, &[&[0], &content])]);
    let name = tlv(0x30, &[&tlv(0x31, &[&tlv(0x30, &[&tlv(6, &[&[0x55, 4, 3]]), &tlv(0x0c, &[b"JOSE"])])])]);
    let validity = tlv(0x30, &[&tlv(0x17, &[b"250101000000Z"]), &tlv(0x17, &[b"300101000000Z"])]);
    let signed_by = algorithm(&[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2], &[]);
    let to_be_signed = tlv(0x30, &[&tlv(2, &[&[1]]), &signed_by, &name, &validity, &name, &spki]);
    Some(tlv(0x30, &[&to_be_signed, &signed_by, &tlv(3, &[&[0, 0x30, 0]])]))
}

fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = match content.len() {
        short @ ..0x80 => vec![short as u8],
        middle @ ..0x100 => vec![0x81, middle as u8],
        long => vec![0x82, (long >> 8) as u8, long as u8],
    };
    [vec![tag], length, content].concat()
}
