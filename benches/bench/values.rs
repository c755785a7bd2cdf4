//! How many signature values a verdict rests on.

use std::collections::BTreeSet;

use kyso::Report;
use kyso::report::{Block, Outcome, Step};

/// Each counted once: of signatures and timestamps, certificates, lists and responses.
pub fn values(report: &Report) -> usize {
    const CHECKS: [&str; 4] = [
        "cryptographic_verification.value_valid",
        "basic_processing.signature_valid",
        "crl_issuer.signature_valid",
        "ocsp_responder.signature_valid",
    ];
    let mut seen = BTreeSet::new();
    let mut open: Vec<&Block> = report.signatures.iter().map(|entry| &entry.checks).collect();
    while let Some(block) = open.pop() {
        for step in &block.steps {
            match step {
                Step::Block { block, .. } => open.push(block),
                Step::Check(step) if step.outcome == Outcome::Passed && CHECKS.contains(&&*step.check) => {
                    seen.insert((step.check.to_string(), block.subject.clone()));
                }
                Step::Check(_) => {}
            }
        }
    }
    seen.len()
}
