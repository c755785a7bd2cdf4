//! EN 319 102-1 §4.2 — Signature creation in two phases: what is to be signed, and what was

use std::ops::Range;

use super::error::{SignError, Unfit};
use super::layout::Layout;
use super::pre_sign_check::{longest_value, pre_sign_check};
use super::profile::{Profile, ProfileFormat};
use super::signed_data_writing::{Signed, SignerFacts, message_digest_algorithm, signed_attributes, signed_data};
#[cfg(feature = "cms")]
use super::signed_data_writing::{digest_identifier, signer_info};
use super::signer::Signer;
use crate::crypto::{self, DigestAlgorithm, Digester, PublicKey, SignatureAlgorithm, Verification};
use crate::document::Document;
use crate::encoding::pdf::{Pdf, Written, hexadecimal};
use crate::error::Misuse;
use crate::format::pades::writing::{Value, prepare};
use crate::pki::Certificate;

/// A document laid out to the last octet but for the signature value, which is made elsewhere: on a token, by a service, days later.
///
/// ```
/// # use kyso::{Document, Draft, Profile, SignError, Signer, Time};
/// fn in_two_phases(octets: &[u8], token: &dyn Signer, signing_time: Time) -> Result<Vec<u8>, SignError> {
///     let document = Document::pdf(octets)?;
///     let draft = Draft::new(&document, &Profile::pades_b_b(signing_time), token.certificates(), token.algorithm())?;
///     let stored = draft.to_bytes()?;
///
///     // Later, perhaps in another process: the same document again, and what the token says.
///     let draft = Draft::from_bytes(&stored, octets)?;
///     let value = token.sign(draft.to_be_signed())?;
///     draft.complete(&value)
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Draft<'a> {
    pub(super) original: &'a [u8],
    pub(super) layout: Layout,
    pub(super) algorithm: SignatureAlgorithm,
    pub(super) to_be_signed: Vec<u8>,
    /// The signing certificate first.
    pub(super) certificates: Vec<Certificate>,
    pub(super) key: PublicKey,
}

/// What a timestamp token with its certificates takes, so that one can be added without a new signature.
const TIMESTAMP_TOKEN: usize = 10_240;

/// Signs `document` as `profile` says, with a key that is at hand.
///
/// # Errors
/// [`SignError`] says what is in the way; nothing is written then.
pub(crate) fn sign(document: &Document<'_>, profile: &Profile, signer: &dyn Signer) -> Result<Vec<u8>, SignError> {
    let draft = Draft::new(document, profile, signer.certificates(), signer.algorithm())?;
    let value = signer.sign(draft.to_be_signed())?;
    draft.complete(&value)
}

impl<'a> Draft<'a> {
    /// Lays `document` out for a signature of the first of `certificates` with `algorithm`.
    ///
    /// # Errors
    /// [`SignError`] says what is in the way; the key has not been used then.
    pub fn new(
        document: &Document<'a>,
        profile: &Profile,
        certificates: &[Certificate],
        algorithm: SignatureAlgorithm,
    ) -> Result<Self, SignError> {
        profile.check()?;
        #[cfg(feature = "asic")]
        if let Some(kind) = profile.container {
            return Self::of_container(document, kind, profile, certificates, algorithm);
        }
        match profile.format {
            ProfileFormat::Pdf => {
                let pdf = document.as_pdf();
                let pdf = pdf.ok_or_else(|| Misuse::new("a PAdES profile signs PDF files: open the document with `Document::pdf`"))?;
                Self::of_pdf(pdf, profile, certificates, algorithm)
            }
            #[cfg(feature = "cms")]
            ProfileFormat::Cms => Self::of_cms(document, profile, certificates, algorithm),
            #[cfg(feature = "xml")]
            ProfileFormat::Xml if profile.is_of_message => Self::of_message(document, profile, certificates, algorithm),
            #[cfg(feature = "xml")]
            ProfileFormat::Xml => Self::of_xml(document, profile, certificates, algorithm),
            #[cfg(feature = "json")]
            ProfileFormat::Json => Self::of_json(document, profile, certificates, algorithm),
        }
    }

    fn of_pdf(
        document: &Pdf<'a>,
        profile: &Profile,
        certificates: &[Certificate],
        algorithm: SignatureAlgorithm,
    ) -> Result<Self, SignError> {
        let needed_for = "the attribute ESS signing-certificate-v2 (EN 319 142-1 §6.3)";
        let signing_certificate = certificates.first().ok_or(SignError::CertificateMissing { needed_for })?;
        let key = pre_sign_check(signing_certificate, &algorithm, profile.time())?;
        let facts = Facts::new(signing_certificate, algorithm)?;
        let size = size(&facts.signer(), profile, certificates, longest_value(&key));
        let room = profile.contents.map_or(size.saturating_add(TIMESTAMP_TOKEN), |contents| contents.max(size));
        let edwards = algorithm == SignatureAlgorithm::Ed25519;
        let written = prepare(document, &profile.request, &Value { digest: facts.digest, certificates, edwards, room })?;
        let message_digest = message_digest(document.octets(), &written, facts.digest);
        let to_be_signed = signed_attributes(&facts.signer(), profile, &message_digest, Signed::Pdf);
        let layout = Layout::Pdf(written);
        Ok(Self { original: document.octets(), layout, algorithm, to_be_signed, certificates: certificates.to_vec(), key })
    }

    /// What is to be signed: of a PDF file and of CMS `SignedAttributes` in DER (RFC 5652 §5.4), of XML the
    /// canonical `SignedInfo` (XML Signature §4.4).
    pub fn to_be_signed(&self) -> &[u8] {
        &self.to_be_signed
    }

    /// The digest of [`Self::to_be_signed`] by the signature's algorithm, for a token or service that takes digests; `None` for Ed25519, which signs the octets.
    pub fn digest(&self) -> Option<Vec<u8>> {
        self.algorithm.digest().map(|digest| digest.digest(&self.to_be_signed))
    }

    /// What the value is to be made with.
    pub fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// The signed document. The value is verified first: one of another key, or over other octets, is never embedded. It comes as X.509 certificates
    /// have it (of ECDSA: RFC 3279 §2.2.3), whatever the document writes.
    ///
    /// # Errors
    /// [`SignError::ValueRejected`]; [`SignError::ContentsTooSmall`] when the signature does not fit.
    pub fn complete(&self, value: &[u8]) -> Result<Vec<u8>, SignError> {
        match self.key.verify(&self.algorithm, crypto::Signed::Octets(&self.to_be_signed), value) {
            Verification::Valid => {}
            Verification::Invalid | Verification::Unsupported(_) => return Err(SignError::ValueRejected),
        }
        match &self.layout {
            #[cfg(feature = "asic")]
            Layout::InContainer(place) => {
                let file = self.laid_out(&place.file, value)?;
                Ok(crate::encoding::zip_writing::changed(&place.container, &[], &[(place.name.clone(), file)])?)
            }
            layout => self.laid_out(layout, value),
        }
    }

    fn laid_out(&self, layout: &Layout, value: &[u8]) -> Result<Vec<u8>, SignError> {
        match layout {
            Layout::Pdf(written) => self.embed(written, value),
            Layout::Around(around) => around.with_value(&self.key, value).ok_or(SignError::ValueRejected),
            #[cfg(feature = "cms")]
            Layout::WithSigner(layout) => {
                let facts = self.facts()?;
                let signer = signer_info(&facts.signer(), &self.to_be_signed, value);
                layout.with_signer(signer, &digest_identifier(facts.digest))?.ok_or(SignError::DraftAltered)
            }
            // A container within a container is a file of it like any other.
            #[cfg(feature = "asic")]
            Layout::InContainer(_) => Err(SignError::DraftAltered),
        }
    }

    fn facts(&self) -> Result<Facts<'_>, SignError> {
        let needed_for = "SignerInfo (RFC 5652 §5.3)";
        let signing_certificate = self.certificates.first().ok_or(SignError::CertificateMissing { needed_for })?;
        Ok(Facts::new(signing_certificate, self.algorithm)?)
    }

    fn embed(&self, written: &Written, value: &[u8]) -> Result<Vec<u8>, SignError> {
        let facts = self.facts()?;
        let signature = signed_data(&facts.signer(), &self.certificates, &self.to_be_signed, value);
        let Range { start, end } = written.hole;
        let reserved = end.saturating_sub(start).saturating_sub(2) / 2;
        let contents = hexadecimal(&signature, reserved);
        let too_small = SignError::ContentsTooSmall { needed: signature.len(), reserved };
        // The one copy of the document that is made.
        let mut signed = Vec::with_capacity(self.original.len().saturating_add(written.octets.len()));
        signed.extend_from_slice(self.original);
        signed.extend_from_slice(&written.octets);
        let hole = signed.get_mut(self.original.len()..).and_then(|update| update.get_mut(start..end));
        match hole.filter(|hole| hole.len() == contents.len()) {
            Some(hole) => hole.copy_from_slice(&contents),
            None => return Err(too_small),
        }
        Ok(signed)
    }
}

/// What every part of the signature says about its algorithms.
pub(super) struct Facts<'c> {
    signing_certificate: &'c Certificate,
    pub digest: DigestAlgorithm,
    identifier: Vec<u8>,
}

impl<'c> Facts<'c> {
    pub fn new(signing_certificate: &'c Certificate, algorithm: SignatureAlgorithm) -> Result<Self, Unfit> {
        match (message_digest_algorithm(&algorithm), algorithm.to_identifier()) {
            (Some(digest), Some(identifier)) => Ok(Self { signing_certificate, digest, identifier }),
            _ => Err(Unfit::Algorithm(algorithm)),
        }
    }

    pub fn signer(&self) -> SignerFacts<'_> {
        SignerFacts { signing_certificate: self.signing_certificate, digest: self.digest, signature_algorithm: &self.identifier }
    }
}

/// The most octets that the signature can take: one is made with the real chain and attributes, and zeros for what is not known yet.
fn size(facts: &SignerFacts<'_>, profile: &Profile, certificates: &[Certificate], value: usize) -> usize {
    let attributes = signed_attributes(facts, profile, &vec![0; facts.digest.output()], Signed::Pdf);
    signed_data(facts, certificates, &attributes, &vec![0; value]).len()
}

/// The digest of what `/ByteRange` covers: everything but the hole, each octet once.
pub(super) fn message_digest(original: &[u8], written: &Written, algorithm: DigestAlgorithm) -> Vec<u8> {
    let mut digester = Digester::new(algorithm);
    digester.update(original);
    digester.update(written.octets.get(..written.hole.start).unwrap_or_default());
    digester.update(written.octets.get(written.hole.end..).unwrap_or_default());
    digester.finish()
}
