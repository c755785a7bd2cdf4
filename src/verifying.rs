//! A document judged: what its format finds, given to the process of EN 319 102-1

use crate::context::{Context, Evidence};
use crate::crypto::DigestAlgorithm;
use crate::document::{Document, Form};
use crate::path::Cache;
use crate::report::json::{InputDocument, Report};

/// A report, and all the evidence that there was: what the document brings and what the relying party does.
pub(crate) struct Judged {
    pub report: Report,
    pub evidence: Evidence,
}

/// Judges every signature of `document`.
pub(crate) fn judged(document: &Document<'_>, context: &Context<'_>, cache: Option<&Cache>) -> Judged {
    let Form::Pdf(pdf) = &document.form;
    let (found, sha256) = crate::format::pades::found(pdf, context.policy);
    let input = InputDocument {
        name: document.name.clone(),
        media_type: "application/pdf".into(),
        size: u64::try_from(document.octets.len()).unwrap_or(u64::MAX),
        sha256: crate::report::fact::digest_text(DigestAlgorithm::Sha256, &sha256),
    };
    let (report, evidence) = crate::validation::verdict::verdict(input, found, context, cache);
    Judged { report, evidence }
}
