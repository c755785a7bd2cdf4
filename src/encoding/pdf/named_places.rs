//! ISO 32000-2 §7.5.4 — Cross-reference table: every place of the file that some section names

use super::chain::Chain;
use super::finding::{Finding, Findings};
use super::object::Reference;
use super::revision::{Entry, Origin, Revision};

/// A place that a cross-reference, or the chain, names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Start {
    /// As named: white space may stand here.
    pub(super) at: usize,
    /// Behind the section that begins here; `None` for an object.
    pub(super) section_end: Option<usize>,
    pub(super) reference: Reference,
    pub(super) revision: usize,
    pub(super) hybrid: bool,
}

/// Every place named, ascending; what points outside the file is told.
pub(super) fn starts(octets: &[u8], header: usize, chain: &Chain, findings: &Findings) -> Vec<Start> {
    let mut starts = Vec::new();
    for (revision, Revision { sections, .. }) in chain.revisions.iter().enumerate() {
        for section in sections {
            for (number, origin, entry) in &section.rows {
                let Entry::InUse { offset, generation } = *entry else { continue };
                let reference = Reference { number: *number, generation };
                let hybrid = *origin == Origin::HybridStream;
                match usize::try_from(offset).ok().and_then(|offset| offset.checked_add(header)).filter(|at| *at < octets.len()) {
                    Some(at) => starts.push(Start { at, section_end: None, reference, revision, hybrid }),
                    None => findings.note(
                        Finding::new(
                            "entry_out_of_range",
                            format!("the entry for {reference} points outside the file"),
                            section.octets.start,
                        )
                        .about(reference)
                        .in_revision(revision),
                    ),
                }
            }
            for span in [Some(&section.octets), section.hybrid.as_ref()].into_iter().flatten() {
                let reference = Reference { number: 0, generation: 0 };
                starts.push(Start { at: span.start, section_end: Some(span.end), reference, revision, hybrid: false });
            }
        }
    }
    // As a rule they are in order already.
    starts.sort();
    starts
}
