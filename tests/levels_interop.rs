//! Levels held against peers: pyHanko and pdfsig accept what is brought to a level here, and what pyHanko brought to one is judged here.
//!
//! `KYSO_INTEROP` names a Python virtual environment with pyHanko and certomancer; pdfsig, qpdf and mutool are on the path.

#[path = "common/audited.rs"]
mod audited;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use kyso::creation::{Goal, Permission};
use kyso::encoding::pem;
use kyso::report::Indication;
use kyso::report::json::{Kind, Level};
use kyso::testkit::authority::TIMESTAMPS;
use kyso::testkit::{Authority, DemoPki, blank_page};
use kyso::{Context, Document, Evidence, Policy, Profile, Report, Signer, Time, TrustAnchors, augment, sign};

fn environment() -> Option<PathBuf> {
    let environment = std::env::var_os("KYSO_INTEROP").map(PathBuf::from);
    if environment.is_none() {
        println!("levels_interop: skipped, KYSO_INTEROP does not name a virtual environment with pyHanko and certomancer");
    }
    environment
}

fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("levels_interop").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// The clock's: peers read it.
fn time() -> Time {
    Time::from_unix(std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs().try_into().unwrap())
}

struct Made {
    path: PathBuf,
    level: Level,
    signatures: usize,
    timestamps: usize,
}

const LEVELS: [(Level, &str); 3] = [(Level::BT, "B-T"), (Level::BLT, "B-LT"), (Level::BLTA, "B-LTA")];

fn made(folder: &Path, authority: &mut Authority) -> Vec<Made> {
    let (policy, anchors, evidence) = (Policy::etsi_basic(), authority.pki.trust_anchors().unwrap(), Evidence::none());
    let context = Context { policy: &policy, anchors: &anchors, evidence: &evidence, time: time(), existence: None };
    let (leader, seal) = (authority.pki.leader_signer().unwrap(), authority.pki.organisation_signer().unwrap());
    let signed = |octets: &[u8], profile: Profile, signer: &dyn Signer| sign(&Document::pdf(octets).unwrap(), &profile, signer).unwrap();
    let (page, profile) = (blank_page(), || Profile::pades_b_b(time()));
    let one = signed(&page, profile(), &leader);
    let stamped = augment(&one, &Goal::level(Level::BT), TIMESTAMPS, &context, authority).unwrap().octets;
    let inputs = [
        ("certified", signed(&page, profile().certify(Permission::P1), &leader), 1),
        ("two", signed(&stamped, profile(), &seal), 2),
        ("together", signed(&one, profile(), &seal), 2),
        ("streams", signed(&by_qpdf(folder, &["--object-streams=generate"]), profile(), &leader), 1),
        ("linearised", signed(&by_qpdf(folder, &["--linearize"]), profile(), &leader), 1),
        ("encrypted", signed(&by_qpdf(folder, &["--encrypt", "", "owner", "256", "--"]), profile(), &leader), 1),
        ("visible", signed(&page, profile().rectangle([300.0, 100.0, 500.0, 160.0]), &seal), 1),
        ("one", one.clone(), 1),
    ];
    let (mut made, related) = (Vec::new(), one);
    let mut write = |name: String, octets: &[u8], level, signatures, timestamps| {
        let path = folder.join(name);
        std::fs::write(&path, octets).unwrap();
        made.push(Made { path, level, signatures, timestamps });
    };
    for (name, octets, signatures) in inputs {
        for (level, text) in LEVELS {
            let stamped = augment(&octets, &Goal::level(level), TIMESTAMPS, &context, authority).unwrap().octets;
            // Two signatures without timestamp get one on the document.
            let timestamps = usize::from(name == "together") + usize::from(level == Level::BLTA);
            write(format!("{name}-{text}.pdf"), &stamped, level, signatures, timestamps);
            if level == Level::BLTA {
                let renewed = augment(&stamped, &Goal::renewal(), TIMESTAMPS, &context, authority).unwrap().octets;
                write(format!("{name}-renewed.pdf"), &renewed, level, signatures, timestamps + 1);
            }
        }
    }
    for (level, text) in LEVELS.into_iter().filter(|(level, _)| *level >= Level::BLT) {
        let goal = Goal::level(level).related_information();
        let stamped = augment(&related, &goal, TIMESTAMPS, &context, authority).unwrap().octets;
        write(format!("related-{text}.pdf"), &stamped, level, 1, usize::from(level == Level::BLTA));
    }
    made
}

/// A page that qpdf has written anew: cross-reference streams, two sections, encryption with the empty password.
fn by_qpdf(folder: &Path, options: &[&str]) -> Vec<u8> {
    let (from, to) = (folder.join("plain.in"), folder.join("written.in"));
    std::fs::write(&from, blank_page()).unwrap();
    let run = Command::new("qpdf").args(options).arg(&from).arg(&to).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    std::fs::read(to).unwrap()
}

#[test]
fn pyhanko_and_pdfsig_accept_our_levels() {
    let Some(environment) = environment() else { return };
    let folder = folder("ours");
    let mut authority = Authority::new(DemoPki::new([47; 32], time()).unwrap(), time());
    let made = made(&folder, &mut authority);
    for (name, octets) in authority.pki.files().unwrap() {
        let path = folder.join("pki").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, octets).unwrap();
    }
    let mut faults: Vec<String> = made.iter().flat_map(|file| [pdfsig(file), qpdf(file)]).flatten().collect();
    let mut list = String::new();
    for file in &made {
        let text = LEVELS.iter().find(|(level, _)| *level == file.level).unwrap().1;
        if judged_by_pyhanko(file) {
            writeln!(list, "{}\t{text}", file.path.display()).unwrap();
        }
    }
    std::fs::write(folder.join("list.tsv"), list).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop/pyhanko_levels_validate.py");
    let mut command = Command::new(environment.join("bin/python"));
    command.arg(script).arg(folder.join("pki/anchors/root.pem")).arg(folder.join("pki/evidence"));
    let run = command.arg((time().unix() + 5).to_string()).arg(folder.join("list.tsv")).output().unwrap();
    let said = String::from_utf8_lossy(&run.stdout).into_owned();
    faults.extend(said.lines().filter(|line| line.split('\t').nth(2) != Some("VALID")).map(|line| format!("pyHanko: {line}")));
    let expected: usize = made.iter().filter(|file| judged_by_pyhanko(file)).map(|file| file.signatures).sum();
    if said.lines().count() != expected {
        faults.push(format!("pyHanko: {} signatures, not {expected}: {}", said.lines().count(), String::from_utf8_lossy(&run.stderr)));
    }
    println!("levels_interop: {} files, {} signatures judged by pyHanko, {} faults", made.len(), said.lines().count(), faults.len());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// This peer asks each signature for a timestamp of its own, whatever is on the document; without levels, it judges these too.
fn judged_by_pyhanko(file: &Made) -> bool {
    !file.path.file_name().unwrap().to_string_lossy().starts_with("together") || file.level == Level::BLT
}

/// Every signature valid. This peer lists document timestamps and does not verify them.
fn pdfsig(file: &Made) -> Option<String> {
    let run = Command::new("pdfsig").arg("-nocert").arg(&file.path).output().unwrap();
    let said = String::from_utf8_lossy(&run.stdout).into_owned();
    let (valid, listed) = (said.matches("Signature is Valid.").count(), said.matches("Signature #").count());
    let as_expected = valid == file.signatures && listed == file.signatures + file.timestamps;
    (!as_expected).then(|| format!("{}: pdfsig: {said}", file.path.display()))
}

fn qpdf(file: &Made) -> Option<String> {
    let run = Command::new("qpdf").arg("--check").arg(&file.path).output().unwrap();
    let said = String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr);
    (!run.status.success() || said.contains("WARNING")).then(|| format!("{}: qpdf: {said}", file.path.display()))
}

#[test]
fn what_pyhanko_brought_to_a_level_is_at_that_level_here() {
    let Some(environment) = environment() else { return };
    let folder = folder("theirs");
    std::fs::write(folder.join("input.pdf"), blank_page()).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop/pyhanko_levels_sign.py");
    let run = Command::new(environment.join("bin/python")).arg(script).arg(&folder).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let mut anchors = TrustAnchors::none();
    let root = std::fs::read(folder.join("root.pem")).unwrap();
    anchors.add_der(&pem::read(&root).unwrap()[0].octets).unwrap();
    let (policy, evidence) = (Policy::etsi_basic(), Evidence::none());
    // Answers of the last second are not of the future.
    let time = time().plus_seconds(5);
    let context = Context { policy: &policy, anchors: &anchors, evidence: &evidence, time, existence: None };
    let (mut files, mut faults) = (0, Vec::new());
    for line in String::from_utf8(run.stdout).unwrap().lines() {
        let [path, level, signatures] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let report = audited::verify(&Document::pdf(&std::fs::read(path).unwrap()).unwrap(), &context);
        let expected = LEVELS.iter().find(|(_, text)| *text == level).map_or(Level::BB, |(level, _)| *level);
        let passes = expected >= Level::BLT;
        let indication = if passes { Indication::TotalPassed } else { Indication::Indeterminate };
        let levels: Vec<Level> = entries(&report).collect();
        if levels != vec![expected; signatures.parse().unwrap()] || report.conclusion.indication != indication {
            let reasons: Vec<&str> = report.conclusion.reasons.iter().map(|reason| reason.en.as_str()).collect();
            faults.push(format!("{path}: expected {level}, got {levels:?} {} {reasons:?}", report.conclusion.indication.as_str()));
        }
        files += 1;
    }
    println!("levels_interop: {files} files of pyHanko, {} faults", faults.len());
    assert!(files >= 7 && faults.is_empty(), "{}", faults.join("\n"));
}

fn entries(report: &Report) -> impl Iterator<Item = Level> {
    report.signatures.iter().filter(|entry| entry.kind == Kind::Signature).map(|entry| entry.level)
}
