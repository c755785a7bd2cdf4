//! EN 319 102-1 §5.6.2.3 — POE extraction: what is known to have existed, since when, and by what proof

use std::collections::BTreeMap;
use std::sync::Arc;

use super::time_stamp::{Found, TimeStamp, Whose};
use crate::context::Evidence;
use crate::format::signature::Signature;
use crate::path::Proofs;
use crate::report::json::{Origin, TimeSource};
use crate::report::{Block, Fact, checks};
use crate::time::Time;

checks! {
    TIMESTAMP_PROVES = "proof_of_existence.timestamp_proves", "EN 319 102-1 §5.6.2.3.4", Indeterminate(NoPoe),
        "The timestamp {timestamp} of {time} proves nothing: {conclusion}.", "Dấu thời gian {timestamp} lúc {time} không chứng minh được: {conclusion}.";
}

/// A time by which something existed, and who says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Proof {
    pub time: Time,
    pub source: TimeSource,
    /// Id of the timestamp, or `supplied`.
    pub by: String,
}

/// Everything that is proven so far. What is not here is known now and not before.
#[derive(Clone, Debug, Default)]
pub(super) struct ProofsOfExistence {
    /// Certificates and revocation data.
    pub evidence: Proofs,
    /// Signatures and timestamps by their ids.
    signatures: BTreeMap<String, Proof>,
}

impl ProofsOfExistence {
    /// What the relying party's own indication proves (§5.5.2): the document existed with all that it brings, as far as that was issued by then.
    pub(super) fn supplied(existence: Option<Time>, found: &[Found<'_>], evidence: &Evidence) -> Self {
        let mut proofs = Self::default();
        let Some(time) = existence else { return proofs };
        for one in found {
            let proof = Proof { time, source: TimeSource::Supplied, by: "supplied".into() };
            // With its timestamps, but those of later: of these it is not known since when they are there.
            let stamps = one.signature.timestamps.iter().enumerate();
            for (index, _) in stamps.filter(|(_, stamp)| stamp.stated_time.is_some_and(|stated| stated <= time)) {
                proofs.add(&super::time_stamp::own_id(&one.id, index), proof.clone());
            }
            proofs.add(&one.id, proof);
        }
        let certificates = evidence.certificates().filter(|(_, origin)| *origin == Origin::Embedded);
        let crls = evidence.crls().filter(|(_, crl, origin)| *origin == Origin::Embedded && crl.this_update() <= time);
        let responses =
            evidence.ocsp_responses().filter(|(_, response, origin)| *origin == Origin::Embedded && response.produced_at() <= time);
        let ids = certificates.map(|(certificate, _)| certificate.sha256()).chain(crls.map(|(id, _, _)| id));
        for id in ids.chain(responses.map(|(id, _, _)| id)) {
            proofs.evidence.add(id, time);
        }
        proofs
    }

    /// These proofs and those of `other`, the earlier of each.
    pub(super) fn and(mut self, other: &Self) -> Self {
        self.evidence.extend(&other.evidence);
        for (id, proof) in &other.signatures {
            self.add(id, proof.clone());
        }
        self
    }

    /// The earliest proof of the signature or timestamp `id`.
    pub(super) fn of(&self, id: &str) -> Option<&Proof> {
        self.signatures.get(id)
    }

    fn add(&mut self, id: &str, proof: Proof) {
        match self.signatures.get(id) {
            Some(known) if known.time <= proof.time => {}
            _ => {
                self.signatures.insert(id.into(), proof);
            }
        }
    }

    /// §5.6.2.3.4: a timestamp that passed proves everything that it covers.
    ///
    /// A signature on whose value it is binds what it names where `binds` says that the value is over that.
    pub(super) fn extract(&mut self, stamp: &TimeStamp<'_>, time: Time, found: &[Found<'_>], binds: impl FnOnce(&Found<'_>) -> bool) {
        let proof = |source| Proof { time, source, by: stamp.id.clone() };
        match stamp.whose {
            Whose::Signature(position) => {
                let Some(signed) = found.get(position) else { return };
                let source = stamp.source();
                let covers = &stamp.signature.covers;
                if covers.role.is_on_value() {
                    self.add(&signed.id, proof(source));
                    let bound = named_certificates(signed.signature);
                    if !bound.is_empty() && binds(signed) {
                        bound.into_iter().for_each(|id| self.evidence.add(id, time));
                    }
                }
                for index in &covers.timestamps {
                    self.add(&super::time_stamp::own_id(&signed.id, *index), proof(source));
                    for id in signed.signature.timestamps.get(*index).into_iter().flat_map(brought) {
                        self.evidence.add(id, time);
                    }
                }
                for other in covered(stamp.signature, found) {
                    self.add(&other.id, proof(source));
                }
                for id in &covers.evidence {
                    self.evidence.add(*id, time);
                }
            }
            Whose::Document => {
                for signed in covered(stamp.signature, found) {
                    self.add(&signed.id, proof(TimeSource::DocumentTimestamp));
                    for (index, _) in signed.signature.timestamps.iter().enumerate() {
                        self.add(&super::time_stamp::own_id(&signed.id, index), proof(TimeSource::DocumentTimestamp));
                    }
                    for id in brought(signed.signature) {
                        self.evidence.add(id, time);
                    }
                }
                for id in &stamp.signature.covers.evidence {
                    self.evidence.add(*id, time);
                }
            }
            Whose::Content(_) => {}
        }
    }

    /// The times that are proven for `id`, and those that are not: the earliest proven one is the best-signature-time (§5.5.4 (3)).
    pub(super) fn block<'a>(&self, id: &str, now: Time, stamps: impl Iterator<Item = &'a TimeStamp<'a>>) -> Block {
        let best = self.of(id);
        let time = best.map_or(now, |proof| proof.time.min(now));
        let by = best.map_or("validation_time", |proof| proof.by.as_str());
        Block::earliest("Proofs of existence", "EN 319 102-1 §5.6.2.3", id, time, by, |r| {
            for stamp in stamps {
                let stated = stamp.signature.stated_time.map_or_else(|| "-".into(), Fact::from);
                let conclusion = stamp.block.conclusion;
                let facts = [("timestamp", stamp.id.clone().into()), ("time", stated), ("conclusion", conclusion.to_string().into())];
                r.tolerate(&TIMESTAMP_PROVES, conclusion.is_passed(), facts);
                if !matches!(stamp.whose, Whose::Document) {
                    r.attach(Arc::clone(&stamp.block));
                }
            }
        })
    }
}

/// The signatures and timestamps that stand within what the document timestamp `stamp` is over.
pub(super) fn covered<'a>(stamp: &'a Signature, found: &'a [Found<'a>]) -> impl Iterator<Item = &'a Found<'a>> {
    found.iter().filter(|one| stamp.covers.signatures.contains(&one.index))
}

/// The certificates that the signature itself names by their digest: they existed when it did.
fn named_certificates(signature: &Signature) -> Vec<[u8; 32]> {
    let references = signature.value.iter().flat_map(|value| &value.references);
    let matching = |reference: &crate::format::signature::CertificateReference| {
        signature.certificates.iter().find(|certificate| reference.matches(certificate) == Some(true)).map(crate::pki::Certificate::sha256)
    };
    references.filter_map(matching).collect()
}

/// Everything that stands in the signature.
pub(super) fn brought(signature: &Signature) -> Vec<[u8; 32]> {
    let own = [signature];
    let all = || own.into_iter().chain(&signature.timestamps).chain(&signature.content_timestamps);
    let certificates = all().flat_map(|one| &one.certificates).map(crate::pki::Certificate::sha256);
    let crls = all().flat_map(|one| &one.crls).map(crate::pki::CertificateList::sha256);
    let responses = all().flat_map(|one| &one.ocsp_responses).map(crate::pki::BasicOcspResponse::sha256);
    certificates.chain(crls).chain(responses).collect()
}
