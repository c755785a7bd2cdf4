//! XML-Signature XPath Filter 2.0 §3, XML Signature §6.6.3 — the few expressions that signing programs write
//!
//! XPath itself is a language in which a signature can be made to say anything: none of it is evaluated. What is understood is understood whole.

use super::names::DS;
use super::transforms::Place;
use crate::encoding::xml::{NodeId, NodeSet, Tree};

const FILTER_2: &str = "http://www.w3.org/2002/06/xmldsig-filter2";
const XPATH_ELEMENT: (&str, &str) = (DS, "XPath");

/// `XPath`, with its `Filter`.
#[derive(Clone, Debug)]
pub(super) struct Filter {
    operation: Operation,
    path: Path,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    Intersect,
    Subtract,
}

/// A qualified name with its namespace.
#[derive(Clone, Debug)]
struct Name {
    namespace: String,
    local: String,
}

/// The expressions.
#[derive(Clone, Debug)]
enum Path {
    /// `/descendant::a:b`, `/descendant-or-self::a:b`, `//a:b`, `self::a:b` of the nodes that there are
    Everywhere(Name),
    /// `/descendant::*[name()='a:b']`: by the name as written
    Written(String),
    /// `here()/ancestor::a:b[1]`
    Around(Name),
    /// `id('x')`, `//*[@Id='x']`, each with steps behind it: `/a:b`
    Identified(String, Vec<Name>),
    /// `id('x')/node()`
    Within(String),
}

/// The filter that an `XPath` element is; `None` for an expression that is none of these.
pub(super) fn filter(tree: &Tree<'_>, node: NodeId) -> Option<Filter> {
    if !tree.is(node, FILTER_2, "XPath") {
        return None;
    }
    let operation = match tree.attribute(node, "", "Filter")?.as_ref() {
        "intersect" => Operation::Intersect,
        "subtract" => Operation::Subtract,
        _ => return None,
    };
    let expression = tree.leaf(node)?;
    Some(Filter { operation, path: path(tree, node, expression.trim())? })
}

fn path(tree: &Tree<'_>, node: NodeId, expression: &str) -> Option<Path> {
    if let Some(rest) = expression.strip_prefix("here()/ancestor::") {
        return name(tree, node, rest.strip_suffix("[1]")?).map(Path::Around);
    }
    if let Some((identifier, rest)) = identified(expression) {
        if rest == "/node()" {
            return Some(Path::Within(identifier));
        }
        let steps = rest.split('/').skip(1).map(|step| name(tree, node, step)).collect::<Option<Vec<Name>>>()?;
        return (rest.is_empty() || rest.starts_with('/')).then_some(Path::Identified(identifier, steps));
    }
    let step = ["/descendant::", "/descendant-or-self::", "//", "self::"].iter().find_map(|axis| expression.strip_prefix(axis))?;
    if let Some(test) = step.strip_prefix("*[name()=") {
        return quoted(test).filter(|(_, rest)| *rest == "]").map(|(written, _)| Path::Written(written.to_owned()));
    }
    name(tree, node, step).map(Path::Everywhere)
}

/// `id('x')` or `//*[@Id='x']` at the beginning of an expression, and what follows.
fn identified(expression: &str) -> Option<(String, &str)> {
    let (start, end) = if expression.starts_with("id(") { ("id(", ")") } else { ("//*[@Id=", "]") };
    let (identifier, rest) = quoted(expression.strip_prefix(start)?)?;
    Some((identifier.to_owned(), rest.strip_prefix(end)?))
}

fn quoted(text: &str) -> Option<(&str, &str)> {
    let quote = text.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    text.get(1..)?.split_once(quote)
}

/// A name whose prefix is declared where the expression stands; one without prefix has no namespace (XPath 1.0 §2.3).
fn name(tree: &Tree<'_>, node: NodeId, text: &str) -> Option<Name> {
    let (prefix, local) = text.split_once(':').unwrap_or(("", text));
    let is_name = |part: &str| !part.is_empty() && part.chars().all(|character| character.is_alphanumeric() || "_-.".contains(character));
    let namespace = if prefix.is_empty() && !text.contains(':') { "" } else { tree.namespace_of_prefix(node, prefix)? };
    is_name(local).then(|| Name { namespace: namespace.into(), local: local.into() })
}

impl Filter {
    /// §3: of the nodes those that are in the chosen subtrees, or those that are not. `None` where an identifier is ambiguous.
    pub fn applied(&self, place: &Place<'_, '_>, set: &NodeSet) -> Option<NodeSet> {
        let chosen = self.path.subtrees(place)?;
        Some(match self.operation {
            Operation::Intersect => set.intersect(&chosen),
            Operation::Subtract => set.subtract(&chosen),
        })
    }
}

impl Path {
    fn subtrees(&self, place: &Place<'_, '_>) -> Option<NodeSet> {
        let tree = place.tree;
        let with_all_in_it = |nodes: Vec<NodeId>| NodeSet::union(nodes.into_iter().map(|node| NodeSet::subtree(tree, node)));
        let everywhere = |is: &dyn Fn(NodeId) -> bool| tree.descendants(Tree::DOCUMENT).filter(|node| is(*node)).collect();
        let one = |identifier: &str| match place.identifiers.named(identifier).as_slice() {
            [] => Some(None),
            [node] => Some(Some(*node)),
            _ => None,
        };
        Some(with_all_in_it(match self {
            Self::Everywhere(name) => everywhere(&|node| name.is(tree, node)),
            Self::Written(written) => everywhere(&|node| tree.is_element(node) && tree.written_name(node) == written),
            Self::Around(name) => tree.ancestors(place.reference).find(|node| name.is(tree, *node)).into_iter().collect(),
            Self::Within(identifier) => one(identifier)?.map(|node| tree.children(node).collect()).unwrap_or_default(),
            Self::Identified(identifier, steps) => {
                let start: Vec<NodeId> = one(identifier)?.into_iter().collect();
                let step = |nodes: Vec<NodeId>, name: &Name| -> Vec<NodeId> {
                    nodes
                        .into_iter()
                        .flat_map(|node| tree.elements(node).filter(|child| name.is(tree, *child)).collect::<Vec<_>>())
                        .collect()
                };
                steps.iter().fold(start, step)
            }
        }))
    }
}

impl Name {
    fn is(&self, tree: &Tree<'_>, node: NodeId) -> bool {
        tree.is(node, &self.namespace, &self.local)
    }
}

/// Whether the parameter of an XPath transform is `not(ancestor-or-self::ds:Signature)`, by whatever prefix.
pub(super) fn excludes_signatures(tree: &Tree<'_>, node: NodeId) -> bool {
    let expression = tree.leaf(node).unwrap_or_default();
    let inner = expression.trim().strip_prefix("not(").and_then(|rest| rest.strip_suffix(')'));
    let step = inner.and_then(|inner| inner.trim().strip_prefix("ancestor-or-self::"));
    let excluded = step.and_then(|step| name(tree, node, step.trim()));
    tree.is(node, XPATH_ELEMENT.0, XPATH_ELEMENT.1) && excluded.is_some_and(|name| name.namespace == DS && name.local == "Signature")
}

/// Every signature of the document with all in it.
pub(super) fn signatures(tree: &Tree<'_>) -> NodeSet {
    let all = tree.descendants(Tree::DOCUMENT).filter(|node| tree.is(*node, DS, "Signature"));
    NodeSet::union(all.map(|node| NodeSet::subtree(tree, node)))
}
