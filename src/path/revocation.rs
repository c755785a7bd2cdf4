//! RFC 5280 §6.1.3 (a)(3), EN 319 102-1 §5.2.6.4 (4) — The status of a certificate: of all that says something, the latest issued counts

use std::cmp::Reverse;

use super::basic_processing::{Place, is_within_validity};
use super::crl_scope::{ALL_REASONS, of_certificate};
use super::freshness::{is_fresh, maximum_age};
use super::issuer::Issuer;
use super::name_constraints::NameConstraintsState;
use super::{Inquiry, Proofs, Use, WITHIN_LIMITS, certificate_id, crl_processing, ocsp_acceptance, reachable, subject, unknown_status};
use crate::context::{Constraint, Evidence, Freshness, Purpose, RevocationPolicy};
use crate::pki::ocsp_response::SingleResponse;
use crate::pki::{BasicOcspResponse, Certificate, CertificateList, RevocationReason, object_id};
use crate::report::json::{Origin, Revocation, RevocationStatus, Want, WantKind};
use crate::report::{Block, Conclusion, Fact, Recorder, Stop, SubIndication, checks};
use crate::time::Time;

checks! {
    STATUS_KNOWN = "revocation.status_known", "EN 319 102-1 §5.2.6.4 (4)", Indeterminate(CertificateChainGeneralFailure),
        "Nothing usable says whether the certificate of {subject} was revoked.",
        "Không có dữ liệu để kiểm tra chứng thư của {subject} có bị thu hồi hay không.";
    SIGNER_WITHIN_VALIDITY = "revocation.signer_within_validity", "EN 319 102-1 §5.2.6.4 (4)", Indeterminate(RevocationOutOfBoundsNoPoe),
        "The certificate of {signer}, who signed the revocation information, is valid from {not_before} to {not_after}, not at {time}.",
        "Chứng thư của {signer}, bên ký thông tin thu hồi, có hiệu lực từ {not_before} đến {not_after}, không bao gồm {time}.";
    FRESH = "revocation.fresh", "EN 319 102-1 §5.2.5.4", Indeterminate(TryLater),
        "The revocation information of {this_update} is too old at {time}.", "Thông tin thu hồi phát hành lúc {this_update} đã quá cũ tại {time}.";
    NOT_REVOKED = "revocation.not_revoked", "RFC 5280 §6.1.3 (a)(3)", Indeterminate(RevokedNoPoe),
        "The certificate of {subject} was revoked at {revoked_at} ({reason}).",
        "Chứng thư của {subject} đã bị thu hồi lúc {revoked_at} ({reason}).";
}

/// What was found out about a certificate.
pub(super) struct Answer {
    pub block: Block,
    pub status: Revocation,
    pub wants: Vec<Want>,
    pub statement: Option<Statement>,
}

/// What the status of a certificate rests on.
#[derive(Clone)]
pub(crate) struct Relied {
    /// The digest of the certificate.
    pub certificate: [u8; 32],
    /// Digests of lists and responses.
    pub sources: Vec<[u8; 32]>,
    /// Who signed them, where that is no certificate of the path.
    pub signers: Vec<Certificate>,
    /// The certificates of the path that signed them.
    pub authorities: Vec<Certificate>,
}

/// A piece of evidence that was accepted, and what it says of one certificate.
pub(super) struct Statement {
    /// Digests of what was read: a list, with its delta; a response.
    pub sources: Vec<[u8; 32]>,
    pub this_update: Time,
    pub next_update: Option<Time>,
    /// Since when the certificate is revoked, and why.
    pub revoked: Option<(Time, &'static str)>,
    /// The reasons for revocation that it covers.
    pub reasons: u32,
    /// Who signed, with those above, where that is neither an anchor nor a certificate of the path.
    pub signers: Vec<Certificate>,
    /// Who signed, where that is a certificate of the path.
    pub authorities: Vec<Certificate>,
    /// The signatures that it rests on.
    pub uses: Vec<Use>,
    /// Whether the certificate's own key made it.
    pub of_itself: bool,
}

/// Evidence that may speak of a certificate.
enum Piece<'a> {
    Crl([u8; 32], &'a CertificateList),
    Ocsp([u8; 32], &'a BasicOcspResponse, &'a SingleResponse),
}

/// The status of `place.certificate` by the latest usable evidence.
pub(super) fn revocation(inquiry: &Inquiry<'_>, place: &Place<'_>, names: &NameConstraintsState) -> Answer {
    let certificate = place.certificate;
    let is_signers = is_signers(inquiry, place);
    let rule = rule(inquiry, place);
    let (mut status, mut wants, mut heard) = (unknown_status(certificate), Vec::new(), None);
    let block = Block::run_in(inquiry.detail, "Revocation", "RFC 5280 §6.1.3 (a)(3)", certificate_id(certificate), |r| {
        let exempt = if rule == RevocationPolicy::Off { Some("the policy does not ask") } else { exemption(place) };
        if let Some(why) = exempt {
            r.skip(&STATUS_KNOWN, || [("subject", subject(certificate)), ("why", why.into())]);
            return Ok(());
        }
        let Some(statement) = statement(r, inquiry, place, names, &mut wants, None) else {
            wants.extend(wanted(certificate));
            return unknown(r, rule, certificate);
        };
        r.ask(&STATUS_KNOWN, true, || [("subject", subject(certificate)), ("source", sources(&statement))]);
        status = status_of(certificate, &statement);
        let statement = heard.insert(statement);
        if !fresh(r, inquiry, statement) {
            wants.extend(wanted(certificate));
        }
        not_revoked(r, is_signers || place.position == 0, certificate, statement)
    });
    Answer { block, status, wants, statement: heard }
}

fn is_signers(inquiry: &Inquiry<'_>, place: &Place<'_>) -> bool {
    place.position == 0 && inquiry.asking.is_empty()
}

/// What the policy asks of the status of this certificate.
pub(super) fn rule(inquiry: &Inquiry<'_>, place: &Place<'_>) -> RevocationPolicy {
    let policy = inquiry.context.policy;
    if is_signers(inquiry, place) { policy.revocation_of_signer } else { policy.revocation_of_issuers }
}

/// RFC 9608 §2, EN 319 412-1 §5.2.2, RFC 6960 §4.2.2.2.1: certificates whose issuer says that their status is not told. Authorities are
/// never exempt, and nobody by the last of these but a responder, of whom it is asked whether it may answer: a key that does something else too
/// is not trusted for that without its status.
pub(super) fn exemption(place: &Place<'_>) -> Option<&'static str> {
    let extensions = place.certificate.extension_set();
    let is_ca = place.certificate.basic_constraints().map_or(true, |basic| basic.is_some_and(|basic| basic.ca));
    let has = |oid| !is_ca && place.position == 0 && extensions.find(oid).is_some();
    if has(object_id::NO_REVOCATION_AVAILABLE) {
        Some("noRevAvail")
    } else if has(object_id::VALIDITY_ASSURED_SHORT_TERM) {
        Some("validityAssuredShortTerm")
    } else if has(object_id::OCSP_NO_CHECK) && place.purpose == Purpose::OcspSigning {
        Some("ocsp-nocheck")
    } else {
        None
    }
}

fn unknown(r: &mut Recorder, rule: RevocationPolicy, certificate: &Certificate) -> Result<(), Stop> {
    let facts = || [("subject", subject(certificate))];
    if rule == RevocationPolicy::IfAvailable {
        r.tolerate(&STATUS_KNOWN, false, facts);
        return Ok(());
    }
    r.require(&STATUS_KNOWN, false, facts)
}

/// The latest issued statement that is accepted; lists of some reasons add up until every reason is covered (RFC 5280 §6.3.3 (d), (e), (l)).
fn statement(
    r: &mut Recorder,
    inquiry: &Inquiry<'_>,
    place: &Place<'_>,
    names: &NameConstraintsState,
    wants: &mut Vec<Want>,
    past: Option<(&Proofs, Time)>,
) -> Option<Statement> {
    let (mut so_far, mut of_itself, mut weak): (Option<Statement>, Option<Statement>, Option<Statement>) = (None, None, None);
    for piece in pieces(inquiry, place) {
        let Some(inquiry) = asked_as_of(inquiry, &piece, past) else { continue };
        let inquiry = &inquiry;
        if !inquiry.asking.is_empty()
            && let Err(exhausted) = inquiry.budgets.statements.spend(1)
        {
            // What nobody looked at may say the worst.
            r.tolerate(&WITHIN_LIMITS, false, || [("limit", exhausted.to_string().into())]);
            return None;
        }
        let covered = so_far.as_ref().map_or(0, |statement| statement.reasons);
        let (block, accepted) = match piece {
            Piece::Crl(id, crl) => crl_processing::acceptance(inquiry, place, (id, crl), covered, wants),
            Piece::Ocsp(id, response, single) => ocsp_acceptance::acceptance(inquiry, place, names, (id, response, single), wants),
        };
        r.attach(block);
        let Some(accepted) = accepted.filter(|accepted| past.is_none() || signed_in_validity(inquiry, place, accepted)) else { continue };
        if accepted.uses.iter().any(|signature| !signature.reliable.at(inquiry.time)) && (past.is_some() || accepted.revoked.is_none()) {
            // Whoever can forge it now has the word only where nobody else speaks, and then it takes a proof that it is old.
            for signature in &accepted.uses {
                signature.set_aside(r, inquiry.time);
            }
            if past.is_none() {
                weak = weak.or(Some(accepted).filter(|statement| statement.reasons == ALL_REASONS));
            }
            continue;
        }
        // What a key says of itself is heard when it says the worst, and otherwise where nobody else speaks.
        if accepted.of_itself && accepted.revoked.is_none() {
            of_itself = of_itself.or(Some(accepted).filter(|statement| statement.reasons == ALL_REASONS));
            continue;
        }
        let statement = match so_far.take() {
            Some(earlier) => earlier.and(accepted),
            None => accepted,
        };
        if statement.revoked.is_some() || statement.reasons == ALL_REASONS {
            return Some(statement);
        }
        so_far = Some(statement);
    }
    of_itself.or(weak)
}

/// Of the past, a piece of evidence counts when it was issued before the control time and is proven to have existed by then; it is judged as
/// of the time of that proof (EN 319 102-1 §5.6.2.2.4 (2)(a)).
fn asked_as_of<'a>(inquiry: &Inquiry<'a>, piece: &Piece<'_>, past: Option<(&Proofs, Time)>) -> Option<Inquiry<'a>> {
    let Some((proofs, control)) = past else { return Some(*inquiry) };
    let (issued, id) = piece.issued();
    let existed = proofs.of(&id).unwrap_or(inquiry.context.time);
    (issued < control && existed <= control).then_some(Inquiry { time: existed, past: None, ..*inquiry })
}

/// Whoever signed it was valid when it is first known: what an ended key says is no word of its owner's.
fn signed_in_validity(inquiry: &Inquiry<'_>, place: &Place<'_>, statement: &Statement) -> bool {
    let own = place.issuer.certificate.iter().filter(|certificate| !place.path.anchor.is_certificate(certificate));
    statement.signers.iter().chain(own).all(|signer| is_within_validity(signer, inquiry.time))
}

/// The latest statement of before `control` that is proven to have existed by then.
pub(super) fn past_statement(
    r: &mut Recorder,
    inquiry: &Inquiry<'_>,
    proofs: &Proofs,
    control: Time,
    place: &Place<'_>,
    names: &NameConstraintsState,
    wants: &mut Vec<Want>,
) -> Option<Statement> {
    statement(r, inquiry, place, names, wants, Some((proofs, control)))
}

impl Statement {
    /// Whether nothing that is asked of its signatures and signers fails at `time`.
    pub(super) fn stands(&self, time: Time) -> bool {
        self.uses.iter().all(|signature| signature.reliable.at(time))
            && self.signers.iter().chain(&self.authorities).all(|signer| is_within_validity(signer, time))
    }

    /// Both together: as old as the older, revoked by either.
    fn and(mut self, other: Self) -> Self {
        self.sources.extend(other.sources);
        if other.this_update < self.this_update {
            (self.this_update, self.next_update) = (other.this_update, other.next_update);
        }
        self.revoked = self.revoked.or(other.revoked);
        self.reasons |= other.reasons;
        self.signers.extend(other.signers);
        self.authorities.extend(other.authorities);
        self.uses.extend(other.uses);
        self
    }
}

/// The certificate of `signer`, where it is one of the path.
pub(super) fn authority(place: &Place<'_>, signer: &Issuer) -> Option<Certificate> {
    signer.certificate.clone().filter(|certificate| place.path.certificates.contains(certificate))
}

/// The embedded lists and responses that speak of a certificate issued by `issuer`; `None` where its issuer says that nobody will.
pub(crate) fn embedded_status(evidence: &Evidence, certificate: &Certificate, issuer: &Certificate) -> Option<Vec<[u8; 32]>> {
    let extensions = certificate.extension_set();
    let exempting = [object_id::NO_REVOCATION_AVAILABLE, object_id::VALIDITY_ASSURED_SHORT_TERM, object_id::OCSP_NO_CHECK];
    if exempting.into_iter().any(|oid| extensions.find(oid).is_some()) {
        return None;
    }
    let (issuers, issuer) = (of_certificate(certificate), Issuer::of_certificate(issuer));
    let crls = evidence.crls().filter(|(_, crl, origin)| {
        *origin == Origin::Embedded && !crl.is_delta() && issuers.iter().any(|issuer| crl.issuer().matches(issuer))
    });
    let responses = evidence
        .ocsp_responses()
        .filter(|(_, response, origin)| *origin == Origin::Embedded && ocsp_acceptance::about(response, certificate, &issuer).is_some());
    Some(crls.map(|(id, _, _)| id).chain(responses.map(|(id, _, _)| id)).collect())
}

/// Everything that may speak of the certificate, the latest issued first; of equal age by digest, so that the order is always the same.
fn pieces<'a>(inquiry: &Inquiry<'a>, place: &Place<'_>) -> Vec<Piece<'a>> {
    let issuers = of_certificate(place.certificate);
    let crls = inquiry.evidence.crls().filter(|(_, crl, _)| issuers.iter().any(|issuer| crl.issuer().matches(issuer)));
    let crls = crls.filter(|(_, crl, _)| !crl.is_delta()).map(|(id, crl, _)| Piece::Crl(id, crl));
    let responses = inquiry.evidence.ocsp_responses().filter_map(|(id, response, _)| {
        let single = ocsp_acceptance::about(response, place.certificate, place.issuer)?;
        Some(Piece::Ocsp(id, response, single))
    });
    let mut pieces: Vec<Piece<'a>> = crls.chain(responses).collect();
    pieces.sort_by_key(|piece| Reverse(piece.issued()));
    pieces
}

impl Piece<'_> {
    fn issued(&self) -> (Time, [u8; 32]) {
        match self {
            Piece::Crl(id, crl) => (crl.this_update(), *id),
            Piece::Ocsp(id, _, single) => (single.this_update, *id),
        }
    }
}

pub(super) fn sources(statement: &Statement) -> Fact {
    match statement.sources.as_slice() {
        [one] => Fact::sha256(*one),
        several => Fact::List(several.iter().map(|id| Fact::sha256(*id)).collect()),
    }
}

/// What the report says of it.
pub(super) fn status_of(certificate: &Certificate, statement: &Statement) -> Revocation {
    let mut status = unknown_status(certificate);
    // The list or response itself is named; a delta and further lists stand in the derivation.
    status.source = statement.sources.first().map_or_else(|| "none".into(), |id| Fact::sha256(*id).to_text().into_owned());
    status.status = if statement.revoked.is_some() { RevocationStatus::Revoked } else { RevocationStatus::Good };
    status.this_update = Some(statement.this_update.into());
    status.next_update = statement.next_update.map(Into::into);
    status.revoked_at = statement.revoked.map(|(time, _)| time.into());
    status.reason = statement.revoked.map(|(_, reason)| reason.into());
    status
}

/// It was valid when it signed; whether it still is decides whether the statement stands without a proof of its age.
pub(super) fn signers_within_validity(r: &mut Recorder, inquiry: &Inquiry<'_>, purpose: Purpose, relied: &Relied) {
    let constraint = inquiry.context.policy.revocation_signers_of_timestamps;
    let is_tolerated = purpose == Purpose::Timestamping && constraint == Constraint::Tolerated;
    for signer in &relied.signers {
        let valid = is_within_validity(signer, inquiry.time);
        let facts = || {
            let (not_before, not_after) = (signer.not_before().into(), signer.not_after().into());
            [("signer", subject(signer)), ("not_before", not_before), ("not_after", not_after), ("time", inquiry.time.into())]
        };
        r.ask_enforced(!is_tolerated, &SIGNER_WITHIN_VALIDITY, valid, facts);
    }
}

fn fresh(r: &mut Recorder, inquiry: &Inquiry<'_>, statement: &Statement) -> bool {
    let policy = inquiry.context.policy;
    let maximum = maximum_age(policy, statement.this_update, statement.next_update);
    let fresh = is_fresh(statement.this_update, maximum, inquiry.time);
    let facts = || {
        let maximum = maximum.unwrap_or(0).into();
        [("this_update", statement.this_update.into()), ("time", inquiry.time.into()), ("maximum", maximum)]
    };
    r.ask_enforced(policy.freshness == Freshness::Required, &FRESH, fresh, facts)
}

fn not_revoked(r: &mut Recorder, is_target: bool, certificate: &Certificate, statement: &Statement) -> Result<(), Stop> {
    let serial = || Fact::Hex(certificate.serial().to_vec());
    let Some((revoked_at, reason)) = statement.revoked else {
        r.ask(&NOT_REVOKED, true, || [("subject", subject(certificate)), ("serial", serial())]);
        return Ok(());
    };
    let sub_indication = match reason {
        "certificateHold" => SubIndication::TryLater,
        _ if is_target => SubIndication::RevokedNoPoe,
        _ => SubIndication::RevokedCaNoPoe,
    };
    r.require_or(&NOT_REVOKED, false, Conclusion::indeterminate(sub_indication), || {
        [("subject", subject(certificate)), ("serial", serial()), ("revoked_at", revoked_at.into()), ("reason", reason.into())]
    })
}

/// RFC 5280 §5.3.1: no reason is `unspecified`.
pub(super) fn reason_name(reason: Option<RevocationReason>) -> &'static str {
    reason.map_or("unspecified", RevocationReason::name)
}

/// Where the certificate says that its status is told: OCSP, then CRLs; with neither the want has no address.
fn wanted(certificate: &Certificate) -> Vec<Want> {
    let want = |kind, url: Option<&str>| Want {
        kind,
        url: url.map(str::to_owned),
        subject: certificate_id(certificate),
        why: STATUS_KNOWN.id.into(),
    };
    let access = certificate.authority_information_access().ok().flatten();
    let points = certificate.crl_distribution_points().ok().flatten();
    let ocsp = access.iter().flat_map(|access| reachable(access.ocsp())).map(|url| want(WantKind::Ocsp, Some(url)));
    let crls = points.iter().flat_map(|points| reachable(points.uris())).map(|url| want(WantKind::Crl, Some(url)));
    let mut wants: Vec<Want> = ocsp.chain(crls).collect();
    if wants.is_empty() {
        wants.push(want(WantKind::Crl, None));
    }
    wants
}
