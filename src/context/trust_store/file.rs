//! `docs/trust-store.schema.json` — The file of a trust store, read strictly and written one way

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::name_constraints::{self, NameForms};
use crate::context::stamp;
use crate::context::{AnchorConstraints, Purpose, TrustAnchor};
use crate::crypto::PublicKey;
use crate::encoding::base64;
use crate::error::Malformed;
use crate::pki::{Certificate, Name};
use crate::time::Time;

const FORMAT: &str = "trust store";
const SCHEMA: &str = "urn:kyso:trust-store:1";

/// A trust store.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct File<'a> {
    /// `urn:kyso:trust-store:1`
    #[cfg_attr(feature = "schema", schemars(extend("const" = SCHEMA)))]
    schema: String,
    /// The anchors of all stores in the file.
    #[serde(borrow)]
    anchors: Vec<Entry<'a>>,
}

/// A trust anchor: a certificate, or a name and a key.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct Entry<'a> {
    /// The store that it belongs to: `congvu`, `congcong`, or one's own name.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    store: String,
    /// The track of that store, shown in reports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    track: Option<String>,
    /// `sha256:<hex>` of the certificate, or of the key where there is none; compared with it when the file is read.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^sha256:[0-9a-f]{64}$")))]
    sha256: String,
    /// The certificate: base64 of its DER. Its name and its key are what is trusted.
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    certificate: Option<Base64<'a>>,
    /// Without certificate: the trusted name, base64 of its DER.
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    name: Option<Base64<'a>>,
    /// Without certificate: the trusted `SubjectPublicKeyInfo`, base64 of its DER.
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    key: Option<Base64<'a>>,
    /// What it is trusted for; absent or empty: everything.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    purposes: Vec<Purpose>,
    /// Trusted from this time on, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "stamp")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    not_before: Option<Time>,
    /// Trusted before this time, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "stamp")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    sunset: Option<Time>,
    /// How many intermediate certificates may follow; absent: any number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path_length: Option<u64>,
    /// The names for which it is trusted, and those for which it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    names: Option<NameForms>,
    /// The certificate policies for which it is trusted, dotted; absent or empty: any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    policies: Vec<String>,
}

/// Octets as text, lent by the file where nothing in it is escaped.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
#[serde(transparent)]
struct Base64<'a>(#[serde(borrow)] Cow<'a, str>);

/// A JWS in JSON (RFC 7515 §7.2), by the one member that all of them have.
#[derive(Deserialize)]
#[expect(dead_code, reason = "read for its presence")]
struct SignedFile {
    payload: IgnoredAny,
}

pub(super) fn read(json: &[u8]) -> Result<Vec<TrustAnchor>, Malformed> {
    if serde_json::from_slice::<SignedFile>(json).is_ok() {
        return Err(Malformed::new(FORMAT, "signed as JWS: its signature is to be verified first", 0));
    }
    let file: File<'_> = serde_json::from_slice(json).map_err(|error| malformed(json, &error))?;
    if file.schema != SCHEMA {
        return Err(Malformed::new(FORMAT, format!("schema: `{}` instead of `{SCHEMA}`", file.schema), 0));
    }
    let (mut anchors, mut places) = (Vec::new(), BTreeSet::new());
    for (index, entry) in file.anchors.iter().enumerate() {
        let anchor = entry.anchor(json).map_err(|fault| fault.of(index))?;
        if !places.insert(key(&anchor)) {
            return Err(Fault::new("sha256", "the same anchor stands in this store before", entry.place(json)).of(index));
        }
        anchors.push(anchor);
    }
    Ok(anchors)
}

pub(super) fn write(anchors: &[TrustAnchor]) -> String {
    let file = File { schema: SCHEMA.into(), anchors: anchors.iter().map(Entry::of).collect() };
    serde_json::to_string_pretty(&file).map(|json| json + "\n").unwrap_or_default()
}

/// What a file has once: an anchor in a store.
pub(super) fn key(anchor: &TrustAnchor) -> (String, String, Vec<u8>) {
    (anchor.store.clone(), anchor.id(), anchor.name.octets().to_vec())
}

/// Why this anchor cannot be in a file: the member and what is wrong with it.
pub(super) fn fault(anchor: &TrustAnchor) -> Option<(&'static str, String)> {
    if anchor.store.is_empty() || anchor.store.chars().any(char::is_control) {
        return Some(("store", "empty, or with control characters in it".into()));
    }
    if let (Some(from), Some(end)) = (anchor.not_before, anchor.sunset)
        && end <= from
    {
        return Some(("sunset", format!("{end} is not after {from}, when trust begins")));
    }
    Some(("names", name_constraints::fault(anchor.constraints.names.as_ref()?)?))
}

impl<'a> Entry<'a> {
    fn of(anchor: &'a TrustAnchor) -> Self {
        let text = |octets: &[u8]| Some(Base64(Cow::Owned(base64::encode(octets))));
        let (certificate, name, key) = match &anchor.certificate {
            Some(certificate) => (text(certificate.octets()), None, None),
            None => (None, text(anchor.name.octets()), text(anchor.public_key.spki())),
        };
        Self {
            store: anchor.store.clone(),
            track: anchor.track.clone(),
            sha256: anchor.id(),
            certificate,
            name,
            key,
            purposes: anchor.purposes.clone(),
            not_before: anchor.not_before,
            sunset: anchor.sunset,
            path_length: anchor.constraints.path_length,
            names: anchor.constraints.names.as_ref().map(NameForms::of),
            policies: anchor.constraints.policies.iter().map(ToString::to_string).collect(),
        }
    }

    fn anchor(&self, json: &[u8]) -> Result<TrustAnchor, Fault> {
        let read = self.name_and_key(json)?;
        let at = self.place(json);
        if self.sha256 != read.id() {
            return Err(Fault::new("sha256", format!("the digest is {}", read.id()), at));
        }
        let policy =
            |policy: &String| policy.parse().map_err(|_| Fault::new("policies", format!("`{policy}` is no dotted identifier"), at));
        let constraints = AnchorConstraints {
            path_length: self.path_length,
            names: self.names.as_ref().map(NameForms::read).transpose().map_err(|what| Fault::new("names", what, at))?,
            policies: self.policies.iter().map(policy).collect::<Result<_, _>>()?,
        };
        let anchor = TrustAnchor {
            store: self.store.clone(),
            track: self.track.clone(),
            purposes: self.purposes.clone(),
            not_before: self.not_before,
            sunset: self.sunset,
            constraints,
            ..read
        };
        fault(&anchor).map_or(Ok(anchor), |(member, what)| Err(Fault::new(member, what, at)))
    }

    /// The anchor with nothing but what is trusted.
    fn name_and_key(&self, json: &[u8]) -> Result<TrustAnchor, Fault> {
        match (&self.certificate, &self.name, &self.key) {
            (Some(certificate), None, None) => {
                decoded("certificate", json, certificate, |der| TrustAnchor::of_certificate(Certificate::from_der(der)?))
            }
            (None, Some(name), Some(key)) => {
                Ok(TrustAnchor::of_key(decoded("name", json, name, Name::from_der)?, decoded("key", json, key, PublicKey::from_spki)?))
            }
            _ => Err(Fault::new("certificate", "either a certificate, or a name and a key", self.place(json))),
        }
    }

    /// Where in the file the entry is: at what it trusts.
    fn place(&self, json: &[u8]) -> usize {
        self.certificate.as_ref().or(self.name.as_ref()).or(self.key.as_ref()).map_or(0, |text| place(json, text))
    }
}

/// A fault of one member of an entry.
struct Fault {
    member: &'static str,
    what: Cow<'static, str>,
    at: usize,
}

impl Fault {
    fn new(member: &'static str, what: impl Into<Cow<'static, str>>, at: usize) -> Self {
        Self { member, what: what.into(), at }
    }

    fn of(self, index: usize) -> Malformed {
        Malformed::new(FORMAT, format!("anchors[{index}].{}: {}", self.member, self.what), self.at)
    }
}

/// What `read` makes of a member in base64.
fn decoded<T>(member: &'static str, json: &[u8], text: &Base64<'_>, read: impl FnOnce(&[u8]) -> Result<T, Malformed>) -> Result<T, Fault> {
    let octets = base64::decode(text.0.as_bytes());
    octets.and_then(|octets| read(&octets)).map_err(|malformed| Fault::new(member, malformed.to_string(), place(json, text)))
}

/// Where `text` stands in `json`. One with escapes in it, which base64 has none of, was copied: its place is not known.
fn place(json: &[u8], text: &Base64<'_>) -> usize {
    match &text.0 {
        Cow::Borrowed(text) => text.as_ptr().addr().saturating_sub(json.as_ptr().addr()),
        Cow::Owned(_) => 0,
    }
}

/// The fault in words; its line and column, which the words repeat, as an offset.
fn malformed(json: &[u8], error: &serde_json::Error) -> Malformed {
    let lines = json.split_inclusive(|octet| *octet == b'\n').take(error.line().saturating_sub(1));
    let before: usize = lines.map(<[u8]>::len).sum();
    Malformed::new(FORMAT, error.to_string(), before.saturating_add(error.column().saturating_sub(1)))
}

/// The JSON Schema (draft 2020-12) of the file.
#[cfg(feature = "schema")]
pub(super) fn json_schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(File<'static>).to_value();
    if let Some(object) = schema.as_object_mut() {
        object.insert("$id".into(), SCHEMA.into());
        object.insert("title".into(), "Trust store of kyso".into());
    }
    schema
}
