//! EN 319 142-1 §6.3 — The level that a document is to reach

use std::fmt;
use std::sync::Arc;

use const_oid::ObjectIdentifier;

use crate::crypto::DigestAlgorithm;
use crate::document::Document;
use crate::error::{Malformed, Misuse};
use crate::limits::Limits;
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
    pub(super) related: bool,
    pub(super) password: Option<String>,
    pub(super) detached: Vec<(String, Elsewhere)>,
}

/// What a detached signature covers.
#[derive(Clone)]
pub(super) enum Elsewhere {
    /// All of it, in whatever holds it: a file that is mapped is not copied.
    Octets(Arc<dyn AsRef<[u8]> + Send + Sync>),
    /// Its digest.
    Digest(DigestAlgorithm, Vec<u8>),
}

impl PartialEq for Elsewhere {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Octets(one), Self::Octets(other)) => (**one).as_ref() == (**other).as_ref(),
            (Self::Digest(one, value), Self::Digest(other, same)) => one == other && value == same,
            _ => false,
        }
    }
}

impl fmt::Debug for Elsewhere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Octets(octets) => write!(f, "{} octets", (**octets).as_ref().len()),
            Self::Digest(algorithm, _) => write!(f, "by {}", algorithm.name()),
        }
    }
}

/// What a timestamp token with its certificates takes, generously.
pub(super) const TIMESTAMP_TOKEN: usize = 12_288;

impl Goal {
    /// All signatures at this level or a higher one.
    pub fn level(level: Level) -> Self {
        let digest = DigestAlgorithm::Sha256;
        Self { level, renewal: false, digest, policy: None, room: TIMESTAMP_TOKEN, related: false, password: None, detached: Vec::new() }
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

    /// Where the Document Security Store of a PDF file is written, it says of each signature which pieces of it concern that one (`/VRI`,
    /// EN 319 142-1 §5.4.2.3). Verifying needs it not, and a file that is at its level gets none.
    #[must_use]
    pub fn related_information(self) -> Self {
        Self { related: true, ..self }
    }

    /// Opens an encrypted document.
    #[must_use]
    pub fn password(self, password: impl Into<String>) -> Self {
        Self { password: Some(password.into()), ..self }
    }

    /// Gives a file that a detached signature covers, as [`Document::with_detached`] does.
    #[must_use]
    pub fn detached(self, name: impl Into<String>, octets: impl Into<Arc<[u8]>>) -> Self {
        self.detached_shared(name, Arc::new(octets.into()))
    }

    /// As [`Self::detached`], in whatever holds the octets: a file that is mapped needs no memory of its own.
    #[must_use]
    pub fn detached_shared(mut self, name: impl Into<String>, octets: Arc<dyn AsRef<[u8]> + Send + Sync>) -> Self {
        self.detached.push((name.into(), Elsewhere::Octets(octets)));
        self
    }

    /// Gives the digest of a file that a detached signature covers, as [`Document::with_detached_digest`] does.
    #[must_use]
    pub fn detached_digest(mut self, name: impl Into<String>, algorithm: DigestAlgorithm, value: impl Into<Vec<u8>>) -> Self {
        self.detached.push((name.into(), Elsewhere::Digest(algorithm, value.into())));
        self
    }

    /// Opens the document that is to reach this level, with what belongs to it.
    pub(super) fn open<'a>(&'a self, octets: &'a [u8], limits: &Limits) -> Result<Document<'a>, Malformed> {
        let document = Document::detect_within(octets, limits, self.password.as_deref())?;
        Ok(self.detached.iter().fold(document, |document, (name, elsewhere)| match elsewhere {
            Elsewhere::Octets(octets) => document.with_detached(name, (**octets).as_ref()),
            Elsewhere::Digest(algorithm, value) => document.with_detached_digest(name, *algorithm, value.as_slice()),
        }))
    }

    /// The digest that timestamps are over.
    #[cfg(feature = "asic")]
    pub(in crate::creation) fn timestamp_digest(&self) -> DigestAlgorithm {
        self.digest
    }

    /// What a request for a timestamp over this imprint says.
    ///
    /// # Errors
    /// As [`TimestampRequest::new`].
    pub fn timestamp_request(&self, imprint: &[u8], nonce: Option<&[u8]>) -> Result<TimestampRequest, Misuse> {
        TimestampRequest::of_policy(self.digest, imprint, nonce, self.policy)
    }
}
