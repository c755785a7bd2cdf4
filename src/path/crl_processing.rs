//! RFC 5280 §6.3.3 — CRL Processing: whether a list may be asked about a certificate, and what it answers

use super::basic_processing::Place;
use super::revocation::{Statement, authority, reason_name};
use super::{Inquiry, Use, crl_issuer, crl_scope, delta_crl, list};
use crate::error::Malformed;
use crate::pki::{Certificate, CertificateList, RevocationReason, RevokedCertificate, object_id};
use crate::report::json::Want;
use crate::report::{Block, Fact, Recorder, Stop, checks};
use crate::time::Time;

checks! {
    ALGORITHMS_EQUAL = "crl_processing.algorithms_equal", "RFC 5280 §5.1.1.2", Indeterminate(CertificateChainGeneralFailure),
        "The revocation list names two different signature algorithms.", "Danh sách thu hồi ghi hai thuật toán ký khác nhau.";
    SCOPE = "crl_processing.scope", "RFC 5280 §6.3.3 (b)", Indeterminate(CertificateChainGeneralFailure),
        "The revocation list does not speak of this certificate: {why}.", "Danh sách thu hồi không áp dụng cho chứng thư này.";
    ADDS_REASONS = "crl_processing.adds_reasons", "RFC 5280 §6.3.3 (e)", Indeterminate(CertificateChainGeneralFailure),
        "The revocation list covers no reason that a later one does not.", "Danh sách thu hồi không bổ sung lý do thu hồi nào so với danh sách mới hơn.";
    CRITICAL_PROCESSED = "crl_processing.critical_extensions_processed", "RFC 5280 §5.2, §5.3", Indeterminate(CertificateChainGeneralFailure),
        "The revocation list has critical extensions that cannot be judged: {extensions}.",
        "Danh sách thu hồi có phần mở rộng quan trọng không thể kiểm tra: {extensions}.";
    ENTRIES_READABLE = "crl_processing.entries_readable", "RFC 5280 §5.1.2.6", Indeterminate(CertificateChainGeneralFailure),
        "The entries of the revocation list cannot be read: {what}.", "Không đọc được các mục của danh sách thu hồi.";
    ALGORITHM_RELIABLE = "crl_processing.algorithm_reliable", "EN 319 102-1 §5.2.6.4 (5), RFC 5280 §6.3.3 (f)", Indeterminate(CryptoConstraintsFailureNoPoe),
        "The revocation list of {subject} is signed with {algorithm} and a key of {key_bits} bits, not reliable at {time}.",
        "Danh sách thu hồi của {subject} được ký bằng {algorithm} với khóa {key_bits} bit, không còn tin cậy tại {time}.";
    VALID_UNTIL_REVOKED = "crl_processing.valid_until_revoked", "RFC 5280 §5.3.2", Indeterminate(RevokedNoPoe),
        "The authority says that the certificate is not to be relied on since {invalid_since}, before it was revoked ({revoked_at}).",
        "Tổ chức chứng thực cho biết chứng thư không còn đáng tin cậy từ {invalid_since}, trước khi bị thu hồi ({revoked_at}).";
    ISSUED_IN_TIME = "crl_processing.issued_in_time", "EN 319 102-1 §5.2.5.4", Indeterminate(CertificateChainGeneralFailure),
        "The revocation list of {this_update} says nothing about this certificate at {time}.",
        "Danh sách thu hồi phát hành lúc {this_update} không có giá trị cho chứng thư này tại {time}.";
}

/// Authority key identifier, issuer's names, CRL number, issuing distribution point, freshest CRL, expired certificates: understood.
const UNDERSTOOD: [const_oid::ObjectIdentifier; 6] = [
    object_id::AUTHORITY_KEY_IDENTIFIER,
    object_id::ISSUER_ALTERNATIVE_NAME,
    object_id::CRL_NUMBER,
    object_id::ISSUING_DISTRIBUTION_POINT,
    object_id::FRESHEST_CRL,
    object_id::EXPIRED_CERTS_ON_CRL,
];

/// Whether the list may be asked about `place.certificate`, and its answer. `covered` are the reasons that later lists covered.
pub(super) fn acceptance(
    inquiry: &Inquiry<'_>,
    place: &Place<'_>,
    (id, crl): ([u8; 32], &CertificateList),
    covered: u32,
    wants: &mut Vec<Want>,
) -> (Block, Option<Statement>) {
    let mut accepted = None;
    let title = "Acceptance of a revocation list";
    let block = Block::run_in(inquiry.detail, title, "RFC 5280 §6.3.3", Fact::sha256(id).to_text(), |r| {
        readable(r, crl, &UNDERSTOOD)?;
        let reasons = scope(r, crl, place.certificate)?;
        r.require(&ADDS_REASONS, reasons & !covered != 0, || [("reasons", reasons.into()), ("covered", covered.into())])?;
        issued_in_time(r, inquiry, crl, place.certificate)?;
        let signer = crl_issuer::signer(r, inquiry, place, crl, wants)?;
        let mut uses = vec![made_by(inquiry, crl, &signer)];
        uses.extend(signer.uses.iter().cloned());
        let mut statement = Statement {
            sources: vec![id],
            this_update: crl.this_update(),
            next_update: crl.next_update(),
            revoked: entry(r, crl, place.certificate)?.map(|entry| told(r, &entry)),
            reasons,
            signers: signer.separate.clone(),
            authorities: authority(place, &signer.issuer).into_iter().filter(|_| !signer.of_itself).collect(),
            of_itself: signer.of_itself,
            uses,
        };
        delta_crl::apply(r, inquiry, place, crl, &signer, &mut statement)?;
        accepted = Some(statement);
        Ok(())
    });
    (block, accepted)
}

/// What must be understood is (§5.2: otherwise the list must not be used, for any certificate).
pub(super) fn readable(r: &mut Recorder, crl: &CertificateList, understood: &[const_oid::ObjectIdentifier]) -> Result<(), Stop> {
    r.require(&ALGORITHMS_EQUAL, crl.signature_algorithm() == crl.tbs_signature_algorithm(), [])?;
    let of_list = crl.extensions().iter().filter(|extension| extension.critical && !understood.iter().any(|known| extension.oid == *known));
    let of_entry = entry_result(r, crl.unknown_critical_entry_extension())?;
    let unprocessed: Vec<String> = of_list.map(|extension| extension.oid.to_string()).chain(of_entry.map(|oid| oid.to_string())).collect();
    r.require(&CRITICAL_PROCESSED, unprocessed.is_empty(), || [("extensions", list(unprocessed))])
}

fn entry_result<T>(r: &mut Recorder, read: Result<T, Malformed>) -> Result<T, Stop> {
    match read {
        Ok(value) => Ok(value),
        Err(malformed) => {
            r.require(&ENTRIES_READABLE, false, || [("what", malformed.to_string().into())])?;
            Err(Stop)
        }
    }
}

fn scope(r: &mut Recorder, crl: &CertificateList, certificate: &Certificate) -> Result<u32, Stop> {
    let reasons = crl_scope::reasons(crl, certificate);
    let why = reasons.err().unwrap_or("");
    r.obtain(&SCOPE, reasons.ok(), || [("crl_issuer", crl.issuer().text().to_owned().into()), ("why", why.into())])
}

pub(super) fn issued_in_time(
    r: &mut Recorder,
    inquiry: &Inquiry<'_>,
    crl: &CertificateList,
    certificate: &Certificate,
) -> Result<(), Stop> {
    let expired_since = crl.expired_certificates_since().ok().flatten();
    let holds = is_issued_in_time(crl.this_update(), expired_since, certificate, inquiry.context.time);
    r.require(&ISSUED_IN_TIME, holds, || {
        [
            ("this_update", crl.this_update().into()),
            ("not_before", certificate.not_before().into()),
            ("not_after", certificate.not_after().into()),
            ("time", inquiry.context.time.into()),
        ]
    })
}

/// Issued while the certificate was valid (or keeping those that expired since, X.509 §9.5.2.7) and not after the time of the verdict.
pub(super) fn is_issued_in_time(issued: Time, expired_since: Option<Time>, certificate: &Certificate, time: Time) -> bool {
    let still_told = issued <= certificate.not_after() || expired_since.is_some_and(|since| since <= certificate.not_after());
    certificate.not_before() <= issued && issued <= time && still_told
}

/// The signature on a list.
pub(super) fn made_by(inquiry: &Inquiry<'_>, crl: &CertificateList, signer: &crl_issuer::CrlSigner) -> Use {
    Use::new(inquiry, &ALGORITHM_RELIABLE, crl.sha256(), signer.issuer.named(), crl.signature_algorithm(), &signer.issuer)
}

/// (i), (j): the entry of the certificate, if there is one.
pub(super) fn entry(r: &mut Recorder, crl: &CertificateList, certificate: &Certificate) -> Result<Option<RevokedCertificate>, Stop> {
    let is_indirect = crl.issuing_distribution_point().ok().flatten().is_some_and(|scope| scope.indirect_crl);
    let found = if is_indirect { crl.find_issued_by(certificate.issuer(), certificate.serial()) } else { crl.find(certificate.serial()) };
    let found = entry_result(r, found)?;
    r.ask(&ENTRIES_READABLE, true, || [("serial", Fact::Hex(certificate.serial().to_vec()))]);
    Ok(found)
}

/// As [`revoked`]. A date of invalidity before that is told and moves nothing: whoever holds the key may have chosen it, to disown what he
/// signed.
fn told(r: &mut Recorder, entry: &RevokedCertificate) -> (Time, &'static str) {
    if let Some(since) = entry.invalidity_date().ok().flatten() {
        let facts = || [("invalid_since", since.into()), ("revoked_at", entry.revocation_date.into())];
        r.tolerate(&VALID_UNTIL_REVOKED, entry.revocation_date <= since, facts);
    }
    revoked(entry)
}

/// A reason that cannot be read is `unknown`, and counts like the gravest.
pub(super) fn revoked(entry: &RevokedCertificate) -> (Time, &'static str) {
    let reason = match entry.reason() {
        // In a complete list it removes nothing (§5.3.1): the certificate is listed.
        Ok(Some(RevocationReason::RemoveFromCrl)) | Err(_) => "unknown",
        Ok(reason) => reason_name(reason),
    };
    (entry.revocation_date, reason)
}
