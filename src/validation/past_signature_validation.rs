//! EN 319 102-1 §5.6.2.4 — Past signature validation: valid at a time by which the signature is proven to have existed

use super::basic_signature::{Basic, purpose};
use super::proof_of_existence::{Proof, ProofsOfExistence};
use super::signature_with_time::{anchor_began, own_algorithms, revoked_after, within_validity};
use super::verdict::Session;
use crate::format::signature::Signature;
use crate::path::{self, Inquiry, Request, Validated};
use crate::report::{Block, Conclusion, Detail, Indication, Recorder, Stop, SubIndication, checks};

checks! {
    PAST_MAY_MEND = "past_signature_validation.past_may_mend", "EN 319 102-1 §5.6.2.4.4", Indeterminate(NoPoe),
        "Another failure ({check}) stands whatever is proven of the past.", "Còn một lỗi khác ({check}) không phụ thuộc bằng chứng về quá khứ.";
    EXISTED_BY_CONTROL_TIME = "past_signature_validation.existed_by_control_time", "EN 319 102-1 §5.6.2.4.4 (3)", Indeterminate(NoPoe),
        "The signature is proven to have existed at {existed}, and its certificates can be relied upon up to {control_time} only.",
        "Chữ ký được chứng minh tồn tại lúc {existed}, nhưng các chứng thư chỉ đáng tin cậy đến {control_time}.";
}

/// The checks whose failure at the validation time does not stand, if everything held at an earlier, proven time: their questions are asked
/// again by the sliding of the time and below.
pub(super) const MENDABLE: &[&str] = &[
    "basic_processing.anchor_in_force",
    "basic_processing.signer_within_validity",
    "basic_processing.within_validity",
    "basic_processing.algorithm_reliable",
    "crl_processing.algorithm_reliable",
    "ocsp_acceptance.algorithm_reliable",
    "revocation.status_known",
    "revocation.fresh",
    "revocation.not_revoked",
    "revocation.signer_within_validity",
    "signature_acceptance.algorithm_reliable",
    "signature_acceptance.digest_reliable",
    "signature_acceptance.reference_digest_reliable",
];

/// Whether the basic result is one that the past can change (§5.6.3.4).
pub(super) fn has_past(basic: &Basic) -> bool {
    use SubIndication::{
        CertificateChainGeneralFailure, CryptoConstraintsFailureNoPoe, NoCertificateChainFoundNoPoe, OutOfBoundsNoPoe,
        OutOfBoundsNotRevoked, RevocationOutOfBoundsNoPoe, RevokedCaNoPoe, RevokedNoPoe, TryLater,
    };
    let conclusion = basic.conclusion;
    conclusion.indication == Indication::Indeterminate
        && conclusion.sub_indication.is_some_and(|sub| {
            [
                CertificateChainGeneralFailure,
                CryptoConstraintsFailureNoPoe,
                NoCertificateChainFoundNoPoe,
                OutOfBoundsNoPoe,
                OutOfBoundsNotRevoked,
                RevocationOutOfBoundsNoPoe,
                RevokedCaNoPoe,
                RevokedNoPoe,
                TryLater,
            ]
            .contains(&sub)
        })
}

/// The process, where something is proven of the signature's past.
pub(super) fn past_signature_validation(
    session: &Session<'_>,
    signature: &Signature,
    basic: &Basic,
    id: &str,
    proofs: &ProofsOfExistence,
) -> Option<Block> {
    let now = session.context.time;
    let best = proofs.of(id).filter(|proof| proof.time < now)?;
    if !has_past(basic) {
        return None;
    }
    let certificate = basic.certificate.as_ref()?;
    Some(Block::run("Past signature validation", "EN 319 102-1 §5.6.2.4", id, |r| {
        let conclusion = basic.conclusion;
        let lasting = basic.lasting_failure(MENDABLE);
        let named = lasting.as_ref().map_or(String::new(), |(check, _)| check.clone());
        let otherwise = lasting.as_ref().map_or(conclusion, |(_, otherwise)| *otherwise);
        r.require_or(&PAST_MAY_MEND, lasting.is_none(), otherwise, [("check", named.into())])?;
        let found = past_certificate_validation(r, session, signature, best, proofs, certificate, conclusion)?;
        anchor_began(r, &found, best.time);
        let path: Vec<String> = found.path.iter().map(path::certificate_id).collect();
        // What the sliding may not hear, as it is not proven to be old enough, is known all the same: a later list that has the certificate, of
        // an authority that has ended since, proves nothing of the past, and nobody can say after it that the certificate was good.
        let statuses = basic.path.iter().flat_map(|path| &path.revocation);
        revoked_after(r, statuses.filter(|status| path.contains(&status.certificate)), certificate, best.time);
        within_validity(r, certificate, best, SubIndication::OutOfBoundsNoPoe);
        own_algorithms(r, session.context, signature, certificate, best);
        Ok(())
    }))
}

/// §5.6.2.1: the path as of a time when all of it was valid, its status and algorithms by sliding; then step (3) of §5.6.2.4.4. What was
/// found, but for the derivation, which is told.
fn past_certificate_validation(
    r: &mut Recorder,
    session: &Session<'_>,
    signature: &Signature,
    best: &Proof,
    proofs: &ProofsOfExistence,
    certificate: &crate::pki::Certificate,
    conclusion: Conclusion,
) -> Result<Validated, Stop> {
    let inquiry = Inquiry::new(session.context, &session.budgets, Detail::Steps);
    let inquiry = Inquiry { evidence: &session.evidence, past: Some(&proofs.evidence), ..inquiry };
    let mut found = path::validated(&inquiry, certificate, &Request { purpose: purpose(signature), ..Request::default() });
    r.require_block(found.block.take())?;
    let control = found.control_time.unwrap_or(session.context.time);
    let facts = [("existed", best.time.into()), ("control_time", control.into()), ("by", best.by.clone().into())];
    r.require_or(&EXISTED_BY_CONTROL_TIME, best.time <= control, conclusion, facts).map(|()| found)
}

/// One of the two passes, or the first one speaks; what the past proves to be wrong for ever speaks before both.
pub(super) fn either(id: &str, present: Block, past: Block) -> Block {
    let past_speaks = past.is_passed() || past.conclusion.indication == Indication::TotalFailed;
    let chosen = usize::from(past_speaks && !present.is_passed());
    Block::any("Present or past", "EN 319 102-1 §5.6.3.4", id, vec![present.into(), past.into()], chosen)
}
