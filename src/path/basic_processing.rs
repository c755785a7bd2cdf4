//! RFC 5280 §6.1.2, §6.1.3 — Initialization, Basic Certificate Processing

use std::collections::BTreeSet;

use super::inquiry::SignedObject;
use super::issuer::Issuer;
use super::name_constraints::{NameConstraintsState, Violation};
use super::policy_graph::{PolicyFacts, PolicyInputs, PolicyProcessing, both, dotted};
use super::revocation::Statement;
use super::{
    Inquiry, Judged, Path, Relied, Request, Use, algorithm_name, certificate_id, list, preparation_for_next, revocation, subject,
    validation_time_sliding, wrap_up,
};
use crate::context::Purpose;
use crate::crypto::Verification;
use crate::limits::Exhausted;
use crate::pki::Certificate;
use crate::pki::object_id::{self, ObjectId};
use crate::report::json::{Revocation, RevocationStatus, Want};
use crate::report::{Block, Fact, Recorder, Stop, checks};
use crate::time::Time;

checks! {
    ANCHOR_IN_FORCE = "basic_processing.anchor_in_force", "EN 319 102-1 §5.2.6.4 (2)", Indeterminate(NoCertificateChainFoundNoPoe),
        "The relying party trusts {anchor} from {from} to {until}, not at {time}.",
        "Bên kiểm tra chỉ tin cậy {anchor} từ {from} đến {until}, không tin cậy tại {time}.";
    ANCHOR_SERVES = "basic_processing.anchor_serves", "RFC 5914 §2.5", Indeterminate(NoCertificateChainFound),
        "The relying party does not trust {anchor} for this purpose: {purpose}.",
        "Bên kiểm tra không tin cậy {anchor} cho mục đích này.";
    ANCHOR_TRACK = "basic_processing.anchor_track", "EN 319 102-1 §5.1.4.2", Indeterminate(ChainConstraintsFailure),
        "The policy lets documents be signed under {tracks}, and the anchor {anchor} is of {track}.",
        "Chính sách chỉ chấp nhận chữ ký thuộc hệ thống {tracks}, trong khi {anchor} thuộc {track}.";
    ALGORITHMS_EQUAL = "basic_processing.algorithms_equal", "RFC 5280 §4.1.1.2", Indeterminate(CertificateChainGeneralFailure),
        "The certificate of {subject} names two different signature algorithms.",
        "Chứng thư của {subject} ghi hai thuật toán ký khác nhau.";
    WITHIN_LIMITS = "limit.signature_checks", "RFC 5280 §6.1.3 (a)(1)", Indeterminate(CertificateChainGeneralFailure),
        "The limit of signature checks for one verdict was reached.", "Đã đạt giới hạn số lần kiểm tra chữ ký cho một kết luận.";
    CONSTRAINTS_WITHIN_LIMITS = "limit.constraints", "RFC 5280 §6.1.3 (b)", Indeterminate(CertificateChainGeneralFailure),
        "The limit of comparisons with name and policy constraints for one verdict was reached.",
        "Đã đạt giới hạn số lần so sánh ràng buộc tên và chính sách cho một kết luận.";
    SIGNATURE_IMPLEMENTED = "basic_processing.signature_implemented", "RFC 5280 §6.1.3 (a)(1)", Indeterminate(CryptoConstraintsFailureNoPoe),
        "The certificate of {subject} is signed with {algorithm}, which cannot be judged.",
        "Chứng thư của {subject} được ký bằng {algorithm}, không thể kiểm tra.";
    SIGNATURE_VALID = "basic_processing.signature_valid", "RFC 5280 §6.1.3 (a)(1)", Indeterminate(CertificateChainGeneralFailure),
        "The certificate of {subject} was not signed by the key of {issuer}.",
        "Chứng thư của {subject} không được ký bằng khóa của {issuer}.";
    WITHIN_VALIDITY = "basic_processing.within_validity", "RFC 5280 §6.1.3 (a)(2)", Indeterminate(OutOfBoundsNoPoe),
        "The certificate of {subject} is valid from {not_before} to {not_after}, not at {time}.",
        "Chứng thư của {subject} có hiệu lực từ {not_before} đến {not_after}, không bao gồm {time}.";
    NAME_CHAINS = "basic_processing.name_chains", "RFC 5280 §6.1.3 (a)(4)", Indeterminate(CertificateChainGeneralFailure),
        "The issuer named in the certificate of {subject} is not {issuer}.",
        "Nhà phát hành ghi trong chứng thư của {subject} không phải {issuer}.";
    NAMES_PERMITTED = "basic_processing.names_permitted", "RFC 5280 §6.1.3 (b), (c)", Indeterminate(CertificateChainGeneralFailure),
        "A name in the certificate of {subject} is not one that its authorities may issue for: {names}.",
        "Một tên trong chứng thư của {subject} nằm ngoài phạm vi mà các tổ chức chứng thực được phép cấp: {names}.";
    POLICIES_READABLE = "basic_processing.policies_readable", "RFC 5280 §4.2.1.4, §4.2.1.5, §4.2.1.11, §4.2.1.14", Indeterminate(CertificateChainGeneralFailure),
        "What the certificate of {subject} says of policies cannot be read: {what}.",
        "Không đọc được các chính sách trong chứng thư của {subject}.";
    POLICY_VALID = "basic_processing.policy_valid", "RFC 5280 §6.1.3 (f)", Indeterminate(CertificateChainGeneralFailure),
        "A certificate policy is required, and none is valid down to the certificate of {subject}.",
        "Bắt buộc có chính sách chứng thư, nhưng không chính sách nào có hiệu lực đến chứng thư của {subject}.";
    ALGORITHM_RELIABLE = "basic_processing.algorithm_reliable", "EN 319 102-1 §5.2.6.4 (5)", Indeterminate(CryptoConstraintsFailureNoPoe),
        "The certificate of {subject} is signed with {algorithm} and a key of {key_bits} bits, not reliable at {time}.",
        "Chứng thư của {subject} được ký bằng {algorithm} với khóa {key_bits} bit, không còn tin cậy tại {time}.";
    IN_VALIDITY_OR_NOT_REVOKED = "basic_processing.signer_within_validity", "EN 319 102-1 §5.2.6.4 (6)", Indeterminate(OutOfBoundsNotRevoked),
        "The certificate of the signer is valid from {not_before} to {not_after}, not at {time}; it was not revoked.",
        "Chứng thư người ký có hiệu lực từ {not_before} đến {not_after}, không bao gồm {time}; chứng thư không bị thu hồi.";
}

/// The state variables of §6.1.2 between two certificates of a path.
struct State {
    issuer: Issuer,
    names: NameConstraintsState,
    policies: PolicyProcessing,
}

/// A certificate in its path.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    /// The certificate judged.
    pub certificate: &'a Certificate,
    /// Who issued it.
    pub issuer: &'a Issuer,
    /// 0 for the target.
    pub position: usize,
    /// What the target is to be used for.
    pub purpose: Purpose,
    /// The whole path.
    pub path: &'a Path,
}

/// What a path says beside its conclusion.
#[derive(Default)]
pub(super) struct Said {
    pub revocation: Vec<Revocation>,
    pub policies: Vec<String>,
    pub wants: Vec<Want>,
    /// Whether one of its certificates was not signed by the next.
    pub is_broken: bool,
    /// Of the past: how far back the path reaches.
    pub control_time: Option<Time>,
    /// The signatures that the path rests on, the target's first.
    pub uses: Vec<Use>,
    /// What the status of its certificates rests on, the target's first.
    pub relied: Vec<Relied>,
    /// Whether the target is known not to be revoked.
    known_good: bool,
}

/// One candidate path: every certificate from the anchor's side down; then what a proof of existence can mend, as of all of it
/// (EN 319 102-1 §5.2.6.4 (5), (6)): the algorithms, the validity of the target, of the others, of those who tell the status.
pub(super) fn certification_path(inquiry: &Inquiry<'_>, request: &Request, path: Path, exhausted: Option<&Exhausted>) -> Judged {
    let mut said = Said::default();
    let in_past = Inquiry { time: validation_time_sliding::common_time(&path, inquiry.time), ..*inquiry };
    let inquiry = if inquiry.past.is_some() { &in_past } else { inquiry };
    let block = Block::run_in(inquiry.detail, "Certification path", "RFC 5280 §6.1", path_id(&path), |r| {
        super::found(r, &path, exhausted);
        anchor(r, inquiry, request, &path, &mut said);
        if path.is_anchor_alone() {
            return path.certificates.first().map_or(Ok(()), |target| wrap_up::uses(r, inquiry, request.purpose, target));
        }
        let walked = walk(r, inquiry, request, &path, &mut said);
        if inquiry.is_present() {
            at_validation_time(r, inquiry, request.purpose, &path, &said);
        }
        walked
    });
    Judged { block, path, said }
}

fn at_validation_time(r: &mut Recorder, inquiry: &Inquiry<'_>, purpose: Purpose, path: &Path, said: &Said) {
    let time = inquiry.time;
    for signature in &said.uses {
        signature.ask(r, time);
    }
    for (position, certificate) in path.certificates.iter().enumerate() {
        let check = if position == 0 && said.known_good { &IN_VALIDITY_OR_NOT_REVOKED } else { &WITHIN_VALIDITY };
        r.ask(check, is_within_validity(certificate, time), validity_facts(certificate, time));
    }
    for relied in &said.relied {
        revocation::signers_within_validity(r, inquiry, purpose, relied);
    }
}

fn path_id(path: &Path) -> String {
    let mut id = path.certificates.iter().map(certificate_id).collect::<Vec<_>>().join(" ");
    if !path.is_anchor_alone() {
        id.push(' ');
        id.push_str(&path.anchor.id());
    }
    id
}

fn anchor(r: &mut Recorder, inquiry: &Inquiry<'_>, request: &Request, path: &Path, said: &mut Said) {
    let anchor = &path.anchor;
    said.control_time = inquiry.past.map(|_| validation_time_sliding::start(inquiry.context.time, anchor.sunset));
    let time = said.control_time.unwrap_or(inquiry.time);
    let bound = validation_time_sliding::time_fact;
    r.ask(&ANCHOR_IN_FORCE, anchor.is_in_force(time), || {
        let (from, until) = (bound(anchor.not_before), bound(anchor.sunset));
        [("anchor", anchor.name.text().to_owned().into()), ("from", from), ("until", until), ("time", time.into())]
    });
    let serves = answers_for_itself(request) || anchor.serves(request.purpose);
    let tracks = &inquiry.context.policy.signer_tracks;
    if request.purpose == Purpose::Signing && !tracks.is_empty() {
        let of_track = anchor.track.as_ref().is_some_and(|track| tracks.contains(track));
        r.ask(&ANCHOR_TRACK, of_track, || {
            let track = anchor.track.clone().unwrap_or_else(|| "-".into());
            [("anchor", anchor.name.text().to_owned().into()), ("track", track.into()), ("tracks", list(tracks.clone()))]
        });
    }
    r.ask(&ANCHOR_SERVES, serves, || [("anchor", anchor.name.text().to_owned().into()), ("purpose", request.purpose.as_str().into())]);
}

/// Whoever may issue also answers for what it issued: these purposes are not given apart.
fn answers_for_itself(request: &Request) -> bool {
    matches!(request.purpose, Purpose::CrlSigning | Purpose::OcspSigning)
}

fn walk(r: &mut Recorder, inquiry: &Inquiry<'_>, request: &Request, path: &Path, said: &mut Said) -> Result<(), Stop> {
    let mut state = initial(request, path);
    let mut complete = true;
    // §6.1.1 (d) believes name and key; what the anchor's own certificate restricts still holds (RFC 5937 §3).
    complete &= match &path.anchor.certificate {
        Some(certificate) => r.bind(preparation_for_next::issuer(inquiry, certificate, path, None, &mut state.names)),
        None => preparation_for_next::key(r, path),
    };
    policies_of_anchor(r, request, path, &mut state.policies)?;
    for (position, certificate) in path.certificates.iter().enumerate().rev() {
        let issuer = state.issuer.clone();
        let place = Place { certificate, issuer: &issuer, position, purpose: request.purpose, path };
        complete &= r.bind(certificate_block(inquiry, &place, &mut state, said));
        if state.issuer.certificate.as_ref() != Some(certificate) {
            // Not signed by its issuer: what it says is nobody's word.
            said.is_broken = true;
            return Err(Stop);
        }
        if position > 0 {
            complete &= r.bind(preparation_for_next::issuer(inquiry, certificate, path, Some(position), &mut state.names));
        }
    }
    if complete { Ok(()) } else { Err(Stop) }
}

fn initial(request: &Request, path: &Path) -> State {
    let constraints = &path.anchor.constraints;
    let mut names = NameConstraintsState::new();
    for initial in [&request.initial_names, &constraints.names].into_iter().flatten() {
        names.constrain(initial);
    }
    let of_anchor = if answers_for_itself(request) { &[] } else { constraints.policies.as_slice() };
    let inputs = PolicyInputs {
        user_initial_policy_set: both(policy_set(&request.user_initial_policy_set), policy_set(of_anchor)),
        // To be trusted for some policies is not to be trusted without one.
        initial_explicit_policy: request.initial_explicit_policy || !of_anchor.is_empty(),
        initial_policy_mapping_inhibit: request.initial_policy_mapping_inhibit,
        initial_any_policy_inhibit: request.initial_any_policy_inhibit,
    };
    let length = u64::try_from(path.certificates.len()).unwrap_or(u64::MAX);
    State { issuer: Issuer::of_anchor(&path.anchor), names, policies: PolicyProcessing::new(inputs, length) }
}

/// RFC 5937 §3: what the anchor's own certificate says of policies binds as what the relying party says of the anchor does; but to have a
/// policy is not to require one.
fn policies_of_anchor(r: &mut Recorder, request: &Request, path: &Path, policies: &mut PolicyProcessing) -> Result<(), Stop> {
    let Some(certificate) = path.anchor.certificate.as_ref().filter(|_| !answers_for_itself(request)) else { return Ok(()) };
    match PolicyFacts::of(certificate) {
        Ok(facts) => policies.constrain(&facts),
        Err(malformed) => {
            r.require(&POLICIES_READABLE, false, || [("subject", subject(certificate)), ("what", malformed.to_string().into())])?;
        }
    }
    Ok(())
}

/// A set of policies; none of them, or anyPolicy among them, is anyPolicy.
fn policy_set(policies: &[ObjectId]) -> Option<BTreeSet<ObjectId>> {
    let any = policies.is_empty() || policies.iter().any(|policy| *policy == object_id::ANY_POLICY);
    (!any).then(|| policies.iter().cloned().collect())
}

/// §6.1.3 for one certificate, then §6.1.4 or, for the target, §6.1.5.
fn certificate_block(inquiry: &Inquiry<'_>, place: &Place<'_>, state: &mut State, said: &mut Said) -> Block {
    let certificate = place.certificate;
    Block::run_in(inquiry.detail, "Basic certificate processing", "RFC 5280 §6.1.3", certificate_id(certificate), |r| {
        chained(r, inquiry, place)?;
        state.issuer = Issuer::of_certificate(certificate);
        names(r, inquiry, place, &state.names)?;
        policies(r, inquiry, place, &mut state.policies, said)?;
        if place.position == 0 {
            wrap_up::target(r, inquiry, place.purpose, certificate)?;
        }
        status(r, inquiry, place, &state.names, said)
    })
}

/// A certificate that the issuer of another one in hand issued for a special purpose: a responder's. Policies are not asked of it.
pub(super) fn delegated(inquiry: &Inquiry<'_>, place: &Place<'_>, constraints: &NameConstraintsState, said: &mut Said) -> Block {
    let certificate = place.certificate;
    Block::run_in(inquiry.detail, "Basic certificate processing", "RFC 5280 §6.1.3", certificate_id(certificate), |r| {
        chained(r, inquiry, place)?;
        names(r, inquiry, place, constraints)?;
        wrap_up::target(r, inquiry, place.purpose, certificate)?;
        status(r, inquiry, place, constraints, said)
    })
}

/// (a)(1) and (4): signed by the issuer's key, under the issuer's name.
fn chained(r: &mut Recorder, inquiry: &Inquiry<'_>, place: &Place<'_>) -> Result<(), Stop> {
    let (certificate, issuer) = (place.certificate, place.issuer);
    let equal = certificate.signature_algorithm() == certificate.tbs_signature_algorithm();
    r.require(&ALGORITHMS_EQUAL, equal, || [("subject", subject(certificate))])?;
    let verification = issuer.verifies(inquiry, &SignedObject::from(certificate));
    let verification = within_limits(r, verification)?;
    let algorithm = || Fact::from(algorithm_name(certificate.signature_algorithm()));
    let implemented = !matches!(verification, Verification::Unsupported(_));
    r.require(&SIGNATURE_IMPLEMENTED, implemented, || [("subject", subject(certificate)), ("algorithm", algorithm())])?;
    let valid = verification == Verification::Valid;
    r.require(&SIGNATURE_VALID, valid, || [("subject", subject(certificate)), ("issuer", issuer.named())])?;
    let chains = certificate.issuer().matches(&issuer.name);
    r.ask(&NAME_CHAINS, chains, || [("subject", subject(certificate)), ("issuer", issuer.named())]);
    Ok(())
}

/// What came of checking a signature value, unless that was one too many.
pub(super) fn within_limits(r: &mut Recorder, verification: Result<Verification, Exhausted>) -> Result<Verification, Stop> {
    r.obtain(&WITHIN_LIMITS, verification.ok(), [])
}

/// (b) and (c): a self-issued certificate is exempt unless it is the target.
fn names(r: &mut Recorder, inquiry: &Inquiry<'_>, place: &Place<'_>, constraints: &NameConstraintsState) -> Result<(), Stop> {
    let certificate = place.certificate;
    if place.position > 0 && certificate.is_self_issued() {
        r.skip(&NAMES_PERMITTED, || [("subject", subject(certificate)), ("names", list(Vec::new())), ("why", "self-issued".into())]);
        return Ok(());
    }
    let violations = constraints.violations(certificate, &inquiry.budgets.constraints);
    let violations = counted(r, violations)?;
    r.ask(&NAMES_PERMITTED, violations.is_empty(), || {
        [("subject", subject(certificate)), ("names", list(violations.iter().map(violation_text).collect()))]
    });
    Ok(())
}

/// What came of comparing with constraints, unless there were too many.
pub(super) fn counted<T>(r: &mut Recorder, compared: Result<T, Exhausted>) -> Result<T, Stop> {
    r.obtain(&CONSTRAINTS_WITHIN_LIMITS, compared.ok(), [])
}

/// `dNSName example.vn (excluded: .vn)`
fn violation_text(violation: &Violation) -> String {
    let Violation { kind, form, name, subtree } = violation;
    match subtree {
        Some(subtree) => format!("{form} {name} ({}: {subtree})", kind),
        None => format!("{form} {name} ({})", kind),
    }
}

/// (d) to (f), then §6.1.4 (a), (b), (h) to (j), or §6.1.5 (a), (b), (g).
fn policies(r: &mut Recorder, inquiry: &Inquiry<'_>, place: &Place<'_>, state: &mut PolicyProcessing, said: &mut Said) -> Result<(), Stop> {
    let certificate = place.certificate;
    let facts = match PolicyFacts::of(certificate) {
        Ok(facts) => facts,
        Err(malformed) => {
            return r.require(&POLICIES_READABLE, false, || [("subject", subject(certificate)), ("what", malformed.to_string().into())]);
        }
    };
    r.ask(&POLICIES_READABLE, true, || [("subject", subject(certificate))]);
    let budget = &inquiry.budgets.constraints;
    let index = u64::try_from(place.path.certificates.len().saturating_sub(place.position)).unwrap_or(u64::MAX);
    let step = counted(r, state.certificate(index, &facts, budget))?;
    r.ask(&POLICY_VALID, step.satisfied, || {
        let explicit = ("explicit_policy", Fact::from(step.counters.explicit_policy));
        [("subject", subject(certificate)), explicit, ("valid_policies", list(dotted(step.valid_policies.iter())))]
    });
    if place.position > 0 {
        preparation_for_next::policies(r, certificate, state.prepare(&facts, budget))
    } else {
        said.policies = wrap_up::policies(r, certificate, state.clone().wrap_up(&facts, budget))?;
        Ok(())
    }
}

/// (a)(3); of another time than the present one (a)(2) too: at the validation time it is asked of the path as a whole, since out of its
/// validity the target may still have signed in time, and whether it is known not to be revoked makes the difference (EN 319 102-1 §5.2.6.4).
fn status(
    r: &mut Recorder,
    inquiry: &Inquiry<'_>,
    place: &Place<'_>,
    constraints: &NameConstraintsState,
    said: &mut Said,
) -> Result<(), Stop> {
    let certificate = place.certificate;
    if !inquiry.is_present() {
        let time = inquiry.made_at.unwrap_or(inquiry.time);
        r.ask(&WITHIN_VALIDITY, is_within_validity(certificate, time), validity_facts(certificate, time));
    }
    if let Some(proofs) = inquiry.past {
        return validation_time_sliding::slide(r, inquiry, proofs, place, constraints, said);
    }
    let answer = revocation::revocation(inquiry, place, constraints);
    let is_good = answer.block.is_passed() && answer.status.status == RevocationStatus::Good;
    r.bind(answer.block);
    said.revocation.push(answer.status);
    said.wants.extend(answer.wants);
    said.rests_on(inquiry, place, answer.statement.as_ref(), is_good);
    Ok(())
}

impl Said {
    /// The signature on the certificate, and what tells its status; those of the certificates below come before.
    fn rests_on(&mut self, inquiry: &Inquiry<'_>, place: &Place<'_>, statement: Option<&Statement>, is_good: bool) {
        let own = Use::of_certificate(inquiry, &ALGORITHM_RELIABLE, place);
        let uses = [own].into_iter().chain(statement.iter().flat_map(|statement| statement.uses.iter().cloned()));
        self.uses.splice(0..0, uses);
        let relied = statement.map(|statement| Relied {
            certificate: place.certificate.sha256(),
            sources: statement.sources.clone(),
            signers: statement.signers.clone(),
            authorities: statement.authorities.clone(),
        });
        self.relied.splice(0..0, relied);
        self.known_good = is_good && statement.is_some_and(|statement| statement.stands(inquiry.time));
    }
}

/// Both ends are within (§4.1.2.5), the last one with its whole second: these times have no fractions.
pub(super) fn is_within_validity(certificate: &Certificate, time: Time) -> bool {
    certificate.not_before() <= time && time.unix() <= certificate.not_after().unix()
}

fn validity_facts(certificate: &Certificate, time: Time) -> impl FnOnce() -> [(&'static str, Fact); 4] + use<'_> {
    move || {
        [
            ("subject", subject(certificate)),
            ("not_before", certificate.not_before().into()),
            ("not_after", certificate.not_after().into()),
            ("time", time.into()),
        ]
    }
}
