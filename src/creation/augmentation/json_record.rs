//! ETSI TS 119 182-1 §5.3, §6.3 — What signatures in JSON carry: timestamps and evidence in `etsiU`, each signature its own

use serde_json::{Value, json};

use super::AugmentError;
use super::carrier::Record;
use super::material::Material;
use crate::crypto::{DigestAlgorithm, Digester};
use crate::document::Detached;
use crate::encoding::jws::{Jws, JwsSignature, Serialisation};
use crate::encoding::{base64, base64url};
use crate::error::Misuse;
use crate::format::jades;
use crate::format::signature::Role;
use crate::pki::TimestampToken;

/// A JWS with the files that its signatures cover.
pub(super) struct JsonRecord<'d, 'a> {
    jws: &'d Jws<'a>,
    octets: &'d [u8],
    detached: &'d [Detached<'d>],
}

impl<'d, 'a> JsonRecord<'d, 'a> {
    pub fn new(jws: &'d Jws<'a>, octets: &'d [u8], detached: &'d [Detached<'d>]) -> Self {
        Self { jws, octets, detached }
    }

    fn signature(&self, number: usize) -> Result<&JwsSignature<'a>, AugmentError> {
        self.jws.signatures.get(number).ok_or(AugmentError::NoSignature)
    }

    /// The document with more elements at the end of the `etsiU` of some signatures, in the form in which those before them are.
    fn with(&self, elements: &[(usize, Vec<Value>)]) -> Result<Vec<u8>, AugmentError> {
        let mut octets = Vec::with_capacity(self.octets.len());
        let mut done = 0;
        if self.jws.serialisation == Serialisation::Compact {
            let more = elements.iter().flat_map(|(_, elements)| elements);
            return Ok(flattened(self.jws, self.signature(0)?, more));
        }
        for (number, more) in elements.iter().filter(|(_, more)| !more.is_empty()) {
            let signature = self.signature(*number)?;
            let (at, text) = insertion(signature, more)?;
            octets.extend_from_slice(self.octets.get(done..at).unwrap_or_default());
            octets.extend_from_slice(text.as_bytes());
            done = at;
        }
        octets.extend_from_slice(self.octets.get(done..).unwrap_or_default());
        Ok(octets)
    }
}

/// Where the elements come, and with what around them.
fn insertion(signature: &JwsSignature<'_>, elements: &[Value]) -> Result<(usize, String), AugmentError> {
    let before = |end: usize| end.saturating_sub(1);
    let Some(header) = &signature.header else {
        return Ok((before(signature.place.1), format!(",\"header\":{{\"etsiU\":[{}]}}", joined(elements, false))));
    };
    let Some(list) = header.get("etsiU") else {
        let comma = if header.members().is_empty() { "" } else { "," };
        return Ok((before(header.end), format!("{comma}\"etsiU\":[{}]", joined(elements, false))));
    };
    let known = list.elements().ok_or_else(|| Misuse::new("`etsiU` is no array: nothing can be added to it"))?;
    let clear = known.iter().any(crate::encoding::json::Node::is_object);
    let comma = if known.is_empty() { "" } else { "," };
    Ok((before(list.end), format!("{comma}{}", joined(elements, clear))))
}

/// §5.3.1: all elements are encoded, or none is.
fn joined<'v>(elements: impl IntoIterator<Item = &'v Value>, clear: bool) -> String {
    let text =
        |element: &Value| if clear { element.to_string() } else { format!("\"{}\"", base64url::encode(element.to_string().as_bytes())) };
    elements.into_iter().map(text).collect::<Vec<_>>().join(",")
}

/// A compact serialization has no place for what is not signed: its parts as members.
fn flattened<'v>(jws: &Jws<'_>, signature: &JwsSignature<'_>, elements: impl Iterator<Item = &'v Value>) -> Vec<u8> {
    let payload = jws.payload.as_deref().filter(|text| !text.is_empty());
    let payload = payload.map_or(String::new(), |text| format!("\"payload\":{},", Value::from(text)));
    let protected = Value::from(signature.protected.as_deref().unwrap_or_default());
    let header = format!("\"header\":{{\"etsiU\":[{}]}}", joined(elements, false));
    format!("{{{payload}\"protected\":{protected},{header},\"signature\":{}}}", Value::from(&*signature.signature)).into_bytes()
}

impl Record for JsonRecord<'_, '_> {
    fn imprint(&self, signature: usize, role: Role, algorithm: DigestAlgorithm) -> Result<Vec<u8>, AugmentError> {
        let signature = self.signature(signature)?;
        let parts = jades::imprinted(self.jws, signature, self.octets, self.detached, role);
        let parts = parts.ok_or_else(|| Misuse::new("the octets of what is signed elsewhere are needed"))?;
        let mut digester = Digester::new(algorithm);
        parts.iter().for_each(|part| digester.update(part));
        Ok(digester.finish())
    }

    fn with_timestamp(&self, signature: usize, role: Role, token: &TimestampToken) -> Result<Vec<u8>, AugmentError> {
        let container = json!({ "tstTokens": [{ "val": base64::encode(token.octets()) }] });
        let element = match role {
            Role::Value => json!({ "sigTst": container }),
            Role::Archive => json!({ "arcTst": container }),
            Role::References | Role::ReferencesAlone | Role::Renewal => {
                return Err(Misuse::new("timestamps on references are read and not made").into());
            }
        };
        self.with(&[(signature, vec![element])])
    }

    fn with_evidence(&self, evidence: &[(usize, Material)]) -> Result<Option<Vec<u8>>, AugmentError> {
        let mut added = Vec::new();
        for (number, material) in evidence {
            let signature = self.signature(*number)?;
            let known = jades::evidence_of(self.jws, signature, self.octets);
            let value = |octets: &[u8]| json!({ "val": base64::encode(octets) });
            let certificates = material.certificates.iter().filter(|one| !known.contains(&one.sha256()));
            let certificates: Vec<Value> = certificates.map(|one| json!({ "x509Cert": value(one.octets()) })).collect();
            let crls = material.crls.iter().filter(|one| !known.contains(&one.sha256()));
            let crls: Vec<Value> = crls.map(|one| value(one.octets())).collect();
            let responses = material.ocsp_responses.iter().filter(|one| !known.contains(&one.sha256()));
            let responses: Vec<Value> = responses.map(|one| value(&one.to_ocsp_response())).collect();
            added.push((*number, elements(certificates, crls, responses, is_kept(signature, self.octets))));
        }
        if added.iter().all(|(_, elements)| elements.is_empty()) { Ok(None) } else { self.with(&added).map(Some) }
    }
}

/// Whether there are values of certificates or revocation already, or an archive timestamp behind which none may come.
fn is_kept(signature: &JwsSignature<'_>, octets: &[u8]) -> bool {
    jades::unsigned_names(signature, octets).iter().any(|name| ["xVals", "rVals", "arcTst"].contains(&&**name))
}

/// `xVals` and `rVals` once; `tstVD` behind them (§5.3.5).
fn elements(certificates: Vec<Value>, crls: Vec<Value>, responses: Vec<Value>, is_kept: bool) -> Vec<Value> {
    let mut revocation = serde_json::Map::new();
    if !crls.is_empty() {
        revocation.insert("crlVals".into(), crls.into());
    }
    if !responses.is_empty() {
        revocation.insert("ocspVals".into(), responses.into());
    }
    let mut members = serde_json::Map::new();
    if !certificates.is_empty() {
        members.insert("xVals".into(), certificates.into());
    }
    if !revocation.is_empty() {
        members.insert("rVals".into(), revocation.into());
    }
    match (members.is_empty(), is_kept) {
        (true, _) => Vec::new(),
        (false, true) => vec![json!({ "tstVD": members })],
        (false, false) => members.into_iter().map(|(name, value)| json!({ name: value })).collect(),
    }
}
