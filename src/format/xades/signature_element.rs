//! XML Signature §4.2, §4.3, §4.4 — Signature, SignedInfo, SignatureValue: one of each, in their order, and nothing else

use super::names::{DS, algorithm_of, base64_leaf, ds_child, text_leaf};
use super::transforms::canonicalisation;
use crate::crypto::{DigestAlgorithm, PssParameters, SignatureAlgorithm};
use crate::encoding::xml::{Canonicalisation, NodeId, Tree};
use crate::report::{Recorder, Stop, checks};

checks! {
    STRUCTURE = "signature_element.structure", "XML Signature §4.2", Failed(FormatFailure),
        "The signature is not built as one: {what}.", "Chữ ký không đúng cấu trúc.";
    SIGNED_INFO = "signature_element.signed_info", "XML Signature §4.4", Failed(FormatFailure),
        "What is signed is not built as it must be: {what}.", "Phần được ký không đúng cấu trúc.";
    WITHIN_LIMITS = "limit.references", "XML Signature §4.4", Indeterminate(SigConstraintsFailure),
        "The signature has more than {limit} references, and none is judged.", "Chữ ký có hơn {limit} tham chiếu nên không được kiểm tra.";
    CANONICALISATION = "signature_element.canonicalisation_known", "XML Signature §4.4.1", Failed(FormatFailure),
        "The canonicalisation {uri} of what is signed is refused.", "Cách chuẩn hóa {uri} của phần được ký bị từ chối.";
    NO_SECRET = "signature_element.no_authentication_code", "XML Signature §6.3.1", Failed(FormatFailure),
        "{uri} proves who knows a secret and not who signed.", "{uri} chỉ chứng minh việc biết khóa bí mật dùng chung, không xác định người ký.";
    ALGORITHM = "signature_element.algorithm_known", "XML Signature §4.4.2", Indeterminate(CryptoConstraintsFailureNoPoe),
        "The signature algorithm {uri} is not known.", "Không biết thuật toán ký {uri}.";
    VALUE = "signature_element.value_readable", "XML Signature §4.3", Failed(FormatFailure),
        "The signature value is not base64.", "Giá trị chữ ký không phải base64.";
}

/// `Signature ::= SignedInfo SignatureValue KeyInfo? Object*`
#[derive(Clone, Debug)]
pub(super) struct SignatureElement {
    pub node: NodeId,
    pub signed_info: NodeId,
    pub value: NodeId,
    pub key_info: Option<NodeId>,
    pub objects: Vec<NodeId>,
    /// `Reference` in `SignedInfo`
    pub references: Vec<NodeId>,
    pub canonicalisation: Canonicalisation,
    pub algorithm: SignatureAlgorithm,
    pub octets: Vec<u8>,
}

/// Reads the structure. Anything twice or out of its place is another document to another reader.
pub(super) fn read(r: &mut Recorder, tree: &Tree<'_>, node: NodeId, limit: u64) -> Result<SignatureElement, Stop> {
    let parts = parts(tree, node);
    let what = parts.as_ref().err().copied().unwrap_or_default();
    let (signed_info, value, key_info, objects) = r.obtain(&STRUCTURE, parts.ok(), [("what", what.into())])?;
    let inner = signed_info_parts(tree, signed_info);
    let what = inner.as_ref().err().copied().unwrap_or_default();
    let (method, algorithm, references) = r.obtain(&SIGNED_INFO, inner.ok(), [("what", what.into())])?;
    let few = u64::try_from(references.len()).is_ok_and(|count| count <= limit);
    r.require(&WITHIN_LIMITS, few, [("limit", limit.into())])?;
    let how = canonicalisation(tree, method).flatten();
    let how = r.obtain(&CANONICALISATION, how, [("uri", algorithm_of(tree, method).into())])?;
    let algorithm = signature_algorithm(r, tree, algorithm)?;
    let octets = r.obtain(&VALUE, base64_leaf(tree, value), [])?;
    Ok(SignatureElement { node, signed_info, value, key_info, objects, references, canonicalisation: how, algorithm, octets })
}

type Parts = (NodeId, NodeId, Option<NodeId>, Vec<NodeId>);

fn parts(tree: &Tree<'_>, node: NodeId) -> Result<Parts, &'static str> {
    let mut children = tree.elements(node).peekable();
    let is = |child: &NodeId, local: &str| tree.is(*child, DS, local);
    let signed_info = children.next_if(|child| is(child, "SignedInfo")).ok_or("SignedInfo is not the first")?;
    let value = children.next_if(|child| is(child, "SignatureValue")).ok_or("SignatureValue is not behind SignedInfo")?;
    let key_info = children.next_if(|child| is(child, "KeyInfo"));
    let mut objects = Vec::new();
    for child in children {
        if !is(&child, "Object") {
            return Err("something else than objects at the end");
        }
        objects.push(child);
    }
    Ok((signed_info, value, key_info, objects))
}

fn signed_info_parts(tree: &Tree<'_>, node: NodeId) -> Result<(NodeId, NodeId, Vec<NodeId>), &'static str> {
    let mut children = tree.elements(node).peekable();
    let is = |child: &NodeId, local: &str| tree.is(*child, DS, local);
    let method = children.next_if(|child| is(child, "CanonicalizationMethod")).ok_or("CanonicalizationMethod is not the first")?;
    let algorithm = children.next_if(|child| is(child, "SignatureMethod")).ok_or("SignatureMethod is not behind CanonicalizationMethod")?;
    let references: Vec<NodeId> = children.collect();
    if references.is_empty() || !references.iter().all(|child| is(child, "Reference")) {
        return Err("something else than references at the end");
    }
    Ok((method, algorithm, references))
}

fn signature_algorithm(r: &mut Recorder, tree: &Tree<'_>, node: NodeId) -> Result<SignatureAlgorithm, Stop> {
    let uri = algorithm_of(tree, node);
    let is_code =
        uri.rsplit('#').next().is_some_and(|name| name.starts_with("hmac-")) || ds_child(tree, node, "HMACOutputLength").is_some();
    r.require(&NO_SECRET, !is_code, [("uri", uri.clone().into())])?;
    let known = if uri == PSS { pss(tree, node) } else { SignatureAlgorithm::from_xml_uri(&uri) };
    r.ask(&ALGORITHM, known.is_some(), [("uri", uri.into())]);
    // The value is judged as one of an algorithm that is not here.
    Ok(known.unwrap_or(SignatureAlgorithm::Unsupported(const_oid::ObjectIdentifier::new_unwrap("0.0"))))
}

/// RFC 9231 §2.3.9: RSASSA-PSS with its parameters beside it.
const PSS: &str = "http://www.w3.org/2007/05/xmldsig-more#rsa-pss";
const PSS_NAMESPACE: &str = "http://www.w3.org/2007/05/xmldsig-more#";

fn pss(tree: &Tree<'_>, node: NodeId) -> Option<SignatureAlgorithm> {
    let part = |of: NodeId, local: &str| tree.elements_named(of, PSS_NAMESPACE, local).next();
    let digest_in = |of: NodeId| DigestAlgorithm::from_xml_uri(&algorithm_of(tree, ds_child(tree, of, "DigestMethod")?));
    let Some(parameters) = part(node, "RSAPSSParams") else {
        let digest = DigestAlgorithm::Sha256;
        return Some(SignatureAlgorithm::RsaPss(PssParameters { digest, mask_digest: digest, salt: digest.output() }));
    };
    let digest = match ds_child(tree, parameters, "DigestMethod") {
        Some(_) => digest_in(parameters)?,
        None => DigestAlgorithm::Sha256,
    };
    let mask_digest = match part(parameters, "MaskGenerationFunction") {
        Some(mask) => digest_in(mask)?,
        None => digest,
    };
    let salt = match part(parameters, "SaltLength") {
        Some(salt) => text_leaf(tree, salt)?.parse().ok()?,
        None => digest.output(),
    };
    let trailer = part(parameters, "TrailerField").and_then(|trailer| text_leaf(tree, trailer));
    trailer.is_none_or(|trailer| trailer == "1").then_some(SignatureAlgorithm::RsaPss(PssParameters { digest, mask_digest, salt }))
}
