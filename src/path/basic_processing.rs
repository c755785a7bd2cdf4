//! RFC 5280 §6.1.3 — Basic Certificate Processing

use super::{Request, algorithm_name, certificate_id, crl_processing, preparation_for_next, reliable, wrap_up};
use crate::crypto::Verification;
use crate::limits::Exhausted;
use crate::pki::Certificate;
use crate::report::json::{Revocation, Want};
use crate::report::{Block, Fact, Recorder, Stop, checks};

checks! {
    ALGORITHMS_EQUAL = "basic_processing.algorithms_equal", "RFC 5280 §4.1.1.2", Indeterminate(CertificateChainGeneralFailure),
        "The certificate of {subject} names two different signature algorithms.",
        "Chứng thư của {subject} ghi hai thuật toán ký khác nhau.";
    WITHIN_LIMITS = "limit.signature_checks", "RFC 5280 §6", Indeterminate(CertificateChainGeneralFailure),
        "The limit of signature checks for one verdict was reached.", "Đã đạt giới hạn số lần kiểm tra chữ ký cho một kết luận.";
    SIGNATURE_IMPLEMENTED = "basic_processing.signature_implemented", "RFC 5280 §6.1.3 (a)(1)", Indeterminate(CryptoConstraintsFailureNoPoe),
        "The certificate of {subject} is signed with {algorithm}, which cannot be judged.",
        "Chứng thư của {subject} được ký bằng {algorithm}, không thể kiểm tra.";
    SIGNATURE_VALID = "basic_processing.signature_valid", "RFC 5280 §6.1.3 (a)(1)", Indeterminate(CertificateChainGeneralFailure),
        "The certificate of {subject} was not signed by the key of {issuer}.",
        "Chứng thư của {subject} không được ký bằng khóa của {issuer}.";
    WITHIN_VALIDITY = "basic_processing.within_validity", "RFC 5280 §6.1.3 (a)(2)", Indeterminate(OutOfBoundsNoPoe),
        "The certificate of {subject} is valid from {not_before} to {not_after}, not at {time}.",
        "Chứng thư của {subject} có hiệu lực từ {not_before} đến {not_after}, không bao gồm {time}.";
    NAME_CHAINS = "basic_processing.name_chains", "RFC 5280 §6.1.3 (a)(4)", Indeterminate(CertificateChainGeneralFailure),
        "The issuer named in the certificate of {subject} is not {issuer}.",
        "Nhà phát hành ghi trong chứng thư của {subject} không phải {issuer}.";
    ALGORITHM_RELIABLE = "basic_processing.algorithm_reliable", "EN 319 102-1 §5.2.6.4 (5)", Indeterminate(CryptoConstraintsFailureNoPoe),
        "The certificate of {subject} is signed with {algorithm} and a key of {key_bits} bits, not reliable at {time}.",
        "Chứng thư của {subject} được ký bằng {algorithm} với khóa {key_bits} bit, không còn tin cậy tại {time}.";
    IN_VALIDITY_OR_NOT_REVOKED = "basic_processing.signer_within_validity", "EN 319 102-1 §5.2.6.4 (6)", Indeterminate(OutOfBoundsNotRevoked),
        "The certificate of the signer is valid from {not_before} to {not_after}, not at {time}; it was not revoked.",
        "Chứng thư người ký có hiệu lực từ {not_before} đến {not_after}, không bao gồm {time}; chứng thư không bị thu hồi.";
}

/// One candidate path: every certificate from the anchor's side down, the target's own validity last, as it alone can be mended by a proof of existence.
pub(super) fn certification_path(
    request: &Request<'_>,
    path: &[Certificate],
    exhausted: Option<&Exhausted>,
    revocation: &mut Vec<Revocation>,
    wants: &mut Vec<Want>,
) -> Block {
    let subject = path.iter().map(certificate_id).collect::<Vec<_>>().join(" ");
    Block::run("Certification path", "RFC 5280 §6.1", subject, |r| {
        super::found(r, request, path.last(), exhausted);
        let mut complete = true;
        for position in (0..path.len().saturating_sub(1)).rev() {
            let (Some(certificate), Some(issuer)) = (path.get(position), path.get(position + 1)) else { continue };
            let place = Place { certificate, issuer, position, path };
            complete &= r.bind(certificate_block(request, &place, revocation, wants));
        }
        if complete { Ok(()) } else { Err(Stop) }
    })
}

/// A certificate in its path.
pub(super) struct Place<'a> {
    /// The certificate judged.
    pub certificate: &'a Certificate,
    /// The next one towards the anchor.
    pub issuer: &'a Certificate,
    /// 0 for the target.
    pub position: usize,
    /// The whole path, target first.
    pub path: &'a [Certificate],
}

fn certificate_block(request: &Request<'_>, place: &Place<'_>, revocation: &mut Vec<Revocation>, wants: &mut Vec<Want>) -> Block {
    Block::run("Basic certificate processing", "RFC 5280 §6.1.3", certificate_id(place.certificate), |r| {
        signature(r, request, place)?;
        let names = place.certificate.issuer().matches(place.issuer.subject());
        r.ask(&NAME_CHAINS, names, [("subject", subject(place.certificate)), ("issuer", subject(place.issuer))]);
        preparation_for_next::issuer(r, place)?;
        if place.position == 0 {
            wrap_up::target(r, request)?;
        } else {
            r.ask(&WITHIN_VALIDITY, is_within_validity(place.certificate, request), validity_facts(place.certificate, request));
        }
        let (block, status) = crl_processing::revocation(request, place, wants);
        let not_revoked = block.is_passed();
        r.bind(block);
        let known_good = status.status == crate::report::json::RevocationStatus::Good;
        revocation.push(status);
        algorithm(r, request, place);
        if place.position == 0 {
            target_validity(r, request, not_revoked && known_good);
        }
        Ok(())
    })
}

fn signature(r: &mut Recorder, request: &Request<'_>, place: &Place<'_>) -> Result<(), Stop> {
    let certificate = place.certificate;
    r.require(
        &ALGORITHMS_EQUAL,
        certificate.signature_algorithm() == certificate.tbs_signature_algorithm(),
        [("subject", subject(certificate))],
    )?;
    let named = algorithm_name(certificate.signature_algorithm());
    let verification = request.budgets.verify(place.issuer, certificate.signature_algorithm(), certificate.tbs(), certificate.signature());
    let verification = within_limits(r, verification)?;
    let implemented = !matches!(verification, Verification::Unsupported(_));
    r.require(&SIGNATURE_IMPLEMENTED, implemented, [("subject", subject(certificate)), ("algorithm", named.into())])?;
    let facts = [("subject", subject(certificate)), ("issuer", subject(place.issuer))];
    r.require(&SIGNATURE_VALID, verification == Verification::Valid, facts)
}

/// What came of checking a signature value, unless that was one too many.
pub(super) fn within_limits(r: &mut Recorder, verification: Result<Verification, Exhausted>) -> Result<Verification, Stop> {
    r.obtain(&WITHIN_LIMITS, verification.ok(), [])
}

fn algorithm(r: &mut Recorder, request: &Request<'_>, place: &Place<'_>) {
    let algorithm = place.certificate.signature_algorithm();
    let bits = place.issuer.public_key().ok().and_then(|key| key.bits());
    let facts = [
        ("subject", subject(place.certificate)),
        ("algorithm", algorithm_name(algorithm).into()),
        ("key_bits", bits.unwrap_or(0).into()),
        ("time", request.time.into()),
    ];
    r.ask(&ALGORITHM_RELIABLE, reliable(request.context, algorithm, place.issuer).at(request.time), facts);
}

/// Out of its validity the target may still have signed in time: whether it is known not to be revoked makes the difference (EN 319 102-1 §5.2.6.4).
fn target_validity(r: &mut Recorder, request: &Request<'_>, known_good: bool) {
    let check = if known_good { &IN_VALIDITY_OR_NOT_REVOKED } else { &WITHIN_VALIDITY };
    r.ask(check, is_within_validity(request.target, request), validity_facts(request.target, request));
}

fn is_within_validity(certificate: &Certificate, request: &Request<'_>) -> bool {
    certificate.not_before() <= request.time && request.time <= certificate.not_after()
}

fn validity_facts(certificate: &Certificate, request: &Request<'_>) -> [(&'static str, Fact); 4] {
    [
        ("subject", subject(certificate)),
        ("not_before", certificate.not_before().into()),
        ("not_after", certificate.not_after().into()),
        ("time", request.time.into()),
    ]
}

/// The subject in words.
pub(super) fn subject(certificate: &Certificate) -> Fact {
    certificate.subject().to_string().into()
}
