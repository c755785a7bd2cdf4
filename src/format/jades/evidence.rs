//! ETSI TS 119 182-1 §5.3.5, §5.4, annex A.1 — Certificates, revocation data and timestamps as JSON has them, and references to them

use crate::crypto::DigestAlgorithm;
use crate::encoding::base64;
use crate::encoding::json::Node;
use crate::format::signature::Signature;
use crate::pki::{BasicOcspResponse, Certificate, CertificateList, OcspResponse, TimestampToken};

/// What unsigned values bring.
#[derive(Default)]
pub(super) struct Brought {
    pub certificates: Vec<Certificate>,
    pub crls: Vec<CertificateList>,
    pub ocsp_responses: Vec<BasicOcspResponse>,
}

impl Brought {
    /// `xVals`, `axVals` (§5.3.5.1, §5.3.5.3): false when something in it cannot be read.
    pub fn certificate_values(&mut self, node: &Node<'_>) -> bool {
        each(node, |element| {
            // Others than X.509 are for whoever knows them: what they say is not known here.
            let Some(object) = element.get("x509Cert").filter(|_| has_only(element, &["x509Cert"])) else { return false };
            pki_object(object).and_then(|octets| Certificate::from_der(&octets).ok()).map(|found| self.certificates.push(found)).is_some()
        })
    }

    /// `rVals`, `arVals` (§5.3.5.2, §5.3.5.4).
    pub fn revocation_values(&mut self, node: &Node<'_>) -> bool {
        let crls = node.get("crlVals").is_none_or(|list| {
            each(list, |object| {
                pki_object(object).and_then(|octets| CertificateList::from_der(&octets).ok()).map(|found| self.crls.push(found)).is_some()
            })
        });
        let responses = node.get("ocspVals").is_none_or(|list| {
            each(list, |object| {
                pki_object(object).and_then(|octets| response(&octets)).map(|found| self.ocsp_responses.push(found)).is_some()
            })
        });
        has_only(node, &["crlVals", "ocspVals"]) && crls && responses
    }

    /// `tstVD` (§5.3.5.5): both.
    pub fn timestamp_validation_data(&mut self, node: &Node<'_>) -> bool {
        let certificates = node.get("xVals").is_none_or(|values| self.certificate_values(values));
        let revocation = node.get("rVals").is_none_or(|values| self.revocation_values(values));
        has_only(node, &["xVals", "rVals"]) && certificates && revocation
    }

    /// SHA-256 of every piece, by which evidence is named.
    pub fn ids(&self) -> impl Iterator<Item = [u8; 32]> {
        let certificates = self.certificates.iter().map(Certificate::sha256);
        let crls = self.crls.iter().map(CertificateList::sha256);
        certificates.chain(crls).chain(self.ocsp_responses.iter().map(BasicOcspResponse::sha256))
    }

    /// SHA-256 of the pieces that references (`xRefs`, `rRefs`, `axRefs`, `arRefs`; annex A.1.1 to A.1.4) name by another digest, of those here
    /// and of `more`.
    pub fn referenced(&self, references: &[(DigestAlgorithm, Vec<u8>)], more: &[Certificate]) -> Vec<[u8; 32]> {
        let is_named = |octets: &[u8]| references.iter().any(|(algorithm, value)| algorithm.digest(octets) == *value);
        let certificates = self.certificates.iter().chain(more).filter(|one| is_named(one.octets())).map(Certificate::sha256);
        let crls = self.crls.iter().filter(|one| is_named(one.octets())).map(CertificateList::sha256);
        let named = |one: &&BasicOcspResponse| is_named(one.octets()) || is_named(&one.to_ocsp_response());
        certificates.chain(crls).chain(self.ocsp_responses.iter().filter(named).map(BasicOcspResponse::sha256)).collect()
    }

    pub fn move_into(self, signature: &mut Signature) {
        signature.certificates.extend(self.certificates);
        signature.crls.extend(self.crls);
        signature.ocsp_responses.extend(self.ocsp_responses);
    }
}

/// Every digest in `xRefs` or `axRefs`, `rRefs` or `arRefs`; `None` when one cannot be read.
pub(super) fn references(node: &Node<'_>) -> Option<Vec<(DigestAlgorithm, Vec<u8>)>> {
    let lists: Vec<&Node<'_>> = match node.elements() {
        Some(_) => vec![node],
        None => ["crlRefs", "ocspRefs"].into_iter().filter_map(|name| node.get(name)).collect(),
    };
    let elements = lists.into_iter().filter_map(Node::elements).flatten();
    elements
        .map(|reference| {
            has_only(reference, &["digAlg", "digVal", "kid", "x5u", "crlId", "ocspId"]).then_some(())?;
            Some((DigestAlgorithm::from_json_name(reference.get("digAlg")?.text()?)?, digest(reference.get("digVal")?.text()?)?))
        })
        .collect()
}

/// A digest in base64url; writers of these legacy references also put base64.
fn digest(text: &str) -> Option<Vec<u8>> {
    let octets = crate::encoding::base64url::decode(text.as_bytes()).ok();
    octets.or_else(|| base64::decode(text.as_bytes()).ok()).or_else(|| {
        let padding = "=".repeat(text.len().next_multiple_of(4).saturating_sub(text.len()));
        base64::decode(format!("{text}{padding}").as_bytes()).ok()
    })
}

/// The tokens of a `tstContainer` (§5.4.3.3) that can be read.
pub(super) fn tokens(container: &Node<'_>) -> Vec<TimestampToken> {
    written(container).iter().filter_map(|token| TimestampToken::from_ber(&pki_object(token)?).ok()).collect()
}

/// Whether it says nothing but its tokens and how what they are over is made.
pub(super) fn is_container(container: &Node<'_>) -> bool {
    has_only(container, &["canonAlg", "tstTokens"])
}

/// How many there are.
pub(super) fn tokens_written(container: &Node<'_>) -> usize {
    written(container).len().max(1)
}

fn written<'n, 'a>(container: &'n Node<'a>) -> &'n [Node<'a>] {
    container.get("tstTokens").and_then(Node::elements).unwrap_or_default()
}

/// `pkiOb` (§5.4.2) in DER, which an absent `encoding` means too.
fn pki_object(node: &Node<'_>) -> Option<Vec<u8>> {
    has_only(node, &["val", "encoding", "type", "specRef"]).then_some(())?;
    let is_der = node.get("encoding").is_none_or(|encoding| encoding.text() == Some(DER));
    base64::decode(node.get("val").filter(|_| is_der)?.text()?.as_bytes()).ok()
}

/// Whether it is an object that has no member but these: nobody signed what another one would say.
fn has_only(node: &Node<'_>, known: &[&str]) -> bool {
    node.is_object() && node.members().iter().all(|member| known.contains(&member.name.as_ref()))
}

const DER: &str = "http://uri.etsi.org/01903/v1.2.2#DER";

/// An OCSP response, or the basic one within it.
fn response(octets: &[u8]) -> Option<BasicOcspResponse> {
    match OcspResponse::from_der(octets) {
        Ok(response) => response.basic,
        Err(_) => BasicOcspResponse::from_der(octets).ok(),
    }
}

/// Whether `read` takes every element of the array.
fn each(list: &Node<'_>, mut read: impl FnMut(&Node<'_>) -> bool) -> bool {
    let Some(elements) = list.elements() else { return false };
    let mut all = true;
    for element in elements {
        all &= read(element);
    }
    all
}
