//! Reports checked again: rechecked and replayed from bundles (`tests/vectors.rs` audits each). One change apart, neither holds.
#![cfg(feature = "bundle")]

#[path = "common/vectors.rs"]
mod vectors;

use kyso::Bundle;
use vectors::Vector;

fn whole_life() -> Vector {
    vectors::all().into_iter().find(|vector| vector.name == "life/whole").unwrap()
}

/// The bundle of a case, whose document is given a name.
fn bundle(vector: &Vector) -> Bundle {
    let octets = vector.read(vector.case.document.as_ref().unwrap());
    vector
        .asked(|_, context| {
            let password = vector.case.password.as_deref();
            let document = kyso::Document::pdf_within(&octets, &context.policy.limits, password).unwrap().with_name("document.pdf");
            Bundle::of(&document, password, context).1
        })
        .unwrap()
}

#[test]
fn every_report_is_made_again_from_its_bundle() {
    let mut count = 0;
    for vector in vectors::all().iter().filter(|vector| vector.case.document.is_some()) {
        let Some((report, bundle)) = vector.asked(|document, context| Bundle::of(document, vector.case.password.as_deref(), context))
        else {
            continue;
        };
        assert_eq!(bundle.report, report.to_json().into_bytes(), "{}", vector.name);
        let zip = bundle.to_zip().unwrap_or_else(|misuse| panic!("{}: {misuse}", vector.name));
        assert!(bundle.to_zip().unwrap() == zip, "{}: another bundle of the same", vector.name);
        let read = Bundle::from_zip(&zip).unwrap_or_else(|malformed| panic!("{}: {malformed}", vector.name));
        assert_eq!(read.replay().unwrap(), [], "{}", vector.name);
        let rechecked = read.recheck().unwrap();
        assert!(rechecked.holds(), "{}: {rechecked:?}", vector.name);
        count += 1;
    }
    assert!(count > 300, "only {count} reports");
}

#[test]
fn any_changed_octet_of_a_bundle_is_seen() {
    let bundle = bundle(&whole_life());
    let zip = bundle.to_zip().unwrap();
    let holds = |octets: &[u8]| Bundle::from_zip(octets).is_ok_and(|read| read.replay().is_ok_and(|faults| faults.is_empty()));
    assert!(holds(&zip));
    // Every octet of what is not content, and a sample of the rest.
    let step = zip.len() / 400;
    for at in (0..2_000).chain((0..zip.len()).step_by(step.max(1))).chain(zip.len() - 2_000..zip.len()) {
        let mut changed = zip.clone();
        changed[at] ^= 1;
        assert!(!holds(&changed), "octet {at}");
    }
    assert!(!holds(&zip[..zip.len() - 1]) && !holds(&[zip.as_slice(), b"\n"].concat()));
}

#[test]
fn files_that_a_signature_covers_from_elsewhere_are_in_the_bundle() {
    let good = bundle(&whole_life());
    let document = kyso::Document::detect(&good.document).unwrap().with_name("document.pdf");
    let document = document.with_detached("a.txt", b"a").with_detached_digest("b.txt", kyso::crypto::DigestAlgorithm::Sha512, vec![7; 64]);
    let context =
        kyso::Context { policy: &good.policy, anchors: &good.anchors, evidence: &good.evidence, time: good.time, existence: None };
    let (report, bundle) = Bundle::of(&document, None, &context);
    let names: Vec<_> = report.inputs.detached.iter().map(|one| (one.name.as_str(), one.size)).collect();
    assert_eq!(names, [("a.txt", Some(1)), ("b.txt", None)]);
    let read = Bundle::from_zip(&bundle.to_zip().unwrap()).unwrap();
    assert_eq!(read.replay().unwrap(), []);
    let mut other = bundle.clone();
    other.detached[0].1 = Some(b"b".to_vec());
    assert_ne!(Bundle::from_zip(&other.to_zip().unwrap()).unwrap().replay().unwrap(), []);
}

#[test]
fn a_report_that_is_not_the_bundle_s_is_seen() {
    let good = bundle(&whole_life());
    for (from, to) in [("\"TOTAL-PASSED\"", "\"TOTAL-FAILED\""), ("urn:kyso", "urn:other"), ("kyso\"", "kysa\""), ("sha256:", "sha256: ")] {
        let report = String::from_utf8(good.report.clone()).unwrap().replacen(from, to, 1);
        let other = Bundle { report: report.into_bytes(), ..good.clone() };
        let read = Bundle::from_zip(&other.to_zip().unwrap()).unwrap();
        assert_ne!(read.replay().unwrap(), [], "{from} to {to}");
    }
}

#[test]
fn without_its_evidence_a_report_is_neither_confirmed_nor_denied() {
    let good = bundle(&whole_life());
    let poor = Bundle { evidence: kyso::Evidence::none(), anchors: kyso::TrustAnchors::none(), ..good.clone() };
    let found = poor.recheck().unwrap();
    assert!(!found.holds() && found.faults.is_empty() && !found.missing.is_empty(), "{found:?}");
    let other = Bundle { time: good.time.plus_seconds(1), ..poor };
    assert_ne!(other.recheck().unwrap().faults, []);
}
