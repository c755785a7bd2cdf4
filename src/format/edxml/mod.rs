//! QCVN 102:2016/BTTTT — Messages between agencies: what of a message is signed, what it brings, and whether the two say the same

mod agreement;
mod message;

use message::{Attachment, Message};

use super::signature::Signature;
use super::{Found, Modified, pades, xades};
use crate::context::Policy;
use crate::document::Detached;
use crate::encoding::pdf::Pdf;
use crate::encoding::xml::{NodeSet, Tree};
use crate::report::json::{CoveredReference, Kind};
use crate::report::{Block, Check, Recorder, checks};

checks! {
    ATTACHMENT_READABLE = "edxml.attachment_readable", "QCVN 102:2016 §2", Indeterminate(SigConstraintsFailure),
        "The attachment {name} cannot be read: {what}.", "Không đọc được tệp đính kèm {name}: {what}.";
}

/// Every check of this room.
pub(crate) fn checks() -> impl Iterator<Item = &'static Check> {
    [CHECKS, agreement::CHECKS].into_iter().flatten().copied()
}

/// What a message holds; `None` when the document is none: the signatures of its envelope, and those of the PDF files that it brings.
pub(crate) fn found(tree: &Tree<'_>, detached: &[Detached<'_>], policy: &Policy) -> Option<Found> {
    let message = Message::read(tree)?;
    // The attachments are told by their names, and whoever passes the message on writes into its trace.
    let attachments = message.attachments.iter().map(|attachment| attachment.node).chain(message.trace);
    let elsewhere = NodeSet::union(attachments.map(|node| NodeSet::subtree(tree, node)).chain([NodeSet::of([])]));
    let (mut found, covered) = xades::found_and_covered(tree, detached, policy, &elsewhere);
    for (position, signature) in (0_u64..).zip(&mut found.signatures) {
        signature.position = (0, position);
    }
    if found.signatures.is_empty() {
        found.modified.push(Modified("header of the message".into()));
    }
    let mut unread = Vec::new();
    for (number, attachment) in (1_u64..).zip(&message.attachments) {
        let name = message.name(attachment).to_owned();
        let covered_here = NodeSet::subtree(tree, attachment.node).subtract(&covered).is_empty();
        match &attachment.octets {
            Err(what) => unread.push((name.clone(), what.clone())),
            Ok(octets) if Pdf::is_announced(octets) => match Pdf::open(octets, &policy.limits, None) {
                Err(malformed) => unread.push((name.clone(), malformed.to_string())),
                Ok(pdf) => {
                    let (part, _) = pades::found(&pdf, policy);
                    let is_whole = part.signatures.iter().any(|one| one.kind == Kind::Signature && one.coverage.whole_document);
                    found.add(within(tree, attachment, number, part));
                    if is_whole {
                        continue;
                    }
                }
            },
            Ok(_) => {}
        }
        if !covered_here {
            found.modified.push(Modified(format!("attachment {name}")));
        }
    }
    for signature in &mut found.signatures {
        signature.container = Some("edXML");
    }
    let listing = std::mem::replace(&mut found.listing, Block::run("", "", "", |_| Ok(())));
    found.listing = Block::run("Signatures of the message", "QCVN 102:2016 §2", "document", |r| {
        r.bind(listing);
        readable(r, &unread);
        agreement::asked(r, &message, &found.signatures);
        Ok(())
    });
    Some(found)
}

/// What stands in an attachment, behind what stands before it.
fn within(tree: &Tree<'_>, attachment: &Attachment, number: u64, mut part: Found) -> Found {
    let mut order: Vec<usize> = (0..part.signatures.len()).collect();
    order.sort_by_key(|index| part.signatures.get(*index).map(|signature| signature.position));
    let uri = format!("cid:{}", attachment.content_id);
    let reference = CoveredReference { uri, node: Some(tree.path(attachment.node)), share: 1.0 };
    for (rank, index) in (0_u64..).zip(order) {
        if let Some(signature) = part.signatures.get_mut(index) {
            signature.position = (number, rank);
            signature.coverage.references = vec![reference.clone()];
        }
    }
    part
}

fn readable(r: &mut Recorder, unread: &[(String, String)]) {
    for (name, what) in unread {
        r.ask(&ATTACHMENT_READABLE, false, [("name", name.clone().into()), ("what", what.clone().into())]);
    }
    if unread.is_empty() {
        r.ask(&ATTACHMENT_READABLE, true, []);
    }
}

/// The certificate that a signature names as its signer's, among those that it brings.
fn signer(signature: &Signature) -> Option<&crate::pki::Certificate> {
    let named = signature.value.as_ref()?.signer.as_ref()?;
    signature.certificates.iter().find(|certificate| named.names(certificate))
}
