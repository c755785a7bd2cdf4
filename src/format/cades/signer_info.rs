//! EN 319 122-1 §5, §6.3 — one `SignerInfo` as an entry of the report: its attributes, its level, its counter signatures

use std::collections::BTreeSet;

use super::content::Over;
use super::signed_data::{
    Attributes, content_is_no_attributes, evidence, has_signing_certificate, has_signing_time, is_data, named_policy, signed_attributes,
    signed_datum, signed_timestamps, value,
};
use super::stamped::{Stamp, Stamped, is_archive_timestamp};
use super::timestamp::timestamp;
use crate::crypto::{DigestAlgorithm, SignatureAlgorithm};
use crate::format::signature::{Role, Signature, ToBeSignedData};
use crate::pki::{SignedData, SignerInfo, Unread, object_id};
use crate::report::json::{CoveredReference, Format, Kind, Level};
use crate::report::{Block, Fact, Recorder, Stop, checks};

checks! {
    VERSION = "signer_info.version", "RFC 5652 §5.3", Failed(FormatFailure),
        "The version of the signer information is {version} where it is to be {expected}.",
        "Phiên bản của thông tin người ký là {version}, trong khi phải là {expected}.";
    COMMITMENT_READABLE = "signer_info.commitment_type", "EN 319 122-1 §5.2.3", Failed(FormatFailure),
        "What the signer commits to cannot be read: {what}.", "Không đọc được cam kết của người ký.";
    COUNTER_SIGNATURES_READABLE = "signer_info.counter_signatures_readable", "RFC 5652 §11.4", Indeterminate(SigConstraintsFailure),
        "A counter signature cannot be read: {what}.", "Không đọc được một chữ ký xác nhận.";
    ATTRIBUTES_JUDGED = "signer_info.unsigned_attributes_judged", "EN 319 122-1 §6.2.1", Indeterminate(SigConstraintsFailure),
        "These attributes beside the signature are not judged: {oids}.", "Các thuộc tính kèm theo chữ ký sau đây không được kiểm tra: {oids}.";
}

/// A signature with what is needed to say what covers what.
pub(super) struct Entry {
    pub signature: Signature,
    /// Of each of its timestamps, the positions of what it covers among the values of its unsigned attributes.
    pub stamps: Vec<BTreeSet<usize>>,
    /// Counter signatures, by the position of the value that holds each.
    pub counter_signatures: Vec<(usize, SignerInfo)>,
}

/// Reads one signer; whatever is wrong with it is in the block that rests in the signature.
pub(super) fn entry(signed_data: &SignedData, signer: &SignerInfo, over: &Over<'_>, limit: usize) -> Entry {
    let is_counter = matches!(over, Over::Value(_));
    let (kind, presence) = match over {
        Over::Content(_) => (Kind::Signature, Attributes::Optional),
        Over::Value(_) => (Kind::CounterSignature, Attributes::CounterSignature),
    };
    let format = if has_signing_certificate(signer) { Format::CAdES } else { Format::Cms };
    let mut signature = Signature::new(kind, format);
    let stamped = Stamped { signed_data, signer, over };
    let (counter_signatures, unread) = counter_signatures(&stamped);
    let mut stamps = Vec::new();
    signature.format_checking = Block::run("Format checking", "EN 319 102-1 §5.2.2", "", |r| {
        version(r, signer);
        evidence(signed_data, signer, &mut signature);
        let attributes = signed_attributes(r, signed_data, signer, presence);
        if let (None, Some(octets)) = (&signer.signed_attributes, over.octets().filter(|_| !is_counter)) {
            content_is_no_attributes(r, octets);
        }
        basic_attributes(r, signer);
        content_timestamps(signer, over, &mut signature);
        signed(r, signer, over, &mut signature)?;
        attributes
    });
    signature.format_constraints = Block::run("Constraints of the file", "EN 319 122-1 §6.2", "", |r| {
        stamps = stamped.timestamps(r, limit);
        r.ask(
            &COUNTER_SIGNATURES_READABLE,
            unread.is_none(),
            [("what", unread.map_or(String::new(), |unread| unread.malformed.to_string()).into())],
        );
        unsigned_attributes(r, &stamped);
        Ok(())
    });
    signature.policy = named_policy(signer);
    let (signatures, covered): (Vec<Signature>, Vec<BTreeSet<usize>>) =
        stamps.into_iter().map(|Stamp { signature, values }| (signature, values)).unzip();
    signature.timestamps = signatures;
    signature.level = level(signed_data, signer, &signature);
    signature.profile = profile(&stamped, &signature);
    signature.coverage.references = vec![CoveredReference { uri: over.name().into(), node: None, name: None, share: 1.0 }];
    Entry { signature, stamps: covered, counter_signatures }
}

/// RFC 5652 §5.3: 1 with issuer and serial number, 3 with a key identifier.
fn version(r: &mut Recorder, signer: &SignerInfo) {
    let expected = match signer.signer {
        crate::pki::SignerIdentifier::IssuerAndSerial { .. } => 1,
        crate::pki::SignerIdentifier::SubjectKeyIdentifier(_) => 3,
    };
    r.tolerate(&VERSION, signer.version == expected, [("version", Fact::Integer(signer.version)), ("expected", Fact::Integer(expected))]);
}

/// What the signature is over, and its value.
fn signed(r: &mut Recorder, signer: &SignerInfo, over: &Over<'_>, signature: &mut Signature) -> Result<(), Stop> {
    if let Some(mut datum) = signed_datum(signer, over.name()) {
        datum.actual = datum.algorithm.as_ref().ok().and_then(|algorithm| over.digest(*algorithm));
        signature.signed_data.push(datum);
    } else if signer.signed_attributes.is_some() {
        // Nothing says what was signed: that a value holds over such attributes tells nothing about the content.
        return Err(Stop);
    }
    let content = match over.octets() {
        // The value is over the attributes: the content, which may be a mapped file of any size, stays where it is.
        _ if signer.signed_attributes.is_some() => ToBeSignedData::Digest(Vec::new()),
        // Of it nothing but the octets will do.
        Some(octets) if signer.signature_algorithm().is_ok_and(|algorithm| algorithm == SignatureAlgorithm::Ed25519) => {
            ToBeSignedData::Octets(octets.to_vec())
        }
        _ => by_digest(signer, over).unwrap_or(ToBeSignedData::Digest(Vec::new())),
    };
    let lacks_content = signer.signed_attributes.is_none() && over.octets().is_none() && by_digest(signer, over).is_none();
    if lacks_content {
        // Over nothing that could be found: the datum says so where the value cannot be asked.
        let algorithm = super::signed_data::digest_of(signer);
        let datum = crate::format::signature::SignedDatum { name: over.name().into(), algorithm, expected: Vec::new(), actual: None };
        signature.signed_data.push(datum);
    }
    signature.value = Some(value(r, signer, content)?);
    Ok(())
}

/// The content by the digest that the signature algorithm names, where there are no signed attributes.
fn by_digest(signer: &SignerInfo, over: &Over<'_>) -> Option<ToBeSignedData> {
    let algorithm: DigestAlgorithm = signer.signature_algorithm().ok()?.digest().filter(|_| signer.signed_attributes.is_none())?;
    over.digest(algorithm).map(ToBeSignedData::Digest)
}

/// §5.2: what the signer says beside the content. It is told; an attribute that nobody can read says nothing.
fn basic_attributes(r: &mut Recorder, signer: &SignerInfo) {
    let Some(attributes) = &signer.signed_attributes else { return };
    let commitments = attributes.commitment_types();
    if commitments.as_ref().is_ok_and(Vec::is_empty) {
        return;
    }
    let what = commitments.as_ref().err().map_or(String::new(), ToString::to_string);
    let is_readable = commitments.is_ok();
    let oids = Fact::List(commitments.unwrap_or_default().iter().map(|oid| oid.to_string().into()).collect());
    r.tolerate(&COMMITMENT_READABLE, is_readable, [("what", what.into()), ("commitments", oids)]);
}

/// §5.2.8: timestamps on the content among the signed attributes.
fn content_timestamps(signer: &SignerInfo, over: &Over<'_>, signature: &mut Signature) {
    for token in signed_timestamps(signer) {
        let mut stamp = timestamp(&token);
        if let Some(imprint) = stamp.signed_data.first_mut() {
            imprint.actual = imprint.algorithm.as_ref().ok().and_then(|algorithm| over.digest(*algorithm));
        }
        signature.content_timestamps.push(stamp);
    }
}

/// Counter signatures with the positions of their values; of those that cannot be read the first.
fn counter_signatures(stamped: &Stamped<'_>) -> (Vec<(usize, SignerInfo)>, Option<Unread>) {
    let values = stamped.values().enumerate().filter(|(_, (attribute, _))| attribute.oid == object_id::COUNTER_SIGNATURE);
    let positions: Vec<usize> = values.map(|(at, _)| at).collect();
    let (signers, unread) = stamped.signer.counter_signatures_in_place();
    let placed = signers.into_iter().filter_map(|(index, signer)| Some((*positions.get(index)?, signer))).collect();
    (placed, unread.into_iter().next())
}

/// What is among the unsigned attributes and judged nowhere.
fn unsigned_attributes(r: &mut Recorder, stamped: &Stamped<'_>) {
    const JUDGED: &[const_oid::ObjectIdentifier] = &[
        object_id::SIGNATURE_TIMESTAMP,
        object_id::COUNTER_SIGNATURE,
        object_id::CADES_C_TIMESTAMP,
        object_id::REFERENCES_TIMESTAMP,
        object_id::ARCHIVE_TIMESTAMP_V2,
        object_id::ARCHIVE_TIMESTAMP_V3,
        object_id::CERTIFICATE_VALUES,
        object_id::REVOCATION_VALUES,
        object_id::COMPLETE_CERTIFICATE_REFERENCES,
        object_id::COMPLETE_REVOCATION_REFERENCES,
        object_id::SIGNATURE_POLICY_STORE,
        object_id::EVIDENCE_RECORD_INTERNAL,
        object_id::EVIDENCE_RECORD_EXTERNAL,
    ];
    let others: BTreeSet<String> = stamped
        .attributes()
        .filter(|attribute| !JUDGED.iter().any(|oid| attribute.oid == *oid))
        .map(|attribute| attribute.oid.to_string())
        .collect();
    if stamped.signer.unsigned_attributes.is_some() {
        r.tolerate(&ATTRIBUTES_JUDGED, others.is_empty(), [("oids", Fact::List(others.into_iter().map(Into::into).collect()))]);
    }
}

/// §6.3 as far as the signature tells: B-B is over data, names its certificate, has it, and claims a time.
fn level(signed_data: &SignedData, signer: &SignerInfo, signature: &Signature) -> Level {
    let has_certificate = signature.certificates.iter().any(|certificate| signer.signer.names(certificate));
    let has_attributes = has_signing_certificate(signer) && has_signing_time(signer);
    if has_attributes && has_certificate && (is_data(signed_data) || signature.kind == Kind::CounterSignature) {
        Level::BB
    } else {
        Level::None
    }
}

/// The form of EN 319 122-2 (of TS 101 733 before) that its attributes make: told where there is no baseline level, and of those with
/// attributes that the baseline does not have.
fn profile(stamped: &Stamped<'_>, signature: &Signature) -> Option<&'static str> {
    if signature.format != Format::CAdES {
        return None;
    }
    let has = |oid: const_oid::ObjectIdentifier| stamped.attributes().any(|attribute| attribute.oid == oid);
    let references = has(object_id::COMPLETE_CERTIFICATE_REFERENCES) && has(object_id::COMPLETE_REVOCATION_REFERENCES);
    let on_references = has(object_id::CADES_C_TIMESTAMP) || has(object_id::REFERENCES_TIMESTAMP);
    let values = has(object_id::CERTIFICATE_VALUES) && has(object_id::REVOCATION_VALUES);
    let archived = stamped.attributes().any(is_archive_timestamp);
    let extended = if has(object_id::EVIDENCE_RECORD_INTERNAL) || has(object_id::EVIDENCE_RECORD_EXTERNAL) {
        Some("ERS")
    } else if has(object_id::ARCHIVE_TIMESTAMP_V2) || has(object_id::ARCHIVE_TIMESTAMP) || (references && archived) {
        Some("A")
    } else if references && on_references && values {
        Some("XL")
    } else if references && on_references {
        Some("X")
    } else {
        references.then_some("C")
    };
    let basic = || match (signature.timestamps.iter().any(|stamp| stamp.covers.role == Role::Value), &signature.policy) {
        (true, _) => "T",
        (false, Ok(None)) => "BES",
        (false, _) => "EPES",
    };
    extended.or_else(|| (signature.level == Level::None).then(basic))
}
