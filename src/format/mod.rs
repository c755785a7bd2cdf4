//! Where are the signatures and what do they cover? Every format is read into one plain struct, `signature::Signature`.

pub(crate) mod cades;
pub(crate) mod signature;

#[cfg(feature = "pdf")]
pub mod pades;

use crate::context::Evidence;
use crate::report::Block;
use crate::report::json::{DocumentFacts, Want};
use signature::Signature;

/// What a format found in a document.
#[derive(Debug)]
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
    /// What must hold for anybody to look for signatures.
    pub opening: Block,
    /// Whether everything that looks like a signature stands among `signatures`, and where it does not lead from.
    pub listing: Block,
}

/// Something in a document that its signatures do not account for, in words.
#[derive(Clone, Debug)]
pub(crate) struct Modified(pub String);

/// The checks of what all CMS formats share.
pub(crate) fn checks() -> impl Iterator<Item = &'static crate::report::Check> {
    cades::signed_data::CHECKS.iter().copied()
}
