//! EN 319 102-1 §4.3 — Augmentation with a network at hand

use super::{AugmentError, Augmentation, Goal, Need};
use crate::context::{Context, Evidence};
use crate::creation::{Profile, SignError, Signer};
use crate::document::Document;
use crate::pki::TimestampResponse;
use crate::report::Report;
use crate::report::json::WantKind;
use crate::retrieval::{Call, Fetch, FetchError, Gathering};

/// A document that reached its level.
#[derive(Clone, Debug)]
pub struct Augmented {
    /// The document. Octets that were signed are as they were.
    pub octets: Vec<u8>,
    /// The verdict on it.
    pub report: Report,
    /// What the relying party brought, and what was fetched.
    pub evidence: Evidence,
    /// What was asked for in vain, and could be done without.
    pub failures: Vec<FetchError>,
}

/// A document was signed, and did not reach its level: the signature is not lost, and [`augment`] may be tried again.
#[derive(Debug, thiserror::Error)]
#[error("signed, and not brought to its level: {cause}")]
pub struct NotAugmented {
    /// The signed document, at B-B.
    pub signed: Vec<u8>,
    /// Why it is not more.
    #[source]
    pub cause: AugmentError,
}

/// A token that does not fit is asked for in another place or a larger one, and not more often.
const TIMESTAMPS: usize = 6;

/// Brings the document of these octets to `goal`, with timestamps of the authority at the address `authority` and what `fetch` gets. The
/// validation time moves forward with the answers, by ten minutes at most.
///
/// # Errors
/// [`AugmentError`] names the authority or address, and the cause. What is at `octets` stays as it is.
pub fn augment(
    octets: &[u8],
    goal: &Goal,
    authority: &str,
    context: &Context<'_>,
    fetch: &mut dyn Fetch,
) -> Result<Augmented, AugmentError> {
    let mut augmentation = Augmentation::new(octets, goal.clone());
    let mut gathering = Gathering::new(fetch, context);
    let mut timestamps = 0_usize;
    loop {
        let need = augmentation.request(&gathering.context(context));
        let need = need.map_err(|error| explained(error, &augmentation, authority, &gathering))?;
        match need {
            Need::Evidence(wants) => {
                gathering.round(&wants, augmentation.known(), context.anchors);
            }
            Need::Timestamp { imprint, .. } => {
                timestamps = timestamps.saturating_add(1);
                let stamped = timestamp(&mut augmentation, &mut gathering, goal, authority, &imprint);
                match stamped {
                    Err(AugmentError::ContentsTooSmall { .. }) if timestamps < TIMESTAMPS => {}
                    stamped => stamped.map_err(|cause| AugmentError::Authority { authority: authority.into(), cause: Box::new(cause) })?,
                }
            }
            Need::Nothing => {
                let report = augmentation.report().cloned().ok_or(AugmentError::NoSignature)?;
                let (evidence, failures) = (gathering.evidence, gathering.failures);
                return Ok(Augmented { octets: augmentation.into_octets(), report, evidence, failures });
            }
        }
    }
}

/// Signs `document` as `profile` says and brings it to `goal`, as [`augment`] does.
///
/// # Errors
/// [`SignError`] when no signature was made; the inner [`NotAugmented`] has the signed document when one was.
pub fn sign_at_level(
    document: &Document<'_>,
    profile: &Profile,
    signer: &dyn Signer,
    goal: &Goal,
    authority: &str,
    context: &Context<'_>,
    fetch: &mut dyn Fetch,
) -> Result<Result<Augmented, NotAugmented>, SignError> {
    let signed = crate::creation::sign(document, profile, signer)?;
    Ok(augment(&signed, goal, authority, context, fetch).map_err(|cause| NotAugmented { signed, cause }))
}

fn timestamp(
    augmentation: &mut Augmentation,
    gathering: &mut Gathering<'_>,
    goal: &Goal,
    authority: &str,
    imprint: &[u8],
) -> Result<(), AugmentError> {
    let nonce = gathering.fetch.nonce(WantKind::Timestamp);
    let request = goal.timestamp_request(imprint, nonce.as_ref().and_then(|nonce| nonce.get(..16)))?;
    let call = Call { kind: WantKind::Timestamp, url: authority.into(), octets: Some(request.octets().to_vec()) };
    let answer = gathering.fetch.fetch(&call)?;
    let time = augmentation.complete(&request, &TimestampResponse::from_der(&answer)?)?;
    gathering.notice(time);
    Ok(())
}

/// What network and authority have to do with it.
fn explained(error: AugmentError, augmentation: &Augmentation, authority: &str, gathering: &Gathering<'_>) -> AugmentError {
    let cause = match error {
        AugmentError::EvidenceMissing { subject, reason, wants, .. } => {
            let failures = gathering.in_vain(&wants);
            AugmentError::EvidenceMissing { subject, reason, wants, failures }
        }
        other => other,
    };
    if !augmentation.is_proving_timestamp() {
        return cause;
    }
    AugmentError::Authority { authority: authority.into(), cause: Box::new(cause) }
}
