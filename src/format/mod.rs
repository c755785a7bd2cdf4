//! Where are the signatures and what do they cover? Every format is read into one plain struct, `signature::Signature`.

#[cfg(feature = "asic")]
pub(crate) mod asic;
#[cfg(feature = "json")]
pub(crate) mod batch;
pub(crate) mod cades;
#[cfg(all(feature = "xml", feature = "pdf"))]
pub(crate) mod edxml;
#[cfg(feature = "cms")]
pub(crate) mod evidence_record;
#[cfg(feature = "json")]
pub(crate) mod jades;
pub(crate) mod signature;

#[cfg(feature = "pdf")]
pub mod pades;
#[cfg(feature = "xml")]
pub(crate) mod xades;

use std::collections::BTreeSet;

use crate::context::Evidence;
use crate::report::json::{DocumentFacts, Want};
use crate::report::{Block, checks};
use signature::Signature;

checks! {
    WITHIN_LIMITS = "limit.signatures", "EN 319 102-1 §5.1", Indeterminate(SigConstraintsFailure),
        "The file has more than {limit} signatures; the others are not judged.", "Tệp có hơn {limit} chữ ký; phần còn lại không được kiểm tra.";
}

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
    /// Names of the files given beside the document that signatures are over, or look for.
    pub detached: BTreeSet<String>,
    /// What is missing for reading the document.
    pub wants: Vec<Want>,
    /// What must hold for anybody to look for signatures.
    pub opening: Block,
    /// Whether everything that looks like a signature stands among `signatures`, and where it does not lead from.
    pub listing: Block,
}

impl Found {
    /// What is found where there is nothing to be found.
    pub fn nothing() -> Self {
        Self {
            signatures: Vec::new(),
            document: DocumentFacts::default(),
            evidence: Evidence::none(),
            modified: Vec::new(),
            detached: BTreeSet::new(),
            wants: Vec::new(),
            opening: Block::run("Opening", "EN 319 102-1 §5.2.2", "document", |_| Ok(())),
            listing: Block::run("Signatures of the file", "EN 319 102-1 §5.1", "document", |_| Ok(())),
        }
    }
}

impl Found {
    /// Adds what was found in a part of the document, a file of it.
    #[cfg(any(feature = "asic", all(feature = "xml", feature = "pdf")))]
    fn add(&mut self, part: Self) {
        let before = self.signatures.len();
        let moved = |signature: &mut Signature| {
            signature.covers.signatures.iter_mut().for_each(|position| *position = position.saturating_add(before))
        };
        self.signatures.extend(part.signatures.into_iter().map(|mut signature| {
            moved(&mut signature);
            signature.timestamps.iter_mut().chain(&mut signature.content_timestamps).for_each(moved);
            signature
        }));
        self.document.unaccounted_bytes = self.document.unaccounted_bytes.saturating_add(part.document.unaccounted_bytes);
        self.document.later_changes = self.document.later_changes.max(part.document.later_changes);
        self.document.findings.extend(part.document.findings);
        self.evidence.extend(&part.evidence);
        self.modified.extend(part.modified);
        self.detached.extend(part.detached);
        self.wants.extend(part.wants);
        for (block, own) in [(part.opening, &mut self.opening), (part.listing, &mut self.listing)] {
            let whole = std::mem::replace(own, Block::run("", "", "", |_| Ok(())));
            *own = Block::run_after(whole, |r| {
                r.bind(block);
            });
        }
    }
}

/// Something in a document that its signatures do not account for, in words.
#[derive(Clone, Debug)]
pub(crate) struct Modified(pub String);

/// What an XML document holds: a message between agencies, or whatever else is signed in XML.
#[cfg(feature = "xml")]
pub(crate) fn xml(
    tree: &crate::encoding::xml::Tree<'_>,
    detached: &[crate::document::Detached<'_>],
    policy: &crate::context::Policy,
) -> Found {
    #[cfg(feature = "pdf")]
    if let Some(found) = edxml::found(tree, detached, policy) {
        return found;
    }
    xades::found(tree, detached, policy)
}

/// Every check of this room.
pub(crate) fn checks() -> impl Iterator<Item = &'static crate::report::Check> {
    let shared = cades::checks().chain(CHECKS.iter().copied());
    #[cfg(feature = "cms")]
    let shared = shared.chain(evidence_record::CHECKS.iter().copied());
    #[cfg(feature = "json")]
    let shared = shared.chain(jades::checks()).chain(batch::CHECKS.iter().copied());
    #[cfg(feature = "pdf")]
    let shared = shared.chain(pades::checks());
    #[cfg(feature = "xml")]
    let shared = shared.chain(xades::checks());
    #[cfg(all(feature = "xml", feature = "pdf"))]
    let shared = shared.chain(edxml::checks());
    #[cfg(feature = "asic")]
    let shared = shared.chain(asic::checks());
    shared
}
