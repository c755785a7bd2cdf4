//! EN 319 102-1 §4.3 — Why a document is not brought to a level

use crate::encoding::pdf::Problem;
use crate::error::{Malformed, Misuse};
use crate::format::pades::writing::Refusal;
use crate::pki::TimestampError;
use crate::report::json::{Level, Want};
use crate::retrieval::FetchError;

/// Why a document is not brought to a level. What was there before stays as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AugmentError {
    /// The document is none.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// The call cannot be meant.
    #[error(transparent)]
    Misuse(#[from] Misuse),
    /// The document does not allow it.
    #[error("refused: {0}")]
    Refused(#[from] Refusal),
    /// There is no signature to be kept.
    #[error("the document has no signature")]
    NoSignature,
    /// The signature does not hold: nothing makes it better.
    #[error("signature {signature} is not valid: {conclusion}: {reason}")]
    NotValid {
        /// Its id in the report.
        signature: String,
        /// Indication and sub-indication.
        conclusion: String,
        /// The deciding reason.
        reason: String,
    },
    /// What would prove the signature or timestamp is not at hand.
    #[error("{subject} is not proven valid: {reason}{}", told(.failures))]
    EvidenceMissing {
        /// The id of the signature or timestamp.
        subject: String,
        /// The deciding reason.
        reason: String,
        /// What is missing.
        wants: Vec<Want>,
        /// What was asked for in vain.
        failures: Vec<FetchError>,
    },
    /// The answer of the authority is none to the request.
    #[error(transparent)]
    Timestamp(#[from] TimestampError),
    /// The token is an answer, and nobody has to believe its authority.
    #[error("the timestamp of {authority} is not valid: {reason}")]
    TimestampNotValid {
        /// The subject of the certificate that made it.
        authority: String,
        /// The deciding reason.
        reason: String,
    },
    /// The token does not fit the room that the document has for it.
    #[error("the timestamp takes {needed} octets, {reserved} are reserved")]
    ContentsTooSmall {
        /// Octets of the token, or of the signature with it.
        needed: usize,
        /// Octets of `/Contents`.
        reserved: usize,
    },
    /// What had to be done was done, and the level is still not that.
    #[error("signature {signature} is at {level} after everything was added")]
    NotReached {
        /// Its id in the report.
        signature: String,
        /// Where it is.
        level: &'static str,
    },
    /// The network.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// What went wrong with the timestamping authority at this address.
    #[error("timestamping authority {authority}: {cause}")]
    Authority {
        /// Its address.
        authority: String,
        /// What went wrong.
        cause: Box<AugmentError>,
    },
}

impl From<Problem> for AugmentError {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem.into())
    }
}

/// The level in the words of the standard.
pub(super) fn level_name(level: Level) -> &'static str {
    match level {
        Level::None => "no level",
        Level::BB => "B-B",
        Level::BT => "B-T",
        Level::BLT => "B-LT",
        Level::BLTA => "B-LTA",
    }
}

fn told(failures: &[FetchError]) -> String {
    failures.iter().map(|failure| format!("; {failure}")).collect()
}
