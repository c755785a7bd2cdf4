//! ISO 32000-2 §7.5 — File structure: what a file says in two ways ([`Finding`]), and what cannot be read ([`Problem`])

use std::borrow::Cow;
use std::cell::RefCell;

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

impl Finding {
    /// `what` was found at octet `at`.
    pub(super) fn new(code: &'static str, what: impl Into<String>, at: usize) -> Self {
        Self { code, at: u64::try_from(at).unwrap_or(u64::MAX), what: what.into(), object: None, revision: None }
    }

    #[must_use]
    pub(super) fn about(self, object: Reference) -> Self {
        Self { object: Some(object), ..self }
    }

    #[must_use]
    pub(super) fn in_revision(self, revision: usize) -> Self {
        Self { revision: Some(revision), ..self }
    }
}

/// The findings of one file so far, each once; beyond [`Findings::MOST`] only their number is kept.
#[derive(Debug, Default)]
pub(super) struct Findings {
    list: RefCell<Vec<Finding>>,
}

impl Findings {
    /// A file with more is no better known by listing them.
    const MOST: usize = 1_000;

    pub(super) fn note(&self, finding: Finding) {
        let mut list = self.list.borrow_mut();
        match list.len() {
            length if length < Self::MOST && !list.contains(&finding) => list.push(finding),
            Self::MOST => list.push(Finding::new("limit.findings", "more findings than are listed", 0)),
            _ => {}
        }
    }

    pub(super) fn list(&self) -> Vec<Finding> {
        self.list.borrow().clone()
    }
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
