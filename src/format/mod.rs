//! Where are the signatures and what do they cover? Every format is read into one plain struct, `signature::Signature`.

pub(crate) mod cades;
pub(crate) mod signature;

#[cfg(feature = "pdf")]
pub mod pades;

use crate::context::Evidence;
use crate::report::json::{DocumentConclusion, DocumentFacts, Want};
use signature::Signature;

/// What a format found in a document.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Every signature and timestamp.
    pub signatures: Vec<Signature>,
    /// What is said of the document as a whole; counts of signatures are filled in by the verdict.
    pub document: DocumentFacts,
    /// Certificates and revocation data that the document carries beside its signatures.
    pub evidence: Evidence,
    /// What forbids TOTAL-PASSED although every signature passes.
    pub modified: Vec<Modified>,
    /// What is missing for reading the document.
    pub wants: Vec<Want>,
    /// The verdict on a document that could not be read far enough to look for signatures.
    pub unreadable: Option<DocumentConclusion>,
}

/// Something in a document that its signatures do not account for, in words.
#[derive(Clone, Debug)]
pub(crate) struct Modified(pub String);

/// The checks of what all CMS formats share.
pub(crate) fn checks() -> impl Iterator<Item = &'static crate::report::Check> {
    cades::signed_data::CHECKS.iter().copied()
}
