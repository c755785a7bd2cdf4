//! XPath 1.0 §5 — a document as nodes in their order, over the octets received

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use super::characters::{attribute_value, section_value, text_value};

/// The namespace of `xml:`.
pub const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";

/// The prefix of elements without one, and of the namespace that is none.
pub(super) const NONE: u32 = 0;
/// The prefix `xml` and its namespace.
pub(super) const XML: u32 = 1;

/// A document. Nodes stand in document order, so that an element with everything in it is a range of positions.
#[derive(Debug)]
pub struct Tree<'a> {
    /// All of it.
    pub(super) text: &'a str,
    pub(super) nodes: Vec<Node>,
    pub(super) elements: Vec<Element>,
    pub(super) attributes: Vec<Attribute>,
    pub(super) declarations: Vec<Declaration>,
    pub(super) prefixes: Vec<&'a str>,
    /// Their positions.
    pub(super) prefix_positions: BTreeMap<&'a str, u32>,
    pub(super) namespaces: Vec<Cow<'a, str>>,
}

/// A node of a [`Tree`] by its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(super) u32);

/// Text of the document from one octet to another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub start: u32,
    pub end: u32,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub kind: Kind,
    pub parent: u32,
    /// Behind its last descendant.
    pub end: u32,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The root node of XPath, parent of the document element.
    Document,
    /// By its position among the elements.
    Element(u32),
    /// Plain, when it is canonical as it stands.
    Text {
        plain: bool,
    },
    Section,
    Comment,
    ProcessingInstruction,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Element {
    pub name: Name,
    /// Positions among attributes and among declarations.
    pub attributes: Span,
    pub declarations: Span,
    /// From behind its start tag to its end tag.
    pub content: Span,
}

/// A qualified name.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Name {
    pub written: Span,
    pub local: u32,
    pub prefix: u32,
    pub namespace: u32,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Attribute {
    pub name: Name,
    pub value: Span,
}

/// A namespace declared by an element.
#[derive(Clone, Copy, Debug)]
pub(super) struct Declaration {
    pub prefix: u32,
    pub namespace: u32,
}

/// Positions are octets of a text below 4 GiB, or nodes, of which there are fewer.
pub(super) fn wide(position: u32) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}

pub(super) fn narrow(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

impl Span {
    pub fn new(start: usize, end: usize) -> Self {
        Self { start: narrow(start), end: narrow(end) }
    }

    pub fn range(self) -> Range<usize> {
        wide(self.start)..wide(self.end)
    }
}

impl NodeId {
    /// Behind every node.
    pub const LAST: Self = Self(u32::MAX);

    /// Its place in document order.
    pub fn order(self) -> u32 {
        self.0
    }

    pub(super) fn position(self) -> usize {
        wide(self.0)
    }
}

impl<'a> Tree<'a> {
    /// The root node of XPath: the parent of the document element and of what stands beside it.
    pub const DOCUMENT: NodeId = NodeId(0);

    /// The document element.
    pub fn root(&self) -> NodeId {
        self.children(Self::DOCUMENT).find(|node| self.is_element(*node)).unwrap_or(Self::DOCUMENT)
    }

    /// All of the text.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Never: there is a document.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    pub(super) fn node(&self, node: NodeId) -> Node {
        let none = Node { kind: Kind::Comment, parent: 0, end: 0, span: Span::default() };
        self.nodes.get(node.position()).copied().unwrap_or(none)
    }

    pub(super) fn element(&self, node: NodeId) -> Option<&Element> {
        match self.node(node).kind {
            Kind::Element(position) => self.elements.get(wide(position)),
            _ => None,
        }
    }

    pub(super) fn slice(&self, span: Span) -> &'a str {
        self.text.get(span.range()).unwrap_or_default()
    }

    pub(super) fn namespace_text(&self, namespace: u32) -> &str {
        self.namespaces.get(wide(namespace)).map_or("", AsRef::as_ref)
    }

    pub(super) fn prefix_named(&self, prefix: &str) -> Option<u32> {
        self.prefix_positions.get(prefix).copied()
    }

    pub(super) fn prefix_text(&self, prefix: u32) -> &'a str {
        self.prefixes.get(wide(prefix)).copied().unwrap_or_default()
    }

    pub(super) fn attributes_of(&self, element: &Element) -> &[Attribute] {
        self.attributes.get(element.attributes.range()).unwrap_or_default()
    }

    pub(super) fn declarations_of(&self, element: &Element) -> &[Declaration] {
        self.declarations.get(element.declarations.range()).unwrap_or_default()
    }

    pub(super) fn local_name(&self, name: &Name) -> &'a str {
        self.slice(Span { start: name.local, end: name.written.end })
    }

    /// Whether it is an element.
    pub fn is_element(&self, node: NodeId) -> bool {
        matches!(self.node(node).kind, Kind::Element(_))
    }

    /// Whether it is an instruction that names a style sheet (Associating Style Sheets with XML documents §2), or a program of an office suite that the
    /// document is opened with (`mso-application` and the like).
    pub fn is_style_sheet(&self, node: NodeId) -> bool {
        let node = self.node(node);
        let target = self.slice(node.span).strip_prefix("<?").and_then(|rest| rest.split([' ', '\t', '\n', '\r', '?']).next());
        node.kind == Kind::ProcessingInstruction && target.is_some_and(|target| target == "xml-stylesheet" || target.starts_with("mso-"))
    }

    /// Whether it is an element of this name.
    pub fn is(&self, node: NodeId, namespace: &str, local: &str) -> bool {
        self.element(node)
            .is_some_and(|element| self.local_name(&element.name) == local && self.namespace_text(element.name.namespace) == namespace)
    }

    /// Every element of this local name, in whichever namespace.
    pub fn called<'t>(&'t self, local: &'t str) -> impl Iterator<Item = NodeId> + 't {
        let is_called = move |node: &Node| match node.kind {
            Kind::Element(position) => self.elements.get(wide(position)).is_some_and(|element| self.local_name(&element.name) == local),
            _ => false,
        };
        self.nodes.iter().zip(0..).filter(move |(node, _)| is_called(node)).map(|(_, position)| NodeId(position))
    }

    /// The namespace and the local name of an element.
    pub fn name(&self, node: NodeId) -> Option<(&str, &'a str)> {
        self.element(node).map(|element| (self.namespace_text(element.name.namespace), self.local_name(&element.name)))
    }

    /// The name of an element as written.
    pub fn written_name(&self, node: NodeId) -> &'a str {
        self.element(node).map_or("", |element| self.slice(element.name.written))
    }

    /// The element or document around a node.
    pub fn parent(&self, node: NodeId) -> Option<NodeId> {
        (node != Self::DOCUMENT).then(|| NodeId(self.node(node).parent))
    }

    /// What stands around a node, from the inside to the document.
    pub fn ancestors(&self, node: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(self.parent(node), |node| self.parent(*node))
    }

    /// Nodes directly within.
    pub fn children(&self, node: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let end = self.node(node).end;
        let within = move |child: &NodeId| child.0 < end;
        let first = Some(NodeId(node.0.saturating_add(1))).filter(within);
        std::iter::successors(first, move |child| Some(NodeId(self.node(*child).end)).filter(within))
    }

    /// Elements directly within.
    pub fn elements(&self, node: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.children(node).filter(|child| self.is_element(*child))
    }

    /// Elements of this name directly within.
    pub fn elements_named<'t>(&'t self, node: NodeId, namespace: &'t str, local: &'t str) -> impl Iterator<Item = NodeId> + 't {
        self.children(node).filter(move |child| self.is(*child, namespace, local))
    }

    /// The node and everything in it, in document order.
    pub fn descendants(&self, node: NodeId) -> impl Iterator<Item = NodeId> + use<> {
        (node.0..self.node(node).end).map(NodeId)
    }

    /// The next node in document order.
    pub fn following(&self, node: NodeId) -> Option<NodeId> {
        Some(NodeId(node.0.saturating_add(1))).filter(|next| next.position() < self.nodes.len())
    }

    /// The next node in document order that does not stand in this one.
    pub fn after(&self, node: NodeId) -> Option<NodeId> {
        Some(NodeId(self.node(node).end)).filter(|next| next.position() < self.nodes.len())
    }

    /// Whether `inner` is `outer` or stands in it.
    pub fn contains(&self, outer: NodeId, inner: NodeId) -> bool {
        (outer.0..self.node(outer).end).contains(&inner.0)
    }

    /// The octets of a node.
    pub fn span(&self, node: NodeId) -> Range<usize> {
        self.node(node).span.range()
    }

    /// The octets between the tags of an element; for one without an end tag none, behind it.
    pub fn content(&self, node: NodeId) -> Range<usize> {
        self.element(node).map_or(0..0, |element| element.content.range())
    }

    /// The value of an attribute; one without prefix has no namespace.
    pub fn attribute(&self, node: NodeId, namespace: &str, local: &str) -> Option<Cow<'a, str>> {
        let named = |attribute: &&Attribute| {
            self.local_name(&attribute.name) == local && self.namespace_text(attribute.name.namespace) == namespace
        };
        let attribute = self.attributes_of(self.element(node)?).iter().find(named)?;
        Some(attribute_value(self.slice(attribute.value)))
    }

    /// Every attribute of an element: namespace, local name, value.
    pub fn attributes(&self, node: NodeId) -> impl Iterator<Item = (&str, &'a str, Cow<'a, str>)> {
        let attributes = self.element(node).map_or(&[][..], |element| self.attributes_of(element));
        attributes.iter().map(|attribute| {
            let name = &attribute.name;
            (self.namespace_text(name.namespace), self.local_name(name), attribute_value(self.slice(attribute.value)))
        })
    }

    /// The namespace that `prefix` stands for at an element.
    pub fn namespace_of_prefix(&self, node: NodeId, prefix: &str) -> Option<&str> {
        if prefix == "xml" {
            return Some(XML_NAMESPACE);
        }
        let around = std::iter::once(node).chain(self.ancestors(node));
        let declared = around
            .filter_map(|node| self.element(node))
            .find_map(|element| self.declarations_of(element).iter().find(|declaration| self.prefix_text(declaration.prefix) == prefix));
        declared.map(|declaration| self.namespace_text(declaration.namespace)).filter(|namespace| !namespace.is_empty())
    }

    /// The value of a text node.
    pub(super) fn text_of(&self, node: &Node) -> Option<Cow<'a, str>> {
        match node.kind {
            Kind::Text { .. } => Some(text_value(self.slice(node.span))),
            Kind::Section => Some(section_value(self.slice(section(node.span)))),
            _ => None,
        }
    }

    /// All text within, as XPath's `string()` has it: comments and tags do not interrupt it.
    pub fn string(&self, node: NodeId) -> Cow<'a, str> {
        let mut texts = self.descendants(node).filter_map(|node| self.text_of(&self.node(node)));
        let Some(first) = texts.next() else { return Cow::Borrowed("") };
        let Some(second) = texts.next() else { return first };
        Cow::Owned(texts.fold(first.into_owned() + &second, |text, more| text + &more))
    }

    /// The text of an element in which nothing but text stands; `None` where there is an element in it.
    pub fn leaf(&self, node: NodeId) -> Option<Cow<'a, str>> {
        self.elements(node).next().is_none().then(|| self.string(node))
    }

    /// Where a node stands, as a path of the names of elements with their numbers among those of the same name.
    pub fn path(&self, node: NodeId) -> String {
        let mut steps: Vec<String> = std::iter::once(node).chain(self.ancestors(node)).filter_map(|node| self.step(node)).collect();
        steps.reverse();
        format!("/{}", steps.join("/"))
    }

    fn step(&self, node: NodeId) -> Option<String> {
        let name = self.written_name(node);
        let parent = self.parent(node).filter(|_| !name.is_empty())?;
        let same = |sibling: &NodeId| self.written_name(*sibling) == name;
        let before = self.elements(parent).take_while(|sibling| *sibling != node).filter(same).count();
        let alone = before == 0 && self.elements(parent).filter(same).nth(1).is_none();
        Some(if alone { name.to_owned() } else { format!("{name}[{}]", before.saturating_add(1)) })
    }
}

/// What stands between `<![CDATA[` and `]]>`.
pub(super) fn section(span: Span) -> Span {
    Span { start: span.start.saturating_add(9), end: span.end.saturating_sub(3) }
}
