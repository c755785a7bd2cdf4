//! XML Signature §4.4.3.3; xml:id 1.0 — which element an identifier stands for
//!
//! Without a document type nothing declares which attributes are identifiers: these are the ones that signing programs use. An identifier that two
//! elements have stands for neither: whoever signed it meant one of them, and nobody can tell which.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::encoding::xml::tree::XML_NAMESPACE;
use crate::encoding::xml::{NodeId, Tree};

/// `wsu:Id` of Web Services Security.
const WSU: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";

/// Every identifier of a document.
pub(super) struct Identifiers<'a>(BTreeMap<Cow<'a, str>, Vec<NodeId>>);

impl<'a> Identifiers<'a> {
    pub fn of(tree: &Tree<'a>) -> Self {
        let mut known: BTreeMap<Cow<'a, str>, Vec<NodeId>> = BTreeMap::new();
        for node in tree.descendants(Tree::DOCUMENT) {
            for (namespace, local, value) in tree.attributes(node) {
                if is_identifier(namespace, local) {
                    let nodes = known.entry(value).or_default();
                    // One element may say the same of itself in two spellings; a third is as bad as a second.
                    if nodes.len() < 2 && nodes.last() != Some(&node) {
                        nodes.push(node);
                    }
                }
            }
        }
        Self(known)
    }

    /// The elements that have this identifier: none, one, or two for any number of them.
    pub fn named(&self, identifier: &str) -> &[NodeId] {
        self.0.get(identifier).map_or(&[], Vec::as_slice)
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
