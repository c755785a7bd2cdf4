//! ETSI TS 119 182-1, RFC 7515 — signatures in JSON

mod evidence;
mod message_imprint;
pub(crate) mod payload;
mod protected_header;
mod unsigned_header;

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::signature::{Role, Signature, ToBeSigned, ToBeSignedData, Value};
use super::{Found, WITHIN_LIMITS};
use crate::crypto::{Curve, Digester, SignatureAlgorithm};
use crate::document::Detached;
use crate::encoding::base64url;
use crate::encoding::jws::{Jws, JwsSignature};
use crate::format::cades::timestamp::timestamp_over;
use crate::limits::Limits;
use crate::report::json::{Coverage, DocumentFacts, Finding, Format, Kind, Level, Origin};
use crate::report::{Block, Check, Recorder, Stop, checks};
use message_imprint::Imprints;
use payload::Payload;
use protected_header::ProtectedHeader;

checks! {
    VALUE_READABLE = "jades.signature_value_readable", "RFC 7515 §5.2 (7)", Failed(FormatFailure),
        "The signature value cannot be decoded: {what}.", "Không giải mã được giá trị chữ ký.";
    VALUE_FORM = "jades.signature_value_form", "RFC 7518 §3.4", Failed(FormatFailure),
        "The signature value of {octets} octets is not of the form that {algorithm} has in JSON.",
        "Giá trị chữ ký dài {octets} octet không đúng dạng của {algorithm} trong JSON.";
    COUNTER_READABLE = "jades.counter_signature_readable", "ETSI TS 119 182-1 §5.3.2", Failed(FormatFailure),
        "A counter signature cannot be read: {what}.", "Không đọc được chữ ký xác nhận.";
    ENCODINGS_AGREE = "jades.encodings_agree", "RFC 7797 §3", Failed(FormatFailure),
        "Of the signatures over one payload some take it as it stands and others what it encodes, so that they are over two contents.",
        "Trong các chữ ký trên cùng một nội dung, có chữ ký lấy nguyên văn, có chữ ký lấy phần giải mã, nên chúng ký hai nội dung khác nhau.";
}

/// Every check of this room.
pub(crate) fn checks() -> impl Iterator<Item = &'static Check> {
    [CHECKS, payload::CHECKS, protected_header::CHECKS, unsigned_header::CHECKS].into_iter().flatten().copied()
}

/// A counter signature that is still to be read.
struct Waiting {
    octets: Vec<u8>,
    /// The value that it is over, as written.
    countersigned: String,
    /// The number of the signature that it stands in.
    number: u64,
}

/// What a JSON text holds. Counter signatures follow what they are on, however deep: their number is bounded, not their depth.
pub(crate) fn found(jws: &Jws<'_>, octets: &[u8], detached: &[Detached<'_>], limits: &Limits) -> Found {
    let mut found = Found { document: document_facts(jws), ..Found::nothing() };
    let limit = usize::try_from(limits.signatures).unwrap_or(usize::MAX);
    let mut waiting = std::collections::VecDeque::new();
    let mut encodings = BTreeSet::new();
    for (number, signature) in (0_u64..).zip(&jws.signatures) {
        let context = Surroundings { source: octets, payload: jws.payload.as_deref(), detached, limits, kind: Kind::Signature };
        encodings.extend(add(&mut found, &context, signature, number, jws.strangers.is_empty(), &mut waiting));
    }
    if found.signatures.len() > 1 {
        for signature in &mut found.signatures {
            let format_checking = std::mem::replace(&mut signature.format_checking, Block::run("", "", "", |_| Ok(())));
            signature.format_checking = Block::run_after(format_checking, |r| {
                r.ask(&ENCODINGS_AGREE, encodings.len() < 2, []);
            });
        }
    }
    while let Some(next) = waiting.pop_front() {
        if found.signatures.len() >= limit {
            waiting.push_front(next);
            break;
        }
        counter_signature(&mut found, &next, limits, &mut waiting);
    }
    let within = waiting.is_empty();
    found.listing = Block::run("Signatures of the file", "EN 319 102-1 §5.1", "document", |r| {
        r.ask(&WITHIN_LIMITS, within, [("limit", limit.into())]);
        Ok(())
    });
    found
}

/// §5.3.2: a JWS whose payload is the value of the signature that it stands in, and does not stand in it again.
fn counter_signature(found: &mut Found, next: &Waiting, limits: &Limits, waiting: &mut std::collections::VecDeque<Waiting>) {
    let jws = match Jws::read(&next.octets, limits) {
        Ok(Some(jws)) => Ok(jws),
        Ok(None) => Err("no JWS".to_owned()),
        Err(malformed) => Err(malformed.to_string()),
    };
    let own = jws.as_ref().ok().and_then(|jws| jws.payload.as_deref()).unwrap_or_default();
    let fault = match &jws {
        Ok(_) if !own.is_empty() && own != next.countersigned => Some("its payload is not the value that it stands beside".to_owned()),
        Ok(_) => None,
        Err(what) => Some(what.clone()),
    };
    let readable = |r: &mut Recorder| r.require(&COUNTER_READABLE, fault.is_none(), [("what", fault.clone().unwrap_or_default().into())]);
    let Ok(jws) = &jws else {
        let format_checking = Block::run("Format checking", "EN 319 102-1 §5.2.2", "", readable);
        found.signatures.push(Signature {
            format_checking,
            position: (next.number, position(found)),
            ..Signature::new(Kind::CounterSignature, Format::Jws)
        });
        return;
    };
    for signature in &jws.signatures {
        let payload = Some(&*next.countersigned);
        let context = Surroundings { source: &next.octets, payload, detached: &[], limits, kind: Kind::CounterSignature };
        let before = found.signatures.len();
        add(found, &context, signature, next.number, false, waiting);
        if let Some(added) = found.signatures.get_mut(before) {
            added.format_checking = Block::run_after(added.format_checking.clone(), |r| {
                let _: Result<(), Stop> = readable(r);
            });
        }
    }
}

/// What a signature is read with.
struct Surroundings<'p> {
    /// The octets in which offsets count.
    source: &'p [u8],
    payload: Option<&'p str>,
    detached: &'p [Detached<'p>],
    limits: &'p Limits,
    kind: Kind,
}

/// Reads one signature into `found`; whether it takes its payload as an encoded one, where that is known.
fn add(
    found: &mut Found,
    context: &Surroundings<'_>,
    jws: &JwsSignature<'_>,
    number: u64,
    alone: bool,
    waiting: &mut std::collections::VecDeque<Waiting>,
) -> Option<bool> {
    let mut read = Read::default();
    let signature = read.signature(context, jws);
    let whole_document = signature.coverage.whole_document && alone;
    let coverage = Coverage { whole_document, ..signature.coverage.clone() };
    found.signatures.push(Signature { position: (number, position(found)), coverage, ..signature });
    found.detached.extend(read.files);
    for document in read.policy_documents {
        found.evidence.add_policy_document(document, Origin::Embedded);
    }
    waiting.extend(read.counter_signatures.into_iter().map(|octets| Waiting { octets, countersigned: jws.signature.to_string(), number }));
    read.encoded
}

fn position(found: &Found) -> u64 {
    u64::try_from(found.signatures.len()).unwrap_or(u64::MAX)
}

/// What comes beside the signature itself.
#[derive(Default)]
struct Read {
    policy_documents: Vec<Vec<u8>>,
    /// Names of the files given beside the document that it is over.
    files: Vec<String>,
    counter_signatures: Vec<Vec<u8>>,
    /// Whether it is over what the payload encodes, where that is known.
    encoded: Option<bool>,
}

impl Read {
    fn signature(&mut self, context: &Surroundings<'_>, jws: &JwsSignature<'_>) -> Signature {
        let mut signature = Signature::new(context.kind, Format::Jws);
        let (mut header, mut is_sound) = (None, false);
        let format_checking = Block::run("Format checking", "EN 319 102-1 §5.2.2", "", |r| {
            let protected = jws.protected.as_deref().unwrap_or_default();
            let read = protected_header::read(r, protected, jws.header.as_ref(), context.limits)?;
            is_sound = self.contents(r, context, jws, &read, &mut signature);
            header = Some(read);
            Ok(())
        });
        let passed = format_checking.is_passed();
        signature.format_checking = format_checking;
        let Some(header) = header else { return signature };
        signature.format_constraints = Block::run("Constraints of the file", "RFC 7518 §3.1", "", |r| {
            protected_header::algorithm_known(r, &header);
            protected_header::unprotected(r, jws.header.as_ref());
            payload::boundaries(r, &header);
            Ok(())
        });
        self.encoded = Some(header.encoded);
        signature.format = if header.is_advanced { Format::JAdES } else { Format::Jws };
        signature.level = if header.is_baseline && passed && is_sound { Level::BB } else { Level::None };
        signature.claimed_time = header.claimed_time;
        signature.policy = header.policy;
        signature
    }

    /// Payload, value, and what stands beside them unsigned; whether the latter can be read.
    fn contents(
        &mut self,
        r: &mut Recorder,
        context: &Surroundings<'_>,
        jws: &JwsSignature<'_>,
        header: &ProtectedHeader,
        signature: &mut Signature,
    ) -> bool {
        let protected = jws.protected.as_deref().unwrap_or_default();
        let share = share(context.payload, context.source);
        let payload = payload::find(r, header, context.payload, context.detached, share);
        signature.certificates = header.certificates.clone();
        signature.coverage =
            Coverage { whole_document: payload.input.is_some(), references: payload.references.clone(), ..Coverage::default() };
        signature.value = value(r, header, protected, &payload, &jws.signature);
        let elements = unsigned_header::elements(jws.header.as_ref(), context.source);
        let imprints =
            Imprints { payload: &payload.stamped, protected, value: &jws.signature, elements: elements.as_deref().unwrap_or_default() };
        let as_read = elements.as_deref().map_err(Clone::clone);
        let unsigned = unsigned_header::read(r, as_read, &imprints, context.limits, signature);
        if !header.content_timestamps.is_empty() {
            let stamped = payload.stamped.octets();
            let stamps = header.content_timestamps.iter();
            signature.content_timestamps = stamps.map(|token| timestamp_over(token, stamped.as_deref().unwrap_or_default())).collect();
            if stamped.is_none() {
                let stamps = signature.content_timestamps.iter_mut();
                stamps.flat_map(|stamp| stamp.signed_data.first_mut()).for_each(|imprint| imprint.actual = None);
            }
        }
        // Without an algorithm that is known there is no value to which data could belong.
        if header.algorithm.is_some() {
            signature.signed_data = payload.data;
        }
        self.files = payload.files;
        self.policy_documents = unsigned.policy_documents;
        self.counter_signatures = unsigned.counter_signatures;
        unsigned.is_sound
    }
}

/// RFC 7515 §5.2: the value, and the protected header and the payload with a dot between them.
fn value(r: &mut Recorder, header: &ProtectedHeader, protected: &str, payload: &Payload<'_>, text: &str) -> Option<Value> {
    let octets = base64url::decode(text.as_bytes()).map_err(|malformed| malformed.to_string());
    let octets = octets.and_then(|octets| if octets.is_empty() { Err("it is empty".into()) } else { Ok(octets) });
    let what = octets.as_ref().err().cloned().unwrap_or_default();
    let octets = r.obtain(&VALUE_READABLE, octets.ok(), [("what", what.into())]).ok()?;
    let (algorithm, curve) = header.algorithm?;
    let form = in_certificate_form(&octets, algorithm, curve);
    let facts = [("octets", octets.len().into()), ("algorithm", header.algorithm_name.clone().into())];
    r.ask(&VALUE_FORM, form.is_some(), facts);
    let to_be_signed = payload.input.iter().map(|input| {
        // One more copy of a large payload only where the octets themselves are needed.
        let data = match algorithm.digest() {
            None => ToBeSignedData::Octets([protected.as_bytes(), b".", input].concat()),
            Some(digest) => {
                let mut digester = Digester::new(digest);
                [protected.as_bytes(), b".", input].into_iter().for_each(|piece| digester.update(piece));
                ToBeSignedData::Digest(digester.finish())
            }
        };
        ToBeSigned { form: "as_received", data }
    });
    Some(Value {
        algorithm,
        digest_algorithm: algorithm.digest(),
        to_be_signed: to_be_signed.collect(),
        // What is of another form is no value of this algorithm, whatever it would be elsewhere.
        octets: form.map_or_else(Vec::new, Cow::into_owned),
        signer: None,
        references: header.references.clone(),
    })
}

/// RFC 7518 §3.4: of elliptic curves the two integers one after the other.
fn in_certificate_form(octets: &[u8], algorithm: SignatureAlgorithm, curve: Option<Curve>) -> Option<Cow<'_, [u8]>> {
    match (algorithm, curve) {
        (SignatureAlgorithm::Ecdsa(_), Some(curve)) => curve.value_from_concatenation(octets).map(Cow::Owned),
        _ => Some(Cow::Borrowed(octets)),
    }
}

/// What a timestamp of this role on `signature`, added now, is over; `None` when what is signed is elsewhere and not given.
#[cfg(feature = "sign")]
pub(crate) fn imprinted(
    jws: &Jws<'_>,
    signature: &JwsSignature<'_>,
    octets: &[u8],
    detached: &[Detached<'_>],
    role: Role,
) -> Option<Vec<Vec<u8>>> {
    let mut found = None;
    Block::run("Message imprint", "ETSI TS 119 182-1 §5.3", "", |r| {
        let protected = signature.protected.as_deref().unwrap_or_default();
        let header = protected_header::read(r, protected, signature.header.as_ref(), &Limits::default())?;
        let payload = payload::find(r, &header, jws.payload.as_deref(), detached, 0.0);
        let elements = unsigned_header::elements(signature.header.as_ref(), octets).unwrap_or_default();
        let imprints = Imprints { payload: &payload.stamped, protected, value: &signature.signature, elements: &elements };
        let parts = match role {
            Role::Archive => imprints.everything(elements.len(), None),
            _ => Some(vec![imprints.signature_value()]),
        };
        found = parts.map(|parts| parts.into_iter().map(Cow::into_owned).collect());
        Ok(())
    });
    found
}

/// SHA-256 of the certificates and revocation data that `signature` brings.
#[cfg(feature = "sign")]
pub(crate) fn evidence_of(jws: &Jws<'_>, signature: &JwsSignature<'_>, octets: &[u8]) -> Vec<[u8; 32]> {
    let limits = Limits::default();
    let context = Surroundings { source: octets, payload: jws.payload.as_deref(), detached: &[], limits: &limits, kind: Kind::Signature };
    let read = Read::default().signature(&context, signature);
    let certificates = read.certificates.iter().map(crate::pki::Certificate::sha256);
    let crls = read.crls.iter().map(crate::pki::CertificateList::sha256);
    certificates.chain(crls).chain(read.ocsp_responses.iter().map(crate::pki::BasicOcspResponse::sha256)).collect()
}

/// The names of the unsigned elements of `signature`, in their order.
#[cfg(feature = "sign")]
pub(crate) fn unsigned_names(signature: &JwsSignature<'_>, octets: &[u8]) -> Vec<String> {
    let elements = unsigned_header::elements(signature.header.as_ref(), octets).unwrap_or_default();
    elements.iter().filter_map(message_imprint::name_of).collect()
}

/// Which part of the document the payload is.
#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "a share is not exact")]
fn share(payload: Option<&str>, source: &[u8]) -> f64 {
    let length = payload.map_or(0, str::len);
    if source.is_empty() { 0.0 } else { (length as f64 / source.len() as f64 * 1e4).round() / 1e4 }
}

/// RFC 7515 §7.2: other members are ignored; that they are there is said.
fn document_facts(jws: &Jws<'_>) -> DocumentFacts {
    let finding = |(name, at): &(String, usize)| Finding {
        check: "jws.unsigned_member".into(),
        at: u64::try_from(*at).ok(),
        object: None,
        en: format!("The member `{}` of the file is not signed (at byte {at}).", name.escape_debug()),
        vi: format!("Thành phần `{}` của tệp không được ký (tại byte {at}).", name.escape_debug()),
    };
    DocumentFacts { findings: jws.strangers.iter().map(finding).collect(), ..DocumentFacts::default() }
}
