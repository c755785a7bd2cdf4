//! EN 319 122-1 §5.3, §5.5, §A.1.5, RFC 5126 §6 — timestamps among the unsigned attributes, and what each of them is over

use std::collections::{BTreeMap, BTreeSet};

use super::archive_time_stamp::{archive_timestamp_v2, archive_timestamp_v3};
use super::content::Over;
use super::evidence_record_attribute::evidence_records;
use super::timestamp::{timestamp_over, timestamp_over_parts};
use super::validation_data::{data_in, validation_data};
use crate::crypto::DigestAlgorithm;
use crate::encoding::der::Received;
use crate::format::signature::{Role, Signature};
use crate::pki::validation_data::{certificate_references, revocation_references};
use crate::pki::{Attribute, BasicOcspResponse, Certificate, CertificateList, SignedData, SignerInfo, TimestampToken, object_id};
use crate::report::{Recorder, checks};

checks! {
    READABLE = "stamped.timestamps_readable", "EN 319 122-1 §5.3", Indeterminate(SigConstraintsFailure),
        "A timestamp of the signature cannot be read and proves nothing: {what}.",
        "Không đọc được một dấu thời gian của chữ ký, nên nó không chứng minh được gì.";
    WITHIN_LIMITS = "stamped.timestamps_within_limit", "EN 319 122-1 §5.5", Indeterminate(SigConstraintsFailure),
        "The signature has more than {limit} timestamps; the others are not judged.",
        "Chữ ký có hơn {limit} dấu thời gian; phần còn lại không được kiểm tra.";
}

/// More timestamps than a century of renewals makes: each one is over all that came before it, so that many cost the square.
const MOST: usize = 100;

/// A signature as its timestamps see it.
pub(super) struct Stamped<'a> {
    pub signed_data: &'a SignedData,
    pub signer: &'a SignerInfo,
    pub over: &'a Over<'a>,
}

/// A timestamp with the positions of what it covers among the values of the unsigned attributes.
pub(super) struct Stamp {
    pub signature: Signature,
    pub values: BTreeSet<usize>,
}

impl<'a> Stamped<'a> {
    /// The unsigned attributes, in their order.
    pub fn attributes(&self) -> impl Iterator<Item = &'a Attribute> + use<'a> {
        self.signer.unsigned_attributes.iter().flat_map(|attributes| &attributes.all)
    }

    /// Every value of them with its attribute.
    pub fn values(&self) -> impl Iterator<Item = (&'a Attribute, &'a Received)> + use<'a> {
        self.attributes().flat_map(|attribute| attribute.values.iter().map(move |value| (attribute, value)))
    }

    /// The timestamps, in the order in which they stand there.
    pub fn timestamps(&self, r: &mut Recorder, limit: usize) -> Vec<Stamp> {
        let limit = limit.min(MOST);
        let (mut tokens, mut unread) = (Vec::new(), String::new());
        for (at, (attribute, value)) in self.values().enumerate() {
            match kind(attribute).map(|kind| (kind, TimestampToken::from_received(value))) {
                None => {}
                Some((kind, Ok(token))) => tokens.push((at, kind, token)),
                Some((_, Err(malformed))) => unread = malformed.to_string(),
            }
        }
        r.tolerate(&READABLE, unread.is_empty(), [("what", unread.into())]);
        r.ask(&WITHIN_LIMITS, tokens.len() <= limit, [("limit", limit.into())]);
        tokens.truncate(limit);
        let mut stamps: Vec<Stamp> = tokens.iter().map(|(at, kind, token)| self.stamp(*at, *kind, token)).collect();
        let places: Vec<usize> = tokens.iter().map(|(at, _, _)| *at).collect();
        stamps.extend(evidence_records(self, places.len(), limit.saturating_sub(places.len())));
        for stamp in &mut stamps {
            self.cover(stamp, &places);
        }
        stamps
    }

    fn stamp(&self, at: usize, kind: KindOf, token: &TimestampToken) -> Stamp {
        let value = self.signer.signature.octets();
        let stamp = |signature, values| Stamp { signature, values };
        match kind {
            KindOf::Value => stamp(timestamp_over(token, value), BTreeSet::new()),
            KindOf::CadesC => {
                let parts: Vec<&[u8]> =
                    [object_id::SIGNATURE_TIMESTAMP].iter().chain(REFERENCES).flat_map(|oid| self.contents_of(*oid)).collect();
                let mut stamped = timestamp_over_parts(token, std::iter::once(value).chain(parts));
                stamped.covers.role = Role::References;
                stamp(stamped, self.positions_of(&[object_id::SIGNATURE_TIMESTAMP]).chain(self.positions_of(REFERENCES)).collect())
            }
            KindOf::References => {
                let parts: Vec<&[u8]> = REFERENCES.iter().flat_map(|oid| self.contents_of(*oid)).collect();
                let mut stamped = timestamp_over_parts(token, parts);
                stamped.covers.role = Role::ReferencesAlone;
                stamp(stamped, self.positions_of(REFERENCES).collect())
            }
            KindOf::ArchiveV2 => archive_timestamp_v2(self, at, token),
            KindOf::ArchiveV3 => archive_timestamp_v3(self, token),
        }
    }

    /// Type and values of the attributes of this type.
    fn contents_of(&self, oid: const_oid::ObjectIdentifier) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        self.attributes().filter(move |attribute| attribute.oid == oid).map(|attribute| attribute.contents.octets())
    }

    fn positions_of(&self, oids: &'static [const_oid::ObjectIdentifier]) -> impl Iterator<Item = usize> + use<'a> {
        self.values().enumerate().filter(|(_, (attribute, _))| oids.iter().any(|oid| attribute.oid == *oid)).map(|(at, _)| at)
    }

    /// Says of the values that it covers what stands in them.
    fn cover(&self, stamp: &mut Stamp, places: &[usize]) {
        let covers = &mut stamp.signature.covers;
        let within = places.iter().enumerate().filter(|(_, at)| stamp.values.contains(at)).map(|(index, _)| index);
        covers.timestamps = covers.timestamps.iter().copied().chain(within).collect::<BTreeSet<_>>().into_iter().collect();
        for (at, (attribute, value)) in self.values().enumerate() {
            if stamp.values.contains(&at) {
                covers.evidence.extend(data_in(attribute, value).sha256());
                covers.evidence.extend(referenced(attribute, value, self.signed_data, self.signer));
            }
        }
    }
}

/// The attributes with references to the evidence.
const REFERENCES: &[const_oid::ObjectIdentifier] = &[object_id::COMPLETE_CERTIFICATE_REFERENCES, object_id::COMPLETE_REVOCATION_REFERENCES];

/// The timestamps that are judged, by their attributes.
#[derive(Clone, Copy)]
enum KindOf {
    Value,
    CadesC,
    References,
    ArchiveV2,
    ArchiveV3,
}

fn kind(attribute: &Attribute) -> Option<KindOf> {
    Some(match attribute.oid.known()? {
        object_id::SIGNATURE_TIMESTAMP => KindOf::Value,
        object_id::CADES_C_TIMESTAMP => KindOf::CadesC,
        object_id::REFERENCES_TIMESTAMP => KindOf::References,
        object_id::ARCHIVE_TIMESTAMP_V2 => KindOf::ArchiveV2,
        object_id::ARCHIVE_TIMESTAMP_V3 => KindOf::ArchiveV3,
        _ => return None,
    })
}

/// Whether the attribute is an archive timestamp of any version.
pub(super) fn is_archive_timestamp(attribute: &Attribute) -> bool {
    [object_id::ARCHIVE_TIMESTAMP, object_id::ARCHIVE_TIMESTAMP_V2, object_id::ARCHIVE_TIMESTAMP_V3].iter().any(|oid| attribute.oid == *oid)
}

/// SHA-256 of everything in the signature that one value of an unsigned attribute refers to by digest.
fn referenced(attribute: &Attribute, value: &Received, signed_data: &SignedData, signer: &SignerInfo) -> Vec<[u8; 32]> {
    let references = match attribute.oid.known() {
        Some(object_id::COMPLETE_CERTIFICATE_REFERENCES) => certificate_references(value),
        Some(object_id::COMPLETE_REVOCATION_REFERENCES) => revocation_references(value),
        _ => return Vec::new(),
    };
    let mut digests: BTreeMap<DigestAlgorithm, BTreeSet<Vec<u8>>> = BTreeMap::new();
    for reference in references.unwrap_or_default() {
        if let Some(algorithm) = reference.algorithm {
            digests.entry(algorithm).or_default().insert(reference.value.octets().to_vec());
        }
    }
    let named = |octets: &[u8]| digests.iter().any(|(algorithm, known)| known.contains(&algorithm.digest(octets)));
    let data = validation_data(signer);
    let certificates = signed_data.certificates.iter().chain(&data.certificates).filter(|one| named(one.octets())).map(Certificate::sha256);
    let crls = signed_data.crls.iter().chain(&data.crls).filter(|one| named(one.octets())).map(CertificateList::sha256);
    let responses = signed_data.ocsp_responses.iter().chain(&data.ocsp_responses);
    // The digest is that of the basic response, and in some files that of the whole one.
    let responses = responses.filter(|one| named(one.octets()) || named(&one.to_ocsp_response())).map(BasicOcspResponse::sha256);
    certificates.chain(crls).chain(responses).collect()
}
