//! EN 319 132-1 §4.1, §5.2, §6.3 — a signature laid out as text, but for its value; properties put into one that is there

use super::identifiers::Identifiers;
use super::names::{DS, SIGNED_PROPERTIES_TYPE, XADES, XADES141};
use super::reference::{References, reference};
use super::signature_element;
use super::transforms::Fault;
use crate::crypto::{DigestAlgorithm, SignatureAlgorithm};
use crate::document::Detached;
use crate::encoding::base64;
use crate::encoding::xml::{Canonicalisation, Method, NodeId, Tree, read};
use crate::error::{Malformed, Misuse};
use crate::limits::{Budget, Limits};
use crate::pki::Certificate;
use crate::report::Block;
use crate::time::Time;

/// What is signed, and where it stands.
pub(crate) enum Content<'c> {
    /// The document gets the signature as the last of what is in its document element. Signatures are left out of what is signed, so that any
    /// number of them stand side by side.
    Enveloped(&'c Tree<'c>),
    /// The document element in an object of the signature.
    EnvelopingXml(&'c Tree<'c>),
    /// Octets in an object of the signature, in base64.
    EnvelopingOctets(&'c [u8]),
    /// A file elsewhere, by the name by which it will be known.
    Detached(Detached<'c>),
}

/// What the signature is to say.
pub(crate) struct Request<'r> {
    pub content: Content<'r>,
    pub media_type: &'r str,
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
    let id = identifier(request);
    let (head, tail) = envelope(request)?;
    let text = Text {
        request,
        id: &id,
        digest: uri(request.digest.xml_uri(), "digest")?,
        algorithm: uri(request.algorithm.xml_uri(), "signature")?,
    };
    // The parts are as long with digests as without: they are written twice.
    let empty = [String::new(), String::new()];
    let (before, after) = text.signature(&empty)?;
    let draft = [&head, &before, &after, &tail].map(String::as_str).concat();
    let detached = if let Content::Detached(detached) = &request.content { vec![detached.clone()] } else { Vec::new() };
    let digests = Layout::of(&draft, &detached, &id)?.digests(request.digest)?;
    let (before, after) = text.signature(&digests)?;
    let draft = [&head, &before, &after, &tail].map(String::as_str).concat();
    let to_be_signed = Layout::of(&draft, &detached, &id)?.signed_info()?;
    Ok(Prepared { before: (head + &before).into_bytes(), after: (after + &tail).into_bytes(), to_be_signed })
}

fn uri(known: Option<String>, what: &str) -> Result<String, Misuse> {
    known.ok_or_else(|| Misuse::new(format!("XML Signature has no identifier of this {what} algorithm")))
}

/// One that no other signature of the document has: of what is signed, when and by whom.
fn identifier(request: &Request<'_>) -> String {
    let (octets, before) = match &request.content {
        Content::Enveloped(tree) | Content::EnvelopingXml(tree) => (tree.text().as_bytes(), Some(tree)),
        Content::EnvelopingOctets(octets) => (*octets, None),
        Content::Detached(detached) => (detached.name.as_bytes(), None),
    };
    let signer = request.certificates.first().map(Certificate::sha256).unwrap_or_default();
    let digest = DigestAlgorithm::Sha256.digest(&[&signer, request.time.to_string().as_bytes(), octets].concat());
    let hexadecimal: String = digest.iter().take(8).map(|octet| format!("{octet:02x}")).collect();
    let taken = before.map(|tree| Identifiers::of(tree));
    let is_free = |id: &String| taken.as_ref().is_none_or(|taken| taken.named(id).is_empty());
    let candidates = std::iter::once(format!("S-{hexadecimal}")).chain((2..1_000).map(|number| format!("S-{hexadecimal}-{number}")));
    candidates.into_iter().find(is_free).unwrap_or_default()
}

/// What stands before and behind the signature.
fn envelope(request: &Request<'_>) -> Result<(String, String), Refusal> {
    let Content::Enveloped(tree) = &request.content else {
        return Ok(("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".into(), "\n".into()));
    };
    let (start, end) = ends(tree, tree.root());
    let text = tree.text();
    let (head, tail) = (text.get(..start).unwrap_or_default(), text.get(end..).unwrap_or_default());
    let name = tree.written_name(tree.root());
    Ok(if start == end { (head.into(), tail.into()) } else { (format!("{head}>"), format!("</{name}>{tail}")) })
}

/// Where something is put as the last of what is in an element: one place, or in the place of the `/>` of an element without content.
fn ends(tree: &Tree<'_>, node: NodeId) -> (usize, usize) {
    let (content, span) = (tree.content(node), tree.span(node));
    if content.end == span.end { (span.end.saturating_sub(2), span.end) } else { (content.end, content.end) }
}

struct Text<'t, 'r> {
    request: &'t Request<'r>,
    id: &'t str,
    digest: String,
    algorithm: String,
}

impl Text<'_, '_> {
    /// The signature before and behind its value.
    fn signature(&self, digests: &[String]) -> Result<(String, String), Refusal> {
        let Self { id, algorithm, .. } = self;
        let none = String::new();
        let (data, properties) = (digests.first().unwrap_or(&none), digests.get(1).unwrap_or(&none));
        let (attributes, transforms, object) = self.data();
        let transforms = if transforms.is_empty() { transforms } else { format!("<ds:Transforms>{transforms}</ds:Transforms>") };
        let of_properties = format!("<ds:Transforms><ds:Transform Algorithm=\"{EXCLUSIVE}\"/></ds:Transforms>");
        let kind = SIGNED_PROPERTIES_TYPE.first().copied().unwrap_or_default();
        let before = format!(
            "<ds:Signature xmlns:ds=\"{DS}\" Id=\"{id}\"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm=\"{EXCLUSIVE}\"/><ds:SignatureMethod \
             Algorithm=\"{algorithm}\"/><ds:Reference Id=\"{id}-data\"{attributes}>{transforms}{}</ds:Reference><ds:Reference Type=\"{kind}\" \
             URI=\"#{id}-properties\">{of_properties}{}</ds:Reference></ds:SignedInfo><ds:SignatureValue Id=\"{id}-value\">",
            self.digested(data),
            self.digested(properties),
        );
        let after = format!(
            "</ds:SignatureValue><ds:KeyInfo><ds:X509Data>{}</ds:X509Data></ds:KeyInfo>{object}<ds:Object><xades:QualifyingProperties \
             xmlns:xades=\"{XADES}\" Target=\"#{id}\">{}</xades:QualifyingProperties></ds:Object></ds:Signature>",
            self.request.certificates.iter().map(|one| encapsulated("ds:X509Certificate", one.octets())).collect::<String>(),
            self.properties()?,
        );
        Ok((before, after))
    }

    fn digested(&self, value: &str) -> String {
        format!("<ds:DigestMethod Algorithm=\"{}\"/><ds:DigestValue>{value}</ds:DigestValue>", self.digest)
    }

    /// Attributes and transforms of the reference, and the object with what is signed.
    fn data(&self) -> (String, String, String) {
        let id = self.id;
        let exclusive = format!("<ds:Transform Algorithm=\"{EXCLUSIVE}\"/>");
        match &self.request.content {
            Content::Enveloped(_) => {
                let filter = "http://www.w3.org/2002/06/xmldsig-filter2";
                let without = format!(
                    "<ds:Transform Algorithm=\"{filter}\"><filter:XPath xmlns:filter=\"{filter}\" Filter=\"subtract\">/descendant::ds:Signature\
                     </filter:XPath></ds:Transform>"
                );
                (" URI=\"\"".into(), without + &exclusive, String::new())
            }
            Content::EnvelopingXml(tree) => {
                let element = tree.text().get(tree.span(tree.root())).unwrap_or_default();
                (format!(" URI=\"#{id}-object\""), exclusive, format!("<ds:Object Id=\"{id}-object\">{element}</ds:Object>"))
            }
            Content::EnvelopingOctets(octets) => {
                let base64_uri = format!("{DS}base64");
                let object = format!("<ds:Object Id=\"{id}-object\" Encoding=\"{base64_uri}\">{}</ds:Object>", base64::encode(octets));
                (format!(" URI=\"#{id}-object\""), format!("<ds:Transform Algorithm=\"{base64_uri}\"/>"), object)
            }
            Content::Detached(detached) => {
                (format!(" URI=\"{}\"", attribute(&percent_encoded(&detached.name))), String::new(), String::new())
            }
        }
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
                attribute(uri)
            )
        });
        Ok(format!(
            "<xades:SignedProperties Id=\"{id}-properties\"><xades:SignedSignatureProperties><xades:SigningTime>{}</xades:SigningTime>\
             <xades:SigningCertificateV2><xades:Cert><xades:CertDigest>{certificate}</xades:CertDigest></xades:Cert></xades:SigningCertificateV2>\
             {policy}</xades:SignedSignatureProperties><xades:SignedDataObjectProperties><xades:DataObjectFormat ObjectReference=\"#{id}-data\">\
             <xades:MimeType>{}</xades:MimeType></xades:DataObjectFormat>{commitment}</xades:SignedDataObjectProperties></xades:SignedProperties>",
            request.time,
            attribute(request.media_type),
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
        let references = References { tree: &self.tree, identifiers, detached: self.detached, limits: &limits, octets };
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

/// Text that stands for itself in an attribute or between tags.
fn attribute(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

/// RFC 3986 §2.1: the name of a file as a relative reference.
fn percent_encoded(name: &str) -> String {
    let plain = |octet: u8| octet.is_ascii_alphanumeric() || b"-._~/:".contains(&octet);
    name.bytes().map(|octet| if plain(octet) { char::from(octet).to_string() } else { format!("%{octet:02X}") }).collect()
}

fn encapsulated(name: &str, octets: &[u8]) -> String {
    format!("<{name}>{}</{name}>", base64::encode(octets))
}

/// A timestamp container with its token, declared for itself wherever it is put.
pub(crate) fn time_stamp(name: TimeStampName, token: &[u8]) -> String {
    let (prefix, namespace, local) = match name {
        TimeStampName::Signature => ("xades", XADES, "SignatureTimeStamp"),
        TimeStampName::Archive => ("xades141", XADES141, "ArchiveTimeStamp"),
    };
    format!(
        "<{prefix}:{local} xmlns:{prefix}=\"{namespace}\"><ds:CanonicalizationMethod xmlns:ds=\"{DS}\" Algorithm=\"{EXCLUSIVE}\"/>\
         <xades:EncapsulatedTimeStamp xmlns:xades=\"{XADES}\">{}</xades:EncapsulatedTimeStamp></{prefix}:{local}>",
        base64::encode(token)
    )
}

/// Which container (EN 319 132-1 §5.3, §5.5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimeStampName {
    Signature,
    Archive,
}

/// Evidence as octets.
#[derive(Debug, Default)]
pub(crate) struct Evidence {
    pub certificates: Vec<Vec<u8>>,
    pub crls: Vec<Vec<u8>>,
    pub ocsp_responses: Vec<Vec<u8>>,
}

impl Evidence {
    /// `CertificateValues` and `RevocationValues` (§5.4), in a `TimeStampValidationData` (§5.5.1) where the signature has its values already.
    pub fn text(&self, has_values: bool) -> String {
        let all =
            |name: &str, values: &[Vec<u8>]| values.iter().map(|octets| encapsulated(&format!("xades:{name}"), octets)).collect::<String>();
        let within = |name: &str, inner: String| if inner.is_empty() { inner } else { format!("<xades:{name}>{inner}</xades:{name}>") };
        let certificates = all("EncapsulatedX509Certificate", &self.certificates);
        let crls = within("CRLValues", all("EncapsulatedCRLValue", &self.crls));
        let responses = within("OCSPValues", all("EncapsulatedOCSPValue", &self.ocsp_responses));
        let (certificates, revocation) = (within("CertificateValues", certificates), within("RevocationValues", crls + &responses));
        if !has_values {
            let declared =
                |text: String, name: &str| text.replacen(&format!("<xades:{name}>"), &format!("<xades:{name} xmlns:xades=\"{XADES}\">"), 1);
            return declared(certificates, "CertificateValues") + &declared(revocation, "RevocationValues");
        }
        format!(
            "<xades141:TimeStampValidationData xmlns:xades141=\"{XADES141}\" xmlns:xades=\"{XADES}\">{certificates}{revocation}\
             </xades141:TimeStampValidationData>"
        )
    }
}

/// The document with `text` as the last unsigned property of the signature at `node`.
pub(crate) fn with_unsigned_property(tree: &Tree<'_>, node: NodeId, text: &str) -> Option<Vec<u8>> {
    let of = |within: NodeId, local: &str| tree.elements(within).find(|child| super::names::is_xades(tree, *child, local));
    let properties = tree.elements_named(node, DS, "Object").find_map(|object| of(object, "QualifyingProperties"))?;
    let unsigned = of(properties, "UnsignedProperties");
    let listed = unsigned.and_then(|unsigned| of(unsigned, "UnsignedSignatureProperties"));
    let (place, inner) = match (listed, unsigned) {
        (Some(listed), _) => (listed, text.to_owned()),
        (None, Some(unsigned)) => (unsigned, declared("UnsignedSignatureProperties", text)),
        (None, None) => (
            properties,
            declared("UnsignedProperties", &format!("<xades:UnsignedSignatureProperties>{text}</xades:UnsignedSignatureProperties>")),
        ),
    };
    let (start, end) = ends(tree, place);
    let (head, tail) = (tree.text().get(..start)?, tree.text().get(end..)?);
    let written =
        if start == end { format!("{head}{inner}{tail}") } else { format!("{head}>{inner}</{}>{tail}", tree.written_name(place)) };
    Some(written.into_bytes())
}

fn declared(local: &str, inner: &str) -> String {
    format!("<xades:{local} xmlns:xades=\"{XADES}\">{inner}</xades:{local}>")
}

/// A signature that is there, for those who add to it.
pub(crate) struct Existing<'e, 'a> {
    references: References<'e, 'a>,
    element: super::signature_element::SignatureElement,
    properties: super::qualifying_properties::QualifyingProperties,
}

impl<'e, 'a> Existing<'e, 'a> {
    /// The signature of this number in document order, counter signatures left out, when it is XAdES that can be read.
    pub fn of(tree: &'e Tree<'a>, detached: &'e [Detached<'a>], limits: &'e Limits, number: usize) -> Option<Self> {
        let node = tree.descendants(Tree::DOCUMENT).filter(|node| super::is_signature(tree, *node)).nth(number)?;
        let (mut element, mut properties) = (None, None);
        Block::run("", "", "", |r| {
            let read = signature_element::read(r, tree, node, limits.references)?;
            properties = Some(super::qualifying_properties::find(r, tree, &read)?);
            element = Some(read);
            Ok(())
        });
        let octets = Budget::new("referenced_octets", limits.referenced_octets);
        let references = References { tree, identifiers: Identifiers::of(tree), detached, limits, octets };
        let properties = properties.filter(|properties| properties.signed.is_some())?;
        Some(Self { references, element: element?, properties })
    }

    pub fn node(&self) -> NodeId {
        self.element.node
    }

    /// The digest of what a timestamp put behind all unsigned properties is over, canonicalised as [`time_stamp`] says.
    pub fn imprint(&self, name: TimeStampName, algorithm: DigestAlgorithm) -> Result<Vec<u8>, Misuse> {
        let tree = self.references.tree;
        let listed: Result<Vec<_>, _> = self.element.references.iter().map(|node| reference(tree, *node)).collect();
        let listed = listed.map_err(|what| Misuse::new(format!("a reference of the signature cannot be read: {what}")))?;
        let unsigned = super::unsigned_properties::unsigned_properties(tree, &self.properties);
        let stamped = super::time_stamps::TimeStamped {
            references: &self.references,
            element: &self.element,
            listed: &listed,
            signed_properties: None,
            unsigned: &unsigned,
        };
        stamped
            .future(name == TimeStampName::Archive, algorithm)
            .map_err(|fault| Misuse::new(format!("what the timestamp is over: {fault}")))
    }

    /// Whether the signature has `CertificateValues` or `RevocationValues`.
    pub fn has_values(&self) -> bool {
        use super::unsigned_properties::PropertyKind::{CertificateValues, RevocationValues};
        let unsigned = super::unsigned_properties::unsigned_properties(self.references.tree, &self.properties);
        unsigned.has(CertificateValues) || unsigned.has(RevocationValues)
    }

    /// SHA-256 of the evidence in the signature, its timestamps left out.
    pub fn evidence(&self) -> Vec<[u8; 32]> {
        let tree = self.references.tree;
        let unsigned = super::unsigned_properties::unsigned_properties(tree, &self.properties);
        let own = self.element.key_info.map(|node| super::key_info::key_info(tree, node).certificates).unwrap_or_default();
        let values =
            unsigned.all.iter().flat_map(|property| super::unsigned_properties::values(tree, property).digests().collect::<Vec<_>>());
        own.iter().map(Certificate::sha256).chain(values).collect()
    }
}
