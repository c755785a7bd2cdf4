//! What a batch costs beside its signature, and one of its proofs, measured in one run: `cargo bench --bench batch` prints the figures.

#[path = "bench/median.rs"]
mod median;

use std::hint::black_box;
use std::time::Duration;

use criterion::Criterion;
use kyso::batch::{Form, Proof, SALT};
use kyso::creation::Batch;
use kyso::crypto::DigestAlgorithm;
use kyso::encoding::json;
use kyso::{Limits, Policy};

use median::median;

const HASH: DigestAlgorithm = DigestAlgorithm::Sha256;
const RECORDS: u32 = 100_000;

fn main() {
    let mut criterion = Criterion::default().configure_from_args().sample_size(10).measurement_time(Duration::from_secs(3)).without_plots();
    from_digests(&mut criterion);
    from_records(&mut criterion);
    one_proof(&mut criterion);
    criterion.final_summary();
    print_medians();
}

fn salt(number: u32) -> [u8; SALT] {
    let mut salt = [0; SALT];
    salt[..4].copy_from_slice(&number.to_be_bytes());
    salt
}

fn from_digests(criterion: &mut Criterion) {
    let digests: Vec<Vec<u8>> = (0..RECORDS).map(|number| HASH.digest(&number.to_be_bytes())).collect();
    let members = || (0..).map(salt).zip(digests.iter().cloned());
    criterion.bench_function("100,000 digests to a payload", |b| {
        b.iter(|| Batch::new(HASH, Form::Octets, members()).unwrap().payload());
    });
}

/// About 2 kB, as a result of a procedure is.
fn record(number: u32) -> Vec<u8> {
    let subject = |at: u32| {
        format!(
            r#"{{"scheme": "CCCD", "id": "0220990{number:05}", "name": "Nguyễn Thị Thanh {at}", "born": "19{:02}-01-0{}"}}"#,
            at % 90 + 10,
            at % 9 + 1
        )
    };
    let subjects: Vec<String> = (0..15).map(subject).collect();
    let text = format!(
        r#"{{"schema": "urn:kyso:result-record:1", "result": "H49-{number}-KQ1", "dossier": "H49-{number}", "issued": "2026-11-26", "amount": {number}.50, "subjects": [{}]}}"#,
        subjects.join(", ")
    );
    text.into_bytes()
}

fn from_records(criterion: &mut Criterion) {
    let records: Vec<Vec<u8>> = (0..RECORDS / 10).map(record).collect();
    println!("a record has {} octets", records[0].len());
    let limits = Limits::default();
    criterion.bench_function("10,000 records parsed and in canonical form", |b| {
        b.iter(|| {
            for record in &records {
                black_box(json::canonical(&json::read(record, &limits).unwrap()).unwrap());
            }
        });
    });
    criterion.bench_function("10,000 records to a payload", |b| {
        b.iter(|| {
            let digests = records.iter().map(|record| Form::Jcs.digest(HASH, record, &limits).unwrap());
            Batch::new(HASH, Form::Jcs, (0..).map(salt).zip(digests)).unwrap().payload()
        });
    });
}

fn one_proof(criterion: &mut Criterion) {
    let digests: Vec<Vec<u8>> = (0..RECORDS).map(|number| HASH.digest(&number.to_be_bytes())).collect();
    let batch = Batch::new(HASH, Form::Octets, (0..).map(salt).zip(digests.iter().cloned())).unwrap();
    let payload = batch.payload();
    let proof = batch.proof(77_777, br#"{"payload":"e30","protected":"e30","signature":"AA"}"#).unwrap().to_json().unwrap();
    println!("a proof without its signature has {} octets", proof.len() - 50);
    let limits = Policy::etsi_basic().limits;
    criterion.bench_function("one proof of 100,000, read and checked", |b| {
        b.iter(|| {
            let proof = Proof::from_json(black_box(&proof), &limits).unwrap();
            assert_eq!(proof.root(payload.hash, payload.size, &digests[77_777]).as_deref(), Some(&*payload.root));
        });
    });
}

fn print_medians() {
    let medians: Option<Vec<f64>> = [
        "100,000 digests to a payload",
        "10,000 records parsed and in canonical form",
        "10,000 records to a payload",
        "one proof of 100,000, read and checked",
    ]
    .into_iter()
    .map(median)
    .collect();
    let Some([digests, parsed, made, proof]) = medians.as_deref() else { return println!("no medians of this run") };
    println!("from digests                {:>8.1} ms (at most 50)", digests / 1e6);
    println!("from records                {:>8.2} of parsing and canonical form (at most 1.5)", made / parsed);
    println!("one proof                   {:>8.2} us (at most 20)", proof / 1e3);
}
