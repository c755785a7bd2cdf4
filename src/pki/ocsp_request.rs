//! RFC 6960 §4.1 — OCSP requests

use super::ocsp_response::CertificateId;
use super::{BasicOcspResponse, Certificate, object_id, same_integer};
use crate::crypto::DigestAlgorithm;
use crate::encoding::der::{Reader, Received, tag, write};
use crate::error::{Malformed, Misuse};

/// `OCSPRequest ::= SEQUENCE { tbsRequest, optionalSignature [0] EXPLICIT OPTIONAL }`, not signed by its maker.
///
/// `TBSRequest ::= SEQUENCE { version [0], requestorName [1], requestList SEQUENCE OF SEQUENCE { reqCert CertID, .. }, requestExtensions [2] }`
#[derive(Clone, Debug)]
pub struct OcspRequest {
    /// `reqCert` of each request.
    pub certificates: Vec<CertificateId>,
    /// What is inside the nonce's `extnValue` (§4.4.1): an OCTET STRING with identifier and length.
    pub nonce: Option<Received>,
    received: Received,
}

const FORMAT: &str = "OCSP request";

/// Octets of a nonce (RFC 9654 §2.1).
const NONCE: std::ops::RangeInclusive<usize> = 1..=128;

impl OcspRequest {
    /// Asks for the status of `certificate`, which `issuer` issued. Most responders know SHA-1 as `algorithm` alone; it keeps no secret here and
    /// proves nothing. The nonce is the caller's, since there is no randomness in this crate: 32 octets that nobody can foresee (RFC 9654 §2.1).
    ///
    /// # Errors
    /// [`Misuse`] when the issuer's key cannot be read or the nonce is of no permitted length.
    pub fn new(certificate: &Certificate, issuer: &Certificate, algorithm: DigestAlgorithm, nonce: Option<&[u8]>) -> Result<Self, Misuse> {
        let key = issuer.public_key().map_err(|malformed| Misuse::new(format!("the issuer's key cannot be read: {malformed}")))?;
        if nonce.is_some_and(|nonce| !NONCE.contains(&nonce.len())) {
            return Err(Misuse::new("a nonce has 1 to 128 octets"));
        }
        let identifier = write::algorithm_identifier(algorithm.oid(), Some(&write::null()));
        let name = write::octet_string(&algorithm.digest(certificate.issuer().octets()));
        let key = write::octet_string(&algorithm.digest(key.subject_public_key()));
        let id = write::sequence(&[identifier, name, key, write::value(tag::INTEGER, certificate.serial())]);
        let extensions = nonce.map_or_else(Vec::new, |nonce| {
            let value = write::octet_string(&write::octet_string(nonce));
            let extension = write::sequence(&[write::object_id(object_id::OCSP_NONCE), value]);
            write::context_constructed(2, &[write::sequence(&[extension])])
        });
        let list = write::sequence(&[write::sequence(&[id])]);
        let request = write::sequence(&[write::sequence(&[list, extensions])]);
        Self::from_der(&request).map_err(|malformed| Misuse::new(malformed.to_string()))
    }

    /// Reads one request and nothing after it. A signature is passed over: whom it is from is for the responder to ask.
    ///
    /// # Errors
    /// [`Malformed`] when `octets` are none.
    pub fn from_der(octets: &[u8]) -> Result<Self, Malformed> {
        let received = Received::new(octets);
        let whole = Reader::new(&received, FORMAT).only(|reader| reader.expect(tag::SEQUENCE, "OCSPRequest"))?;
        let mut fields = whole.reader()?;
        let mut tbs = fields.sequence("tbsRequest")?;
        fields.optional(tag::context_constructed(0))?;
        fields.finish()?;
        tbs.optional(tag::context_constructed(0))?;
        tbs.optional(tag::context_constructed(1))?;
        let certificates = tbs.sequence("requestList")?.each(|reader| {
            let mut request = reader.sequence("request")?;
            let id = request.sequence("reqCert")?.only(CertificateId::read)?;
            request.optional(tag::context_constructed(0))?;
            request.finish()?;
            Ok(id)
        })?;
        let extensions = super::Extensions::read_optional(&mut tbs, 2)?;
        tbs.finish()?;
        let nonce = extensions.find(object_id::OCSP_NONCE).map(|extension| extension.value.clone());
        Ok(Self { certificates, nonce, received: whole.received() })
    }

    /// The request, DER.
    pub fn octets(&self) -> &[u8] {
        self.received.octets()
    }

    /// Whether `response` answers this request and no earlier one: it speaks of every certificate asked for, and where both have a nonce it is
    /// the same one (§4.4.1). A response without a nonce may be older than the request; its dates tell (RFC 5019).
    pub fn is_answered_by(&self, response: &BasicOcspResponse) -> bool {
        let about = |asked: &CertificateId| response.responses().iter().any(|single| is_same(asked, &single.certificate));
        let nonce = match (&self.nonce, response.nonce()) {
            (Some(asked), Some(answered)) => asked.octets() == answered,
            (None, Some(_)) => false,
            (_, None) => true,
        };
        nonce && self.certificates.iter().all(about)
    }
}

fn is_same(one: &CertificateId, other: &CertificateId) -> bool {
    one.digest_algorithm.oid == other.digest_algorithm.oid
        && one.issuer_name_digest.octets() == other.issuer_name_digest.octets()
        && one.issuer_key_digest.octets() == other.issuer_key_digest.octets()
        && same_integer(one.serial.octets(), other.serial.octets())
}

#[cfg(all(test, feature = "sign"))]
mod tests {
    use super::*;
    use crate::encoding::der::write::{context_constructed, octet_string, sequence, value};
    use crate::pki::fixture::{CertificateParts, ed25519, extension, name, sign};

    fn certificate() -> Certificate {
        Certificate::from_der(&CertificateParts::default().to_der()).unwrap()
    }

    fn request(nonce: Option<&[u8]>) -> OcspRequest {
        OcspRequest::new(&certificate(), &certificate(), DigestAlgorithm::Sha1, nonce).unwrap()
    }

    /// A response to `request` with this nonce.
    fn response(request: &OcspRequest, nonce: Option<&[u8]>) -> BasicOcspResponse {
        let id = first_id(request);
        let time = value(tag::GENERALIZED_TIME, b"20260301000000Z");
        let single = sequence(&[id, vec![0x80, 0], time.clone()]);
        let extensions = nonce.map_or_else(Vec::new, |nonce| {
            context_constructed(1, &[sequence(&[extension(object_id::OCSP_NONCE, false, &octet_string(nonce))])])
        });
        let tbs = sequence(&[context_constructed(1, &[name("A responder")]), time, sequence(&[single]), extensions]);
        BasicOcspResponse::from_der(&sequence(&[tbs.clone(), ed25519(), crate::encoding::der::write::bit_string(&sign(&tbs))])).unwrap()
    }

    fn first_id(request: &OcspRequest) -> Vec<u8> {
        let id = &request.certificates[0];
        let (name, key) = (octet_string(id.issuer_name_digest.octets()), octet_string(id.issuer_key_digest.octets()));
        sequence(&[id.digest_algorithm.received.octets().to_vec(), name, key, value(tag::INTEGER, id.serial.octets())])
    }

    #[test]
    fn a_request_asks_for_one_certificate_of_one_issuer() {
        let request = request(Some(&[7; 32]));
        let id = &request.certificates[0];
        assert_eq!(id.serial.octets(), certificate().serial());
        assert_eq!(id.issuer_name_digest.octets(), DigestAlgorithm::Sha1.digest(certificate().issuer().octets()));
        assert_eq!(request.nonce.as_ref().unwrap().octets(), octet_string(&[7; 32]));
        assert_eq!(OcspRequest::from_der(request.octets()).unwrap().octets(), request.octets());
    }

    #[test]
    fn an_answer_has_the_nonce_of_the_request_or_none() {
        let asked = request(Some(&[7; 32]));
        assert!(asked.is_answered_by(&response(&asked, Some(&[7; 32]))));
        assert!(asked.is_answered_by(&response(&asked, None)));
        assert!(!asked.is_answered_by(&response(&asked, Some(&[8; 32]))));
        assert!(!request(None).is_answered_by(&response(&asked, Some(&[7; 32]))));
    }

    #[test]
    fn an_answer_is_about_the_certificate_asked_for() {
        let asked = request(None);
        let other = Certificate::from_der(&CertificateParts { serial: value(tag::INTEGER, &[9]), ..Default::default() }.to_der()).unwrap();
        let other = OcspRequest::new(&other, &certificate(), DigestAlgorithm::Sha1, None).unwrap();
        assert!(!asked.is_answered_by(&response(&other, None)));
        let by_sha256 = OcspRequest::new(&certificate(), &certificate(), DigestAlgorithm::Sha256, None).unwrap();
        assert!(!by_sha256.is_answered_by(&response(&asked, None)));
    }

    #[test]
    fn a_nonce_has_its_length_and_what_follows_a_request_is_malformed() {
        for length in [0, 129] {
            assert!(OcspRequest::new(&certificate(), &certificate(), DigestAlgorithm::Sha256, Some(&vec![1; length])).is_err());
        }
        assert!(OcspRequest::from_der(&[request(None).octets(), &[0]].concat()).is_err());
    }
}
