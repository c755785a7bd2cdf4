//! Signing odd, broken and ordinary files that nobody here wrote: no panic, no file that takes long; and every file that qpdf and poppler open
//! without complaint and that is not encrypted is signed, keeps its octets, and opens in both as before.

#[path = "common/audited.rs"]
mod audited;
mod common;
#[path = "signing/keys.rs"]
mod keys;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use common::{Conformance, corpora_path};
use keys::{Pki, signing_time};
use kyso::crypto::Curve;
use kyso::report::json::Integrity;
use kyso::testkit::KeyParameters;
use kyso::{Context, Document, Evidence, Policy, Profile, SignError, SoftwareSigner, TrustAnchors, sign};

const SUITE: &str = "pdf-robustness";
/// For our part of the work on one file.
const LONGEST: Duration = Duration::from_secs(30);

/// One row of the index.
struct Case {
    name: String,
    pages: i64,
    /// Whether both tools open it without complaint and it is not encrypted.
    clean: bool,
}

#[test]
fn files_of_others_are_signed_or_refused_by_name() {
    let Some(folder) = corpora_path(SUITE) else { return };
    let cases = cases(&folder);
    let signer = Pki::new().signer("Robustness", KeyParameters::Ec(Curve::P256));
    let outcomes = in_parallel(&cases, |case| outcome(&folder, case, &signer));
    let mut conformance = Conformance::of("pdf_robustness_signing");
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for (case, outcome) in cases.iter().zip(&outcomes) {
        *reasons.entry(format!("{}{}", if case.clean { "" } else { "(not clean) " }, outcome.split(':').next().unwrap())).or_default() += 1;
        if case.clean {
            if outcome != "signed" {
                println!("{}: {outcome}", case.name);
            }
            conformance.case(&case.name, "signed", outcome);
        } else {
            assert!(!outcome.starts_with("fault"), "{}: {outcome}", case.name);
        }
    }
    reasons.iter().for_each(|(reason, count)| println!("{count:5} {reason}"));
    conformance.finish();
}

fn cases(folder: &Path) -> Vec<Case> {
    let index = std::fs::read_to_string(folder.join("index.tsv")).unwrap();
    let rows = index.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>());
    rows.map(|row| {
        let pages = row[3].parse().unwrap_or(-1);
        Case { name: row[0].to_owned(), pages, clean: row[2] == "ok" && pages > 0 && row[4].is_empty() }
    })
    .collect()
}

fn in_parallel(cases: &[Case], work: impl Fn(&Case) -> String + Sync) -> Vec<String> {
    let (next, outcomes) = (AtomicUsize::new(0), Mutex::new(vec![String::new(); cases.len()]));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, std::num::NonZero::get) {
            scope.spawn(|| {
                while let Some((index, case)) =
                    Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|index| Some((index, cases.get(index)?)))
                {
                    let outcome = work(case);
                    outcomes.lock().unwrap_or_else(PoisonError::into_inner)[index] = outcome;
                }
            });
        }
    });
    outcomes.into_inner().unwrap()
}

fn outcome(folder: &Path, case: &Case, signer: &SoftwareSigner) -> String {
    let file = std::fs::read(folder.join(&case.name)).unwrap();
    let began = Instant::now();
    let result = match Document::pdf(&file) {
        Ok(document) => sign(&document, &Profile::pades_b_b(signing_time()), signer),
        Err(malformed) => Err(malformed.into()),
    };
    if began.elapsed() > LONGEST {
        return format!("fault: {:?}", began.elapsed());
    }
    match result {
        Ok(output) => check(folder, case, &file, &output).map_or_else(|fault| format!("fault: {fault}"), |()| "signed".to_owned()),
        Err(SignError::Refused(refusal)) => format!("refused {}: {refusal}", refusal.id()),
        Err(other) => format!("refused: {other}"),
    }
}

/// What holds for a file that was signed.
fn check(folder: &Path, case: &Case, file: &[u8], output: &[u8]) -> Result<(), String> {
    if !output.starts_with(file) {
        return Err("the old octets changed".into());
    }
    intact(output)?;
    if case.clean {
        accepted_by_others(folder, case, output)?;
    }
    Ok(())
}

/// The newest signature covers the whole document, and its digest and value match; in time.
fn intact(output: &[u8]) -> Result<(), String> {
    let began = Instant::now();
    let document = Document::pdf(output).map_err(|malformed| malformed.to_string())?;
    let (policy, anchors, evidence) = (Policy::etsi_basic(), TrustAnchors::none(), Evidence::none());
    let context = Context { policy: &policy, anchors: &anchors, evidence: &evidence, time: signing_time(), existence: None };
    let report = audited::verify(&document, &context);
    let newest = report.signatures.iter().find(|signature| signature.coverage.whole_document);
    let newest = newest.ok_or("no signature covers the whole document")?;
    if newest.integrity != Integrity::Intact || newest.coverage.revision != newest.coverage.revisions {
        return Err(format!("{:?}, {:?}", newest.integrity, newest.reasons));
    }
    if began.elapsed() > LONGEST { Err(format!("verified in {:?}", began.elapsed())) } else { Ok(()) }
}

/// qpdf and poppler open it as they did before: the same number of pages and no new complaint.
fn accepted_by_others(folder: &Path, case: &Case, output: &[u8]) -> Result<(), String> {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("signed-{}", case.name.replace('/', "-")));
    std::fs::write(&path, output).unwrap();
    let accepted = qpdf(&path).and_then(|()| poppler(&folder.join(&case.name), &path, case.pages));
    std::fs::remove_file(&path).unwrap();
    accepted
}

fn qpdf(path: &Path) -> Result<(), String> {
    let Ok(run) = Command::new("qpdf").arg("--check").arg(path).output() else { return Ok(()) };
    let said = String::from_utf8_lossy(&run.stderr).into_owned();
    if run.status.success() && said.is_empty() { Ok(()) } else { Err(format!("qpdf: {}", said.lines().next().unwrap_or("no reason"))) }
}

fn poppler(original: &Path, path: &Path, pages: i64) -> Result<(), String> {
    let Ok(run) = Command::new("pdfinfo").arg(path).output() else { return Ok(()) };
    let counted = String::from_utf8_lossy(&run.stdout).lines().find_map(|line| line.strip_prefix("Pages:")?.trim().parse::<i64>().ok());
    if counted != Some(pages) {
        return Err(format!("poppler: {counted:?} pages, not {pages}"));
    }
    let complaints = |octets: &[u8]| String::from_utf8_lossy(octets).lines().count();
    let new = complaints(&run.stderr);
    if new == 0 {
        return Ok(());
    }
    let old = Command::new("pdfinfo").arg(original).output().map_or(0, |run| complaints(&run.stderr));
    if new > old { Err(format!("poppler: {}", String::from_utf8_lossy(&run.stderr).lines().next().unwrap_or_default())) } else { Ok(()) }
}
