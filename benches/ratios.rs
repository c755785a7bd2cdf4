//! What signing and verifying cost beside the bare cryptography of the same octets, measured in one run: `cargo bench` prints the ratios.
//!
//! Nothing here is a test: machines are noisy, and a figure is what it was on the machine that printed it.

#[path = "bench/files.rs"]
mod files;
#[path = "bench/heap.rs"]
mod heap;
#[path = "bench/median.rs"]
mod median;

use std::hint::black_box;
use std::time::Duration;

use criterion::Criterion;
use kyso::crypto::{DigestAlgorithm, Signed};
use kyso::{Context, Document, Policy, Profile, Report, Signer, sign, verify};

use files::Setting;
use median::median;

#[global_allocator]
static HEAP: heap::Counting = heap::Counting;

/// A row of the table: what is measured, beside what, and the ratio to reach.
struct Row {
    what: &'static str,
    beside: &'static str,
    to_reach: Option<f64>,
}

fn main() {
    let setting = Setting::new();
    let mut criterion = Criterion::default().configure_from_args().sample_size(20).measurement_time(Duration::from_secs(3)).without_plots();
    let mut rows = Vec::new();
    signing(&mut criterion, &setting, &mut rows);
    verifying_small(&mut criterion, &setting, &mut rows);
    verifying_objects(&mut criterion, &setting, &mut rows);
    verifying_scans(&mut criterion, &setting, &mut rows);
    criterion.final_summary();
    print_ratios(&rows);
    print_heap(&setting);
}

/// Signing 50 kB beside the bare RSA-2048 operation.
fn signing(criterion: &mut Criterion, setting: &Setting, rows: &mut Vec<Row>) {
    let file = files::with_stream(50_000);
    let (signer, profile) = (&setting.leader, Profile::pades_b_b(setting.time));
    criterion.bench_function("bare RSA-2048 signature", |b| b.iter(|| signer.sign(black_box(b"to be signed")).unwrap()));
    criterion.bench_function("sign 50 kB", |b| {
        b.iter(|| sign(&Document::pdf(black_box(&file)).unwrap(), &profile, signer).unwrap());
    });
    rows.push(Row { what: "sign 50 kB", beside: "bare RSA-2048 signature", to_reach: Some(1.3) });
}

/// Verifying 50 kB beside its bare SHA-256 and the bare verifications of signature, two certificates and two revocation lists.
fn verifying_small(criterion: &mut Criterion, setting: &Setting, rows: &mut Vec<Row>) {
    let signed = setting.signed(&files::with_stream(50_000), 1);
    let key = setting.leader.certificates()[0].public_key().unwrap().clone();
    let value = setting.leader.sign(b"to be signed").unwrap();
    let algorithm = setting.leader.algorithm();
    let (above, list) = setting.bare_list();
    criterion.bench_function("bare SHA-256 and verifications, 50 kB", |b| {
        b.iter(|| {
            let digest = DigestAlgorithm::Sha256.digest(black_box(&signed));
            let of_leader = key.verify(&algorithm, Signed::Octets(b"to be signed"), &value);
            // Two certificates and two lists.
            let others = [(); 4].map(|()| above.verify(&list.algorithm, Signed::Octets(&list.octets), &list.value));
            (digest, of_leader, others)
        });
    });
    criterion.bench_function("verify 50 kB", |b| b.iter(|| report(black_box(&signed), setting)));
    rows.push(Row { what: "verify 50 kB", beside: "bare SHA-256 and verifications, 50 kB", to_reach: None });
}

/// 10 MB with 14,000 objects, every octet accounted for, beside their SHA-256.
fn verifying_objects(criterion: &mut Criterion, setting: &Setting, rows: &mut Vec<Row>) {
    for (name, bare, file, to_reach) in [
        ("verify 10 MB, half streams", "SHA-256 of 10 MB, half streams", files::objects(14_000, 10_000_000, true), 1.8),
        ("verify 10 MB, all dictionaries", "SHA-256 of 10 MB, all dictionaries", files::objects(14_000, 10_000_000, false), 5.0),
    ] {
        let signed = setting.signed(&file, 1);
        criterion.bench_function(bare, |b| b.iter(|| DigestAlgorithm::Sha256.digest(black_box(&signed))));
        criterion.bench_function(name, |b| b.iter(|| report(black_box(&signed), setting)));
        rows.push(Row { what: name, beside: bare, to_reach: Some(to_reach) });
    }
}

/// 100 MB of scans beside their SHA-256: one signature, two, one whose hole is at the front, one with another digest.
fn verifying_scans(criterion: &mut Criterion, setting: &Setting, rows: &mut Vec<Row>) {
    let scans = files::scans(100, 1_000_000);
    let bare = "SHA-256 of 100 MB";
    criterion.bench_function(bare, |b| b.iter(|| DigestAlgorithm::Sha256.digest(black_box(&scans))));
    for (name, signed, to_reach) in [
        ("verify 100 MB, one signature", setting.signed(&scans, 1), 1.15),
        ("verify 100 MB, two signatures", setting.signed(&scans, 2), 1.15),
        ("verify 100 MB, hole at the front", setting.signed_at_front(100, 1_000_000), 2.1),
        ("verify 100 MB, signed with SHA-512", setting.signed_sha512(&scans), 2.1),
    ] {
        criterion.bench_function(name, |b| b.iter(|| report(black_box(&signed), setting)));
        rows.push(Row { what: name, beside: bare, to_reach: Some(to_reach) });
    }
    let both = "SHA-256 and SHA-512 of 100 MB";
    criterion.bench_function(both, |b| {
        b.iter(|| [DigestAlgorithm::Sha256, DigestAlgorithm::Sha512].map(|algorithm| algorithm.digest(black_box(&scans))));
    });
    rows.push(Row { what: "verify 100 MB, signed with SHA-512", beside: both, to_reach: None });
}

fn report(signed: &[u8], setting: &Setting) -> Report {
    let (policy, evidence) = (Policy::etsi_basic(), &setting.evidence);
    let context = Context { policy: &policy, anchors: &setting.anchors, evidence, time: setting.time, existence: None };
    verify(&Document::pdf(signed).unwrap(), &context)
}

/// The medians that criterion stored, each beside its bare one.
fn print_ratios(rows: &[Row]) {
    println!("\n{:<40} {:>10} {:>10} {:>7} {:>9}", "median of this run", "ms", "bare ms", "ratio", "to reach");
    for row in rows {
        let (Some(own), Some(bare)) = (median(row.what), median(row.beside)) else { continue };
        let to_reach = row.to_reach.map_or("-".into(), |ratio| format!("{ratio:.2}"));
        println!("{:<40} {:>10.3} {:>10.3} {:>7.2} {:>9}", row.what, own / 1e6, bare / 1e6, own / bare, to_reach);
    }
}

/// The most heap that verifying 100 MB of scans holds at once, beside the file.
fn print_heap(setting: &Setting) {
    let signed = setting.signed(&files::scans(100, 1_000_000), 2);
    let before = heap::reset();
    black_box(report(&signed, setting));
    println!(
        "{:<40} {:>10.3} MB of heap beside the file, to reach 16",
        "verify 100 MB, two signatures",
        (heap::peak() - before) as f64 / 1e6
    );
    let objects = setting.signed(&files::objects(14_000, 10_000_000, false), 1);
    let before = heap::reset();
    black_box(report(&objects, setting));
    println!("{:<40} {:>10.3} MB of heap beside the file", "verify 10 MB, all dictionaries", (heap::peak() - before) as f64 / 1e6);
}
