//! RFC 6960 §3.2 (2) to (4), §4.2.2.2 — Authorized Responders: the issuer's own key, one that it delegated, or one that the relying party trusts

use super::basic_processing::{self, Place, Said, within_limits};
use super::building::Path;
use super::inquiry::SignedObject;
use super::issuer::Issuer;
use super::name_constraints::NameConstraintsState;
use super::{Inquiry, PathReport, Use, Validated, WITHIN_LIMITS, certificate_id, count_told, told};
use crate::context::{Purpose, TrustAnchor};
use crate::crypto::{DigestAlgorithm, Verification};
use crate::pki::ocsp_response::ResponderId;
use crate::pki::{BasicOcspResponse, Certificate};
use crate::report::json::Want;
use crate::report::{Block, Fact, Recorder, Stop, checks};

checks! {
    FOUND = "ocsp_responder.found", "RFC 6960 §4.2.2.3", Indeterminate(CertificateChainGeneralFailure),
        "The certificate of the OCSP responder {responder} was not found.", "Không tìm thấy chứng thư của máy chủ OCSP {responder}.";
    SIGNATURE_VALID = "ocsp_responder.signature_valid", "RFC 6960 §3.2 (2)", Indeterminate(CertificateChainGeneralFailure),
        "The OCSP response was not signed by the key of {responder}.", "Phản hồi OCSP không được ký bằng khóa của {responder}.";
    AUTHORISED = "ocsp_responder.authorised", "RFC 6960 §3.2 (4), §4.2.2.2", Indeterminate(CertificateChainGeneralFailure),
        "{responder} may not answer for certificates of {issuer}: it is neither the issuer, nor certified by it for OCSP, nor trusted for it.",
        "{responder} không được trả lời cho chứng thư của {issuer}: không phải nhà phát hành, không được ủy quyền OCSP và không được tin cậy.";
    NOT_IN_CIRCLE = "ocsp_responder.not_in_circle", "RFC 6960 §4.2.2.2.1", Indeterminate(CertificateChainGeneralFailure),
        "The OCSP response is signed by the very key whose status it is asked for on behalf of: {responder}.",
        "Phản hồi OCSP do chính khóa đang được kiểm tra ký: {responder}.";
}

/// Who signed.
pub(super) struct Responder {
    pub issuer: Issuer,
    /// The certificate, where it is not the issuer's.
    pub separate: Option<Certificate>,
    /// The signatures that its right to answer rests on.
    pub uses: Vec<Use>,
}

/// The signer of `response`, and its right to speak of certificates that `place.issuer` issued.
pub(super) fn signer(
    r: &mut Recorder,
    inquiry: &Inquiry<'_>,
    place: &Place<'_>,
    names: &NameConstraintsState,
    response: &BasicOcspResponse,
    wants: &mut Vec<Want>,
) -> Result<Responder, Stop> {
    let responder = found(r, inquiry, place.issuer, response)?;
    let Some(certificate) = &responder.separate else {
        r.ask(&AUTHORISED, true, || [("responder", responder.issuer.named()), ("by", "the issuer's own key".into())]);
        return Ok(responder);
    };
    if is_trusted(inquiry, certificate) {
        r.ask(&AUTHORISED, true, || [("responder", responder.issuer.named()), ("by", "the relying party".into())]);
        return Ok(Responder { separate: None, ..responder });
    }
    let delegated = certificate.issuer().matches(&place.issuer.name);
    r.require(&AUTHORISED, delegated, || [("responder", responder.issuer.named()), ("issuer", place.issuer.named())])?;
    let in_circle = inquiry.asking.refuses(certificate.octets());
    r.require(&NOT_IN_CIRCLE, !in_circle, || [("responder", responder.issuer.named())])?;
    if !inquiry.asking.is_empty() {
        // Responders about responders: few suffice to ask about each other for ever, without any search for a path.
        let spent = inquiry.budgets.paths.spend(1);
        r.require(&WITHIN_LIMITS, spent.is_ok(), || [("limit", spent.err().map_or(String::new(), |limit| limit.to_string()).into())])?;
    }
    let detail = told(r, inquiry);
    let deeper = Inquiry { made_at: Some(response.produced_at()), asking: inquiry.asking.with(certificate.octets()), detail, ..*inquiry };
    let above = place.path.certificates.iter().skip(place.position.saturating_add(1));
    let path = Path { certificates: [certificate].into_iter().chain(above).cloned().collect(), anchor: place.path.anchor.clone() };
    let place = Place { certificate, issuer: place.issuer, position: 0, purpose: Purpose::OcspSigning, path: &path };
    let mut said = Said::default();
    let before = inquiry.budgets.told.get();
    let block = basic_processing::delegated(&deeper, &place, names, &mut said);
    count_told(inquiry, before, &block);
    wants.extend(said.wants);
    r.require_block(block)?;
    Ok(Responder { uses: said.uses, ..responder })
}

/// §4.2.2.3: the key that the response names and that signed it: the issuer's, one in the response, one supplied.
fn found(r: &mut Recorder, inquiry: &Inquiry<'_>, issuer: &Issuer, response: &BasicOcspResponse) -> Result<Responder, Stop> {
    let own = Some(Responder { issuer: issuer.clone(), separate: None, uses: Vec::new() })
        .filter(|own| is_named(response.responder(), &own.issuer));
    let supplied = inquiry.evidence.certificates().map(|(certificate, _)| certificate);
    let others = response.certificates().iter().chain(supplied).filter(|certificate| Some(*certificate) != issuer.certificate.as_ref());
    let others = others
        .map(|certificate| (Issuer::of_certificate(certificate), certificate))
        .filter(|(other, _)| is_named(response.responder(), other));
    let others = others.map(|(other, certificate)| Responder { issuer: other, separate: Some(certificate.clone()), uses: Vec::new() });
    let mut named = false;
    for candidate in own.into_iter().chain(others) {
        named = true;
        if within_limits(r, candidate.issuer.verifies(inquiry, &SignedObject::from(response)))? == Verification::Valid {
            r.ask(&FOUND, true, || [("responder", responder_text(response.responder()))]);
            r.ask(&SIGNATURE_VALID, true, || [("responder", candidate.issuer.named())]);
            return Ok(candidate);
        }
    }
    r.require(&FOUND, named, || [("responder", responder_text(response.responder()))])?;
    r.require(&SIGNATURE_VALID, false, || [("responder", responder_text(response.responder()))])?;
    Err(Stop)
}

fn is_named(responder: &ResponderId, issuer: &Issuer) -> bool {
    match responder {
        ResponderId::Name(name) => name.matches(&issuer.name),
        ResponderId::Key(digest) => {
            issuer.key.as_ref().is_ok_and(|key| DigestAlgorithm::Sha1.digest(key.subject_public_key()) == digest.octets())
        }
    }
}

fn responder_text(responder: &ResponderId) -> Fact {
    match responder {
        ResponderId::Name(name) => name.text().to_owned().into(),
        ResponderId::Key(digest) => Fact::Hex(digest.octets().to_vec()),
    }
}

/// §4.2.2.2, first of the three: "matches a local configuration of OCSP signing authority". To be trusted for everything is not that.
fn is_trusted(inquiry: &Inquiry<'_>, certificate: &Certificate) -> bool {
    let anchor = inquiry.context.anchors.find(certificate);
    anchor.is_some_and(|anchor| anchor.purposes.contains(&Purpose::OcspSigning) && anchor.is_in_force(inquiry.time))
}

/// Whether `response` speaks for certificates of `issuer`, whom nobody questions here.
pub(super) fn of_issuer(inquiry: &Inquiry<'_>, response: &BasicOcspResponse, issuer: &Certificate) -> PathReport {
    let mut wants = Vec::new();
    let anchor = TrustAnchor::of_certificate(issuer.clone());
    let block = Block::run("OCSP responder", "RFC 6960 §3.2", certificate_id(issuer), |r| {
        let anchor = r.obtain(&FOUND, anchor.ok(), || [("responder", responder_text(response.responder()))])?;
        let (path, known) = (Path { certificates: vec![issuer.clone()], anchor }, Issuer::of_certificate(issuer));
        let place = Place { certificate: issuer, issuer: &known, position: 0, purpose: Purpose::Any, path: &path };
        signer(r, inquiry, &place, &NameConstraintsState::new(), response, &mut wants).map(|_| ())
    });
    PathReport::of(Validated { wants, ..Validated::without_path(block) })
}
