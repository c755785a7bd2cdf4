//! EN 319 132-1 §4.1, §5.2, §6.3 — a signature laid out as text, but for its value

mod adding;

use std::collections::BTreeSet;

use super::identifiers::Identifiers;
use super::names::{DS, SIGNED_PROPERTIES_TYPE, XADES};
use super::reference::{Names, References, reference};
use super::transforms::Fault;
use crate::crypto::{DigestAlgorithm, SignatureAlgorithm};
use crate::document::Detached;
use crate::encoding::base64;
use crate::encoding::uri::percent_encoded;
use crate::encoding::xml::{Canonicalisation, Method, NodeId, Tree, ValuePrefixes, escaped, read};
use crate::error::{Malformed, Misuse};
use crate::limits::{Budget, Limits};
use crate::pki::Certificate;
use crate::report::fact::hex;
use crate::time::Time;

pub(crate) use adding::{Evidence, Existing, TimeStampName, time_stamp, with_unsigned_property};

/// Where the signature stands.
pub(crate) enum Place<'c> {
    /// In the document, as the last of what is in this element of it.
    Within(&'c Tree<'c>, NodeId),
    /// In a document of its own.
    Alone,
    /// In a document of its own that holds the signatures of a container (EN 319 162-1 §4.3.3.2, §4.4.3.2).
    #[cfg(feature = "asic")]
    InContainer,
}

impl<'c> Place<'c> {
    /// In the document, as the last of what is in its document element.
    pub fn last_in(tree: &'c Tree<'c>) -> Self {
        Self::Within(tree, tree.root())
    }

    fn tree(&self) -> Option<&'c Tree<'c>> {
        if let Self::Within(tree, _) = self { Some(*tree) } else { None }
    }
}

/// What a reference is to.
pub(crate) enum Content<'c> {
    /// The document in which the signature stands. Signatures are left out of what is signed, so that any number of them stand side by side.
    Document,
    /// The element of that document with this identifier, by itself.
    Element(String),
    /// The document element of another document, in an object of the signature.
    Xml(&'c Tree<'c>),
    /// Octets in an object of the signature, in base64.
    Octets(&'c [u8]),
    /// A file elsewhere, by the name by which it will be known.
    File(Detached<'c>),
}

/// What the signature is to say.
pub(crate) struct Request<'r> {
    pub place: Place<'r>,
    /// What is signed, each with its media type.
    pub contents: Vec<(Content<'r>, &'r str)>,
    pub time: Time,
    pub certificates: &'r [Certificate],
    pub algorithm: SignatureAlgorithm,
    pub digest: DigestAlgorithm,
    /// Identifier, dotted, and digest of the document of a signature policy.
    pub policy: Option<(String, DigestAlgorithm, Vec<u8>)>,
    /// The URI of a commitment (EN 319 132-1 §5.2.3).
    pub commitment: Option<String>,
}

/// The document around the value, and what is signed.
pub(crate) struct Prepared {
    pub before: Vec<u8>,
    pub after: Vec<u8>,
    pub to_be_signed: Vec<u8>,
}

/// What is in the way.
#[derive(Debug)]
pub(crate) enum Refusal {
    Misuse(Misuse),
    Malformed(Malformed),
}

impl From<Misuse> for Refusal {
    fn from(misuse: Misuse) -> Self {
        Self::Misuse(misuse)
    }
}

impl From<Malformed> for Refusal {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(malformed)
    }
}

const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";

/// Lays the signature out. The digests are those that a verifier computes, by the same code.
pub(crate) fn prepare(request: &Request<'_>) -> Result<Prepared, Refusal> {
    check(request)?;
    let id = identifier(request);
    let (head, tail) = envelope(request)?;
    let text = Text {
        request,
        identifiers: request.place.tree().map(Identifiers::of),
        id: &id,
        digest: uri(request.digest.xml_uri(), "digest")?,
        algorithm: uri(request.algorithm.xml_uri(), "signature")?,
    };
    // The parts are as long with digests as without: they are written twice.
    let (before, after) = text.signature(&[])?;
    let draft = [&head, &before, &after, &tail].map(String::as_str).concat();
    let detached: Vec<Detached<'_>> = files(request).cloned().collect();
    let digests = Layout::of(&draft, &detached, &id)?.digests(request.digest)?;
    let (before, after) = text.signature(&digests)?;
    let draft = [&head, &before, &after, &tail].map(String::as_str).concat();
    let to_be_signed = Layout::of(&draft, &detached, &id)?.signed_info()?;
    Ok(Prepared { before: (head + &before).into_bytes(), after: (after + &tail).into_bytes(), to_be_signed })
}

fn files<'r>(request: &'r Request<'_>) -> impl Iterator<Item = &'r Detached<'r>> {
    request.contents.iter().filter_map(|(content, _)| if let Content::File(file) = content { Some(file) } else { None })
}

/// A reference for each, and each for one thing: two of one name could be read as either.
fn check(request: &Request<'_>) -> Result<(), Misuse> {
    let identifiers = request.place.tree().map(Identifiers::of);
    let mut names = BTreeSet::new();
    for (content, _) in &request.contents {
        let name = match content {
            Content::Document => String::new(),
            Content::Element(id) => {
                match identifiers.as_ref().map(|known| known.named(id)).as_deref() {
                    Some([_]) => {}
                    Some([]) | None => return Err(Misuse::new(format!("no element of the document has the identifier {id:?}"))),
                    Some(_) => return Err(Misuse::new(format!("several elements of the document have the identifier {id:?}"))),
                }
                format!("#{id}")
            }
            Content::Xml(_) | Content::Octets(_) => continue,
            Content::File(file) => format!("file {}", file.name()),
        };
        if !names.insert(name.clone()) {
            return Err(Misuse::new(format!("{name} is to be signed twice")));
        }
    }
    if request.contents.is_empty() { Err(Misuse::new("nothing is to be signed")) } else { Ok(()) }
}

fn uri(known: Option<String>, what: &str) -> Result<String, Misuse> {
    known.ok_or_else(|| Misuse::new(format!("XML Signature has no identifier of this {what} algorithm")))
}

/// One that no other signature of the document has: of what is signed, when and by whom.
fn identifier<'r>(request: &'r Request<'r>) -> String {
    let tree = |content: &'r Content<'_>| if let Content::Xml(tree) = content { Some(*tree) } else { None };
    let within = request.place.tree();
    let mut trees: Vec<&Tree<'_>> = within.into_iter().collect();
    let mut octets: Vec<u8> = within.map(|tree| tree.text().as_bytes().to_vec()).unwrap_or_default();
    for (content, _) in &request.contents {
        trees.extend(tree(content));
        octets.extend_from_slice(match content {
            Content::Document => b"",
            Content::Element(id) => id.as_bytes(),
            Content::Xml(tree) => tree.text().as_bytes(),
            Content::Octets(octets) => octets,
            Content::File(file) => file.name().as_bytes(),
        });
    }
    let signer = request.certificates.first().map(Certificate::sha256).unwrap_or_default();
    let digest = DigestAlgorithm::Sha256.digest(&[&signer, request.time.to_string().as_bytes(), &octets].concat());
    let hexadecimal = hex(digest.get(..8).unwrap_or_default());
    let taken: Vec<Identifiers<'_>> = trees.into_iter().map(Identifiers::of).collect();
    let is_free = |id: &String| taken.iter().all(|taken| taken.named(id).is_empty());
    let candidates = std::iter::once(format!("S-{hexadecimal}")).chain((2..1_000).map(|number| format!("S-{hexadecimal}-{number}")));
    candidates.into_iter().find(is_free).unwrap_or_default()
}

/// What stands before and behind the signature.
fn envelope(request: &Request<'_>) -> Result<(String, String), Refusal> {
    const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    let (tree, holder) = match &request.place {
        Place::Within(tree, holder) => (*tree, *holder),
        Place::Alone => return Ok((DECLARATION.into(), "\n".into())),
        #[cfg(feature = "asic")]
        Place::InContainer => {
            let start = format!("{DECLARATION}<asic:XAdESSignatures xmlns:asic=\"{}\">", crate::format::asic::NAMESPACE);
            return Ok((start, "</asic:XAdESSignatures>\n".into()));
        }
    };
    let (start, end) = ends(tree, holder);
    let text = tree.text();
    let (head, tail) = (text.get(..start).unwrap_or_default(), text.get(end..).unwrap_or_default());
    let name = tree.written_name(holder);
    Ok(if start == end { (head.into(), tail.into()) } else { (format!("{head}>"), format!("</{name}>{tail}")) })
}

/// Where something is put as the last of what is in an element: one place, or in the place of the `/>` of an element without content.
fn ends(tree: &Tree<'_>, node: NodeId) -> (usize, usize) {
    let (content, span) = (tree.content(node), tree.span(node));
    if content.end == span.end { (span.end.saturating_sub(2), span.end) } else { (content.end, content.end) }
}

struct Text<'t, 'r> {
    request: &'t Request<'r>,
    /// Those of the document that has the signature within.
    identifiers: Option<Identifiers<'r>>,
    id: &'t str,
    digest: String,
    algorithm: String,
}

impl Text<'_, '_> {
    /// The signature before and behind its value; the digests are those of the references in their order, none when they are not known yet.
    fn signature(&self, digests: &[String]) -> Result<(String, String), Refusal> {
        let Self { id, algorithm, .. } = self;
        let none = String::new();
        let digest = |position: usize| digests.get(position).unwrap_or(&none);
        let (mut references, mut objects) = (String::new(), String::new());
        for (position, (content, _)) in self.request.contents.iter().enumerate() {
            let (uri, transforms, object) = self.data(position, content);
            let transforms = if transforms.is_empty() { transforms } else { format!("<ds:Transforms>{transforms}</ds:Transforms>") };
            references += &format!(
                "<ds:Reference Id=\"{}\" URI=\"{}\">{transforms}{}</ds:Reference>",
                self.part("data", position),
                escaped(&uri),
                self.digested(digest(position))
            );
            objects += &object;
        }
        let of_properties = format!("<ds:Transforms><ds:Transform Algorithm=\"{EXCLUSIVE}\"/></ds:Transforms>");
        let kind = SIGNED_PROPERTIES_TYPE.first().copied().unwrap_or_default();
        let before = format!(
            "<ds:Signature xmlns:ds=\"{DS}\" Id=\"{id}\"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm=\"{EXCLUSIVE}\"/><ds:SignatureMethod \
             Algorithm=\"{algorithm}\"/>{references}<ds:Reference Type=\"{kind}\" URI=\"#{id}-properties\">{of_properties}{}</ds:Reference>\
             </ds:SignedInfo><ds:SignatureValue Id=\"{id}-value\">",
            self.digested(digest(self.request.contents.len())),
        );
        let after = format!(
            "</ds:SignatureValue><ds:KeyInfo><ds:X509Data>{}</ds:X509Data></ds:KeyInfo>{objects}<ds:Object><xades:QualifyingProperties \
             xmlns:xades=\"{XADES}\" Target=\"#{id}\">{}</xades:QualifyingProperties></ds:Object></ds:Signature>",
            self.request.certificates.iter().map(|one| encapsulated("ds:X509Certificate", one.octets())).collect::<String>(),
            self.properties()?,
        );
        Ok((before, after))
    }

    /// The identifier of a part of the signature of which there are as many as there are contents.
    fn part(&self, what: &str, position: usize) -> String {
        match position {
            0 => format!("{}-{what}", self.id),
            _ => format!("{}-{what}-{}", self.id, position.saturating_add(1)),
        }
    }

    fn digested(&self, value: &str) -> String {
        format!("<ds:DigestMethod Algorithm=\"{}\"/><ds:DigestValue>{value}</ds:DigestValue>", self.digest)
    }

    /// URI and transforms of a reference, and the object with what is signed.
    fn data(&self, position: usize, content: &Content<'_>) -> (String, String, String) {
        let filter = "http://www.w3.org/2002/06/xmldsig-filter2";
        let without_signatures = format!(
            "<ds:Transform Algorithm=\"{filter}\"><filter:XPath xmlns:filter=\"{filter}\" Filter=\"subtract\">/descendant::ds:Signature\
             </filter:XPath></ds:Transform>"
        );
        let exclusive = format!("<ds:Transform Algorithm=\"{EXCLUSIVE}\"/>");
        let id = self.part("object", position);
        match content {
            Content::Document => (String::new(), without_signatures + &exclusive, String::new()),
            // It has the signature in it.
            Content::Element(identifier) if self.is_around(identifier) => {
                (format!("#{identifier}"), without_signatures + &exclusive, String::new())
            }
            Content::Element(identifier) => (format!("#{identifier}"), exclusive, String::new()),
            Content::Xml(tree) => {
                let element = tree.text().get(tree.span(tree.root())).unwrap_or_default();
                (format!("#{id}"), exclusive, format!("<ds:Object Id=\"{id}\">{element}</ds:Object>"))
            }
            Content::Octets(octets) => {
                let base64_uri = format!("{DS}base64");
                let object = format!("<ds:Object Id=\"{id}\" Encoding=\"{base64_uri}\">{}</ds:Object>", base64::encode(octets));
                (format!("#{id}"), format!("<ds:Transform Algorithm=\"{base64_uri}\"/>"), object)
            }
            Content::File(file) => (percent_encoded(file.name()), String::new(), String::new()),
        }
    }

    fn is_around(&self, identifier: &str) -> bool {
        let (Place::Within(tree, holder), Some(known)) = (&self.request.place, &self.identifiers) else { return false };
        known.named(identifier).iter().any(|node| tree.contains(*node, *holder))
    }

    /// `SignedProperties`
    fn properties(&self) -> Result<String, Refusal> {
        let (id, request) = (self.id, self.request);
        let signer = request.certificates.first().map(Certificate::octets).unwrap_or_default();
        let certificate = self.digested(&base64::encode(&request.digest.digest(signer)));
        let policy = match &request.policy {
            None => String::new(),
            Some((oid, digest, value)) => format!(
                "<xades:SignaturePolicyIdentifier><xades:SignaturePolicyId><xades:SigPolicyId><xades:Identifier Qualifier=\"OIDAsURN\">urn:oid:{oid}\
                 </xades:Identifier></xades:SigPolicyId><xades:SigPolicyHash><ds:DigestMethod Algorithm=\"{}\"/><ds:DigestValue>{}</ds:DigestValue>\
                 </xades:SigPolicyHash></xades:SignaturePolicyId></xades:SignaturePolicyIdentifier>",
                uri(digest.xml_uri(), "digest")?,
                base64::encode(value),
            ),
        };
        let commitment = request.commitment.as_ref().map_or(String::new(), |uri| {
            format!(
                "<xades:CommitmentTypeIndication><xades:CommitmentTypeId><xades:Identifier Qualifier=\"OIDAsURN\">{}</xades:Identifier>\
                 </xades:CommitmentTypeId><xades:AllSignedDataObjects/></xades:CommitmentTypeIndication>",
                escaped(uri)
            )
        });
        let formats: String = request
            .contents
            .iter()
            .enumerate()
            .map(|(position, (_, media_type))| {
                format!(
                    "<xades:DataObjectFormat ObjectReference=\"#{}\"><xades:MimeType>{}</xades:MimeType></xades:DataObjectFormat>",
                    self.part("data", position),
                    escaped(media_type)
                )
            })
            .collect();
        Ok(format!(
            "<xades:SignedProperties Id=\"{id}-properties\"><xades:SignedSignatureProperties><xades:SigningTime>{}</xades:SigningTime>\
             <xades:SigningCertificateV2><xades:Cert><xades:CertDigest>{certificate}</xades:CertDigest></xades:Cert></xades:SigningCertificateV2>\
             {policy}</xades:SignedSignatureProperties><xades:SignedDataObjectProperties>{formats}{commitment}</xades:SignedDataObjectProperties>\
             </xades:SignedProperties>",
            request.time,
        ))
    }
}

/// The whole document with the signature in it, read as a verifier reads it.
struct Layout<'l> {
    tree: Tree<'l>,
    detached: &'l [Detached<'l>],
    id: &'l str,
}

impl<'l> Layout<'l> {
    fn of(text: &'l str, detached: &'l [Detached<'l>], id: &'l str) -> Result<Self, Malformed> {
        Ok(Self { tree: read(text.as_bytes(), &Limits::default())?, detached, id })
    }

    fn with<T>(&self, work: impl FnOnce(&References<'_, '_>, NodeId, &[NodeId]) -> Result<T, Fault>) -> Result<T, Refusal> {
        let limits = Limits::default();
        let octets = Budget::new("referenced_octets", u64::MAX);
        let identifiers = Identifiers::of(&self.tree);
        let fault = |fault: Fault| Refusal::from(Misuse::new(format!("the document cannot be signed: {fault}")));
        let node = identifiers.named(self.id).first().copied().ok_or_else(|| fault(Fault::NotFound))?;
        let parts: Vec<NodeId> = self.tree.elements(node).next().map(|info| self.tree.elements(info).collect()).unwrap_or_default();
        let references = References {
            names: Names::OrLastStep,
            tree: &self.tree,
            identifiers,
            detached: self.detached,
            limits: &limits,
            octets,
            value_prefixes: ValuePrefixes::default(),
        };
        work(&references, node, parts.get(2..).unwrap_or_default()).map_err(fault)
    }

    /// The digests of the references, in base64.
    fn digests(&self, algorithm: DigestAlgorithm) -> Result<Vec<String>, Refusal> {
        self.with(|references, node, listed| {
            let digest = |one: &NodeId| {
                let read = reference(&self.tree, *one).map_err(|what| Fault::Refused(what.into()))?;
                references.digest(node, &read, algorithm).map(|digest| base64::encode(&digest))
            };
            listed.iter().map(digest).collect()
        })
    }

    fn signed_info(&self) -> Result<Vec<u8>, Refusal> {
        self.with(|references, node, _| {
            let info = self.tree.elements(node).next().ok_or(Fault::NotFound)?;
            let mut octets = Vec::new();
            let how = Canonicalisation::new(Method::Exclusive);
            references.canonical_element(info, &how, &mut |piece| octets.extend_from_slice(piece))?;
            Ok(octets)
        })
    }
}

fn encapsulated(name: &str, octets: &[u8]) -> String {
    format!("<{name}>{}</{name}>", base64::encode(octets))
}
