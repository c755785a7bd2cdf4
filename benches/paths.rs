//! What certification paths cost beside the bare cryptography of the same octets, measured in one run: `cargo bench --bench paths` prints
//! the ratios.

#[path = "bench/heap.rs"]
mod heap;
#[path = "bench/median.rs"]
mod median;
#[path = "bench/pki.rs"]
mod pki;

use std::hint::black_box;
use std::time::Duration;

use criterion::Criterion;
use kyso::Context;
use kyso::crypto::{DigestAlgorithm, Signed};
use kyso::path::{Cache, PathReport, Request, validate, validate_with_cache};
use kyso::pki::CertificateList;
use kyso::report::Detail;

use median::median;
use pki::Setting;

#[global_allocator]
static HEAP: heap::Counting = heap::Counting;

fn main() {
    let mut criterion = Criterion::default().configure_from_args().sample_size(20).measurement_time(Duration::from_secs(2)).without_plots();
    let setting = Setting::new();
    path(&mut criterion, &setting);
    let long = setting.long_list();
    long_list(&mut criterion, &setting, &long);
    let hostile = Setting::hostile();
    criterion.bench_function("1,000 cross-certificates", |b| b.iter(|| report(&hostile, Detail::Steps, None)));
    let reissued = Setting::reissued();
    criterion.bench_function("1,000 re-issued certificates", |b| b.iter(|| report(&reissued, Detail::Steps, None)));
    criterion.final_summary();
    print_medians();
    print_heap(&long);
}

/// Three certificates and two lists beside the bare verifications of two certificates and two lists; and again, knowing the signatures.
fn path(criterion: &mut Criterion, setting: &Setting) {
    let signed: Vec<_> = setting.signed();
    criterion.bench_function("bare verifications, path", |b| {
        b.iter(|| {
            for (key, algorithm, octets, value) in &signed {
                let _ = black_box(key.verify(algorithm, Signed::Octets(octets), value));
            }
        });
    });
    criterion.bench_function("path of three, read and validated", |b| b.iter(|| report(&setting.read_again(), Detail::Steps, None)));
    criterion.bench_function("path of three", |b| b.iter(|| report(setting, Detail::Steps, None)));
    let cache = Cache::new();
    assert!(report(setting, Detail::Steps, Some(&cache)).valid);
    criterion.bench_function("path of three, warm, steps", |b| b.iter(|| report(setting, Detail::Steps, Some(&cache))));
    criterion.bench_function("path of three, warm, failures", |b| b.iter(|| report(setting, Detail::Failures, Some(&cache))));
}

/// A list of 300,000 entries beside SHA-256 of its octets and one verification.
fn long_list(criterion: &mut Criterion, setting: &Setting, long: &[u8]) {
    let list = CertificateList::from_der(long).unwrap();
    let algorithm = list.signature_algorithm().signature(None).unwrap();
    let key = setting.issuing.public_key().unwrap();
    criterion.bench_function("SHA-256 of the list and its verification", |b| {
        b.iter(|| {
            let digest = DigestAlgorithm::Sha256.digest(black_box(long));
            (digest, key.verify(&algorithm, Signed::Octets(black_box(list.tbs())), list.signature()))
        });
    });
    let with = setting.with_list(long);
    assert!(report(&with, Detail::Steps, None).valid);
    criterion.bench_function("path with a list of 300,000", |b| {
        b.iter(|| report(&setting.with_list(black_box(long)), Detail::Steps, None));
    });
}

fn report(setting: &Setting, detail: Detail, cache: Option<&Cache>) -> PathReport {
    let context =
        Context { policy: &setting.policy, anchors: &setting.anchors, evidence: &setting.evidence, time: setting.time, existence: None };
    let request = Request { detail, ..Request::default() };
    match cache {
        Some(cache) => validate_with_cache(black_box(&setting.target), &request, &context, cache),
        None => validate(black_box(&setting.target), &request, &context),
    }
}

fn print_medians() {
    println!("\n{:<40} {:>12} {:>12} {:>7} {:>9}", "median of this run", "us", "bare us", "ratio", "to reach");
    for (what, beside, to_reach) in [
        ("path of three, read and validated", "bare verifications, path", 1.3),
        ("path of three", "bare verifications, path", 1.3),
        ("path with a list of 300,000", "SHA-256 of the list and its verification", 1.5),
    ] {
        let (Some(own), Some(bare)) = (median(what), median(beside)) else { continue };
        println!("{what:<40} {:>12.1} {:>12.1} {:>7.2} {to_reach:>9.2}", own / 1e3, bare / 1e3, own / bare);
    }
    for (what, to_reach) in [
        ("path of three, warm, steps", 60.0),
        ("path of three, warm, failures", 10.0),
        ("1,000 cross-certificates", 50_000.0),
        ("1,000 re-issued certificates", 50_000.0),
    ] {
        let Some(own) = median(what) else { continue };
        println!("{what:<40} {:>12.1} {:>12} {:>7} {to_reach:>9.0}", own / 1e3, "-", "-");
    }
}

/// What the list holds in memory, and what it held at most while it was read and searched.
fn print_heap(long: &[u8]) {
    let before = heap::reset();
    let list = CertificateList::from_der(long).unwrap();
    black_box(list.find(&[1, 2, 3]).unwrap());
    let times = |held: usize| (held - before) as f64 / long.len() as f64;
    println!("{:<40} {:>12.3} times its size of {} octets in memory, to reach 1.1", "list of 300,000", times(heap::peak()), long.len());
}
