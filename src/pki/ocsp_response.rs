//! RFC 6960 §4.2 — OCSP responses

use std::fmt;
use std::sync::Arc;

use super::crl::RevocationReason;
use super::extension::Extensions;
use super::{AlgorithmIdentifier, Certificate, Name, Unread, object_id};
use crate::encoding::der::{Reader, Received, Value, tag};
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
        let mut reader = Reader::new(&received, FORMAT);
        let whole = reader.expect(tag::SEQUENCE, FORMAT)?;
        reader.finish()?;
        let mut fields = whole.reader()?;
        let status = OcspResponseStatus::from_value(&fields.expect(tag::ENUMERATED, "responseStatus")?)?;
        let bytes = fields.optional(tag::context_constructed(0))?;
        fields.finish()?;
        let basic = bytes.map(|explicit| response_bytes(&explicit)).transpose()?;
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

fn response_bytes(explicit: &Value<'_>) -> Result<BasicOcspResponse, Malformed> {
    let mut inner = explicit.reader()?;
    let mut bytes = inner.expect(tag::SEQUENCE, "responseBytes")?.reader()?;
    inner.finish()?;
    let response_type = bytes.expect(tag::OBJECT_IDENTIFIER, "responseType")?;
    let oid = response_type.object_id()?;
    if oid != object_id::OCSP_BASIC {
        return Err(response_type.malformed(format!("response type {oid} is not basic")));
    }
    let response = bytes.expect(tag::OCTET_STRING, "response")?;
    bytes.finish()?;
    BasicOcspResponse::from_received(response.received_contents())
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
        let mut reader = Reader::new(&received, FORMAT);
        let whole = reader.expect(tag::SEQUENCE, "basicOCSPResponse")?;
        reader.finish()?;
        Ok(Self(Arc::new(Fields::read(&whole)?)))
    }

    /// The basic response as received.
    pub fn octets(&self) -> &[u8] {
        self.0.received.octets()
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

    /// `signature`
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
        let signature = reader.expect(tag::BIT_STRING, "signature")?.bit_string_octets()?;
        let (mut certificates, mut unread) = (Vec::new(), Vec::new());
        if let Some(explicit) = reader.optional(tag::context_constructed(0))? {
            let mut certs = explicit.reader()?;
            let mut each = certs.expect(tag::SEQUENCE, "certs")?.reader()?;
            certs.finish()?;
            while !each.is_empty() {
                let value = each.value()?;
                Unread::or_push(Certificate::from_received(value.received()), "certs", &value, &mut certificates, &mut unread);
            }
        }
        reader.finish()?;

        let mut data = tbs.reader()?;
        let version = read_version(&mut data)?;
        let responder = ResponderId::read(&mut data)?;
        let produced_at = data.expect(tag::GENERALIZED_TIME, "producedAt")?.generalized_time()?;
        let responses = read_responses(&mut data)?;
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
        })
    }
}

fn read_version(reader: &mut Reader<'_>) -> Result<i64, Malformed> {
    let Some(explicit) = reader.optional(tag::context_constructed(0))? else {
        return Ok(0);
    };
    let mut inner = explicit.reader()?;
    let version = inner.expect(tag::INTEGER, "version")?.small_integer()?;
    inner.finish()?;
    Ok(version)
}

fn read_responses(reader: &mut Reader<'_>) -> Result<Vec<SingleResponse>, Malformed> {
    let mut each = reader.expect(tag::SEQUENCE, "responses")?.reader()?;
    let mut responses = Vec::new();
    while !each.is_empty() {
        responses.push(SingleResponse::from_value(&each.expect(tag::SEQUENCE, "singleResponse")?)?);
    }
    Ok(responses)
}

impl ResponderId {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let choice = reader.value()?;
        let responder = match choice.tag() {
            0xa1 => {
                let mut inner = choice.reader()?;
                let name = Name::read(&mut inner, "byName")?;
                inner.finish()?;
                Self::Name(name)
            }
            0xa2 => {
                let mut inner = choice.reader()?;
                let key = inner.expect(tag::OCTET_STRING, "byKey")?.received_contents();
                inner.finish()?;
                Self::Key(key)
            }
            found => return Err(choice.malformed(format!("responderID expected, found tag 0x{found:02x}"))),
        };
        Ok(responder)
    }
}

impl SingleResponse {
    fn from_value(value: &Value<'_>) -> Result<Self, Malformed> {
        let mut reader = value.reader()?;
        let certificate = CertificateId::from_value(&reader.expect(tag::SEQUENCE, "certID")?)?;
        let status = CertificateStatus::from_value(&reader.value()?)?;
        let this_update = reader.expect(tag::GENERALIZED_TIME, "thisUpdate")?.generalized_time()?;
        let next_update = reader.optional(tag::context_constructed(0))?.map(|explicit| explicit_time(&explicit)).transpose()?;
        let extensions = Extensions::read_optional(&mut reader, 1)?;
        reader.finish()?;
        Ok(Self { certificate, status, this_update, next_update, extensions })
    }

    /// `archiveCutoff` (§4.4.4): certificates that expired since then are still answered for.
    ///
    /// # Errors
    /// [`Malformed`] extension
    pub fn archive_cutoff(&self) -> Result<Option<Time>, Malformed> {
        let Some(extension) = self.extensions.find(object_id::OCSP_ARCHIVE_CUTOFF) else {
            return Ok(None);
        };
        let mut reader = Reader::new(&extension.value, FORMAT);
        let time = reader.expect(tag::GENERALIZED_TIME, "archiveCutoff")?.generalized_time()?;
        reader.finish()?;
        Ok(Some(time))
    }

    /// `CertHash` (Common PKI, part 4, §3.1.2): the digest of the certificate that the responder knows.
    ///
    /// # Errors
    /// [`Malformed`] extension
    pub fn certificate_digest(&self) -> Result<Option<(AlgorithmIdentifier, Received)>, Malformed> {
        let Some(extension) = self.extensions.find(object_id::OCSP_CERTIFICATE_HASH) else {
            return Ok(None);
        };
        let mut reader = Reader::new(&extension.value, FORMAT);
        let mut fields = reader.expect(tag::SEQUENCE, "certHash")?.reader()?;
        reader.finish()?;
        let algorithm = AlgorithmIdentifier::read(&mut fields, "hashAlgorithm")?;
        let digest = fields.expect(tag::OCTET_STRING, "certificateHash")?.received_contents();
        fields.finish()?;
        Ok(Some((algorithm, digest)))
    }
}

fn explicit_time(explicit: &Value<'_>) -> Result<Time, Malformed> {
    let mut inner = explicit.reader()?;
    let time = inner.expect(tag::GENERALIZED_TIME, "time")?.generalized_time()?;
    inner.finish()?;
    Ok(time)
}

impl CertificateId {
    fn from_value(value: &Value<'_>) -> Result<Self, Malformed> {
        let mut reader = value.reader()?;
        let digest_algorithm = AlgorithmIdentifier::read(&mut reader, "hashAlgorithm")?;
        let issuer_name_digest = reader.expect(tag::OCTET_STRING, "issuerNameHash")?.received_contents();
        let issuer_key_digest = reader.expect(tag::OCTET_STRING, "issuerKeyHash")?.received_contents();
        let serial = reader.expect(tag::INTEGER, "serialNumber")?;
        serial.integer()?;
        reader.finish()?;
        Ok(Self { digest_algorithm, issuer_name_digest, issuer_key_digest, serial: serial.received_contents() })
    }
}

impl CertificateStatus {
    fn from_value(value: &Value<'_>) -> Result<Self, Malformed> {
        match value.tag() {
            0x80 => Ok(Self::Good),
            0x82 => Ok(Self::Unknown),
            0xa1 => {
                let mut reader = value.reader()?;
                let time = reader.expect(tag::GENERALIZED_TIME, "revocationTime")?.generalized_time()?;
                let reason = reader.optional(tag::context_constructed(0))?.map(|explicit| explicit_reason(&explicit)).transpose()?;
                reader.finish()?;
                Ok(Self::Revoked { time, reason })
            }
            found => Err(value.malformed(format!("certStatus expected, found tag 0x{found:02x}"))),
        }
    }
}

fn explicit_reason(explicit: &Value<'_>) -> Result<RevocationReason, Malformed> {
    let mut inner = explicit.reader()?;
    let reason = RevocationReason::from_value(&inner.expect(tag::ENUMERATED, "revocationReason")?)?;
    inner.finish()?;
    Ok(reason)
}

impl fmt::Debug for BasicOcspResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BasicOcspResponse({})", self.produced_at())
    }
}
