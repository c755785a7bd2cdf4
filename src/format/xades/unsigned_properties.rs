//! EN 319 132-1 §5.3, §5.4, §5.5 — unsigned properties: timestamps on the signature, certificates, revocation data, counter signatures

use super::names::{base64_leaf, is_xades, xades_child};
use super::qualifying_properties::QualifyingProperties;
use crate::encoding::xml::{NodeId, Tree};
use crate::format::signature::Signature;
use crate::pki::{BasicOcspResponse, Certificate, CertificateList, OcspResponse};

/// `UnsignedSignatureProperties`, in their order.
#[derive(Debug, Default)]
pub(super) struct UnsignedProperties {
    pub all: Vec<Property>,
}

/// One of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Property {
    pub node: NodeId,
    pub kind: PropertyKind,
}

/// What it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum PropertyKind {
    /// §5.3
    SignatureTimeStamp,
    /// §5.2.7.2
    CounterSignature,
    /// §A.1.1 to §A.1.4
    CertificateReferences,
    RevocationReferences,
    /// §A.1.5.1
    SignatureAndReferencesTimeStamp,
    /// §A.1.5.2
    ReferencesTimeStamp,
    /// §5.4.1, §5.5.1 and the like: wherever certificates stand
    CertificateValues,
    /// §5.4.2
    RevocationValues,
    /// §5.5.1
    ValidationData,
    /// §5.5.2
    ArchiveTimeStamp,
    /// RFC 6283 and whatever else
    Other,
}

use PropertyKind::*;

pub(super) fn unsigned_properties(tree: &Tree<'_>, properties: &QualifyingProperties) -> UnsignedProperties {
    let unsigned = properties.node.and_then(|node| xades_child(tree, node, "UnsignedProperties"));
    let listed = unsigned.and_then(|unsigned| xades_child(tree, unsigned, "UnsignedSignatureProperties"));
    let of = |node: NodeId| Property { node, kind: kind(tree, node) };
    UnsignedProperties { all: listed.map(|listed| tree.elements(listed).map(of).collect()).unwrap_or_default() }
}

fn kind(tree: &Tree<'_>, node: NodeId) -> PropertyKind {
    if !super::qualifying_properties::is_property(tree, node) && tree.name(node).is_none_or(|(namespace, _)| namespace != XADES_EN) {
        return Other;
    }
    match tree.name(node).map_or("", |(_, local)| local) {
        "SignatureTimeStamp" => SignatureTimeStamp,
        "CounterSignature" => CounterSignature,
        "CompleteCertificateRefs" | "CompleteCertificateRefsV2" | "AttributeCertificateRefs" | "AttributeCertificateRefsV2" => {
            CertificateReferences
        }
        "CompleteRevocationRefs" | "AttributeRevocationRefs" => RevocationReferences,
        "SigAndRefsTimeStamp" | "SigAndRefsTimeStampV2" => SignatureAndReferencesTimeStamp,
        "RefsOnlyTimeStamp" | "RefsOnlyTimeStampV2" => ReferencesTimeStamp,
        "CertificateValues" | "AttrAuthoritiesCertValues" => CertificateValues,
        "RevocationValues" | "AttributeRevocationValues" => RevocationValues,
        "TimeStampValidationData" | "AnyValidationData" => ValidationData,
        "ArchiveTimeStamp" | "ArchiveTimeStampV2" => ArchiveTimeStamp,
        _ => Other,
    }
}

/// The namespace of what version 1.2.1 of EN 319 132-1 added.
const XADES_EN: &str = "http://uri.etsi.org/19132/v1.1.1#";

impl UnsignedProperties {
    /// Those of a kind.
    pub fn of(&self, kind: PropertyKind) -> impl Iterator<Item = &Property> {
        self.all.iter().filter(move |property| property.kind == kind)
    }

    /// Whether there is one of a kind.
    pub fn has(&self, kind: PropertyKind) -> bool {
        self.of(kind).next().is_some()
    }

    /// Those before `node`.
    pub fn before(&self, node: NodeId) -> &[Property] {
        let count = self.all.iter().take_while(|property| property.node < node).count();
        self.all.get(..count).unwrap_or_default()
    }
}

/// What of an element is evidence: certificates and revocation data that can be read. What cannot is none.
#[derive(Debug, Default)]
pub(super) struct Values {
    certificates: Vec<Certificate>,
    crls: Vec<CertificateList>,
    ocsp_responses: Vec<BasicOcspResponse>,
    /// How many stand there and cannot be read.
    pub unread: usize,
}

/// The values in `node`, those of counter signatures left to these.
pub(super) fn values(tree: &Tree<'_>, property: &Property) -> Values {
    let mut found = Values::default();
    if property.kind == CounterSignature {
        return found;
    }
    for node in tree.descendants(property.node) {
        let is = |local: &str| is_xades(tree, node, local);
        let octets = || base64_leaf(tree, node).unwrap_or_default();
        let read = if is("EncapsulatedX509Certificate") {
            Certificate::from_der(&octets()).map(|certificate| found.certificates.push(certificate)).is_ok()
        } else if is("EncapsulatedCRLValue") {
            CertificateList::from_der(&octets()).map(|crl| found.crls.push(crl)).is_ok()
        } else if is("EncapsulatedOCSPValue") {
            let octets = octets();
            let basic = OcspResponse::from_der(&octets).ok().and_then(|response| response.basic);
            let basic = basic.or_else(|| BasicOcspResponse::from_der(&octets).ok());
            basic.map(|response| found.ocsp_responses.push(response)).is_some()
        } else {
            true
        };
        found.unread = found.unread.saturating_add(usize::from(!read));
    }
    found
}

impl Values {
    /// Gives them to the signature.
    pub fn into(self, signature: &mut Signature) {
        signature.certificates.extend(self.certificates);
        signature.crls.extend(self.crls);
        signature.ocsp_responses.extend(self.ocsp_responses);
    }

    /// The SHA-256 of each.
    pub fn digests(&self) -> impl Iterator<Item = [u8; 32]> {
        let certificates = self.certificates.iter().map(Certificate::sha256);
        let crls = self.crls.iter().map(CertificateList::sha256);
        certificates.chain(crls).chain(self.ocsp_responses.iter().map(BasicOcspResponse::sha256))
    }
}
