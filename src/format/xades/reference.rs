//! XML Signature §4.4.3, §4.4.3.2 — a reference: what it is to, and the octets that stand for that

use super::identifiers::Identifiers;
use super::names::{DS, algorithm_of, base64_leaf, ds_child};
use super::transforms::{Data, Fault, Place, Transform, transforms};
use crate::crypto::{DigestAlgorithm, Digester};
use crate::document::Detached;
use crate::encoding::uri::percent_decoded;
use crate::encoding::xml::{Canonicalisation, Comments, Method, NodeId, NodeSet, Tree, ValuePrefixes, canonical_watched};
use crate::error::Malformed;
use crate::limits::{Budget, Limits};

/// `Reference`
#[derive(Clone, Debug)]
pub(super) struct Reference {
    pub node: NodeId,
    pub id: Option<String>,
    pub uri: Option<String>,
    pub kind: Option<String>,
    pub transforms: Vec<Transform>,
    /// One that is not implemented by its URI.
    pub algorithm: Result<DigestAlgorithm, String>,
    pub expected: Vec<u8>,
}

impl Reference {
    /// Whether the first thing that is done is to leave out the signature that has the reference.
    fn is_enveloped(&self) -> bool {
        matches!(self.transforms.first(), Some(Transform::Enveloped | Transform::WithoutSignatures))
    }
}

/// `Reference ::= Transforms? DigestMethod DigestValue`; in words what of it is missing.
pub(super) fn reference(tree: &Tree<'_>, node: NodeId) -> Result<Reference, &'static str> {
    let children: Vec<NodeId> = tree.elements(node).collect();
    let named = |position: usize, local: &str| children.get(position).copied().filter(|child| tree.is(*child, DS, local));
    let listed = named(0, "Transforms");
    let first = usize::from(listed.is_some());
    let method = named(first, "DigestMethod").ok_or("no DigestMethod in its place")?;
    let value = named(first.saturating_add(1), "DigestValue").ok_or("no DigestValue in its place")?;
    if children.len() != first.saturating_add(2) {
        return Err("something behind DigestValue");
    }
    let attribute = |local: &str| tree.attribute(node, "", local).map(std::borrow::Cow::into_owned);
    let uri = algorithm_of(tree, method);
    Ok(Reference {
        node,
        id: attribute("Id"),
        uri: attribute("URI"),
        kind: attribute("Type"),
        transforms: listed.map(|listed| transforms(tree, listed)).unwrap_or_default(),
        algorithm: DigestAlgorithm::from_xml_uri(&uri).ok_or(uri),
        expected: base64_leaf(tree, value).ok_or("a DigestValue that is not base64")?,
    })
}

/// How references name files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Names {
    /// By their whole names from the root of a container.
    #[cfg(feature = "asic")]
    Whole,
    /// By these or, since nobody knows from where they count, by the last step.
    OrLastStep,
}

/// The references of one document.
pub(super) struct References<'r, 'a> {
    pub names: Names,
    pub tree: &'r Tree<'a>,
    pub identifiers: Identifiers<'a>,
    pub detached: &'r [Detached<'a>],
    pub limits: &'r Limits,
    /// Octets that may still be canonicalised.
    pub octets: Budget,
    /// Prefixes in values whose declarations exclusive forms left out.
    pub value_prefixes: ValuePrefixes,
}

/// What the data of a reference are before anything is done to them.
pub(super) enum Source<'r> {
    Here(Data<'r>),
    /// Elsewhere, and only their digest is given.
    Digest(&'r Detached<'r>),
}

/// What of the document a reference is over, when it is over nodes of it.
pub(super) struct Selection {
    /// Before its transforms.
    pub target: NodeSet,
    /// After them.
    pub covered: NodeSet,
}

impl<'r, 'a> References<'r, 'a> {
    /// §4.4.3.1, §4.4.3.3: the same document, an element of it, or something that the caller has to bring.
    fn source(&self, reference: &Reference) -> Result<Source<'_>, Fault> {
        let nodes = |set: NodeSet| Ok(Source::Here(Data::Nodes(set)));
        match reference.uri.as_deref() {
            Some("") => nodes(self.tree.all().without_comments()),
            Some("#xpointer(/)") => nodes(self.tree.all()),
            Some(uri) => match (uri.strip_prefix('#'), pointed(uri)) {
                (Some(_), Some(identifier)) => nodes(self.identified(identifier)?),
                // The full XPointer framework may point anywhere.
                (Some(pointer), None) if pointer.contains('(') => Err(Fault::Refused("a pointer that is no identifier".into())),
                (Some(identifier), None) => nodes(self.identified(identifier)?.without_comments()),
                (None, _) => self.elsewhere(Some(uri)),
            },
            // §4.4.3.1: whoever reads it knows what it is. A transform that takes the signature out of its document (§6.6.4) tells.
            None if reference.is_enveloped() => nodes(self.tree.all().without_comments()),
            None => self.elsewhere(None),
        }
    }

    fn identified(&self, identifier: &str) -> Result<NodeSet, Fault> {
        match self.identifiers.named(identifier).as_slice() {
            [] => Err(Fault::NotFound),
            [node] => Ok(NodeSet::subtree(self.tree, *node)),
            _ => Err(Fault::Ambiguous),
        }
    }

    /// Whether what the reference is to is told in a way that is refused.
    pub fn is_refused(&self, reference: &Reference) -> bool {
        matches!(self.source(reference), Err(Fault::Refused(_)))
    }

    /// The element that the reference names by its identifier, whatever its transforms make of it.
    pub fn target(&self, reference: &Reference) -> Option<NodeId> {
        match self.source(reference) {
            Ok(Source::Here(Data::Nodes(set))) => set.first(),
            _ => None,
        }
    }

    /// The name of the file given beside the document that the reference is to.
    pub fn file(&self, reference: &Reference) -> Option<&str> {
        let uri = reference.uri.as_deref();
        if uri.is_none() && reference.is_enveloped() {
            return None;
        }
        self.given(uri).filter(|_| uri.is_none_or(|uri| !uri.is_empty() && !uri.starts_with('#'))).map(|given| given.name())
    }

    /// The file that `uri` means.
    fn given(&self, uri: Option<&str>) -> Option<&'r Detached<'a>> {
        match uri {
            None => self.detached.first(),
            Some(uri) => {
                #[cfg(feature = "asic")]
                let uri =
                    if self.names == Names::Whole { uri.strip_prefix("./").or_else(|| uri.strip_prefix('/')).unwrap_or(uri) } else { uri };
                let decoded = percent_decoded(uri);
                let last = |name: &str| name.rsplit('/').next().unwrap_or_default().to_owned();
                let exact = |detached: &&Detached<'_>| detached.name == uri || Some(&detached.name) == decoded.as_ref();
                let by_file = |detached: &&Detached<'_>| last(&detached.name) == last(decoded.as_deref().unwrap_or(uri));
                let found = self.detached.iter().find(exact);
                if self.names == Names::OrLastStep { found.or_else(|| self.detached.iter().find(by_file)) } else { found }
            }
        }
    }

    fn elsewhere(&self, uri: Option<&str>) -> Result<Source<'_>, Fault> {
        let detached = self.given(uri).ok_or(Fault::NotFound)?;
        Ok(match detached.octets() {
            Some(octets) => Source::Here(Data::Octets(octets.into())),
            None => Source::Digest(detached),
        })
    }

    fn place<'p>(&'p self, signature: NodeId, reference: &Reference) -> Place<'p, 'a> {
        Place {
            tree: self.tree,
            identifiers: &self.identifiers,
            limits: self.limits,
            value_prefixes: &self.value_prefixes,
            signature,
            reference: reference.node,
        }
    }

    /// The nodes of the document that the reference is over.
    pub fn selection(&self, signature: NodeId, reference: &Reference) -> Option<Selection> {
        let Ok(Source::Here(Data::Nodes(target))) = self.source(reference) else { return None };
        let place = self.place(signature, reference);
        let mut covered = target.clone();
        for transform in &reference.transforms {
            // §6.6.2: of an element in base64 the text alone is signed, neither its name nor its attributes.
            if matches!(transform, Transform::Base64) {
                covered = covered.texts(self.tree);
                break;
            }
            // What becomes octets stays what it was of the document.
            if let Ok(Data::Nodes(set)) = place.transformed(Data::Nodes(covered.clone()), transform) {
                covered = set;
            }
        }
        Some(Selection { target, covered })
    }

    /// Whether the reference is to `node` and, whatever its transforms take away, over all of it.
    pub fn covers_first(&self, signature: NodeId, reference: &Reference, node: NodeId) -> bool {
        self.selection(signature, reference)
            .is_some_and(|selection| selection.covered.first() == Some(node) && selection.covered.has_all(self.tree, node))
    }

    /// The digest of what the reference is to.
    pub fn digest(&self, signature: NodeId, reference: &Reference, algorithm: DigestAlgorithm) -> Result<Vec<u8>, Fault> {
        if let Source::Digest(detached) = self.source(reference)? {
            let whole = detached.digest(algorithm).filter(|_| reference.transforms.is_empty());
            return whole.ok_or_else(|| Fault::Refused("transforms of a file of which only a digest is given".into()));
        }
        let mut digester = Digester::new(algorithm);
        self.octets(signature, reference, &Canonicalisation::new(Method::Inclusive), &mut |piece| digester.update(piece))?;
        Ok(digester.finish())
    }

    /// The octets of what the reference is to; nodes that its transforms leave are canonicalised as `how` says (§4.4.3.2: by Canonical XML 1.0).
    pub fn octets(
        &self,
        signature: NodeId,
        reference: &Reference,
        how: &Canonicalisation,
        sink: &mut dyn FnMut(&[u8]),
    ) -> Result<(), Fault> {
        let limit = usize::try_from(self.limits.transforms).unwrap_or(usize::MAX);
        if reference.transforms.len() > limit {
            return Err(Fault::Limit("transforms"));
        }
        let Source::Here(mut data) = self.source(reference)? else { return Err(Fault::NotFound) };
        let place = self.place(signature, reference);
        let mut transforms = reference.transforms.iter().peekable();
        while let Some(transform) = transforms.next() {
            data = match (data, transform) {
                // Nodes that would be written and read again only for a transform of nodes are left what they are.
                (Data::Nodes(set), Transform::Canonical(how)) if how.method != Method::Exclusive && works_on_nodes(transforms.peek()) => {
                    Data::Nodes(if how.comments == Comments::With { set } else { set.without_comments() })
                }
                (Data::Nodes(set), Transform::Canonical(how)) => {
                    if transforms.peek().is_none() {
                        return self.canonical(&set, how, sink);
                    }
                    let mut octets = Vec::new();
                    self.canonical(&set, how, &mut |piece| octets.extend_from_slice(piece))?;
                    Data::Octets(octets.into())
                }
                (data, transform) => place.transformed(data, transform)?,
            };
        }
        match data {
            Data::Nodes(set) => self.canonical(&set, how, sink),
            Data::Octets(octets) => {
                self.spend(octets.len())?;
                sink(&octets);
                Ok(())
            }
        }
    }

    /// The canonical form of nodes: there is one, and there is something in it.
    pub fn canonical(&self, set: &NodeSet, how: &Canonicalisation, sink: &mut dyn FnMut(&[u8])) -> Result<(), Fault> {
        let (mut any, mut spent) = (false, Ok(()));
        let sink = &mut |piece: &[u8]| {
            any |= !piece.is_empty();
            spent = self.spend(piece.len());
            if spent.is_err() {
                return Err(Malformed::new("XML", "limit", 0));
            }
            sink(piece);
            Ok(())
        };
        let outcome = canonical_watched(self.tree, set, how, sink, Some(&self.value_prefixes));
        spent?;
        outcome.map_err(|malformed| Fault::NoCanonicalForm(malformed.to_string()))?;
        if any { Ok(()) } else { Err(Fault::NoCanonicalForm("nothing is left of it".into())) }
    }

    /// The canonical form of an element with everything in it.
    pub fn canonical_element(&self, node: NodeId, how: &Canonicalisation, sink: &mut dyn FnMut(&[u8])) -> Result<(), Fault> {
        self.canonical(&NodeSet::subtree(self.tree, node), how, sink)
    }

    fn spend(&self, octets: usize) -> Result<(), Fault> {
        let octets = u64::try_from(octets).unwrap_or(u64::MAX);
        self.octets.spend(octets).map_err(|exhausted| Fault::Limit(exhausted.name))
    }
}

fn works_on_nodes(transform: Option<&&Transform>) -> bool {
    matches!(transform, Some(Transform::Enveloped | Transform::WithoutSignatures | Transform::Filters(_)))
}

/// `#xpointer(id('x'))` (§4.4.3.3).
fn pointed(uri: &str) -> Option<&str> {
    let quoted = uri.strip_prefix("#xpointer(id(")?.strip_suffix("))")?;
    let quote = quoted.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    quoted.strip_prefix(quote)?.strip_suffix(quote)
}

/// `Manifest` (§5.1): the references in it, when the reference is to one.
pub(super) fn manifest(tree: &Tree<'_>, target: NodeId) -> Vec<NodeId> {
    if tree.is(target, DS, "Manifest") { tree.elements_named(target, DS, "Reference").collect() } else { Vec::new() }
}

/// The canonicalisation that an element says is its own, else Canonical XML 1.0 (EN 319 132-1 §5.1.4).
pub(super) fn stated_canonicalisation(tree: &Tree<'_>, node: NodeId) -> Option<Canonicalisation> {
    match ds_child(tree, node, "CanonicalizationMethod") {
        None => Some(Canonicalisation::new(Method::Inclusive)),
        Some(method) => super::transforms::canonicalisation(tree, method).flatten(),
    }
}
