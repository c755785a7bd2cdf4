//! What is signed elsewhere stays where it is: heap beside a content of 32 MB, in verifying and in signing.
#![cfg(feature = "cms")]

#[path = "../benches/bench/heap.rs"]
mod heap;

use kyso::creation::Packaging;
use kyso::report::Indication;
use kyso::testkit::DemoPki;
use kyso::{Context, Document, Policy, Profile, Time, sign};

#[global_allocator]
static ALLOCATOR: heap::Counting = heap::Counting;

const CONTENT: usize = 32 << 20;
/// Certificates, lists and the report.
const BESIDE: usize = 4 << 20;

/// One test, since what others of this process hold would count.
#[test]
fn a_content_elsewhere_is_not_copied() {
    let time = Time::from_unix(1_795_316_400);
    let pki = DemoPki::new([7; 32], time).unwrap();
    let (policy, anchors, evidence) = (Policy::etsi_basic(), pki.trust_anchors().unwrap(), pki.evidence().unwrap());
    let context = Context { policy: &policy, anchors: &anchors, evidence: &evidence, time, existence: None };
    let signer = pki.leader_signer().unwrap();
    let mut content = vec![b'x'; CONTENT];
    content[CONTENT / 2] = b'y';
    for (name, profile) in [
        ("CAdES", Profile::cades_b_b(time)),
        #[cfg(feature = "xml")]
        ("XAdES", Profile::xades_b_b(time)),
        #[cfg(feature = "json")]
        ("JAdES", Profile::jades_b_b(time).mechanism(kyso::creation::Mechanism::ObjectIdByUriHash)),
    ] {
        let before = heap::reset();
        let document = Document::data(&content).with_name("large.bin");
        let signed = sign(&document, &profile.packaging(Packaging::Detached), &signer).unwrap();
        let beside = heap::peak() - before;
        assert!(beside < BESIDE, "{name}: signing took {beside} octets of heap");

        for (octets, expected) in [(&content[..], Indication::TotalPassed), (&content[1..], Indication::TotalFailed)] {
            let before = heap::reset();
            let document = Document::detect(&signed).unwrap().with_detached("large.bin", octets);
            let report = kyso::verify(&document, &context);
            let beside = heap::peak() - before;
            assert_eq!(report.conclusion.indication, expected, "{name}");
            assert!(beside < BESIDE, "{name}: verifying took {beside} octets of heap");
        }
    }
}
