//! Containers made by this library: ASiC-S and ASiC-E with CAdES and XAdES, one signer and several, every level; what openssl and xmlsec1 say of
//! the parts, and what we say of parts that they made.
#![cfg(feature = "asic")]

#[path = "common/audited.rs"]
mod audited;
mod common;

use std::io::{Cursor, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use kyso::creation::ContainerKind::{Extended, Simple};
use kyso::creation::{AugmentError, Augmented, ContainerKind, ContainerTimestamp, Packaging, timestamp_container};
use kyso::crypto::DigestAlgorithm::Sha256;
use kyso::pki::{TimestampRequest, TimestampResponse};
use kyso::report::Indication;
use kyso::report::json::{Format, Kind, Level, WantKind};
use kyso::testkit::authority::TIMESTAMPS;
use kyso::testkit::{Authority, DemoPki};
use kyso::{Call, Context, Document, Draft, Evidence, Fetch, Goal, Policy, Profile, Report, Signer, Time, augment, sign};

const DECISION: (&str, &[u8]) = ("quy\u{1ebf}t \u{111}\u{1ecb}nh 01.txt", b"Quyet dinh so 01/QD-UBND\n");
const ANNEX: (&str, &[u8]) = ("folder/annex & 1.bin", b"\x00\x01Phu luc");

fn time() -> Time {
    Time::from_unix(1_795_316_400)
}

fn pki() -> DemoPki {
    DemoPki::new([7; 32], time()).unwrap()
}

fn report(pki: &DemoPki, octets: &[u8], evidence: &Evidence, time: Time) -> Report {
    let (policy, anchors) = (Policy::etsi_basic(), pki.trust_anchors().unwrap());
    let document = Document::detect(octets).unwrap();
    audited::verify(&document, &Context { policy: &policy, anchors: &anchors, evidence, time, existence: None })
}

/// By what the demonstration has to say of its certificates.
fn supplied(pki: &DemoPki, octets: &[u8]) -> Report {
    report(pki, octets, &pki.evidence().unwrap(), time())
}

const KINDS: [(&str, ContainerKind, Format); 4] = [
    ("asic-s-cades", Simple, Format::CAdES),
    ("asic-s-xades", Simple, Format::XAdES),
    ("asic-e-cades", Extended, Format::CAdES),
    ("asic-e-xades", Extended, Format::XAdES),
];

fn profile(kind: ContainerKind, format: Format) -> Profile {
    let profile = if format == Format::CAdES { Profile::cades_b_b(time()) } else { Profile::xades_b_b(time()) };
    profile.in_container(kind)
}

fn document(kind: ContainerKind) -> Document<'static> {
    match kind {
        Simple => Document::data(DECISION.1).with_name(DECISION.0),
        Extended => Document::data(b"").with_detached(DECISION.0, DECISION.1).with_detached(ANNEX.0, ANNEX.1),
    }
}

fn made(pki: &DemoPki, kind: ContainerKind, format: Format) -> Vec<u8> {
    sign(&document(kind), &profile(kind, format), &pki.leader_signer().unwrap()).unwrap()
}

/// Name and content of every entry, by the crate and not by our reader.
fn entries(octets: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(octets)).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut entry = archive.by_index(index).unwrap();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            (entry.name().unwrap().into_owned(), content)
        })
        .collect()
}

/// As [`entries`], their content as it is compressed.
fn raw_entries(octets: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(octets)).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut entry = archive.by_index_raw(index).unwrap();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            (entry.name().unwrap().into_owned(), content)
        })
        .collect()
}

fn with_entries(entries: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, octets) in entries {
        let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        writer.start_file(name.as_str(), options).unwrap();
        writer.write_all(octets).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn every_container_is_whole_the_same_each_time_and_one_letter_counts() {
    let pki = pki();
    for (name, kind, format) in KINDS {
        let octets = made(&pki, kind, format);
        assert_eq!(octets, made(&pki, kind, format), "{name}: the same each time");
        // EN 319 162-1 §A.1: `PK`, then at 30 the name, at 38 the type, without an extra field between.
        let media_type: &[u8] = if kind == Simple { b"application/vnd.etsi.asic-s+zip" } else { b"application/vnd.etsi.asic-e+zip" };
        assert_eq!((&octets[30..38], &octets[38..38 + media_type.len()]), (&b"mimetype"[..], media_type), "{name}");
        let read = supplied(&pki, &octets);
        let entry = &read.signatures[0];
        let found = (read.conclusion.indication, entry.format, entry.level, entry.coverage.whole_document, read.signatures.len());
        assert_eq!(found, (Indication::TotalPassed, format, Level::BB, true, 1), "{name}");
        assert_eq!(entry.container.as_deref(), Some(if kind == Simple { "ASiC-S" } else { "ASiC-E" }));
        assert_eq!(read.document.unaccounted_bytes, 0, "{name}");
        let mut altered = entries(&octets);
        altered[1].1[0] ^= 0x20;
        assert_eq!(supplied(&pki, &with_entries(&altered)).conclusion.indication, Indication::TotalFailed, "{name}");
        let mut more = entries(&octets);
        more.insert(2, ("more.txt".into(), b"more".to_vec()));
        assert_ne!(supplied(&pki, &with_entries(&more)).conclusion.indication, Indication::TotalPassed, "{name}");
    }
}

#[test]
fn signers_stand_side_by_side_and_every_file_stays_as_it_was() {
    let pki = pki();
    for (name, kind, format) in KINDS {
        let first = made(&pki, kind, format);
        let second = sign(&Document::detect(&first).unwrap(), &profile(kind, format), &pki.organisation_signer().unwrap()).unwrap();
        let read = supplied(&pki, &second);
        let found: Vec<_> = read.signatures.iter().map(|entry| (entry.indication, entry.level, entry.coverage.whole_document)).collect();
        assert_eq!(found, [(Indication::TotalPassed, Level::BB, true); 2], "{name}");
        let (before, after) = (entries(&first), entries(&second));
        let shared = ["META-INF/signature.p7s", "META-INF/signatures.xml"];
        let kept = before.iter().filter(|(name, _)| !shared.contains(&name.as_str()));
        assert!(kept.into_iter().all(|entry| after.contains(entry)), "{name}");
        assert_eq!(
            before.iter().map(|(name, _)| name).collect::<Vec<_>>(),
            after.iter().map(|(name, _)| name).take(before.len()).collect::<Vec<_>>()
        );
        let other = if kind == Simple { Extended } else { Simple };
        let refused = sign(&Document::detect(&first).unwrap(), &profile(other, format), &pki.leader_signer().unwrap()).unwrap_err();
        assert!(refused.to_string().contains("other kind"), "{refused}");
    }
}

#[test]
fn every_level_is_reached_and_kept_with_nothing_beside_the_container() {
    let pki = pki();
    let anchors = pki.trust_anchors().unwrap();
    let two = |kind, format| {
        let first = made(&pki, kind, format);
        sign(&Document::detect(&first).unwrap(), &profile(kind, format), &pki.organisation_signer().unwrap()).unwrap()
    };
    let containers: Vec<_> = KINDS
        .into_iter()
        .flat_map(|(name, kind, format)| [(name, kind, format, made(&pki, kind, format), 1), (name, kind, format, two(kind, format), 2)])
        .collect();
    let mut authority = Authority::new(pki, time());
    for (name, kind, format, signed, signers) in containers {
        let (policy, evidence) = (Policy::etsi_basic(), Evidence::none());
        let context = Context { policy: &policy, anchors: &anchors, evidence: &evidence, time: time(), existence: None };
        let mut octets = signed;
        for level in [Level::BT, Level::BLT, Level::BLTA] {
            let made = augment(&octets, &Goal::level(level), TIMESTAMPS, &context, &mut authority)
                .unwrap_or_else(|error| panic!("{name} {level:?} {signers}: {error}"));
            let of_signatures = |report: &Report| -> Vec<_> {
                report.signatures.iter().filter(|entry| entry.kind == Kind::Signature).map(|entry| entry.level).collect()
            };
            assert_eq!(of_signatures(&made.report), vec![level; signers], "{name}");
            let data = |octets: &[u8]| entries(octets).into_iter().filter(|(name, _)| !name.starts_with("META-INF/")).collect::<Vec<_>>();
            assert_eq!(data(&octets), data(&made.octets), "{name}");
            if level > Level::BT {
                let read = report(&authority.pki, &made.octets, &Evidence::none(), made.report.inputs.time.0.plus_seconds(3_600));
                assert_eq!((read.conclusion.indication, of_signatures(&read)), (Indication::TotalPassed, vec![level; signers]), "{name}");
            }
            octets = made.octets;
        }
        let archive = |octets: &[u8]| entries(octets).iter().filter(|(name, _)| name.contains("ASiCArchiveManifest")).count();
        let by_manifest = (kind, format) == (Extended, Format::CAdES);
        assert_eq!(archive(&octets), usize::from(by_manifest), "{name}");
        // Once more: the last archive timestamp and what proves it stand under a second one.
        let renewed =
            augment(&octets, &Goal::renewal(), TIMESTAMPS, &context, &mut authority).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(archive(&renewed.octets), 2 * usize::from(by_manifest), "{name}");
        let read = report(&authority.pki, &renewed.octets, &Evidence::none(), renewed.report.inputs.time.0.plus_seconds(3_600));
        assert_eq!(read.conclusion.indication, Indication::TotalPassed, "{name}");
        if by_manifest {
            // What a timestamp lists stays what it is, and a manifest that was changed is found.
            let mut altered = entries(&renewed.octets);
            let manifest = altered.iter_mut().find(|(name, _)| name.contains("ASiCArchiveManifest0")).unwrap();
            manifest.1 = String::from_utf8(manifest.1.clone()).unwrap().replacen("folder/", "Folder/", 1).into_bytes();
            let read = report(&authority.pki, &with_entries(&altered), &Evidence::none(), time());
            assert!(read.signatures.iter().any(|entry| entry.indication == Indication::TotalFailed), "{name}");
            let third =
                sign(&Document::detect(&renewed.octets).unwrap(), &profile(kind, format), &authority.pki.leader_signer().unwrap()).unwrap();
            let raised = augment(&third, &Goal::level(Level::BLTA), TIMESTAMPS, &context, &mut authority)
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(raised.report.conclusion.indication, Indication::TotalPassed, "{name}");
            let before = entries(&renewed.octets);
            let kept = before.iter().filter(|(name, _)| name.ends_with(".p7s") || name.contains("ASiCManifest"));
            assert!(kept.into_iter().all(|entry| entries(&raised.octets).contains(entry)), "{name}");
        }
    }
}

#[test]
fn a_draft_of_a_container_waits_for_its_value() {
    let pki = pki();
    let signer = pki.leader_signer().unwrap();
    for (name, kind, format) in KINDS {
        let document = document(kind);
        let draft = Draft::new(&document, &profile(kind, format), signer.certificates(), signer.algorithm()).unwrap();
        let stored = draft.to_bytes().unwrap();
        let draft = Draft::from_bytes(&stored, document.octets()).unwrap();
        let signed = draft.complete(&signer.sign(draft.to_be_signed()).unwrap()).unwrap();
        assert_eq!(signed, made(&pki, kind, format), "{name}");
        assert!(draft.complete(&[0; 256]).is_err());
    }
}

#[test]
fn what_no_container_can_hold_is_refused() {
    let signer = pki().leader_signer().unwrap();
    let refused = |document: &Document<'_>, profile: Profile| sign(document, &profile, &signer).unwrap_err().to_string();
    let simple = || profile(Simple, Format::CAdES);
    let extended = || profile(Extended, Format::XAdES);
    assert!(refused(&document(Extended), simple()).contains("one file"));
    for name in ["META-INF/x.txt", "meta-inf/x.txt", "mimetype", "MimeType"] {
        assert!(refused(&Document::data(b"").with_detached(name, b"1"), extended()).contains("belongs to the container"), "{name}");
    }
    for name in ["../x", "a\\b", "/x", "a//b"] {
        assert!(refused(&Document::data(b"").with_detached(name, b"1"), extended()).contains("leads out"), "{name}");
    }
    assert!(refused(&Document::data(b"").with_detached("x", b"1").with_detached("x", b"2"), extended()).contains("Duplicate"));
    let digest = kyso::crypto::DigestAlgorithm::Sha256;
    let by_digest = Document::data(b"").with_detached_digest("x", digest, digest.digest(b"1"));
    assert!(refused(&by_digest, extended()).contains("holds files"));
    assert!(refused(&document(Simple), simple().packaging(Packaging::Enveloping)).contains("detached from"));
    assert!(refused(&document(Simple), Profile::pades_b_b(time()).in_container(Simple)).contains("PDF"));
}

/// Every container of the corpus that we can add a signature to keeps the files that it has.
#[test]
fn containers_of_others_get_a_signature_and_keep_their_files() {
    let Some(corpora) = std::env::var_os("KYSO_CORPORA").map(PathBuf::from) else {
        println!("asic_creation: KYSO_CORPORA is not set, containers of others were not signed");
        return;
    };
    let signer = pki().leader_signer().unwrap();
    let (mut signed, mut refused) = (0, Vec::new());
    let mut open = vec![corpora.join("eu-dss")];
    while let Some(folder) = open.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let Ok(octets) = std::fs::read(&path) else { continue };
            let Ok(document) = Document::detect(&octets) else { continue };
            if !octets.starts_with(b"PK") {
                continue;
            }
            for (_, kind, format) in KINDS {
                match sign(&document, &profile(kind, format), &signer) {
                    Err(error) => refused.push(error.to_string()),
                    Ok(made) => {
                        let (before, after) = (raw_entries(&octets), raw_entries(&made));
                        // A ZIP file that is no container goes into one as it is.
                        if after.iter().any(|(_, content)| *content == octets) {
                            continue;
                        }
                        let shared = ["META-INF/signature.p7s", "META-INF/signatures.xml"];
                        for entry in before.iter().filter(|(name, _)| !shared.contains(&name.as_str()) && !name.ends_with('/')) {
                            assert!(after.contains(entry), "{}: {}", path.display(), entry.0);
                        }
                        signed += 1;
                    }
                }
            }
        }
    }
    println!("asic_creation: {signed} signatures added to containers of the corpus, {} refused", refused.len());
    assert!(signed > 50, "{signed} {refused:?}");
}

fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("asic_creation").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn unpacked(name: &str, octets: &[u8]) -> PathBuf {
    let folder = folder(name);
    for (name, content) in entries(octets) {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    folder
}

/// `KYSO_INTEROP` asks for it: openssl and xmlsec1 are on the path.
#[test]
fn openssl_and_xmlsec1_agree_with_us_both_ways() {
    if std::env::var_os("KYSO_INTEROP").is_none() {
        println!("asic_creation: openssl and xmlsec1 were not asked, KYSO_INTEROP is not set");
        return;
    }
    let pki = pki();
    for (name, kind, format) in KINDS {
        let folder = unpacked(name, &made(&pki, kind, format));
        let file = |pattern: &str| -> PathBuf {
            let found = std::fs::read_dir(folder.join("META-INF")).unwrap().map(|entry| entry.unwrap().path());
            found.into_iter().find(|path| path.file_name().unwrap().to_string_lossy().contains(pattern)).unwrap()
        };
        let (signature, data) = (file("signature"), folder.join(DECISION.0));
        if format == Format::CAdES {
            let content = if kind == Simple { data } else { file("ASiCManifest") };
            assert!(by_openssl(&signature, &content), "{name}");
            std::fs::write(&content, b"other").unwrap();
            assert!(!by_openssl(&signature, &content), "{name}, altered");
        } else {
            assert!(by_xmlsec1(&signature, &folder), "{name}");
            std::fs::write(&data, b"other").unwrap();
            assert!(!by_xmlsec1(&signature, &folder), "{name}, altered");
        }
    }
    theirs(&pki);
}

/// A container of which openssl made the signature.
fn theirs(pki: &DemoPki) {
    let folder = folder("openssl");
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    std::fs::write(path("data"), DECISION.1).unwrap();
    let key = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=openssl", "-days", "30000"];
    assert!(Command::new("openssl").args(key).args(["-keyout", &path("key"), "-out", &path("cert")]).output().unwrap().status.success());
    let cms = ["cms", "-sign", "-binary", "-cades", "-md", "sha256", "-outform", "DER"];
    let files = ["-in", &path("data"), "-signer", &path("cert"), "-inkey", &path("key"), "-out", &path("p7s")];
    assert!(Command::new("openssl").args(cms).args(files).output().unwrap().status.success());
    let made = |data: &[u8]| {
        with_entries(&[
            ("mimetype".into(), b"application/vnd.etsi.asic-s+zip".to_vec()),
            ("data.txt".into(), data.to_vec()),
            ("META-INF/signature.p7s".into(), std::fs::read(path("p7s")).unwrap()),
        ])
    };
    let integrity = |octets: &[u8]| supplied(pki, octets).signatures[0].integrity;
    assert_eq!(integrity(&made(DECISION.1)), kyso::report::json::Integrity::Intact);
    assert_eq!(integrity(&made(b"other")), kyso::report::json::Integrity::Broken);
}

fn by_openssl(signature: &Path, content: &Path) -> bool {
    let arguments = ["cms", "-verify", "-binary", "-noverify", "-inform", "DER", "-out", "/dev/null"];
    let output = Command::new("openssl").args(arguments).arg("-in").arg(signature).arg("-content").arg(content).output().unwrap();
    println!("{}", String::from_utf8_lossy(&output.stderr));
    output.status.success()
}

fn by_xmlsec1(signature: &Path, folder: &Path) -> bool {
    let names = ["--id-attr:Id", "http://uri.etsi.org/01903/v1.3.2#:SignedProperties"];
    let arguments = ["--verify", "--insecure", "--enabled-key-data", "x509"];
    let output = Command::new("xmlsec1").args(arguments).args(names).arg(signature).current_dir(folder).output().unwrap();
    output.status.success()
}

/// What the authority of the demonstration stamps, or one that is not trusted.
fn stamped(document: &Document<'_>, kind: ContainerKind, trusted: &DemoPki, authority: &mut Authority) -> Result<Augmented, AugmentError> {
    let (policy, anchors, evidence) = (Policy::etsi_basic(), trusted.trust_anchors().unwrap(), Evidence::none());
    let context = Context { policy: &policy, anchors: &anchors, evidence: &evidence, time: time(), existence: None };
    timestamp_container(document, kind, &Goal::level(Level::BT), TIMESTAMPS, &context, authority)
}

#[test]
fn files_are_stamped_that_nobody_signs() {
    let pki = pki();
    let mut authority = Authority::new(self::pki(), time());
    for (kind, name) in [(Simple, "META-INF/timestamp.tst"), (Extended, "META-INF/timestamp001.tst")] {
        let made = stamped(&document(kind), kind, &pki, &mut authority).unwrap();
        assert_eq!(made.report.conclusion.indication, Indication::TotalPassed);
        assert!(entries(&made.octets).iter().any(|(entry, _)| entry == name), "{name}");
        let read = supplied(&pki, &made.octets);
        let entry = &read.signatures[0];
        assert_eq!((entry.kind, entry.format, entry.coverage.whole_document), (Kind::ContainerTimestamp, Format::Rfc3161, true));
        // One letter of a file counts, and so does a file more.
        let altered = rebuilt(&made.octets, DECISION.0, |octets| octets.to_ascii_uppercase());
        assert_eq!(supplied(&pki, &altered).conclusion.indication, Indication::TotalFailed, "{name}");
        let more = stamped(&Document::detect(&made.octets).unwrap(), kind, &pki, &mut authority);
        match (kind, more) {
            (Simple, Err(AugmentError::Misuse(_))) => {}
            (Extended, Ok(two)) => {
                assert_eq!(two.report.signatures.len(), 2);
                assert_eq!(two.report.conclusion.indication, Indication::TotalPassed);
            }
            (_, more) => panic!("{name}: {:?}", more.map(drop)),
        }
    }
}

/// §A.7: what proves the authority is kept in its token, then everything under an archive manifest, and once more before that one ends.
#[test]
fn a_timestamp_alone_is_kept_and_renewed_with_nothing_beside_the_container() {
    let pki = pki();
    let (policy, anchors, evidence) = (Policy::etsi_basic(), pki.trust_anchors().unwrap(), Evidence::none());
    let context = Context { policy: &policy, anchors: &anchors, evidence: &evidence, time: time(), existence: None };
    let manifests = |octets: &[u8]| entries(octets).iter().filter(|(name, _)| name.contains("ASiCArchiveManifest")).count();
    for kind in [Simple, Extended] {
        let mut authority = Authority::new(self::pki(), time());
        let stamped = stamped(&document(kind), kind, &pki, &mut authority).unwrap().octets;
        let alone = |octets: &[u8]| report(&pki, octets, &Evidence::none(), time().plus_seconds(3_600)).conclusion.indication;
        assert_eq!(alone(&stamped), Indication::Indeterminate, "the status of the authority is nowhere");
        let mut reach = |octets: &[u8], goal: &Goal| augment(octets, goal, TIMESTAMPS, &context, &mut authority).unwrap().octets;
        assert_eq!(reach(&stamped, &Goal::level(Level::BT)), stamped);
        let kept = reach(&stamped, &Goal::level(Level::BLT));
        let archived = reach(&kept, &Goal::level(Level::BLTA));
        let renewed = reach(&archived, &Goal::renewal());
        let made = [(&stamped, 0, 1), (&kept, 0, 1), (&archived, 1, 2), (&renewed, 2, 3)];
        for (octets, lists, stamps) in made {
            assert_eq!((manifests(octets), supplied(&pki, octets).signatures.len()), (lists, stamps));
            assert_eq!(supplied(&pki, octets).conclusion.indication, Indication::TotalPassed);
            let data = |octets: &[u8]| entries(octets).into_iter().filter(|(name, _)| !name.starts_with("META-INF/")).collect::<Vec<_>>();
            assert_eq!(data(octets), data(&stamped));
        }
        assert_eq!(alone(&kept), Indication::TotalPassed, "by what is in the token");
        for octets in [&kept, &archived] {
            assert_eq!(reach(octets, &Goal::level(Level::BLT)), *octets, "nothing is done to what is there");
        }
        assert_eq!(reach(&archived, &Goal::level(Level::BLTA)), archived);
        // What a manifest lists stays as it was, and a manifest that was changed is found.
        let listed = |octets: &[u8]| entries(octets).into_iter().filter(|(name, _)| name.ends_with(".tst")).collect::<Vec<_>>();
        assert_eq!(listed(&renewed)[0], listed(&kept)[0]);
        let forged = entries(&renewed).into_iter().map(|(name, octets)| {
            let is_first = name.contains("ASiCArchiveManifest0");
            let octets = if is_first { [octets, b"\n".to_vec()].concat() } else { octets };
            (name, octets)
        });
        let read = supplied(&pki, &with_entries(&forged.collect::<Vec<_>>()));
        assert_eq!(read.conclusion.indication, Indication::TotalFailed);
    }
}

#[test]
fn a_timestamp_of_somebody_else_is_none_and_no_container_comes_of_it() {
    let mut authority = Authority::new(pki(), time());
    let stranger = DemoPki::new([8; 32], time()).unwrap();
    for kind in [Simple, Extended] {
        let refused = stamped(&document(kind), kind, &stranger, &mut authority).unwrap_err();
        assert!(matches!(refused, AugmentError::Authority { .. }), "{refused}");
    }
    let two = document(Extended);
    assert!(matches!(ContainerTimestamp::new(&two, Simple, Sha256), Err(AugmentError::Misuse(_))), "a simple container holds one file");
    let by_digest = Document::data(b"").with_detached_digest("a", Sha256, Sha256.digest(b"a"));
    assert!(matches!(ContainerTimestamp::new(&by_digest, Extended, Sha256), Err(AugmentError::Misuse(_))));
    // The answer is to the request for this container and no other.
    let waiting = ContainerTimestamp::new(&document(Simple), Simple, Sha256).unwrap();
    let request = TimestampRequest::new(Sha256, &Sha256.digest(b"another"), None).unwrap();
    let call = Call { kind: WantKind::Timestamp, url: TIMESTAMPS.into(), octets: Some(request.octets().to_vec()) };
    let answer = TimestampResponse::from_der(&authority.fetch(&call).unwrap()).unwrap();
    assert!(matches!(waiting.complete(&request, &answer), Err(AugmentError::Misuse(_))));
    let own = TimestampRequest::new(Sha256, waiting.imprint(), None).unwrap();
    assert!(matches!(waiting.complete(&own, &answer), Err(AugmentError::Timestamp(_))));
}

/// The container with the file of this name changed.
fn rebuilt(container: &[u8], name: &str, change: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let of = |(entry, octets): (String, Vec<u8>)| if entry == name { (entry, change(&octets)) } else { (entry, octets) };
    with_entries(&entries(container).into_iter().map(of).collect::<Vec<_>>())
}
