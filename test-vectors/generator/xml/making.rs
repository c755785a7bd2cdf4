//! XML signatures put together as text: whatever a signing program would not write can be written here.

use kyso::Limits;
use kyso::crypto::DigestAlgorithm::Sha256;
use kyso::crypto::{Curve, SignatureAlgorithm};
use kyso::encoding::base64;
use kyso::encoding::xml::{Canonicalisation, Method, NodeId, NodeSet, Tree, canonical, read};
use kyso::testkit::Entity;

use crate::hand_made::claimed;
use crate::shared::Shared;
use crate::{Error, Outcome};

pub const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
pub const XADES: &str = "http://uri.etsi.org/01903/v1.3.2#";
pub const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
pub const INCLUSIVE: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
pub const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
pub const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
pub const SIGNED_PROPERTIES: &str = "http://uri.etsi.org/01903#SignedProperties";

/// A signature as it is made.
#[derive(Clone)]
pub struct Making<'a> {
    pub signer: &'a Entity,
    pub canonicalisation: String,
    pub algorithm: String,
    pub references: Vec<Reference>,
    /// Between the value and the objects.
    pub key_info: String,
    pub objects: String,
    /// The unsigned properties, between those that are signed and the end.
    pub unsigned: String,
    pub id: &'static str,
    /// What the properties say of the certificate; none without properties.
    pub properties: Option<String>,
    /// The namespace of the properties, and whose they say that they are.
    pub language: &'static str,
    pub target: String,
}

/// A reference as it is made.
#[derive(Clone)]
pub struct Reference {
    /// Attributes, each with a space before it.
    pub attributes: String,
    /// Whole `Transform` elements.
    pub transforms: String,
    pub data: Data,
}

/// What a reference is over.
#[derive(Clone)]
pub enum Data {
    /// The document without the signature.
    Document,
    /// The element of this identifier.
    Element(&'static str),
    /// Octets from elsewhere, or a digest of nothing that there is.
    Octets(Vec<u8>),
}

pub fn transform(uri: &str) -> String {
    format!("<ds:Transform Algorithm=\"{uri}\"/>")
}

impl Reference {
    /// `URI=""`, by an enveloped signature.
    pub fn enveloped() -> Self {
        let transforms = transform(ENVELOPED) + &transform(EXCLUSIVE);
        Self { attributes: " Id=\"r\" URI=\"\"".into(), transforms, data: Data::Document }
    }

    pub fn element(id: &'static str) -> Self {
        Self { attributes: format!(" Id=\"r\" URI=\"#{id}\""), transforms: transform(EXCLUSIVE), data: Data::Element(id) }
    }

    pub fn detached(uri: &str, octets: &[u8]) -> Self {
        Self { attributes: format!(" Id=\"r\" URI=\"{uri}\""), transforms: String::new(), data: Data::Octets(octets.to_vec()) }
    }

    pub fn to_properties(id: &'static str) -> Self {
        let attributes = format!(" Type=\"{SIGNED_PROPERTIES}\" URI=\"#{id}-properties\"");
        Self { attributes, transforms: transform(EXCLUSIVE), data: Data::Element(if id == "S" { "S-properties" } else { "S2-properties" }) }
    }

    fn text(&self, digest: &str) -> String {
        let transforms =
            if self.transforms.is_empty() { String::new() } else { format!("<ds:Transforms>{}</ds:Transforms>", self.transforms) };
        let method = format!("<ds:DigestMethod Algorithm=\"{SHA256}\"/><ds:DigestValue>{digest}</ds:DigestValue>");
        format!("<ds:Reference{}>{transforms}{method}</ds:Reference>", self.attributes)
    }
}

impl<'a> Making<'a> {
    /// XAdES B-B by the key `p256` over what `reference` is to.
    pub fn xades(shared: &'a Shared, reference: Reference) -> Self {
        Self::by(shared, &shared.signatories["p256"], "S", reference)
    }

    pub fn by(shared: &Shared, signer: &'a Entity, id: &'static str, reference: Reference) -> Self {
        let digest = base64::encode(&Sha256.digest(&signer.certificate));
        let certificate = format!(
            "<xades:SigningCertificateV2><xades:Cert><xades:CertDigest><ds:DigestMethod Algorithm=\"{SHA256}\"/><ds:DigestValue>{digest}</ds:DigestValue></xades:CertDigest></xades:Cert></xades:SigningCertificateV2>"
        );
        Self {
            signer,
            canonicalisation: EXCLUSIVE.into(),
            algorithm: signer.key.algorithm().xml_uri().unwrap_or_default(),
            references: vec![reference, Reference::to_properties(id)],
            key_info: key_info(&[signer, &shared.issuing]),
            objects: String::new(),
            unsigned: String::new(),
            id,
            properties: Some(certificate),
            language: XADES,
            target: format!("#{id}"),
        }
    }

    /// XML Signature alone.
    pub fn plain(shared: &'a Shared, reference: Reference) -> Self {
        let mut making = Self::xades(shared, reference);
        making.properties = None;
        making.references.truncate(1);
        making
    }

    pub fn with(mut self, edit: impl FnOnce(&mut Self)) -> Self {
        edit(&mut self);
        self
    }

    fn text(&self, digests: &[String], value: &str) -> String {
        let Self { id, canonicalisation, algorithm, key_info, objects, .. } = self;
        let references: String = self.references.iter().zip(digests).map(|(reference, digest)| reference.text(digest)).collect();
        let properties = self.properties.as_ref().map(|certificate| self.properties_text(certificate)).unwrap_or_default();
        format!(
            "<ds:Signature xmlns:ds=\"{DS}\" Id=\"{id}\"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm=\"{canonicalisation}\"/><ds:SignatureMethod Algorithm=\"{algorithm}\"/>{references}</ds:SignedInfo><ds:SignatureValue Id=\"{id}-value\">{value}</ds:SignatureValue>{key_info}{objects}{properties}</ds:Signature>"
        )
    }

    fn properties_text(&self, certificate: &str) -> String {
        let Self { id, language, target, .. } = self;
        let time = claimed();
        let unsigned = if self.unsigned.is_empty() {
            String::new()
        } else {
            format!(
                "<xades:UnsignedProperties><xades:UnsignedSignatureProperties>{}</xades:UnsignedSignatureProperties></xades:UnsignedProperties>",
                self.unsigned
            )
        };
        format!(
            "<ds:Object><xades:QualifyingProperties xmlns:xades=\"{language}\" Target=\"{target}\"><xades:SignedProperties Id=\"{id}-properties\"><xades:SignedSignatureProperties><xades:SigningTime>{time}</xades:SigningTime>{certificate}</xades:SignedSignatureProperties><xades:SignedDataObjectProperties><xades:DataObjectFormat ObjectReference=\"#r\"><xades:MimeType>application/xml</xades:MimeType></xades:DataObjectFormat></xades:SignedDataObjectProperties></xades:SignedProperties>{unsigned}</xades:QualifyingProperties></ds:Object>"
        )
    }

    /// The envelope with the signature in the place of `{}`.
    pub fn sign(&self, envelope: &str) -> Outcome<String> {
        let empty = vec![String::new(); self.references.len()];
        let draft = envelope.replacen("{}", &self.text(&empty, ""), 1);
        let tree = opened(&draft)?;
        let digests: Vec<String> = self
            .references
            .iter()
            .map(|reference| Ok(base64::encode(&Sha256.digest(&self.data(&tree, reference)?))))
            .collect::<Outcome<_>>()?;
        let draft = envelope.replacen("{}", &self.text(&digests, ""), 1);
        let tree = opened(&draft)?;
        let signature = by_id(&tree, self.id).ok_or("no signature")?;
        let info = tree.elements(signature).next().ok_or("no SignedInfo")?;
        let how = Canonicalisation::from_uri(&self.canonicalisation).unwrap_or_else(|| Canonicalisation::new(Method::Exclusive));
        let signed = octets(&tree, &NodeSet::subtree(&tree, info), &how)?;
        let algorithm = self.signer.key.algorithm();
        let value = self.signer.key.sign(&algorithm, &signed)?;
        let value = match algorithm {
            SignatureAlgorithm::Ecdsa(_) => Curve::P256.concatenation_of_value(&value).ok_or("no value of P-256")?,
            _ => value,
        };
        Ok(envelope.replacen("{}", &self.text(&digests, &base64::encode(&value)), 1))
    }

    fn data(&self, tree: &Tree<'_>, reference: &Reference) -> Outcome<Vec<u8>> {
        let set = match &reference.data {
            Data::Octets(octets) => return Ok(octets.clone()),
            Data::Document => {
                let signature = by_id(tree, self.id).ok_or("no signature")?;
                tree.all().subtract(&NodeSet::subtree(tree, signature))
            }
            Data::Element(id) => NodeSet::subtree(tree, by_id(tree, id).ok_or("no such element")?),
        };
        let method = if reference.transforms.contains(EXCLUSIVE) { Method::Exclusive } else { Method::Inclusive };
        let listed = reference.transforms.split_once("PrefixList=\"").and_then(|(_, rest)| rest.split_once('"'));
        let prefixes = listed.map(|(list, _)| list.split(' ').map(str::to_owned).collect()).unwrap_or_default();
        octets(tree, &set.without_comments(), &Canonicalisation { prefixes, ..Canonicalisation::new(method) })
    }
}

pub fn key_info(certificates: &[&Entity]) -> String {
    let one = |entity: &&Entity| format!("<ds:X509Certificate>{}</ds:X509Certificate>", base64::encode(&entity.certificate));
    let all: String = certificates.iter().map(one).collect();
    format!("<ds:KeyInfo><ds:X509Data>{all}</ds:X509Data></ds:KeyInfo>")
}

fn opened(text: &str) -> Outcome<Tree<'_>> {
    Ok(read(text.as_bytes(), &Limits::default())?)
}

/// The first element of an identifier.
pub fn by_id(tree: &Tree<'_>, id: &str) -> Option<NodeId> {
    tree.descendants(Tree::DOCUMENT).find(|node| tree.attribute(*node, "", "Id").as_deref() == Some(id))
}

fn octets(tree: &Tree<'_>, set: &NodeSet, how: &Canonicalisation) -> Outcome<Vec<u8>> {
    let mut octets = Vec::new();
    canonical(tree, set, how, &mut |piece: &[u8]| {
        octets.extend_from_slice(piece);
        Ok(())
    })?;
    Ok(octets)
}

/// The exclusive canonical form of the element of an identifier.
pub fn canonical_element(text: &str, id: &str) -> Outcome<Vec<u8>> {
    let tree = opened(text)?;
    let node = by_id(&tree, id).ok_or("no such element")?;
    octets(&tree, &NodeSet::subtree(&tree, node), &Canonicalisation::new(Method::Exclusive))
}

/// `from` in the place where it stands once.
pub fn replaced(text: &str, from: &str, to: &str) -> Outcome<Vec<u8>> {
    if text.matches(from).count() != 1 {
        return Err(Error::from(format!("`{from}` stands {} times", text.matches(from).count())));
    }
    Ok(text.replacen(from, to, 1).into_bytes())
}

/// The text from the first `start` to the first `end` behind it, both with it.
pub fn between<'t>(text: &'t str, start: &str, end: &str) -> Outcome<&'t str> {
    let first = text.find(start).ok_or_else(|| format!("no `{start}`"))?;
    let length = text[first..].find(end).ok_or_else(|| format!("no `{end}`"))?;
    Ok(&text[first..first + length + end.len()])
}
