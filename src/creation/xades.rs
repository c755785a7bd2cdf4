//! EN 319 132-1 §6.3 — XAdES B-B: enveloped, enveloping, detached

use super::draft::{Draft, Facts};
use super::error::SignError;
use super::layout::{Around, Coding, Layout};
use super::pre_sign_check::pre_sign_check;
use super::profile::{Packaging, Profile};
use crate::crypto::SignatureAlgorithm;
use crate::document::{Detached, Document, Form};
use crate::error::Misuse;
use crate::format::xades::writing::{Content, Place, Refusal, Request, prepare};
use crate::pki::Certificate;

impl<'a> Draft<'a> {
    pub(super) fn of_xml(
        document: &Document<'a>,
        profile: &Profile,
        certificates: &[Certificate],
        algorithm: SignatureAlgorithm,
    ) -> Result<Self, SignError> {
        let (place, contents) = contents(document, profile)?;
        Self::of_contents(document.octets(), place, contents, profile, certificates, algorithm)
    }

    pub(super) fn of_contents(
        original: &'a [u8],
        place: Place<'_>,
        contents: Contents<'_>,
        profile: &Profile,
        certificates: &[Certificate],
        algorithm: SignatureAlgorithm,
    ) -> Result<Self, SignError> {
        let needed_for = "the property SigningCertificateV2 (EN 319 132-1 §6.3)";
        let signing_certificate = certificates.first().ok_or(SignError::CertificateMissing { needed_for })?;
        let key = pre_sign_check(signing_certificate, &algorithm, profile.time())?;
        let facts = Facts::new(signing_certificate, algorithm)?;
        let prepared = prepare(&Request {
            place,
            contents,
            time: profile.time(),
            certificates,
            algorithm,
            digest: facts.digest,
            policy: profile.policy.as_ref().map(|policy| (policy.id.to_string(), policy.digest, policy.value.clone())),
            commitment: profile.commitment.map(|commitment| format!("urn:oid:{}", commitment.oid())),
        })?;
        let layout = Layout::Around(Around { before: prepared.before, after: prepared.after, coding: Coding::Base64 });
        Ok(Self { original, layout, algorithm, to_be_signed: prepared.to_be_signed, certificates: certificates.to_vec(), key })
    }
}

/// Of a file that stands elsewhere nothing is known.
const UNKNOWN: &str = "application/octet-stream";

/// What is signed, each with its media type.
pub(super) type Contents<'d> = Vec<(Content<'d>, &'d str)>;

/// What is signed and where the signature stands, as the packaging says. Files given beside a document that has the signature within or inside of
/// it are signed with it.
fn contents<'d>(document: &'d Document<'_>, profile: &'d Profile) -> Result<(Place<'d>, Contents<'d>), Misuse> {
    let media_type = document.form.media_type();
    let files = document.detached.iter().map(|file| (Content::File(file.clone()), UNKNOWN));
    if !profile.elements.is_empty() {
        return match (&document.form, profile.packaging) {
            (Form::Xml(tree), Packaging::Enveloped | Packaging::Detached) => {
                let elements = profile.elements.iter().map(|identifier| (Content::Element(identifier.clone()), media_type));
                Ok((Place::last_in(tree), elements.chain(files).collect()))
            }
            _ => Err(Misuse::new("elements are those of an XML document that has the signature within")),
        };
    }
    match (profile.packaging, &document.form) {
        (Packaging::Enveloped, Form::Xml(tree)) => {
            Ok((Place::last_in(tree), std::iter::once((Content::Document, media_type)).chain(files).collect()))
        }
        (Packaging::Enveloped, _) => Err(Misuse::new("only an XML document can have its signature within: choose another packaging")),
        (Packaging::Enveloping, form) => {
            let content = if let Form::Xml(tree) = form { Content::Xml(tree) } else { Content::Octets(document.octets()) };
            Ok((Place::Alone, std::iter::once((content, media_type)).chain(files).collect()))
        }
        (Packaging::Detached, _) if document.detached.is_empty() => {
            let name = document.name.as_deref().map_or("document", |name| name.rsplit('/').next().unwrap_or(name));
            let file = Detached::of(name, document.octets());
            Ok((Place::Alone, vec![(Content::File(file), media_type)]))
        }
        (Packaging::Detached, _) => Ok((Place::Alone, files.collect())),
    }
}

impl From<Refusal> for SignError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Misuse(misuse) => misuse.into(),
            Refusal::Malformed(malformed) => malformed.into(),
        }
    }
}
