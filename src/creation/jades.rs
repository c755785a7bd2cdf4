//! ETSI TS 119 182-1 §6.3 — Signatures in JSON: the payload inside or elsewhere, signatures side by side over one payload

use serde_json::{Map, Value, json};

use super::draft::Draft;
use super::error::{SignError, Unfit};
use super::layout::{Around, Coding, Layout};
use super::pre_sign_check::pre_sign_check;
use super::profile::{Packaging, Profile};
use crate::crypto::{DigestAlgorithm, SignatureAlgorithm};
use crate::document::{Detached, DetachedContent, Document, Form};
use crate::encoding::jws::{Jws, JwsSignature, Serialisation};
use crate::encoding::{base64, base64url, json};
use crate::error::Misuse;
use crate::format::jades::payload::{self, Elsewhere, SigD};
use crate::limits::Limits;
use crate::pki::Certificate;

/// What concerns signatures in JSON alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Request {
    pub serialisation: Serialisation,
    pub mechanism: Option<Mechanism>,
    /// `b64` (RFC 7797 §3)
    pub encoded: bool,
}

impl Default for Request {
    fn default() -> Self {
        Self { serialisation: Serialisation::Flattened, mechanism: None, encoded: true }
    }
}

/// How a signature in JSON names what stands elsewhere (ETSI TS 119 182-1 §5.2.8). Without a mechanism the payload is left out and nothing named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mechanism {
    /// Header fields of an HTTP message, each given as a file of its name; the body as `(body)`.
    HttpHeaders,
    /// Files by their names, signed one after another.
    ObjectIdByUri,
    /// Files by their names and digests.
    ObjectIdByUriHash,
}

impl Mechanism {
    fn uri(self) -> &'static str {
        match self {
            Self::HttpHeaders => payload::HTTP_HEADERS,
            Self::ObjectIdByUri => payload::OBJECT_BY_URI,
            Self::ObjectIdByUriHash => payload::OBJECT_BY_URI_HASH,
        }
    }
}

/// What is signed.
struct Payload {
    /// What stands behind the dot in the signing input.
    input: Vec<u8>,
    /// `payload` as it is written; `None` where it is left out.
    shown: Option<String>,
    sig_d: Option<Value>,
    encoded: bool,
}

impl<'a> Draft<'a> {
    pub(super) fn of_json(
        document: &Document<'a>,
        profile: &Profile,
        certificates: &[Certificate],
        algorithm: SignatureAlgorithm,
    ) -> Result<Self, SignError> {
        let needed_for = "the header parameter x5t#S256 (ETSI TS 119 182-1 §6.3)";
        let signing_certificate = certificates.first().ok_or(SignError::CertificateMissing { needed_for })?;
        let key = pre_sign_check(signing_certificate, &algorithm, profile.time())?;
        let name = algorithm.json_name(&key).ok_or(Unfit::Algorithm(algorithm))?;
        let payload = match &document.form {
            Form::Json(jws) => of_others(document, jws)?,
            _ => of_document(document, profile)?,
        };
        let protected = base64url::encode(header(profile, certificates, signing_certificate, &name, &payload).to_string().as_bytes());
        let to_be_signed = [protected.as_bytes(), b".", &payload.input].concat();
        let around = match &document.form {
            Form::Json(jws) => beside(document.octets(), jws, &protected)?,
            _ => alone(profile.json.serialisation, &payload, &protected)?,
        };
        let layout = Layout::Around(around);
        Ok(Self { original: document.octets(), layout, algorithm, to_be_signed, certificates: certificates.to_vec(), key })
    }
}

fn header(profile: &Profile, certificates: &[Certificate], signer: &Certificate, name: &str, payload: &Payload) -> Value {
    let mut header = Map::new();
    let mut put = |name: &str, value: Value| header.insert(name.to_owned(), value);
    put("alg", name.into());
    put("iat", profile.time().unix().into());
    put("x5c", certificates.iter().map(|certificate| base64::encode(certificate.octets())).collect::<Vec<_>>().into());
    put("x5t#S256", base64url::encode(&signer.sha256()).into());
    if payload.sig_d.is_none() && payload.is_json() {
        put("cty", "json".into());
    }
    let mut critical = Vec::new();
    if let Some(sig_d) = &payload.sig_d {
        put("sigD", sig_d.clone());
        critical.push("sigD");
    }
    if !payload.encoded {
        put("b64", false.into());
        critical.push("b64");
    }
    if !critical.is_empty() {
        put("crit", critical.into());
    }
    if let Some(commitment) = profile.commitment {
        put("srCms", json!([{ "commId": { "id": format!("urn:oid:{}", commitment.oid()) } }]));
    }
    if let Some(policy) = &profile.policy {
        let id = json!({ "id": format!("urn:oid:{}", policy.id) });
        put("sigPId", json!({ "id": id, "digAlg": policy.digest.json_name(), "digVal": base64url::encode(&policy.value) }));
    }
    Value::Object(header)
}

impl Payload {
    fn is_json(&self) -> bool {
        let decoded = if self.encoded { base64url::decode(&self.input).ok() } else { Some(self.input.clone()) };
        decoded.is_some_and(|octets| json::read(&octets, &Limits::default()).is_ok())
    }
}

/// The document, or the files that were given with it.
fn of_document(document: &Document<'_>, profile: &Profile) -> Result<Payload, SignError> {
    let encoded = profile.json.encoded;
    if profile.packaging == Packaging::Enveloping {
        if document.octets().is_empty() {
            return Err(Misuse::new("a payload of nothing cannot be told from one that stands elsewhere (RFC 7515 appendix F)").into());
        }
        let input = payload::contribution(document.octets(), encoded).into_owned();
        let shown = String::from_utf8(input.clone()).map_err(|_| Misuse::new("only text can be signed without encoding it"))?;
        return Ok(Payload { input, shown: Some(shown), sig_d: None, encoded });
    }
    let own = [Detached { name: document.name.clone().unwrap_or_default(), content: DetachedContent::Octets(document.octets()) }];
    let files: &[Detached<'_>] = if document.detached.is_empty() { &own } else { &document.detached };
    let Some(mechanism) = profile.json.mechanism else {
        let octets = files.first().and_then(Detached::octets).ok_or_else(not_given)?;
        return Ok(Payload { input: payload::contribution(octets, encoded).into_owned(), shown: None, sig_d: None, encoded });
    };
    // §5.1.10: header fields are signed as they are.
    let encoded = encoded && mechanism != Mechanism::HttpHeaders;
    let names: Vec<String> = files.iter().map(|file| file.name().to_owned()).filter(|name| name != payload::BODY).collect();
    if names.iter().any(String::is_empty) {
        return Err(Misuse::new("what a signature names has a name: give the file one").into());
    }
    let sig_d = SigD::naming(mechanism.uri(), names.clone());
    let elsewhere = Elsewhere { sig_d: &sig_d, detached: files, encoded };
    let mut member = json!({ "mId": mechanism.uri(), "pars": names });
    let input = match mechanism {
        Mechanism::HttpHeaders => elsewhere.http_headers().input.map(std::borrow::Cow::into_owned).ok_or_else(not_given)?,
        Mechanism::ObjectIdByUri if names.len() > 1 => {
            return Err(Misuse::new(
                "files that are signed one after another can be parted otherwise later: name several by their digests",
            )
            .into());
        }
        Mechanism::ObjectIdByUri => elsewhere.concatenation().ok_or_else(not_given)?.into_owned(),
        Mechanism::ObjectIdByUriHash => {
            let digests = names.iter().map(|name| elsewhere.digest(name, DigestAlgorithm::Sha256).map(|digest| base64url::encode(&digest)));
            let digests: Vec<String> = digests.collect::<Option<_>>().ok_or_else(not_given)?;
            if let Value::Object(member) = &mut member {
                member.insert("hashM".into(), DigestAlgorithm::Sha256.json_name().into());
                member.insert("hashV".into(), digests.into());
            }
            Vec::new()
        }
    };
    Ok(Payload { input, shown: None, sig_d: Some(member), encoded })
}

fn not_given() -> SignError {
    Misuse::new("the octets of what is signed elsewhere are needed").into()
}

/// The payload of the signatures that there are (RFC 7797 §3: encoded for all of them or for none).
fn of_others(document: &Document<'_>, jws: &Jws<'_>) -> Result<Payload, SignError> {
    let first = jws.signatures.first().and_then(|signature| signature.protected.as_deref());
    let first = first.ok_or_else(|| Misuse::new("there is no signature with a protected header to sign beside"))?;
    let octets = base64url::decode(first.as_bytes())?;
    let first = json::read(&octets, &Limits::default())?;
    if first.get("sigD").is_some() {
        return Err(Misuse::new("the signature that is there names files elsewhere: sign these in a file of their own").into());
    }
    let encoded = first.get("b64").is_none_or(|b64| b64.value != json::Value::Boolean(false));
    let input = match jws.payload.as_deref().filter(|text| !text.is_empty()) {
        Some(text) => text.as_bytes().to_vec(),
        None => payload::contribution(document.detached.first().and_then(Detached::octets).ok_or_else(not_given)?, encoded).into_owned(),
    };
    Ok(Payload { input, shown: None, sig_d: None, encoded })
}

/// A file of one signature.
fn alone(serialisation: Serialisation, payload: &Payload, protected: &str) -> Result<Around, SignError> {
    let shown = payload.shown.as_deref();
    let member = shown.map_or(String::new(), |text| format!("\"payload\":{},", Value::from(text)));
    let (before, after) = match serialisation {
        Serialisation::Compact => {
            // RFC 7797 §5.2
            if !payload.encoded && shown.is_some_and(|text| !text.bytes().all(|octet| octet != b'.' && (b' '..=b'~').contains(&octet))) {
                return Err(Misuse::new("a payload that is not encoded and has a dot is not written in three parts: choose JSON").into());
            }
            (format!("{protected}.{}.", shown.unwrap_or_default()), "")
        }
        Serialisation::Flattened => (format!("{{{member}\"protected\":\"{protected}\",\"signature\":\""), "\"}"),
        Serialisation::General => (format!("{{{member}\"signatures\":[{{\"protected\":\"{protected}\",\"signature\":\""), "\"}]}"),
    };
    Ok(Around { before: before.into_bytes(), after: after.into(), coding: Coding::Base64Url })
}

/// One more signature behind those that there are; a file of one becomes a file of several.
fn beside(octets: &[u8], jws: &Jws<'_>, protected: &str) -> Result<Around, SignError> {
    let own = format!(",{{\"protected\":\"{protected}\",\"signature\":\"");
    let last = jws.signatures.last().ok_or_else(|| Misuse::new("there is no signature to sign beside"))?;
    let (before, after) = match jws.serialisation {
        Serialisation::General => {
            let (before, after) = octets.split_at_checked(last.place.1).unwrap_or((octets, b""));
            (before.to_vec(), after.to_vec())
        }
        Serialisation::Compact | Serialisation::Flattened => (general(octets, jws, last).into_bytes(), b"]}".to_vec()),
    };
    Ok(Around { before: [&before, own.as_bytes()].concat(), after: [b"\"}", &*after].concat(), coding: Coding::Base64Url })
}

/// The beginning of a general serialization, up to the end of its only signature.
fn general(octets: &[u8], jws: &Jws<'_>, signature: &JwsSignature<'_>) -> String {
    let payload = jws.payload.as_deref().filter(|text| !text.is_empty());
    let payload = payload.map_or(String::new(), |text| format!("\"payload\":{},", Value::from(text)));
    let protected = signature.protected.as_deref().map_or(String::new(), |text| format!("\"protected\":{},", Value::from(text)));
    let header = signature.header.as_ref().and_then(|header| octets.get(header.start..header.end));
    let header = header.map_or(String::new(), |header| format!("\"header\":{},", String::from_utf8_lossy(header)));
    format!("{{{payload}\"signatures\":[{{{protected}{header}\"signature\":{}}}", Value::from(&*signature.signature))
}
