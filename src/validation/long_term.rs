//! EN 319 102-1 §5.6.3 — Validation process for Signatures providing Long Term Availability and Integrity of Validation Material

use super::basic_signature::{Basic, basic_signature};
use super::past_signature_validation::{either, past_signature_validation};
use super::proof_of_existence::{ProofsOfExistence, covered};
use super::signature_with_time::signature_with_time;
use super::time_stamp::{Found, TimeStamp, Whose};
use super::verdict::Session;
use crate::format::signature::Role;
use crate::report::json::Kind;
use crate::report::{Block, Recorder, checks};
use crate::time::Time;

checks! {
    ORDER = "long_term.timestamps_in_order", "EN 319 102-1 §5.5.4 (4)(e)", Indeterminate(TimestampOrderFailure),
        "The timestamp {later} of {later_time} covers {earlier} of {earlier_time}, which is later.",
        "Dấu thời gian {later} lúc {later_time} bao trùm {earlier} lúc {earlier_time}, vốn muộn hơn.";
}

/// The verdict on the signature at `position`, with what is proven of its time.
pub(super) fn long_term(
    session: &Session<'_>,
    found: &[Found<'_>],
    position: usize,
    stamps: &[TimeStamp<'_>],
    proofs: &ProofsOfExistence,
) -> Option<(Block, Basic)> {
    let Found { id, signature, .. } = found.get(position)?;
    let (basic_block, basic) = basic_signature(session, signature, id, session.context.time);
    let name = "Validation process for Signatures providing Long Term Availability and Integrity of Validation Material";
    let block = Block::run(name, "EN 319 102-1 §5.6.3", id.clone(), |r| {
        process(r, session, found, position, stamps, proofs, (Some(basic_block), &basic));
        Ok(())
    });
    Some((block, basic))
}

/// The steps after the basic signature was judged.
pub(super) fn process(
    r: &mut Recorder,
    session: &Session<'_>,
    found: &[Found<'_>],
    position: usize,
    stamps: &[TimeStamp<'_>],
    proofs: &ProofsOfExistence,
    (block, basic): (Option<Block>, &Basic),
) {
    let Some(Found { id, signature, .. }) = found.get(position) else { return };
    let now = session.context.time;
    let own: Vec<&TimeStamp<'_>> = stamps.iter().filter(|stamp| concerns(stamp, found, position)).collect();
    let before = own.iter().filter(|stamp| stamp.whose == Whose::Content(position)).filter_map(|stamp| stamp.proven()).max();
    let best = proofs.of(id).filter(|proof| proof.time < now);
    if best.is_some() || !own.is_empty() {
        r.bind(proofs.block(id, now, own.iter().copied()));
    }
    let with_time = signature_with_time(session, signature, (block, basic), id, best, before, proofs);
    match past_signature_validation(session, signature, basic, id, proofs).filter(|_| !with_time.is_passed()) {
        None => r.bind(with_time),
        Some(past) => r.bind(either(id, with_time, past)),
    };
    in_order(r, found, position, &own);
    super::level::required(r, session, found, position, stamps, basic);
}

/// Whether the timestamp is on the signature at `position`, on its content, or covers it.
pub(super) fn concerns(stamp: &TimeStamp<'_>, found: &[Found<'_>], position: usize) -> bool {
    match stamp.whose {
        Whose::Signature(of) | Whose::Content(of) => of == position,
        Whose::Document => found.get(position).is_some_and(|one| covered(stamp.signature, found).any(|covered| covered.id == one.id)),
    }
}

/// Of a timestamp that proves: rank, place, time, id, accuracy.
type Placed = (u8, (u64, u64), Time, String, u64);

/// Whatever is covered by a timestamp was there before it: content, then signature, then document timestamps.
fn in_order(r: &mut Recorder, found: &[Found<'_>], position: usize, own: &[&TimeStamp<'_>]) {
    if found.get(position).is_none_or(|one| matches!(one.signature.kind, Kind::DocumentTimestamp | Kind::ContainerTimestamp)) {
        return;
    }
    let mut proven: Vec<Placed> = own
        .iter()
        .filter_map(|stamp| {
            let position = if stamp.keeps() { stamp.signature.position } else { (0, 0) };
            Some((rank(stamp), position, stamp.proven()?, stamp.id.clone(), stamp.signature.accuracy))
        })
        .collect();
    // Those on one value cover each other in no order: by time.
    proven.sort_unstable();
    for (earlier, later) in proven.iter().zip(proven.iter().skip(1)) {
        let facts = [
            ("earlier", earlier.3.clone().into()),
            ("earlier_time", earlier.2.into()),
            ("later", later.3.clone().into()),
            ("later_time", later.2.into()),
        ];
        // RFC 3161 §2.4.2: times whose difference is not greater than both accuracies together are in no order.
        let is_ordered = earlier.2.microseconds_since(later.2) > earlier.4.saturating_add(later.4);
        r.ask_enforced(is_ordered, &ORDER, earlier.2 <= later.2, facts);
    }
}

fn rank(stamp: &TimeStamp<'_>) -> u8 {
    match (stamp.whose, stamp.signature.covers.role) {
        (Whose::Content(_), _) => 0,
        (Whose::Signature(_), Role::Value) => 1,
        (Whose::Signature(_), Role::References | Role::ReferencesAlone) => 2,
        (Whose::Signature(_), Role::Archive | Role::Renewal) => 3,
        (Whose::Document, _) => 4,
    }
}
