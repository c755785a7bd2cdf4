//! ISO 32000-2 §7.5 — File structure: what a file says in two ways ([`Finding`]), and what cannot be read ([`Problem`])

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;

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
    /// Index of the revision concerned, oldest first: of an entry the one that has it, of octets the one that added them.
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

/// The findings of one file so far, each once. Of each kind and revision some are listed and then one that says there are more, so that many
/// harmless ones cannot hide one that matters.
#[derive(Debug, Default)]
pub(super) struct Findings {
    list: RefCell<Vec<Finding>>,
    counts: RefCell<BTreeMap<(&'static str, Option<usize>), usize>>,
}

impl Findings {
    const MOST_OF_A_KIND: usize = 50;
    const MOST: usize = 4_000;

    pub(super) fn note(&self, finding: Finding) {
        let (mut list, mut counts) = (self.list.borrow_mut(), self.counts.borrow_mut());
        let full = list.len() >= Self::MOST;
        let count =
            if full { counts.entry((LIMIT, None)).or_default() } else { counts.entry((finding.code, finding.revision)).or_default() };
        if full && *count == 0 {
            list.push(Finding::new(LIMIT, "more findings than are listed", 0));
        } else if full || *count > Self::MOST_OF_A_KIND || list.contains(&finding) {
            return;
        } else if *count == Self::MOST_OF_A_KIND {
            list.push(Finding { what: "more of this kind than are listed".into(), object: None, ..finding });
        } else {
            list.push(finding);
        }
        *count += 1;
    }

    pub(super) fn list(&self) -> Vec<Finding> {
        self.list.borrow().clone()
    }
}

/// The code of the finding that stands for all beyond the limit: whoever relies on there being no other must not, when it is there.
const LIMIT: &str = "limit.findings";

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_of_one_kind_do_not_hide_another() {
        let findings = Findings::default();
        for at in 0..10_000 {
            findings.note(Finding::new("a", "found", at));
            findings.note(Finding::new("a", "found", at));
        }
        findings.note(Finding::new("b", "found", 1));
        findings.note(Finding::new("a", "found", 1).in_revision(1));
        let list = findings.list();
        assert_eq!(list.len(), 53);
        assert_eq!((list[50].code, &*list[50].what), ("a", "more of this kind than are listed"));
        assert_eq!((list[51].code, list[52].revision), ("b", Some(1)));
    }

    #[test]
    fn all_findings_end_at_the_limit_and_say_so() {
        let findings = Findings::default();
        (0..10_000).for_each(|revision| findings.note(Finding::new("a", "found", 0).in_revision(revision)));
        let list = findings.list();
        assert_eq!((list.len(), list.last().map(|last| last.code)), (4_001, Some("limit.findings")));
    }
}
