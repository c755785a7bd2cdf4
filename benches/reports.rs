//! What a verdict over decades costs beside its bare cryptography, and what its report costs a step: `cargo bench --bench reports` prints both.

#[path = "bench/in_turns.rs"]
mod in_turns;
#[path = "bench/pki.rs"]
mod pki;
#[path = "bench/values.rs"]
mod values;

use std::hint::black_box;

use kyso::crypto::{Curve, DigestAlgorithm, PublicKey, Signed, Verification};
use kyso::path::{Cache, PathReport, Request, validate_with_cache};
use kyso::pki::CertificateList;
use kyso::report::json::{Kind, Level};
use kyso::report::{Block, Detail, Step};
use kyso::testkit::authority::TIMESTAMPS;
use kyso::testkit::name::COMMON_NAME;
use kyso::testkit::{Authority, DemoPki, Entity, Key, KeyParameters, Name, Random, RevocationList, Template, blank_page};
use kyso::{Context, Document, Evidence, Goal, Policy, Profile, Report, Time, TrustAnchors, augment, sign, verify};

use in_turns::in_turns;
use pki::Setting;
use values::values;

fn main() {
    println!("{:<52} {:>10} {:>9}", "medians of this run, each pair in turns", "measured", "to reach");
    let kept = Kept::new();
    let report = kept.report();
    of_verifying(&kept, &report);
    of_steps(&report);
}

fn of_verifying(kept: &Kept, report: &Report) {
    let values @ [rsa, p256] = values(report);
    let pair = in_turns(|| drop(black_box(kept.report())), || kept.bare(report, values));
    let what = format!("B-LTA, two document timestamps, {:.3} ms", pair.own / 1e6);
    println!("{what:<52} {:>10.2} {:>9.2}", pair.ratio, 1.6);
    println!("  beside {rsa} + {p256} bare verifications and the hashes, {:.3} ms", pair.beside / 1e6);
}

/// A step made: the difference between a path told and one answered; written: a whole report by its steps.
fn of_steps(report: &Report) {
    let (setting, cache) = (Setting::new(), Cache::new());
    let of_path = steps([&path(&setting, Detail::Steps, &cache).checks]);
    let told =
        in_turns(|| drop(black_box(path(&setting, Detail::Steps, &cache))), || drop(black_box(path(&setting, Detail::Failures, &cache))));
    let written = in_turns(|| drop(black_box(report.to_json_line())), || drop(black_box(report.to_json())));
    let steps = steps(report.signatures.iter().map(|entry| &entry.checks).chain([&report.conclusion.checks]));
    let (made, line, lines) = ((told.own - told.beside) / of_path as f64, written.own / steps as f64, written.beside / steps as f64);
    println!("{:<52} {:>7.3} us {:>9}", format!("a step made, of {of_path}"), made / 1e3, "-");
    for (how, written) in [("on one line", line), ("in lines, indented", lines)] {
        println!("{:<52} {:>7.3} us {:>9}", format!("a step written {how}, of {steps}"), written / 1e3, "-");
        println!("{:<52} {:>7.3} us {:>6.1} us", format!("a step made and written {how}"), (made + written) / 1e3, 0.4);
    }
}

/// A document with a signature timestamp and two document timestamps, all evidence in it, and who relies on it.
struct Kept {
    octets: Vec<u8>,
    time: Time,
    anchors: TrustAnchors,
    /// Something signed with RSA of 2048 bits, as certificates and their status are, and with P-256, as documents and timestamps are.
    signed: [Bare; 2],
}

/// A key and a list that it signed.
struct Bare(PublicKey, CertificateList);

impl Bare {
    fn of(parameters: KeyParameters, time: Time) -> Self {
        let key = Key::generate(parameters, &mut Random::seeded(&[2; 32])).unwrap();
        let template = Template::authority(Name::of([(COMMON_NAME, "Bare")]), time.plus_seconds(-86_400), time.plus_seconds(86_400), None);
        let authority = Entity::self_signed(&template, key).unwrap();
        let list = authority.revocation_list(&RevocationList::new(time, time.plus_seconds(86_400))).unwrap();
        let certificate = kyso::pki::Certificate::from_der(&authority.certificate).unwrap();
        Self(certificate.public_key().unwrap().clone(), CertificateList::from_der(&list).unwrap())
    }

    fn verify(&self) {
        let Self(key, list) = self;
        let algorithm = list.signature_algorithm().signature(None).unwrap();
        assert_eq!(key.verify(&algorithm, Signed::Octets(black_box(list.tbs())), list.signature()), Verification::Valid);
    }
}

impl Kept {
    fn new() -> Self {
        let time = Time::from_unix(1_795_315_218);
        let pki = DemoPki::with_authorities([1; 32], time, KeyParameters::Rsa(2048)).unwrap();
        let (anchors, signer) = (pki.trust_anchors().unwrap(), pki.leader_signer().unwrap());
        let signed_beside = [KeyParameters::Rsa(2048), KeyParameters::Ec(Curve::P256)].map(|parameters| Bare::of(parameters, time));
        let mut authority = Authority::new(pki, time);
        let (policy, evidence) = (Policy::etsi_basic(), Evidence::none());
        let context = Context { policy: &policy, anchors: &anchors, evidence: &evidence, time, existence: None };
        let signed = sign(&Document::pdf(&blank_page()).unwrap(), &Profile::pades_b_b(time), &signer).unwrap();
        let mut octets = augment(&signed, &Goal::level(Level::BLTA), TIMESTAMPS, &context, &mut authority).unwrap().octets;
        octets = augment(&octets, &Goal::renewal(), TIMESTAMPS, &context, &mut authority).unwrap().octets;
        // Answers are made while it is asked.
        let kept = Self { octets, time: time.plus_seconds(60), anchors, signed: signed_beside };
        let report = kept.report();
        assert!(report.signatures.iter().filter(|entry| entry.kind == Kind::DocumentTimestamp).count() == 2, "two document timestamps");
        assert_eq!(report.conclusion.indication.as_str(), "TOTAL-PASSED", "{}", report.to_json());
        kept
    }

    fn report(&self) -> Report {
        // Read once, as whoever judges many documents does.
        static POLICY: std::sync::LazyLock<Policy> = std::sync::LazyLock::new(Policy::etsi_basic);
        let (policy, evidence) = (&*POLICY, Evidence::none());
        let context = Context { policy, anchors: &self.anchors, evidence: &evidence, time: self.time, existence: None };
        verify(&Document::pdf(black_box(&self.octets)).unwrap(), &context)
    }

    /// As many verifications as there are values of RSA and of P-256, the hash of the file and of each signed range.
    fn bare(&self, report: &Report, values: [usize; 2]) {
        for (bare, values) in self.signed.iter().zip(values) {
            (0..values).for_each(|_| bare.verify());
        }
        black_box(DigestAlgorithm::Sha256.digest(&self.octets));
        for range in report.signatures.iter().filter_map(|entry| entry.coverage.byte_range.as_ref()) {
            let end = usize::try_from(range[2] + range[3]).unwrap();
            black_box(DigestAlgorithm::Sha256.digest(&self.octets[..end]));
        }
    }
}

/// What stands in the `steps` of these blocks and of those within: checks and blocks.
fn steps<'r>(roots: impl IntoIterator<Item = &'r Block>) -> usize {
    let mut open: Vec<&Block> = roots.into_iter().collect();
    let mut count = 0;
    while let Some(block) = open.pop() {
        count += block.steps.len();
        open.extend(block.steps.iter().filter_map(|step| match step {
            Step::Block { block, .. } => Some(&**block),
            Step::Check(_) => None,
        }));
    }
    count
}

fn path(setting: &Setting, detail: Detail, cache: &Cache) -> PathReport {
    let context =
        Context { policy: &setting.policy, anchors: &setting.anchors, evidence: &setting.evidence, time: setting.time, existence: None };
    validate_with_cache(black_box(&setting.target), &Request { detail, ..Request::default() }, &context, cache)
}
