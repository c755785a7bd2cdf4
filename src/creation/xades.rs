//! EN 319 132-1 §6.3 — XAdES B-B: enveloped, enveloping, detached

use super::draft::{Draft, Facts};
use super::error::SignError;
use super::layout::{Around, Coding, Layout};
use super::pre_sign_check::pre_sign_check;
use super::profile::{Packaging, Profile};
use crate::crypto::SignatureAlgorithm;
use crate::document::{Detached, DetachedContent, Document, Form};
use crate::error::Misuse;
use crate::format::xades::writing::{Content, Refusal, Request, prepare};
use crate::pki::Certificate;

impl<'a> Draft<'a> {
    pub(super) fn of_xml(
        document: &Document<'a>,
        profile: &Profile,
        certificates: &[Certificate],
        algorithm: SignatureAlgorithm,
    ) -> Result<Self, SignError> {
        let needed_for = "the property SigningCertificateV2 (EN 319 132-1 §6.3)";
        let signing_certificate = certificates.first().ok_or(SignError::CertificateMissing { needed_for })?;
        let key = pre_sign_check(signing_certificate, &algorithm, profile.time())?;
        let facts = Facts::new(signing_certificate, algorithm)?;
        let content = content(document, profile.packaging)?;
        let media_type = media_type(document, &content);
        let prepared = prepare(&Request {
            content,
            media_type,
            time: profile.time(),
            certificates,
            algorithm,
            digest: facts.digest,
            policy: profile.policy.as_ref().map(|policy| (policy.id.to_string(), policy.digest, policy.value.clone())),
            commitment: profile.commitment.map(|commitment| format!("urn:oid:{}", commitment.oid())),
        })?;
        let layout = Layout::Around(Around { before: prepared.before, after: prepared.after, coding: Coding::Base64 });
        let to_be_signed = prepared.to_be_signed;
        Ok(Self { original: document.octets(), layout, algorithm, to_be_signed, certificates: certificates.to_vec(), key })
    }
}

/// What is signed, as the packaging says.
fn content<'d>(document: &'d Document<'_>, packaging: Packaging) -> Result<Content<'d>, Misuse> {
    match (packaging, &document.form) {
        (Packaging::Enveloped, Form::Xml(tree)) => Ok(Content::Enveloped(tree)),
        (Packaging::Enveloped, _) => Err(Misuse::new("only an XML document can have its signature within: choose another packaging")),
        (Packaging::Enveloping, Form::Xml(tree)) => Ok(Content::EnvelopingXml(tree)),
        (Packaging::Enveloping, _) => Ok(Content::EnvelopingOctets(document.octets())),
        (Packaging::Detached, _) => Ok(Content::Detached(match document.detached.first() {
            Some(detached) => detached.clone(),
            None => {
                let name = document.name.as_deref().map_or("document", |name| name.rsplit('/').next().unwrap_or(name));
                Detached { name: name.to_owned(), content: DetachedContent::Octets(document.octets()) }
            }
        })),
    }
}

fn media_type(document: &Document<'_>, content: &Content<'_>) -> &'static str {
    match content {
        // Of a file that stands elsewhere nothing is known.
        Content::Detached(_) if !document.detached.is_empty() => "application/octet-stream",
        _ => document.form.media_type(),
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
