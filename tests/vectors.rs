//! `test-vectors/`: every case has its answer, so that adding a folder adds a test. What is wrong is told of all cases at once.

#[path = "common/caching.rs"]
mod caching;
#[path = "common/grammar.rs"]
mod grammar;
#[path = "common/vectors.rs"]
mod vectors;

use std::collections::{BTreeMap, BTreeSet};

use kyso::crypto::DigestAlgorithm;
use kyso::pki::{KeyFile, KeyFileError};
use kyso::report::json::SignatureReport;
use kyso::report::recorder::{Outcome, Step, conclude};
use kyso::report::text::Language;
use kyso::report::{Block, Conclusion};
use kyso::{Report, SoftwareSigner};
use serde::Deserialize;
use serde_json::{Value, json};
use vectors::{Entry, Vector, all};

/// What does not agree, a line each.
type Faults = Vec<String>;

#[test]
fn every_case_has_its_answer() {
    let schema = jsonschema::validator_for(&Report::json_schema()).unwrap();
    let mut exceptions = exceptions();
    let (mut faults, mut count, listed) = (Faults::new(), 0, exceptions.len());
    let mut grammar = grammar::Grammar::default();
    for vector in all() {
        let (report, mut found) = (vector.report(), Faults::new());
        let answer = match (&vector.case.key_file, &report) {
            (Some(file), _) => key_file(&vector, file, &mut found),
            (None, None) => {
                equal("indication", "MALFORMED", &vector.expected().indication, &mut found);
                "MALFORMED".into()
            }
            (None, Some(report)) => verdict(&vector, report, &mut found),
        };
        if let Some(exception) = exceptions.remove(&vector.name) {
            found = exception.faults(&answer, &found);
        }
        if let Some(report) = &report {
            grammar.see(&form(&vector, report, &schema, &mut found));
        }
        faults.extend(found.into_iter().map(|fault| format!("{}: {fault}", vector.name)));
        count += 1;
    }
    faults.extend(exceptions.keys().map(|name| format!("{name}: listed as an exception, and no such case")));
    kept(grammar, &mut faults);
    println!("{count} cases, {} faults, {listed} listed as exceptions", faults.len());
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}

/// A case whose answer is known to be another one than expected, `tests/conformance/vectors.exceptions.json`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    /// The conclusion and its first check.
    actual: String,
    reason: String,
}

fn exceptions() -> BTreeMap<String, Exception> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/vectors.exceptions.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

impl Exception {
    /// What is wrong with this listing. Whatever is listed never passes.
    fn faults(&self, answer: &str, found: &[String]) -> Faults {
        let mut faults = Faults::new();
        if found.is_empty() {
            faults.push("listed as an exception but agrees now: take it off the list".into());
        }
        equal("listed answer", answer, &self.actual, &mut faults);
        if self.reason.is_empty() || self.actual.starts_with("TOTAL-PASSED") {
            faults.push("listed without a reason, or passes".into());
        }
        faults
    }
}

/// What every report must be, whatever it says.
fn form(vector: &Vector, report: &Report, schema: &jsonschema::Validator, faults: &mut Faults) -> Value {
    let json = report.to_json();
    let value: Value = serde_json::from_str(&json).unwrap();
    faults.extend(schema.iter_errors(&value).map(|error| format!("the schema: {error} at {}", error.instance_path())));
    if vector.asked(caching::verified).is_none_or(|again| again.to_json() != json) {
        faults.push("the same inputs gave another report".into());
    }
    faults.extend(kyso::audit(json.as_bytes()).unwrap().into_iter().map(|fault| format!("audit: {fault}")));
    written(&vector.name, &json);
    for signature in &report.signatures {
        let concluded = Conclusion { indication: signature.indication, sub_indication: signature.sub_indication };
        if signature.checks.conclusion != concluded {
            faults.push(format!("{}: {concluded} is not what its checks conclude", signature.id));
        }
        derived(&signature.checks, faults);
    }
    for language in [Language::Vi, Language::En] {
        if report.to_text(language).contains(['{', '}']) {
            faults.push("a sentence of the text has a place that is not filled".into());
        }
    }
    value
}

/// `docs/report.grammar.json` comes from these reports and those that other tests kept (`common/audited.rs`): real files have shapes that no
/// vector has. That it demands no more and allows no less, the audit of each tells. What older builds kept is removed before it is written.
fn kept(mut grammar: grammar::Grammar, faults: &mut Faults) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/report.grammar.json");
    if std::env::var_os("KYSO_WRITE").is_some() {
        for report in std::fs::read_dir(reports().join("other")).into_iter().flatten() {
            grammar.see(&serde_json::from_slice(&std::fs::read(report.unwrap().path()).unwrap()).unwrap());
        }
        std::fs::write(&path, grammar.written()).unwrap();
    } else if faults.iter().any(|fault| fault.contains(": audit: ")) {
        faults.push(
            "docs/report.grammar.json is behind: KYSO_WRITE=1 cargo test --test vectors writes it, and the next build knows it".into(),
        );
    }
}

fn reports() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("reports")
}

/// Beside the build, for other programs to audit: `examples/audit.py docs target/reports/*.json`.
fn written(name: &str, json: &str) {
    std::fs::create_dir_all(reports()).unwrap();
    std::fs::write(reports().join(format!("{}.json", name.replace('/', "__"))), json).unwrap();
}

/// Every conclusion follows from the steps, by the rule that anybody can apply (`docs/design.md`).
fn derived(block: &Block, faults: &mut Faults) {
    if conclude(block.combine, &block.steps) != block.conclusion {
        faults.push(format!("the conclusion of `{}` does not follow from its steps", block.name));
    }
    for step in &block.steps {
        match step {
            Step::Block { block, .. } => derived(block, faults),
            Step::Check(step) if (step.outcome == Outcome::Passed) != step.otherwise.is_none() => {
                faults.push(format!("{}: `otherwise` stands where the outcome is not passed, and there alone", step.check));
            }
            Step::Check(_) => {}
        }
    }
}

/// Compares the report with what is expected; the conclusion and its first check.
fn verdict(vector: &Vector, report: &Report, faults: &mut Faults) -> String {
    let expected = vector.expected();
    let conclusion = &report.conclusion;
    equal("indication", conclusion.indication.as_str(), &expected.indication, faults);
    equal(
        "sub_indication",
        conclusion.sub_indication.map_or("", |sub| sub.as_str()),
        expected.sub_indication.as_deref().unwrap_or(""),
        faults,
    );
    let check = conclusion.reasons.first().map_or("", |reason| &reason.check);
    asserted("check", check, expected.check.as_ref(), faults);
    let listed: BTreeSet<&str> = report.document.findings.iter().map(|finding| &*finding.check).collect();
    for finding in expected.findings.iter().filter(|finding| !listed.contains(finding.as_str())) {
        faults.push(format!("no finding {finding} among {listed:?}"));
    }
    if !expected.signatures.is_empty() {
        equal("entries", &report.signatures.len().to_string(), &expected.signatures.len().to_string(), faults);
    }
    for (entry, expected) in report.signatures.iter().zip(&expected.signatures) {
        let mut found = Faults::new();
        one_entry(entry, expected, &mut found);
        faults.extend(found.into_iter().map(|fault| format!("{}: {fault}", entry.id)));
    }
    [conclusion.indication.as_str(), conclusion.sub_indication.map_or("", |sub| sub.as_str()), check].join(" ").trim_end().to_owned()
}

fn one_entry(entry: &SignatureReport, expected: &Entry, faults: &mut Faults) {
    let word = |value: Value| value.as_str().unwrap_or_default().to_owned();
    asserted("field", entry.field.as_deref().unwrap_or(""), expected.field.as_ref(), faults);
    asserted("kind", &word(json!(entry.kind)), expected.kind.as_ref(), faults);
    asserted("level", &word(json!(entry.level)), expected.level.as_ref(), faults);
    asserted("indication", entry.indication.as_str(), expected.indication.as_ref(), faults);
    asserted("sub_indication", entry.sub_indication.map_or("", |sub| sub.as_str()), expected.sub_indication.as_ref(), faults);
    asserted("check", entry.reasons.first().map_or("", |reason| &reason.check), expected.check.as_ref(), faults);
    asserted("integrity", &word(json!(entry.integrity)), expected.integrity.as_ref(), faults);
    let conditional = entry.if_claimed_time.map_or(String::new(), |conclusion| conclusion.indication.as_str().into());
    asserted("if_claimed_time", &conditional, expected.if_claimed_time.as_ref(), faults);
    let modifications = entry.modifications.as_ref();
    let class = modifications.map_or(String::new(), |modifications| word(json!(modifications.class)));
    asserted("changes", &class, expected.changes.as_ref(), faults);
    let permitted = modifications.is_some_and(|modifications| modifications.permitted).to_string();
    asserted("permitted", &permitted, expected.permitted.map(|permitted| permitted.to_string()).as_ref(), faults);
    for (word, outcome, expected) in [("tolerated", Outcome::Tolerated, &expected.tolerated), ("failed", Outcome::Failed, &expected.failed)]
    {
        let found: BTreeSet<String> =
            entry.checks.checks().iter().filter(|step| step.outcome == outcome).map(|step| step.check.to_string()).collect();
        for check in expected.iter().filter(|check| !found.contains(*check)) {
            faults.push(format!("{check} is not among those {word}, {found:?}"));
        }
    }
}

fn asserted(what: &str, actual: &str, expected: Option<&String>, faults: &mut Faults) {
    if let Some(expected) = expected {
        equal(what, actual, expected, faults);
    }
}

fn equal(what: &str, actual: &str, expected: &str, faults: &mut Faults) {
    if actual != expected {
        faults.push(format!("{what} is {actual:?}, expected {expected:?}"));
    }
}

fn key_file(vector: &Vector, file: &str, faults: &mut Faults) -> String {
    let answer = match KeyFile::read(&vector.read(file), vector.case.password.as_deref()) {
        Ok(read) => opened(read),
        Err(KeyFileError::Malformed(_)) => json!({ "refused": "malformed" }),
        Err(KeyFileError::PasswordNeeded | KeyFileError::WrongPassword) => json!({ "refused": "password" }),
        Err(_) => json!({ "refused": "unsupported" }),
    };
    equal("answer", &answer.to_string(), &vector.case.expected.to_string(), faults);
    answer.to_string()
}

fn opened(file: KeyFile) -> Value {
    let certificates = file.certificates.len();
    let first = file.certificates.first().map(|der| kyso::pki::Certificate::from_der(der).unwrap());
    let key = file.keys.into_iter().next().unwrap();
    let digest = DigestAlgorithm::Sha256.digest(key.public_key().spki());
    let public_key = format!("sha256:{}", kyso::report::fact::hex(&digest));
    match SoftwareSigner::new(key, first.into_iter().collect()) {
        Ok(_) => json!({ "opens": { "public_key": public_key, "certificates": certificates } }),
        Err(_) => json!({ "refused": "certificate" }),
    }
}

/// Each good case with its bad twin: a case that does not pass says from which one that does it differs, and in what.
#[test]
fn good_cases_have_bad_twins() {
    let vectors = all();
    let by_name: BTreeMap<&str, &Vector> = vectors.iter().map(|vector| (&*vector.name, vector)).collect();
    let named: BTreeSet<&str> = vectors.iter().filter_map(|vector| vector.case.twin.as_deref()).collect();
    let mut faults = Faults::new();
    for vector in &vectors {
        let mut fault = |what: &str| faults.push(format!("{}: {what}", vector.name));
        match vector.case.twin.as_deref().map(|twin| by_name.get(twin)) {
            Some(None) => fault("its twin does not exist"),
            Some(Some(twin)) if twin.case.twin.is_some() || !is_good(twin) => fault("its twin is not a good case"),
            Some(Some(twin))
                if vector.case.change.is_none() || !twin.case.what.is_empty() && !vector.case.what.contains(&twin.case.what) =>
            {
                fault("what the change is, or what the twin was, is not said");
            }
            Some(Some(_)) => {}
            None if !is_good(vector) => fault("a case that does not pass has no twin that does"),
            None if !named.contains(&*vector.name) && is_about_documents(vector) => fault("no case is one change away from this good one"),
            None => {}
        }
    }
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}

fn is_good(vector: &Vector) -> bool {
    vector.case.expected.get("opens").is_some() || vector.case.expected.get("indication") == Some(&json!("TOTAL-PASSED"))
}

fn is_about_documents(vector: &Vector) -> bool {
    vector.case.document.is_some()
}

/// The schema that other programs are given is the one that the types have.
#[test]
fn the_schema_in_docs_is_that_of_the_types() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/report.schema.json");
    let schema = serde_json::to_string_pretty(&Report::json_schema()).unwrap() + "\n";
    if std::env::var_os("KYSO_WRITE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &schema).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == schema, "docs/report.schema.json is another one: KYSO_WRITE=1 cargo test --test vectors writes it");
}
