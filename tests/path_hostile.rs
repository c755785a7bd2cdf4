//! Certificates, lists and responses made to cost without end: each question ends soon, and with no verdict that was not earned.

mod common;
#[path = "common/paths.rs"]
mod paths;

use std::time::{Duration, Instant};

use const_oid::ObjectIdentifier;
use kyso::context::{Policy, Purpose, RevocationPolicy};
use kyso::crypto::Curve;
use kyso::crypto::SoftwareKey;
use kyso::encoding::der::write::{context, context_constructed, object_id, sequence, value};
use kyso::path::{PathReport, Request, validate};
use kyso::pki::{BasicOcspResponse, Certificate, CertificateList};
use kyso::report::json::Origin;
use kyso::report::{Indication, Outcome};
use kyso::testkit::extension::{CERTIFICATE_POLICIES, SUBJECT_ALTERNATIVE_NAME, certificate_policies};
use kyso::testkit::name::COMMON_NAME;
use kyso::testkit::{
    DemoPki, Entity, Extension, Key, KeyParameters, Name, OcspResponse, Random, RevocationList, Revoked, SingleResponse, Template,
    blank_page,
};
use kyso::{Context, Document, Profile, SoftwareSigner, Time, sign, verify};
use paths::{Material, deciding, undated_policy};

const DAY: i64 = 86_400;
const NO_ANCHOR: &str = "path.trust_anchor_reached";

fn time() -> Time {
    Time::from_unix(1_795_316_400)
}

fn key(number: usize) -> Key {
    Key::generate(KeyParameters::Ec(Curve::P256), &mut Random::seeded(&number.to_be_bytes())).unwrap()
}

fn name(common_name: &str) -> Name {
    Name::of([(COMMON_NAME, common_name)])
}

fn authority(common_name: &str) -> Template {
    Template::authority(name(common_name), time().plus_seconds(-400 * DAY), time().plus_seconds(400 * DAY), None)
}

fn numbered(template: Template, serial: usize) -> Template {
    Template { serial: Some(serial.to_be_bytes().to_vec()), ..template }
}

fn target(issuer: &Entity, extension: Option<Extension>) -> Certificate {
    let template = Template::signatory(name("Signatory"), time().plus_seconds(-DAY), time().plus_seconds(DAY));
    let template = extension.into_iter().fold(template, Template::with);
    read(&issuer.issue(&template, key(999)).unwrap())
}

fn read(entity: &Entity) -> Certificate {
    Certificate::from_der(&entity.certificate).unwrap()
}

fn root() -> Entity {
    Entity::self_signed(&authority("Root"), key(0)).unwrap()
}

/// The anchor is trusted, the others are evidence.
fn material<'a>(anchor: &Entity, others: impl IntoIterator<Item = &'a Entity>) -> Material {
    let mut material = Material::default();
    material.anchor(read(anchor));
    others.into_iter().for_each(|other| material.certificate(read(other)));
    material
}

fn without_status() -> Policy {
    Policy { revocation_of_signer: RevocationPolicy::Off, revocation_of_issuers: RevocationPolicy::Off, ..undated_policy() }
}

/// Asks, and does not wait for long: generous for a busy machine and a build without optimisation; what is not bounded takes minutes.
fn asked(what: &str, material: &Material, policy: &Policy, target: &Certificate, request: &Request) -> PathReport {
    let start = Instant::now();
    let report = validate(target, request, &material.context(policy, time()));
    let (taken, octets) = (start.elapsed(), report.to_json().len());
    println!("{what}: {} {} in {taken:?}, {octets} octets of report", report.valid, deciding(&report));
    assert!(taken < Duration::from_secs(20), "{what}: {taken:?}");
    assert!(octets < 12 << 20, "{what}: {octets} octets of report");
    report
}

fn any() -> Request {
    Request { purpose: Purpose::Any, ..Request::default() }
}

/// INDETERMINATE, and for this reason.
fn refused(report: &PathReport, check: &str) {
    assert!(!report.valid);
    assert_eq!(report.checks.conclusion.indication, Indication::Indeterminate);
    assert_eq!(deciding(report), check);
}

/// Whether the check did not hold somewhere.
fn met(report: &PathReport, check: &str) -> bool {
    report.checks.checks().iter().any(|step| step.check == check && step.outcome != Outcome::Passed)
}

/// Of a document with many signatures, none takes from another what its own path needs.
#[test]
fn the_last_of_many_signatures_is_judged_as_the_first() {
    let pki = DemoPki::new([7; 32], time()).unwrap();
    let (mut file, profile) = (blank_page(), Profile::pades_b_b(time()));
    for _ in 0..12 {
        file = sign(&Document::pdf(&file).unwrap(), &profile, &pki.leader_signer().unwrap()).unwrap();
    }
    let (mut policy, anchors, evidence) = (Policy::etsi_basic(), pki.trust_anchors().unwrap(), pki.evidence().unwrap());
    for (paths, passing) in [(10, 12), (1, 0)] {
        policy.limits.paths = paths;
        let context = Context { policy: &policy, anchors: &anchors, evidence: &evidence, time: time(), existence: None };
        let report = verify(&Document::pdf(&file).unwrap(), &context);
        let passed = report.signatures.iter().filter(|entry| entry.indication == Indication::TotalPassed).count();
        assert_eq!(passed, passing, "of 12, with {paths} steps of the search for paths in all");
    }
}

/// Fourteen authorities of which each has certified each: more paths than there are seconds.
#[test]
fn authorities_that_all_certified_each_other() {
    let stranger = root();
    let all: Vec<Entity> = (1..=14).map(|number| Entity::self_signed(&authority(&format!("CA {number}")), key(number)).unwrap()).collect();
    let pairs = all.iter().flat_map(|issuer| all.iter().map(move |subject| (issuer, subject)));
    let crossed: Vec<Entity> = pairs
        .filter(|(issuer, subject)| issuer.name != subject.name)
        .map(|(issuer, subject)| issuer.issue(&Template { subject: subject.name.clone(), ..authority("") }, subject.key.clone()).unwrap())
        .collect();
    let policy = without_status();
    let report = asked("all certified each other", &material(&stranger, &crossed), &policy, &target(&all[0], None), &any());
    refused(&report, "limit.paths");
    // One of them certified by the anchor: the search has an end.
    let mut with_anchor = material(&stranger, &crossed);
    let way = stranger.issue(&Template { subject: all[13].name.clone(), ..authority("") }, all[13].key.clone()).unwrap();
    with_anchor.certificate(read(&way));
    let report = asked("all certified each other, one by the anchor", &with_anchor, &policy, &target(&all[13], None), &any());
    assert!(report.valid, "{}", deciding(&report));
}

/// A thousand certificates of the issuer's name with keys of others, and the right one among them.
#[test]
fn a_thousand_namesakes() {
    let root = root();
    let right = root.issue(&authority("CA"), key(1)).unwrap();
    let keys: Vec<Key> = (2..12).map(key).collect();
    let namesakes: Vec<Entity> =
        (0..1_000).map(|serial| root.issue(&numbered(authority("CA"), serial), keys[serial % 10].clone()).unwrap()).collect();
    let policy = without_status();
    let report = asked("namesakes alone", &material(&root, &namesakes), &policy, &target(&right, None), &any());
    assert!(!report.valid);
    let mut with_right = material(&root, &namesakes);
    with_right.certificate(read(&right));
    let report = asked("namesakes and the right one", &with_right, &policy, &target(&right, None), &any());
    assert!(report.valid, "the key identifier leads to it first: {}", deciding(&report));
}

#[test]
fn a_chain_of_a_thousand() {
    let root = root();
    let mut chain = vec![root.issue(&authority("CA 0"), key(1)).unwrap()];
    for number in 1..1_000 {
        let next = chain[number - 1].issue(&authority(&format!("CA {number}")), key(1)).unwrap();
        chain.push(next);
    }
    let policy = without_status();
    refused(&asked("a thousand in a row", &material(&root, &chain), &policy, &target(&chain[999], None), &any()), NO_ANCHOR);
    let report = asked("ten in a row", &material(&root, &chain), &policy, &target(&chain[9], None), &any());
    assert!(report.valid, "{}", deciding(&report));
}

fn name_constraints(number: u8, count: usize) -> Extension {
    let subtree = |at: usize| sequence(&[context(2, format!("h{at}.example.vn").as_bytes())]);
    let subtrees: Vec<Vec<u8>> = (0..count).map(subtree).collect();
    Extension::new(ObjectIdentifier::new_unwrap("2.5.29.30"), true, sequence(&[context_constructed(number, &subtrees)]))
}

fn names(count: usize) -> Extension {
    let names: Vec<Vec<u8>> = (0..count).map(|at| context(2, format!("w{at}.example.org").as_bytes())).collect();
    Extension::new(SUBJECT_ALTERNATIVE_NAME, false, sequence(&names))
}

#[test]
fn ten_thousand_names_against_ten_thousand_subtrees() {
    let (root, policy) = (root(), without_status());
    for (word, number) in [("permitted", 0), ("excluded", 1)] {
        let constrained = root.issue(&authority("CA").with(name_constraints(number, 10_000)), key(1)).unwrap();
        let hostile = target(&constrained, Some(names(10_000)));
        let report = asked(&format!("names against subtrees {word}"), &material(&root, [&constrained]), &policy, &hostile, &any());
        refused(&report, "limit.constraints");
    }
    let constrained = root.issue(&authority("CA").with(name_constraints(1, 100)), key(1)).unwrap();
    let report = asked("a hundred names", &material(&root, [&constrained]), &policy, &target(&constrained, Some(names(100))), &any());
    assert!(report.valid, "{}", deciding(&report));
}

/// The same key in many certificates, so that every path must be looked at to its end.
#[test]
fn three_hundred_certificates_with_ten_thousand_subtrees_each() {
    let (root, stranger) = (root(), Entity::self_signed(&authority("Root"), key(5)).unwrap());
    let constraints = name_constraints(1, 10_000);
    let constrained: Vec<Entity> =
        (0..300).map(|serial| root.issue(&numbered(authority("CA").with(constraints.clone()), serial), key(1)).unwrap()).collect();
    let hostile = target(&constrained[0], Some(names(1_000)));
    let report = asked("many with subtrees, names", &material(&root, &constrained), &without_status(), &hostile, &any());
    refused(&report, "limit.paths");
    assert!(met(&report, "limit.constraints"));
    let report = asked("many with subtrees, another anchor", &material(&stranger, &constrained), &without_status(), &hostile, &any());
    assert!(!report.valid);
    // Without a usage for certificates each path fails, and is told in full.
    let unusable: Vec<Entity> = (0..300)
        .map(|serial| {
            let template = numbered(authority("CA").with(constraints.clone()), serial);
            root.issue(&template.with(kyso::testkit::extension::key_usage(&[])), key(1)).unwrap()
        })
        .collect();
    let report = asked("many with subtrees, unusable", &material(&root, &unusable), &without_status(), &target(&unusable[0], None), &any());
    assert!(!report.valid);
}

fn policy(number: usize) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap("1.3.6.1.4.1.99999.3").push_arc(u32::try_from(number).unwrap()).unwrap()
}

/// Each policy mapped to each: the tree of RFC 5280 would have had a node for every way through them.
#[test]
fn policies_mapped_to_all_others_at_every_depth() {
    let root = root();
    let policies: Vec<ObjectIdentifier> = (1..=40).map(policy).collect();
    let pair = |from: &ObjectIdentifier, to: &ObjectIdentifier| sequence(&[object_id(*from), object_id(*to)]);
    let pairs: Vec<Vec<u8>> = policies.iter().flat_map(|from| policies.iter().map(move |to| pair(from, to))).collect();
    let mapping = Extension::new(ObjectIdentifier::new_unwrap("2.5.29.33"), true, sequence(&pairs));
    let mut chain: Vec<Entity> = Vec::new();
    for depth in 0..15 {
        let template = authority(&format!("CA {depth}")).with(certificate_policies(&policies)).with(mapping.clone());
        chain.push(chain.last().unwrap_or(&root).issue(&template, key(1)).unwrap());
    }
    let hostile = target(&chain[14], Some(certificate_policies(&policies)));
    let request = Request { initial_explicit_policy: true, ..any() };
    let report = asked("all mapped to all", &material(&root, &chain), &without_status(), &hostile, &request);
    assert!(report.valid || deciding(&report) == "limit.constraints", "{}", deciding(&report));
}

#[test]
fn thousands_of_policies() {
    let root = root();
    let policies: Vec<ObjectIdentifier> = (1..=5_000).map(policy).collect();
    let once = certificate_policies(&policies);
    let mut chain: Vec<Entity> = Vec::new();
    for depth in 0..15 {
        chain.push(chain.last().unwrap_or(&root).issue(&authority(&format!("CA {depth}")).with(once.clone()), key(1)).unwrap());
    }
    let request = Request { initial_explicit_policy: true, ..any() };
    let hostile = target(&chain[14], Some(once.clone()));
    let report = asked("5,000 policies, 16 certificates", &material(&root, &chain), &without_status(), &hostile, &request);
    assert!(report.valid || deciding(&report) == "limit.constraints", "{}", deciding(&report));
    let twice: Vec<ObjectIdentifier> = policies.iter().chain(&policies[4_999..]).copied().collect();
    let twice = target(&chain[0], Some(certificate_policies(&twice)));
    let report = asked("the last of 5,000 policies twice", &material(&root, &chain), &without_status(), &twice, &request);
    refused(&report, "basic_processing.policies_readable");
    let empty = Extension::new(CERTIFICATE_POLICIES, false, sequence(&vec![Vec::new(); 5_000]));
    let report = asked("a list of no policies", &material(&root, &chain), &without_status(), &target(&chain[0], Some(empty)), &request);
    refused(&report, "basic_processing.policies_readable");
}

fn list(number: usize) -> RevocationList {
    RevocationList { number: Some(number as u64), ..RevocationList::new(time().plus_seconds(-3600), time().plus_seconds(DAY)) }
}

fn with_list(mut material: Material, list: &[u8]) -> Material {
    material.crl(CertificateList::from_der(list).unwrap());
    material
}

/// The lists of a stranger under the issuer's name, and a hundred certificates with that name that might have signed them.
#[test]
fn a_thousand_lists_that_nobody_signed() {
    let root = root();
    let right = root.issue(&authority("CA"), key(1)).unwrap();
    let stranger = Entity::self_signed(&authority("CA"), key(2)).unwrap();
    let namesakes: Vec<Entity> =
        (0..100).map(|serial| root.issue(&numbered(authority("CA"), serial), key(100 + serial)).unwrap()).collect();
    let mut all = with_list(material(&root, namesakes.iter().chain([&right])), &root.revocation_list(&list(1)).unwrap());
    for number in 0..1_000 {
        all = with_list(all, &stranger.revocation_list(&list(number)).unwrap());
    }
    let policy = undated_policy();
    let report = asked("lists of nobody", &all, &policy, &target(&right, None), &any());
    assert!(!report.valid);
    assert!(met(&report, "limit.signature_checks") || met(&report, "crl_issuer.signature_valid"));
    // The right one is issued last and so is looked at first.
    let newest = RevocationList { this_update: time().plus_seconds(-60), ..list(2) };
    let all = with_list(all, &right.revocation_list(&newest).unwrap());
    let report = asked("lists of nobody and the right one", &all, &policy, &target(&right, None), &any());
    assert!(report.valid, "{}", deciding(&report));
}

/// Many certificates of one name and key, and a long list that each path asks again.
#[test]
fn a_long_list_behind_hundreds_of_paths() {
    let root = root();
    let ended = Template { not_after: time().plus_seconds(-1), ..authority("CA") };
    let issuers: Vec<Entity> = (0..300).map(|serial| root.issue(&numbered(ended.clone(), serial), key(1)).unwrap()).collect();
    let long = (0..50_000_u32).fold(list(1), |list, serial| list.with(&[&[0x55][..], &serial.to_be_bytes()].concat(), time(), Some(4)));
    let all = with_list(material(&root, &issuers), &root.revocation_list(&list(1)).unwrap());
    let all = with_list(all, &issuers[0].revocation_list(&long).unwrap());
    let policy = Policy { revocation_of_issuers: RevocationPolicy::Off, ..undated_policy() };
    let report = asked("a long list, many paths", &all, &policy, &target(&issuers[0], None), &any());
    refused(&report, "limit.paths");
    assert!(met(&report, "basic_processing.within_validity"));
}

/// A report whose derivation was told to its limit holds; a short one that says so of itself, and leaves out what passed, does not.
#[test]
fn a_derivation_cut_at_its_limit_is_audited_and_no_other_is_cut() {
    let root = root();
    let signers: Vec<Entity> = (0..30).map(|number| root.issue(&numbered(authority("Root"), number), key(10 + number)).unwrap()).collect();
    let mut all = material(&root, &signers);
    for (number, signer) in signers.iter().enumerate() {
        for copy in 0..3 {
            all = with_list(all, &signer.revocation_list(&list(number * 3 + copy)).unwrap());
        }
    }
    let hostile = target(&root, None);
    let newest = RevocationList { this_update: time().plus_seconds(-60), ..list(100) };
    let revoked = newest.clone().with(hostile.serial(), time().plus_seconds(-3_000), Some(4));
    let policy = undated_policy();
    let signer = SoftwareSigner::new(SoftwareKey::from_pkcs8_der(&key(999).pkcs8()).unwrap(), vec![hostile.clone()]).unwrap();
    let file = sign(&Document::pdf(&blank_page()).unwrap(), &Profile::pades_b_b(time()), &signer).unwrap();
    let mut cut = 0;
    for list in [newest, revoked] {
        let all = with_list(all.clone(), &signers[7].revocation_list(&list).unwrap());
        let report = verify(&Document::pdf(&file).unwrap(), &all.context(&policy, time()));
        let told = |step: &&kyso::report::recorder::CheckStep| step.check == "limit.derivation" && step.outcome == Outcome::Tolerated;
        cut += report.signatures[0].checks.checks().into_iter().filter(told).count();
        println!("{} checks, {cut} cuts, {}", report.signatures[0].checks.checks().len(), report.conclusion.indication.as_str());
        assert_eq!(kyso::audit(report.to_json().as_bytes()).unwrap(), []);
        let json = report.to_json_line();
        let other = json.replacen(
            "\"check\":\"limit.derivation\",\"clause\":\"EN 319 102-1 §5.1.3\",\"outcome\":\"tolerated\"",
            "\"check\":\"limit.derivation\",\"clause\":\"EN 319 102-1 §5.1.3\",\"outcome\":\"skipped\"",
            1,
        );
        assert!(json == other || !kyso::audit(other.as_bytes()).unwrap().is_empty());
    }
    assert!(cut > 0, "no report was cut");
    let pki = DemoPki::new([7; 32], time()).unwrap();
    let (anchors, evidence, policy) = (pki.trust_anchors().unwrap(), pki.evidence().unwrap(), Policy::etsi_basic());
    let file = sign(&Document::pdf(&blank_page()).unwrap(), &Profile::pades_b_b(time()), &pki.leader_signer().unwrap()).unwrap();
    let context = Context { policy: &policy, anchors: &anchors, evidence: &evidence, time: time(), existence: None };
    let report = verify(&Document::pdf(&file).unwrap(), &context);
    assert_eq!(kyso::audit(report.to_json().as_bytes()).unwrap(), []);
    let mut value: serde_json::Value = serde_json::from_str(&report.to_json()).unwrap();
    assert!(cut_short(&mut value["signatures"][0]["checks"]));
    let report: kyso::Report = serde_json::from_value(value).unwrap();
    let faults = kyso::audit(report.to_json().as_bytes()).unwrap();
    assert!(faults.iter().any(|fault| fault.what.contains("short itself")), "{faults:?}");
}

/// Leaves of the first certification path no step but the one that says that it is cut.
fn cut_short(block: &mut serde_json::Value) -> bool {
    if block["name"] == "Certification path" {
        block["steps"] = serde_json::json!([{
            "check": "limit.derivation", "clause": "EN 319 102-1 §5.1.3", "outcome": "tolerated",
            "otherwise": { "indication": "INDETERMINATE", "sub_indication": "CERTIFICATE_CHAIN_GENERAL_FAILURE" },
            "inputs": { "limit": "limit steps of derivation of 1500 reached" },
        }]);
        return true;
    }
    block["steps"].as_array_mut().unwrap().iter_mut().filter_map(|step| step.get_mut("block")).any(cut_short)
}

/// Thirty keys that the anchor certified for lists, and the lists of each speak of all of them: each may speak of itself where nobody else
/// does, so that the search for whom to believe has an end.
#[test]
fn signers_of_lists_that_vouch_for_each_other() {
    let root = root();
    let signers: Vec<Entity> = (0..30).map(|number| root.issue(&numbered(authority("Root"), number), key(10 + number)).unwrap()).collect();
    let mut all = material(&root, &signers);
    for (number, signer) in signers.iter().enumerate() {
        for copy in 0..3 {
            all = with_list(all, &signer.revocation_list(&list(number * 3 + copy)).unwrap());
        }
    }
    let hostile = target(&root, None);
    let report = asked("signers in a circle", &all, &undated_policy(), &hostile, &any());
    assert!(report.valid, "{}", deciding(&report));
    let newest = RevocationList { this_update: time().plus_seconds(-60), ..list(100) };
    let newest = newest.with(hostile.serial(), time().plus_seconds(-3_000), Some(4));
    let all = with_list(all, &signers[7].revocation_list(&newest).unwrap());
    let report = asked("signers in a circle, the newest list", &all, &undated_policy(), &hostile, &any());
    assert!(!report.valid, "{}", deciding(&report));
    assert!(met(&report, "limit.derivation"), "the report says that it does not tell all");
    let strangers = Entity::self_signed(&authority("Root"), key(5)).unwrap();
    let report = asked(
        "signers in a circle under another anchor",
        &{
            let mut all = all;
            all.anchors = material(&strangers, []).anchors;
            all
        },
        &undated_policy(),
        &hostile,
        &any(),
    );
    assert!(!report.valid);
}

/// Responders of one name and key, whose status is told by responses of the others.
#[test]
fn responders_that_vouch_for_each_other() {
    let root = root();
    let responder = |number: usize| {
        let template = Template::ocsp_responder(name("Responder"), time().plus_seconds(-DAY), time().plus_seconds(DAY));
        let template = template.without(kyso::testkit::extension::OCSP_NO_CHECK);
        root.issue(&numbered(template, number), key(10 + number)).unwrap()
    };
    let responders: Vec<Entity> = (0..20).map(responder).collect();
    let hostile = root.issue(&Template::signatory(name("Signatory"), time().plus_seconds(-DAY), time().plus_seconds(DAY)), key(3)).unwrap();
    let mut all = material(&root, &responders);
    for signer in &responders {
        for about in responders.iter().chain([&hostile]) {
            let single = SingleResponse::good(&root, &about.serial, time().plus_seconds(-60), time().plus_seconds(DAY));
            let response = signer.basic_ocsp_response(&OcspResponse::new(single).with_certificate(signer)).unwrap();
            all.evidence.add_ocsp_response(BasicOcspResponse::from_der(&response).unwrap(), Origin::Supplied);
        }
    }
    let report = asked("responders in a circle", &all, &undated_policy(), &read(&hostile), &any());
    assert!(!report.valid, "{}", deciding(&report));
}

/// Octets that look like a critical extension of an entry, millions of them, in entries that have none.
#[test]
fn octets_that_look_like_critical_extensions() {
    let root = root();
    let looks = Extension::new(ObjectIdentifier::new_unwrap("1.3.6.1.4.1.99999.7"), false, [1, 1, 0xff, 4].repeat(1_000_000));
    let entry = Revoked { serial: vec![0x11], time: time(), reason: None, extensions: vec![looks] };
    let long = (0..20_000_u32).fold(list(1).with_entry(entry), |list, serial| {
        list.with(&[&[1, 1, 0xff, 4, 1, 1, 0xff, 4][..], &serial.to_be_bytes()].concat(), time(), Some(1))
    });
    let all = with_list(material(&root, []), &root.revocation_list(&long).unwrap());
    let report = asked("octets that look critical", &all, &undated_policy(), &target(&root, None), &any());
    assert!(report.valid, "{}", deciding(&report));
}

/// Octets that are no certificate at all: lengths of 2^31 and more, nesting without end, lengths without end.
#[test]
fn lengths_and_nesting_without_end() {
    let mut nested = [0x30, 0x80].repeat(500_000);
    nested.extend([0; 64]);
    let deep = (0..2_000).fold(vec![0x05, 0x00], |inner, _| value(0x30, &inner));
    let claims: &[&[u8]] =
        &[&[0x84, 0x80, 0, 0, 0], &[0x84, 0xff, 0xff, 0xff, 0xff], &[0x88, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], &[0x80]];
    let lengths = claims.iter().map(|length| [&[0x30], *length, &[0x30, 0x03, 0x02, 0x01, 0x02]].concat());
    for octets in lengths.chain([nested, deep]) {
        let start = Instant::now();
        assert!(Certificate::from_der(&octets).is_err());
        assert!(CertificateList::from_der(&octets).is_err());
        assert!(BasicOcspResponse::from_der(&octets).is_err());
        assert!(start.elapsed() < Duration::from_secs(30));
    }
}

/// The same in an extension that only the judge reads.
#[test]
fn lengths_and_nesting_without_end_in_extensions() {
    let root = root();
    let deep = (0..5_000).fold(vec![0x05, 0x00], |inner, _| value(0x30, &inner));
    for id in ["2.5.29.30", "2.5.29.32", "2.5.29.33", "2.5.29.36", "2.5.29.15", "2.5.29.19"] {
        for octets in [vec![0x30, 0x84, 0x80, 0, 0, 0], deep.clone()] {
            let extension = Extension::new(ObjectIdentifier::new_unwrap(id), true, octets);
            let hostile = root.issue(&authority("CA").with(extension), key(1)).unwrap();
            let report = asked(id, &material(&root, [&hostile]), &without_status(), &target(&hostile, None), &any());
            assert!(!report.valid, "{id}");
            assert!(deciding(&report).ends_with("_readable"), "{id}: {}", deciding(&report));
        }
    }
}
