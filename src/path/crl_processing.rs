//! RFC 5280 §6.3.3 — CRL Processing: complete lists of the certificate's own issuer

use super::basic_processing::{Place, subject, within_limits};
use super::{Request, algorithm_name, certificate_id, reliable, unknown_status};
use crate::context::{Freshness, Policy, RevocationPolicy};
use crate::crypto::Verification;
use crate::pki::extension::{DistributionPointName, GeneralName};
use crate::pki::{Certificate, CertificateList, RevocationReason, RevokedCertificate};
use crate::report::json::{Revocation, RevocationStatus, Want, WantKind};
use crate::report::{Block, Conclusion, Fact, Recorder, Stop, SubIndication, checks};
use crate::time::Time;

checks! {
    STATUS_KNOWN = "crl_processing.status_known", "EN 319 102-1 §5.2.6.4 (4)", Indeterminate(CertificateChainGeneralFailure),
        "Nothing usable says whether the certificate of {subject} was revoked.",
        "Không có dữ liệu để kiểm tra chứng thư của {subject} có bị thu hồi hay không.";
    ISSUER_MATCHES = "crl_processing.issuer_matches", "RFC 5280 §6.3.3 (b)(1)", Indeterminate(CertificateChainGeneralFailure),
        "The revocation list is issued by {crl_issuer}, not by {issuer}.", "Danh sách thu hồi do {crl_issuer} phát hành, không phải {issuer}.";
    SCOPE = "crl_processing.scope", "RFC 5280 §6.3.3 (b)(2)", Indeterminate(CertificateChainGeneralFailure),
        "The revocation list does not speak of this certificate: {why}.", "Danh sách thu hồi không áp dụng cho chứng thư này: {why}.";
    CRITICAL_PROCESSED = "crl_processing.critical_extensions_processed", "RFC 5280 §5.2, §5.3", Indeterminate(CertificateChainGeneralFailure),
        "The revocation list has critical extensions that cannot be judged: {extensions}.",
        "Danh sách thu hồi có phần mở rộng quan trọng không thể kiểm tra: {extensions}.";
    KEY_USAGE = "crl_processing.crl_sign", "RFC 5280 §6.3.3 (f)", Indeterminate(CertificateChainGeneralFailure),
        "The key of {issuer} may not sign revocation lists.", "Khóa của {issuer} không được dùng để ký danh sách thu hồi.";
    SIGNATURE_VALID = "crl_processing.signature_valid", "RFC 5280 §6.3.3 (g)", Indeterminate(CertificateChainGeneralFailure),
        "The revocation list was not signed by the key of {issuer}.", "Danh sách thu hồi không được ký bằng khóa của {issuer}.";
    ALGORITHM_RELIABLE = "crl_processing.algorithm_reliable", "EN 319 102-1 §5.2.6.4 (5)", Indeterminate(CryptoConstraintsFailureNoPoe),
        "The revocation list is signed with {algorithm}, not reliable at {time}.",
        "Danh sách thu hồi được ký bằng {algorithm}, không còn tin cậy tại {time}.";
    ISSUED_IN_TIME = "crl_processing.issued_in_time", "EN 319 102-1 §5.2.5.4", Indeterminate(CertificateChainGeneralFailure),
        "The revocation list of {this_update} says nothing about this certificate at {time}.",
        "Danh sách thu hồi phát hành lúc {this_update} không có giá trị cho chứng thư này tại {time}.";
    FRESH = "crl_processing.fresh", "EN 319 102-1 §5.2.5.4", Indeterminate(TryLater),
        "The revocation list of {this_update} is too old at {time}.", "Danh sách thu hồi phát hành lúc {this_update} đã quá cũ tại {time}.";
    NOT_REVOKED = "crl_processing.not_revoked", "RFC 5280 §6.1.3 (a)(3)", Indeterminate(RevokedNoPoe),
        "The certificate of {subject} was revoked at {revoked_at} ({reason}).",
        "Chứng thư của {subject} đã bị thu hồi lúc {revoked_at} ({reason}).";
}

/// Authority key identifier, CRL number, issuing distribution point: understood. Freshest CRL: of no consequence here.
const UNDERSTOOD: [&str; 4] = ["2.5.29.35", "2.5.29.20", "2.5.29.28", "2.5.29.46"];

/// The status of `place.certificate` by the latest usable list of its issuer.
pub(super) fn revocation(request: &Request<'_>, place: &Place<'_>, wants: &mut Vec<Want>) -> (Block, Revocation) {
    let policy = request.context.policy;
    let rule = if place.position == 0 { policy.revocation_of_signer } else { policy.revocation_of_issuers };
    let mut status = unknown_status(place.certificate);
    let block = Block::run("Revocation", "RFC 5280 §6.3.3", certificate_id(place.certificate), |r| {
        if rule == RevocationPolicy::Off {
            r.skip(&STATUS_KNOWN, [("subject", subject(place.certificate)), ("policy", "off".into())]);
            return Ok(());
        }
        let Some((id, crl)) = latest_usable(r, request, place) else {
            wants.push(want(place.certificate));
            let facts = [("subject", subject(place.certificate))];
            if rule == RevocationPolicy::IfAvailable {
                r.tolerate(&STATUS_KNOWN, false, facts);
                return Ok(());
            }
            return r.require(&STATUS_KNOWN, false, facts);
        };
        r.ask(&STATUS_KNOWN, true, [("subject", subject(place.certificate)), ("crl", Fact::sha256(id))]);
        told(id, crl, &mut status);
        freshness(r, request, crl, place, wants);
        entry(r, place, crl, &mut status)
    });
    (block, status)
}

fn told(id: [u8; 32], crl: &CertificateList, status: &mut Revocation) {
    status.source = Fact::sha256(id).to_text().into_owned();
    status.status = RevocationStatus::Good;
    status.this_update = Some(crl.this_update().into());
    status.next_update = crl.next_update().map(Into::into);
}

fn entry(r: &mut Recorder, place: &Place<'_>, crl: &CertificateList, status: &mut Revocation) -> Result<(), Stop> {
    let Ok(found) = crl.find(place.certificate.serial()) else {
        return r.require(&CRITICAL_PROCESSED, false, [("extensions", "an entry that cannot be read".into())]);
    };
    let Some(entry) = found else {
        r.ask(&NOT_REVOKED, true, [("subject", subject(place.certificate)), ("serial", Fact::Hex(place.certificate.serial().to_vec()))]);
        return Ok(());
    };
    let reason = reason_name(&entry);
    status.status = RevocationStatus::Revoked;
    status.revoked_at = Some(entry.revocation_date.into());
    status.reason = Some(reason);
    let sub_indication = match (reason, place.position) {
        ("certificateHold", _) => SubIndication::TryLater,
        (_, 0) => SubIndication::RevokedNoPoe,
        _ => SubIndication::RevokedCaNoPoe,
    };
    let facts = [
        ("subject", subject(place.certificate)),
        ("serial", Fact::Hex(place.certificate.serial().to_vec())),
        ("revoked_at", entry.revocation_date.into()),
        ("reason", reason.into()),
    ];
    r.require_or(&NOT_REVOKED, false, Conclusion::indeterminate(sub_indication), facts)
}

/// RFC 5280 §5.3.1: no reason is `unspecified`; one that cannot be read is `unknown`, and counts like the gravest.
fn reason_name(entry: &RevokedCertificate) -> &'static str {
    match entry.reason() {
        Ok(reason) => reason.map_or("unspecified", RevocationReason::name),
        Err(_) => "unknown",
    }
}

/// Of several applicable lists the latest issued counts (EN 319 102-1 §5.2.6.4 (4)); each one looked at has its block.
fn latest_usable<'a>(r: &mut Recorder, request: &Request<'a>, place: &Place<'_>) -> Option<([u8; 32], &'a CertificateList)> {
    let mut lists: Vec<([u8; 32], &CertificateList)> = request
        .evidence
        .crls()
        .filter(|(_, crl, _)| crl.issuer().matches(place.certificate.issuer()))
        .map(|(id, crl, _)| (id, crl))
        .collect();
    lists.sort_by_key(|(id, crl)| std::cmp::Reverse((crl.this_update(), *id)));
    lists.into_iter().find(|(id, crl)| {
        let block = acceptance(request, place, *id, crl);
        let usable = block.is_passed();
        r.attach(block);
        usable
    })
}

/// Whether `crl` may be asked about `place.certificate`.
fn acceptance(request: &Request<'_>, place: &Place<'_>, id: [u8; 32], crl: &CertificateList) -> Block {
    Block::run("Acceptance of a revocation list", "RFC 5280 §6.3.3", Fact::sha256(id).to_text().into_owned(), |r| {
        let issuer = subject(place.issuer);
        let matches = crl.issuer().matches(place.issuer.subject());
        r.require(&ISSUER_MATCHES, matches, [("crl_issuer", crl.issuer().to_string().into()), ("issuer", issuer.clone())])?;
        let critical = crl.extensions().iter().filter(|extension| extension.critical).map(|extension| extension.oid.to_string());
        let unprocessed: Vec<Fact> = critical.filter(|oid| !UNDERSTOOD.contains(&oid.as_str())).map(Fact::from).collect();
        r.require(&CRITICAL_PROCESSED, unprocessed.is_empty(), [("extensions", Fact::List(unprocessed))])?;
        let out_of_scope = out_of_scope(crl, place.certificate);
        r.require(&SCOPE, out_of_scope.is_none(), [("why", out_of_scope.unwrap_or("").into())])?;
        let usage = place.issuer.key_usage().ok().flatten();
        r.require(&KEY_USAGE, usage.is_none_or(|usage| usage.crl_sign()), [("issuer", issuer.clone())])?;
        let algorithm = crl.signature_algorithm();
        let named = || Fact::from(algorithm_name(algorithm));
        let verification = within_limits(r, request.budgets.verify(place.issuer, algorithm, crl.tbs(), crl.signature()))?;
        let valid = algorithm == crl.tbs_signature_algorithm() && verification == Verification::Valid;
        r.require(&SIGNATURE_VALID, valid, [("issuer", issuer), ("algorithm", named())])?;
        let reliable = reliable(request.context, algorithm, place.issuer).at(request.time);
        r.require(&ALGORITHM_RELIABLE, reliable, [("algorithm", named()), ("time", request.time.into())])?;
        let facts = [
            ("this_update", crl.this_update().into()),
            ("not_before", place.certificate.not_before().into()),
            ("not_after", place.certificate.not_after().into()),
            ("time", request.context.time.into()),
        ];
        r.require(&ISSUED_IN_TIME, is_issued_in_time(crl, place.certificate, request.context.time), facts)
    })
}

/// Issued while the certificate was valid (or keeping expired ones, X.509 §9.5.2.7) and not after the validation time.
fn is_issued_in_time(crl: &CertificateList, certificate: &Certificate, time: Time) -> bool {
    let issued = crl.this_update();
    let still_listed = issued <= certificate.not_after()
        || crl.expired_certificates_since().ok().flatten().is_some_and(|since| since <= certificate.not_after());
    issued >= certificate.not_before() && issued <= time && still_listed
}

/// Why the issuing distribution point (RFC 5280 §5.2.5) leaves the certificate out.
fn out_of_scope(crl: &CertificateList, certificate: &Certificate) -> Option<&'static str> {
    let point = match crl.issuing_distribution_point() {
        Ok(None) => return None,
        Ok(Some(point)) => point,
        Err(_) => return Some("its issuing distribution point cannot be read"),
    };
    let is_ca = certificate.basic_constraints().ok().flatten().is_some_and(|constraints| constraints.ca);
    if point.only_user_certificates && is_ca {
        Some("it lists end entities only")
    } else if point.only_ca_certificates && !is_ca {
        Some("it lists authorities only")
    } else if point.only_attribute_certificates {
        Some("it lists attribute certificates only")
    } else if point.indirect_crl || point.only_some_reasons.is_some() {
        Some("indirect lists and lists of some reasons are not judged yet")
    } else if point.name.as_ref().is_some_and(|name| !names_distribution_point(certificate, name)) {
        Some("the certificate names another distribution point")
    } else {
        None
    }
}

/// One of the names of the list's distribution point is one of the certificate's (§6.3.3 (b)(2)(i)); a name relative to the issuer is
/// not judged yet.
fn names_distribution_point(certificate: &Certificate, name: &DistributionPointName) -> bool {
    let DistributionPointName::Full(names) = name else { return false };
    let Some(points) = certificate.crl_distribution_points().ok().flatten() else { return false };
    let of_list: Vec<&str> = names.0.iter().filter_map(GeneralName::uri).collect();
    points.uris().any(|uri| of_list.contains(&uri))
}

/// EN 319 102-1 §5.2.5.4: fresh at T when `thisUpdate > T - D`.
fn freshness(r: &mut Recorder, request: &Request<'_>, crl: &CertificateList, place: &Place<'_>, wants: &mut Vec<Want>) {
    let policy = request.context.policy;
    let maximum = maximum_age(policy, crl.this_update(), crl.next_update());
    let fresh = is_fresh(crl.this_update(), maximum, request.time);
    let facts = [("this_update", crl.this_update().into()), ("time", request.time.into()), ("maximum", maximum.unwrap_or(0).into())];
    if fresh || policy.freshness == Freshness::Required {
        r.ask(&FRESH, fresh, facts);
    } else {
        r.tolerate(&FRESH, fresh, facts);
    }
    if !fresh {
        wants.push(want(place.certificate));
    }
}

/// In seconds: what the policy says, else until the next piece of information was to come.
pub(crate) fn maximum_age(policy: &Policy, this_update: Time, next_update: Option<Time>) -> Option<i64> {
    match (policy.maximum_freshness, next_update) {
        (Some(seconds), _) => Some(i64::try_from(seconds).unwrap_or(i64::MAX)),
        (None, Some(next)) => Some(next.unix().saturating_sub(this_update.unix())),
        (None, None) => None,
    }
}

/// Without a maximum age nothing is fresh.
pub(crate) fn is_fresh(this_update: Time, maximum: Option<i64>, at: Time) -> bool {
    maximum.is_some_and(|maximum| this_update > at.plus_seconds(maximum.saturating_neg()))
}

fn want(certificate: &Certificate) -> Want {
    let points = certificate.crl_distribution_points().ok().flatten();
    let url = points.and_then(|points| points.uris().next().map(str::to_owned));
    Want { kind: WantKind::Crl, url, subject: certificate_id(certificate), why: STATUS_KNOWN.id.into() }
}
