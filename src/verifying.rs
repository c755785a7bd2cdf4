//! A document judged: what its format finds, given to the process of EN 319 102-1

#[cfg(feature = "json")]
mod signed_report;
#[cfg(feature = "json")]
pub(crate) mod signed_store;

use std::collections::BTreeSet;

use crate::context::{Context, Evidence};
use crate::crypto::DigestAlgorithm;
use crate::document::{Detached, DetachedContent, Document, Form};
use crate::format::{Found, Modified};
use crate::path::Cache;
use crate::report::Check;
use crate::report::fact::digest_text;
use crate::report::json::{InputDetached, InputDocument, Report};

/// A report, and all the evidence that there was: what the document brings and what the relying party does.
pub(crate) struct Judged {
    pub report: Report,
    pub evidence: Evidence,
}

/// Judges every signature of `document`.
pub(crate) fn judged(document: &Document<'_>, context: &Context<'_>, cache: Option<&Cache>) -> Judged {
    let (mut found, sha256) = found(document, context);
    #[cfg(feature = "json")]
    if let Form::Json(jws) = &document.form {
        signed_report::audited(&mut found, jws, &checks().collect::<Vec<_>>());
    }
    // Whoever gives a file believes that it is signed.
    let unsigned: BTreeSet<&str> = document.detached.iter().map(Detached::name).filter(|name| !found.detached.contains(*name)).collect();
    found.modified.extend(unsigned.into_iter().map(|name| Modified(name.to_owned())));
    let input = InputDocument {
        name: document.name.clone(),
        media_type: document.form.media_type().into(),
        size: size(document.octets),
        sha256: digest_text(DigestAlgorithm::Sha256, &sha256),
    };
    let detached = document.detached.iter().map(input_detached).collect();
    let (report, evidence) = crate::validation::verdict::verdict(input, detached, found, context, cache);
    Judged { report, evidence }
}

/// Every check that a report can name.
pub(crate) fn checks() -> impl Iterator<Item = &'static Check> {
    let process = crate::format::checks().chain(crate::path::checks()).chain(crate::validation::checks());
    #[cfg(feature = "json")]
    let process = process.chain(signed_report::CHECKS.iter().copied());
    process
}

/// What the format of the document finds in it, and the SHA-256 of its octets.
fn found(document: &Document<'_>, context: &Context<'_>) -> (Found, Vec<u8>) {
    let _ = context;
    let sha256 = || DigestAlgorithm::Sha256.digest(document.octets);
    match &document.form {
        #[cfg(feature = "pdf")]
        Form::Pdf(pdf) => crate::format::pades::found(pdf, context.policy),
        #[cfg(feature = "cms")]
        Form::Cms(cms) => (crate::format::cades::content_info::found(cms, &document.detached, context.policy), sha256()),
        #[cfg(feature = "cms")]
        Form::EvidenceRecord(record) => (crate::format::evidence_record::found(record, &document.detached), sha256()),
        #[cfg(feature = "xml")]
        Form::Xml(tree) => (crate::format::xml(tree, &document.detached, context.policy), sha256()),
        #[cfg(feature = "asic")]
        Form::Container(container) => (crate::format::asic::found(container, context.policy), sha256()),
        #[cfg(feature = "json")]
        Form::Member(member) => (crate::format::batch::found(member, &document.detached, &context.policy.limits), sha256()),
        #[cfg(feature = "json")]
        Form::Json(jws) => (crate::format::jades::found(jws, document.octets, &document.detached, &context.policy.limits), sha256()),
        Form::Data(_) => (Found::nothing(), sha256()),
    }
}

/// What the report says of a file that a detached signature covers.
pub(crate) fn input_detached(detached: &Detached<'_>) -> InputDetached {
    let (size, digest) = match &detached.content {
        DetachedContent::Octets(octets) => {
            (Some(size(octets)), digest_text(DigestAlgorithm::Sha256, &DigestAlgorithm::Sha256.digest(octets)))
        }
        DetachedContent::Digest(algorithm, value) => (None, digest_text(*algorithm, value)),
    };
    InputDetached { name: detached.name.clone(), size, digest }
}

fn size(octets: &[u8]) -> u64 {
    u64::try_from(octets.len()).unwrap_or(u64::MAX)
}
