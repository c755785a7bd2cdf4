//! `case.json`, as `test-vectors/README.md` describes it; absent members are left out.

use serde::Serialize;

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
    pub change: Option<&'static str>,
}

/// What is examined, with what belongs to it.
#[derive(Clone, Serialize)]
#[serde(untagged)]
pub enum Subject {
    KeyFile { key_file: &'static str, password: Option<&'static str>, expected: KeyFile },
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

impl Case {
    /// This case one change on: its twin is the case called `twin`.
    pub fn changed(&self, twin: &str, change: &'static str, subject: Subject) -> Self {
        Self { what: format!("{}; {change}", self.what), clause: self.clause, subject, twin: Some(twin.to_owned()), change: Some(change) }
    }

    /// Puts the case and the files of its folder among `files`.
    pub fn add(&self, name: &str, own: Vec<(&str, Vec<u8>)>, files: &mut Files) -> Outcome {
        let json = serde_json::to_string_pretty(self)? + "\n";
        for (file, octets) in own.into_iter().chain([("case.json", json.into_bytes())]) {
            let path = format!("{name}/{file}");
            if files.insert(path.clone().into(), octets).is_some() {
                return Err(format!("{path} is made twice").into());
            }
        }
        Ok(())
    }
}
