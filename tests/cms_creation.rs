//! CMS made by this library: inside and beside, signers side by side, signatures of signatures, every level; what OpenSSL says of it, and what
//! we say of what OpenSSL made.

#[path = "common/audited.rs"]
mod audited;
use std::path::PathBuf;
use std::process::Command;

use kyso::creation::Packaging;
use kyso::crypto::DigestAlgorithm;
use kyso::report::Indication;
use kyso::report::json::{Format, Integrity, Kind, Level, SignatureReport};
use kyso::testkit::authority::TIMESTAMPS;
use kyso::testkit::{Authority, DemoPki};
use kyso::{Context, Document, Draft, Evidence, Goal, Policy, Profile, Report, Time, augment, sign};

const CONTENT: &[u8] = b"Quyet dinh so 01/QD-UBND\n";

fn time() -> Time {
    Time::from_unix(1_795_316_400)
}

fn pki() -> DemoPki {
    DemoPki::new([7; 32], time()).unwrap()
}

fn profile() -> Profile {
    Profile::cades_b_b(time())
}

fn report(pki: &DemoPki, document: &Document<'_>) -> Report {
    let (policy, anchors, evidence) = (Policy::etsi_basic(), pki.trust_anchors().unwrap(), pki.evidence().unwrap());
    audited::verify(document, &Context { policy: &policy, anchors: &anchors, evidence: &evidence, time: time(), existence: None })
}

fn passed(entry: &SignatureReport) -> (Kind, Indication, Integrity, Format, Level) {
    (entry.kind, entry.indication, entry.integrity, entry.format, entry.level)
}

const GOOD: (Kind, Indication, Integrity, Format, Level) =
    (Kind::Signature, Indication::TotalPassed, Integrity::Intact, Format::CAdES, Level::BB);

#[test]
fn content_inside_is_covered_and_one_bit_counts() {
    let pki = pki();
    let signed = sign(&Document::data(CONTENT), &profile(), &pki.leader_signer().unwrap()).unwrap();
    let read = report(&pki, &Document::detect(&signed).unwrap());
    assert_eq!(read.signatures.iter().map(passed).collect::<Vec<_>>(), [GOOD]);
    assert!(read.document.covered_by_valid_signature);
    let at = signed.windows(CONTENT.len()).position(|window| window == CONTENT).unwrap();
    let mut altered = signed;
    altered[at] ^= 1;
    let read = report(&pki, &Document::detect(&altered).unwrap());
    assert_eq!((read.conclusion.indication, read.signatures[0].integrity), (Indication::TotalFailed, Integrity::Broken));
}

#[test]
fn a_digest_is_enough_of_a_content_elsewhere() {
    let pki = pki();
    let signer = pki.leader_signer().unwrap();
    let detached = profile().packaging(Packaging::Detached);
    let digest = DigestAlgorithm::Sha256.digest(CONTENT);
    let by_digest = Document::data(b"").with_detached_digest("01.txt", DigestAlgorithm::Sha256, digest.clone());
    let signed = sign(&by_digest, &detached, &signer).unwrap();
    for document in [
        Document::cms(&signed).unwrap().with_detached("01.txt", CONTENT),
        Document::cms(&signed).unwrap().with_detached_digest("01.txt", DigestAlgorithm::Sha256, digest.clone()),
    ] {
        assert_eq!(report(&pki, &document).signatures.iter().map(passed).collect::<Vec<_>>(), [GOOD]);
    }
    let other = Document::cms(&signed).unwrap().with_detached("01.txt", b"something else");
    assert_eq!(report(&pki, &other).conclusion.indication, Indication::TotalFailed);
    // A digest by another algorithm says nothing.
    let wrong = Document::data(b"").with_detached_digest("01.txt", DigestAlgorithm::Sha512, DigestAlgorithm::Sha512.digest(CONTENT));
    assert!(sign(&wrong, &detached, &signer).unwrap_err().to_string().contains("SHA-256"));
    // Over the document itself, when no file was given.
    let own = sign(&Document::data(CONTENT), &detached, &signer).unwrap();
    assert!(!own.windows(CONTENT.len()).any(|window| window == CONTENT));
    assert_eq!(report(&pki, &Document::cms(&own).unwrap().with_detached("01.txt", CONTENT)).conclusion.indication, Indication::TotalPassed);
}

#[test]
fn signers_stand_side_by_side_and_sign_each_other() {
    let pki = pki();
    let (leader, organisation) = (pki.leader_signer().unwrap(), pki.organisation_signer().unwrap());
    let first = sign(&Document::data(CONTENT), &profile(), &leader).unwrap();
    let second = sign(&Document::cms(&first).unwrap(), &profile(), &organisation).unwrap();
    let third = sign(&Document::cms(&second).unwrap(), &profile().counter_signature(1), &organisation).unwrap();
    let read = report(&pki, &Document::cms(&third).unwrap());
    let counter = (Kind::CounterSignature, GOOD.1, GOOD.2, GOOD.3, GOOD.4);
    assert_eq!(read.signatures.iter().map(passed).collect::<Vec<_>>(), [GOOD, counter, GOOD]);
    let refused = sign(&Document::cms(&second).unwrap(), &profile().counter_signature(3), &leader).unwrap_err();
    assert!(refused.to_string().contains("countersigned"), "{refused}");
    assert!(sign(&Document::data(CONTENT), &profile().counter_signature(1), &leader).is_err());
}

#[test]
fn a_draft_waits_for_its_value() {
    let pki = pki();
    let signer = pki.leader_signer().unwrap();
    let certificates = kyso::Signer::certificates(&signer);
    let algorithm = kyso::Signer::algorithm(&signer);
    let stored = Draft::new(&Document::data(CONTENT), &profile(), certificates, algorithm).unwrap().to_bytes().unwrap();
    let draft = Draft::from_bytes(&stored, CONTENT).unwrap();
    let value = kyso::Signer::sign(&signer, draft.to_be_signed()).unwrap();
    let signed = draft.complete(&value).unwrap();
    assert_eq!(report(&pki, &Document::cms(&signed).unwrap()).conclusion.indication, Indication::TotalPassed);
    assert!(Draft::from_bytes(&stored, b"other").is_err());
}

/// Alone: nothing beside the file but the anchor.
fn alone(pki: &DemoPki, document: &Document<'_>, time: Time) -> Report {
    let (policy, anchors, evidence) = (Policy::etsi_basic(), pki.trust_anchors().unwrap(), Evidence::none());
    audited::verify(document, &Context { policy: &policy, anchors: &anchors, evidence: &evidence, time, existence: None })
}

#[test]
fn every_level_is_reached_by_every_signer() {
    let pki = pki();
    let (leader, organisation) = (pki.leader_signer().unwrap(), pki.organisation_signer().unwrap());
    let detached = profile().packaging(Packaging::Detached);
    let first = sign(&Document::data(CONTENT), &detached, &leader).unwrap();
    let document = Document::cms(&first).unwrap().with_detached("01.txt", CONTENT);
    let both = sign(&document, &detached, &organisation).unwrap();
    let anchors = pki.trust_anchors().unwrap();
    let mut authority = Authority::new(pki, time());
    for level in [Level::BT, Level::BLT, Level::BLTA] {
        let (policy, evidence) = (Policy::etsi_basic(), Evidence::none());
        let context = Context { policy: &policy, anchors: &anchors, evidence: &evidence, time: time(), existence: None };
        let goal = Goal::level(level).detached("01.txt", CONTENT);
        let made = augment(&both, &goal, TIMESTAMPS, &context, &mut authority).unwrap();
        let document = Document::cms(&made.octets).unwrap().with_detached("01.txt", CONTENT);
        let read = if level == Level::BT {
            report(&authority.pki, &document)
        } else {
            alone(&authority.pki, &document, made.report.inputs.time.0)
        };
        let found: Vec<_> = read.signatures.iter().map(|entry| (entry.indication, entry.level)).collect();
        assert_eq!(found, [(Indication::TotalPassed, level); 2], "{level:?}");
        // The digest of the content is enough for all of it.
        let digest = DigestAlgorithm::Sha256.digest(CONTENT);
        let document = Document::cms(&made.octets).unwrap().with_detached_digest("01.txt", DigestAlgorithm::Sha256, digest);
        assert_eq!(alone(&authority.pki, &document, made.report.inputs.time.0).signatures[0].level, level);
    }
}

#[test]
fn a_renewal_keeps_the_timestamp_before_it() {
    let pki = pki();
    let signed = sign(&Document::data(CONTENT), &profile(), &pki.leader_signer().unwrap()).unwrap();
    let anchors = pki.trust_anchors().unwrap();
    let mut authority = Authority::new(pki, time());
    let (policy, evidence) = (Policy::etsi_basic(), Evidence::none());
    let context = Context { policy: &policy, anchors: &anchors, evidence: &evidence, time: time(), existence: None };
    let kept = augment(&signed, &Goal::level(Level::BLTA), TIMESTAMPS, &context, &mut authority).unwrap();
    let again = augment(&kept.octets, &Goal::renewal().digest(DigestAlgorithm::Sha512), TIMESTAMPS, &context, &mut authority).unwrap();
    let read = alone(&authority.pki, &Document::cms(&again.octets).unwrap(), again.report.inputs.time.0);
    let kinds: Vec<_> = read.signatures[0].timestamps.iter().map(|stamp| (&*stamp.kind, stamp.indication)).collect();
    let stamp = |kind| (kind, Indication::TotalPassed);
    assert_eq!(kinds, [stamp("archive_timestamp"), stamp("archive_timestamp"), stamp("signature_timestamp")]);
    let newest = &read.signatures[0].timestamps[0];
    assert!(newest.covers.contains(&"S1-T1".to_owned()) && newest.covers.contains(&"S1-T2".to_owned()), "{:?}", newest.covers);
}

/// A folder with everybody's keys, and OpenSSL in it.
struct Openssl {
    folder: PathBuf,
    pki: DemoPki,
}

impl Openssl {
    /// `None` where there is no `openssl`.
    fn new(name: &str) -> Option<Self> {
        Command::new("openssl").arg("version").output().ok()?;
        let (folder, pki) = (PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name), pki());
        for (file, octets) in pki.files().unwrap() {
            let path = folder.join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, octets).unwrap();
        }
        std::fs::write(folder.join("content.txt"), CONTENT).unwrap();
        Some(Self { folder, pki })
    }

    fn run(&self, arguments: &[&str]) -> Result<Vec<u8>, String> {
        let output = Command::new("openssl").current_dir(&self.folder).args(arguments).output().unwrap();
        if output.status.success() { Ok(output.stdout) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
    }

    fn read(&self, file: &str) -> Vec<u8> {
        std::fs::read(self.folder.join(file)).unwrap()
    }
}

#[test]
fn openssl_accepts_what_we_make() {
    let Some(openssl) = Openssl::new("cms-ours") else { return println!("cms_creation: skipped, there is no openssl") };
    let pki = &openssl.pki;
    let (leader, organisation) = (pki.leader_signer().unwrap(), pki.organisation_signer().unwrap());
    let first = sign(&Document::data(CONTENT), &profile(), &leader).unwrap();
    let both = sign(&Document::cms(&first).unwrap(), &profile(), &organisation).unwrap();
    let countersigned = sign(&Document::cms(&both).unwrap(), &profile().counter_signature(2), &leader).unwrap();
    let detached = sign(&Document::data(CONTENT), &profile().packaging(Packaging::Detached), &leader).unwrap();
    let anchors = pki.trust_anchors().unwrap();
    let mut authority = Authority::new(self::pki(), time());
    let (policy, evidence) = (Policy::etsi_basic(), Evidence::none());
    let context = Context { policy: &policy, anchors: &anchors, evidence: &evidence, time: time(), existence: None };
    let kept = augment(&both, &Goal::level(Level::BLTA), TIMESTAMPS, &context, &mut authority).unwrap().octets;
    let at = time().unix().to_string();
    for (file, octets, more) in [
        ("attached.p7m", first, &[][..]),
        ("both.p7m", both, &[]),
        ("countersigned.p7m", countersigned, &[]),
        ("kept.p7m", kept, &[]),
        ("detached.p7s", detached, &["-content", "content.txt"]),
    ] {
        std::fs::write(openssl.folder.join(file), octets).unwrap();
        let verify = ["cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", file, "-CAfile", "anchors/root.pem"];
        let verify = [&verify[..], &["-purpose", "any", "-attime", &at], more].concat();
        assert_eq!(openssl.run(&verify).as_deref(), Ok(CONTENT), "{file}");
    }
}

/// What OpenSSL makes, in both encodings, with and without attributes, inside and beside, of one and of two.
#[test]
fn what_openssl_makes_is_judged() {
    let Some(openssl) = Openssl::new("cms-theirs") else { return println!("cms_creation: skipped, there is no openssl") };
    let sign = |file: &str, more: &[&str]| {
        let common = [
            "cms",
            "-sign",
            "-binary",
            "-signer",
            "leader.key.pem",
            "-certfile",
            "evidence/issuing.pem",
            "-in",
            "content.txt",
            "-out",
            file,
        ];
        openssl.run(&[&common[..], more].concat()).unwrap();
        openssl.read(file)
    };
    let cades = ["-cades", "-outform", "DER"];
    // Its signing time is that of its clock, when the certificates of the kit are not valid yet or any more.
    let judged = |octets: &[u8], beside: bool| {
        let document = Document::detect(octets).unwrap();
        let document = if beside { document.with_detached("content.txt", CONTENT) } else { document };
        let read = report(&openssl.pki, &document);
        read.signatures.iter().map(|entry| (entry.integrity, entry.format, entry.level)).collect::<Vec<_>>()
    };
    let good = (Integrity::Intact, Format::CAdES, Level::BB);
    let plain = (Integrity::Intact, Format::Cms, Level::None);
    assert_eq!(judged(&sign("a.der", &[&cades[..], &["-nodetach"]].concat()), false), [good]);
    assert_eq!(judged(&sign("a.ber", &[&cades[..], &["-nodetach", "-stream"]].concat()), false), [good]);
    assert_eq!(judged(&sign("a.pem", &["-cades", "-outform", "PEM", "-nodetach"]), false), [good]);
    assert_eq!(judged(&sign("a.p7s", &cades), true), [good]);
    assert_eq!(judged(&sign("key.der", &["-outform", "DER", "-nodetach", "-keyid"]), false), [plain]);
    assert_eq!(judged(&sign("bare.der", &["-outform", "DER", "-nodetach", "-noattr"]), false), [plain]);
    assert_eq!(judged(&sign("512.der", &[&cades[..], &["-nodetach", "-md", "sha512"]].concat()), false), [good]);
    let resign = ["cms", "-resign", "-binary", "-signer", "organisation.key.pem", "-inform", "DER", "-in", "a.der", "-out", "two.der"];
    openssl.run(&[&resign[..], &cades[..]].concat()).unwrap();
    assert_eq!(judged(&openssl.read("two.der"), false), [good, good]);
    let mut altered = openssl.read("a.ber");
    let at = altered.windows(8).position(|window| window == &CONTENT[..8]).unwrap();
    altered[at] ^= 1;
    assert_eq!(judged(&altered, false)[0].0, Integrity::Broken);
}
