//! EN 319 122-1 §5.5.3, RFC 5126 §6.4.1 — The archive-time-stamp-v3 attribute, and the elder one that is only read

use std::collections::BTreeSet;

use super::ats_hash_index::AtsHashIndex;
use super::stamped::{Stamp, Stamped, is_archive_timestamp};
use super::timestamp::timestamp;
use crate::crypto::{DigestAlgorithm, Digester};
use crate::encoding::der::{Received, to_der, write};
use crate::format::signature::{Role, Signature};
use crate::pki::{Attribute, TimestampToken};
#[cfg(feature = "sign")]
use crate::pki::{SignedData, SignerInfo};
use crate::report::{Block, checks};
use crate::time::Time;

checks! {
    INDEX_READABLE = "archive_time_stamp.hash_index_readable", "EN 319 122-1 §5.5.2", Failed(FormatFailure),
        "The archive timestamp has no readable index of what it covers: {what}.",
        "Dấu thời gian lưu trữ không có chỉ mục đọc được về những gì nó bao trùm.";
}

/// A timestamp over the type of the content, its digest, the fields of the signature and the index of everything else.
pub(super) fn archive_timestamp_v3(stamped: &Stamped<'_>, token: &TimestampToken) -> Stamp {
    let mut stamp = archive(token);
    let index = AtsHashIndex::of(token);
    let what = index.as_ref().err().map_or(String::new(), ToString::to_string);
    stamp.format_checking = Block::run_after(stamp.format_checking, |r| {
        r.ask(&INDEX_READABLE, index.is_ok(), [("what", what.into())]);
    });
    let Ok(index) = index else { return Stamp { signature: stamp, values: BTreeSet::new() } };
    put_imprint(&mut stamp, |algorithm, expected| {
        let content = stamped.over.digest(algorithm)?;
        let content_type = stamped.signed_data.content.type_received.octets();
        // What is hashed is DER; a signer that wrote something else may have hashed that (as for signed attributes).
        let fields = in_both_forms(&stamped.signer.fields);
        let index = in_both_forms(&index.received);
        let candidates = fields.iter().flat_map(|fields| index.iter().map(move |index| (fields, index)));
        matching(expected, candidates.map(|(fields, index)| digest_of(algorithm, [content_type, &content, fields, index])))
    });
    let (elements, indexed) = index.found_in(stamped);
    stamp.signed_data.push(elements);
    stamp.covers.evidence = indexed.evidence;
    Stamp { signature: stamp, values: indexed.values }
}

/// What an archive timestamp on the signature is to be over, with this digest of its content and this index.
#[cfg(feature = "sign")]
pub(crate) fn imprint(signed_data: &SignedData, signer: &SignerInfo, content: &[u8], index: &[u8], algorithm: DigestAlgorithm) -> Vec<u8> {
    digest_of(algorithm, [signed_data.content.type_received.octets(), content, signer.fields.octets(), index])
}

/// A timestamp over everything: content, certificates, revocation data, all of the signature with the attributes that were there before.
pub(super) fn archive_timestamp_v2(stamped: &Stamped<'_>, at: usize, token: &TimestampToken) -> Stamp {
    let signed_data = stamped.signed_data;
    let mut stamp = archive(token);
    let before = before(stamped, at, token.info.time);
    put_imprint(&mut stamp, |algorithm, expected| {
        let content: &[u8] = if signed_data.content.octets.is_some() { &[] } else { stamped.over.octets()? };
        let beginnings = beginnings(stamped, content, algorithm);
        let ends = unsigned_forms(&before);
        let candidates = beginnings.into_iter().flat_map(|beginning| ends.iter().map(move |end| (beginning.clone(), end)));
        matching(
            expected,
            candidates.map(|(mut digester, end)| {
                digester.update(end);
                digester.finish()
            }),
        )
    });
    let certificates = signed_data.certificates.iter().map(crate::pki::Certificate::sha256);
    let crls = signed_data.crls.iter().map(crate::pki::CertificateList::sha256);
    let responses = signed_data.ocsp_responses.iter().map(crate::pki::BasicOcspResponse::sha256);
    stamp.covers.evidence = certificates.chain(crls).chain(responses).collect();
    Stamp { signature: stamp, values: before.into_iter().map(|(at, _, _)| at).collect() }
}

fn archive(token: &TimestampToken) -> Signature {
    let mut stamp = timestamp(token);
    stamp.covers.role = Role::Archive;
    stamp
}

/// Completes the imprint, which is the first of the signed data.
fn put_imprint(stamp: &mut Signature, actual: impl FnOnce(DigestAlgorithm, &[u8]) -> Option<Vec<u8>>) {
    if let Some(imprint) = stamp.signed_data.first_mut()
        && let Ok(algorithm) = imprint.algorithm
    {
        imprint.actual = actual(algorithm, &imprint.expected);
    }
}

/// The one that is expected, else the first.
fn matching(expected: &[u8], candidates: impl Iterator<Item = Vec<u8>>) -> Option<Vec<u8>> {
    let mut first = None;
    for candidate in candidates {
        if candidate == expected {
            return Some(candidate);
        }
        first.get_or_insert(candidate);
    }
    first
}

fn digest_of<const N: usize>(algorithm: DigestAlgorithm, parts: [&[u8]; N]) -> Vec<u8> {
    let mut digester = Digester::new(algorithm);
    parts.iter().for_each(|part| digester.update(part));
    digester.finish()
}

/// Values as received and, where that is another, in DER.
fn in_both_forms(received: &Received) -> Vec<Vec<u8>> {
    let octets = received.octets();
    let der = der_of_all(octets);
    let mut forms = vec![octets.to_vec()];
    forms.extend(der.filter(|der| der != octets));
    forms
}

/// The DER of values that stand one after another.
fn der_of_all(mut octets: &[u8]) -> Option<Vec<u8>> {
    let mut all = Vec::with_capacity(octets.len());
    while !octets.is_empty() {
        let (der, used) = to_der(octets).ok()?;
        all.extend(der);
        octets = octets.get(used..).filter(|_| used > 0)?;
    }
    Some(all)
}

/// Everything before the unsigned attributes, digested in both forms.
fn beginnings(stamped: &Stamped<'_>, content: &[u8], algorithm: DigestAlgorithm) -> Vec<Digester> {
    let signed_data = stamped.signed_data;
    let received = [
        Some(&signed_data.content.received),
        signed_data.certificates_field.as_ref(),
        signed_data.crls_field.as_ref(),
        Some(&stamped.signer.fields),
    ];
    let as_received = received.map(|part| part.map_or(Vec::new(), |part| part.octets().to_vec()));
    let in_der = as_received.clone().map(|part| der_of_all(&part).unwrap_or(part));
    let mut forms = vec![as_received];
    if forms.first() != Some(&in_der) {
        forms.push(in_der);
    }
    let begun = |[encapsulated, certificates, crls, fields]: [Vec<u8>; 4]| {
        let mut digester = Digester::new(algorithm);
        [&encapsulated, content, &certificates, &crls, &fields].into_iter().for_each(|part| digester.update(part));
        digester
    };
    forms.into_iter().map(begun).collect()
}

/// The values of unsigned attributes from before the timestamp at `at`: with each its position and attribute. An archive timestamp as old
/// as this one that stands behind it came after it.
fn before<'a>(stamped: &Stamped<'a>, at: usize, time: Time) -> Vec<(usize, &'a Attribute, &'a Received)> {
    let earlier = |position: usize, attribute: &Attribute, value: &Received| {
        if position == at {
            return false;
        }
        let stated = is_archive_timestamp(attribute).then(|| TimestampToken::from_received(value).ok()).flatten();
        stated.is_none_or(|token| (token.info.time, position) < (time, at))
    };
    let values = stamped.values().enumerate().map(|(position, (attribute, value))| (position, attribute, value));
    values.filter(|(position, attribute, value)| earlier(*position, attribute, value)).collect()
}

/// `unsignedAttrs` as it was when it had these values: in the order received, and in that of DER.
fn unsigned_forms(values: &[(usize, &Attribute, &Received)]) -> Vec<Vec<u8>> {
    let mut attributes: Vec<(&Attribute, Vec<Vec<u8>>)> = Vec::new();
    for (_, attribute, value) in values {
        match attributes.last_mut().filter(|(last, _)| std::ptr::eq(*last, *attribute)) {
            Some((_, kept)) => kept.push(value.octets().to_vec()),
            None => attributes.push((attribute, vec![value.octets().to_vec()])),
        }
    }
    if attributes.is_empty() {
        return vec![Vec::new()];
    }
    let written = |(attribute, kept): (&Attribute, Vec<Vec<u8>>)| {
        if kept.len() == attribute.values.len() {
            return attribute.received.octets().to_vec();
        }
        write::sequence(&[attribute.type_octets(), &write::set_of(kept)])
    };
    let in_order: Vec<Vec<u8>> = attributes.into_iter().map(written).collect();
    let in_der: Vec<Vec<u8>> = in_order.iter().map(|attribute| der_of_all(attribute).unwrap_or_else(|| attribute.clone())).collect();
    // RFC 5126 §6.4.1 names the data elements, and many take that for the attributes without the tag and length around them.
    let in_set = |attributes: &[Vec<u8>]| {
        let mut sorted = attributes.to_vec();
        sorted.sort_unstable();
        sorted
    };
    let forms = [in_set(&in_order), in_set(&in_der)];
    let forms: Vec<&[Vec<u8>]> = [&*in_order, &*in_der].into_iter().chain(forms.iter().map(Vec::as_slice)).collect();
    let tagged = forms.iter().map(|attributes| write::context_constructed(1, attributes));
    tagged.chain(forms.iter().map(|attributes| attributes.concat())).collect()
}
