//! Group `cms`: timestamps among the unsigned attributes, of every role, and the evidence that they keep.

use const_oid::ObjectIdentifier;
use kyso::Time;
use kyso::crypto::DigestAlgorithm::{self, Sha256};
use kyso::encoding::der::write::{context_constructed, integer, null, object_id, octet_string, retagged, sequence, set_of};
use kyso::pki::object_id;
use kyso::testkit::{OcspResponse, SingleResponse, Timestamp};
use serde_json::json;

use super::{CONTENT, enveloping, info, passing};
use crate::case::{Case, Entry, Good};
use crate::cms::{SignedData, Signer, SignerInfo, attribute, digest_identifier};
use crate::hand_made::claimed;
use crate::shared::{Shared, at, time};
use crate::{Files, Outcome};

const PROVES: &str = "proof_of_existence.timestamp_proves";

pub fn add(shared: &Shared, files: &mut Files) -> Outcome {
    let made = Made::new(shared)?;
    made.on_value(files)?;
    made.responses_inside(files)?;
    made.archived(files)?;
    made.referenced(files)
}

/// A token of the shared authority over what has this SHA-256.
pub fn token(shared: &Shared, digest: &[u8], at: Time) -> Outcome<Vec<u8>> {
    let stamp = Timestamp::of(Sha256, digest, at).with_certificates(&[&shared.timestamping, &shared.issuing]);
    Ok(shared.timestamping.timestamp_token(&stamp)?)
}

/// A signature that gets more and more beside it.
struct Made<'a> {
    shared: &'a Shared,
    signer: Signer<'a>,
    info: SignerInfo,
}

impl<'a> Made<'a> {
    fn new(shared: &'a Shared) -> Outcome<Self> {
        let signer = shared.by_hand("p256");
        let info = info(&signer, CONTENT)?;
        Ok(Self { shared, signer, info })
    }

    fn stamp(&self, octets: &[u8], at: Time) -> Outcome<Vec<u8>> {
        token(self.shared, &Sha256.digest(octets), at)
    }

    fn on_own_value(&self) -> Outcome<Vec<u8>> {
        Ok(attribute(object_id::SIGNATURE_TIMESTAMP, &[self.stamp(&self.info.value, claimed().plus_seconds(60))?]))
    }

    fn with(&self, unsigned: Vec<Vec<u8>>) -> SignedData {
        enveloping(&self.signer, &SignerInfo { unsigned, ..self.info.clone() })
    }

    /// With all that is needed beside it, and nothing supplied.
    fn complete(&self, unsigned: Vec<Vec<u8>>) -> SignedData {
        let mut data = self.with(unsigned);
        data.certificates.extend([self.shared.timestamping.certificate.clone(), self.shared.root.certificate.clone()]);
        data.crls = vec![self.shared.root_list.clone(), self.shared.issuing_list.clone()];
        data
    }

    /// EN 319 122-1 §5.3
    fn on_value(&self, files: &mut Files) -> Outcome {
        let case = passing("a timestamp on the signature value", "EN 319 122-1 §5.3", self.with(vec![self.on_own_value()?]).der());
        let good = case.entry(|entry| entry.level("B-T")).add("cms/timestamp", files)?;
        let other = attribute(object_id::SIGNATURE_TIMESTAMP, &[self.stamp(b"another value", claimed())?]);
        let listed = good.but("the timestamp is over the value of another signature").by("EN 319 102-1 §5.5.4 (2)");
        let listed = listed.file(self.with(vec![other]).der());
        listed.entry(|entry| entry.level("B-B").tolerates(PROVES)).add("cms/timestamp-of-another", files)?;
        let unreadable = attribute(object_id::SIGNATURE_TIMESTAMP, &[null()]);
        let listed = good.but("the timestamp is a NULL").file(self.with(vec![unreadable]).der());
        listed.entry(|entry| entry.level("B-B").tolerates("stamped.timestamps_readable")).add("cms/timestamp-unreadable", files)?;
        let second = attribute(object_id::SIGNATURE_TIMESTAMP, &[self.stamp(&self.info.value, claimed().plus_seconds(90))?]);
        let two = self.with(vec![self.on_own_value()?, second]);
        let bad = good.but("there is a second timestamp, and the policy lets one be judged").file(two.der());
        let bad = bad.policy(json!({ "id": "one", "limits": { "signatures": 1 } }));
        bad.indeterminate("SIG_CONSTRAINTS_FAILURE", "stamped.timestamps_within_limit").add("cms/timestamps-limit", files)?;
        Ok(())
    }

    /// RFC 5940 §2.1: OCSP responses among the revocation information.
    fn responses_inside(&self, files: &mut Files) -> Outcome {
        let with = |serial: &[u8]| -> Outcome<Vec<u8>> {
            let single = SingleResponse::good(&self.shared.issuing, serial, time().plus_seconds(-3600), at(7));
            let response = self.shared.issuing.ocsp_response(&OcspResponse::new(single))?;
            let other = retagged(0xa1, &sequence(&[object_id(object_id::REVOCATION_OCSP), response]));
            Ok(SignedData { crls: vec![other], version: 5, ..self.with(Vec::new()) }.der())
        };
        let what = "an OCSP response for the signer's certificate among the revocation information";
        let case = passing(what, "RFC 5940 §2.1", with(&self.signer.entity.serial)?).without("issuing.crl");
        let good = case.add("cms/response-inside", files)?;
        let bad = good.but("the response is for another serial number").by("RFC 6960 §3.2 (1)").file(with(&[9, 9, 9])?);
        bad.indeterminate("CERTIFICATE_CHAIN_GENERAL_FAILURE", "revocation.status_known").add("cms/response-inside-of-another", files)?;
        Ok(())
    }

    /// EN 319 122-1 §5.5.3: everything but the value goes through the index.
    fn archive_v3(&self, data: &SignedData, unsigned: &[Vec<u8>], index: Option<Vec<u8>>) -> Outcome<Vec<u8>> {
        let content_type = object_id(data.content_type);
        let fields = fields(&self.info);
        let imprint = [content_type, Sha256.digest(CONTENT), fields, index.clone().unwrap_or_else(|| hash_index(data, unsigned))].concat();
        let attributes = match index {
            Some(value) if value.is_empty() => Vec::new(),
            Some(value) => vec![attribute(object_id::ATS_HASH_INDEX_V3, &[value])],
            None => vec![attribute(object_id::ATS_HASH_INDEX_V3, &[hash_index(data, unsigned)])],
        };
        let mut stamp = Timestamp::over(&imprint, claimed().plus_seconds(120)).with_certificates(&[&self.shared.timestamping]);
        stamp.unsigned_attributes = attributes;
        let token = self.shared.timestamping.timestamp_token(&stamp)?;
        Ok(attribute(object_id::ARCHIVE_TIMESTAMP_V3, &[token]))
    }

    fn archived(&self, files: &mut Files) -> Outcome {
        let first = vec![self.on_own_value()?];
        let data = self.complete(first.clone());
        let kept = |archive: Vec<u8>| self.complete(vec![first[0].clone(), archive]);
        let what = "an archive timestamp over the signature, its timestamp and all evidence";
        let alone = |case: Case| case.without("root.crl").without("issuing.crl");
        let archive = self.archive_v3(&data, &first, None)?;
        let case = alone(passing(what, "EN 319 122-1 §5.5.3", kept(archive.clone()).der()));
        let good = case.entry(|entry| entry.level("B-LTA")).add("cms/archive", files)?;
        self.archive_twins(&good, &data, &first, &archive, files)?;

        // RFC 5126 §6.4.1
        let value = |data: &SignedData, unsigned: Vec<u8>| {
            let encapsulated = sequence(&[object_id(data.content_type), context_constructed(0, &[octet_string(CONTENT)])]);
            let set = |tag, values: &[Vec<u8>]| retagged(tag, &set_of(values.to_vec()));
            [encapsulated, set(0xa0, &data.certificates), set(0xa1, &data.crls), fields(&self.info), unsigned].concat()
        };
        let imprint = value(&data, retagged(0xa1, &set_of(first.clone())));
        let archive = |imprint: &[u8]| -> Outcome<Vec<u8>> {
            Ok(attribute(object_id::ARCHIVE_TIMESTAMP_V2, &[self.stamp(imprint, claimed().plus_seconds(120))?]))
        };
        let case = alone(passing("an archive timestamp of version 2", "RFC 5126 §6.4.1", kept(archive(&imprint)?).der()));
        let good = case.entry(|entry| entry.level("B-LTA")).add("cms/archive-v2", files)?;
        let without = value(&data, first.concat());
        let other = good.but("the unsigned attributes are digested without tag and length").file(kept(archive(&without)?).der());
        other.add("cms/archive-v2-bare", files)?;
        let mut more = kept(archive(&imprint)?);
        more.crls.pop();
        let bad = good.but("a revocation list was taken away").by("EN 319 102-1 §5.2.6.4").file(more.der());
        bad.indeterminate("CERTIFICATE_CHAIN_GENERAL_FAILURE", "revocation.status_known")
            .entry(|entry| entry.level("B-T").tolerates(PROVES))
            .add("cms/archive-v2-list-taken-away", files)?;
        Ok(())
    }

    fn archive_twins(&self, good: &Good, data: &SignedData, first: &[Vec<u8>], archive: &[u8], files: &mut Files) -> Outcome {
        let mut less = self.complete(vec![first[0].clone(), archive.to_vec()]);
        less.crls.pop();
        let bad = good.but("a revocation list was taken away").by("EN 319 122-1 §5.5.2").file(less.der());
        bad.indeterminate("CERTIFICATE_CHAIN_GENERAL_FAILURE", "revocation.status_known")
            .entry(|entry| entry.level("B-T").tolerates(PROVES))
            .add("cms/archive-list-taken-away", files)?;
        // Added later: there, but not kept.
        let mut more = self.complete(vec![first[0].clone(), archive.to_vec()]);
        more.certificates.push(self.shared.other_root.certificate.clone());
        good.but("a certificate was added after it").file(more.der()).add("cms/archive-certificate-added", files)?;
        let listed = |change: &str, archive: Vec<u8>| {
            good.but(change).by("EN 319 122-1 §5.5.2").file(self.complete(vec![first[0].clone(), archive]).der())
        };
        let bad = listed("the archive timestamp has no index", self.archive_v3(data, first, Some(Vec::new()))?);
        bad.entry(|entry| entry.level("B-LT").fails_by("archive_time_stamp.hash_index_readable")).add("cms/archive-no-index", files)?;
        let empty = sequence(&[digest_identifier(Sha256), sequence::<Vec<u8>>(&[]), sequence::<Vec<u8>>(&[]), sequence::<Vec<u8>>(&[])]);
        let bare = listed("the index lists nothing, so that only the signature is kept", self.archive_v3(data, first, Some(empty))?);
        bare.entry(|entry| entry.level("B-LT")).add("cms/archive-empty-index", files)?;
        let other = self.archive_v3(data, &[attribute(object_id::SIGNATURE_TIMESTAMP, &[integer(1)])], None)?;
        let bad = listed("the index lists a timestamp that is not there", other);
        bad.entry(|entry| entry.level("B-LT").tolerates(PROVES)).add("cms/archive-listed-absent", files)?;
        Ok(())
    }

    /// EN 319 122-1 §A.1.5: timestamps on references to the evidence.
    fn referenced(&self, files: &mut Files) -> Outcome {
        let hash = |octets: &[u8]| sequence(&[digest_identifier(Sha256), octet_string(&Sha256.digest(octets))]);
        let certificates = sequence(&[sequence(&[hash(&self.shared.issuing.certificate)])]);
        let lists = [&self.shared.root_list, &self.shared.issuing_list].map(|list| sequence(&[hash(list)]));
        let lists = sequence(&[context_constructed(0, &[sequence(&[sequence(&lists)])])]);
        let references = [
            attribute(object_id::COMPLETE_CERTIFICATE_REFERENCES, &[certificates]),
            attribute(object_id::COMPLETE_REVOCATION_REFERENCES, &[sequence(&[lists])]),
        ];
        let first = self.on_own_value()?;
        let parts: Vec<u8> = [&first, &references[0], &references[1]].into_iter().flat_map(|attribute| contents(attribute)).collect();
        let with = |oid: ObjectIdentifier, imprint: &[u8]| -> Outcome<Vec<u8>> {
            let stamp = attribute(oid, &[self.stamp(imprint, claimed().plus_seconds(120))?]);
            Ok(self.complete(vec![first.clone(), references[0].clone(), references[1].clone(), stamp]).der())
        };
        let imprint = [self.info.value.clone(), parts.clone()].concat();
        let case = passing(
            "a timestamp on value, timestamp and references",
            "EN 319 122-1 §A.1.5.2",
            with(object_id::CADES_C_TIMESTAMP, &imprint)?,
        );
        let good = case.entry(|entry| entry.level("B-LT")).add("cms/references", files)?;
        let file = with(object_id::CADES_C_TIMESTAMP, &[self.info.value.clone(), parts[3..].to_vec()].concat())?;
        let listed = good.but("the timestamp is over something else").file(file);
        listed.entry(|entry| entry.level("B-LT").tolerates(PROVES)).add("cms/references-altered", files)?;
        let imprint: Vec<u8> = references.iter().flat_map(|attribute| contents(attribute)).collect();
        let file = with(object_id::REFERENCES_TIMESTAMP, &imprint)?;
        good.but("the timestamp is on the references alone").by("EN 319 122-1 §A.1.5.1").file(file).add("cms/references-alone", files)?;
        let stamp = attribute(object_id::REFERENCES_TIMESTAMP, &[self.stamp(&imprint, claimed().plus_seconds(120))?]);
        let alone = self.complete(vec![references[0].clone(), references[1].clone(), stamp]).der();
        let listed = good.but("the timestamp is on the references alone, and none on the value").by("EN 319 122-1 §A.1.5.1").file(alone);
        listed.entries(&[Entry::passed().level("B-B")]).add("cms/references-alone-no-other", files)?;
        Ok(())
    }
}

/// The fields of a `SignerInfo` from `version` to `signature`.
fn fields(info: &SignerInfo) -> Vec<u8> {
    contents(&SignerInfo { unsigned: Vec::new(), ..info.clone() }.der())
}

/// The contents of a value.
fn contents(value: &[u8]) -> Vec<u8> {
    let header = match value[1] {
        length @ 0x81..=0x88 => 2 + usize::from(length & 0x7f),
        _ => 2,
    };
    value[header..].to_vec()
}

/// `ATSHashIndexV3` (EN 319 122-1 §5.5.2)
fn hash_index(data: &SignedData, unsigned: &[Vec<u8>]) -> Vec<u8> {
    let digest = |octets: &[u8]| octet_string(&DigestAlgorithm::Sha256.digest(octets));
    let list = |values: &[Vec<u8>]| sequence(&values.iter().map(|value| digest(value)).collect::<Vec<_>>());
    let type_and_value = |attribute: &Vec<u8>| {
        let contents = contents(attribute);
        // The type, then the one value without the SET around it.
        let split = 2 + usize::from(contents[1]);
        digest(&[&contents[..split], &self::contents(&contents[split..])].concat())
    };
    let values: Vec<Vec<u8>> = unsigned.iter().map(type_and_value).collect();
    sequence(&[digest_identifier(Sha256), list(&data.certificates), list(&data.crls), sequence(&values)])
}
