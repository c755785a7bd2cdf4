//! A public suite of OCSP responses of 2012: whether each is one that speaks for certificates of the issuer it is shown with.

mod common;
#[path = "common/paths.rs"]
mod paths;

use std::path::Path;

use common::{Conformance, corpora_path, rows};
use kyso::Time;
use kyso::context::{Policy, RevocationPolicy};
use kyso::encoding::base64;
use kyso::path::validate_ocsp_response;
use kyso::pki::{BasicOcspResponse, Certificate, OcspResponse};
use paths::{Material, pem_certificate, undated_policy, verdict};

#[test]
fn every_response_is_judged_as_the_suite_says() {
    let Some(folder) = corpora_path("ocsp") else { return };
    let mut conformance = Conformance::of("ocsp");
    let (rows, time) = (rows(&folder.join("index.tsv")), Time::from_unix(1_355_875_200));
    // The suite brings nothing that would tell the status of a responder (RFC 6960 §4.2.2.2.1 leaves that to the relying party).
    let policy = Policy { revocation_of_signer: RevocationPolicy::Off, revocation_of_issuers: RevocationPolicy::Off, ..undated_policy() };
    assert!(rows.len() >= 12, "{} rows", rows.len());
    for row in &rows {
        let (response, issuer) = (response(&folder.join(&row[RESPONSE])), certificate(&folder.join(&row["ca_file"])));
        let material = Material::default();
        let actual = verdict(&validate_ocsp_response(&response, &issuer, &material.context(&policy, time)));
        println!("ocsp: {} {actual}", row["description"]);
        conformance.case(&format!("{} {}", row[RESPONSE], row["ca_file"]), &row[EXPECTED], actual.split(':').next().unwrap());
    }
    conformance.finish();
}

/// One of the responders has the word of its issuer that it need not be looked up (`ocsp-nocheck`), another has not.
#[test]
fn a_responder_whose_status_is_asked_and_not_known_does_not_speak() {
    let Some(folder) = corpora_path("ocsp") else { return };
    let (time, policy) = (Time::from_unix(1_355_875_200), undated_policy());
    for (response_file, issuer, expected) in
        [("D1.ors", "D1_Issuer_ICA.pem", "valid"), ("D3.ors", "D3_Issuer_Root.pem", "invalid: revocation.status_known")]
    {
        let (response, issuer) = (response(&folder.join(response_file)), certificate(&folder.join(issuer)));
        let material = Material::default();
        let actual = verdict(&validate_ocsp_response(&response, &issuer, &material.context(&policy, time)));
        assert_eq!(actual, expected, "{response_file}");
    }
}

const RESPONSE: &str = "response(ocsp-tests/, base64 DER)";
const EXPECTED: &str = "expected(attime 1355875200)";

fn response(path: &Path) -> BasicOcspResponse {
    let text: String = std::fs::read_to_string(path).unwrap().split_whitespace().collect();
    OcspResponse::from_der(&base64::decode(text.as_bytes()).unwrap()).unwrap().basic.unwrap()
}

fn certificate(path: &Path) -> Certificate {
    pem_certificate(&std::fs::read_to_string(path).unwrap()).unwrap()
}
