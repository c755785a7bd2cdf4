//! What the suites on certification paths share: an old suite's policy, a fixed shuffle, and one judgement made in three ways.
#![allow(dead_code, reason = "each suite uses its part")]

use std::path::Path;

use kyso::context::{AlgorithmPolicy, Evidence, Freshness, Policy, TrustAnchors};
use kyso::path::{Cache, PathReport, Request, validate, validate_with_cache};
use kyso::pki::{Certificate, CertificateList, PkiObject, objects};
use kyso::report::json::Origin;
use kyso::{Context, Time};

/// Revocation and freshness required, and every implemented algorithm reliable without end: the suites are older than the dates.
pub fn undated_policy() -> Policy {
    let mut policy = Policy { id: "undated".into(), freshness: Freshness::Required, ..Policy::etsi_basic() };
    let AlgorithmPolicy { digests, signatures } = &mut policy.algorithms;
    digests.iter_mut().for_each(|row| row.until = None);
    for row in signatures {
        row.until = None;
        row.bits = 0;
    }
    policy
}

/// The same order on every machine, and hardly ever the given one.
pub fn shuffled<T>(mut things: Vec<T>, seed: u64) -> Vec<T> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    for last in (1..things.len()).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        things.swap(last, usize::try_from(state % (last as u64 + 1)).unwrap());
    }
    things
}

/// The report, after asking again with an empty cache and with one that other questions have filled: all three must be one.
pub fn judged(target: &Certificate, request: &Request, context: &Context<'_>, shared: &Cache) -> PathReport {
    let report = validate(target, request, context);
    let json = report.to_json();
    for cache in [&Cache::new(), shared, shared] {
        assert_eq!(json, validate_with_cache(target, request, context, cache).to_json(), "a cache changes nothing");
    }
    report
}

/// In a word or two: `valid`, or `invalid` and the check that decided.
pub fn verdict(report: &PathReport) -> String {
    if report.valid { "valid".into() } else { format!("invalid: {}", deciding(report)) }
}

/// The check that decided.
pub fn deciding(report: &PathReport) -> &str {
    report.reasons.first().map_or("", |reason| reason.check.as_str())
}

/// The anchors and evidence of a question.
#[derive(Clone, Default)]
pub struct Material {
    pub anchors: TrustAnchors,
    pub evidence: Evidence,
}

impl Material {
    pub fn anchor(&mut self, certificate: Certificate) {
        self.anchors.add(certificate).expect("a key that can be read");
    }

    pub fn certificate(&mut self, certificate: Certificate) {
        self.evidence.add_certificate(certificate, Origin::Supplied);
    }

    pub fn crl(&mut self, crl: CertificateList) {
        self.evidence.add_crl(crl, Origin::Supplied);
    }

    pub fn context<'a>(&'a self, policy: &'a Policy, time: Time) -> Context<'a> {
        Context { policy, anchors: &self.anchors, evidence: &self.evidence, time, existence: None }
    }
}

pub fn certificate_file(path: &Path) -> Certificate {
    Certificate::from_der(&std::fs::read(path).unwrap()).unwrap_or_else(|malformed| panic!("{}: {malformed}", path.display()))
}

pub fn crl_file(path: &Path) -> CertificateList {
    CertificateList::from_der(&std::fs::read(path).unwrap()).unwrap_or_else(|malformed| panic!("{}: {malformed}", path.display()))
}

/// The one certificate of a PEM text.
pub fn pem_certificate(pem: &str) -> Result<Certificate, kyso::Malformed> {
    match objects(pem.as_bytes())?.remove(0) {
        PkiObject::Certificate(certificate) => Ok(certificate),
        other => panic!("{other:?} where a certificate was expected"),
    }
}

/// The one list of a PEM text.
pub fn pem_crl(pem: &str) -> Result<CertificateList, kyso::Malformed> {
    match objects(pem.as_bytes())?.remove(0) {
        PkiObject::Crl(crl) => Ok(crl),
        other => panic!("{other:?} where a list was expected"),
    }
}
