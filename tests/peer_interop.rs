//! Files that pyHanko signed are verified here with the same integrity, and one changed octet is noticed in each of them; what it does to them
//! later passes where it is honest.
//!
//! `KYSO_INTEROP` names a Python virtual environment with pyHanko; qpdf is on the path.

#[path = "common/audited.rs"]
mod audited;
use std::path::{Path, PathBuf};
use std::process::Command;

use kyso::crypto::Curve;
use kyso::report::json::Integrity;
use kyso::testkit::{DemoPki, Key, KeyParameters, PASSWORD, Pkcs12, Random, Template, blank_page, name};
use kyso::{Context, Document, Evidence, Policy, Report, Time, TrustAnchors};

#[test]
fn what_pyhanko_signs_is_intact_here_until_an_octet_changes() {
    let Some(environment) = std::env::var_os("KYSO_INTEROP") else {
        println!("peer_interop: skipped, KYSO_INTEROP does not name a virtual environment with pyHanko");
        return;
    };
    let (mut files, mut faults) = (0, Vec::new());
    for (path, signatures, password) in signed_by_pyhanko(Path::new(&environment)) {
        files += 1;
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let octets = std::fs::read(&path).unwrap();
        let found = integrities(&report(&octets, &password));
        if found != vec![Integrity::Intact; signatures] {
            faults.push(format!("{name}: expected {signatures} intact, got {found:?}"));
        }
        // The bad twin: one bit of the header comment, which every signature covers and no reader minds.
        let mut changed = octets;
        changed[7] ^= 1;
        if integrities(&report(&changed, &password)) != vec![Integrity::Broken; signatures] {
            faults.push(format!("{name}: a changed octet goes unnoticed"));
        }
    }
    println!("peer_interop: {files} files, {} faults", faults.len());
    assert!(files >= 20, "pyHanko made only {files} files");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What pyHanko does later to a form that it signed: the class of changes, and whether they are permitted.
#[test]
fn honest_later_revisions_of_pyhanko_pass_and_their_bad_twins_do_not() {
    let Some(environment) = std::env::var_os("KYSO_INTEROP") else {
        println!("peer_interop: skipped, KYSO_INTEROP does not name a virtual environment with pyHanko");
        return;
    };
    let environment = Path::new(&environment);
    let (mut files, mut faults) = (0, Vec::new());
    // Signed by pyHanko first, then by us.
    let _ = std::fs::remove_file(folder(LATER).join("signed.pdf"));
    let by_pyhanko = later_revisions_of_pyhanko(environment);
    faults.extend(by_pyhanko.iter().filter_map(|(path, expected)| is_judged_otherwise(path, expected)));
    files += by_pyhanko.len();
    let form = std::fs::read(folder(LATER).join("form.pdf")).unwrap();
    let leader = pki().leader_signer().unwrap();
    let signed = kyso::sign(&Document::pdf(&form).unwrap(), &kyso::Profile::pades_b_b(time()).field("leader"), &leader).unwrap();
    std::fs::write(folder(LATER).join("signed.pdf"), signed).unwrap();
    let by_us = later_revisions_of_pyhanko(environment);
    faults.extend(by_us.iter().filter_map(|(path, expected)| is_judged_otherwise(path, expected)));
    files += by_us.len();
    println!("peer_interop: {files} later revisions, {} faults", faults.len());
    assert_eq!(files, 22);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn is_judged_otherwise(path: &Path, expected: &str) -> Option<String> {
    let report = report(&std::fs::read(path).unwrap(), "");
    let leader = report.signatures.iter().find(|entry| entry.field.as_deref() == Some("leader")).unwrap();
    let modifications = leader.modifications.as_ref().unwrap();
    let class = serde_json::to_value(modifications.class).unwrap();
    let actual = match (modifications.permitted, class.as_str().unwrap()) {
        (true, class) => class,
        (false, "annotation") => "refused",
        (false, _) => "other",
    };
    let is_as_expected = actual == expected && leader.integrity == Integrity::Intact;
    (!is_as_expected).then(|| format!("{}: expected {expected}, got {actual}", path.display()))
}

fn integrities(report: &Report) -> Vec<Integrity> {
    report.signatures.iter().map(|signature| signature.integrity).collect()
}

fn report(octets: &[u8], password: &str) -> Report {
    let (policy, anchors, evidence) = (Policy::etsi_basic(), TrustAnchors::none(), Evidence::none());
    let context = Context { policy: &policy, anchors: &anchors, evidence: &evidence, time: time(), existence: None };
    audited::verify(&Document::pdf_with_password(octets, password).unwrap(), &context)
}

/// pyHanko reads the clock, so the certificates are made around its time.
fn time() -> Time {
    Time::from_unix(std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs().try_into().unwrap())
}

fn signed_by_pyhanko(environment: &Path) -> Vec<(PathBuf, usize, String)> {
    let line = |line: &str| {
        let cells: Vec<&str> = line.split('\t').collect();
        (PathBuf::from(cells[0]), cells[1].parse().unwrap(), cells[2].to_string())
    };
    made_by_pyhanko(environment, "pyhanko_sign.py").lines().map(line).collect()
}

fn later_revisions_of_pyhanko(environment: &Path) -> Vec<(PathBuf, String)> {
    let line = |line: &str| {
        let (path, expected) = line.split_once('\t').unwrap();
        (PathBuf::from(path), expected.to_string())
    };
    made_by_pyhanko(environment, LATER).lines().map(line).collect()
}

const LATER: &str = "pyhanko_later.py";

fn folder(script: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("peer_interop").join(script);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn pki() -> DemoPki {
    DemoPki::new([3; 32], time()).unwrap()
}

/// What the script prints of the files that it made with keys of ours.
fn made_by_pyhanko(environment: &Path, script: &str) -> String {
    let (folder, pki) = (folder(script), pki());
    let mut random = Random::seeded(b"peer interop");
    let subject = kyso::testkit::Name::of([(name::COMMON_NAME, "Ec")]);
    let template = Template::signatory(subject, time().plus_seconds(-86_400), time().plus_seconds(86_400));
    let ec = pki.issuing.issue(&template, Key::generate(KeyParameters::Ec(Curve::P256), &mut random).unwrap()).unwrap();
    for (file, entity) in [("leader.p12", &pki.leader), ("ec.p12", &ec)] {
        let chain = [&pki.issuing.certificate[..]];
        std::fs::write(folder.join(file), Pkcs12::openssl("key").write(entity, &chain, PASSWORD, &mut random).unwrap()).unwrap();
    }
    std::fs::write(folder.join("input.pdf"), blank_page()).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop").join(script);
    let output = Command::new(environment.join("bin/python")).arg(script).arg(&folder).arg(folder.join("signed")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
