//! What later revisions cost: `cargo bench --bench revisions` prints the figures of issue "Nothing slips past".
//!
//! Nothing here is a test: machines are noisy, and a figure is what it was on the machine that printed it.

#[path = "bench/files.rs"]
mod files;
#[path = "bench/median.rs"]
mod median;

use std::hint::black_box;
use std::time::Duration;

use criterion::Criterion;
use kyso::{Context, Document, Policy, Profile, sign, verify};

use files::Setting;
use median::median;

/// What is measured, beside what, and what is to be reached: a ratio.
const RATIOS: [(&str, &str, f64); 2] = [
    ("verify 50 signatures", "verify one signature", 60.0),
    ("verify 100 MB, a small later revision", "verify 100 MB, nothing later", 1.05),
];
const LINKS: &str = "verify two signatures, 500 pages with links";

fn main() {
    let setting = Setting::new();
    let mut criterion = Criterion::default().configure_from_args().sample_size(10).measurement_time(Duration::from_secs(3)).without_plots();
    let linked = signed(&setting, &files::linked(500, 330_000), 2);
    measured(&mut criterion, LINKS, &linked, &setting);
    let small = files::with_stream(50_000);
    measured(&mut criterion, "verify one signature", &signed(&setting, &small, 1), &setting);
    measured(&mut criterion, "verify 50 signatures", &signed(&setting, &small, 50), &setting);
    let scans = signed(&setting, &files::scans(100, 1_000_000), 1);
    measured(&mut criterion, "verify 100 MB, nothing later", &scans, &setting);
    measured(&mut criterion, "verify 100 MB, a small later revision", &files::with_information(&scans), &setting);
    criterion.final_summary();
    if let Some(own) = median(LINKS) {
        println!("\n{LINKS}: {:.2} ms, to reach 4 ms", own / 1e6);
    }
    for (what, beside, to_reach) in RATIOS {
        let (Some(own), Some(other)) = (median(what), median(beside)) else { continue };
        println!("{what}: {:.2} ms, {:.2} times `{beside}`, to reach {to_reach}", own / 1e6, own / other);
    }
}

/// `file` signed so many times.
fn signed(setting: &Setting, file: &[u8], times: usize) -> Vec<u8> {
    let mut signed = file.to_vec();
    for index in 0..times {
        let profile = Profile::pades_b_b(setting.time).field(format!("signature{index}"));
        signed = sign(&Document::pdf(&signed).unwrap(), &profile, &setting.leader).unwrap();
    }
    signed
}

fn measured(criterion: &mut Criterion, name: &str, file: &[u8], setting: &Setting) {
    let (policy, evidence) = (Policy::etsi_basic(), &setting.evidence);
    let context = Context { policy: &policy, anchors: &setting.anchors, evidence, time: setting.time, existence: None };
    criterion.bench_function(name, |b| b.iter(|| verify(&Document::pdf(black_box(file)).unwrap(), &context)));
}
