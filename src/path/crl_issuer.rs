//! RFC 5280 §6.3.3 (f), (g) — Who signed a list: the issuer in hand, or another key whose own path is validated to the same anchor

use super::basic_processing::{Place, within_limits};
use super::inquiry::SignedObject;
use super::issuer::Issuer;
use super::{Inquiry, Request, Use, Validated, algorithm_name, count_told, told, validated};
use crate::context::{Purpose, TrustAnchor};
use crate::crypto::Verification;
use crate::pki::{Certificate, CertificateList};
use crate::report::json::Want;
use crate::report::{Fact, Recorder, Stop, checks};

checks! {
    SIGNATURE_VALID = "crl_issuer.signature_valid", "RFC 5280 §6.3.3 (g)", Indeterminate(CertificateChainGeneralFailure),
        "The revocation list was not signed by a known key of {issuer}.", "Danh sách thu hồi không được ký bằng khóa đã biết của {issuer}.";
    CRL_SIGN = "crl_issuer.crl_sign", "RFC 5280 §6.3.3 (f)", Indeterminate(CertificateChainGeneralFailure),
        "The key of {issuer} may not sign revocation lists.", "Khóa của {issuer} không được dùng để ký danh sách thu hồi.";
    NOT_IN_CIRCLE = "crl_issuer.not_in_circle", "RFC 5280 §6.3.3", Indeterminate(CertificateChainGeneralFailure),
        "The revocation list is signed by the very key whose status it is asked for on behalf of: {issuer}.",
        "Danh sách thu hồi do chính khóa đang được kiểm tra ký: {issuer}.";
    SAME_ANCHOR = "crl_issuer.same_anchor", "RFC 5280 §6.3.3 (f)", Indeterminate(CertificateChainGeneralFailure),
        "The key that signed the revocation list is vouched for by {anchor}, the certificate by {expected}.",
        "Khóa ký danh sách thu hồi được {anchor} bảo đảm, còn chứng thư được {expected} bảo đảm.";
}

/// Who signed.
pub(super) struct CrlSigner {
    pub issuer: Issuer,
    /// The certificate and those above it, where it is not one of the path in hand.
    pub separate: Vec<Certificate>,
    /// The signatures that its right to sign lists rests on.
    pub uses: Vec<Use>,
    /// Whether it speaks of itself.
    pub of_itself: bool,
}

/// Looks for the key that signed `crl`, the most likely one first.
pub(super) fn signer(
    r: &mut Recorder,
    inquiry: &Inquiry<'_>,
    place: &Place<'_>,
    crl: &CertificateList,
    wants: &mut Vec<Want>,
) -> Result<CrlSigner, Stop> {
    let known = [place.issuer.clone(), Issuer::of_anchor(&place.path.anchor)];
    for issuer in known.into_iter().filter(|issuer| issuer.name.matches(crl.issuer())) {
        if within_limits(r, issuer.verifies(inquiry, &SignedObject::from(crl)))? == Verification::Valid {
            valid(r, crl, true)?;
            r.require(&CRL_SIGN, issuer.may_sign_crls(), || [("issuer", issuer.named())])?;
            return Ok(CrlSigner { issuer, separate: Vec::new(), uses: Vec::new(), of_itself: false });
        }
    }
    let certificate = separate(r, inquiry, place, crl)?;
    // An issuer of lists whose own certificate points to its own list (RFC 5280 allows it): its path is the one in hand.
    let of_itself = place.certificate == &certificate;
    let issuer = Issuer::of_certificate(&certificate);
    if of_itself {
        r.tolerate(&NOT_IN_CIRCLE, false, || [("issuer", certificate.subject().text().to_owned().into())]);
        return Ok(CrlSigner { issuer, separate: vec![certificate], uses: Vec::new(), of_itself });
    }
    let Validated { path, uses, .. } = vouched_for(r, inquiry, place, crl, &certificate, wants)?;
    let separate = path.into_iter().filter(|signer| !place.path.certificates.contains(signer)).collect();
    Ok(CrlSigner { issuer, separate, uses, of_itself })
}

fn valid(r: &mut Recorder, crl: &CertificateList, holds: bool) -> Result<(), Stop> {
    r.require(&SIGNATURE_VALID, holds, || {
        [("issuer", crl.issuer().text().to_owned().into()), ("algorithm", algorithm_name(crl.signature_algorithm()).into())]
    })
}

/// A certificate of the list's issuer whose key signed the list.
fn separate(r: &mut Recorder, inquiry: &Inquiry<'_>, place: &Place<'_>, crl: &CertificateList) -> Result<Certificate, Stop> {
    let identifier = crl.authority_key_identifier().ok().flatten().and_then(|identifier| identifier.key_identifier);
    let own = place.issuer.certificate.as_ref();
    let mut candidates: Vec<&Certificate> =
        inquiry.evidence.certificates_named(crl.issuer()).filter(|candidate| Some(*candidate) != own).collect();
    candidates.sort_by_key(|candidate| {
        let own = candidate.subject_key_identifier().ok().flatten();
        let named = own.zip(identifier.as_ref()).is_some_and(|(own, named)| own.octets() == named.octets());
        (!named, candidate.sha256())
    });
    for candidate in candidates {
        let issuer = Issuer::of_certificate(candidate);
        if within_limits(r, issuer.verifies(inquiry, &SignedObject::from(crl)))? == Verification::Valid {
            valid(r, crl, true)?;
            r.require(&CRL_SIGN, issuer.may_sign_crls(), || [("issuer", issuer.named())])?;
            return Ok(candidate.clone());
        }
    }
    valid(r, crl, false)?;
    Err(Stop)
}

/// Its own path, its own status included, as of the time when it signed.
fn vouched_for(
    r: &mut Recorder,
    inquiry: &Inquiry<'_>,
    place: &Place<'_>,
    crl: &CertificateList,
    certificate: &Certificate,
    wants: &mut Vec<Want>,
) -> Result<Validated, Stop> {
    r.require(&NOT_IN_CIRCLE, !inquiry.asking.refuses(certificate.octets()), || {
        [("issuer", certificate.subject().text().to_owned().into())]
    })?;
    let detail = told(r, inquiry);
    let deeper = Inquiry { made_at: Some(crl.this_update()), asking: inquiry.asking.with(certificate.octets()), detail, ..*inquiry };
    let request = Request { purpose: Purpose::CrlSigning, detail, ..Request::default() };
    let before = inquiry.budgets.told.get();
    let found = validated(&deeper, certificate, &request);
    count_told(inquiry, before, &found.block);
    wants.extend(found.wants.iter().cloned());
    let expected = place.path.anchor.id();
    let anchor = found.anchor.as_ref().map_or_else(|| "-".to_owned(), TrustAnchor::id);
    r.require_block(found.block.clone())?;
    r.require(&SAME_ANCHOR, anchor == expected, || [("anchor", Fact::from(anchor.clone())), ("expected", expected.clone().into())])?;
    Ok(found)
}
