//! XML Signature §4.4.3.4, §6.6 — transforms: a closed list, everything else is refused by name

use std::borrow::Cow;

use super::identifiers::Identifiers;
use super::names::{DS, algorithm_of, base64_octets};
use super::xpath_filter::{self, Filter};
use crate::encoding::xml::{Canonicalisation, NodeId, NodeSet, Tree, ValuePrefixes, canonical_watched, read};
use crate::limits::Limits;

const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const BASE64: &str = "http://www.w3.org/2000/09/xmldsig#base64";
const XPATH: &str = "http://www.w3.org/TR/1999/REC-xpath-19991116";
const XPATH_FILTER_2: &str = "http://www.w3.org/2002/06/xmldsig-filter2";
/// Each filter looks at every node of the document: no signing program writes more than three.
const MOST_FILTERS: usize = 16;
const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";

/// One of the closed list.
#[derive(Clone, Debug)]
pub(super) enum Transform {
    /// §6.6.4: without the signature that has the reference.
    Enveloped,
    /// §6.5, §6.7
    Canonical(Canonicalisation),
    /// §6.6.2
    Base64,
    /// XML-Signature XPath Filter 2.0
    Filters(Vec<Filter>),
    /// §6.6.3 in the one form that is an enveloped-signature of all signatures: `not(ancestor-or-self::ds:Signature)`.
    WithoutSignatures,
    /// Anything else.
    Refused(String),
}

/// The transforms that stand in `Transforms`, in their order.
pub(super) fn transforms(tree: &Tree<'_>, transforms: NodeId) -> Vec<Transform> {
    tree.elements(transforms)
        .map(|node| if tree.is(node, DS, "Transform") { transform(tree, node) } else { Transform::Refused(tree.written_name(node).into()) })
        .collect()
}

fn transform(tree: &Tree<'_>, node: NodeId) -> Transform {
    let uri = algorithm_of(tree, node);
    let refused = || Transform::Refused(uri.clone());
    if let Some(how) = canonicalisation(tree, node) {
        return how.map_or_else(refused, Transform::Canonical);
    }
    let mut parameters = tree.elements(node).peekable();
    match uri.as_str() {
        ENVELOPED if parameters.peek().is_none() => Transform::Enveloped,
        BASE64 if parameters.peek().is_none() => Transform::Base64,
        XPATH_FILTER_2 => {
            let filters: Option<Vec<Filter>> =
                parameters.take(MOST_FILTERS.saturating_add(1)).map(|parameter| xpath_filter::filter(tree, parameter)).collect();
            filters.filter(|filters| (1..=MOST_FILTERS).contains(&filters.len())).map_or_else(refused, Transform::Filters)
        }
        XPATH if parameters.next().is_some_and(|xpath| xpath_filter::excludes_signatures(tree, xpath)) && parameters.next().is_none() => {
            Transform::WithoutSignatures
        }
        _ => refused(),
    }
}

/// The canonicalisation that a `Transform` or a `CanonicalizationMethod` names, with its prefix list; `Some(None)` where its parameters are none
/// that it has.
pub(super) fn canonicalisation(tree: &Tree<'_>, node: NodeId) -> Option<Option<Canonicalisation>> {
    let how = Canonicalisation::from_uri(&algorithm_of(tree, node))?;
    let mut parameters = tree.elements(node);
    let Some(first) = parameters.next() else { return Some(Some(how)) };
    let is_list = tree.is(first, EXCLUSIVE, "InclusiveNamespaces") && how.method == crate::encoding::xml::Method::Exclusive;
    if !is_list || parameters.next().is_some() {
        return Some(None);
    }
    let list = tree.attribute(first, "", "PrefixList").unwrap_or_default();
    let prefixes = list.split_ascii_whitespace().map(|prefix| if prefix == "#default" { String::new() } else { prefix.to_owned() });
    Some(Some(Canonicalisation { prefixes: prefixes.collect(), ..how }))
}

/// What a transform works on.
#[derive(Clone, Debug)]
pub(super) enum Data<'d> {
    /// Nodes of the document that has the signature.
    Nodes(NodeSet),
    /// Octets from elsewhere, or made by a transform.
    Octets(Cow<'d, [u8]>),
}

/// What keeps the data of a reference from being had, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// They are not here.
    NotFound,
    /// Two elements have the identifier.
    Ambiguous,
    /// A transform is not of the closed list, or not applicable to what it is given.
    Refused(String),
    /// There is no canonical form, or nothing is left of it.
    NoCanonicalForm(String),
    /// They cost more than may be spent.
    Limit(&'static str),
}

/// Where transforms happen.
pub(super) struct Place<'p, 'a> {
    pub tree: &'p Tree<'a>,
    pub identifiers: &'p Identifiers<'a>,
    pub limits: &'p Limits,
    pub value_prefixes: &'p ValuePrefixes,
    /// The signature that has the reference.
    pub signature: NodeId,
    /// The transform itself stands in this element.
    pub reference: NodeId,
}

impl Place<'_, '_> {
    /// `data` after `transform`, which is no canonicalisation of nodes: that one streams.
    pub fn transformed<'d>(&self, data: Data<'d>, transform: &Transform) -> Result<Data<'d>, Fault> {
        let refused = |what: &str| Err(Fault::Refused(what.into()));
        Ok(match (transform, data) {
            (Transform::Refused(uri), _) => return refused(uri),
            (Transform::Enveloped, Data::Nodes(set)) => Data::Nodes(set.subtract(&NodeSet::subtree(self.tree, self.signature))),
            (Transform::WithoutSignatures, Data::Nodes(set)) => Data::Nodes(set.subtract(&xpath_filter::signatures(self.tree))),
            (Transform::Filters(filters), Data::Nodes(set)) => {
                let filtered = filters.iter().try_fold(set, |set, filter| filter.applied(self, &set));
                Data::Nodes(filtered.ok_or(Fault::Ambiguous)?)
            }
            // Which text stands in which element would be signed by nobody.
            (Transform::Base64, Data::Nodes(set)) if set.elements(self.tree) > 1 => {
                return refused(&format!("{BASE64} of an element in which elements stand"));
            }
            (Transform::Base64, Data::Nodes(set)) => Data::Octets(decoded(&set.string(self.tree))?.into()),
            (Transform::Base64, Data::Octets(octets)) => {
                let text = std::str::from_utf8(&octets).map_err(|_| Fault::Refused(BASE64.into()))?;
                Data::Octets(decoded(text)?.into())
            }
            (Transform::Canonical(how), Data::Octets(octets)) => Data::Octets(self.canonical_again(&octets, how)?.into()),
            (Transform::Canonical(how), Data::Nodes(_)) => return refused(how.uri()),
            (Transform::Enveloped, Data::Octets(_)) => return refused(ENVELOPED),
            (Transform::WithoutSignatures, Data::Octets(_)) => return refused(XPATH),
            (Transform::Filters(_), Data::Octets(_)) => return refused(XPATH_FILTER_2),
        })
    }

    /// §4.4.3.2: octets where nodes are needed are read as a document.
    fn canonical_again(&self, octets: &[u8], how: &Canonicalisation) -> Result<Vec<u8>, Fault> {
        let fault = |malformed: crate::error::Malformed| Fault::NoCanonicalForm(malformed.to_string());
        let tree = read(octets, self.limits).map_err(fault)?;
        let mut canonical = Vec::with_capacity(octets.len());
        let sink = &mut |piece: &[u8]| {
            canonical.extend_from_slice(piece);
            Ok(())
        };
        canonical_watched(&tree, &tree.all(), how, sink, Some(self.value_prefixes)).map_err(fault)?;
        Ok(canonical)
    }
}

fn decoded(text: &str) -> Result<Vec<u8>, Fault> {
    base64_octets(text).ok_or_else(|| Fault::Refused(format!("{BASE64} of what is not base64")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filters(count: usize) -> Transform {
        let filter = "<f:XPath xmlns:f=\"http://www.w3.org/2002/06/xmldsig-filter2\" Filter=\"subtract\">//a</f:XPath>".repeat(count);
        let text = format!("<Transform Algorithm=\"{XPATH_FILTER_2}\">{filter}</Transform>");
        let tree = read(text.as_bytes(), &Limits::default()).unwrap();
        transform(&tree, tree.root())
    }

    #[test]
    fn each_filter_costs_a_look_at_every_node_and_few_are_written() {
        assert!(matches!(filters(16), Transform::Filters(filters) if filters.len() == 16));
        for count in [0, 17, 100_000] {
            assert!(matches!(filters(count), Transform::Refused(uri) if uri == XPATH_FILTER_2), "{count}");
        }
    }
}
