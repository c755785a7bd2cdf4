//! Makes every file of `test-vectors/` but the keys, from the keys and nothing else: no clock, no random number, so that
//! the same source gives the same octets.
//!
//! `cargo run --example make_vectors` writes; with `-- --check` it only compares, and fails where a file would change.

mod algorithms;
mod attacks;
mod batch;
mod byte_range;
mod case;
mod certificates;
mod cms;
mod containers;
mod contents;
mod deltas;
mod edxml;
mod encryption;
mod evidence_records;
mod existence;
mod fields;
mod hand_made;
mod json;
mod key_files;
mod later;
mod life;
mod lists;
mod ocsp;
mod paths;
mod pdf;
mod policies;
mod revocation;
mod seed_values;
mod several;
mod shared;
mod signed_attributes;
mod signed_data;
mod structure;
mod sub_filters;
mod testimony;
mod timestamps;
mod trust_stores;
mod vietnam;
mod xml;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Every file made, by its path under `test-vectors/`.
pub type Files = BTreeMap<PathBuf, Vec<u8>>;

pub type Error = Box<dyn std::error::Error>;

type Outcome<T = ()> = Result<T, Error>;

/// Puts the cases of a group among the files.
type Group = fn(&shared::Shared, &mut Files) -> Outcome;

/// The groups, by the names of their folders.
const GROUPS: &[(&str, Group)] = &[
    ("algorithms", algorithms::add),
    ("asic", containers::add),
    ("attacks", attacks::add),
    ("batch", batch::add),
    ("byte-range", byte_range::add),
    ("certificates", certificates::add),
    ("cms", signed_data::add),
    ("contents", contents::add),
    ("edxml", edxml::add),
    ("evidence-records", evidence_records::add),
    ("existence", existence::add),
    ("fields", fields::add),
    ("json", json::add),
    ("key-files", key_files::add),
    ("later-revisions", later::add),
    ("life", life::add),
    ("lists", lists::add),
    ("ocsp", ocsp::add),
    ("paths", paths::add),
    ("policies", policies::add),
    ("revocation", revocation::add),
    ("seed-values", seed_values::add),
    ("several", several::add),
    ("structure", structure::add),
    ("sub-filters", sub_filters::add),
    ("timestamps", timestamps::add),
    ("trust-stores", trust_stores::add),
    ("vietnam", vietnam::add),
    ("xml", xml::add),
];

fn main() -> Outcome {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("test-vectors");
    let shared = shared::Shared::load(&root.join("keys"))?;
    let mut files = shared.files();
    for (_, add) in GROUPS {
        add(&shared, &mut files)?;
    }

    // The folders that belong to the generator: what it does not make is deleted from them.
    let folders = GROUPS.iter().map(|(folder, _)| *folder).chain(["pki"]);
    let stale: Vec<PathBuf> =
        folders.flat_map(|folder| present(&root, Path::new(folder))).filter(|path| !files.contains_key(path)).collect();
    let changed: Vec<&PathBuf> =
        files.iter().filter(|(path, octets)| std::fs::read(root.join(path)).ok().as_ref() != Some(*octets)).map(|(path, _)| path).collect();
    for path in stale.iter().chain(changed.iter().copied()) {
        println!("{}", path.display());
    }
    if std::env::args().any(|argument| argument == "--check") {
        let differences = stale.len() + changed.len();
        return if differences == 0 { Ok(()) } else { Err(format!("{differences} files are not as the generator makes them").into()) };
    }
    for path in &stale {
        std::fs::remove_file(root.join(path))?;
        // The folder of a case goes with its last file; one with files in it stays, and that is no error.
        let _ = path.parent().map(|folder| std::fs::remove_dir(root.join(folder)));
    }
    for path in changed {
        std::fs::create_dir_all(root.join(path).parent().unwrap_or(&root))?;
        std::fs::write(root.join(path), &files[path])?;
    }
    Ok(())
}

/// The files in a folder and those below it.
fn present(root: &Path, folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(root.join(&folder)).into_iter().flatten().flatten() {
            let path = folder.join(entry.file_name());
            if entry.path().is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found
}
