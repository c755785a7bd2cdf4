//! `case.json`, as `test-vectors/README.md` describes it; absent members are left out.

use std::collections::BTreeMap;

use kyso::Time;
use serde::Serialize;
use serde_json::Value;

use crate::shared::time;
use crate::{Files, Outcome};

#[derive(Clone, Serialize)]
pub struct Case {
    pub what: String,
    pub clause: &'static str,
    #[serde(flatten)]
    pub subject: Subject,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub twin: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<String>,
}

/// What is examined, with what belongs to it.
#[derive(Clone, Serialize)]
#[serde(untagged)]
pub enum Subject {
    KeyFile { key_file: &'static str, password: Option<&'static str>, expected: KeyFile },
    Document(Box<Document>),
}

/// What comes of opening a key file.
#[derive(Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyFile {
    /// It opens: `sha256:` of the key's `SubjectPublicKeyInfo`, how many certificates there are.
    Opens { public_key: String, certificates: usize },
    /// It does not: `password`, `certificate`, `malformed` or `unsupported`.
    Refused(&'static str),
}

/// A document and what the relying party brings.
#[derive(Clone, Serialize)]
pub struct Document {
    document: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<&'static str>,
    time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    existence: Option<String>,
    anchors: Vec<String>,
    evidence: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    policy_documents: Vec<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    detached: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<Value>,
    expected: Expected,
    /// The files of the case's own folder.
    #[serde(skip)]
    own: Vec<(String, Vec<u8>)>,
}

#[derive(Clone, Default, Serialize)]
struct Expected {
    indication: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_indication: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    check: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    signatures: Vec<Entry>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    findings: Vec<&'static str>,
}

/// What is expected of one entry of the report.
#[derive(Clone, Default, Serialize)]
pub struct Entry {
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    indication: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_indication: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    check: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    integrity: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    if_claimed_time: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    permitted: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tolerated: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failed: Vec<&'static str>,
}

pub const PASSED: &str = "TOTAL-PASSED";
pub const FAILED: &str = "TOTAL-FAILED";
pub const INDETERMINATE: &str = "INDETERMINATE";

/// A case that is among the files: what its twins are made from.
pub struct Good {
    name: String,
    case: Case,
}

impl Case {
    /// A document that passes, intact, with the shared anchor and revocation lists.
    pub fn passing(what: impl Into<String>, clause: &'static str, document: Vec<u8>) -> Self {
        Self::passing_file(what, clause, "document.pdf", document)
    }

    /// As [`Self::passing`], of any format: the document is the file `name`.
    pub fn passing_file(what: impl Into<String>, clause: &'static str, name: &str, document: Vec<u8>) -> Self {
        let subject = Document {
            document: name.into(),
            password: None,
            time: time().to_string(),
            existence: None,
            anchors: vec![shared("root.pem")],
            evidence: vec![shared("root.crl"), shared("issuing.crl")],
            policy_documents: Vec::new(),
            detached: BTreeMap::new(),
            policy: None,
            expected: Expected { indication: PASSED, signatures: vec![Entry::intact()], ..Expected::default() },
            own: vec![(name.into(), document)],
        };
        Self { what: what.into(), clause, subject: Subject::Document(Box::new(subject)), twin: None, change: None }
    }

    /// This case one change on: its twin is the case called `twin`.
    pub fn changed(&self, twin: &str, change: &str, subject: Subject) -> Self {
        let what = format!("{}; {change}", self.what);
        Self { what, clause: self.clause, subject, twin: Some(twin.to_owned()), change: Some(change.to_owned()) }
    }

    fn edited(mut self, edit: impl FnOnce(&mut Document)) -> Self {
        if let Subject::Document(document) = &mut self.subject {
            edit(document);
        }
        self
    }

    fn expecting(self, edit: impl FnOnce(&mut Expected)) -> Self {
        self.edited(|document| edit(&mut document.expected))
    }

    /// The clause that decides, where it is another one than the twin's.
    pub fn by(self, clause: &'static str) -> Self {
        Self { clause, ..self }
    }

    pub fn document(self, octets: Vec<u8>) -> Self {
        self.own("document.pdf", octets).edited(|document| document.document = "document.pdf".into())
    }

    /// The document in another way: of the same name in the case's own folder.
    pub fn file(self, octets: Vec<u8>) -> Self {
        let path = if let Subject::Document(document) = &self.subject { document.document.clone() } else { String::new() };
        let name = path.rsplit('/').next().unwrap_or_default().to_owned();
        self.own(&name, octets).edited(|document| document.document = name)
    }

    /// A file that a detached signature covers, under the name by which the signature knows it.
    pub fn detached(self, name: &str, file: &str, octets: Vec<u8>) -> Self {
        self.own(file, octets).edited(|document| {
            document.detached.insert(name.into(), file.into());
        })
    }

    /// Nothing that a detached signature covers.
    pub fn without_detached(self) -> Self {
        self.edited(|document| document.detached.clear())
    }

    /// A case of its own, which twins differ from.
    pub fn untwinned(self) -> Self {
        Self { twin: None, change: None, ..self }
    }

    /// A file of the case's own folder.
    pub fn own(self, name: &str, octets: Vec<u8>) -> Self {
        self.edited(|document| {
            document.own.retain(|(other, _)| other != name);
            document.own.push((name.to_owned(), octets));
        })
    }

    pub fn password(self, password: Option<&'static str>) -> Self {
        self.edited(|document| document.password = password)
    }

    pub fn time(self, time: Time) -> Self {
        self.edited(|document| document.time = time.to_string())
    }

    pub fn existence(self, time: Option<Time>) -> Self {
        self.edited(|document| document.existence = time.map(|time| time.to_string()))
    }

    /// Members that differ from those of `etsi-basic`.
    pub fn policy(self, members: Value) -> Self {
        self.edited(|document| document.policy = Some(members))
    }

    /// The policy `etsi-basic` as it is.
    pub fn no_policy(self) -> Self {
        self.edited(|document| document.policy = None)
    }

    /// The document of a signature policy, in the case's own folder.
    pub fn policy_document(self, name: &str, octets: Vec<u8>) -> Self {
        let path = name.to_owned();
        self.edited(|document| document.policy_documents = vec![path]).own(name, octets)
    }

    /// No document of a signature policy.
    pub fn without_policy_documents(self) -> Self {
        self.edited(|document| {
            for name in std::mem::take(&mut document.policy_documents) {
                document.own.retain(|(own, _)| *own != name);
            }
        })
    }

    /// No trust anchor but this file, of the case's own folder when there are octets, else a shared one.
    pub fn anchor(self, name: &str, octets: Option<Vec<u8>>) -> Self {
        let path = if octets.is_some() { name.to_owned() } else { shared(name) };
        let case = self.edited(|document| document.anchors = vec![path]);
        match octets {
            Some(octets) => case.own(name, octets),
            None => case,
        }
    }

    /// Nobody is trusted.
    pub fn no_anchor(self) -> Self {
        self.edited(|document| document.anchors.clear())
    }

    /// One more piece of evidence, in the case's own folder.
    pub fn evidence(self, name: &str, octets: Vec<u8>) -> Self {
        self.edited(|document| document.evidence.push(name.to_owned())).own(name, octets)
    }

    /// One more piece of evidence, a shared one.
    pub fn shared_evidence(self, name: &str) -> Self {
        self.edited(|document| document.evidence.push(shared(name)))
    }

    /// In the place of the piece of evidence of this name.
    pub fn list(self, name: &str, octets: Vec<u8>) -> Self {
        self.without(name).evidence(name, octets)
    }

    /// Without the piece of evidence of this name, shared or own.
    pub fn without(self, name: &str) -> Self {
        self.edited(|document| {
            document.evidence.retain(|path| path.rsplit('/').next() != Some(name));
            document.own.retain(|(other, _)| other != name);
        })
    }

    pub fn fails(self, sub_indication: &'static str, check: &'static str) -> Self {
        self.concludes(FAILED, sub_indication, check)
    }

    pub fn indeterminate(self, sub_indication: &'static str, check: &'static str) -> Self {
        self.concludes(INDETERMINATE, sub_indication, check)
    }

    /// In the only entry this check does not hold, whatever it decides.
    pub fn because(self, check: &'static str) -> Self {
        self.entry(|mut entry| {
            entry.failed.push(check);
            entry
        })
    }

    /// An empty `check` asserts none.
    pub fn concludes(self, indication: &'static str, sub_indication: &'static str, check: &'static str) -> Self {
        self.expecting(|expected| {
            expected.indication = indication;
            expected.sub_indication = Some(sub_indication);
            expected.check = Some(check).filter(|check| !check.is_empty());
        })
    }

    /// The file holds no signature; entries of other kinds may stand in the report.
    pub fn no_signature(self) -> Self {
        self.expecting(|expected| *expected = Expected { indication: "NO-SIGNATURE", ..Expected::default() })
    }

    /// The file cannot be opened.
    pub fn malformed(self) -> Self {
        self.expecting(|expected| *expected = Expected { indication: "MALFORMED", ..Expected::default() })
    }

    /// Of the only entry.
    pub fn integrity(self, integrity: &'static str) -> Self {
        self.entry(|entry| Entry { integrity: Some(integrity), ..entry })
    }

    /// Of the only entry.
    pub fn entry(self, edit: impl FnOnce(Entry) -> Entry) -> Self {
        self.expecting(|expected| expected.signatures = vec![edit(expected.signatures.pop().unwrap_or_default())])
    }

    /// One for each entry of the report.
    pub fn entries(self, entries: &[Entry]) -> Self {
        self.expecting(|expected| expected.signatures = entries.to_vec())
    }

    /// Something noticed about the file, which decides nothing.
    pub fn finding(self, check: &'static str) -> Self {
        self.expecting(|expected| expected.findings.push(check))
    }

    /// Puts the case and the files of its folder among `files`.
    pub fn add(self, name: &str, files: &mut Files) -> Outcome<Good> {
        let own = match &self.subject {
            Subject::Document(document) => document.own.clone(),
            Subject::KeyFile { .. } => Vec::new(),
        };
        self.add_with(name, own, files)
    }

    pub fn add_with(self, name: &str, own: Vec<(String, Vec<u8>)>, files: &mut Files) -> Outcome<Good> {
        let json = serde_json::to_string_pretty(&self)? + "\n";
        for (file, octets) in own.into_iter().chain([("case.json".into(), json.into_bytes())]) {
            let path = format!("{name}/{file}");
            if files.insert(path.clone().into(), octets).is_some() {
                return Err(format!("{path} is made twice").into());
            }
        }
        Ok(Good { name: name.to_owned(), case: self })
    }
}

impl Good {
    /// The same but for one change; what the good case has in its own folder is looked for there.
    pub fn but(&self, change: &str) -> Case {
        let case = self.case.changed(&self.name, change, self.case.subject.clone());
        let there = |name: &str| format!("../{}/{name}", self.name.rsplit('/').next().unwrap_or_default());
        case.edited(|document| {
            let others = document.anchors.iter_mut().chain(&mut document.evidence).chain(&mut document.policy_documents);
            let others = others.chain(document.detached.values_mut());
            for path in others.chain([&mut document.document]) {
                if document.own.iter().any(|(name, _)| name == path) {
                    *path = there(path);
                }
            }
            document.own.clear();
        })
    }
}

impl Entry {
    pub fn intact() -> Self {
        Self { integrity: Some("intact"), ..Self::default() }
    }

    pub fn passed() -> Self {
        Self { indication: Some(PASSED), ..Self::intact() }
    }

    pub fn concluded(indication: &'static str, sub_indication: &'static str, check: &'static str) -> Self {
        let check = Some(check).filter(|check| !check.is_empty());
        Self { indication: Some(indication), sub_indication: Some(sub_indication), check, ..Self::default() }
    }

    pub fn field(self, field: &'static str) -> Self {
        Self { field: Some(field), ..self }
    }

    pub fn kind(self, kind: &'static str) -> Self {
        Self { kind: Some(kind), ..self }
    }

    pub fn level(self, level: &'static str) -> Self {
        Self { level: Some(level), ..self }
    }

    pub fn integrity(self, integrity: &'static str) -> Self {
        Self { integrity: Some(integrity), ..self }
    }

    /// What the verdict would be if the claimed time were proven.
    pub fn if_claimed_time(self, indication: &'static str) -> Self {
        Self { if_claimed_time: Some(indication), ..self }
    }

    /// The class of what later revisions did.
    pub fn changes(self, class: &'static str) -> Self {
        Self { changes: Some(class), ..self }
    }

    /// Whether what later revisions did is permitted.
    pub fn permitted(self, permitted: bool) -> Self {
        Self { permitted: Some(permitted), ..self }
    }

    /// A check that does not hold, wherever in the derivation.
    pub fn fails_by(mut self, check: &'static str) -> Self {
        self.failed.push(check);
        self
    }

    /// A check that does not hold and decides nothing.
    pub fn tolerates(mut self, check: &'static str) -> Self {
        self.tolerated.push(check);
        self
    }
}

fn shared(name: &str) -> String {
    format!("../../pki/{name}")
}
