//! RFC 5280 §6.1.5 — Wrap-Up Procedure: what the target certificate may be used for

use super::basic_processing::subject;
use super::preparation_for_next::list;
use super::{Purpose, Request};
use crate::pki::Certificate;
use crate::report::{Recorder, Stop, checks};

checks! {
    CRITICAL_PROCESSED = "wrap_up.critical_extensions_processed", "RFC 5280 §6.1.5 (f)", Indeterminate(CertificateChainGeneralFailure),
        "The certificate of {subject} has critical extensions that cannot be judged: {extensions}.",
        "Chứng thư của {subject} có phần mở rộng quan trọng không thể kiểm tra: {extensions}.";
    EXTENSIONS_READABLE = "wrap_up.extensions_readable", "RFC 5280 §4.2", Indeterminate(CertificateChainGeneralFailure),
        "An extension of the certificate of {subject} cannot be read: {what}.",
        "Không đọc được một phần mở rộng trong chứng thư của {subject}: {what}.";
    EXTENSIONS_UNIQUE = "wrap_up.extensions_unique", "RFC 5280 §4.2", Indeterminate(CertificateChainGeneralFailure),
        "The certificate of {subject} has an extension twice.", "Chứng thư của {subject} có một phần mở rộng xuất hiện hai lần.";
    KEY_USAGE = "wrap_up.key_usage", "RFC 5280 §4.2.1.3", Indeterminate(ChainConstraintsFailure),
        "The key of {subject} is not meant for signatures.", "Khóa của {subject} không được cấp để ký.";
    EXTENDED_KEY_USAGE = "wrap_up.extended_key_usage", "RFC 5280 §4.2.1.12", Indeterminate(ChainConstraintsFailure),
        "The key of {subject} is meant for other purposes: {purposes}.", "Khóa của {subject} được cấp cho mục đích khác: {purposes}.";
    TIMESTAMPING_CRITICAL = "wrap_up.timestamping_usage_critical", "RFC 3161 §2.3", Indeterminate(ChainConstraintsFailure),
        "The extended key usage of {subject} is not critical.", "Phần mở rộng mục đích sử dụng khóa của {subject} không được đánh dấu quan trọng.";
}

/// Extensions whose meaning is judged somewhere in this room: key usage, alternative names, basic constraints, policies without
/// requirement, CRL distribution points, identifiers, extended key usage. Name and policy constraints are refused by a check of their own.
const PROCESSED: [&str; 13] = [
    "2.5.29.14",
    "2.5.29.15",
    "2.5.29.17",
    "2.5.29.18",
    "2.5.29.19",
    "2.5.29.30",
    "2.5.29.31",
    "2.5.29.32",
    "2.5.29.33",
    "2.5.29.35",
    "2.5.29.36",
    "2.5.29.37",
    "2.5.29.54",
];

/// Extended key usages that let a certificate sign documents: any, document signing (RFC 9336, Microsoft, Adobe), e-mail
/// protection and client authentication, which the certificates of public authorities carry.
const SIGNING: [&str; 6] =
    ["2.5.29.37.0", "1.3.6.1.5.5.7.3.36", "1.3.6.1.4.1.311.10.3.12", "1.2.840.113583.1.1.5", "1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.2"];
const TIMESTAMPING: &str = "1.3.6.1.5.5.7.3.8";

/// Whether the target may be used as it is.
pub(super) fn target(r: &mut Recorder, request: &Request<'_>) -> Result<(), Stop> {
    let target = request.target;
    let named = || subject(target);
    let (usage, purposes) = match (target.key_usage(), target.extended_key_usage()) {
        (Ok(usage), Ok(purposes)) => (usage, purposes),
        (Err(malformed), _) | (_, Err(malformed)) => {
            return r.require(&EXTENSIONS_READABLE, false, [("subject", named()), ("what", malformed.to_string().into())]);
        }
    };
    r.ask(&EXTENSIONS_READABLE, true, [("subject", named())]);
    r.ask(&EXTENSIONS_UNIQUE, !has_duplicates(target), [("subject", named())]);
    let unprocessed = unprocessed_critical(target);
    r.ask(&CRITICAL_PROCESSED, unprocessed.is_empty(), [("subject", named()), ("extensions", list(unprocessed))]);
    let may_sign = usage.is_none_or(|usage| usage.digital_signature() || usage.content_commitment());
    r.ask(&KEY_USAGE, may_sign, [("subject", named())]);
    let purposes: Option<Vec<String>> = purposes.map(|purposes| purposes.0.iter().map(ToString::to_string).collect());
    let fits = match (request.purpose, &purposes) {
        (Purpose::Signing, None) => true,
        (Purpose::Signing, Some(purposes)) => purposes.iter().any(|purpose| SIGNING.contains(&purpose.as_str())),
        (Purpose::Timestamping, None) => false,
        (Purpose::Timestamping, Some(purposes)) => *purposes == [TIMESTAMPING],
    };
    r.ask(&EXTENDED_KEY_USAGE, fits, [("subject", named()), ("purposes", list(purposes.unwrap_or_default()))]);
    if request.purpose == Purpose::Timestamping {
        let critical = target.extensions().iter().any(|extension| extension.oid.to_string() == "2.5.29.37" && extension.critical);
        r.tolerate(&TIMESTAMPING_CRITICAL, critical, [("subject", named())]);
    }
    Ok(())
}

/// Critical extensions that nothing here judges.
pub(super) fn unprocessed_critical(certificate: &Certificate) -> Vec<String> {
    let critical = certificate.extensions().iter().filter(|extension| extension.critical);
    critical.map(|extension| extension.oid.to_string()).filter(|oid| !PROCESSED.contains(&oid.as_str())).collect()
}

/// RFC 5280 §4.2: no extension may stand twice.
pub(super) fn has_duplicates(certificate: &Certificate) -> bool {
    !certificate.extension_set().duplicates().is_empty()
}
