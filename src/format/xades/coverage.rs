//! EN 319 102-1 §5.1.4.2 — what of a document its signatures are over, and what none of them is
//!
//! Wrapping attacks leave a signature intact and put something else where the application looks. Nobody here knows where that is, so whatever no
//! signature accounts for is told, and keeps the document from passing.

use super::identifiers::identifier_of;
use super::names::{DS, is_xades};
use crate::encoding::xml::{NodeId, NodeSet, Tree};

/// Attributes that only say where a schema is.
const INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";
/// No more places are named.
const TOLD: usize = 10;

/// What is not signed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Unsigned {
    /// Where, as far as it is told.
    pub places: Vec<String>,
    /// How many there are.
    pub count: usize,
    /// How many octets they are written with.
    pub octets: usize,
}

/// What of the document is neither in `covered` nor one of the signatures that stand at `signatures`.
pub(super) fn unsigned(tree: &Tree<'_>, covered: &NodeSet, signatures: &[NodeId]) -> Unsigned {
    let walk = Walk {
        tree,
        covered,
        signed: &NodeSet::union(signatures.iter().map(|node| NodeSet::subtree(tree, *node)).chain([covered.clone()])),
        signatures,
    };
    let mut found = Unsigned::default();
    walk.visit(&mut |place| {
        if found.places.len() < TOLD {
            found.places.push(place.path(tree));
        }
        found.count = found.count.saturating_add(1);
        found.octets = found.octets.saturating_add(place.octets(tree));
        true
    });
    found
}

/// Whether there is nothing of that kind.
pub(super) fn is_whole(tree: &Tree<'_>, covered: &NodeSet, signatures: &[NodeId]) -> bool {
    let signed = NodeSet::union(signatures.iter().map(|node| NodeSet::subtree(tree, *node)).chain([covered.clone()]));
    let mut whole = true;
    Walk { tree, covered, signed: &signed, signatures }.visit(&mut |_| {
        whole = false;
        false
    });
    whole
}

struct Walk<'w, 'a> {
    tree: &'w Tree<'a>,
    covered: &'w NodeSet,
    /// With the signatures themselves.
    signed: &'w NodeSet,
    signatures: &'w [NodeId],
}

enum Place<'n> {
    Node(NodeId),
    Attribute(NodeId, &'n str),
}

impl Place<'_> {
    fn path(&self, tree: &Tree<'_>) -> String {
        match self {
            Self::Node(node) if tree.is_element(*node) => tree.path(*node),
            Self::Node(node) => format!("{}/text()", tree.path(tree.parent(*node).unwrap_or(Tree::DOCUMENT))),
            Self::Attribute(node, name) => format!("{}/@{name}", tree.path(*node)),
        }
    }

    fn octets(&self, tree: &Tree<'_>) -> usize {
        match self {
            Self::Node(node) => tree.span(*node).len(),
            Self::Attribute(..) => 0,
        }
    }
}

impl Walk<'_, '_> {
    /// Tells each place until that returns false.
    fn visit(&self, tell: &mut dyn FnMut(Place<'_>) -> bool) {
        let tree = self.tree;
        let mut next = Some(tree.root());
        while let Some(node) = next {
            if self.covered.has_all(tree, node) {
                next = tree.after(node);
            } else if self.covered.contains(node) {
                next = tree.following(node);
            } else if self.signatures.binary_search(&node).is_ok() {
                // Of a signature only its objects hold what an application could read as data; it goes on behind KeyInfo.
                next = tree.elements_named(node, DS, "Object").next().or_else(|| tree.after(node));
            } else if self.is_property(node) || !self.says_something(node) {
                next = tree.after(node);
            } else if tree.is_element(node) && self.signed.overlaps(tree, node) {
                // It only holds together what is signed; what it says itself is said by nobody.
                let own = tree.attributes(node).filter(|(namespace, ..)| *namespace != INSTANCE);
                let id = identifier_of(tree, node);
                for (_, local, value) in own {
                    if id.as_ref() != Some(&value) && !is_envelope(tree, node) && !tell(Place::Attribute(node, local)) {
                        return;
                    }
                }
                next = tree.following(node);
            } else {
                if !tell(Place::Node(node)) {
                    return;
                }
                next = tree.after(node);
            }
        }
    }

    /// The properties of a signature are judged as such.
    fn is_property(&self, node: NodeId) -> bool {
        is_xades(self.tree, node, "QualifyingProperties") && is_envelope(self.tree, self.tree.parent(node).unwrap_or(node))
    }

    /// White space, comments and instructions say nothing that is data; an element always does.
    fn says_something(&self, node: NodeId) -> bool {
        self.tree.is_element(node) || !self.tree.string(node).trim().is_empty()
    }
}

/// `Object` of a signature: its attributes are about it.
fn is_envelope(tree: &Tree<'_>, node: NodeId) -> bool {
    tree.is(node, DS, "Object")
}
