//! How many signature values a verdict rests on.

use std::collections::BTreeSet;

use kyso::Report;
use kyso::report::{Block, Outcome, Step};

/// Each counted once: those of RSA, as all certificates, lists and responses of the benchmarks have, and those of P-256, as signatures and
/// timestamps may have.
pub fn values(report: &Report) -> [usize; 2] {
    const CHECKS: [&str; 4] = [
        "cryptographic_verification.value_valid",
        "basic_processing.signature_valid",
        "crl_issuer.signature_valid",
        "ocsp_responder.signature_valid",
    ];
    let mut seen = [BTreeSet::new(), BTreeSet::new()];
    let mut open: Vec<&Block> = report.signatures.iter().map(|entry| &entry.checks).collect();
    while let Some(block) = open.pop() {
        for step in &block.steps {
            match step {
                Step::Block { block, .. } => open.push(block),
                Step::Check(step) if step.outcome == Outcome::Passed && CHECKS.contains(&&*step.check) => {
                    let algorithm = step.inputs.value("algorithm").map(|algorithm| algorithm.to_text().into_owned()).unwrap_or_default();
                    let is_p256 = step.check == CHECKS[0] && algorithm.starts_with("ECDSA");
                    seen[usize::from(is_p256)].insert((step.check.to_string(), block.subject.clone()));
                }
                Step::Check(_) => {}
            }
        }
    }
    seen.map(|seen| seen.len())
}
