#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs)]
// Without a format there is nothing that the process could be asked about.
#![cfg_attr(not(feature = "pdf"), allow(unused_macros, unused_imports, dead_code))]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::todo,
        clippy::unimplemented,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::as_conversions
    )
)]

#[cfg(feature = "json")]
pub mod batch;
pub mod context;
#[cfg(all(feature = "sign", feature = "pdf"))]
pub mod creation;
pub mod crypto;
mod document;
pub mod encoding;
mod error;
pub mod format;
mod limits;
#[cfg(all(feature = "xml", feature = "pdf"))]
pub mod message;
#[cfg(feature = "net")]
pub mod net;
pub mod path;
pub mod pki;
mod recheck;
#[cfg(all(feature = "json", feature = "pdf"))]
pub mod record;
#[cfg(feature = "bundle")]
mod replay;
pub mod report;
mod retrieval;
#[cfg(feature = "testkit")]
pub mod testkit;
mod time;
mod validation;
mod verifying;

pub use context::{Context, Evidence, Policy, TrustAnchors};
#[cfg(all(feature = "sign", feature = "pdf"))]
pub use creation::{
    AugmentError, Augmentation, Augmented, Draft, Goal, Need, Profile, SignError, Signer, SoftwareSigner, augment, sign_at_level,
};
pub use document::Document;
pub use error::{Malformed, Misuse};
pub use limits::{Budget, Exhausted, Limits};
pub use recheck::Recheck;
#[cfg(feature = "bundle")]
pub use replay::Bundle;
pub use report::Report;
pub use retrieval::{Call, Fetch, FetchError, Fetched, verify_fetching};
pub use time::Time;
#[cfg(feature = "json")]
pub use verifying::signed_store::{TrustStoreError, signed_trust_store};

/// Judges every signature of `document`. Total and pure: the report is a function of document, policy, anchors, evidence and time,
/// and a bad signature is an entry in it (EN 319 102-1 §5).
pub fn verify(document: &Document<'_>, context: &Context<'_>) -> Report {
    verdict(document, context, None)
}

/// [`verify`] with the certificates, CRLs and OCSP responses whose signatures `cache` knows: for many documents of the same authorities. The
/// report is the same octet by octet.
pub fn verify_with_cache(document: &Document<'_>, context: &Context<'_>, cache: &path::Cache) -> Report {
    verdict(document, context, Some(cache))
}

fn verdict(document: &Document<'_>, context: &Context<'_>, cache: Option<&path::Cache>) -> Report {
    verifying::judged(document, context, cache).report
}

/// Signs `document` as `profile` says: the octets of the signed file, the old ones unchanged before the new. The signature value is
/// checked against the certificate before it is embedded.
///
/// # Errors
/// [`SignError`] when the profile, the signer's certificate, the document or its earlier signatures do not allow it.
#[cfg(all(feature = "sign", feature = "pdf"))]
pub fn sign(document: &Document<'_>, profile: &Profile, signer: &dyn Signer) -> Result<Vec<u8>, SignError> {
    creation::sign(document, profile, signer)
}

/// Derives every conclusion of a JSON report again from its steps, without cryptography (`docs/report.md`). What does not follow is told;
/// nothing: the report holds in itself.
///
/// # Errors
/// [`Malformed`] when it is not JSON.
pub fn audit(report: &[u8]) -> Result<Vec<report::Fault>, Malformed> {
    let value = serde_json::from_slice(report).map_err(|error| Malformed::new("report", error.to_string(), 0))?;
    let mut faults = report::audit::audit(&value, &checks());
    // Two readers of one report must not read two: what is written in another way than reports are holds for nobody.
    if let Err(malformed) = Report::from_json(report) {
        faults.push(report::Fault { at: "form".into(), what: malformed.what.into_owned() });
    }
    Ok(faults)
}

/// Recomputes the facts of a JSON report from what it was made of: every digest, name, date, status and outcome, by its place. Sentences and
/// the name of the program are left alone, so that a report of another language or version is judged by what it says.
///
/// # Errors
/// [`Malformed`] when it is not JSON.
pub fn recheck(report: &[u8], document: &Document<'_>, context: &Context<'_>) -> Result<Recheck, Malformed> {
    let value = serde_json::from_slice(report).map_err(|error| Malformed::new("report", error.to_string(), 0))?;
    Ok(recheck::recheck(&value, document, context))
}

/// Every check that a report can name.
pub fn checks() -> Vec<&'static report::Check> {
    let mut checks: Vec<_> = verifying::checks().collect();
    checks.sort_by_key(|check| check.id);
    checks
}
