//! Every check that a report can name: its id, its sentences, and that the test vectors have seen it hold and not hold.

#[path = "common/vectors.rs"]
mod vectors;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use kyso::Policy;
use kyso::report::{Check, Outcome};
use serde::Deserialize;
use vectors::all;

/// What was seen of a check.
#[derive(Default)]
struct Seen {
    passed: bool,
    failed: bool,
    /// Names in its sentences that a step without the value could not fill.
    unfilled: BTreeSet<String>,
}

/// A check that the vectors cannot show in full, `tests/conformance/checks.exceptions.json`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    /// What is never seen: `passed`, `failed`, `both`.
    never: String,
    reason: String,
}

#[test]
fn every_check_was_seen_to_hold_and_not_to_hold() {
    let path = root().join("tests/conformance/checks.exceptions.json");
    let mut exceptions: BTreeMap<String, Exception> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let seen = seen();
    let mut faults = Vec::new();
    for check in kyso::checks() {
        let (passed, failed) = seen.get(check.id).map_or((false, false), |seen| (seen.passed, seen.failed));
        let never = match (passed, failed) {
            (true, true) => "nothing",
            (true, false) => "failed",
            (false, true) => "passed",
            (false, false) => "both",
        };
        match exceptions.remove(check.id) {
            None if never == "nothing" => {}
            None => faults.push(format!("{}: never seen: {never}", check.id)),
            Some(known) if known.reason.is_empty() => faults.push(format!("{}: listed without a reason", check.id)),
            Some(known) if known.never == never => {}
            Some(known) => faults.push(format!("{}: never seen: {never}, the list says {}", check.id, known.never)),
        }
        let unfilled = seen.get(check.id).map(|seen| seen.unfilled.clone()).unwrap_or_default();
        faults.extend(unfilled.into_iter().map(|name| format!("{}: its sentences name {{{name}}}, a step that failed does not", check.id)));
    }
    faults.extend(exceptions.keys().map(|id| format!("{id}: listed, and no such check")));
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}

/// EN 319 102-1 §5.1.3: each indication and sub-indication is what some case expects of a document or of a part of the process.
#[test]
fn every_indication_arises_in_a_case() {
    let vectors = all();
    let mut expected: BTreeSet<String> = BTreeSet::new();
    for vector in vectors.iter().filter(|vector| vector.case.document.is_some()) {
        let of = vector.expected();
        let entries = of.signatures.into_iter().filter_map(|entry| Some((entry.indication?, entry.sub_indication)));
        for (indication, sub) in entries.chain([(of.indication, of.sub_indication)]) {
            expected.insert(indication);
            expected.extend(sub);
        }
    }
    for indication in kyso::report::Indication::ALL {
        assert!(expected.contains(indication.as_str()), "no case expects {}", indication.as_str());
    }
    for sub in kyso::report::SubIndication::ALL {
        // What the past cannot prove leaves the present conclusion: it concludes a block of the process and never the whole.
        let part = sub == kyso::report::SubIndication::NoPoe
            && vectors.iter().filter_map(vectors::Vector::report).any(|report| {
                report.signatures.iter().any(|entry| {
                    entry.checks.checks().iter().any(|step| {
                        step.check == "validation_time_sliding.status_existed"
                            && step.otherwise.is_some_and(|other| other.sub_indication == Some(sub))
                    })
                })
            });
        assert!(part || expected.contains(sub.as_str()), "no case expects {}", sub.as_str());
    }
}

/// What all reports on all vectors say of each check.
fn seen() -> BTreeMap<String, Seen> {
    let mut seen: BTreeMap<String, Seen> = BTreeMap::new();
    for report in all().iter().filter_map(vectors::Vector::report) {
        let blocks = report.signatures.iter().map(|signature| &signature.checks).chain([&report.conclusion.checks]);
        for step in blocks.flat_map(|block| block.checks()) {
            let one = seen.entry(step.check.to_string()).or_default();
            match step.outcome {
                Outcome::Passed => one.passed = true,
                Outcome::Failed | Outcome::Tolerated => one.failed = true,
                Outcome::Skipped => {}
            }
            if let Some(check) = step.declared.filter(|_| step.outcome != Outcome::Passed) {
                let given: BTreeSet<String> = step.inputs.0.iter().map(|(name, _)| name.to_string()).collect();
                one.unfilled.extend(names(check).difference(&given).cloned());
            }
        }
    }
    seen
}

/// The names that the sentences of a check have places for.
fn names(check: &Check) -> BTreeSet<String> {
    let of = |text: &str| -> BTreeSet<String> {
        text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name.to_owned()).collect()
    };
    let (en, vi) = (of(check.sentences.en), of(check.sentences.vi));
    assert!(vi.is_subset(&en), "{}: the sentences name different values", check.id);
    en
}

/// What readers and rules say of a fault is English, in the report's values too; a Vietnamese sentence does without, and the check's id leads to it.
#[test]
fn vietnamese_sentences_have_no_english_words() {
    const ENGLISH: [&str; 16] =
        ["the", "is", "are", "not", "no", "and", "that", "with", "which", "by", "more", "than", "another", "nothing", "stands", "bytes"];
    let mut faults = BTreeSet::new();
    for report in all().iter().filter_map(vectors::Vector::report) {
        let reasons = report.signatures.iter().flat_map(|entry| &entry.reasons).chain(&report.conclusion.reasons);
        let reasons = reasons.map(|reason| (&reason.check, &reason.vi));
        let findings = report.document.findings.iter().map(|finding| (&finding.check, &finding.vi));
        for (check, vi) in reasons.chain(findings) {
            // A file's name, an address and an identifier may be made of anything.
            let words = vi.split(|c: char| !c.is_alphanumeric() && !"_#-./".contains(c)).map(|word| word.trim_end_matches('.'));
            if let Some(word) = words.into_iter().find(|word| ENGLISH.contains(word)) {
                faults.insert(format!("{check}: {word}: {vi}"));
            }
        }
    }
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.into_iter().collect::<Vec<_>>().join("\n"));
}

#[test]
fn an_id_is_unique_and_begins_with_the_file_that_asks() {
    let files = names_of_files(&root().join("src"));
    let policy: serde_json::Value = serde_json::from_str(&Policy::etsi_basic().to_json()).unwrap();
    let mut known = BTreeSet::new();
    for check in kyso::checks() {
        assert!(known.insert(check.id), "{}: twice", check.id);
        let (file, what) = check.id.split_once('.').unwrap_or_else(|| panic!("{}: no dot", check.id));
        match file {
            // How much is told changes no verdict: no policy has a say in it.
            "limit" if what == "derivation" => {}
            "limit" => assert!(policy["limits"].get(what).is_some(), "{}: no such limit", check.id),
            file => assert!(files.contains(file), "{}: no such file", check.id),
        }
        let word = |text: &str| !text.is_empty() && text.chars().all(|letter| matches!(letter, 'a'..='z' | '0'..='9' | '_'));
        assert!(word(file) && word(what), "{}: not in snake case", check.id);
    }
}

/// The names of the files and folders of the code.
fn names_of_files(folder: &Path) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        names.insert(path.file_stem().unwrap().to_string_lossy().into_owned());
        if path.is_dir() {
            names.extend(names_of_files(&path));
        }
    }
    names
}

#[test]
fn a_check_has_a_clause_and_a_sentence_in_both_languages() {
    for check in kyso::checks() {
        assert!(!check.clause.is_empty(), "{}", check.id);
        assert!(!check.otherwise.is_passed(), "{}", check.id);
        for sentence in [check.sentences.en, check.sentences.vi] {
            let begins = sentence.chars().next().is_some_and(|letter| letter.is_uppercase() || letter == '{');
            assert!(begins && sentence.ends_with('.'), "{}: {sentence:?} is no sentence", check.id);
        }
        assert_ne!(check.sentences.en, check.sentences.vi, "{}", check.id);
        names(check);
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
