//! RFC 5280 §6.1.4 — Preparation for Certificate i+1: what makes a certificate an issuer

use super::basic_processing::{Place, subject};
use super::wrap_up::{has_duplicates, unprocessed_critical};
use crate::report::{Fact, Recorder, Stop, checks};

checks! {
    IS_CA = "preparation_for_next.is_ca", "RFC 5280 §6.1.4 (k)", Indeterminate(CertificateChainGeneralFailure),
        "{issuer} is not a certification authority by its certificate.", "{issuer} không phải tổ chức chứng thực theo chứng thư của mình.";
    PATH_LENGTH = "preparation_for_next.path_length", "RFC 5280 §6.1.4 (l), (m)", Indeterminate(CertificateChainGeneralFailure),
        "{issuer} may stand above {path_length} further authorities, and stands above {below}.",
        "{issuer} chỉ được đứng trên {path_length} tổ chức chứng thực, nhưng đang đứng trên {below}.";
    KEY_CERT_SIGN = "preparation_for_next.key_cert_sign", "RFC 5280 §6.1.4 (n)", Indeterminate(CertificateChainGeneralFailure),
        "The key of {issuer} may not sign certificates.", "Khóa của {issuer} không được dùng để ký chứng thư.";
    CRITICAL_PROCESSED = "preparation_for_next.critical_extensions_processed", "RFC 5280 §6.1.4 (o)", Indeterminate(CertificateChainGeneralFailure),
        "The certificate of {issuer} has critical extensions that cannot be judged: {extensions}.",
        "Chứng thư của {issuer} có phần mở rộng quan trọng không thể kiểm tra: {extensions}.";
    CONSTRAINTS_JUDGED = "preparation_for_next.constraints_judged", "RFC 5280 §6.1.4 (a), (g)-(j)", Indeterminate(CertificateChainGeneralFailure),
        "The certificate of {issuer} constrains names or policies, which is not judged yet: {extensions}.",
        "Chứng thư của {issuer} có ràng buộc về tên hoặc chính sách, hiện chưa được kiểm tra: {extensions}.";
    EXTENSIONS_READABLE = "preparation_for_next.extensions_readable", "RFC 5280 §4.2", Indeterminate(CertificateChainGeneralFailure),
        "An extension of the certificate of {issuer} cannot be read: {what}.",
        "Không đọc được một phần mở rộng trong chứng thư của {issuer}: {what}.";
    EXTENSIONS_UNIQUE = "preparation_for_next.extensions_unique", "RFC 5280 §4.2", Indeterminate(CertificateChainGeneralFailure),
        "The certificate of {issuer} has an extension twice.", "Chứng thư của {issuer} có một phần mở rộng xuất hiện hai lần.";
}

/// Name constraints, policy mappings, policy constraints, inhibit anyPolicy.
const CONSTRAINTS: [&str; 4] = ["2.5.29.30", "2.5.29.33", "2.5.29.36", "2.5.29.54"];

/// Whether the issuer of `place` may issue. An anchor is believed for its name and key (§6.1.1 (d)); what its own certificate restricts still holds.
pub(super) fn issuer(r: &mut Recorder, place: &Place<'_>) -> Result<(), Stop> {
    let issuer = place.issuer;
    let is_anchor = place.position + 2 == place.path.len();
    let named = || subject(issuer);
    let (constraints, usage) = match (issuer.basic_constraints(), issuer.key_usage()) {
        (Ok(constraints), Ok(usage)) => (constraints, usage),
        (Err(malformed), _) | (_, Err(malformed)) => {
            return r.require(&EXTENSIONS_READABLE, false, [("issuer", named()), ("what", malformed.to_string().into())]);
        }
    };
    r.ask(&EXTENSIONS_READABLE, true, [("issuer", named())]);
    // Of two basic constraints one reader takes the first and another the last.
    r.ask(&EXTENSIONS_UNIQUE, !has_duplicates(issuer), [("issuer", named())]);
    // A version 1 or 2 certificate has no basic constraints; only a trust anchor may be one (§6.1.4 (k)).
    let is_ca = constraints.as_ref().map_or(is_anchor && issuer.version() < 3, |constraints| constraints.ca);
    r.ask(&IS_CA, is_ca, [("issuer", named())]);
    if let Some(limit) = constraints.and_then(|constraints| constraints.path_length) {
        let below = intermediates_below(place);
        r.ask(&PATH_LENGTH, below <= limit, [("issuer", named()), ("path_length", limit.into()), ("below", below.into())]);
    }
    r.ask(&KEY_CERT_SIGN, usage.is_none_or(|usage| usage.key_cert_sign()), [("issuer", named())]);
    let unprocessed = unprocessed_critical(issuer);
    r.ask(&CRITICAL_PROCESSED, unprocessed.is_empty(), [("issuer", named()), ("extensions", list(unprocessed))]);
    let constrained: Vec<String> =
        issuer.extensions().iter().map(|extension| extension.oid.to_string()).filter(|oid| CONSTRAINTS.contains(&oid.as_str())).collect();
    r.ask(&CONSTRAINTS_JUDGED, constrained.is_empty(), [("issuer", named()), ("extensions", list(constrained))]);
    Ok(())
}

/// Authorities between this issuer and the target; self-issued ones do not count (§6.1.4 (l)).
fn intermediates_below(place: &Place<'_>) -> u64 {
    let below = place.path.iter().take(place.position + 1).skip(1).filter(|certificate| !certificate.is_self_issued()).count();
    u64::try_from(below).unwrap_or(u64::MAX)
}

/// Identifiers as a fact.
pub(super) fn list(values: Vec<String>) -> Fact {
    Fact::List(values.into_iter().map(Fact::from).collect())
}
