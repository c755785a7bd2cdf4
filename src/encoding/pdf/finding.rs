//! ISO 32000-2 §7.5 — File structure: what a file says in two ways ([`Finding`]), and what cannot be read ([`Problem`])

use std::borrow::Cow;

use super::object::Reference;
use crate::error::Malformed;

/// A place where the file disagrees with the standard or with itself; the document still opens, the verdict is the caller's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Stable name of the kind of disagreement, for example `unaccounted_octets`.
    pub code: &'static str,
    /// Offset in octets from the start of the file.
    pub at: u64,
    /// What was found, in lower case, ready for a sentence.
    pub what: String,
    /// The indirect object concerned.
    pub object: Option<Reference>,
    /// Index of the revision concerned, oldest first.
    pub revision: Option<usize>,
}

/// Why one object, stream or cross-reference cannot be read. Never repaired, never searched for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} at byte {at}")]
pub struct Problem {
    /// Stable name of the kind of problem; `limit.<name>` when a budget ran out, `locked` when the password is missing.
    pub code: &'static str,
    /// What was found, in lower case, ready for a sentence.
    pub what: Cow<'static, str>,
    /// Offset in octets from the start of the file.
    pub at: u64,
}

impl Problem {
    /// `what` was found at octet `at`.
    pub fn new(code: &'static str, what: impl Into<Cow<'static, str>>, at: usize) -> Self {
        Self { code, what: what.into(), at: u64::try_from(at).unwrap_or(u64::MAX) }
    }
}

impl From<Problem> for Malformed {
    fn from(problem: Problem) -> Self {
        Self { format: "PDF", what: problem.what, at: problem.at }
    }
}
