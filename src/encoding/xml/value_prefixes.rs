//! Exclusive XML Canonicalization §1.3, Namespaces in XML §6.2 — prefixes in values (`xsi:type="p:T"`, an XPath), whose declarations an exclusive form
//! leaves out: what they stand for can be changed, and the form stays the same

use std::cell::{Cell, RefCell};

use super::canonical_attributes::Axis;
use super::tree::{Element, NONE, NodeId, Tree, XML, wide};

const INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// Of one document: the first prefix in a value whose declaration is not in a form that was written.
#[derive(Debug)]
pub struct ValuePrefixes {
    found: RefCell<Option<Unsigned>>,
    /// Declarations around elements that are written without their parents, which may still be looked at.
    left: Cell<usize>,
}

/// A prefix in a value, and what it stands for there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsigned {
    /// Empty where the default namespace is meant.
    pub prefix: String,
    /// The namespace in scope.
    pub namespace: String,
    /// The element that has the value.
    pub path: String,
}

/// As many declarations no honest document has around all that it refers to.
const DECLARATIONS: usize = 1 << 18;

impl Default for ValuePrefixes {
    fn default() -> Self {
        Self { found: RefCell::new(None), left: Cell::new(DECLARATIONS) }
    }
}

impl ValuePrefixes {
    /// What was found since it was taken last.
    pub fn take(&self) -> Option<Unsigned> {
        self.found.take()
    }
}

/// The namespaces in scope while an exclusive form is written.
pub(super) struct Watch<'w, 't, 'a> {
    tree: &'t Tree<'a>,
    told: &'w ValuePrefixes,
    /// By prefix: what it stands for here, written or not.
    scope: Vec<u32>,
    shadowed: Vec<(u32, u32)>,
    is_done: bool,
}

impl<'w, 't, 'a> Watch<'w, 't, 'a> {
    pub fn new(tree: &'t Tree<'a>, told: &'w ValuePrefixes) -> Self {
        let is_done = told.found.borrow().is_some();
        Self { tree, told, scope: vec![NONE; tree.prefixes.len()], shadowed: Vec::new(), is_done }
    }

    /// How much is in scope; [`Self::forget`] goes back to it.
    pub fn scoped(&self) -> usize {
        self.shadowed.len()
    }

    pub fn forget(&mut self, scoped: usize) {
        for (prefix, before) in self.shadowed.drain(scoped.min(self.shadowed.len())..).rev() {
            if let Some(place) = self.scope.get_mut(wide(prefix)) {
                *place = before;
            }
        }
    }

    /// What `element` declares, and the elements around it where they are not written.
    pub fn enter(&mut self, node: NodeId, element: &Element, is_orphan: bool) {
        if is_orphan && !self.is_done {
            self.enter_around(node);
        }
        for declaration in self.tree.declarations_of(element) {
            self.declare(declaration.prefix, declaration.namespace);
        }
    }

    fn enter_around(&mut self, node: NodeId) {
        let tree = self.tree;
        let around =
            tree.ancestors(node).filter_map(|around| tree.element(around)).flat_map(|around| tree.declarations_of(around).iter().rev());
        let left = self.told.left.get();
        let around: Vec<_> = around.take(left.saturating_add(1)).collect();
        // Too many to go on looking: whoever writes such a document is told nothing, and nothing is decided by it.
        self.is_done |= around.len() > left;
        self.told.left.set(left.saturating_sub(around.len()));
        for declaration in around.into_iter().rev() {
            self.declare(declaration.prefix, declaration.namespace);
        }
    }

    fn declare(&mut self, prefix: u32, namespace: u32) {
        if let Some(place) = self.scope.get_mut(wide(prefix)) {
            self.shadowed.push((prefix, std::mem::replace(place, namespace)));
        }
    }

    /// The values of the attributes of `element`.
    pub fn attributes(&mut self, node: NodeId, element: &Element, axis: &Axis<'_, '_>) {
        for attribute in self.tree.attributes_of(element) {
            let value = self.tree.slice(attribute.value);
            let is_type =
                || self.tree.local_name(&attribute.name) == "type" && self.tree.namespace_text(attribute.name.namespace) == INSTANCE;
            if self.is_done {
                return;
            }
            if memchr::memchr(b':', value.as_bytes()).is_some() {
                self.value(node, value, axis);
            } else if attribute.name.prefix != NONE && is_type() {
                self.prefix(node, NONE, axis);
            }
        }
    }

    /// A text in the element `node`.
    pub fn text(&mut self, node: Option<NodeId>, text: &str, axis: &Axis<'_, '_>) {
        if let Some(node) = node.filter(|_| !self.is_done && memchr::memchr(b':', text.as_bytes()).is_some()) {
            self.value(node, text, axis);
        }
    }

    fn value(&mut self, node: NodeId, value: &str, axis: &Axis<'_, '_>) {
        for prefix in prefixes(value) {
            if let Some(known) = self.tree.prefix_named(prefix).filter(|known| *known != XML && *known != NONE) {
                self.prefix(node, known, axis);
            }
        }
    }

    fn prefix(&mut self, node: NodeId, prefix: u32, axis: &Axis<'_, '_>) {
        let namespace = self.scope.get(wide(prefix)).copied().unwrap_or(NONE);
        if namespace == NONE || self.is_done || axis.declares(prefix, namespace) {
            return;
        }
        let tree = self.tree;
        let path = tree.path(node);
        let (prefix, namespace) = (tree.prefix_text(prefix).to_owned(), tree.namespace_text(namespace).to_owned());
        self.told.found.replace(Some(Unsigned { prefix, namespace, path }));
        self.is_done = true;
    }
}

/// What stands before a colon as the prefix of a name does: `p` of `p:T`, of `//p:T` and of `self::p:T`; nothing of `http://`, `urn:p:x` and `10:30`.
fn prefixes(value: &str) -> impl Iterator<Item = &str> {
    let mut from = 0_usize;
    memchr::memchr_iter(b':', value.as_bytes()).filter_map(move |colon| {
        let before = value.get(from..colon)?;
        let is_axis = value.get(..from).is_some_and(|before| before.ends_with("::")) || from == 0;
        from = colon.saturating_add(1);
        let start = before.char_indices().rev().take_while(|(_, character)| is_name(*character)).last().map(|(at, _)| at)?;
        let name = before.get(start..)?;
        let follows = value.get(from..)?.chars().next().is_some_and(is_name_start);
        // A name right behind a single colon is part of a URI.
        (follows && name.chars().next().is_some_and(is_name_start) && (start > 0 || is_axis)).then_some(name)
    })
}

fn is_name_start(character: char) -> bool {
    character.is_alphabetic() || character == '_'
}

fn is_name(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '-' | '.')
}

#[cfg(test)]
mod tests {
    use super::super::canonical::{Canonicalisation, Method, canonical_watched};
    use super::super::{NodeSet, read};
    use super::*;
    use crate::limits::Limits;

    #[test]
    fn a_prefix_stands_before_a_colon_and_a_name() {
        let found = |value| prefixes(value).collect::<Vec<_>>();
        assert_eq!(found("p:T"), ["p"]);
        assert_eq!(found(" p:T q:U"), ["p", "q"]);
        assert_eq!(found("//p:a[q:b = 'x']/self::r:c"), ["p", "q", "r"]);
        for other in ["http://x", "urn:p:x:y", "10:30", "a: b", ":x", "p:", "", "lúc: 9"] {
            assert!(!found(other).contains(&"p"), "{other}");
        }
        assert_eq!(found("urn:p:x"), ["urn"]);
    }

    /// The inner element, of an exclusive form with these prefixes.
    fn told(text: &str, listed: &[&str]) -> Option<Unsigned> {
        let tree = read(text.as_bytes(), &Limits::default()).unwrap();
        let prefixes = listed.iter().map(|prefix| (*prefix).to_owned()).collect();
        let how = Canonicalisation { prefixes, ..Canonicalisation::new(Method::Exclusive) };
        let told = ValuePrefixes::default();
        let inner = NodeSet::subtree(&tree, tree.elements(tree.root()).next().unwrap());
        canonical_watched(&tree, &inner, &how, &mut |_| Ok(()), Some(&told)).unwrap();
        told.take()
    }

    #[test]
    fn a_prefix_in_a_value_is_told_unless_its_declaration_is_written() {
        let unsigned = |text: &str| told(text, &[]).map(|found| (found.prefix, found.namespace, found.path));
        let found = |prefix: &str, path: &str| Some((prefix.to_owned(), "u:p".to_owned(), path.to_owned()));
        assert_eq!(unsigned("<r xmlns:p='u:p'><a v='p:T'/></r>"), found("p", "/r/a"));
        assert_eq!(unsigned("<r xmlns:p='u:p'><a><b/>p:T</a></r>"), found("p", "/r/a"));
        assert_eq!(unsigned("<r xmlns:p='u:p'><a><![CDATA[p:T]]></a></r>"), found("p", "/r/a"));
        assert_eq!(unsigned("<r><a xmlns:p='u:p'><b v='p:T'/></a></r>"), found("p", "/r/a/b"));
        assert_eq!(unsigned("<r><a><p:b xmlns:p='u:q'><c xmlns:p='u:p' v='p:T'/></p:b></a></r>"), found("p", "/r/a/p:b/c"));
        assert_eq!(unsigned("<r xmlns:p='u:p'><p:a v='p:T'/></r>"), None);
        assert_eq!(unsigned("<r xmlns:p='u:p'><a v='q:T'/></r>"), None);
        assert_eq!(unsigned("<r xmlns:p='u:p'><a><b xmlns:q='u:q'/><c v='q:T'/></a></r>"), None, "a prefix that stands for nothing there");
        assert_eq!(told("<r xmlns:p='u:p'><a v='p:T'/></r>", &["p"]), None);
    }

    #[test]
    fn a_type_without_prefix_is_of_the_default_namespace() {
        let head = "<r xmlns='u:p' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xmlns:q='u:q'>";
        assert_eq!(told(&format!("{head}<q:a xsi:type='T'/></r>"), &[]).map(|found| found.prefix), Some(String::new()));
        assert_eq!(told(&format!("{head}<a xsi:type='T'/></r>"), &[]), None);
        assert_eq!(told(&format!("{head}<q:a type='T'/></r>"), &[]), None);
        assert_eq!(told(&format!("{head}<q:a xsi:type='T'/></r>"), &[""]), None);
    }
}
