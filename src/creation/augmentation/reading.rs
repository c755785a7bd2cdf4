//! EN 319 102-1 §5.1.3 — What a report says of the way to a level

use std::collections::BTreeSet;

use super::{Added, AugmentError};
use crate::format::signature::Role;
use crate::report::json::{Format, Kind, Level, Reason, SignatureReport, Want, WantKind};
use crate::report::{Block, Conclusion, Report, Step};

/// The signatures: what is to reach a level; of a container without any its timestamps. Those of files that a message brings stay what they are: the
/// message is signed as it is.
pub(super) fn signatures(report: &Report) -> impl Iterator<Item = &SignatureReport> {
    let is_signed = report.signatures.iter().any(|entry| entry.kind == Kind::Signature);
    let kind = if is_signed { Kind::Signature } else { Kind::ContainerTimestamp };
    let is_of_attachment =
        |entry: &SignatureReport| entry.container.as_deref() == Some("edXML") && !matches!(entry.format, Format::XAdES | Format::XmlDSig);
    report.signatures.iter().filter(move |entry| entry.kind == kind && !is_of_attachment(entry))
}

/// The level of an entry; of the older form, which has none, by what stands for it: a timestamp, then all evidence (`is_whole`), then a document
/// timestamp over everything that is not its only one.
pub(super) fn reached(entry: &SignatureReport, report: &Report, is_whole: bool) -> Level {
    if entry.level != Level::None {
        return entry.level;
    }
    let last = report.signatures.iter().any(|other| other.kind == Kind::DocumentTimestamp && other.coverage.whole_document);
    match entry.timestamps.len() {
        0 => Level::BB,
        _ if !is_whole => Level::BT,
        2.. if last => Level::BLTA,
        _ => Level::BLT,
    }
}

/// Id, authority and verdict of the timestamp that was added last.
pub(super) fn stamp(report: &Report, added: &Added) -> Option<(String, String, Conclusion)> {
    let of_subject = |stated: Option<String>| stated.unwrap_or_else(|| "an unknown authority".into());
    match added {
        Added::OnSignature(_) | Added::InRecord(..) => {
            let (signature, kind) = match added {
                Added::InRecord(signature, Role::Archive) => (&signature.id, "archive_timestamp"),
                Added::InRecord(signature, _) => (&signature.id, "signature_timestamp"),
                Added::OnSignature(signature) => (signature, "signature_timestamp"),
                Added::OnDocument | Added::OnContainer => return None,
            };
            let entry = report.signatures.iter().find(|entry| entry.id == *signature)?;
            // A set of attributes has no order: the latest is the one that came last.
            let stamps = entry.timestamps.iter().filter(|stamp| stamp.kind == kind);
            let stamp = stamps.max_by_key(|stamp| (stamp.time.as_ref(), stamp.id.len(), stamp.id.as_str()))?;
            let conclusion = Conclusion { indication: stamp.indication, sub_indication: stamp.sub_indication };
            Some((stamp.id.clone(), of_subject(stamp.authority.clone()), conclusion))
        }
        Added::OnDocument | Added::OnContainer => {
            let mut stamps =
                report.signatures.iter().filter(|entry| matches!(entry.kind, Kind::DocumentTimestamp | Kind::ContainerTimestamp));
            // The files of a container have an order of their own: the latest is the one that came last.
            let entry = match added {
                Added::OnContainer => stamps.max_by_key(|entry| entry.times.claimed.as_ref())?,
                _ => stamps.next_back()?,
            };
            let conclusion = Conclusion { indication: entry.indication, sub_indication: entry.sub_indication };
            Some((entry.id.clone(), of_subject(entry.signer.as_ref().map(|signer| signer.subject.dn.clone())), conclusion))
        }
    }
}

/// The reasons of the block about `subject`, the deciding one first.
pub(super) fn reason_of(report: &Report, subject: &str) -> Option<String> {
    let found =
        below(report.signatures.iter().map(|entry| &entry.checks).collect(), |block| block.subject == subject && !block.is_passed());
    found.first().map(|block| in_words(&Reason::all_of(block)))
}

/// What is wanted for the verdict on `subject`. Which certificate leads upwards is not told apart: a missing issuer is wanted for everybody.
pub(super) fn wants_of(report: &Report, subject: &str) -> Vec<Want> {
    let about = below(report.signatures.iter().map(|entry| &entry.checks).collect(), |block| block.subject == subject);
    let within = below(about, |_| true);
    let ids: BTreeSet<&str> = within.into_iter().flat_map(|block| block.subject.split(' ')).collect();
    let concerns = |want: &&Want| want.kind == WantKind::Certificate || ids.contains(want.subject.as_str());
    report.wants.iter().filter(concerns).cloned().collect()
}

/// The blocks among and below these that are wanted.
fn below(mut open: Vec<&Block>, wanted: impl Fn(&Block) -> bool) -> Vec<&Block> {
    let mut found = Vec::new();
    while let Some(block) = open.pop() {
        if wanted(block) {
            found.push(block);
        }
        open.extend(block.steps.iter().filter_map(|step| match step {
            Step::Block { block, .. } => Some(&**block),
            Step::Check(_) => None,
        }));
    }
    found
}

pub(super) fn not_valid(entry: &SignatureReport) -> AugmentError {
    let conclusion = Conclusion { indication: entry.indication, sub_indication: entry.sub_indication };
    let reason = in_words(&entry.reasons);
    AugmentError::NotValid { signature: entry.id.clone(), conclusion: conclusion.to_string(), reason }
}

/// The first few reasons.
pub(in crate::creation) fn in_words(reasons: &[Reason]) -> String {
    const SEVERAL: usize = 3;
    reasons.iter().take(SEVERAL).map(|reason| reason.en.as_str()).collect::<Vec<_>>().join(" ")
}

pub(super) fn missing(subject: String, reason: String, wants: Vec<Want>) -> AugmentError {
    AugmentError::EvidenceMissing { subject, reason, wants, failures: Vec::new() }
}
