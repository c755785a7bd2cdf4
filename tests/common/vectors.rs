//! The cases of `test-vectors/`, as its README describes them: every folder that has a `case.json`.
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kyso::context::{Context, Evidence, Policy, TrustAnchors, TrustStore};
use kyso::pki::{PkiObject, objects};
use kyso::report::json::Origin;
use kyso::{Document, Report, Time};
use serde::Deserialize;
use serde_json::Value;

/// A case and where it is.
pub struct Vector {
    /// `<group>/<case>`
    pub name: String,
    pub case: Case,
    folder: PathBuf,
}

/// `case.json`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    pub what: String,
    pub clause: String,
    pub twin: Option<String>,
    pub change: Option<String>,
    pub document: Option<String>,
    pub key_file: Option<String>,
    pub password: Option<String>,
    pub time: Option<String>,
    pub existence: Option<String>,
    #[serde(default)]
    pub anchors: Vec<String>,
    #[serde(default)]
    pub evidence: Vec<String>,
    #[serde(default)]
    pub policy_documents: Vec<String>,
    #[serde(default)]
    pub detached: BTreeMap<String, String>,
    pub policy: Option<Value>,
    pub expected: Value,
}

/// What is expected of a document.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    pub indication: String,
    pub sub_indication: Option<String>,
    pub check: Option<String>,
    #[serde(default)]
    pub signatures: Vec<Entry>,
    #[serde(default)]
    pub findings: Vec<String>,
}

/// What is expected of one entry of the report; only what is there is asserted.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub field: Option<String>,
    pub kind: Option<String>,
    pub level: Option<String>,
    pub indication: Option<String>,
    pub sub_indication: Option<String>,
    pub check: Option<String>,
    pub integrity: Option<String>,
    pub if_claimed_time: Option<String>,
    pub changes: Option<String>,
    pub permitted: Option<bool>,
    #[serde(default)]
    pub tolerated: Vec<String>,
    #[serde(default)]
    pub failed: Vec<String>,
}

/// Every case, by its name.
pub fn all() -> Vec<Vector> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("test-vectors");
    let mut folders = vec![root.clone()];
    let mut vectors = Vec::new();
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        folders.extend(entries.filter(|path| path.is_dir()));
        if let Ok(json) = std::fs::read(folder.join("case.json")) {
            let name = folder
                .strip_prefix(&root)
                .unwrap()
                .components()
                .map(|part| part.as_os_str().to_string_lossy())
                .collect::<Vec<_>>()
                .join("/");
            let case = serde_json::from_slice(&json).unwrap_or_else(|error| panic!("{name}: {error}"));
            vectors.push(Vector { name, case, folder });
        }
    }
    vectors.sort_by(|one, other| one.name.cmp(&other.name));
    vectors
}

impl Vector {
    /// Where a file of the case is, by its path relative to the folder.
    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.join(path)
    }

    /// A file of the case.
    pub fn read(&self, path: &str) -> Vec<u8> {
        std::fs::read(self.path(path)).unwrap_or_else(|error| panic!("{}: {path}: {error}", self.name))
    }

    /// What is expected, of a case about a document.
    pub fn expected(&self) -> Expected {
        serde_json::from_value(self.case.expected.clone()).unwrap_or_else(|error| panic!("{}: expected: {error}", self.name))
    }

    /// The report on the document; `None` when it cannot be opened, or when the case is about something else.
    pub fn report(&self) -> Option<Report> {
        self.asked(kyso::verify)
    }

    /// As [`Self::report`], asked in another way, or for something else.
    pub fn asked<T>(&self, ask: impl FnOnce(&Document<'_>, &Context<'_>) -> T) -> Option<T> {
        let octets = self.read(self.case.document.as_ref()?);
        let policy = self.policy();
        let (mut anchors, mut evidence) = (TrustAnchors::none(), Evidence::none());
        for path in &self.case.anchors {
            let octets = self.read(path);
            match octets.first() {
                Some(b'{') => anchors.add_store(&TrustStore::from_json(&octets).unwrap_or_else(|error| panic!("{}: {error}", self.name))),
                _ => anchors.add(certificates(&octets).remove(0)).unwrap(),
            }
        }
        for object in self.case.evidence.iter().flat_map(|path| objects(&self.read(path)).unwrap()) {
            match object {
                PkiObject::Certificate(certificate) => evidence.add_certificate(certificate, Origin::Supplied),
                PkiObject::Crl(list) => evidence.add_crl(list, Origin::Supplied),
                PkiObject::Ocsp(response) => evidence.add_ocsp_response(response, Origin::Supplied),
                other => panic!("{}: {other:?} is no evidence", self.name),
            }
        }
        for path in &self.case.policy_documents {
            evidence.add_policy_document(self.read(path), Origin::Supplied);
        }
        let time = |text: &String| Time::from_rfc3339(text).unwrap();
        let context = Context {
            policy: &policy,
            anchors: &anchors,
            evidence: &evidence,
            time: self.case.time.as_ref().map(time).expect("a validation time"),
            existence: self.case.existence.as_ref().map(time),
        };
        let detached: Vec<(&String, Vec<u8>)> = self.case.detached.iter().map(|(name, path)| (name, self.read(path))).collect();
        let (limits, password) = (&policy.limits, self.case.password.as_deref());
        // What is named a PDF file is to be one, as for the command line.
        let is_named_pdf = self.case.document.as_ref().is_some_and(|name| name.ends_with(".pdf"));
        let document =
            if is_named_pdf { Document::pdf_within(&octets, limits, password) } else { Document::detect_within(&octets, limits, password) };
        let document = document.ok()?;
        let document = detached.iter().fold(document, |document, (name, octets)| document.with_detached(*name, octets));
        Some(ask(&document, &context))
    }

    /// `etsi-basic` with the members that the case gives in the place of its own.
    fn policy(&self) -> Policy {
        let mut policy: Value = serde_json::from_str(&Policy::etsi_basic().to_json()).unwrap();
        if let Some(members) = &self.case.policy {
            merge(&mut policy, members);
        }
        Policy::from_json(policy.to_string().as_bytes()).unwrap_or_else(|error| panic!("{}: policy: {error}", self.name))
    }
}

fn certificates(octets: &[u8]) -> Vec<kyso::pki::Certificate> {
    let found = objects(octets).unwrap().into_iter();
    found.filter_map(|object| if let PkiObject::Certificate(certificate) = object { Some(certificate) } else { None }).collect()
}

/// RFC 7396, without its rule for null.
fn merge(into: &mut Value, from: &Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, from) => *into = from.clone(),
    }
}
