//! RFC 4158 — Certification Path Building: from the target towards the trust anchors, most promising issuer first

use super::Request;
use crate::limits::Exhausted;
use crate::pki::Certificate;

/// A path longer than this is nobody's.
const LONGEST: usize = 20;

/// All paths from the target to a trust anchor, target first; and whether the search ended at a limit.
pub(super) fn candidate_paths(request: &Request<'_>) -> (Vec<Vec<Certificate>>, Option<Exhausted>) {
    let mut complete = Vec::new();
    let mut open = vec![vec![request.target.clone()]];
    while let Some(path) = open.pop() {
        if let Err(exhausted) = request.budgets.paths.spend(1) {
            return (complete, Some(exhausted));
        }
        let Some(last) = path.last() else { continue };
        if request.context.anchors.find(last).is_some() {
            complete.push(path);
            continue;
        }
        if path.len() >= LONGEST {
            continue;
        }
        // The most promising issuer is pushed last and so taken first.
        for issuer in issuers(request, last).into_iter().rev() {
            if !path.iter().any(|certificate| is_same_entity(certificate, &issuer)) {
                let mut longer = path.clone();
                longer.push(issuer);
                open.push(longer);
            }
        }
    }
    (complete, None)
}

/// The certificate at which a search without result came to its end: the one whose issuer is missing.
pub(super) fn last_reachable(request: &Request<'_>) -> Certificate {
    let mut path = vec![request.target.clone()];
    let mut last = request.target.clone();
    while path.len() < LONGEST {
        let next = issuers(request, &last).into_iter().find(|issuer| !path.iter().any(|certificate| is_same_entity(certificate, issuer)));
        let Some(next) = next else { break };
        path.push(next.clone());
        last = next;
    }
    last
}

/// RFC 4158 §2.4.2: a path in which one name and key stand twice is a loop.
fn is_same_entity(a: &Certificate, b: &Certificate) -> bool {
    a.octets() == b.octets() || (a.subject().matches(b.subject()) && a.subject_public_key_info() == b.subject_public_key_info())
}

/// The certificates whose subject is the issuer of `certificate`: anchors first, then those whose key identifier is named (RFC 4158 §3.5).
fn issuers(request: &Request<'_>, certificate: &Certificate) -> Vec<Certificate> {
    let anchors = request.context.anchors.iter().filter_map(|anchor| anchor.certificate.as_ref());
    let others = request.evidence.certificates().map(|(other, _)| other);
    let mut found: Vec<Certificate> = Vec::new();
    for issuer in anchors.chain(others) {
        let fits = issuer.subject().matches(certificate.issuer()) && issuer.octets() != certificate.octets();
        if fits && !found.iter().any(|other| other.octets() == issuer.octets()) {
            found.push(issuer.clone());
        }
    }
    found.sort_by_key(|issuer| {
        let is_anchor = request.context.anchors.find(issuer).is_some();
        let in_validity = issuer.not_before() <= request.time && request.time <= issuer.not_after();
        (key_identifier_rank(certificate, issuer), !is_anchor, !in_validity, std::cmp::Reverse(issuer.not_before().unix()))
    });
    found
}

/// 0 the key identifiers agree, 1 one of them is missing, 2 they differ (which forbids nothing: RFC 4158 §3.5.12).
fn key_identifier_rank(certificate: &Certificate, issuer: &Certificate) -> u8 {
    let named = certificate.authority_key_identifier().ok().flatten().and_then(|identifier| identifier.key_identifier);
    let own = issuer.subject_key_identifier().ok().flatten();
    match (named, own) {
        (Some(named), Some(own)) if named.octets() == own.octets() => 0,
        (Some(_), Some(_)) => 2,
        _ => 1,
    }
}
