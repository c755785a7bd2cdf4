//! `docs/checks.md` lists every check that a report can name. Write it again with `KYSO_WRITE=1 cargo test --test documentation`.

#[path = "common/vectors.rs"]
mod vectors;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

#[test]
fn the_list_of_checks_is_the_one_in_the_code() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/checks.md");
    let expected = list();
    if std::env::var_os("KYSO_WRITE").is_some() {
        std::fs::write(&path, &expected).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == expected, "docs/checks.md is not what the code says: KYSO_WRITE=1 cargo test --test documentation");
}

/// `docs/attacks.md`: a class is a section, its cases are the folders that begin with its name, and the checks that it names are those that
/// its cases expect to fail.
#[test]
fn every_class_of_attacks_is_told_with_the_checks_that_stop_it() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/attacks.md");
    let written = std::fs::read_to_string(&path).unwrap();
    let mut classes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for vector in vectors::all() {
        let Some(case) = vector.name.strip_prefix("attacks/") else { continue };
        let expected = vector.expected();
        let checks = expected.signatures.into_iter().flat_map(|entry| entry.check.into_iter().chain(entry.tolerated)).chain(expected.check);
        let checks = checks.chain(expected.findings).filter(|check| !check.is_empty());
        let class = case.split('-').next().unwrap_or_default();
        classes.entry(class.to_owned()).or_default().extend(checks);
    }
    let ids: BTreeSet<&str> = kyso::checks().iter().map(|check| check.id).collect();
    let mut text = written.clone();
    for section in written.split("\n## `").skip(1) {
        let (class, rest) = section.split_once('`').unwrap();
        let checks = classes.remove(class).unwrap_or_else(|| panic!("{class}: no such folders"));
        for check in checks.iter().filter(|check| !check.starts_with("pdf.")) {
            assert!(ids.contains(check.as_str()), "{class}: {check}: no such check");
        }
        let list: Vec<String> = checks.iter().map(|check| format!("`{check}`")).collect();
        let line = rest.lines().find(|line| line.starts_with("Stopped by: ")).unwrap_or_else(|| panic!("{class}: nothing stops it"));
        let own = text.find(&format!("\n## `{class}`")).unwrap();
        let at = own + text[own..].find(line).unwrap();
        text.replace_range(at..at + line.len(), &format!("Stopped by: {}.", list.join(", ")));
    }
    assert!(classes.is_empty(), "not told of: {:?}", classes.keys());
    if std::env::var_os("KYSO_WRITE").is_some() {
        std::fs::write(&path, &text).unwrap();
    } else {
        assert!(text == written, "docs/attacks.md is not what the cases say: KYSO_WRITE=1 cargo test --test documentation");
    }
}

fn list() -> String {
    let mut text = String::from(
        "# Checks\n\nEvery check that a report can name, with its clause, the conclusion when it does not hold, and what that means.\n\
         `{name}` stands for the input of that name. The first part of an id is the file that asks.\n\n\
         | check | clause | otherwise | in words |\n|---|---|---|---|\n",
    );
    for check in kyso::checks() {
        let sentences = check.sentences;
        writeln!(text, "| `{}` | {} | {} | {}<br>{} |", check.id, check.clause, check.otherwise, sentences.en, sentences.vi).unwrap();
    }
    text
}
