//! XML Signature §4.4.3.3; xml:id 1.0 — which element an identifier stands for
//!
//! Without a document type nothing declares which attributes are identifiers: these are the ones that signing programs use. An identifier that two
//! elements have stands for neither: whoever signed it meant one of them, and nobody can tell which.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell};

use crate::encoding::xml::tree::XML_NAMESPACE;
use crate::encoding::xml::{NodeId, Tree};

/// `wsu:Id` of Web Services Security.
const WSU: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";

/// Every identifier of a document.
pub(super) struct Identifiers<'a> {
    /// In document order, each once of an element.
    known: Vec<(Cow<'a, str>, NodeId)>,
    /// Positions in `known` in the order of the identifiers: made when many were asked for, as most documents have many and name few.
    ordered: OnceCell<Vec<usize>>,
    asked: Cell<usize>,
}

/// So many are looked for among all before these are put in order.
const FEW: usize = 16;

impl<'a> Identifiers<'a> {
    pub fn of(tree: &Tree<'a>) -> Self {
        let mut known: Vec<(Cow<'a, str>, NodeId)> = Vec::new();
        for node in tree.descendants(Tree::DOCUMENT) {
            let before = known.len();
            for (_, _, value) in tree.attributes(node).filter(|(namespace, local, _)| is_identifier(namespace, local)) {
                // One element may say the same of itself in two spellings.
                if known.iter().skip(before).all(|(other, _)| *other != value) {
                    known.push((value, node));
                }
            }
        }
        Self { known, ordered: OnceCell::new(), asked: Cell::new(0) }
    }

    /// The elements that have this identifier: none, one, or two for any number of them.
    pub fn named(&self, identifier: &str) -> Vec<NodeId> {
        self.asked.set(self.asked.get().saturating_add(1));
        if self.asked.get() <= FEW {
            return self.known.iter().filter(|(known, _)| known == identifier).map(|(_, node)| *node).take(2).collect();
        }
        let at = |position: &usize| self.known.get(*position);
        let ordered = self.ordered.get_or_init(|| {
            let mut ordered: Vec<usize> = (0..self.known.len()).collect();
            ordered.sort_unstable_by_key(at);
            ordered
        });
        let first = ordered.partition_point(|position| at(position).is_some_and(|(known, _)| known.as_ref() < identifier));
        let found = ordered.iter().skip(first).filter_map(at).take_while(|(known, _)| known == identifier);
        found.map(|(_, node)| *node).take(2).collect()
    }
}

fn is_identifier(namespace: &str, local: &str) -> bool {
    match namespace {
        "" => matches!(local, "Id" | "ID" | "id"),
        XML_NAMESPACE => local == "id",
        WSU => local == "Id",
        _ => false,
    }
}

/// The identifier of an element.
pub(super) fn identifier_of<'a>(tree: &Tree<'a>, node: NodeId) -> Option<Cow<'a, str>> {
    identifiers_of(tree, node).into_iter().next()
}

/// The identifiers of an element, in whatever spelling.
pub(super) fn identifiers_of<'a>(tree: &Tree<'a>, node: NodeId) -> Vec<Cow<'a, str>> {
    tree.attributes(node).filter(|(namespace, local, _)| is_identifier(namespace, local)).map(|(.., value)| value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::xml::read;
    use crate::limits::Limits;

    #[test]
    fn the_hundredth_question_is_answered_as_the_first() {
        let text = "<a Id='x' id='x'><b ID='y'/><c xml:id='y' Id='z'/><d Id='y'/><e Id='w'/></a>";
        let tree = read(text.as_bytes(), &Limits::default()).unwrap();
        let identifiers = Identifiers::of(&tree);
        for _ in 0..100 {
            let counts = ["x", "y", "z", "w", "v", ""].map(|identifier| identifiers.named(identifier).len());
            assert_eq!(counts, [1, 2, 1, 1, 0, 0]);
        }
        assert_eq!(identifiers.named("x"), [tree.root()]);
    }
}
