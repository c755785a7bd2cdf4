//! EN 319 122-1 §6.3 — Signatures in CMS: the content inside or elsewhere, signers side by side, signatures of signatures

use super::draft::{Draft, Facts};
use super::error::SignError;
use super::layout::{Layout, WithSigner};
use super::pre_sign_check::pre_sign_check;
use super::profile::{Packaging, Profile};
use super::signed_data_parts::SignedDataParts;
use super::signed_data_writing::{Signed, signed_attributes};
use crate::crypto::{DigestAlgorithm, SignatureAlgorithm};
use crate::document::{Cms, Document, Form};
use crate::encoding::der::ObjectId;
use crate::error::Misuse;
use crate::format::cades::content::Content;
use crate::pki::{Certificate, object_id};

/// What is signed, and the signed data that get one more signer.
struct Place {
    parts: SignedDataParts,
    /// The digest of what is signed.
    digest: Vec<u8>,
    /// Its type; a signature value has none.
    content_type: Option<ObjectId>,
    /// The signer whose value is signed, counted from 0.
    counter: Option<usize>,
}

impl<'a> Draft<'a> {
    pub(super) fn of_cms(
        document: &Document<'a>,
        profile: &Profile,
        certificates: &[Certificate],
        algorithm: SignatureAlgorithm,
    ) -> Result<Self, SignError> {
        let needed_for = "the attribute ESS signing-certificate-v2 (EN 319 122-1 §6.3)";
        let signing_certificate = certificates.first().ok_or(SignError::CertificateMissing { needed_for })?;
        let key = pre_sign_check(signing_certificate, &algorithm, profile.time())?;
        let facts = Facts::new(signing_certificate, algorithm)?;
        let mut place = match &document.form {
            Form::Cms(cms) => Place::in_signed_data(document, cms, profile, facts.digest)?,
            _ => Place::in_new(document, profile, facts.digest)?,
        };
        for certificate in certificates {
            place.parts.add_certificate(certificate.octets());
        }
        let signed = place.content_type.as_ref().map_or(Signed::Value, Signed::Content);
        let to_be_signed = signed_attributes(&facts.signer(), profile, &place.digest, signed);
        let layout = Layout::WithSigner(WithSigner { signed_data: place.parts.to_der(), counter: place.counter });
        Ok(Self { original: document.octets(), layout, algorithm, to_be_signed, certificates: certificates.to_vec(), key })
    }
}

impl Place {
    /// Signed data of their own, over the document or, detached, over the file that was given with it.
    fn in_new(document: &Document<'_>, profile: &Profile, digest: DigestAlgorithm) -> Result<Self, SignError> {
        if profile.counter_signature.is_some() {
            return Err(Misuse::new("a counter signature signs a signature: open the document with `Document::cms`").into());
        }
        let octets = document.octets();
        let attached = Content::attached(octets);
        let (content, signed) = match profile.packaging {
            Packaging::Enveloping => (Some(octets), attached),
            Packaging::Detached if document.detached.is_empty() => (None, attached),
            Packaging::Detached | Packaging::Enveloped => (None, Content::detached(&document.detached)),
        };
        let parts = SignedDataParts::new(object_id::DATA, content);
        let digest = signed.digest(digest).ok_or_else(|| not_given(digest))?;
        Ok(Self { parts, digest, content_type: Some(object_id::DATA.into()), counter: None })
    }

    /// Beside the signers that there are, or over the value of one of them.
    fn in_signed_data(document: &Document<'_>, cms: &Cms, profile: &Profile, digest: DigestAlgorithm) -> Result<Self, SignError> {
        let signed_data = &cms.signed_data;
        changeable(cms)?;
        let parts = SignedDataParts::from_ber(signed_data.octets())?;
        if let Some(number) = profile.counter_signature {
            let position = number.checked_sub(1);
            let signer = position.and_then(|position| signed_data.signer_infos.get(position));
            let signer = signer.ok_or_else(|| Misuse::new("there is no signature of the number that is to be countersigned"))?;
            return Ok(Self { parts, digest: digest.digest(signer.signature.octets()), content_type: None, counter: position });
        }
        let content = Content::of(signed_data, &document.detached);
        let digest = content.digest(digest).ok_or_else(|| not_given(digest))?;
        Ok(Self { parts, digest, content_type: Some(signed_data.content.content_type.clone()), counter: None })
    }
}

/// Whether something may be added to the signed data without harm to what is there.
pub(super) fn changeable(cms: &Cms) -> Result<(), Misuse> {
    let signed_data = &cms.signed_data;
    if cms.unaccounted > 0 {
        return Err(Misuse::new("octets stand behind the signed data, which belong to nothing"));
    }
    if signed_data.unread_in("signerInfos").next().is_some() {
        return Err(Misuse::new("the signed data have a signer that cannot be read"));
    }
    // RFC 5126 §6.4.1: it is over all certificates and all unsigned attributes that there were.
    let whole = [object_id::ARCHIVE_TIMESTAMP, object_id::ARCHIVE_TIMESTAMP_V2];
    let mut attributes = signed_data.signer_infos.iter().filter_map(|signer| signer.unsigned_attributes.as_ref());
    if attributes.any(|attributes| whole.iter().any(|oid| attributes.count(*oid) > 0)) {
        return Err(Misuse::new("an archive timestamp of an elder version covers what would change"));
    }
    Ok(())
}

fn not_given(algorithm: DigestAlgorithm) -> Misuse {
    Misuse::new(format!("the detached content is needed, or its digest by {}", algorithm.name()))
}
