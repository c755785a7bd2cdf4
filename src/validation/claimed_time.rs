//! EN 319 102-1 §5.5.2 NOTE 1 — what the verdict would be if the claimed signing time were proven

use super::basic_signature::Basic;
use super::long_term::process;
use super::proof_of_existence::ProofsOfExistence;
use super::time_stamp::{Found, TimeStamp};
use super::verdict::Session;
use crate::report::json::Revocation;
use crate::report::recorder::AS_OF_CLAIMED_TIME;
use crate::report::{Block, Fact, Indication, checks};

checks! {
    KEY_NOT_STOLEN = "claimed_time.key_not_stolen", "EN 319 102-1 §5.5.2", Indeterminate(RevokedNoPoe),
        "The key may have been another's, who would have chosen the claimed time: {revoked} is revoked for that, or for no reason that is told.",
        "Khóa có thể đã lộ, và người lấy được khóa tự chọn thời điểm ký: {revoked} bị thu hồi vì lý do đó hoặc không nêu lý do.";
}

/// The same process with `existence` := the claimed time, beside a verdict that is INDETERMINATE. The basic result is that of `verdict`.
pub(super) fn claimed_time(
    session: &Session<'_>,
    found: &[Found<'_>],
    position: usize,
    stamps: &[TimeStamp<'_>],
    proofs: &ProofsOfExistence,
    (verdict, basic): (&Block, &Basic),
) -> Option<Block> {
    let Found { id, signature, .. } = found.get(position)?;
    let claimed = signature.claimed_time.filter(|_| verdict.conclusion.indication == Indication::Indeterminate)?;
    let time = session.context.existence.map_or(claimed, |existence| existence.min(claimed));
    let proofs = ProofsOfExistence::supplied(Some(time), found, &session.evidence).and(proofs);
    Some(Block::run(AS_OF_CLAIMED_TIME, "EN 319 102-1 §5.5.2", id.clone(), |r| {
        process(r, session, found, position, stamps, &proofs, (None, basic));
        // Whoever has the key chooses the claimed time: after a theft it says nothing.
        let statuses = basic.path.iter().flat_map(|path| &path.revocation);
        let stolen: Vec<Fact> =
            statuses.filter(|status| Revocation::is_grave(status)).map(|status| status.certificate.clone().into()).collect();
        r.ask_or(&KEY_NOT_STOLEN, stolen.is_empty(), verdict.conclusion, [("revoked", Fact::List(stolen))]);
        Ok(())
    }))
}
