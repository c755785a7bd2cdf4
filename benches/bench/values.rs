//! How many signature values a verdict rests on.

use std::collections::BTreeSet;

use kyso::Report;
use kyso::report::{Block, Outcome, Step};

/// Each counted once: those of RSA, as all certificates and lists of the benchmarks have, and those of P-256, as signatures, timestamps and
/// responses may have.
pub fn values(report: &Report) -> [usize; 2] {
    const VALUE: &str = "cryptographic_verification.value_valid";
    const RESPONSE: &str = "ocsp_responder.signature_valid";
    const CHECKS: [&str; 4] = [VALUE, "basic_processing.signature_valid", "crl_issuer.signature_valid", RESPONSE];
    let mut seen = [BTreeSet::new(), BTreeSet::new()];
    let mut open: Vec<&Block> = report.signatures.iter().map(|entry| &entry.checks).collect();
    while let Some(block) = open.pop() {
        for step in &block.steps {
            match step {
                Step::Block { block, .. } => open.push(block),
                Step::Check(step) if step.outcome == Outcome::Passed && CHECKS.contains(&&*step.check) => {
                    let text = |name| step.inputs.value(name).map(|value| value.to_text().into_owned()).unwrap_or_default();
                    // A responder of its own has a key as timestamps have; else the authority answers.
                    let is_p256 = match &*step.check {
                        VALUE => text("algorithm").starts_with("ECDSA"),
                        RESPONSE => text("responder").contains("OCSP"),
                        _ => false,
                    };
                    seen[usize::from(is_p256)].insert((step.check.to_string(), block.subject.clone()));
                }
                Step::Check(_) => {}
            }
        }
    }
    seen.map(|seen| seen.len())
}
