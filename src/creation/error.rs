//! EN 319 142-1 §6.3 — Why no signature was made

use crate::crypto::SignatureAlgorithm;
use crate::error::{Malformed, Misuse};
use crate::format::pades::writing::Refusal;
use crate::time::Time;

use super::signer::SignerError;

/// Why no signature was made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// Octets that are not what they claim to be: a certificate's extension, a stored draft.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// Options that exclude each other.
    #[error(transparent)]
    Misuse(#[from] Misuse),
    /// The signer has no certificate.
    #[error("certificate missing, needed for {needed_for}")]
    CertificateMissing {
        /// The part of the signature that cannot be made without it.
        needed_for: &'static str,
    },
    /// What the signing certificate or its key may not do.
    #[error("the signing certificate does not fit: {0}")]
    Unfit(#[from] Unfit),
    /// The document does not allow it.
    #[error("refused: {0}")]
    Refused(#[from] Refusal),
    /// A stored draft is completed with another document, or was altered.
    #[error("the draft does not belong to this document, or was altered")]
    DraftAltered,
    /// The value was not made by the key of the signing certificate over what was to be signed.
    #[error("the signature value does not belong to this draft and signing certificate")]
    ValueRejected,
    /// The signature does not fit the room that the document has for it.
    #[error("the signature takes {needed} octets, {reserved} are reserved")]
    ContentsTooSmall {
        /// Octets of the signature.
        needed: usize,
        /// Octets of `/Contents`.
        reserved: usize,
    },
    /// The signer's own reason.
    #[error("the signer failed: {0}")]
    Signer(#[from] SignerError),
}

/// What speaks against the signing certificate before its key is used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unfit {
    /// The signing time is before `notBefore`.
    #[error("it is valid from {not_before} on, the signing time is {time}")]
    NotYetValid {
        /// The signing time.
        time: Time,
        /// `notBefore`
        not_before: Time,
    },
    /// The signing time is after `notAfter`.
    #[error("it was valid until {not_after}, the signing time is {time}")]
    Expired {
        /// The signing time.
        time: Time,
        /// `notAfter`
        not_after: Time,
    },
    /// Its key usage has neither `digitalSignature` nor `contentCommitment`.
    #[error("its key usage allows {}, not signatures on documents", allowed.join(", "))]
    KeyUsage {
        /// The uses that it allows.
        allowed: Vec<&'static str>,
    },
    /// The key does not sign with this algorithm, or this crate cannot check that it did.
    #[error("its key does not go with {0}")]
    Algorithm(SignatureAlgorithm),
    /// A digest that is too weak to be signed today.
    #[error("{0} is too weak for new signatures")]
    Digest(&'static str),
    /// A key that is too weak to sign today.
    #[error("a key of {bits} bits is too weak for new signatures, {least} are the least")]
    KeyLength {
        /// Bits of the key.
        bits: u32,
        /// Bits that it would need.
        least: u32,
    },
}

impl Unfit {
    /// A stable name of the reason, for programs.
    pub fn id(&self) -> &'static str {
        match self {
            Self::NotYetValid { .. } => "certificate.not_yet_valid",
            Self::Expired { .. } => "certificate.expired",
            Self::KeyUsage { .. } => "certificate.key_usage",
            Self::Algorithm(_) => "certificate.algorithm",
            Self::Digest(_) => "algorithm.digest",
            Self::KeyLength { .. } => "certificate.key_length",
        }
    }
}
