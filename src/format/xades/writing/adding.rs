//! EN 319 132-1 §5.3 to §5.5 — unsigned properties put into a signature that is there

use super::{EXCLUSIVE, encapsulated, ends};
use crate::crypto::DigestAlgorithm;
use crate::document::Detached;
use crate::encoding::base64;
use crate::encoding::xml::{NodeId, Tree, ValuePrefixes};
use crate::error::Misuse;
use crate::format::xades::identifiers::Identifiers;
use crate::format::xades::names::{DS, XADES, XADES141, is_xades};
use crate::format::xades::qualifying_properties::{self, QualifyingProperties};
use crate::format::xades::reference::{Names, References, reference};
use crate::format::xades::signature_element::{self, SignatureElement};
use crate::format::xades::time_stamps::TimeStamped;
use crate::format::xades::unsigned_properties::{PropertyKind, unsigned_properties, values};
use crate::format::xades::{is_signature, key_info};
use crate::limits::{Budget, Limits};
use crate::pki::Certificate;
use crate::report::Block;

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
    let of = |within: NodeId, local: &str| tree.elements(within).find(|child| is_xades(tree, *child, local));
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
    element: SignatureElement,
    properties: QualifyingProperties,
}

impl<'e, 'a> Existing<'e, 'a> {
    /// The signature of this number in document order, counter signatures left out, when it is XAdES that can be read.
    pub fn of(tree: &'e Tree<'a>, detached: &'e [Detached<'a>], limits: &'e Limits, number: usize) -> Option<Self> {
        let node = tree.descendants(Tree::DOCUMENT).filter(|node| is_signature(tree, *node)).nth(number)?;
        let (mut element, mut properties) = (None, None);
        Block::run("", "", "", |r| {
            let read = signature_element::read(r, tree, node, limits.references)?;
            properties = Some(qualifying_properties::find(r, tree, &read)?);
            element = Some(read);
            Ok(())
        });
        let octets = Budget::new("referenced_octets", limits.referenced_octets);
        let references = References {
            names: Names::OrLastStep,
            tree,
            identifiers: Identifiers::of(tree),
            detached,
            limits,
            octets,
            value_prefixes: ValuePrefixes::default(),
        };
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
        let unsigned = unsigned_properties(tree, &self.properties);
        let stamped = TimeStamped {
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
        let unsigned = unsigned_properties(self.references.tree, &self.properties);
        unsigned.has(PropertyKind::CertificateValues) || unsigned.has(PropertyKind::RevocationValues)
    }

    /// SHA-256 of the evidence in the signature, its timestamps left out.
    pub fn evidence(&self) -> Vec<[u8; 32]> {
        let tree = self.references.tree;
        let unsigned = unsigned_properties(tree, &self.properties);
        let own = self.element.key_info.map(|node| key_info::key_info(tree, node).certificates).unwrap_or_default();
        let values = unsigned.all.iter().flat_map(|property| values(tree, property).digests().collect::<Vec<_>>());
        own.iter().map(Certificate::sha256).chain(values).collect()
    }
}
