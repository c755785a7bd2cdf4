//! RFC 5280 §6.1.5 — Wrap-Up Procedure: what the target certificate may be used for

use super::basic_processing::counted;
use super::policy_graph::PolicyResult;
use super::{Inquiry, list, subject};
use crate::context::Purpose;
use crate::limits::Exhausted;
use crate::pki::extension::{ExtendedKeyUsage, KeyUsage};
use crate::pki::{Certificate, object_id};
use crate::report::{Fact, Recorder, Stop, checks};

checks! {
    POLICY_VALID = "wrap_up.policy_valid", "RFC 5280 §6.1.5 (g)", Indeterminate(CertificateChainGeneralFailure),
        "A certificate policy is required, and the certificate of {subject} has none of those that the relying party accepts.",
        "Bắt buộc có chính sách chứng thư, nhưng chứng thư của {subject} không có chính sách nào được bên kiểm tra chấp nhận.";
    CRITICAL_PROCESSED = "wrap_up.critical_extensions_processed", "RFC 5280 §6.1.5 (f)", Indeterminate(CertificateChainGeneralFailure),
        "The certificate of {subject} has critical extensions that cannot be judged: {extensions}.",
        "Chứng thư của {subject} có phần mở rộng quan trọng không thể kiểm tra: {extensions}.";
    EXTENSIONS_READABLE = "wrap_up.extensions_readable", "RFC 5280 §4.2", Indeterminate(CertificateChainGeneralFailure),
        "An extension of the certificate of {subject} cannot be read: {what}.",
        "Không đọc được một phần mở rộng trong chứng thư của {subject}.";
    EXTENSIONS_UNIQUE = "wrap_up.extensions_unique", "RFC 5280 §4.2", Indeterminate(CertificateChainGeneralFailure),
        "The certificate of {subject} has an extension twice.", "Chứng thư của {subject} có một phần mở rộng xuất hiện hai lần.";
    KEY_USAGE = "wrap_up.key_usage", "RFC 5280 §4.2.1.3", Indeterminate(ChainConstraintsFailure),
        "The key of {subject} is not meant for signatures.", "Khóa của {subject} không được cấp để ký.";
    EXTENDED_KEY_USAGE = "wrap_up.extended_key_usage", "RFC 5280 §4.2.1.12", Indeterminate(ChainConstraintsFailure),
        "The key of {subject} is meant for other purposes: {purposes}.", "Khóa của {subject} được cấp cho mục đích khác: {purposes}.";
    TIMESTAMPING_CRITICAL = "wrap_up.timestamping_usage_critical", "RFC 3161 §2.3", Indeterminate(ChainConstraintsFailure),
        "The extended key usage of {subject} is not critical.", "Phần mở rộng mục đích sử dụng khóa của {subject} không được đánh dấu quan trọng.";
}

/// Extensions whose meaning is judged somewhere in this room: key usage, alternative names, basic constraints, name and policy constraints,
/// policies and their mapping, CRL distribution points, identifiers, extended key usage, inhibit anyPolicy.
const PROCESSED: [const_oid::ObjectIdentifier; 13] = [
    object_id::SUBJECT_KEY_IDENTIFIER,
    object_id::KEY_USAGE,
    object_id::SUBJECT_ALTERNATIVE_NAME,
    object_id::ISSUER_ALTERNATIVE_NAME,
    object_id::BASIC_CONSTRAINTS,
    object_id::NAME_CONSTRAINTS,
    object_id::CRL_DISTRIBUTION_POINTS,
    object_id::CERTIFICATE_POLICIES,
    object_id::POLICY_MAPPINGS,
    object_id::AUTHORITY_KEY_IDENTIFIER,
    object_id::POLICY_CONSTRAINTS,
    object_id::EXTENDED_KEY_USAGE,
    object_id::INHIBIT_ANY_POLICY,
];

/// Whether the target may be used as it is.
pub(super) fn target(r: &mut Recorder, inquiry: &Inquiry<'_>, purpose: Purpose, target: &Certificate) -> Result<(), Stop> {
    let named = || subject(target);
    let readable = target.subject_alternative_name().err().or(target.basic_constraints().err());
    r.ask(&EXTENSIONS_READABLE, readable.is_none(), || {
        [("subject", named()), ("what", readable.map_or(String::new(), |malformed| malformed.to_string()).into())]
    });
    r.ask(&EXTENSIONS_UNIQUE, !has_duplicates(target), || [("subject", named())]);
    let unprocessed = unprocessed_critical(target);
    r.ask(&CRITICAL_PROCESSED, unprocessed.is_empty(), || [("subject", named()), ("extensions", list(unprocessed))]);
    uses(r, inquiry, purpose, target)
}

/// Key usage and extended key usage, which must agree with the purpose each (RFC 5280 §4.2.1.12).
pub(super) fn uses(r: &mut Recorder, inquiry: &Inquiry<'_>, purpose: Purpose, target: &Certificate) -> Result<(), Stop> {
    let named = || subject(target);
    let (usage, purposes) = match target.key_usage().and_then(|usage| Ok((usage, target.extended_key_usage()?))) {
        Ok(usages) => usages,
        Err(malformed) => {
            return r.require(&EXTENSIONS_READABLE, false, || [("subject", named()), ("what", malformed.to_string().into())]);
        }
    };
    if purpose == Purpose::Any {
        // Even where no purpose is asked for, a list of none is no list (SIZE (1..MAX)).
        let none = purposes.as_ref().is_some_and(|purposes| purposes.0.is_empty());
        r.ask(&EXTENDED_KEY_USAGE, !none, || [("subject", named()), ("purposes", purposes_fact(purposes.as_ref()))]);
        return Ok(());
    }
    r.ask(&KEY_USAGE, usage.is_none_or(|usage| key_usage_fits(purpose, usage)), || {
        [("subject", named()), ("key_usage", list(usage.map_or_else(Vec::new, |usage| usage.names().map(str::to_owned).collect())))]
    });
    let fits = extended_key_usage_fits(inquiry, purpose, purposes.as_ref());
    r.ask(&EXTENDED_KEY_USAGE, fits, || [("subject", named()), ("purposes", purposes_fact(purposes.as_ref()))]);
    if purpose == Purpose::Timestamping {
        let extension = target.extension_set().find(object_id::EXTENDED_KEY_USAGE);
        r.tolerate(&TIMESTAMPING_CRITICAL, extension.is_some_and(|extension| extension.critical), || [("subject", named())]);
    }
    Ok(())
}

fn key_usage_fits(purpose: Purpose, usage: KeyUsage) -> bool {
    match purpose {
        Purpose::Signing | Purpose::Timestamping => usage.digital_signature() || usage.content_commitment(),
        Purpose::OcspSigning => usage.digital_signature() || usage.content_commitment(),
        Purpose::CrlSigning => usage.crl_sign(),
        Purpose::Any => true,
    }
}

fn extended_key_usage_fits(inquiry: &Inquiry<'_>, purpose: Purpose, purposes: Option<&ExtendedKeyUsage>) -> bool {
    match (purpose, purposes) {
        (Purpose::Any | Purpose::CrlSigning, _) | (Purpose::Signing, None) => true,
        // RFC 3161 §2.3: this one and no other. RFC 6960 §4.2.2.2: it must be there, and anyExtendedKeyUsage is not it.
        (Purpose::Timestamping, Some(purposes)) => matches!(purposes.0.as_slice(), [one] if *one == object_id::EKU_TIME_STAMPING),
        (Purpose::OcspSigning, Some(purposes)) => purposes.has(object_id::EKU_OCSP_SIGNING),
        (Purpose::Timestamping | Purpose::OcspSigning, None) => false,
        (Purpose::Signing, Some(purposes)) => {
            let accepted = &inquiry.context.policy.signing_purposes;
            purposes.0.iter().map(ToString::to_string).any(|purpose| accepted.contains(&purpose))
        }
    }
}

fn purposes_fact(purposes: Option<&ExtendedKeyUsage>) -> Fact {
    list(purposes.map_or_else(Vec::new, |purposes| purposes.0.iter().map(ToString::to_string).collect()))
}

/// (a), (b), (g): the user-constrained-policy-set.
pub(super) fn policies(r: &mut Recorder, target: &Certificate, result: Result<PolicyResult, Exhausted>) -> Result<Vec<String>, Stop> {
    let result = counted(r, result)?;
    r.ask(&POLICY_VALID, result.satisfied, || {
        [
            ("subject", subject(target)),
            ("explicit_policy", Fact::from(result.counters.explicit_policy)),
            ("authority_constrained_policies", list(result.authority_constrained)),
            ("user_constrained_policies", list(result.user_constrained.clone())),
        ]
    });
    Ok(result.user_constrained)
}

/// Critical extensions that nothing here judges.
pub(super) fn unprocessed_critical(certificate: &Certificate) -> Vec<String> {
    let critical = certificate.extensions().iter().filter(|extension| extension.critical);
    critical.filter(|extension| !PROCESSED.iter().any(|known| extension.oid == *known)).map(|extension| extension.oid.to_string()).collect()
}

/// RFC 5280 §4.2: no extension may stand twice.
pub(super) fn has_duplicates(certificate: &Certificate) -> bool {
    !certificate.extension_set().duplicates().is_empty()
}
