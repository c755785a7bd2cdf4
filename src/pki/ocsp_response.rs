//! RFC 6960 §4.2 — OCSP responses

use std::fmt;
use std::sync::{Arc, OnceLock};

use super::crl_entry::RevocationReason;
use super::extension::Extensions;
use super::{AlgorithmIdentifier, Certificate, Name, Unread, object_id};
use crate::crypto::DigestAlgorithm;
use crate::encoding::der::{Reader, Received, Value, tag, write};
use crate::error::Malformed;
use crate::time::Time;

/// `OCSPResponse ::= SEQUENCE { responseStatus, responseBytes [0] EXPLICIT ResponseBytes OPTIONAL }`, as received.
#[derive(Clone, Debug)]
pub struct OcspResponse {
    /// `responseStatus`
    pub status: OcspResponseStatus,
    /// The basic response; only a successful response has one.
    pub basic: Option<BasicOcspResponse>,
    received: Received,
}

/// `OCSPResponseStatus`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of RFC 6960")]
pub enum OcspResponseStatus {
    Successful,
    MalformedRequest,
    InternalError,
    TryLater,
    SigRequired,
    Unauthorized,
}

/// `BasicOCSPResponse ::= SEQUENCE { tbsResponseData, signatureAlgorithm, signature BIT STRING, certs [0] EXPLICIT OPTIONAL }`. A clone is cheap.
#[derive(Clone)]
pub struct BasicOcspResponse(Arc<Fields>);

struct Fields {
    received: Received,
    tbs: Received,
    version: i64,
    responder: ResponderId,
    produced_at: Time,
    responses: Vec<SingleResponse>,
    extensions: Extensions,
    signature_algorithm: AlgorithmIdentifier,
    signature: Received,
    certificates: Vec<Certificate>,
    unread: Vec<Unread>,
    sha256: OnceLock<[u8; 32]>,
}

/// `ResponderID ::= CHOICE { byName [1] Name, byKey [2] KeyHash }`
#[derive(Clone, Debug)]
pub enum ResponderId {
    /// `byName`
    Name(Name),
    /// `byKey`: SHA-1 of the responder's public key.
    Key(Received),
}

/// `SingleResponse ::= SEQUENCE { certID, certStatus, thisUpdate, nextUpdate [0] EXPLICIT OPTIONAL, singleExtensions [1] EXPLICIT OPTIONAL }`
#[derive(Clone, Debug)]
pub struct SingleResponse {
    /// `certID`
    pub certificate: CertificateId,
    /// `certStatus`
    pub status: CertificateStatus,
    /// `thisUpdate`
    pub this_update: Time,
    /// `nextUpdate`
    pub next_update: Option<Time>,
    /// `singleExtensions`
    pub extensions: Extensions,
}

/// `CertID ::= SEQUENCE { hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber }`
#[derive(Clone, Debug)]
pub struct CertificateId {
    /// `hashAlgorithm`
    pub digest_algorithm: AlgorithmIdentifier,
    /// `issuerNameHash`
    pub issuer_name_digest: Received,
    /// `issuerKeyHash`
    pub issuer_key_digest: Received,
    /// The content octets of `serialNumber`, as received.
    pub serial: Received,
}

/// `CertStatus ::= CHOICE { good [0], revoked [1] RevokedInfo, unknown [2] }`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateStatus {
    /// `good`
    Good,
    /// `revoked`
    Revoked {
        /// `revocationTime`
        time: Time,
        /// `revocationReason`
        reason: Option<RevocationReason>,
    },
    /// `unknown`
    Unknown,
}

const FORMAT: &str = "OCSP response";

impl OcspResponse {
    /// Reads one response and nothing after it.
    ///
    /// # Errors
    /// [`Malformed`] when `octets` are none, or when a successful response is not a basic one.
    pub fn from_der(octets: &[u8]) -> Result<Self, Malformed> {
        Self::from_received(Received::new(octets))
    }

    /// Reads the response that stands in a larger structure.
    ///
    /// # Errors
    /// As [`Self::from_der`], with offsets in the whole input.
    pub fn from_received(received: Received) -> Result<Self, Malformed> {
        let whole = Reader::new(&received, FORMAT).only(|reader| reader.expect(tag::SEQUENCE, FORMAT))?;
        let mut fields = whole.reader()?;
        let status = OcspResponseStatus::from_value(&fields.expect(tag::ENUMERATED, "responseStatus")?)?;
        let basic = fields.explicit(0, |inner| inner.sequence("responseBytes")?.only(response_bytes))?;
        fields.finish()?;
        if status == OcspResponseStatus::Successful && basic.is_none() {
            return Err(whole.malformed("successful without response bytes"));
        }
        Ok(Self { status, basic, received: whole.received() })
    }

    /// The response as received.
    pub fn octets(&self) -> &[u8] {
        self.received.octets()
    }
}

impl BasicOcspResponse {
    /// A successful `OCSPResponse` with this basic one in it, DER: the form in which it came, and in which stores keep it.
    pub fn to_ocsp_response(&self) -> Vec<u8> {
        let bytes = write::sequence(&[write::object_id(object_id::OCSP_BASIC), write::octet_string(self.octets())]);
        write::sequence(&[write::value(tag::ENUMERATED, &[0]), write::context_constructed(0, &[bytes])])
    }
}

fn response_bytes(bytes: &mut Reader<'_>) -> Result<BasicOcspResponse, Malformed> {
    let response_type = bytes.expect(tag::OBJECT_IDENTIFIER, "responseType")?;
    let oid = response_type.object_id()?;
    if oid != object_id::OCSP_BASIC {
        return Err(response_type.malformed(format!("response type {oid} is not basic")));
    }
    BasicOcspResponse::from_received(bytes.expect(tag::OCTET_STRING, "response")?.received_contents())
}

impl OcspResponseStatus {
    fn from_value(value: &Value<'_>) -> Result<Self, Malformed> {
        Ok(match value.small_integer()? {
            0 => Self::Successful,
            1 => Self::MalformedRequest,
            2 => Self::InternalError,
            3 => Self::TryLater,
            5 => Self::SigRequired,
            6 => Self::Unauthorized,
            unknown => return Err(value.malformed(format!("unknown response status {unknown}"))),
        })
    }
}

impl BasicOcspResponse {
    /// Reads one basic response, as it also stands alone in revocation values.
    ///
    /// # Errors
    /// [`Malformed`] when `octets` are none.
    pub fn from_der(octets: &[u8]) -> Result<Self, Malformed> {
        Self::from_received(Received::new(octets))
    }

    /// Reads the basic response that stands in a larger structure.
    ///
    /// # Errors
    /// As [`Self::from_der`], with offsets in the whole input.
    pub fn from_received(received: Received) -> Result<Self, Malformed> {
        let whole = Reader::new(&received, FORMAT).only(|reader| reader.expect(tag::SEQUENCE, "basicOCSPResponse"))?;
        Ok(Self(Arc::new(Fields::read(&whole)?)))
    }

    /// The basic response as received.
    pub fn octets(&self) -> &[u8] {
        self.0.received.octets()
    }

    /// SHA-256 of [`Self::octets`]: the response's name in reports and caches.
    pub fn sha256(&self) -> [u8; 32] {
        *self.0.sha256.get_or_init(|| DigestAlgorithm::sha256(self.octets()))
    }

    /// `tbsResponseData` as received: what is signed.
    pub fn tbs(&self) -> &[u8] {
        self.0.tbs.octets()
    }

    /// `version` as its number in words: 1. Others are read too.
    pub fn version(&self) -> i64 {
        self.0.version.saturating_add(1)
    }

    /// `responderID`
    pub fn responder(&self) -> &ResponderId {
        &self.0.responder
    }

    /// `producedAt`
    pub fn produced_at(&self) -> Time {
        self.0.produced_at
    }

    /// `responses`
    pub fn responses(&self) -> &[SingleResponse] {
        &self.0.responses
    }

    /// `responseExtensions`
    pub fn extensions(&self) -> &Extensions {
        &self.0.extensions
    }

    /// `nonce` (§4.4.1): the octets inside the extension.
    pub fn nonce(&self) -> Option<&[u8]> {
        self.0.extensions.find(object_id::OCSP_NONCE).map(|extension| extension.value.octets())
    }

    /// `signatureAlgorithm`
    pub fn signature_algorithm(&self) -> &AlgorithmIdentifier {
        &self.0.signature_algorithm
    }

    /// `signature`; empty when it is not of whole octets.
    pub fn signature(&self) -> &[u8] {
        self.0.signature.octets()
    }

    /// `certs`
    pub fn certificates(&self) -> &[Certificate] {
        &self.0.certificates
    }

    /// What stands among `certs` and is no certificate.
    pub fn unread(&self) -> &[Unread] {
        &self.0.unread
    }
}

impl Fields {
    fn read(whole: &Value<'_>) -> Result<Self, Malformed> {
        let mut reader = whole.reader()?;
        let tbs = reader.expect(tag::SEQUENCE, "tbsResponseData")?;
        let signature_algorithm = AlgorithmIdentifier::read(&mut reader, "signatureAlgorithm")?;
        let signature = super::signature_value(&mut reader)?;
        let (certificates, unread) = reader.explicit(0, read_certificates)?.unwrap_or_default();
        reader.finish()?;

        let mut data = tbs.reader()?;
        let version = data.explicit(0, |inner| inner.expect(tag::INTEGER, "version")?.small_integer())?.unwrap_or(0);
        let responder = ResponderId::read(&mut data)?;
        let produced_at = data.expect(tag::GENERALIZED_TIME, "producedAt")?.generalized_time()?;
        let responses = data.sequence("responses")?.each(|reader| reader.sequence("singleResponse")?.only(SingleResponse::read))?;
        let extensions = Extensions::read_optional(&mut data, 1)?;
        data.finish()?;
        let (received, tbs) = (whole.received(), tbs.received());
        Ok(Self {
            received,
            tbs,
            version,
            responder,
            produced_at,
            responses,
            extensions,
            signature_algorithm,
            signature,
            certificates,
            unread,
            sha256: OnceLock::new(),
        })
    }
}

fn read_certificates(reader: &mut Reader<'_>) -> Result<(Vec<Certificate>, Vec<Unread>), Malformed> {
    let (mut certificates, mut unread) = (Vec::new(), Vec::new());
    reader.sequence("certs")?.each(|reader| {
        let value = reader.value()?;
        Unread::or_push(Certificate::from_received(value.received()), "certs", &value, &mut certificates, &mut unread);
        Ok(())
    })?;
    Ok((certificates, unread))
}

impl ResponderId {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let choice = reader.value()?;
        match choice.tag() {
            0xa1 => choice.only(|inner| Name::read(inner, "byName")).map(Self::Name),
            0xa2 => choice.only(|inner| inner.expect(tag::OCTET_STRING, "byKey")?.octet_string()).map(Self::Key),
            found => Err(choice.malformed(format!("responderID expected, found tag 0x{found:02x}"))),
        }
    }
}

impl SingleResponse {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let certificate = reader.sequence("certID")?.only(CertificateId::read)?;
        let status = CertificateStatus::from_value(&reader.value()?)?;
        let this_update = reader.expect(tag::GENERALIZED_TIME, "thisUpdate")?.generalized_time()?;
        let next_update = reader.explicit(0, |inner| inner.expect(tag::GENERALIZED_TIME, "nextUpdate")?.generalized_time())?;
        let extensions = Extensions::read_optional(reader, 1)?;
        Ok(Self { certificate, status, this_update, next_update, extensions })
    }

    /// `archiveCutoff` (§4.4.4): certificates that expired since then are still answered for.
    ///
    /// # Errors
    /// [`Malformed`] extension
    pub fn archive_cutoff(&self) -> Result<Option<Time>, Malformed> {
        let read = |reader: &mut Reader<'_>| reader.expect(tag::GENERALIZED_TIME, "archiveCutoff")?.generalized_time();
        let extension = self.extensions.find(object_id::OCSP_ARCHIVE_CUTOFF);
        extension.map(|extension| Reader::new(&extension.value, FORMAT).only(read)).transpose()
    }

    /// `CertHash` (Common PKI, part 4, §3.1.2): the digest of the certificate that the responder knows.
    ///
    /// # Errors
    /// [`Malformed`] extension
    pub fn certificate_digest(&self) -> Result<Option<(AlgorithmIdentifier, Received)>, Malformed> {
        let extension = self.extensions.find(object_id::OCSP_CERTIFICATE_HASH);
        extension
            .map(|extension| Reader::new(&extension.value, FORMAT).only(|reader| reader.sequence("certHash")?.only(certificate_hash)))
            .transpose()
    }
}

fn certificate_hash(reader: &mut Reader<'_>) -> Result<(AlgorithmIdentifier, Received), Malformed> {
    let algorithm = AlgorithmIdentifier::read(reader, "hashAlgorithm")?;
    Ok((algorithm, reader.expect(tag::OCTET_STRING, "certificateHash")?.received_contents()))
}

impl CertificateId {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let digest_algorithm = AlgorithmIdentifier::read(reader, "hashAlgorithm")?;
        let issuer_name_digest = reader.expect(tag::OCTET_STRING, "issuerNameHash")?.received_contents();
        let issuer_key_digest = reader.expect(tag::OCTET_STRING, "issuerKeyHash")?.received_contents();
        let serial = reader.expect(tag::INTEGER, "serialNumber")?;
        serial.integer()?;
        Ok(Self { digest_algorithm, issuer_name_digest, issuer_key_digest, serial: serial.received_contents() })
    }
}

impl CertificateStatus {
    fn from_value(value: &Value<'_>) -> Result<Self, Malformed> {
        match value.tag() {
            0x80 => Ok(Self::Good),
            0x82 => Ok(Self::Unknown),
            0xa1 => value.only(|inner| {
                let time = inner.expect(tag::GENERALIZED_TIME, "revocationTime")?.generalized_time()?;
                let reason = inner.explicit(0, RevocationReason::read)?;
                Ok(Self::Revoked { time, reason })
            }),
            found => Err(value.malformed(format!("certStatus expected, found tag 0x{found:02x}"))),
        }
    }
}

impl fmt::Debug for BasicOcspResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BasicOcspResponse({})", self.produced_at())
    }
}

#[cfg(all(test, feature = "sign"))]
mod tests {
    use super::*;
    use crate::encoding::der::write;
    use crate::pki::fixture::{CertificateParts, ed25519, extension, name, sha256, sign};

    fn time(text: &str) -> Vec<u8> {
        write::value(tag::GENERALIZED_TIME, text.as_bytes())
    }

    fn single(status: &[u8], extensions: &[Vec<u8>]) -> Vec<u8> {
        let id = write::sequence(&[sha256(), write::octet_string(b"name"), write::octet_string(b"key"), write::integer(5)]);
        let next = write::context_constructed(0, &[time("20260302000000Z")]);
        let extensions = if extensions.is_empty() { Vec::new() } else { write::context_constructed(1, &[write::sequence(extensions)]) };
        write::sequence(&[id, status.to_vec(), time("20260301000000Z"), next, extensions])
    }

    fn basic(responder: Vec<u8>, produced_at: &str, single: Vec<u8>, certificates: &[Vec<u8>]) -> Vec<u8> {
        let tbs = write::sequence(&[responder, time(produced_at), write::sequence(&[single])]);
        let certificates = write::context_constructed(0, &[write::sequence(certificates)]);
        write::sequence(&[tbs.clone(), ed25519(), write::bit_string(&sign(&tbs)), certificates])
    }

    fn response(status: u8, bytes: Option<(const_oid::ObjectIdentifier, Vec<u8>)>) -> Vec<u8> {
        let bytes = bytes.map_or(Vec::new(), |(oid, basic)| {
            write::context_constructed(0, &[write::sequence(&[write::object_id(oid), write::octet_string(&basic)])])
        });
        write::sequence(&[write::value(tag::ENUMERATED, &[status]), bytes])
    }

    fn by_name() -> Vec<u8> {
        write::context_constructed(1, &[name("A responder")])
    }

    const GOOD: [u8; 2] = [0x80, 0];

    #[test]
    fn a_response_says_what_was_put_in() {
        let der = basic(by_name(), "20260301000000.25Z", single(&GOOD, &[]), &[CertificateParts::default().to_der()]);
        let response = OcspResponse::from_der(&response(0, Some((object_id::OCSP_BASIC, der.clone())))).unwrap();
        let basic = response.basic.unwrap();
        assert_eq!((response.status, basic.octets()), (OcspResponseStatus::Successful, &der[..]));
        assert!(matches!(basic.responder(), ResponderId::Name(name) if name.to_string() == "CN=A responder"));
        assert_eq!(basic.produced_at().to_string(), "2026-03-01T00:00:00.25Z");
        assert_eq!((basic.certificates().len(), basic.unread().len()), (1, 0));
        let single = &basic.responses()[0];
        assert_eq!((single.status, single.certificate.serial.octets()), (CertificateStatus::Good, &[5][..]));
        assert_eq!(single.next_update.unwrap().to_string(), "2026-03-02T00:00:00Z");
        assert_eq!(single.archive_cutoff().unwrap(), None);
    }

    #[test]
    fn a_responder_is_known_by_key_too() {
        let by_key = write::context_constructed(2, &[write::octet_string(&[7; 20])]);
        let basic = BasicOcspResponse::from_der(&basic(by_key, "20260301000000Z", single(&GOOD, &[]), &[])).unwrap();
        assert!(matches!(basic.responder(), ResponderId::Key(key) if key.octets() == [7; 20]));
    }

    #[test]
    fn revocation_has_its_time_and_reason() {
        let reason = write::context_constructed(0, &[write::value(tag::ENUMERATED, &[4])]);
        let revoked = write::context_constructed(1, &[time("20260201000000Z"), reason]);
        let read = BasicOcspResponse::from_der(&basic(by_name(), "20260301000000Z", single(&revoked, &[]), &[])).unwrap();
        let CertificateStatus::Revoked { time, reason } = read.responses()[0].status else { panic!("revoked") };
        assert_eq!((time.to_string().as_str(), reason), ("2026-02-01T00:00:00Z", Some(RevocationReason::Superseded)));
        assert!(BasicOcspResponse::from_der(&basic(by_name(), "20260301000000Z", single(&[0x83, 0], &[]), &[])).is_err());
    }

    #[test]
    fn extensions_of_one_answer_are_read() {
        let cutoff = extension(object_id::OCSP_ARCHIVE_CUTOFF, false, &time("20160101000000Z"));
        let hash = extension(object_id::OCSP_CERTIFICATE_HASH, false, &write::sequence(&[sha256(), write::octet_string(b"digest")]));
        let read = BasicOcspResponse::from_der(&basic(by_name(), "20260301000000Z", single(&GOOD, &[cutoff, hash]), &[])).unwrap();
        let single = &read.responses()[0];
        assert_eq!(single.archive_cutoff().unwrap().unwrap().to_string(), "2016-01-01T00:00:00Z");
        assert_eq!(single.certificate_digest().unwrap().unwrap().1.octets(), b"digest");
    }

    #[test]
    fn what_is_no_certificate_among_the_certificates_is_kept_apart() {
        let certificates = [CertificateParts::default().to_der(), write::sequence(&[write::integer(1)])];
        let read = BasicOcspResponse::from_der(&basic(by_name(), "20260301000000Z", single(&GOOD, &[]), &certificates)).unwrap();
        assert_eq!((read.certificates().len(), read.unread().len()), (1, 1));
    }

    #[test]
    fn a_response_without_answer_is_told_by_its_status() {
        assert_eq!(OcspResponse::from_der(&response(6, None)).unwrap().status, OcspResponseStatus::Unauthorized);
        assert!(OcspResponse::from_der(&response(4, None)).is_err());
        assert!(OcspResponse::from_der(&response(0, None)).is_err());
        let other = response(0, Some((object_id::OCSP_NONCE, Vec::new())));
        assert!(OcspResponse::from_der(&other).unwrap_err().what.contains("is not basic"));
    }
}
