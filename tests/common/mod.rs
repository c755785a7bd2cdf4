//! What the conformance suites share: where the corpora are, and which disagreements with them are known.
#![allow(dead_code, reason = "each suite uses its part")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// The folder of a suite, or `None` after saying that the suite is skipped and why.
pub fn corpora_path(suite: &str) -> Option<PathBuf> {
    let Some(root) = std::env::var_os("KYSO_CORPORA") else {
        println!("{suite}: skipped, KYSO_CORPORA does not name the folder of the corpora");
        return None;
    };
    let path = PathBuf::from(root).join(suite);
    assert!(path.is_dir(), "KYSO_CORPORA is set but {} is not a folder", path.display());
    Some(path)
}

/// One known disagreement, as `tests/conformance/<suite>.exceptions.json` lists it under the name of the case.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    pub expected: String,
    pub actual: String,
    pub reason: String,
}

/// The outcome of a suite, held against its known disagreements.
pub struct Conformance {
    suite: &'static str,
    exceptions: BTreeMap<String, Exception>,
    cases: usize,
    /// Exceptions that a decision of the validation rules governs, by its number.
    governed: usize,
    /// Exceptions with another reason.
    disagreeing: usize,
    faults: Vec<String>,
}

impl Conformance {
    /// Loads the exceptions of `suite`; no file means none.
    pub fn of(suite: &'static str) -> Self {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/conformance/{suite}.exceptions.json"));
        let exceptions = match std::fs::read(&path) {
            Ok(octets) => serde_json::from_slice(&octets).unwrap_or_else(|error| panic!("{}: {error}", path.display())),
            Err(_) => BTreeMap::new(),
        };
        Self::with(suite, exceptions)
    }

    /// As [`Self::of`], with the exceptions given.
    pub fn with(suite: &'static str, exceptions: BTreeMap<String, Exception>) -> Self {
        Self { suite, exceptions, cases: 0, governed: 0, disagreeing: 0, faults: Vec::new() }
    }

    /// Records one case. A disagreement must be listed with these very words; a listed case must disagree.
    pub fn case(&mut self, name: &str, expected: &str, actual: &str) {
        self.cases += 1;
        let agrees = expected == actual;
        match self.exceptions.remove(name) {
            None if agrees => {}
            None => self.faults.push(format!("{name}: expected {expected}, got {actual}")),
            Some(_) if agrees => {
                self.faults.push(format!("{name}: listed as an exception but agrees now ({actual}): take it off the list"))
            }
            Some(known) if known.expected == expected && known.actual == actual => match known.reason.contains("decision ") {
                true => self.governed += 1,
                false => self.disagreeing += 1,
            },
            Some(known) => self.faults.push(format!(
                "{name}: expected {expected}, got {actual}, but the list says expected {}, got {}",
                known.expected, known.actual
            )),
        }
    }

    /// Prints how many of the cases that no decision of the validation rules governs agree, and fails below this many of a hundred.
    pub fn agrees_on(&self, least: usize) {
        let open = self.cases - self.governed;
        let agreeing = open - self.disagreeing - self.faults.len().min(open - self.disagreeing);
        let share = agreeing as f64 * 100.0 / open as f64;
        println!("{}: {agreeing} of {open} agree ({share:.1} %); a decision governs {} more", self.suite, self.governed);
        assert!(agreeing * 100 >= open * least, "{}: only {agreeing} of {open} agree", self.suite);
    }

    /// What is wrong, one line each; listed cases that never came are wrong too.
    pub fn faults(mut self) -> Vec<String> {
        let suite = self.suite;
        self.faults.extend(self.exceptions.keys().map(|name| format!("{name}: listed as an exception but {suite} has no such case")));
        self.faults
    }

    /// Prints the count and fails on any fault.
    pub fn finish(self) {
        let (suite, cases, exceptions) = (self.suite, self.cases, self.exceptions.len());
        let faults = self.faults();
        println!("{suite}: {cases} cases, {} faults, {exceptions} exceptions never met", faults.len());
        assert!(faults.is_empty(), "{suite}: {} faults\n{}", faults.len(), faults.iter().take(100).cloned().collect::<Vec<_>>().join("\n"));
    }
}

/// Octets from hexadecimal digits.
pub fn hex(digits: &str) -> Vec<u8> {
    assert!(digits.len().is_multiple_of(2), "an odd number of digits");
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).expect("hexadecimal digits")).collect()
}

/// Every file of a suite, indices left out, in the order of the names.
pub fn files_below(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let mut folders = vec![folder.to_owned()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files.into_iter().filter(|path| path.file_name().is_none_or(|name| name != "index.tsv"))
}

/// The name of a file.
pub fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// The rows of an index, by the names of its columns.
pub fn rows(index: &Path) -> Vec<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(index).unwrap();
    let mut lines = text.lines();
    let columns: Vec<_> = lines.next().unwrap().split('\t').map(str::to_owned).collect();
    lines.map(|line| columns.iter().cloned().zip(line.split('\t').map(str::to_owned)).collect()).collect()
}
