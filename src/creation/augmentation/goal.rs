//! EN 319 142-1 §6.3 — The level that a document is to reach

use const_oid::ObjectIdentifier;

use crate::crypto::DigestAlgorithm;
use crate::error::Misuse;
use crate::pki::TimestampRequest;
use crate::report::json::Level;

/// What a document is to become.
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
    pub(super) level: Level,
    pub(super) renewal: bool,
    pub(super) digest: DigestAlgorithm,
    policy: Option<ObjectIdentifier>,
    pub(super) room: usize,
    pub(super) password: Option<String>,
}

/// What a timestamp token with its certificates takes, generously.
pub(super) const TIMESTAMP_TOKEN: usize = 12_288;

impl Goal {
    /// All signatures at this level or a higher one.
    pub fn level(level: Level) -> Self {
        let digest = DigestAlgorithm::Sha256;
        Self { level, renewal: false, digest, policy: None, room: TIMESTAMP_TOKEN, password: None }
    }

    /// One more timestamp over everything, with what proves the last one before it: due before its algorithm or certificate ends. A document
    /// that is not at B-LTA is brought there and no further.
    pub fn renewal() -> Self {
        Self { renewal: true, ..Self::level(Level::BLTA) }
    }

    /// The digest that timestamps are over; SHA-256 unless told otherwise.
    #[must_use]
    pub fn digest(self, digest: DigestAlgorithm) -> Self {
        Self { digest, ..self }
    }

    /// The policy under which the authority is asked to make timestamps; its own unless told otherwise.
    #[must_use]
    pub fn policy(self, policy: ObjectIdentifier) -> Self {
        Self { policy: Some(policy), ..self }
    }

    /// Octets to reserve for the token of a document timestamp; 12,288 unless told otherwise.
    #[must_use]
    pub fn room(self, room: usize) -> Self {
        Self { room, ..self }
    }

    /// Opens an encrypted document.
    #[must_use]
    pub fn password(self, password: impl Into<String>) -> Self {
        Self { password: Some(password.into()), ..self }
    }

    /// What a request for a timestamp over this imprint says.
    ///
    /// # Errors
    /// As [`TimestampRequest::new`].
    pub fn timestamp_request(&self, imprint: &[u8], nonce: Option<&[u8]>) -> Result<TimestampRequest, Misuse> {
        TimestampRequest::of_policy(self.digest, imprint, nonce, self.policy)
    }
}
