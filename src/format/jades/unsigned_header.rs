//! ETSI TS 119 182-1 §5.3, annex A — the unsigned header parameter `etsiU`: timestamps, evidence and counter signatures, in the order in which
//! they were added

use std::borrow::Cow;

use super::evidence::{Brought, is_container, references, tokens, tokens_written};
use super::message_imprint::Imprints;
use crate::crypto::DigestAlgorithm;
use crate::encoding::json::{self, Node, Value};
use crate::encoding::{base64, base64url};
use crate::format::cades::timestamp::{timestamp, timestamp_over_parts};
use crate::format::signature::{Covered, Role, Signature};
use crate::limits::Limits;
use crate::pki::{Certificate, TimestampToken};
use crate::report::{Recorder, checks};

checks! {
    READABLE = "unsigned_header.readable", "ETSI TS 119 182-1 §5.3.1", Failed(FormatFailure),
        "What stands beside the signature, unsigned, cannot be read: {what}.", "Không đọc được phần không được ký đi kèm chữ ký.";
    OF_ONE_FORM = "unsigned_header.of_one_form", "ETSI TS 119 182-1 §5.3.1", Failed(FormatFailure),
        "Of the unsigned elements some are encoded and some are not, so that what timestamps are over has no one reading.",
        "Các phần tử không được ký vừa có dạng mã hóa vừa có dạng rõ, nên nội dung được đóng dấu thời gian không xác định duy nhất.";
    REFERENCES_RESOLVE = "unsigned_header.references_resolve", "ETSI TS 119 182-1 §A.1", Failed(FormatFailure),
        "The signature refers to {missing} pieces of evidence that it does not bring.", "Chữ ký tham chiếu {missing} dữ liệu kiểm chứng không đi kèm.";
}

/// An element of `etsiU` as it is written.
pub(super) enum Element<'p> {
    /// JSON in base64url, and what that decodes to.
    Encoded { text: &'p str, json: Vec<u8> },
    /// JSON.
    Clear(&'p [u8]),
}

impl<'p> Element<'p> {
    pub fn json(&self) -> &[u8] {
        match self {
            Self::Encoded { json, .. } => json,
            Self::Clear(json) => json,
        }
    }

    /// What it contributes to a message imprint: as written, or in the canonical form that the timestamp names (§5.3.6.2.4, §5.4.3.3).
    pub fn imprinted(&self, canonical_form: Option<&str>) -> Option<Cow<'_, [u8]>> {
        match (self, canonical_form) {
            (Self::Encoded { text, .. }, None) => Some(Cow::Borrowed(text.as_bytes())),
            (Self::Clear(json), None) => Some(Cow::Borrowed(json)),
            (Self::Clear(json), Some(form)) if is_jcs(form) => {
                let node = json::read(json, &Limits::default()).ok()?;
                json::canonical(&node).ok().map(Cow::Owned)
            }
            _ => None,
        }
    }
}

/// RFC 8785 has no identifier of its own: its number in one of the usual URIs.
fn is_jcs(uri: &str) -> bool {
    ["rfc8785", "rfc:8785"].iter().any(|name| uri.to_ascii_lowercase().ends_with(name))
}

/// What `etsiU` brings.
pub(super) struct Unsigned {
    /// Counter signatures (§5.3.2), each as a JWS of its own.
    pub counter_signatures: Vec<Vec<u8>>,
    /// `sigPSt` (§5.3.3)
    pub policy_documents: Vec<Vec<u8>>,
    /// Whether all of it can be read as one form.
    pub is_sound: bool,
}

/// The elements as written. An `etsiU` that is no array has none that could be told apart.
pub(super) fn elements<'p>(header: Option<&'p Node<'_>>, source: &'p [u8]) -> Result<Vec<Element<'p>>, String> {
    let Some(list) = header.and_then(|header| header.get("etsiU")) else { return Ok(Vec::new()) };
    let elements = list.elements().ok_or("`etsiU` is no array")?;
    let element = |element: &'p Node<'_>| match &element.value {
        Value::String(text) => {
            let json = base64url::decode(text.as_bytes()).map_err(|malformed| format!("an element of `etsiU`: {malformed}"))?;
            Ok(Element::Encoded { text, json })
        }
        _ => Ok(Element::Clear(source.get(element.start..element.end).unwrap_or_default())),
    };
    elements.iter().map(element).collect()
}

/// What has been found up to an element.
#[derive(Default)]
struct Gathered {
    /// So many timestamps are looked at: each is over all that stands before it.
    most: usize,
    brought: Brought,
    references: Vec<(DigestAlgorithm, Vec<u8>)>,
    /// Places of signature timestamps among the timestamps.
    on_value: Vec<usize>,
    timestamps: Vec<Signature>,
    faults: Vec<String>,
    unsigned: Vec<Vec<u8>>,
    policy_documents: Vec<Vec<u8>>,
}

/// Puts what the elements bring into `signature`.
pub(super) fn read(
    r: &mut Recorder,
    elements: Result<&[Element<'_>], String>,
    imprints: &Imprints<'_>,
    limits: &Limits,
    signature: &mut Signature,
) -> Unsigned {
    let most = usize::try_from(limits.signatures).unwrap_or(usize::MAX);
    let mut gathered = Gathered { most, ..Gathered::default() };
    let all = match elements {
        Ok(elements) => elements,
        Err(what) => {
            gathered.faults.push(what);
            &[]
        }
    };
    let clear = all.iter().filter(|element| matches!(element, Element::Clear(_))).count();
    let of_one_form = clear == 0 || clear == all.len();
    for (index, element) in all.iter().enumerate() {
        if let Err(what) = gathered.element(index, element, imprints, limits, &signature.certificates) {
            gathered.faults.push(what);
        }
    }
    // Nobody signed any of it: what cannot be read takes nothing away from the rest.
    r.tolerate(&READABLE, gathered.faults.is_empty(), [("what", gathered.faults.first().cloned().unwrap_or_default().into())]);
    r.tolerate(&OF_ONE_FORM, of_one_form, []);
    if !gathered.references.is_empty() {
        let resolved = gathered.brought.referenced(&gathered.references, &signature.certificates).len();
        let missing = gathered.references.len().saturating_sub(resolved);
        r.tolerate(&REFERENCES_RESOLVE, missing == 0, [("missing", missing.into())]);
    }
    let is_sound = gathered.faults.is_empty() && of_one_form;
    signature.timestamps = gathered.timestamps;
    gathered.brought.move_into(signature);
    Unsigned { counter_signatures: gathered.unsigned, policy_documents: gathered.policy_documents, is_sound }
}

impl Gathered {
    fn element(
        &mut self,
        index: usize,
        element: &Element<'_>,
        imprints: &Imprints<'_>,
        limits: &Limits,
        own: &[Certificate],
    ) -> Result<(), String> {
        let node = json::read(element.json(), limits).map_err(|malformed| malformed.to_string())?;
        let [member] = node.members() else { return Err("an element of `etsiU` is no object with one member".into()) };
        let (name, value) = (member.name.as_ref(), &member.value);
        let is_read = match name {
            "sigTst" | "arcTst" | "sigRTst" | "rfsTst" => self.timestamps(name, value, index, imprints, own),
            "xVals" | "axVals" => self.brought.certificate_values(value),
            "rVals" | "arVals" => self.brought.revocation_values(value),
            "tstVD" => self.brought.timestamp_validation_data(value),
            "xRefs" | "rRefs" | "axRefs" | "arRefs" => references(value).map(|found| self.references.extend(found)).is_some(),
            "cSig" => {
                let octets = value.text().map(|text| text.as_bytes().to_vec());
                let octets =
                    octets.or_else(|| value.is_object().then(|| element.json().get(value.start..value.end).unwrap_or_default().to_vec()));
                octets.map(|octets| self.unsigned.push(octets)).is_some()
            }
            "sigPSt" => {
                let document = value.get("sigPolDoc").and_then(Node::text).map(|text| base64::decode(text.as_bytes()));
                match document {
                    Some(Ok(document)) => {
                        self.policy_documents.push(document.to_vec());
                        true
                    }
                    Some(Err(_)) => false,
                    None => value.get("sigPolLocalURI").is_some(),
                }
            }
            // §5.3.1: others may be there; what they are is not known here.
            _ => return Err(format!("`{}` is not known", name.escape_debug())),
        };
        if is_read { Ok(()) } else { Err(format!("`{name}`")) }
    }

    fn timestamps(&mut self, name: &str, container: &Node<'_>, index: usize, imprints: &Imprints<'_>, own: &[Certificate]) -> bool {
        let form = container.get("canonAlg").map(|form| form.text().unwrap_or_default());
        let tokens = tokens(container);
        let is_whole = tokens.len() == tokens_written(container) && is_container(container);
        for token in tokens {
            if self.timestamps.len() >= self.most {
                return false;
            }
            match name {
                "sigTst" => {
                    self.on_value.push(self.timestamps.len());
                    self.add(index, &token, Some(vec![imprints.signature_value()]), Covered::default());
                }
                "sigRTst" => {
                    let covers = Covered {
                        role: Role::References,
                        timestamps: self.on_value.clone(),
                        evidence: self.brought.referenced(&self.references, own),
                        ..Covered::default()
                    };
                    self.add(index, &token, imprints.value_and_references(index, form), covers);
                }
                "rfsTst" => {
                    let evidence = self.brought.referenced(&self.references, own);
                    let covers = Covered { role: Role::ReferencesAlone, evidence, ..Covered::default() };
                    self.add(index, &token, imprints.references(index, form), covers);
                }
                _ => {
                    let evidence = self.brought.ids().chain(own.iter().map(Certificate::sha256)).collect();
                    let timestamps = (0..self.timestamps.len()).filter(|earlier| self.position_of(*earlier) < index).collect();
                    let covers = Covered { role: Role::Archive, timestamps, evidence, ..Covered::default() };
                    self.add(index, &token, imprints.everything(index, form), covers);
                }
            }
        }
        is_whole
    }

    /// The element that an earlier timestamp stands in.
    fn position_of(&self, timestamp: usize) -> usize {
        self.timestamps.get(timestamp).and_then(|stamp| usize::try_from(stamp.position.0).ok()).unwrap_or(usize::MAX)
    }

    fn add(&mut self, index: usize, token: &TimestampToken, imprinted: Option<Vec<Cow<'_, [u8]>>>, covers: Covered) {
        let position = (u64::try_from(index).unwrap_or(u64::MAX), u64::try_from(self.timestamps.len()).unwrap_or(u64::MAX));
        self.timestamps.push(Signature { position, covers, ..over(token, imprinted) });
    }
}

/// The token as a signature; what it is over was not found when there are no `parts`.
fn over(token: &TimestampToken, parts: Option<Vec<Cow<'_, [u8]>>>) -> Signature {
    match parts {
        Some(parts) => timestamp_over_parts(token, parts.iter().map(AsRef::as_ref)),
        None => timestamp(token),
    }
}
