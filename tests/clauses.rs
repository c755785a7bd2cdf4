//! `docs/clauses/`: of each standard, clause by clause, the file that does it, the checks that ask it, and the test vectors in which each check
//! holds and does not. Write the ledgers again with `KYSO_WRITE=1 cargo test --test clauses`.

#[path = "common/vectors.rs"]
mod vectors;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use kyso::report::Outcome;

/// The standards with a ledger: how they are cited, and the file.
const LEDGERS: [(&str, &str); 10] = [
    ("EN 319 102-1", "en-319-102-1"),
    ("EN 319 122-1", "en-319-122-1"),
    ("EN 319 132-1", "en-319-132-1"),
    ("EN 319 142-1", "en-319-142-1"),
    ("EN 319 162-1", "en-319-162-1"),
    ("RFC 3161", "rfc-3161"),
    ("RFC 5280", "rfc-5280"),
    ("RFC 5652", "rfc-5652"),
    ("RFC 6960", "rfc-6960"),
    ("TS 119 182-1", "ts-119-182-1"),
];

/// What a clause has: files with what they say of themselves, checks.
#[derive(Default)]
struct Clause {
    files: BTreeMap<String, String>,
    checks: BTreeSet<&'static str>,
}

/// A vector in which a check holds, and one in which it does not.
#[derive(Clone, Default)]
struct Shown {
    holds: Option<String>,
    fails: Option<String>,
}

#[test]
fn the_ledgers_are_what_code_and_vectors_say() {
    let shown = shown();
    let write = std::env::var_os("KYSO_WRITE").is_some();
    for (standard, file) in LEDGERS {
        let ledger = ledger(standard, &shown);
        let path = root().join(format!("docs/clauses/{file}.md"));
        if write {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &ledger).unwrap();
        }
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(written == ledger, "docs/clauses/{file}.md is another one: KYSO_WRITE=1 cargo test --test clauses");
    }
}

/// Every check stands in a ledger or cites another standard, and says which clause.
#[test]
fn a_check_of_these_standards_stands_in_its_ledger() {
    for check in kyso::checks() {
        for (standard, file) in LEDGERS {
            let cited = !clauses_of(check.clause, standard).is_empty();
            assert_eq!(cited, check.clause.contains(standard), "{}: {} names no clause of {standard}", check.id, check.clause);
            let text = std::fs::read_to_string(root().join(format!("docs/clauses/{file}.md"))).unwrap_or_default();
            assert_eq!(cited, text.contains(&format!("`{}`", check.id)), "{}: {file}", check.id);
        }
    }
}

fn ledger(standard: &str, shown: &BTreeMap<String, Shown>) -> String {
    let mut clauses: BTreeMap<Vec<u32>, Clause> = BTreeMap::new();
    for (file, said) in headers() {
        for clause in clauses_of(&said, standard) {
            clauses.entry(clause).or_default().files.insert(file.clone(), said.clone());
        }
    }
    for check in kyso::checks() {
        for clause in clauses_of(check.clause, standard) {
            clauses.entry(clause).or_default().checks.insert(check.id);
        }
    }
    let mut text = format!(
        "# {standard}\n\nClause by clause: the files that say they do it, the checks that ask it, and of each a test vector in which it holds and one in \
         which it does\nnot (`-`: `tests/conformance/checks.exceptions.json` says why there is none). Made from the code and the vectors by `KYSO_WRITE=1 cargo test \
         --test clauses`.\n\n| clause | file, or check | holds in | does not hold in |\n|---|---|---|---|\n"
    );
    for (number, clause) in &clauses {
        let number = number.iter().map(|part| part_text(*part)).collect::<Vec<_>>().join(".");
        for (file, said) in &clause.files {
            writeln!(text, "| §{number} | `{file}`: {} | | |", said.replace('|', "\\|")).unwrap();
        }
        for check in &clause.checks {
            let Shown { holds, fails } = shown.get(*check).cloned().unwrap_or_default();
            let cell = |vector: Option<String>| vector.map_or_else(|| "-".to_owned(), |vector| format!("`{vector}`"));
            writeln!(text, "| §{number} | `{check}` | {} | {} |", cell(holds), cell(fails)).unwrap();
        }
    }
    text
}

/// The numbers of the clauses of `standard` that a citation names: `EN 319 142-1 §5.4.2, §6.3 (g)`. A standard's clauses end where another one begins.
fn clauses_of(citation: &str, standard: &str) -> Vec<Vec<u32>> {
    const OTHERS: [&str; 18] = [
        "XML Signature",
        "Canonical XML",
        "APPNOTE",
        "Open Document",
        "EN ",
        "RFC ",
        "ISO ",
        "ITU",
        "X.509",
        "TS ",
        "FIPS",
        "NIST",
        "TT ",
        "NĐ ",
        "Common PKI",
        "Unicode",
        "BSI",
        "IEEE",
    ];
    let citation = citation.split(" — ").next().unwrap_or_default();
    let mut found = Vec::new();
    for (at, _) in citation.match_indices(standard) {
        let rest = &citation[at + standard.len()..];
        let end = OTHERS.iter().filter_map(|other| rest.find(other)).min().unwrap_or(rest.len());
        for part in rest[..end].split('§').skip(1) {
            let annex = part.chars().next().filter(char::is_ascii_uppercase).map(|letter| ANNEX_A + u32::from(letter) - u32::from('A'));
            let number = &part[annex.map_or(0, |_| 1)..];
            let number: String = number.chars().take_while(|letter| letter.is_ascii_digit() || *letter == '.').collect();
            let number = number.split('.').filter(|part| !part.is_empty()).map(|part| part.parse().unwrap());
            let number: Vec<u32> = annex.into_iter().chain(number).collect();
            if !number.is_empty() {
                found.push(number);
            }
        }
    }
    found
}

/// Annexes come behind the clauses.
const ANNEX_A: u32 = 1_000;

fn part_text(part: u32) -> String {
    match part.checked_sub(ANNEX_A).and_then(|letter| char::from_u32(u32::from('A') + letter)) {
        Some(letter) => letter.to_string(),
        None => part.to_string(),
    }
}

/// The first line of every file of the code.
fn headers() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open: Vec<PathBuf> = vec![root().join("src")];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let said = text.lines().next().and_then(|line| line.strip_prefix("//! ")).unwrap_or_default().to_owned();
                found.insert(path.strip_prefix(root()).unwrap().to_string_lossy().into_owned(), said);
            }
        }
    }
    found
}

/// The first vector, by name, in which each check was seen either way.
fn shown() -> BTreeMap<String, Shown> {
    let mut shown: BTreeMap<String, Shown> = BTreeMap::new();
    for vector in vectors::all() {
        let Some(report) = vector.report() else { continue };
        let mut saw = |check: &str, holds: bool| {
            let one = shown.entry(check.to_owned()).or_default();
            let place = if holds { &mut one.holds } else { &mut one.fails };
            place.get_or_insert_with(|| vector.name.clone());
        };
        let blocks = report.signatures.iter().map(|signature| &signature.checks).chain([&report.conclusion.checks]);
        for step in blocks.flat_map(|block| block.checks()) {
            match step.outcome {
                Outcome::Passed => saw(&step.check, true),
                Outcome::Failed | Outcome::Tolerated => saw(&step.check, false),
                Outcome::Skipped => {}
            }
        }
    }
    shown
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
