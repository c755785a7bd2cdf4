//! EN 319 162-1 §4.3.3.2, §4.4.4.2 — Containers with a timestamp alone: what it is over existed then, and nobody signed it

use super::asic::Unsigned;
use super::augmentation::{AugmentError, Augmented, Goal};
use super::error::SignError;
use super::profile::ContainerKind;
use crate::context::Context;
use crate::crypto::DigestAlgorithm;
use crate::document::Document;
use crate::encoding::zip_writing::changed;
use crate::error::Misuse;
use crate::pki::{TimestampRequest, TimestampResponse};
use crate::report::Indication;
use crate::report::json::{Kind, SignatureReport, WantKind};
use crate::retrieval::{Call, Fetch, NEWER, verify_fetching};

/// A container that waits for its timestamp: of one file (ASiC-S) over that, of any number (ASiC-E) over a manifest that lists them.
///
/// ```
/// # use kyso::creation::{AugmentError, ContainerKind, ContainerTimestamp};
/// # use kyso::{Document, crypto::DigestAlgorithm, pki::{TimestampRequest, TimestampResponse}};
/// fn stamped(name: &str, octets: &[u8], authority: impl Fn(&[u8]) -> Vec<u8>) -> Result<Vec<u8>, AugmentError> {
///     let document = Document::data(octets).with_name(name);
///     let waiting = ContainerTimestamp::new(&document, ContainerKind::Simple, DigestAlgorithm::Sha256)?;
///     let request = TimestampRequest::new(DigestAlgorithm::Sha256, waiting.imprint(), None)?;
///     waiting.complete(&request, &TimestampResponse::from_der(&authority(request.octets()))?)
/// }
/// ```
#[derive(Clone, Debug)]
pub struct ContainerTimestamp {
    /// The ZIP file without the token.
    container: Vec<u8>,
    /// The name that the token gets.
    name: String,
    algorithm: DigestAlgorithm,
    imprint: Vec<u8>,
}

impl ContainerTimestamp {
    /// A container of the document, or of the files that were given with it; a container that is there (`Document::detect`) gets one more timestamp
    /// over all its files.
    ///
    /// # Errors
    /// [`AugmentError`] when these files make no such container, or a container of one file has its timestamp.
    pub fn new(document: &Document<'_>, kind: ContainerKind, algorithm: DigestAlgorithm) -> Result<Self, AugmentError> {
        let unsigned = Unsigned::of_document(document, kind).map_err(refused)?;
        let (container, name, stamped) = unsigned.with_place_for_token(kind, algorithm).map_err(refused)?;
        Ok(Self { container, name, algorithm, imprint: algorithm.digest(&stamped) })
    }

    /// The digest of what the timestamp is to be over.
    pub fn imprint(&self) -> &[u8] {
        &self.imprint
    }

    /// The container with the timestamp that `response` gives to `request`. The token is checked; whether its authority is to be believed, a verdict
    /// says.
    ///
    /// # Errors
    /// [`AugmentError::Timestamp`] names what is wrong with the answer.
    pub fn complete(&self, request: &TimestampRequest, response: &TimestampResponse) -> Result<Vec<u8>, AugmentError> {
        if request.imprint.octets() != self.imprint || request.imprint_algorithm.digest() != Some(self.algorithm) {
            return Err(Misuse::new("the request is not for the timestamp that is needed").into());
        }
        let token = request.answered_by(response)?;
        Ok(changed(&self.container, &[], &[(self.name.clone(), token.octets().to_vec())])?)
    }
}

/// A container with a timestamp of the authority at the address `authority` and no signature, as [`ContainerTimestamp`] makes it, and the verdict on it:
/// a timestamp that is not valid is none. Of the goal count digest and policy of timestamps; the digest of a file is not enough of it.
///
/// # Errors
/// [`AugmentError`] names the authority, and the cause.
pub fn timestamp_container(
    document: &Document<'_>,
    kind: ContainerKind,
    goal: &Goal,
    authority: &str,
    context: &Context<'_>,
    fetch: &mut dyn Fetch,
) -> Result<Augmented, AugmentError> {
    let waiting = ContainerTimestamp::new(document, kind, goal.timestamp_digest())?;
    let of_authority = |cause: AugmentError| AugmentError::Authority { authority: authority.into(), cause: Box::new(cause) };
    let nonce = fetch.nonce(WantKind::Timestamp);
    let request = goal.timestamp_request(waiting.imprint(), nonce.as_ref().and_then(|nonce| nonce.get(..16)))?;
    let call = Call { kind: WantKind::Timestamp, url: authority.into(), octets: Some(request.octets().to_vec()) };
    let answer = fetch.fetch(&call).map_err(|error| of_authority(error.into()))?;
    let response = TimestampResponse::from_der(&answer).map_err(|malformed| of_authority(malformed.into()))?;
    let octets = waiting.complete(&request, &response).map_err(of_authority)?;
    // Made while it was asked for: the time of the verdict is not before it.
    let time = request.answered_by(&response)?.info.time;
    let time = if context.time < time && time <= context.time.plus_seconds(NEWER) { time } else { context.time };
    let fetched = verify_fetching(&Document::detect_within(&octets, &context.policy.limits, None)?, &Context { time, ..*context }, fetch);
    let is_own = |entry: &&SignatureReport| entry.kind == Kind::ContainerTimestamp && entry.indication != Indication::TotalPassed;
    if let Some(entry) = fetched.report.signatures.iter().find(is_own) {
        let reason = super::augmentation::in_words(&entry.reasons);
        let wants = fetched.report.wants;
        let cause = if wants.is_empty() || entry.indication == Indication::TotalFailed {
            let subject = entry.signer.as_ref().map_or_else(|| "an unknown authority".into(), |signer| signer.subject.dn.clone());
            AugmentError::TimestampNotValid { authority: subject, reason }
        } else {
            AugmentError::EvidenceMissing { subject: entry.id.clone(), reason, wants, failures: fetched.failures }
        };
        return Err(of_authority(cause));
    }
    Ok(Augmented { octets, report: fetched.report, evidence: fetched.evidence, failures: fetched.failures })
}

/// What no timestamp has to do with does not happen here.
fn refused(error: SignError) -> AugmentError {
    match error {
        SignError::Misuse(misuse) => misuse.into(),
        SignError::Malformed(malformed) => malformed.into(),
        other => Misuse::new(other.to_string()).into(),
    }
}

impl Unsigned {
    /// The container without the token, the token's name, and the octets that it is over.
    fn with_place_for_token(self, kind: ContainerKind, algorithm: DigestAlgorithm) -> Result<(Vec<u8>, String, Vec<u8>), SignError> {
        if kind == ContainerKind::Extended {
            return self.with_manifest("timestamp", "tst", algorithm);
        }
        let name = "META-INF/timestamp.tst";
        if self.has(name) {
            return Err(Misuse::new("the container has its timestamp").into());
        }
        let stamped = self.only_file()?.octets.clone();
        Ok((self.into_octets(), name.into(), stamped))
    }
}
