//! May this certificate be believed? RFC 5280 §6.1 — Certification Path Validation, every candidate path explained

mod basic_processing;
mod building;
mod cache;
mod crl_issuer;
mod crl_processing;
mod crl_scope;
mod cryptographic_constraints;
mod delta_crl;
pub(crate) mod freshness;
mod inquiry;
mod issuer;
mod name_constraints;
mod ocsp_acceptance;
mod ocsp_responder;
mod policy_graph;
mod preparation_for_next;
mod report;
mod revocation;
mod validation_time_sliding;
mod wrap_up;

pub use cache::Cache;
pub use report::PathReport;

pub(crate) use building::Path;
pub(crate) use cryptographic_constraints::Use;
pub(crate) use inquiry::{Budgets, Inquiry};
pub(crate) use issuer::algorithm_name;
pub(crate) use revocation::{Relied, embedded_status};
pub(crate) use validation_time_sliding::Proofs;

use basic_processing::{Said, is_within_validity};
use issuer::Issuer;

use crate::context::{Context, Evidence, Purpose, TrustAnchor};
use crate::crypto::DigestAlgorithm;
use crate::limits::Exhausted;
use crate::pki::extension::NameConstraints;
use crate::pki::object_id::ObjectId;
use crate::pki::{BasicOcspResponse, Certificate};
use crate::report::fact::digest_text;
use crate::report::json::{Revocation, RevocationStatus, Want, WantKind};
use crate::report::{Block, Check, Detail, Fact, Recorder, SubIndication, checks};
use crate::time::Time;

checks! {
    TRUST_ANCHOR_REACHED = "path.trust_anchor_reached", "EN 319 102-1 §5.2.6.4 (1)", Indeterminate(NoCertificateChainFound),
        "No certification path leads from the certificate of {subject} to a trust anchor of the relying party.",
        "Không có đường dẫn chứng thực từ chứng thư của {subject} tới tổ chức chứng thực mà bên kiểm tra tin cậy.";
    WITHIN_LIMITS = "limit.paths", "RFC 5280 §6", Indeterminate(CertificateChainGeneralFailure),
        "The search for a certification path ended at a limit: {limit}.",
        "Việc tìm đường dẫn chứng thực dừng do đạt giới hạn.";
    DERIVATION_TOLD = "limit.derivation", "EN 319 102-1 §5.1.3", Indeterminate(CertificateChainGeneralFailure),
        "Here only what failed is told, as the derivation grew to its limit: {limit}.",
        "Tại đây chỉ nêu những gì không đạt, do phần dẫn giải đã đến giới hạn.";
}

/// Every check of this room.
pub(crate) fn checks() -> impl Iterator<Item = &'static Check> {
    [
        CHECKS,
        basic_processing::CHECKS,
        crl_issuer::CHECKS,
        crl_processing::CHECKS,
        delta_crl::CHECKS,
        ocsp_acceptance::CHECKS,
        ocsp_responder::CHECKS,
        preparation_for_next::CHECKS,
        revocation::CHECKS,
        validation_time_sliding::CHECKS,
        wrap_up::CHECKS,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// The inputs of RFC 5280 §6.1.1 (c) to (i) beside trust anchors and time; the default asks least: any policy, nothing inhibited.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// What the target is to be used for.
    pub purpose: Purpose,
    /// (c) user-initial-policy-set; empty is anyPolicy.
    pub user_initial_policy_set: Vec<ObjectId>,
    /// (e) initial-policy-mapping-inhibit
    pub initial_policy_mapping_inhibit: bool,
    /// (f) initial-explicit-policy
    pub initial_explicit_policy: bool,
    /// (g) initial-any-policy-inhibit
    pub initial_any_policy_inhibit: bool,
    /// (h), (i) initial-permitted-subtrees and initial-excluded-subtrees
    pub initial_names: Option<NameConstraints>,
    /// How much of the derivation is kept.
    pub detail: Detail,
}

/// Validates `target` at `context.time` over every candidate path until one passes, with revocation as the policy asks. Total: a path
/// that fails is a report that says so.
///
/// ```
/// use kyso::testkit::DemoPki;
/// use kyso::{Context, Policy, Time, path};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let time = Time::from_rfc3339("2026-11-22T09:00:00+07:00")?;
/// let pki = DemoPki::new([7; 32], time)?;
/// let (policy, anchors, evidence) = (Policy::etsi_basic(), pki.trust_anchors()?, pki.evidence()?);
/// let context = Context { policy: &policy, anchors: &anchors, evidence: &evidence, time, existence: None };
/// let signer = pki.leader_signer()?;
/// let [leader, ..] = kyso::Signer::certificates(&signer) else { return Err("no certificate".into()) };
/// let report = path::validate(leader, &path::Request::default(), &context);
/// assert!(report.valid, "{}", report.to_json());
/// # Ok(())
/// # }
/// ```
pub fn validate(target: &Certificate, request: &Request, context: &Context<'_>) -> PathReport {
    let budgets = Budgets::of(context, None);
    PathReport::of(validated(&Inquiry::new(context, &budgets, request.detail), target, request))
}

/// [`validate`] with the signatures that `cache` knows to hold or not to; the report is the same without it.
pub fn validate_with_cache(target: &Certificate, request: &Request, context: &Context<'_>, cache: &Cache) -> PathReport {
    let budgets = Budgets::of(context, Some(cache));
    PathReport::of(validated(&Inquiry::new(context, &budgets, request.detail), target, request))
}

/// Whether `response` speaks for certificates of `issuer`: by its signature and by the authority of whoever made it (RFC 6960 §3.2 (2) to (4)).
pub fn validate_ocsp_response(response: &BasicOcspResponse, issuer: &Certificate, context: &Context<'_>) -> PathReport {
    let budgets = Budgets::of(context, None);
    ocsp_responder::of_issuer(&Inquiry::new(context, &budgets, Detail::Steps), response, issuer)
}

/// What was found.
#[derive(Clone)]
pub(crate) struct Validated {
    /// The derivation, every candidate path in it.
    pub block: Block,
    /// The certificates of the path chosen, the target first, that of the anchor left out. Empty when there is none.
    pub path: Vec<Certificate>,
    /// The anchor of that path.
    pub anchor: Option<TrustAnchor>,
    /// The status of the certificates of that path.
    pub revocation: Vec<Revocation>,
    /// user-constrained-policy-set of that path (§6.1.6), dotted.
    pub policies: Vec<String>,
    /// What is missing.
    pub wants: Vec<Want>,
    /// Of the past: the time by which what the target signed must have existed (EN 319 102-1 §5.6.2.2).
    pub control_time: Option<Time>,
    /// The signatures that the path rests on.
    pub uses: Vec<Use>,
    /// What the status of its certificates rests on.
    pub relied: Vec<Relied>,
}

/// Validates `target` over every candidate path until one passes; else the most telling one speaks.
pub(crate) fn validated(inquiry: &Inquiry<'_>, target: &Certificate, request: &Request) -> Validated {
    let mut candidates = building::Candidates::new(inquiry, target);
    let mut tried: Vec<Judged> = Vec::new();
    while let Some(path) = candidates.next() {
        let judged = further(inquiry, request, path, candidates.exhausted.as_ref(), tried.is_empty());
        // Of the past, the path with the latest control time is the best one, and none is better than now.
        let passed = judged.block.is_passed() && judged.said.control_time.is_none_or(|time| time >= inquiry.context.time);
        tried.push(judged);
        if passed {
            break;
        }
    }
    let Some(position) = chosen(&tried) else { return unreachable_anchor(inquiry, target, candidates.exhausted) };
    let (mut blocks, mut of_chosen) = (Vec::with_capacity(tried.len()), None);
    for (at, judged) in tried.into_iter().enumerate() {
        let Judged { block, path, said } = judged;
        if at == position {
            of_chosen = Some((block.is_passed(), path, said));
        }
        blocks.push(block);
    }
    let Some((passed, path, said)) = of_chosen else { return unreachable_anchor(inquiry, target, None) };
    // A path that was not looked at might pass: the search without end speaks, not what it met before.
    let mut speaks = position;
    if let Some(exhausted) = candidates.exhausted.filter(|_| !passed) {
        speaks = blocks.len();
        blocks.push(unfinished(inquiry, target, &exhausted));
    }
    let block = Block::any(
        "X.509 certificate validation",
        "EN 319 102-1 §5.2.6",
        certificate_id(target),
        blocks.into_iter().map(Into::into).collect(),
        speaks,
    );
    let Said { revocation, policies, wants, control_time, uses, relied, .. } = said;
    Validated { block, path: path.certificates, anchor: Some(path.anchor), revocation, policies, wants, control_time, uses, relied }
}

impl Validated {
    /// Whether the authority at `position` of the path had a certificate at `time`: that of the path, or another one of its name and key from
    /// whoever stands above. Authorities are certified again under the key that they have, and both certificates are of one authority.
    pub(crate) fn is_authority_at(&self, position: usize, time: Time, evidence: &Evidence, budgets: &Budgets<'_>) -> bool {
        let Some(certificate) = self.path.get(position) else { return true };
        let above = match self.path.get(position.saturating_add(1)) {
            Some(above) => Some(Issuer::of_certificate(above)),
            None => self.anchor.as_ref().map(Issuer::of_anchor),
        };
        let is_again = |other: &Certificate| {
            other.subject_public_key_info() == certificate.subject_public_key_info()
                && other.basic_constraints().is_ok_and(|basic| basic.is_some_and(|basic| basic.ca))
                && is_within_validity(other, time)
                && above.as_ref().is_some_and(|above| above.issued(other, budgets))
        };
        is_within_validity(certificate, time) || evidence.certificates_named(certificate.subject()).any(is_again)
    }

    /// Nothing beside a derivation.
    fn without_path(block: Block) -> Self {
        let (path, revocation, policies, wants, uses, relied) = Default::default();
        Self { block, path, anchor: None, revocation, policies, wants, control_time: None, uses, relied }
    }
}

/// One candidate path. The first one is told in full, others as long as there is room.
fn further(inquiry: &Inquiry<'_>, request: &Request, path: Path, exhausted: Option<&Exhausted>, is_first: bool) -> Judged {
    let left = if is_first { Ok(()) } else { inquiry.budgets.derivation.spend(0) };
    let detail = if left.is_ok() { inquiry.detail } else { Detail::Failures };
    let before = inquiry.budgets.told.get();
    let mut judged = basic_processing::certification_path(&Inquiry { detail, ..*inquiry }, request, path, exhausted);
    count_told(inquiry, before, &judged.block);
    if let Some(exhausted) = left.err().filter(|_| inquiry.detail == Detail::Steps) {
        judged.block = Block::run_after(judged.block, |r| {
            r.tolerate(&DERIVATION_TOLD, false, || [("limit", exhausted.to_string().into())]);
        });
    }
    judged
}

/// How much of what is derived about the next signer of revocation information is told. The conclusion is the same.
fn told(r: &mut Recorder, inquiry: &Inquiry<'_>) -> Detail {
    let left = inquiry.budgets.derivation.spend(0);
    r.tolerate(&DERIVATION_TOLD, left.is_ok(), || [("limit", left.err().map_or(String::new(), |exhausted| exhausted.to_string()).into())]);
    if left.is_ok() { inquiry.detail } else { Detail::Failures }
}

/// Counts what was told since `before`, each step once: some of it was counted within.
fn count_told(inquiry: &Inquiry<'_>, before: u64, block: &Block) {
    let (steps, told) = (u64::try_from(block.checks().len()).unwrap_or(u64::MAX), &inquiry.budgets.told);
    let own = steps.saturating_sub(told.get().saturating_sub(before));
    told.set(told.get().saturating_add(own));
    // Told at the next signer.
    let _: Result<(), Exhausted> = inquiry.budgets.derivation.spend(own);
}

/// The search for further paths, ended at a limit.
fn unfinished(inquiry: &Inquiry<'_>, target: &Certificate, exhausted: &Exhausted) -> Block {
    Block::run_in(inquiry.detail, "Certification path building", "RFC 4158 §2", certificate_id(target), |r| {
        r.require(&WITHIN_LIMITS, false, || [("limit", exhausted.to_string().into()), ("subject", subject(target))])
    })
}

/// A path with everything found about it.
struct Judged {
    block: Block,
    path: Path,
    said: Said,
}

/// The two questions on which a search without result ends, of a path that was found.
fn found(r: &mut Recorder, path: &Path, exhausted: Option<&Exhausted>) {
    r.tolerate(&WITHIN_LIMITS, exhausted.is_none(), || [("limit", exhausted.map_or(String::new(), ToString::to_string).into())]);
    r.ask(&TRUST_ANCHOR_REACHED, true, || [("subject", path.target_name()), ("anchor", path.anchor.id().into())]);
}

/// A path that passed, else the one whose failure tells most: about time or status rather than about structure; last of all what turned out
/// to be no path, as one of its keys did not sign what stands below.
fn chosen(tried: &[Judged]) -> Option<usize> {
    let rank = |judged: &Judged| match judged.block.conclusion.sub_indication {
        None => 0,
        Some(_) if judged.said.is_broken => 3,
        Some(SubIndication::CertificateChainGeneralFailure) => 2,
        Some(_) => 1,
    };
    let order = |(position, judged): &(usize, &Judged)| (rank(judged), std::cmp::Reverse(judged.said.control_time), *position);
    tried.iter().enumerate().min_by_key(order).map(|(position, _)| position)
}

fn unreachable_anchor(inquiry: &Inquiry<'_>, target: &Certificate, exhausted: Option<Exhausted>) -> Validated {
    let last = building::last_reachable(inquiry, target);
    let block = Block::run("X.509 certificate validation", "EN 319 102-1 §5.2.6", certificate_id(target), |r| {
        if let Some(exhausted) = exhausted {
            r.require(&WITHIN_LIMITS, false, [("limit", exhausted.to_string().into())])?;
        }
        let facts = [
            ("subject", target.subject().text().to_owned().into()),
            ("last_issuer", last.issuer().text().to_owned().into()),
            ("trust_anchors", inquiry.context.anchors.iter().count().into()),
        ];
        r.require(&TRUST_ANCHOR_REACHED, false, facts)
    });
    let want = |url: Option<&str>| Want {
        kind: WantKind::Certificate,
        url: url.map(str::to_owned),
        subject: certificate_id(&last),
        why: TRUST_ANCHOR_REACHED.id.into(),
    };
    let access = last.authority_information_access().ok().flatten();
    let mut wants: Vec<Want> = access.iter().flat_map(|access| reachable(access.ca_issuers())).map(|url| want(Some(url))).collect();
    // Nothing stands above a root: whoever trusts it says so with an anchor.
    let is_root = last.is_self_issued() && is_own_issuer(&last);
    if wants.is_empty() && !is_root {
        wants.push(want(None));
    }
    let revocation = vec![unknown_status(target)];
    Validated { revocation, wants, ..Validated::without_path(block) }
}

/// Whether the key that a self-issued certificate names as its issuer's is its own, or none is named: a new key may be certified by an old one.
fn is_own_issuer(certificate: &Certificate) -> bool {
    let issuer = certificate.authority_key_identifier().ok().flatten().and_then(|issuer| issuer.key_identifier);
    issuer.is_none() || issuer == certificate.subject_key_identifier().ok().flatten()
}

/// More addresses of one kind are not told: a certificate can name thousands.
const ADDRESSES: usize = 4;

/// Of several addresses those that the web has, since few can ask a directory, each once and in their order; else the first.
fn reachable<'a>(addresses: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let scheme = |address: &str| address.split(':').next().unwrap_or_default().to_ascii_lowercase();
    let (mut web, mut first) = (Vec::new(), None);
    for address in addresses {
        first = first.or(Some(address));
        if web.len() < ADDRESSES && !web.contains(&address) && matches!(scheme(address).as_str(), "http" | "https") {
            web.push(address);
        }
    }
    if web.is_empty() { first.into_iter().collect() } else { web }
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

/// `sha256:<hex>` of a certificate's octets.
pub(crate) fn certificate_id(certificate: &Certificate) -> String {
    digest_text(DigestAlgorithm::Sha256, &certificate.sha256())
}

/// The subject in words.
fn subject(certificate: &Certificate) -> Fact {
    certificate.subject().text().to_owned().into()
}

/// Identifiers as a fact.
fn list(values: Vec<String>) -> Fact {
    Fact::List(values.into_iter().map(Fact::from).collect())
}
