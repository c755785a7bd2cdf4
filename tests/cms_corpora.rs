//! CMS signatures that nobody here made: `cms` and the CAdES files of `eu-dss`. The mathematics only, with the certificates inside.

mod common;

use std::collections::BTreeSet;

use common::{Conformance, corpora_path, rows};
use kyso::crypto::{SignatureAlgorithm, Signed, Verification};
use kyso::encoding::pem;
use kyso::pki::{Certificate, SignedData, SignerInfo, TimestampResponse, verify_signature};

#[test]
fn cms_signatures_hold_as_the_index_expects() {
    let Some(folder) = corpora_path("cms") else { return };
    let mut conformance = Conformance::of("cms");
    for row in rows(&folder.join("index.tsv")) {
        let (file, expected) = (row["file(relative to corpora/)"].as_str(), row["expected"].as_str());
        let file = file.strip_prefix("cms/").filter(|_| !folder.join(file).exists()).unwrap_or(file);
        let octets = std::fs::read(folder.join(file)).unwrap();
        conformance.case(file, expectation(expected), &cms_outcome(&octets));
    }
    conformance.finish();
}

/// The words of the index, sorted into the outcomes that there are.
fn expectation(expected: &str) -> &str {
    let outcomes = [
        ("reject/weak", "unsupported"),
        ("reject", "refused"),
        ("2 signers", "partial"),
        ("id-data", "not signed data"),
        ("EnvelopedData", "not signed data"),
        ("DigestedData", "not signed data"),
        ("EncryptedData", "not signed data"),
        ("invalid evidence record", "invalid evidence record"),
        ("valid evidence record", "valid evidence record"),
        ("valid PQC", "unsupported"),
        ("\"valid PQC", "unsupported"),
        ("valid", "valid"),
        ("CMS crypto ok", "valid"),
        ("\"certs-only", "no signature"),
        ("certs-only", "no signature"),
    ];
    outcomes.iter().find(|(words, _)| expected.starts_with(words)).map_or(expected, |(_, outcome)| *outcome)
}

fn cms_outcome(octets: &[u8]) -> String {
    let (cms, detached) = unwrapped(octets);
    if let Ok(response) = TimestampResponse::from_der(&cms) {
        let token = response.token().unwrap().unwrap();
        // The query beside it asked for the digest of 32 zero octets.
        assert_eq!(token.info.imprint.octets(), [0; 32]);
        return outcome_of(&token.signed_data, None);
    }
    match SignedData::from_ber(&cms) {
        Ok(signed_data) => outcome_of(&signed_data, Some(&detached)),
        Err(malformed) if malformed.what.contains("is not signed data") => "not signed data".to_owned(),
        Err(malformed) => malformed.to_string(),
    }
}

fn outcome_of(signed_data: &SignedData, detached: Option<&[u8]>) -> String {
    let content = signed_data.content.octets().or(detached);
    let outcomes: Vec<_> =
        signed_data.signer_infos.iter().map(|signer| signer_outcome(signer, &signed_data.certificates, content)).collect();
    match outcomes.as_slice() {
        [] => "no signature".to_owned(),
        [first, rest @ ..] if rest.iter().all(|other| other == first) => (*first).to_owned(),
        _ => "partial".to_owned(),
    }
}

fn signer_outcome(signer: &SignerInfo, certificates: &[Certificate], content: Option<&[u8]>) -> &'static str {
    if !signer.misplaced_attributes().is_empty() {
        return "refused";
    }
    if let Some(attributes) = &signer.signed_attributes
        && (attributes.content_type().is_err() || attributes.message_digest().is_err() || attributes.signing_time().is_err())
    {
        return "refused";
    }
    if matches!(signer.signature_algorithm(), Ok(SignatureAlgorithm::Unsupported(_))) {
        return "unsupported";
    }
    let Some(certificate) = signer.signer_certificates(certificates).next() else {
        return "no certificate";
    };
    let facts = verify_signature(signer, certificate.public_key().unwrap(), Signed::Octets(content.unwrap_or_default()));
    match (facts.content_intact(), &facts.value) {
        (Some(true), Verification::Valid) => "valid",
        // Nobody has the content, so that only the value can be told.
        (Some(false), Verification::Valid) if content.is_none() => "valid",
        (_, Verification::Unsupported(_)) | (None, _) => "unsupported",
        _ => "invalid",
    }
}

/// The CMS inside PEM or S/MIME (RFC 8551 §3.4, §3.5), and the content that a multipart message signs.
fn unwrapped(octets: &[u8]) -> (Vec<u8>, Vec<u8>) {
    if pem::is_pem(octets) {
        return (pem::read(octets).unwrap()[0].octets.to_vec(), Vec::new());
    }
    let Ok(text) = std::str::from_utf8(octets) else {
        // RFC 4134 §4.3: the detached content of the examples.
        return (octets.to_vec(), b"This is some sample content.".to_vec());
    };
    let text = text.replace("\r\n", "\n");
    let (head, encoded) = text.rsplit_once("base64\n").expect("a part in Base 64");
    let encoded = encoded.split_once("\n\n").unwrap().1.split("\n--").next().unwrap();
    let cms = kyso::encoding::base64::decode(encoded.replace('\n', "").as_bytes()).unwrap();
    let Some((_, boundary)) = head.split_once("boundary=\"") else {
        return (cms, Vec::new());
    };
    let boundary = format!("--{}\n", boundary.split('"').next().unwrap());
    let content = head.split(&boundary).nth(1).unwrap().trim_end_matches('\n').to_owned();
    let trailing = head.split(&boundary).nth(1).unwrap().len() - content.len();
    // The line end before a boundary belongs to the boundary (RFC 2046 §5.1.1).
    let content = content + &"\n".repeat(trailing.saturating_sub(1));
    (cms, content.replace('\n', "\r\n").into_bytes())
}

#[test]
fn cades_signatures_are_intact_where_another_verifier_finds_them_so() {
    let Some(folder) = corpora_path("eu-dss") else { return };
    let mut conformance = Conformance::of("eu-dss-cades");
    let mut seen = BTreeSet::new();
    for row in rows(&folder.join("index.tsv")) {
        let facts = row["dss_facts_per_signature"].split("##").next().unwrap();
        let Some((_, intact)) = facts.split_once("intact=").filter(|_| row["format"] == "cades" && seen.insert(row["path"].clone())) else {
            continue;
        };
        let octets = std::fs::read(folder.join(&row["path"])).unwrap();
        let octets = if pem::is_pem(&octets) { pem::read(&octets).unwrap()[0].octets.to_vec() } else { octets };
        let outcome = match SignedData::from_ber(&octets) {
            // Some rows lack their content, and with it anything to agree on.
            Ok(signed_data) if signed_data.content.octets().is_none() => continue,
            Ok(signed_data) => outcome_of(&signed_data, None),
            Err(malformed) => malformed.to_string(),
        };
        let expected = if intact.starts_with("true") { "valid" } else { "not valid" };
        conformance.case(&row["path"], expected, if expected == "valid" || outcome == "valid" { &outcome } else { "not valid" });
    }
    conformance.finish();
}
