//! RFC 5280 §6.1.4 — Preparation for Certificate i+1: what makes a certificate an issuer

use super::basic_processing::counted;
use super::name_constraints::NameConstraintsState;
use super::policy_graph::{PolicyPreparation, dotted};
use super::wrap_up::{has_duplicates, unprocessed_critical};
use super::{Inquiry, Path, certificate_id, list, subject};
use crate::limits::Exhausted;
use crate::pki::Certificate;
use crate::report::{Block, Fact, Recorder, Stop, checks};

checks! {
    ANY_POLICY_NOT_MAPPED = "preparation_for_next.any_policy_not_mapped", "RFC 5280 §6.1.4 (a)", Indeterminate(CertificateChainGeneralFailure),
        "The certificate of {issuer} maps anyPolicy: {mappings}.", "Chứng thư của {issuer} ánh xạ chính sách anyPolicy: {mappings}.";
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
    EXTENSIONS_READABLE = "preparation_for_next.extensions_readable", "RFC 5280 §4.1.2.9", Indeterminate(CertificateChainGeneralFailure),
        "An extension of the certificate of {issuer} cannot be read: {what}.",
        "Không đọc được một phần mở rộng trong chứng thư của {issuer}.";
    EXTENSIONS_UNIQUE = "preparation_for_next.extensions_unique", "RFC 5280 §4.2", Indeterminate(CertificateChainGeneralFailure),
        "The certificate of {issuer} has an extension twice.", "Chứng thư của {issuer} có một phần mở rộng xuất hiện hai lần.";
}

/// Whether `issuer` may issue what stands below it: the certificate at `position` of `path`, or with no position that of the anchor. An anchor
/// is believed for its name and key (§6.1.1 (d)); what its own certificate restricts still holds.
pub(super) fn issuer(
    inquiry: &Inquiry<'_>,
    issuer: &Certificate,
    path: &Path,
    position: Option<usize>,
    names: &mut NameConstraintsState,
) -> Block {
    Block::run_in(inquiry.detail, "Preparation for the next certificate", "RFC 5280 §6.1.4", certificate_id(issuer), |r| {
        let named = || subject(issuer);
        let extensions = issuer.basic_constraints().and_then(|basic| Ok((basic, issuer.key_usage()?, issuer.name_constraints()?)));
        let (basic, usage, name_constraints) = match extensions {
            Ok(extensions) => extensions,
            Err(malformed) => {
                return r.require(&EXTENSIONS_READABLE, false, || [("issuer", named()), ("what", malformed.to_string().into())]);
            }
        };
        r.ask(&EXTENSIONS_READABLE, true, || [("issuer", named())]);
        // Of two basic constraints one reader takes the first and another the last.
        r.ask(&EXTENSIONS_UNIQUE, !has_duplicates(issuer), || [("issuer", named())]);
        if let Some(constraints) = &name_constraints {
            names.constrain(constraints);
        }
        // A version 1 or 2 certificate has no basic constraints; only a trust anchor may be one (§6.1.4 (k)).
        let is_ca = basic.as_ref().map_or(position.is_none() && issuer.version() < 3, |basic| basic.ca);
        r.ask(&IS_CA, is_ca, || [("issuer", named())]);
        let of_anchor = path.anchor.constraints.path_length.filter(|_| position.is_none());
        let limit = basic.and_then(|basic| basic.path_length).into_iter().chain(of_anchor).min();
        path_length(r, named(), limit, intermediates_below(path, position));
        r.ask(&KEY_CERT_SIGN, usage.is_none_or(|usage| usage.key_cert_sign()), || [("issuer", named())]);
        let unprocessed = unprocessed_critical(issuer);
        r.ask(&CRITICAL_PROCESSED, unprocessed.is_empty(), || [("issuer", named()), ("extensions", list(unprocessed))]);
        Ok(())
    })
}

/// An anchor without certificate restricts as the relying party says.
pub(super) fn key(r: &mut Recorder, path: &Path) -> bool {
    path_length(r, path.anchor.name.text().to_owned().into(), path.anchor.constraints.path_length, intermediates_below(path, None))
}

fn path_length(r: &mut Recorder, issuer: Fact, limit: Option<u64>, below: u64) -> bool {
    limit.is_none_or(|limit| {
        r.ask(&PATH_LENGTH, below <= limit, || [("issuer", issuer), ("path_length", limit.into()), ("below", below.into())])
    })
}

/// Authorities between this issuer and the target; self-issued ones do not count (§6.1.4 (l)). Many validators count them anyway.
fn intermediates_below(path: &Path, position: Option<usize>) -> u64 {
    let below = path.certificates.iter().take(position.unwrap_or(usize::MAX)).skip(1);
    u64::try_from(below.filter(|certificate| !certificate.is_self_issued()).count()).unwrap_or(u64::MAX)
}

/// (a), (b), (h) to (j)
pub(super) fn policies(r: &mut Recorder, issuer: &Certificate, prepared: Result<PolicyPreparation, Exhausted>) -> Result<(), Stop> {
    let prepared = counted(r, prepared)?;
    r.ask(&ANY_POLICY_NOT_MAPPED, prepared.any_policy_mapped.is_empty(), || {
        let counters = prepared.counters;
        [
            ("issuer", subject(issuer)),
            ("mappings", list(prepared.any_policy_mapped)),
            ("valid_policies", list(dotted(prepared.valid_policies.iter()))),
            ("explicit_policy", Fact::from(counters.explicit_policy)),
            ("policy_mapping", Fact::from(counters.policy_mapping)),
            ("inhibit_any_policy", Fact::from(counters.inhibit_any_policy)),
        ]
    });
    Ok(())
}
