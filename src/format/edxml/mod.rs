//! QCVN 102:2016/BTTTT — Messages between agencies: what of a message is signed, what it brings, and whether the two say the same

mod agreement;
pub(crate) mod message;
mod reading;

use std::collections::{BTreeMap, BTreeSet};

use message::{Attachment, Message};

use super::signature::Signature;
use super::xades::Elsewhere;
use super::{Found, Modified, pades, xades};
use crate::context::Policy;
use crate::document::Detached;
use crate::encoding::pdf::Pdf;
use crate::encoding::xml::{NodeSet, Tree};
use crate::report::json::{CoveredReference, Kind};
use crate::report::{Block, Check, Fact, Recorder, checks};

checks! {
    ATTACHMENT_READABLE = "edxml.attachment_readable", "QCVN 102:2016 §2", Indeterminate(SigConstraintsFailure),
        "The attachment {name} cannot be read: {what}.", "Không đọc được tệp đính kèm {name}.";
    ATTACHMENTS_COVERED = "edxml.attachments_covered", "QCVN 102:2016 §2", Indeterminate(SigConstraintsFailure),
        "The signature of the message is not over the attachments {missing}, only over {covered}.",
        "Chữ ký của thông điệp không bao trùm các tệp đính kèm {missing}, chỉ bao trùm {covered}.";
    NO_NAMESAKE = "edxml.no_unsigned_namesake", "QCVN 102:2016 §2 (ContentId)", Failed(FormatFailure),
        "{id} is signed, and another attachment of that identifier is not: whoever looks for the one may find the other.",
        "{id} được ký còn một tệp đính kèm khác cùng định danh thì không: người đọc có thể lấy nhầm tệp không được ký.";
}

/// Every check of this room.
pub(crate) fn checks() -> impl Iterator<Item = &'static Check> {
    [CHECKS, agreement::CHECKS, reading::CHECKS].into_iter().flatten().copied()
}

/// What a message holds; `None` when the document is none: the signatures of its envelope, and those of the PDF files that it brings.
pub(crate) fn found(tree: &Tree<'_>, detached: &[Detached<'_>], policy: &Policy) -> Option<Found> {
    let message = Message::read(tree)?;
    let (mut found, covered) = xades::found_and_covered(tree, detached, policy, &elsewhere(tree, &message));
    for (position, signature) in (0_u64..).zip(&mut found.signatures) {
        signature.position = (0, position);
    }
    let names = message.names();
    over_attachments(&mut found, tree, &message, &names, &covered);
    let is_unsigned = found.signatures.is_empty();
    if is_unsigned {
        found.modified.push(Modified("edXMLHeader".into()));
    }
    let covered = NodeSet::union(covered.into_iter().chain([NodeSet::of([])]));
    found.modified.extend(message.misplaced.iter().filter(|node| !covered.contains(**node)).map(|node| Modified(tree.path(*node))));
    let mut unread = Vec::new();
    for (number, (attachment, name)) in (1_u64..).zip(message.attachments.iter().zip(&names)) {
        let name = (*name).to_owned();
        let covered_here = attachment.is_within(tree, &covered);
        match &attachment.octets {
            Err(what) => unread.push((name.clone(), what.clone())),
            Ok(octets) if Pdf::is_announced(octets) => match Pdf::open(octets, &policy.limits, None) {
                Err(malformed) => unread.push((name.clone(), malformed.to_string())),
                Ok(pdf) => {
                    let (part, _) = pades::found(&pdf, policy);
                    let is_whole = part.signatures.iter().any(|one| one.kind == Kind::Signature && one.coverage.whole_document);
                    found.add(within(tree, (attachment, &name), number, part));
                    // Of a message that nobody signs nothing more can be asked. A signed one says that the file belongs to it, or does not.
                    if is_whole && is_unsigned {
                        continue;
                    }
                }
            },
            Ok(_) => {}
        }
        if !covered_here {
            found.modified.push(Modified(format!("Attachment {name}")));
        }
    }
    for signature in &mut found.signatures {
        signature.container = Some("edXML");
    }
    let listing = std::mem::replace(&mut found.listing, Block::run("", "", "", |_| Ok(())));
    found.listing = Block::run("Signatures of the message", "QCVN 102:2016 §2", "document", |r| {
        r.bind(listing);
        readable(r, &unread);
        reading::asked(r, tree, &message);
        agreement::asked(r, &message, &found.signatures);
        Ok(())
    });
    Some(found)
}

/// The attachments are told by their names, and whoever passes the message on writes into its trace. What an attachment is made of may stand beside
/// the same of a signed one: it is looked for by its identifier.
fn elsewhere(tree: &Tree<'_>, message: &Message) -> Elsewhere {
    let attachments = || message.attachments.iter().map(|attachment| attachment.node);
    // A SOAP header in which nothing stands says nothing.
    let judged = attachments().chain(message.trace).chain(message.empty_header).map(|node| NodeSet::subtree(tree, node));
    let told_apart = attachments().flat_map(|node| tree.elements(node).chain([node]).collect::<Vec<_>>());
    let unsigned = message.trace.into_iter().chain(message.empty_header).map(|node| NodeSet::subtree(tree, node));
    let trace = NodeSet::union(unsigned.chain([NodeSet::of([])]));
    Elsewhere { judged: NodeSet::union(judged.chain([NodeSet::of([])])), told_apart: NodeSet::of(told_apart), changing: trace }
}

/// An attachment as the signatures of its message know it.
struct Named<'m> {
    attachment: &'m Attachment,
    name: &'m str,
    /// By which references can name it.
    uri: Option<String>,
    /// Its identifier, by a number: the same for those that have the same.
    id: usize,
}

/// All attachments, each looked at once however many signatures there are.
fn named<'m>(tree: &Tree<'_>, message: &'m Message, names: &[&'m str]) -> Vec<Named<'m>> {
    let mut ids: BTreeMap<&str, usize> = BTreeMap::new();
    let of = |(attachment, name): (&'m Attachment, &&'m str)| {
        let next = ids.len();
        let id = *ids.entry(&attachment.content_id).or_insert(next);
        Named { attachment, name, uri: xades::identifier(tree, attachment.node).map(|id| format!("#{id}")), id }
    };
    message.attachments.iter().zip(names).map(of).collect()
}

/// Of each signature of the message, which attachments it is over, and whether another may be taken for one of these.
fn over_attachments(found: &mut Found, tree: &Tree<'_>, message: &Message, names: &[&str], covered: &[NodeSet]) {
    if message.attachments.is_empty() {
        return;
    }
    let all = named(tree, message, names);
    let by_uri: BTreeMap<&str, &Named<'_>> = all.iter().filter_map(|one| Some((one.uri.as_deref()?, one))).collect();
    for (signature, covered) in found.signatures.iter_mut().zip(covered).filter(|(signature, _)| signature.kind == Kind::Signature) {
        let (signed, unsigned): (Vec<_>, Vec<_>) = all.iter().partition(|one| one.attachment.is_within(tree, covered));
        let mut ids = vec![false; all.len()];
        for one in &signed {
            if let Some(is_signed) = ids.get_mut(one.id) {
                *is_signed = true;
            }
        }
        let namesake = unsigned.iter().find(|one| ids.get(one.id) == Some(&true));
        signature.format_checking = after(&mut signature.format_checking, |r| {
            let id = namesake.map_or(String::new(), |one| format!("cid:{}", one.attachment.content_id));
            r.ask(&NO_NAMESAKE, namesake.is_none(), [("id", id.into())]);
        });
        name_references(signature, (tree, covered), &by_uri, &signed);
        let (over, not) = (told(signed.iter().map(|one| one.name)), told(unsigned.iter().map(|one| one.name)));
        signature.format_constraints = after(&mut signature.format_constraints, |r| {
            r.tolerate(&ATTACHMENTS_COVERED, unsigned.is_empty(), [("covered", over), ("missing", not)]);
        });
    }
}

/// Of each reference the attachment that it is to, and behind them those attachments that the signature is over by none of their own.
fn name_references(
    signature: &mut Signature,
    (tree, covered): (&Tree<'_>, &NodeSet),
    by_uri: &BTreeMap<&str, &Named<'_>>,
    signed: &[&Named<'_>],
) {
    let mut referenced = BTreeSet::new();
    for reference in &mut signature.coverage.references {
        if let Some(one) = by_uri.get(&*reference.uri).filter(|one| one.attachment.is_within(tree, covered)) {
            referenced.insert(one.attachment.node);
            reference.name = Some(one.name.to_owned());
        }
    }
    let others = signed.iter().filter(|one| !referenced.contains(&one.attachment.node)).take(TOLD);
    let octets = |range: std::ops::Range<usize>| u32::try_from(range.len()).map_or(f64::MAX, f64::from);
    let whole = octets(0..tree.text().len()).max(1.0);
    signature.coverage.references.extend(others.map(|one| CoveredReference {
        uri: format!("cid:{}", one.attachment.content_id),
        node: Some(tree.path(one.attachment.node)),
        name: Some(one.name.to_owned()),
        share: (octets(tree.span(one.attachment.node)) / whole).min(1.0),
    }));
}

/// No more attachments are named by each signature.
const TOLD: usize = 100;

fn told<'n>(names: impl ExactSizeIterator<Item = &'n str>) -> Fact {
    let more = names.len().saturating_sub(TOLD);
    let more = (more > 0).then(|| Fact::from(format!("{more} more")));
    Fact::List(names.take(TOLD).map(|name| Fact::from(name.to_owned())).chain(more).collect())
}

fn after(block: &mut Block, more: impl FnOnce(&mut Recorder)) -> Block {
    Block::run_after(std::mem::replace(block, Block::run("", "", "", |_| Ok(()))), more)
}

/// What stands in an attachment, behind what stands before it.
fn within(tree: &Tree<'_>, (attachment, name): (&Attachment, &str), number: u64, mut part: Found) -> Found {
    let mut order: Vec<usize> = (0..part.signatures.len()).collect();
    order.sort_by_key(|index| part.signatures.get(*index).map(|signature| signature.position));
    let uri = format!("cid:{}", attachment.content_id);
    let reference = CoveredReference { uri, node: Some(tree.path(attachment.node)), name: Some(name.to_owned()), share: 1.0 };
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

/// The certificate that a signature names as its signer's, beside its value or in what is signed, among those that it brings.
fn signer(signature: &Signature) -> Option<&crate::pki::Certificate> {
    let value = signature.value.as_ref()?;
    let certificates = || signature.certificates.iter();
    let named = value.signer.as_ref().and_then(|named| certificates().find(|certificate| named.names(certificate)));
    named.or_else(|| {
        let referenced = value.references.iter();
        referenced.flat_map(|reference| certificates().find(|certificate| reference.matches(certificate) == Some(true))).next()
    })
}
