//! X.690 §10 — A draft between its two phases, as octets to be stored

use const_oid::ObjectIdentifier;

use super::draft::{Draft, message_digest};
use super::error::{SignError, Unfit};
#[cfg(feature = "cms")]
use super::layout::WithSigner;
use super::layout::{Around, CODINGS, Layout};
use super::signed_data_writing::message_digest_algorithm;
use crate::crypto::{DigestAlgorithm, PublicKey};
use crate::encoding::der::{Reader, Received, Value, tag, write};
use crate::encoding::pdf::Written;
use crate::error::Malformed;
use crate::pki::{AlgorithmIdentifier, Certificate, object_id};

const FORMAT: &str = "draft";
const PDF: u8 = 0;
const AROUND: u8 = 1;
#[cfg(feature = "cms")]
const WITH_SIGNER: u8 = 2;
#[cfg(feature = "asic")]
const IN_CONTAINER: u8 = 3;
const VERSION: u64 = 2;

/// ```asn1
/// Stored ::= SEQUENCE { state State, sha256 OCTET STRING }   -- of the encoding of state
/// State ::= SEQUENCE {
///     version INTEGER (2), originalLength INTEGER, originalSha256 OCTET STRING, layout Layout,
///     signatureAlgorithm AlgorithmIdentifier, toBeSigned OCTET STRING, certificates SEQUENCE OF Certificate }
/// Layout ::= CHOICE {
///     pdf    [0] SEQUENCE { update OCTET STRING, holeStart INTEGER, holeEnd INTEGER },
///     around [1] SEQUENCE { before OCTET STRING, after OCTET STRING, coding INTEGER },
///     withSigner [2] SEQUENCE { signedData OCTET STRING, counter INTEGER OPTIONAL },
///     inContainer [3] SEQUENCE { container OCTET STRING, name OCTET STRING, file Layout } }  -- around or withSigner
/// ```
impl<'a> Draft<'a> {
    /// The draft as octets, to be stored until the value is there. They hold the update and the digest of the document, not the document;
    /// of a container and of signed data with their content inside what is in them, too.
    ///
    /// # Errors
    /// [`Unfit::Algorithm`] when the algorithm has no identifier.
    pub fn to_bytes(&self) -> Result<Vec<u8>, SignError> {
        let certificates: Vec<&[u8]> = self.certificates.iter().map(Certificate::octets).collect();
        let state = write::sequence(&[
            write::integer(VERSION),
            write_number(self.original.len()),
            write::octet_string(&DigestAlgorithm::Sha256.digest(self.original)),
            write_layout(&self.layout),
            self.algorithm.to_identifier().ok_or(Unfit::Algorithm(self.algorithm))?,
            write::octet_string(&self.to_be_signed),
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
        if u64::try_from(version.small_integer()?) != Ok(VERSION) {
            return Err(version.malformed("version of the draft is not 2").into());
        }
        let length = number(&fields.expect(tag::INTEGER, "originalLength")?)?;
        let sha256 = fields.expect(tag::OCTET_STRING, "originalSha256")?.contents();
        if length != original.len() || sha256 != DigestAlgorithm::Sha256.digest(original) {
            return Err(SignError::DraftAltered);
        }
        let layout = layout(&fields.value()?)?;
        let identifier = AlgorithmIdentifier::read(&mut fields, "signatureAlgorithm")?;
        let to_be_signed = fields.expect(tag::OCTET_STRING, "toBeSigned")?;
        let certificates = certificates(&fields.expect(tag::SEQUENCE, "certificates")?)?;
        fields.finish()?;

        let algorithm = identifier.signature(None)?;
        if let Layout::Pdf(written) = &layout {
            let digest = message_digest_algorithm(&algorithm).ok_or(Unfit::Algorithm(algorithm))?;
            let expected = message_digest(original, written, digest);
            if message_digest_of(to_be_signed.contents())?.as_deref() != Some(&*expected) {
                return Err(SignError::DraftAltered);
            }
        }
        let needed_for = "a stored draft";
        let signing_certificate = certificates.first().ok_or(SignError::CertificateMissing { needed_for })?;
        let key = PublicKey::from_spki(signing_certificate.subject_public_key_info())?;
        Ok(Self { original, layout, algorithm, to_be_signed: to_be_signed.contents().to_vec(), certificates, key })
    }
}

fn write_number(number: usize) -> Vec<u8> {
    write::integer(u64::try_from(number).unwrap_or(u64::MAX))
}

fn write_layout(layout: &Layout) -> Vec<u8> {
    match layout {
        Layout::Pdf(Written { octets, hole }) => {
            write::context_constructed(PDF, &[write::octet_string(octets), write_number(hole.start), write_number(hole.end)])
        }
        Layout::Around(Around { before, after, coding }) => {
            let coding = CODINGS.iter().find(|(_, known)| known == coding).map_or(0, |(number, _)| *number);
            write::context_constructed(AROUND, &[write::octet_string(before), write::octet_string(after), write::integer(coding)])
        }
        #[cfg(feature = "cms")]
        Layout::WithSigner(WithSigner { signed_data, counter }) => {
            let counter = counter.map(write_number).unwrap_or_default();
            write::context_constructed(WITH_SIGNER, &[write::octet_string(signed_data), counter])
        }
        #[cfg(feature = "asic")]
        Layout::InContainer(place) => write::context_constructed(
            IN_CONTAINER,
            &[write::octet_string(&place.container), write::octet_string(place.name.as_bytes()), write_layout(&place.file)],
        ),
    }
}

fn layout(value: &Value<'_>) -> Result<Layout, Malformed> {
    #[cfg(feature = "asic")]
    if value.tag() == tag::context_constructed(IN_CONTAINER) {
        let mut fields = value.reader()?;
        let container = fields.expect(tag::OCTET_STRING, "container")?.contents().to_vec();
        let name = fields.expect(tag::OCTET_STRING, "name")?;
        let text = String::from_utf8(name.contents().to_vec()).map_err(|_| name.malformed("a name that is not UTF-8"))?;
        let file = Box::new(file_layout(&fields.value()?)?);
        fields.finish()?;
        return Ok(Layout::InContainer(super::layout::InContainer { container, name: text, file }));
    }
    file_layout(value)
}

/// A layout that has no other in it.
fn file_layout(value: &Value<'_>) -> Result<Layout, Malformed> {
    const IS_PDF: u8 = tag::context_constructed(PDF);
    const IS_AROUND: u8 = tag::context_constructed(AROUND);
    #[cfg(feature = "cms")]
    const IS_WITH_SIGNER: u8 = tag::context_constructed(WITH_SIGNER);
    let mut fields = value.reader()?;
    let layout = match value.tag() {
        IS_PDF => {
            let octets = fields.expect(tag::OCTET_STRING, "update")?.contents().to_vec();
            let start = number(&fields.expect(tag::INTEGER, "holeStart")?)?;
            let end = number(&fields.expect(tag::INTEGER, "holeEnd")?)?;
            Layout::Pdf(Written { octets, hole: start..end })
        }
        IS_AROUND => {
            let before = fields.expect(tag::OCTET_STRING, "before")?.contents().to_vec();
            let after = fields.expect(tag::OCTET_STRING, "after")?.contents().to_vec();
            let coding = fields.expect(tag::INTEGER, "coding")?;
            let number = coding.small_integer()?;
            let known = CODINGS.iter().find(|(known, _)| u64::try_from(number) == Ok(*known));
            let (_, coding) = *known.ok_or_else(|| coding.malformed("a coding that is not known"))?;
            Layout::Around(Around { before, after, coding })
        }
        #[cfg(feature = "cms")]
        IS_WITH_SIGNER => {
            let signed_data = fields.expect(tag::OCTET_STRING, "signedData")?.contents().to_vec();
            let counter = fields.optional(tag::INTEGER)?.map(|value| number(&value)).transpose()?;
            Layout::WithSigner(WithSigner { signed_data, counter })
        }
        _ => return Err(value.malformed("a layout that is not known")),
    };
    fields.finish()?;
    Ok(layout)
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
fn message_digest_of(signed_attributes: &[u8]) -> Result<Option<Vec<u8>>, Malformed> {
    const MESSAGE_DIGEST: ObjectIdentifier = object_id::MESSAGE_DIGEST;
    let received = Received::new(signed_attributes);
    let mut attributes = Reader::new(&received, FORMAT).only(|reader| reader.expect(tag::SET, "signedAttributes"))?.reader()?;
    while !attributes.is_empty() {
        let mut attribute = attributes.expect(tag::SEQUENCE, "attribute")?.reader()?;
        if attribute.expect(tag::OBJECT_IDENTIFIER, "attrType")?.object_id()? == MESSAGE_DIGEST {
            let mut values = attribute.expect(tag::SET, "attrValues")?.reader()?;
            return Ok(Some(values.expect(tag::OCTET_STRING, "messageDigest")?.contents().to_vec()));
        }
    }
    Ok(None)
}
