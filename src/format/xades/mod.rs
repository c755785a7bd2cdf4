//! XML Signature, EN 319 132-1 — signatures of XML documents

mod core_validation;
mod coverage;
mod identifiers;
mod key_info;
mod key_names;
mod names;
mod own_parts;
mod qualifying_properties;
mod reference;
mod signature_element;
mod time_stamps;
mod transforms;
mod unsigned_properties;
#[cfg(feature = "sign")]
pub(crate) mod writing;
mod xpath_filter;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use core_validation::{Read, Surroundings};
use coverage::{Namesakes, Unsigned, is_whole, unsigned};
use identifiers::Identifiers;
use names::{DS, is_xades};
use reference::{Names, References};
use transforms::Fault;

use super::signature::Signature;
use super::{Found, Modified};
use crate::context::Policy;
use crate::document::Detached;
use crate::encoding::xml::{NodeId, NodeSet, Tree, ValuePrefixes};
use crate::limits::Budget;
use crate::report::json::{DocumentFacts, Format, Kind, Want, WantKind};
use crate::report::{Block, Check, checks};

checks! {
    WITHIN_LIMITS = "xades.signatures_within_limit", "XML Signature §4.2", Indeterminate(SigConstraintsFailure),
        "The document has more than {limit} signatures; the others are not judged.", "Tài liệu có hơn {limit} chữ ký; phần còn lại không được kiểm tra.";
    LISTED = "xades.signature_listed", "XML Signature §4.2", Indeterminate(SigConstraintsFailure),
        "{path} is built like a signature and is none: it is in the namespace `{namespace}`.",
        "{path} có cấu trúc như chữ ký nhưng không phải chữ ký: nằm trong không gian tên `{namespace}`.";
}

/// Every check of this room.
pub(crate) fn checks() -> impl Iterator<Item = &'static Check> {
    [
        CHECKS,
        core_validation::CHECKS,
        coverage::CHECKS,
        key_names::CHECKS,
        qualifying_properties::CHECKS,
        signature_element::CHECKS,
        time_stamps::CHECKS,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// What an XML document holds.
pub(crate) fn found(tree: &Tree<'_>, detached: &[Detached<'_>], policy: &Policy) -> Found {
    found_and_covered(tree, detached, policy, &Elsewhere::default()).0
}

/// As [`found`], in a file of a container whose files are `files`: each is meant by its whole name.
#[cfg(feature = "asic")]
pub(crate) fn found_in_container(tree: &Tree<'_>, files: &[Detached<'_>], policy: &Policy) -> Found {
    found_among(tree, (files, Names::Whole), policy, &Elsewhere::default()).0
}

/// What of a document its caller judges.
pub(crate) struct Elsewhere {
    /// Whether this is signed the caller tells.
    pub judged: NodeSet,
    /// Elements of it that nobody takes for others of the same name.
    pub told_apart: NodeSet,
    /// What no signature has to be over to be over the whole document.
    pub changing: NodeSet,
}

impl Default for Elsewhere {
    fn default() -> Self {
        Self { judged: NodeSet::of([]), told_apart: NodeSet::of([]), changing: NodeSet::of([]) }
    }
}

/// As [`found`], and what each of the signatures found is over, in the same order.
pub(crate) fn found_and_covered(
    tree: &Tree<'_>,
    detached: &[Detached<'_>],
    policy: &Policy,
    elsewhere: &Elsewhere,
) -> (Found, Vec<NodeSet>) {
    found_among(tree, (detached, Names::OrLastStep), policy, elsewhere)
}

fn found_among(
    tree: &Tree<'_>,
    (detached, names): (&[Detached<'_>], Names),
    policy: &Policy,
    elsewhere: &Elsewhere,
) -> (Found, Vec<NodeSet>) {
    let limits = &policy.limits;
    let references = References {
        names,
        tree,
        identifiers: Identifiers::of(tree),
        detached,
        limits,
        octets: Budget::new("referenced_octets", limits.referenced_octets),
        value_prefixes: ValuePrefixes::default(),
    };
    let all: Vec<NodeId> = tree.called("Signature").filter(|node| tree.is(*node, DS, "Signature")).collect();
    let limit = usize::try_from(limits.signatures).unwrap_or(usize::MAX);
    let places: Vec<NodeId> = all.iter().copied().take(limit).collect();
    let positions: BTreeMap<NodeId, usize> = places.iter().copied().zip(0..).collect();
    let surroundings = Surroundings { references: &references, positions: &positions };
    let mut read: Vec<Read> = places.iter().map(|node| core_validation::read(&surroundings, *node, countersigned(tree, *node))).collect();
    let everything = NodeSet::union(read.iter().map(|one| one.covered.clone()).chain([NodeSet::of([])]));
    let told = NodeSet::union([everything.clone(), elsewhere.judged.clone()]);
    let told_apart = NodeSet::union([everything, elsewhere.told_apart.clone()]);
    let rest = if places.is_empty() { Unsigned::default() } else { unsigned(tree, &told, &all) };
    let is_partial = read.iter().any(|one| !one.targets.is_empty());
    let targets: BTreeSet<NodeId> = read.iter().flat_map(|one| one.targets.iter().copied()).collect();
    let namesakes = is_partial.then(|| Namesakes::of(tree, &told_apart, &targets));
    for one in &mut read {
        if let Some(namesakes) = &namesakes {
            let format_checking = std::mem::replace(&mut one.signature.format_checking, Block::run("", "", "", |_| Ok(())));
            one.signature.format_checking = Block::run_after(format_checking, |r| namesakes.judge(r, tree, &one.targets));
        }
        // Only a document of which nothing is left over can be all of one signature's.
        let accounted = || NodeSet::union([one.covered.clone(), elsewhere.changing.clone()]);
        one.signature.coverage.whole_document = rest.count == 0 && is_whole(tree, &accounted(), &all);
    }
    let look_alikes: Vec<NodeId> = look_alikes(tree).take(limit).collect();
    let files = read.iter().flat_map(|one| one.files.clone()).collect();
    let wants = read.iter().flat_map(|one| &one.missing).map(|uri| want(uri)).collect();
    let (mut signatures, covered): (Vec<Signature>, Vec<NodeSet>) = read.into_iter().map(|one| (one.signature, one.covered)).unzip();
    signatures.extend(look_alikes.iter().map(|node| not_judged(tree, *node)));
    let found = Found {
        signatures,
        document: DocumentFacts { unaccounted_bytes: u64::try_from(rest.octets).unwrap_or(u64::MAX), ..DocumentFacts::default() },
        modified: modified(&rest),
        detached: files,
        wants,
        listing: listing(tree, &look_alikes, limit, all.len() > limit),
        ..Found::nothing()
    };
    (found, covered)
}

/// How many signatures the document has, those of signatures left out.
#[cfg(feature = "sign")]
pub(crate) fn signatures(tree: &Tree<'_>) -> usize {
    tree.descendants(Tree::DOCUMENT).filter(|node| is_signature(tree, *node)).count()
}

/// The identifier that a reference can name an element by.
#[cfg(feature = "pdf")]
pub(crate) fn identifier(tree: &Tree<'_>, node: NodeId) -> Option<String> {
    identifiers::identifier_of(tree, node).filter(|id| !id.is_empty()).map(std::borrow::Cow::into_owned)
}

/// The identifiers that elements of the document have.
#[cfg(feature = "sign")]
pub(crate) fn taken(tree: &Tree<'_>) -> std::collections::BTreeSet<String> {
    tree.descendants(Tree::DOCUMENT).flat_map(|node| identifiers::identifiers_of(tree, node)).map(std::borrow::Cow::into_owned).collect()
}

/// Whether it is a signature, and none of a signature.
#[cfg(feature = "sign")]
fn is_signature(tree: &Tree<'_>, node: NodeId) -> bool {
    tree.is(node, DS, "Signature") && countersigned(tree, node).is_none()
}

/// The value that a signature inside of `CounterSignature` has to be over.
fn countersigned(tree: &Tree<'_>, node: NodeId) -> Option<NodeId> {
    let property = tree.parent(node).filter(|parent| is_xades(tree, *parent, "CounterSignature"))?;
    let signature = tree.ancestors(property).find(|around| tree.is(*around, DS, "Signature"))?;
    tree.elements_named(signature, DS, "SignatureValue").next()
}

/// Elements that are called and built like a signature, in another namespace: somebody may take them for one.
fn look_alikes<'t>(tree: &'t Tree<'_>) -> impl Iterator<Item = NodeId> + 't {
    tree.called("Signature").filter(move |node| {
        let is_other = tree.name(*node).is_some_and(|(namespace, _)| namespace != DS);
        is_other && tree.elements(*node).any(|child| tree.name(child).is_some_and(|(_, name)| name == "SignedInfo"))
    })
}

fn not_judged(tree: &Tree<'_>, node: NodeId) -> Signature {
    let span = tree.span(node);
    let octets = |position: usize| u64::try_from(position).unwrap_or(u64::MAX);
    Signature {
        position: (octets(span.start), octets(span.end)),
        format_checking: Block::run("Format checking", "EN 319 102-1 §5.2.2", "", |r| r.require(&LISTED, false, place(tree, node))),
        ..Signature::new(Kind::Unsupported, Format::XmlDSig)
    }
}

fn place(tree: &Tree<'_>, node: NodeId) -> [(&'static str, crate::report::Fact); 2] {
    let namespace = tree.name(node).map_or("", |(namespace, _)| namespace);
    [("path", tree.path(node).into()), ("namespace", namespace.to_owned().into())]
}

fn listing(tree: &Tree<'_>, look_alikes: &[NodeId], limit: usize, too_many: bool) -> Block {
    Block::run("Signatures of the document", "XML Signature §4.2", "document", |r| {
        for node in look_alikes {
            r.ask(&LISTED, false, place(tree, *node));
        }
        if look_alikes.is_empty() {
            r.ask(&LISTED, true, []);
        }
        r.ask(&WITHIN_LIMITS, !too_many, [("limit", limit.into())]);
        Ok(())
    })
}

/// Something outside of the document, which only its caller can bring.
fn want(uri: &str) -> Want {
    let is_address = uri.starts_with("http://") || uri.starts_with("https://");
    Want {
        kind: WantKind::SignedData,
        url: is_address.then(|| uri.to_owned()),
        subject: "document".into(),
        why: "cryptographic_verification.data_found".into(),
    }
}

/// What forbids TOTAL-PASSED although every signature passes.
fn modified(rest: &Unsigned) -> Vec<Modified> {
    let mut places = rest.places.clone();
    let more = rest.count.saturating_sub(places.len());
    if more > 0 {
        places.push(format!("{more} more"));
    }
    places.into_iter().map(Modified).collect()
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("not found"),
            Self::Ambiguous => f.write_str("several elements with one identifier"),
            Self::Refused(what) => write!(f, "refused: {what}"),
            Self::NoCanonicalForm(what) => f.write_str(what),
            Self::Limit(name) => write!(f, "limit {name}"),
        }
    }
}
