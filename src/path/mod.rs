//! May this certificate be believed? RFC 5280 §6.1 — Basic Path Validation, every candidate path explained

mod basic_processing;
mod building;
pub(crate) mod crl_processing;
#[cfg_attr(not(test), expect(dead_code, reason = "called by path validation once its steps are rewritten"))]
mod name_constraints;
#[cfg_attr(not(test), expect(dead_code, reason = "called by path validation once its steps are rewritten"))]
mod policy_graph;
mod preparation_for_next;
mod wrap_up;

use crate::context::{AlgorithmUse, Context, Evidence, TrustAnchor};
use crate::crypto::{Signed, Verification};
use crate::limits::{Budget, Exhausted};
use crate::pki::{AlgorithmIdentifier, Certificate};
use crate::report::json::{Revocation, RevocationStatus, Want, WantKind};
use crate::report::{Block, Check, Fact, Recorder, SubIndication, checks};
use crate::time::Time;

checks! {
    TRUST_ANCHOR_REACHED = "path.trust_anchor_reached", "EN 319 102-1 §5.2.6.4 (1)", Indeterminate(NoCertificateChainFound),
        "No certification path leads from the certificate of {subject} to a trust anchor of the relying party.",
        "Không có đường dẫn chứng thực từ chứng thư của {subject} tới tổ chức chứng thực mà bên kiểm tra tin cậy.";
    WITHIN_LIMITS = "limit.paths", "RFC 5280 §6", Indeterminate(CertificateChainGeneralFailure),
        "The search for a certification path ended at a limit: {limit}.",
        "Việc tìm đường dẫn chứng thực dừng do đạt giới hạn: {limit}.";
}

/// Every check of this room.
pub(crate) fn checks() -> impl Iterator<Item = &'static Check> {
    [CHECKS, basic_processing::CHECKS, crl_processing::CHECKS, preparation_for_next::CHECKS, wrap_up::CHECKS].into_iter().flatten().copied()
}

/// What a certificate is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Signing documents.
    Signing,
    /// Signing timestamps (RFC 3161 §2.3).
    Timestamping,
}

/// What is asked of a path.
#[derive(Clone, Copy)]
pub(crate) struct Request<'a> {
    /// The certificate in question.
    pub target: &'a Certificate,
    /// What it is used for.
    pub purpose: Purpose,
    /// Policy and trust anchors.
    pub context: &'a Context<'a>,
    /// All certificates and revocation data, embedded and supplied.
    pub evidence: &'a Evidence,
    /// The time for which the question is asked.
    pub time: Time,
    /// What may still be spent on it.
    pub budgets: &'a Budgets,
}

/// What one verdict may spend on paths.
pub(crate) struct Budgets {
    paths: Budget,
    signature_checks: Budget,
}

impl Budgets {
    /// The budgets of `context`'s policy.
    pub(crate) fn of(context: &Context<'_>) -> Self {
        let limits = &context.policy.limits;
        Self { paths: Budget::new("paths", limits.paths), signature_checks: Budget::new("signature_checks", limits.signature_checks) }
    }

    /// Whether the key of `issuer` made `value` over `octets`; counted.
    fn verify(
        &self,
        issuer: &Certificate,
        algorithm: &AlgorithmIdentifier,
        octets: &[u8],
        value: &[u8],
    ) -> Result<Verification, Exhausted> {
        self.signature_checks.spend(1)?;
        Ok(match (issuer.public_key(), algorithm.signature(None)) {
            (Ok(key), Ok(algorithm)) => key.verify(&algorithm, Signed::Octets(octets), value),
            (Err(malformed), _) | (_, Err(malformed)) => Verification::Unsupported(malformed.to_string()),
        })
    }
}

/// What was found.
pub(crate) struct Validated {
    /// The derivation, every candidate path in it.
    pub block: Block,
    /// The path chosen, the target first, the anchor last. Empty when there is none.
    pub path: Vec<Certificate>,
    /// The anchor of that path.
    pub anchor: Option<TrustAnchor>,
    /// The status of the certificates of that path.
    pub revocation: Vec<Revocation>,
    /// What is missing.
    pub wants: Vec<Want>,
}

/// Validates `request.target` over every candidate path until one passes; else the most telling one speaks.
pub(crate) fn validate(request: &Request<'_>) -> Validated {
    let (candidates, exhausted) = building::candidate_paths(request);
    let mut tried: Vec<Candidate> = Vec::new();
    for path in candidates {
        let candidate = judge(request, path, exhausted.as_ref());
        let passed = candidate.block.is_passed();
        tried.push(candidate);
        if passed {
            break;
        }
    }
    let chosen = chosen(&tried);
    let id = certificate_id(request.target);
    let title = "X.509 certificate validation";
    let clause = "EN 319 102-1 §5.2.6";
    let Some(position) = chosen else { return unreachable_anchor(request, exhausted, title, clause, id) };
    let (mut blocks, mut of_chosen) = (Vec::new(), None);
    for (index, candidate) in tried.into_iter().enumerate() {
        blocks.push(candidate.block.clone());
        if index == position {
            of_chosen = Some(candidate);
        }
    }
    let block = Block::any(title, clause, id, blocks, position);
    match of_chosen {
        Some(Candidate { path, anchor, revocation, wants, .. }) => Validated { block, path, anchor, revocation, wants },
        None => Validated { block, path: Vec::new(), anchor: None, revocation: Vec::new(), wants: Vec::new() },
    }
}

/// A path with everything found about it.
struct Candidate {
    block: Block,
    path: Vec<Certificate>,
    anchor: Option<TrustAnchor>,
    revocation: Vec<Revocation>,
    wants: Vec<Want>,
}

fn judge(request: &Request<'_>, path: Vec<Certificate>, exhausted: Option<&Exhausted>) -> Candidate {
    let (mut revocation, mut wants) = (Vec::new(), Vec::new());
    let anchor = path.last().and_then(|certificate| request.context.anchors.find(certificate)).cloned();
    let block = basic_processing::certification_path(request, &path, exhausted, &mut revocation, &mut wants);
    Candidate { block, path, anchor, revocation, wants }
}

/// The two questions on which a search without result ends, of a path that was found.
fn found(r: &mut Recorder, request: &Request<'_>, anchor: Option<&Certificate>, exhausted: Option<&Exhausted>) {
    r.tolerate(&WITHIN_LIMITS, exhausted.is_none(), [("limit", exhausted.map_or(String::new(), ToString::to_string).into())]);
    let anchor = anchor.map_or(String::new(), certificate_id);
    r.ask(&TRUST_ANCHOR_REACHED, true, [("subject", request.target.subject().to_string().into()), ("anchor", anchor.into())]);
}

/// A path that passed, else the one whose failure tells most: about time or status rather than about structure.
fn chosen(tried: &[Candidate]) -> Option<usize> {
    let rank = |candidate: &Candidate| match candidate.block.conclusion.sub_indication {
        None => 0,
        Some(SubIndication::CertificateChainGeneralFailure) => 2,
        Some(_) => 1,
    };
    tried.iter().enumerate().min_by_key(|(position, candidate)| (rank(candidate), *position)).map(|(position, _)| position)
}

fn unreachable_anchor(
    request: &Request<'_>,
    exhausted: Option<Exhausted>,
    title: &'static str,
    clause: &'static str,
    id: String,
) -> Validated {
    let last = building::last_reachable(request);
    let block = Block::run(title, clause, id, |r| {
        if let Some(exhausted) = exhausted {
            r.require(&WITHIN_LIMITS, false, [("limit", exhausted.to_string().into())])?;
        }
        let facts = [
            ("subject", request.target.subject().to_string().into()),
            ("last_issuer", last.issuer().to_string().into()),
            ("trust_anchors", request.context.anchors.iter().count().into()),
        ];
        r.require(&TRUST_ANCHOR_REACHED, false, facts)
    });
    let want = Want {
        kind: WantKind::Certificate,
        url: last.authority_information_access().ok().flatten().and_then(|access| access.ca_issuers().next().map(str::to_owned)),
        subject: certificate_id(&last),
        why: TRUST_ANCHOR_REACHED.id.into(),
    };
    let revocation = vec![unknown_status(request.target)];
    Validated { block, path: Vec::new(), anchor: None, revocation, wants: vec![want] }
}

fn unknown_status(certificate: &Certificate) -> Revocation {
    Revocation {
        certificate: certificate_id(certificate),
        source: "none".into(),
        status: RevocationStatus::Unknown,
        this_update: None,
        next_update: None,
        revoked_at: None,
        reason: None,
    }
}

/// How long the policy holds signatures of `algorithm` by the key of `issuer` reliable; what cannot be read never.
pub(crate) fn reliable(context: &Context<'_>, algorithm: &AlgorithmIdentifier, issuer: &Certificate) -> AlgorithmUse {
    match (issuer.public_key(), algorithm.signature(None)) {
        (Ok(key), Ok(algorithm)) => context.policy.algorithms.signature(&algorithm, key),
        _ => AlgorithmUse::Never,
    }
}

/// The algorithm in words, or its identifier.
pub(crate) fn algorithm_name(algorithm: &AlgorithmIdentifier) -> String {
    algorithm.signature(None).map_or_else(|_| algorithm.oid.to_string(), |algorithm| algorithm.to_string())
}

/// `sha256:<hex>` of a certificate's octets.
pub(crate) fn certificate_id(certificate: &Certificate) -> String {
    Fact::sha256(certificate.sha256()).to_text().into_owned()
}
