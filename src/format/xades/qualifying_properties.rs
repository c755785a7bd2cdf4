//! EN 319 132-1 §4.3, §4.4, §5.2 — QualifyingProperties: what the signer said beside the data, signed with them

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::names::{DS, XADES, XADES_OLD, XADES141, algorithm_of, base64_leaf, base64_octets, ds_child, is_xades, text_leaf, xades_child};
use super::signature_element::SignatureElement;
use crate::crypto::DigestAlgorithm;
use crate::encoding::xml::{NodeId, Tree};
use crate::format::signature::{CertificateReference, NamedPolicy};
use crate::pki::Certificate;
use crate::pki::ess::IssuerSerial;
use crate::report::{Recorder, Stop, checks};
use crate::time::Time;

checks! {
    ONE = "qualifying_properties.one", "EN 319 132-1 §4.3.1, §4.4.1", Failed(FormatFailure),
        "The signature has {count} sets of qualifying properties where one may be.",
        "Chữ ký có {count} tập thuộc tính, trong khi chỉ được có một.";
    TARGET = "qualifying_properties.target", "EN 319 132-1 §4.3.1", Failed(FormatFailure),
        "The qualifying properties say that they are another signature's: {target}.",
        "Tập thuộc tính ghi là của chữ ký khác: {target}.";
    SIGNED_PROPERTIES = "qualifying_properties.signed_properties", "EN 319 132-1 §4.3.2", Failed(FormatFailure),
        "The qualifying properties have {count} sets of signed properties where one must be.",
        "Tập thuộc tính có {count} nhóm thuộc tính được ký, trong khi phải có đúng một.";
    REFERENCED = "qualifying_properties.signed_properties_referenced", "EN 319 132-1 §4.4.2", Failed(FormatFailure),
        "The signature does not cover the signed properties that stand in it by exactly one reference of their type.",
        "Chữ ký không bao trùm các thuộc tính được ký của nó bằng đúng một tham chiếu đúng kiểu.";
    TYPED = "qualifying_properties.signed_properties_typed", "EN 319 132-1 §4.4.2", Failed(FormatFailure),
        "The reference to the signed properties does not say by its type that it is to these.",
        "Tham chiếu tới các thuộc tính được ký không ghi kiểu của nó.";
    LANGUAGE = "qualifying_properties.language_known", "EN 319 132-1 §4.2", Indeterminate(SignedDataNotFound),
        "The properties that the signature covers are of a language that is not known here: {namespace}.",
        "Chữ ký bao trùm các thuộc tính thuộc không gian tên không được hỗ trợ: {namespace}.";
    SIGNING_TIME = "qualifying_properties.signing_time", "EN 319 132-1 §5.2.1", Failed(FormatFailure),
        "The signing time cannot be read or has no time zone: {what}.", "Không đọc được thời điểm ký hoặc thời điểm ký không có múi giờ: {what}.";
    ONCE = "qualifying_properties.each_once", "EN 319 132-1 §4.3, §4.4", Failed(FormatFailure),
        "{name} stands several times where it may stand once, so that the properties have several readings.",
        "{name} xuất hiện nhiều lần ở nơi chỉ được có một, nên tập thuộc tính có nhiều cách hiểu.";
    REFERENCES_AGREE = "qualifying_properties.certificate_references_agree", "EN 319 132-1 §5.2.2, TS 101 903 §7.2.2", Failed(FormatFailure),
        "The two references to the signer's certificate are to two certificates.", "Hai tham chiếu chứng thư người ký chỉ hai chứng thư khác nhau.";
    CERTIFICATE_REFERENCE = "qualifying_properties.signing_certificate_reference", "EN 319 132-1 §5.2.2", Failed(FormatFailure),
        "The reference to the signer's certificate cannot be read.", "Không đọc được tham chiếu chứng thư người ký.";
}

/// The properties of a signature, found and read.
#[derive(Debug)]
pub(super) struct QualifyingProperties {
    /// `QualifyingProperties`
    pub node: Option<NodeId>,
    /// `SignedProperties`
    pub signed: Option<NodeId>,
    pub signing_time: Option<Time>,
    /// `SigningCertificateV2`, else `SigningCertificate`.
    pub certificates: Vec<CertificateReference>,
    pub has_certificate_v2: bool,
    /// `SigningCertificate` beside `SigningCertificateV2`.
    pub older_certificates: Vec<CertificateReference>,
    /// `IssuerSerialV2` of the first of them.
    pub issuer_serial: Option<IssuerSerial>,
    pub policy: Result<Option<NamedPolicy>, String>,
    pub has_policy: bool,
    /// `ObjectReference` of each `DataObjectFormat` that has a `MimeType`.
    pub formats: Vec<String>,
    /// `AllDataObjectsTimeStamp`, `IndividualDataObjectsTimeStamp`
    pub time_stamps: Vec<NodeId>,
}

/// Finds the properties of the signature: one set, of this signature, in an object of it.
pub(super) fn find(r: &mut Recorder, tree: &Tree<'_>, element: &SignatureElement) -> Result<QualifyingProperties, Stop> {
    let within =
        |object: &NodeId| tree.elements(*object).filter(|child| is_xades(tree, *child, "QualifyingProperties")).collect::<Vec<_>>();
    let found: Vec<NodeId> = element.objects.iter().flat_map(within).collect();
    let none = QualifyingProperties::none();
    let Some(node) = found.first().copied() else { return Ok(none) };
    r.require(&ONE, found.len() == 1, [("count", found.len().into())])?;
    let target = tree.attribute(node, "", "Target").unwrap_or_default();
    let own = tree.attribute(element.node, "", "Id");
    let is_own = target.strip_prefix('#').is_some_and(|target| own.as_deref() == Some(target));
    // Old writers leave it out, or its number sign; what is signed, and where it stands, bind the properties to the signature in any case.
    if target.is_empty() || own.as_deref() == Some(&target) {
        r.tolerate(&TARGET, false, [("target", target.into_owned().into())]);
    } else {
        r.ask(&TARGET, is_own, [("target", target.into_owned().into())]);
    }
    let signed: Vec<NodeId> = tree.elements(node).filter(|child| is_xades(tree, *child, "SignedProperties")).collect();
    r.require(&SIGNED_PROPERTIES, signed.len() == 1, [("count", signed.len().into())])?;
    Ok(QualifyingProperties { node: Some(node), signed: signed.first().copied(), ..none })
}

/// Whether the signed properties are signed: `references` counts those of their type that are to them.
pub(super) fn referenced(r: &mut Recorder, typed: usize, to_them: usize) -> Result<(), Stop> {
    r.require(&REFERENCED, typed == 1 && to_them == 1, [("typed", typed.into()), ("to_them", to_them.into())])
}

/// As [`referenced`], where no reference is of their type. What binds them is that a reference resolves to them and to nothing else: the type
/// only says so, and nobody can add or take it without the signer's key.
pub(super) fn referenced_without_type(r: &mut Recorder, to_them: usize) -> Result<(), Stop> {
    r.require(&REFERENCED, to_them == 1, [("typed", 0_usize.into()), ("to_them", to_them.into())])?;
    r.tolerate(&TYPED, false, []);
    Ok(())
}

/// Whether the reference to them says so.
pub(super) fn typed(r: &mut Recorder) {
    r.tolerate(&TYPED, true, []);
}

/// The namespace of the properties that stand at `node`, where that is in their place in an object of the signature and not one of those known here.
pub(super) fn unknown_language(tree: &Tree<'_>, element: &SignatureElement, node: NodeId) -> Option<String> {
    let around =
        tree.parent(node).filter(|around| is_called(tree, *around, "QualifyingProperties") && is_called(tree, node, "SignedProperties"))?;
    let is_in_place = tree.parent(around).is_some_and(|object| element.objects.contains(&object));
    let (namespace, _) = tree.name(node).filter(|_| is_in_place)?;
    let is_one = tree.name(around).is_some_and(|(other, _)| other == namespace);
    (is_one && namespace != XADES && !XADES_OLD.contains(&namespace)).then(|| namespace.to_owned())
}

fn is_called(tree: &Tree<'_>, node: NodeId, local: &str) -> bool {
    tree.name(node).is_some_and(|(_, name)| name == local)
}

/// Whether the language of the properties is known; where it is not, that is missing knowledge, and nobody's fault.
pub(super) fn language(r: &mut Recorder, namespace: &str, is_known: bool) {
    r.ask(&LANGUAGE, is_known, [("namespace", namespace.to_owned().into())]);
}

impl QualifyingProperties {
    /// Those of a signature that is not XAdES.
    fn none() -> Self {
        Self {
            node: None,
            signed: None,
            signing_time: None,
            certificates: Vec::new(),
            has_certificate_v2: false,
            older_certificates: Vec::new(),
            issuer_serial: None,
            policy: Ok(None),
            has_policy: false,
            formats: Vec::new(),
            time_stamps: Vec::new(),
        }
    }

    /// Reads what the signed properties say.
    pub fn read(&mut self, r: &mut Recorder, tree: &Tree<'_>) {
        let Some(signed) = self.signed else { return };
        self.each_once(r, tree, signed);
        if let Some(signature) = xades_child(tree, signed, "SignedSignatureProperties") {
            if let Some(time) = xades_child(tree, signature, "SigningTime") {
                self.signing_time = signing_time(r, tree, time);
            }
            self.read_certificates(r, tree, signature);
            self.read_policy(tree, signature);
        }
        let Some(data) = xades_child(tree, signed, "SignedDataObjectProperties") else { return };
        for child in tree.elements(data) {
            match tree.name(child).map(|(_, local)| local) {
                Some("DataObjectFormat") if xades_child(tree, child, "MimeType").is_some() => {
                    self.formats.extend(tree.attribute(child, "", "ObjectReference").map(Cow::into_owned));
                }
                Some("AllDataObjectsTimeStamp" | "IndividualDataObjectsTimeStamp") => self.time_stamps.push(child),
                _ => {}
            }
        }
    }

    /// §4.3, §4.4: what says something of the signature says it once. Of what nobody signed it is told.
    fn each_once(&self, r: &mut Recorder, tree: &Tree<'_>, signed: NodeId) {
        let twice = |node: NodeId| {
            let mut seen = BTreeSet::new();
            tree.elements(node).find(|child| is_property(tree, *child) && !seen.insert(tree.name(*child))).map(|child| tree.path(child))
        };
        let signature = xades_child(tree, signed, "SignedSignatureProperties");
        let found = twice(signed).or_else(|| signature.and_then(twice));
        let unsigned = self.node.and_then(|node| xades_child(tree, node, "UnsignedProperties"));
        let beside = || self.node.and_then(twice).or_else(|| unsigned.and_then(twice));
        match (found, beside()) {
            (Some(name), _) => r.ask(&ONCE, false, [("name", name.into())]),
            (None, Some(name)) => r.tolerate(&ONCE, false, [("name", name.into())]),
            (None, None) => r.ask(&ONCE, true, [("name", "".into())]),
        };
    }

    /// §5.2.2: both references to the signer's certificate, where there are two, are to one. `certificates`: those beside the signature.
    pub fn references_agree(&self, r: &mut Recorder, certificates: &[Certificate]) {
        let (Some(own), Some(older)) = (self.certificates.first(), self.older_certificates.first()) else { return };
        let named = certificates.iter().find(|certificate| own.matches(certificate) == Some(true));
        r.ask(&REFERENCES_AGREE, named.is_none_or(|named| older.matches(named) != Some(false)), []);
    }

    /// §5.2.2; of TS 101 903, with names as text, where there is no other.
    fn read_certificates(&mut self, r: &mut Recorder, tree: &Tree<'_>, signature: NodeId) {
        let version_2 = xades_child(tree, signature, "SigningCertificateV2");
        let version_1 = xades_child(tree, signature, "SigningCertificate");
        self.has_certificate_v2 = version_2.is_some();
        let all = |listed: NodeId| -> Option<Vec<CertificateReference>> {
            let certificates = tree.elements(listed).filter(|child| is_xades(tree, *child, "Cert"));
            certificates.map(|certificate| certificate_reference(tree, certificate)).collect()
        };
        let Some(listed) = version_2.or(version_1) else { return };
        if let Some(older) = version_1.filter(|_| version_2.is_some()) {
            self.older_certificates = all(older).unwrap_or_default();
        }
        let read = all(listed);
        r.ask(&CERTIFICATE_REFERENCE, read.as_ref().is_some_and(|read| !read.is_empty()), []);
        self.certificates = read.unwrap_or_default();
        self.issuer_serial = self.certificates.first().and_then(|first| first.names.clone());
    }

    /// §5.2.9
    fn read_policy(&mut self, tree: &Tree<'_>, signature: NodeId) {
        let Some(identifier) = xades_child(tree, signature, "SignaturePolicyIdentifier") else { return };
        self.has_policy = true;
        let Some(explicit) = xades_child(tree, identifier, "SignaturePolicyId") else { return };
        let id = xades_child(tree, explicit, "SigPolicyId").and_then(|id| xades_child(tree, id, "Identifier"));
        let digest = xades_child(tree, explicit, "SigPolicyHash").and_then(|hash| digest_of(tree, hash));
        self.policy = match id.and_then(|id| text_leaf(tree, id)) {
            Some(id) => Ok(Some(NamedPolicy { id: id.strip_prefix("urn:oid:").unwrap_or(&id).to_owned(), digest })),
            None => Err("SignaturePolicyId without an identifier".into()),
        };
    }
}

/// A time with its zone. One without is read as UTC and said to be so: it may be off by hours, and is a claim in any case.
pub(super) fn signing_time(r: &mut Recorder, tree: &Tree<'_>, node: NodeId) -> Option<Time> {
    let text = text_leaf(tree, node).unwrap_or_default();
    let zoned = Time::from_rfc3339(&text).ok();
    r.tolerate(&SIGNING_TIME, zoned.is_some(), [("what", text.clone().into())]);
    zoned.or_else(|| Time::from_rfc3339(&format!("{text}Z")).ok())
}

/// `DigestMethod`, `DigestValue`: XML Signature §4.4.3.5, §4.4.3.6
pub(super) fn digest_of(tree: &Tree<'_>, node: NodeId) -> Option<(Result<DigestAlgorithm, String>, Vec<u8>)> {
    // Version 1.1.1 of TS 101 903 has elements of its own for both.
    let part = |local: &str| ds_child(tree, node, local).or_else(|| xades_child(tree, node, local));
    let uri = algorithm_of(tree, part("DigestMethod")?);
    let value = base64_leaf(tree, part("DigestValue")?)?;
    Some((DigestAlgorithm::from_xml_uri(&uri).ok_or(uri), value))
}

fn certificate_reference(tree: &Tree<'_>, node: NodeId) -> Option<CertificateReference> {
    let (algorithm, digest) = digest_of(tree, xades_child(tree, node, "CertDigest")?)?;
    // The DER of RFC 5035 §5; names as text, in whichever spelling, say nothing that the digest does not say better.
    let names = xades_child(tree, node, "IssuerSerialV2")
        .and_then(|text| base64_octets(&tree.string(text)))
        .and_then(|octets| IssuerSerial::from_der(&octets).ok());
    Some(CertificateReference { algorithm, digest, names })
}

/// Whether an element is one of TS 101 903 or EN 319 132-1, in any version.
pub(super) fn is_property(tree: &Tree<'_>, node: NodeId) -> bool {
    let namespace = tree.name(node).map_or("", |(namespace, _)| namespace);
    namespace == XADES || namespace == XADES141 || XADES_OLD.contains(&namespace) || namespace == DS
}
