//! EN 319 102-1 §5.4 — Validation process for Time-stamps; §5.6.3.4: the newest first, since it proves what those before it need

use std::collections::BTreeMap;
use std::sync::Arc;

use super::basic_signature::{Basic, basic_signature};
use super::past_signature_validation::{has_past, past_signature_validation};
use super::proof_of_existence::ProofsOfExistence;
use super::signing_certificate::signing_certificate;
use super::verdict::Session;
use crate::format::signature::{Role, Signature};
use crate::pki::Certificate;
use crate::pki::extension::GeneralName;
use crate::report::json::{Kind, TimeSource};
use crate::report::{Block, Fact, Recorder, checks};
use crate::time::Time;

checks! {
    NOT_IN_FUTURE = "time_stamp.not_in_future", "EN 319 102-1 §5.4.4", Indeterminate(SigConstraintsFailure),
        "The timestamp is of {time}, after the validation time {validation_time}.",
        "Dấu thời gian ghi lúc {time}, sau thời điểm kiểm tra {validation_time}.";
    MADE_IN_VALIDITY = "time_stamp.made_in_validity", "RFC 3161 §4 (1)", Indeterminate(SigConstraintsFailure),
        "The timestamp is of {time}, when its authority's certificate (from {not_before} to {not_after}) was not valid.",
        "Dấu thời gian ghi lúc {time}, khi chứng thư của tổ chức cấp dấu (từ {not_before} đến {not_after}) không có hiệu lực.";
    PROCESSED = "time_stamp.content_processed", "RFC 3161 §2.4.2, RFC 5280 §4.2", Indeterminate(SigConstraintsFailure),
        "The timestamp says something critical that cannot be judged: {what}.",
        "Dấu thời gian có nội dung quan trọng không thể kiểm tra: {what}.";
    AUTHORITY_NAMED = "time_stamp.authority_named", "RFC 3161 §2.4.2", Indeterminate(SigConstraintsFailure),
        "The timestamp names the authority {stated}, and its certificate another one: {subject}.",
        "Dấu thời gian ghi tên tổ chức {stated}, khác với chứng thư: {subject}.";
}

/// A signature or timestamp of the document under its id.
pub(super) struct Found<'a> {
    pub id: String,
    /// Its place among what the format found.
    pub index: usize,
    pub signature: &'a Signature,
}

/// What a timestamp is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// The octets of a document: an entry of its own.
    Document,
    /// The value of the signature at this position.
    Signature(usize),
    /// What the signature at this position is over, from before it was made.
    Content(usize),
}

/// A timestamp with the verdict on it.
pub(super) struct TimeStamp<'a> {
    pub id: String,
    pub whose: Whose,
    pub signature: &'a Signature,
    pub block: Arc<Block>,
    pub basic: Basic,
}

impl TimeStamp<'_> {
    /// As what it is told.
    pub(super) fn source(&self) -> TimeSource {
        match (self.whose, self.signature.covers.role) {
            (Whose::Document, _) => TimeSource::DocumentTimestamp,
            (_, Role::Archive | Role::Renewal) => TimeSource::ArchiveTimestamp,
            (_, Role::Value | Role::References | Role::ReferencesAlone) => TimeSource::SignatureTimestamp,
        }
    }

    /// Whether it is over the evidence too: the last such one keeps the rest.
    pub(super) fn keeps(&self) -> bool {
        self.source() != TimeSource::SignatureTimestamp && !matches!(self.whose, Whose::Content(_))
    }

    /// The time that it proves.
    pub(super) fn proven(&self) -> Option<Time> {
        self.signature.stated_time.filter(|_| self.block.is_passed())
    }
}

/// Ids of the timestamps on a signature: `S1-T1`, ..
pub(super) fn own_id(signature: &str, index: usize) -> String {
    format!("{signature}-T{}", index.saturating_add(1))
}

/// Ids of the timestamps on what it is over: `S1-C1`, ..
pub(super) fn content_id(signature: &str, index: usize) -> String {
    format!("{signature}-C{}", index.saturating_add(1))
}

/// All timestamps of the document, judged from the newest to the oldest: each that passes proves what it covers, earlier timestamps among it.
pub(super) fn time_stamps<'a>(session: &Session<'_>, found: &'a [Found<'a>], proofs: &mut ProofsOfExistence) -> Vec<TimeStamp<'a>> {
    let mut waiting: Vec<(String, Whose, &'a Signature)> = Vec::new();
    for (position, one) in found.iter().enumerate() {
        if matches!(one.signature.kind, Kind::DocumentTimestamp | Kind::ContainerTimestamp) {
            waiting.push((one.id.clone(), Whose::Document, one.signature));
        }
        let own = one.signature.timestamps.iter().enumerate();
        waiting.extend(own.map(|(index, stamp)| (own_id(&one.id, index), Whose::Signature(position), stamp)));
        let content = one.signature.content_timestamps.iter().enumerate();
        waiting.extend(content.map(|(index, stamp)| (content_id(&one.id, index), Whose::Content(position), stamp)));
    }
    // Of one time: what stands last in the document first.
    let latest = latest_within(found);
    waiting.sort_by_cached_key(|(_, whose, stamp)| {
        let within = match whose {
            Whose::Document => stamp.covers.signatures.iter().filter_map(|index| latest.get(index).copied()).max().flatten(),
            Whose::Signature(_) | Whose::Content(_) => None,
        };
        (stamp.stated_time.max(within), *whose == Whose::Document, stamp.position, stamp.covers.role)
    });
    let (mut judged, mut bound) = (Vec::with_capacity(waiting.len()), BTreeMap::new());
    for (id, whose, signature) in waiting.into_iter().rev() {
        let (block, basic) = time_stamp(session, signature, &id, proofs);
        let stamp = TimeStamp { id, whose, signature, block: block.into(), basic };
        if let Some(time) = stamp.proven() {
            proofs.extract(&stamp, time, found, |one| *bound.entry(one.index).or_insert_with(|| binds(session, one)));
        }
        judged.push(stamp);
    }
    judged
}

/// Whether the value of a signature is over what the signature says: beside a value of somebody's, whatever its age, anything can be written.
fn binds(session: &Session<'_>, Found { id, signature, .. }: &Found<'_>) -> bool {
    let Some(value) = &signature.value else { return false };
    let (_, certificate) = signing_certificate(signature, value, id, &session.evidence);
    certificate.is_some_and(|certificate| session.verified(signature, id, &certificate).is_passed())
}

/// By its index, the latest time that each entry or a timestamp on it states. A timestamp over them is the newer one, whatever two clocks say.
fn latest_within(found: &[Found<'_>]) -> BTreeMap<usize, Option<Time>> {
    let stated = |one: &Found<'_>| {
        let own = one.signature.timestamps.iter().map(|stamp| stamp.stated_time);
        own.chain([one.signature.stated_time]).max().flatten()
    };
    found.iter().map(|one| (one.index, stated(one))).collect()
}

/// §5.4.4: as a signature of its authority, now or, by a later proof, in the past.
fn time_stamp(session: &Session<'_>, signature: &Signature, id: &str, proofs: &ProofsOfExistence) -> (Block, Basic) {
    let (basic_block, basic) = basic_signature(session, signature, id, session.context.time);
    let block = Block::run("Validation process for Time-stamps", "EN 319 102-1 §5.4", id, |r| {
        match past_signature_validation(session, signature, &basic, id, proofs).filter(|_| has_past(&basic)) {
            None => r.bind(basic_block),
            Some(past) => r.bind(super::past_signature_validation::either(id, basic_block, past)),
        };
        Ok(())
    });
    (block, basic)
}

/// What is asked of a timestamp beside what is asked of every signature (§5.4.4, RFC 3161).
pub(super) fn acceptance(r: &mut Recorder, signature: &Signature, certificate: &Certificate, now: Time) {
    let Some(time) = signature.stated_time else { return };
    r.ask(&NOT_IN_FUTURE, time <= now, [("time", time.into()), ("validation_time", now.into())]);
    let (not_before, not_after) = (certificate.not_before(), certificate.not_after());
    let in_validity = not_before <= time && time.unix() <= not_after.unix();
    r.ask(&MADE_IN_VALIDITY, in_validity, [("time", time.into()), ("not_before", not_before.into()), ("not_after", not_after.into())]);
    let what = signature.unprocessed.iter().map(|what| Fact::from(what.clone())).collect();
    r.ask(&PROCESSED, signature.unprocessed.is_empty(), [("what", Fact::List(what))]);
    if let Some(GeneralName::Directory(stated)) = &signature.authority {
        let facts = [("stated", Fact::from(stated.to_string())), ("subject", certificate.subject().text().to_owned().into())];
        r.tolerate(&AUTHORITY_NAMED, stated.matches(certificate.subject()), facts);
    }
}
