//! NIST Public Key Interoperability Test Suite (PKITS) 1.0.1: every test, every subpart, against RFC 5280 §6.

mod common;
#[path = "common/paths.rs"]
mod paths;

use std::collections::BTreeMap;
use std::path::Path;

use common::{Conformance, corpora_path, rows};
use kyso::Time;
use kyso::context::Purpose;
use kyso::path::{Cache, PathReport, Request};
use kyso::pki::Certificate;
use paths::{Material, certificate_file, crl_file, deciding, judged, shuffled, undated_policy};

type Row = BTreeMap<String, String>;

#[test]
fn every_row_is_judged_as_the_suite_says() {
    let Some(folder) = corpora_path("pkits") else { return };
    let (mut conformance, cache) = (Conformance::of("pkits"), Cache::new());
    let rows = rows(&folder.join("index.tsv"));
    assert_eq!(rows.len(), 249);
    for (seed, row) in rows.iter().enumerate() {
        let (target, material) = material(&folder, row, seed as u64);
        let report = ask(&target, row, &material, &cache);
        println!("pkits: {} {} {}", row["test"], report.valid, deciding(&report));
        compare(&mut conformance, row, &report);
    }
    conformance.finish();
}

/// No path is easier to find, and none that must fail comes into being, when the certificates and lists of all tests lie in one heap.
#[test]
fn every_row_is_judged_the_same_among_the_evidence_of_all_others() {
    let Some(folder) = corpora_path("pkits") else { return };
    let (mut conformance, cache) = (Conformance::of("pkits-heap"), Cache::new());
    let rows = rows(&folder.join("index.tsv"));
    let mut heap = Material::default();
    for path in common::files_below(&folder) {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("crt") => heap.certificate(certificate_file(&path)),
            Some("crl") => heap.crl(crl_file(&path)),
            _ => {}
        }
    }
    for row in &rows {
        let certificates = certificates(&folder, row);
        let mut material = Material { evidence: heap.evidence.clone(), ..Material::default() };
        material.anchor(certificates.first().unwrap().clone());
        let report = ask(certificates.last().unwrap(), row, &material, &cache);
        compare(&mut conformance, row, &report);
    }
    conformance.finish();
}

fn certificates(folder: &Path, row: &Row) -> Vec<Certificate> {
    row["cert_path_in_order(ta..ee)"].split(',').map(|file| certificate_file(&folder.join("certs").join(file))).collect()
}

/// The first certificate is the anchor, the last one the target; the others and the lists are evidence in no order.
fn material(folder: &Path, row: &Row, seed: u64) -> (Certificate, Material) {
    let certificates = certificates(folder, row);
    let (anchor, target) = (certificates.first().unwrap().clone(), certificates.last().unwrap().clone());
    let mut material = Material::default();
    material.anchor(anchor);
    shuffled(certificates, seed).into_iter().for_each(|certificate| material.certificate(certificate));
    let lists = row["crls"].split(',').filter(|file| !file.is_empty()).map(|file| crl_file(&folder.join("crls").join(file)));
    shuffled(lists.collect(), seed).into_iter().for_each(|list| material.crl(list));
    (target, material)
}

fn ask(target: &Certificate, row: &Row, material: &Material, cache: &Cache) -> PathReport {
    let request = Request {
        purpose: Purpose::Any,
        user_initial_policy_set: policies(&row["initial_policy_set"])
            .iter()
            .filter(|oid| *oid != ANY_POLICY)
            .map(|oid| oid.parse().unwrap())
            .collect(),
        initial_explicit_policy: row["initial_explicit_policy"] == "true",
        initial_policy_mapping_inhibit: row["initial_policy_mapping_inhibit"] == "true",
        initial_any_policy_inhibit: row["initial_inhibit_any_policy"] == "true",
        ..Request::default()
    };
    let time = Time::from_rfc3339("2011-04-15T00:00:00Z").unwrap();
    judged(target, &request, &material.context(&undated_policy(), time), cache)
}

/// The verdict, and of a valid path the user-constrained-policy-set (RFC 5280 §6.1.6).
fn compare(conformance: &mut Conformance, row: &Row, report: &PathReport) {
    let with_policies = |mut policies: Vec<String>| {
        policies.sort();
        format!("valid {policies:?}")
    };
    let expected = match row["expected"].as_str() {
        "valid" => with_policies(policies(&row["user_constrained_policy_set"])),
        other => other.to_owned(),
    };
    let actual = if report.valid { with_policies(report.user_constrained_policies.clone()) } else { "invalid".to_owned() };
    conformance.case(&row["test"], &expected, &actual);
}

const ANY_POLICY: &str = "2.5.29.32.0";

/// `NIST-test-policy-n` is `2.16.840.1.101.3.2.1.48.n` (PKITS §3.2).
fn policies(names: &str) -> Vec<String> {
    let named = names.split(',').filter(|name| !name.is_empty());
    named
        .map(|name| match name.strip_prefix("NIST-test-policy-") {
            Some(number) => format!("2.16.840.1.101.3.2.1.48.{number}"),
            None if name == "anyPolicy" => ANY_POLICY.to_owned(),
            None => panic!("a policy called {name}"),
        })
        .collect()
}
