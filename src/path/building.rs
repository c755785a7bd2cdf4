//! RFC 4158 — Certification Path Building: from the target towards the trust anchors, most promising issuer first

use std::cmp::Reverse;
use std::rc::Rc;

use super::{Inquiry, subject};
use crate::context::TrustAnchor;
use crate::limits::{Budget, Exhausted};
use crate::pki::extension::AuthorityKeyIdentifier;
use crate::pki::{Certificate, Name, same_integer};
use crate::report::Fact;

/// A path longer than this is nobody's.
const LONGEST: usize = 20;

/// Certificates that one search enters: the limit of a verdict is for all searches of a document together, and whoever leads one of them astray
/// gets no more of it than this.
const WIDEST: u64 = 200;

/// A candidate: the target first, each certificate issued by the next by its name, the last one by the anchor. A target that is itself
/// an anchor stands alone.
#[derive(Clone, Debug)]
pub(crate) struct Path {
    pub certificates: Vec<Certificate>,
    pub anchor: TrustAnchor,
}

impl Path {
    /// The subject of the target in words.
    pub(super) fn target_name(&self) -> Fact {
        self.certificates.first().map_or_else(|| "".into(), subject)
    }

    /// Whether the relying party trusts the target itself.
    pub(super) fn is_anchor_alone(&self) -> bool {
        matches!(self.certificates.as_slice(), [target] if self.anchor.is_certificate(target))
    }
}

/// All paths from the target to a trust anchor, each found when it is asked for, so that a good first one costs no search for others.
pub(super) struct Candidates<'a> {
    inquiry: &'a Inquiry<'a>,
    /// The path in hand, the target first.
    certificates: Vec<Certificate>,
    /// Of each of them, who may have issued it and was not looked at yet, the most promising last.
    open: Vec<Vec<Candidate<'a>>>,
    issuers: Issuers<'a>,
    /// What this search may still enter.
    left: Budget,
    /// The limit at which the search ended.
    pub exhausted: Option<Exhausted>,
}

impl<'a> Candidates<'a> {
    pub(super) fn new(inquiry: &'a Inquiry<'a>, target: &Certificate) -> Self {
        let left = Budget::new("paths", WIDEST);
        let issuers = Issuers { inquiry, named: Vec::new() };
        let mut candidates = Self { inquiry, certificates: Vec::new(), open: Vec::new(), issuers, left, exhausted: None };
        match inquiry.context.anchors.find(target) {
            Some(anchor) => {
                candidates.certificates.push(target.clone());
                candidates.open.push(vec![Candidate::Anchor(anchor)]);
            }
            None => candidates.enter(target),
        }
        candidates
    }

    pub(super) fn next(&mut self) -> Option<Path> {
        while let Some(issuers) = self.open.last_mut() {
            match (issuers.pop(), self.certificates.last()) {
                (Some(issuer), Some(certificate)) if is_refuted(self.inquiry, &issuer, certificate) => {}
                (Some(Candidate::Anchor(anchor)), _) => {
                    return Some(Path { certificates: self.certificates.clone(), anchor: anchor.clone() });
                }
                (Some(Candidate::Certificate(issuer)), _) if self.exhausted.is_none() => {
                    if !self.certificates.iter().any(|certificate| is_same_entity(certificate, issuer)) {
                        self.enter(issuer);
                    }
                }
                (Some(Candidate::Certificate(_)), _) => {}
                (None, _) => {
                    self.open.pop();
                    self.certificates.pop();
                }
            }
        }
        None
    }

    /// One certificate further. At the limit nothing is entered any more; what the anchors issued of what was found is still told.
    fn enter(&mut self, certificate: &Certificate) {
        if let Err(exhausted) = self.inquiry.budgets.paths.spend(1).and_then(|()| self.left.spend(1)) {
            self.exhausted = Some(exhausted);
            return;
        }
        self.certificates.push(certificate.clone());
        let mut issuers = self.issuers.of(certificate, self.certificates.len() < LONGEST);
        issuers.reverse();
        self.open.push(issuers);
    }
}

/// The certificate at which a search without result came to its end: the one whose issuer is missing.
pub(super) fn last_reachable(inquiry: &Inquiry<'_>, target: &Certificate) -> Certificate {
    let mut path = vec![target.clone()];
    let mut last = target.clone();
    let mut issuers = Issuers { inquiry, named: Vec::new() };
    while path.len() < LONGEST {
        let next = issuers.of(&last, true).into_iter().find_map(|issuer| match issuer {
            Candidate::Certificate(issuer) if !path.iter().any(|certificate| is_same_entity(certificate, issuer)) => Some(issuer.clone()),
            _ => None,
        });
        let Some(next) = next else { break };
        path.push(next.clone());
        last = next;
    }
    last
}

/// RFC 4158 §2.4.2: a path in which one name and key stand twice is a loop.
fn is_same_entity(a: &Certificate, b: &Certificate) -> bool {
    a == b || (a.subject_public_key_info() == b.subject_public_key_info() && a.subject().matches(b.subject()))
}

/// Who may have issued a certificate.
#[derive(Clone, Copy)]
enum Candidate<'a> {
    Anchor(&'a TrustAnchor),
    Certificate(&'a Certificate),
}

/// Who may have issued certificates, by the names of issuers that were asked for: each list is put in order once, for a thousand authorities of
/// one name certify each other.
struct Issuers<'a> {
    inquiry: &'a Inquiry<'a>,
    named: Vec<(Name, Rc<[Candidate<'a>]>)>,
}

impl<'a> Issuers<'a> {
    /// Anchors and, unless the path is at its longest, certificates whose subject is the issuer of `certificate`: those that its authority key
    /// identifier names first, then anchors (RFC 4158 §3.5).
    fn of(&mut self, certificate: &Certificate, further: bool) -> Vec<Candidate<'a>> {
        let named = certificate.authority_key_identifier().ok().flatten();
        let mut ranked = [Vec::new(), Vec::new(), Vec::new()];
        for candidate in self.named(certificate.issuer()).iter() {
            let issuer = match candidate {
                Candidate::Anchor(anchor) => anchor.certificate.as_ref(),
                Candidate::Certificate(issuer) if further && *issuer != certificate => Some(*issuer),
                Candidate::Certificate(_) => continue,
            };
            let rank = issuer.zip(named.as_ref()).map_or(1, |(issuer, named)| key_identifier_rank(named, issuer));
            if let Some(of_rank) = ranked.get_mut(rank) {
                of_rank.push(*candidate);
            }
        }
        ranked.concat()
    }

    /// Anchors and certificates of this name, the most promising first as far as that does not depend on what they issued.
    fn named(&mut self, name: &Name) -> Rc<[Candidate<'a>]> {
        if let Some((_, known)) = self.named.iter().find(|(known, _)| known.matches(name)) {
            return Rc::clone(known);
        }
        let Inquiry { context, evidence, time, .. } = *self.inquiry;
        let anchors = context.anchors.named(name).map(|anchor| (Candidate::Anchor(anchor), anchor.certificate.as_ref()));
        let others = evidence.certificates_named(name).filter(|other| !context.anchors.iter().any(|anchor| anchor.is_certificate(other)));
        let others = others.map(|other| (Candidate::Certificate(other), Some(other)));
        let mut found: Vec<(Candidate<'a>, _)> = anchors
            .chain(others)
            .map(|(candidate, issuer)| {
                let is_anchor = matches!(candidate, Candidate::Anchor(_));
                let in_validity = issuer.is_none_or(|issuer| issuer.not_before() <= time && time <= issuer.not_after());
                // RFC 4158 §3.5: whoever an anchor certified is at the end of its way already.
                let under_anchor = issuer.is_some_and(|issuer| context.anchors.named(issuer.issuer()).next().is_some());
                let since = Reverse(issuer.map_or(i64::MAX, |issuer| issuer.not_before().unix()));
                (candidate, (!is_anchor, !in_validity, !under_anchor, since))
            })
            .collect();
        found.sort_by_key(|(_, order)| *order);
        let found: Rc<[Candidate<'a>]> = found.into_iter().map(|(candidate, _)| candidate).collect();
        self.named.push((name.clone(), Rc::clone(&found)));
        found
    }
}

/// A path over a signature that was found wrong before needs no second look.
fn is_refuted(inquiry: &Inquiry<'_>, candidate: &Candidate<'_>, certificate: &Certificate) -> bool {
    let key = match candidate {
        Candidate::Anchor(anchor) => Ok(&anchor.public_key),
        Candidate::Certificate(issuer) => issuer.public_key(),
    };
    key.is_ok_and(|key| inquiry.budgets.is_refuted(key, certificate.sha256()))
}

/// 0 the identifiers agree, 1 one of them is missing, 2 they differ (which forbids nothing: RFC 4158 §3.5.12).
fn key_identifier_rank(named: &AuthorityKeyIdentifier, issuer: &Certificate) -> usize {
    let own = issuer.subject_key_identifier().ok().flatten();
    let by_key = match (&named.key_identifier, &own) {
        (Some(named), Some(own)) => Some(named.octets() == own.octets()),
        _ => None,
    };
    let by_serial = match (&named.issuer, &named.serial) {
        (Some(names), Some(serial)) => {
            Some(same_integer(serial.octets(), issuer.serial()) && names.directories().any(|name| name.matches(issuer.issuer())))
        }
        _ => None,
    };
    match (by_key, by_serial) {
        (Some(false), _) | (None, Some(false)) => 2,
        (Some(true), Some(false)) | (None, None) => 1,
        (Some(true), _) | (None, Some(true)) => 0,
    }
}
