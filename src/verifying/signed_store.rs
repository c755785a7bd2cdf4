//! RFC 7515, RFC 5914 — a trust store that somebody signed: a JWS whose payload is the file, octet by octet

use super::judged;
use crate::context::{Context, StoreSignature, TrustStore};
use crate::document::{Document, Form};
use crate::encoding::jws::{Jws, JwsSignature};
use crate::encoding::{base64url, json};
use crate::error::Malformed;
use crate::report::Indication;
use crate::report::json::{Kind, Reason, Report};

/// Why a signed trust store is not to be used.
#[derive(Clone, Debug, thiserror::Error)]
pub enum TrustStoreError {
    /// It is none.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// Its signature is TOTAL-FAILED: somebody changed it, or made it up.
    #[error("the signature of the trust store is bad: {}", reasons(.0))]
    BadSignature(Box<Report>),
}

/// Reads a signed trust store and judges its signature within `context`, whose anchors are those of who may sign stores: never its own. Where the
/// verdict is INDETERMINATE, as it is without these anchors, [`TrustStore::signature`] says so.
///
/// # Errors
/// [`TrustStoreError`] when it is no JWS with a trust store for its payload, or when the signature is bad.
pub fn signed_trust_store(jws: &[u8], context: &Context<'_>) -> Result<TrustStore, TrustStoreError> {
    let document = Document::detect_within(jws, &context.policy.limits, None)?;
    let Form::Json(signed) = &document.form else { return Err(malformed("no JWS").into()) };
    let payload = payload(signed, context)?;
    let report = judged(&document, context, None).report;
    let signature = match report.conclusion.indication {
        Indication::TotalPassed => StoreSignature::By(signers(&report)),
        Indication::TotalFailed => return Err(TrustStoreError::BadSignature(Box::new(report))),
        Indication::Indeterminate | Indication::NoSignature => StoreSignature::NotVerified(reasons(&report)),
    };
    Ok(TrustStore::from_json(&payload)?.signed(signature))
}

/// What every signature is over, in the one way in which a trust store is signed: whole, and encoded.
fn payload(jws: &Jws<'_>, context: &Context<'_>) -> Result<Vec<u8>, Malformed> {
    let is_plain = |signature: &JwsSignature<'_>| -> Result<bool, Malformed> {
        let Some(protected) = signature.protected.as_deref() else { return Ok(false) };
        let octets = base64url::decode(protected.as_bytes())?;
        let header = json::read(&octets, &context.policy.limits)?;
        Ok(header.get("b64").is_none() && header.get("sigD").is_none())
    };
    for signature in &jws.signatures {
        if !is_plain(signature)? {
            return Err(malformed("a signature that is not over the encoded payload alone"));
        }
    }
    base64url::decode(jws.payload.as_deref().ok_or_else(|| malformed("no payload in it"))?.as_bytes())
}

fn signers(report: &Report) -> String {
    let entries = report.signatures.iter().filter(|entry| entry.kind == Kind::Signature);
    let names: Vec<&str> = entries.filter_map(|entry| Some(entry.signer.as_ref()?.subject.dn.as_str())).collect();
    names.join("; ")
}

fn reasons(report: &Report) -> String {
    report.conclusion.reasons.iter().map(|Reason { check, en, .. }| format!("{en} [{check}]")).collect::<Vec<_>>().join(" ")
}

fn malformed(what: &'static str) -> Malformed {
    Malformed::new("trust store", what, 0)
}
