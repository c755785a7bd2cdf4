//! EN 319 102-1 §5.2.8 — Signature acceptance validation

use crate::context::{AlgorithmUse, Constraint, Policy};
use crate::crypto::{DigestAlgorithm, PublicKey};
use crate::format::signature::{Signature, Value};
use crate::pki::Certificate;
use crate::report::json::Kind;
use crate::report::{Block, Fact, Recorder, checks};
use crate::time::Time;

checks! {
    REFERENCE_PRESENT = "signature_acceptance.signing_certificate_reference_present", "EN 319 102-1 §5.2.8.4.2.2", Indeterminate(SigConstraintsFailure),
        "The signature does not name the signer's certificate in what is signed.", "Chữ ký không ghi tham chiếu chứng thư người ký trong phần được ký.";
    CLAIMED_TIME_PRESENT = "signature_acceptance.claimed_time_present", "EN 319 102-1 §5.2.8.4.2.3", Indeterminate(SigConstraintsFailure),
        "The signature does not say when it was made.", "Chữ ký không ghi thời điểm ký.";
    CLAIMED_TIME_IN_VALIDITY = "signature_acceptance.claimed_time_in_validity", "EN 319 102-1 §5.2.8.4.2.3", Indeterminate(SigConstraintsFailure),
        "The signature claims to be of {claimed}, when the signer's certificate (from {not_before} to {not_after}) was not valid.",
        "Chữ ký ghi thời điểm {claimed}, khi chứng thư người ký (từ {not_before} đến {not_after}) không có hiệu lực.";
    ALGORITHM_RELIABLE = "signature_acceptance.algorithm_reliable", "EN 319 102-1 §5.2.8.4.1 (2)", Indeterminate(CryptoConstraintsFailureNoPoe),
        "The signature algorithm {algorithm} with a key of {key_bits} bits is not reliable at {time}.",
        "Thuật toán ký {algorithm} với khóa {key_bits} bit không còn tin cậy tại {time}.";
    DIGEST_RELIABLE = "signature_acceptance.digest_reliable", "EN 319 102-1 §5.2.8.4.1 (2)", Indeterminate(CryptoConstraintsFailureNoPoe),
        "The digest algorithm {algorithm} of the signed data is not reliable at {time}.",
        "Thuật toán băm {algorithm} của dữ liệu được ký không còn tin cậy tại {time}.";
    ALGORITHM_MANDATED = "signature_acceptance.algorithm_mandated", "EN 319 102-1 §5.1.4.3", Indeterminate(SigConstraintsFailure),
        "The algorithm {algorithm} with a key of {key_bits} bits is outside of {source}.",
        "Thuật toán {algorithm} với khóa {key_bits} bit nằm ngoài {source}.";
    REFERENCE_DIGEST_RELIABLE = "signature_acceptance.reference_digest_reliable", "EN 319 102-1 §5.2.8.4.1 (2), §5.2.3", Indeterminate(CryptoConstraintsFailureNoPoe),
        "The digest algorithm {algorithm} of the reference to the signer's certificate is not reliable at {time}.",
        "Thuật toán băm {algorithm} của tham chiếu chứng thư người ký không còn tin cậy tại {time}.";
}

/// Whether the signature is acceptable at `time`: its attributes, then its algorithms.
pub(super) fn signature_acceptance(signature: &Signature, id: &str, certificate: &Certificate, policy: &Policy, time: Time) -> Block {
    Block::run("Signature acceptance validation", "EN 319 102-1 §5.2.8", id, |r| {
        let Some(value) = &signature.value else { return Ok(()) };
        r.tolerate(&REFERENCE_PRESENT, !value.references.is_empty(), []);
        if matches!(signature.kind, Kind::DocumentTimestamp | Kind::ContainerTimestamp) {
            super::time_stamp::acceptance(r, signature, certificate, time);
        } else {
            claimed_time(r, signature, certificate);
        }
        if let Ok(key) = certificate.public_key() {
            reliable_algorithms(r, signature, value, key, policy, time);
        }
        Ok(())
    })
}

/// Until when all algorithms of the signature itself are reliable.
pub(super) fn acceptable_until(signature: &Signature, value: &Value, key: &PublicKey, policy: &Policy) -> Option<Time> {
    let algorithms = &policy.algorithms;
    let data = signature.signed_data.iter().filter_map(|datum| datum.algorithm.as_ref().ok()).map(|digest| algorithms.digest(*digest));
    let references = reference_digests(value, policy).map(|digest| algorithms.digest(digest));
    data.chain(references).chain([algorithms.signature(&value.algorithm, key)]).min().and_then(AlgorithmUse::end)
}

fn claimed_time(r: &mut Recorder, signature: &Signature, certificate: &Certificate) {
    let Some(claimed) = signature.claimed_time else {
        r.ask(&CLAIMED_TIME_PRESENT, false, []);
        return;
    };
    r.ask(&CLAIMED_TIME_PRESENT, true, [("claimed", claimed.into())]);
    let (not_before, not_after) = (certificate.not_before(), certificate.not_after());
    let facts = [("claimed", claimed.into()), ("not_before", not_before.into()), ("not_after", not_after.into())];
    r.ask(&CLAIMED_TIME_IN_VALIDITY, not_before <= claimed && claimed.unix() <= not_after.unix(), facts);
}

/// The digest algorithms by which a signature names its certificate, where they must be reliable.
pub(super) fn reference_digests(value: &Value, policy: &Policy) -> impl Iterator<Item = DigestAlgorithm> {
    let named = if policy.certificate_reference_digest == Constraint::Required { 1 } else { 0 };
    value.references.iter().take(named).filter_map(|reference| reference.algorithm.as_ref().ok()).copied()
}

fn reliable_algorithms(r: &mut Recorder, signature: &Signature, value: &Value, key: &PublicKey, policy: &Policy, time: Time) {
    let algorithms = &policy.algorithms;
    let facts = [("algorithm", value.algorithm.to_string().into()), ("key_bits", key.bits().unwrap_or(0).into()), ("time", time.into())];
    r.ask(&ALGORITHM_RELIABLE, algorithms.signature(&value.algorithm, key).at(time), facts);
    mandated_algorithms(r, signature, value, key, policy);
    for digest in signature.signed_data.iter().filter_map(|datum| datum.algorithm.as_ref().ok()) {
        r.ask(&DIGEST_RELIABLE, algorithms.digest(*digest).at(time), [("algorithm", Fact::from(digest.name())), ("time", time.into())]);
    }
    if let Some(digest) = value.references.first().and_then(|reference| reference.algorithm.as_ref().ok()) {
        let facts = [("algorithm", Fact::from(digest.name())), ("time", time.into())];
        let reliable = algorithms.digest(*digest).at(time);
        r.ask_enforced(policy.certificate_reference_digest == Constraint::Required, &REFERENCE_DIGEST_RELIABLE, reliable, facts);
    }
}

/// What a regulation names is asked of the signature itself, not of timestamps, and says nothing of the strength of others.
fn mandated_algorithms(r: &mut Recorder, signature: &Signature, value: &Value, key: &PublicKey, policy: &Policy) {
    let Some(mandated) = policy.mandated_algorithms.as_ref().filter(|_| signature.kind == Kind::Signature) else { return };
    let digests = signature.signed_data.iter().filter_map(|datum| datum.algorithm.as_ref().ok());
    let named = mandated.names(&value.algorithm, key) && digests.copied().all(|digest| mandated.names_digest(digest));
    let (algorithm, bits) = (value.algorithm.to_string().into(), key.bits().unwrap_or(0).into());
    let facts = [("algorithm", algorithm), ("key_bits", bits), ("source", mandated.source.clone().into())];
    r.ask_enforced(mandated.constraint == Constraint::Required, &ALGORITHM_MANDATED, named, facts);
}
