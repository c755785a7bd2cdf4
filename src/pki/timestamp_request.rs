//! RFC 3161 §2.4.1, §2.2 — Timestamp requests, and whether a response answers one

use const_oid::ObjectIdentifier;

use super::timestamp_token::{TimestampInfo, TimestampResponse, TimestampToken};
use super::{AlgorithmIdentifier, Extensions, same_integer, verify_signature};
use crate::crypto::{DigestAlgorithm, Signed, Verification};
use crate::encoding::der::{ObjectId, Reader, Received, tag, write};
use crate::error::{Malformed, Misuse};

/// `TimeStampReq ::= SEQUENCE { version INTEGER (1), messageImprint, reqPolicy OPTIONAL, nonce INTEGER OPTIONAL, certReq BOOLEAN DEFAULT FALSE,
/// extensions [0] IMPLICIT OPTIONAL }`
#[derive(Clone, Debug)]
pub struct TimestampRequest {
    /// `messageImprint`: `hashAlgorithm`
    pub imprint_algorithm: AlgorithmIdentifier,
    /// `messageImprint`: `hashedMessage`
    pub imprint: Received,
    /// `reqPolicy`
    pub policy: Option<ObjectId>,
    /// The content octets of `nonce`.
    pub nonce: Option<Received>,
    /// `certReq`: whether the token is to bring the authority's certificate.
    pub certificate_wanted: bool,
    /// `extensions`
    pub extensions: Extensions,
    received: Received,
}

/// Why a response does not give the token that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TimestampError {
    /// The authority refused.
    #[error("the timestamp was refused: status {status}{}{}", failed(*.failure), told(.text))]
    Refused {
        /// `status`
        status: i64,
        /// `failInfo`, bit n as in `PKIFailureInfo`.
        failure: Option<u32>,
        /// `statusString`
        text: Vec<String>,
    },
    /// Granted, and yet there is no token.
    #[error("the response grants a timestamp and has none")]
    TokenMissing,
    /// The token is none.
    #[error("the timestamp token cannot be read: {0}")]
    Malformed(#[from] Malformed),
    /// `version` of `TSTInfo` is not 1.
    #[error("the timestamp token is of version {0}, not 1")]
    Version(i64),
    /// The token is over something else.
    #[error("the timestamp token is over another digest than the one sent")]
    Imprint,
    /// The token has not the nonce of the request, which may be an old one then, or has one that was not asked for.
    #[error("the timestamp token has another nonce than the request, or none")]
    Nonce,
    /// The token is of another policy than the one asked for.
    #[error("the timestamp token is of policy {given}, {asked} was asked for")]
    Policy {
        /// `reqPolicy`
        asked: String,
        /// `policy`
        given: String,
    },
    /// There is not exactly one signer (§2.4.2).
    #[error("the timestamp token has {0} signers, not one")]
    Signers(usize),
    /// The certificate was asked for and is not there.
    #[error("the timestamp token does not bring the certificate of its signer")]
    CertificateMissing,
    /// The certificate was not asked for and is there (§2.4.1).
    #[error("the timestamp token brings certificates that were not asked for")]
    CertificateUnasked,
    /// The signed attributes name another certificate than that of the signer, or none.
    #[error("the timestamp token does not name the certificate of its signer by digest")]
    CertificateReference,
    /// The signature does not hold.
    #[error("the signature of the timestamp token does not hold")]
    Signature,
}

const FORMAT: &str = "timestamp request";

/// A nonce is "a large random number" (§2.4.1): more octets than these nobody takes.
const NONCE: std::ops::RangeInclusive<usize> = 1..=64;

impl TimestampRequest {
    /// Asks for a timestamp over what has the digest `imprint`, with the authority's certificate. The nonce is the caller's, since there is no
    /// randomness in this crate: at least 8 octets that nobody can foresee (§2.4.1: 64 bits); it is read as a number that is not negative.
    ///
    /// # Errors
    /// [`Misuse`] when `imprint` is no digest of `algorithm`, or the nonce is of no permitted length.
    pub fn new(algorithm: DigestAlgorithm, imprint: &[u8], nonce: Option<&[u8]>) -> Result<Self, Misuse> {
        Self::of_policy(algorithm, imprint, nonce, None)
    }

    /// As [`Self::new`], for a timestamp under this policy of the authority.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn of_policy(
        algorithm: DigestAlgorithm,
        imprint: &[u8],
        nonce: Option<&[u8]>,
        policy: Option<ObjectIdentifier>,
    ) -> Result<Self, Misuse> {
        if imprint.len() != algorithm.output() {
            return Err(Misuse::new(format!("a digest by {} has {} octets, not {}", algorithm.name(), algorithm.output(), imprint.len())));
        }
        if nonce.is_some_and(|nonce| !NONCE.contains(&nonce.len())) {
            return Err(Misuse::new("a nonce has 1 to 64 octets"));
        }
        let message_imprint = write::sequence(&[write::algorithm_identifier(algorithm.oid(), None), write::octet_string(imprint)]);
        let request = write::sequence(&[
            write::integer(1),
            message_imprint,
            policy.map(write::object_id).unwrap_or_default(),
            nonce.map(write::unsigned_integer).unwrap_or_default(),
            write::boolean(true),
        ]);
        Self::from_der(&request).map_err(|malformed| Misuse::new(malformed.to_string()))
    }

    /// Reads one request and nothing after it.
    ///
    /// # Errors
    /// [`Malformed`] when `octets` are none.
    pub fn from_der(octets: &[u8]) -> Result<Self, Malformed> {
        let received = Received::new(octets);
        let whole = Reader::new(&received, FORMAT).only(|reader| reader.expect(tag::SEQUENCE, "timeStampReq"))?;
        let mut fields = whole.reader()?;
        let version = fields.expect(tag::INTEGER, "version")?;
        if version.small_integer()? != 1 {
            return Err(version.malformed("version is not 1"));
        }
        let (imprint_algorithm, imprint) = fields.sequence("messageImprint")?.only(|reader| {
            let algorithm = AlgorithmIdentifier::read(reader, "hashAlgorithm")?;
            Ok((algorithm, reader.expect(tag::OCTET_STRING, "hashedMessage")?.octet_string()?))
        })?;
        let policy = fields.optional(tag::OBJECT_IDENTIFIER)?.map(|value| value.object_id()).transpose()?;
        let nonce = fields.optional(tag::INTEGER)?.map(|value| value.integer().map(|_| value.received_contents())).transpose()?;
        let certificate_wanted = fields.optional(tag::BOOLEAN)?.map(|value| value.boolean()).transpose()?.unwrap_or(false);
        let extensions = fields.optional(tag::context_constructed(0))?.map(|set| Extensions::from_value(&set)).transpose()?;
        fields.finish()?;
        let extensions = extensions.unwrap_or_default();
        Ok(Self { imprint_algorithm, imprint, policy, nonce, certificate_wanted, extensions, received: whole.received() })
    }

    /// The request, DER.
    pub fn octets(&self) -> &[u8] {
        self.received.octets()
    }

    /// The token that `response` gives to this request. What §2.2 asks of a requester is checked: status, imprint, nonce, policy, the signer's
    /// certificate and the signature. Whether the authority is to be believed is for validation to say.
    ///
    /// # Errors
    /// [`TimestampError`] names the first thing that is wrong.
    pub fn answered_by(&self, response: &TimestampResponse) -> Result<TimestampToken, TimestampError> {
        if !matches!(response.status, 0 | 1) {
            let text = response.status_text.clone();
            return Err(TimestampError::Refused { status: response.status, failure: response.failure, text });
        }
        let token = response.token()?.ok_or(TimestampError::TokenMissing)?;
        self.check_info(&token.info)?;
        self.check_signer(&token)?;
        Ok(token)
    }

    fn check_info(&self, info: &TimestampInfo) -> Result<(), TimestampError> {
        if info.version != 1 {
            return Err(TimestampError::Version(info.version));
        }
        if info.imprint_algorithm.oid != self.imprint_algorithm.oid || info.imprint.octets() != self.imprint.octets() {
            return Err(TimestampError::Imprint);
        }
        let same_nonce = match (&self.nonce, &info.nonce) {
            (Some(asked), Some(given)) => same_integer(asked.octets(), given.octets()),
            (None, None) => true,
            _ => false,
        };
        if !same_nonce {
            return Err(TimestampError::Nonce);
        }
        match &self.policy {
            Some(asked) if *asked != info.policy => {
                Err(TimestampError::Policy { asked: asked.to_string(), given: info.policy.to_string() })
            }
            _ => Ok(()),
        }
    }

    fn check_signer(&self, token: &TimestampToken) -> Result<(), TimestampError> {
        let signed_data = &token.signed_data;
        let [signer] = signed_data.signer_infos.as_slice() else { return Err(TimestampError::Signers(signed_data.signer_infos.len())) };
        if !self.certificate_wanted {
            let any = !signed_data.certificates.is_empty() || signed_data.unread_in("certificates").next().is_some();
            return if any { Err(TimestampError::CertificateUnasked) } else { Ok(()) };
        }
        let certificate = signer.signer_certificates(&signed_data.certificates).next().ok_or(TimestampError::CertificateMissing)?;
        let attributes = signer.signed_attributes.as_ref().ok_or(TimestampError::Signature)?;
        let references = [attributes.signing_certificate_v2()?, attributes.signing_certificate_v1()?];
        let mut named = references.iter().flatten().map(|reference| reference.signer().and_then(|id| id.digest_matches(certificate)));
        if references.iter().flatten().next().is_none() || named.any(|matches| matches == Some(false)) {
            return Err(TimestampError::CertificateReference);
        }
        let content = signed_data.content.octets().unwrap_or_default();
        let facts = verify_signature(signer, certificate.public_key()?, Signed::Octets(content));
        // What this crate cannot compute is not called wrong.
        let unknown = matches!(facts.value, Verification::Unsupported(_)) && facts.content_intact() != Some(false);
        if facts.holds() || unknown { Ok(()) } else { Err(TimestampError::Signature) }
    }
}

/// `PKIFailureInfo` in words (§2.4.2).
fn failed(failure: Option<u32>) -> String {
    const NAMES: [(u32, &str); 8] = [
        (0, "badAlg"),
        (2, "badRequest"),
        (5, "badDataFormat"),
        (14, "timeNotAvailable"),
        (15, "unacceptedPolicy"),
        (16, "unacceptedExtension"),
        (17, "addInfoNotAvailable"),
        (25, "systemFailure"),
    ];
    let bits = failure.unwrap_or(0);
    let names: String = NAMES.iter().filter(|(bit, _)| bits >> bit & 1 != 0).map(|(_, name)| format!(", {name}")).collect();
    names
}

fn told(text: &[String]) -> String {
    if text.is_empty() { String::new() } else { format!(": {}", text.join("; ")) }
}
