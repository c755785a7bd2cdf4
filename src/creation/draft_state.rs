//! X.690 §10 — A draft between its two phases, as octets to be stored

use const_oid::ObjectIdentifier;

use super::draft::{Draft, message_digest};
use super::error::{SignError, Unfit};
use super::signed_data_writing::message_digest_algorithm;
use crate::crypto::{DigestAlgorithm, PublicKey};
use crate::encoding::der::{Reader, Received, Value, tag, write};
use crate::encoding::pdf::Written;
use crate::error::Malformed;
use crate::pki::{AlgorithmIdentifier, Certificate, object_id};

const FORMAT: &str = "draft";
const VERSION: u64 = 1;

/// ```asn1
/// Stored ::= SEQUENCE { state State, sha256 OCTET STRING }   -- of the encoding of state
/// State ::= SEQUENCE {
///     version INTEGER (1), originalLength INTEGER, originalSha256 OCTET STRING, update OCTET STRING, holeStart INTEGER, holeEnd INTEGER,
///     signatureAlgorithm AlgorithmIdentifier, signedAttributes SET OF Attribute, certificates SEQUENCE OF Certificate }
/// ```
impl<'a> Draft<'a> {
    /// The draft as octets, to be stored until the value is there. They hold the update and the digest of the document, not the document.
    ///
    /// # Errors
    /// [`Unfit::Algorithm`] when the algorithm has no identifier.
    pub fn to_bytes(&self) -> Result<Vec<u8>, SignError> {
        let number = |number: usize| write::integer(u64::try_from(number).unwrap_or(u64::MAX));
        let certificates: Vec<&[u8]> = self.certificates.iter().map(Certificate::octets).collect();
        let state = write::sequence(&[
            write::integer(VERSION),
            number(self.original.len()),
            write::octet_string(&DigestAlgorithm::Sha256.digest(self.original)),
            write::octet_string(&self.written.octets),
            number(self.written.hole.start),
            number(self.written.hole.end),
            self.algorithm.to_identifier().ok_or(Unfit::Algorithm(self.algorithm))?,
            self.signed_attributes.clone(),
            write::sequence(&certificates),
        ]);
        let sha256 = write::octet_string(&DigestAlgorithm::Sha256.digest(&state));
        Ok(write::sequence(&[state, sha256]))
    }

    /// The draft that was stored, with the `original` document, the same octets as then. All digests are computed again.
    ///
    /// # Errors
    /// [`SignError::DraftAltered`] when a digest differs; [`Malformed`] when the octets are no draft.
    pub fn from_bytes(stored: &[u8], original: &'a [u8]) -> Result<Self, SignError> {
        let received = Received::new(stored);
        let mut input = Reader::new(&received, FORMAT);
        let mut fields = input.expect(tag::SEQUENCE, "stored")?.reader()?;
        input.finish()?;
        let state = fields.expect(tag::SEQUENCE, "state")?;
        let sha256 = fields.expect(tag::OCTET_STRING, "sha256")?;
        fields.finish()?;
        if sha256.contents() != DigestAlgorithm::Sha256.digest(state.octets()) {
            return Err(SignError::DraftAltered);
        }
        Self::from_state(&state, original)
    }

    fn from_state(state: &Value<'_>, original: &'a [u8]) -> Result<Self, SignError> {
        let mut fields = state.reader()?;
        let version = fields.expect(tag::INTEGER, "version")?;
        if version.small_integer()? != 1 {
            return Err(version.malformed("version of the draft is not 1").into());
        }
        let length = number(&fields.expect(tag::INTEGER, "originalLength")?)?;
        let sha256 = fields.expect(tag::OCTET_STRING, "originalSha256")?.contents();
        if length != original.len() || sha256 != DigestAlgorithm::Sha256.digest(original) {
            return Err(SignError::DraftAltered);
        }
        let octets = fields.expect(tag::OCTET_STRING, "update")?.contents().to_vec();
        let start = number(&fields.expect(tag::INTEGER, "holeStart")?)?;
        let end = number(&fields.expect(tag::INTEGER, "holeEnd")?)?;
        let identifier = AlgorithmIdentifier::read(&mut fields, "signatureAlgorithm")?;
        let signed_attributes = fields.expect(tag::SET, "signedAttributes")?;
        let certificates = certificates(&fields.expect(tag::SEQUENCE, "certificates")?)?;
        fields.finish()?;

        let written = Written { octets, hole: start..end };
        let algorithm = identifier.signature(None)?;
        let digest = message_digest_algorithm(&algorithm).ok_or(Unfit::Algorithm(algorithm))?;
        let expected = message_digest(original, &written, digest);
        if message_digest_of(&signed_attributes)?.as_deref() != Some(&*expected) {
            return Err(SignError::DraftAltered);
        }
        let needed_for = "a stored draft";
        let signing_certificate = certificates.first().ok_or(SignError::CertificateMissing { needed_for })?;
        let key = PublicKey::from_spki(signing_certificate.subject_public_key_info())?;
        Ok(Self { original, written, algorithm, signed_attributes: signed_attributes.octets().to_vec(), certificates, key })
    }
}

fn number(value: &Value<'_>) -> Result<usize, Malformed> {
    usize::try_from(value.small_integer()?).map_err(|_| value.malformed("number out of range"))
}

fn certificates(sequence: &Value<'_>) -> Result<Vec<Certificate>, Malformed> {
    let mut reader = sequence.reader()?;
    let mut certificates = Vec::new();
    while !reader.is_empty() {
        let certificate = reader.value()?;
        certificates.push(Certificate::from_der(certificate.octets()).map_err(|malformed| malformed.within(certificate.at()))?);
    }
    Ok(certificates)
}

/// The value of the attribute `message-digest`.
fn message_digest_of(signed_attributes: &Value<'_>) -> Result<Option<Vec<u8>>, Malformed> {
    const MESSAGE_DIGEST: ObjectIdentifier = object_id::MESSAGE_DIGEST;
    let mut attributes = signed_attributes.reader()?;
    while !attributes.is_empty() {
        let mut attribute = attributes.expect(tag::SEQUENCE, "attribute")?.reader()?;
        if attribute.expect(tag::OBJECT_IDENTIFIER, "attrType")?.object_id()? == MESSAGE_DIGEST {
            let mut values = attribute.expect(tag::SET, "attrValues")?.reader()?;
            return Ok(Some(values.expect(tag::OCTET_STRING, "messageDigest")?.contents().to_vec()));
        }
    }
    Ok(None)
}
