//! XML Signature §1.3, EN 319 132-1 §4.2 — namespaces, and small values as every element writes them

use crate::encoding::base64;
use crate::encoding::xml::{NodeId, Tree};

/// XML Signature
pub(super) const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
/// XML Signature 1.1
pub(super) const DS11: &str = "http://www.w3.org/2009/xmldsig11#";
/// EN 319 132-1, main namespace
pub(super) const XADES: &str = "http://uri.etsi.org/01903/v1.3.2#";
/// EN 319 132-1, what version 1.4.1 added
pub(super) const XADES141: &str = "http://uri.etsi.org/01903/v1.4.1#";
/// TS 101 903 before version 1.3.2
pub(super) const XADES_OLD: [&str; 2] = ["http://uri.etsi.org/01903/v1.1.1#", "http://uri.etsi.org/01903/v1.2.2#"];

/// `Type` of the reference to the signed properties (EN 319 132-1 §4.4.2), what older versions wrote, and what some programs make of these.
pub(super) const SIGNED_PROPERTIES_TYPE: [&str; 4] = [
    "http://uri.etsi.org/01903#SignedProperties",
    "http://uri.etsi.org/01903/v1.1.1#SignedProperties",
    "http://uri.etsi.org/01903/v1.2.2#SignedProperties",
    "http://uri.etsi.org/01903/v1.3.2#SignedProperties",
];
/// `Type` of the reference of a counter signature to what it signs (EN 319 132-1 §5.2.7.3).
pub(super) const COUNTERSIGNED_TYPE: &str = "http://uri.etsi.org/01903#CountersignedSignature";
/// `Type` of a reference to a manifest (XML Signature §5.1).
pub(super) const MANIFEST_TYPE: &str = "http://www.w3.org/2000/09/xmldsig#Manifest";

/// Whether it is an element of this name in the namespace of any version of TS 101 903 up to 1.3.2.
pub(super) fn is_xades(tree: &Tree<'_>, node: NodeId, local: &str) -> bool {
    tree.name(node).is_some_and(|(namespace, name)| name == local && (namespace == XADES || XADES_OLD.contains(&namespace)))
}

/// The first element of this name, in whichever version, directly within.
pub(super) fn xades_child(tree: &Tree<'_>, node: NodeId, local: &str) -> Option<NodeId> {
    tree.elements(node).find(|child| is_xades(tree, *child, local))
}

/// The first element of XML Signature of this name directly within.
pub(super) fn ds_child(tree: &Tree<'_>, node: NodeId, local: &str) -> Option<NodeId> {
    tree.elements(node).find(|child| tree.is(*child, DS, local))
}

/// RFC 2045 §6.8 as XML Signature §4.2 and §6.6.2 use it: white space says nothing, everything else is strict.
pub(super) fn base64_octets(text: &str) -> Option<Vec<u8>> {
    if !text.bytes().any(|octet| octet.is_ascii_whitespace()) {
        return base64::decode(text.as_bytes()).ok();
    }
    let dense: Vec<u8> = text.bytes().filter(|octet| !octet.is_ascii_whitespace()).collect();
    base64::decode(&dense).ok()
}

/// The octets that an element with nothing but text in it has in base64. Comments do not end the text: it is all of it.
pub(super) fn base64_leaf(tree: &Tree<'_>, node: NodeId) -> Option<Vec<u8>> {
    base64_octets(&tree.leaf(node)?)
}

/// The text of such an element without white space around it.
pub(super) fn text_leaf(tree: &Tree<'_>, node: NodeId) -> Option<String> {
    tree.leaf(node).map(|text| text.trim().to_owned())
}

/// The `Algorithm` of an element.
pub(super) fn algorithm_of(tree: &Tree<'_>, node: NodeId) -> String {
    tree.attribute(node, "", "Algorithm").map(|uri| uri.trim().to_owned()).unwrap_or_default()
}
