//! EN 319 102-1 §5.3 — Validation process for Basic Signatures

use std::borrow::Cow;

use super::certificate_validation::certificate_validation;
use super::context_initialisation::context_initialisation;
use super::cryptographic_verification::{data_integrity, integrity, value_found};
use super::signature_acceptance::signature_acceptance;
use super::signing_certificate::signing_certificate;
use super::verdict::Session;
use crate::context::Purpose;
use crate::format::signature::Signature;
use crate::path::Validated;
use crate::pki::Certificate;
use crate::report::json::{Integrity, Kind};
use crate::report::{Block, Conclusion, Indication};
use crate::time::Time;

/// What the basic process found.
#[derive(Clone)]
pub(super) struct Basic {
    /// What was concluded.
    pub conclusion: Conclusion,
    /// The checks that failed, the deciding one first, with what follows from each.
    failures: Vec<(Cow<'static, str>, Option<Conclusion>)>,
    /// The signer's certificate.
    pub certificate: Option<Certificate>,
    /// Its path.
    pub path: Option<Validated>,
    /// Digests and signature value alone.
    pub integrity: Integrity,
}

/// The building blocks in the order in which they decide: wrong mathematics is told before a certificate that cannot be judged
/// (§5.3.4 remembers the certificate's result and lets the cryptography speak first), and nothing keeps the later ones from being recorded.
pub(super) fn basic_signature(session: &Session<'_>, signature: &Signature, id: &str, time: Time) -> (Block, Basic) {
    let mut basic =
        Basic { conclusion: Conclusion::PASSED, failures: Vec::new(), certificate: None, path: None, integrity: Integrity::Unknown };
    let block = Block::run("Validation process for Basic Signatures", "EN 319 102-1 §5.3", id, |r| {
        r.bind(signature.format_checking.clone());
        if signature.value.is_none() && signature.signed_data.is_empty() {
            // Nothing was read that could be judged: the format block says why.
            r.bind(signature.format_constraints.clone());
            return Ok(());
        }
        let certificate = value_found(r, signature).ok().and_then(|value| {
            let (identification, certificate) = signing_certificate(signature, value, id, &session.evidence);
            r.bind(identification);
            certificate
        });
        let Some(certificate) = certificate else {
            let digests = data_integrity(signature, id);
            // Intact digests without a verified value prove nothing.
            basic.integrity = if digests.conclusion.indication == Indication::TotalFailed { Integrity::Broken } else { Integrity::Unknown };
            r.bind(digests);
            r.bind(signature.format_constraints.clone());
            return Ok(());
        };
        let cryptography = session.verified(signature, id, &certificate);
        basic.integrity = integrity(&cryptography);
        r.bind(cryptography);
        r.bind(signature.format_constraints.clone());
        r.bind(context_initialisation(session, signature, id));
        let mut path = certificate_validation(session, &certificate, purpose(signature), time);
        r.bind(path.block.take());
        r.bind(signature_acceptance(signature, id, &certificate, session.context.policy, time));
        basic.path = Some(path);
        basic.certificate = Some(certificate);
        Ok(())
    });
    basic.conclusion = block.conclusion;
    basic.failures = block.failures().into_iter().map(|step| (step.check.clone(), step.otherwise)).collect();
    (block, basic)
}

impl Basic {
    /// The first failure that is not among those that `mendable` names, with its conclusion.
    pub(super) fn lasting_failure(&self, mendable: &[&str]) -> Option<(String, Conclusion)> {
        let (check, otherwise) = self.failures.iter().find(|(check, _)| !mendable.contains(&&**check))?;
        Some((check.to_string(), otherwise.unwrap_or(self.conclusion)))
    }
}

pub(super) fn purpose(signature: &Signature) -> Purpose {
    match signature.kind {
        Kind::DocumentTimestamp | Kind::ContainerTimestamp => Purpose::Timestamping,
        Kind::Signature | Kind::CounterSignature | Kind::UsageRights | Kind::Unsupported => Purpose::Signing,
    }
}
