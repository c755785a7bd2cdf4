//! RFC 4998 annex A — Evidence records among the unsigned attributes: over the signed data without them, and over the content elsewhere

use std::cell::OnceCell;
use std::collections::BTreeSet;

use const_oid::ObjectIdentifier;

use super::content::Over;
use super::stamped::{Stamp, Stamped};
use crate::crypto::DigestAlgorithm;
use crate::encoding::der::{ObjectId, Reader, Received, Rules, Value, tag, write};
use crate::error::Malformed;
use crate::format::evidence_record::{NotJudged, Subject, in_der, not_judged, time_stamps};
use crate::format::signature::{Role, Signature};
use crate::pki::{Attribute, BasicOcspResponse, Certificate, CertificateList, EvidenceRecord, SignedData, object_id};
use crate::report::json::Kind;

/// Whether the attribute is an evidence record.
fn is_evidence_record(attribute: &Attribute) -> bool {
    attribute.oid == object_id::EVIDENCE_RECORD_INTERNAL || attribute.oid == object_id::EVIDENCE_RECORD_EXTERNAL
}

/// The timestamps of evidence records, which follow the `others` of the signature; at most `most`.
pub(super) fn evidence_records(stamped: &Stamped<'_>, others: usize, most: usize) -> Vec<Stamp> {
    let records: Vec<(&Attribute, &Received)> = stamped.values().filter(|(attribute, _)| is_evidence_record(attribute)).collect();
    if records.is_empty() || matches!(stamped.over, Over::Value(_)) {
        return Vec::new();
    }
    // What many records are over is written and digested once.
    let over_signed_data = |own: ObjectIdentifier| {
        let forms = OnceCell::new();
        Subject::new("signed data", move |algorithm: DigestAlgorithm| {
            let forms = forms.get_or_init(|| forms_without(stamped.signed_data, own));
            forms.iter().map(|form| algorithm.digest(form)).collect()
        })
    };
    let internal = [over_signed_data(INTERNAL)];
    let external =
        [over_signed_data(EXTERNAL), Subject::new(stamped.over.name(), |algorithm| stamped.over.digest(algorithm).into_iter().collect())];
    let mut found: Vec<Stamp> = Vec::new();
    for (attribute, value) in records {
        let room = most.saturating_sub(found.len());
        if room == 0 {
            break;
        }
        let of = match attribute.oid == object_id::EVIDENCE_RECORD_EXTERNAL {
            false => internal.as_slice(),
            true if stamped.signed_data.content.octets.is_none() => external.as_slice(),
            // Inside, the content is part of the signed data.
            true => external.get(..1).unwrap_or_default(),
        };
        let stamps = match EvidenceRecord::from_received(value) {
            Ok(record) => time_stamps(&record, of),
            Err(malformed) => vec![not_judged("of the signature", NotJudged::Unreadable(malformed.to_string()))],
        };
        let start = others.saturating_add(found.len());
        found.extend(stamps.into_iter().take(room).map(|stamp| placed(stamped, stamp, others, start)));
    }
    found
}

/// The timestamp as one on the signature.
fn placed(stamped: &Stamped<'_>, mut stamp: Signature, others: usize, start: usize) -> Stamp {
    stamp.kind = Kind::DocumentTimestamp;
    stamp.covers.timestamps.iter_mut().for_each(|index| *index = index.saturating_add(start));
    if stamp.covers.role != Role::Archive {
        return Stamp { signature: stamp, values: BTreeSet::new() };
    }
    stamp.covers.timestamps.extend(0..others);
    let values = stamped.values().enumerate().filter(|(_, (attribute, _))| !is_evidence_record(attribute)).map(|(at, _)| at).collect();
    let signed_data = stamped.signed_data;
    let certificates = signed_data.certificates.iter().map(Certificate::sha256);
    let lists = signed_data.crls.iter().map(CertificateList::sha256);
    stamp.covers.evidence = certificates.chain(lists).chain(signed_data.ocsp_responses.iter().map(BasicOcspResponse::sha256)).collect();
    Stamp { signature: stamp, values }
}

const INTERNAL: ObjectIdentifier = object_id::EVIDENCE_RECORD_INTERNAL;
const EXTERNAL: ObjectIdentifier = object_id::EVIDENCE_RECORD_EXTERNAL;

/// The signed data in each form in which they may have been digested: without any evidence record, or without those of the kind `own`, when others
/// were there before; in DER, which is what is to be digested, and as received.
fn forms_without(signed_data: &SignedData, own: ObjectIdentifier) -> Vec<Vec<u8>> {
    let mut forms: Vec<Vec<u8>> = Vec::new();
    for octets in in_der(signed_data.octets()).iter().rev() {
        for kinds in [&[INTERNAL, EXTERNAL][..], &[own]] {
            // A signer without them may stand elsewhere in the set.
            for form in without(octets, kinds).iter().flat_map(|form| in_der(form)) {
                if !forms.contains(&form) {
                    forms.push(form);
                }
            }
        }
    }
    forms
}

/// `ContentInfo` without the attributes of these kinds; the rest is as it was, lengths that were left open too.
fn without(octets: &[u8], kinds: &[ObjectIdentifier]) -> Result<Vec<u8>, Malformed> {
    let input = Received::new(octets);
    let info = Reader::with_rules(&input, "CMS", Rules::Basic).value()?;
    let (content_type, content) = info.only(|info| Ok((info.value()?.octets(), info.expect(tag::context_constructed(0), "content")?)))?;
    let signed_data = content.only(|content| content.expect(tag::SEQUENCE, "SignedData"))?;
    let mut fields = signed_data.reader()?.each(Reader::value)?;
    let signers = fields.pop().ok_or_else(|| signed_data.malformed("no signers"))?;
    let signer_infos = signers.reader()?.each(|signers| signer_without(&signers.value()?, kinds))?;
    let mut parts: Vec<Vec<u8>> = fields.iter().map(|field| field.octets().to_vec()).collect();
    parts.push(around(&signers, &signer_infos));
    let content = around(&content, &[around(&signed_data, &parts)]);
    Ok(around(&info, &[content_type.to_vec(), content]))
}

fn signer_without(signer: &Value<'_>, kinds: &[ObjectIdentifier]) -> Result<Vec<u8>, Malformed> {
    let mut parts: Vec<Vec<u8>> = Vec::new();
    for field in signer.reader()?.each(Reader::value)? {
        if field.tag() != tag::context_constructed(1) {
            parts.push(field.octets().to_vec());
            continue;
        }
        let attributes = field.reader()?.each(Reader::value)?;
        let is_kept = |attribute: &&Value<'_>| kind(attribute).is_ok_and(|oid| !kinds.iter().any(|kind| oid == *kind));
        let kept: Vec<Vec<u8>> = attributes.iter().filter(is_kept).map(|attribute| attribute.octets().to_vec()).collect();
        if !kept.is_empty() {
            parts.push(around(&field, &kept));
        }
    }
    Ok(around(signer, &parts))
}

fn kind(attribute: &Value<'_>) -> Result<ObjectId, Malformed> {
    attribute.reader()?.expect(tag::OBJECT_IDENTIFIER, "attrType")?.object_id()
}

/// A value in the place of this one, with other contents: its length left open where that was.
fn around(value: &Value<'_>, parts: &[Vec<u8>]) -> Vec<u8> {
    let contents = parts.concat();
    match value.octets() {
        [_, 0x80, ..] => [&[value.tag(), 0x80], &*contents, &[0, 0]].concat(),
        _ => write::value(value.tag(), &contents),
    }
}
