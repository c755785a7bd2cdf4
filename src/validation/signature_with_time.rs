//! EN 319 102-1 §5.5 — Validation process for Signatures with Time

use super::basic_signature::Basic;
use super::proof_of_existence::{Proof, ProofsOfExistence};
use super::signature_acceptance::reference_digests;
use super::verdict::Session;
use crate::context::{AlgorithmUse, Context, Freshness, Policy};
use crate::format::signature::Signature;
use crate::path::Validated;
use crate::path::freshness::{is_fresh, maximum_age};
use crate::pki::Certificate;
use crate::report::json::{Revocation, RevocationStatus, TimeSource};
use crate::report::{Block, Conclusion, Indication, Recorder, Stop, SubIndication, checks};
use crate::time::Time;

checks! {
    BASIC_MAY_BE_MENDED = "signature_with_time.basic_result_may_be_mended", "EN 319 102-1 §5.5.4 (1)", Indeterminate(NoPoe),
        "The basic result ({basic}) stands whatever the time of signing.", "Kết quả kiểm tra cơ bản ({basic}) không phụ thuộc thời điểm ký.";
    ALL_MAY_BE_MENDED = "signature_with_time.every_failure_may_be_mended", "EN 319 102-1 §5.5.4", Indeterminate(NoPoe),
        "Another failure ({check}) stands whatever the time of signing.", "Còn một lỗi khác ({check}) không phụ thuộc thời điểm ký.";
    REVOKED_AFTER = "signature_with_time.revoked_after", "EN 319 102-1 §5.5.4 (4)(a), (b)", Indeterminate(RevokedNoPoe),
        "The certificate {certificate} was revoked at {revoked_at}, not after {best_signature_time}.",
        "Chứng thư {certificate} bị thu hồi lúc {revoked_at}, không sau thời điểm {best_signature_time}.";
    TOLD_BEFORE = "signature_with_time.told_before_revocation", "EN 319 102-1 §5.5.4 (4)(b)", Indeterminate(RevokedCaNoPoe),
        "The key of {issuer} may have been another's since {revoked_at}, and what it says of {certificate} is known since {existed} only.",
        "Khóa của {issuer} có thể đã lộ từ {revoked_at}, trong khi thông tin về {certificate} chỉ được biết từ {existed}.";
    REVOCATION_FRESH = "signature_with_time.revocation_fresh", "EN 319 102-1 §5.5.4 (6)", Indeterminate(TryLater),
        "What is known of the revocation of {certificate} is of {this_update}, too old at {best_signature_time} already.",
        "Thông tin thu hồi của {certificate} phát hành lúc {this_update}, đã quá cũ tại thời điểm {best_signature_time}.";
    NOT_BEFORE = "signature_with_time.not_before_validity", "EN 319 102-1 §5.5.4 (4)(c)", Failed(NotYetValid),
        "The signature existed at {best_signature_time}, before the signer's certificate was valid ({not_before}).",
        "Chữ ký đã tồn tại lúc {best_signature_time}, trước khi chứng thư người ký có hiệu lực ({not_before}).";
    NOT_AFTER = "signature_with_time.not_after_validity", "EN 319 102-1 §5.5.4 (4)(c)", Indeterminate(OutOfBoundsNotRevoked),
        "Nothing proves that the signature existed before the signer's certificate ended ({not_after}).",
        "Không có bằng chứng chữ ký đã tồn tại trước khi chứng thư người ký hết hiệu lực ({not_after}).";
    ISSUER_VALID = "signature_with_time.issuer_within_validity", "EN 319 102-1 §5.5.4 (4)(c)", Indeterminate(OutOfBoundsNoPoe),
        "The certificate of {issuer} was not valid at {best_signature_time}.",
        "Chứng thư của {issuer} không có hiệu lực tại {best_signature_time}.";
    ANCHOR_BEGAN = "signature_with_time.anchor_began", "EN 319 102-1 §5.2.6.4 (2)", Indeterminate(NoCertificateChainFoundNoPoe),
        "The relying party trusts {anchor} from {from} on, and the signature existed at {best_signature_time}.",
        "Bên kiểm tra chỉ tin cậy {anchor} từ {from}, trong khi chữ ký đã tồn tại lúc {best_signature_time}.";
    REVOCATION_SIGNER_VALID = "signature_with_time.revocation_signer_valid", "EN 319 102-1 §5.5.4 (4)(c)", Indeterminate(RevocationOutOfBoundsNoPoe),
        "The certificate of {signer}, who signed the revocation information, is valid from {not_before} to {not_after}, and the information is known since {existed} only.",
        "Chứng thư của {signer}, bên ký thông tin thu hồi, có hiệu lực từ {not_before} đến {not_after}, trong khi thông tin này chỉ được biết từ {existed}.";
    ALGORITHMS_RELIABLE = "signature_with_time.algorithms_reliable", "EN 319 102-1 §5.5.4 (4)(d)", Indeterminate(CryptoConstraintsFailureNoPoe),
        "The algorithm {algorithm} was not reliable any more at {best_signature_time}.",
        "Thuật toán {algorithm} không còn tin cậy tại {best_signature_time}.";
    NOT_MADE_REVOKED = "signature_with_time.not_made_after_revocation", "EN 319 102-1 §5.3.4", Failed(Revoked),
        "The signature was made after {content_time}, as a timestamp on its content proves, when the signer's certificate was revoked ({revoked_at}).",
        "Chữ ký được tạo sau {content_time}, theo dấu thời gian trên nội dung, khi chứng thư người ký đã bị thu hồi ({revoked_at}).";
    NOT_MADE_WITH_FALLEN = "signature_with_time.not_made_after_algorithm_end", "EN 319 102-1 §5.3.4", Indeterminate(CryptoConstraintsFailure),
        "The signature was made after {content_time}, as a timestamp on its content proves, when {algorithm} was not reliable any more (until {end}).",
        "Chữ ký được tạo sau {content_time}, theo dấu thời gian trên nội dung, khi {algorithm} đã không còn tin cậy (đến {end}).";
    NOT_MADE_EXPIRED = "signature_with_time.not_made_after_expiry", "EN 319 102-1 §5.3.4", Failed(Expired),
        "The signature was made after {content_time}, as a timestamp on its content proves, when the signer's certificate had ended ({not_after}).",
        "Chữ ký được tạo sau {content_time}, theo dấu thời gian trên nội dung, khi chứng thư người ký đã hết hiệu lực ({not_after}).";
}

/// The checks whose failure a proof of existence before `best_signature_time` can mend.
const MENDABLE: &[&str] = &[
    "basic_processing.signer_within_validity",
    "basic_processing.within_validity",
    "revocation.fresh",
    "revocation.not_revoked",
    "revocation.signer_within_validity",
    "signature_acceptance.algorithm_reliable",
    "signature_acceptance.digest_reliable",
    "signature_acceptance.reference_digest_reliable",
    "basic_processing.algorithm_reliable",
    "crl_processing.algorithm_reliable",
    "ocsp_acceptance.algorithm_reliable",
];

/// The basic result, and what a proof of an earlier time of existence mends; `before` is proven to have been before the signature. Without `block`,
/// its derivation, the basic result is told in another derivation beside this one.
pub(super) fn signature_with_time(
    session: &Session<'_>,
    signature: &Signature,
    (block, basic): (Option<Block>, &Basic),
    id: &str,
    best: Option<&Proof>,
    before: Option<Time>,
    proofs: &ProofsOfExistence,
) -> Block {
    let name = match block {
        Some(_) => "Validation process for Signatures with Time",
        None => "Validation process for Signatures with Time, the basic result beside",
    };
    Block::run(name, "EN 319 102-1 §5.5", id, |r| {
        if let (Some(before), Some(certificate)) = (before, &basic.certificate) {
            not_made_after(r, basic, certificate, before);
            not_made_with_fallen(r, session.context, signature, basic, certificate, before);
        }
        let conclusion = basic.conclusion;
        // A result that no time can change stands with its own reasons.
        match (block, best) {
            (Some(block), Some(_)) if may_be_mended(conclusion) => r.attach(block),
            (Some(block), _) => _ = r.bind(block),
            (None, Some(_)) => {}
            (None, None) => {
                r.require_or(&BASIC_MAY_BE_MENDED, conclusion.is_passed(), conclusion, [("basic", conclusion.to_string().into())])?;
            }
        }
        best.map_or(Ok(()), |best| mended(r, session, signature, basic, best, proofs))
    })
}

/// §5.3.4: a timestamp on the content proves that the signature was made after it; made after the end of the certificate it fails for ever.
fn not_made_after(r: &mut Recorder, basic: &Basic, signer: &Certificate, before: Time) {
    let id = crate::path::certificate_id(signer);
    let statuses = basic.path.iter().flat_map(|path| &path.revocation).filter(|status| status.certificate == id);
    for (revoked_at, reason) in statuses.filter_map(|status| Some((status.revoked_at.as_ref()?.0, status.reason.as_deref()))) {
        if reason != Some("certificateHold") {
            r.ask(&NOT_MADE_REVOKED, before <= revoked_at, [("content_time", before.into()), ("revoked_at", revoked_at.into())]);
        }
    }
    let not_after = signer.not_after();
    r.ask(&NOT_MADE_EXPIRED, before.unix() <= not_after.unix(), [("content_time", before.into()), ("not_after", not_after.into())]);
}

/// §5.3.4: and made when its algorithm had fallen, it is one that anybody may have forged, whatever is proven of its age.
fn not_made_with_fallen(r: &mut Recorder, context: &Context<'_>, signature: &Signature, basic: &Basic, signer: &Certificate, before: Time) {
    let fallen = basic.conclusion.sub_indication == Some(SubIndication::CryptoConstraintsFailureNoPoe);
    for (algorithm, reliable) in own_uses(context, signature, signer) {
        if let AlgorithmUse::Until(end) = reliable {
            let facts = [("content_time", before.into()), ("algorithm", algorithm.into()), ("end", end.into())];
            r.ask(&NOT_MADE_WITH_FALLEN, before < end || !fallen, facts);
        }
    }
}

fn mended(
    r: &mut Recorder,
    session: &Session<'_>,
    signature: &Signature,
    basic: &Basic,
    proof: &Proof,
    proofs: &ProofsOfExistence,
) -> Result<(), Stop> {
    let best = proof.time;
    let conclusion = basic.conclusion;
    r.require_or(&BASIC_MAY_BE_MENDED, may_be_mended(conclusion), conclusion, [("basic", conclusion.to_string().into())])?;
    let (Some(certificate), Some(path)) = (&basic.certificate, &basic.path) else { return Ok(()) };
    let lasting = basic.lasting_failure(MENDABLE);
    let failed = lasting.as_ref().map_or(String::new(), |(check, _)| check.clone());
    let otherwise = lasting.as_ref().map_or(conclusion, |(_, otherwise)| *otherwise);
    r.require_or(&ALL_MAY_BE_MENDED, lasting.is_none(), otherwise, [("check", failed.into())])?;
    let named = signature.value.as_ref().is_some_and(|value| !value.references.is_empty());
    // What made the basic result comes first: where it is not mended, it stands.
    let by_algorithms = conclusion.sub_indication == Some(SubIndication::CryptoConstraintsFailureNoPoe);
    if by_algorithms {
        own_algorithms(r, session.context, signature, certificate, proof);
        path_algorithms(r, session, path, named, proof, proofs);
    }
    revoked_after(r, path.revocation.iter(), certificate, best);
    told_before_revocation(r, session.context.time, path, Some(best).filter(|_| named), proofs);
    freshness(r, session.context.policy, path, best);
    let signer = crate::path::certificate_id(certificate);
    let known_good = path.revocation.iter().any(|status| status.certificate == signer && status.status == RevocationStatus::Good);
    let otherwise = if known_good { SubIndication::OutOfBoundsNotRevoked } else { SubIndication::OutOfBoundsNoPoe };
    within_validity(r, certificate, proof, otherwise);
    anchor_began(r, path, best);
    issuers_valid(r, session, path, best);
    revocation_signers_valid(r, session.context.time, basic, path, proofs);
    if !by_algorithms {
        own_algorithms(r, session.context, signature, certificate, proof);
        path_algorithms(r, session, path, named, proof, proofs);
    }
    Ok(())
}

/// §5.5.4 (4)(c): the signer's certificate was valid at the best signature time.
pub(super) fn within_validity(r: &mut Recorder, certificate: &Certificate, proof: &Proof, otherwise: SubIndication) {
    let best = proof.time;
    let facts = [("best_signature_time", best.into()), ("not_before", certificate.not_before().into())];
    r.ask(&NOT_BEFORE, best >= certificate.not_before(), facts);
    let facts = [("best_signature_time", best.into()), ("not_after", certificate.not_after().into())];
    let within = best.unix() <= certificate.not_after().unix();
    // Without any stop: the failures that remain are all told.
    let _: Result<(), Stop> = r.require_or(&NOT_AFTER, within, Conclusion::indeterminate(otherwise), facts);
}

/// §5.5.4 (1): the results that knowledge of the time can change.
fn may_be_mended(conclusion: Conclusion) -> bool {
    use SubIndication::{CryptoConstraintsFailureNoPoe, OutOfBoundsNoPoe, OutOfBoundsNotRevoked, RevokedCaNoPoe, RevokedNoPoe, TryLater};
    match (conclusion.indication, conclusion.sub_indication) {
        (Indication::TotalPassed, _) => true,
        (Indication::Indeterminate, Some(sub)) => {
            [CryptoConstraintsFailureNoPoe, RevokedNoPoe, RevokedCaNoPoe, TryLater, OutOfBoundsNoPoe, OutOfBoundsNotRevoked].contains(&sub)
        }
        _ => false,
    }
}

/// §5.5.4 (4)(a), (b): none of these was revoked at the best signature time; `certificate` is the signer's.
pub(super) fn revoked_after<'a>(r: &mut Recorder, statuses: impl Iterator<Item = &'a Revocation>, certificate: &Certificate, best: Time) {
    let signer = crate::path::certificate_id(certificate);
    for status in statuses {
        let Some(revoked_at) = status.revoked_at else { continue };
        let facts =
            [("certificate", status.certificate.clone().into()), ("revoked_at", revoked_at.0.into()), ("best_signature_time", best.into())];
        let sub = match status.reason.as_deref() {
            Some("certificateHold") => SubIndication::TryLater,
            _ if status.certificate == signer => SubIndication::RevokedNoPoe,
            _ => SubIndication::RevokedCaNoPoe,
        };
        let _: Result<(), Stop> = r.require_or(&REVOKED_AFTER, revoked_at.0 > best, Conclusion::indeterminate(sub), facts);
    }
}

/// What an authority whose key was stolen says of the certificate below, the certificate itself among it, must have existed before that. A signature
/// that names its certificate existed after it, at `named`; another certificate can be put beside one that does not.
fn told_before_revocation(r: &mut Recorder, now: Time, path: &Validated, named: Option<Time>, proofs: &ProofsOfExistence) {
    let since = |id: &[u8; 32]| proofs.evidence.of(id).unwrap_or(now);
    for (position, (below, issuer)) in path.path.iter().zip(path.path.iter().skip(1)).enumerate() {
        let id = crate::path::certificate_id(issuer);
        let theft = path.revocation.iter().filter(|status| status.certificate == id && status.is_grave());
        let Some(revoked_at) = theft.filter_map(|status| status.revoked_at).map(|stamp| stamp.0).min() else { continue };
        let certificate = named.filter(|_| position == 0).unwrap_or_else(|| since(&below.sha256()));
        let told = path.relied.iter().filter(|relied| relied.certificate == below.sha256()).flat_map(|relied| &relied.sources);
        let existed = told.map(since).chain([certificate]).max().unwrap_or(now);
        let facts = [
            ("issuer", issuer.subject().text().to_owned().into()),
            ("certificate", below.subject().text().to_owned().into()),
            ("revoked_at", revoked_at.into()),
            ("existed", existed.into()),
        ];
        r.ask(&TOLD_BEFORE, existed < revoked_at, facts);
    }
}

/// What is stale at the validation time may be fresh at the best signature time: it may even have been issued after that.
fn freshness(r: &mut Recorder, policy: &Policy, path: &Validated, best: Time) {
    for status in &path.revocation {
        let Some(this_update) = status.this_update else { continue };
        let maximum = maximum_age(policy, this_update.0, status.next_update.map(|next| next.0));
        let fresh = is_fresh(this_update.0, maximum, best);
        let facts = [
            ("certificate", status.certificate.clone().into()),
            ("this_update", this_update.0.into()),
            ("maximum", maximum.unwrap_or(0).into()),
            ("best_signature_time", best.into()),
        ];
        r.ask_enforced(policy.freshness == Freshness::Required, &REVOCATION_FRESH, fresh, facts);
    }
}

/// An anchor is believed from the time that the relying party's store says: what is proven to be older was signed under nobody.
pub(super) fn anchor_began(r: &mut Recorder, path: &Validated, best: Time) {
    if let Some((anchor, from)) = path.anchor.as_ref().and_then(|anchor| Some((anchor, anchor.not_before?))) {
        let named = anchor.name.text().to_owned().into();
        r.ask(&ANCHOR_BEGAN, from <= best, [("anchor", named), ("from", from.into()), ("best_signature_time", best.into())]);
    }
}

/// The authorities between signer and anchor, by the certificate of the path or another one of the same authority.
fn issuers_valid(r: &mut Recorder, session: &Session<'_>, path: &Validated, best: Time) {
    for (position, issuer) in path.path.iter().enumerate().skip(1) {
        let valid = path.is_authority_at(position, best, &session.evidence, &session.budgets);
        r.ask(&ISSUER_VALID, valid, [("issuer", issuer.subject().text().to_owned().into()), ("best_signature_time", best.into())]);
    }
}

/// The signature's own algorithms at the best signature time (§5.5.4 (4)(d)).
pub(super) fn own_algorithms(r: &mut Recorder, context: &Context<'_>, signature: &Signature, signer: &Certificate, proof: &Proof) {
    for (name, reliable) in own_uses(context, signature, signer) {
        asked(r, name, reliable, proof.time);
    }
}

/// The algorithms of the signature value and of the digests that it is over.
fn own_uses(context: &Context<'_>, signature: &Signature, signer: &Certificate) -> Vec<(String, AlgorithmUse)> {
    let policy = &context.policy.algorithms;
    let mut uses: Vec<(String, AlgorithmUse)> = Vec::new();
    if let (Some(value), Ok(key)) = (&signature.value, signer.public_key()) {
        uses.push((value.algorithm.to_string(), policy.signature(&value.algorithm, key)));
        let references = reference_digests(value, context.policy);
        let data = signature.signed_data.iter().filter_map(|datum| datum.algorithm.as_ref().ok());
        uses.extend(data.copied().chain(references).map(|digest| (digest.name().to_string(), policy.digest(digest))));
    }
    uses
}

/// Those that the path rests on at the validation time (§5.5.4 (8)), or when what is signed with them is proven to have existed: an issuer's weak
/// signature is not mended by knowing when the document was signed. The relying party's own indication tells of the signer's certificate too where
/// the signature names it, and of what the document brings; not of what was brought from elsewhere.
fn path_algorithms(r: &mut Recorder, session: &Session<'_>, path: &Validated, named: bool, proof: &Proof, proofs: &ProofsOfExistence) {
    let now = session.context.time;
    let signer = path.path.first().map(Certificate::sha256).filter(|_| named && proof.source == TimeSource::Supplied);
    for signature in &path.uses {
        let known = if signer == Some(signature.object) { proof.time } else { now };
        asked(r, signature.algorithm.clone(), signature.reliable, proofs.evidence.of(&signature.object).unwrap_or(known));
    }
}

/// Whoever signed the status information was valid at the validation time, or when it is proven to have existed: the authorities of the path as
/// well as others, since what is said in the name of an ended certificate is nobody's word.
fn revocation_signers_valid(r: &mut Recorder, now: Time, basic: &Basic, path: &Validated, proofs: &ProofsOfExistence) {
    // Of a certificate that has ended too, it is not known that it was not revoked.
    let conclusion = match basic.conclusion.sub_indication {
        Some(SubIndication::OutOfBoundsNoPoe) => basic.conclusion,
        _ => Conclusion::indeterminate(SubIndication::RevocationOutOfBoundsNoPoe),
    };
    for relied in &path.relied {
        let existed = relied.sources.iter().map(|source| proofs.evidence.of(source).unwrap_or(now)).max().unwrap_or(now);
        for signer in relied.signers.iter().chain(&relied.authorities) {
            let valid = signer.not_before() <= existed && existed.unix() <= signer.not_after().unix();
            let facts = [
                ("signer", signer.subject().text().to_owned().into()),
                ("existed", existed.into()),
                ("not_before", signer.not_before().into()),
                ("not_after", signer.not_after().into()),
            ];
            let _: Result<(), Stop> = r.require_or(&REVOCATION_SIGNER_VALID, valid, conclusion, facts);
        }
    }
}

fn asked(r: &mut Recorder, name: String, reliable: AlgorithmUse, at: Time) {
    r.ask(&ALGORITHMS_RELIABLE, reliable.at(at), [("algorithm", name.into()), ("best_signature_time", at.into())]);
}

#[cfg(test)]
mod tests {
    use super::super::past_signature_validation;
    use super::*;

    /// What an audit is told may be mended is what is mended here.
    #[test]
    fn the_rules_of_an_audit_are_those_of_the_process() {
        let rules: serde_json::Value = serde_json::from_str(include_str!("../../docs/report.rules.json")).unwrap();
        let told = |check: &str, of: &str| -> Vec<String> { serde_json::from_value(rules["mending"][check][of].clone()).unwrap() };
        assert_eq!(told(ALL_MAY_BE_MENDED.id, "failures"), MENDABLE);
        assert_eq!(told("past_signature_validation.past_may_mend", "failures"), past_signature_validation::MENDABLE);
        let conclusions = told(BASIC_MAY_BE_MENDED.id, "conclusions");
        for indication in Indication::ALL {
            for sub_indication in SubIndication::ALL.into_iter().map(Some).chain([None]) {
                let conclusion = Conclusion { indication, sub_indication };
                let bare = matches!(indication, Indication::TotalPassed | Indication::NoSignature);
                if bare == sub_indication.is_none() {
                    assert_eq!(conclusions.contains(&conclusion.to_string()), may_be_mended(conclusion), "{conclusion}");
                }
            }
        }
    }
}
