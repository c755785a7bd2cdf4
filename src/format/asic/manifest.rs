//! EN 319 162-1 §A.4 — `ASiCManifest`: a list of files by their digests, and what signs the list

use crate::crypto::DigestAlgorithm;
use crate::document::{Container, File};
use crate::encoding::base64;
use crate::encoding::xml::{self, NodeId, Tree};
use crate::error::Malformed;
use crate::format::signature::SignedDatum;
use crate::limits::Limits;

pub(crate) const NAMESPACE: &str = "http://uri.etsi.org/02918/v1.2.1#";
const DS: &str = "http://www.w3.org/2000/09/xmldsig#";

/// A manifest.
#[derive(Clone, Debug)]
pub(super) struct Manifest<'c> {
    pub file: &'c File,
    /// `SigReference`: the signature, timestamp or evidence record that is over this manifest.
    pub signed_by: String,
    pub references: Vec<Reference>,
}

/// `DataObjectReference`
#[derive(Clone, Debug)]
pub(super) struct Reference {
    /// As written.
    pub uri: String,
    pub algorithm: Result<DigestAlgorithm, String>,
    pub digest: Vec<u8>,
}

impl<'c> Manifest<'c> {
    /// Reads a manifest.
    ///
    /// # Errors
    /// [`Malformed`] when the file is another one, or a reference has no digest.
    pub fn read(file: &'c File, limits: &Limits) -> Result<Self, Malformed> {
        let tree = xml::read(&file.octets, limits)?;
        let root = tree.root();
        if !tree.is(root, NAMESPACE, "ASiCManifest") {
            return Err(malformed(&tree, root, "not an ASiCManifest"));
        }
        parts(&tree, root, NAMESPACE, &["SigReference", "DataObjectReference", EXTENSIONS])?;
        let mut signed_by = tree.elements_named(root, NAMESPACE, "SigReference").filter_map(|node| tree.attribute(node, "", "URI"));
        let (Some(one), None) = (signed_by.next(), signed_by.next()) else {
            return Err(malformed(&tree, root, "not exactly one SigReference"));
        };
        let references = tree.elements_named(root, NAMESPACE, "DataObjectReference").map(|node| reference(&tree, node));
        Ok(Self { file, signed_by: one.into_owned(), references: references.collect::<Result<_, _>>()? })
    }

    /// What its signature is over through it: the files, each with the digest that it has to have.
    pub fn data(&self, container: &Container) -> Vec<SignedDatum> {
        let datum = |reference: &Reference| SignedDatum {
            name: reference.uri.clone(),
            algorithm: reference.algorithm.clone(),
            expected: reference.digest.clone(),
            actual: reference.algorithm.as_ref().ok().and_then(|algorithm| Some(algorithm.digest(&container.file(&reference.uri)?.octets))),
        };
        self.references.iter().map(datum).collect()
    }
}

/// Extensions of a manifest, and of a reference in it.
const EXTENSIONS: &str = "ASiCManifestExtensions";
const OF_REFERENCE: &str = "DataObjectReferenceExtensions";

/// Nothing stands in `node` but what the schema has there, and no extension that must be understood (§A.4): another reader may make something of it.
fn parts(tree: &Tree<'_>, node: NodeId, namespace: &str, known: &[&str]) -> Result<(), Malformed> {
    let is_known = |child: NodeId| known.iter().any(|local| tree.is(child, namespace, local) || tree.is(child, NAMESPACE, local));
    if let Some(other) = tree.elements(node).find(|child| !is_known(*child)) {
        return Err(malformed(tree, other, "an element that stands in no manifest"));
    }
    let within = tree.elements(node).filter(|child| [EXTENSIONS, OF_REFERENCE].iter().any(|local| tree.is(*child, NAMESPACE, local)));
    let is_critical =
        |extension: &NodeId| tree.attribute(*extension, "", "Critical").is_none_or(|critical| !matches!(critical.trim(), "false" | "0"));
    match within.flat_map(|list| tree.elements(list)).find(is_critical) {
        Some(extension) => Err(malformed(tree, extension, "a critical extension, of which none is known")),
        None => Ok(()),
    }
}

fn reference(tree: &Tree<'_>, node: NodeId) -> Result<Reference, Malformed> {
    parts(tree, node, DS, &["DigestMethod", "DigestValue", OF_REFERENCE])?;
    let uri = tree.attribute(node, "", "URI").ok_or_else(|| malformed(tree, node, "a reference without URI"))?;
    let one = |local| {
        let mut found = tree.elements_named(node, DS, local);
        found.next().filter(|_| found.next().is_none()).ok_or_else(|| malformed(tree, node, "not exactly one digest of a file"))
    };
    let method = one("DigestMethod")?;
    let algorithm = tree.attribute(method, "", "Algorithm").unwrap_or_default();
    let value = tree.leaf(one("DigestValue")?).ok_or_else(|| malformed(tree, node, "an element within a digest"))?;
    let digits: Vec<u8> = value.bytes().filter(|octet| !octet.is_ascii_whitespace()).collect();
    let digest = base64::decode(&digits).map_err(|_| malformed(tree, node, "a digest that is not base64"))?;
    Ok(Reference {
        uri: uri.into_owned(),
        algorithm: DigestAlgorithm::from_xml_uri(&algorithm).ok_or_else(|| algorithm.into_owned()),
        digest: digest.to_vec(),
    })
}

fn malformed(tree: &Tree<'_>, node: NodeId, what: &'static str) -> Malformed {
    Malformed::new("ASiCManifest", what, tree.span(node).start)
}
