//! Canonical XML 1.0 §2.3, §2.4; 1.1 §2.4; Exclusive XML Canonicalization §3 — which namespaces and attributes an element is written with

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::canonical::{Canonicalisation, Method};
use super::tree::{Attribute, Element, NONE, NodeId, Tree, XML, XML_NAMESPACE, wide};
use crate::encoding::uri::{is_absolute, join};
use crate::error::Malformed;

/// What is known of namespaces while elements are written.
pub(super) struct Axis<'t, 'a> {
    tree: &'t Tree<'a>,
    method: Method,
    /// Prefixes that an exclusive form treats like an inclusive one.
    listed: BTreeSet<u32>,
    /// By prefix: the namespace that the written elements around declare for it.
    declared: Vec<u32>,
    /// What was declared before.
    shadowed: Vec<(u32, u32)>,
    /// The namespaces in scope of the parent of the last orphan.
    around: Option<(NodeId, Vec<(u32, u32)>)>,
}

/// An attribute to be written.
pub(super) struct Written<'t, 'a> {
    namespace: &'t str,
    local: &'a str,
    pub name: &'a str,
    pub value: Rendered<'a>,
}

/// Its value.
pub(super) enum Rendered<'a> {
    /// As it stands in the document.
    Raw(&'a str),
    /// As an application sees it.
    Value(String),
}

impl<'t, 'a> Axis<'t, 'a> {
    pub fn new(tree: &'t Tree<'a>, how: &Canonicalisation) -> Self {
        let named: BTreeSet<&str> = how.prefixes.iter().map(String::as_str).collect();
        let listed = tree.prefixes.iter().zip(0..).filter(|(prefix, _)| named.contains(**prefix)).map(|(_, id)| id).collect();
        Self { tree, method: how.method, listed, declared: vec![NONE; tree.prefixes.len()], shadowed: Vec::new(), around: None }
    }

    /// How much is declared; [`Self::forget`] goes back to it.
    pub fn rendered(&self) -> usize {
        self.shadowed.len()
    }

    pub fn forget(&mut self, rendered: usize) {
        for (prefix, before) in self.shadowed.drain(rendered.min(self.shadowed.len())..).rev() {
            if let Some(place) = self.declared.get_mut(wide(prefix)) {
                *place = before;
            }
        }
    }

    /// Whether the elements that are written say here that `prefix` stands for `namespace`.
    pub fn declares(&self, prefix: u32, namespace: u32) -> bool {
        self.declared.get(wide(prefix)) == Some(&namespace)
    }

    /// The declarations that `element` is written with, by prefix.
    pub fn namespaces(&mut self, node: NodeId, element: &Element, is_orphan: bool) -> Result<Vec<(&'a str, &'t str)>, Malformed> {
        let tree = self.tree;
        let mut written: Vec<(&'a str, &'t str)> = Vec::new();
        if self.method == Method::Exclusive {
            self.declare(node, element.name.prefix, element.name.namespace, &mut written)?;
            for attribute in tree.attributes_of(element).iter().filter(|attribute| attribute.name.prefix != NONE) {
                self.declare(node, attribute.name.prefix, attribute.name.namespace, &mut written)?;
            }
        }
        if self.method != Method::Exclusive || !self.listed.is_empty() {
            if is_orphan {
                self.inherited(node, &mut written)?;
            }
            for declaration in tree.declarations_of(element) {
                if self.is_inclusive(declaration.prefix) {
                    self.declare(node, declaration.prefix, declaration.namespace, &mut written)?;
                }
            }
        }
        if written.len() > 1 {
            written.sort_unstable();
        }
        Ok(written)
    }

    fn is_inclusive(&self, prefix: u32) -> bool {
        self.method != Method::Exclusive || self.listed.contains(&prefix)
    }

    /// What the elements around an orphan declare and the orphan itself does not.
    fn inherited(&mut self, node: NodeId, written: &mut Vec<(&'a str, &'t str)>) -> Result<(), Malformed> {
        let tree = self.tree;
        let parent = tree.parent(node).unwrap_or(Tree::DOCUMENT);
        let around = match self.around.take() {
            Some((known, around)) if known == parent => around,
            _ => in_scope(tree, parent),
        };
        let own = tree.element(node).map_or(&[][..], |element| tree.declarations_of(element));
        let mut outcome = Ok(());
        for (prefix, namespace) in &around {
            let is_own = own.iter().any(|declaration| declaration.prefix == *prefix);
            if outcome.is_ok() && !is_own && self.is_inclusive(*prefix) {
                outcome = self.declare(node, *prefix, *namespace, written);
            }
        }
        self.around = Some((parent, around));
        outcome
    }

    fn declare(&mut self, node: NodeId, prefix: u32, namespace: u32, written: &mut Vec<(&'a str, &'t str)>) -> Result<(), Malformed> {
        // The namespace of `xml` is never declared.
        let Some(declared) = self.declared.get_mut(wide(prefix)).filter(|declared| **declared != namespace && prefix != XML) else {
            return Ok(());
        };
        let text = self.tree.namespace_text(namespace);
        if !text.is_empty() && !is_absolute(text) {
            let what = format!("the namespace `{}` is a relative URI, of which there is no canonical form", text.escape_debug());
            return Err(Malformed::new("XML", what, self.tree.span(node).start));
        }
        self.shadowed.push((prefix, std::mem::replace(declared, namespace)));
        written.push((self.tree.prefix_text(prefix), text));
        Ok(())
    }

    /// The attributes that `element` is written with, in their order: by namespace, then by local name. Of an orphan the nearest element around
    /// that is written is given.
    pub fn attributes(&self, node: NodeId, element: &Element, orphan: Option<Option<NodeId>>) -> Vec<Written<'t, 'a>> {
        let tree = self.tree;
        let own = tree.attributes_of(element);
        let mut written: Vec<Written<'t, 'a>> = own.iter().map(|attribute| self.written(attribute)).collect();
        if let Some(nearest) = orphan.filter(|_| self.method != Method::Exclusive) {
            self.inherited_attributes(node, nearest, &mut written);
        }
        if written.len() > 1 {
            written.sort_unstable_by(|one, other| (one.namespace, one.local).cmp(&(other.namespace, other.local)));
        }
        written
    }

    fn written(&self, attribute: &Attribute) -> Written<'t, 'a> {
        let (tree, name) = (self.tree, &attribute.name);
        Written {
            namespace: tree.namespace_text(name.namespace),
            local: tree.local_name(name),
            name: tree.slice(name.written),
            value: Rendered::Raw(tree.slice(attribute.value)),
        }
    }

    /// The attributes of `xml:` that hold for an element although its parent is not written: the nearest of each (Canonical XML 1.0 §2.4); in
    /// version 1.1 `xml:lang` and `xml:space`, and `xml:base` made from those up to the nearest element that is written (Canonical XML 1.1 §2.4).
    fn inherited_attributes(&self, node: NodeId, nearest: Option<NodeId>, written: &mut Vec<Written<'t, 'a>>) {
        let tree = self.tree;
        let mut bases: Vec<Cow<'a, str>> = Vec::new();
        let mut is_omitted = true;
        for around in tree.ancestors(node) {
            is_omitted &= nearest != Some(around);
            let Some(around) = tree.element(around) else { continue };
            for attribute in tree.attributes_of(around).iter().filter(|attribute| attribute.name.namespace == XML) {
                let local = tree.local_name(&attribute.name);
                match (self.method, local) {
                    (Method::Inclusive11, "base") if !is_omitted => {}
                    (Method::Inclusive11, "base") => bases.push(super::characters::attribute_value(tree.slice(attribute.value))),
                    (Method::Inclusive11, other) if !["lang", "space"].contains(&other) => {}
                    _ if written.iter().any(|known| known.namespace == XML_NAMESPACE && known.local == local) => {}
                    _ => written.push(self.written(attribute)),
                }
            }
        }
        if !bases.is_empty() {
            let own = tree.attribute(node, XML_NAMESPACE, "base");
            written.retain(|known| !(known.namespace == XML_NAMESPACE && known.local == "base"));
            let (nearest, outer) = own.into_iter().chain(bases).fold((None, Vec::new()), |(nearest, mut outer), base| match nearest {
                None => (Some(base), outer),
                Some(_) => {
                    outer.push(base);
                    (nearest, outer)
                }
            });
            let value = outer.iter().fold(nearest.unwrap_or_default().into_owned(), |value, base| join(base, &value));
            if !value.is_empty() {
                written.push(Written { namespace: XML_NAMESPACE, local: "base", name: "xml:base", value: Rendered::Value(value) });
            }
        }
    }
}

/// The namespaces in scope of `node`, each prefix once.
fn in_scope(tree: &Tree<'_>, node: NodeId) -> Vec<(u32, u32)> {
    let around = std::iter::once(node).chain(tree.ancestors(node));
    let mut seen = BTreeSet::new();
    let declared = around.filter_map(|around| tree.element(around)).flat_map(|element| tree.declarations_of(element));
    let mut scope: Vec<(u32, u32)> = declared
        .filter(|declaration| seen.insert(declaration.prefix))
        .map(|declaration| (declaration.prefix, declaration.namespace))
        .collect();
    // Where a written element further out has a default namespace and none holds here, that is said.
    if seen.insert(NONE) {
        scope.push((NONE, NONE));
    }
    scope
}
