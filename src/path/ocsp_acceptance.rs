//! RFC 6960 §3.2 — Signed Response Acceptance Requirements

use super::basic_processing::Place;
use super::crl_processing::is_issued_in_time;
use super::crl_scope::ALL_REASONS;
use super::issuer::Issuer;
use super::name_constraints::NameConstraintsState;
use super::revocation::{Statement, authority, reason_name};
use super::{Inquiry, Use, list, ocsp_responder};
use crate::pki::ocsp_response::{CertificateId, CertificateStatus, SingleResponse};
use crate::pki::{BasicOcspResponse, Certificate, object_id, same_integer};
use crate::report::json::Want;
use crate::report::{Block, Fact, Recorder, Stop, checks};

checks! {
    CERTIFICATE_IDENTIFIED = "ocsp_acceptance.certificate_identified", "RFC 6960 §3.2 (1)", Indeterminate(CertificateChainGeneralFailure),
        "The OCSP response speaks of a certificate of the same serial number from another issuer.",
        "Phản hồi OCSP nói về chứng thư cùng số sê-ri của nhà phát hành khác.";
    CERTIFICATE_HASH = "ocsp_acceptance.certificate_hash", "Common PKI, part 4, §3.1.2", Indeterminate(CertificateChainGeneralFailure),
        "The OCSP response speaks of another certificate of the same issuer and serial number.",
        "Phản hồi OCSP nói về một chứng thư khác có cùng nhà phát hành và số sê-ri.";
    CRITICAL_PROCESSED = "ocsp_acceptance.critical_extensions_processed", "RFC 6960 §4.4", Indeterminate(CertificateChainGeneralFailure),
        "The OCSP response has critical extensions that cannot be judged: {extensions}.",
        "Phản hồi OCSP có phần mở rộng quan trọng không thể kiểm tra: {extensions}.";
    STATUS_TOLD = "ocsp_acceptance.status_told", "RFC 6960 §2.2", Indeterminate(CertificateChainGeneralFailure),
        "The OCSP responder does not know the certificate.", "Máy chủ OCSP không biết chứng thư này.";
    ISSUED_IN_TIME = "ocsp_acceptance.issued_in_time", "RFC 6960 §3.2 (5), (6)", Indeterminate(CertificateChainGeneralFailure),
        "The OCSP response of {this_update} says nothing about this certificate at {time}.",
        "Phản hồi OCSP phát hành lúc {this_update} không có giá trị cho chứng thư này tại {time}.";
    ALGORITHM_RELIABLE = "ocsp_acceptance.algorithm_reliable", "EN 319 102-1 §5.2.6.4 (5), RFC 6960 §3.2", Indeterminate(CryptoConstraintsFailureNoPoe),
        "The OCSP response of {subject} is signed with {algorithm} and a key of {key_bits} bits, not reliable at {time}.",
        "Phản hồi OCSP của {subject} được ký bằng {algorithm} với khóa {key_bits} bit, không còn tin cậy tại {time}.";
}

/// Nonce, archive cutoff, digest of the certificate, service locator, extended revoked: understood, or of no consequence for what is said.
const UNDERSTOOD: [const_oid::ObjectIdentifier; 4] =
    [object_id::OCSP_NONCE, object_id::OCSP_ARCHIVE_CUTOFF, object_id::OCSP_CERTIFICATE_HASH, object_id::OCSP_EXTENDED_REVOKE];

/// The part of `response` about `certificate`: the one that identifies its issuer too, else any of its serial number. Of several the first that
/// says the worst: whoever answers twice has not said that it is good.
pub(super) fn about<'a>(response: &'a BasicOcspResponse, certificate: &Certificate, issuer: &Issuer) -> Option<&'a SingleResponse> {
    let of_serial = || response.responses().iter().filter(|single| same_integer(single.certificate.serial.octets(), certificate.serial()));
    let identified = of_serial().filter(|single| identifies(&single.certificate, certificate, issuer));
    let worst = |single: &&SingleResponse| match single.status {
        CertificateStatus::Revoked { .. } => 0,
        CertificateStatus::Unknown => 1,
        CertificateStatus::Good => 2,
    };
    identified.min_by_key(worst).or_else(|| of_serial().next())
}

/// §4.1.1: digests of the issuer's name, as the certificate or the issuer writes it, and of its key.
fn identifies(id: &CertificateId, certificate: &Certificate, issuer: &Issuer) -> bool {
    let (Some(algorithm), Ok(key)) = (id.digest_algorithm.digest(), &issuer.key) else { return false };
    let is_named = |octets: &[u8]| algorithm.digest(octets) == id.issuer_name_digest.octets();
    let by_key = algorithm.digest(key.subject_public_key()) == id.issuer_key_digest.octets();
    by_key && (is_named(certificate.issuer().octets()) || is_named(issuer.name.octets()))
}

/// Whether the response may be asked about `place.certificate`, and its answer.
pub(super) fn acceptance(
    inquiry: &Inquiry<'_>,
    place: &Place<'_>,
    names: &NameConstraintsState,
    (id, response, single): ([u8; 32], &BasicOcspResponse, &SingleResponse),
    wants: &mut Vec<Want>,
) -> (Block, Option<Statement>) {
    let mut accepted = None;
    let title = "Acceptance of an OCSP response";
    let block = Block::run_in(inquiry.detail, title, "RFC 6960 §3.2", Fact::sha256(id).to_text(), |r| {
        identified(r, place, single)?;
        critical(r, response, single)?;
        issued_in_time(r, inquiry, place.certificate, response, single)?;
        let signer = ocsp_responder::signer(r, inquiry, place, names, response, wants)?;
        let by = signer.issuer.named();
        let own = Use::new(inquiry, &ALGORITHM_RELIABLE, id, by, response.signature_algorithm(), &signer.issuer);
        let uses = [own].into_iter().chain(signer.uses).collect();
        let revoked = status(r, single)?;
        let (this_update, next_update) = (single.this_update, single.next_update);
        let authorities = authority(place, &signer.issuer).into_iter().collect();
        let (sources, signers) = (vec![id], signer.separate.into_iter().collect());
        let (reasons, of_itself) = (ALL_REASONS, false);
        accepted = Some(Statement { sources, this_update, next_update, revoked, reasons, signers, authorities, of_itself, uses });
        Ok(())
    });
    (block, accepted)
}

fn identified(r: &mut Recorder, place: &Place<'_>, single: &SingleResponse) -> Result<(), Stop> {
    let identified = identifies(&single.certificate, place.certificate, place.issuer);
    r.require(&CERTIFICATE_IDENTIFIED, identified, || [("serial", Fact::Hex(place.certificate.serial().to_vec()))])?;
    let same = match single.certificate_digest() {
        Ok(None) => return Ok(()),
        Ok(Some((algorithm, digest))) => algorithm.digest().is_some_and(|algorithm| place.certificate.digest(algorithm) == digest.octets()),
        Err(_) => false,
    };
    r.require(&CERTIFICATE_HASH, same, || [("certificate", Fact::sha256(place.certificate.sha256()))])
}

fn critical(r: &mut Recorder, response: &BasicOcspResponse, single: &SingleResponse) -> Result<(), Stop> {
    let all = response.extensions().all().iter().chain(single.extensions.all());
    let unprocessed = all.filter(|extension| extension.critical && !UNDERSTOOD.iter().any(|known| extension.oid == *known));
    let unprocessed: Vec<String> = unprocessed.map(|extension| extension.oid.to_string()).collect();
    r.require(&CRITICAL_PROCESSED, unprocessed.is_empty(), || [("extensions", list(unprocessed))])
}

/// Not of later than the verdict, and of a time when the responder still spoke of the certificate: while it was valid, or by an archive cutoff
/// (§4.4.4), or by a positive statement about this very certificate.
fn issued_in_time(
    r: &mut Recorder,
    inquiry: &Inquiry<'_>,
    certificate: &Certificate,
    response: &BasicOcspResponse,
    single: &SingleResponse,
) -> Result<(), Stop> {
    let time = inquiry.context.time;
    let positive = single.certificate_digest().ok().flatten().map(|_| certificate.not_after());
    let told_since = single.archive_cutoff().ok().flatten().or(positive);
    let in_order = single.next_update.is_none_or(|next| single.this_update <= next) && response.produced_at() <= time;
    let holds = in_order && is_issued_in_time(single.this_update, told_since, certificate, time);
    r.require(&ISSUED_IN_TIME, holds, || {
        [
            ("this_update", single.this_update.into()),
            ("produced_at", response.produced_at().into()),
            ("not_before", certificate.not_before().into()),
            ("not_after", certificate.not_after().into()),
            ("time", time.into()),
        ]
    })
}

fn status(r: &mut Recorder, single: &SingleResponse) -> Result<Option<(crate::time::Time, &'static str)>, Stop> {
    let status = match single.status {
        CertificateStatus::Good => Some(None),
        CertificateStatus::Revoked { time, reason } => Some(Some((time, reason_name(reason)))),
        CertificateStatus::Unknown => None,
    };
    r.obtain(&STATUS_TOLD, status, [])
}
