//! Reading PDF files that nobody here wrote: no panic, no hang, and what other tools read without complaint is read here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use kyso::Limits;
use kyso::encoding::pdf::{Entry, Pdf, Reference};

fn main_probe(path: &Path) -> String {
    let octets = std::fs::read(path).unwrap();
    let start = Instant::now();
    let mut out = String::new();
    match Pdf::open(&octets, &Limits::default(), None) {
        Err(e) => out += &format!("MALFORMED {e}"),
        Ok(pdf) => {
            let view = pdf.latest();
            let mut bad = Vec::new();
            let mut count = 0;
            for (number, placed) in view.entries() {
                let generation = match placed.entry {
                    Entry::Free { .. } => continue,
                    Entry::InUse { generation, .. } => generation,
                    Entry::Compressed { .. } => 0,
                };
                count += 1;
                if let Err(problem) = view.object(Reference { number, generation }) {
                    bad.push(format!("{number}:{}:{problem}", problem.code));
                }
            }
            let accounting = pdf.accounting();
            out += &format!(
                "rev={} chain={} objects={count} bad={} unacc={} locked={} catalog={} bytes_unl={}",
                pdf.revisions().len(),
                pdf.chain_problem().map_or("ok".into(), |p| p.to_string()),
                bad.len(),
                accounting.unaccounted_octets,
                pdf.locked(),
                view.catalog().is_ok(),
                pdf.byte_ranges_unlisted().len()
            );
            let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
            for f in pdf.findings() {
                *codes.entry(f.code).or_default() += 1;
            }
            out += &format!(" findings={codes:?}");
            for b in bad.iter().take(3) {
                out += &format!("\n      BAD {b}");
            }
            for f in pdf.findings().iter().take(4) {
                out += &format!("\n      F {} @{} {} {:?} r{:?}", f.code, f.at, f.what, f.object, f.revision);
            }
        }
    }
    let elapsed = start.elapsed();
    if elapsed.as_millis() > 300 {
        out += &format!("\n      SLOW {elapsed:?}");
    }
    out
}

#[test]
fn probe() {
    let Some(root) = std::env::var_os("KYSO_CORPORA").map(PathBuf::from) else { return };
    let index = std::fs::read_to_string(root.join("pdf-robustness/index.tsv")).unwrap();
    for line in index.lines().skip(1) {
        let f: Vec<&str> = line.split('\t').collect();
        println!("{} [{} {} {}] {}", f[0], f[2], f[3], f[4], main_probe(&root.join("pdf-robustness").join(f[0])));
    }
    for dir in ["eu-dss/pdf", "revision-diff"] {
        let mut files: Vec<_> = std::fs::read_dir(root.join(dir))
            .unwrap()
            .map(|e| e.unwrap().path())
            .filter(|p| p.extension().is_some_and(|e| e == "pdf"))
            .collect();
        files.sort();
        for p in files {
            println!("{} [{}] {}", p.file_name().unwrap().to_string_lossy(), dir, main_probe(&p));
        }
    }
}
