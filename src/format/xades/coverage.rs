//! EN 319 102-1 §5.1.4.2 — what of a document its signatures are over, and what none of them is
//!
//! Wrapping attacks leave a signature intact and put something else where the application looks. Nobody here knows where that is, so whatever no
//! signature accounts for is told, and keeps the document from passing. Where that is called as what is signed, the signature fails: whoever looks
//! for the one by its name may find the other.

use std::collections::{BTreeMap, BTreeSet};

use super::identifiers::identifier_of;
use super::names::{DS, DS11, XADES, XADES_OLD, XADES141, is_xades};
use super::own_parts::{INSTANCE, is_attribute, is_leaf};
use crate::encoding::xml::{NodeId, NodeSet, Tree};
use crate::report::{Recorder, checks};

checks! {
    NO_NAMESAKE = "coverage.no_unsigned_namesake", "EN 319 102-1 §5.1.4.2", Failed(FormatFailure),
        "{signed} is signed, and {unsigned}, which is called the same, is not: whoever looks for the one may find the other.",
        "{signed} được ký còn {unsigned} trùng tên thì không: người đọc có thể lấy nhầm phần không được ký.";
    OBJECT_IN_PLACE = "coverage.object_in_place", "XML Signature §4.6", Failed(FormatFailure),
        "{signed} is signed as an object of a signature, and stands in another object, where none is.",
        "{signed} được ký như một đối tượng của chữ ký nhưng lại nằm trong một đối tượng khác.";
}

/// No more places are named.
const TOLD: usize = 10;

/// Namespaces of what a signature tells of keys (Web Services Security §7) and of itself.
const OF_SIGNATURES: [&str; 10] = [
    DS,
    DS11,
    XADES,
    XADES141,
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd",
    "http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd",
    "http://www.w3.org/2001/04/xmldsig-more#",
    // Prefixes of exclusive canonicalisation, what EN 319 132-1 V1.2.1 added, RFC 6283.
    "http://www.w3.org/2001/10/xml-exc-c14n#",
    "http://uri.etsi.org/19132/v1.1.1#",
    "urn:ietf:params:xml:ns:ers",
];

/// Elements that nobody signed by their names: of each name the first.
pub(super) struct Namesakes<'t>(BTreeMap<(&'t str, &'t str), NodeId>);

impl<'t> Namesakes<'t> {
    /// Of everything but `signed`, and but the elements that references are to: of some the content alone is signed.
    pub fn of(tree: &'t Tree<'_>, signed: &NodeSet, targets: &BTreeSet<NodeId>) -> Self {
        let mut known = BTreeMap::new();
        let mut next = Some(tree.root());
        while let Some(node) = next {
            next = if signed.has_all(tree, node) { tree.after(node) } else { tree.following(node) };
            let name =
                tree.name(node).filter(|(namespace, _)| !is_of_signatures(namespace) && !signed.contains(node) && !targets.contains(&node));
            if let Some(name) = name {
                known.entry(name).or_insert(node);
            }
        }
        Self(known)
    }

    /// No element that one of `targets` is, or that stands in one that is an object of a signature, has a namesake.
    pub fn judge(&self, r: &mut Recorder, tree: &Tree<'_>, targets: &[NodeId]) {
        // Each once: any number of references may be to one element.
        let targets: BTreeSet<NodeId> = targets.iter().copied().collect();
        let within = |target: &NodeId| {
            let inner = tree.elements(*target).filter(|_| is_envelope(tree, *target)).collect::<Vec<_>>();
            std::iter::once(*target).chain(inner)
        };
        let namesake = |node: NodeId| tree.name(node).and_then(|name| Some((node, *self.0.get(&name)?)));
        let found = targets.iter().flat_map(within).find_map(namesake);
        let nested = targets.iter().find(|target| is_nested(tree, **target));
        r.ask(&OBJECT_IN_PLACE, nested.is_none(), [("signed", nested.map(|node| tree.path(*node)).unwrap_or_default().into())]);
        match found {
            None => r.ask(&NO_NAMESAKE, true, []),
            Some((signed, unsigned)) => {
                r.ask(&NO_NAMESAKE, false, [("signed", tree.path(signed).into()), ("unsigned", tree.path(unsigned).into())])
            }
        };
    }
}

pub(super) fn is_of_signatures(namespace: &str) -> bool {
    OF_SIGNATURES.contains(&namespace) || XADES_OLD.contains(&namespace)
}

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
    let walk = Walk { tree, covered, holders: &holders(covered, signatures), signatures };
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
    let mut whole = true;
    Walk { tree, covered, holders: &holders(covered, signatures), signatures }.visit(&mut |_| {
        whole = false;
        false
    });
    whole
}

/// What an element has to hold a part of, to be there for holding it: something that is signed, or a signature.
fn holders(covered: &NodeSet, signatures: &[NodeId]) -> NodeSet {
    NodeSet::union([covered.clone(), NodeSet::of(signatures.iter().copied())])
}

struct Walk<'w, 'a> {
    tree: &'w Tree<'a>,
    covered: &'w NodeSet,
    /// With the places of the signatures.
    holders: &'w NodeSet,
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
            Self::Node(node) if tree.is_style_sheet(*node) => {
                let written = tree.text().get(tree.span(*node)).unwrap_or_default();
                let target = written.trim_start_matches("<?").split(|end: char| end.is_whitespace() || end == '?').next();
                format!("/processing-instruction({})", target.unwrap_or_default())
            }
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
        // What says how the document is to be shown stands before its element, and may make anything of it.
        for node in tree.children(Tree::DOCUMENT).filter(|node| tree.is_style_sheet(*node) && !self.covered.contains(*node)) {
            if !tell(Place::Node(node)) {
                return;
            }
        }
        let mut next = Some(tree.root());
        while let Some(node) = next {
            if self.covered.has_all(tree, node) {
                next = tree.after(node);
            } else if self.covered.contains(node) {
                next = tree.following(node);
            } else if self.signatures.binary_search(&node).is_ok() {
                // Its objects hold what an application could read as data; where keys are told nothing else is expected.
                let text = tree.children(node).find(|child| !tree.is_element(*child) && self.says_something(*child));
                if text.is_some_and(|text| !self.covered.contains(text) && !tell(Place::Node(text))) {
                    return;
                }
                let mut own = std::iter::once(node).chain(tree.elements_named(node, DS, "SignatureValue"));
                let mut keys = tree.elements_named(node, DS, "KeyInfo");
                if !own.all(|own| self.strange_attributes(own, tell)) || !keys.all(|keys| self.foreign(keys, tell)) {
                    return;
                }
                next = tree.elements_named(node, DS, "Object").next().or_else(|| tree.after(node));
            } else if self.is_property(node) {
                // The properties of a signature are judged as such.
                if !self.foreign(node, tell) {
                    return;
                }
                next = tree.after(node);
            } else if !self.says_something(node) {
                next = tree.after(node);
            } else if tree.is_element(node) && (is_envelope(tree, node) || self.holders.overlaps(tree, node)) {
                // It only holds together what is signed; what it says itself is said by nobody.
                let own = tree.attributes(node).filter(|(namespace, ..)| *namespace != INSTANCE);
                let id = identifier_of(tree, node);
                let is_content = tree.children(node).any(|child| !tree.is_element(child) && self.covered.contains(child));
                for (namespace, local, value) in own {
                    // As of `Object`: what the octets are is signed as their DataObjectFormat.
                    let is_label = is_content && namespace.is_empty() && matches!(local, "Encoding" | "MimeType");
                    let is_expected = if is_envelope(tree, node) { is_attribute(namespace, local) } else { is_label };
                    if id.as_ref() != Some(&value) && !is_expected && !tell(Place::Attribute(node, local)) {
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

    /// Tells what of a signature's own parts is of another language; whether to go on.
    fn foreign(&self, within: NodeId, tell: &mut dyn FnMut(Place<'_>) -> bool) -> bool {
        let tree = self.tree;
        // Of each parent it is asked once, however many texts stand in it.
        let mut holders = BTreeMap::new();
        let mut next = Some(within);
        while let Some(node) = next.filter(|node| *node == within || tree.contains(within, *node)) {
            let is_foreign = self.is_foreign(node, &mut holders);
            // What is signed by a value, transforms with their filters too, is judged with the signature that it is of.
            let is_signed_info =
                tree.is(node, DS, "SignedInfo") && tree.parent(node).is_some_and(|parent| self.signatures.binary_search(&parent).is_ok());
            if is_signed_info || self.covered.has_all(tree, node) {
                next = tree.after(node);
            } else if is_foreign && !self.covered.contains(node) {
                if !tell(Place::Node(node)) {
                    return false;
                }
                next = tree.after(node);
            } else if self.strange_attributes(node, tell) {
                next = tree.following(node);
            } else {
                return false;
            }
        }
        true
    }

    /// Tells the attributes of an element that elements of signatures do not have, and nobody signed; whether to go on.
    fn strange_attributes(&self, node: NodeId, tell: &mut dyn FnMut(Place<'_>) -> bool) -> bool {
        let mut strange =
            self.tree.attributes(node).filter(|(namespace, local, _)| !self.covered.contains(node) && !is_attribute(namespace, local));
        strange.all(|(_, local, _)| tell(Place::Attribute(node, local)))
    }

    /// An element of another language, an object that is in no place for one, a text where elements are expected. `holders`: of parents that were
    /// asked about, whether a text is expected in them.
    fn is_foreign(&self, node: NodeId, holders: &mut BTreeMap<NodeId, bool>) -> bool {
        let tree = self.tree;
        let parent = tree.parent(node).unwrap_or(node);
        match tree.name(node) {
            Some((namespace, _)) if !is_of_signatures(namespace) => true,
            Some((namespace, local)) => namespace == DS && OF_SIGNATURE.contains(&local) && self.signatures.binary_search(&parent).is_err(),
            None => {
                let mut expects_none = || {
                    *holders
                        .entry(parent)
                        .or_insert_with(|| tree.elements(parent).next().is_some() || !is_leaf(tree, parent, self.signatures))
                };
                self.says_something(node) && (is_envelope(tree, parent) || expects_none())
            }
        }
    }

    fn is_property(&self, node: NodeId) -> bool {
        is_xades(self.tree, node, "QualifyingProperties") && is_envelope(self.tree, self.tree.parent(node).unwrap_or(node))
    }

    /// White space, comments and instructions say nothing that is data; an element always does.
    fn says_something(&self, node: NodeId) -> bool {
        self.tree.is_element(node) || !self.tree.string(node).trim().is_empty()
    }
}

/// What stands in a signature, and nowhere else.
const OF_SIGNATURE: [&str; 4] = ["KeyInfo", "Object", "SignatureValue", "SignedInfo"];

/// `Object` of a signature: its attributes are about it.
fn is_envelope(tree: &Tree<'_>, node: NodeId) -> bool {
    tree.is(node, DS, "Object")
}

/// Whether it is an object of a signature by its name, and something in an object of one by its place.
fn is_nested(tree: &Tree<'_>, node: NodeId) -> bool {
    let mut around = tree.ancestors(node).take_while(|around| !tree.is(*around, DS, "Signature"));
    is_envelope(tree, node) && around.any(|around| is_envelope(tree, around))
}
