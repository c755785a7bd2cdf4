//! x509-limbo: its cases on certification paths. The name and the extended key usage of a server are no business of document signatures: purpose any.

mod common;
#[path = "common/paths.rs"]
mod paths;

use std::time::{Duration, Instant};

use common::{Conformance, corpora_path};
use kyso::context::{Policy, Purpose, RevocationPolicy};
use kyso::path::{Cache, Request};
use kyso::{Malformed, Time};
use paths::{Material, judged, pem_certificate, pem_crl, undated_policy, verdict};
use serde::Deserialize;

#[derive(Deserialize)]
struct Suite {
    testcases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    id: String,
    trusted_certs: Vec<String>,
    untrusted_intermediates: Vec<String>,
    peer_certificate: String,
    validation_time: Option<String>,
    expected_result: String,
    crls: Vec<String>,
}

/// Cases without a time want the present; the core has none, and this one lies in every certificate of theirs.
const PRESENT: &str = "2026-06-01T00:00:00Z";

#[test]
fn every_case_is_judged_as_the_suite_says() {
    let Some(folder) = corpora_path("x509-limbo") else { return };
    let suite: Suite = serde_json::from_slice(&std::fs::read(folder.join("limbo.json")).unwrap()).unwrap();
    assert_eq!(suite.testcases.len(), 120);
    let (mut conformance, cache, mut slowest) = (Conformance::of("x509-limbo"), Cache::new(), Duration::ZERO);
    for case in &suite.testcases {
        let start = Instant::now();
        // A certificate that cannot be read is refused, which is what its case wants or not.
        let actual = judge(case, &cache).unwrap_or_else(|malformed| format!("invalid: {malformed}"));
        slowest = slowest.max(start.elapsed());
        println!("x509-limbo: {} {} {actual} {:?}", case.id, case.expected_result, start.elapsed());
        let expected = if case.expected_result == "SUCCESS" { "valid" } else { "invalid" };
        conformance.case(&case.id, expected, actual.split(':').next().unwrap());
    }
    println!("x509-limbo: the slowest case took {slowest:?}");
    // Four judgements, without optimisation.
    assert!(slowest < Duration::from_secs(20), "{slowest:?}");
    conformance.finish();
}

fn judge(case: &Case, cache: &Cache) -> Result<String, Malformed> {
    let mut material = Material::default();
    for pem in &case.trusted_certs {
        material.anchor(pem_certificate(pem)?);
    }
    for pem in &case.untrusted_intermediates {
        material.certificate(pem_certificate(pem)?);
    }
    for pem in &case.crls {
        material.crl(pem_crl(pem)?);
    }
    let target = pem_certificate(&case.peer_certificate)?;
    let time = Time::from_rfc3339(case.validation_time.as_deref().unwrap_or(PRESENT))?;
    let request = Request { purpose: Purpose::Any, ..Request::default() };
    Ok(verdict(&judged(&target, &request, &material.context(&policy(case), time), cache)))
}

/// The suite asks for revocation where it gives lists, and cannot want it elsewhere.
fn policy(case: &Case) -> Policy {
    let asked = if case.crls.is_empty() { RevocationPolicy::Off } else { RevocationPolicy::Required };
    Policy { revocation_of_signer: asked, revocation_of_issuers: asked, ..undated_policy() }
}
