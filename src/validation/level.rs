//! EN 319 142-1 §6.3 — Requirements for baseline levels: what the document brings, whatever it is worth

use std::collections::BTreeSet;

use super::basic_signature::Basic;
use super::long_term::concerns;
use super::proof_of_existence::{brought, covered};
use super::time_stamp::{Found, TimeStamp, Whose};
use super::verdict::Session;
use crate::format::signature::{Role, Signature};
use crate::path::embedded_status;
use crate::pki::Certificate;
use crate::report::json::{Format, Kind, Level, Origin};
use crate::report::{Recorder, checks};

checks! {
    REACHED = "level.reached", "EN 319 142-1 §6", Indeterminate(SigConstraintsFailure),
        "The signature is of level {level}, and the policy requires {required}.",
        "Chữ ký ở mức {level}, trong khi chính sách yêu cầu {required}.";
}

/// No chain is longer.
const LONGEST: usize = 20;

/// The highest level whose requirements and all lower ones hold for the signature at `position`.
pub(super) fn level(session: &Session<'_>, found: &[Found<'_>], position: usize, stamps: &[TimeStamp<'_>], basic: &Basic) -> Level {
    let Some(signature) = found.get(position).map(|one| one.signature) else { return Level::None };
    if signature.level == Level::None {
        return Level::None;
    }
    let stamped: Vec<&TimeStamp<'_>> =
        stamps.iter().filter(|stamp| is_on_value(stamp) && concerns(stamp, found, position) && imprint_matches(stamp.signature)).collect();
    // EN 319 122-1 §6.3 and its sisters: an archive timestamp is not in the place of the one on the value.
    if !stamped.iter().any(|stamp| stamp.whose == Whose::Document || stamp.signature.covers.role == Role::Value) {
        return Level::BB;
    }
    // The last document timestamp is what keeps the rest; its own certificates are not asked for before the next one.
    let keeping = stamped.iter().filter(|stamp| stamp.keeps()).max_by_key(|stamp| (stamp.signature.position, stamp.signature.stated_time));
    let kept: Vec<&Basic> = stamped
        .iter()
        .filter(|stamp| stamped.len() == 1 || keeping.is_none_or(|keeping| keeping.id != stamp.id))
        .map(|stamp| &stamp.basic)
        .chain([basic])
        .collect();
    let Some(material) = kept.into_iter().map(|basic| material(session, basic)).collect::<Option<Vec<_>>>() else { return Level::BT };
    let is_kept = keeping.is_some_and(|keeping| {
        let covered = covered_evidence(keeping, signature, found);
        material.iter().flatten().all(|alternatives| alternatives.iter().any(|id| covered.contains(id)))
    });
    if is_kept { Level::BLTA } else { Level::BLT }
}

/// Whether it reaches the level that the policy requires of signatures.
pub(super) fn required(
    r: &mut Recorder,
    session: &Session<'_>,
    found: &[Found<'_>],
    position: usize,
    stamps: &[TimeStamp<'_>],
    basic: &Basic,
) {
    let Some(required) = session.context.policy.required_level else { return };
    if found.get(position).is_some_and(|one| one.signature.kind == Kind::Signature) {
        let level = level(session, found, position, stamps, basic);
        r.ask(&REACHED, level >= required, [("level", level.name().into()), ("required", required.name().into())]);
    }
}

/// Evidence records make no baseline level (EN 319 122-1 §6.1).
fn is_on_value(stamp: &TimeStamp<'_>) -> bool {
    let signature = stamp.signature;
    !matches!(stamp.whose, Whose::Content(_)) && signature.covers.role.is_on_value() && signature.format != Format::EvidenceRecord
}

/// Over what is there: the imprint, and everything else that the timestamp names by digest.
fn imprint_matches(stamp: &Signature) -> bool {
    let data = &stamp.signed_data;
    !data.is_empty() && data.iter().all(|datum| datum.actual.as_ref() == Some(&datum.expected))
}

/// What must be in the document for one certificate and its issuers up to an anchor or the last that can be reached: each by the digests of which
/// one is enough. `None` when something is missing.
fn material(session: &Session<'_>, basic: &Basic) -> Option<Vec<Vec<[u8; 32]>>> {
    let chain = chain(session, basic.certificate.as_ref()?, basic);
    let mut needed = Vec::new();
    for (position, certificate) in chain.iter().enumerate() {
        let is_anchor = session.context.anchors.find(certificate).is_some();
        if !is_anchor && !is_embedded(session, certificate) {
            return None;
        }
        if is_anchor || certificate.is_self_issued() {
            continue;
        }
        needed.push(vec![certificate.sha256()]);
        // Of an authority whose issuer is not here nobody can tell more.
        let Some(issuer) = chain.get(position.saturating_add(1)) else {
            if position == 0 {
                return None;
            }
            continue;
        };
        match embedded_status(&session.evidence, certificate, issuer) {
            None => {}
            Some(status) if status.is_empty() => return None,
            Some(status) => needed.push(status),
        }
    }
    Some(needed)
}

fn is_embedded(session: &Session<'_>, certificate: &Certificate) -> bool {
    session.evidence.certificates().any(|(known, origin)| origin == Origin::Embedded && known == certificate)
}

/// The path that was found with its anchor, else what leads upwards by names.
fn chain(session: &Session<'_>, signer: &Certificate, basic: &Basic) -> Vec<Certificate> {
    let path = basic.path.as_ref().filter(|path| !path.path.is_empty());
    if let Some(path) = path {
        let anchor = path.anchor.as_ref().and_then(|anchor| anchor.certificate.clone());
        return path.path.iter().cloned().chain(anchor).collect();
    }
    let mut chain = vec![signer.clone()];
    while let Some(last) = chain.last().filter(|last| !last.is_self_issued() && chain.len() < LONGEST) {
        let Some(issuer) = session.evidence.certificates_named(last.issuer()).find(|issuer| !chain.contains(issuer)) else { break };
        chain.push(issuer.clone());
    }
    chain
}

/// Everything of which the timestamp proves that it is in the document.
fn covered_evidence(stamp: &TimeStamp<'_>, signature: &Signature, found: &[Found<'_>]) -> BTreeSet<[u8; 32]> {
    let covers = &stamp.signature.covers;
    let known = covers.evidence.iter().copied();
    if stamp.whose == Whose::Document {
        return known.chain(covered(stamp.signature, found).flat_map(|one| brought(one.signature))).collect();
    }
    let timestamps = covers.timestamps.iter().filter_map(|index| signature.timestamps.get(*index));
    known.chain(timestamps.flat_map(brought)).collect()
}
