//! Group `json`: signatures in JSON (RFC 7515, ETSI TS 119 182-1), each attack one change from an honest one.

mod elsewhere;
mod header;
mod serialisation;
mod signed_report;
pub mod unsigned;

use kyso::crypto::jwa::JsonAlgorithm;
use kyso::crypto::{DigestAlgorithm, SignatureAlgorithm};
use kyso::encoding::{base64, base64url};
use kyso::testkit::Entity;
use serde_json::{Value, json};

use crate::case::{Case, Entry, Good};
use crate::shared::{Shared, at};
use crate::{Files, Outcome};

pub const FILE: &str = "signed.json";
pub const RECORD: &[u8] = br#"{"code":"G12.3","number":"15/QD-UBND","subject":"001099012345"}"#;

pub fn add(shared: &Shared, files: &mut Files) -> Outcome {
    serialisation::add(shared, files)?;
    header::add(shared, files)?;
    elsewhere::add(shared, files)?;
    signed_report::add(shared, files)?;
    unsigned::add(shared, files)
}

/// A signature in JSON that is still to be made: whatever its parts say is signed.
#[derive(Clone)]
pub struct Draft<'s> {
    pub signer: &'s Entity,
    pub header: Value,
    /// The header as text, where JSON has more than one.
    pub header_text: Option<String>,
    /// Payload as it is signed, and as it stands in the file.
    pub payload: String,
    pub shown: String,
    pub unprotected: Option<Value>,
    /// The value is changed after it was made.
    pub value: fn(Vec<u8>) -> Vec<u8>,
}

/// What was made.
#[derive(Clone)]
pub struct Made {
    pub protected: String,
    pub payload: String,
    pub value: String,
    pub unprotected: Option<Value>,
}

impl<'s> Draft<'s> {
    /// Over [`RECORD`], by this key, with what B-B asks for.
    pub fn new(shared: &'s Shared, key: &str, algorithm: &str) -> Self {
        let signer = &shared.signatories[key];
        let certificates = [&signer.certificate, &shared.issuing.certificate].map(|octets| base64::encode(octets));
        let header = json!({
            "alg": algorithm,
            "iat": at(0).plus_seconds(-600).unix(),
            "x5c": certificates,
            "x5t#S256": base64url::encode(&DigestAlgorithm::Sha256.digest(&signer.certificate)),
        });
        let payload = base64url::encode(RECORD);
        Self { signer, header, header_text: None, shown: payload.clone(), payload, unprotected: None, value: |value| value }
    }

    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.header[name] = value;
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.header.as_object_mut().map(|header| header.remove(name));
        self
    }

    /// Payload as signed and as shown.
    pub fn payload(self, signed: impl Into<String>, shown: impl Into<String>) -> Self {
        Self { payload: signed.into(), shown: shown.into(), ..self }
    }

    pub fn unprotected(self, header: Value) -> Self {
        Self { unprotected: Some(header), ..self }
    }

    pub fn make(&self) -> Outcome<Made> {
        let text = self.header_text.clone().unwrap_or_else(|| self.header.to_string());
        self.over(base64url::encode(text.as_bytes()))
    }

    /// With this text for the protected header.
    pub fn over(&self, protected: String) -> Outcome<Made> {
        let name = self.header["alg"].as_str().unwrap_or("RS256");
        let algorithm = match JsonAlgorithm::named(name) {
            JsonAlgorithm::Signature(algorithm, _) if !matches!(algorithm, SignatureAlgorithm::Unsupported(_)) => algorithm,
            _ => self.signer.key.algorithm(),
        };
        let signed = self.signer.key.sign(&algorithm, format!("{protected}.{}", self.payload).as_bytes())?;
        let value = match self.signer.key.software_key().public_key().kind() {
            kyso::crypto::KeyKind::Ec(curve) => curve.concatenation_of_value(&signed).ok_or("a value of another curve")?,
            _ => signed,
        };
        let value = base64url::encode(&(self.value)(value));
        Ok(Made { protected, payload: self.shown.clone(), value, unprotected: self.unprotected.clone() })
    }
}

impl Made {
    pub fn compact(&self) -> Vec<u8> {
        format!("{}.{}.{}", self.protected, self.payload, self.value).into_bytes()
    }

    fn signature(&self) -> Value {
        let mut object = json!({ "protected": self.protected, "signature": self.value });
        if let Some(header) = &self.unprotected {
            object["header"] = header.clone();
        }
        object
    }

    pub fn flattened(&self) -> Vec<u8> {
        let mut object = self.signature();
        object["payload"] = self.payload.clone().into();
        object.to_string().into_bytes()
    }

    /// Several over one payload.
    pub fn general(all: &[&Self]) -> Vec<u8> {
        let signatures: Vec<Value> = all.iter().map(|made| made.signature()).collect();
        json!({ "payload": all[0].payload, "signatures": signatures }).to_string().into_bytes()
    }
}

/// An honest case.
pub fn good(what: &str, clause: &'static str, file: Vec<u8>) -> Case {
    Case::passing_file(what, clause, FILE, file)
}

/// The document of a twin.
pub fn bad(good: &Good, change: &str, file: Vec<u8>) -> Case {
    good.but(change).file(file).entry(|_| Entry::intact())
}

/// SHA-256 in base64url.
pub fn sha256(octets: &[u8]) -> String {
    base64url::encode(&DigestAlgorithm::Sha256.digest(octets))
}
