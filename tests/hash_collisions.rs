//! Two files with one SHA-1 (`hash-collisions`): a signature over either is mathematically one over the other, and so is worth nothing.

#[path = "common/audited.rs"]
mod audited;
#[allow(dead_code, reason = "the generator of the vectors uses all of it")]
#[path = "../test-vectors/generator/cms.rs"]
mod cms;
mod common;

use std::ops::Range;

use cms::Signer;
use common::corpora_path;
use kyso::crypto::{DigestAlgorithm, SignatureAlgorithm};
use kyso::report::json::Integrity;
use kyso::report::{Indication, SubIndication};
use kyso::testkit::DemoPki;
use kyso::{Context, Document, Policy, Profile, Report, Time, sign};

/// What the module of the generator returns.
type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

const RSA_SHA1: SignatureAlgorithm = SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha1);
const RSA_SHA256: SignatureAlgorithm = SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha256);

/// The leader, and a file with the octets of the other one in front.
struct Setting {
    pki: DemoPki,
    time: Time,
    files: [Vec<u8>; 2],
}

impl Setting {
    fn new() -> Option<Self> {
        let folder = corpora_path("hash-collisions")?;
        let files = ["shattered1.pdf", "shattered2.pdf"].map(|name| std::fs::read(folder.join(name)).unwrap());
        let sha1 = |octets: &[u8]| DigestAlgorithm::Sha1.digest(octets);
        assert!(files[0] != files[1] && sha1(&files[0]) == sha1(&files[1]), "no collision");
        let time = Time::from_rfc3339("2026-11-22T09:00:00+07:00").unwrap();
        Some(Self { pki: DemoPki::new([7; 32], time).unwrap(), time, files })
    }

    /// The first file with a signature that this program makes.
    fn signed(&self, profile: &Profile) -> Vec<u8> {
        sign(&Document::pdf(&self.files[0]).unwrap(), profile, &self.pki.leader_signer().unwrap()).unwrap()
    }

    /// The same with another signature value, which this program does not make.
    fn signed_by_hand(&self, sub_filter: &str, value: impl Fn(&Signer<'_>, &[u8]) -> Vec<u8>) -> Vec<u8> {
        let mut file = self.signed(&Profile::pkcs7_detached(self.time));
        let name = b"/adbe.pkcs7.detached";
        let at = position(&file, name);
        file[at..at + name.len()].copy_from_slice(format!("{sub_filter:<width$}", width = name.len()).as_bytes());
        let hole = hole(&file);
        let content = [&file[..hole.start], &file[hole.end..]].concat();
        let value = value(&Signer::new(&self.pki.leader, &[&self.pki.issuing]), &content);
        let digits: String = value.iter().map(|octet| format!("{octet:02x}")).collect();
        let token = format!("<{digits:0<width$}>", width = hole.len() - 2);
        file[hole].copy_from_slice(token.as_bytes());
        file
    }

    /// `signed` with the octets of the second file in the place of the first one's.
    fn exchanged(&self, signed: &[u8]) -> Vec<u8> {
        [&self.files[1][..], &signed[self.files[0].len()..]].concat()
    }

    fn report(&self, octets: &[u8]) -> Report {
        let (policy, anchors, evidence) = (Policy::etsi_basic(), self.pki.trust_anchors().unwrap(), self.pki.evidence().unwrap());
        let context = Context { policy: &policy, anchors: &anchors, evidence: &evidence, time: self.time, existence: None };
        audited::verify(&Document::pdf(octets).unwrap(), &context)
    }

    /// Both files verify as intact, neither passes, and `check` says why; also if the claimed time were proven.
    fn neither_passes(&self, signed: &[u8], check: &str) {
        for octets in [signed.to_vec(), self.exchanged(signed)] {
            let report = self.report(&octets);
            let [entry] = &report.signatures[..] else { panic!("{} entries", report.signatures.len()) };
            assert_eq!(entry.integrity, Integrity::Intact, "{:?}", entry.reasons);
            assert_eq!(report.conclusion.indication, Indication::Indeterminate);
            assert_eq!(report.conclusion.sub_indication, Some(SubIndication::CryptoConstraintsFailureNoPoe));
            assert_eq!(report.conclusion.reasons[0].check, check);
            assert!(entry.if_claimed_time.is_none_or(|conclusion| !conclusion.is_passed()));
        }
    }
}

fn position(octets: &[u8], what: &[u8]) -> usize {
    octets.windows(what.len()).rposition(|window| window == what).unwrap()
}

/// `<..>` of the last `/Contents`.
fn hole(octets: &[u8]) -> Range<usize> {
    let start = position(octets, b"/Contents <") + b"/Contents ".len();
    start..start + octets[start..].iter().position(|octet| *octet == b'>').unwrap() + 1
}

#[test]
fn a_signature_with_sha1_over_one_of_two_files_passes_for_neither() {
    let Some(setting) = Setting::new() else { return };
    let signed = setting.signed_by_hand("/adbe.pkcs7.detached", |signer, content| {
        signer.clone().with(DigestAlgorithm::Sha1, RSA_SHA1).detached(content, Vec::new()).unwrap()
    });
    setting.neither_passes(&signed, "signature_acceptance.algorithm_reliable");
}

#[test]
fn a_value_with_sha256_over_a_sha1_of_the_file_passes_for_neither() {
    let Some(setting) = Setting::new() else { return };
    let signed = setting.signed_by_hand("/adbe.pkcs7.detached", |signer, content| {
        signer.clone().with(DigestAlgorithm::Sha1, RSA_SHA256).detached(content, Vec::new()).unwrap()
    });
    setting.neither_passes(&signed, "signature_acceptance.digest_reliable");
}

/// Value and attributes speak of SHA-256; the content that they sign is the SHA-1 of the file.
#[test]
fn a_signed_sha1_in_the_place_of_the_file_passes_for_neither() {
    let Some(setting) = Setting::new() else { return };
    let signed = setting.signed_by_hand("/adbe.pkcs7.sha1", |signer, content| {
        let sha1 = DigestAlgorithm::Sha1.digest(content);
        let info = signer.over_attributes(signer.attributes(&DigestAlgorithm::Sha256.digest(&sha1))).unwrap();
        cms::SignedData { content: Some(sha1), ..signer.data(&info) }.der()
    });
    setting.neither_passes(&signed, "signature_acceptance.digest_reliable");
}

#[test]
fn with_sha256_the_file_that_was_signed_passes_and_the_other_one_fails() {
    let Some(setting) = Setting::new() else { return };
    let signed = setting.signed(&Profile::pades_b_b(setting.time));
    assert_eq!(setting.report(&signed).conclusion.indication, Indication::TotalPassed);
    let other = setting.report(&setting.exchanged(&signed)).conclusion;
    assert_eq!((other.indication, other.sub_indication), (Indication::TotalFailed, Some(SubIndication::HashFailure)));
}
