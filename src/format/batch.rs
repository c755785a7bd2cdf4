//! `docs/batch.md` 4 — A member of a batch: the signature of the root, and whether the record leads to that root

use crate::batch::{Member, Payload, Proof};
use crate::crypto::DigestAlgorithm;
use crate::document::{Detached, DetachedContent};
use crate::encoding::jws::JwsSignature;
use crate::encoding::{base64url, json};
use crate::limits::Limits;
use crate::report::fact::{digest_text, hex};
use crate::report::json::{CoveredReference, Kind};
use crate::report::{Block, Fact, Recorder, checks};

use super::signature::SignedDatum;
use super::{Found, jades};

checks! {
    PAYLOAD_READABLE = "batch.payload_readable", "docs/batch.md 2", Failed(FormatFailure),
        "What is signed is not the root of a batch: {what}.", "Nội dung được ký không phải gốc của một lô.";
    HEADERS_OF_BATCH = "batch.headers_of_batch", "docs/batch.md 2", Failed(FormatFailure),
        "The header parameter {name} says that something else than the root of a batch is signed.",
        "Tham số {name} cho biết nội dung được ký không phải gốc của một lô.";
    PATH_FITS = "batch.path_fits", "RFC 9162 §2.1.3.2", Failed(FormatFailure),
        "A path of {nodes} nodes does not lead from the record at index {index} to the root of a tree of {size}.",
        "Đường dẫn gồm {nodes} nút không dẫn từ bản ghi có chỉ số {index} đến gốc của cây gồm {size} bản ghi.";
    RECORD_DIGESTED = "batch.record_digested", "docs/batch.md 1", Failed(HashFailure),
        "The record is none of this batch, whose records have a canonical form (RFC 8785): {what}.",
        "Bản ghi không thuộc lô này, mọi bản ghi của lô đều có dạng chuẩn (RFC 8785).";
}

/// What a proof holds: the signatures of the root, over the record too. The record is the first file that was given.
pub(crate) fn found(member: &Member<'_>, detached: &[Detached<'_>], limits: &Limits) -> Found {
    let mut found = jades::found(&member.jws, member.source, &[], limits);
    let start = u64::try_from(member.at).unwrap_or(u64::MAX);
    for at in found.document.findings.iter_mut().filter_map(|finding| finding.at.as_mut()) {
        *at = at.saturating_add(start);
    }
    let record = detached.first();
    found.detached.extend(record.map(|record| record.name().to_owned()));
    let leading = Leading::from(member, record, limits);
    // Those of the root come first, in their order; counter signatures are over values.
    for (jws, signature) in member.jws.signatures.iter().zip(&mut found.signatures) {
        if signature.kind != Kind::Signature {
            continue;
        }
        let checked = signature.format_checking.clone();
        signature.format_checking = Block::run_after(checked, |r| leading.told(r, member, jws));
        signature.coverage.whole_document &= record.is_some();
        let uri = record.map_or("record", Detached::name).to_owned();
        signature.coverage.references.push(CoveredReference { uri, node: None, name: None, share: 0.0 });
        signature.signed_data.extend(leading.datum(record));
    }
    found
}

/// What leads from a record to a root.
struct Leading {
    payload: Result<Payload, String>,
    /// The digest of the record, where there is one; in words why it has none.
    digest: Option<Result<Vec<u8>, String>>,
    /// The root that it leads to.
    root: Option<Vec<u8>>,
    /// Whether index and path go with the size.
    fits: bool,
}

impl Leading {
    fn from(member: &Member<'_>, record: Option<&Detached<'_>>, limits: &Limits) -> Self {
        let proof = &member.proof;
        let text = member.jws.payload.as_deref().ok_or_else(|| "it is not there".to_owned());
        let octets = text.and_then(|text| base64url::decode(text.as_bytes()).map_err(|malformed| malformed.to_string()));
        let payload = octets.and_then(|octets| Payload::from_json(&octets).map_err(|malformed| malformed.to_string()));
        let Ok(Payload { hash, size, .. }) = payload else { return Self { payload, digest: None, root: None, fits: false } };
        let digest = record.and_then(|record| digest(proof, hash, record, limits));
        let root = |digest: &[u8]| proof.root(hash, size, digest);
        // Whether a path fits does not depend on the record.
        let fits = root(&vec![0; hash.output()]).is_some();
        let leads_to = digest.as_ref().and_then(|digest| digest.as_ref().ok()).and_then(|digest| root(digest));
        Self { payload, digest, root: leads_to, fits }
    }

    fn told(&self, r: &mut Recorder, member: &Member<'_>, jws: &JwsSignature<'_>) {
        let strange = strange_header(jws);
        r.ask(&HEADERS_OF_BATCH, strange.is_none(), [("name", strange.unwrap_or_default().into())]);
        let what = self.payload.as_ref().err().cloned().unwrap_or_default();
        r.ask(&PAYLOAD_READABLE, self.payload.is_ok(), [("what", what.into())]);
        let (Ok(payload), proof) = (&self.payload, &member.proof) else { return };
        r.ask(&PATH_FITS, self.fits, [("index", proof.index.into()), ("size", payload.size.into()), ("nodes", proof.path.len().into())]);
        let Some(digest) = &self.digest else { return };
        let what = digest.as_ref().err().cloned().unwrap_or_default();
        let text = |digest: &Vec<u8>| digest_text(payload.hash, digest);
        let leaf = digest.as_ref().map(|digest| text(&proof.leaf(payload.hash, digest))).unwrap_or_default();
        let digested = digest.as_ref().map(text).unwrap_or_default();
        let form: Fact = proof.form.name().into();
        r.ask(
            &RECORD_DIGESTED,
            digest.is_ok(),
            [("form", form), ("digest", digested.into()), ("salt", hex(&proof.salt).into()), ("leaf", leaf.into()), ("what", what.into())],
        );
    }

    /// The root that is signed beside the one that the record leads to.
    fn datum(&self, record: Option<&Detached<'_>>) -> Option<SignedDatum> {
        let payload = self.payload.as_ref().ok()?;
        let name = record.map_or("record", Detached::name).to_owned();
        Some(SignedDatum { name, algorithm: Ok(payload.hash), expected: payload.root.clone(), actual: self.root.clone() })
    }
}

/// The digest of the record in the form of the proof; `None` when only one was given, and that by another algorithm or of another form.
fn digest(proof: &Proof, hash: DigestAlgorithm, record: &Detached<'_>, limits: &Limits) -> Option<Result<Vec<u8>, String>> {
    match (&record.content, proof.form) {
        (DetachedContent::Octets(octets), form) => Some(form.digest(hash, octets, limits).map_err(|malformed| malformed.to_string())),
        (DetachedContent::Digest(..), crate::batch::Form::Octets) => record.digest(hash).map(Ok),
        (DetachedContent::Digest(..), crate::batch::Form::Jcs) => None,
    }
}

/// A header parameter that says of what is signed that it is no batch: another type (RFC 8725 §3.11), or not in base64url.
fn strange_header(jws: &JwsSignature<'_>) -> Option<&'static str> {
    let octets = base64url::decode(jws.protected.as_deref()?.as_bytes()).ok()?;
    let header = json::read(&octets, &Limits::default()).ok()?;
    let is = |name: &str, known: &[&str]| match header.get(name) {
        None => true,
        Some(value) => value.text().is_some_and(|text| {
            let text = text.to_ascii_lowercase();
            known.contains(&text.strip_prefix("application/").unwrap_or(&text))
        }),
    };
    let unencoded = || header.get("b64").is_some_and(|b64| b64.value != json::Value::Boolean(true));
    match () {
        () if !is("typ", &["jose", "jose+json"]) => Some("typ"),
        () if !is("cty", &["json"]) => Some("cty"),
        () if unencoded() => Some("b64"),
        () if header.get("sigD").is_some() => Some("sigD"),
        () => None,
    }
}
