//! EN 319 102-1 §5.3 — Validation process for Basic Signatures

use super::certificate_validation::certificate_validation;
use super::context_initialisation::context_initialisation;
use super::cryptographic_verification::{cryptographic_verification, data_integrity, integrity, value_found};
use super::signature_acceptance::signature_acceptance;
use super::signing_certificate::signing_certificate;
use super::verdict::Session;
use crate::context::Purpose;
use crate::format::signature::Signature;
use crate::path::Validated;
use crate::pki::Certificate;
use crate::report::json::{Integrity, Kind};
use crate::report::{Block, Indication};
use crate::time::Time;

/// What the basic process found.
#[derive(Clone)]
pub(super) struct Basic {
    /// The derivation.
    pub block: Block,
    /// The signer's certificate.
    pub certificate: Option<Certificate>,
    /// Its path.
    pub path: Option<Validated>,
    /// Digests and signature value alone.
    pub integrity: Integrity,
}

/// The building blocks in the order in which they decide: wrong mathematics is told before a certificate that cannot be judged
/// (§5.3.4 remembers the certificate's result and lets the cryptography speak first), and nothing keeps the later ones from being recorded.
pub(super) fn basic_signature(session: &Session<'_>, signature: &Signature, id: &str, time: Time) -> Basic {
    let mut basic = Basic { block: Block::run("", "", "", |_| Ok(())), certificate: None, path: None, integrity: Integrity::Unknown };
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
        let cryptography = cryptographic_verification(signature, id, &certificate);
        basic.integrity = integrity(&cryptography);
        r.bind(cryptography);
        r.bind(signature.format_constraints.clone());
        r.bind(context_initialisation(session, signature, id));
        let path = certificate_validation(session, &certificate, purpose(signature), time);
        r.bind(path.block.clone());
        r.bind(signature_acceptance(signature, id, &certificate, session.context.policy, time));
        basic.path = Some(path);
        basic.certificate = Some(certificate);
        Ok(())
    });
    Basic { block, ..basic }
}

pub(super) fn purpose(signature: &Signature) -> Purpose {
    match signature.kind {
        Kind::DocumentTimestamp | Kind::ContainerTimestamp => Purpose::Timestamping,
        Kind::Signature | Kind::CounterSignature | Kind::UsageRights | Kind::Unsupported => Purpose::Signing,
    }
}
