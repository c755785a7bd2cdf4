//! EN 319 102-1 §5.1.2 — Validation data that is missing: whom to ask for it, and whether the answer is one

mod gathering;

pub(crate) use gathering::Gathering;
#[cfg(all(feature = "asic", feature = "sign"))]
pub(crate) use gathering::NEWER;

use std::sync::Arc;

use crate::context::{Context, Evidence};
use crate::document::Document;
use crate::report::Report;
use crate::report::json::WantKind;
use crate::verifying::judged;

/// One question to the outside world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// What is asked for.
    pub kind: WantKind,
    /// Of whom: an address out of a certificate, or that of the timestamping authority.
    pub url: String,
    /// What is sent to it (HTTP POST); without it the address itself says everything (GET).
    pub octets: Option<Vec<u8>>,
}

/// Whoever can reach the outside world. The core has no network: it says what it lacks, and this gets it.
///
/// Nothing that comes back is believed for coming from there: it is judged like everything else.
pub trait Fetch {
    /// The answer to `call`: a certificate or PKCS#7 bundle, a revocation list, an `OCSPResponse`, a `TimeStampResp`.
    ///
    /// # Errors
    /// [`FetchError`] names the address and the cause.
    fn fetch(&mut self, call: &Call) -> Result<Vec<u8>, FetchError>;

    /// The answers to several calls, in their order; one after the other unless told otherwise.
    fn fetch_all(&mut self, calls: &[Call]) -> Vec<Result<Vec<u8>, FetchError>> {
        calls.iter().map(|call| self.fetch(call)).collect()
    }

    /// Octets that nobody can foresee, by which the answer to a question of this kind shows that it was made for it. Without them its dates must do.
    fn nonce(&mut self, kind: WantKind) -> Option<[u8; 32]> {
        let _ = kind;
        None
    }
}

/// Why nothing came of a call.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{} from {url}: {cause}", named(*.kind))]
pub struct FetchError {
    /// What was asked for.
    pub kind: WantKind,
    /// Of whom.
    pub url: String,
    /// Why there is no answer, or none that can be used.
    pub cause: Arc<dyn std::error::Error + Send + Sync>,
}

impl FetchError {
    /// What happened to `call`: an error that was met, or a sentence.
    pub fn new(call: &Call, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { kind: call.kind, url: call.url.clone(), cause: Arc::from(cause.into()) }
    }
}

/// A verdict for which evidence was fetched.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// The report.
    pub report: Report,
    /// What the relying party brought, and what was fetched.
    pub evidence: Evidence,
    /// What was asked for in vain.
    pub failures: Vec<FetchError>,
}

/// A verdict, and again with what its report wants, until nothing more can be got. The validation time moves forward to that of the
/// answers, by ten minutes at most: they are made while the question is being asked.
pub fn verify_fetching(document: &Document<'_>, context: &Context<'_>, fetch: &mut dyn Fetch) -> Fetched {
    let mut gathering = Gathering::new(fetch, context);
    loop {
        let judged = judged(document, &gathering.context(context), None);
        if !gathering.round(&judged.report.wants, &judged.evidence, context.anchors) {
            return Fetched { report: judged.report, evidence: gathering.evidence, failures: gathering.failures };
        }
    }
}

fn named(kind: WantKind) -> &'static str {
    match kind {
        WantKind::Certificate => "issuer's certificate",
        WantKind::Crl => "revocation list",
        WantKind::Ocsp => "OCSP response",
        WantKind::Timestamp => "timestamp",
        WantKind::SignedData => "signed data",
        WantKind::PolicyDocument => "policy document",
        WantKind::Password => "password",
    }
}
